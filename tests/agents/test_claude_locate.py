import os
import subprocess
import sys
from pathlib import Path

import pytest

from gittraj.agents import claude
from tests.agents.test_claude_reader import ALL


def session(
    home: Path,
    cwd: str,
    name: str = "5b1d3c9e-0000-4000-8000-000000000001",
    *,
    folder: str = "",
    config: str = ".claude",
) -> Path:
    place = home / config / "projects" / (folder or claude.slug(cwd))
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.jsonl"
    path.write_text(f'{{"parentUuid":null,"isSidechain":false,"cwd":"{cwd}","sessionId":"{name}","type":"user"}}\n')
    return path


def found(worktree: str, home: Path, **env: str) -> list[tuple[str, str]]:
    return sorted(
        (each.near, os.path.basename(each.path)) for each in claude.locate(worktree, {"HOME": str(home), **env})
    )


def test_the_slug_is_the_directory_with_dashes() -> None:
    assert claude.slug("/home/dana/my_repo.git") == "-home-dana-my-repo-git"
    assert claude.slug("/ü/😀") == "----" + "-"


def test_a_session_started_in_the_worktree_is_found_with_its_size_and_id(tmp_path: Path) -> None:
    path = session(tmp_path, "/srv/ledger")
    (place,) = claude.locate("/srv/ledger", {"HOME": str(tmp_path)})
    assert (place.agent, place.path, place.session, place.near) == ("claude-code", str(path), path.stem, "same")
    assert (place.size, place.mtime) == (path.stat().st_size, path.stat().st_mtime)


def test_a_session_in_a_sub_directory_is_found_and_a_neighbours_is_not(tmp_path: Path) -> None:
    session(tmp_path, "/srv/ledger/web")
    session(tmp_path, "/srv/ledger-old", "5b1d3c9e-0000-4000-8000-000000000002")
    session(tmp_path, "/srv/ledgerbook", "5b1d3c9e-0000-4000-8000-000000000003")
    assert found("/srv/ledger", tmp_path) == [("inside", "5b1d3c9e-0000-4000-8000-000000000001.jsonl")]


def test_a_session_started_above_is_found_up_to_the_home_directory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    session(home, f"{home}/work")
    session(home, str(home), "5b1d3c9e-0000-4000-8000-000000000002")
    session(home, "/", "5b1d3c9e-0000-4000-8000-000000000003")
    assert found(f"{home}/work/ledger", home) == [("parent", "5b1d3c9e-0000-4000-8000-000000000001.jsonl")]


def test_files_of_sub_agents_and_empty_files_are_no_sessions(tmp_path: Path) -> None:
    session(tmp_path, "/srv/ledger", "agent-1234")
    session(tmp_path, "/srv/ledger").write_text("")
    assert found("/srv/ledger", tmp_path) == []


def test_the_configured_directory_is_used(tmp_path: Path) -> None:
    session(tmp_path, "/srv/ledger", config="elsewhere")
    assert found("/srv/ledger", tmp_path) == []
    assert len(found("/srv/ledger", tmp_path, CLAUDE_CONFIG_DIR=str(tmp_path / "elsewhere"))) == 1


def test_no_store_and_an_unreadable_one_are_no_failure(tmp_path: Path) -> None:
    assert found("/srv/ledger", tmp_path) == []
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "projects").write_text("not a folder")
    assert found("/srv/ledger", tmp_path) == []
    assert found("/srv/ledger", tmp_path, CLAUDE_CONFIG_DIR="a\0b") == []


@pytest.mark.parametrize(
    ("env", "session_id"),
    [({}, None), ({"CLAUDECODE": "1"}, ""), ({"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": "abc"}, "abc")],
)
def test_the_environment_tells_whether_we_run_inside(env: dict[str, str], session_id: str | None) -> None:
    assert claude.running(env) == session_id


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem[-4:])
def test_sessions_are_recognised_from_their_bytes(path: Path) -> None:
    assert claude.sniff(path.read_bytes()[:65536], "renamed.txt")


@pytest.mark.parametrize(
    "head", [b"", b"{}", b"\xff\xfe", b'{"type":"session","id":"x","cwd":"/"}', b'{"sessionId":"x","projectHash":"y"}']
)
def test_other_bytes_are_not(head: bytes) -> None:
    assert not claude.sniff(head, "x.jsonl")


def test_importing_the_package_costs_nothing_but_os() -> None:
    code = "import sys; before = set(sys.modules); import gittraj.agents.claude, gittraj.agents.pi; print(*set(sys.modules) - before)"
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {os.getcwd()!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"re", "json", "typing", "pathlib", "msgspec"}.isdisjoint(loaded.stdout.split())
