"""The packages that the small workspace may lock: tiny, and the same bytes on every machine."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LONG_AGO = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Release:
    """One version of one package."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    python: str = ">=3.8"
    sdist: bool = False

    @property
    def stem(self) -> str:
        """How its files begin."""
        return f"{self.name.lower().replace('-', '_').replace('.', '_')}-{self.version}"

    def metadata(self) -> str:
        """What the package says of itself."""
        lines = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.version}"]
        lines += [f"Summary: The package {self.name}", f"Requires-Python: {self.python}"]
        lines += [f"Provides-Extra: {extra}" for extra in self.extras]
        lines += [f"Requires-Dist: {requirement}" for requirement in self.requires]
        return "\n".join(lines) + "\n"


RELEASES = (
    Release("alpha", "1.0.0"),
    Release("alpha", "1.1.0", sdist=True),
    Release("alpha", "1.2.0", sdist=True),
    Release("alpha", "2.0.0", sdist=True),
    Release("base", "0.1.0"),  # the name of a member, published too
    Release("beta", "1.0.0", ("alpha>=1.0", 'delta>=1.0; extra == "fast"'), ("fast",)),
    Release("beta", "1.1.0", ("alpha>=1.0", 'delta>=1.0; extra == "fast"'), ("fast",)),
    Release("beta", "2.0.0", ("alpha>=2",)),
    Release("colour", "1.0.0"),
    Release("delta", "1.0.0", ("epsilon>=1.0",)),
    Release("delta", "1.1.0", ("epsilon>=1.0",)),
    Release("epsilon", "1.0.0"),
    Release("epsilon", "1.3.0"),
    Release("epsilon", "2.0.0"),
    Release("eta", "1.0.0", ('colour; sys_platform == "win32"', 'zeta; python_version<"3.12"')),
    Release("gamma", "1.0.0"),
    Release("gamma", "1.5.0"),
    Release("gamma", "2.0.0"),
    Release("iota", "1.0.0", ("theta",)),
    Release("kappa", "1.0.0"),
    Release("kappa", "1.4.0"),
    Release("lambda-x", "1.0.0", ("kappa>=1",)),
    Release("lint", "1.0.0"),
    Release("lint", "2.0.0", ("gamma",)),
    Release("Mixed.Name", "1.0.0", ('kappa; extra == "x"', 'alpha>=1,<3; extra == "Y_y"'), ("x",)),
    Release("Mixed.Name", "1.1.0", ('kappa; extra == "x"', 'alpha>=1,<3; extra == "Y_y"'), ("x",)),
    Release("omega", "1.0.0"),
    Release("omega", "1.1.0"),
    Release("rho", "1.0.0"),
    Release("rho", "1.1.0rc1"),
    Release("tau", "2024.01.05"),
    Release("theta", "1.0.0"),
    Release("theta", "2.0.0", ("iota>=1",)),
    Release("torchy", "1.0.0+cpu"),
    Release("zeta", "0.9.0", sdist=True),
    Release("zeta", "1.0.0", python=">=3.12"),
)


def build(folder: Path) -> None:
    """Write the files of all releases into `folder`."""
    for release in RELEASES:
        _wheel(folder, release)
        if release.sdist:
            _sdist(folder, release)


def _wheel(folder: Path, release: Release) -> None:
    info = f"{release.stem}.dist-info"
    files = {
        f"{info}/METADATA": release.metadata(),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(folder / f"{release.stem}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            record += f"{name},sha256={digest.decode().rstrip('=')},{len(text.encode())}\n"
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), text)
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD", LONG_AGO), f"{record}{info}/RECORD,,\n")


def _sdist(folder: Path, release: Release) -> None:
    content = release.metadata().encode()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo(f"{release.stem}/PKG-INFO")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    (folder / f"{release.stem}.tar.gz").write_bytes(_gzip(plain.getvalue()))


def _gzip(data: bytes) -> bytes:
    """The data as a gzip file without a time, not compressed: no two zlibs differ in that."""
    stored = zlib.compressobj(0, wbits=-15)
    body = stored.compress(data) + stored.flush()
    return (
        b"\x1f\x8b\x08"
        + bytes(6)
        + b"\xff"
        + body
        + struct.pack("<LL", zlib.crc32(data), len(data))
    )
