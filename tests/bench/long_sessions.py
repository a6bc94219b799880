"""Sessions as long as wanted, of each agent: a size goes in, a file (or database) as that agent writes it comes out."""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.bench import long_opencode
from tests.bench.turns import CWD, SESSION, Line, Step, call_of, opaque, stamp, steps, uuid_of


def written(path: Path, lines: Iterator[Line], size: int) -> None:
    """Add lines to `path` until it is `size` bytes longer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    with path.open("ab") as file:
        while done < size:
            done += file.write(json.dumps(next(lines), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def claude_lines(
    session: str = SESSION,
    cwd: str = CWD,
    seed: str = "0",
    *,
    edits: dict[str, tuple[str, str]] | None = None,
    now: float = 0.0,
) -> Iterator[Line]:
    """Claude Code: every file twice in a result, the whole file before each edit.

    `edits`: path -> text before and after; they stand at the beginning, and there are no others. `now`: when the session began.
    """
    parent: str | None = None
    own = f"{session} {seed} "

    def line(step: Step, kind: str, message: Line, more: Line | None = None) -> Line:
        nonlocal parent
        uuid = uuid_of(f"{own}{kind}{step.number}")
        made = {
            "parentUuid": parent, "isSidechain": False, "userType": "external", "cwd": cwd, "sessionId": session, "version": "2.1.49",
            "gitBranch": "main", "type": kind, "message": message, "uuid": uuid, "timestamp": stamp(step.number, now),
        }  # fmt: skip
        parent = uuid
        return made if more is None else {**made, "toolUseResult": more}

    def said(step: Step, block: Line) -> Line:
        usage = {
            "input_tokens": 3,
            "cache_creation_input_tokens": 900,
            "cache_read_input_tokens": 40_000,
            "output_tokens": 120,
        }
        name = hashlib.sha256(f"{own}{step.number}".encode()).hexdigest()[:24]
        message = {
            "model": "claude-opus-4-6",
            "id": f"msg_{name}",
            "type": "message",
            "role": "assistant",
            "content": [block],
        }
        return line(step, "assistant", {**message, "stop_reason": None, "usage": usage})

    def called(step: Step, name: str, given: Line, shown: str, more: Line) -> Iterator[Line]:
        call = "toolu_" + hashlib.sha256(f"{own}call{step.number}".encode()).hexdigest()[:24]
        yield said(step, {"type": "tool_use", "id": call, "name": name, "input": given})
        block = {"tool_use_id": call, "type": "tool_result", "content": shown, "is_error": False}
        yield line(step, "user", {"role": "user", "content": [block]}, more)

    first = [
        Step("edit", at, "It has been updated.", path, *both, both[0])
        for at, (path, both) in enumerate((edits or {}).items())
    ]
    for step in itertools.chain(first, steps(seed)):
        if edits and step.kind == "edit" and step.path not in edits:
            continue
        text, path = step.text, step.path
        if step.kind == "ask":
            yield line(step, "user", {"role": "user", "content": text})
        elif step.kind == "think":
            yield said(step, {"type": "thinking", "thinking": text, "signature": opaque(step.number)})
        elif step.kind == "answer":
            yield said(step, {"type": "text", "text": text})
        elif step.kind == "read":
            shown = "\n".join(f"{at:>6}→{each}" for at, each in enumerate(text.split("\n"), 1))
            count = text.count("\n") + 1
            file = {"filePath": path, "content": text, "numLines": count, "startLine": 1, "totalLines": count}
            yield from called(step, "Read", {"file_path": path}, shown, {"type": "text", "file": file})
        elif step.kind == "edit":
            given = {"file_path": path, "old_string": step.old, "new_string": step.new}
            hunk = {"oldStart": 1, "oldLines": 7, "newStart": 1, "newLines": 7}
            hunk["lines"] = [f" {each}" for each in step.before.split("\n")[:6]] + [f"-{step.old}", f"+{step.new}"]
            more = {"filePath": path, "oldString": step.old, "newString": step.new, "originalFile": step.before}
            more |= {"structuredPatch": [hunk], "userModified": False, "replaceAll": False}
            yield from called(step, "Edit", given, text, more)
        else:
            more = {"stdout": text, "stderr": "", "interrupted": False, "isImage": False}
            yield from called(step, "Bash", {"command": "python -m pytest -q"}, text, more)


def codex_lines(seed: str = "0") -> Iterator[Line]:
    """Codex CLI: the answer's items, and the events that repeat them."""

    def line(step: int, kind: str, **payload: Any) -> Line:
        return {"timestamp": stamp(step), "type": kind, "payload": payload}

    yield line(0, "session_meta", id=SESSION, timestamp=stamp(0), cwd=CWD, originator="codex_exec", cli_version="0.98.0",
               source="exec", model_provider="openai", base_instructions={"text": "Be precise. " * 200})  # fmt: skip
    yield line(0, "turn_context", cwd=CWD, approval_policy="never", model="gpt-5.2", effort="medium", summary="auto")
    for step in steps(seed):
        number, call = step.number, f"call_{step.number:024d}"
        if step.kind == "ask":
            yield line(
                number,
                "response_item",
                type="message",
                role="user",
                content=[{"type": "input_text", "text": step.text}],
            )
            yield line(number, "event_msg", type="user_message", message=step.text, images=[])
        elif step.kind == "think":
            summary = [{"type": "summary_text", "text": step.text}]
            yield line(number, "event_msg", type="agent_reasoning", text=step.text)
            yield line(
                number,
                "response_item",
                type="reasoning",
                summary=summary,
                content=None,
                encrypted_content=opaque(number),
            )
        elif step.kind == "answer":
            content = [{"type": "output_text", "text": step.text}]
            yield line(number, "event_msg", type="agent_message", message=step.text)
            yield line(number, "response_item", type="message", role="assistant", content=content)
        elif step.kind == "edit":
            patch = f"*** Begin Patch\n*** Update File: {step.path}\n@@\n-{step.old}\n+{step.new}\n*** End Patch\n"
            output = json.dumps(
                {"output": f"Success. Updated the following files:\nM {step.path}\n", "metadata": {"exit_code": 0}}
            )
            yield line(number, "response_item", type="custom_tool_call", call_id=call, name="apply_patch", input=patch)
            yield line(number, "response_item", type="custom_tool_call_output", call_id=call, output=output)
        else:
            given = json.dumps({"cmd": f"cat {step.path}" if step.path else "pytest -q", "workdir": CWD})
            output = (
                f"Chunk ID: {number:06x}\nWall time: 0.0120 seconds\nProcess exited with code 0\nOutput:\n{step.text}"
            )
            yield line(
                number, "response_item", type="function_call", call_id=call, name="exec_command", arguments=given
            )
            yield line(number, "response_item", type="function_call_output", call_id=call, output=output)
        usage = {
            "input_tokens": 9000 + number,
            "cached_input_tokens": 8000,
            "output_tokens": 120,
            "total_tokens": 9120 + number,
        }
        yield line(
            number, "event_msg", type="token_count", info={"total_token_usage": usage, "last_token_usage": usage}
        )


def pi_lines(seed: str = "0", **texts: Any) -> Iterator[Line]:
    """pi; `texts` as in `steps`."""
    yield {"type": "session", "version": 3, "id": SESSION, "timestamp": stamp(0), "cwd": CWD}
    parent = None
    made = 0

    def line(step: Step, **message: Any) -> Line:
        nonlocal parent, made
        made += 1
        own = f"{made:08x}"
        before, parent = parent, own
        message["timestamp"] = step.number
        return {"type": "message", "id": own, "parentId": before, "timestamp": stamp(step.number), "message": message}

    def said(step: Step, *content: Line) -> Line:
        cost = {"input": 0.00001, "output": 0.003, "cacheRead": 0, "cacheWrite": 0.006, "total": 0.00901}
        usage = {"input": 3, "output": 191, "cacheRead": 0, "cacheWrite": 1684, "totalTokens": 1878, "cost": cost}
        origin = {
            "api": "anthropic-messages",
            "provider": "anthropic",
            "model": "claude-sonnet-4-5",
            "stopReason": "toolUse",
        }
        return line(step, role="assistant", content=list(content), usage=usage, **origin)

    for step in steps(seed, **texts):
        if step.kind == "ask":
            yield line(step, role="user", content=[{"type": "text", "text": step.text}])
        elif step.kind == "think":
            yield said(step, {"type": "thinking", "thinking": step.text, "thinkingSignature": opaque(step.number)})
        elif step.kind == "answer":
            yield said(step, {"type": "text", "text": step.text})
        else:
            name, given = call_of(step, edit="edit", read="read", run="bash")
            call = f"toolu_{step.number:024d}"
            yield said(step, {"type": "toolCall", "id": call, "name": name, "arguments": given})
            details = (
                {"details": {"diff": f"-1 {step.old}\n+1 {step.new}", "firstChangedLine": 1}}
                if step.kind == "edit"
                else {}
            )
            content = [{"type": "text", "text": step.text}]
            yield line(
                step, role="toolResult", toolCallId=call, toolName=name, content=content, isError=False, **details
            )


def gemini_lines(seed: str = "0") -> Iterator[Line]:
    """Gemini CLI: every answer twice, first without and then with its calls, and the result again as the next message."""
    yield {
        "sessionId": SESSION,
        "projectHash": "0a" * 32,
        "startTime": stamp(0),
        "lastUpdated": stamp(0),
        "kind": "main",
    }
    for step in steps(seed):
        common = {"id": uuid_of(f"{seed}{step.number}"), "timestamp": stamp(step.number)}
        tokens = {"input": 12_431, "output": 41, "cached": 9_790, "thoughts": 22, "tool": 0, "total": 12_494}
        answer = {
            **common,
            "type": "gemini",
            "content": "",
            "thoughts": [],
            "tokens": tokens,
            "model": "gemini-2.5-pro",
        }
        if step.kind == "ask":
            yield {**common, "type": "user", "content": [{"text": step.text}]}
        elif step.kind == "think":
            thought = {"subject": "What to do", "description": step.text, "timestamp": stamp(step.number)}
            yield {**answer, "thoughts": [thought]}
        elif step.kind == "answer":
            yield {**answer, "content": step.text}
        else:
            name, given = call_of(step, edit="replace", read="read_file", run="run_shell_command")
            call = f"{name}_{step.number}"
            response = [{"functionResponse": {"id": call, "name": name, "response": {"output": step.text}}}]
            state = {
                "status": "success",
                "timestamp": stamp(step.number),
                "resultDisplay": step.text,
                "displayName": name,
            }
            yield answer
            yield {**answer, "toolCalls": [{"id": call, "name": name, "args": given, "result": response, **state}]}
            yield {**common, "id": uuid_of(f"{seed}{step.number}r"), "type": "user", "content": response}
        yield {"$set": {"lastUpdated": stamp(step.number)}}


def cursor_lines(seed: str = "0") -> Iterator[Line]:
    """Cursor: no results, so the edits make most of it."""
    for step in steps(seed):
        if step.kind == "ask":
            block = {"type": "text", "text": f"<user_query>\n{step.text}\n</user_query>"}
        elif step.kind == "think":
            block = {"type": "thinking", "thinking": step.text}
        elif step.kind == "answer":
            block = {"type": "text", "text": step.text}
        else:
            name, given = call_of(step, edit="Write", read="Read", run="Shell")
            given |= {"contents": step.before[:3000]} if step.kind == "edit" else {}
            block = {"type": "tool_use", "name": name, "input": given}
        yield {"role": "user" if step.kind == "ask" else "assistant", "message": {"content": [block]}}


def _lines(lines: Callable[[], Iterator[Line]]) -> Callable[[Path, int], None]:
    return lambda path, size: written(path, lines(), size)


# agent and store -> file name, and who writes it
FILES: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "claude": (f"{SESSION}.jsonl", _lines(claude_lines)),
    "codex": (f"rollout-2026-02-01T00-00-00-{SESSION}.jsonl", _lines(codex_lines)),
    "pi": (f"2026-02-01T00-00-00-000Z_{SESSION}.jsonl", _lines(pi_lines)),
    "opencode export": ("bench.json", long_opencode.export),
    "opencode database": ("opencode.db", long_opencode.database),
    "gemini": ("session-2026-02-01T00-00-0b16b16b.jsonl", _lines(gemini_lines)),
    "cursor": (f"{SESSION}.jsonl", _lines(cursor_lines)),
    "pi, an emoji in every text": ("emoji.jsonl", _lines(lambda: pi_lines(foreign="\N{SLICE OF PIZZA}", share=1.0))),
}
