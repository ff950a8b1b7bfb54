"""The HTTP API of insight."""
