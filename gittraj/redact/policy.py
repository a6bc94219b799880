"""What may stay in a record: the user's settings go in, one plain object comes out."""


class Policy:
    """Settings of redaction; a plain class, because the hook makes one at every commit.

    `reasoning`: "keep" or "drop". `enabled`: False for ``--no-redact`` (no secrets are looked for, and the record says so).
    `home`: home directory of the recorder. `users`: login names of the recorder. `salt`: secret bytes of this repository,
    never recorded: with them the owner can prove which value stood behind a marker, and nobody else can try values out.
    """

    __slots__ = ("enabled", "home", "reasoning", "salt", "users")

    def __init__(
        self,
        *,
        reasoning: str = "keep",
        enabled: bool = True,
        home: str = "",
        users: tuple[str, ...] = (),
        salt: bytes = b"",
    ) -> None:
        self.reasoning = reasoning
        self.enabled = enabled
        self.home = home
        self.users = users
        self.salt = salt
