"""Real git repositories for tests: small steps go in, ids come out; everything is done by the git program itself."""

import os
import subprocess
from pathlib import Path

from tests.support.ids import WIDTH


class Repo:
    """A repository on disk. `path`: the worktree (or the git directory of a bare one)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def init(cls, path: Path, *options: str) -> "Repo":
        path.mkdir(parents=True, exist_ok=True)
        repo = cls(path)
        repo.git("init", "-q", *options)
        return repo

    def git(self, *arguments: str, data: bytes | None = None, check: bool = True, **env: str) -> str:
        return self.raw(*arguments, data=data, check=check, **env).decode("utf-8", "replace").strip()

    def raw(self, *arguments: str, data: bytes | None = None, check: bool = True, **env: str) -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, input=data, capture_output=True, env={**os.environ, **env}, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(arguments)}: {done.stderr.decode('utf-8', 'replace')}")
        return done.stdout

    def write(self, name: str, content: str | bytes, *, executable: bool = False) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if executable:
            path.chmod(0o755)
        return path

    def commit(self, message: str = "A change", files: dict[str, str | bytes] | None = None, **env: str) -> str:
        """Write `files`, commit everything there is (also nothing), and give the commit's id."""
        for name, content in (files or {}).items():
            self.write(name, content)
        self.git("add", "-A", **env)
        self.git("commit", "-q", "--allow-empty", "-m", message, **env)
        return self.git("rev-parse", "HEAD")

    def worktree(self, path: Path, branch: str) -> "Repo":
        self.git("worktree", "add", "-q", "-b", branch, str(path))
        return Repo(path)

    def fast_import_notes(self, ref: str, count: int, *, depth: int = 0) -> dict[str, bytes]:
        """`count` synthetic notes for commits that do not exist, under `depth` directories each."""
        import hashlib

        name = hashlib.sha256 if WIDTH == 64 else hashlib.sha1
        notes = {name(b"%d" % n).hexdigest(): b"note %d\0\n" % n for n in range(count)}
        lines = [b"feature done\n"]
        lines.append(b"commit %b\ncommitter D <d@e> 1700000000 +0000\ndata 0\n" % ref.encode())
        for key, blob in notes.items():
            path = "/".join([*(key[2 * n : 2 * n + 2] for n in range(depth)), key[2 * depth :]])
            lines.append(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(blob), blob))
        lines.append(b"done\n")
        self.raw("fast-import", "--quiet", "--force", data=b"".join(lines))
        return notes
