"""Commands that change no file of a repository: a name and arguments go in, whether they are such comes out.

A test run or a linter may leave caches and binaries; these are not what is committed. What an option makes a command write is.
"""

import re

# they print, wait or look; output files, where an option names one, are in _WRITES
HARMLESS = frozenset((
    "[", "ack", "ag", "arch", "awk", "base32", "base64", "basename", "bat", "bg", "cal", "cksum", "clear", "cloc", "cmp", "col", "column",
    "comm", "curl", "cut", "date", "df", "diff", "dig", "dirname", "dmesg", "du", "egrep", "env", "expand", "expr", "factor", "fg",
    "fgrep", "file", "find", "fmt", "fold", "free", "getconf", "getent", "gawk", "gh", "go", "grep", "groups", "hash", "hexdump", "hostname",
    "host", "id", "ifconfig", "ip", "jobs", "join", "jq", "kill", "less", "locale", "logname", "ls", "lsb_release", "lsof", "man", "mawk",
    "md5", "md5sum", "more", "nawk", "nc", "netstat", "nl", "node", "nproc", "nslookup", "npm", "numfmt", "od", "paste", "pgrep", "php",
    "ping", "pip", "pip3", "pkill", "pr", "printenv", "ps", "pwd", "pytest", "python", "python3", "readlink", "realpath", "rev", "rg",
    "ripgrep", "ruff", "rustc", "seq", "sha1sum", "sha256sum", "sha512sum", "shasum", "shellcheck", "sleep", "sort", "ss", "stat", "strings",
    "sum", "sw_vers", "tac", "test", "top", "tput", "tr", "tree", "tsort", "tty", "type", "ulimit", "umask", "uname", "unexpand", "uniq",
    "uptime", "vmstat", "wait", "wc", "whereis", "which", "who", "whoami", "xxd", "yq", "zcat", "zgrep", "flake8", "mypy", "pyflakes",
    "pylint", "black", "isort", "eslint", "tsc", "caller", "dirs", "history", "times", "cat", "head", "tail", "echo", "printf", "true",
    "false", "golangci-lint", "npx",
))  # fmt: skip
# arguments by which a command above writes files or runs other commands
_WRITES = {
    "awk": r"(?:.|\n)*(?:>|\||system|getline|close|inplace)(?:.|\n)*|-f.*|-i.*", "sort": r"-o.*|--output.*", "tree": r"-o.*",
    "curl": r"-[a-zA-Z]*[oOJD].*|--output.*|--remote.*|--dump.*|--cookie-jar|--trace.*|-c.*|--create-dirs|-K.*|--config.*",
    "find": r"-(?:delete|exec|execdir|ok|okdir|fprint.*|fls)", "date": r"-s.*|--set.*", "less": r"-[oO].*",
    "yq": r"-i.*|--inplace.*|-s.*|--split.*", "rg": r"--pre.*", "ripgrep": r"--pre.*", "ag": r"--pager.*", "xxd": r"-r.*",
    "diff": r"--output.*", "env": r".*", "shellcheck": r"-f.*|--format.*", "bat": r"--pager.*",
    "mypy": r"--.*(?:report|dump).*|--install-types|--junit.*", "flake8": r"--output.*|--tee",
    "pylint": r"--output.*|--generate.*|--init-hook.*", "eslint": r"--fix.*|-o.*|--output.*|--init",
    "pytest": r"--(?:snapshot|inline|force|report-log|junit|cov|basetemp|html|update|record|regen|resultlog).*|-o.*",
    "php": r"(?!-l$|-v$|-m$|-i$)-.*", "rustc": r"(?!--version|-V).*",
}  # fmt: skip
_WRITES["gawk"] = _WRITES["mawk"] = _WRITES["nawk"] = _WRITES["awk"]
# commands that are harmless only when one of these forms matches all their arguments, joined by spaces
_ONLY = {
    "go": r"(?:version|env(?! -w)|vet|test|list|doc|tool (?:vet|nm|objdump))\b(?!(?:.|\n)*(?:-o\b|profile|-update|-exec|-trace|-toolexec))(?:.|\n)*|build (?:-v )?\./\.\.\.",
    "npm": r"(?:-v|--version|ls|list|view|info|root|outdated|whoami|ping|help|search|config get|prefix)\b.*",
    "pip": r"(?:--version|-V|list|show|freeze|check|index)\b.*", "node": r"-v|--version|(?:--check|-c) \S+",
    "python": r"--version|-V|-m (?:unittest|py_compile|compileall|json\.tool \S+$|pyflakes|mypy|flake8|pylint|pip (?:list|show|freeze|check)|tabnanny|site$|ruff check(?!.*--fix)(?!.*--unsafe))\b.*|-m pytest\b(?!.*(?:snapshot|inline|junit|--cov|update|record|regen|basetemp|html)).*",
    "black": r"(?:.* )?--(?:check|diff|version)\b.*", "ruff": r"check(?!.*(?:--fix|--unsafe|--add-noqa|--output|-o )).*|format .*--(?:check|diff)\b.*|--version|rule\b.*",
    "gh": r"(?:--version|auth status|(?:pr|issue|repo|run|release|workflow|label|gist) (?:view|list|status|diff|checks|create|comment|edit|close|ready|watch|review)\b|api |search |status).*",
    "golangci-lint": r"(?:run|linters|config)\b(?!.*(?:--fix|--out)).*|version",
    "npx": r"(?:tsc|tsgo)\b.* --noEmit\b.*|(?:eslint|prettier --check)\b(?!.*(?:--fix|--write|-o )).*",
    "isort": r"(?:.* )?(?:--check|--check-only|-c|--diff)\b.*",
    "tsc": r"(?:.* )?--noEmit\b.*", "uniq": r"(?:-\S+ ?)*[^-\s]?\S*", "xxd": r"(?:-\S+ )*\S*", "ip": r"(?:a|addr|address|route|link|r|-\S+)(?: show.*)?",
    "hostname": r"|-\S+", "php": r"-(?:l \S+|v|m|i)", "nc": r"(?:-[a-z0-9]+ )*-z.*", "umask": r"",
}  # fmt: skip
_ONLY["pip3"], _ONLY["python3"] = _ONLY["pip"], _ONLY["python"]
_DOTALL_ONLY = frozenset(("gh", "go"))
_MAKERS = frozenset(("curl", "wget", "gcc", "cc", "g++", "c++", "clang", "clang++", "go", "sort", "rustc"))
_MORE_OUTPUT = (
    r"-M|-?-save-temps|--coverage|-D$|-c$|-J|-O$|--(?:dump|cookie-jar|trace|remote|out|emit|create)|-exec|-toolexec"
)
_LONGEST = 20_000  # characters of arguments that are matched against the forms above


def is_harmless(name: str, args: list[str]) -> bool:
    """Whether the command changes no file that git may track."""
    if args in (["--version"], ["--help"]) and "/" not in name:
        return True
    if name not in HARMLESS:
        return False
    joined = " ".join(args)
    if len(joined) > _LONGEST:
        return False
    if name == "curl":
        args = joined.replace("-o /dev/null", "").split(" ")
    writes = _WRITES.get(name)
    if writes and any(re.fullmatch(writes, arg.replace("||", "")) for arg in args):
        return name == "find" and _find_runs_harmless(args)
    only = _ONLY.get(name)
    return only is None or bool(re.fullmatch(only, joined, re.DOTALL if name in _DOTALL_ONLY else 0))


def outputs(name: str, args: list[str]) -> list[str]:
    """The only files that a compiler or a download makes, where its arguments name them; [] where they do not."""
    if name not in _MAKERS or (name == "go" and args[:1] != ["build"]):
        return []
    option = "-O" if name == "wget" else "-o"
    if name == "go" and len(args) == 2 and not args[1].startswith("-") and "..." not in args[1]:
        return [args[1].rstrip("/").rpartition("/")[2].removesuffix(".go")]
    others = [arg for arg in args if arg != option]
    if args.count(option) != 1 or args[-1] == option or any(re.match(_MORE_OUTPUT, arg) for arg in others):
        return []
    return [args[args.index(option) + 1]]


def _find_runs_harmless(args: list[str]) -> bool:
    if any(arg == "-delete" or arg.startswith(("-fprint", "-fls", "-ok")) for arg in args):
        return False
    for at, arg in enumerate(args):
        if arg in ("-exec", "-execdir"):
            name = args[at + 1] if at + 1 < len(args) else ""
            if name in ("find", "env", "xargs") or not is_harmless(name, args[at + 2 :]):
                return False
    return True
