"""Instants as the reader sees them.  A zone of None is the machine's own."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from enum import Enum


class TimeStyle(Enum):
    """How times are shown."""

    UTC = "UTC"
    LOCAL = "local"
    AGE = "age"

    @property
    def zone(self) -> tzinfo | None:
        """The zone that times are shown and read in; ages come with times in UTC."""
        return None if self is TimeStyle.LOCAL else UTC

    @property
    def next(self) -> TimeStyle:
        styles = list(TimeStyle)
        return styles[(styles.index(self) + 1) % len(styles)]


_STEPS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def format_time(instant: datetime, zone: tzinfo | None) -> str:
    """Date and time to the second in `zone`: `2026-11-22 20:47:59`, 19 characters."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def format_age(instant: datetime, now: datetime) -> str:
    """How long before `now`: `3d 4h ago`; a moment ahead of `now` is `in 5s`."""
    seconds = round((now - instant).total_seconds())
    text = format_span(abs(seconds))
    return f"in {text}" if seconds < 0 else f"{text} ago"


def format_span(seconds: float) -> str:
    """A length of time in its two largest units: `3d 4h`, `4m 11s`."""
    left = round(seconds)
    parts: list[str] = []
    for size, unit in _STEPS:
        if left >= size or (unit == "s" and not parts):
            parts.append(f"{left // size}{unit}")
            left %= size
        if len(parts) == 2:
            break
    return " ".join(parts[:2])


def zone_name(zone: tzinfo | None, at: datetime) -> str:
    """A zone as the top line says it: `UTC`, or an abbreviation with the offset: `CET +01:00`."""
    local = at.astimezone(zone)
    if not local.utcoffset():
        return "UTC"
    name, offset = local.tzname() or "", local.strftime("%z")
    offset = f"{offset[:3]}:{offset[3:]}"
    return offset if name.startswith(("+", "-")) or name == "" else f"{name} {offset}"
