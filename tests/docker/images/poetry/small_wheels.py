"""The packages of the index in the image: small wheels, the same bytes whoever makes them.

Standard library only, since the image runs it too; the folders are those of PEP 503.
"""

from __future__ import annotations

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

PACKAGES = (
    ("alpha", "1.0.0", ()),
    ("alpha", "1.1.0", ()),
    ("alpha", "2.0.0", ()),
    ("beta", "1.0.0", ("alpha>=1",)),
    ("gamma", "1.0.0", ()),
    ("delta", "1.0.0", ()),
)
"""Name, version, requirements."""


def wheel(folder: Path, name: str, version: str, requires: tuple[str, ...]) -> Path:
    """Write a wheel with one module that says its version (PEP 427)."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {requirement}\n" for requirement in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for file, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        record += f"{file},sha256={digest.decode().rstrip('=')},{len(text.encode())}\n"
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            # ZipInfo's own date is 1980, whatever the clock says, so a lock's hashes hold.
            archive.writestr(zipfile.ZipInfo(file), text)
    return path


def make(index: Path) -> None:
    """Write every package into a folder of its name below `index`."""
    for name, version, requires in PACKAGES:
        (index / name).mkdir(parents=True, exist_ok=True)
        wheel(index / name, name, version, requires)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
