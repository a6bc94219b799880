"""File states that a tool recorded: full texts before and after an edit go in, blob ids and what cannot be derived go out.

OpenCode up to 1.2 records the whole file before and after each edit; later only a display diff. The texts are not stored
again: a blob id proves a state, a text is kept only where neither an earlier operation nor this one gives it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from gittraj.agents.opencode.shape import first, listing, mapping, text
from gittraj.agents.patch_grammar import Section, parse
from gittraj.codec.digest import git_blob_id
from gittraj.errors import AgentError

WRITTEN = "written"  # a whole file by the `write` tool: nothing was recorded, later states are measured against it


class FileState(NamedTuple):
    """What one call did to one file. `expected`: the state before → the state after by the call's own words, None if unsure."""

    path: str
    kind: str
    before: str | None
    after: str | None
    moved: str
    diff: str
    expected: Callable[[str], str | None]


def recorded(tool: str, call_input: dict[str, Any], metadata: dict[str, Any]) -> list[FileState]:
    """The file states in a finished call's metadata, in order; [] where it has none."""
    single = mapping(metadata.get("filediff"))
    if single:
        return [_state(single, "update", _edits([call_input]), text(metadata.get("diff")))]
    results = [mapping(item) for item in listing(metadata.get("results"))]
    diffs = [mapping(item.get("filediff")) for item in results]
    if tool == "multiedit" and any(diffs):
        edits = [mapping(edit) for edit in listing(call_input.get("edits"))]
        pairs = zip(edits, diffs, results, strict=False)
        return [_state(diff, "update", _edits([edit]), text(item.get("diff"))) for edit, diff, item in pairs]
    files = [mapping(item) for item in listing(metadata.get("files"))]
    if files and any("filePath" in item or "file" in item for item in files):
        by_path = _sections(call_input)
        return [_state(item, text(item.get("type")), _patched(item, by_path), "") for item in files]
    content = call_input.get("content")
    if tool == "write" and isinstance(content, str):
        return [FileState(text(first(call_input, "filePath", "path")), WRITTEN, None, content, "", "", _unknown)]
    diff = metadata.get("diff")
    if isinstance(diff, str) and diff:
        return [FileState(text(first(call_input, "filePath", "path")), "update", None, None, "", diff, _unknown)]
    return []


def settle(states: Iterable[FileState], known: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The evidence to keep, a map per file; `known`: blob id per path as the session's operations left it (updated)."""
    for state in states:
        kept: dict[str, Any] = {"path": state.path, "kind": state.kind}
        if state.moved:
            kept["move-to"] = state.moved
        if state.before is not None and state.kind != "add":
            kept |= {"pre-blob": _blob(state.before), "pre-bytes": len(state.before.encode())}
            if known.get(state.path) != kept["pre-blob"]:
                kept["pre-state"] = state.before
        if state.after is not None and state.kind != "delete":
            kept |= {"post-blob": _blob(state.after), "post-bytes": len(state.after.encode())}
            if state.kind != WRITTEN and (state.before is None or state.expected(state.before) != state.after):
                kept["post-state"] = state.after
        if state.before is None and state.after is None and state.diff:
            kept["display-diff"] = state.diff
        _advance(known, kept)
        yield kept


def _advance(known: dict[str, str], kept: dict[str, Any]) -> None:
    """Note the state that a call left."""
    if "move-to" in kept:
        known.pop(kept["path"], None)
    target = kept.get("move-to", kept["path"])
    if "post-blob" in kept:
        known[target] = kept["post-blob"]
    else:
        known.pop(target, None)


def attach(entry: dict[str, Any], evidence: list[dict[str, Any]]) -> None:
    """Put the evidence on a result: that of one file on itself, that of several (a patch) into ``files``."""
    told = [kept for kept in evidence if kept["kind"] != WRITTEN]
    if len(told) == 1 and told[0]["kind"] == "update":
        entry |= {name: value for name, value in told[0].items() if name not in ("path", "kind")}
    elif told:
        entry["files"] = told


def exact_replace(before: str, old: str, new: str, everywhere: bool) -> str | None:
    """`before` with `old` replaced as every OpenCode does it; None where its loose matching has a say.

    With replaceAll, JavaScript expands ``$`` in `new` (edit.ts: ``content.replaceAll(search, newString)``).
    """
    if not old:
        return new
    if everywhere:
        return before.replace(old, new) if old in before and "$" not in new else None
    return before.replace(old, new) if before.count(old) == 1 else None


def exact_patch(before: str, body: str) -> str | None:
    """`before` after an update section whose chunks all match exactly; None where they do not."""
    lines = before.split("\n")
    final = bool(lines) and lines[-1] == ""
    if final:
        lines.pop()
    result: list[str] = []
    at = 0
    for context, old, new, at_end in _chunks(body):
        start = _seek(lines, [context], at) + 1 if context else at
        if not start and context:
            return None
        if not old:
            result += lines[at:] + new
            at = len(lines)
            continue
        hit = len(lines) - len(old) if at_end else _seek(lines, old, start)
        if hit < start or lines[hit : hit + len(old)] != old:
            return None
        result += lines[at:hit] + new
        at = hit + len(old)
    return "\n".join([*result, *lines[at:], ""])


def added(section: Section) -> str:
    """The text of an added file as OpenCode writes it: one newline at the end, where Codex keeps two."""
    body = section.body.removesuffix("\n")
    return body if not body or body.endswith("\n") else body + "\n"


def _chunks(body: str) -> Iterator[tuple[str, list[str], list[str], bool]]:
    context, old, new, at_end, open_chunk = "", [], [], False, False  # type: str, list[str], list[str], bool, bool
    for line in body.split("\n"):
        if line.startswith("@@"):
            if open_chunk:
                yield context, old, new, at_end
            context, old, new, at_end, open_chunk = line[2:].strip(), [], [], False, True
        elif line.strip() == "*** End of File":
            at_end = True
        elif line[:1] in (" ", "-", "+"):
            open_chunk = True
            if line[0] != "+":
                old.append(line[1:])
            if line[0] != "-":
                new.append(line[1:])
    if open_chunk:
        yield context, old, new, at_end


def _seek(lines: list[str], wanted: list[str], start: int) -> int:
    for at in range(start, len(lines) - len(wanted) + 1):
        if lines[at : at + len(wanted)] == wanted:
            return at
    return -1


def _state(item: dict[str, Any], kind: str, expected: Callable[[str], str | None], diff: str) -> FileState:
    before, after = item.get("before"), item.get("after")
    return FileState(
        text(first(item, "filePath", "file")),
        kind or "update",
        before if isinstance(before, str) else None,
        after if isinstance(after, str) else None,
        text(item.get("movePath")),
        diff or text(first(item, "patch", "diff")),
        expected,
    )


def _edits(edits: list[dict[str, Any]]) -> Callable[[str], str | None]:
    def expected(before: str) -> str | None:
        state: str | None = before
        for edit in edits:
            old, new = text(edit.get("oldString")), text(edit.get("newString"))
            state = exact_replace(state, old, new, edit.get("replaceAll") is True) if state is not None else None
        return state

    return expected


def _sections(call_input: dict[str, Any]) -> list[Section]:
    try:
        return parse(text(first(call_input, "patchText", "patch", "input")))
    except AgentError:
        return []


def _patched(item: dict[str, Any], sections: list[Section]) -> Callable[[str], str | None]:
    path = text(first(item, "filePath", "file"))
    for section in sections:
        if path == section.path or path.endswith("/" + section.path.lstrip("./")):
            body = section.body
            if section.kind == "add":
                return lambda _before: added(section)
            if section.kind == "update":
                return lambda before: exact_patch(before, body)
    return _unknown


def _unknown(_before: str) -> str | None:
    return None


def _blob(content: str) -> str:
    return git_blob_id(content.encode())
