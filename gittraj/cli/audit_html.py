"""The report of an audit as one HTML file: the JSON map goes in, a page without scripts, links or anything loaded comes out.

All text is made visible (`escape.visible`), bounded and escaped; a content security policy forbids what should not be there anyway.
"""

from typing import Any

from gittraj.cli.audit_style import CLASS_NAMES, STYLE, style_hash
from gittraj.cli.escape import one_line

SIGNS = {"verified": "✓", "carried": "✓", "exempt": "–", "pass": "✓", "fail": "✗", "skip": "–", "untrusted": "?"}
KINDS = {"✓": "good", "✗": "bad", "?": "note", "–": "dim"}
LONGEST = 2000  # characters of one text; a subject or a reason that is longer is cut, and says so
BAR = 1000  # units of the bar's width


def render(report: dict[str, Any]) -> str:
    """The page. The same report gives the same bytes."""
    totals = report["totals"]
    name = text(report["repository"] or "this repository")
    ok = report["ok"]
    verdict = ("✓", "passes") if ok else ("✗", "falls short")
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">',
            f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{style_hash()}'; base-uri 'none'; form-action 'none'\">",
            f"<title>Audit of {name}</title><style>{STYLE}</style></head><body><main>",
            f"<header><h1>Audit of <span class=name>{name}</span></h1>",
            f'<p class="verdict {"good" if ok else "bad"}"><span class=sign>{verdict[0]}</span> {verdict[1]}</p></header>',
            _cards(totals),
            _lines(totals["lines"]),
            _section("What is missing", _missing(report["completeness"])),
            _section("Signers", _signers(totals["signers"])),
            _section("Agents", _agents(totals["agents"])),
            _section("Commits", "\n".join(_commit(each) for each in report["commits"]) or "<p>None.</p>"),
            _section("What it was judged by", _facts(report)),
            f"<footer>{text('gittraj ' + report['gittraj'])}. A valid signature, a trusted signer and a true record are three things: the first two are checked here.</footer>",
            "</main></body></html>",
            "",
        )
    )


def text(value: object) -> str:
    """Any text as HTML that shows it, in an element or between double quotes."""
    shown = one_line(str(value))
    if len(shown) > LONGEST:
        shown = shown[: LONGEST - 1] + "…"
    for old, new in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        shown = shown.replace(old, new)
    return shown


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>\n{body}</section>" if body else ""


def _sign(result: str) -> str:
    sign = SIGNS.get(result, "✗")
    return f'<span class="sign {KINDS[sign]}">{sign}</span>'


def _cards(totals: dict[str, Any]) -> str:
    cards = [f"<li><b>{totals['commits']}</b> commits</li>"]
    cards += [
        f"<li>{_sign(status)} <b>{number}</b> {text(status)}</li>" for status, number in totals["statuses"].items()
    ]
    return f"<ul class=cards>{''.join(cards)}</ul>"


def _lines(lines: dict[str, Any]) -> str:
    """A bar of the changed lines by class; every number also stands in words."""
    numbers = {name: each["added"] + each["removed"] for name, each in lines.items()}
    total = sum(numbers.values())
    if not total:
        return ""
    rects, at = [], 0
    for name, number in numbers.items():
        wide = number * BAR // total
        if wide:
            rects.append(f'<rect x="{at}" y="0" width="{wide}" height="20" class="{CLASS_NAMES[name]}"/>')
        at += wide
    words = "".join(
        f'<li><span class="key {CLASS_NAMES[name]}"></span>{name} <b>{number}</b> <span class=dim>{number * 100 // total} %</span></li>'
        for name, number in numbers.items()
        if number
    )
    told = ", ".join(f"{name} {number}" for name, number in numbers.items() if number)
    bar = f'<svg class=bar viewBox="0 0 {BAR} 20" preserveAspectRatio="none" role="img" aria-label="{told}">{"".join(rects)}</svg>'
    return _section("Changed lines of traced commits, by evidence", f"{bar}<ul class=legend>{words}</ul>")


def _missing(found: dict[str, Any]) -> str:
    many = f"<p class=dim>{found['statements']} statements in all notes, {found['heads']} signed heads.</p>"
    if not found["findings"]:
        return f"<p>{_sign('pass')} Nothing that can be noticed.</p>{many}"
    items = "".join(
        f"<li>{_sign('fail' if each['fatal'] else 'untrusted')} <b>{text(each['kind'])}</b> <code>{text(each['commit'][:12])}</code> {text(each['detail'])}</li>"
        for each in found["findings"]
    )
    return f"<ul class=plain>{items}</ul>{many}"


def _signers(signers: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{_sign('pass' if each['trusted'] else 'untrusted')} {text(each['principal'])}"
        f"{'' if each['trusted'] else ' <b>not trusted</b>'}<br><code class=dim>{text(each['kid'][:32])}</code></td>"
        f"<td class=number>{each['statements']}</td></tr>"
        for each in signers
    )
    head = "<tr><th>principal and key</th><th class=number>statements</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>" if rows else ""


def _agents(agents: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{text(each['agent'])}</td><td class=number>{each['commits']}</td><td class=number>{each['sessions']}</td></tr>"
        for each in agents
    )
    head = "<tr><th>agent</th><th class=number>commits</th><th class=number>sessions</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>" if rows else ""


def _commit(each: dict[str, Any]) -> str:
    bad = each["status"] in ("failed", "missing", "untrusted")
    agents = ", ".join(dict.fromkeys(text(one["agent"]) for one in each["statements"] if one["agent"]))
    summary = (
        f"<summary>{_sign(each['status'])} <code>{text(each['commit'][:12])}</code> <span class=subject>{text(each['subject'])}</span>"
        f" <span class=dim>{text(each['status'])}{' · ' + agents if agents else ''}</span></summary>"
    )
    reason = f"<p>{text(each['reason'])}</p>" if each["reason"] else ""
    facts = f"<p class=dim>{text(each['author'])}, {text(each['time'])}<br><code>{text(each['commit'])}</code></p>"
    damage = "".join(f"<p>{_sign('fail')} note: {text(one)}</p>" for one in each["damage"][:20])
    statements = "".join(_statement(one) for one in each["statements"])
    checks = _checks(each["checks"])
    return f"<details{' open' if bad else ''}>{summary}{reason}{facts}{damage}{checks}{_coverage(each['coverage'])}{statements}</details>"


def _coverage(coverage: dict[str, Any]) -> str:
    parts = [
        f"{name} +{one['added']} −{one['removed']}" for name, one in coverage.items() if one["added"] or one["removed"]
    ]
    return f"<p>lines: {', '.join(parts)}</p>" if parts else ""


def _statement(one: dict[str, Any]) -> str:
    agent = (
        f"{text(one['agent'])} {text(', '.join(one['models']))}, session <code>{text(one['session'])}</code>, {one['entries']} entries"
        if one["agent"]
        else ""
    )
    when = f", {text(one['claimed-time'])} by its own clock" if one["claimed-time"] else ""
    return (
        f"<div class=statement><p><b>{text(one['kind'])}</b> signed by {text(one['signer']['principal'])}{when}<br>{agent}</p>"
        f"{_checks(one['checks'])}<p class=dim><code>{text(one['digest'])}</code></p></div>"
    )


def _checks(checks: dict[str, Any]) -> str:
    items = "".join(
        f"<li>{_sign(check['result'])} {text(name)}{': ' + text(check['detail']) if check['detail'] else ''}</li>"
        for name, check in checks.items()
    )
    return f"<ul class=checks>{items}</ul>" if items else ""


def _facts(report: dict[str, Any]) -> str:
    policy = report["policy"]
    rules = "".join(f"<li>{text(rule)}</li>" for rule in policy["rules"])
    trust = "".join(
        f"<li>{text(one['name'])}: {one['keys']} keys, <code>{text(one['blob'])}</code></li>" for one in policy["trust"]
    )
    where = (
        "no policy; the default rule"
        if policy["default"]
        else f"{text(policy['ref'])}, <code>{text(policy['commit'])}</code>"
    )
    pairs = (
        ("range", text(report["range"])),
        ("newest commit", f"<code>{text(report['tip'])}</code>"),
        ("notes", f"<code>{text(report['notes'])}</code>"),
        ("policy", f"{where}<ul>{rules}</ul>"),
        ("trusted keys", f"<ul>{trust}</ul>"),
    )
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in pairs)}</dl>"
