"""Messages of Claude Code: a decoded user or assistant line goes in, its entries come out (ids and places are added by `chain`)."""

import re
from typing import Any

from gittraj.agents.claude.leftovers import lean
from gittraj.agents.claude.memory import LINKS, MESSAGES, SIDE_MESSAGES, Memory, Running, Thread, remember
from gittraj.agents.claude.results import details
from gittraj.agents.claude.usage import added
from gittraj.agents.shape import OddShapeError, items, mapping, shallow, text
from gittraj.model.entry import Entry

SYNTHETIC = "<synthetic>"  # the "model" of messages that Claude Code itself writes, of errors for instance
_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
_DIRECT = {"type": "direct"}  # `caller` of a call that the model made itself
_MESSAGE = frozenset(("id", "model", "content", "usage", "stop_reason", "stop_sequence", "role", "type"))
_EXIT = re.compile(r"(?:Error: )?Exit code (\d{1,9})(?:\n|$)")


def unknown(raw: Any) -> Entry:
    """The event for an item that is not understood. Raises `OddShapeError` where it nests too deep to be kept as it is."""
    if not shallow(raw):
        raise OddShapeError("nested too deep")
    return {"type": "system-event", "event-type": "unknown", "data": {"raw": raw}}


def assistant(line: dict[str, Any], thread: Thread, memory: Memory, side: bool) -> list[Entry]:
    """Entries of an assistant line: one per block. Raises `OddShapeError` where it is no message."""
    message = mapping(line.get("message"))
    content = message.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else items(content)
    entries = [_spoken(block) for block in blocks] or [{"type": "assistant", "content": ""}]
    identity, model = text(message.get("id")), text(message.get("model"))
    counted = memory.counted_side if side else memory.counted
    first = not identity or identity not in counted
    if identity:
        remember(counted, identity, counted.get(identity, {}), SIDE_MESSAGES if side else MESSAGES)
    for entry in entries:
        if entry["type"] == "tool-call" and "call-id" in entry:
            remember(memory.running, entry["call-id"], Running(), LINKS)
    head = entries[0]
    if model:
        for entry in entries:
            if entry["type"] == "assistant" or (first and entry is head):
                entry["model-id"] = model
    try:
        usage = added(message.get("usage"), counted.get(identity, {}))
        if usage:
            head["token-usage"] = usage
    except OddShapeError:
        head["native-usage"] = unknown(message["usage"])["data"]["raw"]
    for name, key in (("stop_reason", "stop-reason"), ("stop_sequence", "stop-sequence")):
        if message.get(name) is not None:
            entries[-1][key] = text(message[name])
    left = lean({key: value for key, value in message.items() if key not in _MESSAGE})
    if left:
        head["native-message"] = left
    if line.get("isApiErrorMessage") is True:
        head["is-api-error"] = True
    changed = not side and model and model != SYNTHETIC and thread.model and model != thread.model
    if changed:
        entries.insert(
            0, {"type": "system-event", "event-type": "model-change", "data": {"from": thread.model, "to": model}}
        )
    if model and model != SYNTHETIC:
        thread.model = model
    return entries


def _spoken(block: Any) -> Entry:
    """The entry of one block of an assistant message."""
    if isinstance(block, dict):
        kind = block.get("type")
        if kind == "text" and isinstance(block.get("text"), str):
            return _with({"type": "assistant", "content": block["text"]}, block, "text")
        if kind == "thinking" and isinstance(block.get("thinking"), str):
            entry: Entry = {"type": "reasoning", "content": block["thinking"]}
            if not entry["content"] and isinstance(block.get("signature"), str):
                entry["encrypted"] = block["signature"]
            return _with(entry, block, "thinking", "signature")
        if kind == "redacted_thinking" and isinstance(block.get("data"), str):
            return _with({"type": "reasoning", "content": "", "encrypted": block["data"]}, block, "data")
        if kind in _CALLS and isinstance(block.get("name"), str) and isinstance(block.get("id", ""), str):
            given = block.get("input")
            if shallow(given):
                entry = {"type": "tool-call", "name": block["name"], "input": given}
                if "id" in block:
                    entry["call-id"] = block["id"]
                if kind != "tool_use":
                    entry["kind"] = kind
                if block.get("caller") == _DIRECT:
                    return _with(entry, block, "name", "id", "input", "caller")
                return _with(entry, block, "name", "id", "input")
        if isinstance(kind, str) and kind.endswith("_tool_result") and isinstance(block.get("tool_use_id"), str):
            return _result(block, kind)
        if kind in ("image", "document") and shallow(block):
            return {"type": "assistant", "content": [block]}
        if kind == "fallback" and shallow(block):  # another model answers in place of the one asked
            return {"type": "system-event", "event-type": "meta", "data": {**block, "kind": kind}}
    return unknown(block)


def user(line: dict[str, Any], thread: Thread, memory: Memory) -> list[Entry]:
    """Entries of a user line: the results it carries, and one for its text and images. Raises `OddShapeError` where it is no message."""
    content = mapping(line.get("message")).get("content")
    if isinstance(content, str):
        entries: list[Entry] = [{"type": "user", "content": content}]
    else:
        entries = _blocks(items(content))
    results = [entry for entry in entries if entry["type"] == "tool-result"]
    if line.get("toolUseResult") is not None:
        said = [told for entry in results for told in _texts(entry["output"])]
        target = results[0] if results else entries[0]
        members = details(line["toolUseResult"], target, said, thread, (thread if thread.apart else memory.main).blobs)
        if "native" in target and "native" in members:
            members["native"] = {**target["native"], **members["native"]}
        target.update(members)
    for entry in results:
        running = memory.running.pop(entry.get("call-id", ""), None)
        if running and running.lines:
            entry["progress-lines"] = running.lines
        if running and running.hooks:
            entry["hooks"] = running.hooks
    for entry in entries:
        if entry["type"] == "user":
            if line.get("isMeta") is True:
                entry["is-meta"] = True
            if line.get("isCompactSummary") is True:
                entry["is-compact-summary"] = True
    return entries


def _blocks(blocks: list[Any]) -> list[Entry]:
    entries: list[Entry] = []
    said: list[Any] = []
    for block in blocks:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "tool_result" and isinstance(block.get("tool_use_id", ""), str):
            entries.append(_result(block, ""))
        elif (kind == "text" and isinstance(block.get("text"), str)) or (
            kind in ("image", "document") and shallow(block)
        ):
            if not said:
                entries.append({"type": "user", "content": said})
            said.append(block)
        else:
            entries.append(unknown(block))
    for entry in entries:
        if entry.get("content") is said:
            entry["content"] = _plain(said)
    return entries or [{"type": "system-event", "event-type": "meta", "data": {"kind": "empty-message"}}]


def _result(block: dict[str, Any], kind: str) -> Entry:
    output = block.get("content")
    if not shallow(output):
        raise OddShapeError("nested too deep")
    if isinstance(output, list):
        output = _plain(output)
    failed = block.get("is_error") is True
    entry: Entry = {
        "type": "tool-result",
        "output": "" if output is None else output,
        "is-error": failed,
    }
    if "tool_use_id" in block:
        entry["call-id"] = block["tool_use_id"]
    if kind:
        entry["kind"] = kind
    if failed and isinstance(output, str) and (told := _EXIT.match(output)):
        entry["exit-code"] = int(told[1])
    if isinstance(block.get("is_error", False), bool):
        return _with(entry, block, "tool_use_id", "content", "is_error")
    return _with(entry, block, "tool_use_id", "content")


def _plain(blocks: list[Any]) -> Any:
    """The text where there is one block and it is nothing but text, else the blocks."""
    if (
        len(blocks) == 1
        and isinstance(blocks[0], dict)
        and blocks[0].keys() == {"type", "text"}
        and blocks[0]["type"] == "text"
    ):
        return blocks[0]["text"]
    return blocks


def _texts(output: Any) -> list[str]:
    """The texts (and base64 data) of an output."""
    if isinstance(output, str):
        return [output]
    found: list[str] = []
    for block in output if isinstance(output, list) else []:
        if isinstance(block, dict):
            source = block.get("source")
            of = (block.get("text"), source.get("data") if isinstance(source, dict) else None)
            found.extend(each for each in of if isinstance(each, str))
    return found


def _with(entry: Entry, block: dict[str, Any], *known: str) -> Entry:
    """`entry` with what else the block says."""
    if len(block) > len(known) + 1:
        left = lean({key: value for key, value in block.items() if key != "type" and key not in known})
        if left:
            entry["native"] = left
    return entry
