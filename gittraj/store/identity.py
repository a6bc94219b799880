"""Who writes a notes commit: settings and environment go in, the line of a commit object goes out (git-commit-tree(1))."""

import time
from collections.abc import Mapping

NOBODY = ("git-traj (no user.name is set)", "nobody@localhost.invalid")  # RFC 6761: .invalid is never an address


def committer(name: str, email: str, env: Mapping[str, str], now: float | None = None) -> bytes:
    """``NAME <EMAIL> SECONDS ±HHMM`` of the person who runs us; a clear stand-in where neither git nor `env` names one.

    `name`, `email`: from the settings; ``GIT_COMMITTER_NAME``, ``_EMAIL`` and ``_DATE`` go before, as in git.
    """
    name = _clean(env.get("GIT_COMMITTER_NAME", "")) or _clean(name)
    email = _clean(env.get("GIT_COMMITTER_EMAIL", "")) or _clean(email)
    date = _date(env.get("GIT_COMMITTER_DATE", "")) or _now(now)
    return f"{name or NOBODY[0]} <{email or NOBODY[1]}> {date}".encode("utf-8", "replace")


def _clean(text: str) -> str:
    """Without what would break the line; git drops the same at the ends of a name."""
    text = "".join(each for each in text if each not in "<>" and (each >= " " and each != "\x7f"))
    return text.strip(" .,:;\"'\\")


def _date(text: str) -> str:
    """Git's own raw form only; other forms (ISO, RFC 2822) are left to git, and now is taken."""
    seconds, _, zone = text.strip().removeprefix("@").partition(" ")
    digits = seconds + zone[1:]
    fits = 0 < len(seconds) < 15 and len(zone) == 5 and zone[0] in "+-" and digits.isdecimal() and digits.isascii()
    return f"{seconds} {zone}" if fits else ""


def _now(now: float | None) -> str:
    seconds = int(time.time() if now is None else now)
    minutes = (time.localtime(seconds).tm_gmtoff or 0) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{seconds} {sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
