"""Verdicts: what a check found, apart for each question, never folded into one bit before the end."""

import msgspec

CHECKS = ("structure", "signature", "signer", "binding", "body", "schema", "invariants")


class Check(msgspec.Struct, frozen=True):
    """`name`: one of `CHECKS` (later issues add more). `result`: "pass", "fail" or "skip". `detail`: one line, why."""

    name: str
    result: str
    detail: str = ""
