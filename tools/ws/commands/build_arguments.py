"""The arguments of builds with a Dockerfile of their own: those given, and the index here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.engines import which_poetry
from ws.engines.process import Processes
from ws.errors import UsageError, WsError
from ws.formats import dockerfile_parser
from ws.model.images import OwnImage
from ws.model.urls import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ws.commands.context import Context
    from ws.files.store import Store
    from ws.model.images import ImagePlan

_PIP = "PIP_INDEX_URL"
_PLUGINS = "POETRY_PLUGINS"
_PLUGIN = "poetry-plugin-pypi-mirror"


def given(words: Iterable[str]) -> dict[str, str]:
    """Arguments written NAME=VALUE. Raises `UsageError` for one that is not."""
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not name or not sign:
            raise UsageError(
                f'--build-arg "{word}" has no value',
                rule="usage/build-arg",
                hint="such as --build-arg PYTHON=3.12",
            )
        found[name] = value
    return found


def build_arguments(
    context: Context, store: Store, plan: ImagePlan, words: Sequence[str]
) -> dict[str, dict[str, str]]:
    """The arguments of each image with a Dockerfile of its own, by member.

    A mirror of the package index that this machine uses is passed on to a Dockerfile with an `ARG`
    for it, as those that `ws docker new` writes have them; not one with credentials, which the
    image's history would show: those go in as secrets.
    """
    own = [image for image in plan.images if isinstance(image, OwnImage)]
    declared = {image.member: _declared(store, image) for image in own}
    said = given(words)
    wanted = {name for names in declared.values() for name in names} - said.keys()
    mirror = _mirror(context, wanted)
    return {
        member: {**{name: mirror[name] for name in names if name in mirror}, **said}
        for member, names in declared.items()
    }


def _declared(store: Store, image: OwnImage) -> set[str]:
    """The names of all `ARG` of its Dockerfile."""
    text = (store.read(image.dockerfile) or b"").decode(errors="replace")
    instructions = dockerfile_parser.read(text, image.dockerfile).instructions
    return {name for one in instructions if one.kind == "ARG" for name, _ in one.pairs}


def _mirror(context: Context, wanted: set[str]) -> Mapping[str, str]:
    """What is known of the index here, as far as somebody wants it, without credentials."""
    found = {_PIP: context.environ.get(_PIP, "")}
    if which_poetry.MIRROR in wanted:
        found[which_poetry.MIRROR] = _of_poetry(context)
        found[_PLUGINS] = _PLUGIN if found[which_poetry.MIRROR] else ""
    return {key: value for key, value in found.items() if value == without_credentials(value) != ""}


def _of_poetry(context: Context) -> str:
    """The mirror that the team's Poetry reads; empty where it needs none, or there is no Poetry."""
    known = context.environ.get(which_poetry.MIRROR)
    if known:
        return known
    try:
        program = which_poetry.locate(context.environ)
        identity = which_poetry.identify(program, context.environ, Processes(), ask_index=True)
        return which_poetry.index_environment(identity)[0].get(which_poetry.MIRROR, "")
    except WsError:
        return ""
