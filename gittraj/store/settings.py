"""Settings: git's configuration goes in, one frozen struct goes out."""

from typing import TypeAlias

import msgspec

from gittraj.errors import StoreError
from gittraj.store.git import Git

Values: TypeAlias = dict[str, list[str]]

MAX_OUTPUT = 256 * 1024  # design: outputs over this are cut in the middle
COMMAND_TIMEOUT = 60  # seconds that a command of a trace may take when it is run again
COMMANDS_TIMEOUT = 600  # seconds for all commands of one commit
CATCHUP = 5  # commits behind HEAD that a hook looks at for a missing note

# Names after `gittraj.`; git folds their case. The second row is our own book-keeping (`config.py`).
KNOWN = frozenset(
    (
        "bodies",
        "reasoning",
        "maxoutput",
        "attach",
        "catchup",
        "redact",
        "zstd",
        "key",
        "share",
        "remote",
        "agents",
        "trustedref",
        "bodiesremote",
        "signnotes",
        "requirepolicy",
        "commandtimeout",
        "commandstimeout",
        "commandpath",
    )
)
BOOKS = frozenset(("addedrewriteref", "previousrewritemode", "setmergestrategy", "setrewritemode"))


class Settings(msgspec.Struct, frozen=True):
    """What gittraj and git's own signing and notes settings say here; every level of configuration is merged as git does.

    `unknown`: keys under ``gittraj.`` that mean nothing, `invalid`: ``(key, value)`` that cannot be understood and were
    replaced by the default: both for `doctor`. `values`: every key (section and name in lower case) with all its values.
    """

    user_name: str = ""
    user_email: str = ""
    signing_key: str = ""
    gpg_format: str = "openpgp"
    allowed_signers_file: str = ""
    revocation_file: str = ""
    hooks_path: str = ""
    rewrite_refs: tuple[str, ...] = ()
    rewrite_mode: str = ""
    display_refs: tuple[str, ...] = ()
    bodies: str = "attached"
    reasoning: str = "keep"
    max_output: int = MAX_OUTPUT
    attach: bool = True
    catchup: int = CATCHUP
    command_timeout: int = COMMAND_TIMEOUT
    commands_timeout: int = COMMANDS_TIMEOUT
    command_path: str = ""
    unknown: tuple[str, ...] = ()
    invalid: tuple[tuple[str, str], ...] = ()
    values: Values = {}

    @classmethod
    def read(cls, git: Git) -> "Settings":
        """All of git's configuration, in one call. Raises `StoreError` where git cannot read it."""
        return cls.parse(git.run(["config", "--list", "-z", "--includes"]))

    @classmethod
    def parse(cls, data: bytes) -> "Settings":
        """From the output of ``git config --list -z``."""
        values = parse_list(data)
        invalid: list[tuple[str, str]] = []

        def last(key: str, default: str = "") -> str:
            return values[key][-1] if key in values else default

        def choice(key: str, allowed: tuple[str, ...]) -> str:
            value = last(key, allowed[0]).lower()
            if value in allowed:
                return value
            invalid.append((key, value))
            return allowed[0]

        def number(key: str, default: int) -> int:
            parsed = integer(last(key)) if key in values else default
            if parsed is None:
                invalid.append((key, last(key)))
            return default if parsed is None else parsed

        def switch(key: str, default: bool) -> bool:
            parsed = boolean(last(key)) if key in values else default
            if parsed is None:
                invalid.append((key, last(key)))
            return default if parsed is None else parsed

        ours = sorted({key for key in values if key.startswith("gittraj.")})
        return cls(
            user_name=last("user.name"),
            user_email=last("user.email"),
            signing_key=last("user.signingkey"),
            gpg_format=last("gpg.format", "openpgp"),
            allowed_signers_file=last("gpg.ssh.allowedsignersfile"),
            revocation_file=last("gpg.ssh.revocationfile"),
            hooks_path=last("core.hookspath"),
            rewrite_refs=tuple(values.get("notes.rewriteref", ())),
            rewrite_mode=last("notes.rewritemode"),
            display_refs=tuple(values.get("notes.displayref", ())),
            bodies=choice("gittraj.bodies", ("attached", "detached")),
            reasoning=choice("gittraj.reasoning", ("keep", "drop")),
            max_output=number("gittraj.maxoutput", MAX_OUTPUT),
            attach=switch("gittraj.attach", True),
            catchup=number("gittraj.catchup", CATCHUP),
            command_timeout=number("gittraj.commandtimeout", COMMAND_TIMEOUT),
            commands_timeout=number("gittraj.commandstimeout", COMMANDS_TIMEOUT),
            command_path=last("gittraj.commandpath"),
            unknown=tuple(key for key in ours if key.partition(".")[2] not in KNOWN | BOOKS),
            invalid=tuple(invalid),
            values=values,
        )


def parse_list(data: bytes) -> Values:
    """``KEY LF VALUE NUL`` items; a key without a value is true, as git reads it. Raises `StoreError` on anything else."""
    values: Values = {}
    for item in data.split(b"\0")[:-1]:
        key, equals, value = item.partition(b"\n")
        if not key:
            raise StoreError("git config printed something that is no configuration")
        name = key.decode("utf-8", "replace")
        values.setdefault(name, []).append(value.decode("utf-8", "surrogateescape") if equals else "true")
    return values


def integer(value: str) -> int | None:
    """A size as git writes it: digits with k, m or g (1024 each); None where it is none or negative."""
    text = value.strip().lower()
    factor = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}.get(text[-1:], 1)
    digits = text[:-1] if factor > 1 else text
    return int(digits) * factor if digits.isdecimal() and digits.isascii() and len(digits) < 19 else None


def boolean(value: str) -> bool | None:
    """Git's words for yes and no; None for any other."""
    text = value.strip().lower()
    if text in ("true", "yes", "on", "1"):
        return True
    return False if text in ("false", "no", "off", "0", "") else None
