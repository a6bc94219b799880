"""File states that Gemini records with an edit: the call and its display go in, what replay cannot derive itself comes out.

The display holds the whole file before and after (with LF line ends, whatever the file has on disk). Kept are the git blob ids
and sizes of both texts; a text itself only where it does not follow from what the session did before.
"""

from typing import Any

from gittraj.agents.gemini.state import State
from gittraj.agents.shape import text
from gittraj.codec.digest import git_blob_id


def states(state: State, name: str, arguments: dict[str, Any], display: dict[str, Any]) -> dict[str, Any]:
    """Keys for the result: `file-path`, `pre-blob`, `pre-bytes`, `post-blob`, `post-bytes`, and where needed `pre-state`, `post-state`.

    Raises `OddShapeError`.
    """
    before, after = text(display.get("originalContent")), text(display.get("newContent"))
    path = text(display.get("filePath")) or text(arguments.get("file_path"))
    kept: dict[str, Any] = {"file-path": path} if path else {}
    created = display.get("isNewFile") is True or display.get("originalContent") is None
    if created:
        kept["created"] = True
    else:
        kept["pre-blob"], kept["pre-bytes"] = _blob(before)
        if state.files.get(path) != kept["pre-blob"]:
            kept["pre-state"] = before
    kept["post-blob"], kept["post-bytes"] = _blob(after)
    if derived(name, arguments, before) != after:
        kept["post-state"] = after
    state.files[path] = kept["post-blob"]
    return kept


def derived(name: str, arguments: dict[str, Any], before: str) -> str | None:
    """The file after the call as its arguments say, without the tool's own fuzzy matching; None where they do not apply exactly."""
    if name == "write_file":
        content = arguments.get("content")
        return content.replace("\r\n", "\n") if isinstance(content, str) else None
    old, new = arguments.get("old_string"), arguments.get("new_string")
    if name != "replace" or not isinstance(old, str) or not isinstance(new, str):
        return None
    old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    if old == "":
        return new if before == "" else None
    count = before.count(old)
    if count == 1 or (count > 1 and many(arguments)):
        return before.replace(old, new)
    return None


def many(arguments: dict[str, Any]) -> bool:
    """Whether the call replaces every occurrence (`expected_replacements` until 0.30)."""
    expected = arguments.get("expected_replacements")
    return arguments.get("allow_multiple") is True or (isinstance(expected, int) and expected > 1)


def _blob(content: str) -> tuple[str, int]:
    data = content.encode("utf-8", "surrogatepass")
    return git_blob_id(data), len(data)
