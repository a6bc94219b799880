"""What is missing from the notes: one finding each, and the verdict of all of them."""

import msgspec


class Missing(msgspec.Struct, frozen=True):
    """One thing that completeness found.

    `kind`: gap | broken | fork | duplicate (in a session's chain), deletion | rollback | equivocation | removed | misplaced (of the notes ref),
    head (a head statement that fails, or whose signer is not trusted), rollback | equivocation | removed | broken (of a log of receipts). `fatal`: whether completeness fails by it.
    """

    kind: str
    detail: str
    commit: str = ""
    session: str = ""
    fatal: bool = True


class Completeness(msgspec.Struct, frozen=True):
    """Whether anything is missing. `result`: pass | fail | skip (not asked). `statements`: in all notes; `heads`: signed heads among them."""

    result: str = "skip"
    findings: tuple[Missing, ...] = ()
    statements: int = 0
    heads: int = 0
