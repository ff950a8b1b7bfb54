"""Python source to the modules that it imports, read from the syntax tree.

Source may be anything, so nothing here raises for what it says; a file that is no Python gives an
`Unreadable`. Python's own parser decides what is Python: that of the interpreter `ws` runs under.
"""

from __future__ import annotations

import ast
import warnings
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

When = Literal["always", "optional", "typing"]
"""When an import must succeed: whenever it is reached; not at all, since the code goes on without;
or only where types are checked."""

_BLANKED = bytes(
    code if code >= 0x80 or chr(code).isalnum() or chr(code) == "_" else 0x20  # noqa: PLR2004
    for code in range(256)
)
_CALLS: dict[str, When] = {
    "import_module": "always",
    "__import__": "always",
    "run_module": "always",
    "importorskip": "optional",
    "find_spec": "optional",
}
"""Functions whose first argument is the name of a module: of importlib, runpy, pytest."""
_CATCHING = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_KINDS: tuple[type[ast.AST], ...] = (
    ast.Module,
    ast.ExceptHandler,
    ast.match_case,
    *ast.stmt.__subclasses__(),
)
_HOLDING = {"body", "orelse", "finalbody", "handlers", "cases"}
_BLOCKS = {kind: tuple(name for name in kind._fields if name in _HOLDING) for kind in _KINDS}
"""The fields that hold statements, or what holds statements itself, by kind of node."""


class Import(NamedTuple):
    """One module that a file asks for."""

    name: str
    """Absolute and dotted. `from a import b` gives `a.b`, whether or not `b` is a module."""
    line: int
    when: When


class Unreadable(NamedTuple):
    """Why a file is not Python, and the line if that is known."""

    reason: str
    line: int | None


def words(source: bytes) -> set[bytes]:
    """All words of a file, a cheap way to see what it cannot import: what it does not mention."""
    return set(source.translate(_BLANKED).split())


def read(source: bytes) -> tuple[Import, ...] | Unreadable:
    """The absolute imports of a file in the order of their lines; relative ones are left out.

    An import in a `try` whose `except` catches ImportError, or below `suppress(ImportError)`, is
    `optional`; one below `if TYPE_CHECKING:` is for `typing`. The literal that is given to
    `importlib.import_module` and its like counts as an import.
    """
    tree = _parsed(source)
    if isinstance(tree, Unreadable):
        return tree
    called = any(name.encode() in source for name in _CALLS)
    found = (_imports(node, when, called=called) for node, when in _statements(tree))
    return tuple(sorted(chain.from_iterable(found), key=lambda found: (found.line, found.name)))


def named(source: bytes) -> set[str]:
    """The dotted names that stand in strings (`"a.b"`, `"a.b:c"`), as frameworks take modules."""
    tree = _parsed(source)
    if isinstance(tree, Unreadable):
        return set()
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {name for text in texts if isinstance(text, str) for name in module_named(text)}


def module_named(text: str) -> tuple[str, ...]:
    """The module that a whole string names with a dot or, as entry points do, a colon."""
    module, colon, inside = text.partition(":")
    is_one = _is_name(module) and (_is_name(inside) if colon else "." in module)
    return (module,) if is_one else ()


def _is_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _parsed(source: bytes) -> ast.Module | Unreadable:
    with warnings.catch_warnings():  # such as of an invalid escape: not what was asked
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except SyntaxError as error:
            return Unreadable(error.msg, error.lineno or None)
        except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nesting, absurd
            return Unreadable(str(error) or "it is nested too deep", None)


def _statements(tree: ast.Module) -> Iterator[tuple[ast.AST, When]]:
    """All statements, and when they run. No recursion: a chain of `elif` may be of any length."""
    todo: list[tuple[ast.AST, When]] = [(tree, "always")]
    while todo:
        node, when = todo.pop()
        yield node, when
        for block in _BLOCKS[type(node)]:
            inner = _within(node, block, when)
            todo.extend((child, inner) for child in getattr(node, block))


def _within(node: ast.AST, block: str, when: When) -> When:
    """When the statements in a block of `node` run, given when that itself does."""
    if when == "typing":
        return when
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return "always"  # called some time, when nobody catches any more
    if isinstance(node, ast.If):
        return "typing" if block == _unseen(node.test) else when
    if block == "body" and _catches(node):
        return "optional"
    return when


def _unseen(test: ast.expr) -> str:
    """The block of an `if` that only type checkers see; empty if there is none."""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    asked = test.operand if isinstance(test, ast.UnaryOp) else test
    together = isinstance(asked, ast.BoolOp) and isinstance(asked.op, ast.And)
    conditions = asked.values if isinstance(asked, ast.BoolOp) and together else [asked]
    if all(_last_name(condition) != "TYPE_CHECKING" for condition in conditions):
        return ""
    return "orelse" if negated else "body"


def _catches(node: ast.AST) -> bool:
    """Whether what `node` holds may fail to import."""
    if isinstance(node, ast.Try | ast.TryStar):
        return any(_is_caught(handler.type) for handler in node.handlers)
    if isinstance(node, ast.With | ast.AsyncWith):
        calls = [item.context_expr for item in node.items]
        return any(
            isinstance(call, ast.Call)
            and _last_name(call.func) == "suppress"
            and any(map(_is_caught, call.args))
            for call in calls
        )
    return False


def _is_caught(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(_last_name(each) in _CATCHING for each in kinds)


def _last_name(node: ast.expr) -> str:
    """`c` of `a.b.c`; empty for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _imports(node: ast.AST, when: When, *, called: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, alias.lineno, when)
    elif isinstance(node, ast.ImportFrom):
        if not node.level and node.module:
            for alias in node.names:
                name = node.module if alias.name == "*" else f"{node.module}.{alias.name}"
                yield Import(name, alias.lineno, when)
    elif called:
        yield from _calls(_expressions(node), when)


def _expressions(node: ast.AST) -> Iterator[ast.AST]:
    """All that a statement itself evaluates, without the statements in its blocks."""
    inner = {id(child) for block in _BLOCKS[type(node)] for child in getattr(node, block)}
    todo = [child for child in ast.iter_child_nodes(node) if id(child) not in inner]
    while todo:
        child = todo.pop()
        yield child
        todo.extend(ast.iter_child_nodes(child))


def _calls(nodes: Iterable[ast.AST], when: When) -> Iterator[Import]:
    for node in nodes:
        if isinstance(node, ast.Call) and _last_name(node.func) in _CALLS:
            given = [*node.args, *(word.value for word in node.keywords if word.arg == "name")]
            first = given[0] if given else None
            name = first.value if isinstance(first, ast.Constant) else None
            if isinstance(name, str) and _is_name(name):
                own = _CALLS[_last_name(node.func)]
                yield Import(name, node.lineno, own if when == "always" else when)
