"""Rules and needs: composed from small parts, and one that demands nothing never says yes."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from gittraj.model.anchor import Anchor
from gittraj.model.commit import Commit
from gittraj.model.report import CLASSES, Lines
from gittraj.model.states import Statement, Verified
from gittraj.model.verdict import Check
from gittraj.policy.agents import LONGEST, says_agent, trailers
from gittraj.policy.facts import Facts
from gittraj.policy.needs import Agents, Everyone, Except, Since, UnsafeNobody
from gittraj.policy.policy import default
from gittraj.policy.rules import AllOf, AnyOf, Claimed, Coverage, Passed, SignedInRole, TrustedSigner, UnsafeAnySigner

CLEAN = Commit("1" * 40, "2" * 40, (), "Dana", "dana@example.org", 0, "Dana", "dana@example.org", 0, 0, "A change\n")


def commit(**changes: str) -> Commit:
    fields = {name: getattr(CLEAN, name) for name in CLEAN.__struct_fields__}
    return Commit(**{**fields, **changes})


def signed(
    kind: str = "record", principal: str = "dana@example.org", *, trusted: bool = True, repository: str = ""
) -> Verified:
    anchor = Anchor("1" * 40, "2" * 40, (), "s", 0, 1, kind, repository=repository)
    statement = Statement(b"", b"", {}, {}, b"", b"", True, "d", kind, b"k", -8, principal, 0, anchor)
    checks = (Check("signer", "pass" if trusted else "fail", "untrusted: nobody knows it"),)
    return Verified(statement, checks, None, principal, trusted)


def test_a_policy_of_no_rules_fails() -> None:
    assert not AllOf(()).judge(Facts(CLEAN)).ok and "empty" in AllOf(()).judge(Facts(CLEAN)).why
    assert not AnyOf(()).judge(Facts(CLEAN)).ok
    assert not AllOf((AllOf(()),)).judge(Facts(CLEAN)).ok and not AnyOf((AllOf(()),)).judge(Facts(CLEAN)).ok


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_all_and_any_are_what_they_say(truths: list[bool]) -> None:
    facts = Facts(CLEAN, checks=(Check("yes", "pass"), Check("no", "fail")))
    rules = [Passed("yes" if truth else "no") for truth in truths]
    assert AllOf(rules).judge(facts).ok == all(truths) and AnyOf(rules).judge(facts).ok == any(truths)


def test_a_check_that_was_skipped_or_never_made_did_not_pass() -> None:
    facts = Facts(CLEAN, checks=(Check("edits", "skip", "nothing to replay"),))
    assert not Passed("edits").judge(facts).ok and not Passed("completeness").judge(facts).ok


def test_who_counts_as_an_agent() -> None:
    cases: list[tuple[Agents, Commit, bool]] = [
        (Agents(), CLEAN, False),
        (Agents(), commit(message="x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"), True),
        (Agents(known=False, authors=["x"]), commit(message="x\n\nCo-Authored-By: Claude <x@y>\n"), False),
        (Agents(authors=["*[bot]@example.org"]), commit(author_email="fixer[bot]@example.org"), True),
        (Agents(authors=["*[bot]@example.org"]), commit(author_email="fixerb@example.org"), False),
        (Agents(authors=["Robot*"]), commit(author_name="robot 7"), True),
        (Agents(committers=["ci@*"]), commit(committer_email="ci@example.org"), True),
        (Agents(trailers=["Agent-Session: *"]), commit(message="x\n\nagent-session: 77\n"), True),
        (Agents(trailers=["Agent-Session: *"]), commit(message="agent-session: 77\n"), False),
    ]
    for need, given_commit, wanted in cases:
        assert need.needs(Facts(given_commit)).ok is wanted, (need.told(), given_commit)


def test_needs_are_composed() -> None:
    assert Everyone().needs(Facts(CLEAN)).ok and not UnsafeNobody().needs(Facts(CLEAN)).ok
    need = Since("3" * 40, Except(["docs/*", "*.lock"], Everyone()))
    assert not need.needs(Facts(CLEAN, adopted=False)).ok
    assert need.needs(Facts(CLEAN, ("docs/a.md", "src/a.py"))).ok
    assert not need.needs(Facts(CLEAN, ("docs/deep/a.md", "poetry.lock"))).ok
    assert need.needs(Facts(CLEAN, ())).ok, "a commit that changes nothing is no exception"


def test_hostile_messages_take_no_time() -> None:
    message = "x\n" + "a: " + "b" * 100_000 + "\n" + "Agent: x\n" * 50_000
    found = trailers(commit(message=message))
    assert len(found) == 200 and max(map(len, found)) <= LONGEST
    assert not Agents(known=False, trailers=["*" * 500 + "z"]).needs(Facts(commit(message=message))).ok
    assert says_agent(commit(message="agent: claude\n"))


def test_signers_have_roles() -> None:
    roles = SignedInRole({"recorder": ["*@example.org"], "ci": ["ci@example.org"], "reviewer": [], "calibrator": []})
    may: Callable[[str, str], bool] = lambda kind, who: roles.judge(Facts(CLEAN, statements=(signed(kind, who),))).ok  # noqa: E731
    assert may("record", "dana@example.org") and not may("record", "eve@example.com")
    assert may("carry", "ci@example.org") and may("carry", "dana@example.org")
    assert not may("exemption", "dana@example.org") and not may("unknown", "dana@example.org")
    ruling = roles.judge(Facts(CLEAN, statements=(signed(), signed("calibration"))))
    assert not ruling.ok and ruling.why == "dana@example.org may not sign a calibration: that takes the role calibrator"


def test_one_untrusted_statement_is_not_hidden_by_a_trusted_one() -> None:
    facts = Facts(CLEAN, statements=(signed(), signed(trusted=False)))
    assert not TrustedSigner().judge(facts).ok and UnsafeAnySigner().judge(facts).ok
    assert not default().rules.judge(facts).ok


def test_coverage_is_demanded_per_class() -> None:
    lines = dict.fromkeys(CLASSES, Lines())
    lines.update(agent=Lines(6, 0), shell=Lines(1, 1), unexplained=Lines(1, 1))
    facts = Facts(CLEAN, coverage=lines)
    assert Coverage("explained", 80).judge(facts).ok and not Coverage("explained", 81).judge(facts).ok
    assert Coverage("agent", 60).judge(facts).ok and not Coverage("agent", 61).judge(facts).ok
    assert not Coverage("explained", 0).judge(Facts(CLEAN)).ok, "what is not known is not enough"
    assert Coverage("explained", 100).judge(Facts(CLEAN, coverage=dict.fromkeys(CLASSES, Lines()))).ok


def test_a_statement_of_another_repository_is_told() -> None:
    rule = Claimed(["https://example.org/ledger*"])
    assert rule.judge(Facts(CLEAN, statements=(signed(repository="https://example.org/ledger.git"),))).ok
    for name in ("https://example.com/ledger.git", ""):
        assert not rule.judge(Facts(CLEAN, statements=(signed(repository=name),))).ok
