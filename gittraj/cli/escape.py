"""Hostile text made visible: any text goes in, the same text without anything a terminal would obey or hide comes out."""

import unicodedata

# Shown although their category says letter or mark: they take no room or steer how neighbours look
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | {
    chr(point) for point in range(0xE0100, 0xE01F0)
}
_UNSAFE = ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """`text` with control characters, terminal escapes, bidi overrides and zero-width characters shown as symbols.

    Newlines and tabs stay. ESC becomes ``␛``, other controls their Unicode picture, the rest ``⟨U+202E⟩``.
    """
    if text.isascii() and text.isprintable():
        return text
    return "\n".join(line if line.isascii() and line.isprintable() else _shown(line) for line in text.split("\n"))


def one_line(text: str) -> str:
    """`text` made visible on one line: newlines become ``␊``, tabs a space."""
    return visible(text).replace("\n", "␊").replace("\t", " ")


def _shown(line: str) -> str:
    return "".join(character if _harmless(character) else _picture(character) for character in line)


def _harmless(character: str) -> bool:
    if character == "\t" or " " <= character <= "~":
        return True
    return unicodedata.category(character) not in _UNSAFE and character not in _HIDDEN


def _picture(character: str) -> str:
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    return "␡" if point == 0x7F else f"⟨U+{point:04X}⟩"
