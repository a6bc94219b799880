"""Claude Code in a shared tree: acts go in, the session's lines come out, those of sub-agents wherever the version keeps them.

Layouts of sub-agents: "subagents" (``SESSION/subagents/agent-ID.jsonl``), "beside" (``agent-ID.jsonl`` beside the session),
"progress" (messages in progress lines of the session), "sidechain" (marked lines of the session).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gittraj.agents.claude import slug
from tests.support.shared_tree import SharedTree

LAYOUTS = ("subagents", "beside", "progress", "sidechain")


class ClaudeHand:
    """One session. Every act changes the tree and is recorded; `helper` sends the acts within to a sub-agent."""

    agent = "claude-code"

    def __init__(self, tree: SharedTree, ident: str, layout: str = "subagents", *, states: bool = True) -> None:
        """`states`: whether results hold the file as it was (newer versions leave it out of larger ones)."""
        self.tree = tree
        self.ident = ident
        self.layout = layout
        self.states = self.keeps = states
        self.folder = tree.home / ".claude" / "projects" / slug(str(tree.repo))
        self.path = self.folder / f"{ident}.jsonl"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": ident}
        self._number = 0
        self._helper = ""  # the sub-agent at work
        self._calls: dict[str, str] = {}  # sub-agent → the call that began it
        self._parents: dict[str, str | None] = {}
        self._line("user", {"role": "user", "content": "Go on."})

    def write(self, path: str, content: str) -> None:
        before = self.tree.text(path)
        call = self._call("Write", {"file_path": str(self.tree.repo / path), "content": content})
        self.tree.put(path, content, self.ident)
        kind = "create" if before is None else "update"
        native = {"type": kind, "filePath": str(self.tree.repo / path), "content": content, "structuredPatch": []}
        self._result(call, "The file has been written.", {**native, "originalFile": before if self.states else None})

    def edit(self, path: str, old: str, new: str) -> None:
        before = self.tree.text(path) or ""
        assert before.count(old) == 1
        given = {"file_path": str(self.tree.repo / path), "old_string": old, "new_string": new, "replace_all": False}
        call = self._call("Edit", given)
        self.tree.put(path, before.replace(old, new), self.ident)
        native = {"filePath": given["file_path"], "oldString": old, "newString": new, "structuredPatch": []}
        native |= {"originalFile": before if self.states else None, "userModified": False, "replaceAll": False}
        self._result(call, "The file has been updated.", native)

    def failed(self, path: str) -> None:
        given = {"file_path": str(self.tree.repo / path), "old_string": "not there", "new_string": "never"}
        call = self._call("Edit", given)
        self._result(call, "String to replace not found in file.", "Error: String to replace not found", error=True)

    def shell(self, command: str) -> None:
        """A command whose effect on the tree the caller brings about itself."""
        call = self._call("Bash", {"command": command, "description": "run"})
        self._result(call, "", {"stdout": "", "stderr": "", "interrupted": False})

    def commit(self, *paths: str) -> str:
        """The session commits; its call is recorded by then, the result is not."""
        message = f"By {self.ident[:8]} at {self.tree.clock}"
        call = self._call("Bash", {"command": f"git add -A && git commit -qm '{message}'"})
        commit = self.tree.commit(*paths, message=message)
        self.tree.capture(**self.env)
        told = f"[main {commit[:7]}] {message}"
        self._result(call, told, {"stdout": told, "stderr": "", "interrupted": False})
        return commit

    def notebook(self, path: str, after: str, given: dict[str, Any], *, before: str, state: bool = True) -> None:
        """NotebookEdit with the input `given`, which the caller brings about. `state`: whether the result holds both texts."""
        target = str(self.tree.repo / path)
        call = self._call("NotebookEdit", {"notebook_path": target, **given})
        native = self._cell(given, target) | {"error": "", "original_file": before, "updated_file": after}
        self._result(call, f"Updated cell with {given['new_source']}", native if state else None)

    def refused_notebook(self, path: str, given: dict[str, Any], why: str) -> None:
        """NotebookEdit that fails in the tool itself, whose result then has empty texts."""
        target = str(self.tree.repo / path)
        call = self._call("NotebookEdit", {"notebook_path": target, **given})
        native = self._cell(given, target) | {"error": why, "original_file": "", "updated_file": ""}
        self._result(call, why, native, error=True)

    def _cell(self, given: dict[str, Any], target: str) -> dict[str, Any]:
        told = {"new_source": given["new_source"], "cell_type": given.get("cell_type", "code"), "language": "python"}
        told |= {"edit_mode": given.get("edit_mode", "replace"), "notebook_path": target}
        return told | ({"cell_id": given["cell_id"]} if given.get("cell_id") else {})

    @contextmanager
    def helper(self, name: str) -> Iterator[None]:
        """A sub-agent works meanwhile."""
        self.begin(name)
        self._helper = name
        yield
        self._helper = ""
        self.end(name)

    def begin(self, name: str) -> None:
        """The call that begins a sub-agent, and its first line."""
        prompt = f"Do the part {name} of {self.ident}"
        given = {"description": name, "prompt": prompt, "subagent_type": "general-purpose"}
        self._calls[name] = self._call("Task", given)
        kept, self._helper = self._helper, name
        self._line("user", {"role": "user", "content": prompt})
        self._helper = kept

    def act_as(self, name: str) -> None:
        """What follows is done by this sub-agent, "" for the session itself."""
        self._helper = name

    def end(self, name: str) -> None:
        """A sub-agent comes back."""
        content = [{"type": "text", "text": "Done."}]
        native = {"status": "completed", "prompt": "p", "agentId": name, "content": content}
        self._result(self._calls[name], "Done.", native)

    def _call(self, name: str, given: dict[str, Any]) -> str:
        self._number += 1
        call = f"toolu_{self.ident[:8]}{self._number:06d}"
        block = {"type": "tool_use", "id": call, "name": name, "input": given}
        usage = {"input_tokens": 3, "output_tokens": 5}
        message = {"id": f"msg_{call}", "type": "message", "role": "assistant", "model": "claude-opus-4-6"}
        self._line("assistant", {**message, "content": [block], "stop_reason": None, "usage": usage})
        return call

    def _result(self, call: str, text: str, native: Any, *, error: bool = False) -> None:
        block = {"type": "tool_result", "tool_use_id": call, "content": text, **({"is_error": True} if error else {})}
        more = {} if native is None else {"toolUseResult": native}
        self._line("user", {"role": "user", "content": [block]}, **more)

    def _line(self, kind: str, message: dict[str, Any], **more: Any) -> None:
        self._number += 1
        stamp = self.tree.tick()
        who = self._helper
        uuid = f"{self.ident[:8]}-0000-4000-8000-{self._number:012d}"
        line = {
            "parentUuid": self._parents.get(who), "isSidechain": bool(who), "userType": "external", "cwd": str(self.tree.repo),
            "sessionId": self.ident, "version": "2.1.40", "gitBranch": "main", "type": kind, "message": message, "uuid": uuid,
            "timestamp": stamp, **more,
        }  # fmt: skip
        self._parents[who] = uuid
        path = self.path
        if who and self.layout == "progress":
            inner = {"type": kind, "message": message, "uuid": uuid, "timestamp": stamp, **more}
            data = {"type": "agent_progress", "agentId": who, "prompt": "", "message": inner}
            line = {
                **line,
                "isSidechain": False,
                "type": "progress",
                "data": data,
                "uuid": uuid[:-12] + f"{self._number:08d}ffff",
            }
            line |= {
                "parentToolUseID": self._calls[who],
                "toolUseID": f"agent_{uuid}",
                "parentUuid": self._parents.get(""),
            }
            del line["message"]
            line.pop("toolUseResult", None)
        elif who:
            line["agentId"] = who
            if self.layout == "subagents":
                path = self.folder / self.ident / "subagents" / f"agent-{who}.jsonl"
            elif self.layout == "beside":
                path = self.folder / f"agent-{who}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(json.dumps(line) + "\n")
