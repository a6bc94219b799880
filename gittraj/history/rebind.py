"""Whether a commit is the one that a record was signed for under another name: a commit and an anchor go in, the likeness comes out."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from gittraj.model.anchor import Anchor
from gittraj.model.carried import Carried, Part
from gittraj.model.commit import Commit


class Facts(NamedTuple):
    """What is known of a commit's change, asked only where it is needed. `patch_id`, `change`: as in an anchor."""

    commit: Commit
    patch_id: Callable[[], str]
    change: Callable[[], str]


class Owned(NamedTuple):
    """Lines of a commit and whose they are: `parts` cover every changed line; `source` "" where nobody's."""

    parts: tuple[Part, ...]

    def count(self, source: str) -> int:
        """How many lines are `source`'s."""
        return sum(part.end - part.start + 1 for part in self.parts if part.source == source)

    def only(self, sources: set[str]) -> "Owned":
        """The same without what other sources have."""
        kept = (part if part.source in sources else msgspec.structs.replace(part, source="") for part in self.parts)
        return Owned(tuple(kept))

    @property
    def sources(self) -> list[str]:
        """Whoever has a line, in the order of the files."""
        return list(dict.fromkeys(part.source for part in self.parts if part.source))


def whole(facts: Facts, anchor: Anchor) -> str:
    """The word "tree" or "patch" where the commit makes exactly the change that the anchor was signed for, else "".

    The tree on the same parents, or git's patch-id (which ties lines to their surroundings and passes over white space) together
    with the digest of the lines as they are. What an anchor does not tell cannot be held against it, so it does not match.
    """
    commit = facts.commit
    if anchor.tree == commit.tree and anchor.parents == commit.parents:
        return "tree"
    if len(anchor.parents) > 1 or len(commit.parents) > 1:
        return ""
    if not anchor.change and not anchor.patch_id:  # a commit that changes nothing
        return "patch" if not facts.change() and anchor.parents and commit.parents else ""
    if not anchor.patch_id or anchor.patch_id != facts.patch_id() or anchor.change != facts.change():
        return ""
    return "tree" if anchor.tree == commit.tree else "patch"


def judged(owned: Owned, sizes: dict[str, int], *, claimed: bool, exact: bool = True) -> Carried:
    """What lines of several sources make of a commit. `sizes`: how many lines each source changes. `claimed`: its note names them."""
    total = sum(part.end - part.start + 1 for part in owned.parts)
    sources = [source for source in sizes if source in owned.sources]
    here = total - owned.count("")
    if here == total and len(sources) == 1:
        how = "split" if here < sizes[sources[0]] else "composed"
    elif len(sources) == 1 and claimed:
        how = "altered"
    else:
        how = "composed"
    return Carried(tuple(sources), how, here, total, owned.parts, exact)


def telling(owned: Owned, sizes: dict[str, int]) -> set[str]:
    """The sources that a commit which claims none is from: those of which at least half is here, or which all of it is from.

    That the same lines went away proves nothing by itself, anybody may remove them: a line that a source put in must be here, too, or all
    of a source.
    """
    total = sum(part.end - part.start + 1 for part in owned.parts)
    put = {part.source for part in owned.parts if not part.removed}
    counts = {source: owned.count(source) for source in owned.sources}
    proven = {source for source, count in counts.items() if source in put or count == sizes.get(source, 0)}
    enough = {source for source in proven if 2 * counts[source] >= max(1, sizes.get(source, 0))}
    return enough or (proven if owned.parts and owned.count("") == 0 and total else set())


def words(carried: Carried) -> str:
    """A few words for people: how the commit is like what was signed."""
    if carried.how == "tree":
        return "the same tree"
    if carried.how == "patch":
        return "the same patch"
    rest = carried.total - carried.lines
    count = f"{carried.lines} of {carried.total} lines" if rest else f"all {carried.total} lines"
    if carried.how == "split":
        return f"a part of it, {count}"
    if carried.how == "altered":
        return f"altered: {rest} of {carried.total} lines are not what was signed ({places(carried.rest)})"
    return f"{count}" + (f", {rest} in no record" if rest else "")


def share(carried: Carried) -> str:
    """How much of the commit it is, where other records account for the rest."""
    return f"{carried.lines} of {carried.total} lines"


def places(parts: Iterable[Part], most: int = 3) -> str:
    """``FILE:A-B`` of the first few; removed lines with a minus."""
    found = [
        f"{'-' * part.removed}{part.path}:{part.start}" + (f"-{part.end}" if part.end > part.start else "")
        for part in parts
    ]
    return ", ".join(found[:most]) + (f" and {len(found) - most} more places" if len(found) > most else "")
