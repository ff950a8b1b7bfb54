from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ws.formats import pyproject_reader
from ws.formats.lock import read_lock
from ws.planning.uv_requirements import Index, Requirements, obstacles, requirements

if TYPE_CHECKING:
    from ws.model.lock import Lock
    from ws.model.manifest import Manifest

FOLDER = Path("/w/workers/chat")
END = '[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = ""\n'


def package(name: str, source: str = "", *, files: str = "", more: str = "") -> str:
    described = f"\n[package.source]\n{source}" if source else ""
    return (
        f'[[package]]\nname = "{name}"\nversion = "1.0"\noptional = false\ngroups = ["main"]\n'
        f"files = [{files}]\n{more}{described}\n\n"
    )


def lock(*packages: str, end: str = END) -> Lock:
    return read_lock(("".join(packages) + end).encode())


def manifest(text: str = "") -> Manifest:
    head = '[project]\nname = "chat"\nversion = "1"\n'
    read = pyproject_reader.read((head + text).encode(), "chat/pyproject.toml", "chat")
    assert read is not None
    return read


TWO = '{file = "a.whl", hash = "sha256:aa"}, {file = "a.tgz", hash = "sha256:bb"}'
ONE = '{file = "a-1.0.tgz", hash = "sha256:cc"}, {file = "other.whl", hash = "sha256:dd"}'
MD5 = '{file = "a.whl", hash = "md5:aa"}'


def test_each_source_has_its_form() -> None:
    text = (
        package("idx", files=TWO),
        package("leg", 'type = "legacy"\nurl = "http://h/simple/"\nreference = "ours"', files=TWO),
        package("by-url", 'type = "url"\nurl = "https://h/a.whl"', files=TWO),
        package("by-file", 'type = "file"\nurl = "../../vendor/a-1.0.tgz"', files=ONE),
        package("folder", 'type = "directory"\nurl = "../../my lib"', more="develop = false\n"),
        package("edit", 'type = "directory"\nurl = "../../shared"', more="develop = true\n"),
        package(
            "repo",
            'type = "git"\nurl = "https://h/r.git"\nreference = "main"\n'
            'resolved_reference = "abc"\nsubdirectory = "py/lib"',
            more="develop = false\n",
        ),
    )
    chosen = lock(*text)
    found = requirements(chosen.packages, FOLDER)
    assert found == Requirements(
        hashed=(
            "idx==1.0 --hash=sha256:aa --hash=sha256:bb",
            "leg==1.0 --hash=sha256:aa --hash=sha256:bb",
        ),
        direct=(
            "by-url @ https://h/a.whl --hash=sha256:aa --hash=sha256:bb",
            "by-file @ file:///w/vendor/a-1.0.tgz --hash=sha256:cc",
            "repo @ git+https://h/r.git@abc#subdirectory=py/lib",
            "folder @ file:///w/my%20lib",
        ),
        rebuilt=("folder",),
        editables=tuple(p for p in chosen.packages if p.name == "edit"),
        indexes=(Index("ours", "http://h/simple"),),
        needs_default=True,
    )
    assert obstacles(manifest(), chosen, chosen.packages) == ()


def test_a_lock_that_takes_all_from_its_own_index_needs_no_default_one() -> None:
    legacy = 'type = "legacy"\nurl = "http://h/simple"\nreference = "ours"'
    found = requirements(lock(package("a", legacy, files=TWO)).packages, FOLDER)
    assert (found.needs_default, found.indexes) == (False, (Index("ours", "http://h/simple"),))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            package("a", 'type = "git"\nurl = "https://h/a"', more="develop = true\n"),
            "a is editable and comes from git",
        ),
        (
            package("a", 'type = "git"\nurl = "git@h:o/a.git"'),
            "a comes from git by an address that uv does not know",
        ),
        (package("a"), "its lock has no hash for a"),
        (package("a", files=MD5), "its lock has no hash for a"),
        (package("a", 'type = "hg"\nurl = "https://h/a"'), "a comes from hg"),
    ],
)
def test_what_uv_would_do_otherwise_is_a_reason_to_leave_it_to_poetry(
    text: str, reason: str
) -> None:
    found = lock(text)
    assert obstacles(manifest(), found, found.packages) == (reason,)


def test_so_is_a_lock_that_says_too_little() -> None:
    old = lock(end=END.replace("2.1", "2.0"))
    assert obstacles(manifest(), old, ()) == (
        "its lock is of version 2.0: uv needs one of Poetry 2",
    )


@pytest.mark.parametrize("build", ['build = "build.py"', '[tool.poetry.build]\nscript = "b.py"'])
def test_so_is_a_build_script(build: str) -> None:
    text = manifest(f"[tool.poetry]\n{build}\n")
    assert obstacles(text, lock(), ()) == ("it has a build script",)


NEAR: dict[str, Any] = tomllib.loads("[installer]\nno-binary = true\n")
FAR: dict[str, Any] = tomllib.loads(
    'installer.only-binary = ["a"]\nvirtualenvs.options.system-site-packages = true\n'
)


def test_so_are_settings_of_poetry_the_nearest_of_which_counts() -> None:
    assert obstacles(manifest(), lock(), (), (NEAR, FAR)) == (
        "installer.no-binary is set",
        "installer.only-binary is set",
        "its environment sees the system's packages",
    )
    off: dict[str, Any] = {"installer": {"only-binary": []}}
    variables = {
        "POETRY_INSTALLER_NO_BINARY": "",
        "POETRY_VIRTUALENVS_OPTIONS_SYSTEM_SITE_PACKAGES": "False",
    }
    assert obstacles(manifest(), lock(), (), (off, NEAR, FAR), variables) == ()
