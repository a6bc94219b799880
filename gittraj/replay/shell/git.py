"""git on files: a call goes in, what it does to the worktree is done, or nothing where it only reads or moves refs."""

from gittraj.replay.shell.copy import move
from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.state import UNKNOWN, UNSURE, Call, Outcome

# they read, or change the index, refs and configuration, never a file of the worktree
_HARMLESS = frozenset((
    "add", "blame", "branch", "cat-file", "check-ignore", "commit", "commit-tree", "config", "count-objects", "describe",
    "diff", "diff-tree", "fetch", "for-each-ref", "fsck", "gc", "grep", "hash-object", "help", "init", "log", "ls-files", "ls-remote", "ls-tree",
    "merge-base", "name-rev", "notes", "push", "reflog", "remote", "rev-list", "rev-parse", "shortlog", "show", "show-ref", "status",
    "symbolic-ref", "tag", "update-ref", "var", "version", "whatchanged", "write-tree",
))  # fmt: skip
_BEFORE = ("--no-pager", "--paginate", "-p", "--no-replace-objects", "--literal-pathspecs")


def git(call: Call) -> Outcome:
    """One git command; aliases cannot shadow git's own."""
    args = list(call.args)
    shell = call.shell
    while args and args[0].startswith("-"):
        if args[0] == "-C" and len(args) > 1:
            shell = shell.child()
            shell.cwd = shell.path(args[1])
            del args[:2]
        elif args[0] == "-c" and len(args) > 1:
            del args[:2]
        elif args[0] in _BEFORE:
            del args[0]
        else:
            return UNKNOWN if args[0] in ("--version", "--help") else _unknown("git with other options")
    if not args:
        return UNKNOWN
    name, args = args[0], args[1:]
    if name in _HARMLESS:
        elsewhere = (
            ("--output", "--open-files-in-pager", "--file", "-O") if name in ("config", "grep") else ("--output",)
        )
        if any(arg.startswith(elsewhere) or (name == "config" and arg == "-f") for arg in args):
            raise Doubt("git writes its output to a file", unknown=True)
        return UNKNOWN
    if UNSURE in args and (name not in ("checkout", "switch") or args[:1] not in (["-b"], ["-c"])):
        return _unknown(f"the arguments of git {name} are not known")
    inner = Call("git", args, call.more, None, shell, call.succeeded)
    if name == "mv":
        return _mv(inner)
    if name == "rm":
        return _rm(inner)
    if name == "restore":
        return _restore(inner)
    if name in ("checkout", "switch"):
        return _checkout(inner, name)
    if name == "reset" and not any(arg in ("--hard", "--merge", "--keep") for arg in args):
        return UNKNOWN
    if name in ("stash", "worktree", "submodule") and args[:1] in (["list"], ["show"], ["status"]):
        return UNKNOWN
    return _unknown(f"git {name} may change any file")


def _unknown(reason: str) -> Outcome:
    raise Doubt(reason, unknown=True)


def _mv(call: Call) -> Outcome:
    flags, names = call.options("fvk", long=("--force", "--verbose"))
    if "k" in flags:
        raise Doubt("git mv -k may leave files")
    sources = [call.shell.path(name) for name in names[:-1]]
    if not call.succeeded and not all(call.shell.files.exists(path) for path in sources):
        raise Doubt("git may refuse to move a folder", unknown=True)
    if not call.succeeded and any(call.shell.files.committed(path, "") is None for path in sources):
        raise Doubt("git may not know the file", [*sources, call.shell.path(names[-1])] if names else None)
    if not (call.succeeded or flags & {"f", "--force"}) and call.shell.files.exists(call.shell.path(names[-1])):
        raise Doubt("git refuses to move onto a file")
    move(call, names)
    return Outcome(0, None if flags & {"v", "--verbose"} else b"")


def _rm(call: Call) -> Outcome:
    flags, names = call.options("rfq", long=("--force", "--quiet", "--cached", "--ignore-unmatch"))
    if "--cached" in flags:
        return UNKNOWN
    files = call.shell.files
    gone: list[str] = []
    for name in names:
        path = call.shell.path(name)
        if files.exists(path):
            gone.append(path)
        elif "r" in flags:
            gone += files.below(path)
            if any(files.committed(each, "") is None for each in gone):
                raise Doubt("git leaves what it does not track", unknown=True)
        else:
            raise Doubt(f"{path} is not a known file", unknown=True)
    if not call.succeeded and any(files.committed(each, "") != files.read(each) for each in gone):
        raise Doubt("git refuses to remove what is not committed", gone)
    for each in gone:
        call.shell.write(each, None)
    return Outcome(None if call.more else 0, None)


def _restore(call: Call) -> Outcome:
    revision = ""
    worktree = staged = False
    args: list[str] = []
    given = iter(call.args)
    for arg in given:
        if arg == "--":
            args.extend(given)
        elif arg in ("--staged", "-S", "--worktree", "-W", "-SW"):
            staged |= "S" in arg or arg == "--staged"
            worktree |= "W" in arg or arg == "--worktree"
        elif arg in ("-s", "--source"):
            revision = next(given, "")
        elif arg.startswith("--source="):
            revision = arg[9:]
        elif arg not in ("-q", "--quiet"):
            if arg.startswith("-"):
                raise Doubt(f"git restore {arg} is not interpreted", unknown=True)
            args.append(arg)
    if staged and not worktree:
        return UNKNOWN
    return _put_back(call, args, revision or ("HEAD" if staged else ""))


def _checkout(call: Call, name: str) -> Outcome:
    args = [arg for arg in call.args if arg not in ("-q", "--quiet")]
    if args[:1] in (["-b"], ["-B"], ["-c"]) and len(args) == 2:
        return UNKNOWN
    if name == "checkout" and "--" in args:
        at = args.index("--")
        if at <= 1 and not any(arg.startswith("-") for arg in args[:at]):
            return _put_back(call, args[at + 1 :], "".join(args[:at]))
    elif name == "checkout" and args and not any(arg.startswith("-") for arg in args):
        known = all(call.shell.files.exists(call.shell.path(arg)) for arg in args)
        if known:  # git refuses a name that is a branch too
            return _put_back(call, args, "")
    return _unknown(f"git {name} may change any file")


def _put_back(call: Call, names: list[str], revision: str) -> Outcome:
    call.complete()
    found = []
    for name in names:
        path = call.shell.path(name)
        content = call.shell.files.committed(path, revision)
        if content is None:
            if name.startswith(":") or not call.shell.files.exists(path) or call.shell.files.is_folder(path):
                raise Doubt(f"what {name} stands for is not known", unknown=True)
            raise Doubt("the committed state is not known", [call.shell.path(each) for each in names])
        found.append((path, content))
    for path, content in found:
        call.shell.write(path, content)
    return Outcome(0, None)
