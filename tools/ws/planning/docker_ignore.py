"""What a new `.dockerignore` should say: environments, caches and secrets are not to be sent.

Which patterns are needed follows from the file and from where the members lie, not from what is on
this disk: a fresh clone, which has no environments yet, gets the same answer. What is there already
gets no more than it lacks on this disk: see `docker_fix_ignore`.
"""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ws.formats import dockerignore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ws.model.docker import Dockerfile

_UNWANTED = {
    ".git": (".git",),
    ".venv": (".venv",),
    "__pycache__": ("__pycache__", "src/__pycache__"),
    ".*_cache": (".mypy_cache", ".pytest_cache", ".ruff_cache"),
    "dist": ("dist",),
    ".env": (".env",),
}
"""What a pattern leaves out, and the paths in a member's folder that show whether it is needed."""


def additions(
    text: str, context: str, members: Sequence[str], dockerfiles: Iterable[Dockerfile]
) -> tuple[str, ...]:
    """The lines that an ignore file of this text lacks.

    `context` and `members` are folders relative to the workspace root, `dockerfiles` all that are
    built with the file. What one of them copies by its name is not left out; and where none copies
    a folder, nothing unwanted can come along.
    """
    sources = tuple(source for each in dockerfiles for source in sources_of(each))
    if not any(_may_be_folder(source) for source in sources):
        return ()
    ignored = dockerignore.read(text)
    folders = [posixpath.relpath(member, context) for member in members]
    folders = [".", *(folder for folder in folders if not folder.startswith(".."))]
    slash = "/" * ends_with_slashes(text)
    return tuple(
        f"**/{name}{slash if name != '.env' else ''}"
        for name, samples in _UNWANTED.items()
        if not all(
            ignored.ignores(posixpath.normpath(posixpath.join(folder, sample)))
            for folder in (folders if name != ".git" else folders[:1])
            for sample in samples
        )
        and not any(fnmatchcase(part, name) for source in sources for part in source.split("/"))
    )


def with_lines(text: str, lines: Sequence[str]) -> str:
    """The text with lines appended, its own line ends kept."""
    if not lines:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else newline
    return text + gap + "".join(f"{line}{newline}" for line in lines)


def escaped(path: str) -> str:
    """The pattern for one path: signs of patterns in it stand for themselves."""
    return re.sub(r"([*?[\\])", r"\\\1", path)


def ends_with_slashes(text: str) -> bool:
    """Whether the author writes folders with a slash at the end."""
    return any(line.strip().endswith("/") for line in text.splitlines() if line[:1] != "#")


def sources_of(dockerfile: Dockerfile) -> Iterator[str]:
    """What is copied from the context, as it is written."""
    for instruction in dockerfile.instructions:
        if instruction.kind in ("COPY", "ADD") and instruction.flag("from") is None:
            yield from (word.text.strip("\"'") for word in instruction.words[:-1])


def _may_be_folder(source: str) -> bool:
    """Whether a source is more than a file with an ending, as far as its name tells."""
    name = posixpath.basename(source.rstrip("/"))
    return "://" not in source and ("." not in name.lstrip(".") or name in ("*", ".", ".."))
