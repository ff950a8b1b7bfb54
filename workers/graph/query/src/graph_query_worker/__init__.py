"""Questions to a graph, as a worker."""
