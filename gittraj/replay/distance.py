"""Edit distance: two texts go in, how many characters must change goes out.

H. Hyyrö's bit-parallel form of the Levenshtein distance (2003): one row of the table is one integer.
"""


def levenshtein(left: str, right: str) -> int:
    """The Levenshtein distance."""
    if left == right:
        return 0
    if not left or not right:
        return len(left) + len(right)
    places: dict[str, int] = {}
    for number, character in enumerate(left):
        places[character] = places.get(character, 0) | 1 << number
    mask, last = (1 << len(left)) - 1, 1 << (len(left) - 1)
    plus, minus, distance = mask, 0, len(left)
    for character in right:
        match = places.get(character, 0)
        diagonal = (((match & plus) + plus) ^ plus) | match | minus
        up = minus | ~(diagonal | plus)
        down = plus & diagonal
        if up & last:
            distance += 1
        elif down & last:
            distance -= 1
        up = (up << 1) | 1
        plus = ((down << 1) | ~(diagonal | up)) & mask
        minus = up & diagonal & mask
    return distance
