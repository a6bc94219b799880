"""One operation on one file: what a session observed and the file's state go in, the next state or why there is none comes out."""

from collections.abc import Sequence

from gittraj.model.operation import Chmod, Delete, Move, Observed, Operation, Patch, Replace, Write
from gittraj.replay.codex_patch import codex_patch
from gittraj.replay.exact import claude, mostly_crlf, plain, quick
from gittraj.replay.gemini import gemini
from gittraj.replay.opencode import opencode, opencode_patch
from gittraj.replay.pi import pi
from gittraj.replay.recorded import REDACTED, marked, masked, settled, texts
from gittraj.replay.rewrite import TOO_LARGE, deleted, written_anew
from gittraj.replay.spans import Applied, NotApplicable, Span, compose
from gittraj.replay.text import BOM, MAX_BYTES, crlf, decode, encode
from gittraj.replay.unified import unified

NO_FILE = NotApplicable("there is no such file")


def apply(observed: Observed, content: bytes | None, *, agent: str) -> Applied | NotApplicable:
    """What `observed` makes of a file with `content` (None: no such file), as the tools of `agent` do it.

    A recorded state after the operation wins over the operation, which then only tells which lines it kept. Whether the call
    was applied at all (`Observed.state`), and whether a recorded state before it agrees, is for the caller to judge.
    """
    operation, after = observed.operation, observed.after
    if after is not None and marked(after):
        after = None
    lost = observed.redacted or any(marked(text) for text in texts(operation))
    if content is not None and len(content) > MAX_BYTES:
        return NotApplicable("the file is too large")
    result = REDACTED if lost else _operate(operation, content, agent, observed.state)
    if after is not None and isinstance(operation, Write | Replace | Patch):
        if len(after) > MAX_BYTES:
            return TOO_LARGE
        moved = operation.move_to if isinstance(operation, Patch) else ""
        settled_result = settled(result, after, content)
        return settled_result._replace(moved_to=moved) if isinstance(settled_result, Applied) else settled_result
    if isinstance(result, NotApplicable) and masked(operation):
        return REDACTED
    return result


def apply_call(observed: Sequence[Observed], content: bytes | None, *, agent: str) -> Applied | NotApplicable:
    """What the operations of one call make of one file, all or none.

    Those with batch "original" are matched against the state before the call, others against what the one before left.
    """
    originals = [each.operation for each in observed if isinstance(each.operation, Replace)]
    if len(observed) > 1 and len(originals) == len(observed) and all(each.batch == "original" for each in originals):
        if content is None:
            return NO_FILE
        if any(each.redacted or any(marked(text) for text in texts(each.operation)) for each in observed):
            return REDACTED
        result = pi(content, originals)
        lost = isinstance(result, NotApplicable) and any(masked(operation) for operation in originals)
        return REDACTED if lost else result
    spans: list[tuple[Span, ...]] = []
    how, mode, moved_to = "exact", None, ""
    for each in observed:
        result = apply(each, content, agent=agent)
        if isinstance(result, NotApplicable):
            return result
        content = result.content
        spans.append(result.spans)
        how = "fuzzy" if result.how == "fuzzy" else how
        mode = mode if result.mode is None else result.mode
        moved_to = result.moved_to or moved_to
    return Applied(content, _composed(spans), how, mode, moved_to)


def _operate(operation: Operation, content: bytes | None, agent: str, state: str) -> Applied | NotApplicable:
    if isinstance(operation, Write):
        return _write(operation, content, agent)
    if content is None:
        return NO_FILE
    match operation:
        case Replace():
            return _replace(operation, content, agent)
        case Patch(dialect="unified"):
            return _moved(unified(content, operation.hunks), operation.move_to)
        case Patch():
            if agent == "opencode":
                return _moved(opencode_patch(content, operation.hunks), operation.move_to)
            # a Codex that recorded no exact diff of a finished call is one that had no rule for line ends yet
            keep = agent != "codex" or state != "applied"
            return _moved(codex_patch(content, operation.hunks, keep_line_ends=keep), operation.move_to)
        case Delete():
            return deleted(content)
        case Move():
            return Applied(content, (), "exact", moved_to=operation.to)
        case Chmod():
            return Applied(content, (), "exact", mode=operation.mode)


def _write(operation: Write, content: bytes | None, agent: str) -> Applied | NotApplicable:
    if operation.create and content:
        return NotApplicable("the file exists")
    if len(operation.content) > MAX_BYTES:
        return TOO_LARGE
    text = operation.content
    if content is not None and agent == "gemini-cli" and "\r\n" in decode(content):
        text = crlf(text)
    if content is not None and agent == "claude-code" and operation.path.endswith(".ipynb") and mostly_crlf(content):
        text = crlf(text)  # NotebookEdit, whose result is recorded with LF: it keeps the line ends of the file
    if content is not None and agent == "opencode" and content.startswith(encode(BOM)) and not text.startswith(BOM):
        text = BOM + text
    return written_anew(content, encode(text))


def _replace(operation: Replace, content: bytes, agent: str) -> Applied | NotApplicable:
    if operation.matching == "notebook":
        return NotApplicable("the tool writes the whole notebook anew, and its result was not recorded")
    found = quick(content, operation)
    if found is not None:
        return found
    if agent == "gemini-cli" or operation.matching == "gemini":
        return gemini(content, operation)
    if agent == "opencode" or operation.matching == "opencode":
        return opencode(content, operation)
    if agent == "pi" or operation.matching.startswith("pi-"):
        return pi(content, [operation])
    return claude(content, operation) if agent == "claude-code" else plain(content, operation)


def _moved(result: Applied | NotApplicable, target: str) -> Applied | NotApplicable:
    return result._replace(moved_to=target) if target and isinstance(result, Applied) else result


def _composed(spans: list[tuple[Span, ...]]) -> tuple[Span, ...]:
    """All of them as one change; by halves, so that many edits cost little more than few."""
    if len(spans) < 2:
        return spans[0] if spans else ()
    middle = len(spans) // 2
    return compose(_composed(spans[:middle]), _composed(spans[middle:]))
