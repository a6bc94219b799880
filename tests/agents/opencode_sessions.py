"""OpenCode sessions made for tests: messages go in, each kind of store with them comes out."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from gittraj.agents.opencode.store import Message

SESSION = "ses_0000000000ffeTestSessionAAA"
DIRECTORY = "/home/dana/work/ledger"
T0 = 1795225600000
Pair = tuple[dict[str, Any], list[dict[str, Any]]]


def session(identifier: str = SESSION, **more: Any) -> dict[str, Any]:
    time = {"created": T0, "updated": T0 + 90000}
    return {
        "id": identifier, "slug": "calm-otter", "projectID": "aa" * 20, "directory": DIRECTORY, "title": "Round amounts",
        "version": "1.18.33", "time": time, **more,
    }  # fmt: skip


def user(number: int, at: int, text: str = '"Round the amounts"', parts: list[dict[str, Any]] | None = None) -> Pair:
    info = {"id": f"msg_{number:04}", "role": "user", "time": {"created": T0 + at}, "agent": "build"}
    info["model"] = {"providerID": "acme", "modelID": "m-1"}
    return info, parts if parts is not None else [{"id": f"prt_{number:04}a", "type": "text", "text": text}]


def assistant(number: int, at: int, parts: list[dict[str, Any]], done: int | None = None, **more: Any) -> Pair:
    info = {
        "id": f"msg_{number:04}", "role": "assistant", "parentID": "msg_0001", "modelID": "m-1", "providerID": "acme",
        "mode": "build", "agent": "build", "path": {"cwd": DIRECTORY, "root": DIRECTORY}, "cost": 0.25,
        "tokens": {"input": 100, "output": 20, "reasoning": 5, "cache": {"read": 7, "write": 3}},
        "time": {"created": T0 + at, **({"completed": T0 + done} if done else {})}, **more,
    }  # fmt: skip
    for index, part in enumerate(parts):
        part.setdefault("id", f"prt_{number:04}{chr(97 + index)}")
    return info, parts


def text(content: str, start: int, end: int | None = None) -> dict[str, Any]:
    return {"type": "text", "text": content, "time": {"start": T0 + start, **({"end": T0 + end} if end else {})}}


def thought(content: str, start: int, end: int) -> dict[str, Any]:
    return {"type": "reasoning", "text": content, "time": {"start": T0 + start, "end": T0 + end}}


def tool(
    name: str, call: str, start: int, end: int, given: dict[str, Any], output: str = "ok", **more: Any
) -> dict[str, Any]:
    metadata = more.pop("metadata", {})
    state = {"status": "completed", "input": given, "output": output, "title": "", "metadata": metadata, **more}
    return {
        "type": "tool",
        "tool": name,
        "callID": call,
        "state": {**state, "time": {"start": T0 + start, "end": T0 + end}},
    }


def failed(name: str, call: str, start: int, end: int, given: dict[str, Any], error: str) -> dict[str, Any]:
    state = {"status": "error", "input": given, "error": error, "time": {"start": T0 + start, "end": T0 + end}}
    return {"type": "tool", "tool": name, "callID": call, "state": state}


def step(kind: str, snapshot: str = "bb" * 20, **more: Any) -> dict[str, Any]:
    return {"type": kind, "snapshot": snapshot, **more}


def export(path: Path, pairs: list[Pair], info: dict[str, Any] | None = None) -> Path:
    info = info or session()
    messages = [
        {
            "info": {**message, "sessionID": info["id"]},
            "parts": [{**part, "sessionID": info["id"], "messageID": message["id"]} for part in parts],
        }
        for message, parts in pairs
    ]
    path.write_text(json.dumps({"info": info, "messages": messages}, indent=2))
    return path


def joined(path: Path, pairs: list[Pair], info: dict[str, Any] | None = None) -> Path:
    """The storage tree's files one after the other, parts before their message, as published collections have them."""
    info = info or session()
    documents: list[Any] = [{"id": "aa" * 20, "worktree": DIRECTORY, "vcs": "git", "time": {}}]
    for message, parts in pairs:
        documents += [{**part, "sessionID": info["id"], "messageID": message["id"]} for part in parts]
        documents.append({**message, "sessionID": info["id"]})
    documents += [info, [{"file": "a.py", "before": "", "after": "x", "additions": 1, "deletions": 0}]]
    path.write_text("\n".join(json.dumps(document, indent=2) for document in documents))
    return path


def folder(data: Path, sessions: dict[str, tuple[dict[str, Any], list[Pair]]]) -> Path:
    """``storage/`` below `data`; returns `data`."""
    for name, (info, pairs) in sessions.items():
        _json(data / "storage/session" / ("aa" * 20) / f"{name}.json", info)
        for message, parts in pairs:
            _json(data / f"storage/message/{name}/{message['id']}.json", {**message, "sessionID": name})
            for part in parts:
                place = data / f"storage/part/{message['id']}/{part['id']}.json"
                _json(place, {**part, "sessionID": name, "messageID": message["id"]})
    return data


def database(path: Path, sessions: dict[str, tuple[dict[str, Any], list[Pair]]]) -> Path:
    """The tables of version 1, in WAL mode as OpenCode has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = wal")
        db.executescript(
            "CREATE TABLE session (id text PRIMARY KEY, project_id text, parent_id text, slug text, directory text,"
            " title text, version text, time_created integer, time_updated integer);"
            "CREATE TABLE message (id text PRIMARY KEY, session_id text, time_created integer, time_updated integer, data text);"
            "CREATE TABLE part (id text PRIMARY KEY, message_id text, session_id text, time_created integer,"
            " time_updated integer, data text);"
            "CREATE INDEX part_message_id_id_idx ON part (message_id, id); CREATE INDEX part_session_idx ON part (session_id);"
        )
        for name, (info, pairs) in sessions.items():
            columns = (name, info["projectID"], info.get("parentID"), info["slug"], info["directory"], info["title"])
            times = (info["time"]["created"], info["time"]["updated"])
            db.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*columns, info["version"], *times))
            for message, parts in pairs:
                put(db, name, message, parts)
    db.close()
    return path


def put(db: sqlite3.Connection, name: str, message: dict[str, Any], parts: list[dict[str, Any]]) -> None:
    created = message["time"]["created"]
    data = json.dumps({key: value for key, value in message.items() if key != "id"})
    db.execute("INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?)", (message["id"], name, created, created, data))
    for part in parts:
        data = json.dumps({key: value for key, value in part.items() if key != "id"})
        row = (part["id"], message["id"], name, created, created + 5, data)
        db.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?)", row)


class MemoryStore:
    """A live store without a disk, for sessions that grow."""

    format, live, sha256, torn = "memory", True, "", 0

    def __init__(self, sessions: dict[str, tuple[dict[str, Any], list[Pair]]]) -> None:
        self.sessions = sessions
        self.damage: list[str] = []

    def roots(self) -> list[str]:
        return [name for name, (info, _) in self.sessions.items() if info.get("parentID") not in self.sessions]

    def info(self, session: str) -> dict[str, Any]:
        return self.sessions[session][0] if session in self.sessions else {}

    def children(self, session: str) -> list[str]:
        return [name for name, (info, _) in self.sessions.items() if info.get("parentID") == session]

    def messages(self, session: str, after: tuple[float, str], also: frozenset[str]) -> list[Message]:
        pairs = self.sessions[session][1] if session in self.sessions else []
        found = [Message(info["time"]["created"], info["id"], info, parts) for info, parts in pairs]
        return sorted((item for item in found if item[:2] > after or item.id in also), key=lambda item: item[:2])

    def close(self) -> None:
        pass


def _json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2))
