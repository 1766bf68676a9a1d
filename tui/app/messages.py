"""What widgets tell the screen that holds them, as values of the domain."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class FilterChanged(Message):
    """The reader wants `field` at `value`, or lifted where it is ""; `settled` is False while still typing."""

    field: str
    value: str
    settled: bool = True


@dataclass
class FiltersCleared(Message):
    """The reader wants every filter lifted."""


@dataclass
class TimeRangeWanted(Message):
    """The reader wants to choose a range of time."""
