"""What a segment leaves uncommitted: the files in memory go in, what the next segment begins with comes out; and the other way round."""

from gittraj.replay.files import Files
from gittraj.replay.lines import UNEXPLAINED, count
from gittraj.replay.steps import Kept, Origin

LEFT_LIMIT = 16 << 20  # bytes that one commit hands on to the next; what is more was built, not written


def left(files: Files) -> dict[str, Kept]:
    """What recorded actions changed and no commit has yet."""
    result = {}
    size = 0
    ledger = files.ledger
    for path, file in files.loaded.items():
        if file.now.content != file.committed.content and file.steps:
            size += len(file.now.content or b"")
            if size > LEFT_LIMIT:
                break
            places = {line: index for index, line in enumerate(file.committed.lines)}
            numbers = tuple(places.get(line, ledger.maker(line)) for line in file.now.lines)
            stay = frozenset(file.now.lines)
            removed = tuple((at, ledger.remover(line)) for line, at in places.items() if line not in stay)
            doubtful = frozenset(at for line, at in places.items() if line in file.doubtful)
            unsure = frozenset(at for at, line in enumerate(file.now.lines) if line in file.doubtful)
            result[path] = Kept(
                file.now.content,
                file.now.mode,
                file.grade,
                numbers,
                removed,
                file.last,
                file.moved,
                doubtful,
                unsure,
                file.proven,
                file.cause,
                file.reason,
            )
    return result


def restore(files: Files, path: str, kept: Kept) -> None:
    """The file at `path` is as an earlier segment left it."""
    file = files.at(path)
    ledger, before = files.ledger, file.committed.lines
    if file.steps:
        return
    numbers: list[int] = []
    for line in kept.lines:
        if isinstance(line, int) and line < len(before):
            numbers.append(before[line])
        else:
            numbers += ledger.fresh(1, line if isinstance(line, Origin) else UNEXPLAINED)
    if len(numbers) != count(kept.content):
        return
    for at, origin in kept.removed:
        if at < len(before):
            ledger.removed_by[before[at]] = ledger.number(origin)
    file.last, file.moved, file.proven = kept.last, kept.moved, kept.proven
    file.cause, file.reason = kept.cause, kept.reason
    file.doubtful = frozenset(numbers[at] for at in kept.unsure)
    file.doubtful |= {before[at] for at in kept.doubtful if at < len(before)}
    file.now = type(file.now)(kept.content, kept.mode, numbers)
    if files.recorder is not None:
        files.recorder.restored(path, numbers, ledger)
    file.grade = kept.grade
    file.steps = 1
