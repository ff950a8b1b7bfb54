"""Comparing a report with limits; pure."""

from collections.abc import Mapping
from typing import Any

DEFAULTS = {"disk_percent": 90.0, "memory_percent": 90.0, "cpu_percent": 95.0}


def merge(limits: object) -> dict[str, float]:
    """Lay the limits of a message over the defaults; refuse what is no limit."""
    if not isinstance(limits, Mapping):
        message = "limits: must be an object"
        raise TypeError(message)
    for name, value in limits.items():
        if name not in DEFAULTS:
            message = f"limits.{name}: unknown; known are {', '.join(DEFAULTS)}"
            raise ValueError(message)
        if isinstance(value, bool) or not isinstance(value, int | float):
            message = f"limits.{name}: must be a number"
            raise TypeError(message)
    return {**DEFAULTS, **limits}


def check(report: Mapping[str, Any], limits: Mapping[str, float]) -> list[dict[str, Any]]:
    """Hold every measured percentage against its limit."""
    measured = [
        *((f"disk {disk['path']}", disk, "disk_percent") for disk in report["disks"]),
        ("memory", report["memory"], "memory_percent"),
        ("cpu", report["cpu"], "cpu_percent"),
    ]
    return [
        {
            "check": name,
            "percent": values["percent"],
            "limit": limits[limit],
            "ok": values["percent"] <= limits[limit],
        }
        for name, values, limit in measured
    ]
