"""Laws of the edit criterion: an agent is simulated with files of its own; replay must come to its bytes and know who wrote each line."""

from hashlib import sha256

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gittraj.model.operation import Delete, Move, Operation, Replace, Write
from gittraj.model.report import CLASSES
from gittraj.replay.steps import Event
from tests.replay.worlds import World, step

PATHS = ("a", "b", "dir/c", "dir/d")
ENDS = ("\n", "\r\n")
LAWS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Simulator:
    """Files as lists of lines; every line is unique, so that who wrote it can be told from its text alone."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.number = 0
        self.writer: dict[str, str] = {}
        self.end = draw(st.sampled_from(ENDS))
        self.files = {path: self.lines("base", 4) for path in PATHS[:3]}
        self.base = {path: self.content(path) for path in self.files}

    def lines(self, who: str, most: int) -> list[str]:
        count = self.draw(st.integers(1, most))
        made = []
        for _ in range(count):
            self.number += 1
            made.append(f"line {self.number} – ü {sha256(str(self.number).encode()).hexdigest()[:8]}")
            self.writer[made[-1]] = who
        return made

    def content(self, path: str) -> str:
        return "".join(line + self.end for line in self.files[path])

    def act(self) -> Event | None:
        path = self.draw(st.sampled_from(PATHS))
        kind = self.draw(
            st.sampled_from(("write", "replace", "replace", "replace", "delete", "move", "failed", "human"))
        )
        there = path in self.files
        operation: Operation
        if kind == "write" or (kind in ("replace", "failed") and not there):
            before = self.content(path).replace("\r\n", "\n") if there else ""
            kept = self.files.get(path, [])[: self.draw(st.integers(0, 3))]
            self.files[path] = [*kept, *self.lines("agent", 3)]
            operation = Write(path, self.content(path))
            return step(operation, evidence="state", before=before)
        if kind == "failed":
            return step(Replace(path, "no such text", "x"), state="failed")
        if kind in ("replace", "human") and there:
            lines = self.files[path]
            start = self.draw(st.integers(0, len(lines) - 1))
            stop = self.draw(st.integers(start + 1, min(len(lines), start + 2)))
            before = self.content(path)
            old = "".join(line + self.end for line in lines[start:stop])
            lines[start:stop] = self.lines("agent" if kind == "replace" else "unexplained", 2)
            if kind == "human":
                return None
            new = self.content(path)[len(before[: before.index(old)]) :]
            new = new[: len(new) - (len(before) - before.index(old) - len(old))]
            return step(
                Replace(path, old.replace("\r\n", "\n"), new.replace("\r\n", "\n")), before=before.replace("\r\n", "\n")
            )
        if kind == "delete" and there:
            del self.files[path]
            return step(Delete(path))
        if kind == "move" and there:
            to = self.draw(st.sampled_from(PATHS))
            if to not in self.files:
                self.files[to] = self.files.pop(path)
                return step(Move(path, to))
        return None

    def finish(self, world: World) -> None:
        """What a person changed last is seen by nobody: a last edit of each file records the state."""
        for path in list(self.files):
            before = self.content(path)
            self.files[path] += self.lines("agent", 1)
            last = before.rsplit(self.end, 2)[-2] + self.end if self.end in before else ""
            fresh = self.files[path][-1] + self.end
            given_old, given_new = last.replace("\r\n", "\n"), (last + fresh).replace("\r\n", "\n")
            world.run(step(Replace(path, given_old, given_new), before=before.replace("\r\n", "\n")))


@st.composite
def histories(draw: st.DrawFn) -> tuple[World, Simulator]:
    simulator = Simulator(draw)
    world = World({path: content.encode() for path, content in simulator.base.items()})
    for _ in range(draw(st.integers(1, 12))):
        event = simulator.act()
        if event is not None:
            world.run(event)
    simulator.finish(world)
    return world, simulator


def committed(simulator: Simulator) -> dict[str, bytes | None]:
    files: dict[str, bytes | None] = {}
    for path in PATHS:
        content = simulator.content(path).encode() if path in simulator.files else None
        base = simulator.base[path].encode() if path in simulator.base else None
        if content != base:
            files[path] = content
    return files


@given(histories())
@LAWS
def test_replay_comes_to_the_bytes_and_knows_who_wrote_each_line(history: tuple[World, Simulator]) -> None:
    world, simulator = history
    files = committed(simulator)
    found = world.commit(files)
    for path, content in files.items():
        assert world.replay.files.at(path).now.content == content
        base = set(simulator.base.get(path, "").split(simulator.end)[:-1])
        now = set(simulator.files.get(path, []))
        added = dict.fromkeys(CLASSES, 0)
        for line in now - base:
            who = simulator.writer[line]
            added["agent" if who == "base" else who] += 1  # a base line that moved here, with its file
        assert {name: each.added for name, each in found[path].coverage.items()} == added
        assert sum(each.removed for each in found[path].coverage.values()) == len(base - now)


@given(histories(), st.data())
@LAWS
def test_a_changed_byte_is_reported_in_the_right_file(history: tuple[World, Simulator], data: st.DataObject) -> None:
    world, simulator = history
    files = committed(simulator)
    changed = sorted(path for path, content in files.items() if content)
    assume(changed)
    path = data.draw(st.sampled_from(changed))
    content = files[path] or b""
    at = data.draw(st.integers(0, len(content) - 1))
    files[path] = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    base = simulator.base.get(path)
    if base is not None and files[path] == base.encode():
        return
    found = world.commit(files)
    assert found.status != "reproducible"
    assert {name for name, file in found.files.items() if file.status not in ("match", "untraced")} == {path}
    assert found[path].difference is not None
    assert found[path].coverage["unexplained"].added >= 1


@given(histories())
@LAWS
def test_coverage_always_sums_to_the_lines_of_the_diff(history: tuple[World, Simulator]) -> None:
    world, simulator = history
    files = committed(simulator)
    found = world.commit(files)
    for path, content in files.items():
        spans = world.replay.files.spans(simulator.base.get(path, "").encode(), content or b"")
        coverage = found[path].coverage.values()
        assert sum(each.added for each in coverage) == sum(span.new_end - span.new_start for span in spans)
        assert sum(each.removed for each in coverage) == sum(span.old_end - span.old_start for span in spans)
        ranges = found[path].ranges
        assert sum(each.end - each.start + 1 for each in ranges) == sum(each.added for each in coverage)
