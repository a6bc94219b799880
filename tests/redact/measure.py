"""``python -m tests.redact.measure``: recall and precision on the labelled set, as the table of docs/reference/redaction.md."""

from collections import Counter
from typing import Any

from gittraj.model.states import Draft
from gittraj.redact.forms import packed
from gittraj.redact.policy import Policy
from gittraj.redact.redact import redact
from tests.redact.contexts import Context, contexts
from tests.redact.decoys import Decoy, decoys
from tests.redact.labelled import Case, cases


def record(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """The least record that holds `entries`."""
    session = {"session-id": "s-1", "agent-meta": {"model-id": "m", "model-provider": "p"}, "entries": entries}
    return {"version": "3.0.0", "id": "r-1", "session": session, "gittraj": {"version": 1}}


def strings(value: Any) -> list[str]:
    """All strings of `value`, keys included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in strings(each)]
    return [text for each in value for text in strings(each)] if isinstance(value, (list, tuple)) else []


def redacted(entries: list[dict[str, Any]], **arguments: Any) -> dict[str, Any]:
    """The redacted record of `entries`."""
    arguments.setdefault("policy", Policy(salt=b"s" * 32))
    arguments.setdefault("edit_content", edit_content)
    arguments.setdefault("is_public", lambda value: False)
    return redact(Draft(record(entries)), scan=None, **arguments).record


def edit_content(entry: dict[str, Any]) -> list[tuple[str | int, ...]]:
    """As an agent whose only editing tool is Write."""
    return [("input", "content")] if entry.get("name") == "Write" else []


def recall(seed: int = 7) -> list[tuple[Case, bool]]:
    """Every labelled secret, and whether nothing of it is left in what came out of one record with all of them."""
    every = list(cases(seed))
    bounds, entries = [], []
    for case in every:
        bounds.append((len(entries), len(entries) + len(case.entries)))
        entries.extend(case.entries)
    out = redacted(entries)["session"]["entries"]
    result = []
    for case, (first, last) in zip(every, bounds, strict=True):
        text = "\n".join(strings(out[first:last]))
        secret = case.value if case.place != "cut-off" else "\n".join(case.value.split("\n")[1:4])
        lines = [line for line in secret.split("\n") if len(line) > 40] or [secret]
        result.append((case, not any(form in text for line in lines for form in (line, *packed(line)))))
    return result


def precision(seed: int = 11) -> list[tuple[Decoy, bool]]:
    """Every look-alike, and whether it came out as it went in."""
    every = decoys(seed)
    out = redacted([{"type": "tool-result", "output": decoy.text} for decoy in every])["session"]["entries"]
    return [(decoy, entry["output"] == decoy.text) for decoy, entry in zip(every, out, strict=True)]


def held_out(seed: int = 99) -> list[tuple[Context, bool]]:
    """Contexts for which no rule was made, and whether the value is gone."""
    every = contexts(seed)
    out = redacted([{"type": "tool-result", "output": context.text} for context in every])["session"]["entries"]
    return [
        (context, not any(form in entry["output"] for form in (context.value, *packed(context.value))))
        for context, entry in zip(every, out, strict=True)
    ]


def _table(title: str, rows: list[tuple[str, bool]]) -> list[str]:
    right, total = Counter(name for name, ok in rows if ok), Counter(name for name, _ in rows)
    lines = [f"| {title} | of | share |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {right[name]} of {total[name]} | {right[name] / total[name]:.0%} |" for name in total]
    return [
        *lines,
        f"| **all** | **{sum(right.values())} of {len(rows)}** | **{sum(right.values()) / len(rows):.1%}** |",
        "",
    ]


def main() -> None:
    """Print the tables, and what was missed or cut wrongly."""
    found, kept, other = recall(), precision(), held_out()
    print("\n".join(_table("family", [(case.family, ok) for case, ok in found])))
    print("\n".join(_table("place", [(case.place, ok) for case, ok in found])))
    print("\n".join(_table("look-alike", [(decoy.kind, ok) for decoy, ok in kept])))
    print(f"contexts written after the rules: {sum(ok for _, ok in other)} of {len(other)}; missed:", end=" ")
    print(", ".join(context.name for context, ok in other if not ok))
    for case, ok in found:
        if not ok:
            print("missed:", case.family, "in", case.place)
    for decoy, ok in kept:
        if not ok:
            print("cut wrongly:", decoy.kind, repr(decoy.text[:100]))


if __name__ == "__main__":
    main()
