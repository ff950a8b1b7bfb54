from __future__ import annotations

from ws.planning import lock_changes
from ws.planning.lock_changes import VersionChange


def lock(*packages: tuple[str, str]) -> bytes:
    return "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\n\n' for name, version in packages
    ).encode()


BEFORE = lock(("alpha", "1.0"), ("beta", "1"), ("gone", "3"), ("many", "1"), ("many", "2"))
AFTER = lock(("alpha", "1.1"), ("beta", "1"), ("many", "1"), ("many", "3"), ("new", "0.1"))
FOUND = (
    VersionChange("alpha", ("1.0",), ("1.1",)),
    VersionChange("gone", ("3",), ()),
    VersionChange("many", ("1", "2"), ("1", "3")),
    VersionChange("new", (), ("0.1",)),
)


def test_packages_are_added_removed_or_updated() -> None:
    assert lock_changes.changes(BEFORE, AFTER) == FOUND
    assert lock_changes.summed(FOUND) == "1 added, 2 updated, 1 removed"
    assert lock_changes.changes(None, lock(("a", "1"))) == (VersionChange("a", (), ("1",)),)


def test_a_lock_of_the_same_versions_has_no_change() -> None:
    assert lock_changes.changes(BEFORE, BEFORE) == ()
    assert lock_changes.summed(()) == "no version changed"


def test_members_with_the_same_changes_are_told_together() -> None:
    assert lock_changes.told({"a": FOUND, "b": FOUND[:1], "c": FOUND, "d": ()}) == (
        "a, c\n  ~ alpha 1.0 → 1.1\n  - gone 3\n  ~ many 1, 2 → 1, 3\n  + new 0.1\n"
        "b\n  ~ alpha 1.0 → 1.1\n"
    )


def test_as_data_each_change_names_both_sides() -> None:
    assert lock_changes.data(FOUND[2:3]) == [
        {"name": "many", "change": "updated", "from": ["1", "2"], "to": ["1", "3"]}
    ]
