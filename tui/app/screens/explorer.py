"""The explorer: narrowing, pivots, values and views.

Dialogs are imported when they are opened: the first screen is painted sooner for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.app import narrowing, summary
from tui.app.commands import Keyless, commands_of
from tui.app.feed import Feed
from tui.app.messages import TimeRangeWanted
from tui.app.screens.exporting import ExportingScreen
from tui.app.screens.menu import Choice, MenuScreen
from tui.app.widgets.row_line import fit
from tui.domain.clean import clean
from tui.domain.errors import Forbidden, KeyMissing, Unauthorized
from tui.domain.query import AuditQuery, Term
from tui.domain.query_text import format_query

if TYPE_CHECKING:
    from tui.app.context import Context
    from tui.app.screens.values import ValueAct, ValuesScreen
    from tui.domain.plan import FrozenQuery
    from tui.domain.time_range import TimeRange
    from tui.session.exploration import Change
    from tui.session.value_spread import FieldPlace
    from tui.sources.connection import Connection

_ABOUT_WIDTH = 42


class ExplorerScreen(ExportingScreen):
    """The loop of an investigation: ask, narrow on what the eye caught, look around it, go back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("equals_sign", "keep", "Keep", id="explorer.keep", tooltip="Keep only the value under the cursor"),
        Binding("minus", "exclude", "Drop", id="explorer.exclude", tooltip="Leave out the value under the cursor"),
        Binding("p", "pivot", "Pivot", id="explorer.pivot",
                tooltip="This actor, ip, resource, workspace, key or ±5 min, other filters lifted"),
        Binding("left_square_bracket", "go_back", "Back", id="explorer.go_back",
                tooltip="The query before this one; before the first, where the last run was"),
        Binding("right_square_bracket", "go_forward", "Forward", show=False, id="explorer.go_forward",
                tooltip="The query that [ came from"),
        Binding("backslash", "switch_off", "Switch off", show=False, id="explorer.switch_off",
                tooltip="Switch the last clause off; the panel keeps it"),
        Binding("v", "values", "Values", id="explorer.values", tooltip="The values of this field, with counts"),
        Binding("apostrophe", "views", "Views", show=False, id="explorer.views", tooltip="Saved queries"),
        Binding("t", "time_range", "Time", id="explorer.time", tooltip="Choose the range of time"),
        Binding("T", "zone", "Zone", show=False, id="explorer.zone", tooltip="Times in UTC, local, or as ages"),
        Binding("r", "refresh", "Refresh", id="explorer.refresh", tooltip="Ask again, up to now; or retry what failed"),
        Binding("o", "offline", "Offline", show=False, id="explorer.offline",
                tooltip="Show what the archive has, without the API; again, or r, asks the API"),
        Binding("R", "reveal", "Reveal", show=False, id="explorer.reveal", tooltip="Show one redacted value (asks)"),
        Binding("colon", "palette", "Commands", show=False, id="explorer.palette", tooltip="Find a command by name"),
        Binding("question_mark,f1", "help", "Keys", id="explorer.help", tooltip="All keys, and facts about this run"),
        Binding("ctrl+c", "interrupt", "Cancel", show=False, id="explorer.interrupt",
                tooltip="Cancel a fetch or a scan; what is there stays"),
        Binding("Q", "quit", "Quit", show=False, id="explorer.quit", tooltip="Quit at once"),
    ]  # fmt: skip
    KEYLESS: ClassVar[tuple[Keyless, ...]] = (
        Keyless("explain", "Explain", "What the API is asked for this query, and what is done here"),
        Keyless("clear", "Clear filters", "Every record of the range"),
        Keyless("copy_again", "Copy again", "What was copied last, once more"),
        Keyless("resume", "Resume", "Where the run before this one was, whatever was asked since"),
        Keyless("clear_marks", "Clear marks", "Unmark all records (asks)"),
    )

    def __init__(self, given: Context) -> None:
        super().__init__(given)
        self._fed: tuple[ValuesScreen, Feed] | None = None

    @on(TimeRangeWanted)
    def action_time_range(self) -> None:
        from tui.app.screens.time_range import TimeRangeScreen

        def take(time_range: TimeRange | None) -> None:
            if time_range is not None:
                self._narrow(self._investigation.query.with_range(time_range))

        record = self._record()
        dialog = TimeRangeScreen(
            self._investigation.query.time_range,
            now=self._investigation.now,
            zone=self._rows.style.zone,
            around=record.time if record is not None else None,
        )
        self.app.push_screen(dialog, take)

    # Narrowing

    def _caught(self) -> Term | None:
        """The term that keeps the value under the cursor, in the detail or in the table."""
        record, names = self._record(), self._investigation.names
        if record is None or self.panel.has_focus_within:
            return None
        if self.in_detail:
            path, value = self.detail.current_path, self.detail.current_value
            return narrowing.term_at(path) if self.detail.is_branch else narrowing.term_of(path, value, names)
        column = self._column()
        return narrowing.term_of(column.name, column.read(record), names)

    def action_keep(self) -> None:
        self._narrow_by(narrowing.keep)

    def action_exclude(self) -> None:
        self._narrow_by(narrowing.exclude)

    def _narrow_by(self, narrowed: Callable[[AuditQuery, Term], AuditQuery]) -> None:
        term = self._caught()
        if term is None:
            self.notify(
                "There is no value here to filter by. Times: t, or p t for the minutes around.", severity="warning"
            )
        else:
            self._narrow(narrowed(self._investigation.query, term))

    def action_switch_off(self) -> None:
        terms = self._investigation.query.terms
        if terms:
            self._try(lambda: self._investigation.switch_off(terms[-1]))
        else:
            self.notify("No filter is on. Switched-off ones stand in the panel: f.")

    def action_pivot(self) -> None:
        record, query = self._record(), self._investigation.query
        if record is None:
            self.notify("There is no record here to pivot from.", severity="warning")
            return
        value = self.detail.current_value if self.in_detail else ""
        pivots = narrowing.pivots(query, record, self._investigation.names, value=value)

        def turn(key: str | None) -> None:
            for pivot in pivots:
                if pivot.key == key:
                    lifted = narrowing.lifted(query, pivot.query)
                    self._ask(pivot.query, note=f"lifted {lifted} · [ goes back" if lifted else "")

        choices = [Choice(pivot.key, pivot.title, fit(clean(pivot.about), _ABOUT_WIDTH).rstrip()) for pivot in pivots]
        self.app.push_screen(MenuScreen("Pivot", choices), turn)

    def action_values(self) -> None:
        from tui.app.screens.values import Sample, ValuesScreen

        connection, exploration, frozen = self._connection, self._exploration, self._exploration.shown
        if frozen is None or connection is None or exploration.asked is not None:
            self.notify("There are no records yet to look at the values of.", severity="warning")
            return
        feed = Feed(exploration)
        sample = Sample(
            frozen,
            exact=not exploration.scanning,
            total=feed.total,
            records=feed.fresh(),
            names=self._investigation.names,
            fetch=(self._worker.source or connection.source).fetch,
            wants_more=self._load_on,
            count=self._counting(connection, frozen),
        )
        screen = ValuesScreen(self._place_of_values(), sample)
        self._fed = screen, feed
        self.app.push_screen(screen, self._act_on_value)

    def _counting(
        self, connection: Connection, frozen: FrozenQuery
    ) -> Callable[[str], Awaitable[Counter[str] | None]] | None:
        """What counts the values of a field over all records of the query at once, where anything can."""
        spread = connection.spread
        if spread is None or self._exploration.live is not None or self._offline != self._given.offline:
            return None
        request = replace(frozen.page(0, ticket=0), wanted=self._exploration.matcher)
        return partial(spread, request)

    def _place_of_values(self) -> FieldPlace:
        """The field or path under the cursor, in the detail or in the table."""
        column = self._column()
        place = narrowing.place_of(self.detail.current_path) if self.in_detail else None
        return place or (column.field.name, *column.path)

    def _act_on_value(self, act: ValueAct | None) -> None:
        self._fed = None
        if act is not None:
            narrowed = narrowing.keep if act.keep else narrowing.exclude
            self._narrow(narrowed(self._investigation.query, act.term))

    def _apply(self, change: Change) -> None:
        super()._apply(change)
        if self._fed is None:
            return
        screen, feed = self._fed
        if not change.fresh:
            screen.take(feed.fresh(), feed.total)
            return
        # The rows are another query's, or numbered anew: what was counted can't be gone on with.
        self._fed = None
        if screen.is_current:
            screen.dismiss(None)

    def action_views(self) -> None:
        from tui.app.screens.views import ViewsScreen

        present = format_query(self._investigation.query)
        self.app.push_screen(ViewsScreen(self._given.memory.views, present), self._open_text)

    def _open_text(self, text: str | None) -> None:
        """Ask what a text means; where it can't be meant, put it in the bar to be mended."""
        if text is None:
            return
        parsed, _ = self._investigation.read(text)
        if parsed.diagnostics:
            self.bar.show(self._read(text), summary.bar_end(self._state()))
            self.action_focus_bar()
        else:
            self._ask(parsed.query)

    def action_zone(self) -> None:
        self._rows.style = self._rows.style.next
        self.table.refresh_rows(0, self._rows.count)
        self.show_detail()
        self._draw_query()
        self._draw_lines()

    # Commands

    def action_refresh(self) -> None:
        """Retry what failed; where nothing did, freeze the query anew."""
        if self._connection is None:
            if self._connection_problem is not None:
                self._connection_problem = None
                self._draw_lines()
                self._connect()
        elif self._offline and not self._given.offline:
            self.action_offline()
        elif self._exploration.problem is not None or self._worker.stopped:
            self._worker.resume()
            self.keep_up()
            self.table.refresh_rows(0, self._rows.count)
            self._draw_lines()
        else:
            self._connection.forget()
            self._try(self._investigation.refresh)
            if self._investigation.names.refused:
                self._learn_names(self._connection)

    def action_offline(self) -> None:
        """Answer from the archive alone, or ask the API again."""
        connection = self._connection
        if connection is None or connection.held is None:
            self.notify("There is no archive to answer from.")
        elif self._given.offline:
            self.notify("This run is offline: start without --offline to ask the API.")
        else:
            self._offline = not self._offline
            if self._investigation.following:
                self.stop_following()
            self._worker.source = connection.held if self._offline else connection.source
            self._try(self._investigation.refresh)

    def action_interrupt(self) -> None:
        self.workers.cancel_group(self, "walk")
        if self._waits_for_names is not None:
            self._waits_for_names = None
            self._draw_query()
            self._draw_lines()
        elif self._exploration.loading:
            self._worker.stop()
        elif self._investigation.following:
            self.action_follow()
        else:
            self.notify("Nothing is being fetched. Press q to quit.")

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_help(self) -> None:
        from tui.app.language_help import language
        from tui.app.screens.help import HelpScreen, Section, key_sections

        pane = next((name for node in self.nodes_in_focus() if (name := getattr(node, "PANE", ""))), "")
        sections = [
            *key_sections(commands_of(self), pane),
            *language(),
            Section("About this run", summary.facts(self._state())),
        ]
        self.app.push_screen(HelpScreen("Keys", sections))

    def action_explain(self) -> None:
        """Say on a page what the API is asked, and what is done here."""
        from tui.app.screens.help import HelpScreen, Section
        from tui.formats.explanation import explain

        frozen = self._exploration.asked or self._exploration.shown
        if frozen is not None:
            lines = [("", line) for line in explain(frozen, self._investigation.names)]
            self.app.push_screen(HelpScreen("How this query is answered", [Section("", lines)]))

    def action_quit(self) -> None:
        self.quit()

    def quit(self) -> None:
        self.end_looks()
        self.app.exit(return_code=self._exit_code())

    def _exit_code(self) -> int:
        """0 where records were seen; else what stood in the way: 4 the key, 3 the network, 1 anything else."""
        problem = self._connection_problem or self._exploration.problem
        if self._exploration.started or problem is None:
            return 0
        if isinstance(problem, KeyMissing | Unauthorized | Forbidden):
            return 4
        return 3 if problem.transient else 1

    def action_reveal(self) -> None:
        from tui.app.screens.reveal import RevealScreen

        path = self.detail.current_path if self.in_detail else ""
        record, connection = self._record(), self._connection
        request = self._exploration.request_for(self._rows.row(self.table.cursor_row)) if record else None
        if not path or record is None or request is None or connection is None or not self.detail.is_redacted:
            self.notify(
                "Put the cursor of the detail on a ‹redacted› value first. What Portkey masked itself can't be had.",
                severity="warning",
            )
            return
        self.app.push_screen(RevealScreen(path, record, request, connection.reveal))
