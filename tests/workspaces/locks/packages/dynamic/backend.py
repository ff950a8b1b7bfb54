"""A build back end that needs nothing: it can say what it would build (PEP 517)."""

from __future__ import annotations

from pathlib import Path

METADATA = """Metadata-Version: 2.1
Name: dynamic
Version: 0.7.0
Summary: Its version and dependencies are known to its back end alone
Requires-Python: >=3.11
Requires-Dist: gamma>=1.0
"""


def prepare_metadata_for_build_wheel(folder: str, _settings: object = None) -> str:
    """Write the metadata into `folder` and give the name of its folder there."""
    info = Path(folder, "dynamic-0.7.0.dist-info")
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    return info.name
