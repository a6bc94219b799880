"""OpenCode's tools that touch files: a call and its result go in, neutral file operations come out."""

from typing import Any

from gittraj.agents.opencode.evidence import added
from gittraj.agents.opencode.shape import first, listing, mapping, text
from gittraj.agents.patch_grammar import parse
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.operation import Delete, Observed, Operation, Patch, Replace, Write

_PATH = ("filePath", "file_path", "path")
_OLD = ("oldString", "old_string")
_NEW = ("newString", "new_string")
_ALL = ("replaceAll", "replace_all")
_PATCH = ("patchText", "patch", "input")
_PATCHES = ("apply_patch", "patch")


def operations(call: Entry, result: Entry | None) -> list[Observed]:
    """What the call did to files; [] for tools that touch none (a shell's effects are for others to judge)."""
    name, given = call.get("name"), mapping(call.get("input"))
    call_id = text(call.get("call-id"))
    state = _state(result)
    told = mapping(result)
    if name == "edit":
        return [_observed(_replace(given, given), call_id, state, told)]
    if name == "multiedit":
        edits = [mapping(edit) for edit in listing(given.get("edits"))]
        files = [mapping(item) for item in listing(told.get("files"))] or [{}] * len(edits)
        files = [told] if len(edits) == 1 else files
        return [
            _observed(_replace(edit, given), call_id, state, kept) for edit, kept in zip(edits, files, strict=False)
        ]
    if name == "write":
        write = Write(text(first(given, *_PATH)), text(first(given, "content", "contents")))
        return [Observed(write, call_id, state)]
    if name in _PATCHES:
        return _patch(given, call_id, state, told)
    return []


def edit_content(entry: Entry) -> list[tuple[str | int, ...]]:
    """See `gittraj.agents.interface.Agent`."""
    if entry.get("type") == "tool-result":
        states = [(name,) for name in ("pre-state", "post-state", "display-diff") if isinstance(entry.get(name), str)]
        files = listing(entry.get("files"))
        names = ("pre-state", "post-state", "display-diff")
        inner = [("files", at, name) for at, item in enumerate(files) for name in names if _is_text(item, name)]
        return [*states, *inner]
    if entry.get("type") != "tool-call":
        return []
    given = mapping(entry.get("input"))
    tool = entry.get("name")
    if tool == "edit":
        return [("input", name) for name in (*_OLD, *_NEW) if _is_text(given, name)]
    if tool == "multiedit":
        edits = enumerate(listing(given.get("edits")))
        return [("input", "edits", at, name) for at, edit in edits for name in (*_OLD, *_NEW) if _is_text(edit, name)]
    if tool == "write":
        return [("input", name) for name in ("content", "contents") if _is_text(given, name)]
    if tool in _PATCHES:
        return [("input", name) for name in _PATCH if _is_text(given, name)]
    return []


def _is_text(value: Any, name: str) -> bool:
    return isinstance(mapping(value).get(name), str)


def _state(result: Entry | None) -> str:
    if result is None:
        return "open"
    if not result.get("is-error"):
        return "applied"
    return "denied" if "rejected permission" in text(result.get("output")) else "failed"


def _replace(edit: dict[str, Any], given: dict[str, Any]) -> Operation:
    """An empty text to find means: this is the whole file."""
    path = text(first(edit, *_PATH)) or text(first(given, *_PATH))
    old, new = text(first(edit, *_OLD)), text(first(edit, *_NEW))
    if not old:
        return Write(path, new)
    return Replace(path, old, new, all=first(edit, *_ALL) is True, matching="opencode")


def _observed(operation: Operation, call_id: str, state: str, kept: dict[str, Any]) -> Observed:
    """A recorded state of the file after the call without its text means that the exact operation gave it."""
    before, after = kept.get("pre-state"), kept.get("post-state")
    exact = "post-blob" in kept and after is None
    if isinstance(operation, Replace) and exact:
        replaced = (operation.path, operation.old, operation.new, operation.all)
        operation = Replace(*replaced, matching="exact")
    evidence = "state" if after is not None else "diff" if exact or before is not None else "operation"
    if evidence == "operation" and isinstance(operation, Replace):
        evidence = "fuzzy"
    return Observed(operation, call_id, state, before=_text(before), after=_text(after), evidence=evidence)


def _patch(given: dict[str, Any], call_id: str, state: str, told: dict[str, Any]) -> list[Observed]:
    try:
        sections = parse(text(first(given, *_PATCH)))
    except AgentError:  # the tool refused it, so it changed nothing
        return []
    files = [mapping(item) for item in listing(told.get("files"))]
    found = []
    for section in sections:
        kept = next((item for item in files if _same(text(item.get("path")), section.path)), {})
        kept = told if not files and len(sections) == 1 else kept
        operation: Operation = Patch(section.path, section.body, "codex", section.move_to)
        if section.kind == "add":
            operation = Write(section.path, added(section), create=False)
        elif section.kind == "delete":
            operation = Delete(section.path)
        observed = _observed(operation, call_id, state, kept)
        fuzzy = section.kind == "update" and observed.evidence == "operation"
        found.append(
            Observed(
                operation, call_id, state, "", observed.before, observed.after, "fuzzy" if fuzzy else observed.evidence
            )
        )
    return found


def _same(recorded: str, named: str) -> bool:
    return recorded == named or recorded.endswith("/" + named.removeprefix("./"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
