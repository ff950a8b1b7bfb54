"""`direct_url.json`: where an installed distribution came from (PEP 610)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from ws.model.installed import Origin


def read(text: str) -> Origin:
    """What a `direct_url.json` says, as Poetry's `InstalledRepository` takes it.

    One that cannot be read gives an origin that is like no other.
    """
    try:
        said: dict[str, Any] = json.loads(text)
        url, subdirectory = said["url"], said.get("subdirectory", "")
        if "vcs_info" in said:
            vcs = said["vcs_info"]
            return Origin(vcs["vcs"], url, vcs["commit_id"], subdirectory)
        if "dir_info" in said:
            editable = bool(said["dir_info"].get("editable"))
            return Origin("directory", _path(url), "", subdirectory, editable)
        local = url.startswith("file:")
        return Origin("file" if local else "url", _path(url) if local else url, "", subdirectory)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Origin("unknown")


def git(origin: Origin) -> str:
    """The text for what comes from git, as Poetry's `Executor` writes it."""
    vcs = {"vcs": "git", "requested_revision": origin.commit, "commit_id": origin.commit}
    said: dict[str, Any] = {"url": origin.url, "vcs_info": vcs}
    if origin.subdirectory:
        said["subdirectory"] = origin.subdirectory
    return json.dumps(said)


def _path(url: str) -> str:
    path = unquote(urlsplit(url).path)
    return path[1:] if path[2:3] == ":" else path  # file:///C:/folder
