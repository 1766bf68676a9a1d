"""What the archive's commands have in common: stretches of time in words and in JSON, and where they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tui.cli.asking import read_question
from tui.domain.time_range import format_instant
from tui.formats.times import format_span

if TYPE_CHECKING:
    from tui.archive.coverage import Span
    from tui.archive.standing import Held
    from tui.cli.asking import Asked
    from tui.domain.page import Parameters
    from tui.domain.time_range import TimeRange
    from tui.settings import Settings

VERSION = 1
"""Of the JSON objects."""
NONE_YET = (
    "There is no archive of these records yet.  It fills by itself while they are looked at, and all at once by: "
    "portkey-audit archive sync --since 30d"
)
_LONGEST_NAME = 11


def range_of(asked: Asked, settings: Settings) -> TimeRange:
    """The range of time that a command is told of, as it stands in settings where it isn't.  Raises `Refused`."""
    from tui.cli import wiring

    return read_question(asked, settings, wiring.utc_now(), wiring.saved_views()).query.time_range


def parameters_of(settings: Settings) -> Parameters:
    """What names the organisation where settings do."""
    return (("organisation_id", settings.organisation_id),) if settings.organisation_id else ()


def told(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Lines of a name and a text; a name that comes again is left out."""
    last = ""
    for name, text in pairs:
        yield f"{'' if name == last else name:<{_LONGEST_NAME}}{text}"
        last = name


def spelled(span: Span) -> str:
    """A stretch as from when to when; the end isn't part of it."""
    from tui.archive.coverage import instant_at

    return f"{format_instant(instant_at(span.start))} .. {format_instant(instant_at(span.end))}"


def as_object(span: Span, **more: Any) -> dict[str, Any]:
    """A stretch for JSON; its end isn't part of it."""
    from tui.archive.coverage import instant_at

    return {"start": format_instant(instant_at(span.start)), "end": format_instant(instant_at(span.end)), **more}


def counted(number: int, what: str) -> str:
    """So many of what is called so."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def share_of(part: timedelta, whole: timedelta) -> str:
    """A part of a length of time in percent, never rounded to all of it."""
    share = part / whole if whole else 1.0
    shown = f"{share * 100:.1f}".removesuffix(".0")
    return "99.9 %" if shown == "100" and part != whole else f"{shown} %"


def length_of(length: timedelta) -> str:
    return format_span(length.total_seconds())


def stretch_line(held: Held) -> str:
    """A stretch with its records, and how sure it is."""
    return f"{spelled(held.span)}  {counted(held.records, 'record')}"
