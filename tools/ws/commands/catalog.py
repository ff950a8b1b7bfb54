"""`ws catalog`: one constraint a package, for all members that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.formats.toml_edits import bare_or_quoted, quoted
from ws.model.report import Report
from ws.planning import catalog

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.planning.catalog import Entry


def run(context: Context, *, adopt: bool = False) -> Report:
    """The catalog and who differs from it; with `adopt`, one proposed from what members declare."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    entries = (catalog.adopted if adopt else catalog.current)(workspace, members)
    data = {
        "catalog": [
            {
                "name": entry.name,
                "constraint": entry.constraint,
                "members": list(entry.members),
                "differing": {theirs: list(who) for theirs, who in entry.differing.items()},
            }
            for entry in entries
        ]
    }
    if not entries:
        nothing = "no package is used by two members" if adopt else "there is no [catalog]"
        hint = "" if adopt else "; `ws catalog --adopt` proposes one"
        return Report("catalog", data=data, notes=(f"catalog: {nothing}{hint}",))
    next_step = "to adopt it: ws catalog --adopt >> workspace.toml; then `ws sync`"
    if workspace.settings.catalog:
        next_step = "to adopt it, put it in the place of the [catalog] in workspace.toml; `ws sync`"
    return Report("catalog", data=data, text=_toml(entries), notes=(next_step,) if adopt else ())


def _toml(entries: tuple[Entry, ...]) -> str:
    """A `[catalog]` table that can be pasted, with who differs as comments."""
    lines = ["[catalog]"]
    for entry in entries:
        used = f"{len(entry.members)} member{'s' * (len(entry.members) != 1)}"
        lines.append(f"{bare_or_quoted(entry.name)} = {quoted(entry.constraint)}  # {used}")
        lines += [f"#   {theirs}: {', '.join(who)}" for theirs, who in entry.differing.items()]
    return "".join(f"{line}\n" for line in lines)
