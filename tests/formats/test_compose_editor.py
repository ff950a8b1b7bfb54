from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ws.errors import WorkError
from ws.formats.compose_editor import edit, services_of
from ws.formats.compose_values import RESET, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

PATH = "ops/compose.yaml"
CHAT = {
    "image": "chat:latest",
    "build": {"context": "..", "target": "image-chat"},
    "environment": {"BROKER": "redis://broker:6379/0", "DEBUG": "no"},
    "ports": ["8000:8000"],
}
WANTED: dict[str, Any] = {
    "name": "insight",
    "services": {
        "broker": {"image": "redis:7", "healthcheck": {"test": ["CMD", "redis-cli", "ping"]}},
        "chat": CHAT,
    },
    "volumes": {"models": {"name": "insight-models"}},
}
TEXT = edit(None, WANTED, PATH, "# Ours.\n").text


def with_chat(**changed: Any) -> dict[str, Any]:
    chat = {key: value for key, value in {**CHAT, **changed}.items() if value is not None}
    return {**WANTED, "services": {**WANTED["services"], "chat": chat}}


def said(text: str) -> dict[str, Any]:
    """The document without what ws remembers."""
    document: dict[str, Any] = yaml.safe_load(text)
    document.pop("x-ws")
    return document


def lines_but(text: str, *patterns: str) -> list[str]:
    """The lines above `x-ws` that match none of the patterns."""
    above = text.partition("\nx-ws:")[0].splitlines()
    return [line for line in above if not any(re.search(each, line) for each in patterns)]


def test_a_new_file_says_what_is_wanted_and_a_second_run_changes_nothing() -> None:
    assert said(TEXT) == WANTED
    assert edit(TEXT, WANTED, PATH) == (TEXT, ())
    assert TEXT.startswith("# Ours.\nname: insight\n\nservices:\n  broker:\n    image: redis:7\n")


def test_another_value_changes_its_line_alone() -> None:
    after = edit(TEXT, with_chat(image="chat:2"), PATH)
    assert lines_but(after.text, "chat:2") == lines_but(TEXT, "image: chat:latest")
    assert [(each.kind, each.path, each.edited) for each in after.changes] == [
        ("replaced", ("services", "chat", "image"), False)
    ]


def test_what_people_added_stays_and_what_ws_wrote_and_wants_no_more_goes() -> None:
    text = TEXT.replace(
        "    ports:\n", "    # Mine.\n    labels: {team: a}   # really\n    ports:\n"
    )
    text = text.replace(
        '      - "8000:8000"\n', "      - \"8000:8000\"\n      - '9000:9000'  # too\n"
    )
    text = text.replace("volumes:\n", "  mine:\n    image: 'alpine'\n\n\nvolumes:\n  data:\n")
    after = edit(text, with_chat(ports=None, environment={"NEW": "1"}), PATH).text
    assert lines_but(after, "NEW") == lines_but(text, "8000:8000", "BROKER", "DEBUG")
    assert said(after)["services"]["chat"]["ports"] == ["9000:9000"]
    assert said(after)["services"]["mine"] == {"image": "alpine"}
    assert services_of(after, PATH) == ("broker", "chat", "mine")


def test_a_service_that_is_gone_goes_but_for_what_people_added_to_it() -> None:
    without = {**WANTED, "services": {"broker": WANTED["services"]["broker"]}}
    assert said(edit(TEXT, without, PATH).text) == without
    text = TEXT.replace("    ports:\n", "    # Mine.\n    labels: {team: a}\n    ports:\n")
    after = edit(text, without, PATH)
    assert said(after.text)["services"]["chat"] == {"labels": {"team": "a"}}
    assert "# Mine." in after.text
    assert [each.path for each in after.changes if each.kind == "left"] == [("services", "chat")]
    assert edit(after.text, without, PATH).text == after.text


def test_what_is_left_of_a_service_is_told_until_it_is_gone_or_stands_alone() -> None:
    text = TEXT.replace("    image: chat:latest\n", "    image: chat:latest\n    hostname: me\n")
    wanted = {**WANTED, "services": {"broker": WANTED["services"]["broker"]}}
    first = edit(text, wanted, PATH)
    assert {each.whole for each in first.changes} == {("services", "chat")}
    assert first.changes[0].kind == "left"
    again = edit(first.text, wanted, PATH)
    assert again.text == first.text
    assert [(each.kind, each.path) for each in again.changes] == [("left", ("services", "chat"))]
    alone = first.text.replace("    hostname: me\n", "    hostname: me\n    image: mine\n")
    assert edit(alone, wanted, PATH).changes == ()
    gone = first.text.replace("  chat:\n    hostname: me\n", "")
    assert edit(gone, wanted, PATH).changes == ()
    back = edit(first.text, WANTED, PATH)
    assert said(back.text)["services"]["chat"] == {"hostname": "me", **CHAT}


def test_a_build_that_does_not_say_of_what_lets_no_service_stand_alone() -> None:
    args = "    build:\n      args:\n        MINE: yes\n"
    text = TEXT.replace("    build:\n", args)
    wanted = {**WANTED, "services": {"broker": WANTED["services"]["broker"]}}
    first = edit(text, wanted, PATH)
    assert args in first.text
    again = edit(first.text, wanted, PATH)
    assert again.text == first.text
    assert [(each.kind, each.path) for each in again.changes] == [("left", ("services", "chat"))]
    alone = first.text.replace("    build:\n", "    build:\n      context: mine\n")
    assert edit(alone, wanted, PATH).changes == ()


def test_a_service_that_goes_is_told_as_one() -> None:
    wanted = {**WANTED, "services": {"broker": WANTED["services"]["broker"]}}
    changes = edit(TEXT, wanted, PATH).changes
    assert len(changes) > 1
    assert {(each.kind, each.whole, each.line) for each in changes} == {
        ("removed", ("services", "chat"), 10)
    }


def test_what_somebody_changed_is_written_back_and_told_apart_from_what_is_new() -> None:
    text = TEXT.replace("chat:latest", "chat:mine")
    after = edit(text, WANTED, PATH)
    assert after.text == TEXT
    assert [(each.path[-1], each.line, each.edited) for each in after.changes] == [
        ("image", 11, True)
    ]
    gone = edit(TEXT.replace('    ports:\n      - "8000:8000"\n', ""), WANTED, PATH)
    assert said(gone.text) == WANTED
    assert [each.edited for each in gone.changes] == [True]


def test_other_quotes_order_and_spaces_are_no_change() -> None:
    text = TEXT.replace("image: redis:7", "image:   'redis:7' # pinned")
    text = text.replace('- "8000:8000"', "- 8000:8000")
    text = text.replace("    build:\n      context: ..\n      target: image-chat\n", "")
    text = text.replace("    ports:", "    build: {target: image-chat, context: ..}\n    ports:")
    assert edit(text, WANTED, PATH) == (text, ())


@pytest.mark.parametrize(
    "value", ["1.10", "010", "089", "1_000", "0x1F", "0o17", "1e3", "+5", "-0", ".5", "2024-01-01"]
)
def test_quotes_that_are_gone_are_a_change_where_compose_would_pass_something_else(
    value: str,
) -> None:
    wanted = with_chat(environment={"VALUE": value})
    text = edit(None, wanted, PATH).text
    bare = text.replace(f'VALUE: "{value}"', f"VALUE: {value}")
    assert bare != text
    after = edit(bare, wanted, PATH)
    assert after.text == text
    assert [each.path[-1] for each in after.changes] == ["VALUE"]


@pytest.mark.parametrize("value", ["0", "8000", "-5", "12:30", "10.0.0.1", "2.5.1"])
def test_quotes_that_are_gone_are_none_where_compose_passes_the_same(value: str) -> None:
    wanted = with_chat(environment={"VALUE": value})
    text = edit(None, wanted, PATH).text.replace(f'VALUE: "{value}"', f"VALUE: {value}")
    assert f"VALUE: {value}\n" in text
    assert edit(text, wanted, PATH) == (text, ())


def test_what_was_there_by_hand_before_ws_wanted_it_is_kept_and_told() -> None:
    text = TEXT.replace("    ports:\n", "    restart: always\n    ports:\n")
    after = edit(text, with_chat(restart="no"), PATH)
    assert after.text == text
    assert [(each.kind, each.path[-1], each.value) for each in after.changes] == [
        ("kept", "restart", "no")
    ]


def test_a_file_that_somebody_wrote_by_hand_is_completed() -> None:
    text = "# Mine.\nservices:\n  chat:\n    image: chat:latest\n    build: .\n    environment:\n"
    after = edit(text, WANTED, PATH)
    assert [each.path for each in after.changes if each.kind == "kept"] == [
        ("services", "chat", "build")
    ]
    assert lines_but(after.text)[0] == "# Mine."
    assert said(after.text)["services"]["chat"]["environment"] == CHAT["environment"]
    assert edit(after.text, WANTED, PATH).text == after.text


def test_x_ws_is_made_anew_where_somebody_took_it_away() -> None:
    text = TEXT.partition("\n# What")[0] + "\n"
    assert edit(text, WANTED, PATH).text == TEXT


def test_x_ws_may_be_written_in_other_lines() -> None:
    text = TEXT.replace(", keys: [", ",\n      keys: [ ").replace("{sum:", "{ sum:")
    assert text != TEXT
    assert edit(text.rstrip(), WANTED, PATH) == (text.rstrip(), ())
    after = edit(text, with_chat(image="chat:2"), PATH)
    assert after.text == edit(TEXT, with_chat(image="chat:2"), PATH).text


def test_the_line_above_x_ws_is_not_written_twice() -> None:
    assert edit(TEXT.partition("x-ws:")[0], WANTED, PATH).text == TEXT


def test_an_empty_file_is_made_anew_and_told_by_section() -> None:
    for text in ("", "\n", "# Only a comment.\n"):
        after = edit(text, WANTED, PATH, "# Ours.\n")
        assert {each.whole for each in after.changes} == {("name",), ("services",), ("volumes",)}
    assert edit("\n", WANTED, PATH, "# Ours.\n").text == TEXT


@pytest.mark.parametrize("text", ["", "# Only a comment.", "services:\n", "services: {}\n"])
def test_a_file_that_says_nothing_is_filled(text: str) -> None:
    after = edit(text, WANTED, PATH).text
    assert said(after) == WANTED
    assert edit(after, WANTED, PATH) == (after, ())


def test_line_ends_and_a_missing_last_one_stay_as_they_are() -> None:
    windows = TEXT.replace("\n", "\r\n").rstrip()
    after = edit(windows, with_chat(image="chat:2", restart="no"), PATH).text
    assert after.count("\n") == after.count("\r\n")
    assert said(after)["services"]["chat"]["restart"] == "no"
    bare = TEXT.partition("\n\n# What")[0]
    assert edit(bare, WANTED, PATH).text == TEXT


def test_the_anchors_of_people_stay_and_merge_keys_too() -> None:
    text = TEXT.replace("services:\n", "x-all: &all\n  labels: {a: b}\n\nservices:\n")
    text = text.replace("    image: chat:latest", "    <<: *all\n    image: chat:latest")
    after = edit(text, with_chat(image="chat:2"), PATH).text
    assert lines_but(after, "image: chat") == lines_but(text, "image: chat")


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("    image: redis:7", "\timage: redis:7", 6, "no YAML"),
        ("    image: redis:7", "    image: redis:7\n    image: b", 7, "stands twice"),
        ("    image: redis:7", "    image: [", 0, "no YAML"),
        ("services:", "services:\n  ? [a]\n  : b", 5, "list or a table"),
        ("services:", "---\na: b\n---\nservices:", 0, "no YAML"),
        ("x-ws:", "x-ws: mine\nx-mine:", 26, "not as ws wrote it"),
        (
            "    environment:\n      BROKER: redis://broker:6379/0\n",
            "    environment: {BROKER: other}\n    x:\n",
            15,
            "brackets",
        ),
        ("    ports:\n      - ", "    ports: &p [9000:9000]\n    x:\n      - ", 18, "brackets"),
        (
            "    environment:\n      BROKER: redis://broker:6379/0\n      DEBUG",
            '    environment: ["BROKER=a"]\n    x:\n      DEBUG',
            15,
            "not a table any more",
        ),
        ("    image: chat:latest", "    image: &i chat:mine\n    x: *i", 0, "no YAML"),
        ("name: insight", "name: insight\rx: y", 0, "carriage return"),
        ("name: insight", "name: \0", 2, "#x0000: special characters are not allowed$"),
        ("name: insight", "<<<<<<< HEAD\nname: a\n=======\nname: b\n>>>>>>> b", 2, "merge"),
        ("  services.chat:", "<<<<<<< HEAD\n  services.chat:", 29, "merge"),
        ("name: insight", "x: " + "[" * 2000 + "]" * 2000, 0, "too deep"),
        ("services:", "services: [a]\nx-mine:", 4, "services is no table"),
    ],
)
def test_what_cannot_be_edited_safely_is_refused_with_its_line(
    old: str, new: str, line: int, told: str
) -> None:
    assert old in TEXT
    with pytest.raises(WorkError, match=told) as caught:
        edit(TEXT.replace(old, new), with_chat(image="chat:2"), PATH)
    assert caught.value.rule == "compose/unreadable"
    assert caught.value.where is not None
    assert line in (0, caught.value.where.line), caught.value.where
    assert caught.value.hint


def test_tags_of_compose_are_values() -> None:
    wanted = {"services": {"chat": {"image": "chat", "build": RESET}}}
    text = edit(None, wanted, PATH).text
    assert "    build: !reset null\n" in text
    assert edit(text, wanted, PATH) == (text, ())
    mine = text.replace("image: chat", "image: chat\n    ports: !override\n      - '1:1'")
    assert edit(mine, wanted, PATH) == (mine, ())


WORDS = st.text("abz09 :#-'\"$é\\{}[],&*!|>%@`~=/.\t\n", max_size=8)
NAMES = st.sampled_from(["image", "restart", "init", "A", "b.c", "on", "7", "a b", "é"])
SCALARS = st.one_of(WORDS, st.booleans(), st.integers(-9, 9), st.none(), st.floats(-9, 9))
TABLES = st.dictionaries(NAMES, SCALARS, max_size=3)
SERVICE = st.fixed_dictionaries(
    {"image": WORDS},
    optional={
        "environment": TABLES,
        "ports": st.lists(WORDS, max_size=3, unique=True),
        "command": st.lists(WORDS, max_size=3),
        "build": st.fixed_dictionaries({"context": WORDS}, optional={"args": TABLES}),
        "watch": st.lists(TABLES, max_size=2, unique_by=str),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"services": st.dictionaries(st.sampled_from(["a", "b", "c.d", "on"]), SERVICE, min_size=1)},
    optional={"name": WORDS, "volumes": st.dictionaries(NAMES, TABLES, min_size=1)},
)
CHANCE = st.randoms(use_true_random=False)
BY_HAND = ("# mine", "", "    x-mine: {a: [1, 'b']}   # kept", "  mine:\n    image: 'mine'")


def told(document: Mapping[str, Any]) -> dict[Any, Any]:
    """All leaves; numbers as text, since quotes around one are no change."""
    numbers = (int, float, str)
    return {
        path: str(value) if isinstance(value, numbers) and value is not True else repr(value)
        for path, value in leaves(dict(document))
    }


def scribbled(text: str, chance: Random) -> tuple[str, list[str]]:
    """The text with lines that people added, and those lines."""
    above, mark, below = text.partition("\n# What `ws")
    lines = above.split("\n")
    added = []
    names = {line for line in lines if re.fullmatch(r"  \S+:|  \"[^\"]*\":", line)}
    start = lines.index("services:")
    for kind in chance.sample(BY_HAND, chance.randint(0, 4)):
        places = [n for n, line in enumerate(lines) if line in names and n > start]
        at = start + 1 if kind.startswith("  mine") else chance.choice(places) + 1
        if kind.startswith("    x-") and any("x-mine" in line for line in lines):
            continue
        lines[at:at] = kind.split("\n")
        added += kind.split("\n")
    return "\n".join(lines) + mark + below, added


def wanted_beside(mine: Mapping[Any, Any], wanted: Mapping[str, Any]) -> dict[Any, Any]:
    """The leaves that are wanted; an empty table is none where people have put something."""
    above = {path[:length] for path in mine for length in range(len(path))}
    return {path: value for path, value in told(wanted).items() if path not in above}


@settings(phases=[Phase.generate])
@given(
    old=DOCUMENTS, new=DOCUMENTS, chance=st.randoms(use_true_random=False), windows=st.booleans()
)
def test_an_edit_changes_what_it_says_and_nothing_else(
    *, old: dict[str, Any], new: dict[str, Any], chance: Random, windows: bool
) -> None:
    first = edit(None, old, PATH).text
    assert told(said(first)) == told(old)
    text, added = scribbled(first, chance)
    mine = {key: value for key, value in told(said(text)).items() if key not in told(old)}
    if windows:
        text = text.replace("\n", "\r\n")
    after = edit(text, new, PATH)
    kept = [change.path for change in after.changes if change.kind == "kept"]
    assert kept == []
    assert told(said(after.text)) == {**mine, **wanted_beside(mine, new)}
    again = edit(after.text, new, PATH)
    assert again.text == after.text
    assert [change for change in again.changes if change.kind != "left"] == []
    lines = after.text.replace("\r\n", "\n").split("\n")
    for line in added:
        assert line in lines
    if windows:
        assert after.text.count("\n") == after.text.count("\r\n")


@given(DOCUMENTS, CHANCE)
def test_nothing_is_written_where_nothing_changed(wanted: dict[str, Any], chance: Random) -> None:
    text, _ = scribbled(edit(None, wanted, PATH).text, chance)
    assert edit(text, wanted, PATH) == (text, ())
