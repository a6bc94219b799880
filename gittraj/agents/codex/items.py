"""The conversation of a rollout: `response_item` payloads go in, messages, reasoning, calls and results come out."""

import posixpath
from collections.abc import Iterator
from typing import Any

import msgspec

from gittraj.agents.codex import outcome
from gittraj.agents.codex.state import State, compact, mark
from gittraj.agents.shape import OddShapeError, digestible, items, mapping, shallow, text
from gittraj.model.entry import Entry

_INJECTED = (  # what Codex itself says in the user's name; newer versions mark it in `content_item_kinds`
    "<environment_context>", "<user_instructions>", "# AGENTS.md instructions", "<permissions instructions>",
    "<turn_aborted>", "<subagent_notification>", "<skill>", "<skills_instructions>",
)  # fmt: skip
_CALLS = {"web_search_call": "web_search", "local_shell_call": "local_shell", "tool_search_call": "tool_search"}


def entries(state: State, payload: dict[str, Any]) -> list[Entry] | None:
    """The entries for one item, None where its type is not known. Raises `OddShapeError`."""
    match text(payload.get("type")):
        case "message":
            return [_message(state, payload)]
        case "reasoning":
            return [_reasoning(state, payload)]
        case "function_call" | "custom_tool_call":
            return [_call(state, payload)]
        case "function_call_output" | "custom_tool_call_output" | "tool_search_output":
            return [_result(state, payload)]
        case "web_search_call" | "local_shell_call" | "tool_search_call" as kind:
            return [_provider_call(state, _CALLS[kind], payload)]
        case "image_generation_call":
            return _image(payload)
        case "additional_tools":
            return _tools(state, payload)
        case "agent_message":  # from one agent of the session to another
            return [{"type": "system-event", "event-type": "sub-agent", "data": {**payload, "kind": "agent_message"}}]
        case "" if "role" in payload and "content" in payload:
            return [_message(state, payload)]
        case "compaction" | "compaction_summary" | "context_compaction":
            state.compacted = state.line
            kept = {key: value for key, value in payload.items() if key != "internal_chat_message_metadata_passthrough"}
            return [{"type": "system-event", "event-type": "compaction", "data": kept}]
        case "ghost_snapshot":
            return [
                {"type": "system-event", "event-type": "file-snapshot", "data": mapping(payload.get("ghost_commit"))}
            ]
    return None


def _message(state: State, payload: dict[str, Any]) -> Entry:
    role = text(payload.get("role"))
    value = payload.get("content")
    parts = [{"type": "text", "text": value}] if isinstance(value, str) else [mapping(part) for part in items(value)]
    texts = [text(part.get("text")) for part in parts if "text" in part]
    content: Any = parts
    if len(texts) == len(parts) and len(parts) < 2:
        content = texts[0] if texts else ""
    elif len(texts) == len(parts):
        content = [{"type": "text", "text": each} for each in texts]
    if role not in ("user", "assistant"):
        if len(texts) == 1 and state.instructions == mark(texts[0]):
            content = compact(content)  # the base instructions again, which stand in the session's first entry
        return {"type": "system-event", "event-type": "meta", "data": {"role": role, "content": content}}
    state.remember(*texts, "".join(texts), "\n".join(texts))
    entry: Entry = {"type": role, "content": content}
    if payload.get("id"):
        entry["message-id"] = text(payload["id"])
    if role == "user" and _injected(payload, texts):
        entry["is-meta"] = True
    if role == "assistant":
        if state.model:
            entry["model-id"] = state.model
        if payload.get("phase"):
            entry["phase"] = text(payload["phase"])
    return entry


def _injected(payload: dict[str, Any], texts: list[str]) -> bool:
    passed = payload.get("internal_chat_message_metadata_passthrough")
    kinds = passed.get("content_item_kinds") if isinstance(passed, dict) else None
    if isinstance(kinds, list) and kinds:
        return not any(isinstance(kind, str) and kind.startswith("user") for kind in kinds)
    return bool(texts) and all(each.lstrip().startswith(_INJECTED) for each in texts)


def _reasoning(state: State, payload: dict[str, Any]) -> Entry:
    summary = [text(mapping(part).get("text")) for part in items(payload.get("summary"))]
    value = payload.get("content")
    content = [value] if isinstance(value, str) else [text(mapping(part).get("text")) for part in items(value)]
    state.remember(*summary, *content, "\n\n".join(summary), "\n".join(summary))
    entry: Entry = {"type": "reasoning", "content": "\n\n".join(summary + content)}
    if payload.get("encrypted_content"):
        entry["encrypted"] = text(payload["encrypted_content"])
    return entry


def _call(state: State, payload: dict[str, Any]) -> Entry:
    name = text(payload.get("name"))
    if payload.get("namespace"):
        name = f"{text(payload['namespace'])}.{name}"
    if not name:
        raise OddShapeError("a call without a name")
    given = payload.get("arguments") if "arguments" in payload else payload.get("input")
    call = text(payload.get("call_id") or payload.get("id"))
    return _opened(state, call, name, _decoded(given) if "arguments" in payload else given)


def _opened(state: State, call: str, name: str, given: Any) -> Entry:
    entry: Entry = {"type": "tool-call", "name": name, "input": given}
    if call:
        entry["call-id"] = call
        state.open[call] = {"name": name.rsplit(".", 1)[-1]}
    workdir = given.get("workdir") or given.get("working_directory") if isinstance(given, dict) else ""
    cwd = posixpath.join(state.cwd, workdir) if isinstance(workdir, str) and workdir else state.cwd
    if cwd:
        entry["cwd"] = cwd
    return entry


def _decoded(arguments: Any) -> Any:
    """The arguments, which the provider sends as JSON text; as they stand where they are none."""
    if not isinstance(arguments, str):
        return arguments
    try:
        value = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return arguments
    return value if isinstance(value, (dict, list)) and shallow(value) else arguments


def _result(state: State, payload: dict[str, Any]) -> Entry:
    if payload.get("type") == "tool_search_output":
        payload = {**payload, "output": payload.get("output", payload.get("tools"))}
    call = text(payload.get("call_id"))
    entry = outcome.result(payload, state.open.get(call, {}))
    state.open.pop(call, None)
    if call:
        entry["call-id"] = call
    return entry


def _provider_call(state: State, name: str, payload: dict[str, Any]) -> Entry:
    """A call whose arguments stand in `action` or `arguments`; web searches run at the provider and have no result here."""
    given = payload.get("action", payload.get("arguments"))
    entry = _opened(state, text(payload.get("call_id") or payload.get("id")), name, given)
    if name == "web_search":
        state.open.pop(entry.get("call-id", ""), None)
        if payload.get("status"):
            entry["status"] = text(payload["status"])
    return entry


def _image(payload: dict[str, Any]) -> list[Entry]:
    call = text(payload.get("id"))
    link = {"call-id": call} if call else {}
    status = text(payload.get("status"))
    return [
        {"type": "tool-call", "name": "image_generation", "input": {"prompt": payload.get("revised_prompt")}, **link},
        {
            "type": "tool-result",
            "output": payload.get("result"),
            "is-error": status == "failed",
            "status": status,
            **link,
        },
    ]


def _tools(state: State, payload: dict[str, Any]) -> list[Entry]:
    """Tool definitions (20 KB in code mode): their names, with a digest of the definitions."""
    tools = items(payload.get("tools"))
    values = {"names": list(_names(tools)), "definitions": compact(digestible(tools))}
    news = state.changed(values, "additional_tools")
    return (
        [{"type": "system-event", "event-type": "settings", "data": {"source": "additional_tools", **news}}]
        if news
        else []
    )


def _names(tools: list[Any]) -> Iterator[str]:
    for tool in tools:
        if isinstance(tool, dict):
            if isinstance(tool.get("name"), str):
                yield tool["name"]
            yield from _names(items(tool.get("tools")))
