"""What `ws install` itself costs where there are many members: its memory, and its CPU time.

    .venv/bin/python -m benchmarks.many [MEMBERS]            default: 100 (on Linux or macOS)

A generated workspace (`generated.py`) whose locks name wheels that are really there, small ones in
a folder, so that uv makes every environment. Wanted are less than 200 MB of memory and 3 s of CPU
time, without uv's own, for 100 members. Then nothing to do. Prints; never fails for a time.
"""

from __future__ import annotations

import base64
import hashlib
import re
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from benchmarks import generated

ALONE = """\
import resource, sys
from ws.cli.main import main
try:
    main()
finally:
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(own.ru_utime + own.ru_stime, own.ru_maxrss / 1024, file=sys.stderr)
"""
LOCKED = re.compile(
    r'name = "([^"]+)"\nversion = "([^"]+)"\n((?:(?!\[\[).)*?)files = \[\n(.+?)\n\]\n', re.DOTALL
)


def wheel(folder: Path, name: str, version: str) -> Path:
    """A wheel with one module in it (PEP 427)."""
    module = name.replace("-", "_")
    path = folder / f"{module}-{version}-py3-none-any.whl"
    if path.exists():
        return path
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        record = ""
        for file, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            record += f"{file},sha256={digest.decode().rstrip('=')},{len(text)}\n"
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path


def make_real(root: Path, house: Path) -> None:
    """Let the locks of a generated workspace name wheels that are there."""

    def real(found: re.Match[str]) -> str:
        name, version, between, _ = found.groups()
        made = wheel(house, name, version)
        digest = hashlib.sha256(made.read_bytes()).hexdigest()
        file = f'    {{file = "{made.name}", hash = "sha256:{digest}"}},\n'
        return f'name = "{name}"\nversion = "{version}"\n{between}files = [\n{file}]\n'

    for lock in root.rglob("poetry.lock"):
        lock.write_text(LOCKED.sub(real, lock.read_text()))
    for manifest in root.rglob("pyproject.toml"):
        manifest.write_text(
            manifest.read_text()
            + '\n[build-system]\nrequires = ["poetry-core>=2,<3"]\n'
            + 'build-backend = "poetry.core.masonry.api"\n'
        )


def install(root: Path, house: Path) -> str:
    """Run `ws install`, and tell its own share and the whole."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-c", ALONE, "install", "--engine", "uv", "--wheelhouse", str(house)]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    clock, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode:
        sys.exit(ran.stdout + ran.stderr)
    own, megabytes = map(float, ran.stderr.split()[-2:])
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{own:8.2f} {whole:10.2f} {clock:9.2f} {megabytes:6.0f}"


def main() -> None:
    """Install everything, then nothing, and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        root, house = Path(folder) / "workspace", Path(folder) / "house"
        root.mkdir()
        house.mkdir()
        generated.make(root, count)
        make_real(root, house)
        print(f"{count} members             own CPU s  all CPU s   clock s     MB")
        print(f"  from nothing          {install(root, house)}   (wanted < 3 s own, < 200 MB)")
        time.sleep(4)  # files of this moment are compared by content
        for what in ("nothing to do, first", "nothing to do"):
            print(f"  {what:22}{install(root, house)}")


if __name__ == "__main__":
    main()
