"""Texts to vectors, as a worker."""
