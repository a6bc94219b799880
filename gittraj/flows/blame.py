"""`git traj blame`: a file goes in; git's own answer for each line, and what the traces say of it, come out."""

import os
from collections.abc import Sequence

from gittraj.flows.current import open_current
from gittraj.flows.index import Progress, ask
from gittraj.flows.turns import Turns, prompt
from gittraj.flows.unnoted import unnoted
from gittraj.flows.wiring import House, keychain
from gittraj.model.blame import Blame, BlamedLine, Evidence
from gittraj.model.report import LineRange, ReplayedSegment
from gittraj.store import blame as store
from gittraj.store.index import Index

_UNTOLD = Evidence()


def blame(
    file: str,
    rev: str | None = None,
    *,
    options: Sequence[str] = (),
    prompts: bool = False,
    directory: str | None = None,
    progress: Progress | None = None,
) -> Blame:
    """The lines of `file` (as typed in the current directory) at `rev`, or as it lies in the worktree.

    `options`: for git blame. `prompts`: with what was asked in the turns that the lines are from. Raises `StoreError`.
    """
    house = open_current(directory)
    here = os.path.abspath(directory or os.curdir)
    lines = store.blame(house.repository, file, rev or "", options=options, cwd=here)
    file = _name(house, here, file)
    resolved = house.repository.resolve(rev) if rev else ""
    if not any(line.source.commit for line in lines) or not house.notes.tip():
        return Blame(file, resolved, tuple((line, _UNTOLD) for line in lines))
    return ask(house, lambda index: _told(house, index, Blame(file, resolved, ()), lines, prompts), progress)


def _name(house: House, here: str, file: str) -> str:
    """The file's path in the repository."""
    top = house.repository.workdir
    whole = os.path.normpath(os.path.join(os.path.realpath(here), file))
    below = os.path.realpath(top) + os.sep if top else ""
    return whole[len(below) :].replace(os.sep, "/") if below and whole.startswith(below) else file


def _told(house: House, index: Index, asked: Blame, lines: list[BlamedLine], prompts: bool) -> Blame:
    lookup = _Lookup(house, index, asked.rev or house.repository.head() or "")
    told = tuple((line, lookup.evidence(line)) for line in lines)
    texts = {}
    if prompts:
        wanted = dict.fromkeys((each.session, each.turn) for _, each in told if each.turn > 0)
        texts = {turn: text for turn in wanted if (text := prompt(house, lookup.turns, *turn)) is not None}
    return Blame(asked.file, asked.rev, told, texts)


class _Lookup:
    """What the index tells of lines, each commit's file looked up once."""

    def __init__(self, house: House, index: Index, tip: str) -> None:
        self.turns = Turns(index)
        self._unnoted = unnoted(house, index, [tip]) if tip else {}
        self._index = index
        self._keys = keychain(house)
        self._files: dict[tuple[str, str], dict[int, Evidence] | None] = {}

    def evidence(self, line: BlamedLine) -> Evidence:
        source = line.source
        if not source.commit:
            return _UNTOLD
        key = source.commit, source.path
        if key not in self._files:
            self._files[key] = self._file(*key)
        lines = self._files[key]
        return _UNTOLD if lines is None else lines.get(line.source_line, _SEEN)

    def _file(self, commit: str, path: str) -> dict[int, Evidence] | None:
        ranges: Sequence[LineRange] | None = self._index.ranges(commit, path)
        segments: Sequence[ReplayedSegment] = self._index.segments(commit)
        if commit in self._unnoted:
            found = self._unnoted[commit]
            segments = found.segments
            ranges = next((file.ranges for file in found.files if file.path == path), ())
        if ranges is None:
            return None
        lines: dict[int, Evidence] = {}
        for each in ranges:
            told = self._range(each, segments)
            lines.update(dict.fromkeys(range(each.start, each.end + 1), told))
        return lines

    def _range(self, each: LineRange, segments: Sequence[ReplayedSegment]) -> Evidence:
        segment = self.turns.holder(segments, each.session, each.entry)
        if segment is None:
            return Evidence(each.kind, traced=True)
        return Evidence(
            each.kind,
            traced=True,
            agent=segment.agent,
            model=segment.model,
            session=each.session,
            entry=each.entry,
            turn=self.turns.number(segment, each.turn),
            trusted=self._trusted(segment),
        )

    def _trusted(self, segment: ReplayedSegment) -> bool:
        key = self._keys.key(bytes.fromhex(segment.kid))
        return key is not None and self._keys.signers.judge(key, segment.issuer, segment.issued_at).trusted


_SEEN = Evidence(traced=True)
