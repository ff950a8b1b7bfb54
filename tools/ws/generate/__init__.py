"""New files' text: templates filled in, copies under another name."""
