"""`git traj blame` for programs: a blamed file goes in; its stable JSON shape (design §11), or git's porcelain with our keys, comes out."""

from typing import Any

from gittraj.cli.content import said
from gittraj.cli.escape import one_line
from gittraj.model.blame import Blame, BlamedLine, Evidence


def report(found: Blame) -> dict[str, Any]:
    """`git traj blame --json`."""
    texts = _texts(found)
    return {
        "file": found.file,
        "rev": found.rev or None,
        "lines": [_line(line, told, texts) for line, told in found.lines],
    }


def porcelain(found: Blame) -> bytes:
    """`git traj blame --porcelain`: git's own lines as they are, ours after git's keys of a line whose commit has a record."""
    texts = _texts(found)
    parts: list[bytes] = []
    for line, told in found.lines:
        parts += line.header
        if told.traced:
            parts += [f"{key} {one_line(value)}".encode() for key, value in _keys(told, texts) if value]
        parts.append(b"\t" + line.content)
    return b"\n".join([*parts, b""])


def _keys(told: Evidence, texts: dict[tuple[str, int], str]) -> list[tuple[str, str]]:
    return [
        ("gittraj-class", told.kind),
        ("gittraj-agent", told.agent),
        ("gittraj-model", told.model),
        ("gittraj-session", told.session),
        ("gittraj-turn", str(told.turn) if told.turn >= 0 else ""),
        ("gittraj-trusted", ("yes" if told.trusted else "no") if told.session else ""),
        ("gittraj-prompt", texts.get((told.session, told.turn), "")),
    ]


def _line(line: BlamedLine, told: Evidence, texts: dict[tuple[str, int], str]) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "line": line.line,
        "commit": line.source.commit or None,
        "class": told.kind,
        "agent": told.agent or None,
        "model": told.model or None,
        "session": told.session or None,
        "turn_index": told.turn if told.turn >= 0 else None,
        "entry": told.entry if told.entry >= 0 else None,
        "traced": told.traced,
        "trusted": told.trusted if told.session else None,
        "original_file": line.source.path,
        "original_line": line.source_line,
        "author": line.source.author,
        "content": line.content.decode("utf-8", "backslashreplace"),
    }
    if texts:
        shape["prompt"] = texts.get((told.session, told.turn))
    return shape


def _texts(found: Blame) -> dict[tuple[str, int], str]:
    return {turn: said(content)[1] for turn, content in found.prompts.items()}
