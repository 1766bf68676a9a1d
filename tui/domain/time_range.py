"""Spans of time: as a person writes them (`TimeRange`), and closed and resolved (`Window`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui.domain.errors import TimeTextError

Moment = datetime | timedelta
"""A point in time: absolute and aware, or that long (0 or more) before now."""


@dataclass(frozen=True, slots=True)
class Window:
    """A closed span between two instants, both UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `since` to `until`; `until` None is now, whenever that is asked."""

    since: Moment = timedelta(hours=24)
    until: Moment | None = None

    def resolve(self, now: datetime) -> Window:
        """The window this range means at `now`; raises `TimeTextError` where it would end before it begins."""
        start = instant_of(self.since, now)
        end = now if self.until is None else instant_of(self.until, now)
        if start > end:
            raise TimeTextError(f"the range ends ({format_instant(end)}) before it begins ({format_instant(start)})")
        return Window(start, end)

    @property
    def is_relative(self) -> bool:
        """Whether it means another window when asked later."""
        return self.until is None or isinstance(self.since, timedelta) or isinstance(self.until, timedelta)

    def __str__(self) -> str:
        if self.until is None and isinstance(self.since, timedelta):
            return f"last {format_duration(self.since)}"
        return f"{format_moment(self.since)} .. {'now' if self.until is None else format_moment(self.until)}"


LAST_DAY = TimeRange()

PRESETS: tuple[TimeRange, ...] = tuple(
    TimeRange(timedelta(minutes=minutes)) for minutes in (15, 60, 240, 1440, 7 * 1440, 30 * 1440, 90 * 1440)
)


def format_moment(moment: Moment) -> str:
    """The shortest text that `parse_moment` reads back as the same moment."""
    return format_duration(moment) if isinstance(moment, timedelta) else format_instant(moment)


def format_duration(duration: timedelta) -> str:
    """`24h`, `7d`, `90s`: in the unit its users say; up to two days are told in hours."""
    seconds = round(duration.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0 and (unit != "d" or seconds > 2 * size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def format_instant(instant: datetime) -> str:
    """ISO 8601 in UTC with `Z`; milliseconds only where there are any."""
    utc = instant.astimezone(UTC)
    spec = "milliseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def api_instant(instant: datetime) -> str:
    """As the API is asked: UTC with milliseconds and `Z`, the one form that every client in the field sends."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def instant_of(moment: Moment, now: datetime) -> datetime:
    """The instant that a moment means at `now`."""
    return now - moment if isinstance(moment, timedelta) else moment
