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
)
