"""Notes refs over the wire: a remote and refs go in; tracking refs are brought up to date, or the remote's refs move, or why not.

A push is never forced: git refuses what is no descendant of the remote's ref, and the server compares the old value once more
when it writes. What it says when it refuses differs by server and version, so words alone decide nothing: `flows.sync` looks
again whether the remote moved.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gittraj.codec.digest import sha256_hex
from gittraj.errors import StoreError
from gittraj.store.remote import without_credentials
from gittraj.store.repository import Repository

TRACKING = "refs/gittraj/remotes"
PATTERN = "refs/notes/traj*"  # a pattern, because git fetch fails where a ref asked for by name is not there

# Told apart only to know whether trying again at once can help; everything else is tried again a few times.
_FINAL = re.compile(
    r"hook declined|protected|denied|permission|not permitted|not allowed|prohibited|forbidden|unauthori[sz]ed|read[- ]only"
    r"|shallow update|missing necessary objects|deny|too large|quota",
    re.IGNORECASE,
)
_LINE = re.compile(r"^([ +\-*=!tTfd])\t([^\t]*):([^\t]+)\t(.*)$")


class Refused(NamedTuple):
    """One ref that the remote did not take: its own words; `final`: trying again cannot help."""

    ref: str
    words: str
    final: bool


def tracking(remote: str, ref: str) -> str:
    """The ref under which this clone remembers `ref` of `remote` (a name or a URL)."""
    return f"{TRACKING}/{folder(remote)}/{ref.removeprefix('refs/notes/')}"


def folder(remote: str) -> str:
    """A name for `remote` that may stand in a ref: its own, or for a URL a digest of it."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*", remote) and not remote.endswith(".lock"):
        return remote
    return f"url-{sha256_hex(remote.encode('utf-8', 'surrogateescape'))[:16]}"


def refspec(remote: str) -> str:
    """The refspec that brings every notes ref of ours to its tracking ref."""
    return f"+{PATTERN}:{TRACKING}/{folder(remote)}/traj*"


def fetch(repository: Repository, remote: str, *, ask: bool) -> None:
    """Bring the tracking refs of `remote` up to date; what is gone there is gone here. `ask`: git may ask for a password.

    Raises `StoreError` with git's words where the remote cannot be reached.
    """
    arguments = ["fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
    arguments += ["--no-auto-gc", "--", remote, refspec(remote)]
    code, _, said = repository.git.talk(arguments, extra=_asking(repository.env, ask))
    if code:
        raise unreachable(remote, said)


def push(repository: Repository, remote: str, refs: Mapping[str, str], *, ask: bool) -> list[Refused]:
    """Let each ref of `refs` (ref → commit id) move to its commit on `remote`; those that were refused.

    Raises `StoreError` where the remote cannot be reached or says nothing that can be understood.
    """
    arguments = ["-c", f"remote.{remote}.mirror=false"] if "=" not in remote else []
    arguments += ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--no-force"]
    arguments += ["--", remote, *(f"{commit}:{ref}" for ref, commit in refs.items())]
    code, out, said = repository.git.talk(arguments, extra=_asking(repository.env, ask))
    lines = [found for line in out.decode("utf-8", "replace").splitlines() if (found := _LINE.match(line))]
    refused = [Refused(found[3], words := found[4].strip(), _is_final(words)) for found in lines if found[1] == "!"]
    told = _remote_words(said)
    if told:
        refused = [one._replace(words=f"{one.words}: {told}") for one in refused]
    if code and not refused:
        raise unreachable(remote, said)
    done = {found[3] for found in lines if found[1] != "!"}
    missing = set(refs) - done - {one.ref for one in refused}
    return [*refused, *(Refused(ref, "the remote said nothing about it", False) for ref in sorted(missing))]


def unreachable(remote: str, said: bytes) -> StoreError:
    """The error for a remote that did not answer as git expects."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    first = next((line for line in lines if line.startswith(("fatal:", "error:", "ERROR"))), lines[0] if lines else "")
    return StoreError(
        f"{without_credentials(remote)}: {without_credentials(first)[:400] or 'git could not reach it'}",
        hint=f"git ls-remote {without_credentials(remote)}",
    )


def _is_final(words: str) -> bool:
    return bool(_FINAL.search(words))


def _remote_words(said: bytes) -> str:
    """The first line that a hook of the remote printed."""
    lines = said.decode("utf-8", "replace").splitlines()
    told: Sequence[str] = [line[7:].strip() for line in lines if line.startswith("remote:") and line[7:].strip()]
    return told[0][:300] if told else ""


def _asking(env: Mapping[str, str], ask: bool) -> dict[str, str]:
    return {"GIT_TERMINAL_PROMPT": env.get("GIT_TERMINAL_PROMPT", "1") if ask else "0"}
