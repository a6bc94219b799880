"""Any record, with values planted in any form: nothing but our own error, and no value left."""

import base64
import json
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import RedactError
from gittraj.model.states import Draft
from gittraj.redact.answer import Hit
from gittraj.redact.policy import Policy
from gittraj.redact.redact import redact
from tests.redact.measure import record, strings

VALUE = "Sword/fish+9 é" + '"x"' + "=="


class Finder:
    """Stands for the scanner: finds `VALUE` as it is, in 0 ms."""

    def start(self, text: str) -> "Finder":
        self.text = text
        return self

    def finish(self) -> list[Hit]:
        start = self.text.find(VALUE)
        return [Hit("test.rule", VALUE, start, start + len(VALUE))] if start >= 0 else []

    def version(self) -> str:
        return "finder 1"


ENCODE = (
    lambda text: text,
    lambda text: json.dumps({"k": text}),
    lambda text: json.dumps({"k": text}, ensure_ascii=False),
    lambda text: json.dumps(json.dumps([text])),
    lambda text: base64.b64encode(f"data: {text} and more".encode()).decode(),
    lambda text: f"x: {base64.encodebytes((text + ' ') .encode() * 9).decode()}",
    lambda text: base64.urlsafe_b64encode(b"\xff\xee" + text.encode() + b"\xff").decode(),
    lambda text: text.encode().hex(),
    lambda text: f"?a={quote(text, safe='')}&b=1",
    lambda text: f"?a={quote(text)}&b=1",
    lambda text: f"\x1b[1m{text[:4]}\x1b[0m{text[4:]}",
)  # fmt: skip

planted = st.sampled_from(
    [
        encode(f"{before}{VALUE}{after}")
        for encode in ENCODE
        for before, after in (("", ""), ("key=", "; x"), ("ab", "cd"))
    ]
)
texts = st.one_of(
    st.text(max_size=20),
    planted,
    st.sampled_from(["/home/dana/x", "dana", "{redacted: x, bytes: 3, sha256-salted: 0}"]),
)
keys = st.one_of(
    st.sampled_from(
        [
            "type",
            "content",
            "input",
            "output",
            "children",
            "data",
            "id",
            "call-id",
            "encrypted",
            "password",
            "name",
            "value",
        ]
    ),
    texts,
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts, st.binary(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=20,
)
entries = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["user", "assistant", "tool-call", "tool-result", "reasoning", "system-event"])},
        optional={
            "content": values,
            "input": values,
            "output": values,
            "data": values,
            "id": texts,
            "children": values,
            "encrypted": texts,
        },
    ),
    max_size=5,
)


def run(
    made: dict[str, Any],
    *,
    paths: list[tuple[str | int, ...]] | None = None,
    public: bool = False,
    reasoning: str = "keep",
) -> dict[str, Any]:
    policy = Policy(home="/home/dana", users=("dana",), salt=b"s", reasoning=reasoning)
    return redact(
        Draft(made), scan=None, policy=policy, edit_content=lambda entry: paths or [], is_public=lambda value: public, scanner=Finder()  # type: ignore[arg-type]
    ).record  # fmt: skip


def views(text: str) -> list[str]:
    """What a reader can make of `text`."""
    made = [text]
    for _ in range(3):
        for each in list(made):
            try:
                made += strings(json.loads(each))
            except (ValueError, RecursionError):
                pass
    return made


@given(entries, st.sampled_from(["keep", "drop"]))
@settings(max_examples=250, deadline=None)
def test_any_record_is_redacted_or_refused_and_holds_no_value(made: list[dict[str, Any]], reasoning: str) -> None:
    whole = record(made)
    whole["session"]["seed"] = f"A={VALUE}"  # found as it is here, so it must go everywhere
    try:
        out = run(whole, reasoning=reasoning)
    except RedactError:
        raise AssertionError("a value that was found could not be cut out") from None
    everything = [view for text in strings(out) for view in views(text)]
    assert not any(VALUE in text for text in everything)
    for form in (VALUE.encode().hex(), quote(VALUE, safe="")):
        assert not any(form in text for text in everything)


@given(entries)
@settings(max_examples=100, deadline=None)
def test_redacting_a_redacted_record_changes_nothing(made: list[dict[str, Any]]) -> None:
    once = run(record(made))
    again = run({**once, "gittraj": {"version": 1}})
    assert again["session"] == once["session"]


@given(texts, texts)
@settings(max_examples=100, deadline=None)
def test_public_content_of_an_edit_stays_as_it_is(content: str, output: str) -> None:
    entry = {"type": "tool-call", "name": "Write", "input": {"content": content, "file_path": "/home/dana/a"}}
    whole = record([entry, {"type": "tool-result", "output": output}])
    out = run(whole, paths=[("input", "content")], public=True)
    made = out["session"]["entries"][0]
    assert made["input"] == {"content": content, "file_path": "/home/_user_/a"}
    assert "redacted-edit" not in made


@given(st.lists(st.one_of(st.text(max_size=4), st.integers(-2, 9), st.none()), max_size=4).map(tuple))
@settings(max_examples=100, deadline=None)
def test_a_path_that_leads_nowhere_protects_nothing(path: Any) -> None:
    out = run(record([{"type": "tool-call", "input": {"content": VALUE, "x": [VALUE]}}]), paths=[path])
    assert VALUE not in json.dumps(out, ensure_ascii=False)
