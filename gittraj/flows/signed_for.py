"""What a verified statement says to who looks for a rewritten commit's trace: the statement goes in; its kind, its commit, and whether it holds come out."""

from collections.abc import Sequence

import msgspec

from gittraj.model.states import Verified
from gittraj.model.verdict import Check
from gittraj.seal.headers import CARRY, RECORD

_APART = ("signer", "time", "binding")  # who is trusted, when, and which commit it is about: other questions


def is_foreign(one: Verified, object_format: str) -> bool:
    """Whether it is good but for the commit it was signed for."""
    anchor = one.statement.anchor
    same = anchor is not None and anchor.object_format == object_format
    return same and is_good(one) and result(one, "binding") == "fail"


def is_good(one: Verified) -> bool:
    """Whether it is fine by itself."""
    failed = [check.name for check in one.checks if check.result == "fail" and check.name not in _APART]
    return not failed and result(one, "signature") == "pass"


def predecessors(records: Sequence[Verified], foreign: Sequence[Verified]) -> set[str]:
    """The digests of records that come before one of `records` in its session, as those say, signed."""
    known = {one.statement.digest: one for one in foreign}
    found: set[str] = set()
    waiting = [one.statement.anchor.prev for one in records if one.statement.anchor]
    while waiting:
        digest = waiting.pop()
        if digest in known and digest not in found:
            found.add(digest)
            anchor = known[digest].statement.anchor
            waiting += [anchor.prev] if anchor else []
    return found


def is_carry(one: Verified) -> bool:
    """Whether it is a good carry statement."""
    return one.statement.kind == CARRY and is_good(one)


def is_record(one: Verified) -> bool:
    """Whether it is a record, good or not."""
    return one.statement.kind == RECORD


def commit_of(one: Verified) -> str:
    """The commit it was signed for, "" where it names none."""
    return one.statement.anchor.commit if one.statement.anchor else ""


def result(one: Verified, name: str) -> str:
    """The result of one of its checks, "" where that was not made."""
    return next((check.result for check in one.checks if check.name == name), "")


def with_check(one: Verified, check: Check) -> Verified:
    """The statement with `check` in place of the one of that name."""
    return msgspec.structs.replace(one, checks=tuple(check if each.name == check.name else each for each in one.checks))
