"""The tables of a YAML file that says how images are built, with their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ws.model.docker import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml


class Tables(NamedTuple):
    """What stands at the top of a YAML file, and why it cannot be read."""

    top: dict[str, Any]
    lines: dict[tuple[str, str], int]
    """Where each key below a key of the top stands; those of the top stand below no name."""
    problem: Problem | None = None

    def below(self, key: str = "") -> Iterator[tuple[str, Any, int]]:
        """The children of a key (of the top itself without one): name, value, line."""
        parent = self.top.get(key) if key else self.top
        for name, child in parent.items() if isinstance(parent, dict) else ():
            yield str(name), child, self.lines.get((key, str(name)), 1)


def tables(text: str) -> Tables:
    """Read a YAML file; of several documents (GitLab's `spec`) the last one counts.

    Tags that only its own program knows (`!reference`, `!reset`) are taken for what they stand on.
    """
    import yaml  # costs start-up; only what looks at images needs it

    loader = _loader()(text)
    try:
        node: yaml.Node | None = None
        while loader.check_node():
            node = loader.get_node()
        if not isinstance(node, yaml.MappingNode):
            return Tables({}, {})
        lines = {("", str(name.value)): name.start_mark.line + 1 for name, _ in node.value}
        for name, child in node.value:
            if isinstance(child, yaml.MappingNode):
                for key, _ in child.value:
                    lines[str(name.value), str(key.value)] = key.start_mark.line + 1
        made = loader.construct_object(node, deep=True)
        top = {str(name): value for name, value in made.items()} if isinstance(made, dict) else {}
        return Tables(top, lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = error.problem or error.context or "it cannot be read"
        line = min(mark.line + 1 if mark else 1, max(text.count("\n"), 1))
        return Tables({}, {}, Problem(line, f"it is no valid YAML: {why}"))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        first = str(error).partition("\n")[0]
        return Tables({}, {}, Problem(1, f"it is no valid YAML: {first}"))
    finally:
        loader.dispose()


def _loader() -> Any:  # noqa: ANN401 - one of PyYAML's loaders, a class that it makes
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """One that knows every tag."""

    def untagged(loader: Any, _suffix: str, node: yaml.Node) -> object:  # noqa: ANN401
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("", untagged)
    return Loader
