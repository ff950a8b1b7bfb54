"""One module a command: load, gather facts, plan, perhaps apply, report."""
