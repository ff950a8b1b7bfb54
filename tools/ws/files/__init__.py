"""The disk: finding members, reading and writing files."""
