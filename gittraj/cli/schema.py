"""`git traj schema`: nothing goes in; the CDDL of what we write, or the versions of the formats, comes out."""

from gittraj.cli.command import JSON, Command
from gittraj.cli.console import Console


def schema(console: Console, *, json: bool = False) -> int:
    """Print the schema of records, statements and notes."""
    if json:
        from gittraj.capture.record import FORMAT, VAC_VERSION

        console.json(
            {"record": VAC_VERSION, "extension": FORMAT, "profile": "draft-birkholz-verifiable-agent-conversations-00"}
        )
        return 0
    import importlib.resources

    text = importlib.resources.files("gittraj.codec").joinpath("gittraj.cddl").read_text(encoding="utf-8")
    console.data(text)
    return 0


COMMANDS = (
    Command(
        "schema",
        schema,
        "Print the CDDL of records, statements and notes.",
        JSON,
        about="With --json: the versions of the formats. Records are a profile of draft-birkholz-verifiable-agent-conversations-00 (VAC; expired, a successor is announced).",
    ),
)
