"""Text to clean sentences."""

import re

import ftfy

# Full stops after these end no sentence.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sir st jr sr vs etc e.g i.e cf fig no vol pp approx".split()
)
# The capital letters of the alphabets that have them (re knows no such class).
UPPER = "".join(filter(str.isupper, map(chr, range(0x0590))))
_QUOTES = "'\"\u2018\u2019\u201c\u201d"
_END = re.compile(rf"[.!?][{_QUOTES})\]]*(?=\s+[{_QUOTES}(\[]*[{UPPER}\d])")
_LAST_WORD = re.compile(r"([\w.]+)\.\W*$")


def clean(text: str) -> str:
    """Mend encoding and Unicode, drop [12] marks, hyphens at line ends, needless space.

    An empty line stays one: it ends a paragraph.
    """
    text = ftfy.fix_text(text, normalization="NFKC").replace("\u00ad", "")
    text = re.sub(r"(?<=[a-z])-\n\s*(?=[a-z])", "", text)
    text = re.sub(r"\s*\[\d+\]", "", text)
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "\n\n".join(filter(None, paragraphs))


def split(text: str) -> list[str]:
    """Clean text in; its sentences out."""
    sentences = []
    for paragraph in text.split("\n\n"):
        start = 0
        for end in _END.finditer(paragraph):
            sentence = paragraph[start : end.end()].strip()
            if not _is_abbreviation(sentence):
                sentences.append(sentence)
                start = end.end()
        sentences.append(paragraph[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _is_abbreviation(sentence: str) -> bool:
    last = _LAST_WORD.search(sentence)
    if not last:
        return False
    word = last[1].lower()
    initial = len(word) == 1 and word.isalpha() and word != "i"
    return initial or word in _ABBREVIATIONS
