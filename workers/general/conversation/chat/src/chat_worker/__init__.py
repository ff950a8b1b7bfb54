"""A small chat over passages."""
