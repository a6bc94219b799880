"""The words of the command table: what a command is called, takes and says; plain objects that cost nothing to import.

Typer and its pydantic take about 110 ms to parse one command line (measured), which is half of what `git traj show` may take.
So each command declares its parameters here as data, once; `quick` reads a plain command line by it, `parser` builds typer's
commands from it for everything else, and the reference and the manual page are generated from it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FLAG, TEXT, NUMBER, TEXTS = "flag", "text", "number", "texts"


class Parameter:
    """An argument (no `flags`) or an option of a command.

    `kind`: `FLAG`, `TEXT`, `NUMBER` or `TEXTS` (an option given several times). `choices`: all that a `TEXT` may be.
    `display`: goes to the console, not to the command.
    """

    __slots__ = ("choices", "default", "display", "flags", "help", "kind", "metavar", "name", "required")

    def __init__(
        self,
        name: str,
        *flags: str,
        help: str,
        kind: str = TEXT,
        default: "Any" = None,
        metavar: str = "",
        required: bool = False,
        choices: "tuple[str, ...]" = (),
        display: bool = False,
    ) -> None:
        self.name = name
        self.flags = flags
        self.help = help
        self.kind = kind
        self.default = False if kind == FLAG else () if kind == TEXTS else default
        self.metavar = metavar or name.upper()
        self.required = required
        self.choices = choices
        self.display = display


class Command:
    """One command: `run` gets the console and its parameters by name and returns the exit code.

    `summary`: one line for lists. `about`: paragraphs for its page. `exits`: what its exit codes mean beyond 0, 2, 3 and 130.
    """

    __slots__ = ("about", "examples", "exits", "name", "parameters", "run", "summary")

    def __init__(
        self,
        name: str,
        run: "Callable[..., int]",
        summary: str,
        *parameters: Parameter,
        about: str = "",
        exits: str = "",
        examples: "tuple[tuple[str, str], ...]" = (),
    ) -> None:
        self.name = name
        self.run = run
        self.summary = summary
        self.parameters = parameters
        self.about = about
        self.exits = exits
        self.examples = examples


COLOR = Parameter(
    "color", "--color", help="auto, always or never (NO_COLOR in the environment means never)", default="auto", metavar="WHEN",
    choices=("auto", "always", "never"), display=True,
)  # fmt: skip
NO_PAGER = Parameter("no_pager", "--no-pager", help="do not send long output through a pager", kind=FLAG, display=True)
JSON = Parameter("json", "--json", help="print JSON with stable keys to stdout", kind=FLAG)
READING = (JSON, NO_PAGER, COLOR)
