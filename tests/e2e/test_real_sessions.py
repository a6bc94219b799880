"""Real sessions of six agents, through the commands: nothing is lost, everything verifies, and each commit gets its own."""

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gittraj.model.entry import count
from tests.agents import test_claude_shared, test_codex_gemini_shared, test_opencode_shared, test_pi
from tests.support.real_runs import RealRun
from tests.support.workshop import Workshop

pytestmark = pytest.mark.shared

RUNS = (
    "codex-bugfix", "codex-codemode-bugfix", "codex-codemode-human-mix", "codex-human-mix", "codex-refactor",
    "gemini-bugfix", "gemini-human-mix", "gemini-near-match", "opencode-bugfix", "opencode-human-mix", "opencode-patch-bugfix",
    "opencode-patch-human-mix", "opencode-refactor", "pi-bugfix", "pi-human-mix", "pi-refactor", "pi-secret",
)  # fmt: skip


def of_opencode(path: Path) -> Counter[str]:
    found = [item for item in test_opencode_shared.documents(path.read_text()) if isinstance(item, dict)]
    roles = {item["id"]: item["role"] for item in found if "role" in item}
    return test_opencode_shared.counted([item for item in found if "messageID" in item], roles)


def of_cursor(path: Path) -> Counter[str]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    blocks = [(line["role"], block["type"]) for line in lines for block in line["message"]["content"]]
    users = sum(line["role"] == "user" for line in lines)
    kinds = {"assistant": ("assistant", "text"), "tool-call": ("assistant", "tool_use")}
    return Counter({"user": users, **{kind: blocks.count(block) for kind, block in kinds.items()}})


# What the source holds, told by counters that share no line with the readers
COUNTERS: dict[str, Any] = {
    "claude-code": test_claude_shared.counted,
    "codex": test_codex_gemini_shared.items_of_a_rollout,
    "cursor": of_cursor,
    "gemini-cli": lambda path: test_codex_gemini_shared.items_of_a_chat(path)[0],
    "opencode": of_opencode,
    "pi": test_pi.simple_count,
}


@pytest.mark.parametrize("agent", COUNTERS)
def test_every_published_session_is_shown_with_all_that_its_source_holds(
    shared: Path, tmp_path: Path, hermetic_seal: Path, agent: str
) -> None:
    paths = sorted((shared / "sessions" / agent).iterdir())
    assert paths
    shops: list[Workshop] = []
    seen: list[set[str]] = []
    for path in paths:
        for shop, known in zip(shops, seen, strict=True):
            if not known & ids(path, agent):
                break
        else:  # a later state of a session that is there already would be its next segment
            shop, known = Workshop(tmp_path / f"shop{len(shops)}", hermetic_seal).start(), set()
            shops.append(shop)
            seen.append(known)
        known |= ids(path, agent)
        shop.git("commit", "-q", "--allow-empty", "-m", path.name)
        shop.git("traj", "attach", "--session", str(path))
        (statement,) = shop.json("show")["statements"]
        numbers = count(statement["record"]["session"]["entries"])
        del numbers["system-event"]
        assert numbers == {kind: COUNTERS[agent](path)[kind] for kind in numbers}, path.name
        assert statement["record"]["session"]["agent-meta"]["cli-name"] == agent
    for shop in shops:
        report = shop.json("verify", "--all")
        assert report["ok"] is True and {each["status"] for each in report["commits"]} == {"verified"}
    assert sum(len(shop.noted()) for shop in shops) == len(paths)


def ids(path: Path, agent: str) -> set[str]:
    """By what a session is known: text between the quotes after the first session id in the file."""
    names = {"claude-code": '"sessionId":"', "gemini-cli": '"sessionId": "'}
    text = path.read_text()
    return {text.split(names[agent], 1)[1].split('"', 1)[0]} if names.get(agent, "\0") in text else {path.name}


@pytest.mark.parametrize("name", RUNS)
def test_each_commit_of_a_real_run_gets_the_sessions_that_made_it(
    shared: Path, tmp_path: Path, hermetic_seal: Path, name: str
) -> None:
    run = RealRun(shared / "real" / name, tmp_path, hermetic_seal)
    run.bring_store()
    shop = run.shop
    shop.git("traj", "init")
    base = run.manifest["repo"]["base"]
    for commit in (base, *(each["sha"] for each in run.manifest["commits"] if not run.sessions_of(each))):
        done = shop.git("traj", "attach", commit, check=False)
        assert done.returncode == 1 and "no session was found" in done.stderr and shop.noted() == [], done.stderr
    reached = dict.fromkeys(run.ids.values(), 0)
    for commit in run.manifest["commits"]:
        made = run.sessions_of(commit)
        if not made:
            continue
        shop.git("traj", "attach", commit["sha"])
        statements = shop.json("show", commit["sha"])["statements"]
        assert {each["record"]["session"]["session-id"] for each in statements} == made
        assert len(statements) == len(made)
        for record in (each["record"] for each in statements):
            segment, session = record["gittraj"]["segment"], record["session"]["session-id"]
            assert segment["first"] == reached[session]
            reached[session] = segment["last"] + 1
    assert sorted(shop.noted()) == sorted(each["sha"] for each in run.manifest["commits"] if run.sessions_of(each))
    assert shop.json("verify", "--all")["ok"] is True
    assert shop.json("verify", f"{base}..HEAD")["ok"] is True
    said = shop.git("traj", "attach", base, check=False)
    assert said.returncode == 1 and base not in shop.noted()
    secrets = [value for value in (run.manifest.get("secrets") or {}).values() if isinstance(value, str)]
    tracked = shop.git("log", "-p", "--all", "--", ".").stdout
    every = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch", "--buffer"],
        cwd=shop.repo,
        capture_output=True,
        check=True,
    ).stdout
    assert [value for value in secrets if value not in tracked and value.encode() in every] == []


# where the line with the result of a call is told from the line with the call itself
RESULTS = {"codex": '_output"\n"call_id":"{}"', "pi": '"role":"toolResult"\n"toolCallId":"{}"'}
AROUND = ("CODEX", "PI_", "AGENT", "OPENCODE", "GEMINI", "LC_", "NO_COLOR", "PAGER", "TERM")


LIVE = (
    "codex-bugfix", "codex-human-mix", "codex-codemode-human-mix", "pi-bugfix", "pi-human-mix", "opencode-bugfix", "opencode-human-mix",
)  # fmt: skip


@pytest.mark.parametrize("name", LIVE)
def test_the_hook_finds_the_session_while_the_commit_call_is_in_flight(
    shared: Path, tmp_path: Path, hermetic_seal: Path, name: str
) -> None:
    """Each commit again, live: the file as it was when the call ran, the environment of the client's shell, a real git commit."""
    run = RealRun(shared / "real" / name, tmp_path, hermetic_seal)
    shop, agent = run.shop, run.manifest["program"].split("-")[0]
    shop.git("traj", "init")
    shop.git("checkout", "-q", "--detach", run.manifest["repo"]["base"])
    environments = {each["sha"]: each["env"] for each in run.manifest["env_in_hook"]}
    for commit in run.manifest["commits"]:
        in_flight = commit["made_by"] if isinstance(commit["made_by"], dict) else {"script": "human"}
        ended = [each for each in run.manifest["sessions"] if each["ended"][:19] <= commit["committed"][:19]]
        making = [each for each in run.manifest["sessions"] if each["script"] == in_flight["script"]]
        if agent == "opencode":
            run.bring_database({each["id"] for each in ended + making}, in_flight.get("call_id", ""))
        else:
            for session in ended:
                run.bring_file(session["files"][0])
            for session in making:
                assert run.bring_file(session["files"][0], RESULTS[agent].format(in_flight["call_id"]))
        shop.git("read-tree", "--reset", "-u", commit["sha"])
        env = {key: value for key, value in environments[commit["sha"]].items() if key.startswith(AROUND)}
        stamp = f"{commit['committed']}"
        done = shop.git("commit", "-q", "-C", commit["sha"], env={**env, "GIT_COMMITTER_DATE": stamp})
        assert done.stderr == ""
        statements = shop.json("show")["statements"]
        assert {each["record"]["session"]["session-id"] for each in statements} == run.sessions_of(commit)
        for each in statements:
            entries = each["record"]["session"]["entries"]
            calls = {entry.get("call-id") for entry in entries if entry["type"] == "tool-call"}
            results = {entry.get("call-id") for entry in entries if entry["type"] == "tool-result"}
            if in_flight["script"] != "human":
                assert in_flight["call_id"] in calls - results
    assert shop.json("verify", "--all")["ok"] is True
