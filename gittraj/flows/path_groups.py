"""Which paths belong together: pairs of numbers go in, groups come out."""


class PathGroups:
    """Numbers that were never united with another are groups of one."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}
        self._groups: dict[int, list[int]] = {}

    def root(self, path: int) -> int:
        """The least number of the group, which names it."""
        above = self._above
        while (up := above.get(path, path)) != path:
            above[path] = above.get(up, up)
            path = up
        return path

    def of(self, path: int) -> list[int]:
        """The group of `path`."""
        return self._groups.get(self.root(path), [path])

    def is_alone(self, path: int) -> bool:
        """Whether nothing belongs to `path`."""
        return path not in self._above and path not in self._groups

    def unite(self, one: int, other: int) -> bool:
        """Make one group of two; whether they were two."""
        one, other = self.root(one), self.root(other)
        if one == other:
            return False
        low, high = min(one, other), max(one, other)
        self._above[high] = low
        self._groups[low] = [*self._groups.get(low, [low]), *self._groups.pop(high, [high])]
        return True
