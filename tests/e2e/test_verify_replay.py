"""`git traj verify` joins signature and replay: what the recorded edits give and how much they explain, against real git."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def verdict(shop: Workshop, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.json("verify", *options, check=False)["commits"][0]
    return found


def results(found: dict[str, Any]) -> dict[str, str]:
    return {name: check["result"] for name, check in found["checks"].items()}


def mixed(shop: Workshop) -> None:
    """An agent writes three lines, a person changes one of them and commits."""
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\ntwo\nthree\n")
    (shop.repo / "a.txt").write_text("one\nZWEI\nthree\n")
    shop.git("add", ".")
    shop.git("commit", "-qm", "Mixed")


def test_a_commit_that_replay_gives_exactly_passes_edits_and_coverage(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    claude.run("git add -A && git commit -qm 'Round'")
    found = verdict(shop, "--strict", "--min-coverage", "100")
    assert found["status"] == "verified"
    assert results(found) | {"edits": "pass", "coverage": "pass"} == results(found)
    assert found["checks"]["coverage"]["detail"] == "100%"
    done = shop.git("traj", "verify", "--strict", "--min-coverage", "100")
    assert "invariants edits coverage" in done.stdout


def test_what_a_person_changed_is_told_and_decides_where_that_is_asked_for(shop: Workshop) -> None:
    mixed(shop)
    found = verdict(shop)
    assert found["status"] == "verified" and results(found)["edits"] == "fail"
    assert found["checks"]["coverage"] == {"result": "pass", "detail": "66%"}
    told = shop.git("traj", "verify").stdout
    assert 'edits: a.txt differs at line 2 (replayed "two", committed "ZWEI")' in told and "coverage: 66%" in told
    strict = shop.git("traj", "verify", "--strict", check=False)
    assert strict.returncode == 1 and "failed: edits: a.txt differs" in strict.stdout
    assert shop.git("traj", "verify", "--min-coverage", "66").returncode == 0
    short = shop.git("traj", "verify", "--min-coverage", "67", check=False)
    assert short.returncode == 1 and "coverage: 66% < 67%" in short.stdout


def test_a_file_that_no_trace_mentions_counts_against_coverage(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    (shop.repo / "b.txt").write_text("".join(f"{number}\n" for number in range(9)))
    claude.run("git add -A && git commit -qm 'Both'")
    found = verdict(shop, "--min-coverage", "50")
    assert found["status"] == "failed" and found["reason"] == "coverage: 10% < 50%"


def test_a_trace_without_operations_is_not_passed_by_strict(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Look around, then commit what I did")
    (shop.repo / "a.txt").write_text("mine\n")
    claude.run("git add -A && git commit -qm 'Mine'")
    assert verdict(shop)["status"] == "verified" and results(verdict(shop))["edits"] == "skip"
    assert verdict(shop, "--strict")["status"] == "failed"


def test_a_trace_that_is_not_good_is_not_replayed(shop: Workshop) -> None:
    mixed(shop)
    trace = shop.out("rev-parse", f"refs/notes/traj:{shop.out('rev-parse', 'HEAD')}")
    shop.git("commit", "-q", "--allow-empty", "-m", "Another", env={"GITTRAJ": "0"})
    shop.git("notes", "--ref=traj", "add", "-f", "-C", trace, "HEAD")
    found = verdict(shop)
    assert found["status"] == "failed" and found["reason"].startswith("binding: ")
    assert set(results(found).values()) == {"skip"}


def test_a_percentage_above_a_hundred_is_a_mistake(shop: Workshop) -> None:
    for given in ("101", "-1", "many"):
        assert shop.git("traj", "verify", "--min-coverage", given, check=False).returncode == 2


def test_the_record_tells_who_wrote_which_lines_and_verify_holds_it_against_replay(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("left.txt", "first\n")
    claude.write("a.txt", "one\ntwo\nthree\n")
    (shop.repo / "a.txt").write_text("one\nZWEI\nthree\n")
    claude.run("git add a.txt && git commit -qm 'Mixed'")
    claude.run("echo second >> left.txt && git add -A && git commit -qm 'What was left'")
    (mixed_up,), (left,) = (shop.json("show", rev)["statements"] for rev in ("HEAD~1", "HEAD"))

    def ranges(statement: dict[str, Any]) -> list[tuple[str, str, int, int]]:
        return [
            (file["path"], each["contributor"]["type"], found["start-line"], found["end-line"])
            for file in statement["record"]["file-attribution"]["files"]
            for each in file["conversations"]
            for found in each["ranges"]
        ]

    assert ranges(mixed_up) == [("a.txt", "ai", 1, 1), ("a.txt", "ai", 3, 3), ("a.txt", "unknown", 2, 2)]
    assert ranges(left) == [("left.txt", "ai", 1, 2)]
    for rev, count in (("HEAD~1", "3 ranges"), ("HEAD", "1 range")):
        assert verdict(shop, rev)["checks"]["attribution"] == {"result": "pass", "detail": count}
