"""The interpreter against bash itself: whatever it claims to be certain is what bash made of the files."""

import os
import posixpath
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings, target
from hypothesis import strategies as st

from gittraj.replay.shell.interpret import ShellWrite, Uncertain, interpret
from tests.replay import shell_lines

EXAMPLES = int(os.environ.get("SHELL_EXAMPLES", "350"))
pytestmark = pytest.mark.skipif(not Path("/bin/bash").exists(), reason="no bash to compare with")


def listing(root: str) -> "st.Callable":
    folders: dict[str, set[str]] = {root: set()}
    for name in shell_lines.START:
        at = root
        *above, last = name.split("/")
        for part in above:
            folders[at].add(part + "/")
            at += "/" + part
            folders.setdefault(at, set())
        folders[at].add(last)
    return lambda folder: folders.get(folder)


def applied(writes: "list[ShellWrite] | tuple[ShellWrite, ...]", root: str) -> tuple[dict[str, bytes], set[str]]:
    contents = dict(shell_lines.START)
    executable = set(shell_lines.EXECUTABLE)
    for write in writes:
        path = posixpath.relpath(write.path, root)
        source = posixpath.relpath(write.moved_from or write.mode_from or write.path, root)
        bit = source in executable if write.moved_from or write.mode_from else path in executable
        if write.mode is not None:
            bit = bool(write.mode & 0o100)
        if write.moved_from:
            contents.pop(source, None)
            executable.discard(source)
        executable.discard(path)
        if write.content is None:
            contents.pop(path, None)
        else:
            contents[path] = write.content
            if bit:
                executable.add(path)
    return contents, executable


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(shell_lines.lines, st.booleans(), st.booleans(), st.sampled_from(["C.UTF-8", "C"]))
def test_what_is_certain_is_what_bash_made(line: str, knows_exit: bool, lists: bool, locale: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = str(Path(name).resolve() / "some" / "where" / "deep" / "repository")  # ``cd ..`` stays in our folder
        shell_lines.lay_out(Path(root))
        code = shell_lines.really(line, Path(root), locale)
        contents, executable = shell_lines.found(Path(root))
    result = interpret(
        line, root, lambda path: shell_lines.START.get(posixpath.relpath(path, root)),
        exit_code=code if knows_exit else None, listing=listing(root) if lists else None, root=root,
    )  # fmt: skip
    if isinstance(result, Uncertain):
        event("uncertain: " + ("anything" if result.unknown else "some files"))
        if result.unknown:
            return
        open_files = {posixpath.relpath(path, root) for path in result.named}
        claimed, bits = applied(result.certain, root)
    else:
        event("certain: " + ("writes" if result else "nothing"))
        open_files = set()
        claimed, bits = applied(result, root)
    differing = {path for path in {*claimed, *contents} if claimed.get(path) != contents.get(path)} - open_files
    differing = {path for path in differing if not path.startswith("../")}
    assert not differing, (result, code, {path: (claimed.get(path), contents.get(path)) for path in differing})
    assert {path for path in (bits ^ executable) - open_files if not path.startswith("../")} == set(), (result, code)
    target(float(not isinstance(result, Uncertain)))
