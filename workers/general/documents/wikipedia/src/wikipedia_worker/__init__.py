"""Wikitext to what it says."""
