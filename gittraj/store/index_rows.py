"""Rows of the index as bytes: segments, ranges, edits and trails go in, MessagePack comes out, and back.

Sessions are told by their place among the segments of the same commit. Bytes that do not read raise `IndexDamagedError`.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from gittraj.model.edit import Edit, Span, Trail
from gittraj.model.report import CLASSES, LineRange, ReplayedSegment
from gittraj.store import rows

_WHAT = "index"
_encode = msgspec.msgpack.Encoder().encode


class _Edit(msgspec.Struct, array_like=True):
    """An edit without its commit, which the row stands under; `session` by place."""

    file: str
    start_line: int
    end_line: int
    lines_added: int
    lines_removed: int
    turn_index: int
    entry: int
    timestamp: str
    session: int
    agent: str
    model: str
    call: str
    committed: bool
    spans: tuple[Span, ...]
    kind: str


_RANGES = msgspec.msgpack.Decoder(list[tuple[int, int, int, int, int, int]])  # start, end, class, session, entry, turn
_SEGMENT = msgspec.msgpack.Decoder(ReplayedSegment)
_EDITS = msgspec.msgpack.Decoder(list[_Edit])
_TRAIL = msgspec.msgpack.Decoder(Trail)


def packed_segment(each: ReplayedSegment) -> bytes:
    """A segment's row."""
    return _encode(each)


def segment(data: bytes) -> ReplayedSegment:
    """The segment in a row."""
    return rows.read(_WHAT, _SEGMENT, data)


def packed_ranges(found: Iterable[LineRange], sessions: Sequence[str]) -> bytes:
    """The ranges of one file."""
    return _encode(
        [
            (each.start, each.end, CLASSES.index(each.kind), _place(sessions, each.session), each.entry, each.turn)
            for each in found
        ]
    )


def ranges(data: bytes, sessions: Sequence[str]) -> list[LineRange]:
    """The ranges in a row."""
    return [
        LineRange(start, end, _at(CLASSES, kind), _at(sessions, place) if place >= 0 else "", entry, turn)
        for start, end, kind, place, entry, turn in rows.read(_WHAT, _RANGES, data)
    ]


def packed_edits(found: Iterable[Edit], sessions: Sequence[str]) -> bytes:
    """The edits of one commit."""
    return _encode(
        [
            _Edit(
                each.file, each.start_line, each.end_line, each.lines_added, each.lines_removed, each.turn_index, each.entry,
                each.timestamp, _place(sessions, each.session), each.agent, each.model, each.call, each.committed, each.spans,
                each.kind,
            )
            for each in found
        ]
    )  # fmt: skip


def edits(data: bytes, sessions: Sequence[str], commit: str) -> list[Edit]:
    """The edits in the row of `commit`."""
    return [
        Edit(
            each.file, each.start_line, each.end_line, each.lines_added, each.lines_removed, each.turn_index, each.entry,
            each.timestamp, _at(sessions, each.session) if each.session >= 0 else "", each.agent, each.model, commit, each.call,
            each.committed, each.spans, each.kind,
        )
        for each in rows.read(_WHAT, _EDITS, data)
    ]  # fmt: skip


def digest(sessions: Sequence[str], edits: bytes, trails: Sequence[tuple[str, str, bytes]]) -> str:
    """What a commit's rows of edits and trails hold, in a word; "" where there are no trails."""
    if not trails:
        return ""
    whole = hashlib.blake2b("\n".join(sessions).encode("utf-8", "surrogateescape"), digest_size=12)
    for part in (edits, *(data for _, _, data in trails)):
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


def packed_trail(each: Trail) -> bytes:
    """A trail's row."""
    return _encode(each)


def trail(data: bytes) -> Trail:
    """The trail in a row."""
    return rows.read(_WHAT, _TRAIL, data)


def _place(sessions: Sequence[str], session: str) -> int:
    return sessions.index(session) if session in sessions else -1


def _at(names: Sequence[str], place: int) -> str:
    try:
        return names[place]
    except IndexError as error:
        raise rows.damaged(_WHAT, error) from error
