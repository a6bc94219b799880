"""`git traj replay` against real git and a scripted agent; among them every verdict that the only rival gets wrong."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gittraj.cli.replay_shape import report
from gittraj.cli.replay_told import Shown
from tests.support.repo_builder import Repo
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop

CLASSES = ("agent", "shell", "human", "formatter", "merge", "unexplained")


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def verdict(shop: Workshop, rev: str = "HEAD", *options: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.json("replay", rev, *options, check=False)["commits"][0]
    return found


def lines(found: dict[str, Any], path: str) -> dict[str, tuple[int, int]]:
    """Class → (added, removed) of a file, without empty ones; checks that the sums are right."""
    file = next(each for each in found["files"] if each["path"] == path)
    coverage = file["coverage"]
    for side in ("added", "removed"):
        assert coverage["total"][side] == sum(coverage[name][side] for name in CLASSES)
    return {
        name: (coverage[name]["added"], coverage[name]["removed"]) for name in CLASSES if any(coverage[name].values())
    }


def status(found: dict[str, Any]) -> dict[str, str]:
    return {file["path"]: file["status"] for file in found["files"]}


def test_a_commit_of_the_agent_is_reproducible(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Round half to even, please.")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    claude.write("notes.txt", "done\n")
    claude.run("git add -A && git commit -qm 'Round half to even'")
    found = verdict(shop)
    assert found["status"] == "reproducible" and status(found) == {"money.py": "match", "notes.txt": "match"}
    assert lines(found, "money.py") == {"agent": (1, 1)} and lines(found, "notes.txt") == {"agent": (1, 0)}
    assert found["coverage"]["total"] == {"added": 2, "removed": 1} == found["coverage"]["agent"]
    done = shop.git("traj", "replay")
    assert "reproducible" in done.stdout and done.stderr == ""


def test_the_line_that_a_person_changed_before_the_commit_is_unexplained(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\ntwo\nthree\n")
    (shop.repo / "a.txt").write_text("one\nZWEI\nthree\n")
    shop.git("add", ".")
    shop.git("commit", "-qm", "Mixed")
    found = verdict(shop)
    assert found["status"] == "partial" and status(found) == {"a.txt": "mismatch"}
    assert lines(found, "a.txt") == {"agent": (2, 0), "unexplained": (1, 0)}
    difference = found["files"][0]["difference"]
    assert difference == {"line": 2, "replayed": ["two\n"], "committed": ["ZWEI\n"]}
    done = shop.git("traj", "replay", "--lines", check=False)
    assert done.returncode == 1 and "ZWEI" in done.stdout and "66%" in done.stdout


def test_a_root_commit_is_replayed_from_nothing(tmp_path: Path, hermetic_seal: Path) -> None:
    shop = Workshop(tmp_path, hermetic_seal)
    shop.repo.mkdir(parents=True)
    shop.git("init", "-q")
    shop.git("traj", "init")
    claude = shop.claude()
    claude.say("Begin")
    claude.write("a.txt", "one\n")
    claude.run("git add -A && git commit -qm Root")
    found = verdict(shop)
    assert found["status"] == "reproducible" and lines(found, "a.txt") == {"agent": (1, 0)}


# The rival's verdict errors


def test_a_failed_edit_is_not_applied(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("money.py", "x / 2", "x // 2")
    edit = {"file_path": str(shop.repo / "money.py"), "old_string": "x // 2", "new_string": "boom"}
    claude.tool("Edit", edit, "String to replace not found in file.", error=True)
    claude.run("git commit -qam Halve")
    assert verdict(shop)["status"] == "reproducible"


def test_a_multi_edit_counts(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    path = shop.repo / "money.py"
    edits = [{"old_string": "half", "new_string": "halve"}, {"old_string": "x / 2", "new_string": "x // 2"}]
    claude.tool("MultiEdit", {"file_path": str(path), "edits": edits}, "Applied 2 edits")
    path.write_text("def halve(x):\n    return x // 2\n")
    claude.run("git commit -qam Halve")
    found = verdict(shop)
    assert found["status"] == "reproducible" and lines(found, "money.py") == {"agent": (2, 2)}


def test_a_session_over_two_commits_is_judged_commit_by_commit(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    claude.write("b.txt", "left for later\n")
    claude.run("git add a.txt && git commit -qm A")
    claude.edit("a.txt", "one", "1")
    claude.run("git add -A && git commit -qm B")
    found = shop.json("replay", "HEAD~2..")
    assert [each["status"] for each in found["commits"]] == ["reproducible", "reproducible"] and found["ok"] is True
    second = found["commits"][0]
    assert lines(second, "a.txt") == {"agent": (1, 1)} and lines(second, "b.txt") == {"agent": (1, 0)}
    assert verdict(shop)["status"] == "reproducible"  # alone, too: the first commit is replayed for what it left


def test_an_agent_in_a_sub_directory_is_judged_by_the_same_files(shop: Workshop) -> None:
    (shop.repo / "sub").mkdir()
    (shop.repo / "sub" / "a.py").write_text("one\n")
    (shop.repo / "a.py").write_text("other\n")
    shop.git("add", ".")
    shop.git("commit", "-qm", "Before")
    claude = ScriptedClaude(shop.repo / "sub", shop.home)
    claude.around = dict(shop.env)
    claude.say("Go")
    claude.edit("a.py", "one", "two")
    (shop.repo / "sub" / "b.py").write_text("tampered\n")
    claude.tool("Write", {"file_path": "b.py", "content": "as written\n"}, "File created")
    claude.run("git add -A . && git commit -qm Sub")
    found = verdict(shop)
    assert status(found) == {"sub/a.py": "match", "sub/b.py": "mismatch"} and found["status"] == "partial"


def test_an_extra_file_that_is_not_in_the_trace_counts(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    (shop.repo / "extra.txt").write_text("by somebody\n")
    claude.run("git add -A && git commit -qm A")
    found = verdict(shop)
    assert found["status"] == "partial" and status(found)["extra.txt"] == "untraced"
    assert lines(found, "extra.txt") == {"unexplained": (1, 0)}


def test_a_file_that_the_shell_wrote_is_an_operation(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.run("printf 'x\\ny\\n' > made.txt && sed -i 's/half/halve/' money.py")
    claude.run("git add -A && git commit -qm Shell")
    found = verdict(shop)
    assert found["status"] == "reproducible"
    assert lines(found, "made.txt") == {"shell": (2, 0)} and lines(found, "money.py") == {"shell": (1, 1)}


def test_an_edit_whose_old_text_is_missing_is_never_skipped_in_silence(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("money.py", "x / 2", "x // 2")
    edit = {"file_path": str(shop.repo / "money.py"), "old_string": "not there", "new_string": "boom"}
    claude.tool("Edit", edit, "The file has been updated.")
    claude.run("git commit -qam Halve")
    found = verdict(shop)
    assert found["status"] == "partial" and status(found) == {"money.py": "unverifiable"}


def test_bytes_that_are_no_text_never_compare_equal_by_accident(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "caf\ufffd\n")
    (shop.repo / "a.txt").write_bytes(b"caf\xe9\n")
    claude.run("git add -A && git commit -qm A")
    found = verdict(shop)
    assert status(found) == {"a.txt": "mismatch"} and found["status"] == "not_reproducible"


# Sessions, commits and worktrees


def test_a_tampered_commit_with_the_note_of_the_true_one_is_not_replayed(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    claude.run("git add -A && git commit -qm A")
    true = shop.out("rev-parse", "HEAD")
    (shop.repo / "a.txt").write_text("two\n")
    shop.git("commit", "-qa", "--amend", "-m", "A", env={"GITTRAJ": "0"})
    shop.git("notes", "--ref=traj", "copy", "-f", true, "HEAD")
    found = verdict(shop)
    assert found["status"] == "no_trace" and "binding" in found["notes"][0]
    assert shop.git("traj", "replay", check=False).returncode == 1
    forced = verdict(shop, "HEAD", "--unchecked")
    assert forced["status"] == "not_reproducible" and status(forced) == {"a.txt": "mismatch"}


def test_a_commit_without_a_trace_says_so_and_in_a_range_it_is_no_failure(shop: Workshop) -> None:
    found = verdict(shop)
    assert found["status"] == "no_trace" and lines(found, "money.py") == {"unexplained": (2, 0)}
    assert shop.git("traj", "replay", check=False).returncode == 1
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    claude.run("git add -A && git commit -qm A")
    shop.git("commit", "-q", "--allow-empty", "-m", "By hand")
    done = shop.git("traj", "replay", "HEAD~2..")
    assert "2 commits: 1 reproducible, 1 no trace." in done.stdout


def test_a_clone_elsewhere_comes_to_the_same_verdict(shop: Workshop, tmp_path: Path) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("money.py", "x / 2", "x // 2")
    claude.write("deep/er/a.txt", "one\n")
    claude.run("printf 'x\\n' > \"$PWD/made.txt\" && git add -A && git commit -qm A")
    other = tmp_path / "elsewhere" / "audit"
    shop.git("clone", "-q", str(shop.repo), str(other), cwd=tmp_path)
    shop.git("fetch", "-q", "origin", "refs/notes/traj:refs/notes/traj", cwd=other)
    found = json.loads(shop.git("traj", "replay", "--json", cwd=other).stdout)["commits"][0]
    assert found["status"] == "reproducible" and found["operations"] == verdict(shop)["operations"]


def test_two_sessions_in_one_commit_meet_in_the_order_of_their_times(shop: Workshop) -> None:
    one = shop.claude()
    two = shop.claude("99999999-2222-4333-8444-555555555555", start=1_700_000_100)
    one.say("a")
    one.write("a.txt", "one\ntwo\n")
    two.say("b")
    two.edit("a.txt", "two", "zwei")
    two.run("git add -A && git commit -qm Both")
    found = verdict(shop, "HEAD", "--lines")
    assert found["status"] == "reproducible"
    assert [each["session"] for each in found["files"][0]["ranges"]] == [one.session, two.session]


def test_the_rest_of_a_turn_that_is_finished_later_does_not_touch_the_verdict(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    claude.run("git add -A && git commit -qm A")
    claude.edit("a.txt", "one", "later")
    shop.git("traj", "finish")
    assert verdict(shop)["status"] == "reproducible"
    shop.git("add", "-A")
    shop.git("commit", "-qm", "What was left", env={"GITTRAJ": "0"})
    assert verdict(shop, "HEAD~1")["status"] == "reproducible"


def test_a_part_that_was_staged_by_hand_is_no_mismatch(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    shop.git("rm", "-q", "--cached", "money.py")
    claude.write("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n")
    claude.run("git add -A && git commit -qm A")
    claude.edit("a.txt", "2\n", "two\n")
    claude.edit("a.txt", "8\n", "eight\n")
    shop.git("update-index", "--cacheinfo", f"100644,{blob(shop, '1 two 3 4 5 6 7 8 9')},a.txt")
    shop.git("commit", "-qm", "The first half")
    shop.git("commit", "-qam", "The second half")
    second, first = shop.json("replay", "HEAD~2..", check=False)["commits"]
    assert first["files"][0]["status"] == "match" and lines(first, "a.txt") == {"agent": (1, 1)}
    assert first["status"] == "partial"  # undoing the other half by hand would have given the same bytes
    if second["status"] != "no_trace":
        assert lines(second, "a.txt") == {"agent": (1, 1)}


def blob(shop: Workshop, words: str) -> str:
    path = shop.repo.parent / "content"
    path.write_text("".join(f"{word}\n" for word in words.split()))
    return shop.out("hash-object", "-w", str(path))


def test_a_rename_is_counted_as_git_counts_it(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.run("git mv money.py cents.py")
    claude.run("git commit -qam Renamed")
    found = verdict(shop)
    assert status(found) == {"cents.py": "match"} and found["files"][0]["old_path"] == "money.py"
    assert found["coverage"]["total"] == {"added": 0, "removed": 0} and found["status"] == "reproducible"


def test_a_merge_is_not_the_agents_work(shop: Workshop) -> None:
    shop.git("checkout", "-qb", "side")
    (shop.repo / "side.txt").write_text("side\n")
    shop.git("add", ".")
    shop.git("commit", "-qm", "Side")
    shop.git("checkout", "-q", "main")
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    claude.run("git add -A && git commit -qm A")
    claude.write("b.txt", "two\n")
    claude.run("git merge -q --no-commit side; git add -A && git commit -qm Merge")
    found = verdict(shop)
    assert lines(found, "side.txt") == {"merge": (1, 0)} and lines(found, "b.txt") == {"agent": (1, 0)}
    assert found["status"] == "reproducible"


def test_a_hostile_trace_changes_nothing_outside_of_memory(shop: Workshop, tmp_path: Path) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    for path in (
        "/etc/passwd",
        "../../evil",
        str(shop.repo / ".git" / "config"),
        str(tmp_path / "evil"),
        "\x1b[31m/red",
    ):
        claude.tool("Write", {"file_path": path, "content": "evil"}, "File created")
    claude.tool("Bash", {"command": f"echo evil > {tmp_path}/evil; rm -rf {shop.repo}/.git"}, "")
    claude.run("git add -A && git commit -qm A")
    before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*") if path.is_file())
    found = verdict(shop)
    assert found["status"] == "reproducible"
    assert {file["status"] for file in found["files"]} == {"match", "outside_repo"}
    assert sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*") if path.is_file()) == before
    assert not os.path.lexists(tmp_path / "evil") and "\x1b" not in shop.git("traj", "replay").stdout


def test_a_session_file_is_judged_before_it_is_attached(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    claude.run("git add -A && GITTRAJ=0 git commit -qm A")
    assert shop.noted() == []
    found = verdict(shop, "HEAD", "--trace", str(claude.path))
    assert found["status"] == "reproducible" and "nobody has signed" in found["notes"][0]
    (shop.repo / "b.txt").write_text("by hand\n")
    shop.git("add", ".")
    shop.git("commit", "-qm", "B", env={"GITTRAJ": "0"})
    assert verdict(shop, "HEAD", "--trace", str(claude.path))["status"] == "not_reproducible"


def test_mode_bits_submodules_and_binary_files_are_told(shop: Workshop, tmp_path: Path) -> None:
    inner = Repo.init(tmp_path / "inner")
    inner.commit("x", {"x": "x\n"})
    claude = shop.claude()
    claude.say("Go")
    claude.write("run.sh", "#!/bin/sh\n")
    claude.run("chmod +x run.sh")
    shop.git("submodule", "add", "-q", str(inner.path), "inner")
    (shop.repo / "pixel.png").write_bytes(b"\x89PNG\0\0")
    claude.run("git add -A && git commit -qm A")
    found = verdict(shop)
    assert status(found) | {"run.sh": "match"} == status(found) and found["status"] == "partial"
    assert lines(found, "inner") == {"unexplained": (1, 0)} == lines(found, "pixel.png")


def test_wrong_usage_is_said_so(shop: Workshop) -> None:
    assert shop.git("traj", "replay", "HEAD", "--all", check=False).returncode == 2
    assert shop.git("traj", "replay", "--agent", "pi", check=False).returncode == 2
    assert shop.git("traj", "replay", "nowhere", check=False).returncode == 1
    assert shop.git("traj", "replay", "--trace", "/nowhere", check=False).returncode == 1


@pytest.mark.parametrize("count", [3])
def test_the_lines_of_a_commit_are_those_of_git_itself(shop: Workshop, count: int) -> None:
    claude = shop.claude()
    claude.say("Go")
    body = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(6))
    claude.write("a.py", body)
    claude.run("git add -A && git commit -qm A")
    claude.write("a.py", body.replace("def f3", "def new():\n    return 0\n\n\ndef f3").replace("return 5", "return 6"))
    claude.run("git add -A && git commit -qm B")
    for number in range(count - 1):
        rev = f"HEAD~{number}"
        found = verdict(shop, rev)
        told = shop.out("diff", "--numstat", f"{rev}~1", rev).split("\t")[:2]
        assert [str(found["coverage"]["total"][side]) for side in ("added", "removed")] == told


def test_several_processes_come_to_the_same_verdicts(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    from gittraj.flows import replay

    claude = shop.claude()
    claude.say("Go")
    claude.write("later.txt", "left\n")
    for number in range(4):
        claude.write("a.txt", f"{number}\n")
        claude.run(f"git add a.txt && git commit -qm {number}")
    claude.run("git add -A && git commit -qm Last")
    plan = replay.plan(everything=True, directory=str(shop.repo))
    alone = list(replay.replay(plan, lambda verdict: verdict))
    monkeypatch.setattr(replay, "_MANY", 1)
    monkeypatch.setattr(replay, "_PART", 2)
    monkeypatch.setattr(replay, "workers_for", lambda commits, many: 2)
    assert list(replay.replay(plan, lambda verdict: verdict)) == alone
    assert [each.status for each in alone] == ["reproducible"] * 5
    page = shop.out("traj", "replay", "--all", "--json").strip()
    shown = Shown(json=True, ranges=False, brief=True, single=False)
    texts = [told.text for told in replay.replay(plan, shown.told)]
    assert page == report(texts[::-1], ok=True)


def test_all_takes_every_commit_with_a_trace_and_none_of_the_notes_own(shop: Workshop) -> None:
    from gittraj.flows import replay
    from gittraj.flows.heads import sign_head
    from gittraj.flows.wiring import open_house

    claude = shop.claude()
    claude.say("Go")
    for number in range(3):
        claude.write("a.txt", f"{number}\n")
        claude.run(f"git add a.txt && git commit -qm {number}")
    names = shop.out("rev-list", "--reverse", "HEAD").split()[-3:]
    shop.git("checkout", "-q", "--detach", "HEAD~1")  # the last one is now only on its branch
    shop.git("update-ref", "-d", "refs/heads/main")  # and now on none
    sign_head(open_house(str(shop.repo), {**os.environ, **shop.env}))
    noted = {line.split()[1] for line in shop.out("notes", "--ref", "traj", "list").splitlines()}
    assert len(noted) == 4  # the head's is a commit of the notes
    assert replay.plan(everything=True, directory=str(shop.repo)).commits == [names[2], *names[:2]]


def test_a_blob_that_replay_makes_again_is_not_read(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    from gittraj.flows.judge import Judge
    from gittraj.flows.wiring import open_house

    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\ntwo\n")
    claude.write("b.txt", "mine\n")
    (shop.repo / "b.txt").write_text("a person's\n")
    claude.run("git add -A && git commit -qm Work")
    judge = Judge(open_house(str(shop.repo), {**os.environ, **shop.env}))
    read: list[str] = []
    blob = judge.snapshots.repository.blob
    monkeypatch.setattr(judge.snapshots.repository, "blob", lambda oid, **words: read.append(oid) or blob(oid, **words))
    found = judge.commit(judge.snapshots.commit(shop.out("rev-parse", "HEAD").strip()))
    assert {file.path: file.status for file in found.files} == {"a.txt": "match", "b.txt": "mismatch"}
    assert shop.out("rev-parse", "HEAD:a.txt").strip() not in read
    assert shop.out("rev-parse", "HEAD:b.txt").strip() in read


def test_a_shallow_clone_judges_what_it_can(shop: Workshop, tmp_path: Path) -> None:
    claude = shop.claude()
    claude.say("Go")
    for number in range(3):
        claude.write("a.txt", f"{number}\n")
        claude.run(f"git add a.txt && git commit -qm {number}")
    other = tmp_path / "shallow"
    shop.git("clone", "-q", "--depth", "2", f"file://{shop.repo}", str(other), cwd=tmp_path)
    shop.git("fetch", "-q", "origin", "refs/notes/traj:refs/notes/traj", cwd=other)
    found = json.loads(shop.git("traj", "replay", "--all", "--json", cwd=other, check=False).stdout)["commits"]
    assert found[0]["status"] == "reproducible"
    assert all("not in this repository" in each["notes"][0] for each in found[1:])
