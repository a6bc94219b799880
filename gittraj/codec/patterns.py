"""Pattern lists of OpenSSH (ssh_config(5), PATTERNS): a text and a list go in, whether it matches comes out."""

PATTERN_LIMIT = 1024  # OpenSSH does not match longer ones either


def matches(text: str, patterns: str) -> bool:
    """Whether `text` matches the comma-separated `patterns`; one that begins with `!` and matches says no, wherever it stands."""
    found = False
    for pattern in patterns.split(","):
        negated = pattern.startswith("!")
        if matches_one(text, pattern[1:] if negated else pattern):
            if negated:
                return False
            found = True
    return found


def matches_one(text: str, pattern: str) -> bool:
    """Whether `text` matches one pattern: `*` stands for any characters, `?` for one; time is bounded by their product."""
    if len(pattern) > PATTERN_LIMIT or len(text) > PATTERN_LIMIT:
        return False
    at = star = mark = 0
    seen = False
    for_pattern = 0
    while at < len(text):
        if for_pattern < len(pattern) and pattern[for_pattern] == "*":
            star, mark, seen = for_pattern, at, True
            for_pattern += 1
        elif for_pattern < len(pattern) and pattern[for_pattern] in ("?", text[at]):
            at += 1
            for_pattern += 1
        elif seen:  # let the last star take one character more
            for_pattern = star + 1
            mark += 1
            at = mark
        else:
            return False
    return all(character == "*" for character in pattern[for_pattern:])
