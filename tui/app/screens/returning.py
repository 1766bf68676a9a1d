"""The way back: to the looks of this run, and, where that begins, to those that runs before it left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from tui.app.screens.asking import AskingScreen
from tui.app.widgets.row_line import fit
from tui.domain.clean import clean
from tui.domain.errors import QueryError, TimeTextError
from tui.domain.query_text import format_query
from tui.formats.times import zone_name
from tui.formats.views import View
from tui.state.last_look import KeptLook

if TYPE_CHECKING:
    from datetime import datetime

    from tui.app.context import Context
    from tui.app.trail import Look

_KEEP_SECONDS = 1.0
"""How often it is seen to that the present look is kept."""
_OFFER_SECONDS = 12.0
_OFFERED_WIDTH = 60
_DETAIL, _FILTERS, _TABLE = "detail", "filters", "table"


class ReturningScreen(AskingScreen):
    """Goes back and forward among looks, and keeps the present one for the next run."""

    def __init__(self, given: Context) -> None:
        super().__init__(given)
        self._kept: KeptLook | None = None
        """The look that was kept last, None as long as there was no need for it."""
        self._asked = asyncio.Event()
        self._offered = False
        self._returning: KeptLook | None = None
        """Where the reader was in another run, until the cursor is there again."""

    def on_mount(self) -> None:
        if self._given.memory.looks.keeps:
            self._keep_looks()

    async def on_unmount(self) -> None:
        self._given.memory.looks.close()

    # Going back

    def action_go_back(self) -> None:
        investigation = self._investigation
        self._return_to(investigation.before, investigation.back, "This is the first query.")

    def action_go_forward(self) -> None:
        investigation = self._investigation
        self._return_to(investigation.after, investigation.forward, "This is the last query.")

    def action_resume(self) -> None:
        """Go to where the run before this one was, whatever has been asked since."""
        earlier = self._investigation.earlier
        self._return_to(
            earlier[-1] if earlier else None, self._investigation.resume, "No run before this one left anything."
        )

    def _return_to(self, look: Look | None, go: Callable[[Look], None], otherwise: str) -> None:
        """Take a look once more; one of another run as soon as it is clear whom its query means."""
        if look is None:
            self.notify(otherwise)
            return
        if look.kept is not None:
            if self._connection is None:
                self.notify("There is no connection yet to ask over.")
                return
            if not self._is_clear(look.query, lambda clear: self._return_to(replace(look, query=clear), go, "")):
                return
        try:
            go(look)
        except (TimeTextError, QueryError) as error:
            self.notify(str(error), severity="error")
            return
        self._show_by_time()
        self._waits_for_names = None
        if look.held is not None:
            self.table.show_row(look.place.row, column=look.place.column)
            self.table.scroll_to(y=look.place.top, animate=False, force=True)
        self._begin()
        self.show_detail()
        if look.kept is not None:
            self._returning = look.kept
            self.app.clear_notifications()
            as_it_was = ", as it was then; r asks up to now" if look.query.time_range.is_relative else ""
            self.notify(f"What you had at {self._moment(look.kept.at)}{as_it_was}.")

    def _begin(self) -> None:
        self._returning = None
        self._asked.set()
        super()._begin()
        self._offer()

    # Where another run was

    def _offer(self) -> None:
        """Say with the first query, as soon as something can be asked, that the run before was cut off, and where."""
        looks = self._given.memory.looks
        if not self._offered and looks.cut_off and self._investigation.earlier:
            look = looks.earlier[-1]
            query = fit(clean(look.query), _OFFERED_WIDTH).rstrip()
            self.notify(f"[ resumes what you had at {self._moment(look.at)}: {query}", timeout=_OFFER_SECONDS)
        self._offered = True

    def _moment(self, at: datetime) -> str:
        """A moment as short as it goes: `03:12Z`, or with its day where that is not today."""
        zone = self._rows.style.zone
        local = at.astimezone(zone)
        today = self._given.clock().astimezone(zone).date() == local.date()
        name = zone_name(zone, at)
        return local.strftime("%H:%M" if today else "%-d %b %H:%M") + ("Z" if name == "UTC" else f" {name}")

    def _show_fresh_rows(self) -> None:
        super()._show_fresh_rows()
        if self._returning is not None:
            self._find_place(self._returning)

    @work(group="walk", exclusive=True)
    async def _find_place(self, look: KeptLook) -> None:
        """Put the cursor on the record that it stood on, once that is here, and open what was open."""
        try:
            self._show_place(look, look.row)
            left_at = self.table.cursor_coordinate
            row = await self._walker.find(look.record, look.row) if look.record is not None else look.row
        finally:
            if self._returning is look:
                self._returning = None
        if self.table.cursor_coordinate != left_at:
            return  # the reader has gone elsewhere
        self._grow()
        self._show_place(look, look.row if row is None else row)
        await self._open_panes(look)
        if row is None:
            self.notify("The record you were on is not among these rows; the cursor stands in its place.")

    async def _open_panes(self, look: KeptLook) -> None:
        views = [view.value for view in View]
        if look.tab in views and (look.pane == _DETAIL or self._roomy()):
            await self.action_focus_detail()
            self.detail.action_view(1 + views.index(look.tab))
        else:
            self.remove_class("detail-open")
        if look.pane == _FILTERS:
            self.action_focus_filters()
        elif look.pane != _DETAIL or not self.detail_open:
            self.action_focus_table()

    def _show_place(self, look: KeptLook, row: int) -> None:
        """Put the cursor on a row, which was `look.row` then, and stands where it stood on the screen."""
        names = [column.name for column in self._rows.columns]
        self.table.show_row(row, column=names.index(look.column) if look.column in names else None)
        if look.top <= look.row < look.top + len(self.table.visible_rows):
            self.table.scroll_to(y=look.top + row - look.row, animate=False, force=True)

    # Keeping the present look

    @work(group="looks")
    async def _keep_looks(self) -> None:
        """Keep the present look whenever it is another one: at once where a query was asked.

        On a thread, for a disk may take its time; and one after the other.
        """
        while True:
            look = self._look_to_keep()
            if look is not None:
                self._kept = look
                if problem := await asyncio.to_thread(self._given.memory.looks.keep, look):
                    self.notify(problem, severity="warning")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), _KEEP_SECONDS)
            self._asked.clear()

    def end_looks(self) -> None:
        """The reader ends the run."""
        self._given.memory.looks.end(self._look_to_keep() or self._kept)

    def _look_to_keep(self) -> KeptLook | None:
        """The present look, where it is another than the one that was kept last.

        One that nobody did anything for is not worth keeping: it would be in the way of what a run before left.
        """
        look = self._present_look()
        if look is None:
            return None
        if self._kept is None:
            first = KeptLook(look.at, format_query(self._given.query), look.frozen_at, pane=look.pane)
            idle = replace(look, record=None, column="").is_like(first) and not self.table.cursor_column
            return None if idle else look
        return None if look.is_like(self._kept) else look

    def _present_look(self) -> KeptLook | None:
        now, query = self._given.clock(), self._investigation.query
        if self._returning is not None:
            return replace(self._returning, at=now)
        frozen = self._exploration.asked or self._exploration.frozen
        if frozen is None or frozen.query != query:
            return None
        look = KeptLook(now, format_query(query), frozen.frozen_at, following=self._investigation.following)
        if self._exploration.asked is not None:
            return look
        record, place = self._record(), self._place()
        return replace(
            look,
            record=record.identity if record is not None else None,
            row=place.row,
            column=self._column().name,
            top=place.top,
            pane=_DETAIL if self.in_detail else _FILTERS if self.panel.has_focus_within else _TABLE,
            tab=self.detail.chosen.value if self.detail_open else "",
        )
