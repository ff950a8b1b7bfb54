"""Names in sentences: capitalised spans, with one key for all ways to write a name."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection

from pydantic import BaseModel

from preprocessor_worker.sentences import UPPER, clean, split

_CAPITALISED = rf"[{UPPER}][\w.&]*(?:['\u2019\-]\w+)*"
_JOINED = r"(?:of the|of|van der|van den|van|von der|von|de la|de|du|da|di|&)"
_SPAN = re.compile(rf"\b{_CAPITALISED}(?:\s+(?:{_JOINED}\s+)?(?:{_CAPITALISED}|\d+\b))*")
_POSSESSIVE = re.compile("['\u2019]s?$")
# Capitalised where a sentence begins (or always), but part of no name.
_NO_NAME = frozenset(
    """a an the this that these those i he it she we you they his her its our your their
    my me him us them who what which when where why how if as at by for from in into of
    on onto to with about after before since until during between among under over
    through without within and but or nor so yet not no yes all some any each every both
    many most much more few other another such one two three first second there here
    then thus hence however also although though because while once only even still
    again never always often perhaps is are was were be been has have had do does did
    can could may might must shall should will would let later today now soon meanwhile
    monday tuesday wednesday thursday friday saturday sunday january february march
    april june july august september october november december""".split()
)
_TITLES = frozenset(
    """mr mrs ms dr prof professor sir lady lord dame saint st president king
    queen""".split()
)
_FORMS = frozenset("inc ltd llc gmbh ag plc corp co company corporation limited".split())


class Entity(BaseModel):
    """A name as written, its fullest form in the text, and the key of that form."""

    text: str
    name: str
    key: str


class Sentence(BaseModel):
    """A clean sentence and the names in it, in order."""

    text: str
    entities: list[Entity]


def prepare(text: str) -> list[Sentence]:
    """Text in; its clean sentences with their names out.

    "Lovelace" is taken for "Ada Lovelace" if no other name in the text ends so.
    """
    sentences = split(clean(text))
    # A word that also comes without its capital is none at the start of a sentence.
    common = {word for word in re.findall(r"\w+", " ".join(sentences)) if word.islower()}
    spans = [_spans(sentence, common) for sentence in sentences]
    fullest = _fullest([span for found in spans for span in found])
    return [
        Sentence(text=sentence, entities=[_entity(span, fullest) for span in found])
        for sentence, found in zip(sentences, spans, strict=True)
    ]


def normalise(name: str) -> str:
    """Give the key of a name: no case, accents, signs, titles or company forms."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    plain = re.sub("[.'\u2019]", "", plain)
    words = re.findall(r"[^\W_]+", plain)
    inner = list(words)
    while len(inner) > 1 and inner[0] in _TITLES | {"the"}:
        del inner[0]
    while len(inner) > 1 and inner[-1] in _FORMS:
        del inner[-1]
    return " ".join(inner)


def _spans(sentence: str, common: Collection[str]) -> list[str]:
    """Give the capitalised spans of a sentence, without common words around them."""
    found = []
    for match in _SPAN.finditer(sentence):
        words = match[0].split()
        first = not re.search(r"\w", sentence[: match.start()])
        if first and words[0].lower() in common:
            del words[0]
        while words and words[0].lower().rstrip(".") in _NO_NAME:
            del words[0]
        while words and words[-1].lower() in _NO_NAME:
            del words[-1]
        span = _POSSESSIVE.sub("", " ".join(words)).rstrip(".&,")
        if len(span) > 1 and normalise(span):
            found.append(span)
    return found


def _fullest(spans: list[str]) -> dict[str, str]:
    """For the key of each span, the name to call it by in the whole text."""
    names: dict[str, str] = {}
    for span, _ in Counter(spans).most_common():  # the commonest way to write it
        names.setdefault(normalise(span), span)
    fullest = {}
    for key, name in names.items():
        longer = [other for other in names if other.endswith(f" {key}")]
        fullest[key] = names[longer[0]] if len(longer) == 1 else name
    return fullest


def _entity(span: str, fullest: dict[str, str]) -> Entity:
    name = fullest[normalise(span)]
    return Entity(text=span, name=name, key=normalise(name))
