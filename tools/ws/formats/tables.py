"""Typed reading of parsed TOML: every fault is collected, with its line, before any is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ws.errors import ManifestError, Where, WsError, raise_all
from ws.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")
Keys = tuple[str | int, ...]

_NAMES: dict[type, str] = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    list: "an array",
    dict: "a table",
}


class TableReader:
    """Reads one document. Getters never raise: they note the fault and give the default."""

    def __init__(self, text: str, path: str) -> None:
        self._text = text
        self._path = path
        self._faults: dict[tuple[Where, str], WsError] = {}

    @property
    def faults(self) -> list[WsError]:
        """All faults noted so far."""
        return list(self._faults.values())

    def finish(self) -> None:
        """Raise all faults noted so far, if any."""
        raise_all(self.faults)

    def fault(self, rule: str, reason: str, keys: Keys, hint: str = "") -> None:
        """Note a fault at the place of `keys`; once, however often its value is read."""
        from ws.formats.toml_places import line_of  # costs start-up; only a fault needs it

        where = Where(self._path, line_of(self._text, *keys))
        fault = ManifestError(reason, rule=rule, where=where, hint=hint)
        self._faults.setdefault((where, reason), fault)

    def only(self, table: Mapping[str, Any], keys: Keys, known: Iterable[str]) -> None:
        """Note every key of `table` (which stands at `keys`) that is not among `known`."""
        known = tuple(known)
        for key in table:
            if key not in known:
                reason = f'unknown key "{key}" in {_name(keys)}'
                hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
                self.fault("manifest/unknown-key", reason, (*keys, key), hint)

    def get(self, table: Mapping[Any, Any], keys: Keys, kind: type[T]) -> T | None:
        """`table[keys[-1]]` if it is there and of that kind, else `None`."""
        value = table.get(keys[-1])
        if value is None:
            return None
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self.fault("manifest/type", f'"{_dotted(keys)}" must be {_NAMES[kind]}', keys)
        return None

    def table(self, table: Mapping[str, Any], *keys: str | int) -> dict[str, Any]:
        """The table at `keys[-1]` of `table`; empty when it is missing."""
        return self.get(table, keys, dict) or {}

    def text(self, table: Mapping[str, Any], *keys: str | int) -> str:
        """The string at `keys[-1]` of `table`; empty when it is missing."""
        return self.get(table, keys, str) or ""

    def texts(self, table: Mapping[str, Any], *keys: str | int) -> tuple[str, ...]:
        """The array of strings at `keys[-1]` of `table`; empty when it is missing."""
        values = self.get(table, keys, list) or []
        if all(isinstance(value, str) for value in values):
            return tuple(values)
        self.fault("manifest/type", f'"{_dotted(keys)}" must be an array of strings', keys)
        return ()


def _name(keys: Keys) -> str:
    return f"[{_dotted(keys)}]" if keys else "the file"


def _dotted(keys: Keys) -> str:
    return ".".join(key for key in keys if isinstance(key, str))
