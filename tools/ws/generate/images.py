"""The one Dockerfile that builds all images of a plan, and what lies beside it.

It needs no `# syntax=` line, and nothing of BuildKit that Docker 20.10 lacks: so no here-documents,
no `COPY --link`, and no ARG in a mount. What tells indexes and credentials goes in as secrets,
which no layer keeps and no cache looks at.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from ws.generate import docker_parts as parts
from ws.model.images import LayeredImage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.model.images import Builder, Ground, ImagePlan, Layer, LocalPackage, Requirement

UV = "uv==0.13.8"
"""What installs: it is in no image."""

_HEAD = """\
# Made by `ws`: all images of the workspace, on the layers that they share.
# {how}
# What is beside it, requirements/*.txt, comes from the members' locks.
"""
_VENV = "python -m venv --without-pip /opt/venv"
_UV_PIP = "/opt/tools/bin/uv pip install --python"
_PIP_CACHE = "--mount=type=cache,target=/root/.cache/pip"
_PIP_CONF = "--mount=type=secret,id=pip.conf,target=/etc/pip.conf"
_UV_TOML = "--mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml"
_UV_CACHE = "--mount=type=cache,target=/root/.cache/uv"
_NETRC = "--mount=type=secret,id=netrc,target=/root/.netrc"
_LINE = " \\\n    "
NO_LABELS: Mapping[str, Mapping[str, str]] = {}


def dockerfile(
    plan: ImagePlan,
    folder: str,
    how: str,
    head: str = _HEAD,
    labels: Mapping[str, Mapping[str, str]] = NO_LABELS,
) -> str:
    """The Dockerfile of the layered images of a plan; its context is the workspace root.

    `folder` is where its requirements lie, relative to that, and `how` one line that says how to
    build it, for the place of `{how}` in the comment that it begins with. `labels`, by member, are
    those that images get however they are built.
    """
    blocks = [head.format(how=how)]
    for ground in plan.grounds:
        blocks += [_ground(ground), _tools(ground)]
    blocks += [_layer(plan, layer, folder) for layer in plan.layers]
    blocks += [_builder(plan, builder) for builder in plan.builders]
    blocks += [_package(plan, package) for package in plan.packages]
    blocks += [
        _image(plan, image, plan.ground(image)) + _labelled(labels.get(image.member, {}))
        for image in plan.images
        if isinstance(image, LayeredImage)
    ]
    return "\n".join(blocks)


def recipe(plan: ImagePlan, image: LayeredImage) -> str:
    """What builds an image besides third-party packages, whatever it shares with whom."""
    alone = replace(image, layer="layers")
    stages = [_ground(plan.ground(image)), _tools(plan.ground(image))]
    for package in plan.inside(image):
        builder = next(each for each in plan.builders if each.name == package.builder)
        stages += [
            _builder(plan, replace(builder, name="builder")),
            _package(plan, replace(package, builder="builder")),
        ]
    return "\n".join([*stages, _image(plan, alone, plan.ground(image))])


def requirements(plan: ImagePlan) -> dict[str, str]:
    """The requirements files of a plan, by name: one a layer, and another for what has no hash."""
    found: dict[str, str] = {}
    for layer in plan.layers:
        groups = groupby(sorted(layer.requirements, key=_is_direct), _is_hashed)
        for name, (_, group) in zip(layer.files, groups, strict=True):
            lines = list(group)
            indexes = sorted({f"--extra-index-url {each.origin}" for each in lines if each.origin})
            text = "".join(f"{line}\n" for line in (*indexes, *(each.line for each in lines)))
            found[name] = text
    return found


def ignore_file(plan: ImagePlan, folder: str, ignored: Iterable[str]) -> str:
    """The `.dockerignore` of that Dockerfile: what it needs, less what no image needs.

    `ignored` are patterns in the form of such a file.
    """
    folders = dict.fromkeys(package.folder for package in plan.packages)
    lines = [
        "# What the images are made from, and nothing else.",
        "*" if "." not in folders else "",
        *(f"!{each}" for each in folders if each != "."),
        *ignored,
        f"!{folder}/requirements",
    ]
    return "".join(f"{line}\n" for line in lines if line)


def _is_hashed(requirement: Requirement) -> bool:
    return requirement.hashed


def _is_direct(requirement: Requirement) -> bool:
    return not requirement.hashed


def _ground(ground: Ground) -> str:
    return f"""\
# What all images stand on: an environment where it will stay, and who runs in it.
FROM {ground.base} AS {ground.name}
RUN {_VENV} && useradd --uid 10001 --create-home app
ENV PATH=/opt/venv/bin:$PATH \\
    PYTHONDONTWRITEBYTECODE=1 \\
    PYTHONUNBUFFERED=1
WORKDIR /home/app
"""


def _tools(ground: Ground) -> str:
    pip = f'{_VENV} && python -m pip install --no-compile --target /opt/tools "{UV}"'
    return f"""\
# What installs; it is in no image.
FROM {ground.base} AS {tools_of(ground.name)}
{_run((_PIP_CACHE, _PIP_CONF), pip)}
"""


def _builder(plan: ImagePlan, builder: Builder) -> str:
    hook = "build_editable" if plan.dev else "build_wheel"
    call = f"from poetry.core.masonry.api import {hook}; {hook}('/wheels')"
    venv = "/opt/tools/bin/uv venv --python /opt/venv/bin/python /opt/build"
    index = next(each.index for each in plan.grounds if each.name == builder.ground)
    requires = f"{_from(index)} {parts.requirements(builder.requires)}"
    return f"""\
# What builds local packages; it is in no image.
FROM {tools_of(builder.ground)} AS {builder.name}
{_run((_UV_CACHE, _UV_TOML), venv, f"{_UV_PIP} /opt/build/bin/python --link-mode copy{requires}")}
ENV BUILD="{call}"
"""


def _layer(plan: ImagePlan, layer: Layer, folder: str) -> str:
    who = _people(layer)
    ground = _ground_of(plan, layer)
    tools = tools_of(ground.name)
    if not layer.apt_build:
        return f"""\
# Third-party packages ({len(layer.requirements)}) for {who}.
FROM {layer.parent} AS {layer.name}
{install(layer, folder, tools, index=ground.index)}
"""
    return f"""\
# Third-party packages ({len(layer.requirements)}) for {who}; some are built here.
FROM {layer.parent} AS {layer.name}-built
{parts.apt(layer.apt_build)}
{install(layer, folder, tools, " --prefix /site", ground.index)}

FROM {layer.parent} AS {layer.name}
COPY --from={layer.name}-built /site/ /opt/venv/
"""


def install(layer: Layer, folder: str, tools: str, where: str = "", index: str = "") -> str:
    """The `RUN` that installs what a layer holds, with the tools from their own stage.

    `folder` is where its requirements lie, relative to the context, `where` an option of uv for
    another place than the environment, and `index` the default package index, if it is another one.
    """
    mounts = [f"--mount=type=bind,from={tools},source=/opt/tools,target=/opt/tools"]
    commands = []
    uv = f"{_UV_PIP} /opt/venv/bin/python{where}"
    options = f"--link-mode copy --compile-bytecode --no-deps{_from(index)}"
    if any(each.origin for each in layer.requirements):
        options += " --index-strategy unsafe-best-match"
    if not all(each.hashed for each in layer.requirements):
        mounts.append(_NETRC)  # for private repositories
    for hashed in sorted({each.hashed for each in layer.requirements}, reverse=True):
        name = f"{layer.name}.txt" if hashed else f"{layer.name}-direct.txt"
        target = "/mnt/requirements.txt" if hashed else "/mnt/direct.txt"
        mounts.append(f"--mount=type=bind,source={folder}/requirements/{name},target={target}")
        checked = " --require-hashes" if hashed else ""
        commands.append(f"{uv} \\\n        {options}{checked} -r {target}")
    return _run((*mounts, _UV_CACHE, _UV_TOML), *commands)


def _from(index: str) -> str:
    """The option of uv for another default package index; empty for the usual one."""
    return f" --default-index {index}" if index else ""


def _package(plan: ImagePlan, package: LocalPackage) -> str:
    what = "editable in /ws" if plan.dev else "as a wheel, unpacked"
    unpack = (
        f"{_UV_PIP} /opt/venv/bin/python --prefix /site --no-cache \\\n"
        "        --no-config --offline --no-index --no-deps --compile-bytecode /wheels/*.whl"
    )
    return f"""\
# {package.folder}, {what}.
FROM {package.builder} AS {package.name}
WORKDIR {parts.quoted(parts.mirrored(package.folder))}
{parts.copy(f"{package.folder}/")}
{_run((), '/opt/build/bin/python -c "${BUILD}"', unpack)}
"""


def _image(plan: ImagePlan, image: LayeredImage, ground: Ground) -> str:
    recipe = image.recipe
    inside = plan.inside(image)
    folder = parts.quoted(parts.mirrored(recipe.member.path))
    sources = [
        parts.copy(f"{each.folder}/", to=f"{parts.mirrored(each.folder)}/")
        for each in inside
        if plan.dev
    ]
    command = parts.dev_command(recipe) if plan.dev else json.dumps([recipe.start])
    lines = [
        f"FROM {image.layer} AS {image.stage}",
        parts.apt((*recipe.settings.apt, *(recipe.apt_build if plan.dev else ()))),
        _debugger(ground) if plan.dev and recipe.settings.debugger else "",
        *(f"COPY --from={each.name} /site/ /opt/venv/" for each in inside),
        *sources,
        _volumes(image),
        "USER 10001",
        f"WORKDIR {folder}" if plan.dev else "",
        parts.expose(recipe),
        "" if plan.dev else parts.health(recipe),
        f"CMD {command}",
    ]
    return "".join(f"{line}\n" for line in lines if line)


def _volumes(image: LayeredImage) -> str:
    """The folders of its volumes, empty: a new volume takes over whose they are."""
    paths = [shlex.quote(volume.path) for volume in image.recipe.settings.volumes]
    return f"RUN install -d -o app -g app {' '.join(paths)}" if paths else ""


def _debugger(ground: Ground) -> str:
    """The installation of debugpy; by uv, as the environment has no pip."""
    mount = f"--mount=type=bind,from={tools_of(ground.name)},source=/opt/tools,target=/opt/tools"
    where = f"/opt/venv/bin/python --target /opt/debugger --link-mode copy{_from(ground.index)}"
    return "\n".join(
        (
            "# The debugger lies apart, so that the environment is that of the lock.",
            _run((mount, _UV_CACHE, _UV_TOML), f'{_UV_PIP} {where} \\\n        "debugpy>=1.8,<2"'),
        )
    )


def _run(mounts: Iterable[str], *commands: str) -> str:
    said = " \\\n && ".join(filter(None, commands))
    return "RUN " + _LINE.join((*mounts, said))


def tools_of(ground: str) -> str:
    """The stage with what installs, beside a ground."""
    return f"tools{ground.removeprefix('ground')}"


def _ground_of(plan: ImagePlan, layer: Layer) -> Ground:
    below = plan.layer(layer.parent)
    if below:
        return _ground_of(plan, below)
    return next(each for each in plan.grounds if each.name == layer.parent)


def _people(layer: Layer) -> str:
    names = layer.members
    if len(names) > 3:  # noqa: PLR2004
        return f"{len(names)} images"
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _labelled(labels: Mapping[str, str]) -> str:
    """The `LABEL`s; between double quotes a Dockerfile expands variables and takes escapes."""
    quoted = {name: re.sub(r'(["\\$])', r"\\\1", value) for name, value in labels.items()}
    return "".join(f'LABEL {name}="{value}"\n' for name, value in quoted.items())
