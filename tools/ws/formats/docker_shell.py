"""The text of a `RUN` as simple commands: which programs it starts, where, with which words.

Not a shell: what a build file says is read well enough to follow `cd`, `&&`, variables and the
usual wrappers. What only a running shell knows (`$(...)`, loops, unset variables) is marked, not
guessed. bashlex would know more of bash and is under the GPL, without a release for years.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UNKNOWN = "\ufffd"
"""Stands in a word for what only the running shell knows."""
ENVIRONMENT = f"{UNKNOWN}environment-of-poetry{UNKNOWN}"
"""Stands for `$(poetry env info --path)`: who follows the build may know it."""
_OPERATOR = re.compile(r"&&|\|\||;;|\|&|[;|&()\n]")
_REDIRECT = re.compile(r"(?:\d*|&)(>>|>\||>&|>|<<<|<<-?|<&|<)")
_REDIRECTING = "0123456789<>&"
"""What a redirection begins with."""
_LETTERS = re.compile(r"[^ \t\r\n;&|()<>\\'\"$`]+")
"""What means nothing but itself."""
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+?=])([^{}]*))?\})")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_OF_ENVIRONMENT = re.compile(
    r"\s*(?:[\w./-]*/)?poetry(?:\s+-\S+)*\s+env\s+info(?:\s+(?:-p|--path|-n|--no-\w+|-q))+"
    r"\s*(?:2>\s*/dev/null\s*)?"
)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_BLANKS = re.compile(r"[ \t\n]+")
_BREAK = "\0"
"""Where a variable's value parts a word in two: no shell has this sign in a word."""
_DECLARING = {"export", "readonly", "local"}
_OPENING = {"if", "for", "while", "until", "case", "select"}
_CLOSING = {"fi", "done", "esac"}
_BETWEEN = {"then", "do", "else", "elif", "!", "{", "}", "in"}
_BEFORE = {*_DECLARING, *_BETWEEN, "if", "while", "until"}
"""What an assignment may come after."""
_SHELLS = {"sh", "bash", "dash", "ash", "zsh"}
_WRAPPERS = {"sudo", "exec", "time", "nice", "command", "env", "nohup", "builtin"}
_FAILING = {"exit", "false", "return"}


@dataclass(frozen=True, slots=True)
class Command:
    """One program that is started."""

    words: tuple[str, ...]
    """The program and its arguments; `UNKNOWN` in what could not be expanded."""
    folder: str
    """From where, as an absolute path; it holds `UNKNOWN` after a `cd` nobody can follow."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The environment it sees, `A=b command` and `export` included."""
    certain: bool = True
    """Whether it is sure to run, if all that ran before went well."""
    forgiven: bool = False
    """Whether the build goes on when it fails: `command || true`."""
    writes: tuple[str, ...] = ()
    """The files that its output goes to, as written."""
    quoted: bool = False
    """Whether the words are as good as quoted: in JSON form no shell looks at them."""

    @property
    def program(self) -> str:
        """The name of the program, without the folder that it was called by."""
        return self.words[0].rpartition("/")[2] if self.words else ""


class _Token(NamedTuple):
    text: str
    operator: bool = False
    plain: bool = True
    """Whether nothing in it was quoted, so that it may be a keyword."""


def commands(
    text: str, folder: str, variables: Mapping[str, str], *, started: bool = True
) -> tuple[Command, ...]:
    """The commands of a shell's text that runs in `folder` with these environment variables.

    `started` is whether the text itself is sure to run. Text that cannot be read gives one command
    of the one word `UNKNOWN`.
    """
    if not text.strip():
        return ()
    tokens = list(_tokens(text, variables))
    if any(token.text == "" and token.operator for token in tokens):
        return (Command((UNKNOWN,), folder, variables, started),)
    return tuple(_Reader(folder, dict(variables), started).read(tokens))


def of_words(
    words: Sequence[str], folder: str, variables: Mapping[str, str]
) -> tuple[Command, ...]:
    """The commands of the JSON form, which starts one program without a shell."""
    return tuple(_unwrapped(Command(tuple(words), folder, variables, quoted=True)))


class _Reader:
    """Follows the folder, the variables, and what is sure to run."""

    def __init__(self, folder: str, variables: dict[str, str], started: bool) -> None:  # noqa: FBT001
        self.folder = folder
        self.variables = variables
        self.started = started
        self.depth = 0
        self.after_or = False
        self.outer: list[tuple[str, dict[str, str]]] = []

    def read(self, tokens: list[_Token]) -> Iterator[Command]:
        start = 0
        for index, token in enumerate([*tokens, _Token("\n", operator=True)]):
            if not token.operator:
                continue
            after = tokens[index + 1].text if index + 1 < len(tokens) else ""
            yield from self._simple(tokens[start:index], token.text, after)
            start = index + 1

    def _simple(self, tokens: list[_Token], ending: str, after: str) -> Iterator[Command]:
        words = self._keywords(tokens)
        forgiven = ending == "||" and after not in _FAILING and after != "("
        if words:
            certain = self.started and not self.depth and not self.after_or
            for command in self._command(words, certain, forgiven):
                self._follow(command)
                yield command
        if words or ending != "(":
            self.after_or = ending == "||"
        if ending == "(":
            self.outer.append((self.folder, dict(self.variables)))
        elif ending == ")" and self.outer:
            self.folder, self.variables = self.outer.pop()

    def _keywords(self, tokens: list[_Token]) -> list[_Token]:
        """What is left of a command's tokens after the keywords before it."""
        while tokens and tokens[0].plain:
            word = tokens[0].text
            if word in _OPENING:
                self.depth += 1
                if word in ("for", "case", "select"):
                    return []
            elif word in _CLOSING:
                self.depth = max(0, self.depth - 1)
            elif word not in _BETWEEN:
                break
            tokens = tokens[1:]
        return tokens

    def _command(
        self,
        tokens: list[_Token],
        certain: bool,  # noqa: FBT001
        forgiven: bool,  # noqa: FBT001
    ) -> Iterator[Command]:
        words, writes = _redirected([token.text for token in tokens])
        own = _assignments(words)
        words = words[len(own) :]
        if not words:
            self.variables |= own
            if writes:
                yield Command((":",), self.folder, self.variables, certain, forgiven, writes)
            return
        expanded = dict(self.variables) | own
        command = Command(tuple(words), self.folder, expanded, certain, forgiven, writes)
        yield from _unwrapped(command)

    def _follow(self, command: Command) -> None:
        if command.program in ("cd", "pushd") and command.folder == self.folder:
            to = [word for word in command.words[1:] if not word.startswith("-")]
            target = to[0] if to else command.variables.get("HOME", "/root")
            self.folder = (
                posixpath.normpath(posixpath.join(self.folder, target))
                if command.certain and UNKNOWN not in target
                else UNKNOWN
            )
        elif command.program == "export":
            self.variables |= _assignments(list(command.words[1:]))
        elif command.program == "unset":
            for name in command.words[1:]:
                self.variables.pop(name, None)
        elif command.program in (".", "source") and command.words[1:]:
            script = command.words[1]
            if script.endswith("/bin/activate"):
                place = script.removesuffix("/bin/activate")
                place = place if UNKNOWN in place else posixpath.join(self.folder, place)
                self.variables["VIRTUAL_ENV"] = posixpath.normpath(place)


def _unwrapped(command: Command) -> Iterator[Command]:
    """The command that a wrapper starts (`env A=b`, `sudo`, `sh -c '...'`), else itself."""
    words = list(command.words)
    if command.program in _WRAPPERS:
        rest = words[1:]
        while rest and rest[0].startswith("-"):
            rest = rest[1:]
        own = _assignments(rest)
        if rest[len(own) :]:
            inner = replace(
                command,
                words=tuple(rest[len(own) :]),
                variables={**command.variables, **own},
            )
            yield from _unwrapped(inner)
            return
    if command.program in _SHELLS:
        flags = [index for index, word in enumerate(words) if re.fullmatch(r"-\w*c", word)]
        if flags and len(words) > flags[0] + 1:
            script = words[flags[0] + 1]
            yield from commands(script, command.folder, command.variables, started=command.certain)
            return
    yield command


def _assignments(words: list[str]) -> dict[str, str]:
    """The `A=b` that words begin with."""
    found = {}
    for word in words:
        match = _ASSIGNMENT.fullmatch(word)
        if match is None:
            break
        found[match[1]] = match[2]
    return found


def _redirected(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Words without redirections, and the files that are written."""
    rest, writes = [], []
    waiting = ""
    for word in words:
        if waiting:
            if ">" in waiting:
                writes.append(word)
            waiting = ""
        elif word.startswith("\0"):
            waiting = word
        else:
            rest.append(word)
    return rest, tuple(one for one in writes if not one.startswith(("&", "/dev/")))


def _tokens(text: str, variables: Mapping[str, str]) -> Iterator[_Token]:
    """Words and operators.

    A word that begins with a NUL is a redirection; an operator without text says that a quote
    never ends.
    """
    known = dict(variables)
    place = 0
    begins, redirected = True, False
    while place < len(text):
        char = text[place]
        if char in " \t\r" or text.startswith("\\\n", place):
            place += 2 if char == "\\" else 1
        elif char == "#":
            place = text.find("\n", place) if "\n" in text[place:] else len(text)
        elif char in _REDIRECTING and (match := _REDIRECT.match(text, place)):
            yield _Token(f"\0{match[1]}")
            place = match.end()
            redirected = True
            if match[1] in (">&", "<&") and (number := re.compile(r"[\d-]+").match(text, place)):
                yield _Token(f"&{number[0]}")
                place = number.end()
                redirected = False
        elif match := _OPERATOR.match(text, place):
            yield _Token(match[0], operator=True)
            place = match.end()
            begins, redirected = True, False
        else:
            whole = redirected or (begins and _ASSIGNED.match(text, place) is not None)
            word, place, plain = _word(text, place, known, whole=whole)
            if word is None:
                yield _Token("", operator=True)
                return
            for part in _fields(word, plain=plain, whole=whole):
                if "=" in part and (assigned := _ASSIGNMENT.fullmatch(part)):
                    known[assigned[1]] = assigned[2]
                yield _Token(part, plain=plain)
                begins = begins and (whole or part in _BEFORE)
            redirected = False


def _fields(word: str, *, plain: bool, whole: bool) -> list[str]:
    """The words that one becomes by the blanks in the values of unquoted variables.

    None, where these are empty (POSIX, Shell Command Language, 2.6.5). `whole` is what no shell
    parts: an assignment, the file of a redirection.
    """
    if whole:
        return [word]
    return [part for part in word.split(_BREAK) if part] or ([] if plain else [""])


def _word(
    text: str, place: int, known: Mapping[str, str], *, whole: bool
) -> tuple[str | None, int, bool]:
    """The word that begins at a place, where it ends, and whether none of it was quoted."""
    parts: list[str] = []
    plain = True
    while place < len(text) and text[place] not in " \t\r\n;&|()<>":
        char = text[place]
        if char == "\\":
            escaped = text[place + 1 : place + 2].strip("\n")
            parts.append(escaped)
            place, plain = place + 2, plain and not escaped
        elif char == "'":
            end = text.find("'", place + 1)
            if end < 0:
                return None, place, plain
            parts.append(text[place + 1 : end])
            place, plain = end + 1, False
        elif char == '"':
            inner, place = _double_quoted(text, place + 1, known)
            if place < 0:
                return None, place, plain
            parts.append(inner)
            plain = False
        elif char in "$`":
            value, place = _expansion(text, place, known)
            parts.append(value if whole else _BLANKS.sub(_BREAK, value))
        else:
            found = _LETTERS.match(text, place)
            assert found is not None
            parts.append(found[0])
            place = found.end()
    return "".join(parts), place, plain


def _double_quoted(text: str, place: int, known: Mapping[str, str]) -> tuple[str, int]:
    parts = []
    while place < len(text) and text[place] != '"':
        if text[place] == "\\" and text[place + 1 : place + 2] in ('"', "\\", "$", "`", "\n"):
            parts.append(text[place + 1].strip("\n"))
            place += 2
        elif text[place] in "$`":
            value, place = _expansion(text, place, known)
            parts.append(value)
        else:
            parts.append(text[place])
            place += 1
    return "".join(parts), place + 1 if place < len(text) else -1


def _expansion(text: str, place: int, known: Mapping[str, str]) -> tuple[str, int]:
    """What stands for a `$...` or a command in backticks, and where it ends."""
    if text[place] == "`":
        end = text.find("`", place + 1)
        end = len(text) if end < 0 else end
        return _output(text[place + 1 : end]), min(end + 1, len(text))
    if text.startswith("$(", place):
        end = _closing(text, place + 1)
        return _output(text[place + 2 : end - 1]), end
    match = _VARIABLE.match(text, place)
    if match is None:
        following = text[place + 1 : place + 2]
        return (
            (UNKNOWN, _brace(text, place))
            if following and following in "{@*#?"
            else (
                "$",
                place + 1,
            )
        )
    value = known.get(match[1] or match[2])
    modifier, default = match[3] or "", match[4] or ""
    if any(sign in default for sign in "\"'\\`"):
        default = UNKNOWN
    if modifier.endswith("+"):
        value = default if value else ""
    elif modifier and (value is None or (value == "" and modifier.startswith(":"))):
        value = UNKNOWN if "?" in modifier else default
    return UNKNOWN if value is None or "$" in value else value, match.end()


def _output(command: str) -> str:
    """What stands for the output of a command."""
    return ENVIRONMENT if _OF_ENVIRONMENT.fullmatch(command) else UNKNOWN


def _closing(text: str, place: int) -> int:
    """Where the parenthesis closes that opens at a place; quotes in it are not looked at."""
    depth = 0
    for index in range(place, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    return len(text)


def _brace(text: str, place: int) -> int:
    end = text.find("}", place)
    return end + 1 if text.startswith("${", place) and end >= 0 else place + 2
