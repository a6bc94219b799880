"""Which tool call made a commit: entries and the commit go in, the index of the top-level entry that ran `git commit` comes out."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from gittraj.capture.moments import seconds
from gittraj.model.commit import Commit
from gittraj.model.entry import Entry, walk

# "git commit", with options of git between ("git -C dir -c a=b commit"); aliases and wrappers are found by their output instead.
# Each option reads in one way only, and there are few of them: the text is anybody's, and must not cost more than it is long.
_COMMITS = re.compile(
    r"\bgit\b(?:\s+(?:-[cC]\s+\S+|--?(?![cC]\s)[\w-]+(?:=\S+)?)){0,12}\s+(?:commit|merge|cherry-pick|revert|rebase|am)\b"
)
_TEXT_LIMIT = (
    1 << 20
)  # a command or output longer than this is not searched: git's own lines stand at its beginning or end


Called = tuple[int, Entry, Entry | None]  # position of the top-level entry, a call, its result


class CommitCall(NamedTuple):
    """`place`: position of the top-level entry; `call_id`: of the call (maybe a sub-agent's); `open`: no result yet."""

    place: int
    call_id: str
    open: bool


def open_calls(entries: list[Entry], subject: str = "") -> list[CommitCall]:
    """Calls without a result whose text runs git commit: the agent's own commit in flight, latest last. `subject`: only those that hold it."""
    return _open(_calls(entries), subject)


def committing(entries: list[Entry], commit: Commit) -> CommitCall | None:
    """The call that made `commit`; where none can be told, the last one without a result that runs git commit, first of those that hold its subject."""
    calls = _calls(entries)
    found = _made(calls, commit)
    if found is None and (still_open := _open(calls)):
        found = (_open(calls, commit.subject) or still_open)[-1]
    return found


def _open(calls: Iterable[Called], subject: str = "") -> list[CommitCall]:
    found = []
    for index, call, result in calls:
        text = _text(call.get("input")) if result is None else ""
        if text and _commits(text) and (not subject or _contains(text, subject)):
            found.append(CommitCall(index, call.get("call-id", ""), True))
    return found


def made(entries: list[Entry], commit: Commit) -> CommitCall | None:
    """The call that made `commit`: its output names the commit, or it ran while the commit was made and holds its subject."""
    return _made(_calls(entries), commit)


def _made(calls: Iterable[Called], commit: Commit) -> CommitCall | None:
    by_time = None
    short = commit.id[:7]
    for index, call, result in calls:
        command = _text(call.get("input"))
        output = _text(result.get("output")) if result else ""
        if short in output and _names(output, commit.id) and ("commit" in command or _commits(command)):
            return CommitCall(index, call.get("call-id", ""), result is None)
        if _commits(command) and _contains(command, commit.subject) and _ran_at(call, result, commit.committer_time):
            by_time = CommitCall(index, call.get("call-id", ""), result is None)
    return by_time


def mentioned(entries: list[Entry]) -> list[tuple[int, str]]:
    """(index, abbreviated commit id) of every ``[branch abc1234] subject`` line that git printed in an output."""
    found = []
    for index, _, result in _calls(entries):
        if result is not None:
            for match in re.finditer(r"\[[^\]\n]{1,200}? ([0-9a-f]{7,40})\]", _text(result.get("output"))):
                found.append((index, match[1]))
    return found


def _calls(entries: list[Entry]) -> list[Called]:
    results: dict[str, Entry] = {}
    calls: list[tuple[int, Entry]] = []
    for index, top in enumerate(entries):
        for entry in walk([top]) if top.get("children") else (top,):
            kind = entry["type"]
            if kind == "tool-call":
                calls.append((index, entry))
            elif kind == "tool-result":
                results.setdefault(entry.get("call-id", ""), entry)
    return [(index, call, results.get(call.get("call-id", ""))) for index, call in calls]


def _commits(command: str) -> bool:
    return "git" in command and _COMMITS.search(command) is not None


def _text(value: Any) -> str:
    """All text inside `value`, joined; bounded."""
    if isinstance(value, str):
        return value if len(value) <= _TEXT_LIMIT else value[: _TEXT_LIMIT // 2] + value[-_TEXT_LIMIT // 2 :]
    if isinstance(value, dict):
        return "\n".join(_text(part) for part in value.values())
    if isinstance(value, list):
        return " ".join(_text(part) for part in value)
    return ""


def _names(output: str, commit: str) -> bool:
    return any(commit.startswith(match[0]) for match in re.finditer(r"\b[0-9a-f]{7,64}\b", output))


def _contains(command: str, subject: str) -> bool:
    return bool(subject) and (subject in command or subject.replace('"', '\\"') in command)


def _ran_at(call: Entry, result: Entry | None, moment: int) -> bool:
    began = seconds(call)
    ended = seconds(result) if result else None
    return began is not None and int(began) <= moment and (ended is None or ended >= moment)
