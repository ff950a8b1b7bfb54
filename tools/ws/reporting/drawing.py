"""The graph of members as a tree, as Mermaid and as DOT."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.model.graph import Edge


def tree(edges: Mapping[str, Sequence[Edge]], roots: Sequence[str]) -> str:
    """Each root with all it leads to; edges of groups say so, what stood before is marked `(*)`."""
    lines: list[str] = []
    shown: set[str] = set()
    for root in roots:
        lines.append(root)
        lines.extend(_branches(edges, root, "", shown, (root,)))
    return "".join(f"{line}\n" for line in lines)


def mermaid(edges: Mapping[str, Sequence[Edge]]) -> str:
    """A Mermaid flowchart; edges that only groups make are dotted."""
    lines = ["graph LR"]
    for source, targets in edges.items():
        lines.append(f"  {_node(source)}")
        lines.extend(
            f"  {_node(source)} {'-->' if edge.main else '-.->'} {_node(edge.target)}"
            for edge in targets
        )
    return "".join(f"{line}\n" for line in lines)


def _node(name: str) -> str:
    """A name as a node of Mermaid, which has words of its own (docs: "Flowcharts", `end`)."""
    reserved = ("end", "graph", "subgraph", "flowchart", "style", "class", "click", "default")
    return f'{name}_["{name}"]' if name in reserved else name


def dot(edges: Mapping[str, Sequence[Edge]]) -> str:
    """A DOT digraph for Graphviz; edges that only groups make are dashed."""
    lines = ["digraph workspace {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for source, targets in edges.items():
        lines.append(f'  "{source}";')
        for edge in targets:
            style = "" if edge.main else " [style=dashed]"
            lines.append(f'  "{source}" -> "{edge.target}"{style};')
    return "".join(f"{line}\n" for line in [*lines, "}"])


def _branches(
    edges: Mapping[str, Sequence[Edge]],
    name: str,
    indent: str,
    shown: set[str],
    above: tuple[str, ...],
) -> Iterator[str]:
    targets = edges[name]
    for edge in targets:
        last = edge is targets[-1]
        seen = edge.target in shown and bool(edges[edge.target])
        again = edge.target in above or seen
        notes = ("" if edge.main else " (group)") + (" (*)" if again else "")
        yield f"{indent}{'└── ' if last else '├── '}{edge.target}{notes}"
        if not again:
            shown.add(edge.target)
            deeper = indent + ("    " if last else "│   ")
            yield from _branches(edges, edge.target, deeper, shown, (*above, edge.target))
