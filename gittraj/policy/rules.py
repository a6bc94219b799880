"""What a trace must hold up to: the facts of a commit go in, a ruling comes out. A rule that demands nothing fails."""

from collections.abc import Mapping, Sequence

from gittraj.codec.patterns import matches_one
from gittraj.model.report import CLASSES, Lines
from gittraj.policy.facts import Facts, Rule, Ruling

# who may sign a statement of a kind, by role; a kind that is not listed is nobody's
KINDS: dict[str, tuple[str, ...]] = {
    "record": ("recorder",),
    "carry": ("ci", "recorder"),
    "head": ("ci", "recorder"),
    "outcome": ("ci", "reviewer"),
    "verdict": ("ci", "reviewer"),
    "review": ("reviewer",),
    "label": ("reviewer",),
    "exemption": ("reviewer",),
    "governance": ("reviewer",),
    "calibration": ("calibrator",),
}
ROLES = ("recorder", "ci", "reviewer", "calibrator")


class AllOf:
    """Every rule must hold. With no rule at all it fails: an empty policy is a mistake, not a permission."""

    name = "all"

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)

    def each(self, facts: Facts) -> list[Ruling]:
        """What every rule says, in order."""
        if not self.rules:
            return [Ruling(False, "the policy demands nothing: an empty policy fails", "policy")]
        return [rule.judge(facts)._replace(rule=rule.name) for rule in self.rules]

    def judge(self, facts: Facts, /) -> Ruling:
        """The first that does not hold decides."""
        return next(
            (ruling for ruling in self.each(facts) if not ruling.ok), Ruling(True, "every rule holds", self.name)
        )

    def told(self) -> str:
        """In words."""
        return " and ".join(rule.told() for rule in self.rules) or "nothing, so it fails"


class AnyOf:
    """One rule must hold; with no rule at all it fails."""

    name = "any"

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)

    def judge(self, facts: Facts, /) -> Ruling:
        """The first that holds decides."""
        found = [rule.judge(facts)._replace(rule=rule.name) for rule in self.rules]
        good = next((ruling for ruling in found if ruling.ok), None)
        if good is not None:
            return good
        return Ruling(False, "; or ".join(ruling.why for ruling in found) or "no rule is left to hold", self.name)

    def told(self) -> str:
        """In words."""
        return " or ".join(rule.told() for rule in self.rules) or "nothing, so it fails"


class TrustedSigner:
    """Every statement is signed by somebody whom the reader trusts, at a time that can be believed."""

    name = "signer"

    def judge(self, facts: Facts, /) -> Ruling:
        """The first statement that is not decides."""
        for statement in facts.statements:
            if not statement.trusted:
                why = next(
                    (each for each in statement.checks if each.name in ("signer", "time") and each.result == "fail"),
                    None,
                )
                return Ruling(False, f"{why.name}: {why.detail}" if why else "signer: not known")
        return Ruling(True, "every signer is trusted")

    def told(self) -> str:
        """In words."""
        return "every signer is trusted"


class UnsafeAnySigner:
    """Anybody may sign: a good signature of a stranger is enough."""

    name = "signer"

    def judge(self, facts: Facts, /) -> Ruling:
        """Always."""
        return Ruling(True, "any signer will do (unsafe)")

    def told(self) -> str:
        """In words."""
        return "unsafe: anybody may sign"


class SignedInRole:
    """Who signs a statement has the role that its kind needs. `roles`: role → patterns of principals."""

    name = "role"

    def __init__(self, roles: Mapping[str, Sequence[str]]) -> None:
        self.roles = {role: tuple(patterns) for role, patterns in roles.items()}

    def judge(self, facts: Facts, /) -> Ruling:
        """The first statement signed out of role decides."""
        for statement in facts.statements:
            kind = statement.statement.kind
            if not self.may(kind, statement.principal):
                wanted = " or ".join(KINDS.get(kind, ())) or "nobody"
                return Ruling(False, f"{statement.principal} may not sign a {kind}: that takes the role {wanted}")
        return Ruling(True, "every signer has the role")

    def may(self, kind: str, principal: str) -> bool:
        """Whether this principal may sign statements of this kind."""
        return any(
            matches_one(principal, pattern) for role in KINDS.get(kind, ()) for pattern in self.roles.get(role, ())
        )

    def told(self) -> str:
        """In words."""
        given = [f"{role} {', '.join(patterns)}" for role, patterns in self.roles.items() if patterns]
        return f"signers have their roles ({'; '.join(given) or 'nobody has any'})"


class Passed:
    """A check of the commit passed; "skip" is not enough."""

    def __init__(self, check: str) -> None:
        self.name = check

    def judge(self, facts: Facts, /) -> Ruling:
        """By name; a check that was not made did not pass."""
        found = next((check for check in facts.checks if check.name == self.name), None)
        if found is None:
            return Ruling(False, "the check was not made")
        return Ruling(found.result == "pass", found.detail or found.result)

    def told(self) -> str:
        """In words."""
        return f"the check {self.name} passes"


class Coverage:
    """At least `least` per cent of the changed lines are of the class `kind`; "explained": of any class but unexplained."""

    name = "coverage"

    def __init__(self, kind: str, least: int) -> None:
        self.kind = kind
        self.least = least

    def judge(self, facts: Facts, /) -> Ruling:
        """By share, rounded down; a commit that changes no line has nothing to cover."""
        if not facts.coverage:
            return Ruling(False, "coverage is not known: nothing could be replayed")
        every = sum(each.added + each.removed for each in facts.coverage.values())
        classes = [each for each in CLASSES if each != "unexplained"] if self.kind == "explained" else [self.kind]
        lines = [facts.coverage.get(each, Lines()) for each in classes]
        share = 100 if not every else sum(each.added + each.removed for each in lines) * 100 // every
        word = "explained" if self.kind == "explained" else f"of class {self.kind}"
        return Ruling(share >= self.least, f"{share}% {word}, {self.least}% demanded")

    def told(self) -> str:
        """In words."""
        return f"at least {self.least}% of the changed lines are {self.kind}"


class Claimed:
    """Statements were made in a repository of one of these names; the name is the signer's word for where they worked."""

    name = "repository"

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)

    def judge(self, facts: Facts, /) -> Ruling:
        """A statement that names no repository does not hold."""
        for statement in facts.statements:
            anchor = statement.statement.anchor
            name = anchor.repository if anchor else ""
            if not any(matches_one(name, pattern) for pattern in self.patterns):
                return Ruling(False, f"signed in another repository: {name or 'none is named'}")
        return Ruling(True, "signed in this repository")

    def told(self) -> str:
        """In words."""
        return f"statements were made in {' or '.join(self.patterns)}"
