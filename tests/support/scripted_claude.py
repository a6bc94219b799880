"""A scripted agent: it edits files, runs commands and commits for real, and writes its session as Claude Code does."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any


class ScriptedClaude:
    """One session under ``$HOME/.claude/projects``; every method does the thing and then records it, or the other way round."""

    def __init__(
        self,
        worktree: Path,
        home: Path,
        session: str = "11111111-2222-4333-8444-555555555555",
        *,
        start: int = 1_700_000_000,
    ) -> None:
        self.worktree = worktree
        self.session = session
        self.clock = start
        slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in str(worktree))
        if len(slug) > 200:  # as Claude Code does: cut, and a hash of the whole
            slug = f"{slug[:200]}-1a2b3c"
        self.path = home / ".claude" / "projects" / slug / f"{session}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.around: dict[str, str] = {}
        self._number = 0
        self._parent: str | None = None

    def say(self, text: str) -> None:
        self._line("user", {"role": "user", "content": text})

    def answer(self, text: str, *, thinking: str = "") -> None:
        if thinking:
            self._assistant({"type": "thinking", "thinking": thinking, "signature": "c2ln"})
        self._assistant({"type": "text", "text": text})

    def write(self, name: str, content: str) -> str:
        target = self.worktree / name
        before = target.read_text() if target.exists() else None
        call = self._call("Write", {"file_path": str(target), "content": content})
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        self._result(
            call,
            f"File created successfully at: {target}",
            {
                "type": "update" if before is not None else "create",
                "filePath": str(target),
                "content": content,
                "structuredPatch": [],
                "originalFile": before,
            },
        )
        return call

    def edit(self, name: str, old: str, new: str) -> str:
        target = self.worktree / name
        before = target.read_text()
        call = self._call("Edit", {"file_path": str(target), "old_string": old, "new_string": new})
        assert before.count(old) == 1
        target.write_text(before.replace(old, new))
        self._result(
            call,
            f"The file {target} has been updated.",
            {
                "filePath": str(target),
                "oldString": old,
                "newString": new,
                "originalFile": before,
                "structuredPatch": [],
                "userModified": False,
                "replaceAll": False,
            },
        )
        return call

    def run(self, command: str, *, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """The command runs with the session id in its environment, while its call is recorded and its result is not."""
        call = self._call("Bash", {"command": command, "description": "run"})
        around = {**os.environ, "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": self.session, **self.around, **(env or {})}
        done = subprocess.run(["bash", "-c", command], cwd=self.worktree, env=around, capture_output=True, text=True)
        self._result(
            call,
            done.stdout + done.stderr,
            {"stdout": done.stdout, "stderr": done.stderr, "interrupted": False},
            error=done.returncode != 0,
        )
        return done

    def tool(self, name: str, arguments: dict[str, Any], output: str, *, error: bool = False) -> None:
        call = self._call(name, arguments)
        self._result(call, output, output if error else {"content": output}, error=error)

    def _call(self, name: str, arguments: dict[str, Any]) -> str:
        self._number += 1
        call = f"toolu_{self.session[:4]}{self._number:06d}"
        self._assistant({"type": "tool_use", "id": call, "name": name, "input": arguments})
        return call

    def _result(self, call: str, text: str, native: Any, *, error: bool = False) -> None:
        block: dict[str, Any] = {"type": "tool_result", "tool_use_id": call, "content": text}
        if error:
            block["is_error"] = True
        self._line("user", {"role": "user", "content": [block]}, toolUseResult=native)

    def _assistant(self, block: dict[str, Any]) -> None:
        self._number += 1
        usage = {
            "input_tokens": 10,
            "output_tokens": 5,
            "cache_read_input_tokens": 100,
            "cache_creation_input_tokens": 0,
        }
        self._line(
            "assistant",
            {
                "id": f"msg_{self._number}",
                "type": "message",
                "role": "assistant",
                "model": "claude-scripted-1",
                "content": [block],
                "stop_reason": None,
                "usage": usage,
            },
        )

    def _line(self, kind: str, message: dict[str, Any], **more: Any) -> None:
        self._number += 1
        self.clock += 1
        uuid = f"{self.session[:8]}-0000-4000-8000-{self._number:012d}"
        import datetime

        stamp = datetime.datetime.fromtimestamp(self.clock, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        line = {
            "parentUuid": self._parent,
            "isSidechain": False,
            "userType": "external",
            "cwd": str(self.worktree),
            "sessionId": self.session,
            "version": "2.1.40",
            "gitBranch": "main",
            "type": kind,
            "message": message,
            "uuid": uuid,
            "timestamp": stamp,
            **more,
        }
        self._parent = uuid
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
