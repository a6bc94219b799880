"""Replay as checks of `verify`: the verdict on a commit goes in, the checks `edits`, `coverage` and `attribution` come out."""

from typing import Any

from gittraj.model.report import Lines, ReplayedCommit, ReplayedFile
from gittraj.model.verdict import Check
from gittraj.replay.attribution import Contents
from gittraj.replay.attribution import check as attribution
from gittraj.replay.compare import PART

_SHOWN = 60  # characters of a line that a check quotes


def checks(
    commit: ReplayedCommit, signed: list[dict[str, Any]], contents: Contents, *, least: int = 0
) -> tuple[Check, ...]:
    """`edits`, `coverage` and `attribution` of a commit; `least`: the per cent of changed lines that must be explained.

    `signed`: the `file-attribution` of each of its records that is one by the schema. `contents`: a committed file's bytes.
    """
    return edits(commit), coverage(commit, least=least), attribution(signed, commit, contents)


def edits(commit: ReplayedCommit) -> Check:
    """Whether the recorded actions give the committed files; files that no trace mentions are a matter of coverage."""
    if commit.status in ("no_trace", "no_operations"):
        return Check("edits", "skip", "nothing to replay" if commit.status == "no_trace" else "no recorded operation")
    files = [file for file in commit.files if file.status != "outside_repo"]
    wrong = next((file for file in files if file.status == "mismatch"), None)
    if wrong is not None:
        return Check("edits", "fail", _told(wrong))
    unknown = next((file for file in files if file.status == "unverifiable"), None)
    if unknown is not None:
        return Check("edits", "skip", f"{unknown.path} cannot be told: {unknown.reason}")
    matching = sum(1 for file in files if file.status == "match")
    if not matching:
        return Check("edits", "skip", "no changed file is in the trace")
    parts = sum(1 for file in files if file.reason == PART)
    return Check("edits", "pass", f"{matching}/{len(files)} files" + (f", {parts} of them in part" if parts else ""))


def coverage(commit: ReplayedCommit, *, least: int = 0) -> Check:
    """Whether at least `least` per cent of the changed lines are explained."""
    if commit.status == "no_trace":
        return Check("coverage", "skip", "nothing to replay")
    share = percent(commit.coverage)
    if share < least:
        return Check("coverage", "fail", f"{share}% < {least}%")
    return Check("coverage", "pass", f"{share}%")


def percent(lines: dict[str, Lines]) -> int:
    """The share of changed lines that are explained, rounded down; 100 where none changed."""
    every = sum(each.added + each.removed for each in lines.values())
    missing = lines.get("unexplained", Lines())
    return 100 if not every else (every - missing.added - missing.removed) * 100 // every


def _told(file: ReplayedFile) -> str:
    difference = file.difference
    if difference is None:
        return f"{file.path} differs: {file.reason}"
    ours, theirs = (_quoted(lines) for lines in (difference.replayed, difference.committed))
    return f"{file.path} differs at line {difference.line} (replayed {ours}, committed {theirs})"


def _quoted(lines: tuple[bytes, ...]) -> str:
    if not lines:
        return "nothing"
    text = lines[0].decode("utf-8", "backslashreplace").strip()
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'
