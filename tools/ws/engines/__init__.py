"""Foreign powers: processes, Poetry, the package index, the scheduler."""
