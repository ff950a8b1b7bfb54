"""What Poetry refuses of a command line: groups, options and commands that there are not.

From `poetry COMMAND --help` of Poetry 2.5, `GroupCommand._validate_group_options` (since 1.5) and
`Application._run_command`; what 2.0 removed is in its change log. A test compares the tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.formats.docker_shell import UNKNOWN
from ws.model.manifest import MAIN
from ws.model.names import did_you_mean, normalise
from ws.planning.docker_imports import CANNOT_TELL, Fault
from ws.planning.docker_programs import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.manifest import Manifest
    from ws.model.workspace import Member
    from ws.planning.docker_stage import Install

RULE = "docker/command-fails"
EVERYWHERE = {
    *("--help", "-h", "--quiet", "-q", "--verbose", "-v", "-vv", "-vvv", "--version", "-V"),
    *("--ansi", "--no-ansi", "--no-interaction", "-n", "--no-plugins", "--no-cache"),
    *("--project", "-P", "--directory", "-C"),
}
_CHOICES = {"--without", "--with", "--only", "--dry-run"}
_INSTALL = {
    *(*_CHOICES, "--no-root", "--no-directory", "--extras", "-E", "--all-extras"),
    *("--all-groups", "--only-root", "--compile"),
}
OPTIONS = {
    "install": {*_INSTALL, "--sync"},
    "sync": _INSTALL,
    "update": {*_CHOICES, "--sync", "--lock"},
    "lock": {"--regenerate"},
}
"""Those of a command's own, for the commands that are looked at."""
_REMOVED = {
    "install": {"--no-dev", "--remove-untracked", "--dev-only", "--default"},
    "update": {"--no-dev"},
    "lock": {"--no-update", "--check"},
}
"""What Poetry 2 took away."""
_TO_PLUGINS = {"shell", "export"}
_OF_PLUGINS = {"bundle": "install poetry-plugin-bundle beside Poetry"}
"""Commands of well-known plugins that Poetry never had itself."""
_KNOWN = (2, 5)
_SECOND = (2,)
_GROUPS_TELL = (1, 5)
_SINCE = {"--no-directory": (1, 5)}
"""What Poetry 1 learned late (its change log)."""


class _Refused(NamedTuple):
    says: str
    hint: str = ""
    sure: bool = True


def refusals(install: Install, member: Member | None) -> Iterator[Fault]:
    """What Poetry refuses of a call, for the member whose manifest it reads."""
    if install.call.tool != "poetry":
        return
    for one in _refused(install, member):
        name = member.name if member else None
        verb = f"poetry {install.call.verb}"
        if one.sure and install.certain:
            message = f"{verb} fails: {one.says}"
            yield Fault(RULE, install.line, message, one.hint, "error", name)
        else:
            why = f"whether {verb} works is known at build time only: {one.says}"
            yield Fault(CANNOT_TELL, install.line, why, one.hint, "warning", name)


def takes(install: Install, option: str) -> bool:
    """Whether the Poetry that is there may know an option, as far as its version is known."""
    version = install.tools.version
    return not version or version >= _SINCE.get(option, ())


def _refused(install: Install, member: Member | None) -> Iterator[_Refused]:
    call, tools = install.call, install.tools
    first = member.manifest.document.get("tool", {}).get("poetry", {}) if member else {}
    plugins = tools.plugins or "requires-plugins" in first
    if call.verb in _TO_PLUGINS:
        if tools.version >= _SECOND and not plugins:
            hint = f"install poetry-plugin-{call.verb} beside Poetry"
            yield _Refused(f"since Poetry 2 a plugin brings the command {call.verb}", hint)
    elif call.verb not in COMMANDS:
        says = f"The requested command {call.verb} does not exist"
        if plugins:
            says = f"a plugin may bring the command {call.verb}"
        hint = _OF_PLUGINS.get(call.verb) or did_you_mean(call.verb, COMMANDS)
        yield _Refused(says, hint, sure=not plugins)
    elif call.verb == "sync" and tools.version and tools.version < _SECOND:
        says = "The requested command sync does not exist before Poetry 2"
        yield _Refused(says, "poetry install --sync")
    else:
        yield from _options(install)
        if member is not None and (not tools.version or tools.version >= _GROUPS_TELL):
            yield from _groups(install, member.manifest)


def _options(install: Install) -> Iterator[_Refused]:
    call, version = install.call, install.tools.version
    own = OPTIONS.get(call.verb, set())
    for word in call.said if own else ():
        option = word.partition("=")[0]
        if word == "--":
            return
        if option in own and not takes(install, option):
            since = ".".join(map(str, _SINCE[option]))
            yield _Refused(f'The option "{option}" does not exist before Poetry {since}')
            continue
        if UNKNOWN in word or not option.startswith("--") or option in own | EVERYWHERE:
            continue
        says = f'The option "{option}" does not exist'
        if option in _REMOVED.get(call.verb, ()):
            if version >= _SECOND:
                yield _Refused(f"{says} since Poetry 2")
            continue
        hint = did_you_mean(option, own)
        yield _Refused(says, hint, sure=bool(hint) or " " in option or () < version[:2] <= _KNOWN)


def _groups(install: Install, manifest: Manifest) -> Iterator[_Refused]:
    call = install.call
    if call.verb not in ("install", "sync", "update"):
        return
    there = {MAIN, *manifest.groups, *_empty(manifest)}
    for option, named in (("only", call.only), ("with", call.with_), ("without", call.without)):
        asked = () if option == "without" and "--no-dev" in call.said else named
        absent = [one for one in asked if UNKNOWN not in one and normalise(one) not in there]
        for group in absent:
            says = f"Group(s) not found: {group} (via --{option})"
            yield _Refused(says, did_you_mean(group, there) or f"its groups: {_listed(there)}")


def _listed(groups: set[str]) -> str:
    return ", ".join(sorted(groups))


def _empty(manifest: Manifest) -> Iterator[str]:
    """The groups that a manifest names, those without dependencies too."""
    document = manifest.document
    poetry = document.get("tool", {}).get("poetry", {})
    yield from map(normalise, (*poetry.get("group", {}), *document.get("dependency-groups", {})))
    if "dev-dependencies" in poetry:
        yield "dev"
