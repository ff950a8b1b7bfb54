"""What one member's code uses of other members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import Where
from ws.formats import python_imports
from ws.formats.python_imports import Unreadable
from ws.model.manifest import MAIN
from ws.planning.modules import is_own

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ws.formats.python_imports import Import
    from ws.model.sources import Layout, Source
    from ws.model.workspace import Member
    from ws.planning.modules import Modules


class Seen(NamedTuple):
    """An import of a module that another member installs."""

    module: str
    where: Where
    optional: bool
    """Whether the code does without."""
    runs: bool
    """Whether it is done where the member is installed; else only by tests or type checkers."""


class Blind(NamedTuple):
    """A file that cannot be read, and the members that it may import from."""

    where: Where
    reason: str
    targets: set[str]


class Usage:
    """What a member declares of other members, and what its files import from them."""

    def __init__(self, member: Member, members: Iterable[str], modules: Modules) -> None:
        self.member = member
        self.others = set(members) - {member.name}
        self.modules = modules
        self.groups: dict[str, list[str]] = {}
        """The other members that it declares, and in which groups."""
        for dependency in member.manifest.dependencies:
            if dependency.name in self.others:
                self.groups.setdefault(dependency.name, []).append(dependency.group)
        self.main = {name for name, groups in self.groups.items() if MAIN in groups}
        self.seen: dict[str, list[Seen]] = {}
        """By member, in the order of the files and their lines."""
        self._blind: list[Blind] = []
        self._parsed: list[bytes] = []

    def look(self, layout: Layout, sources: Iterable[Source]) -> None:
        """Go through files of the member.

        One is parsed only if it mentions a member whose case is still open: one that is not
        declared for all that the file may do, or of which no import is known yet.
        """
        for source in sources:
            imports = self._imports(source)
            if isinstance(imports, Blind):
                self._blind.append(imports)
            else:
                for found in imports:
                    self._take(found, source, layout)

    @property
    def blind(self) -> list[Blind]:
        """The files that leave something open."""
        return [file for file in self._blind if file.targets - (self.main & self.seen.keys())]

    @property
    def unseen(self) -> set[str]:
        """The members that are declared, and that nothing imports as far as can be seen."""
        hidden = {target for file in self.blind for target in file.targets}
        return self.groups.keys() - self.seen.keys() - hidden

    def names(self, target: str) -> bool:
        """Whether a string in code or manifest names a module of that member, with a dot or colon.

        That is how frameworks, plugins and entry points are told what to import.
        """
        texts = _strings(self.member.manifest.document)
        named = {name for text in texts for name in python_imports.module_named(text)}
        named.update(name for content in self._parsed for name in python_imports.named(content))
        return any(target in self.modules.owners(self.modules.named(name)) for name in named)

    def _imports(self, source: Source) -> Iterable[Import] | Blind:
        path = self.member.file(source.path)
        if source.content is None:
            return Blind(Where(path), "it cannot be opened", self.others)
        words = python_imports.words(source.content)
        targets = self.modules.mentioned(words) & self.others
        settled = self.main if source.runs else self.groups.keys()
        if targets <= settled & self.seen.keys():
            return ()
        imports = python_imports.read(source.content)
        if isinstance(imports, Unreadable):
            return Blind(Where(path, imports.line), imports.reason, targets)
        self._parsed.append(source.content)
        return imports

    def _take(self, found: Import, source: Source, layout: Layout) -> None:
        module = self.modules.named(found.name)
        owners = self.modules.owners(module)
        if not owners or self.member.name in owners or is_own(layout, source, module):
            return
        runs = source.runs and found.when != "typing"
        where = Where(self.member.file(source.path), found.line)
        seen = Seen(module, where, found.when == "optional", runs)
        for owner in [name for name in owners if name in self.groups] or owners[:1]:
            self.seen.setdefault(owner, []).append(seen)


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever TOML can hold
    """All strings in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
