"""The query bar alone: it shows what is sent and what is wrong, completes, and asks for changes by messages.

The pictures are renewed by `pytest tests/app/test_query_bar.py --snapshot-update`; look at every one that changed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import ClassVar

import pytest
from pytest_textual_snapshot import SVGImageExtension
from rich.segment import Segment
from rich.style import Style
from syrupy.assertion import SnapshotAssertion
from textual import constants
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.events import AppBlur, AppFocus, Paste
from textual.filter import LineFilter
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tui.app.app import STYLES, ExitGuard
from tui.app.themes import THEMES
from tui.app.widgets.dropdown import Dropdown
from tui.app.widgets.line import Part
from tui.app.widgets.query_bar import QueryBar, QueryInput, Reading
from tui.app.widgets.safe_input import SafeInput
from tui.domain.completion import Known
from tui.domain.names import Named, NameKind, Names
from tui.domain.plan import plan_query
from tui.domain.query_parser import parse_query

Size = tuple[int, int]

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
_PATIENCE_SECONDS = 10.0
NAMES = Names(
    {
        NameKind.USER: {
            "0d40bc2f-9c7a-4d5e-8f10-000000000001": Named("Alice Okafor", ("alice@example.com",)),
            "0d40bc2f-9c7a-4d5e-8f10-000000000002": Named("Ali Demir", ("ali@example.com",)),
            "0d40bc2f-9c7a-4d5e-8f10-000000000003": Named("Bob van der Berg", ("bob@example.com",)),
        }
    }
)
SEEN = {
    "status": [("200", 312), ("403", 37), ("404", 2), ("401", 1)],
    "actor": [("0d40bc2f-9c7a-4d5e-8f10-000000000001", 37)],
    "res": [("api-keys", 12), ("prompts", 9)],
    "target": [(f"target-{number}", 30 - number) for number in range(12)],
    "country": [("\x1b]0;x\x07[@click=app.quit]", 1)],
}
RIGHT = (Part(" last 24h ▾", "strong"), Part(" │ ", "muted"), Part("UTC"), Part(" │ ", "muted"), Part(" prod ", "chip"))
LONG = "res:api-keys status:403 -ws:sandbox body.scopes:~write ip:203.0.113.0/24 since:24h"
KEPT_BY_TERMINALS = {
    *(f"ctrl+{key}" for key in "basqzhijmwtn"), "ctrl+backslash", "ctrl+left_square_bracket", "f10", "f11", "tilde",
}  # fmt: skip


def read(text: str) -> Reading:
    parsed = parse_query(text, now=NOW)
    plan = plan_query(parsed.query, NAMES)
    return Reading(parsed, frozenset(plan.sent), frozenset((*plan.narrowed, *plan.local)))


class Rows(Widget, can_focus=True):
    """What stands below the bar, and which of its lines were drawn."""

    def __init__(self) -> None:
        super().__init__(id="rows")
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        text = f" 2026-11-22 20:{59 - y % 60:02}:07  200  update   Ana Ortiz   prompts   3af846b9   203.0.113.9"
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(self.size.width, self.rich_style)


class Frame(App[None]):
    """A bar, something below it, and what the bar told."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        STYLES / f"{name}.tcss" for name in ("base", "line", "dropdown", "query_bar")
    ]
    CSS = "#rows { width: 1fr; height: 1fr; color: $foreground 55%; }"

    def __init__(self, theme: str) -> None:
        super().__init__()
        self.guard = ExitGuard()
        self.told: list[Message] = []
        self.bells = 0
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme

    def compose(self) -> ComposeResult:
        yield QueryBar(read)
        yield Rows()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self.guard]

    def bell(self) -> None:
        self.bells += 1

    def on_query_bar_submitted(self, message: QueryBar.Submitted) -> None:
        self.told.append(message)

    def on_query_bar_cancelled(self, message: QueryBar.Cancelled) -> None:
        self.told.append(message)


class Bar:
    """A bar in use."""

    def __init__(self, app: Frame, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.widget = app.query_one(QueryBar)
        self.box = app.query_one(QueryInput)
        self.dropdown = app.query_one(Dropdown)
        self.rows = app.query_one(Rows)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def paste(self, text: str) -> None:
        self.box.post_message(Paste(text))
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "\n".join(self.lines)
            await self.pilot.pause()
            await asyncio.sleep(0)

    @property
    def strips(self) -> list[Strip]:
        return list(self.app.screen._compositor.render_strips())

    @property
    def lines(self) -> list[str]:
        return ["".join(segment.text for segment in strip).rstrip() for strip in self.strips]

    @property
    def first_line(self) -> str:
        return self.lines[0].strip()

    @property
    def offered(self) -> list[str]:
        """The lines of the dropdown."""
        if not self.dropdown.display:
            return []
        x, y, width, height = self.dropdown.region
        return [line.ljust(x + width)[x : x + width].strip() for line in self.lines[y : y + height]]

    @property
    def marked(self) -> str:
        """The row of the dropdown that is taken next."""
        style = self.dropdown.get_component_rich_style("dropdown--marked")
        line = next((strip for strip in self.strips[1:9] if any(s.style == style for s in strip)), None)
        return "".join(s.text for s in line if s.style == style).split("  ")[0].strip() if line else ""

    @property
    def asked(self) -> list[str]:
        return [message.text for message in self.app.told if isinstance(message, QueryBar.Submitted)]

    @property
    def cancelled(self) -> int:
        return sum(isinstance(message, QueryBar.Cancelled) for message in self.app.told)

    def style_of(self, text: str) -> Style:
        """How a text in the first line is drawn."""
        styles = [segment.style for segment in self.strips[0] if text in segment.text]
        assert styles, self.first_line
        assert styles[0] is not None
        return styles[0]


@asynccontextmanager
async def at_rest(
    text: str = "", *, size: Size = (80, 24), history: Sequence[str] = (), theme: str = "harbour"
) -> AsyncIterator[Bar]:
    app = Frame(theme)
    async with app.run_test(size=size) as pilot:
        bar = Bar(app, pilot)
        bar.widget.show(read(text), RIGHT)
        bar.widget.know(Known(NAMES, lambda name: SEEN.get(name, ())), history)
        bar.rows.focus()
        await pilot.pause()
        yield bar
    assert app._exception is None
    assert app.guard.hits == 0, "data reached the bar without being cleaned"


@asynccontextmanager
async def editing(text: str = "", **more: object) -> AsyncIterator[Bar]:
    async with at_rest(text, **more) as bar:  # type: ignore[arg-type]
        bar.widget.edit()
        await bar.pilot.pause()
        yield bar


class TestAtRest:
    async def test_the_query_and_on_the_right_what_it_is_asked_of(self):
        async with at_rest("status:403 since:24h") as bar:
            assert bar.first_line.startswith("status:403 since:24h ")
            assert bar.first_line.endswith("last 24h ▾ │ UTC │  prod")

    async def test_a_query_that_is_too_long_is_cut_and_says_so_and_the_range_stays(self):
        async with at_rest(LONG) as bar:
            assert bar.first_line.startswith("res:api-keys status:403 -ws:sandbox body.scopes:~")
            assert "…  last 24h ▾" in bar.first_line

    async def test_without_a_term_it_says_so(self):
        async with at_rest() as bar:
            assert bar.first_line.startswith("every record")

    async def test_one_that_was_made_to_harm_is_drawn_as_text(self):
        async with at_rest('"\x1b]0;x\x07\u202e" ip:\x1b[31m') as bar:
            assert bar.first_line.startswith(r'"\u001b]0;x\u0007\u202e" ip:\u001b[31m ')

    async def test_what_is_sent_and_what_is_done_here_differ_without_colours_too(self):
        async with at_rest("status:403 -country:DE since:24h") as bar:
            for sent in ("403", "24h"):
                assert (bar.style_of(sent).bold, bool(bar.style_of(sent).underline)) == (True, False)
            assert (bool(bar.style_of("DE").bold), bar.style_of("DE").underline) == (False, True)

    async def test_an_or_outside_of_groups_is_done_here(self):
        async with at_rest("status:403 OR country:none since:24h") as bar:
            assert bar.style_of("403").underline
            assert not bar.style_of("24h").underline
            assert not bar.style_of("OR").underline

    async def test_a_click_begins_to_edit_where_the_text_was_clicked(self):
        async with at_rest("status:403 since:24h") as bar:
            await bar.pilot.click(offset=(1 + len("status"), 0))
            assert bar.widget.editing
            assert bar.box.has_focus
            assert bar.box.cursor_position == len("status")

    async def test_a_click_on_a_part_on_the_right_does_what_that_says(self):
        clicks: list[str] = []
        async with at_rest("status:403") as bar:
            bar.widget.show(read("status:403"), [Part(" last 24h ▾", "strong", lambda: clicks.append("time"))])
            await bar.pilot.pause()
            await bar.pilot.click(offset=(75, 0))
            await bar.until(lambda: clicks)
            assert not bar.widget.editing


class TestEditing:
    async def test_it_goes_on_behind_the_query_and_enter_asks_for_what_is_written(self):
        async with editing("status:403 since:24h") as bar:
            await bar.type("is:failed")
            await bar.press("enter")
            assert bar.asked == ["status:403 since:24h is:failed"]
            assert not bar.widget.editing

    async def test_escape_puts_the_query_back(self):
        for key in ("escape", "ctrl+c"):
            async with editing("status:403") as bar:
                await bar.type("x")
                await bar.press(key)
                assert (bar.cancelled, bar.asked) == (1, [])
                assert bar.first_line.startswith("status:403 ")
                assert "x" not in bar.first_line

    async def test_what_it_is_shown_meanwhile_does_not_disturb_the_typing(self):
        async with editing("status:403") as bar:
            await bar.type("is:fa")
            bar.widget.show(read("op:delete"), RIGHT)
            bar.widget.know(Known(NAMES, lambda _: ()), ())
            await bar.pilot.pause()
            assert bar.box.value == "status:403 is:fa"
            await bar.press("escape")
            assert bar.first_line.startswith("op:delete")

    async def test_marks_that_are_keys_elsewhere_are_typed(self):
        async with editing() as bar:
            await bar.type("?q:=-/[1")
            assert bar.box.value == "?q:=-/[1"

    async def test_a_text_is_told_valid_or_not_at_once(self):
        async with editing() as bar:
            assert bar.first_line.endswith("✓")
            await bar.type("nothing:x")
            assert bar.first_line.endswith("✗")
            await bar.press("ctrl+u")
            await bar.type("status:4xx")
            assert bar.first_line.endswith("scan ✓")
            await bar.press("ctrl+u")
            await bar.type("status:403")
            assert bar.first_line.endswith("  ✓")

    async def test_it_tells_what_is_sent_while_it_is_typed(self):
        async with editing() as bar:
            await bar.type("status:403 -country:DE ")
            assert bar.style_of("403").bold
            assert bar.style_of("DE").underline

    async def test_a_long_one_scrolls(self):
        async with editing(LONG) as bar:
            await bar.type("is:new")
            assert "is:new" in bar.first_line
            await bar.press("home")
            assert bar.first_line.startswith("/res:api-keys")

    async def test_it_stays_open_while_the_reader_looks_at_another_window(self):
        async with editing() as bar:
            await bar.type("ip:")
            bar.app.post_message(AppBlur())
            await bar.until(lambda: not bar.box.has_focus)
            bar.app.post_message(AppFocus())
            await bar.until(lambda: bar.box.has_focus)
            assert bar.widget.editing
            assert bar.box.value == "ip:"

    async def test_it_stays_open_under_a_dialog(self):
        async with editing() as bar:
            await bar.type("ip:")
            await bar.app.push_screen(ModalScreen())
            await bar.pilot.pause()
            bar.app.pop_screen()
            await bar.pilot.pause()
            await bar.type("10.0.0.1")
            assert bar.box.value == "ip:10.0.0.1"

    async def test_it_closes_where_the_reader_goes_elsewhere_and_keeps_what_was_typed_for_another_time(self):
        async with editing("status:403") as bar:
            await bar.type("is:failed")
            await bar.pilot.click("#rows", offset=(3, 12))
            await bar.until(lambda: not bar.widget.editing)
            assert bar.rows.has_focus
            assert bar.app.told == []
            bar.widget.edit()
            await bar.press("up")
            assert bar.box.value == "status:403 is:failed"


class TestMistakes:
    async def test_they_are_told_with_their_column_and_what_may_have_been_meant(self):
        async with editing("since:24h") as bar:
            await bar.type("stauts:403")
            assert bar.offered[0].startswith("col 11: there is no field stauts")
            assert bar.marked == "status"
            assert bar.style_of("stauts").underline
            assert bar.style_of("stauts").bold

    @pytest.mark.parametrize("key", ["tab", "right"])
    async def test_a_key_takes_the_correction_and_the_cursor_stays_where_it_was(self, key: str):
        async with editing() as bar:
            await bar.type("stauts:403")
            await bar.press(key)
            assert bar.box.value == "status:403"
            assert bar.box.cursor_position == len("status:403")
            assert bar.offered == []

    async def test_to_the_right_in_the_middle_of_the_text_only_moves_the_cursor(self):
        async with editing() as bar:
            await bar.type("stauts:403")
            await bar.press("home", "right")
            assert bar.box.value == "stauts:403"
            assert bar.box.cursor_position == 1

    async def test_enter_tells_the_first_of_them_and_asks_nothing(self):
        async with editing("op:delete") as bar:
            await bar.type("stauts:403 ip:x")
            await bar.press("enter")
            assert bar.asked == []
            assert bar.app.bells == 1
            assert bar.widget.editing
            assert bar.offered[0].startswith("col 11: there is no field stauts")

    @pytest.mark.parametrize(
        "text", ["status:", "status:4", "since:", "ip:", "-", "(op:delete", 'x "rate lim', "a OR", "a OR "]
    )
    async def test_what_is_only_not_finished_is_not_scolded_for_until_enter(self, text: str):
        async with editing() as bar:
            await bar.type(text)
            assert bar.first_line.endswith("✗")
            assert not any(line.startswith("col ") for line in bar.offered)
            await bar.press("enter")
            assert bar.offered[0].startswith("col ")
            assert bar.asked == []

    async def test_half_a_quote_can_be_closed_by_the_key_that_corrects(self):
        async with editing() as bar:
            await bar.type('"rate lim')
            await bar.press("enter", "tab")
            assert bar.box.value == '"rate lim"'

    async def test_a_query_that_was_given_with_a_mistake_tells_it_as_soon_as_it_is_opened(self):
        async with editing("stauts:") as bar:
            assert bar.offered[0].startswith("col 1: there is no field stauts")

    async def test_a_long_explanation_is_wrapped_and_loses_none(self):
        async with editing(size=(60, 20)) as bar:
            await bar.type("is:nonsense")
            told = " ".join(bar.offered)
            assert told.endswith("is:offhours")
            assert len(bar.offered) > 1


class TestCompletion:
    async def test_fields_as_they_are_typed(self):
        async with editing() as bar:
            await bar.type("sta")
            assert [line.split()[0] for line in bar.offered] == ["status:"]
            await bar.press("tab")
            assert bar.box.value == "status:"

    async def test_values_with_their_counts(self):
        async with editing() as bar:
            await bar.type("status:40")
            assert [line.split() for line in bar.offered][:3] == [["403", "×37"], ["404", "×2"], ["401", "×1"]]
            await bar.press("down", "tab")
            assert bar.box.value == "status:404"

    async def test_names_with_their_mail(self):
        async with editing() as bar:
            await bar.type("actor:ali")
            assert [line.split("  ")[0] for line in bar.offered] == ["Alice Okafor", "Ali Demir"]
            await bar.press("right")
            assert bar.box.value == "actor:alice@example.com"

    async def test_enter_asks_for_what_is_written_and_not_for_what_is_offered(self):
        async with editing() as bar:
            await bar.type("actor:ali")
            assert bar.marked == "Alice Okafor"
            await bar.press("enter")
            assert bar.asked == ["actor:ali"]

    async def test_up_and_down_go_through_the_list_and_out_of_it(self):
        async with editing() as bar:
            await bar.type("status:40")
            seen = []
            for key in ("down", "down", "down", "down", "up", "up"):
                seen.append(bar.marked)
                await bar.press(key)
            assert seen[:4] == ["403", "404", "401", ">=400"]
            assert seen[4] == ""

    async def test_a_click_takes_a_row(self):
        async with editing() as bar:
            await bar.type("status:40")
            await bar.pilot.click(Dropdown, offset=(3, 1))
            await bar.until(lambda: bar.box.value == "status:404")
            assert bar.box.has_focus

    async def test_where_nothing_was_begun_tab_goes_into_the_list_and_takes_nothing_unasked(self):
        async with editing() as bar:
            assert bar.offered[0].startswith("is:")
            assert bar.marked == ""
            await bar.press("tab")
            assert bar.marked == "is:"
            assert bar.box.value == ""

    async def test_tab_goes_on_to_the_next_pane_where_nothing_is_under_way(self):
        async with editing(history=("op:delete",)) as bar:
            await bar.press("up", "tab")
            await bar.until(lambda: bar.rows.has_focus)
            assert not bar.widget.editing

    async def test_tab_stays_where_something_is(self):
        async with editing() as bar:
            await bar.type('"words"')
            await bar.press("tab")
            assert bar.box.has_focus

    async def test_eight_lines_at_most_and_the_marked_row_is_among_them(self):
        async with editing() as bar:
            await bar.type("target:t")
            for number in range(12):
                assert len(bar.offered) == 8
                assert bar.marked == f"target-{number}"
                await bar.press("down")

    async def test_it_stays_on_the_screen_and_moves_nothing_below(self):
        async with editing(LONG[:38], size=(60, 20)) as bar:
            before = bar.rows.region
            await bar.type("actor:al")
            assert bar.offered
            assert bar.app.screen.region.contains_region(bar.dropdown.region)
            assert bar.rows.region == before

    async def test_what_was_made_to_harm_is_offered_as_text(self):
        async with editing() as bar:
            await bar.type("country:")
            assert bar.offered[0].startswith(r"\u001b]0;x\u0007[@click=app.q")
            await bar.press("tab", "tab")
            assert bar.box.value == r'country:"\u001b]0;x\u0007[@click=app.quit]"'

    async def test_a_key_draws_the_bar_and_its_list_and_nothing_else(self):
        async with editing() as bar:
            await bar.type("target:t")
            bar.rows.drawn.clear()
            await bar.type("arget-1")
            lines_below_the_list = [y for y in bar.rows.drawn if y >= 8]
            assert lines_below_the_list == []


class TestHistory:
    OLDER = ("op:delete since:7d", "is:failed", "status:403 since:24h")

    async def test_up_goes_back_and_down_comes_back(self):
        async with editing("status:403 since:24h", history=self.OLDER) as bar:
            seen = []
            for key in ("up", "up", "up", "down", "down"):
                await bar.press(key)
                seen.append(bar.box.value)
            assert seen == [
                "is:failed",
                "op:delete since:7d",
                "op:delete since:7d",
                "is:failed",
                "status:403 since:24h ",
            ]

    async def test_it_tells_how_far_back(self):
        async with editing(history=self.OLDER) as bar:
            await bar.press("up", "up")
            assert "2/3 older" in bar.first_line
            await bar.press("enter")
            assert bar.asked == ["is:failed"]

    async def test_what_was_typed_comes_back_too(self):
        async with editing(history=self.OLDER) as bar:
            await bar.type('"words"')
            await bar.press("up", "down")
            assert bar.box.value == '"words"'

    async def test_while_a_list_is_open_for_what_was_typed_the_keys_are_for_the_list(self):
        async with editing(history=self.OLDER) as bar:
            await bar.type("status:40")
            await bar.press("down")
            assert bar.box.value == "status:40"

    async def test_what_was_cancelled_is_the_newest_of_them(self):
        async with editing(history=self.OLDER) as bar:
            await bar.type("ip:10.0.0.1")
            await bar.press("escape")
            bar.widget.edit()
            await bar.press("up")
            assert bar.box.value == "ip:10.0.0.1"
            await bar.press("up")
            assert bar.box.value == "status:403 since:24h"


class TestPaste:
    async def test_a_list_of_addresses_becomes_one_clause(self):
        async with editing("op:delete") as bar:
            await bar.paste("203.0.113.9\n203.0.113.10\r\n2001:db8::1\n")
            assert bar.box.value == "op:delete ip:203.0.113.9,203.0.113.10,2001:db8::1"
            assert bar.asked == []

    async def test_lines_become_values_of_the_clause_they_are_pasted_into(self):
        async with editing() as bar:
            await bar.type("res:")
            await bar.paste("api-keys\nguard rails")
            await bar.type(" x")
            assert bar.box.value == 'res:api-keys,"guard rails" x'

    async def test_one_line_is_put_in_cleaned_and_once(self):
        async with editing() as bar:
            await bar.paste("op:delete\x1b[31m")
            assert bar.box.value == r"op:delete\u001b[31m"
            await bar.type("!")
            assert bar.box.value == r"op:delete\u001b[31m!"

    async def test_it_replaces_what_is_selected(self):
        async with editing("op:delete") as bar:
            await bar.press("shift+home")
            await bar.paste("op:update")
            assert bar.box.value == "op:update"

    async def test_more_than_a_query_should_hold_is_told_and_not_taken(self):
        async with editing() as bar:
            await bar.paste("\n".join(f"10.0.{number}.1" for number in range(201)))
            assert bar.box.value == ""
            assert "201 values are too many" in bar.offered[0]
            assert "ip:@file" in " ".join(bar.offered)
            await bar.type("o")
            assert "too many" not in " ".join(bar.offered)

    async def test_what_was_copied_here_is_pasted_by_a_key(self):
        async with editing() as bar:
            bar.app.copy_to_clipboard("10.0.0.1\n10.0.0.2")
            await bar.press("ctrl+v")
            assert bar.box.value == "ip:10.0.0.1,10.0.0.2"


class TestKeys:
    def test_no_input_takes_a_key_that_terminals_keep(self):
        bindings = [
            b for widget in (SafeInput, QueryInput, QueryBar) for b in widget.BINDINGS if isinstance(b, Binding)
        ]
        keys = {key for binding in bindings for key in binding.key.split(",")}
        assert not keys & KEPT_BY_TERMINALS
        assert not any(key.startswith("alt+") for key in keys)

    async def test_nor_has_one_from_textual(self):
        async with at_rest() as bar:
            bound = {key for keys in (bar.box._bindings, bar.widget._bindings) for key in keys.key_to_bindings}
            assert not bound & KEPT_BY_TERMINALS
            assert not any(key.startswith("alt+") for key in bound)

    async def test_its_keys_do_nothing_while_it_is_at_rest(self):
        async with at_rest("status:403") as bar:
            for action in ("submit", "cancel", "take", "step(1)"):
                await bar.app.run_action(action, bar.widget)
            assert bar.app.told == []
            assert not bar.dropdown.display


SamePicture = Callable[[Bar], None]
at_both_sizes = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@pytest.fixture
def same_picture(snapshot: SnapshotAssertion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SamePicture:
    """Compares with the committed picture, or renews that under `--snapshot-update`."""
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "truecolor")
    committed = snapshot.use_extension(SVGImageExtension)

    def compare(bar: Bar) -> None:
        drawn = bar.app.export_screenshot(title="portkey-audit", simplify=True)
        if committed != drawn:
            place = tmp_path / "drawn.svg"
            place.write_text(drawn, encoding="utf-8")
            shown = "\n".join(bar.lines)
            pytest.fail(f"The bar looks otherwise than on its picture, see {place}:\n{shown}", pytrace=False)

    return compare


@at_both_sizes
class TestLooks:
    async def test_at_rest(self, same_picture: SamePicture, size: Size):
        async with at_rest(LONG, size=size) as bar:
            same_picture(bar)

    async def test_opened(self, same_picture: SamePicture, size: Size):
        async with editing("status:403 since:24h", size=size) as bar:
            same_picture(bar)

    async def test_valid(self, same_picture: SamePicture, size: Size):
        async with editing("since:24h", size=size) as bar:
            await bar.type('(op:delete OR is:failed) "rate limits"')
            same_picture(bar)

    async def test_mistake(self, same_picture: SamePicture, size: Size):
        async with editing("since:24h", size=size) as bar:
            await bar.type("op:delete stauts:403")
            same_picture(bar)

    @pytest.mark.parametrize("typed", ["a", "status:4", "actor:al"], ids=["fields", "values", "names"])
    async def test_completion(self, same_picture: SamePicture, size: Size, typed: str):
        async with editing("res:api-keys since:24h", size=size) as bar:
            await bar.type(typed)
            same_picture(bar)

    async def test_history(self, same_picture: SamePicture, size: Size):
        async with editing("since:24h", size=size, history=TestHistory.OLDER) as bar:
            await bar.press("up", "up")
            same_picture(bar)

    async def test_on_paper(self, same_picture: SamePicture, size: Size):
        async with editing("res:api-keys -ws:sandbox since:24h", size=size, theme="paper") as bar:
            await bar.type("status:4")
            same_picture(bar)
