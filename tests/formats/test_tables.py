from __future__ import annotations

import pytest

from ws.errors import ManifestError, WsError, faults_of
from ws.formats.tables import TableReader
from ws.formats.toml import parse

TEXT = """\
name = "insight"
count = 3
on = true
list = ["a", "b"]
mixed = ["a", 1]
[table]
key = 1
"""
DOCUMENT = parse(TEXT.encode(), "x.toml")[1]


def faults(reader: TableReader) -> list[str]:
    """Each fault as `place: reason (hint)`."""
    try:
        reader.finish()
    except WsError as error:
        return [f"{fault.where}: {fault.reason} ({fault.hint})" for fault in faults_of(error)]
    return []


def test_what_is_of_the_wanted_kind_is_given() -> None:
    reader = TableReader(TEXT, "x.toml")
    assert reader.text(DOCUMENT, "name") == "insight"
    assert reader.get(DOCUMENT, ("count",), int) == 3
    assert reader.get(DOCUMENT, ("on",), bool) is True
    assert reader.texts(DOCUMENT, "list") == ("a", "b")
    assert reader.table(DOCUMENT, "table") == {"key": 1}
    assert faults(reader) == []


def test_what_is_missing_is_empty_and_no_fault() -> None:
    reader = TableReader(TEXT, "x.toml")
    assert reader.text(DOCUMENT, "other") == ""
    assert reader.texts(DOCUMENT, "other") == ()
    assert reader.table(DOCUMENT, "other") == {}
    assert reader.get(DOCUMENT, ("other",), bool) is None
    assert faults(reader) == []


def test_every_value_of_another_kind_is_a_fault_in_its_line() -> None:
    reader = TableReader(TEXT, "x.toml")
    assert reader.text(DOCUMENT, "count") == ""
    assert reader.get(DOCUMENT, ("on",), int) is None
    assert reader.get(DOCUMENT, ("count",), bool) is None
    assert reader.texts(DOCUMENT, "mixed") == ()
    assert reader.table(DOCUMENT, "list") == {}
    assert reader.get(DOCUMENT["table"], ("table", "key"), list) is None
    assert faults(reader) == [
        'x.toml:2: "count" must be a string ()',
        'x.toml:3: "on" must be a whole number ()',
        'x.toml:2: "count" must be true or false ()',
        'x.toml:5: "mixed" must be an array of strings ()',
        'x.toml:4: "list" must be a table ()',
        'x.toml:7: "table.key" must be an array ()',
    ]


def test_a_fault_is_noted_once_however_often_its_value_is_read() -> None:
    reader = TableReader(TEXT, "x.toml")
    reader.text(DOCUMENT, "count")
    reader.text(DOCUMENT, "count")
    assert faults(reader) == ['x.toml:2: "count" must be a string ()']


def test_an_unknown_key_gets_a_hint_the_nearest_one_or_all() -> None:
    reader = TableReader(TEXT, "x.toml")
    reader.only(DOCUMENT, (), ("names", "count", "on", "list", "mixed", "table"))
    reader.only(DOCUMENT["table"], ("table",), ("jobs",))
    assert faults(reader) == [
        'x.toml:1: unknown key "name" in the file (did you mean "names"?)',
        'x.toml:7: unknown key "key" in [table] (known here: jobs)',
    ]


def test_one_fault_alone_is_raised_as_itself() -> None:
    reader = TableReader(TEXT, "x.toml")
    reader.fault("manifest/name", "no name", ("name",))
    with pytest.raises(ManifestError, match="no name"):
        reader.finish()
