"""Verdicts: what a check found, apart for each question, never folded into one bit before the end."""

import msgspec

CHECKS = ("structure", "signature", "signer", "time", "binding", "body", "schema", "invariants")  # of one statement
REPLAYED = ("edits", "coverage", "attribution")  # of a commit, by replay


class Check(msgspec.Struct, frozen=True):
    """`name`: one of `CHECKS` or `REPLAYED`. `result`: "pass", "fail" or "skip". `detail`: one line, why."""

    name: str
    result: str
    detail: str = ""
