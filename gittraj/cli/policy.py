"""`git traj policy`: a ref, a file or a commit goes in; what is demanded here, and why a commit stands as it does, comes out."""

from gittraj.cli.command import JSON, Command, Parameter
from gittraj.cli.console import Console, sign
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.model.report import Explanation, PolicySource


def show(console: Console, *, trust: str | None = None, json: bool = False) -> int:
    """The policy in force, and where it stands."""
    from gittraj.flows.explain import show as flow

    return _tell(console, flow(trust), json=json)


def check(console: Console, path: str | None = None, *, json: bool = False) -> int:
    """Read a policy file as `verify` would; an error names line, reason and the closest word."""
    from gittraj.flows.explain import check as flow

    return _tell(console, flow(path), json=json)


def explain(console: Console, commit: str | None = None, *, trust: str | None = None, json: bool = False) -> int:
    """Rule by rule, why a commit stands as it does; 1 where it falls short."""
    from gittraj.flows.explain import explain as flow

    found = flow(commit, trusted=trust)
    if json:
        from gittraj.cli import shapes

        console.json(shapes.explanation(found))
    else:
        console.lines(_explained(found))
    return 0 if found.verdict.status in ("verified", "carried", "exempt") else 1


def exempt(console: Console, commit: str, *, reason: str | None = None, until: str | None = None) -> int:
    """Excuse a commit from the policy, signed, for a reason and a time."""
    from gittraj.errors import UsageError
    from gittraj.flows.vouch import exempt as flow

    if not reason or not until:
        raise UsageError("an exemption takes --reason and --until", hint="git traj policy exempt -h")
    done = flow(commit, reason, until)
    console.say(f"{done.id[:8]} is exempt until {until}, once the notes are pushed")
    return 0


def approve(console: Console, commit: str) -> int:
    """Consent, signed, to what a commit changes about the policy or the trusted keys."""
    from gittraj.flows.vouch import approve as flow

    done = flow(commit)
    console.say(f"you consent to what {done.id[:8]} changes about trust, once the notes are pushed")
    return 0


def _tell(console: Console, policy: "PolicySource", *, json: bool) -> int:
    if json:
        from gittraj.cli import shapes

        console.json(shapes.policy(policy))
    else:
        console.lines(_policy_lines(policy))
    return 0


def _policy_lines(policy: "PolicySource") -> "Iterator[Line]":
    from gittraj.cli.escape import one_line
    from gittraj.cli.verify import by

    if policy.ref or policy.blob:
        yield Line(("bold", by(policy)))
    for rule in policy.rules:
        yield Line(("dim", "· "), ("", one_line(rule)))
    for name, blob, keys in policy.trust:
        yield Line(("dim", "· "), ("", f"{keys} trusted key{'' if keys == 1 else 's'}: {one_line(name)} ({blob[:8]})"))
    for warning in policy.warnings:
        yield Line(("note", "! "), ("", one_line(warning)))


def _explained(found: "Explanation") -> "Iterator[Line]":
    from gittraj.cli.escape import one_line
    from gittraj.cli.verify import by, verdict_line

    verdict = found.verdict
    yield from verdict_line(verdict)
    yield Line(
        sign("pass" if found.needed else "skip"),
        ("", f" needs a trace: {'yes' if found.needed else 'no'}, {one_line(found.why)}"),
    )
    for rule in found.rules:
        yield Line(sign(rule.result), ("", f" {one_line(rule.name)}: {one_line(rule.detail)}"))
    yield Line(("dim", by(found.policy)))


_TRUST = Parameter(
    "trust", "--trust", help="read policy and trusted keys from this ref, not from the remote's default branch", metavar="REF"
)  # fmt: skip
COMMANDS = (
    Command(
        "policy show",
        show,
        "Show what is demanded of commits here, and whose keys count.",
        _TRUST,
        JSON,
        about="Policy and keys are read from a trusted ref: what gittraj.trustedRef names, else the remote's default branch, "
        "else (no remote) HEAD. What lies in the worktree is not in force. Without a policy the default rule holds: what has "
        "a trace must have a good one, and commits that name an agent must have one.",
        exits="1: the policy cannot be read.",
    ),
    Command(
        "policy check",
        check,
        "Check a policy file before it is committed.",
        Parameter("path", help=".gittraj.toml at the top of the worktree if not given", metavar="FILE"),
        JSON,
        exits="1: it cannot be read.",
    ),
    Command(
        "policy explain",
        explain,
        "Tell rule by rule why a commit stands as it does.",
        Parameter("commit", help="HEAD if not given"),
        _TRUST,
        JSON,
        exits="1: the commit falls short.",
        examples=(("git traj policy explain HEAD", "the last commit"),),
    ),
    Command(
        "policy exempt",
        exempt,
        "Excuse a commit from the policy, for a reason and a time.",
        Parameter("commit", help="the commit", required=True),
        Parameter("reason", "--reason", help="why, one line", metavar="TEXT"),
        Parameter("until", "--until", help="until when (UTC), for example 2026-12-31", metavar="DATE"),
        about="A statement in the commit's note, signed by somebody whom the policy names as a reviewer. It excuses a missing trace and "
        "what falls short of the policy, never damage, a bad signature or a statement of another commit.",
        examples=(('git traj policy exempt HEAD --reason "hotfix by hand" --until 2026-12-31', "one commit"),),
    ),
    Command(
        "policy approve",
        approve,
        "Consent to what a commit changes about policy or keys.",
        Parameter("commit", help="the commit", required=True),
        about="A commit that changes .gittraj.toml, the list of trusted or the list of revoked keys fails unless somebody trusted before "
        "the change consents: a reviewer where the policy names any, else any trusted signer.",
    ),
)
