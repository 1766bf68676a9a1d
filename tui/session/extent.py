"""How far a stream of pages goes: the API's total may be missing or untrue, and its pages smaller than asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.page import PAGE_SIZE

if TYPE_CHECKING:
    from tui.domain.page import Page
    from tui.session.rows import Tell


class Extent:
    """What the pages of one stream have told of its length, in whatever order they came.

    `total` is what the API counts, until it is found untrue; `end` where the records were seen to end; `size` the
    records on a page; `counts` how many there were on each.
    """

    def __init__(self, tell: Tell) -> None:
        self.size = PAGE_SIZE
        self.total: int | None = None
        self.end: int | None = None
        self.counts: dict[int, int] = {}
        self._tell = tell

    @property
    def length(self) -> int | None:
        """Records there are, None while that isn't known."""
        return self.end if self.end is not None else self.total

    @property
    def doubtful(self) -> bool:
        """A total of exactly the page asked for may count the page, not the query: the next page tells."""
        return self.total == self.size == self.counts.get(0) and 1 not in self.counts

    def learn(self, number: int, page: Page) -> None:
        """Take note of a page; tell what is wrong with its total."""
        start, count = number * self.size, len(page.records)
        if number == 0:
            self.total = page.total
            if count and self.total is not None and count < min(self.size, self.total):
                self.size = count
        elif count and page.total is not None and self.total is not None and page.total != self.total:
            self._tell(f"The total moved from {self.total:,} to {page.total:,} while reading: ask again to be sure.")
        if self.total is not None and count and start + count > self.total:
            self._tell(f"The API's total ({self.total:,}) is less than what it gives: the end isn't known yet.")
            self.total = None
        if self.total is None and self.end is None and count < self.size:
            self.end = start + count
        self.counts[number] = count


def tell_overlap(tell: Tell, count: int, low: int) -> None:
    """Say that page `low` and the next have `count` records in common."""
    records = "1 record stands" if count == 1 else f"{count:,} records stand"
    tell(
        f"{records} on page {low + 1:,} and again on page {low + 2:,}: the log moved while reading, so others may be "
        "missing. Ask again to be sure."
    )


def tell_repetition(tell: Tell, number: int) -> None:
    """Say that the page after `number` is that page again."""
    tell(f"The API repeats page {number + 1:,} for ever: the rows end there.")
