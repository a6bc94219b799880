"""`git traj sessions` against real git: who came before whom in the same lines, and what became of the edits."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.workshop import Workshop

ONE, TWO, THREE = (f"{n}{n}{n}{n}{n}{n}{n}{n}-2222-4333-8444-555555555555" for n in (1, 2, 3))


@pytest.fixture(scope="module")
def shop(lasting: Workshop) -> Workshop:
    """One writes ten lines, a person moves the file, Two changes a line of them on a branch, Three writes elsewhere; then all is merged."""
    one = lasting.claude(ONE)
    one.say("Write the table")
    one.write("table.txt", "".join(f"row {n}\n" for n in range(10)))
    one.edit("table.txt", "row 3\n", "row three\n")
    one.run("git add -A && git commit -qm Table")
    lasting.git("mv", "table.txt", "rows.txt")
    lasting.git("commit", "-qm", "Rename")
    lasting.git("checkout", "-qb", "side")
    two = lasting.claude(TWO, start=1_700_010_000)
    two.say("Spell it out")
    two.edit("rows.txt", "row 7\n", "row seven\n")
    two.run("git commit -qam Seven")
    lasting.git("checkout", "-q", "main")
    three = lasting.claude(THREE, start=1_700_020_000)
    three.say("Something else")
    three.write("other.txt", "other\n")
    three.run("git add -A && git commit -qm Other")
    lasting.git("merge", "-qm", "Merge", "side")
    return lasting


def sessions(shop: Workshop) -> dict[str, dict[str, Any]]:
    found = shop.json("sessions")["sessions"]
    assert [each["start"] for each in found] == sorted(each["start"] for each in found)
    return {each["session"]: each for each in found}


def test_each_session_knows_who_was_there_before_it(shop: Workshop) -> None:
    found = sessions(shop)
    assert list(found) == [ONE, TWO, THREE]
    before = [(each["prior_sessions_same_repo"], each["prior_sessions_same_region"]) for each in found.values()]
    assert before == [(0, 0), (1, 1), (2, 0)]
    assert found[ONE]["session_reopened_within_s"] == pytest.approx(10_000, abs=60)
    assert found[THREE]["session_reopened_within_s"] is None
    assert [each["edits"] for each in found.values()] == [2, 1, 1] and found[ONE]["files"] == 1
    assert found[ONE]["commits"] == [shop.out("rev-parse", "main~2^{/Table}")]
    assert (
        found[ONE]["agent"] == "claude-code"
        and found[ONE]["model"] == "claude-scripted-1"
        and found[ONE]["prompts"] == 1
    )


def test_what_became_of_the_edits_is_told_as_of_head(shop: Workshop) -> None:
    found = sessions(shop)
    assert found[ONE]["survival"] == {"alive": 1, "transformed": 1, "moved": 0, "reverted": 0, "lost": 0}
    assert found[TWO]["survival"]["alive"] == found[THREE]["survival"]["alive"] == 1
    shop.git("checkout", "-q", "side~1")
    try:
        back = sessions(shop)
    finally:
        shop.git("checkout", "-q", "main")
    assert back[ONE]["survival"]["alive"] == 1 and sum(back[TWO]["survival"].values()) == 0
    assert back[TWO]["edits"] == 1 and back[TWO]["prior_sessions_same_region"] == 1
    assert sessions(shop) == found


def test_the_page_names_session_agent_and_fates(shop: Workshop) -> None:
    page = shop.out("traj", "sessions")
    assert "22222222  claude-code" in page and "1 commit, 1 edit in 1 file" in page
    assert "alive 1, transformed 1" in page and "after 1 session, 1 of them in the same lines" in page


def test_a_repository_without_notes_says_so(tmp_path: Path, hermetic_seal: Path) -> None:
    shop = Workshop(tmp_path, hermetic_seal).start(init=False)
    assert shop.json("sessions") == {"sessions": []}
    done = shop.git("traj", "sessions")
    assert done.stdout == "" and "no session is in the notes" in done.stderr


def test_results_that_are_gone_damaged_or_of_another_time_are_worked_out_again(shop: Workshop) -> None:
    def answers() -> tuple[Any, Any, Any]:
        return shop.json("sessions"), shop.json("regions"), shop.json("regions", "rows.txt")

    first = answers()
    assert [each for each in first[1]["regions"] if each["file"] == "rows.txt"] == first[2]["regions"]
    path = shop.repo / ".git" / "gittraj" / "results.db"
    sound = path.read_bytes()
    for content in (b"", b"no database" * 100, sound[: len(sound) // 2], bytes(byte ^ 1 for byte in sound)):
        path.write_bytes(content)
        assert answers() == first
    path.unlink()
    assert answers() == first and path.is_file()
    tip = shop.out("rev-parse", "refs/notes/traj")
    shop.git("notes", "--ref=traj", "remove", shop.out("rev-parse", "side"))
    assert [each["session"] for each in shop.json("sessions")["sessions"]] == [ONE, THREE]
    assert {name for each in shop.json("regions")["regions"] for name in each["sessions"]} == {ONE, THREE}
    shop.git("update-ref", "refs/notes/traj", tip)
    assert answers() == first
