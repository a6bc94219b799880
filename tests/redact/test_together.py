"""Records scanned together come out as they would alone."""

from typing import Any

from gittraj.model.states import Draft
from gittraj.redact.policy import Policy
from gittraj.redact.redact import begin, begin_all, redact

TOKEN = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
WEAK = "hunter" + "2hunter"
POLICY = Policy(reasoning="keep", enabled=True, home="/home/nobody-here", users=(), salt=b"s" * 32)


def draft(*texts: str) -> Draft:
    entries = [{"type": "user", "content": text} for text in texts]
    return Draft({"session": {"session-id": "s", "entries": entries}, "gittraj": {}})


def drafts() -> list[Draft]:
    return [
        draft("nothing to see"),
        draft(f"my token is {TOKEN}", "more"),
        draft(f"password = '{WEAK}'", "plain"),
        draft(f"the word {WEAK} by chance"),
        draft("the end"),
    ]


def done(one: Draft, scan: Any) -> Any:
    found = redact(one, scan=scan, policy=POLICY, edit_content=lambda _: [], is_public=lambda _: False).record
    return [entry["content"] for entry in found["session"]["entries"]], found["gittraj"]["redaction"]["hits"]


def test_each_record_is_redacted_as_it_would_be_alone() -> None:
    alone = [done(one, begin(one, POLICY)) for one in drafts()]
    together = drafts()
    assert [done(one, scan) for one, scan in zip(together, begin_all(together, POLICY), strict=True)] == alone
    assert TOKEN not in str(alone) and len(alone[1][1]) == 1


def test_a_value_that_cannot_be_chance_is_cut_out_of_the_neighbours_too() -> None:
    both = [draft(f"my token is {TOKEN}"), draft(f"x{TOKEN}x")]
    texts = [done(one, scan)[0][0] for one, scan in zip(both, begin_all(both, POLICY), strict=True)]
    assert not any(TOKEN in text for text in texts)


def test_without_redaction_nothing_is_scanned() -> None:
    off = Policy(reasoning="keep", enabled=False, home="", users=(), salt=b"s" * 32)
    assert begin_all(drafts(), off) == [None] * 5
