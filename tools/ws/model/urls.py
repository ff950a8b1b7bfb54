"""Addresses, as they may be shown, and what else nobody may see."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HIDDEN = "***"

_SHORTEST = 4
"""A secret of fewer characters is none, and would be found in every other word."""
_SECRET = re.compile(
    r"POETRY_PYPI_TOKEN_.*|(?:.*_)?(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|(?:API|ACCESS|SECRET)_KEY)",
    re.IGNORECASE,
)
"""The names of variables that hold one."""
_USERINFO = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://([^\s/?#@:]*)(?::(?!\d+(?:[/?#]|$))(\S*))?@", re.IGNORECASE
)

_CREDENTIALS = re.compile(
    # Up to the last @ before path, query and fragment. A password that holds one of / ? # as it is
    # makes no valid address, but is a password all the same; digits before a / are a port.
    r"([a-z][a-z0-9+.-]{0,30}://)(?:[^\s/?#@:]*:(?!\d+[/?#])[^\s]*@|[^\s/?#]*@)",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """The text with user and password hidden in every address that is in it.

    A user alone is hidden too, since tokens stand there: `https://***@host/simple`.
    """
    return _CREDENTIALS.sub(rf"\1{HIDDEN}@", text)


def without_credentials(text: str) -> str:
    """The text with user and password taken out of every address that is in it."""
    return _CREDENTIALS.sub(r"\1", text)


def masking(environ: Mapping[str, str]) -> Callable[[str], str]:
    """A function that hides, in any text, credentials in addresses and the secrets of `environ`.

    These are the values of variables whose names say so (`POETRY_HTTP_BASIC_OURS_PASSWORD`), and
    what stands before the host in an address in any variable, percent-encoded or not.
    """
    forms = {form for secret in _secrets(environ) for form in _forms(secret)}
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    if not forms:
        return lambda text: masked(text) if "://" in text else text
    secret = re.compile("|".join(map(re.escape, longest_first)))

    def hide(text: str) -> str:
        return secret.sub(HIDDEN, masked(text) if "://" in text else text)

    return hide


def _secrets(environ: Mapping[str, str]) -> Iterator[str]:
    for name, value in environ.items():
        if _SECRET.fullmatch(name):
            yield from value.splitlines()
        elif "://" in value:
            for user, password in _USERINFO.findall(value):
                yield password or user  # a user alone is a token
        if name.startswith("POETRY_HTTP_BASIC_") and name.endswith("_USERNAME"):
            password = environ.get(f"{name.removesuffix('USERNAME')}PASSWORD")
            yield "" if password else value


def _forms(secret: str) -> Iterator[str]:
    """The ways in which a secret may be written."""
    for plain in {secret, unquote(secret)}:
        encoded = quote(plain, safe="")
        lower = re.sub(r"%..", lambda found: found[0].lower(), encoded)
        escaped = json.dumps(plain)[1:-1]
        for form in (plain, encoded, lower, quote(plain), quote_plus(plain), escaped):
            if len(form.strip()) >= _SHORTEST:
                yield form
