"""Following: what comes in of the present query is shown, and nothing moves under the reader for it."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from tui.app.page_worker import check_records
from tui.app.ringing import Bells
from tui.app.screens.returning import ReturningScreen
from tui.app.summary import Following, State
from tui.app.widgets.record_table import RecordTable
from tui.domain.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.timer import Timer

    from tui.app.context import Context
    from tui.domain.names import Names
    from tui.domain.page import Waiting
    from tui.domain.record import AuditRecord
    from tui.session.follow import Arrival
    from tui.session.live import Live
    from tui.session.live_rows import Inserted
    from tui.sources.base import AuditSource

_GROUP = "follow"
_DRAW_SECONDS = 0.5
"""How often, at most, the table is drawn anew for what comes in, which a slow line feels."""
_MANY_FAILURES = 10


class FollowingScreen(ReturningScreen):
    """Keeps up with the log while the reader wants it to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "follow", "Follow", show=False, id="explorer.follow", tooltip="Show what comes in, or no longer"),
        Binding("P", "pause", "Pause", show=False, id="explorer.pause",
                tooltip="Hold back what comes in, and collect it; again: let it in"),
    ]  # fmt: skip

    def __init__(self, given: Context) -> None:
        super().__init__(given)
        self._given_up = False
        """Whether an error has ended it that won't pass by itself."""
        self._retrying: tuple[float, str] | None = None
        """Until when a look waits before it tries again, in ticks, and why."""
        self._drawn_at = float("-inf")
        self._drawing: Timer | None = None
        self._countdown: Timer | None = None
        self._letting_in = False
        self._in_view = range(0)
        self._left = range(0)
        """What was in view when the reader last went on."""
        self._bells = Bells(
            self, given, matcher=self._investigation.matcher_of, names=lambda: self._investigation.names
        )

    async def on_unmount(self) -> None:
        self._bells.give_title_back()

    def attended(self) -> None:
        """The reader is here: pressed a key, or has the terminal in front again."""
        self._bells.give_title_back()

    # What the reader does

    def action_follow(self) -> None:
        """Follow the present query; where it is followed, leave its rows as they are."""
        if self._investigation.following:
            self.stop_following()
            self.notify("No longer following; F follows again.")
            return
        if self._connection is None:
            self.notify("There is no connection yet to ask over.")
            return
        if self._given.file:
            self.notify("Nothing comes in to a file that could be followed.")
            return
        if self._offline:
            self.notify("Offline nothing comes in that could be followed.")
            return
        look = self._present_look() if self.table.cursor_row else None
        if self._try(self._investigation.follow):
            self._returning = look

    def stop_following(self) -> None:
        record = self._record()
        change = self._investigation.stop_following()
        if change.inserted is not None:
            self._show_inserted(change.inserted, record)
        self.table.refresh_rows(0, self._rows.count)
        self._begin()

    def action_pause(self) -> None:
        live = self._exploration.live
        if live is None:
            self.notify("Nothing is followed that could be held back: F follows.")
            return
        live.paused = not live.paused
        self._draw_query()
        self._show_what_came()

    def show_newest(self) -> None:
        """Go to where rows come in, and let those in that are held back."""
        live = self._exploration.live
        if live is not None and live.paused:
            self.action_pause()
        self.table.show_row(0)

    # Keeping up

    def _begin(self) -> None:
        super()._begin()
        self.keep_up()

    def keep_up(self) -> None:
        """Look for what comes in from now on, if anything is followed."""
        self.workers.cancel_group(self, _GROUP)
        self._wait(None)
        self._given_up = False
        live = self._exploration.live
        if live is not None and self._connection is not None:
            self._bells.reload()
            live.follower.hurry(self._given.clock())
            self._keep_up(live, self._connection.live)

    def _know(self, names: Names) -> None:
        super()._know(names)
        if self._exploration.live is not None:
            self._bells.reload()

    @work(group=_GROUP, exclusive=True)
    async def _keep_up(self, live: Live, source: AuditSource) -> None:
        """Look for what comes in until something else is asked, or an error says that there is no use in it."""
        follower, clock = live.follower, self._given.clock
        matcher, matches_here = self._exploration.matcher, self._exploration.matches_here
        while not follower.finished:
            while pause := follower.rest(clock()):
                await self._given.sleep(pause)
            try:
                page = await source.fetch(follower.next_request(clock()), self._wait)
                fits = await check_records(page.records, matcher, in_thread=matches_here)
            except SourceError as error:
                follower.fail(error, clock())
                self._given_up = not error.transient
                self._tell_failure(live)
                if self._given_up:
                    return
            else:
                self._arrived(live, follower.take(page, fits, clock()))
        self.stop_following()
        self.notify("The range of time has ended: all that came in is here.")

    def _arrived(self, live: Live, arrivals: Sequence[Arrival]) -> None:
        change = self._exploration.arrive(live, arrivals, live.follower.server_now(self._given.clock()))
        if change.fresh:
            self._apply(change)
            self._left = self.table.visible_rows
        problem = self._exploration.problem
        if problem is not None and problem.transient:
            self._worker.resume()  # what could not be had meanwhile can be now
        self._show_what_came_soon()
        self._bells.ring([arrival.record for arrival in arrivals if not arrival.early])

    def _tell_failure(self, live: Live) -> None:
        if live.follower.failures == _MANY_FAILURES:
            self.notify(
                f"{_MANY_FAILURES} looks in a row have failed. They go on, and what came in meanwhile is read then.",
                severity="warning",
            )
        self._count_down()
        self._draw_lines()

    def _wait(self, waiting: Waiting | None) -> None:
        """A look waits before it tries again, or goes on."""
        self._retrying = None if waiting is None else (self._given.ticks() + waiting.seconds, waiting.reason)
        if waiting is not None:
            self._count_down()
            if waiting.seconds >= 1:
                self._draw_lines()

    def _count_down(self) -> None:
        """Tell every second how long there is to wait, as long as there is."""
        self._countdown = self._countdown or self.set_interval(1, self._tell_wait)

    def _tell_wait(self) -> None:
        live = self._exploration.live
        if self._countdown is not None and self._retrying is None and (live is None or live.follower.problem is None):
            self._countdown.stop()
            self._countdown = None
        self._draw_lines()

    # Showing what came

    def _show_what_came_soon(self) -> None:
        delay = self._drawn_at + _DRAW_SECONDS - self._given.ticks()
        if delay <= 0:
            self._show_what_came()
        elif self._drawing is None:
            self._drawing = self.set_timer(delay, self._show_what_came)

    def _show_what_came(self) -> None:
        """Let in what waits, unless something is under way that counts on the numbers of rows."""
        if self._drawing is not None:
            self._drawing.stop()
            self._drawing = None
        self._drawn_at = self._given.ticks()
        walking = any(worker.group == "walk" and not worker.is_finished for worker in self.workers)
        if self.is_active and not walking:
            record = self._record()
            change = self._exploration.let_in()
            if change.inserted is not None:
                self._show_inserted(change.inserted, record)
        self._draw_lines()

    def on_screen_resume(self) -> None:
        if self._exploration.live is not None:
            self._bells.reload()
            self._show_what_came()

    def _show_inserted(self, inserted: Inserted, record: AuditRecord | None) -> None:
        """Draw rows that came in: at the top they push the others down; elsewhere everything stays in its place, the
        cursor on its record."""
        table = self.table
        stays = bool(table.cursor_row or table.scroll_offset.y or self.detail_open or self._given.plain)
        self._letting_in = True
        if self._rows.sorting is not None:
            self._sort_in(record)
        else:
            table.set_row_count(self._rows.count, keep=inserted.moved(table.cursor_row) if stays else None)
        self._letting_in = False
        self._left = table.visible_rows
        self._hold()
        self._walker.changed()

    # What is new to the reader

    def _is_new(self, record: AuditRecord) -> bool:
        live = self._exploration.live
        return live is not None and live.is_new(record)

    def _view_changed(self, rows: range) -> None:
        if not self._letting_in:
            self._looked_at(self._in_view)
        self._in_view = rows
        super()._view_changed(rows)

    @on(RecordTable.CursorMoved)
    def _reader_moved(self) -> None:
        """What was in view before the reader went on has been looked at; what that brought into view has not."""
        if self._left == self._in_view:
            self._looked_at(self._in_view)
        self._left = self._in_view

    def _looked_at(self, rows: range) -> None:
        live = self._exploration.live
        if live is None or not live.new_count:
            return
        records = [record for row in rows if (record := self._rows.record(row)) is not None]
        if live.looked_at(records):
            self.table.refresh_rows(rows.start, rows.stop)
            self._draw_lines()

    # How it stands

    def _state(self) -> State:
        state, live = super()._state(), self._exploration.live
        if live is None:
            return state
        ended_by = live.follower.problem if self._given_up else None
        return replace(state, problem=state.problem or ended_by, live=self._following(live))

    def _following(self, live: Live) -> Following:
        follower, now = live.follower, self._given.clock()
        held = len(live) if live.paused else 0
        return Following(
            stopped=self._given_up,
            failing=follower.failures > 1,
            lag=follower.lag(now),
            catching_up=not follower.caught_up,
            paused=live.paused,
            new=live.new_count - held,
            new_since=live.new_since,
            held=held,
            late=follower.late,
            retry=self._retry(live),
            show_new=self.show_newest,
        )

    def _retry(self, live: Live) -> tuple[int, str] | None:
        """The seconds left before another attempt, and why it is needed."""
        if self._retrying is not None:
            until, reason = self._retrying
            return max(1, ceil(until - self._given.ticks())), reason
        problem = live.follower.problem
        if problem is None or self._given_up:
            return None
        return max(1, ceil(live.follower.rest(self._given.clock()))), problem.reason
