"""A signed history made in a second: a repository goes out whose commits carry records of one session, and clones of it to lay hands on."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from gittraj.capture.record import Place, Segment, build
from gittraj.codec import framing
from gittraj.codec.uuid7 import uuid7
from gittraj.flows.heads import sign_head
from gittraj.flows.wiring import open_house, signer
from gittraj.model.anchor import Anchor
from gittraj.model.session import SessionHead
from gittraj.model.states import Redacted
from gittraj.seal.sign import seal
from tests.support import fork_client
from tests.support.quick_scanner import first_on_path

ROOT = str(Path(__file__).resolve().parents[2])
NOTES = "refs/notes/traj"


class Clone:
    """A copy of the repository to lay hands on, with the HOME that trusts its signer."""

    def __init__(self, repo: Path, home: Path) -> None:
        self.repo = repo
        self.env = {
            **os.environ,
            "HOME": str(home),
            "PYTHONPATH": first_on_path(ROOT, os.environ.get("PYTHONPATH", "")),
        }

    def git(self, *arguments: str, data: bytes | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.repo, env=self.env, input=data, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def traj(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """`git traj ARGUMENTS`, which must end with `code`."""
        command = [*fork_client.command(), *arguments]
        done = subprocess.run(command, cwd=self.repo, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    def verify(self, *arguments: str, code: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.traj("verify", *arguments, "--json", code=code).stdout)
        return found

    def kinds(self, found: dict[str, Any]) -> set[str]:
        return {each["kind"] for each in found["completeness"]["findings"] if each["fatal"]}

    def house(self) -> Any:
        return open_house(str(self.repo), self.env)

    def head(self) -> None:
        assert sign_head(self.house()).fresh

    def noted(self) -> list[str]:
        """The project's commits that have a note, oldest first."""
        listed = {line.split()[1] for line in self.git("notes", "--ref=traj", "list").splitlines()}
        return [one for one in self.git("rev-list", "--reverse", "main").splitlines() if one in listed]

    def forget(self) -> None:
        """As a fresh clone, which remembers nothing."""
        known = self.repo / ".git/gittraj/notes-tip"
        known.unlink(missing_ok=True)
        for line in self.git("for-each-ref", "--format=%(refname)", "refs/gittraj").splitlines():
            self.git("update-ref", "-d", line)

    def try_git(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """git, which may fail; what it says is in `stderr`."""
        around = {**self.env, **env}
        return subprocess.run(
            ["git", *arguments], cwd=self.repo, env=around, capture_output=True, text=True, check=False
        )

    def person_commits(self, message: str, files: dict[str, str] | None = None) -> str:
        """A commit without a trace; the hook does not look at it."""
        for name, content in (files or {}).items():
            path = self.repo / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            self.git("add", name)
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def agent_commits(self, name: str, *, trace: bool = True) -> str:
        """A commit that says an agent made it: one file written, with a signed record of its own session."""
        content = f"{name}\n"
        commit = self.person_commits(f"Write {name}\n\nCo-authored-by: Claude <noreply@anthropic.com>", {name: content})
        if not trace:
            return commit
        house = self.house()
        found = house.repository.commit(commit)
        at = "2023-11-14T22:13:20.000Z"
        call = {
            "type": "tool-call",
            "name": "Write",
            "input": {"file_path": f"/w/{name}", "content": content},
            "call-id": "c1",
        }
        result = {"type": "tool-result", "call-id": "c1", "output": "ok", "is-error": False}
        entries = [{**each, "timestamp": at} for each in ({"type": "user", "content": "Go on."}, call, result)]
        session = f"session-{name}-{os.urandom(4).hex()}"
        head = SessionHead("claude-code", session, "claude-jsonl", "2.1.40", "claude-opus", cwd="/w")
        kind = house.repository.object_format
        place = Place(found, "main", "", kind, (*found.parents, "")[0], {})
        draft = build(
            Segment(head, entries, 0, 0, ""),
            place,
            [],
            record_id=uuid7(1, os.urandom(10)),
            created="2026-11-21T00:00:00Z",
        )
        anchor = Anchor(found.id, found.tree, found.parents, session, 0, len(entries), object_format=kind)
        sealed = seal(Redacted(draft.record), anchor, signer(house), 1_700_000_000)
        house.notes.append(commit, [sealed.statement, framing.body(sealed.body)], message=f"trace of {name}")
        return commit


class Team:
    """A bare server with the pre-receive hook, and clones of it whose notes are shared."""

    def __init__(self, folder: Path, made: tuple[Path, Path]) -> None:
        self.folder = folder
        self.home = made[1]
        self.first = Clone(folder / "first", self.home)
        subprocess.run(["cp", "-R", str(made[0]), str(self.first.repo)], check=True)
        self.first.git("reset", "-q", "--hard")
        self.server = Clone(folder / "server.git", self.home)
        self.first.git("init", "-q", "--bare", str(self.server.repo))
        self.first.git("remote", "add", "origin", str(self.server.repo))
        self.server.traj("init", "--server")

    def policy(self, text: str = '[require]\ntrace = "agent"\n[trust]\nsources = ["repository"]\n') -> str:
        """The policy and its list of keys, committed by a person."""
        key = (self.home / ".config/gittraj/key.pub").read_text()
        return self.first.person_commits(
            "Adopt", {".gittraj.toml": text, ".gittraj/allowed_signers": f"dana@example.org {key}"}
        )

    def start(self) -> "Team":
        """With a policy, and everything pushed."""
        self.policy()
        self.first.traj("init", "--share")
        done = self.first.try_git("push", "-q", "-u", "origin", "main")
        assert done.returncode == 0, done.stderr
        return self

    def copy(self, folder: Path) -> "Team":
        """The same server and first clone once more, apart from these."""
        subprocess.run(["cp", "-R", str(self.folder), str(folder)], check=True)
        other = object.__new__(Team)
        other.folder, other.home = folder, self.home
        other.first, other.server = Clone(folder / "first", self.home), Clone(folder / "server.git", self.home)
        other.first.git("remote", "set-url", "origin", str(other.server.repo))
        return other

    def clone(self, name: str) -> Clone:
        """One more member of the team."""
        self.first.git("clone", "-q", str(self.server.repo), str(self.folder / name))
        found = Clone(self.folder / name, self.home)
        found.traj("init", "--share")
        found.traj("fetch")
        return found
