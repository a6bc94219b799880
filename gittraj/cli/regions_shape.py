"""The stable JSON shapes of `git traj regions` and `git traj log -L` (design §11): a report goes in, plain maps come out."""

from typing import Any

from gittraj.model.region import Region, RegionEdit, RegionReport


def report(found: RegionReport, limit: int | None = None) -> dict[str, Any]:
    """`git traj regions --json`."""
    return {
        "rev": found.commit,
        "regions": [_region(each) for each in found.regions[:limit]],
        "region_re_edit_count": sum(1 for each in found.regions if each.calls > 1),
        "region_edit_convergence": [each.convergence for each in found.regions if each.convergence],
        "half_life": {
            kind: {
                name: {"lines": each.lines, "alive": each.alive, "half_life_s": each.seconds}
                for name, each in named.items()
            }
            for kind, named in found.half_lives.items()
        },
    }


def chain(found: RegionReport, texts: dict[int, list[tuple[bytes, bytes]]], limit: int | None = None) -> dict[str, Any]:
    """`git traj log -L --json`: the one region, each edit with the texts before and after where its record has them."""
    shape = report(found)
    edits = shape["regions"][0]["edits"]
    for number, edit in enumerate(edits):
        edit["changes"] = [{"before": _text(before), "after": _text(after)} for before, after in texts.get(number, [])]
    shape["regions"][0]["edits"] = edits[-limit:] if limit else edits
    return shape


def _region(each: Region) -> dict[str, Any]:
    known = each.start_line > 0
    return {
        "file": each.file,
        "start_line": each.start_line if known else None,
        "end_line": each.end_line if known else None,
        "gone": each.gone,
        "edits": [_edit(one) for one in each.edits],
        "sessions": list(each.sessions),
        "re_edit_count": each.re_edit_count,
        "convergence": each.convergence or None,
    }


def _edit(one: RegionEdit) -> dict[str, Any]:
    edit = one.edit
    return {
        "file": edit.file,
        "start_line": one.start_line,
        "end_line": one.end_line,
        "turn_index": edit.turn_index if edit.turn_index >= 0 else None,
        "timestamp": edit.timestamp or None,
        "session": edit.session,
        "agent": edit.agent,
        "model": edit.model or None,
        "commit": edit.commit,
        "committed": edit.committed,
        "class": edit.kind,
        "entry": edit.entry if edit.entry >= 0 else None,
        "call": edit.call or None,
        "lines_added": one.lines_added,
        "lines_removed": one.lines_removed,
        "survival": one.fate.state,
        "ended_by": one.fate.commit or None,
    }


def _text(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")
