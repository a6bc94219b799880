"""Where commands run again: a commit and the places at which its repository lay go in, a sandbox over throwaway folders comes out.

The environment is the same on every machine and at every run; names, mail addresses and dates are those of the commit, so that a
``git commit`` run again can give the very same commit.
"""

import os
import posixpath
import re
from collections.abc import Sequence
from typing import NamedTuple

from gittraj.errors import SandboxError
from gittraj.flows.wiring import House
from gittraj.model.commit import Commit
from gittraj.replay.commands import sandbox
from gittraj.replay.commands.bubblewrap import SYSTEM, USER, Mount
from gittraj.replay.commands.folder import give
from gittraj.replay.commands.limits import Limits
from gittraj.replay.commands.sandbox import Sandbox
from gittraj.store import throwaway

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HOME = re.compile(r"/(?:home|Users)/([^/]{1,64})(?=/|\Z)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_TMP = "/tmp"  # noqa: S108 - of the sandbox


class Rules(NamedTuple):
    """How commands are run: seconds for each and for all of a commit; `bare`: without a sandbox; `tools`: folders with programs besides.

    `owner`: as whom root runs them, None: as oneself.
    """

    seconds: float
    total: float
    bare: bool = False
    tools: tuple[str, ...] = ()
    owner: int | None = None


def rules(house: House, *, seconds: int | None, total: int | None, bare: bool) -> Rules:
    """The rules as asked for, else as configured. Raises `SandboxError` where there is no sandbox and none of `bare`."""
    settings = house.settings
    tools = tuple(os.path.realpath(one) for one in settings.command_path.split(os.pathsep) if os.path.isdir(one))
    owner = None if bare else sandbox.unprivileged(tools)
    if not bare and owner is None:
        reason = sandbox.available(tools=tools)
        if reason:
            raise SandboxError(reason, hint=sandbox.INSTALL)
    elif os.name != "posix":
        raise SandboxError("commands can be run again only on Linux, macOS and their like")
    return Rules(seconds or settings.command_timeout, total or settings.commands_timeout, bare, tools, owner)


def build(house: House, commit: Commit, folder: str, tree: str, roots: Sequence[str], rules: Rules) -> Sandbox:
    """The sandbox in which the worktree `tree` is seen at each of `roots`; its other folders are made in `folder`.

    Raises `SandboxError` where nothing can be mounted at one of `roots`, or bubblewrap is missing.
    """
    wrong = next((root for root in roots if not _mountable(root)), None)
    if wrong is not None and not rules.bare:
        raise SandboxError(f"the repository lay at {wrong or 'no known place'}, where nothing can be mounted")
    match = _HOME.match(roots[0])
    user = match[1] if match and _NAME.fullmatch(match[1]) else "root" if roots[0].startswith("/root/") else "user"
    home = match[0] if match else "/root" if user == "root" else "/home/user"
    if any(f"{home}/".startswith(f"{root}/") for root in roots):
        home = _TMP
    places = {name: os.path.join(folder, name) for name in ("tmp", "home", "etc")}
    for place in places.values():
        os.mkdir(place)
    own = places["tmp" if home == _TMP else "home"]
    settings = os.path.join(own, ".gitconfig")
    throwaway.introduce(house.repository, settings, commit.committer_name, commit.committer_email)
    mounts = [Mount(places["tmp"], _TMP)]
    if home != _TMP:
        mounts.append(Mount(own, home))
    mounts += [Mount(tree, root) for root in roots]
    mounts += [Mount(tool, tool, False) for tool in rules.tools]
    number = USER
    accounts = {"passwd": f"{user}:x:{number}:{number}::{home}:/bin/bash\n", "group": f"{user}:x:{number}:\n"}
    for name, text in accounts.items():
        path = os.path.join(places["etc"], name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        mounts.append(Mount(path, f"/etc/{name}", False))
    env = _environment(commit, user, own if rules.bare else home, rules.tools)
    give(folder, rules.owner)
    return Sandbox(mounts, env, Limits(), bare=rules.bare, owner=rules.owner)


def _environment(commit: Commit, user: str, home: str, tools: tuple[str, ...]) -> dict[str, str]:
    """All that a command finds in its environment: the same on every machine and run."""
    offset = commit.committer_offset
    sign, away = ("-", offset) if offset >= 0 else ("+", -offset)
    zone = f"<{'+' if offset >= 0 else '-'}{away // 60:02d}{away % 60:02d}>{sign}{away // 60:02d}:{away % 60:02d}"
    return {
        "PATH": os.pathsep.join([*tools, _PATH]),
        "HOME": home,
        "USER": user,
        "LOGNAME": user,
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "TZ": zone if offset else "UTC",
        "PAGER": "cat",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONHASHSEED": "0",
        "GIT_AUTHOR_NAME": commit.author_name,
        "GIT_AUTHOR_EMAIL": commit.author_email,
        "GIT_AUTHOR_DATE": _date(commit.author_time, commit.author_offset),
        "GIT_COMMITTER_NAME": commit.committer_name,
        "GIT_COMMITTER_EMAIL": commit.committer_email,
        "GIT_COMMITTER_DATE": _date(commit.committer_time, offset),
    }


def _date(seconds: int, offset: int) -> str:
    away = abs(offset)
    return f"@{seconds} {'-' if offset < 0 else '+'}{away // 60:02d}{away % 60:02d}"


def _mountable(root: str) -> bool:
    """Whether the worktree can be seen at `root` in the sandbox."""
    if not root.startswith("/") or "\0" in root or posixpath.normpath(root) != root or root == "/":
        return False
    if any(root == place or root.startswith(place + "/") for place in ("/proc", "/dev", "/sys", "/etc", "/run")):
        return False
    for place in SYSTEM:
        if root == place or (
            root.startswith(place + "/") and place not in ("/opt", "/nix/store") and not os.path.isdir(root)
        ):
            return False
    return True
