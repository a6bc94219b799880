"""Real sessions: the planted secrets of a real run are gone, and ordinary sessions are left alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.redact.measure import redacted


def lines(path: Path) -> list[Any]:
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


@pytest.mark.shared
def test_the_planted_secrets_of_a_real_run_are_gone(shared: Path) -> None:
    run = shared / "real" / "pi-secret"
    secrets = json.loads((run / "manifest.json").read_text())["secrets"]
    (session,) = (path for path in run.rglob("*.jsonl") if ".pi" in path.parts)
    text = json.dumps(redacted([{"type": "tool-result", "output": item} for item in lines(session)]))
    assert secrets and {name: value in text for name, value in secrets.items()} == dict.fromkeys(secrets, False)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["claude-code", "pi", "codex"])
def test_ordinary_sessions_are_nearly_left_alone(shared: Path, name: str) -> None:
    entries = [
        {"type": "tool-result", "output": item}
        for path in sorted((shared / "sessions" / name).glob("*.jsonl"))[:6]
        for item in lines(path)
    ]
    out = redacted(entries)
    assert len(entries) > 50
    assert len(out["gittraj"]["redaction"]["hits"]) <= 0.02 * len(entries)
