"""Small diffs of what an edit changed: a neutral file operation goes in; verb, path and coloured lines come out."""

import difflib

from gittraj.cli.content import lines_of, shown
from gittraj.cli.paint import Line
from gittraj.model.operation import Chmod, Delete, Move, Observed, Patch, Replace, Write

MATCHER_LIMIT = (
    600  # lines: beyond this the matcher's quadratic time is felt; then all old lines and all new ones are shown
)


class Change:
    """One file of one edit. `to`: its new path or mode. `place`: first changed line, 0 unknown. `lines`: the diff, signs first."""

    __slots__ = ("added", "lines", "path", "place", "removed", "to", "verb")

    def __init__(self, verb: str, path: str, lines: list[Line], place: int = 0, to: str = "") -> None:
        self.verb = verb
        self.path = path
        self.to = to
        self.place = place
        self.lines = lines
        signs = [line.left[0][0] for line in lines if line.left]
        self.added = signs.count("good")
        self.removed = signs.count("bad")


def change(observed: Observed) -> Change:
    """What `observed` changed; from recorded states where there are any, else from the operation itself."""
    operation = observed.operation
    if isinstance(operation, Write):
        before = observed.before or ""
        after = operation.content if observed.after is None else observed.after
        return Change("write", operation.path, _between(before, after))
    if isinstance(operation, Replace):
        return Change("edit", operation.path, _between(operation.old, operation.new), _place(observed, operation.old))
    if isinstance(operation, Patch):
        return Change("edit", operation.path, _patch(operation.hunks), _first_hunk(operation.hunks), operation.move_to)
    if isinstance(operation, Move):
        return Change("move", operation.path, [], to=operation.to)
    if isinstance(operation, Chmod):
        return Change("chmod", operation.path, [], to=f"{operation.mode & 0o777:o}")
    assert isinstance(operation, Delete)
    return Change("delete", operation.path, [])


def _between(old: str, new: str) -> list[Line]:
    before, after = _split(old), _split(new)
    if len(before) + len(after) > MATCHER_LIMIT:
        if before:
            return [*map(_removed, before), *map(_added, after)]
        return list(map(_added, after))
    lines: list[Line] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            if lines and b < len(before):
                lines.append(Line(("dim", "⋮")))
            continue
        lines += map(_removed, before[a:b])
        lines += map(_added, after[c:d])
    return lines


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def _removed(line: str) -> Line:
    return Line(("bad", f"-{shown(line)}".expandtabs(4)))


def _added(line: str) -> Line:
    return Line(("good", f"+{shown(line)}".expandtabs(4)))


def _patch(hunks: str) -> list[Line]:
    lines: list[Line] = []
    for line in lines_of(hunks):
        if line.startswith("+"):
            lines.append(_added(line[1:]))
        elif line.startswith("-"):
            lines.append(_removed(line[1:]))
        elif line.startswith("@@") and lines:
            lines.append(Line(("dim", "⋮")))
    return lines


def _first_hunk(hunks: str) -> int:
    if not hunks.startswith("@@ -"):
        return 0
    number = hunks[4:16].split(" ")[0].split(",")[0]
    return int(number) if number.isascii() and number.isdigit() else 0


def _place(observed: Observed, old: str) -> int:
    if not observed.before or not old:
        return 0
    start = observed.before.find(old)
    return observed.before.count("\n", 0, start) + 1 if start >= 0 else 0
