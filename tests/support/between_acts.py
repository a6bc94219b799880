"""Random acts of sessions in a tree where a person commits in between: each method is one act, and does nothing where it cannot be done now."""

import random
import shlex
from collections.abc import Callable

from tests.support import tree_acts
from tests.support.between_tree import BetweenTree
from tests.support.tree_claude import ClaudeHand

SESSIONS = ("edit",) * 6 + ("write", "new", "cut", "cut", "append", "move", "remove", "commit", "commit", "commit_one")
PLACES = ("a.txt", "b.txt", "dir/c.txt", "dir/d.txt", "e.txt")


class SessionActs:
    """`told`: what was done, in order. `others`: names of acts that are not a session's."""

    others: tuple[str, ...] = ()

    def __init__(self, tree: BetweenTree, names: tuple[str, ...], seed: int) -> None:
        self.tree = tree
        self.chance = random.Random(seed)
        self.hands = [tree_acts.make(tree, name, number + 1) for number, name in enumerate(names)]
        self.names = names
        self.told: list[str] = []
        self._stashed = False

    def go(self, steps: int) -> None:
        """So many acts, then a session commits what is left."""
        for _ in range(steps):
            name = self.chance.choice(SESSIONS if self.chance.random() < 0.6 else self.others)
            self.told.append(name)
            act: Callable[[], None] = getattr(self, name)
            act()
            self.tree.tick()
        self.told.append("commit")
        self.commit()

    # what sessions do

    def edit(self) -> None:
        self._edit(1 + self.chance.randint(0, 2))

    def cut(self) -> None:
        self._edit(0)

    def _edit(self, count: int) -> None:
        hand, path = self._hand(), self._path()
        if path is None or not self._can(hand, path):
            return
        text = (self.tree.text(path) or "").split("\n")
        lines = [f"{row}\n" for row in text[:-1]] + ([text[-1]] if text[-1] else [])
        at = self.chance.randrange(len(lines))
        old = lines[at : at + self.chance.randint(1, 2)]
        new = self.tree.lines(hand.ident, count)
        if count and self.chance.random() < 0.3:
            new = [*old, *new] if old[-1].endswith("\n") else [*new, *old]
        if new and not old[-1].endswith("\n") and self.chance.random() < 0.7:
            new[-1] = new[-1].rstrip("\n")
        if len(old) == len(lines) and not new:
            return
        if (self.tree.text(path) or "").count("".join(old)) != 1:
            return
        self.told[-1] += f" {self._name(hand)} {path}"
        if isinstance(hand, ClaudeHand) and self.chance.random() < 0.25:
            with hand.helper(f"h{self.tree.clock}"):
                hand.edit(path, "".join(old), "".join(new))
        else:
            hand.edit(path, "".join(old), "".join(new))

    def write(self) -> None:
        hand, path = self._hand(), self._path()
        if path is None or b"\r\n" in (self.tree.data(path) or b""):
            return
        kept = [
            row.rstrip("\n") + "\n" for row in (self.tree.text(path) or "").splitlines() if self.chance.random() < 0.7
        ]
        at = self.chance.randint(0, len(kept))
        content = "".join([*kept[:at], *self.tree.lines(hand.ident, 2), *kept[at:]])
        self.told[-1] += f" {self._name(hand)} {path}"
        self.tree.cover(path, hand.ident, content)
        if not hand.keeps:
            self.tree.wrote_again(content, hand.ident)
        hand.write(path, content)

    def new(self) -> None:
        hand, free = self._hand(), self._free()
        if free is not None:
            self.told[-1] += f" {self._name(hand)} {free}"
            hand.write(free, "".join(self.tree.lines(hand.ident, self.chance.randint(2, 5))))

    def append(self) -> None:
        hand, path = self._hand(), self._path()
        data = self.tree.data(path) if path else None
        if path is None or not data or b"\r\n" in data:
            return
        self.told[-1] += f" {self._name(hand)} {path}"
        (row,) = self.tree.lines(hand.ident, 1)
        self.tree.lay(path, data + row.encode(), hand.ident)
        hand.shell(f"echo {shlex.quote(row.rstrip())} >> {shlex.quote(path)}")

    def move(self) -> None:
        hand, path, free = self._hand(), self._path(), self._free()
        if path and free:
            self.told[-1] += f" {self._name(hand)} {path} {free}"
            self.tree.cover(path, hand.ident)
            self.tree.move(path, free, hand.ident)
            hand.shell(f"mkdir -p dir && mv {path} {free}")

    def remove(self) -> None:
        hand, path = self._hand(), self._path()
        if path and len(self.tree.paths()) > 2:
            self.told[-1] += f" {self._name(hand)} {path}"
            self.tree.cover(path, hand.ident)
            self.tree.lay(path, None, hand.ident)
            hand.shell(f"rm {path}")

    def commit(self) -> None:
        self._commit()

    def commit_one(self) -> None:
        dirty = self._dirty()
        if dirty:
            self._commit(self.chance.choice(dirty))

    def _commit(self, *paths: str) -> None:
        if not self._dirty():
            return
        hand = self._hand()
        self.told[-1] += f" {self._name(hand)} {' '.join(paths)}"
        self.tree.around = dict(hand.env)
        hand.commit(*paths)
        self.tree.around = {}

    # what there is

    def _hand(self) -> tree_acts.Does:
        return self.chance.choice(self.hands)

    def _name(self, hand: tree_acts.Does) -> str:
        return f"{self.names[self.hands.index(hand)]}#{self.hands.index(hand)}"

    def _can(self, hand: tree_acts.Does, path: str) -> bool:
        data = self.tree.data(path) or b""
        return hand.agent in ("claude-code", "gemini-cli", "opencode") or (b"\r\n" not in data and data.endswith(b"\n"))

    def _path(self) -> str | None:
        there = [path for path in self.tree.paths() if self.tree.data(path)]
        return self.chance.choice(there) if there else None

    def _free(self) -> str | None:
        free = [path for path in PLACES if self.tree.data(path) is None and not (self.tree.repo / path).exists()]
        return self.chance.choice(free) if free else None

    def _dirty(self) -> list[str]:
        out = self.tree.git("status", "--porcelain", "-uall", "--no-renames")
        return [line[3:] for line in out.splitlines()]

    def _head(self, path: str) -> bytes | None:
        if path not in self.tree.git("ls-tree", "-r", "--name-only", "HEAD").splitlines():
            return None
        return self.tree.raw("show", f"HEAD:{path}")
