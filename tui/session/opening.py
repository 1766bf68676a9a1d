"""A query that was just asked: what comes first of it decides how its rows are had."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.domain.page import PAGE_SIZE
from tui.session.addressed_rows import AddressedRows
from tui.session.live_rows import Border, LiveRows
from tui.session.rows import Place
from tui.session.streamed_rows import StreamedRows

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from tui.domain.matching import Matcher
    from tui.domain.page import Page
    from tui.domain.plan import FrozenQuery
    from tui.session.live import Live
    from tui.session.rows import Limits, Rows, Tell, View


class Checked(NamedTuple):
    """A page, and which of its records fit the query."""

    page: Page
    fits: Sequence[bool]


class Opening:
    """The first page of each of a query's streams, until all are here."""

    def __init__(self, frozen: FrozenQuery, matcher: Matcher, live: Live | None = None) -> None:
        """`live`: the query is followed, and has no rows before what comes in has been caught up with."""
        self.frozen = frozen
        self.matcher = matcher
        self.live = live
        self.pages: dict[int, Checked] = {}

    def wanted(self, view: View, failed: Container[Place]) -> list[Place]:  # noqa: ARG002 - whatever is in view
        places = (Place(branch, 0) for branch in range(len(self.frozen.plan.branches)) if branch not in self.pages)
        return [place for place in places if place not in failed]

    def size_of(self, branch: int) -> int:  # noqa: ARG002 - none is known yet to give smaller pages
        return PAGE_SIZE

    def take(self, branch: int, page: Page, fits: Sequence[bool]) -> None:
        """Take a first page in."""
        self.pages[branch] = Checked(page, fits)

    @property
    def complete(self) -> bool:
        """Whether all is here that the rows begin with."""
        caught_up = self.live is None or self.live.follower.caught_up
        return caught_up and len(self.pages) == len(self.frozen.plan.branches)

    def rows(self, limits: Limits, tell: Tell) -> Rows:
        """The rows that the first pages begin.

        They can be addressed where the API does the whole query and one stream alone has any; where nobody looks on,
        they are read from the first to the last all the same.
        """
        plan = self.frozen.plan
        branches = sorted(self.pages)
        filled = [branch for branch in branches if self.pages[branch].page.records or self.pages[branch].page.total]
        rows: Rows
        if plan.sent_whole and len(filled) <= 1 and limits.budget is not None:
            branches = filled or branches[:1]
            rows = AddressedRows(branches[0], limits, tell)
        else:
            rows = StreamedRows(branches, limits, tell, local=not plan.sent_whole, disjoint=plan.disjoint)
        for branch in branches:
            rows = rows.take(Place(branch, 0), *self.pages[branch]).rows
        if self.live is None:
            return rows
        border = Border(self.frozen.window.end, [page for page, _ in self.pages.values()])
        return LiveRows(rows, border, self.live.follower, limits, tell)
