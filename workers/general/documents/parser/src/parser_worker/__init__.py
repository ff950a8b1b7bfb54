"""Documents to title, plain text and sections."""
