"""In which ways a Dockerfile is built, as `ws docker check` and `ws docker sync` see it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import Where
from ws.formats import dockerignore
from ws.model.report import Finding
from ws.planning import docker_contexts, docker_malformed, docker_owner
from ws.planning.docker_built import Built
from ws.planning.docker_candidates import candidates
from ws.planning.docker_context import Chosen, choose
from ws.planning.docker_variables import variables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ws.commands.docker_surroundings import Surroundings
    from ws.files.docker_context import DiskContext
    from ws.model.docker import Dockerfile
    from ws.model.workspace import Member
    from ws.planning.docker_needs import Known

UNREADABLE = "docker/unreadable"
_MEND = "mend the line: a builder refuses the whole file"


class Ways(NamedTuple):
    """How one Dockerfile is built."""

    chosen: tuple[Chosen, ...]
    """The contexts, the surest first."""
    builds: tuple[Built, ...]
    """Each context with each set of arguments and each stage that somebody builds there."""

    @property
    def owner(self) -> Member | None:
        """The member that it is for, if it is one."""
        return next((one.owners[0] for one in self.builds if len(one.owners) == 1), None)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Why no edit of the Dockerfile would help: another context, a malformed ignore file."""
        return tuple(dict.fromkeys(fault for built in self.builds for fault in built.faults))


class Builds:
    """In which ways Dockerfiles are built, each with its proof."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.known = around.known
        self._unread: dict[str, str] = {}

    def of(self, dockerfile: Dockerfile) -> Ways:
        """At least one way, the surest first.

        What a member says of its context (`[tool.ws.docker]`) holds for a Dockerfile that lies
        elsewhere too, if it is for that member alone.
        """
        home = docker_owner.home(dockerfile.path, self.known)
        ways = self._in_contexts(dockerfile, self._configured(home))
        owner = ways.owner
        if owner and owner != home and owner.manifest.settings.docker.context:
            return self._in_contexts(dockerfile, self._configured(owner))
        if owner or ways.chosen[0].said:
            return ways
        return next(self._in_contexts_of_members(dockerfile), ways)

    def _in_contexts_of_members(self, dockerfile: Dockerfile) -> Iterator[Ways]:
        """The builds in folders that members name, of a Dockerfile which is for that member there.

        Elsewhere its sources are not to be found, so that nobody sees whom it is for.
        """
        members = self.known.workspace.members
        for folder in dict.fromkeys(one.manifest.settings.docker.context for one in members):
            ways = self._in_contexts(dockerfile, folder) if folder else None
            owner = ways.owner if ways else None
            if ways and owner and owner.manifest.settings.docker.context == folder:
                yield ways

    def ignore_file(self, built: Built) -> str:
        """The ignore file that applies, or the one to be made; relative to the workspace root."""
        context = self.around.context(built.context.folder, built.dockerfile.path)
        return context.ignore_file or normpath(join(context.folder, ".dockerignore"))

    def _configured(self, member: Member | None) -> str:
        own = member.manifest.settings.docker.context if member else ""
        return own or self.around.workspace.settings.docker.context

    def _in_contexts(self, dockerfile: Dockerfile, configured: str) -> Ways:
        said = self.around.builds.get(dockerfile.path, ())
        faults = partial(self.around.faults, dockerfile)
        chosen = choose(dockerfile, said, configured, self.around.exists, faults)
        different = (way for one in chosen for way in self._different(dockerfile, one))
        return Ways(chosen, tuple(self._built(dockerfile, way) for way in different))

    def _different(self, dockerfile: Dockerfile, chosen: Chosen) -> Iterator[Chosen]:
        """The builds in one context, by what they give it: targets and arguments."""
        found: dict[object, Chosen] = {}
        for one in self.around.builds.get(dockerfile.path, ()):
            if one.context == chosen.folder:
                key = (one.target, tuple(sorted(one.args.items())))
                way = Chosen(one.context, one.where, one.args, one.target)
                way = found.setdefault(key, way)
                found[key] = way._replace(start=way.start + one.start)
        guessed = () if found else self._guessed(dockerfile, chosen)
        yield from found.values() or guessed or (chosen,)

    def _guessed(self, dockerfile: Dockerfile, chosen: Chosen) -> tuple[Chosen, ...]:
        """A build for each member that it is plainly for, where nothing says for which."""
        given = candidates(dockerfile, chosen.folder, self.known, self.around.exists)
        return tuple(chosen._replace(args=args) for args in given)

    def _built(self, dockerfile: Dockerfile, chosen: Chosen) -> Built:
        context = self.around.context(chosen.folder, dockerfile.path)
        faults = self._faults(context)
        wrong = docker_contexts.wrong(dockerfile, chosen, self.around.exists)
        arguments = dict(chosen.args)
        built = Built(
            dockerfile,
            context,
            self.around.proof(dockerfile, chosen.folder, chosen.target, arguments, chosen.start),
            variables(dockerfile, arguments),
            said=chosen.said,
            target=chosen.target,
            arguments=arguments,
            start=chosen.start,
            faults=(*faults, wrong) if wrong else faults,
        )
        return replace(built, owners=docker_owner.owners(built, self.known))

    def _faults(self, context: DiskContext) -> tuple[Finding, ...]:
        """What is wrong with the ignore file; one that cannot be read is taken to say nothing."""
        path = context.ignore_file
        try:
            problems = context.ignored.problems
        except OSError as error:
            context.ignored = dockerignore.read("")
            self._unread[path] = error.strerror or "it cannot be read"
        if why := self._unread.get(path):
            message, hint = f"cannot read the file: {why}", "check its permissions"
            return (Finding(UNREADABLE, "error", message, Where(path), hint=hint),)
        return tuple(
            Finding(docker_malformed.RULE, "error", message, Where(path, line), hint=_MEND)
            for line, message in problems
        )


def is_wanted(builds: Sequence[Built], known: Known, members: Collection[str] | None) -> bool:
    """Whether a Dockerfile is for one of these members; without any, whether it is for some."""
    if members is None:
        return any(docker_owner.is_of_workspace(built, known) for built in builds)
    names = {
        name
        for built in builds
        for name in (*built.verdict.members, *(owner.name for owner in built.owners))
    }
    return bool(names & set(members))
