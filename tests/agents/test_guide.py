"""The example of docs/guides/add-an-agent.md: taken out of the page, installed, and run."""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import registry
from gittraj.errors import AgentError
from gittraj.model.entry import count
from gittraj.model.operation import Observed, Replace

GUIDE = (Path(__file__).parents[2] / "docs/guides/add-an-agent.md").read_text()


def block(before: str) -> str:
    """The code after `before` in the page."""
    found = re.search(re.escape(before) + r"\s*```\w+\n(.*?)```", GUIDE, re.DOTALL)
    assert found, f"the guide has no code after {before!r}"
    return found.group(1)


SESSION = block("one JSON object per line:")


@pytest.fixture
def quill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The example, installed as pip would leave it."""
    site = tmp_path / "site"
    info = site / "gittraj_quill-0.1.0.dist-info"
    info.mkdir(parents=True)
    (site / "gittraj_quill.py").write_text(block("<!-- file: gittraj_quill.py -->"))
    project = tomllib.loads(block("<!-- file: pyproject.toml -->"))["project"]
    groups = project["entry-points"].items()
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items()) for group, points in groups
    )
    (info / "entry_points.txt").write_text(points)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(registry, "BUILT_IN", ("cursor",))
    yield registry.by_name("quill")
    sys.modules.pop("gittraj_quill", None)


def session(folder: Path, data: str = SESSION) -> Path:
    path = folder / "s-1.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data)
    return path


def test_the_example_is_found_by_its_entry_point_and_recognises_its_files(quill: Any, tmp_path: Path) -> None:
    assert quill.__name__ == "gittraj_quill"
    assert registry.recognise(str(session(tmp_path))) is quill


def test_the_example_reads_the_session_that_the_page_shows(quill: Any, tmp_path: Path) -> None:
    reading = quill.read(str(session(tmp_path)))
    assert [(entry["type"], entry.get("content", entry.get("name"))) for entry in reading.entries] == [
        ("user", "Round the amounts"), ("assistant", "I will use round()."), ("tool-call", "swap"), ("tool-result", None),
        ("system-event", None),
    ]  # fmt: skip
    assert reading.entries[1]["token-usage"] == {"input": 120, "output": 9}
    assert reading.unknown == 1
    assert reading.entries[4]["data"]["raw"] == {"kind": "sparkle", "colour": "green"}
    head = reading.head
    assert (head.session_id, head.agent_version, head.model, head.cwd) == (
        "s-1",
        "0.3",
        "q-1",
        "/home/dana/work/ledger",
    )


def test_the_example_keeps_the_promises_of_the_page(quill: Any, tmp_path: Path) -> None:
    path = session(tmp_path)
    whole = quill.read(str(path))
    data = path.read_bytes()
    for cut in [0, *(found.end() for found in re.finditer(b"\n", data))]:
        first = quill.read(str(path), until=cut)
        second = quill.read(str(path), first.next)
        assert first.entries + second.entries == whole.entries
        assert first.ends + second.ends == whole.ends
        assert second.next == whole.next
        assert second.head == whole.head
    path.write_bytes(data[:-10])
    assert quill.read(str(path)).torn > 0
    with pytest.raises(AgentError):
        quill.read(str(tmp_path / "none"))


def test_the_example_finds_its_sessions_and_knows_its_shells(quill: Any, tmp_path: Path) -> None:
    path = session(tmp_path / ".quill/sessions")
    found = quill.locate("/home/dana/work/ledger", {"HOME": str(tmp_path)})
    assert [(item.agent, item.path, item.session, item.near) for item in found] == [("quill", str(path), "s-1", "same")]
    assert quill.locate("/home/dana/work/other", {"HOME": str(tmp_path)}) == []
    assert quill.locate("/home/dana/work/ledger", {}) == []
    assert quill.running({"QUILL_SESSION": "s-1"}) == "s-1"
    assert quill.running({}) is None


def test_the_example_tells_what_its_tool_did(quill: Any, tmp_path: Path) -> None:
    entries = quill.read(str(session(tmp_path))).entries
    call, result = entries[2:4]
    assert quill.operations(call, result) == [Observed(Replace("money.py", "int(", "round("), "c1", "applied")]
    assert quill.operations(call, None)[0].state == "open"
    assert quill.operations(call, {**result, "is-error": True})[0].state == "failed"
    assert quill.edit_content(call) == [("input", "old"), ("input", "new")]
    assert quill.edit_content(result) == []


FIELDS = st.sampled_from(["kind", "text", "at", "id", "tool", "args", "tokens", "ok", "out", "quill", "cwd"])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=2)
    | st.just({"in": -1})
)


def test_the_example_survives_lines_of_any_shape(quill: Any, tmp_path: Path) -> None:
    @settings(max_examples=100, deadline=None)
    @given(
        kind=st.sampled_from(["start", "prompt", "say", "run", "ran", 7]),
        rest=st.dictionaries(FIELDS, VALUES, max_size=6),
    )
    def survives(kind: Any, rest: dict[str, Any]) -> None:
        path = session(tmp_path, json.dumps({"kind": kind, **rest}) + "\n[1]\n")
        entries = quill.read(str(path)).entries
        assert sum(count(entries).values()) in (1, 2)
        for entry in entries:
            if entry["type"] == "tool-call":
                assert len(quill.operations(entry, None)) <= 1
            assert len(quill.edit_content(entry)) <= 2

    survives()


def test_the_snippet_that_tries_it_runs(
    quill: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    session(tmp_path).rename(tmp_path / "session.jsonl")
    exec(block("## Try it"), {})
    assert capsys.readouterr().out == "quill 5 entries, 1 not understood\n"
