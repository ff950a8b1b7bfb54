"""Text to model and back, without touching the disk."""
