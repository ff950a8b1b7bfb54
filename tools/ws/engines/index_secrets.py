"""The package indexes that this machine and the members use, as secrets for a build.

A secret is in no layer, in no history, and in no key of the cache: who builds with a mirror and who
builds without one get the same image.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ws.engines import uv
from ws.errors import WorkError
from ws.planning.image_indexes import Indexes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ws.planning.uv_requirements import Index

PIP, UV = "pip.conf", "uv.toml"
"""The ids of the secrets, and the names of the files."""
_NONE = Indexes()


def write(folder: Path, environ: Mapping[str, str], indexes: Indexes = _NONE) -> tuple[str, ...]:
    """Write what pip and uv need to know into a folder; how to pass it on to a builder.

    `indexes` are those of the members, for which there may be credentials. Nothing where all come
    from the index that both ask by themselves.
    """
    settings = uv.environment(environ)
    default = settings.get("UV_DEFAULT_INDEX") or settings.get("UV_INDEX_URL") or ""
    if not default and indexes.default:
        default = address(indexes.default, environ)
    more = (settings.get("UV_INDEX") or settings.get("UV_EXTRA_INDEX_URL") or "").split()
    guarded = [url for url in (address(each, environ) for each in indexes.named) if "@" in url]
    guarded = [url for url in guarded if url != default]
    if not default and not more and not guarded:
        return ()
    texts = {PIP: _pip(default, more), UV: _uv(default, more, guarded)}
    for name, text in texts.items():
        try:
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise WorkError(
                f"cannot write {name}, a secret of the build: {error.strerror}",
                rule="file/write",
                hint="make room where temporary files go (TMPDIR), or choose another folder",
            ) from error
    return tuple(f"id={name},src={folder / name}" for name in texts)


def address(index: Index, environ: Mapping[str, str]) -> str:
    """The address of an index of a member, with the credentials that Poetry would use for it.

    Those in its variables come before those in its address:
    https://python-poetry.org/docs/repositories/#configuring-credentials.
    """
    name = re.sub(r"[^A-Z0-9]", "_", index.name.upper())
    user, password = (
        environ.get(f"POETRY_HTTP_BASIC_{name}_{what}", "") for what in ("USERNAME", "PASSWORD")
    )
    if not user and not password:
        return index.url
    parts = urlsplit(index.url)
    host = parts.netloc.rpartition("@")[2]
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return parts._replace(netloc=f"{login}@{host}").geturl()


def _pip(default: str, more: list[str]) -> str:
    lines = ["[global]"]
    lines += [f"index-url = {default}"] if default else []
    lines += ["extra-index-url =", *(f"    {url}" for url in map(_address, more))] if more else []
    return "".join(f"{line}\n" for line in lines)


def _uv(default: str, more: list[str], guarded: list[str]) -> str:
    lines = [f"[[index]]\nurl = {json.dumps(_address(url))}\n" for url in more]
    # Requirements name these themselves, without credentials; `explicit` keeps other packages away.
    lines += [
        f'[[index]]\nname = "guarded-{number}"\nurl = {json.dumps(url)}\nexplicit = true\n'
        for number, url in enumerate(guarded, start=1)
    ]
    lines += [f"[[index]]\nurl = {json.dumps(default)}\ndefault = true\n"] if default else []
    return "\n".join(lines)


def _address(index: str) -> str:
    """The address of an index that may have a name before it."""
    name, sign, url = index.partition("=")
    return url if sign and "/" not in name else index
