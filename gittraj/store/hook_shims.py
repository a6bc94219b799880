"""The text of the hook shims: a hook's name and an interpreter go in, the POSIX sh script that git runs goes out.

The top-level `hooks/` holds the same text without an interpreter; a test compares them. The shim is as dumb as can be: who
was there before runs first, then `git-traj hook NAME`, found on PATH or else through the interpreter that ran `git traj init`.
"""

import re

SHIM_ID = "966f5f49"  # a test fails where the text changes and this does not
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
if command -v git-traj >/dev/null 2>&1; then
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

_INTERPRETER = re.compile(r"^interpreter=.*$", re.MULTILINE)
_QUOTED = re.compile(r"^interpreter='(.*)'$", re.MULTILINE)


def shim(name: str, interpreter: str = "") -> str:
    """The script for hook `name`; `interpreter`: absolute path of the Python to use where `git-traj` is not on PATH."""
    quoted = "'" + interpreter.replace("'", "'\\''") + "'"
    text = _TEMPLATE.replace("@ID@", SHIM_ID).replace("@CHAINED@", CHAINED).replace("@NAME@", name)
    return text.replace("@INTERPRETER@", quoted)


def is_shim(data: bytes) -> bool:
    """Whether a hook's bytes carry our mark, of this version or another."""
    return any(line.startswith(MARK.encode()) for line in data[:4096].splitlines()[:5])


def is_edited(name: str, data: bytes) -> bool:
    """Whether somebody changed a shim of this version after we wrote it (the interpreter apart)."""
    text = data.decode("utf-8", "replace")
    return f"{MARK}{SHIM_ID}\n" in text and _bare(text) != _bare(shim(name))


def _bare(text: str) -> str:
    return _INTERPRETER.sub("interpreter=", text, count=1)
