"""Text to overlapping chunks."""
