"""What `git traj replay` shows: a verdict on a commit goes in, its lines come out, what nothing explains first."""

from gittraj.cli.paint import Line, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.model.report import LineRange, Lines, ReplayedCommit, ReplayedFile

BAR = 20  # columns
_WORDS: "dict[str, tuple[str, str]]" = {
    "reproducible": ("good", "reproducible"),
    "partial": ("note", "partial"),
    "not_reproducible": ("bad", "not reproducible"),
    "no_operations": ("dim", "no operations"),
    "no_trace": ("dim", "no trace"),
}
_SHOWN = 5  # lines of each side of a difference


def commit_lines(each: "ReplayedCommit", *, ranges: bool = False, brief: bool = False) -> "Iterator[Line]":
    """The commit's line, then its files: what falls short first. `brief`: files that match are not named."""
    from gittraj.cli.escape import one_line

    style, word = _WORDS.get(each.status, ("", each.status))
    changed = [file for file in each.files if file.status != "outside_repo"]
    parts = [_plural(len(changed), "file"), _plural(each.operations, "operation")]
    if each.status == "reproducible":
        grades = sorted({file.grade for file in changed}, key=_GRADES.index)
        parts.append(f"grade: {grades[-1]}" if grades else "")
    elif each.status != "no_trace":
        parts.append(f"{_percent(each.coverage)}% of the changed lines explained")
    yield Line(
        ("note", each.commit.id[:8]), (style, f"  {word:<16}"), ("", "  " + ", ".join(part for part in parts if part))
    )
    for note in each.notes:
        yield Line(("dim", f"          {one_line(note)}"))
    order = sorted(
        each.files, key=lambda file: (file.status == "match" and not file.cause, file.status == "outside_repo")
    )
    for file in order:
        fine = file.status == "match" and not file.cause
        if not brief or not fine:
            yield from _file(file, ranges=ranges, trace=each.status != "no_trace")
    if each.commands:
        from gittraj.cli.replay_commands import command_lines

        yield from command_lines(each.commands, brief=brief)


def count_line(statuses: "list[str]") -> Line:
    """How many commits there are of each status."""
    counts = [(word, statuses.count(status)) for status, (_, word) in _WORDS.items()]
    parts = ", ".join(f"{number} {word}" for word, number in counts if number)
    return Line(("bold", f"{_plural(len(statuses), 'commit')}: {parts}."))


_GRADES = ["state", "diff", "operation", "fuzzy", "none"]
_MARKS: "dict[str, Span]" = {"match": ("good", "✓"), "outside_repo": ("dim", "–")}


def _file(file: "ReplayedFile", *, ranges: bool, trace: bool) -> "Iterator[Line]":
    from gittraj.cli.escape import one_line

    mark = _MARKS.get(file.status, ("bad", "✗"))
    name = one_line(f"{file.old_path} → {file.path}" if file.old_path else file.path)
    if file.status == "outside_repo":
        yield Line(("", "  "), mark, ("", f" {name}"), right=(("dim", file.reason),))
        return
    if not trace:
        yield Line(("", f"    {name}"), right=(("dim", _size(file.coverage)),))
        return
    yield Line(
        ("", "  "),
        mark,
        ("", f" {name}"),
        right=(("", f"{bar(file.coverage)} {_percent(file.coverage):>3}%  {_classes(file.coverage)}"),),
    )
    if file.status != "match" or file.cause:
        cause = f" ({file.cause})" if file.cause else ""
        yield Line(("dim", f"      {file.status}{cause}: {one_line(file.reason or 'no recorded action explains it')}"))
    if file.difference is not None:
        number = f"{file.difference.line:>8}  "
        for sign, style, lines in (("-", "bad", file.difference.replayed), ("+", "good", file.difference.committed)):
            for line in lines[:_SHOWN]:
                yield Line(
                    ("dim", number), (style, f"{sign} {one_line(line.decode('utf-8', 'backslashreplace').rstrip())}")
                )
                number = " " * 10
            if len(lines) > _SHOWN:
                yield Line(("dim", f"{' ' * 10}{sign} … {len(lines) - _SHOWN} more"))
        yield Line(("dim", f"{' ' * 10}- as replayed, + as committed"))
    unexplained = [each for each in file.ranges if each.kind == "unexplained"]
    if unexplained:
        yield Line(("note", f"        ? lines {_ranges(unexplained)}: no recorded action wrote them"))
        names = [one_line(hint) for hint in file.hints[:3]]
        yield from (Line(("dim", f"          a command names the file: $ {name}"), right=(("", ""),)) for name in names)
    if ranges:
        for each in file.ranges:
            where = f"entry {each.entry} of {each.session[:8]}" if each.entry >= 0 else ""
            yield Line(("dim", f"{each.start:>8}–{each.end:<6}"), ("", f" {each.kind:<12}"), ("dim", where))


def bar(coverage: "dict[str, Lines]") -> str:
    """The share of explained lines as a bar; full only where all are explained."""
    part = _percent(coverage)
    filled = BAR if part == 100 else min(part * BAR // 100, BAR - 1)
    return "█" * filled + "░" * (BAR - filled)


def _percent(coverage: "dict[str, Lines]") -> int:
    from gittraj.replay.checks import percent

    return percent(coverage)


def _classes(coverage: "dict[str, Lines]") -> str:
    return ", ".join(
        f"{name} +{lines.added} −{lines.removed}" for name, lines in coverage.items() if lines.added or lines.removed
    )


def _size(coverage: "dict[str, Lines]") -> str:
    return f"+{sum(each.added for each in coverage.values())} −{sum(each.removed for each in coverage.values())}"


def _ranges(ranges: "list[LineRange]") -> str:
    shown = [f"{each.start}–{each.end}" if each.end > each.start else str(each.start) for each in ranges[:6]]
    return ", ".join(shown) + (f" and {len(ranges) - 6} more" if len(ranges) > 6 else "")


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
