"""The front door: commands, one error edge, one console."""
