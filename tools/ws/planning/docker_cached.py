"""The name that Poetry gives an environment in its cache: `chat-hK2n9Zpq-py3.11`.

`EnvManager.generate_env_name` and `create_venv` in poetry/utils/env/env_manager.py of Poetry 2.5:
the project's name, a hash of the folder it is in, and the Python that it is made with.
"""

from __future__ import annotations

import base64
import hashlib
import re

_PYTHON = re.compile(r"(?:^|/)python:(\d+\.\d+)(?![\d])")
_CACHED = re.compile(r".+-[\w-]{8}-py[\d.*]+")


def env_name(name: str, folder: str, python: str) -> str:
    """The name for a project of a folder in an image; what is empty of it is a `*`."""
    safe = re.sub(r'[ $`!*@"\\\r\n\t]', "_", name.lower())[:42]
    digest = base64.urlsafe_b64encode(hashlib.sha256(folder.encode()).digest()).decode()
    return f"{safe or '*'}-{digest[:8]}-py{python or '*'}"


def is_cached(environment: str) -> bool:
    """Whether an environment has such a name."""
    return _CACHED.fullmatch(environment.rpartition("/")[2]) is not None


def python_of(base: str | None) -> str:
    """The Python of a base image, as its name has it (`python:3.11-slim`); empty for another."""
    found = _PYTHON.search(base or "")
    return found[1] if found else ""
