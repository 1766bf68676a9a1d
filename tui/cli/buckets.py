"""Stretches of time of one length that cover a window, to count records over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.domain.errors import TimeTextError
from tui.domain.time_range import Window
from tui.domain.time_text import parse_moment

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord

MOST_BUCKETS = 100_000
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
"""Buckets are laid out from here, so that hours, days and weeks begin where people begin them."""
_GRAIN = timedelta(milliseconds=1)
"""Of the API's times: windows that are that far apart don't touch, and nothing lies between them."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """As many stretches of `length` as it takes to cover a window; the first and the last may lie in it in part."""

    length: timedelta
    window: Window

    def __len__(self) -> int:
        return (self.window.end - self._first) // self.length + 1

    def starts(self) -> Iterator[datetime]:
        return (self._first + number * self.length for number in range(len(self)))

    def windows(self) -> Iterator[Window]:
        """What lies of each in the window."""
        for start in self.starts():
            yield Window(max(start, self.window.start), min(start + self.length - _GRAIN, self.window.end))

    def number_of(self, record: AuditRecord) -> int | None:
        """Which of them a record lies in, None where it lies in none."""
        number = (record.time - self._first) // self.length if record.time else -1
        return number if 0 <= number < len(self) else None

    @property
    def _first(self) -> datetime:
        return self.window.start - (self.window.start - _MONDAY) % self.length


def parse_length(text: str) -> timedelta:
    """Read the length of a bucket: `15m`, `1h`, `1d`.  Raises ValueError, which says what is wrong."""
    try:
        length = parse_moment(text, now=_MONDAY)
    except TimeTextError:
        length = None
    if not isinstance(length, timedelta) or not length:
        raise ValueError("a length of time is wanted: 30s, 15m, 1h, 1d")
    return length
