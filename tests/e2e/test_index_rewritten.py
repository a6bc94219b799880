"""Rewritten commits in the index: what is told of one whose originals, or their notes, come later is what a new index tells."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    """On `topic` two commits of an agent, `old` the first of them for ever; on `main` one that came meanwhile."""
    shop = Workshop(tmp_path / "here", hermetic_seal).start()
    shop.git("checkout", "-qb", "topic")
    claude = shop.claude()
    for name in ("a.txt", "b.txt"):
        claude.say(f"Write {name}")
        claude.write(name, "".join(f"{name} {number}\n" for number in range(5)))
        claude.run(f"git add -A && git commit -qm '{name}'")
    shop.git("branch", "old")
    shop.git("checkout", "-q", "main")
    (shop.repo / "up.txt").write_text("up\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "Upstream")
    return shop


def told(shop: Workshop, rev: str) -> list[Any]:
    return [
        shop.json("blame", "a.txt", rev)["lines"],
        shop.json("regions", "a.txt", rev)["regions"],
        shop.json("sessions")["sessions"],
    ]


def agree(shop: Workshop, rev: str) -> list[Any]:
    """What is told now, which a new index tells too."""
    now = told(shop, rev)
    shop.git("traj", "index", "--rebuild")
    assert told(shop, rev) == now
    return now


def test_originals_that_come_after_the_commit_that_was_made_of_them(shop: Workshop, tmp_path: Path) -> None:
    olds = shop.out("rev-list", "old", "^main").split()
    shop.git("merge", "-q", "--squash", "topic")
    (shop.repo / "a.txt").write_text("by hand\n" + (shop.repo / "a.txt").read_text())
    shop.git("add", "-A")
    shop.git("commit", "-q", "--no-edit")
    clone = tmp_path / "clone"
    shop.git("clone", "-q", "--no-local", "--single-branch", "-b", "main", f"file://{shop.repo}", str(clone))
    shop.git("fetch", "-q", str(shop.repo), "refs/notes/traj:refs/notes/traj", cwd=clone)
    origin, shop.repo = shop.repo, clone
    assert shop.git("cat-file", "-e", olds[0], check=False).returncode != 0
    agree(shop, "main")
    shop.git("fetch", "-q", str(origin), "old:old")
    agree(shop, "main")


def test_notes_of_originals_that_come_after_a_carry_statement(shop: Workshop) -> None:
    olds = shop.out("rev-list", "old", "^main").split()
    tree, parent = shop.out("rev-parse", "topic^{tree}"), shop.out("rev-parse", "main~1")
    made = shop.out("commit-tree", "-p", parent, "-m", "All of it", tree)
    shop.git("update-ref", "refs/heads/flat", made)
    shop.git("traj", "carry", "--to", "flat")
    tip = shop.out("rev-parse", "refs/notes/traj")
    shop.git("notes", "--ref=traj", "remove", *olds)
    before = agree(shop, "flat")
    assert {line["class"] for line in before[0]} == {"unexplained"}
    shop.git("update-ref", "refs/notes/traj", tip)
    after = agree(shop, "flat")
    assert {line["class"] for line in after[0]} == {"agent"}
    shop.git("notes", "--ref=traj", "remove", *olds)
    assert agree(shop, "flat") == before
