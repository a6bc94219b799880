"""What is told of a replayed commit: its verdict goes in, what the command prints of it comes out, made where the commit was judged.

Where processes share the work, each writes its own commits: text is small and quick to hand on, verdicts are neither.
"""

from typing import NamedTuple

from gittraj.cli.paint import Line
from gittraj.model.report import ReplayedCommit


class Told(NamedTuple):
    """`commit`: its id. `passes`: whether it is good enough. `text`: its JSON; `lines`: its part of the page; one of both."""

    commit: str
    status: str
    passes: bool
    text: str = ""
    lines: tuple[Line, ...] = ()


class Shown(NamedTuple):
    """How commits are told. `json`: for scripts; `ranges`: with the lines of each class; `brief`: among others; `single`: by name."""

    json: bool
    ranges: bool
    brief: bool
    single: bool

    def told(self, verdict: ReplayedCommit) -> Told:
        """What is printed of a verdict."""
        from gittraj.flows.replay import passes

        told = Told(verdict.commit.id, verdict.status, passes(verdict, single=self.single))
        if self.json:
            from gittraj.cli import ascii_json, replay_shape

            return told._replace(text=ascii_json.quick(replay_shape.commit(verdict, ranges=self.ranges)))
        from gittraj.cli.replay_lines import commit_lines

        return told._replace(lines=tuple(commit_lines(verdict, ranges=self.ranges, brief=self.brief)))
