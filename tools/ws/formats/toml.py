"""TOML text to plain data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ws.errors import ManifestError, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def parse(data: bytes, path: str) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file, line endings kept, and what it says.

    `path` (relative to the workspace root) is for messages. Raises `ManifestError` with line and
    column for what is no UTF-8 or no TOML 1.0.
    """
    import tomllib  # costs start-up; what is remembered needs no parsing

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ManifestError(
            "the file is not UTF-8, as TOML must be",
            rule="manifest/encoding",
            where=Where(path, line),
            hint="save it as UTF-8",
        ) from error
    try:
        return text, tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # the latter two for absurd numbers and nesting
        raise _syntax_error(str(error), text, path) from error


def value_at(document: Mapping[str, Any], keys: Iterable[str | int]) -> Any:  # noqa: ANN401
    """What a document says at these keys and indexes; `None` if nothing stands there."""
    value: Any = document
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _syntax_error(message: str, text: str, path: str) -> ManifestError:
    place = _PLACE.search(message)
    line, column = text.count("\n") + 1, None
    if place and place[1]:
        line, column = int(place[1]), int(place[2])
    reason = _PLACE.sub("", message)
    reason = reason[:1].lower() + reason[1:]
    hint = "mend the TOML there"
    if text.startswith("\ufeff"):
        hint = "the file begins with a byte order mark: save it without"
    elif re.search(r"^(<{7}|={7}|>{7})", text, re.MULTILINE):
        hint = "there are conflict markers of a git merge in the file: resolve them"
    return ManifestError(
        f"this is not valid TOML: {reason}",
        rule="manifest/syntax",
        where=Where(path, line, column),
        hint=hint,
    )
