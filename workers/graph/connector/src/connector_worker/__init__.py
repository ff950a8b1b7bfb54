"""Several graphs into one, as a worker."""
