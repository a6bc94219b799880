"""Git's pager: lines of text go in, the user's pager shows them; False comes out where there is none to use."""

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping

DEFAULTS = {"LESS": "FRX", "LV": "-c"}  # as git sets them: quit if one screen, keep colours, keep the screen


def through_pager(lines: Iterable[str], env: Mapping[str, str]) -> bool:
    """Show `lines` in the pager that git would use, and wait for it."""
    command = chosen(env)
    if command in ("", "cat"):
        return False
    environment = {**DEFAULTS, **env}
    try:
        pager = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=environment)  # noqa: S602 - a shell command, as for git
    except OSError:
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the pager while it runs
    try:
        _feed(pager, lines)
        pager.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return True


def chosen(env: Mapping[str, str]) -> str:
    """The pager command: git itself knows the order of GIT_PAGER, core.pager, PAGER and its built-in default."""
    if "GIT_PAGER" in env:
        return env["GIT_PAGER"].strip()
    try:
        answer = subprocess.run(["git", "var", "GIT_PAGER"], env=dict(env), capture_output=True, check=False)
    except OSError:
        return env.get("PAGER", "less").strip()
    return os.fsdecode(answer.stdout).strip() if answer.returncode == 0 else ""


def _feed(pager: "subprocess.Popen[bytes]", lines: Iterable[str]) -> None:
    assert pager.stdin is not None
    try:
        for line in lines:
            pager.stdin.write(line.encode("utf-8", "backslashreplace") + b"\n")
        pager.stdin.close()
    except BrokenPipeError:  # the reader has seen enough
        pass
