"""The Bake file that a repository keeps, for those who build without `ws`.

https://docs.docker.com/build/bake/reference/; in JSON, where a string that is one `${…}` has the
value of that expression, and a key `//` is a comment (HCL's syntax in JSON).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ws.generate import bake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.images import Image, ImagePlan

MARK = "Made by `ws generate bake`"
LOST = "Edits by hand are lost the next time."
HEAD = f"# {MARK}. {LOST}\n"
"""What the other files begin with."""

_OCI = "org.opencontainers.image"
_SECRETS = {"pip.conf": "PIP_CONF", "uv.toml": "UV_TOML"}
"""The variables that name the files of secrets, by the secret's id."""
_USAGE = (
    "All images of the workspace, to be built at its root: docker buildx bake -f {path}",
    "TAG=1.2 gives them this tag; CACHE=registry.example/cache keeps their layers in a registry.",
    "PIP_CONF=FILE and UV_TOML=FILE are secrets: package indexes with a password in their address.",
)


def bake_file(
    plan: ImagePlan,
    path: str,
    dockerfile: str,
    labels: Mapping[str, Mapping[str, str]],
    made: str = f"{MARK}. {LOST}",
) -> str:
    """The Bake file of a plan, which will lie at `path`.

    `path` and `dockerfile`, which is that of the layered images, are relative to the workspace
    root; `labels` are by member, and `made` says who made the file. No revision should be in it:
    it would change with every commit, and so would the file.
    """
    extras = bake.Extras(labels=labels)
    variables = {"TAG": _default_tag(plan), "CACHE": "", **dict.fromkeys(_SECRETS.values(), "")}
    document = {
        "//": [made, *(line.format(path=path) for line in _USAGE)],
        "variable": {name: {"default": value} for name, value in variables.items()},
        "group": {"default": {"targets": [image.target for image in plan.images]}},
        "target": {image.target: _target(image, dockerfile, extras) for image in plan.images},
    }
    return json.dumps(document, indent=2) + "\n"


def is_ours(text: str) -> bool:
    """Whether a file says of itself that `ws generate bake` made it."""
    return MARK in text[:400]


def _target(image: Image, dockerfile: str, extras: bake.Extras) -> dict[str, Any]:
    told = _literal(bake.target(image, dockerfile, extras))
    name = told["tags"][0].rpartition(":")[0]
    reference = f"type=registry,ref=${{CACHE}}/{image.target}"
    secrets = (_if_set(name, f"id={id_},src=${{{name}}}") for id_, name in _SECRETS.items())
    return {
        **told,
        "tags": [f"{name}:${{TAG}}"],
        "secret": f"${{concat({', '.join(secrets)})}}",
        "cache-from": f"${{{_if_set('CACHE', reference)}}}",
        "cache-to": f"${{{_if_set('CACHE', f'{reference},mode=max')}}}",
    }


def _if_set(variable: str, item: str) -> str:
    """The expression of a list with this item; without it where the variable is empty."""
    return f'{variable} == "" ? [] : ["{item}"]'


def labels(name: str, version: str) -> dict[str, str]:
    """What an image says of itself that a Bake file built."""
    return {f"{_OCI}.title": name, f"{_OCI}.version": version}


def _default_tag(plan: ImagePlan) -> str:
    return "dev" if plan.dev else "latest"


def _literal(value: Any) -> Any:  # noqa: ANN401 - what JSON can hold
    """The same, with nothing in it that Bake would take for an expression."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, dict):
        return {key: _literal(each) for key, each in value.items()}
    return [_literal(each) for each in value]
