"""Histories in memory, told twice: to the code under test as recorded operations and commits, and to an oracle line by line.

Every line has a text of its own, so a line is the same line exactly where its text is. The oracle knows no diffs, no nodes and no numbers: each
line carries the set of all changes that led to it, and changes are joined by name.
"""

import random

from gittraj.codec.digest import git_blob_id
from gittraj.flows import edit_events
from gittraj.history.lineage import Lineage
from gittraj.history.regions import regions
from gittraj.history.sides import Side
from gittraj.history.survival import Survival
from gittraj.history.walk import State, advance
from gittraj.model.commit import Commit
from gittraj.model.operation import Observed, Operation, Replace
from gittraj.replay import trails
from gittraj.replay.compare import Changed, judge
from gittraj.replay.engine import Replay
from gittraj.replay.recorder import Recorder
from gittraj.replay.spans import diff_spans
from gittraj.replay.steps import Blob, Origin, Step
from gittraj.replay.trails import Versions

REGULAR = 0o100644


class Line:
    """`led`: the changes that led to it, itself included. A scar has no text."""

    def __init__(self, text: str, led: frozenset[int]) -> None:
        self.text = text
        self.led = led


class Oracle:
    """`files`: of one commit. Changes are numbers; `edits[change]`: the edit's key, None where nobody recorded it."""

    def __init__(self) -> None:
        self.edits: list[tuple[str, int] | None] = []
        self.live: list[bool] = []
        self.above: list[int] = []
        self.made: dict[tuple[str, int], tuple[list[str], list[str]]] = {}

    def change(
        self, file: list[Line], start: int, end: int, new: list[str], edit: tuple[str, int] | None
    ) -> list[Line]:
        """The file after its lines `start` to `end` became `new`."""
        left, gone, right = _split(file, start, end)
        led: set[int] = set()
        for line in gone:
            led |= line.led
        if start == end:
            before = next((each for each in reversed(left) if each.text), None)
            after = next((each for each in right if each.text), None)
            both = before.led & after.led if before and after else frozenset()
            if any(self.live[each] for each in both):
                led |= both
        number = len(self.edits)
        self.edits.append(edit)
        self.above.append(number)
        self.live.append(edit is not None or any(self.live[each] for each in led))
        for each in led:
            if self.live[each]:
                self.above[self.root(number)] = self.root(each)
        closed = frozenset(led | {number})
        if edit is not None:
            self.made[edit] = (new, [line.text for line in gone if line.text])
        return [*left, *([Line(text, closed) for text in new] or [Line("", closed)]), *right]

    def root(self, number: int) -> int:
        while self.above[number] != number:
            number = self.above[number]
        return number

    def edits_of(self, led: frozenset[int]) -> set[tuple[str, int]]:
        return {edit for each in led if (edit := self.edits[each]) is not None}

    def regions(self, file: list[Line]) -> list[tuple[int, int, set[tuple[str, int]]]]:
        """(start, end, edits): connected changes, joined once more where their ranges overlap in this version."""
        hulls: dict[int, tuple[int, int]] = {}
        place = 0
        for line in file:
            size = 1 if line.text else 0
            live = [each for each in line.led if self.live[each]]
            if live:
                name = self.root(live[0])
                low, high = hulls.get(name, (place, place))
                hulls[name] = (min(low, place), max(high, place + size))
            place += size
        members: dict[int, set[tuple[str, int]]] = {}
        for number, edit in enumerate(self.edits):
            if edit is not None:
                members.setdefault(self.root(number), set()).add(edit)
        joined: list[tuple[int, int, set[tuple[str, int]]]] = []
        for name, (start, end) in sorted(hulls.items(), key=lambda item: (item[1][0], -item[1][1])):
            if joined:
                a, b, edits = joined[-1]
                if (a < start < b or a == b == start) if start == end else start < b:
                    joined[-1] = (a, max(b, end), edits | members[name])
                    continue
            joined.append((start, end, members[name]))
        return joined


def _split(file: list[Line], start: int, end: int) -> tuple[list[Line], list[Line], list[Line]]:
    """Before, in between, after. Scars at the edge of lines stay outside; where there are no lines between, they are between."""
    places: list[int] = []
    at = 0
    for line in file:
        places.append(at)
        at += 1 if line.text else 0
    gone = [
        index
        for index, line in enumerate(file)
        if (
            start <= places[index] < end
            if line.text
            else (start < places[index] < end or start == end == places[index])
        )
    ]
    if gone:
        return file[: gone[0]], [file[index] for index in gone], file[gone[-1] + 1 :]
    cut = next((index for index, place in enumerate(places) if place >= start), len(file))
    return file[:cut], [], file[cut:]


def texts(file: list[Line]) -> list[str]:
    return [line.text for line in file if line.text]


def content(file: list[Line]) -> bytes:
    return "".join(texts(file)).encode()


class Tip:
    """A commit as both see it."""

    def __init__(self, name: str, files: dict[str, list[Line]], state: State) -> None:
        self.name = name
        self.files = files
        self.state = state


class Simulation:
    def __init__(self, seed: int, *, files: int = 2, lines: int = 8) -> None:
        self.random = random.Random(seed)
        self.oracle = Oracle()
        self.lineage = Lineage()
        self.count = 0
        self.entry = 0
        self.commits = 0
        self.told: list[str] = []
        self.names: dict[int, str] = {}  # line number → its text
        self.there: dict[str, int] = {}  # text → number, at the commit checked last
        names = [f"{chr(97 + number)}.txt" for number in range(files)]
        first = {name: [Line(text, frozenset()) for text in self.fresh(lines)] for name in names}
        self.tip = Tip("c0", first, {})
        self._tell(Tip("", {}, {}), first, {}, [], {})
        self.undo: dict[str, tuple[int, int, list[str]]] = {}

    def fresh(self, number: int) -> list[str]:
        self.count += number
        return [f"<{each}>\n" for each in range(self.count - number, self.count)]

    def commit(
        self,
        *,
        session: str | None = "s",
        edits: list[tuple[str, int, int, list[str]]] = (),  # type: ignore[assignment]
        person: list[tuple[str, int, int, list[str]]] = (),  # type: ignore[assignment]
        rename: dict[str, str] | None = None,
    ) -> None:
        """The edits of a session (None: nobody recorded them), then what a person changed, then renames."""
        self.told.append(f"commit({session!r}, {list(edits)}, {list(person)}, {rename})")
        start = self.tip
        files = dict(start.files)
        steps: list[Step] = []
        for name, low, high, new in edits:
            key = None
            old = texts(files[name])
            if session is not None:
                self.entry += 1
                key = (session, self.entry)
                steps.append(_step(session, self.entry, name, old, low, high, new))
            files[name] = self.oracle.change(files[name], low, high, new, key)
        for name, low, high, new in person:
            files[name] = self.oracle.change(files[name], low, high, new, None)
        for old_name, new_name in (rename or {}).items():
            files[new_name] = files.pop(old_name)
        self._tell(start, files, {new: old for old, new in (rename or {}).items()}, steps, {})

    def merge(self, one: Tip, other: Tip, files: dict[str, list[Line]]) -> None:
        """`files`: what the merge of the two has."""
        self.told.append("merge")
        sides: dict[str, list[Side]] = {}
        for name, file in files.items():
            if name in other.state and name in other.files:
                hunks = tuple(tuple(span) for span in diff_spans(content(other.files[name]), content(file)))
                sides[name] = [Side(other.state[name], hunks)]  # type: ignore[arg-type]
        self._tell(one, files, {}, [], sides)

    def _tell(
        self,
        start: Tip,
        files: dict[str, list[Line]],
        renamed: dict[str, str],
        steps: list[Step],
        sides: dict[str, list[Side]],
    ) -> None:
        name = f"c{self.commits}"
        self.commits += 1
        base = {path: Blob(content(file), REGULAR) for path, file in start.files.items()}
        blobs = {git_blob_id(blob.content): blob.content for blob in base.values()}
        recorder = Recorder()
        replay = Replay(base.get, blobs.get, recorder=recorder, diff=diff_spans)
        replay.run(steps)
        seen: dict[str, Versions] = {}
        for path, file in files.items():
            source = renamed.get(path, path)
            old = base[source].content if source in base else None
            new = content(file)
            if old != new or source != path:
                judge(replay, Changed(path, source, old, new, REGULAR, REGULAR), seen=seen)
        found = edit_events.early(replay, seen, recorder.taken())
        edits, ways = edit_events.events(_commit(name), [], recorder.actions, found, [])
        told = {trail.file for trail in ways}
        ways += tuple(
            trails.plain(path, path, content(start.files[path]), content(files[path]), ())
            for path in sides
            if path not in told and path in start.files
        )
        state = dict(start.state)
        advance(self.lineage, name, state, ways, edits, sides)
        self.tip = Tip(name, files, state)

    # Random histories

    def grow(self) -> None:
        """One more commit of any kind."""
        roll = self.random.random()
        if roll < 0.1:
            path = self.random.choice(sorted(self.tip.files))
            self.commit(session=None, rename={path: f"r{self.commits}.txt"})
        elif roll < 0.35:
            path = self.random.choice(sorted(self.tip.files))
            self.commit(session=None, person=[self._change(path, texts(self.tip.files[path]))])
        elif roll < 0.5:
            self._branches()
        else:
            self._session()

    def _session(self, within: tuple[int, int] | None = None) -> None:
        files = {path: texts(file) for path, file in self.tip.files.items()}
        edits: list[tuple[str, int, int, list[str]]] = []
        for _ in range(self.random.randint(1, 4)):
            path = self.random.choice(sorted(files))
            last = self.undo.get(path)
            change = self._change(path, files[path])
            if last and self.random.random() < 0.4 and files[path][last[0] : last[1]] and last[1] <= len(files[path]):
                change = (path, *last)
            _, low, high, new = change
            self.undo[path] = (low, low + len(new), files[path][low:high])
            files[path] = [*files[path][:low], *new, *files[path][high:]]
            edits.append(change)
        person = []
        if self.random.random() < 0.25:
            path = self.random.choice(sorted(files))
            person = [self._change(path, files[path])]
        self.undo = {path: each for path, each in self.undo.items() if not any(path == one[0] for one in person)}
        self.commit(session=f"s{self.random.randint(1, 4)}", edits=edits, person=person)

    def _change(self, path: str, lines: list[str]) -> tuple[str, int, int, list[str]]:
        low = self.random.randint(0, len(lines))
        high = min(len(lines), low + self.random.choice((0, 1, 1, 2, 3)))
        new = self.fresh(self.random.choice((0, 1, 1, 2, 3)))
        if low == high and not new:
            new = self.fresh(1)
        if low == 0 and high == len(lines) and not new:
            new = self.fresh(2)
        self.undo.pop(path, None)
        return path, low, high, new

    def _branches(self) -> None:
        """Two branches that change the two halves of one file, and their merge."""
        path = max(sorted(self.tip.files), key=lambda each: len(texts(self.tip.files[each])))
        fork = self.tip
        whole = texts(fork.files[path])
        if len(whole) < 8:
            return
        middle = len(whole) // 2
        self.undo.clear()
        tips = []
        for low, high in ((0, middle - 1), (middle + 1, len(whole))):
            self.tip = fork
            for number in range(self.random.randint(1, 2)):
                size = len(texts(self.tip.files[path])) - len(whole)
                start = self.random.randint(low, max(low, high + size - 1))
                end = min(high + size, start + self.random.choice((0, 1, 2)))
                new = self.fresh(self.random.choice((0, 1, 2)) or (1 if start == end else 0))
                who = self.random.choice(("s1", "s5", None))
                self.commit(session=who, edits=[(path, start, max(start, end), new)])
                del number
            tips.append(self.tip)
        one, other = tips
        keep = whole[middle]
        files = dict(one.files)
        left, right = one.files[path], other.files[path]
        cut_left = next(index for index, line in enumerate(left) if line.text == keep)
        cut_right = next(index for index, line in enumerate(right) if line.text == keep)
        files[path] = [*left[:cut_left], *right[cut_right:]]
        self.merge(one, other, files)

    # What must agree

    def check(self) -> None:
        for path, file in self.tip.files.items():
            version = self.tip.state[path]
            assert version.length == len(texts(file)), self.why(path)
            numbers = version.numbers()
            assert len(set(numbers)) == len(numbers), self.why(path)
            lines = [line for line in file if line.text]
            for line, number in zip(lines, numbers, strict=True):
                assert self.names.setdefault(number, line.text) == line.text, self.why(path)
                assert line.text not in self.there or self.there[line.text] == number, self.why(path)
            for place, line in enumerate(lines):
                mine = self._edits(version.head(place))
                assert mine == (want := self.oracle.edits_of(line.led)), f"{mine} {want} " + self.why(path, place)

        self.there = {
            text: number
            for path, file in self.tip.files.items()
            for text, number in zip(texts(file), self.tip.state[path].numbers(), strict=True)
        }
        self._check_regions()
        self._check_survival()

    def _check_regions(self) -> None:
        found = regions(self.lineage, {path: self.tip.state[path] for path in self.tip.files}, lost=False)
        mine = [
            (each.file, each.start_line - 1, each.end_line, {(one.edit.session, one.edit.entry) for one in each.edits})
            for each in found
        ]
        want = [
            (path, *region) for path, file in sorted(self.tip.files.items()) for region in self.oracle.regions(file)
        ]
        assert mine == want, f"{mine}\n{want}\n" + self.why("")

    def _check_survival(self) -> None:
        there = {line.text for file in self.tip.files.values() for line in file}
        survival = Survival(self.lineage, self.tip.state.values(), range(len(self.lineage.nodes)))
        for number, edit in enumerate(self.lineage.edits):
            new, old = self.oracle.made[edit.session, edit.entry]
            fate = survival.fate(number)
            alive = [text for text in new if text in there]
            back = [text for text in old if text in there]
            why = f"{edit.session} {edit.entry} {fate} {new} {old} " + self.why("")
            if new:
                assert (fate.state == "alive") == (len(alive) == len(new)), why
                assert not alive or fate.state in ("alive", "transformed"), why
                assert (not old or alive or len(back) < len(old)) or fate.state == "reverted", why
            else:
                assert (fate.state == "alive") == (not back), why
            assert (fate.commit == "") == (fate.state == "alive") or not edit.committed, why

    def _edits(self, *heads: int) -> set[tuple[str, int]]:
        nodes = self.lineage.ancestors(heads)
        edits = [
            self.lineage.edits[self.lineage.nodes[node].edit] for node in nodes if self.lineage.nodes[node].edit >= 0
        ]
        return {(each.session, each.entry) for each in edits}

    def why(self, path: str, place: int = -1) -> str:
        return f"{path}:{place}\n" + "\n".join(self.told)


def _step(session: str, entry: int, path: str, old: list[str], low: int, high: int, new: list[str]) -> Step:
    operation: Operation
    if low < high:
        operation = Replace(path, "".join(old[low:high]), "".join(new))
    elif low:
        operation = Replace(path, old[low - 1], old[low - 1] + "".join(new))
    elif old:
        operation = Replace(path, old[0], "".join(new) + old[0])
    else:
        raise AssertionError("nothing to hold on to")
    observed = Observed(operation, f"call-{entry}", "applied")
    return Step(
        (observed,), path, "", path, Origin("agent", session, entry, 1), "claude-code", call=f"call-{entry}", at=""
    )


def _commit(name: str) -> Commit:
    return Commit(name, "", (), "", "", 0, "", "", 0, 0, "")
