"""OpenCode sessions as long as wanted: a size goes in, an export or a database comes out."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tests.bench.turns import CWD, Line, call_of, steps

SESSION = "ses_bench"
_INFO = {"id": SESSION, "slug": "calm-otter", "projectID": "aa" * 20, "directory": CWD, "title": "Amounts",
             "version": "1.18.33", "time": {"created": 1795225600000, "updated": 1795225600000}}  # fmt: skip


def messages(seed: str = "0") -> Iterator[tuple[Line, list[Line]]]:
    """OpenCode: a message with its parts."""
    for step in steps(seed):
        at = {"start": 1795225600000 + step.number, "end": 1795225600009 + step.number}
        own = f"msg_{step.number:012d}"
        info = {
            "id": own,
            "role": "assistant",
            "parentID": f"msg_{step.number // 10 * 10:012d}",
            "modelID": "m-1",
            "providerID": "acme",
        }
        info |= {
            "mode": "build",
            "agent": "build",
            "path": {"cwd": CWD, "root": CWD},
            "cost": 0.25,
            "time": {"created": at["start"]},
        }
        info["tokens"] = {"input": 100, "output": 20, "reasoning": 5, "cache": {"read": 7, "write": 3}}
        if step.kind == "ask":
            info = {"id": own, "role": "user", "time": {"created": at["start"]}, "agent": "build"}
            part = {"type": "text", "text": step.text}
        elif step.kind == "think":
            part = {"type": "reasoning", "text": step.text, "time": at}
        elif step.kind == "answer":
            part = {"type": "text", "text": step.text, "time": at}
        else:
            name, given = call_of(step, edit="edit", read="read", run="bash")
            state = {"status": "completed", "input": given, "output": step.text, "title": "", "time": at}
            files = {
                "filediff": {
                    "file": step.path,
                    "before": step.before,
                    "after": step.before.replace(step.old, step.new, 1),
                }
            }
            state["metadata"] = files if step.kind == "edit" else {"output": step.text, "exit": 0}
            part = {"type": "tool", "tool": name, "callID": f"call_{step.number}", "state": state}
        more = {"sessionID": SESSION, "messageID": own}
        yield {**info, "sessionID": SESSION}, [{**part, "id": f"prt_{step.number:012d}", **more}]


def export(path: Path, size: int) -> None:
    """What `opencode export` prints."""
    done, parts = 0, []
    for info, content in messages():
        parts.append(json.dumps({"info": info, "parts": content}, indent=2))
        done += len(parts[-1])
        if done >= size:
            break
    path.write_text(f'{{"info": {json.dumps(_INFO)}, "messages": [{",".join(parts)}]}}')


def database(path: Path, size: int) -> None:
    """OpenCode's SQLite store."""
    done = 0
    with sqlite3.connect(path) as db:
        db.executescript(
            "CREATE TABLE session (id text PRIMARY KEY, project_id text, parent_id text, slug text, directory text,"
            " title text, version text, time_created integer, time_updated integer);"
            "CREATE TABLE message (id text PRIMARY KEY, session_id text, time_created integer, time_updated integer, data text);"
            "CREATE TABLE part (id text PRIMARY KEY, message_id text, session_id text, time_created integer,"
            " time_updated integer, data text);"
            "CREATE INDEX part_message_id_id_idx ON part (message_id, id); CREATE INDEX part_session_idx ON part (session_id);"
        )
        columns = (SESSION, "aa" * 20, None, "calm-otter", CWD, "Amounts", "1.18.33", 1795225600000, 1795225600000)
        db.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", columns)
        for info, parts in messages():
            at = info["time"]["created"]
            db.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?)", (info["id"], SESSION, at, at, json.dumps(info)))
            for part in parts:
                data = json.dumps(part)
                db.execute(
                    "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)", (part["id"], info["id"], SESSION, at, at, data)
                )
                done += len(data)
            if done >= size:
                break
    db.close()
