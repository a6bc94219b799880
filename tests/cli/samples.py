"""Small reports as the flows would hand them over, for tests of the pages."""

import io
from typing import Any

from gittraj.cli.console import Console
from gittraj.cli.paint import Line, render
from gittraj.model.commit import Commit
from gittraj.model.report import Shown
from gittraj.model.states import Statement, Verified
from gittraj.model.verdict import CHECKS, Check

ID = "8b01f28e" + "0" * 32
KID = bytes(range(32))


def commit(message: str = "Round half a cent\n", identity: str = ID) -> Commit:
    return Commit(identity, "a" * 40, ("b" * 40,), "Dana", "dana@example.org", 1_763_687_700, "Dana", "dana@example.org",
                  1_763_687_700, 60, message)  # fmt: skip


def statement() -> Statement:
    return Statement(b"", b"", {}, {}, b"", b"", True, "ab" * 32, "record", KID, -8, "dana@example.org", 0, None)


def checks(**failed: str) -> tuple[Check, ...]:
    """All checks passed but those named, which failed with the detail given."""
    return tuple(Check(name, "fail" if name in failed else "pass", failed.get(name, "")) for name in CHECKS)


def record(entries: list[dict[str, Any]], agent: str = "claude-code", **extension: Any) -> dict[str, Any]:
    return {
        "version": "3.0.0",
        "id": "01a1fbac-0000-7000-8000-000000000000",
        "session": {
            "session-id": "01a1fbac-aaaa",
            "agent-meta": {"model-id": "m-1", "model-provider": "p", "cli-name": agent, "cli-version": "2.1"},
            "environment": {"working-dir": "/w/ledger"},
            "entries": entries,
        },
        "gittraj": {"version": 1, "segment": {"index": 0}, **extension},
    }


def verified(entries: list[dict[str, Any]], agent: str = "claude-code", **failed: str) -> Verified:
    return Verified(statement(), checks(**failed), record(entries, agent), "dana@example.org", "signer" not in failed)


def shown(*statements: Verified, message: str = "Round half a cent\n") -> Shown:
    return Shown(commit(message), "main", statements)


def text(lines: Any, columns: int = 100) -> str:
    """Styled lines as plain text."""
    return "\n".join(render(lines, columns, False))


def line_text(line: Line) -> str:
    return text([line])


class Captured(Console):
    """A console that keeps what is written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(out=io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), err=io.StringIO(), **options)

    @property
    def stdout(self) -> str:
        return self.out.buffer.getvalue().decode("utf-8")

    @property
    def stderr(self) -> str:
        return self.err.getvalue()


def call(name: str, given: Any, identity: str = "c1", **more: Any) -> dict[str, Any]:
    return {"type": "tool-call", "name": name, "input": given, "call-id": identity, **more}


def result(output: Any, identity: str = "c1", *, failed: bool = False, **more: Any) -> dict[str, Any]:
    return {"type": "tool-result", "output": output, "call-id": identity, "is-error": failed, **more}
