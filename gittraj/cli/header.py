"""The head of `git traj show`: a commit and a verified statement go in; who, when, how much and how trustworthy come out."""

import base64
from collections.abc import Iterable
from typing import Any

from gittraj.cli.clock import day_and_minute, span
from gittraj.cli.columns import fit, pad
from gittraj.cli.console import sign
from gittraj.cli.escape import one_line
from gittraj.cli.paint import EDGE, Line, Span
from gittraj.cli.replay_lines import bar
from gittraj.cli.tally import Tally, short
from gittraj.model.commit import Commit
from gittraj.model.entry import walk
from gittraj.model.report import Lines, ReplayedCommit
from gittraj.model.states import Verified
from gittraj.replay.checks import edits, percent

FIRST = 8  # columns of the words on the left
BRANCH = 30  # columns of a branch's name, so that the subject keeps some
SHORT_ID = 8  # characters of object and session ids, as in git's own short form


def commit_line(commit: Commit, branch: str) -> Line:
    """The commit: id, subject, branch and date."""
    when = day_and_minute(commit.committer_time, commit.committer_offset)
    right = f"{fit(one_line(branch), BRANCH)}, {when}" if branch else when
    return Line(("dim", pad("commit", FIRST)), ("note", commit.id[:SHORT_ID]), ("bold", f"  {one_line(commit.subject)}"),
                right=(("dim", right),))  # fmt: skip


def lines_line(replayed: ReplayedCommit) -> Line | None:
    """What made the changed lines, and whether replay gives the files; None where the trace could not be replayed."""
    if replayed.status == "no_trace":
        return None
    told = edits(replayed)
    words = {"pass": f" replays {told.detail}", "fail": f" {one_line(told.detail)}"}.get(
        told.result, f" {one_line(told.detail)}"
    )
    counts = [f"{name} {_changed(lines)}" for name, lines in replayed.coverage.items() if lines != Lines()]
    return Line(("dim", pad("lines", FIRST)), ("", f"{bar(replayed.coverage)} {percent(replayed.coverage)}%  {', '.join(counts)}"),
                right=(sign(told.result), ("", words)), breaks=FIRST)  # fmt: skip


def trace_lines(verified: Verified) -> list[Line]:
    """Signature, signer and binding on one line; every other check that did not pass on its own."""
    checks = {check.name: check for check in verified.checks}
    signed = checks.get("signature")
    bound = checks.get("binding")
    signer = checks.get("signer")
    who = one_line(verified.principal or verified.statement.issuer or "nobody named")
    result = signed.result if signed else "skip"
    words = {"pass": "signed", "fail": "signature wrong"}.get(result, "signature not checked")
    spans: list[Span] = [("dim", pad("trace", FIRST)), sign(result), ("", f" {words}   ")]
    spans += [("bold" if verified.trusted else "", who), ("dim", f"  {fingerprint(verified.statement.kid, 12)}")]
    if signer and not verified.trusted:
        spans += [("", "  "), sign("fail"), ("", " untrusted")]
    right: tuple[Span, ...] = ()
    if bound:
        good = " carried to this commit" if bound.detail else " bound to this commit"
        text = {"pass": good, "fail": " not of this commit"}.get(bound.result, " binding not checked")
        right = (sign(bound.result), ("", text))
    lines = [Line(*spans, right=right, breaks=FIRST)]
    passed = [check.name for check in verified.checks if check.result == "pass"]
    others = [check for check in verified.checks if check.result != "pass"]
    if verified.statement.kind == "carry":  # nothing rests on it, and it has no record to check
        others = [check for check in others if check.name != "invariants"]
    if not others and checks:
        lines[0] = Line(
            *spans, breaks=FIRST, right=(*right, ("", "   "), sign("pass"), ("dim", f" all {len(passed)} checks"))
        )
    if bound and bound.result == "pass" and bound.detail:
        lines.append(
            Line(("", " " * FIRST), sign("pass"), ("", " binding: "), ("", one_line(bound.detail)), right=EDGE)
        )
    for check in others:
        detail = one_line(check.detail) or ("failed" if check.result == "fail" else "not checked")
        lines.append(Line(("", " " * FIRST), sign(check.result), ("", f" {check.name}: "), ("", detail), right=EDGE))
    return lines


def carry_line(verified: Verified) -> Line:
    """What a carry statement says: by what the commit was made of which others."""
    said = _map(verified.record)
    olds = [each.get("commit") for each in said.get("from", ()) if isinstance(each, dict)]
    names = ", ".join(old.hex()[:SHORT_ID] for old in olds if isinstance(old, bytes))
    by = one_line(str(said.get("by", "")))
    return Line(("dim", pad("carry", FIRST)), ("", f"{by}: made of {names or 'nothing it names'}"), breaks=FIRST)


def fingerprint(kid: bytes, characters: int = 0) -> str:
    """The key's fingerprint as ``ssh-keygen -l`` prints it, cut after `characters` where that is not 0."""
    text = base64.b64encode(kid).decode("ascii").rstrip("=")
    return f"SHA256:{text[:characters]}…" if 0 < characters < len(text) else f"SHA256:{text}"


def agent_line(record: dict[str, Any], commit: Commit) -> Line:
    """Agent, version and model; session, segment and its times."""
    session = _map(record.get("session"))
    meta = _map(session.get("agent-meta"))
    models = meta.get("models")
    names = [str(name) for name in models] if isinstance(models, list) and models else [str(meta.get("model-id", "?"))]
    agent = f"{meta.get('cli-name', 'unknown agent')} {meta.get('cli-version', '')}".strip()
    segment = _map(_map(record.get("gittraj")).get("segment"))
    where = f"session {one_line(str(session.get('session-id', '?')))[:SHORT_ID]}"
    if isinstance(segment.get("index"), int):
        where += f", segment {segment['index'] + 1}"
    times = _times(session)
    when = span(times[0], times[-1], commit.committer_offset) if times else ""
    return Line(("dim", pad("agent", FIRST)), ("name", one_line(agent)), ("", f", {one_line(', '.join(names))}"),
                right=(("", f"{where}, {when}" if when else where),), breaks=FIRST)  # fmt: skip


def work_lines(record: dict[str, Any], total: Tally) -> list[Line]:
    """Steps, commands, edits; tokens and cost; what was redacted or cut."""
    parts = [_count(total.steps, "step"), _with_failed(total.commands, total.commands_failed, "command")]
    parts.append(_with_failed(total.edits, total.edits_failed, "edit"))
    right: tuple[Span, ...] = ()
    if total.input or total.output or total.cached:
        tokens = f"tokens {short(total.input)} in, {short(total.output)} out"
        tokens += f", {short(total.cached)} cached" if total.cached else ""
        right = (("", tokens), ("", f"    ${total.cost:.2f}" if total.cost else ""))
    lines = [
        Line(("dim", pad("work", FIRST)), ("", ", ".join(part for part in parts if part)), right=right, breaks=FIRST)
    ]
    kept = _kept(record, total)
    if kept:
        lines.append(Line(("dim", pad("besides", FIRST)), ("", ", ".join(kept))))
    return lines


def _kept(record: dict[str, Any], total: Tally) -> Iterable[str]:
    extension = _map(record.get("gittraj"))
    redaction = _map(extension.get("redaction"))
    hits = redaction.get("hits")
    notes = [_count(len(hits), "secret") + " redacted"] if isinstance(hits, list) and hits else []
    if redaction.get("rules") == "none" or redaction.get("skipped"):
        notes.append("not redacted (--no-redact)")
    if redaction.get("reasoning") == "drop" or redaction.get("reasoning") == "dropped":
        notes.append("reasoning dropped")
    cut = _map(extension.get("limits")).get("cut")
    if isinstance(cut, list) and cut:
        notes.append(_count(len(cut), "output") + " shortened")
    if total.unknown:
        notes.append(_count(total.unknown, "item") + " of the source not understood, kept raw")
    return notes


def _times(session: dict[str, Any]) -> list[str]:
    entries = session.get("entries")
    return [
        entry["timestamp"]
        for entry in walk(entries if isinstance(entries, list) else [])
        if isinstance(entry.get("timestamp"), str)
    ]


def _changed(lines: Lines) -> str:
    return f"+{lines.added} −{lines.removed}"


def _with_failed(number: int, bad: int, word: str) -> str:
    return _count(number, word) + (f" ({bad} failed)" if bad else "") if number else ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
