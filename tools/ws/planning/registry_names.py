"""What images are called in registries: `ghcr.io/acme/chat-worker:1.4.0`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import UsageError, Where
from ws.formats import docker_settings, tag_templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.docker_settings import DockerSettings
    from ws.model.workspace import Member

SHORT = 12
"""How many digits of a commit a tag has."""

_REGISTRY = re.compile(r"[a-z0-9.-]+(?::\d+)?(?:/[a-z0-9._-]+)*")


class Checkout(NamedTuple):
    """What git knows, for `{sha}` and `{branch}`."""

    commit: str = ""
    """The whole of it; empty where there is none."""
    is_dirty: bool = False
    """Whether tracked files differ from it."""
    branch: str = ""
    """Empty where none is checked out."""


def registries(settings: DockerSettings, asked: Sequence[str]) -> tuple[str, ...]:
    """The registries that are asked for, else the workspace's own and its mirrors.

    Raises `UsageError` where there is none, or where one can be none.
    """
    for name in asked:
        if not _REGISTRY.fullmatch(name):
            raise UsageError(
                f"{docker_settings.shown(name)} is no registry",
                rule="usage/registry",
                hint="such as ghcr.io/acme; docker login says who you are",
            )
    found = tuple(asked) or (*filter(None, [settings.registry]), *settings.mirrors)
    if not found:
        raise UsageError(
            "there is no registry",
            rule="usage/registry",
            where=Where("workspace.toml"),
            hint='name one under [docker]: registry = "ghcr.io/acme"; or use --to or --from',
        )
    return tuple(dict.fromkeys(found))


def templates(
    settings: DockerSettings, asked: Sequence[str], *, dev: bool = False
) -> tuple[str, ...]:
    """The templates of tags that are asked for, else the workspace's own. Raises `UsageError`.

    Images for `dev`elopment have names of their own, so that nobody gets one for the other.
    """
    for template in asked:
        if trouble := tag_templates.trouble(template):
            raise UsageError(trouble, rule="usage/tag", hint=tag_templates.HINT)
    own = [f"{template}-dev" for template in settings.tags] if dev else settings.tags
    return tuple(dict.fromkeys(asked or own))


def needs(templates: Sequence[str], field: str) -> bool:
    """Whether one of the templates names a field."""
    return any(field in tag_templates.fields(template) for template in templates)


def tags(
    member: Member, templates: Sequence[str], checkout: Checkout, *, marked: bool = True
) -> tuple[str, ...]:
    """The tags of a member's image, each once.

    A commit whose files were changed since is `marked` by `-dirty`: no tag claims what is not so.
    Raises `UsageError` where git does not know what a template wants.
    """
    for field, found in (("sha", checkout.commit), ("branch", checkout.branch)):
        if not found and needs(templates, field):
            what = "there is no commit" if field == "sha" else "no branch is checked out"
            hint = "say it: --tag main" if field == "branch" else "say another: --tag {version}"
            raise UsageError(f"{what} for the tag {{{field}}}", rule="usage/tag", hint=hint)
    values = {
        "version": member.manifest.version,
        "sha": checkout.commit[:SHORT] + ("-dirty" if checkout.is_dirty and marked else ""),
        "branch": checkout.branch,
    }
    made = (tag_templates.tag(template, values) for template in templates)
    return tuple(dict.fromkeys(made))


def references(
    member: Member, registries: Sequence[str], templates: Sequence[str], checkout: Checkout
) -> tuple[str, ...]:
    """What a member's image is called where it is looked for, in the order in which it is.

    In each registry by the first of the templates: another tag may be of another state.
    """
    (tag,) = tags(member, templates[:1], checkout, marked=False)
    return tuple(reference(registry, member.name, tag) for registry in registries)


def reference(registry: str, member: str, tag: str) -> str:
    """The name of an image in a registry."""
    return f"{registry}/{member}:{tag}"


def for_platform(reference: str, platform: str) -> str:
    """The name under which an image for one platform waits for those for others."""
    return f"{reference}-{'-'.join(platform.split('/')[1:])}"
