"""in-toto: the verdict on a commit goes in, a Statement with SLSA's Verification Summary as predicate comes out.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and https://slsa.dev/spec/v1.0/verification_summary
"""

from typing import Any

from gittraj.model.report import CLASSES, CommitVerdict, PolicySource

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
VERIFIER = "https://pypi.org/project/gittraj"
PASSED = ("verified", "carried", "exempt")


def statement(
    verdict: CommitVerdict, policy: PolicySource, *, repository: str, verified_at: str, version: str, ok: bool
) -> dict[str, Any]:
    """The Statement about one commit. `verified_at`: RFC 3339, UTC. `ok`: whether the completeness of its notes is not in doubt.

    Beyond what the Verification Summary asks for, `gittraj` holds the verdict in our own words; unknown fields are allowed there.
    """
    commit = verdict.commit
    passed = verdict.status in PASSED and ok
    name = f"git+{repository}" if repository else "git"
    predicate: dict[str, Any] = {
        "verifier": {"id": VERIFIER, "version": {"gittraj": version}},
        "timeVerified": verified_at,
        "resourceUri": f"{name}@{commit.id}",
        "policy": _policy(policy, name),
        "inputAttestations": [
            {"uri": f"git+refs/notes/traj#{commit.id}", "digest": {"sha256": each.statement.digest}}
            for each in verdict.statements
        ],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": [f"GITTRAJ_{verdict.status.upper()}"] if passed else [],
        "gittraj": {
            "status": verdict.status,
            "reason": verdict.reason,
            "checks": {check.name: check.result for check in verdict.checks},
            "coverage": {
                kind: {"added": lines.added, "removed": lines.removed}
                for kind in CLASSES
                if (lines := verdict.coverage.get(kind)) is not None
            },
            "signers": sorted({each.principal for each in verdict.statements if each.principal}),
            "complete": ok,
        },
    }
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"gitCommit": commit.id, "gitTree": commit.tree}}],
        "predicateType": PREDICATE,
        "predicate": predicate,
    }


def _policy(policy: PolicySource, name: str) -> dict[str, Any]:
    if not policy.blob:
        return {"uri": f"{VERIFIER}#default-rule"}
    return {"uri": f"{name}@{policy.commit}#.gittraj.toml", "digest": {"gitBlob": policy.blob}}
