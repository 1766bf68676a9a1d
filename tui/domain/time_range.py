"""Spans of time: as a person writes them (`TimeRange`), and closed and resolved (`Window`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from tui.domain.clean import clean
from tui.domain.errors import TimeTextError

Moment = datetime | timedelta
"""A point in time: absolute and aware, or that long before now."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"-?\s*(\d{1,9})\s*([smhdw])(?:\s+ago)?", re.IGNORECASE | re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


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
        start = _at(self.since, now)
        end = now if self.until is None else _at(self.until, now)
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


def parse_moment(text: str, *, now: datetime, zone: tzinfo | None = UTC) -> Moment | None:
    """Read a time as a person writes it; None is "now".

    Forms: `now`, `15m`, `-2h`, `3d ago` (units s m h d w), a clock time `14:05[:09]` of today, an ISO date or time, and
    Unix time in seconds or milliseconds.  A time without an offset is meant in `zone`, None being the machine's own.
    `now` decides what "today" is.  Raises `TimeTextError`, which says what forms there are.
    """
    text = text.strip()
    if text.lower() == "now":
        return None
    if match := _DURATION.fullmatch(text):
        return _duration(int(match[1]), match[2].lower(), text)
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    try:
        if match := _CLOCK.fullmatch(text):
            today = now.astimezone(zone)
            hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
            return today.replace(hour=hour, minute=minute, second=second, microsecond=0).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo or zone is None else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise TimeTextError(
            f"can't read the time '{clean(text, 40)}'; write 15m, 4h, 7d, 14:05, 2026-11-20 14:05:09 "
            "or 2026-11-20T14:05:09Z"
        ) from None
    if moment < _EARLIEST:
        raise TimeTextError(f"{clean(text, 40)} is before 1970")
    return moment


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


def _duration(count: int, unit: str, text: str) -> timedelta:
    seconds = count * _UNITS[unit]
    if seconds > 50 * 366 * 86400:
        raise TimeTextError(f"{clean(text, 40)} is more than fifty years")
    return timedelta(seconds=seconds)


def _at(moment: Moment, now: datetime) -> datetime:
    return now - moment if isinstance(moment, timedelta) else moment
