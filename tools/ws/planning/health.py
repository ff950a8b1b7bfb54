"""How to ask a member's program, from inside its container, whether it is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.docker_settings import MemberDocker


def probe(settings: MemberDocker) -> str:
    """The Python code that fails where it is not; empty where a command asks, or nobody can."""
    if not settings.port or (settings.health and not settings.health.startswith("/")):
        return ""
    if settings.health:
        address = f"http://127.0.0.1:{settings.port}{settings.health}"
        return f"from urllib.request import urlopen; urlopen('{address}', timeout=4)"
    return f"import socket; socket.create_connection(('127.0.0.1', {settings.port}), 4)"


def command(settings: MemberDocker) -> str:
    """The shell's command that asks; empty where the member says none."""
    return "" if settings.health.startswith("/") else settings.health
