"""What a long session costs: each of its commits stores its own segment, once, however long the session was before."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from gittraj.codec import framing
from tests.support.note_hands import note
from tests.support.workshop import Workshop

COMMITS = 10
SOME = 4000  # characters of each prompt and each file


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def text(number: int) -> str:
    """Lines that stand nowhere else and that nothing can compress into those of another."""
    chance = random.Random(number)
    return "\n".join(f"part {number:02d} {chance.getrandbits(200):050x}" for _ in range(SOME // 58)) + "\n"


def test_a_session_of_many_commits_stores_every_turn_once(shop: Workshop) -> None:
    claude = shop.claude()
    notes: list[bytes] = []
    objects = [0]
    raw: list[int] = []
    for number in range(COMMITS):
        claude.say(f"Prompt {number:02d}\n{text(number)}")
        claude.write(f"part{number:02d}.txt", text(number + 1000))
        assert claude.run(f"git add -A && git commit -qm 'Part {number}'").returncode == 0
        notes.append(note(shop, shop.out("rev-parse", "HEAD")))
        objects.append(len(shop.out("rev-list", "--objects", "refs/notes/traj").splitlines()))
        raw.append(claude.path.stat().st_size)
    assert raw[-1] > 0.9 * COMMITS * raw[0]  # the agent's own file holds all of it
    sizes = [len(each) for each in notes]
    assert max(sizes) < 1.1 * min(sizes) and sum(sizes) < raw[-1]
    assert {after - before for before, after in pairwise(objects)} <= {3, 4}  # blob, trees, commit
    for number in range(COMMITS):
        holders = [one for one in notes if f"Prompt {number:02d}\n".encode() in one]
        assert len(holders) == 1 and holders[0] is notes[number]
        assert sum(each.count(text(number + 1000).splitlines()[0].encode()) for each in notes) == 1
    for each in notes:
        assert [item.kind for item in framing.read(each).items] == ["statement", "body"]
    found = shop.json("verify", "--all")
    assert found["ok"] is True and [one["status"] for one in found["commits"]].count("verified") == COMMITS
