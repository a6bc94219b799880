"""The pages made from the command table: docs/reference/cli.md and docs/man/git-traj.1.

usage: python docs/reference/generate.py [--check]
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from gittraj import __version__  # noqa: E402
from gittraj.cli.app import commands  # noqa: E402
from gittraj.cli.command import FLAG, TEXTS, Command, Parameter  # noqa: E402
from gittraj.cli.parser import ABOUT  # noqa: E402

CLI = ROOT / "docs" / "reference" / "cli.md"
MAN = ROOT / "docs" / "man" / "git-traj.1"

EXITS = (
    ("0", "done; the answer is yes"),
    ("1", "the answer is no, or an expected error: one line says what and why, the next what to type"),
    ("2", "wrong usage"),
    ("3", "unexpected: a bug; the line names a log file"),
    ("130", "interrupted"),
    ("141", "the reader of the output went away"),
)
ENVIRONMENT = (
    ("NO_COLOR", "no colours"),
    ("COLUMNS", "width of the page where it is not the terminal's"),
    ("GIT_PAGER, PAGER", "the pager, chosen as git does; only on a terminal"),
    ("GIT_DIR, GIT_WORK_TREE", "as for git"),
    ("GITTRAJ=0", "hooks look at nothing while it is set"),
)


def usage(command: Command) -> str:
    """The command line in short: arguments, then options."""
    words = [f"git traj {command.name}"]
    for parameter in command.parameters:
        if parameter.flags:
            name = parameter.flags[0] + ("" if parameter.kind == FLAG else f" {parameter.metavar}")
            words.append(f"[{name}]" + ("..." if parameter.kind == TEXTS else ""))
        else:
            words.append(parameter.metavar if parameter.required else f"[{parameter.metavar}]")
    return " ".join(words)


def flags(parameter: Parameter) -> str:
    """How an option or argument is written."""
    if not parameter.flags:
        return parameter.metavar
    value = "" if parameter.kind == FLAG else f" {parameter.metavar}"
    return ", ".join(flag + value for flag in parameter.flags)


def page() -> str:
    """docs/reference/cli.md."""
    lines = [
        "# Commands",
        "",
        "<!-- made by docs/reference/generate.py from the command table; do not edit -->",
        "",
        f"{ABOUT} `git -C DIR traj …`, `git --no-pager traj …`, `GIT_DIR`, worktrees and bare repositories work as with any git "
        "command. Data goes to stdout, status and hints to stderr. The shapes of `--json` are in [json.md](json.md).",
        "",
        "| command | does |",
        "| --- | --- |",
    ]
    lines += [
        f"| [`git traj {each.name}`](#git-traj-{each.name.replace(' ', '-')}) | {each.summary} |" for each in commands()
    ]
    for each in commands():
        lines += ["", f"## git traj {each.name}", "", each.summary, "", "```", usage(each), "```"]
        if each.parameters:
            lines += ["", "| | |", "| --- | --- |"]
            lines += [f"| `{flags(parameter)}` | {parameter.help} |" for parameter in each.parameters]
        if each.about:
            lines += ["", each.about]
        if each.exits:
            lines += ["", f"Exit codes beyond the common ones: {each.exits}"]
        if each.examples:
            lines += ["", "```sh", *_aligned(each.examples), "```"]
    lines += [
        "",
        "## Exit codes",
        "",
        "| code | means |",
        "| --- | --- |",
        *(f"| {code} | {text} |" for code, text in EXITS),
    ]
    lines += [
        "",
        "## Environment",
        "",
        "| variable | does |",
        "| --- | --- |",
        *(f"| `{name}` | {text} |" for name, text in ENVIRONMENT),
    ]
    return "\n".join(lines) + "\n"


def _aligned(examples: tuple[tuple[str, str], ...]) -> list[str]:
    width = max(len(line) for line, _ in examples)
    return [f"{line:<{width}}  # {text}" for line, text in examples]


def manual() -> str:
    """docs/man/git-traj.1."""
    lines = [
        '.\\" made by docs/reference/generate.py from the command table; do not edit',
        f'.TH GIT-TRAJ 1 "" "gittraj {__version__}" "Git Manual"',
        ".SH NAME",
        _roff("git-traj - the signed transcript of every coding-agent session, next to the commit it produced"),
        ".ad l",
        ".SH SYNOPSIS",
    ]
    for each in commands():
        lines += [".br" if lines[-1] != ".SH SYNOPSIS" else ".nh", f".B {_roff(usage(each))}"]
    lines += [".hy", ".SH DESCRIPTION", _roff(ABOUT), ".SH COMMANDS"]
    for each in commands():
        lines += [f'.SS "git traj {each.name}"', _roff(each.summary)]
        lines += [".PP", _roff(each.about)] if each.about else []
        for parameter in each.parameters:
            lines += [".TP", f".B {_roff(flags(parameter))}", _roff(parameter.help)]
        lines += [".PP", _roff(f"Exit codes beyond the common ones: {each.exits}")] if each.exits else []
    lines += [".SH EXIT STATUS", *_terms(EXITS), ".SH ENVIRONMENT", *_terms(ENVIRONMENT)]
    lines += [".SH SEE ALSO", _roff("git-notes(1), git-config(1), ssh-keygen(1)")]
    return "\n".join(lines) + "\n"


def _terms(pairs: tuple[tuple[str, str], ...]) -> list[str]:
    return [line for name, text in pairs for line in (".TP", f".B {_roff(name)}", _roff(text))]


def _roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("✓", "+").replace("✗", "x").replace("·", ".")
    text = text.replace("–", "\\(en").replace("…", "...")
    return "\\&" + text if text.startswith((".", "'")) else text


def main(arguments: list[str]) -> int:
    """Write both pages; with --check only compare them."""
    stale = []
    for path, text in ((CLI, page()), (MAN, manual())):
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(str(path.relative_to(ROOT)))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    for name in stale:
        print(f"{name} is stale: run python docs/reference/generate.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
