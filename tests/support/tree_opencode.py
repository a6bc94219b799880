"""OpenCode in a shared tree: acts go in, its storage folder comes out."""

import datetime
from typing import Any

from tests.agents import opencode_sessions as opencode
from tests.support.tree_writers import Hand


class OpenCodeHand(Hand):
    """OpenCode with its storage folder; without `states` a version whose metadata holds a patch for display only."""

    agent = "opencode"

    def begin(self) -> None:
        self.env = {"OPENCODE": "1"}
        self.data = self.tree.home / ".local" / "share" / "opencode"
        self._pairs: list[opencode.Pair] = []
        self._add({"role": "user", "model": {"providerID": "acme", "modelID": "m-1"}}, [{"type": "text", "text": "Go"}])

    def record_write(self, path: str, before: str | None, content: str) -> None:
        target = str(self.tree.repo / path)
        metadata = {"diagnostics": {}, "filepath": target, "exists": before is not None}
        self._tool("write", {"filePath": target, "content": content}, metadata=metadata)

    def record_edit(self, path: str, before: str, old: str, new: str) -> None:
        target = str(self.tree.repo / path)
        told: dict[str, Any] = {"file": target, "patch": "p", "additions": 1, "deletions": 1}
        if self.states:
            told = {"file": target, "before": before, "after": before.replace(old, new), "additions": 1, "deletions": 1}
        given = {"filePath": target, "oldString": old, "newString": new}
        self._tool("edit", given, metadata={"diff": "d", "filediff": told, "diagnostics": {}})

    def call_shell(self, command: str) -> str:
        call, now = self.next(), self._now()
        state = {
            "status": "running",
            "input": {"command": command},
            "title": "",
            "metadata": {},
            "time": {"start": now},
        }
        self._add({"role": "assistant"}, [{"type": "tool", "tool": "bash", "callID": call, "state": state}])
        return call

    def end_shell(self, call: str, command: str, output: str) -> None:
        (part,) = self._pairs[-1][1]
        part["state"] |= {"status": "completed", "output": output, "metadata": {"output": output, "exit": 0}}
        part["state"]["time"]["end"] = self._now()
        self._save()

    def _tool(self, name: str, given: dict[str, Any], *, metadata: dict[str, Any]) -> None:
        start = self._now()
        state = {"status": "completed", "input": given, "output": "ok", "title": "", "metadata": metadata}
        state["time"] = {"start": start, "end": self._now()}
        self._add({"role": "assistant"}, [{"type": "tool", "tool": name, "callID": self.next(), "state": state}])

    def _now(self) -> int:
        return int(datetime.datetime.fromisoformat(self.tree.tick()).timestamp() * 1000)

    def _add(self, info: dict[str, Any], parts: list[dict[str, Any]]) -> None:
        number = len(self._pairs) + 1
        info |= {"id": f"msg_{self.ident[-8:]}{number:04d}", "time": {"created": self._now()}, "agent": "build"}
        if info["role"] == "assistant":
            tokens = {"input": 1, "output": 1, "reasoning": 0, "cache": {"read": 0, "write": 0}}
            info |= {"modelID": "m-1", "providerID": "acme", "mode": "build", "cost": 0, "tokens": tokens}
            info |= {
                "path": {"cwd": str(self.tree.repo), "root": str(self.tree.repo)},
                "parentID": self._pairs[0][0]["id"],
            }
        for each in parts:
            each["id"] = f"prt_{self.ident[-8:]}{number:04d}"
        self._pairs.append((info, parts))
        self._save()

    def _save(self) -> None:
        now = self._now()
        info = opencode.session(self.ident, directory=str(self.tree.repo), time={"created": 1, "updated": now})
        opencode.folder(self.data, {self.ident: (info, self._pairs)})
