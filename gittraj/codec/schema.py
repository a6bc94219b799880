"""The record's schema: a decoded record goes in, what breaks the VAC draft (-00) or our extension of it comes out.

Written by hand, because the CDDL tools that exist reject valid records of this draft and accept invalid ones. Where the
draft's text and its CDDL differ, the CDDL holds; line numbers count from 1, as its comments say. What redaction puts in place
of a string may stand wherever the draft says `any`.
"""

from typing import Any

from gittraj.codec.problems import EnoughError, Problem, Problems
from gittraj.codec.schema_checks import (
    Leaf,
    Listed,
    Mapped,
    Node,
    Table,
    anything,
    boolean,
    join,
    number,
    one_of,
    text,
    text_or_bytes,
    timestamp,
    uint,
    uri,
)  # fmt: skip
from gittraj.codec.schema_extension import EXTENSION

__all__ = ["Problem", "validate"]

CHILDREN = 64  # levels of sub-agents; agents allow one or two


class _Entry:
    """``entry``: the map that its ``type`` asks for; `children` are entries one level down."""

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """See `schema_checks.Node.check`."""
        if type(value) is not dict:
            return problems.add(path, "is not a map")
        kind = value.get("type")
        schema = _ENTRIES.get(kind) if type(kind) is str else None
        if schema is None:
            what = "is missing" if "type" not in value else "is not one of " + ", ".join(_ENTRIES)
            return problems.add(join(path, "type"), what)
        return schema.check(value, path, problems)


class _Children:
    """``[* entry]`` in an entry, not deeper than `CHILDREN`."""

    def __init__(self, entries: Listed) -> None:
        self.entries = entries

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """See `schema_checks.Node.check`."""
        if path.count(".children") > CHILDREN:
            return problems.add(path, f"is nested deeper than {CHILDREN} levels")
        return self.entries.check(value, path, problems)


class _Range(Mapped):
    """``range``, whose lines count from 1 and include the last."""

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """See `schema_checks.Node.check`."""
        super().check(value, path, problems)
        if type(value) is dict:
            start, end = value.get("start-line"), value.get("end-line")
            if start == 0:
                problems.add(join(path, "start-line"), "is 0, but lines count from 1")
            if type(start) is int and type(end) is int and 0 <= end < start:
                problems.add(join(path, "end-line"), f"is before start-line {start}")


_LIST = Listed(_Entry())
_COMMON: dict[str, Leaf | Node] = {"timestamp": timestamp, "id": text, "children": _Children(_LIST)}
_USAGE = Mapped({}, {**dict.fromkeys(("input", "output", "cached", "reasoning", "total"), uint), "cost": number})
_MESSAGE = Mapped(
    {"type": text}, {**_COMMON, "content": anything, "model-id": text, "parent-id": text, "token-usage": _USAGE}
)
_ENTRIES = {
    "user": _MESSAGE,
    "assistant": _MESSAGE,
    "tool-call": Mapped({"type": text, "name": text, "input": anything}, {**_COMMON, "call-id": text}),
    "tool-result": Mapped(
        {"type": text, "output": anything}, {**_COMMON, "call-id": text, "status": text, "is-error": boolean}
    ),
    "reasoning": Mapped({"type": text, "content": anything}, {**_COMMON, "encrypted": text, "subject": text}),
    "system-event": Mapped({"type": text, "event-type": text}, {**_COMMON, "data": Table(anything)}),
}
_VCS = Mapped({"type": text}, {"revision": text, "branch": text, "repository": text})
_SESSION = Mapped(
    {
        "session-id": text_or_bytes,
        "agent-meta": Mapped(
            {"model-id": text, "model-provider": text}, {"models": Listed(text), "cli-name": text, "cli-version": text}
        ),
        "entries": _LIST,
    },
    {
        "format": text,
        "session-start": timestamp,
        "session-end": timestamp,
        "environment": Mapped({"working-dir": text}, {"vcs": _VCS, "sandboxes": Listed(text)}),
    },
)
# these, and only these, are closed maps in the draft
_CONTRIBUTOR = Mapped({"type": one_of("human", "ai", "mixed", "unknown")}, {"model-id": text}, closed=True)
_RANGE = _Range(
    {"start-line": uint, "end-line": uint},
    {"content-hash": text, "content-hash-alg": text, "contributor": _CONTRIBUTOR},
    closed=True,
)
_CONVERSATION = Mapped(
    {"ranges": Listed(_RANGE)},
    {"url": uri, "contributor": _CONTRIBUTOR, "related": Listed(Mapped({"type": text, "url": uri}, closed=True))},
    closed=True,
)
_FILE = Mapped({"path": text, "conversations": Listed(_CONVERSATION)}, closed=True)
_RECORD = Mapped(
    {"version": text, "id": text, "session": _SESSION},
    {
        "created": timestamp,
        "file-attribution": Mapped({"files": Listed(_FILE)}, closed=True),
        "vcs": _VCS,
        "recording-agent": Mapped({"name": text}, {"version": text}),
        "gittraj": EXTENSION,
    },
)


def validate(record: Any) -> list[Problem]:
    """What is wrong with `record` by ``verifiable-agent-record`` and docs/reference/gittraj.cddl; [] where it is valid.

    Any value may come in; nothing is raised. Stops after `problems.PROBLEMS`.
    """
    problems = Problems()
    try:
        _RECORD.check(record, "", problems)
    except EnoughError:
        pass
    return problems.found
