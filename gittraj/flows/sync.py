"""`git traj push`, `fetch` and `sync`: a house and a remote go in; afterwards every note of both is on both, and what went where comes out.

Nothing is forced and nothing is chosen: notes are united item by item, and a push that is refused, in whatever words, is tried
again on what the remote has by then.
"""

import random
import time
from collections.abc import Iterator

from gittraj.errors import KeyringError, RefRaceError, SealError, StoreError
from gittraj.flows.bodies import bodies_in
from gittraj.flows.wiring import House
from gittraj.model.exchange import Exchange, ExchangedRef
from gittraj.store import tips, transfer
from gittraj.store.notes import BODIES, REF, NoteStore
from gittraj.store.refs import Ref
from gittraj.store.remote import names, without_credentials
from gittraj.store.settings import boolean

TRIES = 60  # pushes that others keep winning; each refusal means that somebody else got through
SAME = 4  # refusals while the remote stays as it is: not a race, so the reason is told
LONGEST_PAUSE = 1.0  # seconds


def push(house: House, remote: str | None = None) -> Exchange:
    """Send all notes to `remote` (None: the one of `default_remote`), uniting with what is there. Also for the pre-push hook.

    Raises `StoreError` where the remote cannot be reached or will not take them, `RefRaceError` where others always win.
    """
    remote = remote or default_remote(house)
    done: list[ExchangedRef] = []
    warnings: list[str] = []
    tries = 0
    for place, refs in _places(house, remote):
        sent, count = _push(house, place, refs, warnings)
        done += sent
        tries = max(tries, count)
    return Exchange(without_credentials(remote), tuple(done), tries, tuple(dict.fromkeys(warnings)))


def fetch(house: House, remote: str | None = None) -> Exchange:
    """Get all notes of `remote` (None: the one of `default_remote`) and unite ours with them. Raises `StoreError`."""
    remote = remote or default_remote(house)
    warnings: list[str] = []
    done = [one for place, refs in _places(house, remote) for one in _fetch(house, place, refs, warnings)]
    return Exchange(without_credentials(remote), tuple(done), warnings=tuple(warnings))


def sync(house: House, remote: str | None = None) -> Exchange:
    """`fetch`, then `push`. Raises as they do."""
    remote = remote or default_remote(house)
    fetched = fetch(house, remote)
    got = {one.ref: one for one in fetched.refs}
    sent = push(house, remote)
    refs = []
    for one in sent.refs:
        before = got.pop(one.ref, None)
        received = one.received + (before.received if before else 0)
        refs.append(ExchangedRef(one.ref, one.remote, one.tip, received, one.sent))
    warnings = tuple(dict.fromkeys((*fetched.warnings, *sent.warnings)))
    return Exchange(sent.remote, (*refs, *got.values()), sent.tries, warnings)


def shared_remote(house: House) -> str:
    """The remote that notes go to along with `git push` (`git traj init --share`), "" where they go to none."""
    value = house.settings.values.get("gittraj.share", [""])[-1]
    chosen = boolean(value)
    if chosen is None:
        return value
    return default_remote(house) if chosen else ""


def default_remote(house: House) -> str:
    """`gittraj.remote`, else the one shared with, else ``origin``, else the only one there is. Raises `StoreError` where none is."""
    values = house.settings.values
    for key in ("gittraj.remote", "gittraj.share"):
        value = values.get(key, [""])[-1]
        if value and boolean(value) is None:
            return value
    known = names(values)
    if "origin" in known:
        return "origin"
    if len(known) == 1:
        return known[0]
    if not known:
        raise StoreError("this repository has no remote", hint="git remote add origin URL")
    raise StoreError(
        f"which remote? there are {', '.join(known)}", hint=f"name one, or: git config gittraj.remote {known[0]}"
    )


def bodies_remote(house: House) -> str:
    """Where detached bodies go if not where the notes go: `gittraj.bodiesRemote`, "" where it is not set."""
    return house.settings.values.get("gittraj.bodiesremote", [""])[-1]


def absorb(house: House) -> None:
    """Unite our notes with what a plain `git fetch` brought, and with what another program overwrote. Raises `StoreError`."""
    common = house.repository.common_dir
    for store in (house.notes, NoteStore(house.repository, BODIES)):
        store.mend(raced=True)
        for remote in names(house.settings.values):
            name = transfer.tracking(remote, store.ref.name)
            theirs = Ref(house.repository.backend, common, name).read()
            if theirs and theirs != tips.absorbed(common, name):
                _unite(store, remote, theirs)


def _places(house: House, remote: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Which refs go to and come from which remote."""
    other = bodies_remote(house)
    if other and other != remote:
        yield remote, (REF,)
        yield other, (BODIES,)
    else:
        yield remote, (REF, BODIES)


def _fetch(house: House, remote: str, refs: tuple[str, ...], warnings: list[str]) -> list[ExchangedRef]:
    _look(house, remote, refs, warnings)
    done = []
    for ref in refs:
        store = NoteStore(house.repository, ref)
        store.mend()
        theirs = _known(house, remote, ref)
        received = _unite(store, remote, theirs) if theirs else 0
        if store.tip() or ref == REF:
            done.append(ExchangedRef(ref, without_credentials(remote), store.tip(), received))
    return done


def _look(house: House, remote: str, refs: tuple[str, ...], warnings: list[str]) -> None:
    """Bring the tracking refs up to date, and notice what the remote once showed and no longer has."""
    transfer.fetch(house.repository, remote, ask=house.ask is not None)
    if REF in refs:
        _observe(house, remote, _known(house, remote, REF), warnings)


def _observe(house: House, remote: str, tip: str, warnings: list[str]) -> None:
    from gittraj.flows import completeness

    found = completeness.observe(house, transfer.folder(remote), tip)
    warnings.extend(f"{each.kind}: {each.detail}" for each in found if each.fatal)


def _sign_head(house: House, warnings: list[str]) -> None:
    """A signed count of all notes goes along with news (ADR 16); without a key the notes go all the same."""
    from gittraj.flows import heads

    try:
        heads.sign_head(house)
    except (KeyringError, SealError) as error:
        warnings.append(f"no signed head goes along: {error.message}")


def _push(house: House, remote: str, refs: tuple[str, ...], warnings: list[str]) -> tuple[list[ExchangedRef], int]:
    stores = [NoteStore(house.repository, ref) for ref in refs]
    received = dict.fromkeys(refs, 0)
    same, signed = 0, False
    for number in range(1, TRIES + 1):
        before = {ref: _known(house, remote, ref) for ref in refs}
        wanted = {}
        for store in stores:
            store.mend()
            if before[store.ref.name] and store.tip():
                received[store.ref.name] += _unite(store, remote, before[store.ref.name])
            if store.ref.name == REF and not signed and store.tip() not in ("", before[REF]):
                _sign_head(house, warnings)
                signed = True
            if store.tip():
                wanted[store.ref.name] = store.tip()
        if not wanted:
            return [ExchangedRef(REF, without_credentials(remote), "")] if REF in refs else [], 0
        for store in stores:
            _check(house, store, remote, before[store.ref.name])
        refused = transfer.push(house.repository, remote, wanted, ask=house.ask is not None)
        if not refused:
            if REF in wanted:
                _observe(house, remote, wanted[REF], warnings)
            return [_sent(house, store, remote, wanted, before, received) for store in stores if store.tip()], number
        final = next((one for one in refused if one.final), None)
        if final is None:
            _look(house, remote, refs, warnings)
            same = same + 1 if all(_known(house, remote, ref) == before[ref] for ref in refs) else 0
        if final or same >= SAME:
            raise _not_taken(remote, final or refused[0])
        time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.02 * number)))  # noqa: S311  (not a secret)
    raise RefRaceError(
        f"others kept moving {refused[0].ref} on {without_credentials(remote)} ({refused[0].words})",
        hint="git traj push",
    )


def _check(house: House, store: NoteStore, remote: str, known: str) -> None:
    """Raises `StoreError` where a push would be a leak, or could not be one without force."""
    tip, ref, name = store.tip(), store.ref.name, without_credentials(remote)
    if tip and known and not house.repository.descends(tip, known):
        raise StoreError(
            f"{name} still has the history of {ref} from before a purge here, and a push never replaces it",
            hint=f"who may rewrite it there: git push --force-with-lease={ref}:{known} {name} {ref}",
        )
    other = bodies_remote(house)
    if ref != REF or not other or other == remote or not tip:
        return
    out = house.repository.git.run(["rev-list", "--objects", tip, *([f"^{known}"] if known else [])])
    for line in out.decode("utf-8", "surrogateescape").splitlines():
        oid, _, path = line.partition(" ")
        if len(path.replace("/", "")) == store.width and bodies_in(house.repository.blob(oid, fetch=True)):
            raise StoreError(
                f"bodies go to {without_credentials(other)} only, but these notes (or their history) hold some",
                hint="git traj bodies --detach --anew",
            )


def _sent(
    house: House,
    store: NoteStore,
    remote: str,
    wanted: dict[str, str],
    before: dict[str, str],
    received: dict[str, int],
) -> ExchangedRef:
    ref = store.ref.name
    tip = wanted[ref]
    name = transfer.tracking(remote, ref)
    tracked = Ref(house.repository.backend, house.repository.common_dir, name)
    now = tracked.read()
    if now != tip:  # where the remote's refspec names it, git has moved it already
        tracked.move(now, tip, "update by git traj push")
    tips.keep_absorbed(house.repository.common_dir, name, tip)
    sent = store.differing(before[ref], tip)
    return ExchangedRef(ref, without_credentials(remote), tip, received[ref], sent)


def _unite(store: NoteStore, remote: str, theirs: str) -> int:
    name = transfer.folder(remote)
    merged = store.merge(theirs, message=f"Notes of {name} united by git traj")
    tips.keep_absorbed(store.repository.common_dir, transfer.tracking(remote, store.ref.name), theirs)
    return merged.received


def _known(house: House, remote: str, ref: str) -> str:
    return Ref(house.repository.backend, house.repository.common_dir, transfer.tracking(remote, ref)).read()


def _not_taken(remote: str, refused: transfer.Refused) -> StoreError:
    return StoreError(
        f"{without_credentials(remote)} does not take {refused.ref}: {refused.words}",
        hint="ask who runs that remote to allow pushes to refs/notes/traj*, or name another: git traj push REMOTE",
    )
