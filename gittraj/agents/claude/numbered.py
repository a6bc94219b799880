"""Outputs that are a file's lines with numbers before them: such an output goes in, the file's text and how it was numbered come out.

The numbers take a fifth of what a session reads, and hide the text from who looks for it. Nothing is lost: the output is built again
here and must be the same to the last byte.
"""

import hashlib
from typing import Any

from gittraj.agents.claude.memory import Thread, remember
from gittraj.model.entry import Entry

_CLASSIC = "%6d→"
_FORMS = (_CLASSIC, "%d→", "%d\t", "%6d\t")  # printf forms of the number before a line, by version of Claude Code
_REMINDERS = 64
_SHORT = 64  # bytes; a reference to an earlier call costs as much


def plain(left: dict[str, Any], entry: Entry, thread: Thread) -> dict[str, Any]:
    """Members for `entry` where its output is the text of ``left["file"]`` with numbers, else {}; `left` loses what they tell.

    ``output``: the file's text. ``first-line``: number of its first line. ``number-form``: how lines were numbered, where not
    "%6d→". ``reminder``: what followed the last line, or ``reminder-of``: the call whose output has the same.
    ``total-lines``: of the file, where not all were read.
    """
    file, output = left["file"], entry.get("output")
    content, first = file.get("content"), file.get("startLine")
    if not (isinstance(content, str) and isinstance(output, str) and isinstance(first, int) and 0 <= first < 1 << 53):
        return {}
    form = next((each for each in _FORMS if output.startswith(each % first)), None)
    if form is None:
        return {}
    lines = content.split("\n")
    shown = "\n".join([form % number + line for number, line in enumerate(lines, first)])
    if not output.startswith(shown):
        return {}
    members: dict[str, Any] = {"output": content, "first-line": first}
    if form != _CLASSIC:
        members["number-form"] = form
    members.update(_reminder(output[len(shown) :], entry.get("call-id", ""), thread))
    if file.get("numLines") == len(lines):
        total = file.get("totalLines")
        if isinstance(total, int) and total != len(lines):
            members["total-lines"] = total
        for key in ("numLines", "totalLines"):
            file.pop(key, None)
    for key in ("filePath", "content", "startLine"):
        file.pop(key, None)
    if left.get("type") == "text":
        del left["type"]
    return members


def _reminder(rest: str, call: str, thread: Thread) -> dict[str, str]:
    if len(rest) < _SHORT:
        return {"reminder": rest} if rest else {}
    key = hashlib.blake2b(rest.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    earlier = thread.reminders.get(key)
    if earlier:
        return {"reminder-of": earlier}
    remember(thread.reminders, key, call, _REMINDERS)
    return {"reminder": rest}
