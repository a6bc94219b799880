"""The hook and `git traj attach` against real git and a scripted agent: who gets a trace, and which part of the session."""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def records(shop: Workshop, rev: str = "HEAD") -> list[dict[str, Any]]:
    return [statement["record"] for statement in shop.json("show", rev)["statements"]]


def test_a_commit_by_the_agent_gets_its_session_with_the_commit_call_still_open(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Round half to even, please.")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    done = claude.run("git add -A && git commit -qm 'Round half to even'")
    assert done.returncode == 0 and done.stderr == ""
    (record,) = records(shop)
    types = [entry["type"] for entry in record["session"]["entries"]]
    assert types == ["user", "tool-call", "tool-result", "tool-call"]
    assert shop.json("verify", "HEAD")["commits"][0]["status"] == "verified"


def test_a_person_commits_what_the_agent_edited_and_the_session_is_found(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Round half to even, do not commit.")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    claude.answer("Done.")
    shop.git("commit", "-qam", "Round half to even")
    (record,) = records(shop)
    assert len(record["session"]["entries"]) == 4


def test_a_persons_own_commit_stays_clean_even_with_a_session_around(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("What does this do?")
    claude.tool("Read", {"file_path": str(shop.repo / "money.py")}, "1\tdef half(x):")
    claude.answer("It halves.")
    (shop.repo / "money.py").write_text("def half(x):\n    return x // 2\n")
    done = shop.git("commit", "-qam", "By hand")
    assert shop.noted() == [] and done.stderr == ""


def test_an_edit_that_the_person_threw_away_is_no_evidence(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Round, please.")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    shop.git("checkout", "-q", "money.py")
    (shop.repo / "money.py").write_text("def half(x):\n    return x * 0.5\n")
    shop.git("commit", "-qam", "By hand")
    assert shop.noted() == []


def test_a_session_over_three_commits_becomes_consecutive_linked_segments(shop: Workshop) -> None:
    claude = shop.claude()
    for number in range(3):
        claude.say(f"Step {number}")
        claude.write(f"f{number}.txt", f"content {number}\n")
        claude.run(f"git add -A && git commit -qm 'Step {number}'")
    seen = [records(shop, f"HEAD~{2 - number}")[0] for number in range(3)]
    segments = [record["gittraj"]["segment"] for record in seen]
    assert [segment["index"] for segment in segments] == [0, 1, 2]
    assert segments[0]["first"] == 0 and segments[0]["prev"] is None
    for before, after in pairwise(segments):
        assert after["first"] == before["last"] + 1
    digests = [shop.json("show", f"HEAD~{2 - number}")["statements"][0]["digest"] for number in range(3)]
    assert [segment["prev"] for segment in segments[1:]] == digests[:2]
    ranges = [record["gittraj"]["source"]["byte-range"] for record in seen]
    assert ranges[0][0] == 0 and ranges[1][0] == ranges[0][1] and ranges[2][0] == ranges[1][1]
    assert shop.json("verify", "--all")["ok"] is True


def test_two_sessions_in_one_commit_give_two_statements(shop: Workshop) -> None:
    one, two = shop.claude(), shop.claude("99999999-2222-4333-8444-555555555555")
    one.say("a")
    one.write("a.txt", "by the first session\n")
    two.say("b")
    two.write("b.txt", "by the second session\n")
    two.run("git add -A && git commit -qm 'Both'")
    found = {record["session"]["session-id"] for record in records(shop)}
    assert found == {one.session, two.session}


def test_two_commits_in_one_shell_call_both_get_the_session(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Two commits.")
    claude.write("a.txt", "first file\n")
    claude.write("b.txt", "second file\n")
    claude.run("git add a.txt && git commit -qm A && git add b.txt && git commit -qm B")
    assert len(shop.noted()) == 2
    assert shop.json("verify", "--all")["ok"] is True


def test_a_commit_without_the_hook_is_caught_up_by_the_next_one(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("First")
    claude.write("a.txt", "first file\n")
    claude.run(
        "git add -A && git -c core.hooksPath=/dev/null commit -qm A",
        env={"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"},
    )
    assert shop.noted() == []
    claude.say("Second")
    claude.write("b.txt", "second file\n")
    claude.run("git add -A && git commit -qm B", env={"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"})
    assert len(shop.noted()) == 2
    first, second = records(shop, "HEAD~1")[0], records(shop)[0]
    assert [e["content"] for e in first["session"]["entries"] if e["type"] == "user"] == ["First"]
    assert [e["content"] for e in second["session"]["entries"] if e["type"] == "user"] == ["Second"]


def test_attach_by_hand_takes_a_session_file_from_anywhere(shop: Workshop, tmp_path: Path) -> None:
    claude = shop.claude()
    claude.say("Hello")
    claude.answer("World", thinking="hm")
    elsewhere = tmp_path / "copy.jsonl"
    elsewhere.write_bytes(claude.path.read_bytes())
    claude.path.unlink()
    shop.git("traj", "attach", "HEAD", "--session", str(elsewhere))
    (record,) = records(shop)
    assert [entry["type"] for entry in record["session"]["entries"]] == ["user", "reasoning", "assistant"]
    again = shop.git("traj", "attach", "HEAD", "--session", str(elsewhere), check=False)
    assert again.returncode == 0 and len(records(shop)) == 1


@pytest.mark.parametrize("quiet", ["", "-q"])
def test_a_session_given_by_name_leaves_to_the_next_commit_what_is_its(shop: Workshop, quiet: str) -> None:
    claude = shop.claude()
    for number in range(2):
        claude.say(f"Step {number}")
        claude.write(f"f{number}.txt", f"content {number}\n")
        claude.run(f"git add -A && git commit {quiet} -m 'Step {number}'",
                   env={"GITTRAJ": "0", "GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"})  # fmt: skip
    claude.answer("Done.")
    shop.git("traj", "attach", "HEAD~1", "--session", str(claude.path))
    shop.git("traj", "attach", "HEAD", "--session", str(claude.path))
    asked = [
        [e["content"] for e in records(shop, rev)[0]["session"]["entries"] if e["type"] == "user"]
        for rev in ("HEAD~1", "HEAD")
    ]
    assert asked == [["Step 0"], ["Step 1"]]
    done = shop.git("traj", "attach", "HEAD~2", "--session", str(claude.path), check=False)
    assert done.returncode == 1 and "nothing new since its last segment" in done.stderr


def test_attach_without_anything_that_fits_says_so_and_exits_1(shop: Workshop) -> None:
    done = shop.git("traj", "attach", "HEAD", check=False)
    assert done.returncode == 1 and "no session was found" in done.stderr and shop.noted() == []


def test_the_rest_of_the_turn_goes_to_the_next_commit_or_is_finished_by_hand(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Do it")
    claude.write("a.txt", "first file\n")
    claude.run("git add -A && git commit -qm A")
    claude.answer("All done, have a nice day.")
    shop.git("traj", "finish")
    last = records(shop)[-1]
    texts = [entry.get("content") for record in records(shop) for entry in record["session"]["entries"]]
    assert "All done, have a nice day." in texts
    assert shop.json("verify", "HEAD")["commits"][0]["status"] == "verified", last


def test_a_deleted_local_state_is_rebuilt_from_the_notes(shop: Workshop) -> None:
    import shutil

    claude = shop.claude()
    claude.say("One")
    claude.write("a.txt", "first file\n")
    claude.run("git add -A && git commit -qm A")
    shutil.rmtree(shop.repo / ".git" / "gittraj" / "sessions")
    (shop.repo / ".git" / "gittraj" / "notes-tip").unlink(missing_ok=True)
    claude.say("Two")
    claude.write("b.txt", "second file\n")
    claude.run("git add -A && git commit -qm B")
    segment = records(shop)[0]["gittraj"]["segment"]
    assert segment["index"] == 1 and segment["prev"] == shop.json("show", "HEAD~1")["statements"][0]["digest"]
    assert [e["content"] for e in records(shop)[0]["session"]["entries"] if e["type"] == "user"] == ["Two"]


def test_the_hook_can_be_switched_off_for_one_commit(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("One")
    claude.write("a.txt", "first file\n")
    claude.run("git add -A && GITTRAJ=0 git commit -qm A")
    assert shop.noted() == []


def test_a_worktree_finds_its_own_sessions(shop: Workshop) -> None:
    from tests.support.scripted_claude import ScriptedClaude

    other = shop.repo.parent / "other"
    shop.git("worktree", "add", "-q", str(other))
    claude = ScriptedClaude(other, shop.home, "77777777-2222-4333-8444-555555555555")
    claude.around = dict(shop.env)
    claude.say("One")
    claude.write("a.txt", "first file\n")
    claude.run("git add -A && git commit -qm A")
    assert len(shop.noted()) == 1
    assert os.path.isdir(shop.repo / ".git" / "gittraj")


def test_a_file_that_the_sessions_shell_plainly_wrote_is_evidence(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Delegate")
    claude.tool("Bash", {"command": "printf 'x\\n' > made.txt"}, "")
    (shop.repo / "made.txt").write_text("x\n")
    shop.git("add", ".")
    shop.git("commit", "-qm", "What the shell wrote")
    assert len(shop.noted()) == 1


def test_a_resumed_session_in_a_new_file_does_not_bring_its_copied_part_again(shop: Workshop) -> None:
    from tests.support.scripted_claude import ScriptedClaude

    first = shop.claude()
    first.say("One")
    first.write("a.txt", "first file\n")
    first.run("git add -A && git commit -qm A")
    fork = ScriptedClaude(shop.repo, shop.home, "55555555-2222-4333-8444-555555555555", start=first.clock)
    fork.around = dict(shop.env)
    fork.path.write_text(first.path.read_text().replace(first.session, fork.session))
    fork.say("Two")
    fork.write("b.txt", "second file\n")
    fork.run("git add -A && git commit -qm B")
    (record,) = records(shop)
    assert record["session"]["session-id"] == fork.session and record["gittraj"]["segment"]["index"] == 0
    assert [e["content"] for e in record["session"]["entries"] if e["type"] == "user"] == ["Two"]
    assert shop.json("verify", "--all")["ok"] is True


def test_a_hook_that_runs_twice_for_one_commit_attaches_once(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("One")
    claude.write("a.txt", "first file\n")
    claude.run("git add -A && git commit -qm A && git traj hook post-commit")
    assert len(records(shop)) == 1


def test_attaching_can_be_switched_off_for_a_repository(shop: Workshop) -> None:
    shop.git("config", "gittraj.attach", "false")
    claude = shop.claude()
    claude.say("One")
    claude.write("a.txt", "first file\n")
    claude.run("git add -A && git commit -qm A")
    assert shop.noted() == []


def test_a_session_started_in_one_worktree_that_commits_in_another_is_found_by_its_id(shop: Workshop) -> None:
    other = shop.repo.parent / "other"
    shop.git("worktree", "add", "-q", str(other))
    claude = shop.claude()
    claude.say("Work in the other worktree")
    claude.write("../other/a.txt", "first file\n")
    claude.run(f"cd {other} && git add -A && git commit -qm A")
    (record,) = records(shop, "other")
    assert record["session"]["session-id"] == claude.session
