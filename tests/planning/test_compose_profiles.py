"""Which services are started where nobody names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.files.loader import load
from ws.planning.compose_profiles import switched_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@pytest.mark.parametrize(
    ("profiles", "on"),
    [
        ("", ("broker", "chat")),
        ("speech", ("broker", "chat", "voice")),
        ("other, debug", ("broker", "shell", "chat")),
        ("*", ("broker", "shell", "chat", "voice")),
    ],
)
def test_a_service_is_on_with_one_of_its_profiles_or_without_any(
    make_workspace: Callable[[Mapping[str, str]], Path], profiles: str, on: tuple[str, ...]
) -> None:
    services = '[compose.services.broker]\nimage = "a"\n[compose.services.shell]\nimage = "a"\n'
    files = {
        "workspace.toml": f'[workspace]\nmembers = ["*"]\n{services}profiles = ["debug"]\n',
        "chat": "",
        "voice": '\n[tool.ws.compose]\nprofiles = ["speech", "all"]\n',
    }
    workspace = load(make_workspace(files))
    assert switched_on(workspace, ("broker", "shell", "chat", "voice"), profiles) == on
