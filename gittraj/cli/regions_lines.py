"""What `git traj regions` and `git traj log -L` show: a report goes in, styled lines come out, with a heat strip for each file."""

from gittraj.cli.paint import EDGE, Line, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gittraj.model.region import Region, RegionEdit, RegionReport

STRIP = 24  # columns of a heat strip
HEAT = "▁▂▃▄▅▆▇█"
PLAIN_HEAT = ".123456+"
_FATES: "dict[str, str]" = {"alive": "good", "moved": "good", "transformed": "note", "reverted": "bad", "lost": "bad"}
_LINES = 12  # lines of each side of a change that are shown
_SESSIONS = 4  # sessions of a region that are named
_PLACE = 48  # columns that places may take
_HALVES = 6  # agents whose half-lives are told


def page(found: "RegionReport", limit: int | None, *, plain: bool = False) -> "Iterator[Line]":
    """The regions by file, the file's strip above them."""
    if not found.regions:
        yield Line(("dim", "no recorded edit touched it" if found.path else "no recorded edits"))
        return
    whole = not found.sizes
    shown = found.regions[:limit]
    short = abbreviated(name for each in found.regions for name in each.sessions)
    if whole:
        sessions = {name for each in found.regions for name in each.sessions}
        again = sum(1 for each in found.regions if each.calls > 1)
        told = [plural(len(found.regions), "region"), f"{again} edited again", plural(len(sessions), "session")]
        yield Line(("bold", ", ".join(told)))
        places = [f"{_name(each.file)}:{span(each)}" for each in shown]
        wide = min(max(map(len, places)), _PLACE)
        for each, place in zip(shown, places, strict=True):
            yield _region(each, place, wide, short)
    else:
        files = dict.fromkeys(each.file for each in shown)
        for file in files:
            mine = [each for each in shown if each.file == file]
            yield _head(file, mine, found.sizes.get(file, 0), plain)
            for each in mine:
                yield _region(each, span(each), 9, short)
    if len(shown) < len(found.regions):
        yield Line(("dim", f"… {len(found.regions) - len(shown)} more: --limit {len(found.regions)}, or --json"))
    yield from _half_lives(found)


def next_step(found: "RegionReport") -> str:
    """What to type next."""
    best = max(
        (each for each in found.regions if each.start_line and each.end_line >= each.start_line),
        key=lambda each: (len(each.sessions), each.calls),
        default=None,
    )
    if best is None:
        return ""
    place = f"{best.start_line},{best.end_line}:{best.file}"
    prior = plural(len(best.sessions), "prior session")
    return f"A session that edits {span(best)} now has {prior} there.      git traj log -L {place} for every step"


def steps(
    found: "RegionReport", texts: "dict[int, list[tuple[bytes, bytes]]]", limit: int | None = None
) -> "Iterator[Line]":
    """Each edit of one region with what stood there before and after, oldest first."""
    region = found.regions[0]
    if not region.edits:
        yield Line(("dim", "no recorded edit touched these lines"))
        return
    first = max(len(region.edits) - limit, 0) if limit else 0
    short = abbreviated(region.sessions)
    for number, each in list(enumerate(region.edits))[first:]:
        edit = each.edit
        place = f"{_name(edit.file)}:{_range(each.start_line, each.end_line)}"
        when = edit.timestamp[:19].replace("T", " ")
        yield Line(
            ("note", edit.commit[:8]),
            ("name", f"  {_who(each)}"),
            ("", f"  {_name(short[edit.session])} turn {max(edit.turn_index, 0)}  {place}"),
            ("dim", f"  {when}" + ("" if edit.committed else "  not committed")),
            right=(_fate(each),),
        )
        changes = texts.get(number, [])
        if not changes:
            yield Line(("dim", f"          its text is not at hand: git traj show {edit.commit[:8]}"))
        for before, after in changes:
            yield from _side("-", "bad", before)
            yield from _side("+", "good", after)
        yield Line(("", ""))
    convergence = f", {region.convergence}" if region.convergence else ""
    edits, sessions = plural(len(region.edits), "edit"), plural(len(region.sessions), "session")
    yield Line(("bold", f"{edits} in {sessions}{convergence}."))


def strip(regions: "Sequence[Region]", lines: int, *, plain: bool = False) -> str:
    """How often each part of a file was edited: one sign for each column, the highest for the most edited."""
    if not lines:
        return ""
    columns = min(STRIP, lines)
    heat = [0] * columns
    for each in regions:
        if not each.start_line:
            continue
        low = min((each.start_line - 1) * columns // lines, columns - 1)
        high = min(max(each.end_line - 1, each.start_line - 1) * columns // lines, columns - 1)
        for at in range(low, high + 1):
            heat[at] = max(heat[at], each.calls)
    top = max(heat, default=0)
    signs = PLAIN_HEAT if plain else HEAT
    return "".join(signs[-(-each * (len(signs) - 1) // top) if top else 0] for each in heat)


def _head(file: str, regions: "Sequence[Region]", lines: int, plain: bool) -> Line:
    sessions = {name for each in regions for name in each.sessions}
    edits = {one.edit.key for each in regions for one in each.edits}
    counts = [plural(len(sessions), "session"), plural(len(edits), "edit"), plural(len(regions), "region")]
    told = strip(regions, lines, plain=plain)
    right: tuple[Span, ...] = (("", ", ".join(counts) + "   "),)
    if told:
        right = (*right, ("dim", "1 "), ("note", told), ("dim", f" {lines}"))
    return Line(("bold", _name(file)), right=right)


def abbreviated(names: "Iterable[str]") -> "dict[str, str]":
    """Ids cut as short as they still differ, to eight signs at least: ids that begin with the time are alike at their beginning."""
    known = sorted(set(names))
    length = 8
    while length < max(map(len, known), default=0) and len({name[:length] for name in known}) < len(known):
        length += 1
    return {name: name[:length] for name in known}


def _region(each: "Region", place: str, wide: int, short: "dict[str, str]") -> Line:
    edits = plural(len(each.edits), "edit")
    many = f" in {plural(len(each.sessions), 'session')}" if len(each.sessions) > 1 else ""
    convergence = f", {each.convergence}" if each.convergence else ""
    fates = list(dict.fromkeys(one.fate.state for one in each.edits))
    last = each.edits[-1] if each.edits else None
    named = list(dict.fromkeys(f"{_who(one)} {_name(short[one.edit.session])}" for one in each.edits))
    more = f" and {len(named) - _SESSIONS} more" if len(named) > _SESSIONS else ""
    told = " → ".join(named[:_SESSIONS]) + more
    right: tuple[Span, ...] = (_fate(last),) if last else EDGE
    if len(fates) > 1 and last:
        others = ", ".join(f"{sum(1 for one in each.edits if one.fate.state == fate)} {fate}" for fate in fates)
        right = (("dim", others),)
    return Line(("", f" {place:<{wide}} "), ("", f"{edits}{many}{convergence}"), ("name", f"   {told}"), right=right)


def _fate(one: "RegionEdit") -> Span:
    ended = f" in {one.fate.commit[:8]}" if one.fate.commit else ""
    return _FATES.get(one.fate.state, ""), f"{one.fate.state}{ended}"


def _half_lives(found: "RegionReport") -> "Iterator[Line]":
    agents = found.half_lives.get("agent", {})
    for name, each in list(agents.items())[:_HALVES]:
        share = 100 * each.alive // each.lines if each.lines else 0
        half = f"half of its lines were gone after {_duration(each.seconds)}" if each.seconds is not None else ""
        told = f"{_name(name):<14} {plural(each.lines, 'committed line')}, {share}% alive"
        yield Line(("dim", told + (f"; {half}" if half else "")))


def _duration(seconds: int) -> str:
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return plural(seconds // size, unit)
    return plural(seconds, "second")


def _side(sign: str, style: str, content: bytes) -> "Iterator[Line]":
    lines = content.decode("utf-8", "backslashreplace").splitlines()
    for line in lines[:_LINES]:
        yield Line((style, f"          {sign} {_name(line)}"))
    if len(lines) > _LINES:
        yield Line(("dim", f"          {sign} … {len(lines) - _LINES} more"))


def span(each: "Region") -> str:
    """The region's lines, or that they are gone."""
    if not each.start_line:
        return "gone"
    found = _range(each.start_line, each.end_line)
    return f"{found} (gone)" if each.gone else found


def _range(start: int, end: int) -> str:
    return f"{start}–{end}" if end > start else str(start)


def _who(one: "RegionEdit") -> str:
    return _name(one.edit.agent.partition("-")[0] or "?") + (" (shell)" if one.edit.kind == "shell" else "")


def _name(text: str) -> str:
    from gittraj.cli.escape import one_line

    return one_line(text)


def plural(number: int, word: str) -> str:
    """A number with its word: 1 edit, 2 edits."""
    return f"{number} {word}{'' if number == 1 else 's'}"
