"""A long Claude Code session: a path and a size go in, a file of realistic lines of about that size is written.

``python -m tests.support.big_session PATH MEGABYTES``; the same arguments give the same bytes.
"""

import hashlib
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

SESSION = "0b16b16b-0000-4000-8000-000000000001"
_WORDS = [
    "entry",
    "session",
    "commit",
    "tree",
    "blob",
    "note",
    "seal",
    "verify",
    "replay",
    "edit",
    "line",
    "file",
    "state",
    "ledger",
    "amount",
    "total",
    "→",
    "ü",
]


def write(path: str, megabytes: float) -> None:
    """Write the session to `path`; it ends at the first line that passes `megabytes`."""
    size = 0
    with open(path, "wb") as file:
        for line in lines():
            data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            file.write(data)
            size += len(data)
            if size >= megabytes * 1e6:
                return


def lines() -> Iterator[dict[str, Any]]:
    """Lines without end: turns of reading, editing and running, with the duplicates that Claude Code writes."""
    chance = random.Random(1)
    number = 0
    parent: str | None = None

    def line(**members: Any) -> dict[str, Any]:
        nonlocal number, parent
        number += 1
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        uuid = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
        moment = f"2026-02-{1 + number // 86400:02d}T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
        made = {
            "parentUuid": parent, "isSidechain": False, "userType": "external", "cwd": "/home/dana/ledger", "sessionId": SESSION,
            "version": "2.1.49", "gitBranch": "main", "slug": "calm-counting-crane", **members, "uuid": uuid, "timestamp": moment,
        }  # fmt: skip
        parent = uuid
        return made

    def call(name: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        identity = f"toolu_{number:024d}"
        usage = {
            "input_tokens": 3,
            "cache_creation_input_tokens": 900,
            "cache_read_input_tokens": 40_000,
            "output_tokens": 120,
        }
        block = {"type": "tool_use", "id": identity, "name": name, "input": given}
        message = {
            "model": "claude-opus-4-6",
            "id": f"msg_{number:024d}",
            "role": "assistant",
            "content": [block],
            "usage": usage,
        }
        return identity, line(type="assistant", message=message, requestId=f"req_{number:024d}")

    def result(identity: str, output: str, more: Any) -> dict[str, Any]:
        block = {"tool_use_id": identity, "type": "tool_result", "content": output, "is_error": False}
        return line(type="user", message={"role": "user", "content": [block]}, toolUseResult=more)

    while True:
        text = "\n".join(" ".join(chance.choices(_WORDS, k=9)) for _ in range(chance.randrange(60, 400)))
        path = f"/home/dana/ledger/part{chance.randrange(200)}.py"
        yield line(
            type="user",
            message={"role": "user", "content": f"Please change {path}. " + " ".join(chance.choices(_WORDS, k=40))},
        )
        identity, made = call("Read", {"file_path": path})
        yield made
        shown = "\n".join(f"{at:>6}→{each}" for at, each in enumerate(text.split("\n"), 1))
        count = text.count("\n") + 1
        file = {"filePath": path, "content": text, "numLines": count, "startLine": 1, "totalLines": count}
        yield result(identity, shown, {"type": "text", "file": file})
        for _ in range(3):
            old = text.split("\n")[chance.randrange(count)]
            new = " ".join(chance.choices(_WORDS, k=12))
            identity, made = call("Edit", {"file_path": path, "old_string": old, "new_string": new})
            yield made
            patch = [
                {
                    "oldStart": 1,
                    "oldLines": 7,
                    "newStart": 1,
                    "newLines": 7,
                    "lines": [f" {old}"] * 6 + [f"-{old}", f"+{new}"],
                }
            ]
            more = {
                "filePath": path,
                "oldString": old,
                "newString": new,
                "originalFile": text,
                "structuredPatch": patch,
            }
            yield result(
                identity, f"The file {path} has been updated.", {**more, "userModified": False, "replaceAll": False}
            )
            text = text.replace(old, new, 1)
        identity, made = call("Bash", {"command": "python -m pytest -q"})
        yield made
        output = "\n".join(chance.choices(_WORDS, k=chance.randrange(20, 600)))
        yield result(identity, output, {"stdout": output, "stderr": "", "interrupted": False, "isImage": False})


if __name__ == "__main__":
    write(sys.argv[1], float(sys.argv[2]))
