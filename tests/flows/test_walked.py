"""What was kept of the walk never changes an answer: whatever happens to history and notes, it is that of a walk from the first commit on."""

from pathlib import Path
from typing import Any

import pytest

from gittraj.flows import walked
from gittraj.flows.follow import edits_of
from gittraj.flows.regions import regions
from gittraj.flows.sessions import sessions
from gittraj.flows.wiring import open_house
from gittraj.store import index_file, walk_file
from tests.support.walk_machine import WalkMachine

STEPS = 14


def answers(machine: WalkMachine) -> list[Any]:
    """Everything that can be asked of HEAD, and of another commit."""
    place = str(machine.repo.path)
    (machine.repo.path / ".git/gittraj/results.db").unlink(missing_ok=True)
    found: list[Any] = [sessions(place)] if len(machine.told) % 2 else [edits_of(open_house(place))]
    whole = regions(directory=place)
    found += [whole, sessions(place)]
    for path, lines in sorted(machine.files[machine.head].items()):
        found.append(regions(path, directory=place))
        if lines:
            found.append(regions(f"{path}:1-{min(3, len(lines))}", directory=place))
    found += [regions(None, old, directory=place) for old in list(machine.files)[-3:-1]]
    found.append(edits_of(open_house(place)))
    brief = regions(directory=place, limit=2)
    assert brief.regions[:2] == whole.regions[:2] and len(brief.regions) == len(whole.regions)
    assert brief.half_lives == {kind: whole.half_lives[kind] for kind in brief.half_lives}
    return found


def fresh(machine: WalkMachine, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The same where nothing is read of what was kept, and nothing is kept."""
    with monkeypatch.context() as patch:
        patch.setattr(walk_file, "reading", lambda common: None)
        patch.setattr(walked, "_keep", lambda *words: None)
        return answers(machine)


def told(machine: WalkMachine, seed: int) -> str:
    return f"seed {seed}: {', '.join(machine.told)}"


@pytest.mark.parametrize("seed", range(6))
def test_after_each_step_of_a_random_history_the_answers_are_those_of_a_fresh_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    machine = WalkMachine(tmp_path / "work", seed)
    for _ in range(STEPS):
        machine.step()
        if machine.chance.random() < 0.7:
            assert answers(machine) == fresh(machine, monkeypatch), told(machine, seed)
    common = open_house(str(machine.repo.path)).repository.common_dir
    assert answers(machine) == fresh(machine, monkeypatch), told(machine, seed)
    last = answers(machine)
    with index_file.alone(common):
        index_file.discard(index_file.location(common))
    assert answers(machine) == last, told(machine, seed)
