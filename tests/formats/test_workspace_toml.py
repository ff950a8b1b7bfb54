from __future__ import annotations

import pytest

from ws.errors import WsError, faults_of
from ws.formats.workspace_toml import read, valid_jobs
from ws.model.workspace import LockSettings, Settings


def faults(text: str) -> list[str]:
    """Each fault as `place: reason (hint)`."""
    with pytest.raises(WsError) as raised:
        read(text.encode())
    return [f"{fault.where}: {fault.reason} ({fault.hint})" for fault in faults_of(raised.value)]


def test_members_are_enough() -> None:
    assert read(b'[workspace]\nmembers = ["packages/**"]\n') == Settings(members=("packages/**",))


def test_all_that_can_be_said_is_read() -> None:
    text = """\
[workspace]
name = "insight"
members = ["packages/**", "workers/*"]
exclude = ["workers/old"]
[install]
jobs = "50%"
[lock]
ignore = ["lock/orphan"]
skew = "forbid"
skew-exceptions = ["Py_Test", "types-*"]
"""
    assert read(text.encode()) == Settings(
        members=("packages/**", "workers/*"),
        name="insight",
        exclude=("workers/old",),
        install_jobs="50%",
        lock=LockSettings(("lock/orphan",), "forbid", ("py-test", "types-*")),
    )


def test_a_number_of_jobs_may_be_a_number() -> None:
    assert read(b"workspace.members = []\ninstall.jobs = 4\n").install_jobs == "4"


def test_who_makes_environments_and_how_files_are_laid_down_is_kept() -> None:
    said = read(b'workspace.members = []\n[install]\nengine = "uv"\nlink-mode = "copy"\n')
    assert (said.install_engine, said.install_link_mode) == ("uv", "copy")
    assert read(b"workspace.members = []\n").install_engine == ""


def test_a_workspace_without_members_is_told_how_to_name_them() -> None:
    assert faults('[workspace]\nname = "insight"\n') == [
        "workspace.toml:1: the workspace names no members (say where they are:"
        ' members = ["packages/**", "services/*"] under [workspace])'
    ]


def test_an_empty_file_is_told_the_same() -> None:
    (fault,) = faults("")
    assert fault.startswith("workspace.toml: the workspace names no members")


def test_all_faults_of_the_file_are_found_at_once() -> None:
    text = """\
[workspace]
name = 3
member = ["packages/**"]
members = ["packages/**", 1]
exclude = "packages/old"

[instal]

[install]
jobs = 0
engin = "uv"
engine = "pip"
link-mode = "copy"
"""
    assert sorted(faults(text)) == sorted(
        [
            'workspace.toml:2: "workspace.name" must be a string ()',
            'workspace.toml:3: unknown key "member" in [workspace] (did you mean "members"?)',
            'workspace.toml:4: "workspace.members" must be an array of strings ()',
            'workspace.toml:5: "workspace.exclude" must be an array ()',
            'workspace.toml:7: unknown key "instal" in the file (did you mean "install"?)',
            'workspace.toml:10: "install.jobs" must be a number of jobs or a share of the cores'
            ' (such as 4 or "50%")',
            'workspace.toml:11: unknown key "engin" in [install] (did you mean "engine"?)',
            'workspace.toml:12: "engine" must be "poetry" or "uv" ()',
        ]
    )


def test_a_table_of_the_wrong_kind_is_the_only_fault() -> None:
    assert faults("workspace = 3\n") == ['workspace.toml:1: "workspace" must be a table ()']


@pytest.mark.parametrize("jobs", ["1", "16", "50%", "100%"])
def test_jobs_are_a_number_or_a_share(jobs: str) -> None:
    assert valid_jobs(jobs)


@pytest.mark.parametrize("jobs", ["", "0", "-1", "0%", "1.5", "%", "50 %", "many", "1\n"])
def test_other_jobs_are_none(jobs: str) -> None:
    assert not valid_jobs(jobs)


@pytest.mark.parametrize("value", ["true", "1.5", "[4]", '"many"', "-1"])
def test_a_setting_of_jobs_that_is_no_number_of_jobs_is_a_fault(value: str) -> None:
    assert faults(f"[workspace]\nmembers = []\n[install]\njobs = {value}\n") == [
        'workspace.toml:4: "install.jobs" must be a number of jobs or a share of the cores'
        ' (such as 4 or "50%")'
    ]


def test_a_rule_of_locks_that_does_not_exist_is_refused_with_the_nearest() -> None:
    assert faults('[workspace]\nmembers = []\n[lock]\nignore = ["lock/pathdependency"]\n') == [
        'workspace.toml:4: "lock/pathdependency" is no rule of locks'
        ' (did you mean "lock/path-dependency"?)'
    ]
    assert read(b'workspace.members = []\nlock.ignore = ["lock/path-*"]\n').lock.ignore


def test_a_word_that_is_none_of_those_to_choose_from_is_refused_with_them() -> None:
    assert faults('[workspace]\nmembers = []\n[lock]\nskew = "deny"\n') == [
        'workspace.toml:4: "skew" must be "forbid", "warn" or "allow" ()'
    ]
