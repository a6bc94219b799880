"""The report of an audit as JSON: the report goes in, the stable map of `git traj audit --json` comes out; the other forms are made from it."""

import time
from typing import Any

from gittraj.cli import shapes
from gittraj.model.audit import AuditCommit, AuditReport, AuditStatement
from gittraj.model.report import Lines
from gittraj.model.verdict import Check

VERSION = 1


def shape(report: AuditReport) -> dict[str, Any]:
    """The whole report; times in UTC."""
    return {
        "audit": VERSION,
        "ok": report.ok,
        "repository": report.repository,
        "range": report.asked,
        "tip": report.tip,
        "notes": report.notes,
        "gittraj": report.version,
        "totals": {
            "commits": len(report.commits),
            "statuses": report.statuses(),
            "lines": lines(report.lines()),
            "signers": [
                {"principal": who, "kid": kid, "trusted": trusted, "statements": count}
                for who, kid, trusted, count in report.signers()
            ],
            "agents": [
                {"agent": name, "commits": commits, "sessions": sessions} for name, commits, sessions in report.agents()
            ],
        },
        "completeness": shapes.completeness(report.completeness),
        "policy": shapes.policy(report.policy),
        "commits": [_commit(each) for each in report.commits],
    }


def lines(found: dict[str, Lines]) -> dict[str, Any]:
    """Class of evidence → added and removed lines."""
    return {name: {"added": each.added, "removed": each.removed} for name, each in found.items()}


def moment(seconds: int) -> str:
    """A time as RFC 3339 in UTC; what no calendar holds as the number it is."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _commit(each: AuditCommit) -> dict[str, Any]:
    commit = each.commit
    return {
        "commit": commit.id,
        "subject": commit.subject,
        "author": f"{commit.author_name} <{commit.author_email}>",
        "time": moment(commit.committer_time),
        "status": each.status,
        "reason": each.reason,
        "checks": _checks(each.checks),
        "coverage": lines(each.coverage),
        "statements": [_statement(one) for one in each.statements],
        "damage": list(each.damage),
    }


def _statement(one: AuditStatement) -> dict[str, Any]:
    return {
        "digest": one.digest,
        "kind": one.kind,
        "signer": {"principal": one.principal, "kid": one.kid, "trusted": one.trusted},
        "claimed-time": moment(one.issued_at) if one.issued_at is not None else None,
        "agent": one.agent,
        "models": list(one.models),
        "session": one.session,
        "entries": one.entries,
        "checks": _checks(one.checks),
    }


def _checks(checks: tuple[Check, ...]) -> dict[str, Any]:
    return {check.name: {"result": check.result, "detail": check.detail} for check in checks}
