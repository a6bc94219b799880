"""What happens in a shared tree, as numbers: a list of acts goes in, each is done by one of the hands; the commits come out."""

import shlex
from typing import NamedTuple, Protocol

from tests.support.shared_tree import PERSON, SharedTree
from tests.support.tree_claude import LAYOUTS, ClaudeHand
from tests.support.tree_opencode import OpenCodeHand
from tests.support.tree_writers import CodexHand, GeminiHand, PiHand

KINDS = (
    "edit",
    "edit",
    "edit",
    "write",
    "new",
    "cut",
    "append",
    "remove",
    "move",
    "failed",
    "person",
    "commit",
    "theirs",
)
PLACES = ("a.txt", "b.txt", "dir/c.txt", "dir/d.txt")


class Act(NamedTuple):
    """`kind`: of `KINDS`. `hand`: who, `path`: where, `at`, `count`: which lines; all are taken modulo what there is."""

    kind: str
    hand: int
    path: int
    at: int
    count: int


class Does(Protocol):
    """What every hand can do. `keeps`: whether its record tells what a file held that it wrote anew."""

    ident: str
    agent: str
    keeps: bool

    def write(self, path: str, content: str) -> None: ...
    def edit(self, path: str, old: str, new: str) -> None: ...
    def shell(self, command: str) -> None: ...
    def commit(self, *paths: str) -> str: ...


def make(tree: SharedTree, name: str, number: int) -> Does:
    """A hand by its name: an agent, with ``-old`` for a version that records no states; Claude's with the layout of sub-agents."""
    ident = f"{number:08x}-1111-7111-8111-{number:012x}"
    agent, _, how = name.partition("-")
    states = how != "old"
    if agent == "claude":
        return ClaudeHand(tree, ident, how if how in LAYOUTS else "subagents", states=states)
    if agent == "opencode":
        return OpenCodeHand(tree, f"ses_{number:012x}ffeTestSession{number:02x}", states=states)
    return {"codex": CodexHand, "pi": PiHand, "gemini": GeminiHand}[agent](tree, ident, states=states)


NAMES = (
    *("claude", "claude-old", *(f"claude-{layout}" for layout in LAYOUTS)),
    *(f"{agent}{how}" for agent in ("codex", "pi", "gemini", "opencode") for how in ("", "-old")),
)


def run(tree: SharedTree, hands: list[Does], acts: list[Act]) -> list[str]:
    """Do `acts`, then commit what is left; the commits that came of it, oldest first."""
    commits = []
    for act in acts:
        done = _do(tree, hands[act.hand % len(hands)], act)
        commits += [done] if done else []
    if tree.git("status", "--porcelain"):
        commits.append(tree.commit())
        tree.capture()
    return commits


def _do(tree: SharedTree, hand: Does, act: Act) -> str:
    if act.kind in ("commit", "theirs", "some"):
        if not tree.git("status", "--porcelain"):
            return ""
        if act.kind == "commit":
            return hand.commit()
        if act.kind == "some":  # of what changed, one file
            changed = tree.git("status", "--porcelain", "-uall", "--no-renames").splitlines()
            return hand.commit(changed[act.path % len(changed)][3:])
        tree.tick()
        commit = tree.commit()
        tree.capture()
        return commit
    there = [path for path in tree.paths() if tree.text(path)]
    free = [path for path in PLACES if tree.text(path) is None]
    if act.kind == "failed":
        if there and isinstance(hand, ClaudeHand):
            hand.failed(there[act.path % len(there)])
        return ""
    if act.kind == "new" or not there:
        if free:
            hand.write(free[act.path % len(free)], "".join(tree.lines(hand.ident, 1 + act.count)))
        return ""
    path = there[act.path % len(there)]
    rows = (tree.text(path) or "").splitlines(keepends=True)
    at = act.at % len(rows)
    helped = isinstance(hand, ClaudeHand) and act.at % 3 == 0  # every third act of Claude Code is a sub-agent's
    if act.kind in ("edit", "cut", "person"):
        old = rows[at : at + 1 + act.count % 2]
        if act.kind == "cut" and len(rows) > len(old):
            fresh = []
        else:
            who = PERSON if act.kind == "person" else hand.ident
            fresh = tree.lines(who, 1 + act.count)
            fresh = [*old, *fresh] if act.count % 3 == 2 else fresh
        if act.kind == "person":
            tree.tick()
            tree.put(path, "".join([*rows[:at], *fresh, *rows[at + len(old) :]]), PERSON)
        elif helped and isinstance(hand, ClaudeHand):
            with hand.helper(f"h{tree.clock}"):
                hand.edit(path, "".join(old), "".join(fresh))
        else:
            hand.edit(path, "".join(old), "".join(fresh))
    elif act.kind == "write":
        kept = [row for number, row in enumerate(rows) if (act.at >> number % 5) & 1]
        content = "".join([*kept[: act.count], *tree.lines(hand.ident, 1 + act.count), *kept[act.count :]])
        tree.cover(path, hand.ident, content)
        if not hand.keeps:
            for row in content.splitlines():
                tree.rewritten.setdefault(row, set()).add(hand.ident)
        hand.write(path, content)
    else:
        _shell(tree, hand, act, path, free)
    return ""


def _shell(tree: SharedTree, hand: Does, act: Act, path: str, free: list[str]) -> None:
    quoted = shlex.quote(path)
    if act.kind == "append":
        (row,) = tree.lines(hand.ident, 1)
        tree.put(path, (tree.text(path) or "") + row, hand.ident)
        hand.shell(f"echo {shlex.quote(row.rstrip())} >> {quoted}")
    elif act.kind == "remove" and len(tree.paths()) > 1:
        tree.cover(path, hand.ident)
        tree.put(path, None, hand.ident)
        hand.shell(f"rm {quoted}")
    elif act.kind == "move" and free:
        to = free[act.at % len(free)]
        tree.cover(path, hand.ident)
        tree.move(path, to, hand.ident)
        hand.shell(f"mkdir -p dir && mv {quoted} {shlex.quote(to)}")
