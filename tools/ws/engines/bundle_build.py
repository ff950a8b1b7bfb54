"""The building of a bundle's images: by its Bake file, and without Buildx by what that says."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.engines.apply import Step
from ws.errors import ToolError, WorkError
from ws.planning.fingerprints import DIGEST
from ws.planning.image_failure import image_failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.engines.apply import Observer
    from ws.engines.images import Docker
    from ws.files.store import Store
    from ws.model.product import Product, Service

NETWORK = ".ws/images/network.yaml"
_LOG = ("logs", "docker ensure")
_WIDTH = 60
_INSTALL = "install it: the package docker-buildx, or docker-buildx-plugin from Docker"
_STEP = re.compile(
    r"#\d+ \[(?:(?P<target>[\w.-]+) )?.*?(?P<done>\d+)/(?P<total>\d+)\] (?P<what>.+)"
)


class Building(NamedTuple):
    """What a build needs."""

    docker: Docker
    store: Store
    observer: Observer
    product: Product
    network: str = ""
    """The network of what runs in a build; empty for the builder's own choice."""

    def build(self, services: Sequence[Service]) -> dict[str, str]:
        """Build the images of services; the reason of each that failed, by name.

        Raises `WorkError` for a bundle without a Bake file, `ToolError` where nothing can build.
        """
        if not self.product.bake:
            raise WorkError("this bundle cannot be built", rule="docker/build", hint="get another")
        if not self.docker.has_buildx():
            return self._plain(services)
        failed = self._bake(services)
        if failed and len(services) > 1:  # Bake stops at the first failure
            failed = {name: why for each in services for name, why in self._bake([each]).items()}
        return failed

    def _bake(self, services: Sequence[Service]) -> dict[str, str]:
        """All at once, on the layers that they share."""
        words = ["buildx", "bake", "--progress=plain", "--load", f"--file={self.product.bake}"]
        if self.network:
            built = {each.name: {"build": {"network": self.network}} for each in services}
            text = json.dumps({"services": built})
            self.store.memory(*NETWORK.split("/")[1:])
            self.store.replace(NETWORK, text.encode())
            words.append(f"--file={NETWORK}")
        for each in services:
            words.append(f"--set={each.name}.labels.{DIGEST}={each.fingerprint}")
            words.append(f"--set={each.name}.tags={each.tag}")
        names = [each.name for each in services]
        return self._run([*words, *names], names)

    def _plain(self, services: Sequence[Service]) -> dict[str, str]:
        """One after the other."""
        targets = self._targets()
        failed: dict[str, str] = {}
        for each in services:
            told = targets.get(each.name)
            if told is None:
                failed[each.name] = f"{self.product.bake} does not know it"
                continue
            context = told.get("context", ".")
            dockerfile = posixpath.join(context, told.get("dockerfile", "Dockerfile"))
            words = ["build", "--progress=plain", f"--file={posixpath.normpath(dockerfile)}"]
            words += [f"--tag={each.tag}", f"--label={DIGEST}={each.fingerprint}"]
            words += [f"--target={told['target']}"] if told.get("target") else []
            words += [f"--network={self.network}"] if self.network else []
            words += [f"--label={k}={v}" for k, v in told.get("labels", {}).items()]
            failed |= self._run([*words, context], [each.name])
        return failed

    def _targets(self) -> dict[str, Any]:
        """What the Bake file, which `ws` wrote in JSON, says of each image."""
        try:
            found: dict[str, Any] = json.loads(self.store.read(self.product.bake) or b"")["target"]
        except (ValueError, KeyError, TypeError) as error:
            reason = f"without Buildx, {self.product.bake} cannot be built"
            raise ToolError(reason, rule="tool/docker-buildx", hint=_INSTALL) from error
        return found

    def _run(self, words: Sequence[str], names: Sequence[str]) -> dict[str, str]:
        log = self.store.memory(*_LOG, "build.log")
        ended = self.docker.run(words, self.store.root, log=log, on_line=self._on_line(names))
        if ended.code == 0:
            return {}
        if any("buildx component is missing" in line for line in ended.tail):
            reason = "docker cannot build: its plugin Buildx is missing or broken"
            raise ToolError(reason, rule="tool/docker-buildx", hint=_INSTALL)
        errors = [line for line in ended.tail if line.startswith("ERROR")]
        last = (errors or [line for line in ended.tail if line.strip()] or ["it said nothing"])[-1]
        return dict.fromkeys(names, image_failure(list(ended.tail), last))

    def _on_line(self, names: Sequence[str]) -> Any:  # noqa: ANN401 - a function
        def tell(line: str) -> None:
            if found := _STEP.match(line):
                step = Step(int(found["done"]), int(found["total"]), found["what"][:_WIDTH])
                own = [name for name in names if name == found["target"]]
                for name in own or names:
                    self.observer.step(name, step)

        return tell
