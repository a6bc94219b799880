"""What the machine of random histories works with: a workshop, an oracle of line origins, chance, and a memory of every signed statement."""

import random
import shutil
import sys
from pathlib import Path

from gittraj.codec import framing
from gittraj.store.repository import open_repository
from tests.support.line_oracle import AGENTS, Oracle
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop

SESSIONS = ("11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555")
FILES = ("a.txt", "b.txt", "dir/c.txt")


class Hands:
    """`told`: what was done, in order; `known`: lines that replay has once given to their agent."""

    def __init__(self, shop: Workshop, seed: int) -> None:
        self.shop = shop
        self.chance = random.Random(seed)
        self.oracle = Oracle()
        self.told: list[str] = []
        self.known: set[str] = set()
        self.statements: set[bytes] = set()
        self.agents = [shop.claude(session, start=1_700_000_000 + 40 * at) for at, session in enumerate(SESSIONS)]
        self.others: list[ScriptedClaude] = []  # agents that work in other places
        shop.git("branch", "other")
        with_filter_repo(shop)

    def git(self, *words: str, **env: str) -> bool:
        """Whether git did it."""
        return self.shop.git(*words, check=False, env=env).returncode == 0

    def _clean(self) -> bool:
        return not self.shop.out("status", "--porcelain")

    def _other(self) -> str:
        return "other" if self.shop.out("branch", "--show-current") == "main" else "main"

    def _back(self, most: int) -> int:
        """How many commits, at most, the first-parent way back has before the first and before a merge."""
        rows = self.shop.out("log", "--first-parent", "--format=%P", f"-{most}").splitlines()
        count = 0
        for row in rows:
            if len(row.split()) != 1:
                break
            count += 1
        return self.chance.randint(1, count) if count else 0

    def _edited(self, name: str, session: str, place: Path | None = None) -> str:
        path = (place or self.shop.repo) / name
        rows = path.read_text().splitlines() if path.exists() else []
        for _ in range(self.chance.randint(1, 3)):
            at = self.chance.randint(0, len(rows))
            if rows and self.chance.random() < 0.3:
                del rows[min(at, len(rows) - 1)]
            rows.insert(min(at, len(rows)), self.oracle.line(session))
        return "\n".join(rows) + "\n"

    def _put(self, name: str, text: str) -> None:
        path: Path = self.shop.repo / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def _now(self, claude: ScriptedClaude) -> None:
        """The agent's clock goes on behind all others', and it is asked for more."""
        claude.clock = max(each.clock for each in (*self.agents, *self.others, claude)) + 1
        claude.say("Go on")

    def _commit_by(self, claude: ScriptedClaude, staging: str) -> None:
        now = {"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"}
        done = claude.run(f"{staging} && git commit -qm 'Step {claude.clock}'", env=now)
        assert done.returncode == 0, (done.stdout, done.stderr)
        self._learn(claude.worktree)

    def _learn(self, place: Path) -> None:
        """Hold the commit just made against the oracle, and remember which lines its agents got."""
        replayed, _ = self.oracle.audit(place, "HEAD")
        for file in replayed.files:
            if file.status != "outside_repo":
                rows = self.shop.git("show", f"HEAD:{file.path}", check=False, cwd=place).stdout.split("\n")
                for each in file.ranges:
                    if each.kind in AGENTS:
                        self.known.update(rows[each.start - 1 : each.end])

    def _nothing_lost(self) -> None:
        found = statements(self.shop)
        assert self.statements <= found, "a signed statement is gone"
        self.statements = found


def statements(shop: Workshop) -> set[bytes]:
    """Every item in the notes of a repository, as it was signed."""
    rows = shop.git("notes", "--ref=traj", "list", check=False).stdout.split("\n")
    repository = open_repository(str(shop.repo))
    blobs = {row.split()[0] for row in rows if row}
    return {item.raw for blob in blobs for item in framing.read(repository.blob(blob)).items}


def with_filter_repo(shop: Workshop) -> None:
    """`git filter-repo`, which lies beside this Python, can be called."""
    beside = Path(sys.executable).parent
    shop.env["PATH"] = f"{shop.env['PATH']}:{beside}"
    assert shutil.which("git-filter-repo", path=shop.env["PATH"]), "git-filter-repo is missing: pip install -e '.[dev]'"
