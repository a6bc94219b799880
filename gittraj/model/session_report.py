"""What is told of a session as a whole: its commits, its edits and what became of them, and what other sessions did before it."""

import msgspec


class SessionReport(msgspec.Struct, frozen=True):
    """`agents`, `models` in the order they appear; `start`, `end`: of its first and last entry in the notes, RFC 3339, "" unknown.

    `commits`: oldest first. `edits`: how many, `files`: in how many files. `survival`: state → edits, of those in the history of HEAD.
    The measures are None where the evidence is missing: `prior_repo`, `prior_region`: sessions that had ended before this one began, and those of
    them that had touched lines which it touched too; `reopened`: seconds until the next session of the same user, within a
    day; `re_edited`: regions that it edited with two calls or more.
    """

    session: str
    agents: tuple[str, ...]
    models: tuple[str, ...]
    start: str
    end: str
    commits: tuple[str, ...]
    prompts: int
    edits: int
    files: int
    survival: dict[str, int]
    prior_repo: int | None = None
    prior_region: int | None = None
    reopened: float | None = None
    re_edited: int | None = None
