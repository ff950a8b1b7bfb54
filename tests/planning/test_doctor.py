"""What `ws doctor` says of facts."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ws.errors import ManifestError, UsageError, Where
from ws.model.machine import Disk, Index, Machine, PoetryFound, Program, Venv
from ws.planning import doctor, doctor_index
from ws.planning.doctor import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ws.model.machine import Check
    from ws.model.workspace import Workspace

    Read = Callable[[Mapping[str, str]], Workspace]

OUTSIDE = Place(faults=(UsageError("no workspace", rule="usage/root", hint="go"),), wanted=False)
FINE = Machine(
    python=Program("/bin/python", "3.12.1"),
    pythons=("3.12.1",),
    poetry=PoetryFound(
        "/bin/poetry",
        "it is beside ws",
        version="2.5.1",
        interpreter="/bin/python",
        plugins=("poetry-plugin-pypi-mirror",),
        mirror_plugin=True,
    ),
    uv=Program("/bin/uv", "0.9.1"),
    git=Program("/bin/git", "2.39.5"),
    docker=Program("/bin/docker", "28.2.2"),
    engine=Program("/bin/docker", "28.2.1"),
    indexes=(Index("default", "https://index/simple", "json"),),
    disks=(Disk("environments", 8 * 2**30),),
    environments=(Venv("a", "made"),),
)
PLAIN = replace(FINE, poetry=replace(FINE.poetry, mirror_plugin=False))
SOURCE = '\n[[tool.poetry.source]]\nname = "own"\nurl = "https://own/simple"\n'


def the(title: str, machine: Machine, place: Place = OUTSIDE) -> Check:
    (found,) = [each for each in doctor.checks(machine, place) if each.title == title]
    return found


def said(title: str, machine: Machine, place: Place = OUTSIDE) -> tuple[str, str]:
    found = the(title, machine, place)
    return found.status, found.detail


def heard(machine: Machine, *indexes: tuple[str, str, str]) -> Machine:
    return replace(machine, indexes=tuple(Index(*index) for index in indexes))


def test_a_machine_that_has_all_is_fine(read_workspace: Read) -> None:
    place = Place(read_workspace({"a": ""}))
    found = doctor.checks(FINE, place)
    assert [(check.title, check.status, check.detail, check.fix) for check in found] == [
        ("Python", "ok", "3.12.1 (/bin/python)", ""),
        ("Poetry", "ok", "2.5.1 (/bin/poetry: it is beside ws)", ""),
        ("Poetry plugins", "ok", "poetry-plugin-pypi-mirror", ""),
        ("uv", "ok", "0.9.1 (/bin/uv)", ""),
        ("Git", "ok", "2.39.5 (/bin/git)", ""),
        ("Docker", "ok", "28.2.2 (/bin/docker)", ""),
        ("Docker engine", "ok", "28.2.1 answers", ""),
        ("Index", "ok", "https://index/simple answers in JSON", ""),
        ("Disk", "ok", "8.0 GiB free for environments", ""),
        ("Workspace", "ok", "1 member (/nowhere)", ""),
        ("Environments", "ok", "1 of 1 members have theirs", ""),
    ]
    assert doctor.findings(found) == ()


def test_what_need_not_be_there_is_missing_and_no_fault() -> None:
    none = Program()
    bare = replace(FINE, uv=none, git=none, docker=none, engine=none, environments=())
    found = doctor.checks(bare, OUTSIDE)
    missing = [check.title for check in found if check.status == "missing"]
    assert missing == ["uv", "Git", "Docker", "Docker engine", "Workspace"]
    assert doctor.findings(found) == ()


def test_a_program_that_does_not_run_is_a_warning() -> None:
    broken = replace(FINE, uv=Program("/bin/uv", trouble="Killed"))
    assert said("uv", broken) == ("warning", "/bin/uv does not run: Killed")


def test_an_engine_that_may_not_be_used_is_told_from_one_that_is_not_there() -> None:
    denied = "permission denied while trying to connect"
    mute = replace(FINE, engine=Program("/bin/docker", trouble=denied))
    assert the("Docker engine", mute).fix.startswith("let yourself use it")
    mute = replace(FINE, engine=Program("/bin/docker", trouble="Cannot connect"))
    assert the("Docker engine", mute).fix.startswith("start it")


def test_the_oldest_python_is_that_of_the_distribution() -> None:
    manifest = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    oldest = ".".join(map(str, doctor.OLDEST_PYTHON))
    assert manifest["project"]["requires-python"] == f">={oldest}"
    old = replace(FINE, python=Program("/bin/python", "3.10.4"))
    detail = "3.10.4 (/bin/python) is too old: ws needs 3.11 or later"
    assert said("Python", old) == ("error", detail)


@pytest.mark.parametrize(
    ("versions", "status"),
    [(("3.12.1",), "warning"), (("3.12.1", "3.11.2"), "ok"), (("3.12.1", "3.11"), "ok")],
)
def test_each_member_wants_a_python_that_it_allows(
    versions: tuple[str, ...], status: str, read_workspace: Read
) -> None:
    project = '[project]\nname = "b"\nversion = "1"\nrequires-python = ">=3.11.1,<3.12"\n'
    place = Place(read_workspace({"a": "", "b": project}))
    assert said("Python", replace(FINE, pythons=versions), place)[0] == status


def test_no_poetry_is_an_error_with_the_remedy() -> None:
    found = the("Poetry", replace(FINE, poetry=PoetryFound(trouble="not found", remedy="get it")))
    assert (found.status, found.detail, found.fix) == ("error", "not found", "get it")


def test_a_poetry_says_what_it_was_taken_before_and_why_it_is_slow() -> None:
    slow = replace(FINE.poetry, passed_over="/usr/bin/poetry", misfit="its plugin x may change it")
    assert said("Poetry", replace(FINE, poetry=slow)) == (
        "ok",
        "2.5.1 (/bin/poetry: it is beside ws); not the first on PATH, /usr/bin/poetry; it locks by"
        " its command line, more slowly: its plugin x may change it",
    )


def test_an_index_in_html_needs_the_mirror_plugin() -> None:
    html = ("default", "https://index/simple", "html")
    assert said("Index", heard(FINE, html))[0] == "ok"
    found = the("Index", heard(PLAIN, html))
    assert (found.status, found.detail, found.fix) == (
        "error",
        "https://index/simple answers in HTML only: Poetry cannot read that by itself",
        "add the plugin that can: /bin/python -m pip install poetry-plugin-pypi-mirror",
    )


def test_the_mirror_that_is_set_is_the_only_one_that_counts() -> None:
    gone = ("default", "https://index/simple", "no answer (ConnectTimeout)")
    mirrored = heard(FINE, ("mirror", "https://m", "html"), gone)
    detail = "https://m answers in HTML only: the mirror that POETRY_PYPI_MIRROR_URL names"
    assert said("Index", mirrored) == ("ok", detail)
    mute = heard(FINE, ("mirror", "https://m", "no answer in time"))
    assert said("Index", mute) == ("error", "https://m: no answer in time")
    strange = heard(FINE, ("mirror", "https://m", "answered 404"))
    assert said("Index", strange)[0] == "warning"


def test_a_mirror_that_poetry_does_not_heed_is_a_warning() -> None:
    found = heard(PLAIN, ("mirror", "https://m", "html"), ("default", "https://i", "json"))
    status, detail = said("Index", found)
    assert status == "warning"
    assert detail.startswith("https://i answers in JSON; POETRY_PYPI_MIRROR_URL has no effect")


def test_pips_index_stands_in_for_the_default_one() -> None:
    gone = ("default", "https://index/simple", "no answer (ConnectTimeout)")
    assert said("Index", heard(FINE, gone, ("pip", "https://company", "json")))[0] == "ok"
    assert said("Index", heard(PLAIN, gone, ("pip", "https://company", "json")))[0] == "error"
    assert said("Index", heard(FINE, gone))[0] == "error"


def test_without_poetry_no_index_is_asked() -> None:
    mute = replace(FINE, indexes=None)
    assert said("Index", mute)[0] == "warning"
    assert said("Index", replace(mute, poetry=PoetryFound(trouble="none")))[0] == "missing"


def test_an_index_that_no_member_uses_may_be_silent(read_workspace: Read) -> None:
    gone = heard(FINE, ("default", "https://index", "no answer (ConnectTimeout)"))
    own = read_workspace({"a": SOURCE})
    assert said("Index", gone, Place(own))[0] == "missing"
    for changed in (
        {"a": SOURCE, "b": ""},
        {"a": f'{SOURCE}priority = "supplemental"\n'},
        {"a": f'{SOURCE}\n[[tool.poetry.source]]\nname = "PyPI"\n'},
    ):
        assert said("Index", gone, Place(read_workspace(changed)))[0] == "error"


def test_sources_of_members_are_asked_once_each(read_workspace: Read) -> None:
    workspace = read_workspace({"a": SOURCE, "b": f'{SOURCE}\n[[tool.poetry.source]]\nname="PyPI"'})
    assert [source.name for source in doctor_index.sources(workspace)] == ["own"]


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("html", "ok"),
        ("answered 404", "ok"),
        ("answered 401", "warning"),
        ("no answer in time", "error"),
    ],
)
def test_a_source_may_lack_the_package_that_was_asked_for(reply: str, status: str) -> None:
    found = heard(FINE, ("default", "https://index", "json"), ("own", "https://own", reply))
    assert said("Index own", found)[0] == status


@pytest.mark.parametrize(
    ("free", "status"), [(2**31, "ok"), (2**31 - 1, "warning"), (doctor.FULL - 1, "error")]
)
def test_a_full_disk_is_an_error(free: int, status: str) -> None:
    assert said("Disk", replace(FINE, disks=(Disk("caches", free),)))[0] == status


def test_a_broken_manifest_is_an_error_with_its_place() -> None:
    where = Where("a/pyproject.toml", 3)
    fault = ManifestError("no TOML", rule="manifest/syntax", where=where, hint="mend it")
    found = the("Workspace", FINE, Place(faults=(fault, fault)))
    assert (found.status, found.detail, found.fix) == (
        "error",
        "a/pyproject.toml:3: no TOML (and 1 more)",
        "mend it",
    )


def test_an_environment_that_is_not_made_yet_is_no_fault_and_a_broken_one_is() -> None:
    new = replace(FINE, environments=(Venv("a", "made"), Venv("b", "missing")))
    assert said("Environments", new) == ("missing", "1 of 2 members have theirs")
    broken = replace(FINE, environments=tuple(Venv(name, "broken") for name in "abcde"))
    detail = "0 of 5 members have theirs; the Python is gone in that of a, b, c and 2 more"
    assert said("Environments", broken) == ("warning", detail)


def test_no_check_holds_credentials(read_workspace: Read) -> None:
    secret = "https://bob:secret@host/simple"
    roles = ("mirror", "default", "pip", "own")
    place = Place(read_workspace({"a": ""}))
    for reply in ("json", "html", "answered 401", "no answer in time"):
        for base in (FINE, PLAIN):
            found = heard(base, *((role, secret, reply) for role in roles))
            engine = Program("/bin/docker", trouble=f"cannot connect to {secret}")
            checks = doctor.checks(replace(found, engine=engine), place)
            assert "secret" not in repr((checks, doctor.findings(checks)))
