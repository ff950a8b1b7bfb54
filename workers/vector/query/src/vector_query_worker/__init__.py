"""The nearest of some vectors or texts, as a worker."""
