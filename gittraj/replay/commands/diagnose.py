"""Why an output differs: the recorded and the replayed text go in, a class of causes comes out.

It explains and forgives nothing: a command whose times differ still differs. A class is given only where it explains the whole
difference (with everything of its kind blotted out, the texts are equal), or where our side says itself what it lacks.
"""

import re
from collections.abc import Callable

CLASSES = ("missing tool", "network", "order", "duration", "time", "pid", "random", "path")
SIZE_LIMIT = 1 << 18  # characters of each side that are looked at: as many as a record keeps of an output

_MISSING = re.compile(
    r"command not found|: not found$|No module named|Cannot find module|No such file or directory: '[^'/]+'"
    r"|executable file not found|[Uu]nable to locate|: No such file or directory$",
    re.MULTILINE,
)
_NETWORK = re.compile(
    r"Could not resolve|[Tt]emporary failure in name resolution|[Nn]etwork is unreachable|[Cc]onnection refused|getaddrinfo"
    r"|ENOTFOUND|ENETUNREACH|ECONNREFUSED|EAI_AGAIN|[Nn]ame or service not known|dial tcp|Failed to establish a new connection"
    r"|[Nn]o route to host|unable to access 'http"
)
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DAYS = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_DURATION = re.compile(
    r"\b\d{1,9}(?:[.,]\d{1,9})? ?(?:ns|us|\u00b5s|ms|s|secs?|seconds?|m|min|minutes?|h|hours?)\b|\b\d{1,4}m\d{1,2}(?:\.\d{1,6})?s\b"
)
_TIME = re.compile(
    r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?|\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\b"
    rf"|\b{_DAYS},?(?= )|\b{_MONTHS} {{1,2}}\d{{1,2}}(?:,? \d{{4}})?\b|\b\d{{1,2}} {_MONTHS}(?: \d{{4}})?\b|\b1[4-9]\d{{8}}(?:\d{{3}})?\b"
    r"|\b(?:20\d\d)\b|\b(?:UTC|GMT|CEST?|[EP][SD]T)\b"
)
_PID = re.compile(
    r"(?i)\b(?:pid|ppid|pgid|process(?: id)?|port)[ :=#]{1,3}\d{1,8}\b|^\[\d{1,4}\][ +-]{1,3}\d{1,8}\b|\[\d{2,8}\]",
    re.M,
)
_RANDOM = re.compile(
    r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b|\b0x[0-9a-fA-F]{4,16}\b|\b(?=[0-9a-f]{0,63}\d)[0-9a-f]{7,64}\b"
    r"|\b(?:tmp|temp)[._-]?[A-Za-z0-9_]{4,16}\b|\b0\.\d{6,20}\b"
)
_PATH = re.compile(r"(?<![\w.])(?:~|[A-Za-z]:)?(?:[\\/][\w.@+~-]{1,255}){1,64}[\\/]?")


def diagnose(recorded: str, replayed: str, code: int | None) -> str:
    """The class of the difference, one of `CLASSES`; "" where none explains it. `code`: our exit code."""
    long = max(len(recorded), len(replayed)) > SIZE_LIMIT
    recorded, replayed = recorded[:SIZE_LIMIT], replayed[:SIZE_LIMIT]
    if code == 127 or _says(_MISSING, replayed, recorded):
        return "missing tool"
    if _says(_NETWORK, replayed, recorded):
        return "network"
    if long:  # the rest was not looked at, so nothing explains all of it
        return ""
    if sorted(recorded.splitlines()) == sorted(replayed.splitlines()):
        return "order"
    masks = (("duration", _DURATION), ("time", _TIME), ("pid", _PID), ("random", _RANDOM), ("path", _PATH))
    for name, pattern in masks:
        if _blotted(pattern)(recorded) == _blotted(pattern)(replayed):
            return name
    found = ""
    for name, pattern in masks:  # several kinds at once: told by the one that the texts are equal with
        before = recorded, replayed
        recorded, replayed = _blotted(pattern)(recorded), _blotted(pattern)(replayed)
        if not found and before != (recorded, replayed) and _first(*before) != _first(recorded, replayed):
            found = name
        if recorded == replayed:
            return found or name
    return ""


def _says(pattern: re.Pattern[str], ours: str, theirs: str) -> bool:
    """Whether a line of ours says so that the record does not have."""
    known = set(theirs.splitlines())
    return any(pattern.search(line) for line in ours.splitlines() if line not in known)


def _blotted(pattern: re.Pattern[str]) -> Callable[[str], str]:
    return lambda text: pattern.sub("\u25a1", text)


def _first(recorded: str, replayed: str) -> int:
    """The number of the first line that differs, -1 for none."""
    pairs = zip(recorded.splitlines(), replayed.splitlines(), strict=False)
    return next((number for number, (left, right) in enumerate(pairs) if left != right), -1)
