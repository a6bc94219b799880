"""What a trace tells of a shell command's output, with the agent's wrapping undone: the words between agents and the command criterion."""

import msgspec

APART = ("out-err", "err-out")  # the agent read both streams apart and joined them in this order


class Printed(msgspec.Struct, frozen=True):
    """The recorded output of one command.

    `text`: what it printed, as far as the agent kept it. `code`: its exit code, None where not recorded. `trim`: the white space
    that the agent takes off ("none"; "blank": blank lines in front, white space at the end; "both": white space at both ends).
    `streams`: "merged" (one stream), or one of `APART`. `unknown`: why the output cannot be compared, "" where it can. `ran`:
    whether the command ran as a command, to its end; what did not is not run again. `started_as`: the name the agent calls bash by.
    """

    text: str = ""
    code: int | None = None
    trim: str = "none"
    streams: str = "merged"
    unknown: str = ""
    ran: bool = True
    started_as: str = "/bin/bash"


def never(reason: str) -> Printed:
    """A command that did not run to its end, or not as a command."""
    return Printed(unknown=reason, ran=False)


def unclear(reason: str) -> Printed:
    """A command that ran, with an output that the record does not keep."""
    return Printed(unknown=reason)
