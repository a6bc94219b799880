"""Patches: Codex's language as Codex and OpenCode apply it, and recorded unified diffs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.model.operation import Observed, Patch
from gittraj.replay.apply import apply
from gittraj.replay.spans import Applied, NotApplicable, diff_spans, lines
from tests.replay.laws import check, done

names = st.lists(st.sampled_from(["a", "b", "c", "", "  d", "é"]), max_size=10)


def run(
    body: str, content: bytes | None, agent: str = "codex", *, dialect: str = "codex", state: str = "open", to: str = ""
) -> Applied | NotApplicable:
    result = apply(Observed(Patch("f", body, dialect, to), "call", state), content, agent=agent)
    check(content, result)
    return result


def patch_of(old: list[str], new: list[str], context: int) -> str:
    """The chunks that a model would write for a change of `old` into `new`, with so many lines of context."""
    rows: list[str] = []
    spans = diff_spans("".join(f"{line}\n" for line in old).encode(), "".join(f"{line}\n" for line in new).encode())
    for number, (old_start, old_end, new_start, new_end) in enumerate(spans):
        before = spans[number - 1].old_end if number else 0
        after = spans[number + 1].old_start if number + 1 < len(spans) else len(old)
        first = max(before, old_start - context)
        rows += ["@@", *(f" {line}" for line in old[first:old_start])]
        rows += [f"-{line}" for line in old[old_start:old_end]] + [f"+{line}" for line in new[new_start:new_end]]
        # context behind a chunk belongs to it, so the next one may not need it
        behind = old[old_end : min(after, old_end + (context if number + 1 == len(spans) else 0))]
        rows += [f" {line}" for line in behind]
    return "\n".join(rows)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=12),
    st.data(),
    st.sampled_from(["codex", "opencode"]),
)
def test_a_patch_of_a_random_change_gives_the_change(numbers: list[int], data: st.DataObject, agent: str) -> None:
    old = [f"line {number}" for number in numbers]
    keep = data.draw(st.lists(st.sampled_from(["keep", "drop", "new"]), min_size=len(old), max_size=len(old)))
    pairs = zip(old, keep, strict=True)
    new = [
        row for line, what in pairs for row in ([line] if what == "keep" else ["new", line] if what == "new" else [])
    ]
    content = "".join(f"{line}\n" for line in old).encode()
    body = patch_of(old, new, 3)
    if new == old or any(row == "@@\n+new" for row in body.split("@@ ")):
        return
    chunks = body.split("@@")[1:]
    if any("\n " not in chunk and "\n-" not in chunk for chunk in chunks):
        return  # a chunk without old lines goes to the end of the file: tested below
    result = run(body, content, agent)
    assert done(result) == "".join(f"{line}\n" for line in new).encode()


def test_a_chunk_without_old_lines_goes_to_the_end() -> None:
    assert done(run("@@\n+z", b"a\nb")) == b"a\nb\nz\n"
    assert done(run("@@\n+z", b"a\n\n")) == b"a\nz\n\n"  # before a blank last line
    assert done(run("@@\n+z", b"a\n\n", "opencode")) == b"a\n\nz\n"


def test_a_context_line_says_where_to_look() -> None:
    content = b"def a():\n  pass\ndef b():\n  pass\n"
    assert done(run("@@ def b():\n-  pass\n+  go()", content)) == b"def a():\n  pass\ndef b():\n  go()\n"
    assert isinstance(run("@@ def c():\n-  pass\n+  go()", content), NotApplicable)


def test_the_end_of_the_file_can_be_asked_for() -> None:
    assert done(run("@@\n-a\n+z\n*** End of File", b"a\nb\na\n")) == b"a\nb\nz\n"
    assert done(run("@@\n-a\n+z", b"a\nb\na\n")) == b"z\nb\na\n"


def test_the_first_chunk_may_begin_without_a_mark_and_blank_rows_between_chunks_do_not_count() -> None:
    assert done(run(" a\n-b\n+c", b"a\nb\n")) == b"a\nc\n"
    assert done(run("\n@@\n-b\n+c", b"a\nb\n")) == b"a\nc\n"
    assert isinstance(run("@@\n-b\n+c\nrubbish", b"a\nb\n"), NotApplicable)
    assert isinstance(run("@@", b"a\n"), NotApplicable)
    assert isinstance(run("", b"a\n"), NotApplicable)


def test_lines_match_loosely_and_are_then_written_as_the_patch_has_them() -> None:
    for content in (b"a  \nb\n", b"  a\nb\n", "a\u00a0\nb\n".encode()):
        result = run("@@\n a\n-b\n+c", content)
        assert done(result) == b"a\nc\n"
        assert isinstance(result, Applied) and result.how == "fuzzy"
    assert done(run("@@\n-x - 'y'\n+z", "x \u2013 \u2019y\u2019\n".encode())) == b"z\n"
    assert done(run("@@\n-x...\n+z", "x\u2026\n".encode(), "opencode")) == b"z\n"
    assert isinstance(run("@@\n-x...\n+z", "x\u2026\n".encode()), NotApplicable)


def test_an_exact_place_further_down_wins_over_a_loose_one() -> None:
    assert done(run("@@\n-a\n+z", b" a\na\n")) == b" a\nz\n"


def test_a_trailing_empty_row_stands_for_the_final_newline() -> None:
    assert done(run("@@\n a\n-b\n+c\n ", b"a\nb\n")) == b"a\nc\n"


def test_a_missing_final_newline_is_added() -> None:
    result = run("@@\n-a\n+x", b"a\nb")
    assert done(result) == b"x\nb\n"


def test_line_ends_newer_codex_keeps_older_and_opencode_do_not() -> None:
    windows = b"a\r\nb\r\nc\r\n"
    assert done(run("@@\n a\n-b\n+x", windows)) == b"a\r\nx\r\nc\r\n"
    assert done(run("@@\n a\n-b\n+x", windows, state="applied")) == b"a\nx\nc\r\n"
    assert done(run("@@\n a\n-b\n+x", windows, "opencode", state="applied")) == b"a\nx\nc\r\n"
    assert done(run("@@\n-b\n+x", b"a\nb\r\nc", "cursor")) == b"a\nx\nc\n"
    assert done(run("@@\n-a\n+x", b"a\n\n", state="applied")) == b"x\n"  # an older Codex loses a blank last line
    assert done(run("@@\n-a\n+x", b"a\n\n")) == b"x\n\n"


def test_a_patch_can_move_the_file() -> None:
    result = run("@@\n-a\n+b", b"a\n", to="g")
    assert isinstance(result, Applied) and (result.content, result.moved_to) == (b"b\n", "g")


def test_half_a_surrogate_pair_in_a_patch_becomes_a_replacement_character() -> None:
    assert done(run("@@\n-a\n+\ud800", b"a\n")) == "\ufffd\n".encode()
    assert done(run("@@\n-a\n+\ud800", b"a\n", "opencode")) == "\ufffd\n".encode()


def test_codex_refuses_what_is_not_utf_8() -> None:
    assert isinstance(run("@@\n-a\n+b", b"a\n\xff\n"), NotApplicable)


def test_opencode_s_port_has_its_own_ways() -> None:
    assert done(run("lost\n@@\n-a\n+b\n*** End of File\n@@\n-c\n+d", b"a\nc\n", "opencode")) == b"b\nc\n"
    assert done(run("@@\n-a\n+b", b"\xef\xbb\xbfa\n", "opencode")) == b"\xef\xbb\xbfb\n"


def unified_of(old: bytes, new: bytes, context: int = 1) -> str:
    """A unified diff with a hunk for each changed range."""
    before, after = lines(old), lines(new)
    rows: list[bytes] = []
    spans = diff_spans(old, new)
    for number, (old_start, old_end, new_start, new_end) in enumerate(spans):
        room = old_start - (spans[number - 1].old_end if number else 0)
        lead = min(context, room) if number == 0 else 0
        tail = min(context, (spans[number + 1].old_start if number + 1 < len(spans) else len(before)) - old_end)
        olds, news = old_end + tail - old_start + lead, new_end + tail - new_start + lead
        first_old = old_start - lead + (1 if olds else 0)
        first_new = new_start - lead + (1 if news else 0)
        rows.append(b"@@ -%d,%d +%d,%d @@\n" % (first_old, olds, first_new, news))
        for sign, part in (
            (b" ", before[old_start - lead : old_start]),
            (b"-", before[old_start:old_end]),
            (b"+", after[new_start:new_end]),
            (b" ", before[old_end : old_end + tail]),
        ):
            for line in part:
                rows.append(sign + line + (b"" if line.endswith(b"\n") else b"\n\\ No newline at end of file\n"))
    return b"".join(rows).decode()


@settings(max_examples=500, deadline=None)
@given(names, names, st.booleans(), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_a_recorded_diff_gives_the_recorded_change(
    old: list[str], new: list[str], old_end: bool, new_end: bool, end: str
) -> None:
    before, after = end.join(old) + end * old_end, end.join(new) + end * new_end
    body = unified_of(before.encode(), after.encode())
    result = run(body, before.encode(), dialect="unified", state="applied")
    assert done(result) == after.encode()


@settings(max_examples=200, deadline=None)
@given(names, names, names)
def test_a_recorded_diff_applies_to_nothing_else(old: list[str], new: list[str], other: list[str]) -> None:
    before, after, there = ("".join(f"{row}\n" for row in rows).encode() for rows in (old, new, other))
    result = run(unified_of(before, after, 100), there, dialect="unified", state="applied")
    if before != after and before and isinstance(result, Applied):
        assert diff_spans(before, after)
        assert lines(there)[: len(lines(before))] == lines(before)


def test_a_malformed_diff_is_refused() -> None:
    for body in (
        "rubbish",
        "@@ -1 +1 @@",
        "@@ -1,2 +1 @@\n-a\n+b\n",
        "@@ -1 +1 @@\n-a\n+b\n+c\n",
        "@@ -9 +9 @@\n-a\n+b\n",
        "@@ -1 +1 @@\n\\ No newline at end of file\n-a\n+b\n",
        "@@ -99999999999 +1 @@\n-a\n+b\n",
        "@@ -1 +1 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n",
    ):
        assert isinstance(run(body, b"a\n", dialect="unified"), NotApplicable), body
    assert done(run("--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b", b"a\n", dialect="unified")) == b"b\n"
