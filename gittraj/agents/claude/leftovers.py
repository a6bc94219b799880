"""What is left of a map once the known keys are taken: it goes in, what says something comes out."""

from typing import Any

from gittraj.agents.shape import OddShapeError, shallow

WORK = (
    1 << 28
)  # bytes of output searched for one result; what is left then is kept unseen, so that no line costs minutes
_LONG = 24  # shorter texts stand in an output by chance
# fields whose text is the output again, however short
_ECHOES = frozenset({"stdout", "stderr", "content", "result", "message", "text", "plan", "filenames", "answers"})


def lean(value: dict[str, Any]) -> dict[str, Any]:
    """`value` without members that say nothing (null, false, empty). Raises `OddShapeError` where it nests too deep for a record."""
    if not shallow(value):
        raise OddShapeError("nested too deep")
    return {key: part for key, part in value.items() if not _empty(part)}


def unsaid(value: dict[str, Any], said: list[str]) -> dict[str, Any]:
    """`value` without what `said` (an output's texts) tells already. Raises `OddShapeError` where it nests too deep."""
    left = lean(value)
    return _Comparison(said).mapping(left) if left else left


def _empty(value: Any) -> bool:
    return value is None or value is False or value == "" or value == [] or value == {}


class _Comparison:
    def __init__(self, said: list[str]) -> None:
        self.said = said
        self.size = sum(map(len, said))
        self.work = 0

    def mapping(self, value: dict[str, Any]) -> dict[str, Any]:
        kept = {
            key: part for key, part in ((key, self.value(part, key)) for key, part in value.items()) if not _empty(part)
        }
        if len(value) > 1 and list(kept) == ["type"]:
            return {}  # the husk of a block whose text is in the output
        return kept

    def value(self, value: Any, key: str) -> Any:
        if isinstance(value, str):
            return "" if self._told(value, key) else value
        if isinstance(value, dict):
            return self.mapping(value)
        if isinstance(value, list):
            if all(isinstance(part, str) for part in value):
                return [] if all(self._told(part, key) for part in value) else value
            return [part for part in (self.value(each, key) for each in value) if not _empty(part)]
        return value

    def _told(self, value: str, key: str) -> bool:
        if len(value) < _LONG and key not in _ECHOES:
            return False
        self.work += self.size
        value = value.strip()
        return self.work <= WORK and any(value in text for text in self.said)
