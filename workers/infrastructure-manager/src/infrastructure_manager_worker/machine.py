"""What psutil measures, as plain data ready for JSON."""

from collections.abc import Iterable
from typing import Any

import psutil


def disk(path: str) -> dict[str, Any]:
    """Measure the filesystem that holds a path."""
    usage = psutil.disk_usage(path)
    return {
        "path": path,
        "total_bytes": usage.total,
        "free_bytes": usage.free,
        "percent": usage.percent,
    }


def memory() -> dict[str, Any]:
    """Measure the memory; available is what programs can have without swapping."""
    now = psutil.virtual_memory()
    return {
        "total_bytes": now.total,
        "available_bytes": now.available,
        "percent": now.percent,
    }


def cpu(seconds: float) -> dict[str, Any]:
    """Measure the processors for some time."""
    percent = psutil.cpu_percent(interval=seconds)
    return {
        "count": psutil.cpu_count() or 1,
        "percent": percent,
        "load": list(psutil.getloadavg()),
    }


def report(paths: Iterable[str], seconds: float) -> dict[str, Any]:
    """Measure everything."""
    return {
        "disks": [disk(path) for path in paths],
        "memory": memory(),
        "cpu": cpu(seconds),
    }
