"""`git traj replay --commands` end to end: a scripted agent's session, re-run in a real sandbox."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.real_runs import RealRun
from tests.support.sandboxed import need_sandbox
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start(init=False)


def attach(shop: Workshop, rev: str = "HEAD") -> None:
    shop.git("traj", "init")
    shop.git("traj", "attach", rev)


def commit(claude: ScriptedClaude, command: str) -> None:
    """Run what commits, at the time that the session tells, by an author in another zone."""
    claude.run(
        command,
        env={"GIT_AUTHOR_DATE": f"{claude.clock - 500} +0200", "GIT_COMMITTER_DATE": f"{claude.clock + 1} -0330"},
    )


def commands(shop: Workshop, *options: str, check: bool = True) -> dict[str, dict[str, Any]]:
    found = shop.json("replay", "--commands", *options, check=check)
    return {each["command"]: each for each in found["commits"][0]["commands"]}


def results(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: each["result"] for name, each in found.items()}


def test_a_session_runs_again_to_the_very_same_commit(shop: Workshop) -> None:
    need_sandbox()
    claude = shop.claude()
    claude.say("Round, please")
    claude.run("cat money.py; git status --short; pwd")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    claude.run("git diff; echo oops >&2")
    claude.write("notes/a.txt", "done\n")
    claude.run("sed -i s/done/DONE/ notes/a.txt && cat notes/a.txt && git branch --show-current")
    commit(claude, "git add -A && git commit -m 'Round' && git log -1 --format='%H %an %ae %ad %cd'")
    attach(shop)
    before = snapshot(shop.repo)
    first = shop.json("replay", "--commands")
    (verdict,) = first["commits"]
    assert first["ok"] and [each["result"] for each in verdict["commands"]] == ["pass"] * 4, verdict["commands"]
    assert verdict["status"] == "reproducible" and verdict["commands"][0]["entry"] >= 0
    for _ in range(2):
        assert shop.json("replay", "--commands") == first
    assert snapshot(shop.repo) == before and shop.git("status", "--short").stdout == ""
    done = shop.git("traj", "replay", "--commands")
    assert "commands 4/4" in done.stdout and done.stderr == ""


def test_what_the_agent_did_after_its_commit_runs_on_top_of_it(shop: Workshop) -> None:
    need_sandbox()
    shop.git("traj", "init")
    claude = shop.claude()
    claude.write("a.txt", "one\n")
    commit(claude, "git add -A && git commit -q -m One")  # the hook attaches while this call has no result
    claude.run("git show --stat --format=%s%n%H HEAD; git status --short")
    found = commands(shop)
    assert results(found) == {"git add -A && git commit -q -m One": "skipped"}
    assert "after this record" in next(iter(found.values()))["reason"]
    shop.git("traj", "finish")
    found = commands(shop, check=False)
    assert list(results(found).values())[1:] == ["pass"] and len(found) == 2


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_nothing_of_a_trace_runs_unless_it_is_asked_for(shop: Workshop, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    claude = shop.claude()
    commit(claude, f"touch {mark}; git commit -q --allow-empty -m 'Touch'")
    mark.unlink()
    attach(shop)
    for arguments in (("replay",), ("replay", "--json"), ("replay", "--lines"), ("verify",), ("show",), ("log",)):
        shop.git("traj", *arguments, check=False)
    assert not mark.exists()
    for option in (("--unsafe-no-sandbox",), ("--timeout", "5"), ("--total-timeout", "5")):
        assert shop.git("traj", "replay", *option, check=False).returncode == 2
    assert not mark.exists()


def test_a_trace_that_reaches_out_changes_nothing_outside(shop: Workshop, tmp_path: Path, hermetic_seal: Path) -> None:
    need_sandbox()
    claude = shop.claude()
    (tmp_path / "mine").mkdir()
    (hermetic_seal / "secret").write_text("hunter2\n")
    target = tmp_path / "mine" / "evil"
    claude.write("a.txt", "one\n")
    claude.run(f"echo evil > {target}")
    claude.run(f"ln -s {tmp_path}/mine out && echo evil > out/evil")
    target.unlink()
    claude.write("out/by-edit.txt", "an edit through the link\n")
    (tmp_path / "mine" / "by-edit.txt").unlink()
    claude.run(
        f"setsid sh -c 'while :; do date +%N > beat; sleep 0.05; done' >/dev/null 2>&1 & echo $! >{tmp_path}/pid"
    )
    os.kill(int((tmp_path / "pid").read_text()), 9)
    claude.run(f"cat {hermetic_seal}/secret")
    commit(claude, "rm -rf out beat; git add -A; git commit -q -m Reach")
    attach(shop)
    found = commands(shop, check=False)
    assert list(results(found).values())[:2] == ["differs", "differs"]
    assert not target.exists() and list((tmp_path / "mine").iterdir()) == []
    read = next(each for name, each in found.items() if "secret" in name)
    assert read["result"] == "differs" and "hunter2" not in str(read.get("difference", {}).get("replayed"))


def test_hooks_filters_and_settings_of_the_repository_never_run(shop: Workshop, tmp_path: Path) -> None:
    need_sandbox()
    claude = shop.claude()
    mark = tmp_path / "mark"
    (shop.repo / ".gitattributes").write_text("*.txt filter=evil diff=evil\n")
    shop.git("add", ".")
    shop.git("commit", "-qm", "Attributes")
    claude.write("a.txt", "one\n")
    commit(claude, "git add -A; git commit -q -m Text; git status --short; git show --stat --format=%s")
    attach(shop)
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    for key in ("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.fsmonitor", "diff.evil.textconv", "core.sshCommand",
                "core.editor", "uploadpack.packObjectsHook", "core.alternateRefsCommand"):  # fmt: skip
        shop.git("config", key, str(script))
    for hook in ("post-checkout", "pre-commit", "post-commit", "reference-transaction", "post-index-change"):
        shutil.copy(script, shop.repo / ".git" / "hooks" / hook)
    mark.unlink(missing_ok=True)
    assert list(results(commands(shop)).values()) == ["pass"] and not mark.exists()


def test_a_command_that_differs_is_told_with_its_cause_and_never_passes(shop: Workshop) -> None:
    need_sandbox()
    claude = shop.claude()
    claude.write("a.txt", "one\n")
    claude.tool("Bash", {"command": "echo same; echo took 0.01s"}, "same\ntook 0.02s")
    claude.tool("Bash", {"command": "echo true"}, "false", error=False)
    claude.tool("Bash", {"command": "printf '\\033[31mred\\n'"}, "\x1b[2Jblue", error=False)
    claude.tool("Bash", {"command": "sleep 30"}, "", error=False)
    claude.tool("Bash", {"command": "cat big", "run_in_background": True}, "Command running in background with ID: b1")
    commit(claude, "git add -A; git commit -q -m Differs")
    attach(shop)
    found = shop.json("replay", "--commands", "--timeout", "2", check=False)
    assert not found["ok"] and found["commits"][0]["status"] == "reproducible"
    told = [(each["result"], each["diagnosis"]) for each in found["commits"][0]["commands"]]
    assert told == [
        ("differs", "duration"),
        ("differs", None),
        ("differs", None),
        ("timeout", None),
        ("skipped", None),
        ("pass", None),
    ]
    assert found["commits"][0]["commands"][1]["difference"] == {"line": 1, "recorded": "false", "replayed": "true"}
    done = shop.git("traj", "replay", "--commands", "--timeout", "2", check=False)
    assert done.returncode == 1 and "\x1b" not in done.stdout
    assert "commands 1/6" in done.stdout and "3 differ" in done.stdout and "1 took too long" in done.stdout


def test_the_time_for_all_commands_is_bounded(shop: Workshop) -> None:
    need_sandbox()
    claude = shop.claude()
    claude.write("a.txt", "one\n")
    for number in range(3):
        claude.tool("Bash", {"command": f"sleep 20; echo {number}"}, str(number))
    commit(claude, "git add -A; git commit -q -m Slow")
    attach(shop)
    found = commands(shop, "--total-timeout", "1", check=False)
    assert list(results(found).values()) == ["timeout"] * 4


def test_without_bubblewrap_it_refuses_and_says_what_to_do(shop: Workshop, tmp_path: Path) -> None:
    claude = shop.claude()
    claude.write("a.txt", "one\n")
    commit(claude, "cat a.txt; git add -A; git commit -q -m One")
    attach(shop)
    for tool in ("git", "ssh-keygen", "bash", "sh", "python3", "env"):
        os.symlink(shutil.which(tool) or "", shop.bin / tool)
    alone = {"PATH": str(shop.bin)}
    done = shop.git("traj", "replay", "--commands", check=False, env=alone)
    assert done.returncode == 1 and done.stdout == ""
    assert (
        "bubblewrap" in done.stderr and "apt install bubblewrap" in done.stderr and "--unsafe-no-sandbox" in done.stderr
    )
    told = shop.git("traj", "replay", "--commands", "--unsafe-no-sandbox", "--json", env=alone)
    assert json.loads(told.stdout)["commits"][0]["commands"][0]["result"] == "pass"


def test_commits_in_between_and_what_was_left_are_there_when_commands_run(shop: Workshop) -> None:
    need_sandbox()
    claude = shop.claude()
    claude.write("a.txt", "one\n")
    claude.write("b.txt", "bee\n")
    commit(claude, "git add a.txt; git commit -q -m One; git status --short")
    claude.run("git log --format=%s; cat b.txt")
    (shop.repo / "c.txt").write_text("by hand\n")
    shop.git("add", "c.txt")
    shop.git("commit", "-qm", "By hand", env={"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"})
    claude.clock += 2
    claude.run("git log --format=%s; ls")
    commit(claude, "git add -A; git commit -q -m Two; git log -1 --format=%H")
    shop.git("traj", "init")
    shop.git("traj", "attach", "HEAD~2")
    shop.git("traj", "attach", "HEAD")
    for revision, count in (("HEAD~2", 1), ("HEAD", 3)):
        found = shop.json("replay", "--commands", revision, check=False)["commits"][0]["commands"]
        assert [each["result"] for each in found] == ["pass"] * count, found


@pytest.mark.shared
@pytest.mark.parametrize(("name", "steady"), [("pi-refactor", 4), ("codex-human-mix", 3), ("opencode-refactor", 4)])
def test_commits_of_real_clients_come_out_as_the_very_same(
    tmp_path: Path, hermetic_seal: Path, shared: Path, name: str, steady: int
) -> None:
    need_sandbox()
    run = RealRun(shared / "real" / name, tmp_path, hermetic_seal)
    run.bring_store()
    run.shop.git("traj", "init")
    run.shop.git("traj", "attach", "HEAD")
    found = commands(run.shop, check=False)
    made = [each["result"] for text, each in found.items() if "git commit" in text]
    assert made == ["pass"]  # its output names the commit
    assert list(results(found).values()).count("pass") >= steady
    assert all(each["diagnosis"] == "duration" for each in found.values() if each["result"] == "differs")


def test_a_killed_run_leaves_no_process_and_the_next_one_takes_its_folder_away(shop: Workshop, tmp_path: Path) -> None:
    need_sandbox()
    claude = shop.claude()
    claude.write("a.txt", "one\n")
    claude.run("test -e /dev/shm/fast || sleep 0.1; echo done")
    sleeping = f"sleep {4_000 + os.getpid() % 1000}.25"
    claude.tool("Bash", {"command": sleeping}, "")
    commit(claude, "git add -A && git commit -q -m One")
    attach(shop)
    room = tmp_path / "room"
    room.mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    around = {**os.environ, **shop.env, "TMPDIR": str(room)}
    around["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    program = [sys.executable, "-m", "gittraj"]  # itself, no client of one that is loaded
    run = subprocess.Popen(
        [*program, "replay", "--commands", "--json"], cwd=shop.repo, env=around, stdout=subprocess.PIPE
    )
    # the command itself: bubblewrap, which has it among its arguments, may not yet have tied itself to its parent
    await_that(lambda: any(words.startswith(sleeping) for words in processes()))
    run.kill()
    run.communicate()
    await_that(lambda: not any(sleeping in words for words in processes()))
    assert list(room.iterdir()) and not (shop.repo / ".git" / "worktrees").exists()
    shop.env["TMPDIR"] = str(room)
    found = results(commands(shop, "--timeout", "1", check=False))
    assert found[sleeping] == "timeout" and not list(room.iterdir())
    assert not any(sleeping in words for words in processes())
    assert not (shop.repo / ".git" / "worktrees").exists()


def processes() -> list[str]:
    """The command lines of everything that runs here."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(place.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return found


def await_that(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
