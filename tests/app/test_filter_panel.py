"""The filter panel alone: it asks for changes by messages, and keeps what was typed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Static

import tui.app
from tui.app.messages import FilterChanged, FiltersCleared, TimeRangeWanted
from tui.app.widgets.filter_panel import FilterPanel
from tui.domain.fields import FILTERS, ORGANISATION
from tui.domain.names import Named, NameKind, Names
from tui.domain.query import AuditQuery

_STYLES = Path(tui.app.__file__).parent / "styles"
_PATIENCE_SECONDS = 10.0
NOBODY = Names()


class Frame(App[None]):
    """A panel, something else to click on, and what the panel told."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [_STYLES / "base.tcss", _STYLES / "filter_panel.tcss"]
    CSS = "Screen { layout: horizontal; }"

    def __init__(self, panel: FilterPanel) -> None:
        super().__init__()
        self.panel = panel
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.panel
        yield Static(id="elsewhere")

    def on_mount(self) -> None:
        self.query_one("#elsewhere").can_focus = True
        self.panel.focus()

    def on_filter_changed(self, message: FilterChanged) -> None:
        self.told.append(message)

    def on_filters_cleared(self, message: FiltersCleared) -> None:
        self.told.append(message)

    def on_time_range_wanted(self, message: TimeRangeWanted) -> None:
        self.told.append(message)


class Panel:
    """A panel in use."""

    def __init__(self, app: Frame, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.widget = app.panel

    @property
    def lines(self) -> list[str]:
        width = self.widget.size.width
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip)[:width].rstrip() for strip in strips]

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The settled changes that were asked for."""
        return [(m.field, m.value) for m in self.app.told if isinstance(m, FilterChanged) and m.settled]

    def row(self, label: str) -> int:
        return 2 + [field.label for field in self.widget.fields].index(label)

    async def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "\n".join(self.lines)
            await self.pilot.pause()
            await asyncio.sleep(0)

    async def click(self, label: str) -> None:
        await self.pilot.click(self.widget, offset=(3, self.row(label)))
        await self.pilot.pause()


@asynccontextmanager
async def opened(query: AuditQuery | None = None, names: Names = NOBODY, **more: bool) -> AsyncIterator[Panel]:
    app = Frame(FilterPanel(**{"with_organisation": False, **more}))  # type: ignore[arg-type]
    async with app.run_test(size=(60, 30)) as pilot:
        app.panel.show(query or AuditQuery(), names)
        await pilot.pause()
        yield Panel(app, pilot)
    assert app._exception is None


class TestItsRows:
    async def test_the_range_and_every_filter_of_the_api(self):
        async with opened() as panel:
            shown = [line[1:11].strip() for line in panel.lines[2:] if line]
            assert shown == ["Time", *(field.label for field in FILTERS if field is not ORGANISATION)]

    async def test_the_organisation_stands_there_only_where_it_is_set(self):
        query = AuditQuery().with_("organisation", "org-1")
        async with opened(query, with_organisation=True) as panel:
            assert panel.lines[panel.row("Organisation")][1:] == "Organisat… org-1"
        async with opened() as panel:
            assert not any("Organisation" in line for line in panel.lines)

    async def test_how_many_are_on_and_names_for_ids(self):
        names = Names({NameKind.API_KEY: {"7": Named("Nightly\x1b[31m")}})
        async with opened(AuditQuery().with_("actor", "7").with_("country", "DE"), names) as panel:
            assert panel.lines[0] == " Filters · 2 on"
            assert panel.lines[panel.row("Actor")][1:] == r"Actor      Nightly\u001b"


class TestChoices:
    async def test_after_a_value_that_is_not_among_them_comes_the_first(self):
        async with opened(AuditQuery().with_("method", "PATCH")) as panel:
            await panel.pilot.press("j", "l")
            assert panel.changes == [("method", "POST")]

    async def test_before_it_the_last(self):
        async with opened(AuditQuery().with_("method", "PATCH")) as panel:
            await panel.pilot.press("j", "h")
            assert panel.changes == [("method", "DELETE")]

    async def test_after_the_last_comes_any(self):
        async with opened(AuditQuery().with_("method", "DELETE")) as panel:
            await panel.pilot.press("j", "l")
            assert panel.changes == [("method", "")]

    async def test_a_filter_without_choices_has_none_to_step_through(self):
        async with opened() as panel:
            await panel.pilot.press("j", "j", "l")
            assert panel.app.told == []


class TestTheMouse:
    async def test_a_click_opens_the_input_on_its_row_with_the_value_there(self):
        async with opened(AuditQuery().with_("country", "DE")) as panel:
            await panel.click("Country")
            assert panel.widget.editing
            assert panel.widget.box.value == "DE"
            assert panel.widget.box.region.y == panel.row("Country")

    async def test_a_click_on_the_time_asks_for_a_range(self):
        async with opened() as panel:
            await panel.click("Time")
            assert [type(message) for message in panel.app.told] == [TimeRangeWanted]

    async def test_a_click_below_the_rows_or_on_the_heading_does_nothing(self):
        async with opened() as panel:
            for row in (0, 1, 25):
                await panel.pilot.click(panel.widget, offset=(3, row))
            assert panel.app.told == []
            assert not panel.widget.editing

    async def test_a_click_elsewhere_takes_what_was_typed(self):
        async with opened() as panel:
            await panel.click("Country")
            await panel.pilot.press("F", "R")
            await panel.pilot.click("#elsewhere")
            await panel.until(lambda: panel.changes)
            assert panel.changes == [("country", "FR")]
            assert not panel.widget.editing
            assert panel.app.query_one("#elsewhere").has_focus

    async def test_a_click_on_another_row_takes_it_too_and_edits_there(self):
        async with opened() as panel:
            await panel.click("Country")
            await panel.pilot.press("F", "R")
            await panel.click("Resource")
            await panel.until(lambda: panel.changes)
            assert panel.changes == [("country", "FR")]
            assert panel.widget.editing
            assert panel.widget.current.label == "Resource"
            assert panel.widget.box.value == ""
            await panel.pilot.press("x", "enter")
            assert panel.changes[1:] == [("resource", "x")]


class TestProblems:
    async def test_a_long_one_is_wrapped_between_words_and_loses_none(self):
        problem = "Status is a number from 100 to 599, not 'four hundred and three'"
        async with opened() as panel:
            panel.widget.show_problem("status", problem)
            await panel.pilot.pause()
            below = [line.strip() for line in panel.lines[2 + len(panel.widget.fields) :] if line.strip()]
            assert " ".join(below) == problem
            assert len(below) > 2

    @pytest.mark.parametrize(
        "problem", ["\x1b]0;x\x07", "\u202e", "[/x] [@click=app.quit]x[/]", "漢字" * 30], ids=ascii
    )
    async def test_one_that_quotes_anything_is_drawn_literally(self, problem: str):
        async with opened() as panel:
            panel.widget.show_problem("status", problem)
            await panel.pilot.pause()
            drawn = "".join("".join(panel.lines[2 + len(panel.widget.fields) :]).split())
            wanted = {"\x1b]0;x\x07": r"\u001b]0;x\u0007", "\u202e": r"\u202e"}.get(problem, problem)
            assert drawn == "".join(wanted.split())

    async def test_it_goes_when_it_is_taken_back_or_the_filter_is_lifted(self):
        async with opened() as panel:
            panel.widget.show_problem("status", "wrong")
            panel.widget.show_problem("country", "")
            await panel.until(lambda: any("wrong" in line for line in panel.lines))
            await panel.pilot.press("j", "j", "x")
            await panel.until(lambda: not any("wrong" in line for line in panel.lines))
            assert panel.changes == [("status", "")]
