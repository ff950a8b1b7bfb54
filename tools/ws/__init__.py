"""The workspace that Poetry never had."""

__version__ = "0.1.0"
