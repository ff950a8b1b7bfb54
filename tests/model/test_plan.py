from __future__ import annotations

import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ws.model.plan import MakeFolder, NewFile, Plan, Relock, RunTool, WriteFile

MANIFEST = "workers/chat/pyproject.toml"


def writing(before: str, after: str) -> Plan:
    return Plan("sync", (WriteFile("chat", MANIFEST, before, after, "shared → ../shared"),))


LOCK = RunTool("chat", "poetry", ("lock",), "workers/chat", "lock/missing")


def test_a_plan_without_actions_is_empty() -> None:
    assert Plan("lock").is_empty
    assert not Plan("lock", (LOCK,)).is_empty


def test_actions_are_told_apart_by_what_they_touch() -> None:
    (write,) = writing("a", "b").actions
    assert write.key == "write workers/chat/pyproject.toml"
    assert LOCK.key == "poetry lock workers/chat"
    assert MakeFolder("chat", "workers/chat", (), "asked for").key == "make workers/chat"


def test_a_command_can_be_typed_at_the_root() -> None:
    install = RunTool("chat", "poetry", ("sync", "--only", "main"), "workers/chat", "asked for")
    assert install.command == "poetry -C workers/chat sync --only main"


def test_a_lock_that_is_to_be_made_is_told_as_the_command_that_comes_nearest() -> None:
    action = Relock("chat", "workers/chat", "lock/missing", None, None)
    assert (action.key, action.path) == ("lock workers/chat", "workers/chat/poetry.lock")
    assert replace(action, folder=".").path == "poetry.lock"
    wanted = "# would run: poetry -C workers/chat lock  (lock/missing)\n"
    assert Plan("lock", (action,)).diff() == wanted


def test_a_change_is_shown_as_a_unified_diff() -> None:
    assert writing("a\nb\nc\n", "a\nB\nc\n").diff() == (
        "--- a/workers/chat/pyproject.toml\n"
        "+++ b/workers/chat/pyproject.toml\n"
        "@@ -1,3 +1,3 @@\n"
        " a\n"
        "-b\n"
        "+B\n"
        " c\n"
    )


def test_a_diff_says_where_the_last_line_has_no_end() -> None:
    assert writing("a", "b").diff() == (
        "--- a/workers/chat/pyproject.toml\n"
        "+++ b/workers/chat/pyproject.toml\n"
        "@@ -1 +1 @@\n"
        "-a\n"
        "\\ No newline at end of file\n"
        "+b\n"
        "\\ No newline at end of file\n"
    )


def test_a_file_that_is_made_has_nothing_before_it() -> None:
    made = Plan("init", (WriteFile("", "workspace.toml", None, "[workspace]\n", "there is none"),))
    assert made.diff() == (
        "diff --git a/workspace.toml b/workspace.toml\n"
        "new file mode 100644\n"
        "--- /dev/null\n"
        "+++ b/workspace.toml\n"
        "@@ -0,0 +1 @@\n"
        "+[workspace]\n"
    )


FOLDER = MakeFolder(
    "chat",
    "workers/chat",
    (
        NewFile("a.txt", b"a\n"),
        NewFile("src/py.typed", b""),
        NewFile("run", b"#!sh", executable=True),
    ),
    "asked for",
)


def test_git_applies_the_diff_of_a_new_folder() -> None:
    """Empty files and modes, too."""
    with tempfile.TemporaryDirectory() as name:
        diff = Plan("new", (FOLDER,)).diff().encode()
        subprocess.run(["git", "apply", "-"], cwd=name, input=diff, check=True)
        found = {path: path.read_bytes() for path in Path(name).rglob("*") if path.is_file()}
        assert found == {Path(name, "workers/chat", file.path): file.data for file in FOLDER.files}
        assert [path.name for path in found if path.stat().st_mode & 0o100] == ["run"]


def test_of_what_is_no_text_the_diff_only_says_that_it_is_there() -> None:
    folder = MakeFolder("chat", "chat", (NewFile("a.wav", b"\x00\xff"),), "asked for")
    assert Plan("new", (folder,)).diff() == (
        "diff --git a/chat/a.wav b/chat/a.wav\n"
        "new file mode 100644\n"
        "Binary files /dev/null and b/chat/a.wav differ\n"
    )


def test_a_command_whose_result_is_not_known_yet_is_a_comment_in_the_diff() -> None:
    assert Plan("lock", (LOCK,)).diff() == (
        "# would run: poetry -C workers/chat lock  (lock/missing)\n"
    )


TEXTS = st.lists(st.sampled_from(["a", "b", "\n", "\r\n", "é = 1\n", "\f", "\u2028"])).map("".join)


@settings(max_examples=15)
@given(TEXTS, TEXTS)
def test_git_applies_the_diff(before: str, after: str) -> None:
    assume(before != after)
    assume(before and after)  # to git, a diff from or to nothing creates or deletes the file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, MANIFEST)
        path.parent.mkdir(parents=True)
        path.write_bytes(before.encode())
        apply = ["git", "apply", "--whitespace=nowarn", "-"]
        subprocess.run(apply, cwd=folder, input=writing(before, after).diff().encode(), check=True)
        assert path.read_bytes() == after.encode()
