"""`git traj import`: another tool's history in a repository goes in; signed statements in the notes and a report come out."""

from collections.abc import Callable

from gittraj.flows import chain
from gittraj.flows.import_claims import import_claims
from gittraj.flows.import_entire import Source
from gittraj.flows.import_records import Importing, Queue, Report
from gittraj.flows.import_write import Batch
from gittraj.flows.keep import import_signing
from gittraj.flows.wiring import House, open_house, signer
from gittraj.model.report import ImportReport

Progress = Callable[[int, int], None]


def import_history(
    tool: str,
    revisions: str | None = None,
    *,
    dry_run: bool = False,
    redact: bool = True,
    progress: Progress = lambda done, total: None,
    directory: str | None = None,
) -> ImportReport:
    """What `tool` left, as statements: see `import_entire_history` and `import_claims.import_claims`."""
    if tool == "entire":
        return import_entire_history(revisions, dry_run=dry_run, redact=redact, progress=progress, directory=directory)
    commits = None if revisions is None else set(_chosen(open_house(directory), revisions))
    return import_claims(tool, commits, dry_run=dry_run, progress=progress, directory=directory)


def import_entire_history(
    revisions: str | None = None,
    *,
    dry_run: bool = False,
    redact: bool = True,
    progress: Progress = lambda done, total: None,
    directory: str | None = None,
) -> ImportReport:
    """Records of the Entire CLI's checkpoints on the commits (of `revisions`; None: all) that name them.

    `progress` hears how many of how many pairs of commit and session are done. Raises `StoreError` where there are no checkpoints
    or a note cannot be written, `KeyringError` where no key can sign, `RedactError`.
    """
    house = open_house(directory)
    source = Source(house)
    wanted = None if revisions is None else set(_chosen(house, revisions))
    key = None if dry_run else signer(house)
    if not dry_run:
        chain.catch_up(house)
        import_signing()
    report = Report(
        progress, len(source.named) if wanted is None else sum(1 for one in source.named if one.commit.id in wanted)
    )
    with Batch(house, "imported from entire") as batch:
        queue = Queue(house, batch, key, report) if key is not None else None
        for session in source.sessions():
            Importing(house, source, queue, wanted, report, scan=redact).session(session)
        if queue is not None:
            queue.flush()
    skipped = [one for one in source.problems if wanted is None or not _other_commit(source, one[0], wanted)]
    return ImportReport(
        source="entire",
        place=source.ref,
        imported=tuple(report.imported),
        already=report.already,
        skipped=tuple(dict.fromkeys(skipped)),
        dry_run=dry_run,
    )


def _chosen(house: House, revisions: str) -> list[str]:
    repository = house.repository
    if ".." in revisions or revisions.startswith(("^", "-")) or " " in revisions:
        return repository.revisions(revisions)
    return [repository.resolve(revisions)]


def _other_commit(source: Source, name: str, wanted: set[str]) -> bool:
    """Whether a problem is one of commits that were not asked for."""
    if len(name) == 12 and any(commit.startswith(name) for commit in wanted):
        return False
    checkpoint = name.partition("/")[0]
    return not any(one.commit.id in wanted and checkpoint in one.checkpoints for one in source.named)
