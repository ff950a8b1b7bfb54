"""What of a `poetry.lock` an image needs, sorted by what makes a new layer necessary.

Dockerfiles that `ws docker new` wrote run this inside the build, with the Python of their base
image and nothing else:

    python third_party.py poetry.lock GROUP...

It writes, into the current folder:

requirements.txt    third-party packages of these groups, with versions, markers and hashes
direct.txt          those that come from git, which have no hash but that of their commit
folders.txt         path dependencies, relative to the folder of the lock

The first two say nothing of local packages. So where only the version of one of these changes in
the lock, they stay the same byte for byte, and so does the layer that is made from them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

try:
    import tomllib
except ImportError:  # before Python 3.11
    from pip._vendor import tomli as tomllib  # type: ignore[no-redef]


def main(lock: str, *groups: str) -> None:
    """Write the three files."""
    document = tomllib.loads(Path(lock).read_text(encoding="utf-8"))
    packages = [each for each in document["package"] if wanted(each["groups"], groups)]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for package in packages:
        kinds.setdefault(package.get("source", {}).get("type", "index"), []).append(package)
    indexes = {f"--extra-index-url {each['source']['url']}" for each in kinds.get("legacy", ())}
    hashed = [each for kind in ("index", "legacy", "url") for each in kinds.get(kind, ())]
    lines = [requirement(each, groups) + hashes(each) for each in hashed]
    write("requirements.txt", [*sorted(indexes), *sorted(lines)])
    write("direct.txt", [requirement(each, groups) for each in kinds.get("git", ())])
    write("folders.txt", [each["source"]["url"] for each in kinds.get("directory", ())])


def wanted(names: list[str], groups: tuple[str, ...]) -> list[str]:
    """Which of a package's groups are among those asked for, which have normalised names."""
    return [name for name in names if re.sub(r"[-_.]+", "-", name).lower() in groups]


def requirement(package: dict[str, Any], groups: tuple[str, ...]) -> str:
    """A package as PEP 508 has it."""
    source = package.get("source", {})
    name, version = package["name"], package["version"]
    part = f"#subdirectory={source['subdirectory']}" if "subdirectory" in source else ""
    if source.get("type") == "git":
        text = f"{name} @ git+{source['url']}@{source['resolved_reference']}{part}"
    elif source.get("type") == "url":
        text = f"{name} @ {source['url']}{part}"
    else:
        text = f"{name}=={version}"
    condition = marker(package, groups)
    return f"{text} ; {condition}" if condition else text


def marker(package: dict[str, Any], groups: tuple[str, ...]) -> str:
    """Where a package is needed for the sake of any of the groups; empty for everywhere."""
    written = package.get("markers", "")
    if isinstance(written, str):
        return written
    conditions = {written.get(group, "") for group in wanted(package["groups"], groups)}
    return "" if "" in conditions else " or ".join(f"({each})" for each in sorted(conditions))


def hashes(package: dict[str, Any]) -> str:
    """What its files may hash to, as options of pip."""
    found = sorted({file["hash"] for file in package["files"]})
    return "".join(f" \\\n    --hash={each}" for each in found)


def write(name: str, lines: list[str]) -> None:
    """Write a text file with these lines into the current folder."""
    Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
