"""Who locks a package at which version, and who could agree, as a table and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.planning.skew import said, some
from ws.planning.why import why
from ws.reporting.chains import in_one_line
from ws.reporting.plain import plain_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.planning.align import Choice
    from ws.planning.negotiation import Obstacle
    from ws.planning.skew import Holding


def table(choices: Sequence[Choice], holdings: Sequence[Holding]) -> str:
    """Each skewed package with its versions and who has them, and below it what could be done."""
    if not choices:
        return ""
    whose = {holding.member.name: holding for holding in holdings}
    rows, notes = [], {}
    for choice in choices:
        versions = choice.skew.versions.items()
        for number, (version, members) in enumerate(versions):
            rows.append((choice.skew.name if number == 0 else "", version, some(members)))
        notes[len(rows)] = [*_alone(choice), *_could(choice), *_cannot(choice, whose)]
    lines = plain_table(("PACKAGE", "VERSION", "MEMBERS"), rows).splitlines()
    drawn = [line for number, line in enumerate(lines) for line in (line, *notes.get(number, ()))]
    return "".join(f"{line}\n" for line in drawn)


def result(
    choices: Sequence[Choice],
    holdings: Sequence[Holding],
    after: Mapping[str, Mapping[str, str]],
) -> str:
    """What became of each package: brought together, or why not.

    `after` has the version of each package in each lock now, by its name and the member's.
    """
    whose = {holding.member.name: holding for holding in holdings}
    lines: list[str] = []
    for choice in choices:
        now = after.get(choice.skew.name, {})
        versions = dict.fromkeys(now.values())
        if len(versions) == 1:
            lines.append(f"{choice.skew.name}: brought together at {next(iter(versions))}")
            continue
        if not versions:
            lines.append(f"{choice.skew.name}: nobody needs it any more")
            continue
        listed = "; ".join(
            f"{version} in {some([m for m in now if now[m] == version])}" for version in versions
        )
        lines.append(f"{choice.skew.name}: {listed}")
        lines += [*_alone(choice), *_cannot(choice, whose), *_otherwise(choice, now)]
    return "".join(f"{line}\n" for line in lines)


def data(
    choices: Sequence[Choice],
    holdings: Sequence[Holding],
    after: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """The same as plain data; with `after`, what each member has now, too."""
    whose = {holding.member.name: holding for holding in holdings}
    packages = [_package(choice, whose) for choice in choices]
    if after is not None:
        for package in packages:
            package["now"] = dict(after.get(package["name"], {}))
    return {"skew": packages}


def _alone(choice: Choice) -> Iterator[str]:
    if choice.reason:
        yield f"  → left alone: {choice.reason}"


def _could(choice: Choice) -> Iterator[str]:
    if choice.moves and choice.target is not None:
        could = (member for member in choice.skew.held if member not in choice.obstacles)
        who = some(list(could)) if choice.obstacles else "all"
        yield f"  → {who} could have {choice.target.version}: ws lock --align"


def _cannot(choice: Choice, whose: Mapping[str, Holding]) -> Iterator[str]:
    for member, obstacle in choice.obstacles.items():
        reason = _reason(choice, whose[member], obstacle)
        yield f"  → {member} cannot have {obstacle.version}: {reason}"


def _otherwise(choice: Choice, now: Mapping[str, str]) -> Iterator[str]:
    """Where Poetry decided against what was planned."""
    for member in choice.moves:
        wanted = choice.wanted(member)
        if member in now and now[member] != wanted:
            did = "left it at" if now[member] == said(choice.skew.held[member]) else "chose"
            yield f"  → {member} was to have {wanted}, and Poetry {did} {now[member]}"


def _reason(choice: Choice, holding: Holding, obstacle: Obstacle) -> str:
    edge = obstacle.edge
    if edge is None:
        return obstacle.reason
    asked = f"asks for {choice.skew.name} {edge.constraint}"
    if edge.source is None:
        return f"its group {edge.group} {asked}"
    chains = why(holding.lock, holding.own, edge.source.name, limit=1).chains
    through = f" ({in_one_line(chains[0])})" if chains else ""
    return f"{edge.source.name} {edge.source.version} {asked}{through}"


def _package(choice: Choice, whose: Mapping[str, Holding]) -> dict[str, Any]:
    return {
        "name": choice.skew.name,
        "versions": [
            {"version": version, "members": list(members)}
            for version, members in choice.skew.versions.items()
        ],
        "target": choice.target.version if choice.target else None,
        "moves": [
            {"member": member, "version": choice.wanted(member), "as_in": donor}
            for member, donor in choice.moves.items()
        ],
        "cannot": [
            {
                "member": member,
                "version": obstacle.version,
                "reason": _reason(choice, whose[member], obstacle),
            }
            for member, obstacle in choice.obstacles.items()
        ],
        "left_alone": choice.reason,
    }
