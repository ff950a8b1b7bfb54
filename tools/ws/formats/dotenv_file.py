"""The file with values for `${NAME}` that Compose reads: `.env`.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING

from dotenv.parser import Binding, Original, parse_stream

from ws.errors import ManifestError, Where
from ws.formats import compose_variables

if TYPE_CHECKING:
    from collections.abc import Mapping


_BARE = re.compile(r"\$\$|\$([A-Za-z_]\w*)")
"""A variable without braces, and a dollar that is none."""
_COLON = re.compile(r"^(\s*(?:export\s+)?[A-Za-z_][\w.]*[ \t]*):")
"""What stands before a value, as YAML has it."""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def read(text: str, path: str, environ: Mapping[str, str]) -> dict[str, str]:
    """All variables that Compose knows: those of `environ`, and the others of the file.

    Values there may have variables themselves, but for those in single quotes.
    Raises `ManifestError`, with `path` and the line but not the text there, which may be a secret.
    """
    found = dict(environ)
    for binding in map(_as_compose, parse_stream(StringIO(text))):
        written = binding.original.string
        line = binding.original.line + len(written) - len(written.lstrip("\r\n"))
        if binding.error:
            raise _wrong("this is no NAME=VALUE", path, line)
        if binding.key is None or binding.value is None or binding.key in environ:
            continue
        literal = written.partition("=")[2].lstrip().startswith("'")
        try:
            value = binding.value if literal else _filled(binding.value, found)
        except KeyError as missing:
            raise _wrong(str(missing.args[0]), path, line) from missing
        found[binding.key] = value
    return found


def _as_compose(binding: Binding) -> Binding:
    """The same, read anew where Compose takes more.

    That is `NAME: value`, and a dollar after a backslash in double quotes, which is no variable.
    """
    written = binding.original.string
    text = _COLON.sub(r"\1=", written) if binding.value is None else written
    if text.partition("=")[2].lstrip().startswith('"'):
        text = _ESCAPE.sub(lambda found: "$$" if found[1] == "$" else found[0], text)
    if text == written:
        return binding
    original = Original(text, binding.original.line)
    return next(parse_stream(StringIO(text)))._replace(original=original)


def _filled(value: str, environ: Mapping[str, str]) -> str:
    braced = _BARE.sub(lambda bare: f"${{{bare[1]}}}" if bare[1] else bare[0], value)
    return compose_variables.filled(braced, environ)


def _wrong(message: str, path: str, line: int) -> ManifestError:
    where = Where(path, line)
    return ManifestError(message, rule="compose/variable", where=where, hint="mend the line there")
