"""The table of records: a million rows at the price of those in view, and Textual's own manners kept."""

from __future__ import annotations

import asyncio
import inspect
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.coordinate import Coordinate
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import DataTable, Input
from textual.widgets.data_table import CellDoesNotExist, RowDoesNotExist, RowKey

import tui.app
from tui.app.themes import THEMES
from tui.app.widgets.record_table import Cell, RecordTable, Tone
from tui.domain.columns import TableColumn
from tui.domain.fields import REQUEST_ID, STATUS, TIME, URI, Column, Field

MILLION = 1_000_000


def column(field: Field, title: str, width: int, grows: int = 0) -> TableColumn:
    return TableColumn(field.name, field, (), Column(title, width, grows))


COLUMNS = [
    column(TIME, "time", 10),
    column(STATUS, "st", 5),
    column(URI, "uri", 10, 1),
    column(REQUEST_ID, "request id", 12),
]
_PATIENCE_SECONDS = 10.0


class Numbers:
    """Rows that tell their number; some may not be here yet.  Remembers which ones were asked for."""

    def __init__(self) -> None:
        self.columns: Sequence[TableColumn] = COLUMNS
        self.marks: set[int] = set()
        self.missing: set[int] = set()
        self.special: dict[int, Sequence[Cell]] = {}
        self.asked: list[int] = []

    def cells(self, index: int) -> Sequence[Cell] | None:
        self.asked.append(index)
        if index in self.missing:
            return None
        if index in self.special:
            return self.special[index]
        cells = {
            "time": Cell(f"row {index}"),
            "status": Cell("200", Tone.GOOD),
            "uri": Cell(f"/v1/{index}"),
            "id": Cell(f"id-{index}", Tone.MUTED),
        }
        return [cells[column.name] for column in self.columns]

    def new(self, index: int) -> bool:
        return False

    def marked(self, index: int) -> bool:
        return index in self.marks


class Frame(App[None]):
    """Holds a table, an input to take the focus away, and what the table told."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [Path(tui.app.__file__).parent / "styles" / "record_table.tcss"]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, rows: Numbers, count: int) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.rows = rows
        self.count = count
        self.told: list[Message] = []
        self.views: list[range] = []

    def compose(self) -> ComposeResult:
        yield RecordTable(self.rows.columns, self.rows)
        yield Input(compact=True)

    def on_mount(self) -> None:
        table = self.query_one(RecordTable)
        self.watch(table, "visible_rows", lambda rows: self.views.append(rows))
        table.set_row_count(self.count)
        table.focus()

    def on_record_table_cursor_moved(self, message: RecordTable.CursorMoved) -> None:
        self.told.append(message)

    def on_record_table_opened(self, message: RecordTable.Opened) -> None:
        self.told.append(message)

    def on_record_table_at_end(self, message: RecordTable.AtEnd) -> None:
        self.told.append(message)

    def on_data_table_header_selected(self, message: DataTable.HeaderSelected) -> None:
        self.told.append(message)


@dataclass
class Story:
    """A table in use."""

    app: Frame
    pilot: Pilot[None]

    @property
    def table(self) -> RecordTable:
        return self.app.query_one(RecordTable)

    @property
    def rows(self) -> Numbers:
        return self.app.rows

    @property
    def strips(self) -> list[Strip]:
        return self.app.screen._compositor.render_strips()[: self.table.size.height]

    @property
    def lines(self) -> list[str]:
        return ["".join(segment.text for segment in strip) for strip in self.strips]

    def line_of(self, text: str) -> int:
        """The line of the screen with this text."""
        return next(y for y, line in enumerate(self.lines) if text in line)

    def style_of(self, text: str) -> Style:
        """How the first piece of the screen with this text looks."""
        return self.piece(text).style or Style()

    def lit(self, line: int) -> list[str]:
        """The pieces of a line that are underlined."""
        return [segment.text for segment in self.strips[line] if segment.style and segment.style.underline]

    def show(self, *columns: TableColumn) -> None:
        self.rows.columns = columns
        self.table.set_columns(columns)

    def piece(self, text: str) -> Segment:
        return next(segment for strip in self.strips for segment in strip if text in segment.text)

    @property
    def cursor(self) -> tuple[int, int]:
        return self.table.cursor_row, self.table.cursor_column

    def told(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.app.told if isinstance(message, kind)]

    @property
    def views(self) -> list[range]:
        """The rows in view, each time they became others."""
        return self.app.views

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"never came: {what}\n" + "\n".join(self.lines)
            await self.pilot.pause()
            await asyncio.sleep(0)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def click(self, x: int, y: int) -> None:
        await self.pilot.click(RecordTable, offset=(x, y))
        await self.pilot.pause()


@asynccontextmanager
async def a_table(
    count: int = MILLION, *, size: tuple[int, int] = (60, 12), rows: Numbers | None = None
) -> AsyncIterator[Story]:
    """A table with `count` rows; its last line of the screen is the input's, its first the header."""
    app = Frame(rows or Numbers(), count)
    async with app.run_test(size=size) as pilot:
        story = Story(app, pilot)
        await story.until(lambda: story.table.has_focus and story.table.size.height, "the first view")
        await pilot.pause()
        yield story


class TestLooks:
    async def test_a_header_and_then_rows_under_it(self) -> None:
        async with a_table(2) as story:
            assert [line.rstrip() for line in story.lines[:4]] == [
                "  time        st     uri                      request id",
                "▌ row 0       200    /v1/0                    id-0",
                "  row 1       200    /v1/1                    id-1",
                "",
            ]

    async def test_the_cursor_row_is_marked_and_its_cell_stands_out(self) -> None:
        async with a_table(5) as story:
            await story.press("j", "l", "l")
            assert [line[0] for line in story.lines[1:6]] == [" ", "▌", " ", " ", " "]
            cursor, other = story.style_of("/v1/1"), story.style_of("/v1/2")
            assert cursor.bgcolor != other.bgcolor

    async def test_the_cell_stands_out_less_where_the_focus_is_elsewhere(self) -> None:
        async with a_table(5) as story:
            focused = story.style_of("row 0")
            await story.press("tab")
            blurred, other = story.style_of("row 0"), story.style_of("row 1")
            assert len({focused.bgcolor, blurred.bgcolor, other.bgcolor}) == 3

    async def test_a_tone_is_the_style_sheets_colour_and_follows_the_theme(self) -> None:
        async with a_table(5) as story:
            assert story.style_of("200").color != story.style_of("/v1/1").color
            before = story.style_of("id-1").color
            story.app.theme = "paper"
            await story.until(lambda: story.style_of("id-1").color != before, "the other theme's colour")

    async def test_spare_width_goes_to_the_column_that_grows(self) -> None:
        async with a_table(3, size=(60, 12)) as story:
            narrow = story.lines[0].index("request id")
            await story.pilot.resize_terminal(80, 12)
            await story.until(lambda: story.lines[0].index("request id") == narrow + 20, "wider columns")

    async def test_wide_characters_keep_the_columns_in_line(self) -> None:
        rows = Numbers()
        rows.special[1] = [Cell("日本語日本語"), Cell("é"), Cell("ﬁ日"), Cell("end")]
        async with a_table(3, rows=rows) as story:
            plain, wide = story.lines[1], story.lines[2]
            assert cell_len(plain) == cell_len(wide) == 60
            assert cell_len(wide[: wide.index("end")]) == plain.index("id-0")
            assert "日本語日 …" in wide

    async def test_hostile_text_is_shown_and_never_obeyed(self) -> None:
        rows = Numbers()
        rows.special[0] = [Cell("[/x]"), Cell("[b]"), Cell(r"\u001b[2J"), Cell("[@click=app.quit]go")]
        async with a_table(1, rows=rows) as story:
            assert "[/x]" in story.lines[1]
            assert r"\u001b[2J" in story.lines[1]
            assert "[@click=app…" in story.lines[1]
            assert not story.piece("[@click").style or not story.style_of("[@click").meta

    async def test_no_rows_is_an_empty_table(self) -> None:
        async with a_table(0) as story:
            await story.press("j", "G", "pagedown", "l", "enter")
            assert not any(line.strip() for line in story.lines[1:])
            assert not story.told(RecordTable.Opened)
            assert not story.table.visible_rows


class TestMovingTheCursor:
    @pytest.mark.parametrize(
        ("keys", "place"),
        [
            ("j j", (2, 0)),
            ("down down up", (1, 0)),
            ("j j k", (1, 0)),
            ("k", (0, 0)),
            ("l l h", (0, 1)),
            ("right right left", (0, 1)),
            ("l l l l l l", (0, 3)),
            ("space", (10, 0)),
            ("pagedown pagedown b", (10, 0)),
            ("G", (MILLION - 1, 0)),
            ("end home", (0, 0)),
            ("l G g", (0, 1)),
        ],
    )
    async def test_by_keys(self, keys: str, place: tuple[int, int]) -> None:
        async with a_table() as story:
            await story.press(*keys.split())
            assert story.cursor == place

    async def test_a_move_is_told_once(self) -> None:
        async with a_table() as story:
            await story.press("j", "l", "k", "k")
            moves = [(move.row, move.column) for move in story.app.told if isinstance(move, RecordTable.CursorMoved)]
            assert moves == [(1, 0), (1, 1), (0, 1)]

    async def test_a_move_makes_two_rows_only(self) -> None:
        async with a_table() as story:
            await story.press("j")
            story.rows.asked.clear()
            await story.press("j")
            assert set(story.rows.asked) <= {1, 2}

    async def test_scrolling_by_a_row_makes_no_row_that_was_there(self) -> None:
        async with a_table() as story:
            await story.press(*["j"] * 10)
            story.rows.asked.clear()
            await story.press("j")
            assert set(story.rows.asked) <= {10, 11}

    async def test_a_long_walk_keeps_a_bounded_number_of_drawn_rows(self) -> None:
        async with a_table() as story:
            for row in range(0, 5_000, 10):
                story.table.show_row(row)
                story.table.render_lines(story.table.size.region)
            assert len(story.table._lines) <= story.table._lines.maxsize < 500

    async def test_a_page_keeps_the_cursor_at_its_place_on_the_screen(self) -> None:
        async with a_table() as story:
            await story.press("j", "j", "j")
            before = story.line_of("▌")
            await story.press("space")
            assert story.cursor == (13, 0)
            assert story.line_of("▌") == before
            await story.press("b")
            assert story.cursor == (3, 0)
            assert story.line_of("▌") == before

    async def test_the_last_page_ends_on_the_last_row(self) -> None:
        async with a_table(25) as story:
            await story.press("space", "space", "space")
            assert story.cursor == (24, 0)
            assert "row 24" in story.lines[10]

    async def test_the_end_of_a_million_rows_costs_a_screenful(self) -> None:
        async with a_table() as story:
            story.rows.asked.clear()
            await story.press("G")
            assert "row 999999" in story.lines[10]
            assert "▌" in story.lines[10]
            assert set(story.rows.asked) <= {0, *range(MILLION - 10, MILLION)}
            await story.press("g")
            assert "row 0 " in story.lines[1]

    async def test_back_to_the_cursor_after_scrolling_away(self) -> None:
        async with a_table() as story:
            story.table.scroll_to(y=500, animate=False)
            await story.press("k")
            assert "▌ row 0" in story.lines[1]

    async def test_showing_a_row_from_afar(self) -> None:
        async with a_table() as story:
            story.table.show_row(123_456, column=2)
            await story.until(lambda: "/v1/123456" in story.piece("/v1/123456").text, "the row")
            assert story.cursor == (123_456, 2)
            story.table.show_row(2 * MILLION)
            assert story.cursor == (MILLION - 1, 2)

    async def test_enter_opens_the_row(self) -> None:
        async with a_table() as story:
            await story.press("j", "enter")
            assert story.told(RecordTable.Opened) == [RecordTable.Opened(1)]


class TestNarrowScreens:
    async def test_a_column_out_of_view_is_reached_by_the_cell_cursor(self) -> None:
        async with a_table(size=(40, 12)) as story:
            assert "request id" not in story.lines[0]
            assert "›" in story.lines[0]
            await story.press("l", "l", "l")
            assert "request id" in story.lines[0]
            assert "id-0" in story.lines[1]
            assert story.lines[0].startswith("‹")
            assert story.lines[1].startswith("▌")
            await story.press("h", "h", "h")
            assert story.lines[0].startswith("  time")

    async def test_every_line_is_as_wide_as_the_screen(self) -> None:
        async with a_table(size=(25, 12)) as story:
            for key in "lll":
                await story.press(key)
                assert {strip.cell_length for strip in story.strips} == {25}
                assert {cell_len(line) for line in story.lines} == {25}

    async def test_it_survives_a_screen_too_small_for_any_row(self) -> None:
        async with a_table(size=(3, 2)) as story:
            await story.press("j", "space", "G", "l")
            await story.pilot.resize_terminal(60, 12)
            await story.until(lambda: any("row 999999" in line for line in story.lines), "the cursor's row")


class TestRowsThatCome:
    async def test_a_missing_row_is_dots_until_it_arrives(self) -> None:
        rows = Numbers()
        rows.missing = {3, 4}
        async with a_table(rows=rows) as story:
            assert story.lines[4].split() == ["·····"] * 4
            rows.missing = set()
            story.table.refresh_rows(3, 4)
            await story.until(lambda: "row 3" in story.lines[4] and "row 4" in story.lines[5], "the rows")

    async def test_an_arrival_draws_its_own_rows_only(self) -> None:
        rows = Numbers()
        rows.missing = set(range(5, 1000))
        async with a_table(rows=rows) as story:
            rows.asked.clear()
            rows.missing = set()
            story.table.refresh_rows(5, 99)
            await story.until(lambda: 9 in rows.asked, "the rows in view")
            assert set(rows.asked) == set(range(5, 10))
            assert "row 9" in story.lines[10]

    async def test_an_arrival_out_of_view_draws_nothing(self) -> None:
        async with a_table() as story:
            story.rows.asked.clear()
            story.table.refresh_rows(100, 199)
            await story.pilot.pause()
            assert not story.rows.asked

    async def test_a_row_that_changed_is_drawn_anew(self) -> None:
        async with a_table() as story:
            story.rows.special[2] = [Cell("changed"), Cell("500", Tone.BAD), Cell(""), Cell("")]
            story.table.refresh_rows(0, MILLION)
            await story.until(lambda: "changed" in story.lines[3], "the change")

    async def test_the_cursor_may_stand_on_a_missing_row(self) -> None:
        rows = Numbers()
        rows.missing = {0}
        async with a_table(rows=rows) as story:
            await story.press("l", "enter")
            assert story.lines[1].startswith("▌ ·····")
            assert story.told(RecordTable.Opened) == [RecordTable.Opened(0)]


class TestACountThatChanges:
    async def test_fewer_rows_than_the_cursor_stood_on(self) -> None:
        async with a_table() as story:
            await story.press("G")
            story.table.set_row_count(20)
            await story.until(lambda: "▌ row 19" in story.lines[10], "the last row")
            assert story.cursor == (19, 0)
            await story.until(
                lambda: story.told(RecordTable.CursorMoved)[-1] == RecordTable.CursorMoved(19, 0), "word of the move"
            )

    async def test_none_at_all_and_then_some(self) -> None:
        async with a_table() as story:
            await story.press("G")
            story.table.set_row_count(0)
            assert story.table.visible_rows == range(0)
            await story.until(lambda: not any(line.strip() for line in story.lines[1:]), "an empty table")
            assert story.cursor == (0, 0)
            story.table.set_row_count(3)
            await story.until(lambda: "row 2" in story.lines[3], "three rows")

    async def test_more_rows_leave_the_view_where_it_is(self) -> None:
        async with a_table(100) as story:
            await story.press("space", "j")
            before = story.lines
            story.table.set_row_count(200)
            await story.until(lambda: story.table.row_count == 200, "the new count")
            assert story.lines[:10] == before[:10]

    async def test_rows_before_the_cursors_leave_it_at_its_place_on_the_screen(self) -> None:
        async with a_table(100) as story:
            await story.press("space", "j", "j")
            line = story.line_of("▌")
            story.table.set_row_count(107, keep=story.table.cursor_row + 7)
            await story.until(lambda: "▌ row 19" in story.lines[line], "the same line of the screen")
            assert story.cursor == (19, 0)


class TestWhatIsInView:
    async def test_the_first_view_is_told(self) -> None:
        async with a_table() as story:
            assert story.views[-1] == story.table.visible_rows == range(10)

    async def test_a_view_that_moved_is_told(self) -> None:
        async with a_table() as story:
            await story.press("space")
            await story.until(lambda: story.views[-1] == range(10, 20), "the second page")
            await story.press("b")
            await story.until(lambda: story.views[-1] == range(10), "the first page")

    async def test_a_move_within_the_view_is_not(self) -> None:
        async with a_table() as story:
            before = len(story.views)
            await story.press("j", "j", "k")
            assert len(story.views) == before

    async def test_watchers_know_before_the_repaint(self) -> None:
        async with a_table() as story:
            story.table.show_row(3_000)
            assert story.views[-1] == range(2_991, 3_001)

    async def test_a_taller_screen_shows_more_rows(self) -> None:
        async with a_table() as story:
            await story.pilot.resize_terminal(60, 20)
            await story.until(lambda: story.views[-1] == range(18), "more rows")
            assert "row 17" in story.lines[18]

    async def test_a_shorter_screen_keeps_the_cursor_in_view(self) -> None:
        async with a_table() as story:
            await story.press(*["j"] * 9)
            await story.pilot.resize_terminal(60, 6)
            await story.until(lambda: story.views[-1] == range(6, 10), "fewer rows")
            assert "▌ row 9" in story.lines[4]


class TestColumnsThatChange:
    async def test_others_in_another_order(self) -> None:
        async with a_table() as story:
            story.show(column(REQUEST_ID, "request id", 12), column(STATUS, "st", 5))
            await story.until(lambda: story.lines[0].split() == ["request", "id", "st"], "the new titles")
            assert story.lines[2].split() == ["id-1", "200"]

    async def test_the_cursor_stays_on_its_row_and_its_column(self) -> None:
        async with a_table() as story:
            await story.press("j", "j", "l", "l")
            story.show(*reversed(COLUMNS))
            await story.until(lambda: story.lines[0].split()[0] == "request", "the new titles")
            assert story.cursor == (2, 1)
            assert story.style_of("/v1/2").bgcolor != story.style_of("/v1/1").bgcolor

    async def test_where_its_column_is_gone_it_stays_at_its_place_or_the_last(self) -> None:
        async with a_table() as story:
            await story.press("j", "l", "l", "l")
            story.show(COLUMNS[0], COLUMNS[1])
            await story.until(lambda: story.lines[0].split() == ["time", "st"], "the new titles")
            assert story.cursor == (1, 1)

    async def test_the_view_stays_on_its_rows(self) -> None:
        async with a_table() as story:
            story.table.show_row(5_000)
            story.table.scroll_to(y=3_000, animate=False)
            await story.until(lambda: "row 3000" in story.lines[1], "rows far from the cursor's")
            story.show(COLUMNS[1], COLUMNS[0])
            await story.until(lambda: story.lines[0].split() == ["st", "time"], "the new titles")
            assert "row 3000" in story.lines[1]
            assert story.cursor == (5_000, 1)

    async def test_a_column_scrolled_out_of_view_comes_back_when_there_is_room(self) -> None:
        async with a_table(size=(40, 12)) as story:
            await story.press("l", "l", "l")
            assert story.lines[0].startswith("‹")
            story.show(COLUMNS[0], COLUMNS[3])
            await story.until(lambda: story.lines[0].startswith("  time"), "both columns")
            assert story.table.scroll_offset.x == 0
            assert "id-0" in story.lines[1]

    async def test_a_width_that_was_chosen_doesn_t_grow(self) -> None:
        async with a_table(size=(80, 12)) as story:
            story.show(COLUMNS[0], column(URI, "uri", 4), COLUMNS[3])
            await story.until(lambda: "/v1…" in story.lines[1], "a cut value")
            assert story.lines[0].index("request id") - story.lines[0].index("uri") == 4 + 2

    async def test_a_click_finds_the_new_columns(self) -> None:
        async with a_table() as story:
            story.show(*reversed(COLUMNS))
            await story.until(lambda: story.lines[0].split()[0] == "request", "the new titles")
            await story.click(story.lines[4].index("row 3"), 4)
            assert story.cursor == (3, 3)


class TestTimesInView:
    """Where the table is wider than its pane, its times stay, and the other columns go by beside them."""

    async def test_they_stay_while_the_others_scroll(self) -> None:
        async with a_table(size=(40, 12)) as story:
            await story.press("l", "l", "l")
            assert story.lines[0].split()[:2] == ["‹", "time"]
            assert story.lines[1].split()[:3] == ["▌", "row", "0"]
            assert story.lines[1].split()[-1] == "id-0"

    async def test_a_column_cut_by_them_is_left_out(self) -> None:
        async with a_table(size=(38, 12)) as story:
            await story.press("l", "l", "l")
            assert story.lines[0].split() == ["‹", "time", "request", "id"]
            assert story.lines[1].split() == ["▌", "row", "0", "id-0"]

    async def test_the_cursor_comes_back_to_them_over_the_columns_beside_them(self) -> None:
        async with a_table(size=(40, 12)) as story:
            await story.press(*"lllhhh")
            assert story.cursor == (0, 0)
            assert story.lines[0].startswith("  time        st")

    async def test_a_click_on_a_time_scrolls_nothing(self) -> None:
        async with a_table(size=(40, 12)) as story:
            await story.press("l", "l", "l")
            await story.click(4, 4)
            assert story.cursor == (3, 0)
            assert story.lines[4].split() == ["▌", "row", "3", "id-3"]

    async def test_a_click_beside_them_finds_the_column_that_is_there(self) -> None:
        async with a_table(size=(40, 12)) as story:
            await story.press("l", "l", "l")
            await story.click(story.lines[4].index("id-3") + 1, 4)
            assert story.cursor == (3, 3)

    async def test_in_a_narrow_pane_they_leave_the_room_to_the_others(self) -> None:
        async with a_table(size=(20, 12)) as story:
            await story.press("l", "l", "l")
            assert "time" not in story.lines[0]
            assert "id-0" in story.lines[1]

    async def test_no_other_first_column_stays(self) -> None:
        async with a_table(size=(40, 12)) as story:
            story.show(*reversed(COLUMNS))
            await story.press("l", "l", "l")
            await story.until(lambda: "time" in story.lines[0], "the last column")
            assert "request" not in story.lines[0]


class TestMarksInTheGutter:
    async def test_a_marked_row_is_told_from_others_and_from_the_cursors(self) -> None:
        rows = Numbers()
        rows.marks = {0, 2}
        async with a_table(5, rows=rows) as story:
            await story.press("j")
            assert [line[0] for line in story.lines[1:5]] == ["◆", "▌", "◆", " "]

    async def test_under_the_cursor_it_shows_both(self) -> None:
        rows = Numbers()
        rows.marks = {0, 2}
        async with a_table(5, rows=rows) as story:
            here, there = (next(iter(story.strips[y])) for y in (1, 3))
            assert here.text == there.text == "◆"
            assert here.style != there.style

    async def test_it_comes_and_goes_with_a_row_drawn_anew(self) -> None:
        async with a_table(5) as story:
            story.rows.marks = {1}
            story.table.refresh_rows(1, 1)
            await story.until(lambda: story.lines[2].startswith("◆"), "the mark")
            story.rows.marks = set()
            story.table.refresh_rows(1, 1)
            await story.until(lambda: story.lines[2].startswith(" "), "no mark")


class TestHits:
    async def test_they_are_underlined_in_their_cells(self) -> None:
        rows = Numbers()
        rows.special[1] = [
            Cell("row 1"),
            Cell("500", Tone.BAD, ((1, 2),)),
            Cell("/a/b/a", hits=((1, 2), (5, 6))),
            Cell("id-1"),
        ]
        async with a_table(3, rows=rows) as story:
            assert story.lit(2) == ["0", "a", "a"]
            assert "500" in story.lines[2]
            assert "/a/b/a" in story.lines[2]

    async def test_they_have_a_colour_of_their_own_but_under_the_cursor(self) -> None:
        rows = Numbers()
        for row in (0, 1):
            rows.special[row] = [Cell("found", hits=((0, 5),)), Cell("200"), Cell(""), Cell("found")]
        async with a_table(3, rows=rows) as story:
            under, other = (next(s.style for s in story.strips[y] if s.text == "found") for y in (1, 2))
            assert under is not None
            assert other is not None
            assert under.color != other.color
            assert under.bgcolor != other.bgcolor
            assert under.underline
            assert other.underline

    async def test_one_that_was_cut_off_lights_the_ellipsis(self) -> None:
        rows = Numbers()
        rows.special[0] = [Cell("a long text that goes on", hits=((20, 22),)), Cell(""), Cell(""), Cell("")]
        async with a_table(1, rows=rows) as story:
            assert story.lit(1) == ["…"]


class TestTheEnd:
    @pytest.mark.parametrize("key", ["j", "down", "space", "pagedown", "G", "end"])
    async def test_going_further_down_than_the_last_row_is_told(self, key: str) -> None:
        async with a_table(5) as story:
            await story.press("G")
            assert not story.told(RecordTable.AtEnd)
            await story.press(key)
            assert len(story.told(RecordTable.AtEnd)) == 1

    async def test_so_it_is_where_there_are_no_rows_yet(self) -> None:
        async with a_table(0) as story:
            await story.press("j")
            assert story.told(RecordTable.AtEnd)

    @pytest.mark.parametrize("key", ["k", "b", "g", "l", "enter"])
    async def test_no_other_way_is(self, key: str) -> None:
        async with a_table(5) as story:
            await story.press("G", key)
            assert not story.told(RecordTable.AtEnd)


class TestTheOrder:
    async def test_the_column_that_rows_are_sorted_by_is_marked_in_the_header(self) -> None:
        async with a_table() as story:
            story.table.show_order("uri")
            await story.until(lambda: "uri ↑" in story.lines[0], "an arrow")
            story.table.show_order("status", descending=True)
            await story.until(lambda: "st ↓" in story.lines[0], "an arrow elsewhere")
            assert "uri ↑" not in story.lines[0]
            story.table.show_order()
            await story.until(lambda: "↓" not in story.lines[0], "no arrow")

    async def test_in_a_narrow_column_the_arrow_counts_for_more_than_the_title(self) -> None:
        async with a_table() as story:
            story.show(COLUMNS[0], column(STATUS, "st", 2))
            story.table.show_order("status")
            await story.until(lambda: "s↑" in story.lines[0], "the arrow")


class TestTheMouse:
    async def test_a_click_moves_the_cursor_to_the_cell(self) -> None:
        async with a_table() as story:
            await story.click(story.lines[4].index("/v1/3") + 1, 4)
            assert story.cursor == (3, 2)
            assert not story.told(RecordTable.Opened)

    async def test_a_click_on_the_cursors_row_opens_it(self) -> None:
        async with a_table() as story:
            await story.click(3, 4)
            await story.click(14, 4)
            assert story.cursor == (3, 1)
            assert story.told(RecordTable.Opened) == [RecordTable.Opened(3)]

    async def test_a_click_after_scrolling_finds_the_cell_below_it(self) -> None:
        async with a_table(size=(40, 12)) as story:
            await story.press("G", "l", "l", "l")
            await story.click(story.lines[5].index("id-") + 1, 5)
            assert story.cursor == (MILLION - 6, 3)

    async def test_a_click_in_the_gutter_or_beside_the_columns_moves_the_row_only(self) -> None:
        async with a_table() as story:
            await story.press("l")
            await story.click(0, 3)
            assert story.cursor == (2, 1)

    async def test_a_click_below_the_last_row_does_nothing(self) -> None:
        async with a_table(2) as story:
            await story.click(5, 8)
            assert story.cursor == (0, 0)
            assert not story.told(RecordTable.Opened)

    async def test_a_click_on_a_title_is_told_and_moves_nothing(self) -> None:
        async with a_table() as story:
            await story.press("j")
            await story.click(14, 0)
            (header,) = story.told(DataTable.HeaderSelected)
            assert isinstance(header, DataTable.HeaderSelected)
            assert (header.column_key.value, header.column_index) == ("status", 1)
            assert story.cursor == (1, 0)

    async def test_the_wheel_scrolls_and_leaves_the_cursor(self) -> None:
        async with a_table() as story:
            story.table._scroll_down_for_pointer(animate=False)
            await story.until(lambda: story.views[-1].start > 0, "a scrolled view")
            assert story.cursor == (0, 0)

    async def test_a_mouse_that_passes_repaints_nothing(self) -> None:
        async with a_table() as story:
            story.rows.asked.clear()
            await story.pilot.hover(RecordTable, offset=(5, 5))
            await story.pilot.hover(RecordTable, offset=(5, 7))
            assert not story.rows.asked


class TestTheScrollBar:
    async def test_it_reaches_both_ends(self) -> None:
        async with a_table() as story:
            bar = story.table.vertical_scrollbar
            assert bar.position == 0
            await story.press("G")
            assert bar.position == pytest.approx(MILLION - 10, abs=1)

    async def test_it_rests_where_its_thumb_would_not_move(self) -> None:
        async with a_table() as story:
            await story.press(*["space"] * 3)
            assert story.table.vertical_scrollbar.position == 0

    async def test_it_follows_every_row_of_a_short_table(self) -> None:
        async with a_table(30) as story:
            await story.press("space", "j")
            assert story.table.vertical_scrollbar.position == story.table.scroll_offset.y == 10


class TestKeys:
    def test_every_binding_has_an_id_and_a_sentence_of_help(self) -> None:
        bindings = [binding for binding in RecordTable.BINDINGS if isinstance(binding, Binding)]
        assert len(bindings) == len(RecordTable.BINDINGS)
        assert all(re.fullmatch(r"table\.\w+", binding.id or "") for binding in bindings)
        assert all(binding.description and binding.tooltip for binding in bindings)
        assert len({binding.id for binding in bindings}) == len(bindings)

    async def test_no_key_of_the_stock_table_or_of_tmux_is_taken(self) -> None:
        async with a_table() as story:
            keys = set(story.table._bindings.key_to_bindings)
            assert keys == {
                "enter", "j", "down", "k", "up", "space", "pagedown", "b", "pageup", "g", "home", "G", "end", "h",
                "left", "l", "right",
            }  # fmt: skip


class TestTheStockTablesOwnQuestions:
    """What anybody may ask a `DataTable` is answered for a row at a time, without walking a million."""

    async def test_about_rows(self) -> None:
        async with a_table() as story:
            table = story.table
            assert table.row_count == MILLION
            assert table.get_row_at(7) == story.rows.cells(7)
            assert table.get_row("7") == story.rows.cells(7)
            assert table.get_row_index("999999") == MILLION - 1
            assert table.get_row_height(RowKey("7")) == 1
            assert [row.key for row in table.ordered_rows[3:5]] == ["3", "4"]
            assert table.ordered_rows[-1].key == "999999"
            assert RowKey("5") in table.rows
            assert next(iter(table.rows)) == "0"

    async def test_about_cells(self) -> None:
        async with a_table() as story:
            table = story.table
            key = table.coordinate_to_cell_key(Coordinate(9, 1))
            assert (key.row_key.value, key.column_key.value) == ("9", "status")
            assert table.get_cell_at(Coordinate(9, 1)) == Cell("200", Tone.GOOD)
            assert table.get_cell("9", "status") == Cell("200", Tone.GOOD)
            assert table.get_cell_coordinate("9", "status") == Coordinate(9, 1)
            assert next(iter(table.get_column("status"))) == Cell("200", Tone.GOOD)

    async def test_about_rows_that_are_not_there(self) -> None:
        async with a_table(10) as story:
            table = story.table
            for key in ("10", "007", "-1", "x", "", "1" * 5000, "٣"):
                assert key not in table._row_locations
                with pytest.raises(RowDoesNotExist):
                    table.get_row(key)
            with pytest.raises(RowDoesNotExist):
                table.get_row_at(10)
            with pytest.raises(CellDoesNotExist):
                table.get_cell_at(Coordinate(10, 0))
            assert table._row_locations.get_key(10) is None

    async def test_about_regions(self) -> None:
        async with a_table() as story:
            table = story.table
            assert table._get_cell_region(Coordinate(500_000, 1)) == Region(13, 500_001, 7, 1)
            assert table._get_row_region(500_000).y == 500_001
            assert not table._get_cell_region(Coordinate(MILLION, 1))
            assert not table._get_row_region(-1)
            assert table._get_column_region(1).height == MILLION + 1

    async def test_rows_cannot_be_added_or_removed_one_by_one(self) -> None:
        async with a_table(10) as story:
            with pytest.raises(TypeError, match="does not support item"):
                story.table.add_row(*[Cell("new")] * len(COLUMNS))
            with pytest.raises(TypeError, match="does not support item"):
                story.table.remove_row("3")
            assert story.table.row_count == 10


_WHAT_TO_DO = """
Textual's DataTable changed where LazyTable and RecordTable lean on it.  Read what changed in its _data_table.py, then
tui/app/widgets/lazy_table.py and record_table.py: does the stock table still find rows only through `rows`, `_data`,
`_row_locations` and `ordered_rows`, place them only by `_get_row_region`, `_get_cell_region`,
`_row_label_column_width` and `_total_row_height`, and draw only by `render_lines` and `render_line`?
Then change the lists here.
"""

_READERS_OF_ROWS = {
    "_data": {
        "__init__", "_highlight_row", "_post_selected_message", "_update_column_widths", "add_column", "add_row",
        "clear", "get_cell", "get_column", "get_row", "remove_column", "remove_row", "sort", "update_cell",
    },
    "_row_locations": {
        "__init__", "_compute_row_renderables", "_get_cell_region", "_get_row_region", "_highlight_row", "_render_cell",
        "_render_line_in_row", "_update_dimensions", "add_row", "clear", "coordinate_to_cell_key",
        "get_cell_coordinate", "get_row", "get_row_at", "get_row_index", "ordered_rows", "remove_row", "render_line",
        "sort", "update_cell",
    },
    "rows": {
        "__init__", "_compute_row_renderables", "_get_cell_region", "_get_row_region", "_render_cell",
        "_update_column_widths", "_update_dimensions", "add_column", "add_row", "clear", "get_row_height",
        "is_valid_row_index", "ordered_rows", "remove_row", "row_count",
    },
    "ordered_rows": {
        "_get_cell_region", "_get_fixed_offset", "_get_row_region", "_on_click", "_y_offsets", "action_page_down",
        "action_page_up", "get_column",
    },
    "_y_offsets": {"_get_offsets", "_total_row_height", "clear"},
    "_total_row_height": {"_get_column_region", "_update_dimensions"},
    "_row_label_column_width": {
        "_get_cell_region", "_get_column_region", "_get_fixed_offset", "_get_row_region", "_render_line_in_row",
        "_update_dimensions",
    },
    "_column_locations": {
        "__init__", "_get_cell_region", "_get_column_region", "_highlight_column", "_render_cell", "add_column",
        "clear", "coordinate_to_cell_key", "get_cell_coordinate", "get_column", "get_column_at", "get_column_index",
        "ordered_columns", "remove_column", "update_cell",
    },
    "fixed_columns": {
        "__init__", "_get_fixed_offset", "_render_cell", "_render_line", "_render_line_in_row", "_update_dimensions",
    },
    "_set_hover_cursor": {
        "_on_click", "_on_leave", "_on_mouse_move", "action_cursor_down", "action_cursor_left", "action_cursor_right",
        "action_cursor_up", "action_page_down", "action_page_left", "action_page_right", "action_page_up",
        "action_scroll_bottom", "action_scroll_end", "action_scroll_home", "action_scroll_top", "action_select_cursor",
        "watch_cursor_type",
    },
}  # fmt: skip


def _members(owner: type) -> dict[str, str]:
    """The source of each method and property that a class itself defines."""
    sources = {}
    for name, member in vars(owner).items():
        function = member.fget if isinstance(member, property) else inspect.unwrap(member) if callable(member) else None
        if inspect.isfunction(function):
            sources[name] = inspect.getsource(function)
    return sources


class TestWhatItLeansOn:
    """Textual promises none of this; an upgrade that moves it must not pass unseen."""

    @pytest.mark.parametrize("name", sorted(_READERS_OF_ROWS))
    def test_the_stock_table_reads_its_stores_where_it_did(self, name: str) -> None:
        readers = {member for member, source in _members(DataTable).items() if re.search(rf"\bself\.{name}\b", source)}
        assert readers - {name} == _READERS_OF_ROWS[name] - {name}, _WHAT_TO_DO

    @pytest.mark.parametrize(
        "name",
        [
            "_get_cell_region", "_get_fixed_offset", "_get_row_region", "_row_label_column_width", "_set_hover_cursor",
            "_total_row_height", "_on_click", "_on_resize", "_scroll_cursor_into_view", "action_page_down",
            "action_page_up", "action_select_cursor", "notify_style_update", "ordered_rows", "render_line",
            "render_lines", "watch_cursor_coordinate",
        ],
    )  # fmt: skip
    def test_the_stock_table_has_what_is_replaced(self, name: str) -> None:
        assert name in vars(DataTable), _WHAT_TO_DO

    async def test_the_stock_table_still_has_its_stores(self) -> None:
        async with a_table(1):
            stock: DataTable[str] = DataTable()
            for name in ("rows", "columns", "_data", "_row_locations", "_column_locations"):
                assert name in vars(stock), _WHAT_TO_DO
