"""Command lines as agents write them, made at random, and the real shell to run them in a folder of its own."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from hypothesis import strategies as st

START = {
    "a.txt": b"alpha beta\nold value = 1\n  indented old\n\nlast line\n",
    "b.py": b"def old():\n    return 'x'\n\nprint(old())\n",
    "d/c.txt": b"one\r\ntwo old\r\n",
    "d/deep/n.md": b"# Title\n\n- old item (1)\n- new item [2]\n* star",
    "uni.txt": "grüße old\nnaïve – text\n日本 old\n".encode(),
    "empty": b"",
}
EXECUTABLE = {"b.py"}

paths = st.sampled_from(
    [
        *START,
        "new.txt",
        "d/new.py",
        "./a.txt",
        "d/../b.py",
        "no/where.txt",
        "d",
        "d/",
        "x.out",
        "a.txt.bak",
        "with space.txt",
    ]
)
texts = st.sampled_from([
    "hello", "two words", "", "a\\tb", "it is", "100%", "tab\there", "-n", "-e", "ünï", "back\\\\slash", "line\\nline", "*", "$HOME", "`x`", "a;b", "a|b",
    "# no comment", "~", "{a,b}", "old", "trailing ", "\\033[0m", "%s", "%d",
])  # fmt: skip


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@st.composite
def words(draw: st.DrawFn) -> str:
    text = draw(texts)
    style = draw(st.sampled_from(["single", "single", "double", "ansi", "raw"]))
    if style == "single":
        return quoted(text)
    if style == "double":
        return '"' + text.replace("$", "\\$").replace("`", "\\`") + '"'
    if style == "ansi":
        return "$'" + text.replace("\\0", "0").replace("'", "\\'") + "'"
    return text if text and all(c.isalnum() or c in "-." for c in text) else quoted(text)


@st.composite
def names(draw: st.DrawFn) -> str:
    name = draw(paths)
    return quoted(name) if " " in name or draw(st.booleans()) else name


PATTERNS = [
    "old", "o", "x*", "^", "$", "l.", "[a-z]*", "[^a-z]", "\\(old\\)", "old\\|new", "(old)", "^  *", " *$", "a\\+", "\\bold\\b", "[0-9]", "e\\{1,2\\}", "^$",
    "[[:space:]]", "\\.", "(1)", "\\[2\\]", "\\w*", "ü", ".", "..", "^[^ ]* ", "\\(.\\)\\(.\\)", "\\(a*\\)b", "l\\?d", "=.*", "\\r", "\\*", "old$", "t *i", "\\(old\\|new\\) item", "[x-z]",
    "\\<o", "\\s*=", "-", "[]a]", "[^]a]", "\\(l\\)*d", "old.*e", "o*l*d*", "[a-c]*[b-d]*t", "n[ae]", "a\\?b\\?c\\?", "a\\{2,\\}", "+", "?", "{", "}", "|",
]  # fmt: skip
EXTENDED = [
    "(old|new)",
    "o+",
    "l?d",
    "e{1,2}",
    "^(.*) (.*)$",
    "(a|b)+",
    "(old)?",
    "[a-z]+",
    "\\(1\\)",
    "\\[.\\]",
    "^\\s+",
    "\\w+",
    "old|new|last",
    "(l)+d",
    "x|",
    "a||b",
    "(al|alpha)( |$)",
    "(a|al|alp)(ph|pha)?",
    "\\bold",
    "[a-z]+\\b",
    "{",
    "+",
    "a{2,}",
    "e{,2}",
]
REPLACEMENTS = [
    "new",
    "",
    "&&",
    "<&>",
    "\\1",
    "x\\ny",
    "\\&",
    "a\\/b",
    "\\t",
    "ünï",
    "[\\1|\\2]",
    "\\\\",
    "~",
    "$1",
    "a.b",
    '"q"',
    "\\x",
]


@st.composite
def substitutions(draw: st.DrawFn, extended: bool) -> str:
    delimiter = draw(st.sampled_from("////|#,"))
    pattern = draw(st.sampled_from(EXTENDED if extended else PATTERNS))
    if draw(st.booleans()) and not extended:
        pattern += draw(st.sampled_from(PATTERNS))
    replacement = draw(st.sampled_from(REPLACEMENTS))
    flags = draw(st.sampled_from(["", "", "g", "g", "2", "p", "gI", "I", "2g"]))
    return f"s{delimiter}{pattern}{delimiter}{replacement}{delimiter}{flags}"


@st.composite
def scripts(draw: st.DrawFn, extended: bool) -> str:
    one = st.sampled_from(["1", "2", "$", "/old/", "/^$/", "3", "/l/I", "9", "/[0-9]/"])
    address = draw(
        st.one_of(
            st.just(""),
            st.just(""),
            one,
            st.builds("{},{}".format, one, one),
            st.builds("{},+2".format, one),
            st.builds("{}!".format, one),
        )
    )
    command = draw(st.one_of(
        substitutions(extended), substitutions(extended), substitutions(extended), st.sampled_from(["d", "p"]),
        st.builds("{}{}".format, st.sampled_from(["a ", "i ", "c ", "a\\\n", "i\\\n", "a", "c\\\n"]), st.sampled_from(["added", "two words", "  spaced", "x;y", "ü"])),
    ))  # fmt: skip
    return address + command


@st.composite
def sed(draw: st.DrawFn) -> str:
    extended = draw(st.booleans())
    flags = draw(st.sampled_from(["-i ", "-i ", "-i ", "-i.bak ", "", "-n -i ", "-n "])) + ("-E " if extended else "")
    many = draw(st.lists(scripts(extended), min_size=1, max_size=2))
    if len(many) == 1:
        parts = quoted(many[0])
    elif draw(st.booleans()):
        parts = " ".join("-e " + quoted(each) for each in many)
    else:
        parts = quoted("; ".join(many))
    return f"sed {flags}{parts} " + " ".join(draw(st.lists(names(), min_size=1, max_size=2)))


PERL = [
    "old",
    "(\\w+) old",
    "^\\s*",
    "l+",
    "(a|b)",
    "[aeiou]",
    "\\bold\\b",
    "old$",
    "item \\((\\d)\\)",
    "e{2}",
    "x?",
    ".*",
    "(old|older)(er)?",
    "[^\\w]",
    "\\x20",
    "o.d",
    "\\s+$",
    "(l)+",
]


@st.composite
def perl(draw: st.DrawFn) -> str:
    options = draw(st.sampled_from(["-pi -e", "-i -pe", "-0pi -e", "-0777 -pi -e", "-pi.bak -e", "-p -i -e"]))
    body = draw(st.lists(st.builds(
        lambda p, r, f: f"s/{p}/{r}/{f}", st.sampled_from(PERL), st.sampled_from(["new", "$1", "<$&>", "", "a\\nb", "\\$", "${1}x", "[$1]", "\\1"]), st.sampled_from(["", "g", "i", "gi"]),
    ), min_size=1, max_size=2))  # fmt: skip
    return f"perl {options} {quoted('; '.join(body))} {draw(names())}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    lines = draw(
        st.lists(
            st.sampled_from(["text", "", "\ttabbed", "$HOME `x`", "a\\b", "EOF2", "ü", "'quote'", '"', "# x", "$V"]),
            max_size=4,
        )
    )
    delimiter = draw(st.sampled_from(["'EOF'", "EOF", '"EOF"', "\\EOF", "-'EOF'"]))
    command = draw(
        st.sampled_from(
            [
                "cat > {}",
                "cat >> {}",
                "tee {}",
                "tee -a {}",
                "cat",
                "> {} cat",
                "tee {} > x.out",
                "sed 's/t/T/' > {}",
                "head -n 1 > {}",
            ]
        )
    )
    if not delimiter.startswith(("'", '"', "\\", "-")):
        lines = [line for line in lines if "`" not in line]
    return command.format(draw(names())) + " <<" + delimiter + "\n" + "".join(line + "\n" for line in lines) + "EOF\n"


def pick(*forms: str) -> st.SearchStrategy[str]:
    """One of the forms, with {n} for names and {w} for words."""

    @st.composite
    def made(draw: st.DrawFn) -> str:
        form = draw(st.sampled_from(forms))
        while "{n}" in form:
            form = form.replace("{n}", draw(names()), 1)
        while "{w}" in form:
            form = form.replace("{w}", draw(words()), 1)
        return form

    return made()


simple = st.one_of(
    sed(), sed(), perl(), documents(), documents(),
    pick("echo {w} {w} > {n}", "echo -n {w} >> {n}", "echo -e {w} > {n}", "printf {w} > {n}", "printf '%s\\n' {w} {w} > {n}", "printf '%d-%s\\n' 7 {w} 8 > {n}",
         "printf '%b' {w} >> {n}", "echo {w} | tee {n}", "echo {w} {w} | tee -a {n} > /dev/null", "echo {w} 2>&1 > {n}", "echo {w} > {n} 2>&1", "echo {w} &> {n}"),
    pick(": > {n}", "> {n}", "touch {n} {n}", "mkdir -p {n}", "mkdir -p q/r && echo {w} > q/r/z", "truncate -s 0 {n}", "true > {n}"),
    pick("mv {n} {n}", "cp {n} {n}", "cp -r {n} {n}", "mv {n} {n} {n}", "cp {n} {n} {n}", "mv -f {n} {n}", "cp -p {n} {n}"),
    pick("rm {n}", "rm -f {n} {n}", "rm -rf {n}", "rm -r {n}", "rm -f *.txt", "rm *.txt d/*", "rm -rf d*", "mv *.txt d/", "cp d/* .", "chmod +x {n}", "chmod -x {n}", "chmod 755 {n} {n}",
         "chmod 644 {n}", "sed -i s/old/new/ *.txt", "chmod +x *.p?"),
    pick("cat {n} {n} > {n}", "cat {n} >> {n}", "cat {n} | sed s/old/new/ > {n}", "head -2 {n} > {n}", "tail -n +2 {n} > {n}", "sed s/a/b/ {n} > x.out && mv x.out {n}", "cat < {n} > {n}",
         "tail -n 1 {n} >> {n}", "tee {n} < {n}", "cat {n} | tee {n}", "tee {n} {n} <<< {w}", "cat {n} - <<< {w} > {n}"),
    pick("cd d", "cd d && echo {w} > here", "(cd d && rm {n})", "cd no", "cd ..", "cd d/deep; echo {w} > h.txt", "cd no; echo {w} > {n}", "cd no && echo {w} > {n}"),
    pick("V={w}", "V=old; echo $V > {n}", 'echo "$V" > {n}', "V={w}; echo \"x$V\" >> {n}", "export V=a.txt; rm $V", "V='a b'; echo $V > {n}", "V=new; sed -i \"s/old/$V/\" {n}"),
    pick("true", "false", "ls > /dev/null", "grep -q old {n}", "test -f {n}", "[ -e {n} ]", "cat {n} > /dev/null", "[[ -f {n} ]]", "ls {n} 2> {n}", "ls nowhere > {n} 2>&1", "grep old {n} > {n}",
         "cat {n} 2> {n}", "wc -l {n}", "exit 3", "exit 0", "set -e", "set -eo pipefail", "set -u", "echo x > $(echo {n})"),
    pick("bash -c 'echo hi > {n}'", "bash -ec 'false; echo hi > x.out'", "sh -c \"echo {w} > x.out\"", "env A=b touch {n}", "command rm {n}", "time rm {n}", "timeout 5 rm {n}", "echo $(cat {n}) > {n}",
         "echo \"$(cat {n})\" > {n}", "echo `echo a` >> {n}", "bash -c \"cd d && exit 0; rm c.txt\""),
)  # fmt: skip


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.builds(
        "{}{}{}".format, inner, st.sampled_from([" && ", " || ", "; ", "\n", " && \\\n", " &&\n"]), inner
    )
    return st.one_of(
        joined, joined, joined,
        st.builds("( {}\n)".format, inner), st.builds("{{ {}\n}}".format, inner), st.builds("{{ {}\n}} > {}".format, inner, names()), st.builds("( {}\n) >> {}".format, inner, names()),
        st.builds("if {}\nthen {}\nelse {}\nfi".format, inner, inner, inner), st.builds("for f in a.txt b.py {}; do {}\ndone".format, names(), inner),
        st.builds("for f in a.txt b.py; do sed -i 's/o/0/' \"$f\"; {}\ndone".format, inner), st.builds("! {}".format, inner), st.builds("{}\n# a comment\n".format, inner),
        st.builds("if [ -f {} ]; then {}\nfi".format, names(), inner),
    )  # fmt: skip


def balanced(line: str) -> bool:
    """A here-document ends with its own line, so nothing may follow on it."""
    return (
        "EOF\n &&" not in line
        and "EOF\n ||" not in line
        and "EOF\n;" not in line
        and "EOF\n)" not in line.replace("EOF\n\n)", "")
    )


lines = st.recursive(simple, combined, max_leaves=5)


def lay_out(folder: Path) -> None:
    """The files before."""
    for name, content in START.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if name in EXECUTABLE else 0o644)


def found(folder: Path) -> tuple[dict[str, bytes], set[str]]:
    """All files with their contents, and which are executable."""
    contents: dict[str, bytes] = {}
    executable: set[str] = set()
    for at, _, names_there in os.walk(folder):
        for name in names_there:
            path = Path(at, name)
            contents[str(path.relative_to(folder))] = path.read_bytes()
            if path.stat().st_mode & 0o100:
                executable.add(str(path.relative_to(folder)))
    return contents, executable


def really(line: str, folder: Path, locale: str) -> int:
    """Let bash run the line; its exit code."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": locale}
    process = subprocess.Popen(
        ["bash", "-c", 'ulimit -f 2048 -t 10; exec bash -c "$0"', line],  # a line that feeds itself must come to an end
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=20)
    finally:
        with contextlib.suppress(ProcessLookupError):  # what it left in the background goes too
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
