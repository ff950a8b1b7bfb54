"""Edits of a Compose file: text in, text out, and what changed.

What ws wrote becomes what is wanted now; every byte that this does not concern stays. `x-ws`, at
the end of the file, tells what ws wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ws.formats import compose_record as record
from ws.formats.compose_merge import Change, Merge
from ws.formats.compose_nodes import Source, plain
from ws.formats.compose_text import entry
from ws.formats.compose_values import canonical, dotted, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.formats.compose_values import Path


class Edited(NamedTuple):
    """The text as it should be, and how it differs from what it was."""

    text: str
    changes: tuple[Change, ...]
    """Of values, in the order of the file."""


def edit(text: str | None, wanted: Mapping[str, Any], path: str, head: str = "") -> Edited:
    """Make a Compose file say what is wanted; `None` for a file that is not there.

    `wanted` is the whole document as ws would write it, `path` the file's, for messages, and `head`
    the comment that a new file begins with. Raises `WorkError` for what cannot be edited safely.
    """
    if text is None:
        return Edited(_new(wanted, head), ())
    if not text.strip():
        added = (Change("added", (key,), 1, wanted[key], whole=(key,)) for key in wanted)
        return Edited(_new(wanted, head), tuple(added))
    source = Source(text, path)
    root = source.root()
    before = _said(source, root)
    told = record.Record()
    entries = list(source.entries(root)) if root is not None else []
    for each in entries:
        if each.key == record.KEY:
            told = record.read(source, each)
    merge = Merge(source, told, before)
    merge.root(root, wanted)
    _record(source, merge, entries, wanted)
    after = merge.apply()
    changes = tuple(sorted(merge.changes, key=lambda change: change.line))
    _verify(source, before, changes, after, merge)
    return Edited(after, changes)


def services_of(text: str, path: str) -> tuple[str, ...]:
    """The names of all services that a Compose file has. Raises `WorkError`."""
    source = Source(text, path)
    root = source.root()
    document = plain(root) if root is not None else {}
    services = document.get("services") if isinstance(document, dict) else None
    return tuple(services) if isinstance(services, dict) else ()


def _new(wanted: Mapping[str, Any], head: str) -> str:
    blocks = []
    for key, value in wanted.items():
        if not isinstance(value, dict):
            blocks.append("\n".join(entry((key,), value, 0)))
            continue
        inner = ["\n".join(entry((key, name), each, 2)) for name, each in value.items()]
        blocks.append(f"{key}:\n" + "\n\n".join(inner))
    body = "\n\n".join(blocks)
    return f"{head}{body}\n\n{record.COMMENT}{record.render(record.made(leaves(dict(wanted))))}"


def _said(source: Source, root: Any) -> dict[Path, Any]:  # noqa: ANN401 - PyYAML's nodes
    """All leaves of the file that are not of `x-ws`."""
    document = plain(root) if root is not None else {}
    if not isinstance(document, dict) or (root is not None and root.flow_style):
        hint = "a Compose file has services: with one service a line below it"
        raise source.refuse(1, "it is no table with one key a line", hint)
    document = {key: value for key, value in document.items() if key != record.KEY}
    return dict(leaves(document)) if document else {}


def _record(
    source: Source, merge: Merge, entries: Sequence[Any], wanted: Mapping[str, Any]
) -> None:
    """Have `x-ws` say what ws wrote; it stays where it stands, and as it is if it says so."""
    kept = [change.path for change in merge.changes if change.kind == "kept"]
    wrote = [
        (path, value)
        for path, value in leaves(dict(wanted))
        if not any(path[: len(each)] == each for each in kept)
    ]
    left = [each.path for each in merge.changes if each.kind == "left"]
    now = record.made(wrote, (path for path in left if path[0] == "services"))
    for each in entries:
        if each.key == record.KEY:
            start = source.line_start(each.key_node.start_mark.index)
            if now != merge.told:
                merge.replace(start, source.end(each), record.render(now))
            return
    blank = "" if not source.text or source.text.endswith("\n\n") else "\n"
    head = f"{blank}{record.COMMENT}"
    if source.text.rstrip().endswith(record.COMMENT.rstrip()):
        head = ""
    merge.replace(len(source.text), len(source.text), f"{head}{record.render(now)}")


def _verify(
    source: Source,
    before: Mapping[Path, Any],
    changes: Sequence[Change],
    after: str,
    merge: Merge,
) -> None:
    """Raise where the new text says anything else than the old one with these changes."""
    expected = {path: canonical(value) for path, value in before.items()}
    for path in merge.filled:
        expected.pop(path, None)
    for change in changes:
        if change.kind == "removed":
            expected.pop(change.path, None)
        elif change.kind in ("added", "replaced"):
            expected = {
                path: value
                for path, value in expected.items()
                if path[: len(change.path)] != change.path
            }
            expected[change.path] = canonical(change.value)
    new = Source(after, source.path)
    found = {path: canonical(value) for path, value in _said(new, new.root()).items()}
    if found != expected:
        odd = sorted(map(dotted, {p for p in found | expected if found.get(p) != expected.get(p)}))
        line = changes[0].line if changes else None
        reason = f"an edit here would change {odd[0]}, too: is there an anchor, or an alias?"
        raise source.refuse(line, reason, "write out what stands there, then run it again")
