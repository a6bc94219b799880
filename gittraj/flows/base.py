"""The state a segment began from: its entries and the repository go in, the base commit and the files that differed from it come out."""

import functools
from typing import Any

from gittraj.agents.interface import Agent
from gittraj.capture import evidence, moments
from gittraj.codec.digest import git_blob_id
from gittraj.errors import StoreError
from gittraj.model.commit import Commit
from gittraj.model.entry import Entry, walk
from gittraj.model.session import SessionHead
from gittraj.store import lookup
from gittraj.store.repository import Repository

_ASKED = 50  # untracked files that git is asked about, a process for each
_MOVED = 8 << 20  # bytes that are looked at to tell whether a file was moved
_WALK = 200  # commits on the first-parent chain that are looked at for the one a session began on


def base_commit(repository: Repository, commit: Commit, head: SessionHead, entries: list[Entry], previous: str) -> str:
    """The commit that was checked out when the segment began, "" for a root commit.

    The one of the segment before where it is an ancestor; else what the agent recorded; else the last first-parent ancestor that
    is no younger than the segment's first entry.
    """
    ancestors: list[str] = []
    current = commit.parents[0] if commit.parents else ""
    began = next((moment for entry in entries if (moment := moments.seconds(entry)) is not None), None)
    while current and len(ancestors) < _WALK:
        if current in (previous, head.commit):
            return current
        ancestors.append(current)
        if began is not None and not previous and repository.commit(current).committer_time <= began:
            return current
        try:
            parents = repository.commit(current).parents
        except StoreError:  # a shallow clone ends here
            break
        current = parents[0] if parents else ""
    return ancestors[0] if ancestors else ""


def settle_states(
    agent: Agent,
    repository: Repository,
    entries: list[Entry],
    base: str,
    commit: Commit,
    cwd: str,
    worktrees: tuple[str, ...],
) -> dict[str, dict[str, Any]]:
    """Take recorded pre-states out of `entries` (in place) where they are not needed; what differed at the start is returned.

    ``{path: {blob, patch}}``: the blob id (hex) of the state the first operation met, and the patch that makes it from the file in
    `base`, for tracked files that no commit at hand holds in that state (design: record, `base`). A state that an operation met
    later stays with its result. Files that neither `base` nor `commit` tracks are nothing that replay could compare, where no commit will have them.
    """
    later = _Later(repository, commit)
    results = {
        entry.get("call-id"): entry for entry in walk(entries) if entry["type"] == "tool-result" and _states(entry)
    }
    files: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for call in [entry for entry in walk(entries) if entry["type"] == "tool-call"] if results else ():
        result = results.get(call.get("call-id"))
        operations = agent.operations(call, result)
        if operations and all(one.state in ("failed", "denied") for one in operations):
            continue  # it met nothing that an action of this session could go on from
        paths = [evidence.relative(one.operation.path, one.cwd or cwd, worktrees) for one in operations]
        for holder in _states(result) if result is not None else ():
            own = holder.get("path")
            path = evidence.relative(own, cwd, worktrees) if isinstance(own, str) else (paths[0] if paths else "")
            data = holder["pre-state"].encode("utf-8", "surrogatepass")
            versions = [repository.blob_at(at, path) for at in (base, *commit.parents[:1], commit.id) if at and path]
            there = [version for version in versions if version is not None]
            if any(_same(version, data) for version in there) or not (there or later.committed(path, data)):
                del holder["pre-state"]
            elif path not in seen:
                patch = lookup.patch_between(repository.blob_at(base, path) if base else None, data)
                files[path] = {"blob": git_blob_id(data), "patch": patch}
                del holder["pre-state"]
        seen.update(paths)
    return files


class _Later:
    """Whether a file that no commit has at its place may be in one: it lies there, not ignored, or shares lines with a file that the commit changes.

    What an agent met of an ignored file is nobody's business. Nothing is read before it is asked.
    """

    def __init__(self, repository: Repository, commit: Commit) -> None:
        self._repository = repository
        self._commit = commit
        self._known: dict[str, bool] = {}

    def committed(self, path: str, data: bytes) -> bool:
        if not path:
            return False
        if path not in self._known and len(self._known) < _ASKED:
            self._known[path] = self._repository.may_be_added(path)
        if self._known.get(path):
            return True
        return evidence.enough(self._lines & evidence.substantial(data[:_MOVED].decode("utf-8", "replace")))

    @functools.cached_property
    def _lines(self) -> set[str]:
        found: set[str] = set()
        size = 0
        try:
            for change in self._repository.changes(self._commit.id):
                for blob in () if change.is_submodule else (change.old, change.new):
                    data = self._repository.blob(blob) if blob else b""
                    size += len(data)
                    if size > _MOVED:
                        return found
                    found |= evidence.substantial(data.decode("utf-8", "replace"))
        except StoreError:  # a shallow or partial clone
            pass
        return found


def _states(result: Entry) -> list[dict[str, Any]]:
    """The maps of a result that hold a recorded pre-state: itself, or one for each of several files."""
    files = result.get("files")
    holders = [result, *(files if isinstance(files, list) else ())]
    return [one for one in holders if isinstance(one, dict) and isinstance(one.get("pre-state"), str)]


def _same(version: bytes, data: bytes) -> bool:
    """Whether these are the same bytes, line ends aside (agents record text with LF only)."""
    return version == data or version.replace(b"\r\n", b"\n") == data
