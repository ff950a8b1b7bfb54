"""What a bundle takes besides the sources of local packages, and what it never takes."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ws.errors import ManifestError, Where, WorkError
from ws.formats import dockerignore
from ws.planning.wheel_sources import SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.pruned import PrunedFile
    from ws.model.volumes import Volume
    from ws.model.workspace import Member

_NAMES = (
    ".env .env.* *.env .envrc pip.conf pip.ini auth.toml _netrc .npmrc .pgpass .htpasswd"
    " .git-credentials .dockercfg .dockerconfigjson .ssh .aws .gnupg .kube .docker"
    " id_dsa id_ecdsa id_ecdsa_sk id_ed25519_sk *.ppk *.kdbx *.p12 *.pfx *.jks *.keystore"
)
"""Besides those that no image takes."""
_SECRET = dockerignore.read("\n".join((*SECRETS, *(f"**/{name}" for name in _NAMES.split()))))
_KEY = re.compile(
    # The line that begins a key, and what is in one: code that looks for such lines is no key.
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr])+"
    rb"(?:[\w-]+: [^\n]*\s+)*[A-Za-z0-9+/=]{32}"
)
_PUTTY = b"PuTTY-User-Key-File-"


def is_secret(path: str) -> bool:
    """Whether a file of this name may hold a secret, so that nobody ships it."""
    return _SECRET.ignores(path.lower())


def may_be_secret(file: PrunedFile) -> bool:
    """The same of a file, whatever its name is: a private key is none to be shipped."""
    return is_secret(file.path) or file.data.startswith(_PUTTY) or bool(_KEY.search(file.data))


def unshippable(path: str, who: str, member: str) -> WorkError:
    """The error for a file that is asked for by its name, and that may hold a secret."""
    return WorkError(
        f"{who} names it, and such a file may hold a secret: no bundle takes it along",
        rule="bundle/secret",
        where=Where(path),
        hint="pass it to builds as a secret, which lies in no image: RUN --mount=type=secret",
        member=member,
    )


def volume_source(member: Member, volume: Volume) -> str:
    """Where the files of a volume lie, relative to the root; empty where none fill it.

    Raises `ManifestError` for what lies outside the workspace.
    """
    if not volume.source or "://" in volume.source:
        return ""
    path = posixpath.normpath(member.file(volume.source))
    if path.startswith("../") or path == "..":
        raise ManifestError(
            f"{volume.source}, the source of the volume {volume.name}, lies outside the workspace",
            rule="bundle/volume",
            where=Where(member.file("pyproject.toml")),
            hint="move it into the repository, or give an https address",
            member=member.name,
        )
    return path


def shown(paths: Iterable[str]) -> tuple[str, ...]:
    """Lines of an ignore file that let these paths through; what means something is escaped."""
    return tuple("!" + "".join(f"\\{c}" if c in "*?[\\" else c for c in path) for path in paths)
