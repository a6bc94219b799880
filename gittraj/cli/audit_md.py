"""The report of an audit as Markdown: the JSON map goes in, text comes out in which nothing from a trace can become markup."""

from typing import Any

from gittraj.cli.escape import one_line

SIGNS = {"verified": "✓", "carried": "✓", "exempt": "–", "pass": "✓", "fail": "✗", "skip": "–", "untrusted": "?"}
LONGEST = 300  # characters of a text from a trace in one cell
_MARKUP = "\\`*_{}[]()<>#+-.!|~&:@/^$="


def render(report: dict[str, Any]) -> str:
    """The report, for a pull request or a file."""
    totals = report["totals"]
    out = [f"# Audit of {text(report['repository'] or 'this repository')}", ""]
    out.append(f"{'✓ **passes**' if report['ok'] else '✗ **falls short**'}: {_count(totals)}")
    out += ["", "| | |", "| --- | --- |"]
    facts = (
        ("range", text(report["range"])),
        ("newest commit", report["tip"]),
        ("notes", report["notes"]),
        ("policy", _policy(report["policy"])),
        ("made by", f"gittraj {text(report['gittraj'])}"),
    )
    out += [f"| {name} | {value} |" for name, value in facts]
    out += ["", "## What is missing", ""]
    out += _missing(report["completeness"])
    out += ["", "## Lines", "", "| class | added | removed |", "| --- | --- | --- |"]
    out += [f"| {name} | {each['added']} | {each['removed']} |" for name, each in totals["lines"].items()]
    if totals["signers"]:
        out += ["", "## Signers", "", "| principal | key | trusted | statements |", "| --- | --- | --- | --- |"]
        out += [
            f"| {text(each['principal'])} | {each['kid'][:16]} | {'yes' if each['trusted'] else '**no**'} | {each['statements']} |"
            for each in totals["signers"]
        ]
    if totals["agents"]:
        out += ["", "## Agents", "", "| agent | commits | sessions |", "| --- | --- | --- |"]
        out += [f"| {text(each['agent'])} | {each['commits']} | {each['sessions']} |" for each in totals["agents"]]
    out += [
        "",
        "## Commits",
        "",
        "| | commit | subject | status | agent | signed by |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    out += [_commit(each) for each in report["commits"]]
    return "\n".join(out) + "\n"


def text(value: str) -> str:
    """Any text as Markdown that shows it: one line, no control characters, every mark escaped, bounded."""
    shown = one_line(value)
    if len(shown) > LONGEST:
        shown = shown[: LONGEST - 1] + "…"
    return "".join(f"\\{each}" if each in _MARKUP else each for each in shown)


def _count(totals: dict[str, Any]) -> str:
    parts = ", ".join(f"{number} {status}" for status, number in totals["statuses"].items())
    return f"{totals['commits']} commits" + (f" ({parts})" if parts else "")


def _policy(policy: dict[str, Any]) -> str:
    if policy["default"]:
        return "none: what has a trace must have a good one, and an agent's commit must have one"
    return f"{text(policy['ref'])}, {policy['commit'][:12]}: {text('; '.join(policy['rules']))}"


def _missing(found: dict[str, Any]) -> list[str]:
    many = f"{found['statements']} statements in all notes, {found['heads']} signed heads."
    if not found["findings"]:
        return [f"Nothing that can be noticed. {many}"]
    lines = [
        f"- {'✗' if each['fatal'] else '?'} {text(each['kind'])} {each['commit'][:12]}: {text(each['detail'])}"
        for each in found["findings"]
    ]
    return [*lines, "", many]


def _commit(each: dict[str, Any]) -> str:
    statements = each["statements"]
    agents = ", ".join(dict.fromkeys(text(one["agent"]) for one in statements if one["agent"]))
    signers = ", ".join(dict.fromkeys(text(one["signer"]["principal"]) for one in statements))
    reason = f": {text(each['reason'])}" if each["reason"] else ""
    sign = SIGNS.get(each["status"], "✗")
    return f"| {sign} | {each['commit'][:12]} | {text(each['subject'])} | {each['status']}{reason} | {agents} | {signers} |"
