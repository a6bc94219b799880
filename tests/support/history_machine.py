"""A machine that makes random histories: agents and people edit and commit, git rewrites, clones push; every step is told, every line is unique."""

from collections.abc import Callable

from gittraj.flows.verify import verify
from gittraj.store.repository import open_repository
from tests.support.history_mates import Mates

ACTS = (
    "agent_partial", "human_commit", "human_partial", "stash", "reset", "worktree", "switch", "merge", "squash_merge", "cherry_pick",
    "revert", "amend_message", "amend_by_hand", "rebase", "interactive", "interactive_edit", "interactive_split", "plumbing",
    "filter_repo", "collect", "traj_gc", "clone", "push_race", "conflict",
)  # fmt: skip
OFTEN = ("agent_commit",) * 5 + ("human_commit", "interactive", "interactive", "cherry_pick", "switch", "rebase")


class Machine(Mates):
    """`told`: what was done, in order; `known`: lines that replay has once given to their agent."""

    def run(self, steps: int, acts: tuple[str, ...] = ()) -> None:
        """Do so many random things, or `acts` in any order with agents' commits between; after each, nothing signed may be gone."""
        rest = list(acts)
        self.chance.shuffle(rest)
        for step in range(steps):
            name = self._next(step, rest) if acts else self.chance.choice((*ACTS, *OFTEN))
            self._do("agent_commit" if step < 2 else name)

    def check(self) -> list[str]:
        """Hold every commit of every branch against the oracle; the commits whose lines of agents are told less than once."""
        house = open_repository(str(self.shop.repo))
        less = []
        for commit in house.revisions("--branches"):
            if not house.commit(commit).parents:
                continue
            replayed, lost = self.oracle.audit(self.shop.repo, commit)
            again = [row for row in lost if row in self.known]
            if again:
                found = verify(commit, directory=str(self.shop.repo)).commits[0]
                good = found.carried and found.carried.good and found.carried.exact and not found.carried.rest
                if good and found.carried and not self._told_no_better(found.carried.sources, again):
                    less.append(f"{commit[:8]} {found.status} {found.carried.how}: {again}")
            assert sum(each.added + each.removed for each in replayed.coverage.values()) >= 0
        return less

    def _told_no_better(self, sources: tuple[str, ...], rows: list[str]) -> bool:
        """Whether an original is gone, or leaves these lines unexplained itself: a commit that is another one cannot say more than that one."""
        there = [self.shop.git("cat-file", "-e", one, check=False).returncode == 0 for one in sources]
        return not all(there) or set(rows) <= {
            row for one in sources for row in self.oracle.audit(self.shop.repo, one)[1]
        }

    def _next(self, step: int, rest: list[str]) -> str:
        if step < 2:
            return ""
        return rest.pop() if rest else "agent_commit"

    def _do(self, name: str) -> None:
        self.told.append(name)
        act: Callable[[], None] = getattr(self, name)
        act()
        self._nothing_lost()
