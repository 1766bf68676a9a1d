"""What the pages of one frozen query prove: between which moments nothing is missing.

It decides and does no IO.  One page alone proves that nothing lies between its records; pages that follow each other
prove it across their borders; all of them, as many records as the API counts, prove the window.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tui.archive.coverage import Grade, Span, Stretch, milliseconds, settled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tui.domain.identity import Identity
    from tui.domain.page import Page, PageRequest


class _Seen(NamedTuple):
    """A page: its newest and its oldest millisecond, and what its records are told apart by."""

    newest: int
    oldest: int
    identities: tuple[Identity, ...]


@dataclass(slots=True)
class Run:
    """The pages of one frozen query that were seen, whatever order they came in.

    `sound` ends for good with the first page that speaks against the others: a total that moves or that may count the
    page alone, a page that isn't full, times out of order, a record that was on the page before.
    `lost`: one of the pages couldn't be kept, so that what they prove together isn't held.
    """

    request: PageRequest
    sound: bool = True
    lost: bool = False
    _total: int | None = None
    _asked_at: datetime | None = None
    """The server's clock when it was asked: that of the frozen query, or what an answer told, if that is earlier."""
    _pages: dict[int, _Seen] = field(default_factory=dict)

    def take(self, number: int, page: Page) -> list[Stretch]:
        """Take note of a page; gives what is whole by now, as far as nothing comes any more there."""
        size = self.request.size
        expected = None if page.total is None else min(size, page.total - number * size)
        told = page.server_time or self.request.frozen_at
        self._asked_at = min(told, self._asked_at or self.request.frozen_at)
        times = [milliseconds(record.time) for record in page.records if record.time is not None]
        self._total = page.total if self._total is None else self._total
        self.sound = (
            self.sound
            and page.total == self._total
            and page.total != size
            and len(times) == len(page.records) == expected
            and all(newer >= older for newer, older in pairwise(times))
        )
        if not self.sound:
            return []
        if times:
            self._pages[number] = _Seen(times[0], times[-1], tuple(record.identity for record in page.records))
        self.sound = not any(self._overlap(number, other) for other in (number - 1, number + 1))
        return self._whole() if self.sound else []

    def _overlap(self, one: int, other: int) -> bool:
        here, there = self._pages.get(one), self._pages.get(other)
        return here is not None and there is not None and not set(here.identities).isdisjoint(there.identities)

    @property
    def _last(self) -> int:
        """The number of the last page there is."""
        return max(0, -(-(self._total or 0) // self.request.size) - 1)

    def _whole(self) -> list[Stretch]:
        if self._is_proved():
            stretches = [Stretch(Span.of(self.request.window), Grade.PROVED)]
        else:
            stretches = [Stretch(span, Grade.READ) for span in map(self._span, self._groups()) if span is not None]
        asked_at = self._asked_at or self.request.frozen_at
        clipped = ((settled(span, asked_at), grade) for span, grade in stretches)
        return [Stretch(span, grade) for span, grade in clipped if span is not None]

    def _is_proved(self) -> bool:
        pages = [seen.identities for seen in self._pages.values()]
        # Records that look the same on one page are several: the API counts them so.
        apart = sum(len(set(page)) for page in pages) == len(set().union(*pages))
        return apart and sum(map(len, pages)) == self._total

    def _groups(self) -> list[Sequence[int]]:
        """The numbers of pages that follow each other."""
        groups: list[list[int]] = []
        for number in sorted(self._pages):
            if groups and groups[-1][-1] == number - 1:
                groups[-1].append(number)
            else:
                groups.append([number])
        return list(groups)

    def _span(self, group: Sequence[int]) -> Span | None:
        """Between which milliseconds a group of pages has everything: those at its ends may go on beyond it."""
        window, first, last = Span.of(self.request.window), group[0], group[-1]
        end = window.end if first == 0 else self._pages[first].newest
        start = window.start if last == self._last else self._pages[last].oldest + 1
        return Span(start, end) if start < end else None
