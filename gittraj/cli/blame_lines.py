"""What `git traj blame` shows: a blamed file goes in, a line of text for each line comes out, in the shape of git blame."""

import time

from gittraj.cli.columns import fit, pad
from gittraj.cli.escape import one_line, visible
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.model.blame import Blame, BlamedLine, Evidence

_WHO, _PATH, _PROMPT = 16, 24, 200  # columns at most
_STYLES = {"agent": "name", "shell": "name", "unexplained": "note"}


def page(found: "Blame") -> "Iterator[Line]":
    """The file's lines; above each run of lines of one turn its prompt, where it was asked for."""
    who = min(_WHO, max((len(_who(line, told)) for line, told in found.lines), default=0))
    number = len(str(max((line.line for line, _ in found.lines), default=0)))
    paths = {line.source.path for line, _ in found.lines if line.source.commit}
    wide = min(_PATH, max(map(len, paths), default=0)) if len(paths) > 1 else 0
    turns = {id(told): _turn(told) for _, told in found.lines}
    room = max(map(len, turns.values()), default=0)
    before = ("", -1)
    for line, told in found.lines:
        if (told.session, told.turn) != before:
            before = told.session, told.turn
            if before in found.prompts:
                yield from _prompt(before, found.prompts[before])
        path = pad(fit(one_line(line.source.path), wide), wide) + " " if wide else ""
        yield Line(
            ("note", _commit(line)),
            ("", f" {path}("),
            ("name" if told.agent else "", pad(fit(_who(line, told), who), who)),
            (_STYLES.get(told.kind, "") if told.traced else "dim", f" {told.kind if told.traced else '–':<11} "),
            ("dim", pad(turns[id(told)], room) + (" " if room else "") + _date(line)),
            ("", f" {line.line:>{number}}) "),
            ("", visible(line.content.decode("utf-8", "backslashreplace"))),
        )


def _prompt(turn: tuple[str, int], content: object) -> "Iterator[Line]":
    from gittraj.cli.content import said, shown_line

    text = one_line(shown_line(" ".join(said(content)[1].split())))
    if text:
        yield Line(("dim", f"         {_short(turn[0])}:{turn[1]} "), ("bold", fit(text, _PROMPT)))


def _commit(line: "BlamedLine") -> str:
    name = line.source.commit or "0" * 8
    return f"^{name[:7]}" if line.source.boundary else name[:8]


def _who(line: "BlamedLine", told: "Evidence") -> str:
    if told.agent:
        return one_line(told.agent) + ("" if told.trusted else " ?")
    return one_line(line.source.author)


def _turn(told: "Evidence") -> str:
    if not told.session:
        return ""
    return _short(told.session) + (f":{told.turn}" if told.turn >= 0 else "")


def _short(session: str) -> str:
    return one_line(session[:8])


def _date(line: "BlamedLine") -> str:
    """The author's day, where the author was."""
    zone = line.source.zone
    minutes = int(zone[1:3]) * 60 + int(zone[3:5]) if len(zone) == 5 and zone[1:].isdigit() else 0
    try:
        moment = time.gmtime(line.source.time + (-60 if zone.startswith("-") else 60) * minutes)
    except (OverflowError, ValueError, OSError):
        return "–" * 10
    return time.strftime("%Y-%m-%d", moment)
