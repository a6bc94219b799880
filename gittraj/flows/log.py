"""`git traj log`: revisions go in, a line per commit comes out: which agents, how many steps, how it verifies."""

from collections.abc import Iterator

from gittraj.errors import StoreError
from gittraj.flows.current import open_current
from gittraj.flows.judge import Judge
from gittraj.flows.statements import NoteRead
from gittraj.flows.wiring import House
from gittraj.model.entry import walk
from gittraj.model.report import LogLine, ReplayedCommit
from gittraj.model.states import Verified
from gittraj.seal.headers import RECORD
from gittraj.store import lookup


def log(revisions: str | None = None, *, limit: int | None = None, directory: str | None = None) -> Iterator[LogLine]:
    """Lines for `revisions` (None: HEAD's history), newest first, lazily. Raises `StoreError` for unknown revisions."""
    house = open_current(directory)
    judge = Judge(house)
    for commit_id in house.repository.revisions(revisions or "HEAD", limit=limit):
        commit = house.repository.commit(commit_id)
        found = judge.tracer.read(commit)
        read = found or NoteRead((), ())
        replayed = judge.told(commit, found) if found is not None else None
        added, removed = _lines(house, commit_id) if replayed is None else _sum(replayed)
        records = [statement.record for statement in read.statements if statement.record and _holds(statement)]
        sessions = [record["session"] for record in records]
        metas = [session["agent-meta"] for session in sessions]
        yield LogLine(
            commit=commit,
            statements=len(read.statements),
            agents=_each(meta.get("cli-name", "unknown") for meta in metas),
            agent_versions=tuple(str(meta.get("cli-version", "")) for meta in metas),
            models=_each(model for meta in metas for model in meta.get("models") or [meta["model-id"]]),
            sessions=_each(_text(session["session-id"]) for session in sessions),
            steps=sum(1 for session in sessions for entry in walk(session["entries"]) if entry["type"] == "tool-call"),
            added=added,
            removed=removed,
            verdict=_verdict(read) if found is not None else "missing",
            coverage=replayed.coverage if replayed else {},
            replay=replayed.status if replayed else "",
            imported=_each(name for one in read.statements if (name := _tool(one))),
        )


def _holds(statement: Verified) -> bool:
    """Whether the record is one by the schema; what another one says of itself is not repeated."""
    schema = [check.result for check in statement.checks if check.name == "schema"]
    return statement.statement.kind == RECORD and schema == ["pass"]


def _tool(statement: Verified) -> str:
    """The tool that the statement was imported from, "" for none."""
    record = statement.record or {}
    holder = record.get("gittraj") if statement.statement.kind == RECORD else record
    found = holder.get("imported") if isinstance(holder, dict) else None
    return str(found.get("from", "")) if isinstance(found, dict) else ""


def _lines(house: House, commit: str) -> tuple[int, int] | tuple[None, None]:
    try:
        return lookup.line_counts(house.repository, commit)
    except StoreError:  # a shallow or partial clone lacks what there is to compare
        return None, None


def _sum(replayed: ReplayedCommit) -> tuple[int, int]:
    lines = replayed.coverage.values()
    return sum(each.added for each in lines), sum(each.removed for each in lines)


def _verdict(read: NoteRead) -> str:
    from gittraj.flows.verify import status_of

    return status_of(read, allow_untrusted=False)[0]


def _each(values: "Iterator[object]") -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values))


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
