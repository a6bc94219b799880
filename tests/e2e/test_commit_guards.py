"""What is not to be committed: a secret that an agent saw, and a message that claims an agent or a trace; told without the secret's value."""

import os
import secrets
import subprocess
from pathlib import Path

import pytest

from tests.support.workshop import Workshop


@pytest.fixture(scope="module")
def shop(lasting: Workshop) -> Workshop:
    """Hooks as the pre-commit framework would run them, and a session that saw a token and made one commit."""
    for name, entry in (("pre-commit", "traj-secrets"), ("commit-msg", 'traj-no-forged-trailers "$1"')):
        hook = lasting.repo / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\nexec git-traj hook {entry}\n")
        hook.chmod(0o755)
    return lasting


@pytest.fixture(scope="module")
def token(shop: Workshop) -> str:
    """A value that the scanner knows by what stands before it, seen in a tool's output; random, so no file holds it by chance."""
    value = secrets.token_hex(20)
    claude = shop.claude()
    claude.say("What is in the environment?")
    claude.tool("Bash", {"command": "env"}, f"GITHUB_TOKEN={'ghp' + '_'}{value[:36]}\nHOME=/home/dana\n")
    claude.write("notes.txt", "nothing secret\n")
    claude.run("git add -A && git commit -qm 'Write notes\n\nCo-authored-by: Claude <noreply@anthropic.com>'")
    assert shop.out("log", "-1", "--format=%s") == "Write notes"
    return f"{'ghp' + '_'}{value[:36]}"


def commit(
    shop: Workshop, name: str, content: str, *arguments: str, message: str = "x"
) -> subprocess.CompletedProcess[str]:
    (shop.repo / name).write_text(content)
    shop.git("add", name)
    done = shop.git("commit", "-qm", message, *arguments, check=False)
    shop.git("reset", "-q", "HEAD")
    (shop.repo / name).unlink(missing_ok=True)
    shop.git("checkout", "-q", "--", ".")
    return done


@pytest.mark.parametrize("form", ["{}", "token = '{}'\n", "line\nline\n  x={}\n"])
def test_a_secret_of_a_session_is_found_in_what_is_staged_and_not_told(shop: Workshop, token: str, form: str) -> None:
    done = commit(shop, "config.py", form.format(token))
    assert done.returncode == 1
    line = form[: form.index("{}")].count("\n") + 1
    assert f"config.py:{line}:" in done.stderr and "git commit" in done.stderr
    assert token not in done.stderr + done.stdout and token[4:] not in done.stderr


def test_a_secret_in_base64_is_found_too_and_the_log_of_problems_stays_without_it(shop: Workshop, token: str) -> None:
    import base64

    done = commit(shop, "config.py", base64.b64encode(f"x:{token}".encode()).decode())
    assert done.returncode == 1 and "config.py:1:" in done.stderr
    found = subprocess.run(
        ["grep", "-rlaF", token, str(shop.repo / ".git")], capture_output=True, text=True, check=False
    )
    objects = [
        line for line in found.stdout.splitlines() if "/objects/" not in line
    ]  # git's own staged blobs are compressed there
    assert objects == []


def test_other_content_and_what_is_committed_already_may_pass(shop: Workshop, token: str) -> None:
    assert commit(shop, "fine.py", "value = 'nothing to see'\n").returncode == 0
    shop.git("reset", "-q", "--hard", "HEAD~1")
    (shop.repo / "old.py").write_text(token)
    shop.git("add", "old.py")
    assert shop.git("commit", "-qm", "by hand", check=False, env={"GITTRAJ": "0"}).returncode == 0
    assert commit(shop, "again.py", f"again {token}\n").returncode == 0  # no secret any more: the last commit tells it
    shop.git("reset", "-q", "--hard", "HEAD~2")


def test_a_partial_commit_is_searched_as_git_will_make_it(shop: Workshop, token: str) -> None:
    (shop.repo / "a.py").write_text(token)
    (shop.repo / "b.py").write_text("b\n")
    shop.git("add", "a.py", "b.py")
    assert shop.git("commit", "-qm", "only b", "b.py", check=False).returncode == 0
    assert shop.git("commit", "-qm", "a too", check=False).returncode == 1
    shop.git("reset", "-q", "--hard", "HEAD~1")


def test_without_the_scanner_the_hook_refuses(shop: Workshop, token: str, tmp_path: Path) -> None:
    """A guard that cannot look has not seen that all is well."""
    (shop.repo / "c.py").write_text("c\n")
    shop.git("add", "c.py")
    broken = tmp_path / "kingfisher"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    code = (
        "import sys; from gittraj.redact import program; program.command = lambda _: sys.argv.pop(); "
        "from gittraj.cli.hook import run; sys.exit(run(['traj-secrets']))"
    )
    import sys

    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code, str(broken)], cwd=shop.repo, capture_output=True, text=True, check=False,
        env={**os.environ, **shop.env, "PYTHONPATH": root},
    )  # fmt: skip
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "scanner" in done.stderr
    shop.git("reset", "-q", "--hard")


@pytest.mark.parametrize(
    "message",
    [
        "Fix\n\nCo-authored-by: Codex <noreply@openai.com>",
        "Fix\n\nGenerated with [Gemini CLI](x)",
        "Fix\n\nTraj-Record: 0123456789abcdef",
        "Fix\n\ngittraj: signed",
    ],
)
def test_a_trailer_that_nothing_stands_behind_is_refused(shop: Workshop, token: str, message: str) -> None:
    done = shop.git("commit", "-q", "--allow-empty", "-m", message, check=False)
    assert done.returncode == 1 and message.splitlines()[2][:20] in done.stderr and "SKIP=" in done.stderr


def test_a_trailer_is_right_where_the_session_is_around_or_the_commit_had_a_trace(shop: Workshop, token: str) -> None:
    claude = shop.claude()
    claude.say("One more.")
    claude.write("more.txt", "more\n")
    message = "More\n\nCo-authored-by: Claude <noreply@anthropic.com>"
    done = claude.run(f"git add -A && git commit -qm '{message}'")
    assert done.returncode == 0, done.stderr
    assert shop.out("rev-parse", "HEAD") in shop.noted()
    shop.git("commit", "-q", "--amend", "-m", message + "\n")
    assert (
        shop.git(
            "commit", "-q", "--allow-empty", "-m", "Fix\n\n# Co-authored-by: Codex\nReviewed-by: Dana <d@e>"
        ).returncode
        == 0
    )


def test_a_message_of_any_bytes_is_read(shop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "message"
    for content in (b"", b"\xff\xfe\0\n\n", b"x" * 5_000_000, b"Co-authored-by: \x1b]0;x\x07 Codex <a@b>"):
        path.write_bytes(content)
        done = shop.git("traj", "hook", "traj-no-forged-trailers", str(path), check=False)
        assert done.returncode in (0, 1) and "Traceback" not in done.stderr and "\x1b" not in done.stderr
    assert shop.git("traj", "hook", "traj-no-forged-trailers", check=False).returncode == 1
