"""Prints what this Poetry is, and how its package index answers, as one JSON object."""

import inspect
import json
import os
import sys
from importlib.metadata import entry_points, version


def default_index() -> str:
    """The index that this Poetry asks when nothing is configured (PEP 503 address)."""
    from poetry.repositories.pypi_repository import PyPiRepository

    base = inspect.signature(PyPiRepository.__init__).parameters["url"].default
    return f"{base.rstrip('/')}/simple"


def pip_index() -> str:
    """The index that pip is configured with, or an empty string."""
    if "PIP_INDEX_URL" in os.environ:
        return os.environ["PIP_INDEX_URL"].rstrip("/")
    try:
        from pip._internal.configuration import Configuration
        from pip._internal.exceptions import ConfigurationError
    except ImportError:  # no pip here, or one that keeps its settings elsewhere: it has no say
        return ""
    configuration = Configuration(isolated=False)
    try:
        configuration.load()
        return str(configuration.get_value("global.index-url")).rstrip("/")
    except ConfigurationError:
        return ""


def reply_of(
    index: str, *, within: float = 20.0, credentials: "tuple[str, str] | None" = None
) -> str:
    """How an index answers: `json` or `html`; else what went wrong, in a few words.

    `within` are the seconds to wait for it to take the call, and again for each part of its answer.
    """
    import requests

    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    try:
        response = requests.get(
            f"{index}/poetry-core/", headers=accept, timeout=within, auth=credentials
        )
    except requests.RequestException as error:
        return f"no answer ({type(error).__name__})"
    if not response.ok:
        return f"answered {response.status_code}"
    try:
        response.json()
    except ValueError:
        return "html"
    return "json"


def plugins() -> dict[str, str]:
    """The name of each plugin that Poetry would load, and of the distribution it comes with."""
    groups = ("poetry.plugin", "poetry.application.plugin")
    found = [point for group in groups for point in entry_points(group=group)]
    return {point.name: point.dist.name if point.dist else point.value for point in found}


def facts(*, ask_index: bool) -> dict[str, object]:
    """What there is to know; the index only when it is to be asked."""
    loaded = plugins()
    found: dict[str, object] = {
        "version": version("poetry"),
        "mirror_plugin": any("mirror" in name for name in loaded),
        "plugins": sorted(set(loaded.values())),
    }
    if ask_index:
        candidates = [default_index(), pip_index()]
        found["indexes"] = [[index, reply_of(index)] for index in candidates if index]
    return found


if __name__ == "__main__":
    print(json.dumps(facts(ask_index="--index" in sys.argv)))
