"""The main job, played in a folder of its own: an empty folder goes in; each command as a user would type it, with its output, comes out.

HOME, git configuration, keys and sessions are made in that folder: the user's own are neither read nor written.
"""

import datetime
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gittraj.errors import GitTrajError
from gittraj.flows.demo_session import COMMIT, EDITED, FILES, PROMPT, SESSION, Session, folder
from gittraj.replay.commands import sandbox

_SCRUB = ("GIT_", "SSH_", "CLAUDE", "CODEX", "GEMINI", "OPENCODE", "CURSOR", "PI_", "XDG_", "AGENT", "GITTRAJ")
_CONFIG = (
    "[user]\n\tname = Dana Example\n\temail = dana@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n"
    "[core]\n\tpager = cat\n"
)
_AGENT = {"CLAUDECODE": "1", "CLAUDE_CODE_ENTRYPOINT": "cli", "CLAUDE_CODE_SESSION_ID": SESSION}
REPOSITORY = "ledger"


class Act(NamedTuple):
    """One step of the demo: `command` as typed ("" for a remark only), what it printed, and how it ended."""

    remark: str
    command: str = ""
    output: str = ""
    code: int = 0


def demo(place: str, env: Mapping[str, str], *, now: float, columns: int, colour: bool) -> Iterator[Act]:
    """Play the main job in `place`. Raises `GitTrajError` where a step does not end as it must."""
    stage = _Stage(os.path.realpath(place), env, columns, colour)
    yield stage.play("A repository with a failing test.", f"git init -q {REPOSITORY}", inside=False)
    stage.write_files(FILES)
    yield stage.play("", 'git add . && git commit -q -m "Cents of an amount"')
    yield stage.play("Once per clone:", "git traj init")
    session = Session(stage.repository, datetime.datetime.fromtimestamp(now, datetime.UTC))
    yield Act(
        f'Claude Code is asked: "{PROMPT}" (no agent runs here: a session in its format, written for this demo, is played)'
    )
    stage.append(session.before_commit())
    stage.write_files({"money.py": EDITED})
    committed = stage.play(
        "It edits, tests, and commits; the hook finds the session, redacts, signs and attaches it:", COMMIT, agent=True
    )
    yield committed
    stage.append(session.after_commit(committed.output))
    yield stage.play("What happened for this commit?", "git traj show HEAD")
    yield stage.play("Is the record genuine, signed by someone trusted, and about this commit?", "git traj verify HEAD")
    yield stage.play("The end of the agent's turn came after the commit; it is attached, too:", "git traj finish")
    if not sandbox.available("python3 --version"):
        again = "Do the recorded edits give the committed files, and do the commands, run again in a sandbox, print the same?"
        yield stage.play(again, "git traj replay --commands")
    else:
        again = "Do the recorded edits give the committed files? (No sandbox with Python here, so the commands are not run again.)"
        yield stage.play(again, "git traj replay")
    yield stage.play("Which sessions touched this file, and for what?", "git traj regions money.py")
    yield stage.play("Which line is whose?", "git traj blame money.py")
    yield stage.play("It is an ordinary git note.", "git notes --ref=traj list")
    yield stage.play(
        "A record moved to another commit does not pass:",
        "git notes --ref=traj copy HEAD HEAD~1 && git traj verify HEAD~1",
        code=1,
    )
    yield stage.play("", "git notes --ref=traj remove HEAD~1")
    yield stage.play("", "git traj log")


class _Stage:
    """A HOME, a PATH with this very git-traj first, and a repository, all below `place`."""

    def __init__(self, place: str, env: Mapping[str, str], columns: int, colour: bool) -> None:
        self._place = place
        self._home = os.path.join(place, "home")
        self.repository = os.path.join(place, REPOSITORY)
        tools = os.path.join(place, "bin")
        os.makedirs(self._home, exist_ok=True)
        os.makedirs(tools, exist_ok=True)
        _write(os.path.join(self._home, ".gitconfig"), _CONFIG)
        program = os.path.join(tools, "git-traj")
        _write(program, f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m gittraj "$@"\n')
        os.chmod(program, 0o755)  # noqa: S103 - a program is to be run
        self._env = {name: value for name, value in env.items() if not name.startswith(_SCRUB)}
        self._env.update(HOME=self._home, GIT_CONFIG_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0", COLUMNS=str(columns))
        self._env["PATH"] = tools + os.pathsep + self._env.get("PATH", os.defpath)
        if colour:
            self._env["GIT_PAGER_IN_USE"] = "true"

    def write_files(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            _write(os.path.join(self.repository, name), text)

    def append(self, lines: list[str]) -> None:
        """Append to the session's file, as the agent would."""
        place = os.path.join(self._home, ".claude", "projects", folder(self.repository))
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, f"{SESSION}.jsonl"), "a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def play(self, remark: str, command: str, *, code: int = 0, agent: bool = False, inside: bool = True) -> Act:
        """Run `command` as a user (or the agent's shell) would; it must end with `code`."""
        done = subprocess.run(  # noqa: S602 - the line is ours, and shown as typed
            command,
            shell=True,
            cwd=self.repository if inside else self._place,
            env={**self._env, **(_AGENT if agent else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output = done.stdout.decode("utf-8", "replace").rstrip("\n")
        if done.returncode != code:
            raise GitTrajError(
                f"demo: {command!r} ended with {done.returncode}: {output}",
                hint="git traj demo --keep DIR to look at it",
            )
        return Act(remark, command, output, done.returncode)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
