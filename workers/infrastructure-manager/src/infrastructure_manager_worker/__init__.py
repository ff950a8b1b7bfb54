"""Disk, memory and CPU of the machine, checked against limits."""
