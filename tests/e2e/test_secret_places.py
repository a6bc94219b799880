"""Secrets and names in places where nobody expects them: no object of the repository may hold one."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.workshop import Workshop

TOKEN = "gh" + "p_" + "duSAvCE9X7lGydASfpqbWLc0Ig9PTOEyZSIb"
OTHER = "gl" + "pat-" + "kT3nXq9vZr7wLm2sYp8b"
PASSWORD = "Tr0ub4dor" + "-and-3-more-9281"


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    """A clone below a folder that is called after a token, as scripts that clone into $URL make them."""
    shop = Workshop(tmp_path, hermetic_seal)
    shop.repo = tmp_path / f"oauth2:{TOKEN}@host" / "ledger"
    shop.start()
    shop.git("checkout", "-qb", f"fix/{OTHER}")
    shop.git(
        "remote", "add", "origin", f"https://dana:{PASSWORD}@host.example/{TOKEN}/ledger.git?private_token={OTHER}"
    )
    return shop


def objects(shop: Workshop) -> bytes:
    """Every byte of every object, packed or loose, reachable or not."""
    env = {**os.environ, **shop.env}
    every = ["git", "cat-file", "--batch-all-objects", "--batch", "--buffer"]
    return subprocess.run(every, cwd=shop.repo, env=env, capture_output=True, check=True).stdout


def free_of(shop: Workshop, *values: str) -> bool:
    held = objects(shop)
    return [value for value in values if value.encode() in held] == []


def test_a_secret_in_paths_branch_and_remote_never_gets_into_an_object(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go on, please.")
    claude.tool("Bash", {"command": "git remote -v"}, shop.out("remote", "-v"))
    claude.tool("Bash", {"command": "pwd; git status"}, f"{shop.repo}\nOn branch fix/{OTHER}")
    claude.write("a.txt", "first file\n")
    claude.path.write_text(claude.path.read_text().replace('"gitBranch": "main"', f'"gitBranch": "fix/{OTHER}"'))
    assert claude.run("git add -A && git commit -qm A").returncode == 0
    assert len(shop.noted()) == 1
    assert free_of(shop, TOKEN, OTHER, PASSWORD)
    assert shop.json("verify", "HEAD")["commits"][0]["status"] == "verified"
    shop.git("checkout", "-q", "--detach")  # the page names the branch we are on
    for command in (("show",), ("show", "--full"), ("show", "--json"), ("log",), ("show", "--diag")):
        said = shop.git("traj", *command).stdout
        assert not any(value in said for value in (TOKEN, OTHER, PASSWORD)), command


def test_a_session_whose_file_and_id_are_called_after_a_secret_verifies_without_it(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Hello")
    claude.answer("World")
    lines = [json.loads(line) for line in claude.path.read_text().splitlines()]
    copy = shop.repo.parent / f"{TOKEN}.jsonl"
    copy.write_text("".join(json.dumps({**line, "sessionId": TOKEN}) + "\n" for line in lines))
    shop.git("traj", "attach", "--session", str(copy))
    assert free_of(shop, TOKEN, OTHER, PASSWORD)
    verdict = shop.json("verify", "HEAD")["commits"][0]
    assert verdict["status"] == "verified", verdict


def test_the_users_name_and_home_leave_ids_and_local_remotes_too(shop: Workshop, tmp_path: Path) -> None:
    home = tmp_path / "home" / "wilhelmina"
    shutil.copytree(shop.home, home)
    shop.env |= {"HOME": str(home), "USER": "wilhelmina"}
    shop.git("remote", "set-url", "origin", f"{home}/mirror.git")
    claude = shop.claude()
    claude.say("Hello")
    copy = home / "wilhelmina-1.jsonl"
    lines = [json.loads(line) for line in claude.path.read_text().splitlines()]
    copy.write_text("".join(json.dumps({**line, "sessionId": "wilhelmina-1"}) + "\n" for line in lines))
    shop.git("traj", "attach", "--session", str(copy))
    assert free_of(shop, "wilhelmina")
    assert shop.json("verify", "HEAD")["commits"][0]["status"] == "verified"
    copy.write_text(copy.read_text() + copy.read_text().replace('"uuid": "1', '"uuid": "2').replace("Hello", "Again"))
    shop.git("traj", "attach", "--session", str(copy))
    seen = [each["record"]["gittraj"]["segment"]["index"] for each in shop.json("show")["statements"]]
    assert sorted(seen) == [0, 1] and shop.json("verify", "HEAD")["ok"] is True


def test_ids_of_sessions_are_text_and_nothing_else(shop: Workshop) -> None:
    """An id decides no path, breaks no line and no header."""
    outside = shop.repo.parent / "outside"
    for number, name in enumerate(
        ("../../../outside/x", "/" + "x/" * 3000, "a\nb", "é" * 300, "x" * 200_000, "", "\ud83d", "a\0b")
    ):
        line = {"sessionId": name, "parentUuid": None, "isSidechain": False, "type": "user", "cwd": str(shop.repo),
                "message": {"role": "user", "content": "hi"}, "uuid": f"u{number}", "timestamp": "2026-01-01T00:00:00Z"}  # fmt: skip
        copy = shop.repo.parent / f"copy{number}.jsonl"
        copy.write_text(json.dumps(line) + "\n")
        done = shop.git("traj", "attach", "--session", str(copy), check=False)
        usable = len(name) < 500 and name.isprintable()
        assert done.returncode == (0 if usable else 1) and len(done.stderr) < 600, (number, done.stderr[:600])
    assert not outside.exists()
    assert shop.json("verify", "HEAD")["ok"] is True
