"""The pre-push hook: what git says it will push goes in; whether it may, and what became of the notes, comes out.

Only commits that the remote does not have yet are judged. Where notes are shared with the remote (`git traj init --share`), they go first, so
that a server which judges commits by their traces has them.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence

from gittraj.errors import GitTrajError, StoreError
from gittraj.flows import sync
from gittraj.flows.gate import NOTES, Side, judge_updates
from gittraj.flows.guard_notes import guard_notes
from gittraj.flows.wiring import House, open_house
from gittraj.model.push import PushReport, Update

Say = Callable[[str], None]


def pre_push(
    directory: str, env: Mapping[str, str], remote: str, url: str, updates: Sequence[Update], say: Say
) -> PushReport:
    """Judge the push; where it may go on and notes are shared with this remote, push them. `say`: a line for the user.

    Raises `GitTrajError` where nothing can be judged: the push must not go on then.
    """
    house = open_house(directory, env, interactive=False)
    with contextlib.suppress(StoreError):  # a repository that cannot be written is judged as it is
        sync.absorb(house)
    side = Side(house, (f"--remotes={remote}" if _is_name(house, remote) else "--remotes",))
    report = judge_updates(side, updates)
    if any(update.ref.startswith(NOTES) for update in updates):
        from gittraj.flows.policy import policy_at

        refusals = (*report.refusals, *guard_notes(house, policy_at(house).keys, updates, server=False))
        report = PushReport(report.judged, report.commits, report.missing, refusals, report.policy)
    if report.ok and any(update.new and not update.ref.startswith(NOTES) for update in updates):
        _share(house, remote, url, say)
    return report


def named(directory: str, env: Mapping[str, str], ref: str, old: str, new: str) -> Update:
    """An update of `ref` from and to revisions that a person may have named ("" for no old one). Raises `StoreError`."""
    repository = open_house(directory, env, interactive=False).repository
    return Update(ref, repository.resolve(old) if old.strip("0") else "", repository.resolve(new))


def _share(house: House, remote: str, url: str, say: Say) -> None:
    """Notes go where the commits go, if the user asked for that; what goes wrong is told and stops nothing: commits without a
    trace are refused by whoever demands one.
    """
    shared = sync.shared_remote(house)
    if not shared or shared not in (remote, url) or not house.notes.tip():
        return
    try:
        done = sync.push(house, remote)
    except GitTrajError as error:
        say(f"the notes were not pushed: {error.message}; later: git traj push")
        return
    for warning in done.warnings:
        say(warning)
    sent = sum(one.sent for one in done.refs)
    if sent:
        say(f"{sent} note{'' if sent == 1 else 's'} pushed to {done.remote}")


def _is_name(house: House, remote: str) -> bool:
    return f"remote.{remote}.url" in house.settings.values
