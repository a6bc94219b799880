"""The hook `traj-no-forged-trailers`: a commit message goes in; the lines that claim what is not so come out.

A trailer is text that anybody can write. One that names an agent must have a session of that agent around, or come from a commit with a trace;
and no trailer names a trace at all: a trace is found by the commit's id and its signature.
"""

import os
import re
import time
from collections.abc import Mapping
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.flows import discover
from gittraj.flows.wiring import House, open_house
from gittraj.policy import agents
from gittraj.store import gitdir

_RESERVED = re.compile(r"^(?:traj|gittraj|git-traj)(?:-[a-z0-9-]+)?\s*:", re.I)
_SCISSORS = re.compile(r"^# -+ >8 -+$", re.M)
MESSAGE_LIMIT = 1 << 20  # characters of a message; beyond that nobody wrote it
# what an agent is called in messages, where that is not the name of its reader here
_READERS = {"claude": "claude-code", "gemini": "gemini-cli", "pi coding agent": "pi"}
_SOURCES = ("HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "MERGE_HEAD", "REVERT_HEAD", "ORIG_HEAD")


class Forged(NamedTuple):
    """A line of the message and what is wrong with it."""

    line: str
    why: str


def forged_trailers(directory: str, env: Mapping[str, str], message: str) -> list[Forged]:
    """Every such line, in order. Raises `StoreError` outside of a repository."""
    text = _SCISSORS.split(message[:MESSAGE_LIMIT])[0]
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [
        Forged(line, "is no way to name a trace: a trace is found by the commit's id and its signature")
        for line in lines
        if _RESERVED.match(line)
    ]
    claims = agents.claims("\n".join(lines))
    if not claims:
        return found
    house = open_house(directory, env, interactive=False)
    around = discover.find(house.worktree, env, house.repository.common_dir, now=time.time())
    here = {one.agent.NAME for one in around}
    inherited = _inherited(house)
    for line, name in claims:
        if line not in inherited and not _is_here(name, here):
            found.append(Forged(line, f"names {name}, and no session of it is around this commit"))
    return found


def _is_here(name: str, here: set[str]) -> bool:
    return any(each == _READERS.get(name, name) or each.split("-")[0] == name for each in here)


def _inherited(house: House) -> set[str]:
    """The claims of commits with a trace that this message may have been taken from: amend, rebase, cherry-pick, revert, merge."""
    found: set[str] = set()
    in_files = gitdir.keeps_refs_in_files(house.repository.common_dir)
    for name in _SOURCES:
        path = os.path.join(house.repository.git_dir, name)
        if name not in ("HEAD", "ORIG_HEAD") and in_files and not os.path.exists(path):
            continue
        try:
            commit = house.repository.commit(house.repository.resolve(name))
            if house.notes.has(commit.id):
                found.update(line for line, _ in agents.claims(commit.message))
        except StoreError:  # no commit yet, or none of that name
            continue
    return found
