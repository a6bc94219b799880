"""The hooks that guard a push: what git or pre-commit tells them goes in; the refusal, with the command that mends it, comes out."""

import os
import sys

from gittraj.cli.hook import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.model.push import PushReport, Update
    from gittraj.model.report import CommitVerdict

SHOWN = 10  # commits that are told one by one
STDIN_LIMIT = 64 * 1024 * 1024  # bytes; far more refs than a push may have


def run(arguments: list[str]) -> int:
    """``pre-push REMOTE URL`` and ``pre-receive`` with refs on stdin; ``traj-verify`` with what pre-commit puts into the environment."""
    from gittraj.errors import StoreError
    from gittraj.model import push

    name = arguments[0]
    try:
        if name == "pre-receive":
            from gittraj.flows.pre_receive import pre_receive

            report = pre_receive(os.getcwd(), os.environ, push.received(_stdin()))
            return _told(report, server=True)
        from gittraj.flows.pre_push import pre_push

        if name == "traj-verify":
            remote, url, updates = _from_pre_commit()
        else:
            remote, url = (*arguments[1:3], "", "")[:2]
            updates = push.pushed(_stdin())
    except ValueError as error:
        raise StoreError(f"{name}: {error}") from error
    return _told(pre_push(os.getcwd(), os.environ, remote, url, updates, say), server=False)


def _stdin() -> str:
    return sys.stdin.buffer.read(STDIN_LIMIT).decode("utf-8", "surrogateescape")


def _from_pre_commit() -> "tuple[str, str, list[Update]]":
    """pre-commit gives the range of one branch, already without what the remote has, in its environment."""
    from gittraj.errors import UsageError
    from gittraj.flows.pre_push import named

    env = os.environ
    new = env.get("PRE_COMMIT_TO_REF", "")
    if not new:
        raise UsageError(
            "traj-verify: pre-commit named no commits",
            hint="it is a hook of the stage pre-push: pre-commit install -t pre-push",
        )
    ref = env.get("PRE_COMMIT_REMOTE_BRANCH", "") or "refs/heads/HEAD"
    update = named(os.getcwd(), env, ref, env.get("PRE_COMMIT_FROM_REF", ""), new)
    return env.get("PRE_COMMIT_REMOTE_NAME", ""), env.get("PRE_COMMIT_REMOTE_URL", ""), [update]


def _told(report: "PushReport", *, server: bool) -> int:
    if report.ok:
        return 0
    for line in lines(report, server=server):
        say(line)
    return 1


def lines(report: "PushReport", *, server: bool) -> "Iterator[str]":
    """The refusal: which commits, why, and what to type."""
    from gittraj.cli.escape import one_line

    short = len(report.commits)
    if short:
        by = f" by the policy of {report.policy}" if report.policy else ""
        yield f"push refused: {short} of {report.judged} new commit{'' if report.judged == 1 else 's'} fall short{by}"
    else:
        yield "push refused"
    for verdict in report.commits[:SHOWN]:
        yield f"  ✗ {verdict.commit.id[:12]} {one_line(verdict.commit.subject)[:60]}"
        yield f"      {verdict.status}: {one_line(verdict.reason)}"
        yield f"      {remedy(verdict)}"
    if short > SHOWN:
        yield f"  … and {short - SHOWN} more: git traj verify RANGE"
    for each in [one for one in report.missing if one.fatal][:SHOWN]:
        where = f"{each.commit[:12]} " if each.commit else ""
        yield f"  ✗ {where}{each.kind}: {one_line(each.detail)}"
        yield "      git traj fetch"
    for refusal in report.refusals[:SHOWN]:
        yield f"  ✗ {one_line(refusal.why)}"
        if refusal.hint:
            yield f"      {one_line(refusal.hint)}"
    if server:
        if any(verdict.status == "missing" for verdict in report.commits):
            yield "traces travel apart from commits: git traj push, then push again"
    elif short:
        yield f"why: git traj policy explain {report.commits[0].commit.id[:12]} · once without this check: git push --no-verify"


def remedy(verdict: "CommitVerdict") -> str:
    """The command that mends a commit which falls short."""
    name = verdict.commit.id[:12]
    if verdict.status == "missing":
        return f"git traj attach {name}"
    if any(check.name == "trust" and check.result == "fail" for check in verdict.checks):
        return f"somebody trusted before consents: git traj policy approve {name}"
    if verdict.status == "untrusted":
        return "git traj keys add PRINCIPAL KEY, and commit it where the policy is read from"
    return f"git traj show {name}"
