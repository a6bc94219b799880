"""What git-ai, memento and Agent Note say of commits becomes signed attributions, and no command takes one for a trace."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.workshop import Workshop

GIT_AI = """money.py
  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-2,4
  s_c9883b05a2487d::t_a1b2c3d4e5f678 3
  h_31dce776f88375 5
"a b.txt"
  abcd1234abcd1234 1-900
gone.py
  abcd1234abcd1234 1-3
---
{"schema_version": "authorship/3.0.0", "git_ai_version": "1.4.5", "base_commit_sha": "00",
 "prompts": {"abcd1234abcd1234": {"agent_id": {"tool": "cursor", "id": "c1", "model": "gpt-4"}, "human_author": "Ana <ana@example.org>"}},
 "humans": {"h_31dce776f88375": {"author": "Ana <ana@example.org>"}},
 "sessions": {"s_c9883b05a2487d": {"agent_id": {"tool": "claude", "id": "6ef2299e", "model": "claude-x-1"}}}}
"""
MEMENTO = """<!-- git-memento-sessions:v1 -->
<!-- git-memento-note-version:1 -->
<!-- git-memento-session:start -->
# Git Memento Session

- Provider: Claude
- Session ID: abc123
- Committer: ana

## Conversation

### ana

Halve it, please.

### Claude

Done.
<!-- git-memento-session:end -->
<!-- git-memento-session:start -->
# Git Memento Session

- Provider: Codex
- Session ID: def456
<!-- git-memento-session:end -->
"""
AGENTNOTE = json.dumps(
    {
        "v": 1, "agent": "claude", "session_id": "a1b2", "model": "claude-x-1",
        "interactions": [{"prompt": "Halve it", "response": "Done", "files_touched": ["money.py"], "tools": ["Edit"]}],
        "files": [{"path": "money.py", "by_ai": True}, {"path": "a b.txt", "by_ai": False}],
        "attribution": {"ai_ratio": 60, "method": "line", "lines": {"ai_added": 4, "total_added": 6, "deleted": 1}},
    }
)  # fmt: skip
CASES = {
    "git-ai": ("refs/notes/ai", GIT_AI),
    "memento": ("refs/notes/memento-full-audit", MEMENTO),
    "agentnote": ("refs/notes/agentnote", AGENTNOTE),
}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path, Path(os.environ["HOME"])).start(init=False)
    shop.git("traj", "keys", "new")
    (shop.repo / "money.py").write_text("def half(x):\n    return x / 2\n\n\nHALF = half(1)\n")
    (shop.repo / "a b.txt").write_text("one\ntwo\n")
    shop.git("add", ".")
    shop.git("commit", "-qm", "Second")
    return shop


def note(shop: Workshop, ref: str, text: str, commit: str = "HEAD") -> str:
    path = shop.repo.parent / "note"
    path.write_text(text)
    shop.git("notes", f"--ref={ref}", "add", "-f", "-F", str(path), commit)
    return shop.out("notes", f"--ref={ref}", "list", commit)


def bring(shop: Workshop, tool: str, *options: str) -> Any:
    return shop.json("import", "--from", tool, *options)


def claim(shop: Workshop, commit: str = "HEAD") -> Any:
    (statement,) = shop.json("show", commit)["statements"]
    assert statement["kind"] == "attribution" and statement["checks"]["schema"]["result"] == "pass"
    return statement["record"]


def test_an_authorship_log_becomes_lines_per_file_and_agent(shop: Workshop) -> None:
    blob = note(shop, *CASES["git-ai"])
    (told,) = bring(shop, "git-ai")["imported"]
    assert (told["kind"], told["files"], told["lines"], told["evidence"]) == ("attribution", 2, 6, "note")
    found = claim(shop)
    about = {"from": "git-ai", "evidence": "note", "ref": "refs/notes/ai", "note": blob, "version": "authorship/3.0.0"}
    assert found["imported"] == about
    assert found["agents"] == [
        {"name": "cursor", "model": "gpt-4", "session": "c1"},
        {"name": "claude", "model": "claude-x-1", "session": "6ef2299e"},
    ]
    assert found["files"] == {
        "money.py": [{"agent": 1, "lines": [[1, 4]]}, {"agent": -1, "lines": [[5, 5]]}],
        "a b.txt": [{"agent": 0, "lines": [[1, 2]]}],
    }
    assert found["flags"] == ["lines-beyond-end", "path-unknown"]


def test_no_person_is_named(shop: Workshop) -> None:
    note(shop, *CASES["git-ai"])
    bring(shop, "git-ai")
    assert b"Ana" not in shop.git("traj", "show", "--json").stdout.encode()


def test_a_memento_note_becomes_the_sessions_that_it_names(shop: Workshop) -> None:
    note(shop, *CASES["memento"])
    bring(shop, "memento")
    found = claim(shop)
    assert found["agents"] == [{"name": "claude", "session": "abc123"}, {"name": "codex", "session": "def456"}]
    assert found["messages"] == 2 and "files" not in found


def test_the_full_audit_is_preferred_and_other_notes_of_the_default_ref_are_left_alone(shop: Workshop) -> None:
    note(shop, "refs/notes/commits", "just a remark\n", "HEAD~1")
    note(shop, "refs/notes/commits", "# Git Memento Session\n\n- Provider: Codex\n- Session ID: short\n")
    blob = note(shop, *CASES["memento"])
    report = bring(shop, "memento")
    assert [each["origin"] for each in report["imported"]] == [blob] and report["skipped"] == []


def test_an_agent_note_becomes_files_without_lines(shop: Workshop) -> None:
    note(shop, *CASES["agentnote"])
    bring(shop, "agentnote")
    found = claim(shop)
    assert found["files"] == {"money.py": [{"agent": 0}]}
    assert found["totals"] == {"agent-added": 4, "added": 6, "removed": 1} and found["messages"] == 2


# the shapes below stand in the notes of these tools' own repositories
def test_keys_of_early_authorship_logs(shop: Workshop) -> None:
    """A prompt by its UUID, a person by the word; a key that the metadata do not tell is somebody unknown."""
    uuid = "638f41ac-1dd9-49eb-b090-a4abfe235a97"
    prompts = {uuid: {"agent_id": {"tool": "cursor", "id": "c1", "model": "auto"}, "messages": []}}
    told = json.dumps({"schema_version": "authorship/3.0.0", "base_commit_sha": "00", "prompts": prompts}, indent=2)
    note(shop, "refs/notes/ai", f"money.py\n  {uuid} 1\n  human 2-3\n  e61c0a4 4\n---\n{told}\n")
    bring(shop, "git-ai")
    found = claim(shop)
    assert [each["name"] for each in found["agents"]] == ["cursor", "unknown"]
    assert [each["agent"] for each in found["files"]["money.py"]] == [0, -1, 1]


@pytest.mark.parametrize("version", [1, 2])
def test_an_agent_note_of_its_first_weeks(shop: Workshop, version: int) -> None:
    files = {"files_in_commit": ["money.py", "a b.txt"], "files_by_ai": ["money.py"]}
    numbers = {"ai_ratio": 60, "ai_added_lines": 4, "total_added_lines": 6, "deleted_lines": 1}
    text = json.dumps({"v": version, "session_id": "a1b2", "interactions": [], **files, **numbers})
    note(shop, "refs/notes/agentnote", text)
    shop.git("traj", "import", "--from", "agentnote")
    found = claim(shop)
    assert found["files"] == {"money.py": [{"agent": 0}]} and found["agents"] == [
        {"name": "unknown", "session": "a1b2"}
    ]
    assert found["totals"] == {"agent-added": 4, "added": 6, "removed": 1}


def test_a_title_of_many_lines_names_no_session(shop: Workshop) -> None:
    title = "- Session Title: # Rules\n\n- Provider: set it in the configuration\n- Session ID: ask\n- Model: any\n"
    note(shop, "refs/notes/commits", f"# Git Memento Session\n\n- Provider: Codex\n- Session ID: s1\n{title}")
    bring(shop, "memento")
    assert claim(shop)["agents"] == [{"name": "codex", "session": "s1"}]


def test_notes_that_memento_carried_over_a_squash(shop: Workshop) -> None:
    head = "# Git Memento Carried Notes\n- Source range: a..b\n- Carried at: 2026-03-02T14:30:22Z\n"
    one = "# Git Memento Session\n\n- Provider: Codex\n- Session ID: one\n" + "\n### Codex\n\nDone.\n" * 30
    note(
        shop,
        "refs/notes/commits",
        f"{head}\n## Source Commit {'a' * 40}\n{one}\n## Source Commit {'b' * 40}\n{MEMENTO}",
    )
    bring(shop, "memento")
    assert [each["session"] for each in claim(shop)["agents"]] == ["one", "abc123", "def456"]


def test_what_is_printed_says_no_more_than_the_note(shop: Workshop) -> None:
    note(shop, *CASES["agentnote"])
    note(shop, "refs/notes/agentnote", AGENTNOTE, "HEAD~1")
    done = shop.git("traj", "import", "--from", "agentnote")
    assert "attribution, 1 file, from" in done.stdout and "0 lines" not in done.stdout
    assert "replay" not in done.stderr


@pytest.mark.parametrize("tool", CASES)
def test_a_claim_is_never_taken_for_a_trace(shop: Workshop, tool: str) -> None:
    note(shop, *CASES[tool])
    bring(shop, tool)
    (line, _) = shop.json("log")["commits"]
    assert (line["verdict"], line["agents"], line["imported"]) == ("missing", [], [tool])
    (asked,) = shop.json("verify", "HEAD", check=False)["commits"]
    assert asked["status"] == "missing" and "no record of a session" in asked["reason"]
    assert asked["statements"][0]["imported"]["from"] == tool
    (in_range,) = shop.json("verify", "HEAD~1..")["commits"]
    assert in_range["status"] == "exempt"
    assert shop.json("replay", "HEAD", check=False)["commits"][0]["status"] == "no_trace"


@pytest.mark.parametrize("tool", CASES)
def test_importing_again_adds_nothing_and_a_changed_note_is_added(shop: Workshop, tool: str) -> None:
    ref, text = CASES[tool]
    note(shop, ref, text)
    bring(shop, tool)
    tip = shop.out("rev-parse", "refs/notes/traj")
    assert (bring(shop, tool)["imported"], shop.out("rev-parse", "refs/notes/traj")) == ([], tip)
    note(shop, ref, text.replace("claude-x-1", "claude-x-2").replace("abc123", "abc124"))
    assert len(bring(shop, tool)["imported"]) == 1
    assert len(shop.json("show")["statements"]) == 2


def test_the_page_says_what_is_claimed_and_on_whose_word(shop: Workshop) -> None:
    note(shop, *CASES["git-ai"])
    bring(shop, "git-ai")
    page = shop.out("traj", "show")
    for part in (
        "git-ai",
        "unsigned note",
        "signed by the importer",
        "nothing here can be replayed",
        "money.py",
        "1–4",
        "left out",
    ):
        assert part in page
    assert "git-ai" in shop.out("traj", "log") and "✓" not in shop.out("traj", "log")


def test_a_record_beside_a_claim_decides(shop: Workshop) -> None:
    shop.git("traj", "init")
    claude = shop.claude()
    claude.say("Go")
    claude.write("money.py", "HALF = 0.5\n")
    claude.run("git commit -qam Third")
    note(shop, *CASES["agentnote"])
    bring(shop, "agentnote", "HEAD")
    (verdict,) = shop.json("verify", "HEAD")["commits"]
    assert verdict["status"] == "verified" and {each["kind"] for each in verdict["statements"]} == {
        "record",
        "attribution",
    }
    assert shop.json("replay", "HEAD")["commits"][0]["status"] == "reproducible"


HOSTILE = [
    ("git-ai", "x"), ("git-ai", "a\n  s_1::t_1 1\n---\n[]"), ("git-ai", "a\n---\n{"), ("git-ai", "---\n" + "[" * 5000),
    ("git-ai", GIT_AI.replace("money.py", "../money.py")), ("git-ai", GIT_AI.replace("1-2,4", "4-1")),
    ("git-ai", GIT_AI.replace("1-2,4", "1-99999999999999999999")), ("git-ai", GIT_AI.replace("money.py", ".git/config")),
    ("agentnote", "{}"), ("agentnote", '{"v": 2}'), ("agentnote", '{"v": 3, "files_by_ai": []}'), ("agentnote", '{"v": true}'), ("agentnote", '{"v": 1, "files": [{"path": 5, "by_ai": true}]}'),
    ("agentnote", '{"v": 1, "files": [{"path": "/etc/passwd", "by_ai": true}]}'),
    ("memento", "git-memento\n"), ("memento", "<!-- git-memento-sessions:v1 -->\n<!-- git-memento-session:start -->\n"),
]  # fmt: skip


@pytest.mark.parametrize(("tool", "text"), HOSTILE)
def test_what_is_not_understood_is_told_and_left(shop: Workshop, tool: str, text: str) -> None:
    note(shop, CASES[tool][0], text)
    note(shop, *CASES[tool], "HEAD~1")
    report = bring(shop, tool, "--dry-run")
    assert [each["what"] for each in report["skipped"]] == [shop.out("rev-parse", "HEAD")[:12]]
    assert len(report["imported"]) == 1


def test_escapes_in_a_note_reach_no_terminal(shop: Workshop) -> None:
    note(
        shop, "refs/notes/agentnote", AGENTNOTE.replace('"claude"', '"cl\\u001b[31maude"').replace("a1b2", "a\\u0007b")
    )
    bring(shop, "agentnote")
    assert not {"\x1b", "\x07"} & set(shop.out("traj", "show") + shop.out("traj", "log"))


def test_without_notes_the_answer_says_what_to_fetch(shop: Workshop) -> None:
    done = shop.git("traj", "import", "--from", "git-ai", check=False)
    assert done.returncode == 1 and "git fetch origin refs/notes/ai:refs/notes/ai" in done.stderr
