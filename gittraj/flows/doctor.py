"""`git traj doctor`: a repository goes in; what is well, odd or broken comes out, each with the command that mends it."""

import os
import sys
from collections.abc import Iterator

from gittraj.errors import GitTrajError, KeyringError
from gittraj.flows import discover, pending
from gittraj.flows.ailing import ailing
from gittraj.flows.wiring import House, key_settings, keychain, open_house
from gittraj.keyring import keys, signers
from gittraj.model.report import Finding
from gittraj.redact.scanner import Scanner
from gittraj.store import config, hooks_install, notes_shape, refspecs
from gittraj.store.notes import BODIES, REF, NoteStore
from gittraj.store.remote import names
from gittraj.store.settings import boolean
from gittraj.store.state import State

REPAIR = "git traj doctor --repair"
NAMED = 4  # commits that are named in one line
_HOOK = {
    "present": ("ok", ""),
    "edited": ("note", ""),
    "outdated": ("warning", "git traj init"),
    "missing": ("warning", "git traj init"),
    "manual": ("warning", ""),
}


def doctor(*, directory: str | None = None) -> list[Finding]:
    """Look at hooks, key, trust, scanner, settings, notes and what went wrong in hooks. Raises `StoreError` without a repository."""
    house = open_house(directory)
    discover.note_plugins(house.repository.common_dir)
    return [
        *_hooks(house),
        *_key(house),
        *_trust(house),
        *_scanner(),
        *_settings(house),
        *_remotes(house),
        *_notes(house),
        *_state(house),
    ]


def _hooks(house: House) -> Iterator[Finding]:
    names = hooks_install.NAMES if house.repository.workdir else hooks_install.SERVER
    for one in hooks_install.status(house.repository, names, interpreter=sys.executable):
        level, hint = _HOOK[one.how]
        yield Finding(level, f"hook {one.path}: {one.how}", "", one.hint or hint)


def _key(house: House) -> Iterator[Finding]:
    settings = key_settings(house)
    try:
        signer = signers.choose(settings._replace(ask=None), house.env)
    except KeyringError as error:
        yield Finding("problem", "the signing key cannot be used", error.message, error.hint or "git traj keys")
        return
    yield Finding("ok", f"signs as {signer.principal} with {keys.fingerprint_text(signer.kid)} ({signer.source})")


def _trust(house: House) -> Iterator[Finding]:
    try:
        trusted = keychain(house).signers
    except KeyringError as error:
        yield Finding("problem", "trust files cannot be read", error.message, error.hint or "")
        return
    for problem in trusted.problems:
        yield Finding("warning", "a line of allowed_signers is skipped", problem)
    try:
        public, _ = signers.own_key(key_settings(house), house.env)
    except KeyringError:
        return
    if not trusted.judge(public.blob, house.settings.user_email, None).trusted:
        yield Finding(
            "warning", "your own key is not trusted here, so your own traces do not verify", "", "git traj init"
        )
    yield Finding("ok", f"{len(trusted.keys())} trusted key(s)")


def _scanner() -> Iterator[Finding]:
    try:
        Scanner().warm_up()
    except GitTrajError as error:
        yield Finding("problem", "secrets cannot be looked for, so nothing is sealed", error.message, error.hint or "")
        return
    yield Finding("ok", "secret scanner works")


def _settings(house: House) -> Iterator[Finding]:
    settings = house.settings
    for ref in config.display_warnings(house.repository):
        yield Finding(
            "warning",
            f"notes.displayRef = {ref}: plain git log prints our binary notes",
            "",
            "git config --unset notes.displayRef",
        )
    if not any(config.covers(pattern, REF) for pattern in settings.rewrite_refs):
        yield Finding(
            "warning",
            "notes do not follow amended and rebased commits",
            "notes.rewriteRef does not name them",
            "git traj init",
        )
    if settings.rewrite_mode.lower() == "cat_sort_uniq":
        yield Finding(
            "problem",
            "notes.rewriteMode = cat_sort_uniq destroys our notes when commits are rewritten",
            "",
            REPAIR,
        )
    elif settings.rewrite_mode.lower() not in ("", config.MODE):
        yield Finding(
            "warning",
            f"notes.rewriteMode = {settings.rewrite_mode} loses one side when commits are squashed",
            "",
            "git traj init",
        )
    for key, value in config.merge_losses(house.repository):
        if value == "cat_sort_uniq":
            yield Finding("problem", f"{key} = cat_sort_uniq destroys our notes when they are merged", "", REPAIR)
        else:
            yield Finding("warning", f"{key} = {value} loses one side when notes are merged", "", REPAIR)
    for key in settings.unknown:
        yield Finding("note", f"{key} is set, and means nothing to this version")
    for key, value in settings.invalid:
        yield Finding(
            "warning", f"{key} = {value} cannot be understood; the default holds", "", f"git config --unset {key}"
        )


def _remotes(house: House) -> Iterator[Finding]:
    for remote in refspecs.missing(house.repository):
        yield Finding("warning", f"git fetch {remote} does not bring the notes of others", "", "git traj init")
    known = names(house.settings.values)
    for key in ("gittraj.share", "gittraj.remote", "gittraj.bodiesRemote"):
        remote = house.settings.values.get(key.lower(), [""])[-1]
        if boolean(remote) is None and remote not in known and "/" not in remote and ":" not in remote:
            yield Finding(
                "problem", f"{key} = {remote}, and there is no such remote", "", f"git remote add {remote} URL"
            )
    for store in (house.notes, NoteStore(house.repository, BODIES)):
        if store.overwritten():
            yield Finding("warning", f"{store.ref.name}: another program overwrote notes", "", "git traj log")


def _notes(house: House) -> Iterator[Finding]:
    listed = list(house.notes.list())
    gone = sum(not house.repository.has_commit(commit) for commit, _ in listed)
    yield Finding("ok", f"{len(listed)} commit(s) have a trace")
    if gone:
        yield Finding("note", f"{gone} of them are not in this clone", "rewritten, not fetched, or pruned")
    for store in (house.notes, NoteStore(house.repository, BODIES)):
        found = list(ailing(store))
        damaged = [one.key[:12] for one in found if one.damage]
        if damaged:
            where = ", ".join(damaged[:NAMED]) + (" …" if len(damaged) > NAMED else "")
            yield Finding("problem", f"{store.ref.name}: {len(damaged)} note(s) are damaged", where, REPAIR)
        if len(found) > len(damaged):
            what = f"{store.ref.name}: {len(found) - len(damaged)} note(s) hold items twice or out of order"
            yield Finding("warning", what, "as git's own merges and copies leave them; nothing is lost", REPAIR)
    odd = notes_shape.strange(house.repository, house.notes.tip(), REF)
    if odd:
        what = f"{REF}: {len(odd)} place(s) of its tree hold something else than a note"
        yield Finding("problem", what, ", ".join(f"{one.path}: {one.why}" for one in odd[:NAMED]), REPAIR)


def _state(house: House) -> Iterator[Finding]:
    kept = State(house.repository.common_dir)
    names = kept.pending()
    readable = {name for name, _, _ in pending.waiting(house.repository.common_dir)}
    if readable:
        yield Finding("warning", f"{len(readable)} record(s) wait for a signature", "", "git traj finish")
    for name in names:
        if name not in readable:
            path = os.path.join(kept.folder, "pending", name)
            yield Finding("problem", "a record that waits for a signature is damaged", path, f"rm {path}")
    for line in kept.problems()[-10:]:
        yield Finding("note", "a hook met a problem", line)
