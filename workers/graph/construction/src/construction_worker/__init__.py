"""Sentences with names to a graph, as a worker."""
