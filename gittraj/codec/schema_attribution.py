"""The schema of an attribution (docs/reference/gittraj.cddl): a decoded payload goes in, what is wrong with it comes out."""

from typing import Any

from gittraj.codec.problems import EnoughError, Problem, Problems
from gittraj.codec.schema_checks import Listed, Mapped, Table, integer, text, uint
from gittraj.codec.schema_extension import IMPORTED

KIND = "attribution"  # of statements: what another tool said of a commit, without the session itself
VERSION = 1
_AGENT = Mapped({"name": text}, {"model": text, "session": text})
_SHARE = Mapped({"agent": integer}, {"lines": Listed(Listed(uint, least=2, most=2))})
_ATTRIBUTION = Mapped(
    {"version": uint, "imported": IMPORTED, "agents": Listed(_AGENT)},
    {"files": Table(Listed(_SHARE)), "totals": Table(uint), "messages": uint, "flags": Listed(text)},
)


def validate(claim: Any) -> list[Problem]:
    """What breaks the schema in `claim`; a list with an end."""
    problems = Problems()
    try:
        _ATTRIBUTION.check(claim, "", problems)
    except EnoughError:
        pass
    return problems.found
