"""Plain mode: text alone, in the order in which it is read, with the terminal's cursor where the reader is.

Where a look changes on purpose, this renews the pages: `pytest tests/app/test_plain.py --snapshot-update`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.color import Color

from tests.app.exploring import Story, asking, exploring, stand_in
from tests.app.pictures import comes_to_rest
from tui.app.screens.values import ValuesScreen
from tui.app.spelling import Spelling
from tui.app.widgets.detail_pane import DetailPane
from tui.app.widgets.filter_panel import FilterPanel
from tui.app.widgets.record_table import RecordTable
from tui.demo.server import DemoServer
from tui.domain.errors import KeyMissing, Unreachable
from tui.domain.names import Named, NameKind, Names
from tui.formats.document import TextDocument
from tui.formats.views import View

pytestmark = pytest.mark.usefixtures("steady_surroundings")

Size = tuple[int, int]
"""Columns and lines of a terminal."""

REFUSED = asking("status:403 since:7d")
FAILED = asking("is:failed since:7d")

at_both_sizes = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


class _Page(SingleFileSnapshotExtension):
    """What a screen says, as a file of text."""

    _file_extension = "txt"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def same_page(snapshot: SnapshotAssertion) -> Callable[[Story], None]:
    """Compares what is read on the screen, and where the cursor stands, with the committed page."""
    committed = snapshot.use_extension(_Page)

    def compare(story: Story) -> None:
        column, line = story.app.cursor_position
        assert committed == f"{story.text}\n(cursor: line {line}, column {column})\n"

    return compare


def strange_signs(text: str) -> str:
    """The characters that are neither of ASCII nor letters and figures, but for where the log's own text is cut."""
    text = re.sub(r"…\(\+[\d,]+ chars\)", "", text)
    return "".join(char for char in text if not char.isascii() and unicodedata.category(char)[0] not in "LMN")


def lines_of(story: Story) -> list[str]:
    return story.text.splitlines()


def panes_in_sight(story: Story) -> list[str]:
    """The panes of the explorer that take up room, none of which may be narrower than the screen."""
    panes = [pane for kind in (RecordTable, FilterPanel, DetailPane) for pane in story.screen.query(kind)]
    in_sight = [pane for pane in panes if pane.region and all(node.display for node in pane.ancestors_with_self)]
    assert all(pane.region.width == story.app.size.width for pane in in_sight)
    return [type(pane).__name__ for pane in in_sight]


@at_both_sizes
class TestPages:
    async def test_table(self, server: DemoServer, same_page: Callable[[Story], None], size: Size):
        async with exploring(server, size=size, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("j", "j")
            await story.shows("row 3 of")
            same_page(story)

    async def test_detail(self, server: DemoServer, same_page: Callable[[Story], None], size: Size):
        async with exploring(server, size=size, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("enter")
            await comes_to_rest(story, "Request id")
            same_page(story)

    async def test_panel(self, server: DemoServer, same_page: Callable[[Story], None], size: Size):
        async with exploring(server, size=size, query=asking("status:403 -country:none since:7d"), plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("backslash", "f")
            await comes_to_rest(story, "off  ")
            same_page(story)

    async def test_query_being_written(self, server: DemoServer, same_page: Callable[[Story], None], size: Size):
        async with exploring(server, size=size, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.until(lambda: len(story.screen._investigation.names.known) == 3, "names")
            await story.press("slash")
            await story.type("actor:ma")
            await story.press("down")
            await comes_to_rest(story, ">M")
            same_page(story)

    async def test_values(self, server: DemoServer, same_page: Callable[[Story], None], size: Size):
        async with exploring(server, size=size, query=asking("since:7d"), plain=True) as story:
            await comes_to_rest(story, "200 loaded")
            await story.press("l", "v")
            await comes_to_rest(story, "exact for")
            same_page(story)

    async def test_help(self, server: DemoServer, same_page: Callable[[Story], None], size: Size):
        async with exploring(server, size=size, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("f1")
            await comes_to_rest(story, "esc closes")
            same_page(story)

    async def test_message(self, server: DemoServer, same_page: Callable[[Story], None], size: Size):
        async with exploring(server, size=size, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("right_square_bracket")
            await comes_to_rest(story, "This is the last query.")
            same_page(story)


WALK = {
    "table": ((), "403 failed"),
    "a body": (("enter", "1"), "[1 Body]"),
    "a find": (("enter", "4", "slash", "p", "a"), "1 of"),
    "panel": (("f",), "Filters, 1 on"),
    "a filter being typed": (("f", "j", "j", "enter"), "403"),
    "query": (("slash",), "good"),
    "a query that can't be asked": (("slash", *"foo("), "not yet a query"),
    "values": (("v",), "%"),
    "fields": (("v", "tab"), "Values of"),
    "help": (("f1",), "esc closes"),
    "time": (("t",), "last 90d"),
    "columns": (("C",), "space show"),
    "views": (("apostrophe",), "Saved views"),
    "a view being saved": (("apostrophe", "s"), "Save as"),
    "a question": (("apostrophe", "x"), "Delete failures?"),
    "copy": (("y",), "Markdown"),
    "pivot": (("p",), "Pivot"),
    "commands": (("colon",), "Search for commands"),
    "a command being looked for": (("colon", *"zoom"), "Zoom:"),
    "sorted": (("l", "s", "s"), "the last first"),
    "all marked": (("m", "M"), "1 match"),
    "ages": (("T", "T"), "ages"),
}
"""By what keys each screen is reached, and what it shows then."""


class TestEveryScreen:
    @at_both_sizes
    @pytest.mark.parametrize(("keys", "shown"), WALK.values(), ids=WALK.keys())
    async def test_is_text_in_one_pane(self, server: DemoServer, size: Size, keys: tuple[str, ...], shown: str):
        async with exploring(server, size=size, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press(*keys)
            await comes_to_rest(story, shown)
            assert strange_signs(story.text) == ""
            assert len(panes_in_sight(story)) == 1

    async def test_is_text_where_a_secret_is_shown(self, server: DemoServer):
        async with exploring(server, query=asking("res:plugins since:7d"), plain=True) as story:
            await comes_to_rest(story, " plugins")
            await story.press("enter", "1", "slash", *"redacted", "enter")
            await comes_to_rest(story, "1 of")
            assert strange_signs(story.text) == ""
            await story.press("R")
            await comes_to_rest(story, "The value is fetched again")
            assert strange_signs(story.text) == ""

    @pytest.mark.parametrize("problem", [KeyMissing("There is no key."), Unreachable("The network is away.")])
    async def test_is_text_where_there_are_no_rows(self, problem: KeyMissing | Unreachable):
        async with exploring(None, problem=problem, plain=True) as story:
            await comes_to_rest(story, problem.cause)
            assert strange_signs(story.text) == ""

    async def test_is_text_where_rows_could_not_be_loaded(self):
        with stand_in() as server:
            async with exploring(server, query=asking("since:7d"), plain=True) as story:
                await comes_to_rest(story, "200 loaded")
                server.set_faults({"403": 1.0})
                await story.press("G")
                await comes_to_rest(story, "not loaded")
                assert " ! 127.0.0.1 does not let this key do that" in story.text
                assert strange_signs(story.text) == ""

    async def test_tells_how_far_a_scan_came_behind_the_row(self, server: DemoServer):
        async with exploring(server, query=FAILED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("j")
            await story.shows(" row 2, scanned ")

    async def test_goes_from_edge_to_edge_where_it_is_a_dialog(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("v")
            await comes_to_rest(story, "%")
            assert isinstance(story.app.screen, ValuesScreen)
            assert story.app.screen.box.region.size == story.app.size
            assert "403 failed" not in story.text


class TestReadingOrder:
    async def test_query_then_how_things_stand_then_rows_then_keys_then_a_message(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("right_square_bracket")
            await comes_to_rest(story, "This is the last query.")
            query, standing, header, row, *_, keys, message = lines_of(story)
            assert query.split()[:2] == ["status:403", "since:7d"]
            assert standing.startswith(" row 1 of ")
            assert header.split()[:6] == ["time", "status", "op", "actor", "resource", "target"]
            assert re.match(r"> 2026-11-\d\d \d\d:\d\d:\d\d  403 failed  update ", row)
            assert keys.startswith(" enter Open")
            assert message == "This is the last query."

    async def test_a_message_stands_in_the_place_of_the_one_before(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("right_square_bracket")
            await comes_to_rest(story, "This is the last query.")
            await story.press("left_square_bracket")
            await comes_to_rest(story, "This is the first query.")
            assert "last query" not in story.text

    async def test_a_page_says_where_it_ends(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("f1", *["space"] * 8)
            await comes_to_rest(story, "This is the end of the page.")

    async def test_a_detail_opens_with_its_facts_a_label_before_each_value(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("enter")
            await comes_to_rest(story, "Request id")
            assert story.screen.detail.chosen is View.FACTS
            assert re.search(r"^  Status +403$", story.text, re.MULTILINE)

    async def test_a_long_value_goes_on_in_the_next_line(self, server: DemoServer):
        async with exploring(server, size=(60, 30), query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("enter")
            await comes_to_rest(story, "Request id")
            [row] = [line for line, text in enumerate(lines_of(story)) if text.startswith("  Request headers")]
            assert lines_of(story)[row + 1].strip()


class TestTheCursor:
    """Of the terminal, which screen readers follow."""

    async def test_stands_at_the_row_under_the_cursor(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("j", "j", "G")
            await comes_to_rest(story, "row 70 of 70")
            column, line = story.app.cursor_position
            assert column == 0
            assert lines_of(story)[line].startswith("> 2026")

    async def test_stands_in_what_is_typed(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("slash", "ctrl+u")
            await story.type("ip:1")
            await comes_to_rest(story, "/ip:1")
            assert story.app.cursor_position == (len("/ip:1"), 0)

    @pytest.mark.parametrize(
        ("keys", "line"),
        [
            (("enter", "j"), "> Method"),
            (("f", "j"), ">Method"),
            (("t", "up"), ">last 24h"),
            (("v", "j"), None),
            (("colon", "down"), " Back: One level up"),
        ],
        ids=["detail", "panel", "list", "values", "commands"],
    )
    async def test_stands_at_the_line_under_the_cursor(
        self, server: DemoServer, keys: tuple[str, ...], line: str | None
    ):
        async with exploring(server, query=FAILED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            opens, *moves = keys
            await story.press(opens)
            await comes_to_rest(story, "")
            await story.press(*moves)
            await story.until(lambda: lines_of(story)[story.app.cursor_position.y].startswith(line or ">"), "the line")
            assert story.app.cursor_position.x == 0

    async def test_stands_at_the_beginning_of_a_page_to_read(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("f1", "space")
            assert story.app.cursor_position == (0, 0)


class TestWhatTheLogSays:
    """Is shown sign by sign: only the program's own signs are written in another way."""

    async def test_in_the_table(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            actor = story.records[0].user_id
            story.screen._know(Names({NameKind.USER: {actor: Named("a·b → ✗")}}))
            await story.shows("a·b → ✗")

    async def test_in_the_detail(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("enter")
            await comes_to_rest(story, "Request id")
            story.screen.detail.view.show(iter([TextDocument("a – b · c …", "body", "cut …")]))
            await story.shows("  a – b · c …\n")
            assert "(cut .)" in story.text

    async def test_in_an_input(self, server: DemoServer):
        async with exploring(server, query=REFUSED, plain=True) as story:
            await comes_to_rest(story, "403 failed")
            await story.press("slash", "ctrl+u")
            story.screen.bar.box.insert_text_at_cursor("a→b")
            await story.shows("/a→b")


SIGNS = "·│…–—✗✓▌◆●○•▸▾↑↓←→±×≥‹›“”─╭█▏"


def spelled(*texts: str) -> str:
    lines = Spelling().apply([Segment(text) for text in texts], Color(0, 0, 0))
    return "".join(text for text, _, _ in lines)


class TestSpelling:
    @pytest.mark.parametrize(
        ("drawn", "read"),
        [
            ("1–20 of 300 · 200 loaded     ", "1 to 20 of 300, 200 loaded   "),
            ("Loading …       ", "Loading ...     "),
            ("  j ↓             Next row", "  j down          Next row"),
            (" Filters · 2 on         ↓12 ", " Filters, 2 on    below: 12 "),
            ("last 24h ▾ ", "last 24h   "),
            ("✗ 403: “not allowed”", '! 403: "not allowed"'),
        ],
    )
    def test_words_take_the_room_of_blanks(self, drawn: str, read: str):
        assert spelled(drawn) == read

    def test_where_there_is_no_room_a_sign_is_one_letter(self):
        assert spelled("a…") == "a."
        assert spelled("x ↓") == "x v"

    @given(st.lists(st.text(st.sampled_from(SIGNS + "ab1 ü字"), max_size=12), max_size=6))
    def test_no_sign_is_left_and_no_line_gets_wider(self, texts: list[str]):
        drawn = "".join(texts)
        assert not set(spelled(*texts)) & set(SIGNS)
        assert cell_len(spelled(*texts)) == cell_len(drawn)

    @given(st.lists(st.text(max_size=12), max_size=4))
    def test_other_texts_stay_as_they_are(self, texts: list[str]):
        plain = [re.sub(f"[{SIGNS}\u2500-\u25ff]", "", text) for text in texts]
        assert spelled(*plain) == "".join(plain)
