"""An attribution in words: a verified statement that carries one goes in, who is said to have written what comes out."""

from collections.abc import Iterator
from typing import Any

from gittraj.cli.columns import fit, pad
from gittraj.cli.escape import one_line
from gittraj.cli.origin import evidence, tool
from gittraj.cli.paint import Line
from gittraj.model.states import Verified

_FIRST = 8  # columns of the words on the left, as in the head
_PATH = 48
_SHOWN = 40  # files, and ranges of one share, that are told
_FLAGS = {
    "path-unknown": "it named files that the commit does not have; they were left out",
    "lines-beyond-end": "it named lines beyond the end of a file; they were left out",
}


def claim_lines(verified: Verified) -> Iterator[Line]:
    """Where it was taken from, the agents it names, and a line per file."""
    claim = verified.record if isinstance(verified.record, dict) else {}
    held = {check.name: check.result for check in verified.checks}
    if held.get("schema") != "pass":
        yield Line(("", " " * _FIRST), ("dim", "what it claims cannot be told"))
        return
    yield Line(("dim", pad("from", _FIRST)), ("note", tool(verified)), ("", f", {evidence(verified)}"), breaks=_FIRST)
    yield Line(("dim", pad("claim", _FIRST)), ("", "no session was kept, so nothing here can be replayed"))
    agents = [_agent(each) for each in claim["agents"]]
    for each in agents[:_SHOWN]:
        yield Line(("", " " * _FIRST), ("name", each))
    files = claim.get("files", {})
    for path in sorted(files)[:_SHOWN]:
        for share in files[path][:_SHOWN]:
            who = agents[share["agent"]] if 0 <= share["agent"] < len(agents) else "a person"
            yield Line(
                ("", " " * _FIRST),
                ("", pad(fit(one_line(path), _PATH), _PATH)),
                ("name", f"  {who.partition(' ')[0]}"),
                ("dim", f"  {_ranges(share)}"),
                breaks=_FIRST + _PATH + 2,
            )
    if len(files) > _SHOWN:
        yield Line(("", " " * _FIRST), ("dim", f"… {len(files) - _SHOWN} more files"))
    for flag in claim.get("flags", []):
        yield Line(("", " " * _FIRST), ("note", "? "), ("", _FLAGS.get(flag, one_line(flag)[:_PATH])))


def _agent(agent: dict[str, Any]) -> str:
    parts = [agent["name"], agent.get("model", ""), f"session {agent['session'][:8]}" if agent.get("session") else ""]
    return one_line("  ".join(part for part in parts if part))


def _ranges(share: dict[str, Any]) -> str:
    if "lines" not in share:
        return "the tool does not say which lines"
    told = [f"{first}" if first == last else f"{first}–{last}" for first, last in share["lines"][:_SHOWN]]
    return ", ".join(told) + (" …" if len(share["lines"]) > _SHOWN else "")
