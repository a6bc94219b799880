"""Files that no commit has yet: what an agent met of them is kept where a later commit may have them, and nowhere else."""

from pathlib import Path

import pytest

from tests.support.workshop import Workshop

SECRET = "a line of a person, which is long enough to say something"


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def rewritten(shop: Workshop, name: str) -> None:
    """A person's file that is not tracked; an agent writes it anew as a whole, and commits another file first."""
    claude = shop.claude()
    claude.say("Go")
    (shop.repo / name).write_text(f"{SECRET}\nanother line\n")
    claude.write(name, f"{SECRET}\nwhat the agent put in there\n")
    claude.write("a.txt", "one\n")
    claude.run("git add a.txt && git commit -qm A")
    claude.run("git add -A && git commit -q --allow-empty -m B")


def test_a_line_that_a_person_had_in_an_untracked_file_stays_the_persons_in_the_next_commit(shop: Workshop) -> None:
    rewritten(shop, "draft.txt")
    found = shop.json("replay", "HEAD", "--lines", check=False)["commits"][0]
    (file,) = [file for file in found["files"] if file["path"] == "draft.txt"]
    assert [(each["start"], each["class"]) for each in file["ranges"]] == [(1, "unexplained"), (2, "agent")]
    assert shop.json("replay", "HEAD~1")["commits"][0]["status"] == "reproducible"


@pytest.mark.parametrize(("name", "kept"), [("draft.txt", True), ("notes.private", False)])
def test_what_an_agent_met_of_an_ignored_file_is_not_kept(shop: Workshop, name: str, kept: bool) -> None:
    (shop.repo / ".git/info/exclude").write_text("*.private\n")
    rewritten(shop, name)
    told = shop.out("traj", "show", "HEAD~1", "--json")
    assert SECRET in told  # what the agent wrote itself
    assert ("another line" in shop.out("traj", "show", "HEAD~1", "--diag")) is kept
