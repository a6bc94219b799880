"""Random acts of a person between the commits of sessions: what is typed, and all that git does for who wants to keep, hide or undo something."""

import difflib
from pathlib import Path

from tests.support.between_acts import PLACES, SessionActs
from tests.support.between_tree import rows
from tests.support.shared_tree import PERSON

PERSONS = (
    "type", "type", "tamper", "file", "hand_commit", "hand_commit", "hand_commit_one", "patch", "patch", "restore", "reset", "stash",
    "rename", "delete", "amend", "side_merge", "side_pick", "side_forward", "side_rebase",
)  # fmt: skip


class BetweenActs(SessionActs):
    """All acts, of sessions and of a person."""

    others = PERSONS

    # what a person does to files

    def type(self) -> None:
        path = self._path()
        if path is None:
            return
        self.told[-1] += f" {path}"
        self._type(path)

    def _type(self, path: str) -> None:
        data = self.tree.data(path) or b""
        lines = rows(data)
        end = b"\r\n" if b"\r\n" in data else b"\n"
        whole = not lines or lines[-1].endswith(b"\n") or all(hand.agent != "codex" for hand in self.hands)
        at = self.chance.randint(
            0, max(0, len(lines) - 2 * (not whole))
        )  # Codex itself ends each file with a line feed
        fresh = [row.encode().replace(b"\n", end) for row in self.tree.lines(PERSON, self.chance.randint(0, 2))]
        gone = self.chance.randint(0, 1) if fresh and len(lines) > 1 else int(len(lines) > 1)
        if at == len(lines) and lines and not lines[-1].endswith(b"\n"):
            lines[-1] += end
        self.tree.lay(path, b"".join([*lines[:at], *fresh, *lines[at + gone :]]), PERSON)

    def tamper(self) -> None:
        """One byte of one line is another."""
        path = self._path()
        data = self.tree.data(path) if path else None
        if path and data:
            at = self.chance.choice([at for at, byte in enumerate(data) if chr(byte).isalnum()])
            self.told[-1] += f" {path} {at}"
            self.tree.lay(path, data[:at] + (b"#" if data[at : at + 1] != b"#" else b"%") + data[at + 1 :], PERSON)

    def file(self) -> None:
        """One that no trace mentions."""
        free = self._free()
        if free:
            self.told[-1] += f" {free}"
            self.tree.lay(free, "".join(self.tree.lines(PERSON, 2)).encode(), PERSON)

    # what a person does with git

    def hand_commit(self) -> None:
        if self._dirty():
            self.tree.commit()

    def hand_commit_one(self) -> None:
        dirty = self._dirty()
        if dirty:
            path = self.chance.choice(dirty)
            self.told[-1] += f" {path}"
            self.tree.commit(path)

    def patch(self) -> None:
        """`git add -p` of some hunks of one file."""
        dirty = [path for path in self._dirty() if self.tree.data(path) and self._head(path)]
        if not dirty:
            return
        path = self.chance.choice(dirty)
        old, new = rows(self._head(path)), rows(self.tree.data(path))
        ops = [
            each for each in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if each[0] != "equal"
        ]
        chosen = self.chance.sample(ops, self.chance.randint(1, max(1, len(ops) - 1)))
        result, at = [], 0
        for each in sorted(chosen, key=lambda each: each[1]):
            _, start, end, into, to = each
            result += [*old[at:start], *new[into:to]]
            at = end
        self.told[-1] += f" {path} {len(chosen)}/{len(ops)}"
        place = Path(self.tree.repo, ".git", "part")
        place.write_bytes(b"".join([*result, *old[at:]]))
        blob = self.tree.git("hash-object", "-w", "--no-filters", str(place)).strip()
        self.tree.git("update-index", "--cacheinfo", f"100644,{blob},{path}")
        self.tree.staged()

    def restore(self) -> None:
        dirty = [path for path in self._dirty() if self._head(path) is not None]
        if dirty:
            path = self.chance.choice(dirty)
            self.told[-1] += f" {path}"
            with self.tree.by_hand():
                self.tree.git("checkout", "--", path)

    def reset(self) -> None:
        with self.tree.by_hand():
            self.tree.git("reset", "-q", "--hard")

    def stash(self) -> None:
        """What is there waits while a person, or a session, commits something else."""
        if not self._dirty():
            return
        known = dict(self.tree.goner)
        with self.tree.by_hand():
            self.tree.git("stash", "-q", "-u")
        if self.chance.random() < 0.6:
            path = self._path()
            if path:
                self.told[-1] += f" {path}"
                self._type(path)
                self.hand_commit()
        else:
            self.edit()
            self.commit()
        with self.tree.by_hand(known):
            if self.tree.run("stash", "pop", "-q", check=False).returncode:
                self.told[-1] += " lost"
                self.tree.git("reset", "-q", "--hard")
                self.tree.git("clean", "-fdq")
                self.tree.git("stash", "drop", "-q")

    def rename(self) -> None:
        """`git mv`: what was not committed goes along, uncommitted."""
        paths = [path for path in self.tree.paths() if self._head(path) is not None]
        free = self._free()
        if not paths or free is None or self._head(free) is not None:
            return
        path = self.chance.choice(paths)
        self.told[-1] += f" {path} {free}"
        data = self._head(path)
        (self.tree.repo / free).parent.mkdir(exist_ok=True)
        with self.tree.by_hand():
            self.tree.git("mv", path, free)
        for row in rows(data):
            self.tree.mover.setdefault(row, PERSON)
            self.tree.goner.setdefault(row, PERSON)
        self.tree.staged()

    def delete(self) -> None:
        paths = [path for path in self.tree.paths() if self._head(path) is not None]
        if len(paths) > 2:
            path = self.chance.choice(paths)
            self.told[-1] += f" {path}"
            with self.tree.by_hand():
                self.tree.git("rm", "-q", "-f", path)
            self.tree.staged()

    def amend(self) -> None:
        """The last commit with what is there now, or with one file of it, or with what is typed for it."""
        if len(self.tree.git("rev-list", "--first-parent", "HEAD").split()) < 2:
            return
        if len(self.tree.git("log", "-1", "--format=%P").split()) > 1:
            return
        if self.chance.random() < 0.6 and (path := self._path()):
            self.told[-1] += f" {path}"
            self._type(path)
            self.tree.git("add", "-A", path)
        elif self.chance.random() < 0.5:
            self.tree.git("add", "-A")
        self.tree.git("commit", "-q", "--amend", "--no-edit", "--allow-empty")
        self.tree.learn()

    def side_merge(self) -> None:
        self._side("merge", "-q", "--no-ff", "--no-edit")

    def side_pick(self) -> None:
        self._side("cherry-pick")

    def side_forward(self) -> None:
        self._side("merge", "-q", "--ff-only", back=0)

    def side_rebase(self) -> None:
        self._side("rebase", "-q", "--autostash")

    def _side(self, *words: str, back: int = -1) -> None:
        """A person's commit on another branch, made in a worktree of its own, comes in."""
        tree = self.tree
        count = len(tree.git("rev-list", "--first-parent", "HEAD").split())
        back = self.chance.randint(0, min(2, count - 1)) if back < 0 else back
        place = tree.repo.parent / "side"
        tree.git("worktree", "add", "-q", "--detach", str(place), f"HEAD~{back}")
        files = [path for path in PLACES if (place / path).is_file()]
        path = self.chance.choice([*files, "side.txt"])
        lines = rows((place / path).read_bytes()) if path in files else []
        end = b"\r\n" if b"\r\n" in b"".join(lines) else b"\n"
        fresh = [row.encode().replace(b"\n", end) for row in tree.lines(PERSON, 2)]
        for row in fresh:
            tree.maker[row] = PERSON
        at = self.chance.randint(0, max(0, len(lines) - 1))
        (place / path).write_bytes(b"".join([*lines[:at], *fresh, *lines[at:]]))
        tree.git("-C", str(place), "add", "-A")
        tree.git("-C", str(place), "commit", "-qm", f"Aside {tree.clock}")
        made = tree.git("-C", str(place), "rev-parse", "HEAD").strip()
        tree.git("worktree", "remove", "--force", str(place))
        self.told[-1] += f" {path} ~{back}"
        before = tree.git("rev-parse", "HEAD").strip()
        olds = tree.git("rev-list", "--reverse", f"{made}..HEAD").split()
        merges = tree.git("rev-list", "--merges", f"{made}..HEAD").split()
        if words[0] == "rebase" and merges:
            return
        tree.tick()
        with tree.by_hand():
            done = tree.run(*words, made, check=False)
            if done.returncode:
                self.told[-1] += " refused"
                tree.run(words[0], "--abort", check=False)
            if tree.git("stash", "list"):
                self.told[-1] += " lost"
                tree.git("reset", "-q", "--hard")
                tree.git("stash", "drop", "-q")
        if tree.git("rev-parse", "HEAD").strip() == before:
            return
        if words[0] == "rebase":
            news = tree.git("rev-list", "--reverse", f"{made}..HEAD").split()
            if len(news) == len(olds):
                tree.said.update({new: tree.said[old] for old, new in zip(olds, news, strict=True) if old in tree.said})
            tree.saw(*news)
        else:
            tree.learn()
