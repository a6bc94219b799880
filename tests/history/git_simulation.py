"""Random histories in real git, with rebases, squashes, amends and picks: each step is told to an oracle of line identity, and the commands are asked.

What git rewrote has new names and no records of its own; the oracle tells the same changes of the same lines once more, on the new base.
"""

import contextlib
import copy
import io
import itertools
import json
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gittraj.__main__ import run
from tests.history.simulation import Line, Oracle, content, texts
from tests.support.traced_repo import Edited, TracedRepo

Change = tuple[str, int, int, list[str]]
Made = tuple[str, int]  # (session, position of the outcome): an edit


class Step(NamedTuple):
    """What one commit does: changes, each with its edit (None: a person)."""

    session: str
    changes: list[tuple[Change, Made | None]]


class Tip(NamedTuple):
    """A commit as the oracle sees it. `maker`: text of a line → the edit that made it, None for a person."""

    commit: str
    files: dict[str, list[Line]]
    maker: dict[str, Made | None]
    oracle: Oracle


class GitSimulation:
    """`told`: what was done, for the failure message. `tips`: every commit of the history that was told, newest last."""

    def __init__(self, folder: Path, seed: int, *, files: int = 2, lines: int = 12) -> None:
        self.random = random.Random(seed)
        self.repo = TracedRepo(folder)
        self.told: list[str] = [f"seed {seed}"]
        self._count = 0
        first = {
            f"{chr(97 + number)}.txt": [Line(text, frozenset()) for text in self.fresh(lines)]
            for number in range(files)
        }
        maker: dict[str, Made | None] = {line.text: None for file in first.values() for line in file}
        self.tip = Tip(self._written([], first), first, maker, Oracle())
        self.tips = [self.tip._replace(oracle=copy.deepcopy(self.tip.oracle))]

    def fresh(self, number: int) -> list[str]:
        self._count += number
        return [f"line {each:04d} of this file\n" for each in range(self._count - number, self._count)]

    # Steps

    def grow(self) -> None:
        roll = self.random.random()
        if roll < 0.3:
            self.session()
        elif roll < 0.38:
            self.person()
        elif roll < 0.44:
            self.rename()
        elif roll < 0.55:
            self.merge()
        else:
            self.rewrite()
        self.tips.append(self.tip._replace(oracle=copy.deepcopy(self.tip.oracle)))

    def session(self) -> None:
        self.tip = self._committed(self.tip, self._planned(self.tip, self._areas(self.tip)))

    def person(self) -> None:
        self.tip = self._committed(self.tip, Step("", [(self._change(self.tip, self._areas(self.tip)), None)]))

    def rename(self) -> None:
        path = self.random.choice(sorted(self.tip.files))
        name = f"r{len(self.told)}.txt"
        self.told.append(f"rename {path} {name}")
        files = dict(self.tip.files)
        files[name] = files.pop(path)
        self.tip = self.tip._replace(commit=self._written([self.tip.commit], files), files=files)

    def merge(self) -> None:
        """Two branches change two halves of each file; their merge has both."""
        self.told.append("merge {")
        fork, cuts = self.tip, self._cuts(self.tip)
        one = self._branch(fork, {path: (0, cut) for path, cut in cuts.items()})[-1][1]
        other = self._branch(
            one._replace(commit=fork.commit, files=fork.files, maker=fork.maker), self._right(fork, cuts)
        )[-1][1]
        files = self._joined(fork, cuts, one, other)
        commit = self._written([one.commit, other.commit], files)
        self.tip = Tip(commit, files, {**one.maker, **other.maker}, other.oracle)
        self.told.append("}")

    def rewrite(self) -> None:
        """A branch on one half of each file is put on what came meanwhile on the other half; its own commits are left behind."""
        how = self.random.choice(("rebase", "rebase", "squash", "pick last", "drop last", "amend", "split"))
        self.told.append(how + " {")
        fork, cuts = self.tip, self._cuts(self.tip)
        left = {path: (0, cut) for path, cut in cuts.items()}
        mine, theirs = (
            (left, self._right(fork, cuts)) if self.random.random() < 0.5 else (self._right(fork, cuts), left)
        )
        branch = self._branch(fork, mine, copy.deepcopy(fork.oracle))
        self.repo.seal()
        onto = fork if how == "amend" else self._branch(fork, theirs)[-1][1]
        steps = [step for step, _ in branch]
        if how == "drop last":
            steps = steps[:-1]
        groups = [[step] for step in steps]
        if how == "squash" and sum(1 for step in steps if step.session) != 1:
            # one record with what a person did is altered, and is refused
            groups = [steps]
        elif how == "pick last":
            groups = [[step] for step in steps] if self._touch_in_common(steps) else [[steps[-1]]]
        elif how == "split":
            paths = list(dict.fromkeys(change[0] for change, _ in steps[0].changes))
            groups = [[Step("", [each for each in steps[0].changes if each[0][0] == path])] for path in paths] + groups[
                1:
            ]
        shift = {path: len(texts(onto.files[path])) - len(texts(fork.files[path])) for path in fork.files}
        if mine is left:
            shift = dict.fromkeys(shift, 0)
        self.tip = onto
        # as git copies notes, or as tools that know of none; of commits that change nothing only a note can tell
        trees = [[content(file) for file in tip.files.values()] for tip in (fork, *(tip for _, tip in branch))]
        noted = self.random.random() < 0.5 or any(a == b for a, b in itertools.pairwise(trees))
        olds = [tip.commit for _, tip in branch]
        for group in groups:
            self.tip = self._put(self.tip, *(_moved(step, shift) for step in group))
            if noted or not all(self._left_lines(step) for step in group):
                olds_here = [olds[steps.index(step)] if step in steps else olds[0] for step in group]
                self.repo.copy_notes(olds_here, self.tip.commit)
        self.told.append("} " + "noted" * noted)

    def _left_lines(self, step: Step) -> bool:
        """Whether something of the step is there: what left nothing behind only a note can tell."""
        there = {text for file in self.tip.files.values() for text in texts(file)}
        put = [(text, key) for (_, _, _, new), key in step.changes if key for text in new if text in there]
        return not step.session or any(self.tip.maker[text] == key for text, key in put)

    def _touch_in_common(self, steps: list[Step]) -> bool:
        """Whether the last step's places depend on those before it."""
        last = {change[0] for change, _ in steps[-1].changes}
        return any(change[0] in last for step in steps[:-1] for change, _ in step.changes)

    def _branch(
        self, fork: Tip, areas: dict[str, tuple[int, int]], oracle: Oracle | None = None
    ) -> list[tuple[Step, Tip]]:
        """Commits on `fork` that change only these areas."""
        found: list[tuple[Step, Tip]] = []
        tip = fork if oracle is None else fork._replace(oracle=oracle)
        sizes = {path: len(texts(file)) for path, file in fork.files.items()}
        for _ in range(self.random.randint(1, 3)):
            here = {
                path: (low, high + len(texts(tip.files[path])) - sizes[path]) for path, (low, high) in areas.items()
            }
            step = (
                self._planned(tip, here) if self.random.random() < 0.8 else Step("", [(self._change(tip, here), None)])
            )
            tip = self._committed(tip, step)
            found.append((step, tip))
        return found

    # Histories told by hand

    def made(self, session: str, *changes: Change, person: Sequence[Change] = ()) -> Step:
        """A commit on the tip: by a session ("" for none), and a person."""
        step = self._step(self.tip, session, changes, person)
        self.tip = self._committed(self.tip, step)
        self.repo.seal()
        return step

    def again(self, *steps: Step, olds: Sequence[Tip] = (), shift: int = 0) -> None:
        """One commit on the tip with the changes of these steps, `shift` lines further down; `olds`: whose notes git copies to it."""
        self.tip = self._put(self.tip, *(_moved(step, dict.fromkeys(self.tip.files, shift)) for step in steps))
        self.repo.copy_notes([old.commit for old in olds], self.tip.commit)

    def aside(self) -> Tip:
        """The tip, for a branch of which the oracle shall not know once the tip is put back to this."""
        return self.tip._replace(oracle=copy.deepcopy(self.tip.oracle))

    def merged(self, other: Tip, *theirs: str) -> None:
        """The tip with `other`, of which it gets the files named; of the others, what led to each line there."""
        led = {line.text: line.led for file in other.files.values() for line in file if line.text}
        files = {
            name: [Line(line.text, line.led | led.get(line.text, frozenset())) for line in file]
            for name, file in self.tip.files.items()
        }
        files.update((name, other.files[name]) for name in theirs)
        commit = self._written([self.tip.commit, other.commit], files)
        self.tip = Tip(commit, files, {**self.tip.maker, **other.maker}, self.tip.oracle)

    # What they are made of

    def _areas(self, tip: Tip) -> dict[str, tuple[int, int]]:
        return {path: (0, len(texts(file))) for path, file in tip.files.items()}

    def _cuts(self, tip: Tip) -> dict[str, int]:
        return {path: len(texts(file)) // 2 - 1 for path, file in tip.files.items()}

    def _right(self, tip: Tip, cuts: dict[str, int]) -> dict[str, tuple[int, int]]:
        return {path: (cuts[path] + 2, len(texts(file))) for path, file in tip.files.items()}

    def _joined(self, fork: Tip, cuts: dict[str, int], one: Tip, other: Tip) -> dict[str, list[Line]]:
        files = {}
        for path, file in fork.files.items():
            keep = texts(file)[cuts[path]]
            left, right = one.files[path], other.files[path]
            first = next(at for at, line in enumerate(left) if line.text == keep)
            second = next(at for at, line in enumerate(right) if line.text == keep)
            files[path] = [*left[:first], *right[second:]]
        return files

    def _change(self, tip: Tip, areas: dict[str, tuple[int, int]], files: dict[str, list[str]] | None = None) -> Change:
        path = self.random.choice(sorted(areas))
        low, high = areas[path]
        whole = len((files or {name: texts(file) for name, file in tip.files.items()})[path])
        start = self.random.randint(low, max(low, high - 1))
        end = min(high, start + self.random.choice((0, 1, 1, 2, 3)))
        new = self.fresh(self.random.choice((0, 1, 1, 2, 3)))
        if (start >= end and not new) or (end - start >= whole - 4 and not new):
            new = self.fresh(2)
        return path, start, max(start, end), new

    def _planned(self, tip: Tip, areas: dict[str, tuple[int, int]]) -> Step:
        """Edits of a session, one or more, which may undo or build on each other; sometimes a person's change among them."""
        session = f"s{self.random.randint(1, 4)}"
        files = {path: texts(file) for path, file in tip.files.items()}
        here = dict(areas)
        changes: list[Change] = []
        last: Change | None = None
        for _ in range(self.random.randint(1, 3)):
            change = self._change(tip, here, files)
            if last is not None and self.random.random() < 0.25:
                change, last = last, None
            else:
                path, low, high, new = change
                last = (path, low, low + len(new), files[path][low:high])
                if not new and not last[3]:
                    last = None
            path, low, high, new = change
            grown = len(new) - (high - low)
            here[path] = (here[path][0], here[path][1] + grown)
            files[path] = [*files[path][:low], *new, *files[path][high:]]
            changes.append(change)
        person = [self._change(tip, here, files)] if self.random.random() < 0.15 else []
        return self._step(tip, session, changes, person)

    def _step(self, tip: Tip, session: str, changes: Sequence[Change], person: Sequence[Change] = ()) -> Step:
        """These changes as calls of an edit tool, and what a person does after them."""
        edits: list[Edited] = []
        files = {path: texts(file) for path, file in tip.files.items()}
        for path, low, high, new in changes:
            old = files[path]
            if low < high:
                before, after = "".join(old[low:high]), "".join(new)
            elif low:
                before, after = old[low - 1], old[low - 1] + "".join(new)
            else:
                before, after = old[0], "".join(new) + old[0]
            edits.append(Edited(path, "".join(old), before, after))
            files[path] = [*old[:low], *new, *old[high:]]
        self._entries, places = self.repo.edits(session, edits) if edits else ([], [])
        found: list[tuple[Change, Made | None]] = [
            (change, (session, place)) for change, place in zip(changes, places, strict=True)
        ]
        return Step(session, [*found, *((change, None) for change in person)])

    def _committed(self, tip: Tip, step: Step) -> Tip:
        """The step as a commit of its own, with its record."""
        found = self._put(tip, step.changes)
        if step.session:
            self.repo.trace(found.commit, step.session, self._entries)
        return found

    def _put(self, tip: Tip, *steps: list[tuple[Change, Made | None]]) -> Tip:
        """All the steps as one commit; a line is of the step that it came with, as if each were a commit of its own."""
        files, maker = dict(tip.files), dict(tip.maker)
        for changes in steps:
            before = {path: set(texts(file)) for path, file in files.items()}
            put: dict[str, Made | None] = {}
            for (path, low, high, new), key in changes:
                self.told.append(f"{key or 'person'} {path} {low} {high} {new}")
                files[path] = tip.oracle.change(files[path], low, high, new, key)
                put.update(dict.fromkeys(new, key))
            for path, file in files.items():
                maker.update({text: put[text] for text in texts(file) if text not in before[path]})
        commit = self._written([tip.commit], files)
        self.told.append(f"commit {commit[:8]}")
        return Tip(commit, files, maker, tip.oracle)

    def _written(self, parents: list[str], files: dict[str, list[Line]]) -> str:
        return self.repo.commit(parents, {path: content(file) for path, file in files.items()}, f"work {self._count}")

    # What must agree

    def ask(self, *words: str) -> Any:
        """What a command prints as JSON, run in process."""
        out = io.StringIO()
        here = os.getcwd()
        os.chdir(self.repo.path)
        try:
            with contextlib.redirect_stdout(out):
                code = run([*words, "--json"])
        finally:
            os.chdir(here)
        assert code == 0, (words, self.why())
        return json.loads(out.getvalue())

    def check(self) -> None:
        """The newest commit: regions of everything, blame of every file, the edits of some range, and what became of every edit."""
        self.repo.seal()
        found = self._check_regions()
        for path, file in self.tip.files.items():
            self._check_blame(path, texts(file))
        self._check_survival(found)
        self._check_range()

    def _check_regions(self) -> list[dict[str, Any]]:
        tip = self.tip
        found = self.ask("regions", ".", tip.commit)["regions"]
        mine = sorted(
            (
                each["file"],
                each["start_line"] - 1,
                each["end_line"],
                {(one["session"], one["entry"]) for one in each["edits"]},
            )
            for each in found
            if each["start_line"] is not None
        )
        want = sorted(
            (path, *region) for path, file in sorted(tip.files.items()) for region in tip.oracle.regions(file)
        )
        assert mine == want, f"\n{mine}\n{want}\n{self.why()}"
        return found

    def check_earlier(self) -> None:
        """The same of a commit that others came after: what was told later is not told of it."""
        now, self.tip = self.tip, self.random.choice(self.tips)
        self._check_regions()
        self.tip = now

    def _check_blame(self, path: str, lines: list[str]) -> None:
        found = self.ask("blame", path, self.tip.commit)["lines"]
        mine = [(each["session"], each["entry"]) if each["session"] else None for each in found]
        assert mine == [self.tip.maker[text] for text in lines], (
            f"{path}\n{mine}\n{[self.tip.maker[text] for text in lines]}\n{self.why()}"
        )

    def _check_range(self) -> None:
        path = self.random.choice(sorted(self.tip.files))
        file = self.tip.files[path]
        size = len(texts(file))
        low = self.random.randint(1, size)
        high = min(size, low + self.random.randint(0, 5))
        found = self.ask("regions", f"{path}:{low}-{high}", self.tip.commit)["regions"][0]["edits"]
        led: set[int] = set()
        place = 0
        for line in file:
            inside = low <= place + 1 <= high if line.text else low - 1 < place < high
            led |= line.led if inside else frozenset()
            place += 1 if line.text else 0
        mine = {(each["session"], each["entry"]) for each in found}
        assert mine == self.tip.oracle.edits_of(frozenset(led)), f"{path}:{low}-{high}\n{mine}\n{self.why()}"

    def _check_survival(self, found: list[dict[str, Any]]) -> None:
        there = {text for file in self.tip.files.values() for text in texts(file)}
        for edit in (one for each in found for one in each["edits"]):
            new, old = self.tip.oracle.made[edit["session"], edit["entry"]]
            alive = [text for text in new if text in there]
            back = [text for text in old if text in there]
            why = f"{edit} {new} {old}\n{self.why()}"
            if new:
                assert (edit["survival"] == "alive") == (len(alive) == len(new)), why
                assert not alive or edit["survival"] in ("alive", "transformed"), why
                assert (not old or alive or len(back) < len(old)) or edit["survival"] == "reverted", why
            else:
                assert (edit["survival"] == "alive") == (not back), why

    def why(self) -> str:
        return "\n".join(self.told)


def _moved(step: Step, shift: dict[str, int]) -> list[tuple[Change, Made | None]]:
    """What the step does, in files whose lines are further down."""
    return [((path, low + shift[path], high + shift[path], new), key) for (path, low, high, new), key in step.changes]
