"""The git program: arguments and a repository go in, what it prints goes out. The only place that starts git."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from gittraj.errors import StoreError

OUTPUT_LIMIT = 1 << 30  # a list of 20 million commits, or the patch of a commit nobody can read
MESSAGE_LIMIT = 400  # of what git says on stderr, that much goes into our one line

# What a hook's environment may tell our own git: which configuration holds, where objects of a push wait, how to ask.
# Everything else that git exports to hooks (index file, prefix, work tree, author) speaks of another command.
_KEPT = (
    "GIT_CONFIG", "GIT_EXEC_PATH", "GIT_SSH", "GIT_ASKPASS", "GIT_TRACE", "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_PROXY", "GIT_HTTP", "GIT_CURL", "GIT_SSL",
    "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_PROTOCOL_FROM_USER", "GIT_ALLOW_PROTOCOL",
)  # fmt: skip


def environment(base: Mapping[str, str], **extra: str) -> dict[str, str]:
    """`base` without the ``GIT_*`` variables of an outer command; replace refs and grafts are switched off (A21)."""
    env = {name: value for name, value in base.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    env.update(
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_GRAFT_FILE=os.devnull,
        GIT_OPTIONAL_LOCKS="0",
        GIT_TERMINAL_PROMPT="0",
        GIT_PAGER="cat",
        GIT_ADVICE="0",
        LC_ALL="C",
        LANGUAGE="",
    )
    env.update(extra)
    return env


class Git:
    """git for one repository, started in `cwd` (the worktree, or the git directory); `git_dir` "": git discovers it itself."""

    def __init__(self, git_dir: str, cwd: str, env: Mapping[str, str], worktree: str | None = None) -> None:
        self.cwd = cwd
        self.env = environment(env)
        if git_dir:
            self.env["GIT_DIR"] = git_dir
        if worktree:
            self.env["GIT_WORK_TREE"] = worktree

    def run(self, arguments: Sequence[str], *, data: bytes = b"", ok: Sequence[int] = (0,)) -> bytes:
        """What git prints. Raises `StoreError` with git's own words where the exit code is not in `ok`."""
        return self.call(arguments, data=data, ok=ok)[1]

    def call(
        self, arguments: Sequence[str], *, data: bytes = b"", ok: Sequence[int] = (0,), cwd: str = "", **extra: str
    ) -> tuple[int, bytes]:
        """Exit code and output. `extra`: more environment. Raises `StoreError`."""
        code, out, said = self.talk(arguments, data=data, cwd=cwd, extra=extra)
        if code not in ok:
            lines = said.decode("utf-8", "replace").strip().split("\n")
            first = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0])[:MESSAGE_LIMIT]
            raise StoreError(f"git {arguments[0]}: {first or f'exit code {code}'}")
        return code, out

    def talk(
        self, arguments: Sequence[str], *, data: bytes = b"", cwd: str = "", extra: Mapping[str, str]
    ) -> tuple[int, bytes, bytes]:
        """Exit code, output and what git said on stderr. `extra`: more environment. Raises `StoreError` only where git cannot be started."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                input=data,
                capture_output=True,
                cwd=cwd or self.cwd,
                env={**self.env, **extra},
                check=False,
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
            hint = "install git, or put it on PATH" if isinstance(error, FileNotFoundError) else None
            raise StoreError(f"git could not be started: {error}", hint=hint) from error
        if len(done.stdout) > OUTPUT_LIMIT:
            raise StoreError(f"git {arguments[0]}: more than {OUTPUT_LIMIT} bytes of output")
        return done.returncode, done.stdout, done.stderr

    def converse(self, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Git as a partner that is asked and answers until its input is closed; what it says on stderr is dropped. Raises `StoreError`."""
        try:
            return subprocess.Popen(
                ["git", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.cwd,
                env=self.env,
            )
        except OSError as error:
            raise StoreError(f"git could not be started: {error}", hint="install git, or put it on PATH") from error
