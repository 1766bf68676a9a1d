"""The filter panel alone: it shows a query and what was switched off, asks for changes by messages, and keeps what was
typed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual import constants
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown
from textual.filter import LineFilter
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Static

import tui.app
from tui.app.app import ExitGuard
from tui.app.messages import FilterChanged, FiltersCleared, TermRemoved, TermSwitched, TimeRangeWanted
from tui.app.themes import THEMES
from tui.app.widgets.filter_panel import FilterPanel, read_box
from tui.domain.clean import clean
from tui.domain.fields import ACTOR, BY_NAME, FILTERS, ORGANISATION, STATUS
from tui.domain.names import Named, NameKind, Names
from tui.domain.query import AuditQuery, How, Term, Text, Value
from tui.domain.query_parser import parse_query
from tui.domain.query_text import format_values

_STYLES = Path(tui.app.__file__).parent / "styles"
_PATIENCE_SECONDS = 10.0
NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
NOBODY = Names()
PEOPLE = Names(
    {
        NameKind.USER: {
            "u-1": Named("Alice Okafor", ("alice@example.com",)),
            "u-2": Named("Bob Lind"),
            "u-3": Named("Bob Ray"),
        },
        NameKind.WORKSPACE: {"w-1": Named("Payments", ("payments",))},
    }
)


def query_of(text: str) -> AuditQuery:
    parsed = parse_query(text, now=NOW)
    assert not parsed.diagnostics, parsed.diagnostics
    return parsed.query


def term_of(text: str) -> Term:
    [term] = query_of(text).terms
    return term


class Frame(App[None]):
    """A panel, something else to click on, and what the panel told."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [_STYLES / "base.tcss", _STYLES / "filter_panel.tcss"]
    CSS = "Screen { layout: horizontal; }"

    def __init__(self, panel: FilterPanel) -> None:
        super().__init__()
        self.guard = ExitGuard()
        self.panel = panel
        self.told: list[Message] = []
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name

    def compose(self) -> ComposeResult:
        yield self.panel
        yield Static(id="elsewhere")

    def on_mount(self) -> None:
        self.query_one("#elsewhere").can_focus = True
        self.panel.focus()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self.guard]

    def _hear(self, message: Message) -> None:
        self.told.append(message)

    on_filter_changed = on_filters_cleared = on_time_range_wanted = on_term_switched = on_term_removed = _hear


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
    def chips(self) -> list[str]:
        """The lines below the word Also."""
        return [line.strip() for line in self.lines[self.lines.index(" Also") + 1 :] if line]

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The settled changes that were asked for."""
        return [told(m) for m in self.app.told if isinstance(m, FilterChanged) and m.settled]

    def row(self, label: str) -> int:
        return 2 + [field.label for field in self.widget.fields].index(label)

    def line_of(self, text: str) -> int:
        return next(i for i, line in enumerate(self.lines) if text in line)

    async def show(self, text: str, *, off: Sequence[str] = ()) -> None:
        self.widget.show(query_of(text), [term_of(term) for term in off], NOBODY)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "\n".join(self.lines)
            await self.pilot.pause()
            await asyncio.sleep(0)

    async def click(self, label: str) -> None:
        await self.pilot.click(self.widget, offset=(3, self.row(label)))
        await self.pilot.pause()


def told(change: FilterChanged) -> tuple[str, str]:
    return change.field, format_values(change.field, change.values)


@asynccontextmanager
async def opened(
    text: str = "",
    *,
    off: Sequence[str] = (),
    names: Names = NOBODY,
    size: tuple[int, int] = (60, 30),
    with_organisation: bool = False,
) -> AsyncIterator[Panel]:
    app = Frame(FilterPanel(with_organisation=with_organisation))
    async with app.run_test(size=size) as pilot:
        app.panel.show(query_of(text), [term_of(term) for term in off], names)
        await pilot.pause()
        yield Panel(app, pilot)
    assert app._exception is None
    assert app.guard.hits == 0, "data reached the panel without being cleaned"


class TestItsControls:
    async def test_the_range_and_every_filter_of_the_api(self):
        async with opened() as panel:
            shown = [line[1:11].strip() for line in panel.lines[2:] if line]
            assert shown == ["Time", *(field.label for field in FILTERS if field is not ORGANISATION)]

    async def test_the_organisation_stands_there_only_where_it_is_set(self):
        async with opened("org:org-1", with_organisation=True) as panel:
            assert panel.lines[panel.row("Organisation")][1:] == "Organisat… org-1"
        async with opened("org:org-1") as panel:
            assert not any("Organisat" in line for line in panel.lines)
            assert panel.chips == ["● org:org-1"]

    async def test_how_many_terms_are_on(self):
        async with opened("status:4xx country:DE -op:delete") as panel:
            assert panel.lines[0].strip() == "Filters · 3 on"

    @pytest.mark.parametrize(
        ("text", "label", "shown"),
        [
            ("status:403,404", "Status", "403,404"),
            ("status:>=500", "Status", ">=500"),
            ("ip:10.0.0.0/8", "Client IP", "10.0.0.0/8"),
            ("country:none", "Country", "none"),
            ("uri:~/v2", "URI", "~/v2"),
            ("country:DE,FR,GB,US,IN", "Country", "DE,FR,GB,US,…"),
        ],
    )
    async def test_the_values_of_the_clause_on_its_field_as_they_are_written(self, text: str, label: str, shown: str):
        async with opened(text) as panel:
            line = panel.lines[panel.row(label)]
            assert (line[0], line[12:]) == ("•", shown)

    @pytest.mark.parametrize(
        ("text", "label", "shown"),
        [
            ("actor:u-2", "Actor", "Bob Lind"),
            ("actor:alice@example.com", "Actor", "Alice Okafor"),
            ("actor:u-2,x", "Actor", "Bob Lind,x"),
            ("actor:bob", "Actor", "bob"),
            ("ws:w-1", "Workspace", "Payments"),
        ],
    )
    async def test_people_and_workspaces_by_the_name_of_the_one_who_is_meant(self, text: str, label: str, shown: str):
        async with opened(text, names=PEOPLE) as panel:
            assert panel.lines[panel.row(label)][12:] == shown

    async def test_a_name_is_cut_and_obeyed_by_nobody(self):
        names = Names({NameKind.API_KEY: {"7": Named("Nightly\x1b[31m")}})
        async with opened("actor:7", names=names) as panel:
            assert panel.lines[panel.row("Actor")][1:] == r"Actor      Nightly\u001…"

    async def test_with_all_the_room_there_is_they_explain_themselves(self):
        async with opened(size=(80, 24)) as panel:
            panel.widget.styles.width = 80
            await panel.pilot.pause()
            assert "HTTP status of the answer" in panel.lines[panel.row("Status")]


class TestTheBox:
    @pytest.mark.parametrize("typed", ["403,404", "4xx", ">=500", "400..499", "none"])
    async def test_it_takes_the_notation_of_the_query(self, typed: str):
        async with opened() as panel:
            await panel.press("j", "j", "enter", *typed, "enter")
            assert panel.changes == [("status", typed)]

    async def test_a_name_of_several_words_needs_no_quotes(self):
        async with opened(names=PEOPLE) as panel:
            await panel.click("Actor")
            await panel.press(*"Alice Okafor, u-2", "enter")
            assert panel.changes == [("actor", '"Alice Okafor",u-2')]

    async def test_what_cannot_be_meant_is_told_and_not_asked_for(self):
        async with opened() as panel:
            await panel.click("Status")
            await panel.press(*"4xx,abc", "enter")
            assert panel.widget.editing
            assert panel.app.told == []
            assert "not 'abc'" in " ".join(line.strip() for line in panel.lines)
            await panel.press(*["backspace"] * 4, "enter")
            assert panel.changes == [("status", "4xx")]
            assert "abc" not in "".join(panel.lines)

    async def test_what_is_typed_is_asked_for_once_it_rests_and_again_when_it_is_done(self):
        async with opened() as panel:
            await panel.click("Status")
            await panel.press(*"403")
            await panel.until(lambda: panel.app.told)
            assert panel.app.told == [FilterChanged("status", (Value("403"),), settled=False)]
            await panel.press("enter")
            assert panel.changes == [("status", "403")]

    async def test_typing_back_what_was_there_takes_back_what_was_asked_meanwhile(self):
        async with opened("status:403") as panel:
            await panel.click("Status")
            await panel.press("end", "backspace", "4")
            await panel.until(lambda: panel.app.told)
            await panel.press("backspace", "3", "escape")
            assert panel.changes == [("status", "403")]

    async def test_opening_and_leaving_it_asks_for_nothing(self):
        async with opened("actor:u-1,~part status:4xx", names=PEOPLE) as panel:
            for label in ("Actor", "Status", "Country"):
                await panel.click(label)
                await panel.press("escape")
            assert panel.app.told == []

    async def test_an_id_is_edited_as_the_word_for_whoever_has_it(self):
        async with opened("actor:u-1,u-2", names=PEOPLE) as panel:
            await panel.click("Actor")
            assert panel.widget.box.value == 'alice@example.com,"Bob Lind"'

    async def test_a_beginning_of_a_name_waits_for_its_end(self):
        async with opened() as panel:
            await panel.click("Actor")
            await panel.press("a")
            assert panel.widget._typing is None

    async def test_emptied_it_lifts_the_filter(self):
        async with opened("country:DE") as panel:
            await panel.click("Country")
            await panel.press("backspace", "enter")
            assert panel.changes == [("country", "")]

    @given(st.text(max_size=12))
    def test_whatever_is_typed_has_values_or_a_problem(self, text: str):
        for field in (STATUS, ACTOR, BY_NAME["ip"], BY_NAME["uri"]):
            values, problem = read_box(field, clean(text))
            assert bool(clean(text).strip()) == bool(values or problem)


class TestNoEcho:
    async def test_showing_a_query_tells_nothing(self):
        async with opened("status:403") as panel:
            await panel.show("status:404 -op:delete", off=["op:update"])
            await panel.show("")
            assert panel.app.told == []

    async def test_what_is_being_typed_stays_when_its_own_query_is_shown(self):
        async with opened() as panel:
            await panel.click("Status")
            await panel.press(*"403")
            await panel.show("status:403")
            await panel.press(*",404", "enter")
            assert panel.changes == [("status", "403,404")]


class TestChoices:
    @pytest.mark.parametrize(
        ("text", "key", "asked"),
        [
            ("", "l", "POST"),
            ("", "h", "DELETE"),
            ("", "enter", "POST"),
            ("method:POST", "l", "PUT"),
            ("method:DELETE", "l", ""),
            ("method:POST,PUT", "l", "POST"),
            ("method:POST,PUT", "h", "DELETE"),
            ("method:none", "l", "POST"),
        ],
    )
    async def test_they_are_stepped_through_from_any_where_something_else_is_set(self, text: str, key: str, asked: str):
        async with opened(text) as panel:
            await panel.press("j", key)
            assert panel.changes == [("method", asked)]

    async def test_several_values_are_shown_as_text(self):
        async with opened("method:POST,PUT") as panel:
            assert panel.lines[panel.row("Method")][12:] == "POST,PUT"

    async def test_a_filter_without_choices_has_none_to_step_through(self):
        async with opened() as panel:
            await panel.press("j", "j", "l")
            assert panel.app.told == []


class TestChips:
    TERMS = ("-type:api_key", "(ip:203.0.113.0/24 OR country:none)", "body.scopes:~write", "op:delete", "rate_limits")

    async def test_every_term_that_no_control_shows_has_one_and_then_those_switched_off(self):
        async with opened(f"status:403 {' '.join(self.TERMS)}", off=["country:DE"], size=(120, 30)) as panel:
            panel.widget.styles.width = 80
            await panel.pilot.pause()
            assert panel.chips == [*(f"● {text}" for text in self.TERMS), "○ country:DE"]

    async def test_without_any_there_is_no_heading_for_them(self):
        async with opened("status:403") as panel:
            assert " Also" not in panel.lines

    async def test_a_long_one_is_cut(self):
        async with opened("(ip:203.0.113.0/24 OR country:none)") as panel:
            assert panel.chips == ["● (ip:203.0.113.0/24 OR…"]

    async def test_the_cursor_walks_on_from_the_controls_to_them(self):
        async with opened("-op:delete", off=["op:update"]) as panel:
            await panel.press(*"j" * 20)
            assert panel.lines[panel.line_of("op:update")] == "▌○ op:update"
            await panel.press("k", "k")
            assert panel.widget.current is panel.widget.fields[-1]

    @pytest.mark.parametrize("key", ["enter", "space"])
    async def test_a_key_switches_one_off_and_on(self, key: str):
        async with opened("-op:delete", off=["op:update"]) as panel:
            await panel.press(*"j" * 20, key, "k", key)
            assert panel.app.told == [
                TermSwitched(term_of("op:update"), on=True),
                TermSwitched(term_of("-op:delete"), on=False),
            ]

    async def test_x_removes_one(self):
        async with opened("-op:delete", off=["op:update"]) as panel:
            await panel.press(*"j" * 20, "x", "k", "x")
            assert panel.app.told == [TermRemoved(term_of("op:update")), TermRemoved(term_of("-op:delete"))]

    async def test_zero_lifts_all(self):
        async with opened("-op:delete") as panel:
            await panel.press(*"j" * 20, "0")
            assert panel.app.told == [FiltersCleared()]

    async def test_a_click_switches_one(self):
        async with opened("-op:delete") as panel:
            await panel.pilot.click(panel.widget, offset=(6, panel.line_of("op:delete")))
            await panel.pilot.pause()
            assert panel.app.told == [TermSwitched(term_of("-op:delete"), on=False)]

    async def test_the_cursor_stays_on_a_term_that_is_switched(self):
        async with opened("-op:delete is:failed rate") as panel:
            await panel.press(*"j" * 12)
            assert panel.lines[panel.line_of("op:delete")].startswith("▌●")
            await panel.show("is:failed rate", off=["-op:delete"])
            assert panel.lines[panel.line_of("op:delete")].startswith("▌○")
            await panel.press("enter")
            assert panel.app.told == [TermSwitched(term_of("-op:delete"), on=True)]

    async def test_switched_on_it_may_be_found_in_its_control(self):
        async with opened(off=["country:DE"]) as panel:
            await panel.press(*"j" * 20)
            await panel.show("country:DE")
            assert panel.widget.current is BY_NAME["country"]

    async def test_the_cursor_goes_to_what_is_left_when_they_go(self):
        async with opened("-op:delete is:failed") as panel:
            await panel.press(*"j" * 20)
            await panel.show("-op:delete")
            assert panel.lines[panel.line_of("op:delete")].startswith("▌●")
            await panel.show("")
            assert panel.widget.current is panel.widget.fields[-1]

    async def test_many_scroll_with_the_cursor_and_tell_how_many_are_out_of_sight(self):
        async with opened(" ".join(f"-op:o{n}" for n in range(20)), size=(60, 20)) as panel:
            assert panel.lines[0].split() == ["Filters", "·", "20", "on", "↓16"]
            await panel.press(*"j" * 40)
            assert panel.lines[-1] == "▌● -op:o19"
            assert "↑16" in panel.lines[0]
            await panel.press(*"k" * 40)
            assert panel.lines[2].startswith("▌Time")

    async def test_the_box_stands_on_its_row_however_far_it_is_scrolled(self):
        async with opened(" ".join(f"-op:o{n}" for n in range(20)), size=(60, 20)) as panel:
            await panel.press(*"j" * 40, *"k" * 20, "enter")
            assert panel.widget.current is BY_NAME["country"]
            assert panel.widget.box.region.y == panel.line_of("Country")

    async def test_the_wheel_scrolls_without_moving_the_cursor(self):
        async with opened(" ".join(f"-op:o{n}" for n in range(20)), size=(60, 20)) as panel:
            await panel.pilot._post_mouse_events([MouseScrollDown], panel.widget, offset=(3, 5))
            await panel.until(lambda: "↑1" in panel.lines[0])
            assert panel.widget.current is panel.widget.fields[0]

    async def test_what_terms_hold_is_shown_and_never_obeyed(self):
        query = AuditQuery().and_(*(Text(Value(t, How.CONTAINS)) for t in ("[/x][b]", "\x1b]0;x\x07", "a\u202eb")))
        async with opened() as panel:
            panel.widget.show(query, [], NOBODY)
            await panel.pilot.pause()
            assert panel.chips == ["● [/x][b]", r'● "\u001b]0;x\u0007"', r'● "a\u202eb"']


class TestTheMouse:
    async def test_a_click_opens_the_input_on_its_row_with_the_value_there(self):
        async with opened("country:DE") as panel:
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
            assert panel.changes[1:] == [("res", "x")]


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

    async def test_it_is_in_sight_where_the_panel_is_scrolled(self):
        async with opened(" ".join(f"-op:o{n}" for n in range(20)), size=(60, 20)) as panel:
            await panel.press(*"j" * 40, *"k" * 20)
            panel.widget.show_problem("country", "there is no such country")
            await panel.until(lambda: "such country" in " ".join(panel.lines))
            assert any(line.startswith("▌Country") for line in panel.lines)


@pytest.fixture
def same_picture(snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> Callable[[Panel], bool]:
    """Whether the committed picture shows what a panel does."""
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "truecolor")
    committed = snapshot.use_extension(SVGImageExtension)
    return lambda panel: committed == panel.app.export_screenshot(title="portkey-audit", simplify=True)


class TestItsLooks:
    QUERY = (
        "actor:u-1 status:4xx,500 -type:api_key (ip:203.0.113.0/24 OR country:none) body.scopes:~write is:destructive"
    )
    OFF = ("country:DE", '-"rate_limits"')

    @pytest.mark.parametrize(("size", "width"), [((60, 30), 25), ((80, 20), 80)], ids=["beside", "alone"])
    async def test_chips_on_and_off(self, same_picture: Callable[[Panel], bool], size: tuple[int, int], width: int):
        async with opened(self.QUERY, off=self.OFF, names=PEOPLE, size=size) as panel:
            panel.widget.styles.width = width
            await panel.press(*"j" * 13)
            assert same_picture(panel)
