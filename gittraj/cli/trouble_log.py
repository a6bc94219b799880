"""The log file of an unexpected error: the exception goes in, the path of a file to send with a report comes out."""

import os
import platform
import time
import traceback
from collections.abc import Mapping, Sequence

from gittraj import __version__

MESSAGE_LIMIT = 200  # characters of the exception's own message: it may quote what was being read


def write(error: BaseException, arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """Write version, command and traceback, readable by the user only; "" where that is not possible.

    Source lines are ours; values of variables are left out, so that no part of a trace gets in except through the message.
    """
    folder = state_folder(env)
    moment = time.gmtime()
    path = os.path.join(folder, f"error-{time.strftime('%Y%m%dT%H%M%SZ', moment)}-{os.getpid()}.log")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(_text(error, arguments, time.strftime("%Y-%m-%dT%H:%M:%SZ", moment)))
    except OSError:
        return ""
    return path


def state_folder(env: Mapping[str, str]) -> str:
    """Where this user's logs lie: XDG_STATE_HOME, LOCALAPPDATA on Windows, or ~/.local/state."""
    base = env.get("XDG_STATE_HOME") or (env.get("LOCALAPPDATA") if os.name == "nt" else None)
    return os.path.join(base or os.path.join(os.path.expanduser("~"), ".local", "state"), "gittraj")


def _text(error: BaseException, arguments: Sequence[str], moment: str) -> str:
    message = str(error)
    if len(message) > MESSAGE_LIMIT:
        message = f"{message[:MESSAGE_LIMIT]}… ({len(message)} characters)"
    stack = "".join(traceback.format_tb(error.__traceback__))
    cause = error.__cause__ or error.__context__
    return (
        f"git-traj {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"time     {moment}\n"
        f"command  git traj {' '.join(arguments)}\n"
        f"error    {type(error).__name__}: {message}\n"
        + (f"after    {type(cause).__name__}\n" if cause else "")
        + f"\n{stack}"
    )
