"""Files that are no session, told to be one: one line, exit code 1, and the repository is what it was."""

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.other_python import OtherPython
from tests.support.workshop import Workshop

CHANCE = random.Random(7)
CLAUDE = b'{"sessionId":"x","parentUuid":null,"isSidechain":false,"type":"user","message":{"role":"user","content":'
DEEP = 10_000


def database(*statements: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        store = sqlite3.connect(path)
        for statement in statements:
            store.execute(statement)
        store.commit()
        store.close()

    return make


def content(data: bytes) -> Callable[[Path], None]:
    return lambda path: (path.write_bytes(data), None)[1]


BAD: dict[str, Callable[[Path], None]] = {
    "nothing in it": content(b""),
    "only blanks": content(b" \n\n \n"),
    "noise": content(CHANCE.randbytes(100_000)),
    "noise.db": content(CHANCE.randbytes(100_000)),
    "cut.jsonl": content(CLAUDE[:-30]),
    "cut.json": content(b'{"sessionId":"x","projectHash":"y","messages":[{"id":"1","type":"user","content":"hel'),
    "deep.json": content(b"[" * DEEP),
    "deeper.json": content(b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "deep.jsonl": content(CLAUDE + b"[" * DEEP + b"]" * DEEP + b"}}\n"),
    "bytes.jsonl": content(b"\xff\xfe\x80" * 30_000 + b"\n"),
    "long.jsonl": content(b"x" * 5_000_000),
    "numbers.jsonl": content(b"1\n2\nnull\n[]\n{}\n" * 50),
    "utf16.jsonl": content(("{}\n" * 100).encode("utf-16")),
    "empty folder": lambda path: path.mkdir(),
    "nowhere": lambda path: None,
    "looped": lambda path: path.symlink_to(path.name),
    "pipe": lambda path: os.mkfifo(path),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "torn.db": content(b"SQLite format 3\0" + b"\xff" * 5000),
    "other.db": database("create table t(x)"),
    "strange.db": database("create table session(x)", "create table message(y)", "create table part(z)"),
    "typed.db": database(
        "create table session(id, directory, title, version, time_created, time_updated, project_id, parent_id)",
        "create table message(id, session_id, time_created, time_updated, data)",
        "create table part(id, message_id, session_id, time_created, time_updated, data)",
        "insert into session values(x'ff00', 7, x'80', -1, 'x', 1e300, null, 9)",
        "insert into message values(1, x'ff00', 'a', 'b', '[[[')",
        "insert into part values(1, 1, x'ff00', 'a', 'b', x'ff')",
    ),
}
AGENTS = ("claude-code", "codex", "pi", "opencode", "gemini-cli", "cursor")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bad")
    for name, make in BAD.items():
        make(place / name)
    return place


def photograph(shop: Workshop) -> tuple[str, list[str], list[str]]:
    objects = shop.out("cat-file", "--batch-all-objects", "--batch-check")
    state = sorted(str(path) for path in (shop.repo / ".git" / "gittraj").rglob("*") if "locks" not in str(path))
    return shop.out("for-each-ref"), sorted(objects.split("\n")), state


def refused(shop: Workshop, *arguments: str, env: dict[str, str] | None = None) -> str:
    """The one line that `git traj ARGUMENTS` refuses with."""
    before = photograph(shop)
    done = shop.git("traj", *arguments, check=False, env=env)
    lines = done.stderr.splitlines()
    assert done.returncode == 1 and done.stdout == "", (done.returncode, done.stdout, done.stderr[:500])
    assert 1 <= len(lines) <= 2 and lines[0].startswith("git-traj: ") and len(done.stderr) < 600, done.stderr[:900]
    assert all(line.startswith(" " * 10) for line in lines[1:])  # what to type next
    assert photograph(shop) == before
    return lines[0]


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_session_is_refused_in_one_line(lasting: Workshop, folder: Path, name: str) -> None:
    said = refused(lasting, "attach", "HEAD", "--session", str(folder / name))
    assert os.path.realpath(folder / name) in said


@pytest.mark.parametrize("agent", AGENTS)
def test_naming_an_agent_makes_no_session_of_what_is_none(lasting: Workshop, folder: Path, agent: str) -> None:
    for name in (
        "nothing in it",
        "noise",
        "deep.jsonl",
        "bytes.jsonl",
        "pipe",
        "other.db",
        "long.jsonl",
        "empty folder",
    ):
        assert str(folder / name) in refused(
            lasting, "attach", "HEAD", "--session", str(folder / name), "--agent", agent
        )


def test_a_session_of_another_agent_is_not_read_as_one_of_the_agent_named(lasting: Workshop, tmp_path: Path) -> None:
    claude = lasting.claude()
    claude.say("Hello")
    for agent in AGENTS[1:]:
        said = refused(lasting, "attach", "--session", str(claude.path), "--agent", agent)
        assert said.endswith(f"is a session of claude-code, not of {agent}")
    assert "no agent is called 'clod'" in refused(lasting, "attach", "--agent", "clod")
    assert "no agent is called 'clod'" in refused(lasting, "attach", "--session", str(claude.path), "--agent", "clod")


def test_one_bad_file_among_good_ones_keeps_all_out(lasting: Workshop, folder: Path) -> None:
    claude = lasting.claude("22222222-2222-4333-8444-555555555555")
    claude.say("Hello")
    refused(lasting, "attach", "--session", str(claude.path), "--session", str(folder / "noise"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused(lasting: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "locked.jsonl"
    path.write_bytes(CLAUDE + b'"hi"}}\n')
    path.chmod(0)
    refused(lasting, "attach", "--session", str(path))


def test_commits_that_are_none_are_refused(lasting: Workshop) -> None:
    for rev in (
        "nope",
        "HEAD~99",
        "-x~",
        "",
        "HEAD^{tree}",
        "0" * 40,
        "a" * 5000,
        "HEAD:money.py",
        "@{-9}",
        "\u202e",
        "[",
        "*",
    ):
        for command in ("attach", "show", "verify"):
            done = lasting.git("traj", command, "--", rev, check=False)
            assert done.returncode == 1 and len(done.stderr.splitlines()) <= 2, (command, rev, done.stderr)


def test_the_scanner_missing_or_failing_refuses_to_seal_and_says_the_way_out(lasting: Workshop, tmp_path: Path) -> None:
    """Nothing is sealed that nobody looked through; who wants that must say so, and the record tells."""
    claude = lasting.claude("33333333-2222-4333-8444-555555555555")
    claude.say("Hello")
    other = OtherPython(tmp_path)
    for script in (None, "exit 3", "echo nonsense", "cat >/dev/null", "kill -9 $$", "exec sleep 0"):
        other.scanner(script)
        said = refused(lasting, "attach", "--session", str(claude.path), env=other.env)
        assert "scanner" in said
    lasting.git("traj", "attach", "--session", str(claude.path), "--no-redact", env=other.env)
    record = lasting.json("show")["statements"][0]["record"]
    assert record["gittraj"]["redaction"]["no-redact"] is True
    lasting.git("notes", "--ref=traj", "remove", "HEAD")
