"""The short way of `ws docker ensure`: all is as it was, says the disk, and so says the engine.

It imports next to nothing, starts no program, hashes nothing and reads no manifest. Whatever is
unusual, even if it would be fine, is left to the long way.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.engines import engine_socket
from ws.files import ensured as memory
from ws.files.roots import BUNDLE, find_product

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ws.commands.context import Context
    from ws.commands.ensure import Asked
    from ws.commands.products import Found
    from ws.files.store import Store
    from ws.model.ensured import Answer

_VARIABLES = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "HOME", "WS_DOCKER")


def recall(context: Context, asked: Asked) -> dict[str, Any] | None:
    """What was answered before, as plain data, if that holds; `None` where it must be looked into.

    Raises `UsageError` where there is no product.
    """
    root, _ = find_product(context.root_option, context.cwd, context.environ)
    where = engine_socket.endpoint(context.environ)
    found = memory.recall(root, question(context, asked, where, root))
    if found is None or not _engine_agrees(context, found, where):
        return None
    return {**found.data, "remembered": True}


def _engine_agrees(context: Context, found: memory.Remembered, where: str) -> bool:
    """Whether images and volumes are as they were; where there was no engine, that there is none.

    An image that was not there counts, too: who built it meanwhile wants it to be used.
    """
    if found.images:
        there = engine_socket.images(where, found.images)
        if there is None or {tag: there.get(tag, "") for tag in found.images} != found.images:
            return False
        wanted = found.volumes
        return not wanted or engine_socket.volumes(where, wanted) == wanted
    if context.environ.get("WS_DOCKER") == "0":
        return True
    return where.startswith("unix:") and not engine_socket.answers(where)


class Notes(NamedTuple):
    """Where an answer is noted, once there is one."""

    context: Context
    asked: Asked
    store: Store

    def remember(self, answer: Answer, found: Found) -> None:
        """Note the answer, if every service is ready, and no change since could go unseen.

        A disk on which that cannot be told only costs time.
        """
        with contextlib.suppress(OSError):
            self._remember(answer, found)

    def _remember(self, answer: Answer, found: Found) -> None:
        """Do it. Raises `OSError` where files cannot be looked at."""
        where = engine_socket.endpoint(self.context.environ)
        key = question(self.context, self.asked, where, self.store.root)
        if not answer.is_whole or not answer.services:
            return
        seen = memory.see(self.store.root, _watched(answer, found))
        if seen is None or not self._still(found):
            return
        images: dict[str, str] = {}
        if answer.engine.kind == "running":
            there = engine_socket.images(where, [each.tag for each in answer.services])
            if there is None:
                return
            images = {each.tag: there.get(each.tag, "") for each in answer.services}
            if any(each.image and images[each.tag] != each.image for each in answer.services):
                return
        names = [each.name for each in answer.volumes if not each.name.startswith(".ws/")]
        volumes = engine_socket.volumes(where, names) if names else {}
        if volumes is None or len(volumes) != len(names):
            return
        from ws.formats import ensured  # costs start-up
        from ws.planning.ensure import next_time

        data = ensured.write(next_time(answer))
        memory.remember(self.store, key, memory.Remembered(seen, images, volumes, data))

    def _still(self, found: Found) -> bool:
        """Whether the product is the one that was answered for, as the files are by now."""
        from ws.commands import products

        return products.find(self.context, self.asked.names).product == found.product


def begin(context: Context, asked: Asked, store: Store) -> Notes:
    """Begin the long way: whatever was noted before holds no more."""
    where = engine_socket.endpoint(context.environ)
    memory.forget(store, question(context, asked, where, store.root))
    return Notes(context, asked, store)


def question(context: Context, asked: Asked, where: str, root: Path) -> str:
    """All that the answer depends on, besides files and the engine; it names what is at `root`."""
    variables = [context.environ.get(name, "") for name in _VARIABLES]
    told = [_without_password(text) for text in (where, *variables)]
    return json.dumps([os.path.realpath(root), sorted(asked.names), asked.archive, *told])


def _without_password(text: str) -> str:
    """An address without whom it is for: what is noted lies on the disk."""
    scheme, found, rest = text.partition("://")
    return text if not found or scheme == "unix" else f"{scheme}://{rest.rpartition('@')[2]}"


def _watched(answer: Answer, found: Found) -> Iterator[str]:
    """The files and folders whose change may change the answer."""
    from ws.files import watched
    from ws.files.roots import WORKSPACE

    yield from (BUNDLE, WORKSPACE)
    by_name = {each.name: each for each in found.product.services}
    for state in answer.services:
        if state.program:
            yield from _of_program(found.root, state.program)
        for volume in by_name[state.name].volumes:
            yield from _of_volume(found, by_name[state.name].folder, volume.source)
    for volume_state in answer.volumes:
        if volume_state.name.startswith(".ws/"):
            yield from (volume_state.name, f"{volume_state.name}/.ws-volume.json")
    if found.images is not None:
        yield from watched.skeleton(found.root)
        yield from _of_images(found)


def _of_program(root: Path, program: str) -> Iterator[str]:
    """An environment, by the files that change with it."""
    folder = os.path.dirname(program)
    venv = os.path.dirname(folder)
    names = [program, folder, os.path.join(folder, "python"), os.path.join(venv, "pyvenv.cfg")]
    names += [os.path.join(venv, name) for name in (".ws-stamp.json", ".ws-service")]
    lib = os.path.join(venv, "lib")
    if os.path.isdir(lib):
        for name in os.listdir(lib):
            site = os.path.join(lib, name, "site-packages")
            if not os.path.isdir(site):
                continue  # such as a library that a package brings
            # Not the folder itself: the first run of a program puts its bytecode there.
            names += [os.path.join(site, n) for n in os.listdir(site) if n.endswith(".dist-info")]
    yield from (os.path.relpath(name, root) for name in names)


def _of_volume(found: Found, folder: str, source: str) -> Iterator[str]:
    from ws.files import watched
    from ws.formats import dockerignore
    from ws.planning import volume_fill

    if source and not volume_fill.is_address(source):
        path = os.path.normpath(os.path.join(folder, source))
        yield from watched.below(found.root, path, dockerignore.read(""))


def _of_images(found: Found) -> Iterator[str]:
    """What images of a workspace are made from."""
    from ws.commands import images as gathering
    from ws.files import watched
    from ws.formats import dockerignore
    from ws.model.images import OwnImage

    assert found.images is not None
    workspace, plan = found.images.workspace, found.images.plan
    named = ("pyproject.toml", "poetry.lock", "poetry.toml")
    yield from watched.files(each.file(name) for each in workspace.members for name in named)
    ignored = dockerignore.read("\n".join(gathering.ignored_patterns(workspace, plan)))
    for package in plan.packages:
        yield from watched.below(found.root, package.folder, ignored)
    for image in plan.images:
        if isinstance(image, OwnImage):
            sources = gathering.own_sources(workspace, image)
            yield from watched.files([image.dockerfile, *sources.ignore_files])
            for path in sources.copied:
                yield from watched.below(found.root, path, sources.ignored)
