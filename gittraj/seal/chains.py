"""The chains of segments: links of all sessions go in, what is missing, double or forked in them comes out, named."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

GAPS_TOLD = 100  # of one session; a forged place of 2^60 must not make 2^60 findings


class Link(NamedTuple):
    """One signed record's place in its session: `digest`, `prev`: SHA-256 (hex) of the records; `commit`: where its note stands.

    `imported`: made from another tool's history, where a commit and its rebased copy each got the same stretch (docs/adr/0011).
    """

    session: str
    seq: int
    prev: str
    digest: str
    commit: str
    imported: bool = False


class Finding(NamedTuple):
    """`kind`: gap | fork | broken | duplicate, and for notes as a whole deletion | rollback | equivocation | removed | misplaced | head.

    For a log of receipts rollback | equivocation | removed | broken.

    `fatal`: whether completeness fails by it.
    """

    kind: str
    detail: str
    commit: str = ""
    session: str = ""
    fatal: bool = True


Known = Callable[[Link], bool]


def judge(links: Iterable[Link], known: Known = lambda link: False) -> list[Finding]:
    """What is wrong with the chains of these links.

    gap: records before this one are missing; broken: the record before it is another than the one it names; fork: two records claim one
    place (told, not fatal, where all of them were imported); duplicate: one record signed more than once in different words (told, not fatal). `known`: asked for a link whose
    predecessor is not among `links`, whether the predecessor is elsewhere.
    """
    sessions: dict[str, dict[int, dict[str, list[Link]]]] = {}
    for link in links:
        sessions.setdefault(link.session, {}).setdefault(link.seq, {}).setdefault(link.digest, []).append(link)
    found: list[Finding] = []
    for session in sorted(sessions):
        places = sessions[session]
        for seq in sorted(places)[:GAPS_TOLD]:
            records = places[seq]
            first = min(link.commit for links in records.values() for link in links)
            if len(records) > 1:
                commits = sorted({link.commit[:12] for links in records.values() for link in links})
                text = f"{len(records)} records claim to be number {seq} of their session, on {', '.join(commits[:4])}"
                copies = all(link.imported for links in records.values() for link in links)
                found.append(Finding("fork", text + ", all imported" * copies, first, session, fatal=not copies))
            for alike in records.values():
                link = min(alike, key=lambda each: each.commit)
                found.extend(_before(link, places.get(seq - 1), known))
    return found


def _before(link: Link, before: "dict[str, list[Link]] | None", known: Known) -> Iterable[Finding]:
    if link.seq == 0:
        if link.prev:
            text = "the first record of its session names one before it"
            yield Finding("broken", text, link.commit, link.session)
        return
    if before is not None and link.prev in before:
        return
    if known(link):
        return
    if before is not None:
        text = f"record {link.seq - 1} of its session is another than the one that record {link.seq} follows"
        yield Finding("broken", text, link.commit, link.session)
    else:
        text = f"record {link.seq - 1} of its session, {link.prev[:12] or 'unnamed'}, is not in the notes"
        yield Finding("gap", text, link.commit, link.session)
