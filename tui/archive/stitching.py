"""Pages that are put together of what is held and what has to be asked for: which part of which is on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.archive.coverage import Span
    from tui.domain.time_range import Window


@dataclass(frozen=True, slots=True)
class Held:
    """A span that the archive answers for, and how many of its records may fit."""

    span: Span
    count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A window that the API is asked for, of whose records `count` are wanted after the first `skipped`.

    It reaches a little into what is held on both sides: whether the API counts what happened at the very ends of a
    window is not documented, so they are laid where nothing happened.
    """

    window: Window
    skipped: int
    count: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the records of a part, after the first `offset` of those that are wanted of it."""

    part: Held | Asked
    offset: int
    count: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a window, newest first."""

    parts: Sequence[Held | Asked]

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)

    def page(self, number: int, size: int) -> Iterator[Piece]:
        """What page `number` is put together of."""
        first, last, begins = number * size, (number + 1) * size, 0
        for part in self.parts:
            ends = begins + part.count
            low, high = max(first, begins), min(last, ends)
            if low < high:
                yield Piece(part, low - begins, high - low)
            begins = ends
