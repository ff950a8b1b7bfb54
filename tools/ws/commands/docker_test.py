"""`ws docker test`: a member's own tests, in an image on top of the one that was built."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ws.commands import image_runs
from ws.commands import images as gathering
from ws.commands.context import jobs_from
from ws.engines import docker, index_secrets
from ws.errors import WorkError
from ws.generate import image_tests as generate
from ws.model.images import LayeredImage
from ws.model.report import Outcome
from ws.planning import image_tests as planning
from ws.planning.failure import failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.commands.image_runs import Run
    from ws.model.image_tests import ImageTest
    from ws.model.images import Image
    from ws.model.report import Report, Status
    from ws.planning.images import Wish

COMMAND = "docker test"
SECONDS = 1800.0
"""How long the tests of one member may take."""
_PYTEST = ("--color=no", "-p", "no:cacheprovider")
_NOTHING_COLLECTED = 5
"""https://docs.pytest.org/en/stable/reference/exit-codes.html"""
_SHOWN = 20


class _Surroundings(NamedTuple):
    """How the images of tests are built."""

    context: Context
    network: str
    secrets: tuple[str, ...]


def run(
    context: Context,
    names: Sequence[str],
    wish: Wish,
    jobs: str | None = None,
    network: str = "",
) -> Report:
    """Run pytest in each image, as its own user, with what the member's other groups bring.

    `network` is that of the builds; the tests have none. Nothing of it stays but the builder's
    cache and the logs. Raises `ToolError` where there is no engine, and `UsageError` for a name
    that is no member's.
    """
    with (
        image_runs.begin(context, COMMAND, names, wish) as begun,
        tempfile.TemporaryDirectory(prefix="ws-secrets-") as folder,
    ):
        secrets = index_secrets.write(Path(folder), context.environ)
        around = _Surroundings(context, network, secrets)
        count = jobs_from(jobs, begun.found.workspace.settings.install_jobs)
        outcomes, interrupted = begun.each(lambda image: _tested(begun, image, around), count)
        rows = [
            {"member": image.member, "tag": image.tag, "status": each.status, "reason": each.reason}
            for image, each in zip(begun.found.plan.images, outcomes, strict=True)
        ]
        return begun.report(outcomes, {"images": rows}, interrupted=interrupted)


def _tested(begun: Run, image: Image, around: _Surroundings) -> Outcome:
    def outcome(status: Status, reason: str) -> Outcome:
        return Outcome(image.member, COMMAND, status, reason)

    if not isinstance(image, LayeredImage):
        return outcome("skipped", f"made by {image.dockerfile}: ws cannot tell how to add to it")
    test = _test(begun, image)
    if not test.paths:
        return outcome("skipped", "it has no tests")
    if not planning.has_pytest(begun.found.plan, test):
        return outcome("failed", "pytest is in none of its groups: poetry add --group dev pytest")
    log = begun.log(image.member)
    tag = _built(begun, test, around, log)
    # With `--init`: orphans of what tests start are buried, as on any other machine.
    args = ("--init", "--entrypoint=pytest", tag, *_PYTEST)
    ended = begun.containers.start(args, seconds=SECONDS, log=log)
    where, said = begun.relative(log), ended.trouble.strip("= ")
    if ended.code == 0:
        return Outcome(image.member, COMMAND, "done", said, log=where)
    if ended.code == _NOTHING_COLLECTED:
        return Outcome(image.member, COMMAND, "skipped", said, log=where)
    output = ended.tail[-_SHOWN:]
    return Outcome(image.member, COMMAND, "failed", said, log=where, output=output)


def _test(begun: Run, image: LayeredImage) -> ImageTest:
    """What is put on an image, from the disk and the image that is there."""
    found, member = begun.found, image.recipe.member
    built = begun.states[image.member].image
    lock = begun.store.read(member.file("poetry.lock"))
    assert built is not None
    assert lock is not None  # or there were no plan
    entries = os.listdir(begun.store.root / member.path)
    return planning.image_test(found.workspace, found.plan, image, lock, built, entries)


def _built(begun: Run, test: ImageTest, around: _Surroundings, log: Path) -> str:
    """Build the image of a test, and give its tag. Raises `WorkError`, `ToolError`."""
    store, member = begun.store, test.image.recipe.member
    tag = f"ws-test/{member.name}:{begun.containers.run}"
    path = f"{gathering.FOLDER}/{test.layer.name}.Dockerfile"
    folders = [each for each in test.paths if (store.root / member.file(each)).is_dir()]
    ignored = gathering.ignored_patterns(begun.found.workspace, begun.found.plan, tests=True)
    texts = {
        path: generate.dockerfile(test, gathering.FOLDER, folders, f"docker build -f {path} ."),
        f"{path}.dockerignore": generate.ignore_file(test, gathering.FOLDER, ignored),
        **{
            f"{gathering.FOLDER}/requirements/{name}": text
            for name, text in generate.requirements(test).items()
        },
    }
    for name, text in texts.items():
        store.memory(*name.split("/")[1:])
        store.replace(name, text.encode())
    options = [f"--label={begun.containers.label}"]
    options += [f"--secret={each}" for each in around.secrets]
    options += [f"--network={around.network}"] if around.network else []
    root = store.root.resolve()
    ended = docker.build(
        root,
        root / path,
        tag=tag,
        environ=around.context.environ,
        processes=begun.containers.docker.processes,
        options=options,
        log=log,
    )
    if ended.code:
        said = [line for line in ended.tail if re.match(r"ERROR|#\d+ ERROR", line)]
        reason = str(failure(ended.tail) or (said or ["docker said nothing"])[-1])
        raise WorkError(f"its image for tests: {reason}", rule="docker/test-image", hint="")
    return tag
