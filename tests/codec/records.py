"""A valid record for the tests of this room, complete enough that every rule can be broken in it."""

import copy
from typing import Any

DIGEST = bytes(range(32))
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def record() -> dict[str, Any]:
    """A fresh record of one segment with every kind of entry and every map of the draft and of our extension."""
    return copy.deepcopy(_RECORD)


_RECORD: dict[str, Any] = {
    "version": "3.0.0",
    "id": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    "created": "2026-11-21T10:00:00Z",
    "session": {
        "format": "interactive",
        "session-id": "s-1",
        "session-start": "2026-11-21T09:00:00.000Z",
        "session-end": "2026-11-21T11:00:00+01:00",
        "agent-meta": {"model-id": "m-1", "model-provider": "p", "models": ["m-0", "m-1"], "cli-name": "claude", "cli-version": "2.0"},
        "environment": {"working-dir": "~/w", "vcs": {"type": "git", "branch": "main"}, "sandboxes": ["/tmp/s"]},
        "entries": [
            {"type": "user", "content": "fix it", "timestamp": "2026-11-21T09:00:00.000Z", "id": "e0"},
            {"type": "reasoning", "content": "", "encrypted": "gAAA", "subject": "plan", "timestamp": 1795251601000, "id": "e1"},
            {
                "type": "assistant", "content": [{"type": "text", "text": "done"}], "timestamp": "2026-11-21T09:00:02Z", "id": "e2",
                "model-id": "m-1", "parent-id": "e0", "token-usage": {"input": 10, "output": 2, "cached": 8, "cost": 0.25, "tier": "x"},
            },
            {"type": "tool-call", "name": "Bash", "input": {"command": "ls"}, "call-id": "c0", "id": "e3"},
            {
                "type": "tool-result", "output": {"redacted": "aws-key", "bytes": 20}, "call-id": "c0", "status": "success",
                "is-error": False, "id": "e4",
                "children": [
                    {"type": "tool-call", "name": "Read", "input": {}, "call-id": "c1", "id": "e4.0"},
                    {"type": "tool-result", "output": "x", "call-id": "c1", "is-error": True, "id": "e4.1"},
                ],
            },
            {"type": "system-event", "event-type": "turn-end", "data": {"raw": [1, None, b"\0"]}, "native": {1: 2}},
        ],
    },
    "file-attribution": {
        "files": [
            {
                "path": "a.py",
                "conversations": [
                    {
                        "url": "https://example.org/c", "contributor": {"type": "ai", "model-id": "m-1"},
                        "ranges": [{"start-line": 1, "end-line": 3, "content-hash": "00", "content-hash-alg": "sha-256"}],
                        "related": [{"type": "issue", "url": "https://example.org/1"}],
                    }
                ],
            }
        ]
    },
    "vcs": {"type": "git", "revision": COMMIT, "repository": "https://example.org/r.git"},
    "recording-agent": {"name": "gittraj", "version": "0.1.0"},
    "gittraj": {
        "version": 1,
        "segment": {"index": 0, "first": 0, "last": 5, "prev": None, "entries": 6},
        "base": {"commit": COMMIT, "files": {"a.py": {"blob": COMMIT}, "b.py": {"blob": COMMIT, "patch": "@@ -1 +1 @@"}}},
        "source": {"format": "claude-jsonl", "sha-256": DIGEST, "byte-range": [0, 900], "agent-version": "2.0"},
        "redaction": {
            "rules": ["kingfisher", "gittraj-1"], "hits": [{"entry": 4, "rule": "aws-key", "bytes": 20}], "reasoning": "kept",
            "substitutions": [{"placeholder": "~"}], "no-redact": False,
        },
        "limits": {"cut": [{"entry": 4, "bytes": 400000, "sha-256": DIGEST}]},
        "flags": ["timestamps-malformed"],
    },
}  # fmt: skip
