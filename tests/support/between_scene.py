"""A scene of a person and one or two sessions in one tree, told step by step: for tests of what a person does between two commits."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gittraj.model.report import ReplayedCommit
from tests.support import tree_acts
from tests.support.between_tree import BetweenTree, rows
from tests.support.shared_tree import PERSON

FIRST = {"a.txt": 9, "b.txt": 5, "dir/c.txt": 5}
KINDS = ("claude", "claude-old", "codex", "pi-old", "opencode-old")  # of them only the first tells what it met


class Scene:
    """A tree and one or two sessions; `edit`, `type`: a line becomes another by the session's (a person's) hand. Lines are counted from 0."""

    def __init__(self, tree: BetweenTree, *names: str) -> None:
        self.tree = tree
        self.hands = [tree_acts.make(tree, name, at + 1) for at, name in enumerate(names)]
        self.one = self.hands[0]
        for at, hand in enumerate(self.hands):  # each has committed something before all that follows
            self.edit("b.txt", at, at)
            self.commit(at)
            assert hand.ident

    def edit(self, path: str, line: int, who: int = 0, count: int = 1) -> list[bytes]:
        old = (self.tree.text(path) or "").splitlines(keepends=True)[line]
        new = self.tree.lines(self.hands[who].ident, count)
        self.hands[who].edit(path, old, "".join(new))
        return [each.encode() for each in new]

    def type(self, path: str, line: int) -> bytes:
        found = rows(self.tree.data(path))
        end = b"\r\n" if found[line].endswith(b"\r\n") else b"\n"
        (fresh,) = self.tree.lines(PERSON, 1)
        found[line] = fresh.encode().replace(b"\n", end)
        self.tree.tick()
        self.tree.lay(path, b"".join(found), PERSON)
        return found[line]

    def commit(self, who: int = 0, *paths: str) -> str:
        self.tree.around = dict(self.hands[who].env)
        made = self.hands[who].commit(*paths)
        self.tree.around = {}
        return made

    def by_hand(self, *paths: str) -> str:
        self.tree.tick()
        return self.tree.commit(*paths)

    def hunk(self, path: str, *lines: bytes) -> str:
        """`git add -p`: only these lines of the file, each in place of the one that stood there."""
        self.tree.tick()
        old, now = rows(self.tree.raw("show", f"HEAD:{path}")), rows(self.tree.data(path))
        assert len(old) == len(now)
        staged = b"".join(there if there in lines else was for was, there in zip(old, now, strict=True))
        place = self.tree.repo / ".git" / "part"
        place.write_bytes(staged)
        blob = self.tree.git("hash-object", "-w", "--no-filters", str(place)).strip()
        self.tree.git("update-index", "--cacheinfo", f"100644,{blob},{path}")
        return self.tree.staged()

    def verdicts(self) -> dict[str, ReplayedCommit]:
        """All are held against the truth."""
        found = self.tree.replayed()
        for each in found.values():
            self.tree.audit(each)
        return found

    def classes(self, verdict: ReplayedCommit, path: str) -> dict[bytes, str]:
        """Line of the commit that it adds → class."""
        (file,) = [each for each in verdict.files if each.path == path]
        new = rows(self.tree.raw("show", f"{verdict.commit.id}:{path}"))
        return {new[at - 1]: each.kind for each in file.ranges for at in range(each.start, each.end + 1)}


Make = Callable[..., Scene]


@pytest.fixture
def scene(tmp_path: Path, hermetic_seal: Path) -> Make:
    def make(*names: str, crlf: tuple[str, ...] = (), cut: tuple[str, ...] = ()) -> Scene:
        return Scene(BetweenTree(tmp_path, hermetic_seal, FIRST, crlf, cut), *names)

    return make
