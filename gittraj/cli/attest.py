"""`git traj attest`: revisions go in, a signed in-toto attestation of each verdict comes out, one per line; or a file of them is checked."""

from gittraj.cli.command import FLAG, JSON, Command, Parameter
from gittraj.cli.console import Console, sign
from gittraj.cli.paint import Line


def attest(
    console: Console,
    revisions: str | None = None,
    *,
    all: bool = False,
    check: str | None = None,
    trust: str | None = None,
    json: bool = False,
) -> int:
    """Attest the verdicts of `revisions`; 0 only where all are good. With `check`, 0 only where every signature in the file is good."""
    from gittraj.errors import UsageError
    from gittraj.flows import attest as flow

    if all and revisions:
        raise UsageError("attest: give a range or --all, not both", hint="git traj attest -h")
    if check is not None:
        return _check(console, check, trust, json=json)
    ok, envelopes = flow.attest(revisions, everything=all, trusted=trust)
    console.data("".join(f"{envelope}\n" for envelope in envelopes))
    return 0 if ok else 1


def _check(console: Console, path: str, trust: str | None, *, json: bool) -> int:
    from gittraj.cli import shapes
    from gittraj.cli.escape import one_line
    from gittraj.flows.attest import check as flow

    found = flow(path, trusted=trust)
    ok = all(each.ok for each in found)
    if json:
        told = [
            {
                "commit": each.commit,
                "result": each.result,
                "principals": each.principals,
                "checks": shapes.checks(each.checks),
            }
            for each in found
        ]
        console.json({"ok": ok, "attestations": told})
        return 0 if ok else 1
    for each in found:
        wrong = next((check for check in each.checks if check.result != "pass"), None)
        who = f"signed by {one_line(each.principals)}" if wrong is None else one_line(f"{wrong.name}: {wrong.detail}")
        lead = (("note", f" {one_line(each.commit)[:8]}"), ("", f"  {one_line(each.result)}  {who}"))
        console.lines([Line(sign("pass" if wrong is None else "fail"), *lead)])
    return 0 if ok else 1


COMMANDS = (
    Command(
        "attest",
        attest,
        "State verdicts as signed in-toto attestations.",
        Parameter("revisions", help="a commit or a range; HEAD if not given", metavar="RANGE"),
        Parameter("all", "--all", help="every commit that has a trace", kind=FLAG),
        Parameter("check", "--check", help="check the signatures in this file instead", metavar="FILE"),
        Parameter("trust", "--trust", help="the ref that policy and keys are read from", metavar="REF"),
        JSON,
        about="One DSSE envelope per commit and line: an in-toto Statement about the commit, its predicate SLSA's Verification Summary "
        "(PASSED or FAILED), so that policy engines which know these need not know git traj. It is signed with the key that signs "
        "records, and says what `git traj verify` says, at the time it was run.",
        exits="1: a commit falls short (it is attested as FAILED), or a signature does not hold.",
        examples=(("git traj attest main.. > verdicts.intoto.jsonl", "what this branch adds"),),
    ),
)
