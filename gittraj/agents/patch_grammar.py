"""The patch language of `apply_patch` (Codex, OpenCode, Cursor): a patch text goes in, one section per file comes out.

Grammar: openai/codex, codex-rs/apply-patch/src/parser.rs. Only taken apart here: where a chunk matches is the replay's question.
"""

from typing import NamedTuple

from gittraj.errors import AgentError

BEGIN = "*** Begin Patch"
END = "*** End Patch"
_ADD = "*** Add File: "
_DELETE = "*** Delete File: "
_UPDATE = "*** Update File: "
_MOVE = "*** Move to: "
_END_OF_FILE = "*** End of File"
_PREAMBLE = "*** Environment ID: "
_HEREDOCS = ("<<EOF", "<<'EOF'", '<<"EOF"')


class Section(NamedTuple):
    """What a patch does to one file.

    `kind`: "add", "update" or "delete". `move_to`: the new path of an update that moves, else "". `body`: for "add" the new
    file's text (each line with a newline after it), for "update" the lines of its chunks as they stand (joined by newlines,
    carriage returns kept), for "delete" "".
    """

    kind: str
    path: str
    move_to: str = ""
    body: str = ""


def parse(text: str) -> list[Section]:
    """The sections of a patch in their order.

    Raises `AgentError` where the text is not a patch: the tool refuses such a text as a whole, so it changed nothing.
    """
    lines = _envelope(text)
    sections: list[Section] = []
    at = 1 if lines and lines[0].strip().startswith(_PREAMBLE) else 0
    while at < len(lines):
        header = lines[at].strip()
        at += 1
        if header.startswith(_ADD):
            start = at
            while at < len(lines) and lines[at].startswith("+"):
                at += 1
            body = "".join(line.removesuffix("\r")[1:] + "\n" for line in lines[start:at])
            sections.append(Section("add", header[len(_ADD) :], body=body))
        elif header.startswith(_DELETE):
            sections.append(Section("delete", header[len(_DELETE) :]))
        elif header.startswith(_UPDATE):
            move = ""
            if at < len(lines) and lines[at].startswith(_MOVE):
                move = lines[at][len(_MOVE) :].strip()
                at += 1
            start = at
            while at < len(lines) and _in_update(lines[at]):
                at += 1
            sections.append(Section("update", header[len(_UPDATE) :], move, "\n".join(lines[start:at])))
        elif header:
            raise AgentError(f"not a patch: no file section begins with {header[:80]!r}")
    return sections


def _in_update(line: str) -> bool:
    return not line.startswith("***") or line.strip() == _END_OF_FILE


def _envelope(text: str) -> list[str]:
    """The lines between the markers, a heredoc around them taken off (as the tool does for models that quote it twice)."""
    lines = text.strip().split("\n")
    if len(lines) >= 4 and lines[0].strip() in _HEREDOCS and lines[-1].endswith("EOF"):
        lines = lines[1:-1]
    if len(lines) < 2 or lines[0].strip() != BEGIN or lines[-1].strip() != END:
        raise AgentError("not a patch: it does not stand between *** Begin Patch and *** End Patch")
    return lines[1:-1]
