"""`ws graph`: who depends on whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.report import Report
from ws.planning import cycles
from ws.reporting import drawing

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.graph import Graph


def run(context: Context, *, form: str = "tree", invert: bool = False) -> Report:
    """The graph of the chosen members as `tree`, `mermaid` or `dot`; inverted, who needs whom."""
    workspace = context.workspace()
    graph = workspace.graph
    names = [member.name for member in context.chosen(workspace)]
    found = cycles.findings(workspace)
    drawn = graph.inverted() if invert else graph
    if form == "tree":
        text = drawing.tree(drawn.edges, names if context.filters else _roots(drawn))
    else:
        draw = drawing.mermaid if form == "mermaid" else drawing.dot
        text = draw({name: drawn.edges[name] for name in names})
    data = {
        "members": [
            {"name": name, "dependencies": [edge._asdict() for edge in graph.edges[name]]}
            for name in names
        ],
        "order": [name for name in graph.order() if name in names],
        "cycles": [list(cycle) for cycle in graph.cycles()],
    }
    return Report("graph", findings=found, data=data, text=text)


def _roots(graph: Graph) -> list[str]:
    """The members that nothing leads to, and one for each knot that would not be seen otherwise."""
    roots = [name for name in graph.edges if not graph.dependents(name)]
    seen = graph.with_dependencies(roots)
    for name in graph.edges:
        if name not in seen:
            roots.append(name)
            seen |= graph.with_dependencies([name])
    return roots
