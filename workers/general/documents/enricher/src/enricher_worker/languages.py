"""Guessing the language of a text by its small words."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = "ENRICHER_WORDS"

SMALL_WORDS = {
    "en": """a an and are as at be been but by can did do does for from had has have he
        her his how i if in into is it its me my no not of on or our she so than that
        the their them then there these they this to up was we were what when where
        which who will with would you your""",
    "de": """aber als am an auch auf aus bei bin bis da das dass dem den der des die
        doch du ein eine einem einen einer er es für hat haben ich ihr im in ist ja kann
        mit nach nicht noch nur oder sein sich sie sind so um und uns von vor war was
        wenn wie wir wird wurde zu zum zur""",
    "fr": """à au aux avec c ce ces cette comme d dans de des du elle en est et être été
        il ils je l la le les leur lui mais n ne nous on ont ou où par pas plus pour qu
        que qui s sa se ses si son sont sur un une vous""",
    "es": """a al como con cuando de del desde donde e el ella en entre era es esta este
        está fue ha hay la las le les lo los más me mi muy no nos o para pero por porque
        que qué se ser si sin sobre son su sus también un una y ya""",
    "it": """a ai al alla anche che chi ci come con cui da dal dalla dei del della di e
        è era gli ha hanno i il in io l la le lo loro ma mi nei nel nella non o per
        perché più quando quella questo se si sono su sua suo un una""",
    "nl": """aan als bij dan dat de der deze die dit door een en er ge had heb heeft het
        hij hoe ik in is je kan maar me met mijn naar niet nog nu of om onder ook op
        over te tot uit van voor was wat we werd wie wij worden zal ze zich zij
        zijn zo""",
}
LEAST = 0.15


def read(folder: str) -> dict[str, frozenset[str]]:
    """Return the small words by language: those above, and those in files such as pt.txt.

    A file goes before what stands above; without a folder there are no others.
    """
    lists = dict(SMALL_WORDS)
    if folder:
        files = sorted(Path(folder).glob("*.txt"))
        lists |= {path.stem: path.read_text(encoding="utf-8") for path in files}
    return {code: frozenset(words.split()) for code, words in lists.items()}


STOP_WORDS: Mapping[str, frozenset[str]] = read(os.environ.get(FOLDER, ""))


def guess(words: Sequence[str]) -> str | None:
    """Return the language whose small words make up most of the words, if any does."""
    if not words:
        return None
    shares = {
        code: sum(word in small for word in words) / len(words)
        for code, small in STOP_WORDS.items()
    }
    best = max(shares, key=lambda code: shares[code])
    return best if shares[best] >= LEAST else None
