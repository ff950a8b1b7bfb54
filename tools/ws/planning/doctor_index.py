"""What is to be said of the package indexes: who answers, how, and whether Poetry can read it.

It comes to the same as `ws.engines.which_poetry.index_environment`, which acts on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.machine import Check, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.model.machine import Index, Machine
    from ws.model.workspace import Member, Workspace

MIRROR = "POETRY_PYPI_MIRROR_URL"
_READABLE = {"json": "in JSON", "html": "in HTML only"}
_ROLES = ("mirror", "default", "pip")
_RULE, _TITLE = "doctor/index", "Index"
_REACH = (
    "check the network, credentials, HTTPS_PROXY, certificates (REQUESTS_CA_BUNDLE) and pip's"
    " settings (pip config list)"
)


def sources(workspace: Workspace) -> tuple[Source, ...]:
    """The indexes that members name by an address, each once."""
    found = (Source(*pair) for member in workspace.members for pair in _named(member) if pair[1])
    return tuple(dict.fromkeys(found))


def checks(machine: Machine, workspace: Workspace | None) -> Iterator[Check]:
    """The index that everybody uses, and each that members name."""
    if machine.indexes is None:
        yield _unasked(machine)
        return
    main = {index.role: index for index in machine.indexes if index.role in _ROLES}
    yield _main(main, machine, needed=workspace is None or _uses_default(workspace))
    for index in machine.indexes:
        if index.role not in _ROLES:
            yield _source(index)


def _unasked(machine: Machine) -> Check:
    if machine.poetry.trouble:
        detail, fix = "not asked: Poetry knows which one it is", "mend Poetry first"
        return Check(_RULE, _TITLE, "missing", detail, fix)
    detail = "not asked: the Python that Poetry runs on is not known, or could not ask"
    fix = "name Poetry's own program in WS_POETRY, not a wrapper of it"
    return Check(_RULE, _TITLE, "warning", detail, fix)


def _main(main: Mapping[str, Index], machine: Machine, *, needed: bool) -> Check:
    """The mirror that is set, where Poetry heeds it; else the default one, else pip's."""
    mirror, plugin = main.get("mirror"), machine.poetry.mirror_plugin
    if mirror and plugin:
        if mirror.reply in _READABLE:
            return Check(_RULE, _TITLE, "ok", f"{_answers(mirror)}: the mirror that {MIRROR} names")
        if mirror.reply == "answered 404":
            detail = f"{mirror.url}, the mirror that {MIRROR} names, has no poetry-core"
            return Check(_RULE, _TITLE, "warning", detail, "see whether its address is right")
        return _unreachable([mirror], needed=needed)
    others = [main[role] for role in _ROLES[1:] if role in main]
    heard = _without_mirror(others, machine, needed=needed)
    if mirror and heard.status == "ok":
        detail = f"{heard.detail}; {MIRROR} has no effect: Poetry lacks the plugin that heeds it"
        return Check(_RULE, _TITLE, "warning", detail, _get_plugin(machine))
    return heard


def _without_mirror(indexes: Sequence[Index], machine: Machine, *, needed: bool) -> Check:
    readable = [index for index in indexes if index.reply in _READABLE]
    if not readable:
        return _unreachable(indexes, needed=needed)
    first = readable[0]
    if first is indexes[0] and first.reply == "json":
        return Check(_RULE, _TITLE, "ok", _answers(first))
    why = "" if first is indexes[0] else "; the default index does not answer, this is pip's"
    if not machine.poetry.mirror_plugin:
        detail = f"{_answers(first)}{why}: Poetry cannot read that by itself"
        return Check(_RULE, _TITLE, "error", detail, _get_plugin(machine))
    detail = f"{_answers(first)}{why}: ws has Poetry read it through its mirror plugin"
    return Check(_RULE, _TITLE, "ok", detail)


def _unreachable(indexes: Sequence[Index], *, needed: bool) -> Check:
    detail = "; ".join(f"{index.url}: {index.reply}" for index in indexes) or "none is known"
    if not needed:
        return Check(_RULE, _TITLE, "missing", f"{detail}; no member uses it")
    return Check(_RULE, _TITLE, "error", detail, _REACH)


def _source(index: Index) -> Check:
    rule, title = "doctor/source", f"Index {index.role}"
    if index.reply in _READABLE:
        return Check(rule, title, "ok", _answers(index))
    detail = f"{index.url}: {index.reply}"
    if index.reply in ("answered 401", "answered 403"):
        fix = f"give Poetry your credentials: poetry config http-basic.{index.role} USER"
        return Check(rule, title, "warning", detail, fix)
    if index.reply == "answered 404":  # it need not have the package that was asked for
        return Check(rule, title, "ok", f"{index.url} answers")
    return Check(rule, title, "error", detail, _REACH)


def _answers(index: Index) -> str:
    return f"{index.url} answers {_READABLE[index.reply]}"


def _get_plugin(machine: Machine) -> str:
    python = machine.poetry.interpreter
    return f"add the plugin that can: {python} -m pip install poetry-plugin-pypi-mirror"


def _named(member: Member) -> Iterator[tuple[str, str]]:
    """Name and address of each source of a member; PyPI has none."""
    for table in _tables(member):
        yield str(table.get("name", "")), str(table.get("url", ""))


def _tables(member: Member) -> Sequence[Mapping[str, object]]:
    found = member.manifest.document.get("tool", {}).get("poetry", {}).get("source", [])
    return [table for table in found if isinstance(table, dict)] if isinstance(found, list) else []


def _uses_default(workspace: Workspace) -> bool:
    """Whether a member takes packages from PyPI.

    It does unless it has a primary source, and none that is PyPI (Poetry's `Factory.create_pool`).
    """
    return not all(
        any(table.get("priority", "primary") == "primary" for table in tables)
        and all(str(table.get("name", "")).lower() != "pypi" for table in tables)
        for tables in map(_tables, workspace.members)
    )
