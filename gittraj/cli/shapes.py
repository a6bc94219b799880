"""The stable JSON shapes of the reading commands: reports go in, plain maps with hex for bytes come out (docs/reference/cli.md)."""

from typing import Any

from gittraj.cli.replay_shape import coverage
from gittraj.codec.json import to_json_value
from gittraj.model.carried import Carried
from gittraj.model.completeness import Completeness
from gittraj.model.report import (
    Attached,
    AttachReport,
    CommitVerdict,
    Explanation,
    Finding,
    KeyLine,
    LogLine,
    NoteDamage,
    PolicySource,
    Shown,
    Step,
    VerifyReport,
)
from gittraj.model.states import Verified
from gittraj.model.verdict import Check


def show(shown: Shown) -> dict[str, Any]:
    """`git traj show --json`."""
    statements = [{**_statement(each), "record": _record(each)} for each in shown.statements]
    return {
        "commit": shown.commit.id,
        "branch": shown.branch,
        "carried": carried(shown.carried),
        "statements": statements,
        "damage": _damage(shown.damage),
    }


def log(lines: list[LogLine]) -> dict[str, Any]:
    """`git traj log --json`."""
    return {"commits": [_log_line(line) for line in lines]}


def verify(report: VerifyReport) -> dict[str, Any]:
    """`git traj verify --json`."""
    commits = [_verdict(each) for each in report.commits]
    missing = completeness(report.completeness)
    return {"ok": report.ok, "commits": commits, "completeness": missing, "policy": policy(report.policy)}


def completeness(found: Completeness) -> dict[str, Any]:
    """The part of `git traj verify --json` and `git traj audit --json` that says what is missing."""
    names = ("kind", "commit", "session", "fatal", "detail")
    findings = [{name: getattr(each, name) for name in names} for each in found.findings]
    return {"result": found.result, "statements": found.statements, "heads": found.heads, "findings": findings}


def policy(source: PolicySource) -> dict[str, Any]:
    """`git traj policy show --json`, and by what `verify` and `policy explain` judge."""
    return {
        "ref": source.ref,
        "commit": source.commit,
        "blob": source.blob,
        "default": not source.blob,
        "rules": list(source.rules),
        "warnings": list(source.warnings),
        "trust": [{"name": name, "blob": blob, "keys": keys} for name, blob, keys in source.trust],
    }


def explanation(found: Explanation) -> dict[str, Any]:
    """`git traj policy explain --json`."""
    return {
        **_verdict(found.verdict),
        "needed": found.needed,
        "why": found.why,
        "rules": [{"rule": rule.name, "result": rule.result, "detail": rule.detail} for rule in found.rules],
        "policy": policy(found.policy),
    }


def attach(report: AttachReport) -> dict[str, Any]:
    """`git traj attach --json` and `git traj finish --json`."""
    return {
        "attached": [_attached(each) for each in report.attached],
        "skipped": [{"path": path, "reason": reason} for path, reason in report.skipped],
        "warnings": list(report.warnings),
    }


def keys(lines: list[KeyLine]) -> dict[str, Any]:
    """`git traj keys list --json`, `keys new --json` and `keys trust --json`."""
    names = ("principal", "fingerprint", "type", "source", "role", "usable")
    return {"keys": [{name: getattr(line, name) for name in names} for line in lines]}


def doctor(findings: list[Finding], steps: list[Step] | None = None) -> dict[str, Any]:
    """`git traj doctor --json`; `steps`: what ``--repair`` did."""
    names = ("level", "what", "why", "hint")
    done = [{name: getattr(each, name) for name in ("what", "done", "hint")} for each in steps or ()]
    found = [{name: getattr(each, name) for name in names} for each in findings]
    return {"findings": found} if steps is None else {"findings": found, "repaired": done}


def _record(verified: Verified) -> Any:
    return to_json_value(verified.record)


def _statement(verified: Verified) -> dict[str, Any]:
    statement = verified.statement
    return {
        "digest": statement.digest,
        "kind": statement.kind,
        "signer": {"principal": verified.principal, "kid": statement.kid.hex(), "trusted": verified.trusted},
        "checks": checks(verified.checks),
        "imported": _imported(verified),
    }


def _imported(verified: Verified) -> Any:
    """Where the statement was taken from; None for what git traj captured itself."""
    record = verified.record if isinstance(verified.record, dict) else {}
    holder = record.get("gittraj") if verified.statement.kind == "record" else record
    found = holder.get("imported") if isinstance(holder, dict) else None
    return to_json_value(found) if isinstance(found, dict) else None


def checks(checks: tuple[Check, ...]) -> dict[str, Any]:
    """Name → result and detail of each check."""
    return {check.name: {"result": check.result, "detail": check.detail} for check in checks}


def _damage(damage: tuple[NoteDamage, ...]) -> list[dict[str, Any]]:
    return [{"start": each.start, "end": each.end, "reason": each.reason} for each in damage]


def _verdict(verdict: CommitVerdict) -> dict[str, Any]:
    return {
        "commit": verdict.commit.id,
        "subject": verdict.commit.subject,
        "status": verdict.status,
        "reason": verdict.reason,
        "carried": carried(verdict.carried),
        "checks": checks(verdict.checks),
        "statements": [_statement(each) for each in verdict.statements],
        "damage": _damage(verdict.damage),
    }


def carried(found: Carried | None) -> dict[str, Any] | None:
    """What a commit has from records of others: the key `carried` of several shapes."""
    if found is None:
        return None
    return {
        "from": list(found.sources),
        "how": found.how,
        "lines": found.lines,
        "total": found.total,
        "exact": found.exact,
        "parts": [
            {
                "path": part.path,
                "start": part.start,
                "end": part.end,
                "removed": part.removed,
                "from": part.source or None,
            }
            for part in found.parts
        ],
    }


def _log_line(line: LogLine) -> dict[str, Any]:
    return {
        "commit": line.commit.id,
        "subject": line.commit.subject,
        "author": f"{line.commit.author_name} <{line.commit.author_email}>",
        "statements": line.statements,
        "agents": list(line.agents),
        "agent_versions": list(line.agent_versions),
        "models": list(line.models),
        "sessions": list(line.sessions),
        "steps": line.steps,
        "coverage": coverage(line.coverage) if line.coverage else {},
        "replay": line.replay or None,
        "added": line.added,
        "removed": line.removed,
        "imported": list(line.imported),
        "verdict": line.verdict,
    }


def _attached(each: Attached) -> dict[str, Any]:
    names = (
        "commit",
        "agent",
        "session",
        "seq",
        "entries",
        "body_bytes",
        "redactions",
        "public",
        "unknown",
        "waiting",
        "path",
    )
    return {name: getattr(each, name) for name in names}
