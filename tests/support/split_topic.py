"""A topic branch and a main branch that wrote the same file: an agent's commits on one, a person's on the other, and hands to resolve what meets."""

from typing import Any

from tests.support.line_oracle import Oracle
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop

ONE, TWO = "11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"
CONTINUE = "git add -A && GIT_EDITOR=true git rebase --continue"
EDITOR = {"GIT_EDITOR": "true"}
LATER = 1_700_001_000


class Split:
    """On `topic` commits of session ONE in a.txt and b.txt, on `main` a person's in the same a.txt."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.oracle = Oracle()
        self.one = shop.claude(ONE)
        shop.git("checkout", "-qb", "topic")
        self.olds = [self.made(self.one, name, count) for name, count in (("a.txt", 3), ("b.txt", 2))]

    def made(self, claude: ScriptedClaude, name: str, count: int, command: str = "") -> str:
        """The agent adds lines to a file and commits."""
        path = self.shop.repo / name
        before = path.read_text() if path.exists() else ""
        claude.say(f"More of {name}")
        claude.write(name, before + "".join(self.oracle.line(claude.session) + "\n" for _ in range(count)))
        done = claude.run(command or f"git add -A && git commit -qm 'Agent: {name} {claude.clock}'")
        assert done.returncode == 0, done.stderr
        return self.shop.out("rev-parse", "HEAD")

    def upstream(self, *names: str) -> "Split":
        """And then a person wrote the same files on `main`."""
        self.shop.git("checkout", "-q", "main")
        for name in names or ("a.txt",):
            (self.shop.repo / name).write_text(self.oracle.line() + "\n")
        self.shop.git("add", "-A")
        self.shop.git("commit", "-qm", "Upstream")
        self.shop.git("checkout", "-q", "topic")
        return self

    def resolves(self, claude: ScriptedClaude, how: str = "edit", name: str = "a.txt") -> str:
        """The agent takes the marks away and puts a line of its own where the sides meet."""
        path = self.shop.repo / name
        mine = self.oracle.line(claude.session)
        if how == "write":
            claude.write(name, resolved(path.read_text(), mine))
            return mine
        for mark in ("<<<<<<<", "=======", ">>>>>>>"):
            line = next(row for row in path.read_text().splitlines() if row.startswith(mark))
            claude.edit(name, line + "\n", mine + "\n" if mark == "=======" else "")
        return mine

    def sessions(self, rev: str, path: str = "a.txt") -> dict[str, str]:
        """Line → session that replay names for it, "" where it names none, of the lines that the commit adds; all are held against the oracle."""
        found, lost = self.oracle.audit(self.shop.repo, rev)
        assert not lost, lost
        rows = (self.shop.git("show", f"{rev}:{path}").stdout).split("\n")
        ranges = next((file.ranges for file in found.files if file.path == path), ())
        return {row: each.session for each in ranges for row in rows[each.start - 1 : each.end]}

    def verdict(self, rev: str) -> dict[str, Any]:
        found: dict[str, Any] = self.shop.json("verify", rev, check=False)["commits"][0]
        return found

    def records(self, rev: str) -> list[tuple[str, bool]]:
        """(session, whether it was signed for this very commit) of each record in the note."""
        told = self.shop.json("show", rev)["statements"]
        here = [each for each in told if each["kind"] == "record"]
        return sorted(
            (each["record"]["session"]["session-id"], not each["checks"]["binding"]["detail"]) for each in here
        )


def resolved(text: str, between: str) -> str:
    rows = text.splitlines(keepends=True)
    return "".join(
        between + "\n" if row.startswith("=======") else row for row in rows if row[:7] not in ("<" * 7, ">" * 7)
    )
