"""The structured result beside a tool's output (`toolUseResult`): it goes in, what the output and the call do not say comes out.

Left out as told elsewhere: stdout, the content of a file read, old and new text of an edit (in the call), `structuredPatch` (for
display: tabs are rendered as spaces), `originalFile` (its blob id is kept; its text where the session itself does not give it).
"""

import re
from typing import Any

from gittraj.agents.claude.leftovers import unsaid
from gittraj.agents.claude.memory import Thread
from gittraj.agents.claude.numbered import plain
from gittraj.agents.shape import text
from gittraj.codec.digest import git_blob_id
from gittraj.model.entry import Entry

_STATES = ("originalFile", "originalFileContents", "original_file")
_EDIT = (*_STATES, "structuredPatch", "replaceAll", "updated_file", "new_source", "cell_type", "language", "cell_id")
_INPUT = ("oldString", "newString", "content", "edits")
_CUT = re.compile(r"\n\n\.\.\. \[\d+ lines truncated\] \.\.\.")
LARGEST = 1 << 28  # bytes a file may grow to by a replacement of every occurrence; a hostile one could fill the memory


def details(result: Any, entry: Entry, said: list[str], thread: Thread, blobs: dict[str, str]) -> dict[str, Any]:
    """What `result` adds to the tool-result `entry`, as members for it; `said`: texts of its output.

    Where the output is a file's lines with numbers, the file's text replaces it (see `plain`). `blobs`: blob id of each edited
    path as the session left it, "" where unknown; changed in place. Raises `OddShapeError` where the result nests too deep for a record.
    """
    if isinstance(result, str):
        plain_result = result.removeprefix("Error: ").strip()
        return {} if any(plain_result in told for told in said) else {"native": {"result": result}}
    if not isinstance(result, dict):
        left = unsaid({"result": result}, said)
        return {"native": left} if left else {}
    left = dict(result)
    members: dict[str, Any] = {}
    path = left.get("filePath")
    if isinstance(path, str) and ("newString" in left or "edits" in left or left.get("type") in ("create", "update")):
        members = _edited(left, path, blobs)
        del left["filePath"]
    elif isinstance(left.get("notebook_path"), str):
        path = text(left.pop("notebook_path"))
        if entry.get("is-error") is True:  # it has empty texts then, and the file is as it was
            left = {key: part for key, part in left.items() if key not in _EDIT}
        else:
            members = _edited(left, path, blobs)
    elif isinstance(left.get("file"), dict):
        left["file"] = dict(left["file"])
        members = plain(left, entry, thread)
        if members:
            said = [*said, members["output"]]
    else:
        _told(left, said)
    status = left.get("status")
    if isinstance(status, str):
        members["status"] = status
        del left["status"]
    native = unsaid(left, said)
    if native:
        members["native"] = native
    return members


def _told(left: dict[str, Any], said: list[str]) -> None:
    """Take away what the call's input or the output has in another form."""
    if isinstance(left.get("filenames"), list):
        for key in ("mode", "numFiles", "numLines", "numMatches"):
            left.pop(key, None)
        cut = _CUT.search(said[0]) if len(said) == 1 else None
        if cut and isinstance(left.get("content"), str) and left["content"].startswith(said[0][: cut.start()]):
            left["content-cut"] = left.pop("content")[cut.start() :]  # what the model was not shown
    elif isinstance(left.get("newTodos"), list):
        left.pop("newTodos")
        left.pop("oldTodos", None)
    elif "agentId" in left:
        left.pop("prompt", None)
    elif "answers" in left:
        left.pop("questions", None)


def _edited(left: dict[str, Any], path: str, blobs: dict[str, str]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    before = next((left[key] for key in _STATES if isinstance(left.get(key), str)), None)
    if before is not None:
        data = before.encode("utf-8", "surrogatepass")
        blob = git_blob_id(data)
        members["pre-blob"] = blob
        members["pre-bytes"] = len(data)
        if blobs.get(path) != blob:
            members["pre-state"] = before
    after = _after(left, before)
    blobs[path] = "" if after is None else git_blob_id(after.encode("utf-8", "surrogatepass"))
    if isinstance(left.get("updated_file"), str):
        members["post-state"] = left["updated_file"]
    if not left.get("userModified"):  # else the person's text stands only here
        for key in _INPUT:
            left.pop(key, None)
    for key in _EDIT:
        left.pop(key, None)
    return members


def _after(left: dict[str, Any], before: str | None) -> str | None:
    """The file's text after the edit, None where it does not follow from the record."""
    if isinstance(left.get("updated_file"), str):
        return text(left["updated_file"])
    if isinstance(left.get("content"), str):
        return text(left["content"])
    edits = left.get("edits")
    for edit in edits if isinstance(edits, list) else [left]:
        if not isinstance(edit, dict):
            return None
        old, new = (
            edit.get(name, edit.get(other))
            for name, other in (("oldString", "old_string"), ("newString", "new_string"))
        )
        if not isinstance(old, str) or not isinstance(new, str):
            return None
        if not old:
            before = new
        elif before is None:
            return None
        else:
            everywhere = edit.get("replaceAll", edit.get("replace_all")) is True
            if everywhere and before.count(old) * len(new) > LARGEST:
                return None
            before = before.replace(old, new, -1 if everywhere else 1)
    return before
