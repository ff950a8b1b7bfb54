"""Logging, always on stderr: stdout belongs to the results."""

import logging
import sys

from shared.settings import Settings

FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


def configure(settings: Settings) -> None:
    """Send all logs of this process to stderr, in the form that is set."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)


def _formatter(settings: Settings) -> logging.Formatter:
    if settings.log_format == "text":
        return logging.Formatter(FIELDS)
    try:
        from pythonjsonlogger.json import JsonFormatter
    except ModuleNotFoundError as error:
        message = "INSIGHT_LOG_FORMAT=json needs the extra shared-python[json]"
        raise RuntimeError(message) from error
    return JsonFormatter(FIELDS)
