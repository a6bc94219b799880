"""What a commit has from records that were signed for other commits: which ones, by what likeness, and which lines are in none."""

import msgspec

# by what: the first four are good, "altered" says that the one record a commit claims does not account for all of it
HOWS = ("tree", "patch", "composed", "split", "altered")


class Part(msgspec.Struct, frozen=True):
    """Lines `start` to `end` (1-based, inclusive; of the new file, or of the old one where `removed`) that `source` changed so; "" for none."""

    path: str
    start: int
    end: int
    source: str
    removed: bool = False


class Carried(msgspec.Struct, frozen=True):
    """`sources`: the commits that the records were signed for, oldest first. `how`: one of `HOWS`.

    `lines`: changed lines of the commit that are changed lines of the sources; `total`: all its changed lines. `parts`: who has
    which, for what is composed, split or altered. `exact`: False where the sources are not here and only what records say is known.
    """

    sources: tuple[str, ...]
    how: str
    lines: int = 0
    total: int = 0
    parts: tuple[Part, ...] = ()
    exact: bool = True

    @property
    def good(self) -> bool:
        """Whether the commit is covered by what was signed."""
        return self.how != "altered"

    @property
    def rest(self) -> tuple[Part, ...]:
        """The lines that no record accounts for."""
        return tuple(part for part in self.parts if not part.source)
