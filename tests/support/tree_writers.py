"""Codex, pi and Gemini in a shared tree: acts go in, session files as these agents write them come out."""

import difflib
import json
from typing import Any

from tests.support.shared_tree import SharedTree


class Hand:
    """One session of an agent: what all of them have in common. `env`: what its shell has around it."""

    agent = ""

    def __init__(self, tree: SharedTree, ident: str, *, states: bool = True) -> None:
        """`states`: whether the agent's version records what the files became."""
        self.tree = tree
        self.ident = ident
        self.states = states
        self.keeps = states and self.agent in ("codex", "gemini-cli")
        self.number = 0
        self.env: dict[str, str] = {}
        self.begin()

    def begin(self) -> None:
        raise NotImplementedError

    def record_write(self, path: str, before: str | None, content: str) -> None:
        raise NotImplementedError

    def record_edit(self, path: str, before: str, old: str, new: str) -> None:
        raise NotImplementedError

    def call_shell(self, command: str) -> str:
        """Records a call whose result is not there yet."""
        raise NotImplementedError

    def end_shell(self, call: str, command: str, output: str) -> None:
        raise NotImplementedError

    def write(self, path: str, content: str) -> None:
        before = self.tree.text(path)
        self.tree.put(path, content, self.ident)
        self.record_write(path, before, content)

    def edit(self, path: str, old: str, new: str) -> None:
        before = self.tree.text(path) or ""
        assert before.count(old) == 1
        self.tree.put(path, before.replace(old, new), self.ident)
        self.record_edit(path, before, old, new)

    def shell(self, command: str) -> None:
        """A command whose effect on the tree the caller brings about itself."""
        self.end_shell(self.call_shell(command), command, "")

    def commit(self, *paths: str) -> str:
        message = f"By {self.ident[:8]} at {self.tree.clock}"
        command = f"git add -A && git commit -qm '{message}'"
        call = self.call_shell(command)
        commit = self.tree.commit(*paths, message=message)
        self.tree.capture(**self.env)
        self.end_shell(call, command, f"[main {commit[:7]}] {message}\n")
        return commit

    def next(self) -> str:
        self.number += 1
        return f"call_{self.ident[-12:]}_{self.number}"

    def append(self, value: Any) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(value) + "\n")


class CodexHand(Hand):
    """Codex; without `states` one of early 2026, which recorded no exact diff."""

    agent = "codex"

    def begin(self) -> None:
        self.env = {"CODEX_THREAD_ID": self.ident}
        folder = self.tree.home / ".codex" / "sessions" / "2026" / "05" / "28"
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"rollout-2026-05-28T10-00-00-{self.ident}.jsonl"
        cwd, version = str(self.tree.repo), "0.145.0" if self.states else "0.98.0"
        meta = {"id": self.ident, "cwd": cwd, "originator": "codex_exec", "cli_version": version, "source": "exec"}
        self._line("session_meta", meta)
        self._line("turn_context", {"turn_id": "t1", "cwd": cwd, "model": "gpt-5.5"})
        self._line(
            "response_item", {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go"}]}
        )

    def record_write(self, path: str, before: str | None, content: str) -> None:
        body = "".join(f"+{line}\n" for line in content.splitlines())
        change = {"type": "add", "content": content}
        if before is not None:
            hunk = "".join(f"-{line}\n" for line in before.splitlines())
            self._patch(path, f"*** Update File: {path}\n@@\n{hunk}{body}", _update(before, content))
            return
        self._patch(path, f"*** Add File: {path}\n{body}", change)

    def record_edit(self, path: str, before: str, old: str, new: str) -> None:
        lines = [f"-{line}\n" for line in old.splitlines()] + [f"+{line}\n" for line in new.splitlines()]
        after = before.replace(old, new)
        self._patch(path, f"*** Update File: {path}\n@@\n{''.join(lines)}", _update(before, after))

    def _patch(self, path: str, sections: str, change: dict[str, Any]) -> None:
        call, target = self.next(), str(self.tree.repo / path)
        text = f"*** Begin Patch\n{sections}*** End Patch"
        given = {
            "type": "custom_tool_call",
            "status": "completed",
            "call_id": call,
            "name": "apply_patch",
            "input": text,
        }
        self._line("response_item", given)
        if self.states:
            ended = {
                "call_id": call,
                "turn_id": "t1",
                "stdout": "",
                "stderr": "",
                "success": True,
                "status": "completed",
            }
            self._line("event_msg", {"type": "patch_apply_end", **ended, "changes": {target: change}})
        told = f"Success. Updated the following files:\nM {path}\n"
        output = f"Exit code: 0\nWall time: 0 seconds\nOutput:\n{told}"
        if not self.states:
            output = json.dumps({"output": told, "metadata": {"exit_code": 0, "duration_seconds": 0.0}})
        self._line("response_item", {"type": "custom_tool_call_output", "call_id": call, "output": output})

    def call_shell(self, command: str) -> str:
        call = self.next()
        given = json.dumps({"cmd": command, "workdir": str(self.tree.repo)})
        self._line(
            "response_item", {"type": "function_call", "name": "exec_command", "arguments": given, "call_id": call}
        )
        return call

    def end_shell(self, call: str, command: str, output: str) -> None:
        told = f"Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\n{output}"
        self._line("response_item", {"type": "function_call_output", "call_id": call, "output": told})

    def _line(self, kind: str, payload: dict[str, Any]) -> None:
        self.append({"timestamp": self.tree.tick(), "type": kind, "payload": payload})


class PiHand(Hand):
    """pi of 2025 (exact replacement), or (`states`) the one that records a patch."""

    agent = "pi"

    def begin(self) -> None:
        self.env = {"PI_CODING_AGENT": "true"}
        folder = (
            self.tree.home / ".pi" / "agent" / "sessions" / f"--{str(self.tree.repo).strip('/').replace('/', '-')}--"
        )
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"2026-05-28T10-00-00-000Z_{self.ident}.jsonl"
        head = {"type": "session", "version": 3, "id": self.ident, "timestamp": self.tree.tick()}
        self.append({**head, "cwd": str(self.tree.repo)})
        self._message({"role": "user", "content": [{"type": "text", "text": "Go on."}]})

    def record_write(self, path: str, before: str | None, content: str) -> None:
        call = self._call("write", {"path": path, "content": content})
        self._result(call, "write", f"Successfully wrote to {path}")

    def record_edit(self, path: str, before: str, old: str, new: str) -> None:
        given: dict[str, Any] = {"path": path, "oldText": old, "newText": new}
        details = {"diff": "d"}
        if self.states:
            given = {"path": path, "edits": [{"oldText": old, "newText": new}]}
            details = {"diff": "d", "patch": "p", "firstChangedLine": "1"}
        call = self._call("edit", given)
        self._result(call, "edit", f"Successfully replaced text in {path}.", details)

    def call_shell(self, command: str) -> str:
        return self._call("bash", {"command": command})

    def end_shell(self, call: str, command: str, output: str) -> None:
        self._result(call, "bash", output or "(no output)")

    def _call(self, name: str, given: dict[str, Any]) -> str:
        call = self.next()
        usage = {"input": 7, "output": 3, "cacheRead": 0, "cacheWrite": 0, "totalTokens": 10}
        block = {"type": "toolCall", "id": call, "name": name, "arguments": given}
        more = {
            "api": "openai-completions",
            "provider": "zai",
            "model": "glm-5",
            "usage": usage,
            "stopReason": "toolUse",
        }
        self._message({"role": "assistant", "content": [block], **more})
        return call

    def _result(self, call: str, name: str, text: str, details: dict[str, Any] | None = None) -> None:
        told = {"role": "toolResult", "toolCallId": call, "toolName": name, "content": [{"type": "text", "text": text}]}
        self._message({**told, "isError": False, **({"details": details} if details else {})})

    def _message(self, message: dict[str, Any]) -> None:
        self.number += 1
        parent = f"a{self.number - 1:07x}" if self.number > 1 else None
        line = {"type": "message", "id": f"a{self.number:07x}", "parentId": parent, "timestamp": self.tree.tick()}
        self.append({**line, "message": message})


class GeminiHand(Hand):
    """Gemini; without `states` one of early 2026, whose results hold no file."""

    agent = "gemini-cli"

    def begin(self) -> None:
        self.env = {"GEMINI_CLI": "1"}
        project = self.tree.home / ".gemini" / "tmp" / "ledger"
        (project / "chats").mkdir(parents=True, exist_ok=True)
        (project / ".project_root").write_text(str(self.tree.repo))
        self.path = project / "chats" / f"session-2026-05-28T10-00-{self.ident[:8]}.jsonl"
        head = {"sessionId": self.ident, "projectHash": "0" * 64, "startTime": self.tree.tick(), "kind": "main"}
        self.append({**head, "lastUpdated": head["startTime"]})
        self.append({"id": "u1", "timestamp": self.tree.tick(), "type": "user", "content": [{"text": "Go on."}]})

    def record_write(self, path: str, before: str | None, content: str) -> None:
        self._edited("write_file", {"file_path": path, "content": content}, path, before, content)

    def record_edit(self, path: str, before: str, old: str, new: str) -> None:
        given = {"file_path": path, "instruction": "i", "old_string": old, "new_string": new}
        self._edited("replace", given, path, before, before.replace(old, new))

    def _edited(self, name: str, given: dict[str, Any], path: str, before: str | None, after: str) -> None:
        shown: Any = None
        if self.states:
            shown = {"fileDiff": "d", "fileName": path, "filePath": str(self.tree.repo / path), "diffStat": {}}
            shown |= {"originalContent": before or "", "newContent": after, "isNewFile": before is None}
        call = self._call(name, given)
        self._told(call, "ok", shown)

    def call_shell(self, command: str) -> str:
        return self._call("run_shell_command", {"command": command})

    def end_shell(self, call: str, command: str, output: str) -> None:
        self._told(call, f"Output: {output or '(empty)'}\nExit Code: 0", output)

    def _call(self, name: str, given: dict[str, Any]) -> str:
        call = self.next()
        tokens = {"input": 5, "output": 2, "cached": 0, "thoughts": 0, "tool": 0, "total": 7}
        message = {"id": f"g{self.number}", "timestamp": self.tree.tick(), "type": "gemini", "content": ""}
        self._open = {**message, "thoughts": [], "tokens": tokens, "model": "gemini-2.5-pro"}
        self._asked = {"id": call, "name": name, "args": given}
        self.append(self._open)  # with its calls only once they are done
        return call

    def _told(self, call: str, output: str, shown: Any) -> None:
        response = {"functionResponse": {"id": call, "name": self._asked["name"], "response": {"output": output}}}
        done = {**self._asked, "result": [response], "status": "success", "timestamp": self.tree.tick()}
        more = {"resultDisplay": shown, "description": "d", "displayName": "D", "renderOutputAsMarkdown": False}
        self.append({**self._open, "toolCalls": [{**done, **more}]})


def _update(before: str, after: str) -> dict[str, Any]:
    """Codex's record of an update: hunks with one line around, no head."""
    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    return {"type": "update", "unified_diff": "".join(f"{row}\n" for row in list(rows)[2:]), "move_path": None}
