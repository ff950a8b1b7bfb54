"""Dockerfiles from templates, and what goes with them: each a text for a path."""

from __future__ import annotations

import re
import shlex
from importlib import resources
from typing import TYPE_CHECKING

from ws.formats.dockerfile_lines import read_directives
from ws.generate import docker_parts as parts
from ws.generate import templates
from ws.planning.docker_places import workdir_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.docker_recipe import Recipe

FOLDER = "docker"
"""Where the files lie that all images share."""
SHARED = f"{FOLDER}/app.Dockerfile"
"""Relative to the workspace root."""
THIRD_PARTY = f"{FOLDER}/third_party.py"
"""Relative to the build context, as what follows."""
IGNORE = ".dockerignore"
NAMES = ("production.Dockerfile", "dev.Dockerfile", "classic.Dockerfile", "shared.Dockerfile",
         "third_party.py", "dockerignore")  # fmt: skip
"""The templates."""

_MARK = "# Made by `ws docker new"
_LOST = "Edits by hand are lost the next time."


def built_in(name: str) -> str:
    """The template of this name that comes with `ws`."""
    folder = resources.files(__package__) / "templates" / "docker"
    return (folder / name).read_text(encoding="utf-8")


def path_of(recipe: Recipe) -> str:
    """Where its Dockerfile belongs, relative to the workspace root."""
    if recipe.style == "shared":
        return SHARED
    return recipe.member.file("Dockerfile.dev" if recipe.style == "dev" else "Dockerfile")


def is_generated(text: str) -> bool:
    """Whether a file says of itself that `ws docker new` made it."""
    return _MARK in text[:400]


def dockerfile(recipe: Recipe, template: str, libraries: Sequence[str], source: str) -> str:
    """The Dockerfile of a recipe.

    `libraries` are the folders of all members that others depend on, for the shared one. `source`
    is where the template lies, for messages: raises `ManifestError` or `Faults` for placeholders
    that do not exist.
    """
    values = {**_member(recipe), **_parts(recipe, libraries)}
    return filled(template, values, source)


def arguments(recipe: Recipe) -> dict[str, str]:
    """The build arguments that a Dockerfile must be given (`--build-arg`)."""
    if recipe.style != "shared" or recipe.script is None:
        return {}
    member = parts.source(recipe, recipe.member.path)
    return {"MEMBER": member, "SCRIPT": recipe.script.name}


def plain(name: str, template: str, source: str) -> str:
    """A file that is the same for every member: `third_party.py`, `.dockerignore`."""
    head = header("MEMBER", name)
    if name == "third_party.py":
        return f"{head}\n{template}"
    return filled(template, {"header": head}, source)


def filled(template: str, values: Mapping[str, str], source: str) -> str:
    """A template with its placeholders filled in; a line of an empty one alone is left out.

    One that has no `{{header}}` near its top gets it all the same: by that `ws` knows the file.
    """
    templates.refuse_unknown(template, values, source)
    text = _filled(template, values)
    if is_generated(text):
        return text
    return _headed(_filled(template, {**values, "header": ""}), values["header"])


def _filled(template: str, values: Mapping[str, str]) -> str:
    lines = {f"{{{{{name}}}}}" for name, value in values.items() if not value}
    kept = [line for line in template.splitlines() if line.strip() not in lines]
    text = templates.fill("\n".join(kept), values)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def _headed(text: str, head: str) -> str:
    """A text with the header before it, but below directives, which must be the first lines."""
    lines = text.splitlines(keepends=True)
    first = len(read_directives(text).values)
    return "".join([*lines[:first], f"{head}\n", *lines[first:]])


def header(member: str, style: str) -> str:
    """The first lines of a generated file."""
    what = f" --style {style}" if f"{style}.Dockerfile" in NAMES else ""
    return f"{_MARK} {member}{what}`. {_LOST}"


def _member(recipe: Recipe) -> dict[str, str]:
    shown = "MEMBER" if recipe.style == "shared" else recipe.member.name
    at_root, root = recipe.context == ".", "the repository's root"
    context = shlex.quote(recipe.context)
    return {
        "header": header(shown, recipe.style),
        "dockerfile": shlex.quote(path_of(recipe)),
        "context": context,
        "in_context": f"with {root if at_root else context} as context",
        "base": recipe.base,
        "member": recipe.member.path,
        "member_in_context": shlex.quote(parts.source(recipe, recipe.member.path)),
        "name": recipe.member.name,
        "poetry": recipe.poetry,
        "script": recipe.script.name if recipe.script else "",
        "workdir": parts.quoted(workdir_for(recipe.member.path, recipe.folders)),
        "mirrored": parts.quoted(parts.mirrored(recipe.member.path)),
        "main_groups": "main",
        "dev_groups": " ".join(recipe.groups),
    }


def _parts(recipe: Recipe, libraries: Sequence[str]) -> dict[str, str]:
    settings = recipe.settings
    member = parts.source(recipe, recipe.member.path)
    lock, manifest = f"{member}/poetry.lock", f"{member}/pyproject.toml"
    every = (*settings.apt, *recipe.apt_build)
    return {
        "apt": parts.apt(settings.apt),
        "apt_build": parts.apt(recipe.apt_build),
        "apt_dev": parts.apt(every),
        "apt_classic": parts.apt(every),
        "build_requires": parts.requirements(recipe.build_requires),
        "build_wheel": parts.BUILD_WHEEL,
        "locked_files": parts.locked_files(recipe),
        "install_third_party": parts.install_third_party(recipe),
        "wheels": parts.wheels(recipe),
        "copy_lock": parts.copy(THIRD_PARTY, lock),
        "copy_manifest": parts.copy(manifest, lock),
        "copy_member": parts.copy(f"{member}/"),
        "local_copies": parts.mirrored_copies(recipe),
        "shared_copies": parts.shared_copies(recipe, libraries),
        "classic_copies": parts.classic_copies(
            recipe, workdir_for(recipe.member.path, recipe.folders)
        ),
        "expose": parts.expose(recipe),
        "health": parts.health(recipe),
        "debugger": parts.debugger(recipe),
        "debug_usage": parts.debug_usage(recipe),
        "dev_command": parts.dev_command(recipe),
    }
