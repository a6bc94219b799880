"""Who needs a trace: the facts of a commit go in, whether it needs one and why comes out. Needs are composed: `Since(…, Except(…, Agents()))`."""

from collections.abc import Sequence

from gittraj.codec.patterns import matches_one
from gittraj.policy import agents
from gittraj.policy.facts import Facts, Need, Ruling


class Everyone:
    """Every commit needs a trace."""

    def needs(self, facts: Facts, /) -> Ruling:
        """Always."""
        return Ruling(True, "the policy wants a trace of every commit")

    def told(self) -> str:
        """In words."""
        return "every commit needs a trace"


class Agents:
    """Commits that an agent made or helped with need a trace. `known`: also by the names that agents are known by."""

    def __init__(
        self,
        *,
        known: bool = True,
        authors: Sequence[str] = (),
        committers: Sequence[str] = (),
        trailers: Sequence[str] = (),
    ) -> None:
        self.known = known
        self.authors = tuple(authors)
        self.committers = tuple(committers)
        self.trailers = tuple(trailers)

    def needs(self, facts: Facts, /) -> Ruling:
        """By author, committer, trailers and known names."""
        commit = facts.commit
        for who, text, email, patterns in (
            ("author", agents.author(commit), commit.author_email, self.authors),
            ("committer", agents.committer(commit), commit.committer_email, self.committers),
        ):
            found = _first(patterns, (text, email))
            if found:
                return Ruling(True, f"its {who} is an agent by the policy ({found})")
        found = _first(self.trailers, agents.trailers(commit)) if self.trailers else ""
        if found:
            return Ruling(True, f"it carries a trailer that the policy names ({found})")
        if self.known and agents.says_agent(commit):
            return Ruling(True, "its message or author names an agent")
        return Ruling(False, "nothing says that an agent had a part in it")

    def told(self) -> str:
        """In words."""
        parts = ["known by name"] if self.known else []
        for what, patterns in (("author", self.authors), ("committer", self.committers), ("trailer", self.trailers)):
            if patterns:
                parts.append(f"{what} {', '.join(patterns)}")
        return f"commits of agents need a trace ({'; '.join(parts)})"


class UnsafeNobody:
    """Nobody needs a trace: what has one must still hold. Whoever takes a trace away is not noticed."""

    def needs(self, facts: Facts, /) -> Ruling:
        """Never."""
        return Ruling(False, "the policy wants no traces")

    def told(self) -> str:
        """In words."""
        return "unsafe: nobody needs a trace, so nobody notices when one is taken away"


class Since:
    """The need of `inner`, from a commit on: what is not reachable past it came before the policy."""

    def __init__(self, commit: str, inner: Need) -> None:
        self.commit = commit
        self.inner = inner

    def needs(self, facts: Facts, /) -> Ruling:
        """Not before adoption."""
        if not facts.adopted:
            return Ruling(False, f"it came before the policy (since {self.commit[:12]})")
        return self.inner.needs(facts)

    def told(self) -> str:
        """In words."""
        return f"{self.inner.told()}, from {self.commit[:12]} on"


class Except:
    """The need of `inner`, but not for commits that change nothing outside of these paths."""

    def __init__(self, patterns: Sequence[str], inner: Need) -> None:
        self.patterns = tuple(patterns)
        self.inner = inner

    def needs(self, facts: Facts, /) -> Ruling:
        """Not for exempt paths alone; a commit that changes nothing is no exception."""
        if facts.paths and all(_first(self.patterns, (path,)) for path in facts.paths):
            return Ruling(False, "it changes exempt paths only")
        return self.inner.needs(facts)

    def told(self) -> str:
        """In words."""
        return f"{self.inner.told()}, except where only {', '.join(self.patterns)} change"


def _first(patterns: Sequence[str], texts: Sequence[str]) -> str:
    """The first pattern that one of the texts matches, letters' case aside; "" for none."""
    cut = [text[: agents.LONGEST].lower() for text in texts]
    return next((each for each in patterns if any(matches_one(text, each.lower()) for text in cut)), "")
