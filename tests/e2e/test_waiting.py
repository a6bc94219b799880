"""A key or a scanner that cannot work when a commit is made: the commit stands, one line says so, and later all is made good."""

import os
import pty
import select
import signal
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gittraj.flows import pending
from tests.keyring.conftest import RealAgent
from tests.support.other_python import OtherPython
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def commit(claude: ScriptedClaude, name: str, **env: str) -> list[str]:
    """The agent writes a file and commits it; what it sees on stderr."""
    claude.say(f"Write {name}")
    claude.write(f"{name}.txt", f"content of {name}\n")
    done = claude.run(
        f"git add -A && git commit -qm 'Write {name}'", env={"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000", **env}
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines()


def waiting(shop: Workshop) -> list[str]:
    folder = shop.repo / ".git" / "gittraj" / "pending"
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def sign_with(shop: Workshop, public: Path) -> None:
    """Trust a key and make it the one that signs this repository's commits."""
    shop.git("config", "gpg.format", "ssh")
    shop.git("config", "user.signingKey", str(public))
    shop.git("traj", "keys", "trust", "dana@example.org", str(public))


def waits(shop: Workshop, said: list[str], *words: str) -> bool:
    """One line on stderr with all `words`, one record under pending, nothing in any note."""
    assert len(said) == 1 and said[0].startswith("git-traj: the record of "), said
    assert all(word in said[0] for word in ("waits unsigned", *words)), said
    assert len(waiting(shop)) == 1 and shop.noted() == []
    assert all(os.stat(shop.repo / ".git/gittraj/pending" / name).st_mode & 0o077 == 0 for name in waiting(shop))
    return True


def segments(shop: Workshop, *revs: str) -> list[dict[str, Any]]:
    return [each["record"]["gittraj"]["segment"] for rev in revs for each in shop.json("show", rev)["statements"]]


def verified(shop: Workshop, rev: str = "HEAD") -> bool:
    """Whether the commit is; records of its session before it may be missing, which `completeness` tells."""
    commits = shop.json("verify", rev, check=False)["commits"]
    return [each["status"] for each in commits] == ["verified"]


def test_an_agent_that_is_locked_stopped_or_empty_lets_the_record_wait(
    shop: Workshop, ssh_agent: RealAgent, ssh_keygen: Callable[..., Path], tmp_path: Path
) -> None:
    path = ssh_keygen("mine")
    ssh_agent.add(path)
    path.unlink()  # the agent alone has it
    sign_with(shop, path.with_suffix(".pub"))
    shop.env |= ssh_agent.env
    claude = shop.claude()
    assert commit(claude, "signed") == [] and waiting(shop) == []
    assert shop.json("verify")["commits"][0]["status"] == "verified"
    shop.git("update-ref", "-d", "refs/notes/traj")

    ssh_agent.add("-x", answer="lock")
    assert waits(shop, commit(claude, "locked"), "locked", "git traj finish")
    said = shop.git("traj", "finish", check=False)
    assert said.returncode == 1 and "locked" in said.stderr and len(waiting(shop)) == 1 and shop.noted() == []
    ssh_agent.add("-X", answer="lock")
    assert "sealed" in shop.git("commit", "-q", "--allow-empty", "-m", "By hand").stderr
    assert waiting(shop) == [] and verified(shop, "HEAD~1")
    shop.git("update-ref", "-d", "refs/notes/traj")

    for name, env in (("stopped", {"SSH_AUTH_SOCK": str(tmp_path / "gone")}), ("absent", {"SSH_AUTH_SOCK": ""})):
        assert waits(shop, commit(claude, name, **env), "git traj finish")
        shop.git("traj", "finish")
        assert waiting(shop) == [] and verified(shop)
        shop.git("update-ref", "-d", "refs/notes/traj")


def test_several_records_wait_and_keep_their_chain(shop: Workshop, ssh_keygen: Callable[..., Path]) -> None:
    key = ssh_keygen("closed", "ed25519", "passphrase")
    claude, other = shop.claude(), shop.claude("99999999-2222-4333-8444-555555555555")
    assert commit(claude, "before") == []
    before = shop.out("config", "--get", "notes.rewriteRef")
    sign_with(shop, key)
    for name in ("one", "two", "three"):
        (line,) = commit(claude, name)
        assert "needs its passphrase" in line and "ssh-add" in line
    assert len(commit(other, "four")) == 1
    assert len(waiting(shop)) == 4 and len(shop.noted()) == 1
    doctor = shop.git("traj", "doctor", check=False)
    assert doctor.returncode == 1 and "4 record(s) wait" in doctor.stdout and "git traj finish" in doctor.stdout
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "passphrase", "-N", "", "-f", key], check=True, capture_output=True)
    assert "sealed 4" in (done := shop.git("traj", "finish")).stdout or done.stdout.count("segment") >= 4, done.stdout
    assert waiting(shop) == [] and shop.json("verify", "--all")["ok"] is True
    chain = segments(shop, *(f"HEAD~{back}" for back in (4, 3, 2, 1)))
    assert [each["index"] for each in chain][:4] == [0, 1, 2, 3]
    digests = [shop.json("show", f"HEAD~{back}")["statements"][0]["digest"] for back in (4, 3, 2)]
    assert [each["prev"] for each in chain[1:4]] == digests and before
    assert all(after["first"] == earlier["last"] + 1 for earlier, after in pairwise(chain[:4]))


def test_on_a_terminal_the_passphrase_is_asked_for_and_only_there(
    shop: Workshop, ssh_keygen: Callable[..., Path]
) -> None:
    sign_with(shop, ssh_keygen("closed", "ed25519", "open sesame"))
    assert waits(shop, commit(shop.claude(), "a"), "needs its passphrase", "no terminal")
    shop.claude().answer("Done.")  # so that there is a second record to sign
    assert "passphrase" in typed(shop, "wrong\n", "traj", "finish") and len(waiting(shop)) == 1
    assert typed(shop, "open sesame\n", "traj", "finish").count("passphrase") == 1
    assert waiting(shop) == [] and shop.json("verify")["commits"][0]["status"] == "verified"


def typed(shop: Workshop, answer: str, *arguments: str) -> str:
    """What a user sees who runs git on a terminal and types `answer` when asked."""
    child, ours = pty.fork()
    if child == 0:
        os.chdir(shop.repo)
        os.execvpe("git", ["git", *arguments], {**os.environ, **shop.env})
    seen, answered = b"", False
    while select.select([ours], [], [], 20)[0]:
        try:
            seen += (piece := os.read(ours, 4096))
        except OSError:
            break
        if not piece:
            break
        if b"passphrase for" in seen and not answered:
            os.write(ours, answer.encode())
            answered = True
    os.close(ours)
    if os.waitpid(child, os.WNOHANG)[0] == 0:
        os.waitpid(child, 0)
    return seen.decode()


@pytest.mark.parametrize("kind", ["rsa", "loose", "none", "gone", "garbage", "no address"])
def test_a_key_that_can_never_sign_says_the_way_out(shop: Workshop, ssh_keygen: Callable[..., Path], kind: str) -> None:
    key = shop.home / ".config/gittraj/key"
    words: tuple[str, ...]
    if kind == "rsa":
        rsa = ssh_keygen("mine", "rsa", "", "-b", "2048")
        shop.git("config", "gpg.format", "ssh")
        shop.git("config", "user.signingKey", str(rsa))
        words = ("RSA", "git config gittraj.key generated")
    elif kind == "loose":
        key.chmod(0o644)
        words = ("0644", "chmod 600")
    elif kind == "none":
        key.rename(key.with_suffix(".away"))
        words = ("no key to sign with", "git traj init")
    elif kind == "gone":
        shop.git("config", "gpg.format", "ssh")
        shop.git("config", "user.signingKey", "~/.ssh/nowhere")
        words = ("there is no such key file", "git config")
    elif kind == "garbage":
        shop.git("config", "gpg.format", "ssh")
        shop.git("config", "user.signingKey", str(shop.repo / "money.py"))
        words = ("money.py", "not an SSH public key")
    else:
        (shop.home / ".gitconfig").write_text("[user]\n\tname = Dana\n")
        words = ("user.email", "git config")
    env = (
        {"GIT_COMMITTER_EMAIL": "dana@example.org", "GIT_AUTHOR_EMAIL": "dana@example.org"}
        if kind == "no address"
        else {}
    )
    assert waits(shop, commit(shop.claude(), "a", **env), *words)
    refused = shop.git("traj", "finish", check=False)
    assert refused.returncode == 1 and words[0] in refused.stderr and len(waiting(shop)) == 1
    assert shop.git("traj", "doctor", check=False).returncode == 1
    if kind == "loose":
        key.chmod(0o600)
    elif kind == "none":
        key.with_suffix(".away").rename(key)
    elif kind == "no address":
        shop.git("config", "user.email", "dana@example.org")
    else:
        shop.git("config", "gittraj.key", "generated")
        shop.git("traj", "init")
    shop.git("traj", "finish")
    assert waiting(shop) == [] and shop.json("verify")["commits"][0]["status"] == "verified"


@pytest.mark.parametrize(
    ("damaged", "noted"), [(0, 1), (1, 2)]
)  # of the second, the rest of the turn is attached still
def test_a_waiting_record_that_is_damaged_is_named_and_holds_nothing_else_up(
    shop: Workshop, damaged: int, noted: int
) -> None:
    key = shop.home / ".config/gittraj/key"
    key.chmod(0o644)
    claude = shop.claude()
    assert len(commit(claude, "one")) == len(commit(claude, "two")) == 1
    folder = shop.repo / ".git/gittraj/pending"
    name, _, _ = pending.waiting(str(shop.repo / ".git"))[damaged]
    broken = folder / name
    broken.write_bytes(broken.read_bytes()[:100])
    (folder / ("0" * 64)).write_bytes(b"")
    (folder / ("1" * 64)).write_bytes(os.urandom(5000))
    key.chmod(0o600)
    doctor = shop.git("traj", "doctor", check=False)
    assert doctor.returncode == 1 and doctor.stdout.count("is damaged") == 3
    assert all(str(path) in doctor.stdout for path in (broken, folder / ("0" * 64), folder / ("1" * 64)))
    assert shop.git("traj", "finish").returncode == 0
    assert len(shop.noted()) == noted
    found = shop.json("verify", "--all", check=False)  # the first of a chain that goes on is missing
    assert {each["status"] for each in found["commits"]} == {"verified"}
    assert {each["kind"] for each in found["completeness"]["findings"]} == {"gap"}
    assert commit(claude, "three") == [] and len(shop.noted()) == noted + 1
    assert verified(shop)


def test_a_scanner_that_is_missing_or_fails_keeps_the_session_out_until_it_works(
    tmp_path: Path, hermetic_seal: Path
) -> None:
    other = OtherPython(tmp_path / "other")
    other.scanner("real")
    shop = Workshop(tmp_path, hermetic_seal)
    shop.env |= other.env
    shop.start()
    claude = shop.claude()
    for number, script in enumerate((None, "exit 3", "kill -9 $$", "echo '{}'")):
        other.scanner(script)
        said = commit(claude, f"f{number}")
        assert len(said) == 1 and "scanner" in said[0] and "--no-redact" in said[0], said
        assert shop.noted() == [] and waiting(shop) == []
    assert "scanner" in shop.git("traj", "doctor", check=False).stdout
    assert "looked for" in shop.git("traj", "doctor", check=False).stdout
    other.scanner("real")
    shop.git("traj", "attach", "--missing")
    assert len(shop.noted()) == 4 and shop.json("verify", "--all")["ok"] is True
    assert [each["index"] for each in segments(shop, "HEAD~3", "HEAD~2", "HEAD~1", "HEAD")] == [0, 1, 2, 3]


def test_a_scanner_that_hangs_is_ended_with_the_hook(tmp_path: Path, hermetic_seal: Path) -> None:
    """A user who presses Ctrl-C while the hook works keeps the commit, and no process stays."""
    other = OtherPython(tmp_path / "other")
    other.scanner("real")
    shop = Workshop(tmp_path, hermetic_seal)
    shop.env |= other.env
    shop.start()
    other.scanner(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    claude = shop.claude()
    claude.say("Write a")
    claude.write("a.txt", "content\n")
    shop.git("add", "-A")
    env = {**os.environ, **shop.env, "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": claude.session}
    process = subprocess.Popen(
        ["git", "commit", "-qm", "A"], cwd=shop.repo, env=env, stderr=subprocess.PIPE, start_new_session=True
    )
    for _ in range(200):
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
            break
        select.select([], [], [], 0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert b"Traceback" not in error, error
    assert shop.out("log", "-1", "--format=%s") == "A"
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(int((tmp_path / "pid").read_text()), 0)
            select.select([], [], [], 0.05)


def test_two_processes_that_seal_at_once_make_one_statement_of_each_record(shop: Workshop) -> None:
    key = shop.home / ".config/gittraj/key"
    key.chmod(0o644)
    claude = shop.claude()
    for name in ("one", "two", "three"):
        commit(claude, name)
    key.chmod(0o600)
    env = {**os.environ, **shop.env}
    both = [
        subprocess.Popen(["git", "traj", "finish"], cwd=shop.repo, env=env, stdout=subprocess.PIPE) for _ in range(3)
    ]
    assert [process.communicate(timeout=60) and process.returncode for process in both] == [0, 0, 0]
    assert waiting(shop) == [] and shop.json("verify", "--all")["ok"] is True
    chain = segments(shop, "HEAD~2", "HEAD~1", "HEAD")
    assert sorted(each["index"] for each in chain) == list(range(len(chain)))
