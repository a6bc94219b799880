import importlib.metadata
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from gittraj.agents import cursor, opencode, registry
from gittraj.errors import AgentError

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def two_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only these, so that the other readers' work does not decide these tests."""
    monkeypatch.setattr(registry, "BUILT_IN", ("opencode", "cursor"))
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: [])


@pytest.mark.usefixtures("two_agents")
def test_agents_are_found_by_name() -> None:
    assert registry.by_name("cursor") is cursor
    assert list(registry.built_in()) == [opencode, cursor]


@pytest.mark.usefixtures("two_agents")
def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(AgentError) as caught:
        registry.by_name("nobody")
    assert caught.value.hint == "known agents: opencode, cursor"


@pytest.mark.usefixtures("two_agents")
def test_a_file_is_recognised_from_its_bytes_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "opencode.jsonl"
    path.write_bytes((FIXTURES / "cursor/3f1c.jsonl").read_bytes())
    assert registry.recognise(str(path)) is cursor
    path.write_bytes((FIXTURES / "opencode/rounding.export.json").read_bytes())
    assert registry.recognise(str(path)) is opencode


@pytest.mark.usefixtures("two_agents")
@pytest.mark.parametrize(
    ("data", "why"), [(None, "cannot be read"), (b"", "is empty"), (b"# notes\n", "no known agent")]
)
def test_what_no_agent_wrote_is_our_own_error(tmp_path: Path, data: bytes | None, why: str) -> None:
    path = tmp_path / "x"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(AgentError, match=why):
        registry.recognise(str(path))


def test_the_first_agent_is_asked_before_the_others_are_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "BUILT_IN", ("opencode", "there_is_no_such_module"))
    assert next(registry.built_in()) is opencode


class Point:
    """An entry point as `importlib.metadata` gives it."""

    name, value, dist = "example", "example_agent", None

    def __init__(self, agent: Any) -> None:
        self._agent = agent

    def load(self) -> Any:
        if isinstance(self._agent, Exception):
            raise self._agent
        return self._agent


def test_agents_of_other_packages_come_after_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    other = types.ModuleType("example_agent")
    other.NAME = "example"  # type: ignore[attr-defined]
    monkeypatch.setattr(registry, "BUILT_IN", ("cursor",))
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda group: [Point(other)] if group == "gittraj.agents" else []
    )
    assert list(registry.agents()) == [cursor, other]
    assert registry.by_name("example") is other


@pytest.mark.parametrize("error", [ImportError("no module"), RuntimeError("broken")])
def test_an_agent_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: [Point(error)])
    with pytest.raises(AgentError, match="example_agent cannot be loaded"):
        list(registry.plugged_in())


def test_looking_at_our_own_agents_does_not_look_for_other_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "BUILT_IN", ("cursor",))
    monkeypatch.delitem(sys.modules, "importlib.metadata", raising=False)
    assert list(registry.built_in()) == [cursor]
    assert "importlib.metadata" not in sys.modules
