"""What `git traj replay --commands` shows of commands: their outcomes go in, a line for each comes out, a count last."""

from gittraj.cli.escape import one_line
from gittraj.cli.paint import Line, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gittraj.model.ran import RanCommand

_MARKS: "dict[str, Span]" = {"pass": ("good", "✓"), "skipped": ("dim", "–")}


def command_lines(commands: "Sequence[RanCommand]", *, brief: bool = False) -> "Iterator[Line]":
    """The commands in their order. `brief`: only those that differ or took too long."""
    for each in commands:
        if brief and each.result in ("pass", "skipped"):
            continue
        mark = _MARKS.get(each.result, ("bad", "✗"))
        words = [each.result if each.result != "pass" else "", f"({each.diagnosis})" if each.diagnosis else ""]
        told = " ".join(word for word in words if word)
        yield Line(("", "  "), mark, ("", f" $ {one_line(each.command)}"), right=(("dim", told),))
        if each.reason and (each.line == 0 or each.result != "differs"):
            yield Line(("dim", f"      {one_line(each.reason)}"))
        if each.line:
            number = f"{each.line:>8}  "
            for sign, style, text in (("-", "bad", each.recorded), ("+", "good", each.replayed)):
                shown = "(nothing)" if text is None else one_line(text.removesuffix("\n"))
                yield Line(("dim", number), (style, f"{sign} {shown}"))
                number = " " * 10
            yield Line(("dim", f"{' ' * 10}- as recorded, + as run again"))
    counts = {
        name: sum(1 for each in commands if each.result == name) for name in ("pass", "skipped", "differs", "timeout")
    }
    others = ", ".join(f"{counts[name]} {word}" for name, word in _WORDS if counts[name])
    yield Line(("bold", f"  commands {counts['pass']}/{len(commands)}"), ("dim", f"  {others}" if others else ""))


_WORDS = (("differs", "differ"), ("timeout", "took too long"), ("skipped", "skipped"))
