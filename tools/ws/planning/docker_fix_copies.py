"""How the `COPY`s of a Dockerfile might be mended: what they take, where to, and when."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING

from ws.formats.dockerfile_editor import Edit, remove, replace_word
from ws.model.docker import Span
from ws.model.image import Copied, is_below
from ws.planning.docker_copy import absolute
from ws.planning.docker_hints import copy_line, neighbour, written
from ws.planning.docker_ignore import escaped
from ws.planning.docker_needs import lacks, modules, readmes
from ws.planning.docker_remedy import Remedy, after, before, is_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.model.docker import Instruction, Word
    from ws.model.image import Image
    from ws.model.manifest import Manifest
    from ws.model.workspace import Member
    from ws.planning.docker_stage import Install
    from ws.planning.docker_wants import Job, View, Want

MISSING = "docker/path-dependency-missing"


def sources(view: View) -> Iterator[Remedy]:
    """A source that is not in the context: it was written for another one, or is ignored."""
    for stage in view.verdict.stages:
        for missing in stage.missing:
            instruction = view.at_line(missing.line)
            if missing.stage or instruction is None or instruction.kind not in ("COPY", "ADD"):
                continue
            if view.everything.exists(missing.source):
                yield hidden((missing.source,), missing.line, "docker/source-missing")
            word = _source_word(instruction, missing.source)
            if word is None:
                continue
            for path in dict.fromkeys(_meant(view, instruction, missing.source)):
                text = _like(word.text, f"{path}{'/' * missing.source.endswith('/')}")
                reason = f"{missing.source} is {path} in the build context {view.context.folder}"
                yield Remedy(
                    "docker/source-missing",
                    missing.line,
                    reason,
                    (replace_word(instruction, word, text),),
                    () if view.context.exists(path) else (_exception(path),),
                )


def hidden(paths: Sequence[str], line: int, rule: str, member: str | None = None) -> Remedy:
    """Exceptions for what the ignore file hides; `paths` are relative to the context.

    The last pattern that matches decides, below a folder that is left out too: unlike in git.
    """
    paths = [posixpath.normpath(path) for path in paths]
    what = "is needed and the ignore file hides it"
    what = "are needed and the ignore file hides them" if len(paths) > 1 else what
    ignore = tuple(map(_exception, paths))
    return Remedy(rule, line, f"{', '.join(paths)} {what}", (), ignore, member)


def _exception(path: str) -> str:
    """The line that keeps a path."""
    return f"!{escaped(path)}"


def _source_word(instruction: Instruction, source: str) -> Word | None:
    """Which argument a source is, where that can be told and it can mean nothing else."""
    words = instruction.words[:-1]
    found = [word for word in words if word.text.strip("\"'") == source]
    if not found and len(words) == 1:
        found = [words[0]]
    return found[0] if len(found) == 1 and not _names_several(found[0]) else None


def _names_several(word: Word) -> bool:
    """Whether a source may name more than what it names here: a pattern, a variable."""
    return any(sign in word.text for sign in "*?[$")


def _like(raw: str, text: str) -> str:
    """A new path as the old one was written: in quotes, with `./` before it."""
    quote = raw[:1] if raw[:1] in ("'", '"') and raw[-1:] == raw[:1] else ""
    dot = "./" if raw.strip("\"'").startswith("./") and not text.startswith((".", "/")) else ""
    return f"{quote}{dot}{text}{quote}"


def _meant(view: View, instruction: Instruction, source: str) -> Iterator[str]:
    """What a source may mean, relative to the context.

    It is seen from the file's folder and those above it; or it is what the destination is for.
    """
    folder = posixpath.dirname(view.dockerfile.path)
    while True:
        path = posixpath.normpath(posixpath.join(folder, source.lstrip("/")))
        path = view.source(path) if not path.startswith("..") else path
        if not path.startswith("..") and path != "." and view.everything.exists(path):
            yield path
        if not folder:
            break
        folder = posixpath.dirname(folder)
    target = instruction.words[-1].text.strip("\"'")
    for want in view.wants:
        if absolute(want.job.install.workdir, target) == want.at and is_reachable(
            view, want.need.folder
        ):
            yield view.source(want.need.folder)


def is_reachable(view: View, folder: str) -> bool:
    """Whether a `COPY` can name a package by its folder, relative to the workspace root."""
    source = view.source(folder)
    return not source.startswith("..") and view.everything.exists(f"{source}/pyproject.toml")


def manifests(view: View, owner: Member | None) -> Iterator[Remedy]:
    """The manifest of the member whose folder the file is in, where Poetry finds none."""
    if owner is None:
        return
    files = [view.source(owner.file(name)) for name in ("pyproject.toml", "poetry.lock")]
    installs = [one for stage in view.verdict.stages for one in stage.installs]
    served = {job.install.key for job in view.jobs}
    for install in installs:
        instruction = view.at_line(install.line)
        at = posixpath.join(install.call.project, "pyproject.toml")
        if install.call.tool != "poetry" or install.key in served or instruction is None:
            continue
        if not is_known(at) or install.image.at(at).kind != "nothing":
            continue
        yield from _moved(view, install, at, "docker/member-missing", owner.name)
        if all(view.context.exists(file) for file in files):
            target = (
                "./" if install.workdir == install.call.project else f"{posixpath.dirname(at)}/"
            )
            like = neighbour(view.stage(install.stage), install.line)
            line = written(like, "", files, target)
            reason = f"Poetry finds no pyproject.toml in {install.call.project}"
            edit = before(view, instruction, line)
            yield Remedy("docker/member-missing", install.line, reason, (edit,), member=owner.name)


def locks(view: View) -> Iterator[Remedy]:
    """A lock that is not beside its manifest in the image."""
    rule = "docker/lock-not-copied"
    for job in view.jobs:
        lock = view.source(job.member.file("poetry.lock"))
        if job.locked or lock.startswith("..") or not view.everything.exists(lock):
            continue
        ignore = () if view.context.exists(lock) else (_exception(lock),)
        found = job.install.image.at(posixpath.join(job.folder, "pyproject.toml"))
        copy = view.at_line(found.line)
        reason = f"{job.member.name} is installed without its poetry.lock"
        rest = (job.install.line, reason)
        if ignore:
            yield Remedy(rule, *rest, (), ignore, job.member.name)
        if copy is None or copy.kind not in ("COPY", "ADD") or copy.heredocs:
            continue
        if (edit := _beside(copy)) is not None:
            yield Remedy(rule, *rest, (edit,), ignore, job.member.name)
        line = after(view, copy, written(copy, "", (lock,), f"{job.folder.rstrip('/')}/"))
        yield Remedy(rule, *rest, (line,), ignore, job.member.name)


def _beside(copy: Instruction) -> Edit | None:
    """The lock as one more source after the manifest."""
    target = copy.words[-1].text.strip("\"'")
    names = [one for one in copy.words[:-1] if one.text.strip("\"'").endswith("pyproject.toml")]
    if len(names) != 1 or not (target.endswith("/") or target in (".", "..")):
        return None
    text = names[0].text.replace("pyproject.toml", "poetry.lock")
    end = names[0].span.end
    return Edit(Span(end, end), f", {json.dumps(text)}" if copy.json else f" {text}")


def ignored(view: View) -> Iterator[Remedy]:
    """What is hidden of a member or a path dependency that is copied to the right place."""
    for want in view.wants:
        manifest = want.need.member.manifest if want.need.member else None
        inside = posixpath.relpath(want.lack.path, want.at)
        for paths in _hidden_parts(view, want.need.folder, inside, manifest):
            yield hidden(paths, want.job.install.line, MISSING, want.job.member.name)
    for job in view.jobs:
        lack = lacks(job.install.image, job.folder, job.member.manifest)
        if lack is None or not job.install.call.root:
            continue
        inside = posixpath.relpath(lack.path, job.folder)
        for paths in _hidden_parts(view, job.member.path, inside, job.member.manifest):
            yield hidden(paths, job.install.line, "docker/member-missing", job.member.name)


def _hidden_parts(
    view: View, folder: str, first: str, manifest: Manifest | None
) -> Iterator[list[str]]:
    """What of a package is hidden: that which is missed first; all that a build of it reads.

    `folder` is relative to the workspace root, `first` to that; the paths are those in the context.
    """
    read = ("pyproject.toml", *modules(manifest), *readmes(manifest)) if manifest else ()
    for parts in ((first,), read):
        paths = dict.fromkeys(posixpath.normpath(f"{view.source(folder)}/{one}") for one in parts)
        if found := [one for one in paths if not one.startswith("..") and _is_hidden(view, one)]:
            yield found


def _is_hidden(view: View, path: str) -> bool:
    return view.everything.exists(path) and not view.context.exists(path)


def retargeted(view: View, want: Want) -> Iterator[Remedy]:
    """The destination of a `COPY` that puts a path dependency in another place."""
    source = view.source(want.need.folder)
    member = view.source(want.job.member.path)
    for layer in copies_of(want.job.install.image, source):
        copy = view.at_line(layer.line)
        if copy is None or copy.kind not in ("COPY", "ADD") or len(copy.words) != 2:  # noqa: PLR2004
            continue
        if is_below(member, layer.source) or _names_several(copy.words[0]):
            continue  # it copies the member too, or more than this
        rest = posixpath.relpath(source, layer.source)
        if rest != "." and not want.at.endswith(f"/{rest}"):
            continue
        at, url = (_without(path, rest) for path in (want.at, want.need.url))
        text = destination(copy.words[-1].text, at, url, want.job.install.workdir)
        yield Remedy(
            "docker/wrong-depth",
            layer.line,
            f"Poetry will look for {want.need.name} in {want.at}",
            (replace_word(copy, copy.words[-1], text),),
            member=want.job.member.name,
        )


def _without(path: str, rest: str) -> str:
    if rest == ".":
        return path
    return path.removesuffix(f"/{rest}") or "/" if path.endswith(f"/{rest}") else ""


def destination(raw: str, at: str, url: str, workdir: str) -> str:
    """Another destination in the way of the old one: relative if that was, with its slash."""
    old = raw.strip("\"'")
    text = at
    if not old.startswith(("/", "$")):
        text = url if url and absolute(workdir, url) == at else posixpath.relpath(at, workdir)
    slash = "/" * (old.endswith("/") and not text.endswith("/"))
    return _like(raw.replace("./", "", 1) if raw.startswith("./") else raw, f"{text}{slash}")


def copies_of(image: Image | None, source: str) -> Iterator[Copied]:
    """What copied a folder of the context, or one that it lies in, the last first."""
    while image is not None:
        layer = image.layer
        if isinstance(layer, Copied) and is_below(source, layer.source):
            yield layer
        image = image.below


def moved(view: View, want: Want) -> Iterator[Remedy]:
    """A `COPY` that comes too late, before the install."""
    at = posixpath.join(want.at, "pyproject.toml")
    rule = MISSING if want.need.direct else "docker/transitive-missing"
    yield from _moved(view, want.job.install, at, rule, want.job.member.name)


def _moved(view: View, install: Install, at: str, rule: str, member: str) -> Iterator[Remedy]:
    there = view.at_line(install.line)
    copy = later_copy(view, install, at)
    if copy is None or there is None:
        return
    text = view.dockerfile.text[slice(*copy.span)].replace("\r\n", "\n")
    edits = (before(view, there, text), remove(view.dockerfile, copy))
    reason = "it is copied after the install that needs it"
    yield Remedy(rule, install.line, reason, edits, member=member)


def later_copy(view: View, install: Install, at: str) -> Instruction | None:
    """The `COPY` of the same stage that brings a file after an install."""
    stage = next(one for one in view.verdict.stages if one.index == install.stage)
    found = stage.state.image.at(at)
    copy = view.at_line(found.line) if found.kind == "file" else None
    if copy is None or copy.kind not in ("COPY", "ADD") or copy.line <= install.line:
        return None
    return copy if copy in view.stage(install.stage).instructions else None


def inserted(view: View, want: Want) -> Iterator[Remedy]:
    """A new `COPY` right before the install."""
    instruction = view.at_line(want.job.install.line)
    if instruction is None or not is_reachable(view, want.need.folder):
        return
    line = line_for(view, want.job, want.need.folder, want.at, want.need.url)
    rule = MISSING if want.need.direct else "docker/transitive-missing"
    reason = f"{want.need.name} is not in {want.at}, where Poetry will look"
    edit = before(view, instruction, line)
    yield Remedy(rule, want.job.install.line, reason, (edit,), member=want.job.member.name)


def line_for(view: View, job: Job, folder: str, at: str, url: str) -> str:
    """The `COPY` of a folder of the workspace, for an install of a member."""
    return copy_line(view.dockerfile, job.install, view.source(folder), at, url)
