"""Speech to text with PocketSphinx, as a worker."""
