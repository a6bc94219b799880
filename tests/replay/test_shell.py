"""What the text of a shell command makes certain, what it does not, and that nothing in it can hurt."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.replay.shell.interpret import ShellWrite, Uncertain, interpret
from tests.replay import shell_lines

FILES = {
    "/r/a.py": b"old = 1\nprint(old)\n",
    "/r/d/b.txt": b"one\r\ntwo\r\n",
    "/r/run.sh": b"#!/bin/sh\n",
    "/r/uni.txt": "grüße\n".encode(),
}
FOLDERS = {"/r": ["a.py", "d/", "run.sh", "uni.txt"], "/r/d": ["b.txt"]}


def run(command: str, *, code: int | None = 0, cwd: str = "/r", **more: object) -> list[ShellWrite] | Uncertain:
    return interpret(command, cwd, FILES.get, exit_code=code, listing=FOLDERS.get, root="/r", **more)  # type: ignore[arg-type]


def certain(command: str, **more: object) -> dict[str, bytes | None]:
    result = run(command, **more)  # type: ignore[arg-type]
    assert not isinstance(result, Uncertain), result
    return {write.path: write.content for write in result}


def uncertain(command: str, **more: object) -> Uncertain:
    result = run(command, **more)  # type: ignore[arg-type]
    assert isinstance(result, Uncertain), result
    return result


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        ("cat > n.md <<'EOF'\n# $x `y`\nEOF", {"/r/n.md": b"# $x `y`\n"}),
        ("cat <<EOF >> a.py\nplain\nEOF", {"/r/a.py": b"old = 1\nprint(old)\nplain\n"}),
        ("NAME=dana\ncat > n.md <<EOF\nby $NAME\nEOF", {"/r/n.md": b"by dana\n"}),
        ("cat > n.md <<-'EOF'\n\tone\n\tEOF", {"/r/n.md": b"one\n"}),
        ("printf '%s\\n' one two > n.md", {"/r/n.md": b"one\ntwo\n"}),
        ("echo -e 'a\\tb' | tee n.md", {"/r/n.md": b"a\tb\n"}),
        ("sed -i 's/old/new/g' a.py", {"/r/a.py": b"new = 1\nprint(new)\n"}),
        ("sed -i -e '1d' -e 's/print(\\(.*\\))/show(\\1)/' a.py", {"/r/a.py": b"show(old)\n"}),
        ("sed -i 's/$/!/' d/b.txt", {"/r/d/b.txt": b"one\r!\ntwo\r!\n"}),
        ("perl -pi -e 's/old/new/' a.py", {"/r/a.py": b"new = 1\nprint(new)\n"}),
        ("perl -0pi -e 's/1\\nprint/2\\nshow/' a.py", {"/r/a.py": b"old = 2\nshow(old)\n"}),
        ("rm -rf d", {"/r/d/b.txt": None}),
        ("rm *.py", {"/r/a.py": None}),
        ("cp a.py d/", {"/r/d/a.py": FILES["/r/a.py"]}),
        ("sed s/old/new/ a.py > t && mv t a.py", {"/r/t": b"new = 1\nprint(new)\n", "/r/a.py": b"new = 1\nprint(new)\n"}),
        ("for f in x y; do echo $f > $f.txt; done", {"/r/x.txt": b"x\n", "/r/y.txt": b"y\n"}),
        ("bash -lc 'cd d && : > b.txt'", {"/r/d/b.txt": b""}),
        ("mkdir -p q/w && (cd q/w && touch e)", {"/r/q/w/e": b""}),
        ("{ echo a; echo b; } > n.md 2>&1", {"/r/n.md": b"a\nb\n"}),
        ("python3 -m unittest && git add -A && git commit -m \"$(cat <<'EOF'\nSubject (#1)\nEOF\n)\"", {}),
        ("pytest -q 2>&1 | tail -5; git status --short | head", {}),
        ("grep -rn 'x' . | wc -l || true", {}),
        ("find . -name '*.py' -exec grep -l old {} \\; | xargs wc -l", {}),
        ("ls $UNKNOWN; git log --format='%h' > /dev/null", {}),
        ("mkdir -p ~/.cache/x; echo hi > /tmp/elsewhere", {"/tmp/elsewhere": b"hi\n"}),
    ],
)  # fmt: skip
def test_what_the_text_makes_certain(command: str, outcome: dict[str, bytes | None]) -> None:
    assert certain(command) == outcome


@pytest.mark.parametrize(
    "command",
    [
        "python3 gen.py > a.py", "make", "npm run build", "git checkout main", "git stash", "git pull", "sudo rm a.py", "eval 'rm a.py'", "source x.sh", "x() { rm a.py; }", "$CMD a.py",
        "find . -name '*.py' -delete", "find . -exec sed -i s/a/b/ {} +", "ls | xargs rm", "git ls-files | xargs sed -i s/a/b/", "awk '{print > \"a.py\"}' run.sh", "perl -e 'unlink \"a.py\"'",
        "perl -pi -e 's/(old)/uc($1)/e' a.py", "sed -n 's/x/y/w a.py' run.sh", "echo x > $TARGET", "echo x > $(git rev-parse HEAD)", "git diff --output=a.py", "black a.py", "ruff check --fix .", "python3 -c 'print(1)'",
        "case x in x) rm a.py;; esac", "PATH=/evil ls", "exec ./x", "cat a.py | tee >(cat > d/b.txt)", "rm -rf $DIR/*", "rm -rf /", "curl -O http://x/a.py", "echo 'unclosed", "if true; then", "cat <<EOF\nno end",
    ],
)  # fmt: skip
def test_what_may_write_anything_is_said_to(command: str) -> None:
    assert uncertain(command).unknown


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("date > n.md", {"/r/n.md"}),
        ("git log > n.md", {"/r/n.md"}),
        ("sed -i 's/\\(a*\\)*b/x/' a.py", {"/r/a.py"}),
        ("sed -i 's/./x/3' uni.txt", {"/r/uni.txt"}),  # three characters or three bytes
        ("grep -q x a.py && echo y > d/b.txt; true", {"/r/d/b.txt"}),
        ("test -n \"$CI\" && rm run.sh || true", {"/r/run.sh"}),
        ("while read x; do echo $x > n.md; done < a.py", {"/r/n.md"}),
        ("go build -o d/b.txt ./cmd/x", {"/r/d/b.txt"}),
        ("sort -o a.py a.py", {"/r/a.py"}),
        ("echo late > n.md &", {"/r/n.md"}),
        ("cat a.py > a.py", {"/r/a.py"}),
        ("ln -s a.py l.py", {"/r/a.py", "/r/l.py", "/r/l.py/a.py"}),
    ],
)  # fmt: skip
def test_a_doubt_is_confined_to_the_files_it_can_touch(command: str, named: set[str]) -> None:
    result = uncertain(command)
    assert not result.unknown
    assert set(result.named) == named
    assert result.certain == ()


def test_with_exit_code_0_all_steps_of_a_chain_ran() -> None:
    chain = "pytest -q && echo done > n.md && git add n.md"
    assert certain(chain, code=0) == {"/r/n.md": b"done\n"}
    assert uncertain(chain, code=None).named == ("/r/n.md",)
    assert uncertain(chain, code=1).named == ("/r/n.md",)


def test_a_step_after_a_semicolon_ran_whatever_the_one_before_said() -> None:
    assert certain("grep -q x a.py; echo y > n.md", code=None) == {"/r/n.md": b"y\n"}


def test_an_exit_code_that_does_not_fit_the_text_makes_nothing_certain() -> None:
    assert uncertain("echo x > n.md", code=1).certain == ()
    assert uncertain("echo x > n.md; false", code=0).certain == ()


def test_set_e_stops_at_a_failure() -> None:
    assert certain("set -e\nfalse\necho x > n.md", code=1) == {}
    assert certain("set -euo pipefail\npytest | tail\necho x > n.md", code=0) == {"/r/n.md": b"x\n"}
    assert uncertain("set -e\npytest\necho x > n.md", code=1).named == ("/r/n.md",)


def test_what_happened_before_an_unknown_program_is_kept_apart() -> None:
    result = uncertain("cat > gen.py <<'EOF'\nprint(1)\nEOF\npython3 gen.py > out.txt && sed -i s/a/b/ d/b.txt")
    assert result.unknown
    assert result.certain == (ShellWrite("/r/gen.py", b"print(1)\n"),)
    assert {"/r/gen.py", "/r/out.txt", "/r/d/b.txt"} <= set(result.named)


def test_apply_patch_is_left_to_its_tool() -> None:
    result = uncertain("cd /r && apply_patch <<'PATCH'\n*** Begin Patch\n*** Update File: a.py\n*** End Patch\nPATCH")
    assert result.marker == "apply_patch"
    assert "/r/a.py" in result.named


def test_moves_copies_and_modes_tell_where_the_mode_comes_from() -> None:
    assert run("git mv a.py z.py") == [ShellWrite("/r/z.py", FILES["/r/a.py"], None, "/r/a.py")]
    assert run("mv d e") == [ShellWrite("/r/e/b.txt", FILES["/r/d/b.txt"], None, "/r/d/b.txt")]
    assert run("cp run.sh go.sh") == [ShellWrite("/r/go.sh", FILES["/r/run.sh"], mode_from="/r/run.sh")]
    assert run("chmod +x a.py && chmod 644 run.sh") == [
        ShellWrite("/r/a.py", FILES["/r/a.py"], 0o100755),
        ShellWrite("/r/run.sh", FILES["/r/run.sh"], 0o100644),
    ]


def test_git_restore_needs_to_know_what_is_committed() -> None:
    states = {("/r/a.py", ""): b"index\n", ("/r/a.py", "HEAD~1"): b"older\n"}
    known = {"committed": lambda path, revision: states.get((path, revision))}
    assert certain("git restore a.py", **known) == certain("git checkout -- a.py", **known) == {"/r/a.py": b"index\n"}
    assert certain("git checkout HEAD~1 -- a.py", **known) == {"/r/a.py": b"older\n"}
    assert uncertain("git restore a.py").named == ("/r/a.py",)
    assert uncertain("git checkout -- .", **known).unknown


def test_the_sed_of_bsd_is_told_by_its_empty_suffix_and_its_success() -> None:
    assert certain("sed -i '' 's/old/new/' a.py") == {"/r/a.py": b"new = 1\nprint(new)\n"}
    assert not uncertain("sed -i '' 's/old/new/' a.py", code=None).unknown
    assert not uncertain("sed -i '' 's/o\\+/new/' a.py").unknown  # GNU's own operator
    mac = {"/Users/x/r/a.py": b"old\n"}.get
    assert isinstance(interpret("sed -i -e s/old/new/ a.py", "/Users/x/r", mac, exit_code=0), Uncertain)


def test_another_shell_than_bash_is_trusted_only_with_what_all_shells_do() -> None:
    assert certain("echo plain > n.md", shell="") == {"/r/n.md": b"plain\n"}
    assert uncertain("echo 'a\\nb' > n.md", shell="").named == ("/r/n.md",)
    assert uncertain("echo -e 'x' > n.md", shell="").named == ("/r/n.md",)
    assert uncertain("echo x &> n.md", shell="").unknown


def test_what_is_not_known_about_a_file_is_not_guessed() -> None:
    def read(path: str) -> bytes | None:
        raise LookupError(path)

    result = interpret("sed -i s/a/b/ a.py; echo x >> b.py; echo y > c.py", "/r", read, exit_code=0)
    assert isinstance(result, Uncertain) and not result.unknown
    assert set(result.named) == {"/r/a.py", "/r/b.py"}
    assert result.certain == (ShellWrite("/r/c.py", b"y\n"),)


def test_a_relative_path_without_a_known_folder_is_not_certain() -> None:
    assert uncertain("cd $SOMEWHERE && echo x > n.md").unknown
    assert certain("cd $SOMEWHERE; echo x > /r/n.md") == {"/r/n.md": b"x\n"}
    assert isinstance(interpret("echo x > n.md", "", FILES.get), Uncertain)


@pytest.mark.parametrize(
    "command",
    [
        "(" * 5000 + "ls" + ")" * 5000, "$(" * 5000 + "ls" + ")" * 5000, "{ " * 300 + "ls" + "; }" * 300, "bash -c " + "'" * 4001, "`" * 9999, "if " * 5000, "echo " + "x" * 2_000_000,
        "echo {a,b}" + "{a,b}" * 5000, "for a in 1 2 3 4 5 6 7 8 9; do " * 9 + ":; " + "done; " * 9, "echo x > f; " + "cat f f > g; cat g g > f; " * 60, "printf " + "%s" * 5000 + " a > f",
        "sed -i 's/" + "o*" * 500 + "$/x/' a.py", "sed -i 's/\\(\\(\\(a*\\)*\\)*\\)*b/x/' a.py", "sed -i 's/a\\{999\\}\\{999\\}/x/' a.py", "perl -0pi -e 's/" + "(\\w*)" * 40 + "!/x/g' a.py", "cat <<A <<B <<C\n",
        "rm " + "*" * 500, "rm " + "/*" * 500, "ls " + "~" * 1000, "\ud800", "echo a\0b > n.md", "&" * 1000, "<" * 1000, "x=" * 1000, "cd " + "../" * 5000 + " && echo x > n.md", "[[ " * 1000, "'" + "\\" * 9999,
        "python3 -m " + "unittest " * 3000, "go test " + "-o" * 9000, "gh pr view " + "\n" * 9000, "chmod " + "7" * 500 + " a.py", "head -n " + "9" * 5000 + " a.py > n.md", "sleep 1 " + "| cat " * 3000,
    ],
)  # fmt: skip
def test_hostile_texts_are_read_in_bounded_time(command: str) -> None:
    started = time.process_time()
    result = run(command)
    assert time.process_time() - started < 5
    assert isinstance(result, (list, Uncertain))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(), st.text(alphabet="abEOF \n\t'\"\\$`(){}[]<>|&;*?~#!=-/.%0123")), st.sampled_from([None, 0, 1])
)
def test_no_text_at_all_makes_it_raise(text: str, code: int | None) -> None:
    assert isinstance(run(text, code=code), (list, Uncertain))


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_no_damaged_command_makes_it_raise(data: st.DataObject) -> None:
    line = data.draw(shell_lines.lines)
    at = data.draw(st.integers(0, len(line)))
    piece = data.draw(
        st.sampled_from(
            [
                "",
                "'",
                '"',
                "\\",
                "$(",
                ")",
                "`",
                "<<X",
                "\n",
                "${",
                "{",
                "}",
                ";;",
                "\0",
                "\udfff",
                " && ",
                "|",
                "((",
                "[[",
            ]
        )
    )
    cut = data.draw(st.integers(0, 3))
    assert isinstance(
        run(line[:at] + piece + line[at + cut :], code=data.draw(st.sampled_from([None, 0, 1]))), (list, Uncertain)
    )
