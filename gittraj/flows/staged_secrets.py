"""The hook `traj-secrets`: sessions around the worktree and what is staged go in; where a secret of a session is staged comes out.

The scanner finds secrets in a session by how they look and what stands around them; in a file the same value may stand alone, and no
scanner would know it. Values are compared in memory, and are never written or told.
"""

import os
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gittraj.errors import AgentError, RedactError
from gittraj.flows import discover
from gittraj.flows.wiring import House, open_house
from gittraj.model.entry import Entry
from gittraj.model.states import Draft
from gittraj.redact import forms
from gittraj.redact.policy import Policy
from gittraj.redact.redact import begin
from gittraj.redact.search import Found
from gittraj.store import gitdir, lookup
from gittraj.store.staged import staged

RECENT = 24 * 3600  # seconds since an agent last wrote to its session; older ones have no part in this commit
LONGEST = 256 * 1024 * 1024  # bytes of sessions, read while somebody waits for a commit; real ones are far shorter


class StagedSecret(NamedTuple):
    """A line of a staged file that holds a secret of a session: `rule` names what it looks like; the value stays in here."""

    path: str
    line: int
    rule: str


def staged_secrets(directory: str, env: Mapping[str, str]) -> list[StagedSecret]:
    """Every place, in the order of the files. Raises `RedactError` where the scanner is missing or fails, `StoreError`."""
    place = gitdir.find(directory, env)
    if place is None:
        return []
    worktree, now = os.path.realpath(place.worktree or directory), time.time()
    # one whose last word is attached already is no news for a trace, but what it saw may be staged now
    every = discover.find(worktree, env, place.common_dir, now=now, everything=True)
    around = [one for one in every if one.inside or now - one.location.mtime < RECENT]
    if not around:
        return []
    house = open_house(directory, env, interactive=False)
    files = list(staged(house.repository))
    values = _secrets(around) if files else {}
    return _places(house, files, values) if values else []


def _secrets(around: Iterable[discover.Found]) -> dict[str, str]:
    """The values in the sessions that the scanner takes for secrets and that cannot be there by chance, with their rules."""
    entries: list[Entry] = []
    total = 0
    for one in around:
        total += one.location.size
        if total > LONGEST:
            raise RedactError(
                "the sessions are too long to be searched for secrets", hint="SKIP=traj-secrets git commit"
            )
        try:
            entries += one.agent.read(one.location.path, session=one.location.session).entries
        except AgentError:  # `post-commit` tells that
            continue
    scan = begin(Draft({"session": {"entries": entries}}), Policy(reasoning="keep"))
    if scan is None:
        return {}
    found = Found()
    found.read(scan.texts, scan.finish())
    return found.values


def _places(house: House, files: list[tuple[str, bytes]], values: dict[str, str]) -> list[StagedSecret]:
    head = house.repository.head()
    told: list[StagedSecret] = []
    known: dict[str, bool] = {}
    for path, content in files:
        for value, rule in values.items():
            at = _find(content, value)
            if at < 0:
                continue
            if value not in known:  # what the last commit holds already is no news, and no secret any more
                known[value] = bool(head) and lookup.holds(house.repository, head or "", value.encode())
            if not known[value]:
                told.append(StagedSecret(path, content.count(b"\n", 0, at) + 1, rule))
    return told


def _find(content: bytes, value: str) -> int:
    for form in (value, *forms.escaped(value), *forms.packed(value)):
        at = content.find(form.encode("utf-8", "surrogatepass"))
        if at >= 0:
            return at
    return -1
