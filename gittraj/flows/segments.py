"""A record's segment as replay takes it: a verified record and where its repository lay go in, operations and commands in order come out."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from gittraj.agents import shell_calls
from gittraj.agents.interface import Agent
from gittraj.errors import AgentError
from gittraj.flows.happened import Happened, text_of
from gittraj.flows.paths import above, absolute, inside, slashes
from gittraj.model.commit import Commit
from gittraj.model.entry import Entry
from gittraj.model.operation import Move, Observed, Patch
from gittraj.replay.steps import Command, Event, Noticed, Origin, Step

_NOT_TOLD = "unknown"  # as records say it: the schema wants a directory
_ASKED = 500  # paths that are looked up to find where the repository lay


class Segment(NamedTuple):
    """`first`: position of `entries[0]` in the session. `base`: the commit it began on, "" for none. `files`: states that differed there. `model`: the session's, where an entry names none.
    `made`: the commit it was signed for, where that is another than the one it is replayed for; `moved`: whether that is so; `wrote`: as in a `Step`. `version`: of the agent, `branch`: of the commit, "" unknown.
    """

    session: str
    seq: int
    agent: Agent
    entries: list[Entry]
    first: int
    base: str
    files: dict[str, Any]
    cwd: str
    model: str = ""
    made: Commit | None = None
    moved: bool = False
    wrote: dict[str, tuple[tuple[int, str], ...]] | None = None
    version: str = ""
    branch: str = ""


def segment_of(record: dict[str, Any], seq: int, agent: Agent) -> Segment:
    """The segment in a record. Raises `AgentError` where the record is none that this reader understands."""
    try:
        session, own = record["session"], record.get("gittraj", {})
        entries = session["entries"]
        base = own.get("base", {})
        place = own.get("segment", {})
        files = base.get("files")
        found = Segment(
            session=text_of(session["session-id"]),
            seq=seq,
            agent=agent,
            entries=entries,
            first=int(place.get("first", 0)),
            base=text_of(base.get("commit")),
            files=files if isinstance(files, dict) else {},
            cwd=text_of(session.get("environment", {}).get("working-dir")).removeprefix(_NOT_TOLD),
            model=text_of(session.get("agent-meta", {}).get("model-id")),
            version=text_of(session.get("agent-meta", {}).get("cli-version")),
            branch=text_of(record.get("vcs", {}).get("branch")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AgentError(f"the record is not understood: {type(error).__name__} {error}") from error
    if not _are_entries(entries):
        raise AgentError("the record's entries are not understood")
    return found


def _are_entries(value: Any) -> bool:
    lists = [value]
    while lists:
        entries = lists.pop()
        if not isinstance(entries, list):
            return False
        for entry in entries:
            if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
                return False
            if entry.get("children") is not None:
                lists.append(entry["children"])
    return True


def root_of(segment: Segment, events: Iterable[Happened], here: str, tracked: Callable[[str], bool]) -> str:
    """Where the repository lay for the session: the directory under which most paths of its operations are `tracked`.

    The session may have run in a sub-directory, in another clone, on another machine; `here` is this worktree.
    """
    cwd = slashes(segment.cwd)
    if cwd and (cwd == here or cwd.startswith(here + "/")):
        return here
    paths: dict[str, None] = {}
    for event in events:
        for seen in event.observed:
            if len(paths) < _ASKED:
                paths[absolute(seen.operation.path, seen.cwd or cwd)] = None
    if not cwd and any(path.startswith(here + "/") for path in paths):
        return here
    # where the session does not say, one of its files lay below the root that all of them share
    candidates = above(cwd) if cwd else above(*(path for path in paths if path.startswith("/")))
    best, score = (cwd or here), 0
    for candidate in candidates:
        below = candidate.rstrip("/") + "/"
        count = sum(1 for path in paths if path.startswith(below) and tracked(path[len(below) :]))
        if count > score:
            best, score = candidate, count
        if count == len(paths):  # no other can have more
            break
    return best


def events_of(
    segment: Segment, event: Happened, root: str, before: Callable[[str], bytes | None], *, made: bool
) -> list[Event]:
    """The operations, then the commands, of one call. `before`: the recorded state of a path when the segment began, asked once.

    `made`: the call is the one that made the commit, so what it ran came to its end even if no result says so.
    """
    entry = segment.first + event.top
    steps: list[Event] = []
    group: list[Observed] = []
    named: set[str] = set()
    agent = Origin("agent", segment.session, entry, event.turn)
    outcome = event.result or event.call
    told = text_of(event.call.get("call-id")), text_of(outcome.get("timestamp") or event.call.get("timestamp"))

    def close() -> None:
        if group:
            path = group[0].operation.path
            blobs = ("", "") if path in named else _blobs(event, path)  # recorded once for each file of the call
            named.add(path)
            steps.append(_step(segment, tuple(group), agent, root, before, blobs, _redacted(event), told))
            group.clear()

    for seen in event.observed:
        if group and group[-1].operation.path != seen.operation.path:
            close()
        group.append(seen)
    close()
    data = event.call.get("data")
    if (
        isinstance(data, dict) and data.get("kind") == "edited_text_file"
    ):  # Claude Code's note that a file it knows has changed
        steps.append(Noticed(inside(text_of(data.get("filename")), segment.cwd or root, root)))
    shell = Origin("shell", segment.session, entry, event.turn)
    for part, ran in enumerate(shell_calls.commands(event.call, event.result)):
        code = 0 if made and ran.code is None else ran.code
        cwd = absolute(ran.cwd or segment.cwd or root, segment.cwd or root)
        steps.append(Command(ran.text, cwd, root, shell, code, *told, event.call, event.result, part))
    return steps


def _step(
    segment: Segment,
    observed: tuple[Observed, ...],
    origin: Origin,
    root: str,
    before: Callable[[str], bytes | None],
    blobs: tuple[str, str],
    redacted: bool,
    told: tuple[str, str],
) -> Step:
    operation = observed[-1].operation
    cwd = observed[0].cwd or segment.cwd or root
    path = inside(operation.path, cwd, root)
    target = operation.to if isinstance(operation, Move) else operation.move_to if isinstance(operation, Patch) else ""
    return Step(
        observed,
        path,
        inside(target, cwd, root) if target else "",
        operation.path,
        origin,
        segment.agent.NAME,
        pre_blob=blobs[0],
        post_blob=blobs[1],
        before=before(path) if path and observed[0].state in ("applied", "unknown") else None,
        redacted=redacted or any(each.redacted for each in observed),
        call=told[0],
        at=told[1],
        wrote=None if segment.wrote is None else segment.wrote.get(path, ()),
    )


def _redacted(event: Happened) -> bool:
    result = event.result
    return event.call.get("redacted-edit") is True or (result is not None and result.get("redacted-edit") is True)


def _blobs(event: Happened, path: str) -> tuple[str, str]:
    """The recorded blob ids of the file before and after, "" where there are none."""
    holder: Any = event.result if event.result is not None else event.call.get("data")
    if not isinstance(holder, dict):
        return "", ""
    holders = [holder]
    for key in ("files", "changes"):
        parts = holder.get(key)
        if isinstance(parts, list):
            holders = [part for part in parts if isinstance(part, dict) and _names(part, path)]
    if not holders:
        return "", ""
    return text_of(holders[0].get("pre-blob")), text_of(holders[-1].get("post-blob"))


def _names(part: dict[str, Any], path: str) -> bool:
    told, asked = slashes(text_of(part.get("path"))), slashes(path).removeprefix("./")
    return bool(told) and (told == asked or told.endswith("/" + asked) or asked.endswith("/" + told))
