"""What the Entire CLI left in a repository: its branch and the commits go in, one job per session and commit comes out.

A job is a stretch of a session's tape. Every commit that names a checkpoint ends a stretch: at the call that made it, where one did,
else at its time, and no later than the checkpoint's transcript. It begins where the stretch of the commit before ended; copies of
one commit (rebased, cherry-picked) get the same stretch, a squash all stretches of the checkpoints that it names.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from gittraj.capture import commit_calls, cut
from gittraj.capture.moments import parse
from gittraj.errors import AgentError, StoreError
from gittraj.flows.tape import Copy, Tape, wind
from gittraj.flows.wiring import House
from gittraj.imports import entire
from gittraj.imports.entire import Kept, Told
from gittraj.model.commit import Commit
from gittraj.store import remote
from gittraj.store.tree_files import tree_files

_LATE = 120  # seconds between a checkpoint and its own commit; an editor may be open meanwhile
_ANCESTORS = 2000  # commits that are looked at to tell whether one of two that name a checkpoint lies before the other


class Named(NamedTuple):
    """A commit that names checkpoints, those that are there."""

    commit: Commit
    checkpoints: tuple[str, ...]


class Held(NamedTuple):
    """One session of one checkpoint with what its metadata say."""

    kept: Kept
    told: Told


class Stretch(NamedTuple):
    """The entries from `first` to `stop` of a tape belong to `commit`. `held`: the checkpoints they come from."""

    commit: Commit
    first: int
    stop: int
    held: tuple[Held, ...]


class Session(NamedTuple):
    """One session with its stretches, in the order in which they end."""

    tape: Tape
    stretches: list[Stretch]


class Source:
    """The checkpoints of a repository. `problems`: (checkpoint or commit, what is wrong with it), filled on the way."""

    def __init__(self, house: House) -> None:
        """Raises `StoreError` where the repository has no checkpoints."""
        self._repository = house.repository
        self.ref, tree = self._branch()
        self._checkpoints = entire.checkpoints(tree_files(self._repository, tree))
        self.problems: list[tuple[str, str]] = []
        self.named: list[Named] = []
        self._commits: dict[str, Commit] = {}
        self._find_commits()

    def sessions(self) -> Iterator[Session]:
        """Every session, one at a time, because a tape may be large."""
        groups: dict[str, list[tuple[Named, Held]]] = {}
        known: dict[tuple[str, int], Held | None] = {}
        for named in self.named:
            for checkpoint in named.checkpoints:
                for kept in self._checkpoints[checkpoint]:
                    key = kept.checkpoint, kept.number
                    if key not in known:
                        known[key] = self._held(kept)
                    held = known[key]
                    if held is not None:
                        groups.setdefault(held.told.session, []).append((named, held))
        for group in groups.values():
            found = self._session(group)
            if found is not None:
                yield found

    def _session(self, group: list[tuple[Named, Held]]) -> Session | None:
        copies: dict[str, Copy] = {}
        for _, held in group:
            name = _name(held.kept)
            if name not in copies:
                copy = self._copy(held.kept)
                if copy is not None:
                    copies[name] = copy
        if not copies:
            return None
        try:
            tape = wind(list(copies.values()))
        except AgentError as error:
            for name in copies:
                self.problems.append((name, error.message))
            return None
        for name in sorted(copies.keys() - tape.stops.keys()):
            self.problems.append(
                (name, "its transcript cannot be read, or is another agent's than the rest of the session")
            )
        there = [(named, held) for named, held in group if _name(held.kept) in tape.stops]
        return Session(tape, self._stretches(tape, there))

    def _stretches(self, tape: Tape, group: list[tuple[Named, Held]]) -> list[Stretch]:
        by_commit: dict[str, tuple[Named, list[Held]]] = {}
        for named, held in group:
            by_commit.setdefault(named.commit.id, (named, []))[1].append(held)
        ends = tape.ends()
        stops: dict[str, int] = {}
        for commit_id, (named, parts) in by_commit.items():
            first_parent = self._commits.get(named.commit.parents[0]) if named.commit.parents else None
            made = first_parent.committer_time if first_parent else 0
            stops[commit_id] = max(_stop(tape, ends, named.commit, one, made) for one in parts)
        found = []
        for commit_id, (named, parts) in by_commit.items():
            before: dict[tuple[str, ...], list[tuple[bool, int]]] = {}
            for other_id, (other, others) in by_commit.items():
                if other_id != commit_id and self._precedes(other, others, named, parts, tape):
                    on_the_way = self._before(other.commit, named.commit)
                    before.setdefault(other.checkpoints, []).append((on_the_way, stops[other_id]))
            first = max((_end_of(copies) for copies in before.values()), default=0)
            found.append(Stretch(named.commit, min(first, stops[commit_id]), stops[commit_id], tuple(parts)))
        return sorted(found, key=lambda one: (one.stop, one.commit.committer_time, one.commit.id))

    def _precedes(self, other: Named, others: list[Held], named: Named, parts: list[Held], tape: Tape) -> bool:
        """Whether the session had made the commit `other` before it went on to `named`: its checkpoints are older."""
        if set(other.checkpoints) & set(named.checkpoints):
            return self._before(other.commit, named.commit)
        theirs = max(parse(one.told.created) or 0.0 for one in others)
        ours = min(parse(one.told.created) or 0.0 for one in parts)
        if theirs and ours:
            return theirs < ours
        return max(tape.stops[_name(one.kept)] for one in others) < min(tape.stops[_name(one.kept)] for one in parts)

    def _before(self, one: Commit, other: Commit) -> bool:
        """Whether `one` is an ancestor of `other`, not too far back."""
        seen: set[str] = set()
        waiting = list(other.parents)
        while waiting and len(seen) < _ANCESTORS:
            at = waiting.pop(0)
            if at == one.id:
                return True
            commit = self._commits.get(at)
            if at in seen or commit is None or commit.committer_time < one.committer_time - 86400:
                continue
            seen.add(at)
            waiting.extend(commit.parents)
        return False

    def is_ancestor(self, one: str, other: Commit) -> bool:
        """Whether the commit with the id `one` lies before `other`."""
        commit = self._commits.get(one)
        return commit is not None and self._before(commit, other)

    def _find_commits(self) -> None:
        for commit_id in reversed(self._repository.revisions("--all")):
            try:
                commit = self._repository.commit(commit_id)
            except StoreError as error:
                self.problems.append((commit_id[:12], error.message))
                continue
            self._commits[commit_id] = commit
            names = entire.named(commit.message)
            there = tuple(name for name in names if name in self._checkpoints)
            for name in names:
                if name not in self._checkpoints:
                    self.problems.append((commit_id[:12], f"names checkpoint {name}, which {self.ref} does not hold"))
            if there:
                self.named.append(Named(commit, there))

    def _branch(self) -> tuple[str, str]:
        refs = entire.refs(remote.names(self._repository.settings.values))
        for ref in refs:
            try:
                return ref, self._repository.commit(self._repository.resolve(ref)).tree
            except StoreError:
                continue
        raise StoreError(
            f"no checkpoints of Entire here: none of {', '.join(refs)}",
            hint="git fetch origin entire/checkpoints/v1:entire/checkpoints/v1",
        )

    def _held(self, kept: Kept) -> Held | None:
        try:
            if not kept.metadata:
                raise AgentError("it has no metadata.json")
            told = entire.metadata(self._repository.blob(kept.metadata, fetch=True))
        except (AgentError, StoreError) as error:
            self.problems.append((_name(kept), error.message))
            return None
        return Held(kept, told if told.session else told._replace(session=_name(kept)))

    def _copy(self, kept: Kept) -> Copy | None:
        if not kept.transcript:
            self.problems.append((_name(kept), "it has no transcript"))
            return None
        try:
            parts = [self._repository.blob(blob, fetch=True) for blob in kept.transcript]
        except StoreError as error:
            self.problems.append((_name(kept), f"its transcript is missing: {error.message}"))
            return None
        sub_agents = []
        for name, blob in kept.sub_agents:
            try:
                sub_agents.append((name, self._repository.blob(blob, fetch=True)))
            except StoreError as error:
                self.problems.append((_name(kept), f"the transcript of a sub-agent is missing: {error.message}"))
        data = b"\n".join(part.removesuffix(b"\n") for part in parts[:-1]) + b"\n" * (len(parts) > 1) + parts[-1]
        return Copy(_name(kept), data, tuple(sub_agents))


def about(stretch: Stretch, ref: str) -> dict[str, object]:
    """What the record says of where it was taken from (docs/reference/record.md, `imported`)."""
    last = stretch.held[-1]
    found: dict[str, object] = {
        "from": "entire",
        "ref": ref,
        "checkpoints": list(dict.fromkeys(one.kept.checkpoint for one in stretch.held)),
        "transcript": list(last.kept.transcript),
        "evidence": "trailer",
    }
    if last.told.label:
        found["label"] = last.told.label
    return found


def _name(kept: Kept) -> str:
    return f"{kept.checkpoint}/{kept.number}"


def _end_of(copies: list[tuple[bool, int]]) -> int:
    """Where copies of one commit, each with whether it is an ancestor, end: the ancestor if there is one, else the one that claims least."""
    ancestors = [stop for on_the_way, stop in copies if on_the_way]
    return max(ancestors) if ancestors else min(stop for _, stop in copies)


def _stop(tape: Tape, ends: list[int], commit: Commit, held: Held, parent: int) -> int:
    """How many entries of the tape belong to the commit or to what came before it, as far as one of its checkpoints tells.

    A checkpoint's own transcript may end too early (it was not written out yet when the tool read it) or too late (the turn went on).
    `parent`: when the commit's parent was made.
    """
    written = msgspec.structs.replace(commit, committer_time=commit.author_time)
    call = commit_calls.made(tape.entries, commit) or commit_calls.made(tape.entries, written)
    if call is not None:
        return cut.at_call(tape.entries, ends, call)
    if not tape.timed:
        return tape.stops[_name(held.kept)]
    moment = _moment(commit, parse(held.told.created), parent)
    return cut.at_time(tape.entries, ends, msgspec.structs.replace(commit, committer_time=moment))


def _moment(commit: Commit, created: float | None, parent: int) -> int:
    """When the work that the checkpoint tells of was committed: `created` is the tool's own clock at that time."""
    rewritten = parent > commit.author_time  # onto a parent that was not there yet
    if created is None:
        return commit.author_time if rewritten else commit.committer_time
    if commit.author_time > created + _LATE:  # a squash; its own time says nothing of the commits that it holds
        return int(created)
    return min(commit.committer_time, max(int(created), commit.author_time)) if rewritten else commit.committer_time
