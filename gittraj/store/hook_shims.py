"""The text of the hook shims: a hook's name and an interpreter go in, the POSIX sh script that git runs goes out.

The top-level `hooks/` holds the same text without an interpreter; a test compares them. The shim is as dumb as can be: who
was there before runs first, then `git-traj hook NAME`, found on PATH or else through the interpreter that ran `git traj init`.
A hook that records lets everything pass; one that guards a push (`GATES`) refuses where either says no, or where we are not found.
"""

import re

SHIM_ID = "d2fd43de"
GATE_ID = "865bce05"
MARK = "# gittraj hook shim "
CHAINED = ".gittraj-chained"  # the hook that was there before us lies beside the shim under this ending

# -P keeps the worktree out of sys.path: a file `json.py` in a repository must not run inside the hook.
_TEMPLATE = """\
#!/bin/sh
# gittraj hook shim @ID@
# Written by `git traj init`, removed by `git traj deinit`. GITTRAJ=0 switches it off for one command.
interpreter=@INTERPRETER@
chained="${0%/*}/@NAME@@CHAINED@"
status=0
case "${GITTRAJ_CHAIN-}" in
*":$chained:$chained:$chained"*) exit 0 ;; # two hooks that call each other must come to an end
esac
if [ -x "$chained" ]; then
    GITTRAJ_CHAIN="${GITTRAJ_CHAIN-}:$chained" "$chained" "$@"
    status=$?
fi
[ "${GITTRAJ-}" = 0 ] && exit "$status"
@REWRITING@if command -v git-traj >/dev/null 2>&1; then
    set -- git-traj hook @NAME@ "$@"
elif [ -n "$interpreter" ] && [ -x "$interpreter" ]; then
    set -- "$interpreter" -P -m gittraj hook @NAME@ "$@"
else
    echo "git-traj: not found, so this commit gets no trace: install gittraj, or remove this hook: $0" >&2
    exit "$status"
fi
[ -x "$chained" ] || exec "$@"
"$@" || :
exit "$status"
"""

# A rebase runs post-commit for each commit it picks, and there is nothing to do before the post-rewrite at its end: a hundred starts of Python less.
# Only where it had stopped (at a conflict, at an `edit`) somebody made this commit; git takes that file away before it picks the next one.
# Where `.git` is a file, git names the directory that is meant.
_REWRITING = """\
for rewriting in rebase-merge rebase-apply; do
    [ -d "${GIT_DIR:-.git}/$rewriting" ] && [ ! -f "${GIT_DIR:-.git}/$rewriting/stopped-sha" ] && exit "$status"
done
"""

# What git writes to the standard input of these is for both hooks. A server's hook is not switched off by what a client has
# in its environment.
_GATE = """\
#!/bin/sh
# gittraj hook shim @ID@
# Written by `git traj init`, removed by `git traj deinit`.@SWITCH@
interpreter=@INTERPRETER@
chained="${0%/*}/@NAME@@CHAINED@"
case "${GITTRAJ_CHAIN-}" in
*":$chained:$chained:$chained"*) exit 0 ;; # two hooks that call each other must come to an end
esac
refs=$(
    cat
    echo .
)
refs=${refs%.}
if [ -x "$chained" ]; then
    printf '%s' "$refs" | GITTRAJ_CHAIN="${GITTRAJ_CHAIN-}:$chained" "$chained" "$@" || exit $?
fi
@TEST@if command -v git-traj >/dev/null 2>&1; then
    set -- git-traj hook @NAME@ "$@"
elif [ -n "$interpreter" ] && [ -x "$interpreter" ]; then
    set -- "$interpreter" -P -m gittraj hook @NAME@ "$@"
else
    echo "git-traj: not found, so this push cannot be checked: install gittraj, or remove this hook: $0" >&2
    exit 1
fi
printf '%s' "$refs" | "$@"
"""
_SWITCHES = {
    "pre-push": (
        " GITTRAJ=0 switches it off for one command.",
        '[ "${GITTRAJ-}" = 0 ] && exit 0\n',
    ),
    "pre-receive": ("", ""),
}
GATES = tuple(_SWITCHES)

# What git writes to the standard input of these is for both hooks.
LISTED = ("post-rewrite",)
LIST_ID = "9f0f51e1"
_LIST = (
    _TEMPLATE.replace(
        'if [ -x "$chained" ]; then\n    GITTRAJ',
        'list=$(cat)\nif [ -x "$chained" ]; then\n    printf \'%s\\n\' "$list" | GITTRAJ',
    )
    .replace('[ -x "$chained" ] || exec "$@"\n"$@" || :', 'printf \'%s\\n\' "$list" | "$@" || :')
    .replace("@REWRITING@", "")
    .replace("so this commit gets no trace", "so rewritten commits get no carry statement")
)

_INTERPRETER = re.compile(r"^interpreter=.*$", re.MULTILINE)
_QUOTED = re.compile(r"^interpreter='(.*)'$", re.MULTILINE)


def shim(name: str, interpreter: str = "") -> str:
    """The script for hook `name`; `interpreter`: absolute path of the Python to use where `git-traj` is not on PATH."""
    quoted = "'" + interpreter.replace("'", "'\\''") + "'"
    text = _text(name).replace("@ID@", shim_id(name)).replace("@CHAINED@", CHAINED).replace("@NAME@", name)
    return text.replace("@INTERPRETER@", quoted)


def shim_id(name: str) -> str:
    """What the first lines of our shim for this hook carry: a digest of its text, so that another version is known."""
    return GATE_ID if name in GATES else LIST_ID if name in LISTED else SHIM_ID


def _text(name: str) -> str:
    if name not in GATES:
        return _LIST if name in LISTED else _TEMPLATE.replace("@REWRITING@", _REWRITING)
    told, test = _SWITCHES[name]
    return _GATE.replace("@SWITCH@", told).replace("@TEST@", test)


def is_shim(data: bytes) -> bool:
    """Whether a hook's bytes carry our mark, of this version or another."""
    return any(line.startswith(MARK.encode()) for line in data[:4096].splitlines()[:5])


def is_edited(name: str, data: bytes) -> bool:
    """Whether somebody changed a shim of this version after we wrote it (the interpreter apart)."""
    text = data.decode("utf-8", "replace")
    return f"{MARK}{shim_id(name)}\n" in text and _bare(text) != _bare(shim(name))


def _bare(text: str) -> str:
    return _INTERPRETER.sub("interpreter=", text, count=1)
