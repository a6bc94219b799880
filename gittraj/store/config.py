"""Git configuration that gittraj writes: a repository goes in, notes follow rewritten commits afterwards, or as before again.

What stood there before is remembered under ``gittraj.`` in the same file, so that `deconfigure` can put it back.
"""

import fnmatch

from gittraj.store.notes import BODIES, REF
from gittraj.store.repository import Repository

MODE = "concatenate"  # keeps every signature; `cat_sort_uniq` destroys binary notes, `overwrite` and `ignore` lose one side
_SHARE = "gittraj.share"
_REQUIRED = "gittraj.requirePolicy"
_ADDED = "gittraj.addedRewriteRef"
_SET = "gittraj.setRewriteMode"
_PREVIOUS = "gittraj.previousRewriteMode"
_MERGE = "gittraj.setMergeStrategy"
_LOSSLESS = ("union", "manual")  # of git's strategies for merging notes; `manual` leaves it to a person


def configure(repository: Repository) -> list[str]:
    """Let git copy our notes when it rewrites commits; the settings made, one line each, [] where all was so before.

    `notes.displayRef` is never set: `git log` would print binary. Raises `StoreError` where git cannot write them.
    """
    done: list[str] = []
    settings = repository.settings
    if not any(covers(pattern, REF) for pattern in settings.rewrite_refs):
        repository.git.run(["config", "--local", "--add", "notes.rewriteRef", REF])
        _remember(repository, _ADDED, "true")
        done.append(f"notes.rewriteRef = {REF}")
    if settings.rewrite_mode.lower() != MODE:
        before = _local(repository, "notes.rewriteMode")
        if before is not None:
            _remember(repository, _PREVIOUS, before)
        repository.git.run(["config", "--local", "--replace-all", "notes.rewriteMode", MODE])
        _remember(repository, _SET, "true")
        done.append(f"notes.rewriteMode = {MODE}")
    repository.__dict__.pop("settings", None)
    return done


def merge_losses(repository: Repository) -> list[tuple[str, str]]:
    """(key, value) of each strategy by which git's own merge of our notes would lose some of them; it is one of git's words."""
    values = repository.settings.values
    found = []
    for ref in (REF, BODIES):
        own = f"notes.{ref.removeprefix('refs/notes/')}.mergestrategy"
        key = own if own in values else "notes.mergestrategy"
        value = values.get(key, ["manual"])[-1]
        if value not in _LOSSLESS and (key, value) not in found:
            found.append((key, value))
    return found


def protect(repository: Repository) -> list[str]:
    """Let git neither sort, overwrite nor choose between notes of ours; the settings made, one line each. Raises `StoreError`.

    What is set for all notes, or for all repositories, stays: what is said of our refs in this repository goes before it.
    """
    done: list[str] = []
    if repository.settings.rewrite_mode.lower() not in ("", MODE):
        done += configure(repository)
    for ref in (REF, BODIES) if merge_losses(repository) else ():
        key = f"notes.{ref.removeprefix('refs/notes/')}.mergeStrategy"
        if repository.settings.values.get(key.lower(), [""])[-1] not in _LOSSLESS:
            repository.git.run(["config", "--local", "--replace-all", key, _LOSSLESS[0]])
            _remember(repository, _MERGE, "true")
            done.append(f"{key} = {_LOSSLESS[0]}")
    repository.__dict__.pop("settings", None)
    return done


def deconfigure(repository: Repository) -> list[str]:
    """Take back what `configure` set; the settings changed, one line each. Raises `StoreError`."""
    done: list[str] = []
    if _local(repository, _ADDED) is not None:
        _unset(repository, "notes.rewriteRef", f"^{REF}$")
        done.append(f"notes.rewriteRef no longer names {REF}")
    if _local(repository, _SET) is not None:
        before = _local(repository, _PREVIOUS)
        if before is None:
            _unset(repository, "notes.rewriteMode", f"^{MODE}$")
            done.append("notes.rewriteMode is unset again")
        elif _local(repository, "notes.rewriteMode") == MODE:
            repository.git.run(["config", "--local", "--replace-all", "notes.rewriteMode", before])
            done.append(f"notes.rewriteMode = {before} again")
    if _local(repository, _MERGE) is not None:
        for ref in (REF, BODIES):
            _unset(repository, f"notes.{ref.removeprefix('refs/notes/')}.mergeStrategy", f"^{_LOSSLESS[0]}$")
        done.append("git's own merge of our notes does as it is configured again")
    for key in (_ADDED, _SET, _PREVIOUS, _MERGE):
        _unset(repository, key)
    repository.__dict__.pop("settings", None)
    return done


def share(repository: Repository, remote: str) -> None:
    """Let notes go to `remote` along with `git push`. Raises `StoreError`."""
    _remember(repository, _SHARE, remote)


def unshare(repository: Repository) -> bool:
    """Let them no longer; whether they did. Raises `StoreError`."""
    if _local(repository, _SHARE) is None:
        return False
    _unset(repository, _SHARE)
    return True


def require_policy(repository: Repository) -> None:
    """Let the pre-receive hook refuse pushes while there is no policy. Raises `StoreError`."""
    repository.git.run(["config", "--local", "--replace-all", _REQUIRED, "true"])


def unrequire_policy(repository: Repository) -> bool:
    """Take that back; whether it was so. Raises `StoreError`."""
    there = _local(repository, _REQUIRED) is not None
    _unset(repository, _REQUIRED)
    return there


def display_warnings(repository: Repository) -> list[str]:
    """The values of `notes.displayRef` that make plain `git log` print our binary notes."""
    return [pattern for pattern in repository.settings.display_refs if covers(pattern, REF)]


def covers(pattern: str, ref: str) -> bool:
    """Whether a value of `notes.displayRef` or `notes.rewriteRef` (a glob, or a name with parts left out) means `ref`."""
    full = (
        pattern
        if pattern.startswith("refs/")
        else f"refs/{pattern}"
        if pattern.startswith("notes/")
        else f"refs/notes/{pattern}"
    )
    return fnmatch.fnmatchcase(ref, full)


def _local(repository: Repository, key: str) -> str | None:
    code, out = repository.git.call(["config", "--local", "-z", "--get", key], ok=(0, 1))
    return out.decode("utf-8", "surrogateescape").rstrip("\0") if code == 0 else None


def _remember(repository: Repository, key: str, value: str) -> None:
    repository.git.run(["config", "--local", "--replace-all", key, value])


def _unset(repository: Repository, key: str, pattern: str = "") -> None:
    repository.git.call(["config", "--local", "--unset-all", key, *([pattern] if pattern else [])], ok=(0, 5))
