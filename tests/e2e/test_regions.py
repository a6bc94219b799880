"""`git traj regions` and `git traj log -L` against real git, real notes and scripted sessions."""

from pathlib import Path
from typing import Any

import pytest

from gittraj.errors import GitTrajError, UsageError
from gittraj.flows import regions as flow
from tests.support.workshop import Workshop

TEN = "".join(f"line {number}\n" for number in range(1, 11))
ONE = "11111111-2222-4333-8444-555555555555"
TWO = "22222222-2222-4333-8444-555555555555"


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    shop = Workshop(tmp_path, hermetic_seal).start()
    (shop.repo / "ten.txt").write_text(TEN)
    shop.git("add", ".")
    shop.git("commit", "-qm", "Ten lines")
    return shop


def regions(shop: Workshop, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.json("regions", *arguments)["regions"]
    return found


def brief(found: list[dict[str, Any]]) -> list[tuple[int, int, int, int, str | None]]:
    return [
        (each["start_line"], each["end_line"], len(each["edits"]), len(each["sessions"]), each["convergence"])
        for each in found
    ]


def two_sessions(shop: Workshop) -> None:
    first = shop.claude(ONE)
    first.say("Name the fifth line")
    first.edit("ten.txt", "line 5\nline 6\n", "five\nsix\nand a half\n")
    first.edit("ten.txt", "line 9\n", "nine\n")
    first.run("git commit -qam 'Words'")
    second = shop.claude(TWO, start=1_700_010_000)
    second.say("Back to figures")
    second.edit("ten.txt", "line 1\n", "one\nline 1\n")
    second.edit("ten.txt", "six\nand a half\n", "6\n")
    second.run("git commit -qam 'Figures'")


def test_a_region_is_what_the_edits_of_two_sessions_overlap(shop: Workshop) -> None:
    two_sessions(shop)
    head = shop.out("rev-parse", "HEAD")
    whole = shop.json("regions", "ten.txt")
    found = whole["regions"]
    assert brief(found) == [(1, 1, 1, 1, None), (6, 7, 2, 2, "converging"), (10, 10, 1, 1, None)]
    edits = found[1]["edits"]
    assert [(each["start_line"], each["end_line"], each["session"]) for each in edits] == [(5, 7, ONE), (7, 7, TWO)]
    assert [(each["survival"], each["ended_by"]) for each in edits] == [("transformed", head), ("alive", None)]
    assert found[1]["re_edit_count"] == 1 and whole["region_re_edit_count"] == 1
    (one,) = regions(shop, "ten.txt:7-7")  # a range has the edits of its lines only
    assert (one["start_line"], one["end_line"]) == (7, 7) and one["sessions"] == [ONE, TWO]
    (other,) = regions(shop, "ten.txt:2-4")
    assert other["edits"] == [] and other["convergence"] is None
    (before,) = regions(shop, "ten.txt:6-7", "HEAD~1")
    assert before["sessions"] == [ONE]
    steps = shop.json("log", "-L", "7,7:ten.txt")["regions"][0]["edits"]
    assert [each["changes"] for each in steps] == [
        [{"before": "line 5\nline 6\n", "after": "five\nsix\nand a half\n"}],
        [{"before": "six\nand a half\n", "after": "6\n"}],
    ]
    page = shop.git("traj", "log", "-L", "7,7:ten.txt").stdout
    assert "- line 6" in page and "+ 6" in page and "2 edits in 2 sessions, converging" in page
    done = shop.git("traj", "regions", "ten.txt")
    assert "2 sessions, 4 edits, 3 regions" in done.stdout and "1 ▅▁▁▁▁██▁▁▅▁ 11" in done.stdout
    assert "git traj log -L 6,7:ten.txt" in done.stderr
    assert "ten.txt:6–7" in shop.git("traj", "regions").stdout
    for arguments in (("regions", "nowhere.txt"), ("regions", "ten.txt:50-60"), ("log", "-L", "x:ten.txt")):
        bad = shop.git("traj", *arguments, check=False)
        assert bad.returncode in (1, 2) and bad.stdout == "" and "Traceback" not in bad.stderr
    shop.git("commit", "-q", "--amend", "-m", "Figures, reworded")
    again = regions(shop, "ten.txt")  # a rewritten commit carries them
    assert brief(again) == brief(found) and again[0]["edits"][0]["commit"] == shop.out("rev-parse", "HEAD")


def test_code_that_comes_back_to_what_it_was_oscillates_and_its_edit_is_reverted(shop: Workshop) -> None:
    claude = shop.claude(ONE)
    claude.say("Go")
    claude.edit("ten.txt", "line 5\n", "five\n")
    claude.run("git commit -qam 'Five'")
    first = shop.out("rev-parse", "HEAD")
    shop.git("revert", "--no-edit", first)
    (one,) = regions(shop, "ten.txt")
    assert [(each["survival"], each["ended_by"]) for each in one["edits"]] == [
        ("reverted", shop.out("rev-parse", "HEAD"))
    ]
    again = shop.claude(TWO, start=1_700_010_000)
    again.say("Again")
    again.edit("ten.txt", "line 5\n", "cinq\n")
    again.edit("ten.txt", "cinq\n", "line 5\n")
    again.edit("ten.txt", "line 9\n", "nine\n")
    again.run("git commit -qam 'Nine'")
    found = regions(shop, "ten.txt:5-5")[0]
    assert [each["committed"] for each in found["edits"]] == [True, False, False]
    assert found["convergence"] == "oscillating" and found["sessions"] == [ONE, TWO]


def test_regions_follow_a_file_that_is_renamed_and_a_branch_that_is_merged(shop: Workshop) -> None:
    claude = shop.claude(ONE)
    claude.say("Go")
    claude.edit("ten.txt", "line 5\n", "five\n")
    claude.run("git commit -qam 'Five'")
    shop.git("checkout", "-qb", "side")
    (shop.repo / "ten.txt").write_text((shop.repo / "ten.txt").read_text() + "line 11\n")
    shop.git("commit", "-qam", "By hand")
    side = shop.claude(TWO, start=1_700_010_000)
    side.say("Side")
    side.edit("ten.txt", "line 9\n", "nine\n")
    side.run("git commit -qam 'Nine'")
    shop.git("checkout", "-q", "-")
    shop.git("mv", "ten.txt", "numbers.txt")
    shop.git("commit", "-qm", "Rename")
    shop.git("merge", "-q", "--no-edit", "side")
    assert brief(regions(shop, "numbers.txt")) == [(5, 5, 1, 1, None), (9, 9, 1, 1, None)]
    assert {each["survival"] for one in regions(shop) for each in one["edits"]} == {"alive"}


def test_lines_that_are_gone_are_said_to_be_gone(shop: Workshop) -> None:
    claude = shop.claude(ONE)
    claude.say("Go")
    claude.write("new.txt", "a\nb\n")
    claude.edit("ten.txt", "line 5\n", "five\n")
    claude.run("git add . && git commit -qm 'New'")
    shop.git("rm", "-q", "new.txt")
    (shop.repo / "ten.txt").write_text(TEN.replace("line 5\n", ""))
    shop.git("commit", "-qam", "Away with it")
    found = {each["file"]: each for each in regions(shop)}
    assert found["new.txt"]["gone"] and found["new.txt"]["edits"][0]["survival"] == "reverted"
    assert found["ten.txt"]["gone"] and found["ten.txt"]["edits"][0]["survival"] == "lost"
    assert "(gone)" in shop.git("traj", "regions").stdout


def test_a_repository_without_notes_has_no_regions(shop: Workshop) -> None:
    assert regions(shop) == [] and "no recorded edits" in shop.git("traj", "regions").stdout


def test_places_are_read_as_files_first_and_what_is_no_place_is_told(shop: Workshop) -> None:
    (shop.repo / "odd").mkdir()
    (shop.repo / "odd" / "a:3-4").write_text("one\ntwo\n")
    (shop.repo / "bin.dat").write_bytes(b"a\0b\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "Odd names")
    here = str(shop.repo)
    assert flow.regions("odd/a:3-4", directory=here).sizes == {}  # a file, whose name ends like lines
    assert flow.regions("odd/a:3-4:1-2", directory=here).sizes == {"odd/a:3-4": 2}
    assert flow.regions("odd", directory=here).regions == ()
    assert flow.regions("bin.dat:1-1", directory=here).regions[0].edits == ()
    for place, words in {
        "odd/a:1-2": "no such file",
        "money.py:2-": "lines are told as FILE:A-B",
        "money.py:-2": "lines are told as FILE:A-B",
        "money.py:1-9999999999": "lines are told as FILE:A-B",
        "money.py:\u00b2-3": "no such file",
        "money.py:3-2": "counted from 1",
        "money.py:0": "counted from 1",
        "money.py:90-95": "has 2 lines",
        "../elsewhere": "outside of the repository",
    }.items():
        with pytest.raises(GitTrajError, match=words):
            flow.regions(place, directory=here)
    for place in ("\u00b2,3:money.py", "1,+0:money.py", "1,9999999999:money.py", "x:money.py", "1,2:", "1,2"):
        with pytest.raises(UsageError):
            flow.chain(place, directory=here)
