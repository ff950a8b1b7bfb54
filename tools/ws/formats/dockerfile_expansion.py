"""Variables in the words of a Dockerfile: `$a`, `${a:-b}`, quotes and escapes, and what they need.

As BuildKit does it (frontend/dockerfile/shell/lex.go, with its tests), which is nearly as a shell
does it: `${a/x/y}` is bash's, single quotes count inside `${...}` in double quotes too, there are
no bracket expressions in patterns, and a fault in a word that is not used is a fault all the same.
Older engines know less: 20.10 refuses every modifier but `:-` and `:+`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.dockerfile_patterns import MalformedPatternError, replaced, trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_EN_QUAD_TO_HAIR_SPACE = "".join(map(chr, range(0x2000, 0x200B)))
SPACES = f"\t\n\v\f\r \x85\xa0\u1680{_EN_QUAD_TO_HAIR_SPACE}\u2028\u2029\u202f\u205f\u3000"
"""What Go, and so the builder, calls white space; Python counts four more."""

_PLAIN = re.compile(r"""[^\\`$'"<}/]+""")
_DEEPEST = 50


LONGEST = 2**16
"""So many characters a text may have: one that doubles itself forty times fills any memory."""


class Expansion(NamedTuple):
    """What came of a text with variables."""

    text: str | None
    """The text expanded; `None` where it cannot be told, or is malformed."""
    used: frozenset[str] = frozenset()
    """Every variable that was looked up."""
    unset: frozenset[str] = frozenset()
    """Those of them that are not set: they are empty."""
    unknown: frozenset[str] = frozenset()
    """Those of them whose value the text hangs on and is known only at build time."""
    error: str = ""
    """Why a builder would refuse it."""


def expand(
    text: str, variables: Mapping[str, str | None], escape: str = "\\", *, quotes: bool = True
) -> Expansion:
    """A text with its variables put in, its quotes and escapes taken off.

    A variable that is not in the mapping is unset; one that is `None` there has a value which is
    known only at build time. `quotes=False` leaves quotes alone, as in here-documents. Raises
    nothing.
    """
    if not any(special in text for special in ("$", "'", '"', escape)):
        return Expansion(text)
    lexer = _Lexer(text, variables, escape)
    if not quotes:
        lexer.special = {"$": lexer.dollar}
    try:
        result = lexer.until("")
    except (_MalformedError, MalformedPatternError) as fault:
        return lexer.outcome(None, str(fault))
    if len(result) > LONGEST:
        return lexer.outcome(None, "its variables make it longer than any name can be")
    return lexer.outcome(None if lexer.unknown else result)


def syntax_error(text: str, escape: str = "\\") -> str:
    """Why a builder would refuse a text whatever its variables are; empty where it would not."""
    return expand(text, _Unknown(), escape).error


def shell_words(
    text: str, *, raw_quotes: bool = False, raw_escapes: bool = False
) -> tuple[str, ...] | None:
    """The words of a text as a shell splits it, to find here-documents; `None` if malformed.

    Unset variables stay as written, quotes and escapes do where they are said to be raw.
    """
    lexer = _Lexer(text, {}, "\\", keep=True, raw_quotes=raw_quotes)
    try:
        return tuple(_words(lexer.pieces("", raw_escapes=raw_escapes)))
    except (_MalformedError, MalformedPatternError):
        return None


class _MalformedError(Exception):
    """A text that the builder refuses, with its reason."""


class _Unknown(dict[str, None]):
    """Variables that all are set, to what only the build knows."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> None:
        return None


class _Lexer:
    """One text, read from left to right."""

    def __init__(
        self,
        text: str,
        variables: Mapping[str, str | None],
        escape: str,
        *,
        keep: bool = False,
        raw_quotes: bool = False,
    ) -> None:
        self.text, self.variables, self.escape = text, variables, escape
        self.keep, self.raw_quotes, self.raw_escapes = keep, raw_quotes, False
        self.at = self.depth = 0
        self.used: set[str] = set()
        self.unset: set[str] = set()
        self.unknown: set[str] = set()
        self.special: dict[str, Callable[[], str]] = {
            "$": self.dollar,
            "'": self._single_quoted,
            '"': self._double_quoted,
            "<": self._heredoc_mark,
        }

    def outcome(self, text: str | None, error: str = "") -> Expansion:
        unknown = set() if error else self.unknown
        return Expansion(
            text, frozenset(self.used), frozenset(self.unset), frozenset(unknown), error
        )

    def until(self, stop: str, *, raw_escapes: bool = False) -> str:
        """What stands before `stop` (the end, where that is empty), expanded."""
        return "".join(text for text, _ in self.pieces(stop, raw_escapes=raw_escapes))

    def pieces(self, stop: str, *, raw_escapes: bool) -> Iterator[tuple[str, bool]]:
        """The same in pieces: of each, whether blanks in it end a word."""
        before, self.raw_escapes = self.raw_escapes, raw_escapes
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == stop:
                self.at += 1
                break
            if character in self.special:
                yield self.special[character](), character == "$"
            elif character == self.escape:
                yield self._escaped(), False
            else:
                plain = _PLAIN.match(self.text, self.at)
                self.at = plain.end() if plain else self.at + 1
                yield (plain[0] if plain else character), True
        else:
            if stop:
                raise _MalformedError(f"no {stop} where one is due")
        self.raw_escapes = before

    def _escaped(self) -> str:
        escaped = self.text[self.at : self.at + 2]
        self.at += 2
        return escaped if self.raw_escapes else escaped[1:]

    def _single_quoted(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise _MalformedError("a single quote is not closed")
        inside, self.at = self.text[self.at + 1 : end], end + 1
        return f"'{inside}'" if self.raw_quotes else inside

    def _double_quoted(self) -> str:
        self.at += 1
        found: list[str] = []
        while (character := self._next()) != '"':
            if not character:
                raise _MalformedError("a double quote is not closed")
            if character == "$":
                self.at -= 1
                found.append(self.dollar())
            elif character == self.escape:
                found.append(self._escaped_in_quotes())
            else:
                found.append(character)
        inside = "".join(found)
        return f'"{inside}"' if self.raw_quotes else inside

    def _escaped_in_quotes(self) -> str:
        """In double quotes an escape stands for itself but before `"`, `$` and another escape."""
        mark = self.escape if self.raw_escapes else ""
        following = self._peek()
        if not following:
            return mark
        if following in ('"', "$", self.escape):
            return mark + self._next()
        return mark + self.escape

    def _heredoc_mark(self) -> str:
        """`<<` with the blanks after it: they do not end the word."""
        start = self.at
        self.at += 1
        if self._peek() == "<":
            self.at += 1
            while self._peek() and self._peek() in SPACES:
                self.at += 1
        return self.text[start : self.at]

    def dollar(self) -> str:
        self.at += 1
        if self._peek() != "{":
            name = self._name()
            return self._value(name, f"${name}") if name else "$"
        self.at += 1
        if self._peek() in ("{", "}", ":"):
            raise _MalformedError("${ is not followed by a name")
        name = self._name()
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _MalformedError(f"more than {_DEEPEST} substitutions in each other")
        expanded = self._substituted(name)
        self.depth -= 1
        return expanded

    def _substituted(self, name: str) -> str:
        """What follows the name in `${name...}`."""
        sign = self._next()
        if sign == "}":
            return self._value(name, f"${{{name}}}")
        if sign == "/":
            return self._replaced(name)
        empty_is_unset = sign == ":"
        operator = self._next() if empty_is_unset else sign
        if operator not in ("-", "+", "?", "#", "%"):
            raise _MalformedError(f"${{{name}...}} has no modifier {sign or 'and no }'}")
        word, hanging = self._word("}", raw_escapes=operator in "#%")
        if not self._known(name):
            return ""
        if self.keep and name not in self.variables:
            return f"${{{name}{sign}{operator if empty_is_unset else ''}{word}}}"
        return self._chosen(name, operator, word, hanging, empty_is_unset=empty_is_unset)

    def _chosen(
        self, name: str, operator: str, word: str, hanging: set[str], *, empty_is_unset: bool
    ) -> str:
        """The value, the word, or nothing; `hanging` are the unknown variables in the word."""
        value = self.variables.get(name)
        missing = value is None or (empty_is_unset and not value)
        if operator == "?" and missing:
            raise _MalformedError(f"{name}: {word or 'must be set'}")
        if operator in "#%":
            self.unknown |= hanging
            return "" if hanging else trimmed(value or "", word, operator)
        if operator != "?" and missing == (operator == "-"):
            self.unknown |= hanging
            return word
        return "" if operator == "+" else value or ""

    def _replaced(self, name: str) -> str:
        """`${name/pattern/text}`, and `//` for every occurrence."""
        everywhere = self._peek() == "/"
        self.at += everywhere
        pattern, in_pattern = self._word("/", raw_escapes=True)
        text, in_text = self._word("}", raw_escapes=True)
        if not self._known(name):
            return ""
        if self.keep and name not in self.variables:
            return f"${{{name}/{pattern}/{text}}}"
        self.unknown |= in_pattern | in_text
        if in_pattern:
            return ""
        return replaced(self.variables.get(name) or "", pattern, text, everywhere=everywhere)

    def _word(self, stop: str, *, raw_escapes: bool) -> tuple[str, set[str]]:
        """A word inside `${...}`, and the unknown variables that it hangs on if it is used."""
        outside, self.unknown = self.unknown, set()
        word = self.until(stop, raw_escapes=raw_escapes)
        inside, self.unknown = self.unknown, outside
        return word, inside

    def _known(self, name: str) -> bool:
        """Note that a variable is looked up. Whether one can say what it is, unset included."""
        self.used.add(name)
        if name not in self.variables:
            self.unset.add(name)
            return True
        if self.variables[name] is None:
            self.unknown.add(name)
            return False
        return True

    def _value(self, name: str, written: str) -> str:
        known = self._known(name)
        if self.keep and name not in self.variables:
            return written
        return (self.variables.get(name) or "") if known else ""

    def _name(self) -> str:
        """A name, a run of digits, one of the shell's special signs, or nothing."""
        start = self.at
        if self._peek() and self._peek() in "@*#?-$!":
            self.at += 1
        elif self._peek().isdecimal():
            while self._peek().isdecimal():
                self.at += 1
        else:
            while self._peek().isalpha() or self._peek().isdecimal() or self._peek() == "_":
                self.at += 1
        return self.text[start : self.at]

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _next(self) -> str:
        self.at += 1
        return self.text[self.at - 1 : self.at]


def _words(pieces: Iterator[tuple[str, bool]]) -> Iterator[str]:
    word = ""
    for text, splits in pieces:
        for character in text if splits else (text,):
            if splits and character in SPACES:
                if word:
                    yield word
                word = ""
            else:
                word += character
    if word:
        yield word
