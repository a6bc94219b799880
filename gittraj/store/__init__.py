"""Git: the repository, notes trees, settings, hook shims and local state."""
