"""What the parts of a page share: how much is shown, and how a path is written on it."""


class Page:
    """How much is shown and what is needed to show it: `root` is cut off paths, `results` tells whether the agent records any."""

    __slots__ = ("full", "results", "root")

    def __init__(self, *, full: bool, root: str, results: bool) -> None:
        self.full = full
        self.root = root
        self.results = results


def short_path(path: str, root: str) -> str:
    """`path` relative to `root` where it lies inside."""
    return path[len(root) + 1 :] if root and path.startswith(root + "/") else path
