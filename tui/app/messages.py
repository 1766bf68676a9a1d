"""What widgets tell the screen that holds them, as values of the domain."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from tui.domain.query import Term, Value


@dataclass
class FilterChanged(Message):
    """The reader wants `field` to be one of `values`, or anything where there are none; `settled` is False while still
    typing."""

    field: str
    values: tuple[Value, ...]
    settled: bool = True


@dataclass
class TermSwitched(Message):
    """The reader wants a term of the query to hold no more for now, or again."""

    term: Term
    on: bool


@dataclass
class TermRemoved(Message):
    """The reader wants to see no more of a term, be it on or off."""

    term: Term


@dataclass
class FiltersCleared(Message):
    """The reader wants every filter lifted."""


@dataclass
class TimeRangeWanted(Message):
    """The reader wants to choose a range of time."""
