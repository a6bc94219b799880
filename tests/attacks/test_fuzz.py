"""A fuzzer over a real note: whatever is done to its bytes and items, the verdict is not green, unless they are as they were.

Bounded in the suite; `make fuzz` goes on with other examples.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gittraj.codec import framing
from gittraj.codec.digest import sha256
from gittraj.flows.statements import read_note
from gittraj.flows.verify import status_of
from gittraj.flows.wiring import keychain, open_house, signer
from gittraj.model.anchor import Anchor
from gittraj.seal.sign import attach
from tests.support.note_hands import note
from tests.support.workshop import Workshop

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


class Notes:
    """The notes of two commits of one session, and the verdict on the second if its note were other bytes."""

    def __init__(self, shop: Workshop) -> None:
        self.house = open_house(str(shop.repo), {**os.environ, **shop.env})
        self.keys = keychain(self.house)
        self.commit = self.house.repository.commit(shop.out("rev-parse", "HEAD"))
        self.good = note(shop, "HEAD")
        self.items = [item.raw for item in framing.read(self.good).items]
        self.words = [self.word(moment) for moment in (1, 2)]
        self.others = [item.raw for item in framing.read(note(shop, "HEAD~1")).items]

    def word(self, at: int) -> bytes:
        """A person's signed word about the commit, another at every time."""
        about = self.commit
        anchor = Anchor(
            about.id, about.tree, about.parents, "", 0, 0, "consent", object_format=self.house.repository.object_format
        )
        return attach("consent", {"consents": "trust"}, anchor, signer(self.house), at)

    def status(self, blob: bytes) -> str:
        return status_of(read_note(self.house, self.commit, blob, self.keys), allow_untrusted=True)[0]


@pytest.fixture(scope="module")
def notes(lasting: Workshop) -> Notes:
    claude = lasting.claude()
    for number in (1, 2):
        claude.say(f"Write file {number}, please.")
        claude.answer("As you wish.", thinking="A file, then.")
        claude.write(f"f{number}.txt", f"content {number}\n")
        claude.run(f"git add -A && git commit -qm 'Step {number}'")
    found = Notes(lasting)
    assert found.status(found.good) == "verified"
    return found


EDITS = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "put", "copy", "swap", "zero"]), st.integers(0, 1 << 20), st.binary(min_size=1, max_size=9)),
    min_size=1,
    max_size=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=QUIET)
@given(EDITS)
def test_no_edit_of_the_bytes_stays_green(notes: Notes, edits: list[tuple[str, int, bytes]]) -> None:
    blob = notes.good
    for what, where, data in edits:
        place = where % (len(blob) or 1)
        end = place + len(data)
        part = blob[place:end]
        changed = {
            "flip": bytes(left ^ right for left, right in zip(part, data, strict=False)),
            "cut": b"",
            "put": data + part,
            "copy": part + part,
            "swap": part[::-1],
            "zero": bytes(len(part)),
        }[what]
        blob = blob[:place] + changed + blob[end:]
    assert (notes.status(blob) == "verified") == (blob == notes.good)


@settings(max_examples=200, deadline=None, suppress_health_check=QUIET)
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 1), st.sampled_from([b"", b"", b"\n", b"\0", b"\x40"])), max_size=7
    )
)
def test_no_choice_of_items_stays_green_but_the_whole(notes: Notes, choice: list[tuple[bool, int, bytes]]) -> None:
    blob = b"".join((notes.items if own else notes.others)[index] + after for own, index, after in choice)
    assert (notes.status(blob) == "verified") == (blob == notes.good)


@settings(max_examples=200, deadline=None, suppress_health_check=QUIET)
@given(
    st.lists(
        st.lists(st.integers(0, 3), min_size=1, max_size=5) | st.sets(st.integers(0, 3), min_size=1).map(sorted),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([b"\n", b"\n\n", b"\n\n\n"]),
)
def test_of_runs_of_several_statements_only_those_stay_green_that_git_could_join(
    notes: Notes, runs: list[list[int]], between: bytes
) -> None:
    record, body = notes.items
    ordered = [*sorted([record, *notes.words], key=sha256), body]
    blob = between.join(b"".join(ordered[number] for number in run) for run in runs)
    at = ordered.index(record)
    in_order = all(run == sorted(set(run)) for run in runs)
    there = {number for run in runs for number in run}
    whole = all(at in run for run in runs if 3 in run) and (3 in there or at not in there)
    joined = len(runs) == 1 or (len(between) < 3 and any(run != runs[0] for run in runs))
    assert (notes.status(blob) == "verified") == (in_order and whole and joined)
