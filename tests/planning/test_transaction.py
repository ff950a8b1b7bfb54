"""The oracle is Poetry's own `Transaction`, imported from the Poetry beside ws."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import LONG

from ws.formats import direct_url
from ws.formats.lock import read_lock
from ws.model.installed import Installed, Origin
from ws.planning.transaction import changes

pytest.importorskip("poetry.puzzle.transaction", reason="Poetry is not beside ws")

FOLDER = Path("/w/chat")
LINUX = {"sys_platform": "linux"}
END = '[metadata]\nlock-version = "2.1"\ncontent-hash = ""\n'
SOURCES = (
    "",
    '[package.source]\ntype = "legacy"\nurl = "https://h/simple"\nreference = "ours"\n',
    '[package.source]\ntype = "directory"\nurl = "../shared"\n',
    '[package.source]\ntype = "directory"\nurl = "../other"\n',
    '[package.source]\ntype = "file"\nurl = "../a.whl"\n',
    '[package.source]\ntype = "url"\nurl = "https://h/a.whl"\n',
    '[package.source]\ntype = "git"\nurl = "https://h/a"\nreference = "main"\n'
    'resolved_reference = "abc"\n',
    '[package.source]\ntype = "git"\nurl = "https://h/a"\nreference = "main"\n'
    'resolved_reference = "def"\nsubdirectory = "lib"\n',
)
ORIGINS = (
    "",
    '{"url": "file:///w/shared", "dir_info": {"editable": true}}',
    '{"url": "file:///w/shared", "dir_info": {}}',
    '{"url": "file:///w/a.whl", "archive_info": {}}',
    '{"url": "https://h/a.whl", "archive_info": {"hash": "sha256=aa"}}',
    '{"url": "https://h/a", "vcs_info": {"vcs": "git", "commit_id": "abc"}}',
    '{"url": "https://h/a", "subdirectory": "lib",'
    ' "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": "def"}}',
)
VERSIONS = ("1.0", "1.0.0", "2.0rc1")


@st.composite
def locked(draw: st.DrawFn, name: str) -> str:
    source = draw(st.sampled_from(SOURCES))
    develop = draw(st.sampled_from(["", "develop = true\n", "develop = false\n"]))
    return (
        f'[[package]]\nname = "{name}"\nversion = "{draw(st.sampled_from(VERSIONS))}"\n'
        f'optional = false\npython-versions = "*"\ngroups = ["main"]\nfiles = []\n'
        f"{develop if 'directory' in source else ''}{source}\n"
    )


PLACED = st.tuples(st.sampled_from(VERSIONS), st.sampled_from(ORIGINS))


def oracle(text: str, placed: dict[str, tuple[str, str]], *, sync: bool) -> dict[str, str]:
    """What Poetry would do, by name."""
    from poetry.core.packages.package import Package
    from poetry.packages.locker import Locker
    from poetry.puzzle.transaction import Transaction

    locker = Locker(FOLDER / "poetry.lock", {})
    locker._lock_data = tomllib.loads(text)  # noqa: SLF001 - so that it is read once
    locker.is_locked = lambda: True
    there = [_package(name, *one) for name, one in placed.items()]
    root = Package("chat", "1")
    transaction = Transaction([], locker.locked_packages(), there, root, LINUX, {"main"})
    operations = transaction.calculate_operations(
        with_uninstalls=sync, synchronize=sync, extras=set()
    )
    return {op.package.name: op.job_type for op in operations if not op.skipped}


def _package(name: str, version: str, origin: str) -> Any:
    import json
    import tempfile

    from poetry.core.packages.package import Package
    from poetry.repositories.installed_repository import InstalledRepository

    if not origin:
        return Package(name, version)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "direct_url.json").write_text(json.dumps(json.loads(origin)))
        said = {"name": name, "version": version}
        return InstalledRepository._create_package_from_pep610(Path(folder), said)  # noqa: SLF001


@settings(max_examples=2000 if LONG else 200)
@given(
    text=st.tuples(*(locked(name) for name in "abc")),
    placed=st.dictionaries(st.sampled_from([*"abcd", "pip", "chat"]), PLACED),
    sync=st.booleans(),
)
def test_what_changes_is_what_poetrys_transaction_changes(
    text: tuple[str, ...], placed: dict[str, tuple[str, str]], *, sync: bool
) -> None:
    lock = "".join(text) + END
    there = {
        name: Installed(name, version, direct_url.read(origin) if origin else Origin())
        for name, (version, origin) in placed.items()
    }
    packages = read_lock(lock.encode()).packages
    found = changes(there, packages, FOLDER, sync_for="chat" if sync else None)
    ours = {p.name: "install" for p in found.install} | {p.name: "update" for p in found.update}
    ours |= {one.name: "uninstall" for one in found.remove}
    assert ours == oracle(lock, placed, sync=sync)
