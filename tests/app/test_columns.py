"""The dialog for the table's columns, driven by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.app.attacks import PAYLOADS
from tests.app.dialogs import Asking, Size, asking, assert_same_picture
from tui.app.screens.columns import ColumnsScreen
from tui.domain.columns import USUAL_COLUMNS
from tui.domain.fields import EVERY_COLUMN
from tui.domain.query_scanner import format_path
from tui.state.layout import ChosenColumn

PATHS = ["body.name", "body.scopes", "body.limits.rate", "header.user-agent"]
FEW = (ChosenColumn("time"), ChosenColumn("ip", 20), ChosenColumn("body.name"))

Chosen = tuple[ChosenColumn, ...] | None


class Story:
    """The dialog in use."""

    def __init__(self, dialog: Asking[ColumnsScreen]) -> None:
        self.dialog = dialog
        self.press = dialog.press
        self.type = dialog.type
        self.until = dialog.until
        self.shows = dialog.shows

    @property
    def lines(self) -> list[str]:
        """What the dialog says, line by line."""
        return [line.strip().strip("│").strip() for line in self.text.splitlines()]

    @property
    def text(self) -> str:
        return self.dialog.text

    @property
    def shown(self) -> list[str]:
        """The columns with a mark, from the top."""
        return [line.split()[1] for line in self.lines if line.startswith("✓")]

    def line(self, name: str) -> str:
        return next(line for line in self.lines if name in line.split()[:2])

    async def add(self, path: str) -> None:
        await self.press("a")
        await self.type(path)
        await self.press("enter")

    async def ends(self) -> Chosen:
        """Leave the dialog, and tell what it ended with."""
        await self.press("escape")
        await self.until(lambda: self.dialog.answers, "the end")
        [chosen] = self.dialog.answers
        assert chosen is None or isinstance(chosen, tuple)
        return chosen


@asynccontextmanager
async def choosing(
    chosen: Chosen = FEW,
    *,
    widths: dict[str, int] | None = None,
    paths: Sequence[str] = PATHS,
    size: Size = (80, 40),
) -> AsyncIterator[Story]:
    async with asking(ColumnsScreen(chosen, widths=widths or {}, paths=paths), size=size) as dialog:
        await dialog.shows("Columns")
        yield Story(dialog)


class TestTheList:
    async def test_what_is_shown_stands_first_in_its_order_and_then_what_else_there_is(self):
        async with choosing() as story:
            assert story.shown == ["time", "ip", "body.name"]
            others = {field.name for field in EVERY_COLUMN} - {"time", "ip"}
            assert all(story.line(name) for name in others)

    async def test_without_a_choice_the_usual_ones_are_shown(self):
        async with choosing(None) as story:
            assert story.shown == [column.name for column in USUAL_COLUMNS]

    async def test_what_can_be_no_column_is_passed_over(self):
        async with choosing((ChosenColumn("nonsense"), ChosenColumn("time"))) as story:
            assert story.shown == ["time"]
            assert await story.ends() == (ChosenColumn("time"),)

    async def test_what_is_there_twice_is_listed_once(self):
        async with choosing((ChosenColumn("ip"), ChosenColumn("client_ip", 9), ChosenColumn("time"))) as story:
            assert story.shown == ["ip", "time"]

    async def test_nothing_changed_is_no_choice(self):
        async with choosing() as story:
            await story.press("j", "space", "space")
            assert await story.ends() is None


class TestChoosing:
    @pytest.mark.parametrize("key", ["space", "enter"])
    async def test_a_column_is_hidden_and_shown_by_one_key(self, key: str):
        async with choosing() as story:
            await story.press("j", key)
            assert story.shown == ["time", "body.name"]
            await story.press(key)
            assert story.shown == ["time", "ip", "body.name"]

    async def test_the_last_one_stays(self):
        async with choosing((ChosenColumn("ip"),)) as story:
            await story.press("space")
            assert story.shown == ["ip"]

    @pytest.mark.parametrize("up", ["K", "less_than_sign"])
    @pytest.mark.parametrize("down", ["J", "greater_than_sign"])
    async def test_they_move_and_the_cursor_with_them(self, up: str, down: str):
        async with choosing() as story:
            await story.press(down)
            assert story.shown == ["ip", "time", "body.name"]
            await story.press(down, up, up, up)
            assert story.shown == ["time", "ip", "body.name"]

    async def test_the_usual_ones_come_back(self):
        async with choosing() as story:
            await story.press("0")
            assert story.shown == [column.name for column in USUAL_COLUMNS]
            assert "body.name" in story.text
            assert await story.ends() == tuple(ChosenColumn(column.name) for column in USUAL_COLUMNS)

    async def test_it_ends_with_what_is_shown_in_its_order_and_widths(self):
        async with choosing() as story:
            await story.press("J", "k", "plus", "j", "j", "space")
            assert await story.ends() == (ChosenColumn("ip", 21), ChosenColumn("time"))


class TestWidths:
    async def test_they_grow_and_shrink_from_what_is_on_the_screen(self):
        async with choosing(widths={"time": 30}) as story:
            assert story.line("time").endswith("auto")
            await story.press("minus", "minus")
            assert story.line("time").endswith(" 28")
            await story.press("plus")
            assert story.line("time").endswith(" 29")

    async def test_they_go_back_to_automatic(self):
        async with choosing() as story:
            await story.press("j", "equals_sign")
            assert story.line("ip").endswith("auto")
            assert await story.ends() == (ChosenColumn("time"), ChosenColumn("ip"), ChosenColumn("body.name"))

    async def test_none_is_too_narrow_to_hold_anything(self):
        async with choosing((ChosenColumn("ip", 3),)) as story:
            await story.press("minus", "minus", "minus")
            assert story.line("ip").endswith(" 2")


class TestPaths:
    async def test_one_is_added_below_the_cursor(self):
        async with choosing() as story:
            await story.add("query.limit")
            assert story.shown == ["time", "query.limit", "ip", "body.name"]
            await story.press("space")
            assert story.shown == ["time", "ip", "body.name"]

    async def test_those_in_the_records_are_suggested(self):
        async with choosing() as story:
            await story.press("a")
            await story.until(lambda: " · ".join(PATHS[:2]) in story.text, "all of them")
            await story.press(*"rate")
            await story.until(lambda: "body.name ·" not in story.text, "those that fit")
            assert "body.limits.rate" in story.text

    async def test_the_rest_of_one_is_taken_by_a_key(self):
        async with choosing() as story:
            await story.press("a", *"body.s")
            await story.until(lambda: "body.scopes" in story.line("path"), "the rest")
            await story.press("right", "enter")
            assert "body.scopes" in story.shown

    async def test_one_that_is_there_already_is_shown(self):
        async with choosing() as story:
            await story.press("j", "j", "space", "a", *"body.name", "enter")
            assert story.shown == ["time", "ip", "body.name"]

    async def test_a_field_may_be_named_too(self):
        async with choosing() as story:
            await story.add("country")
            assert story.shown == ["time", "ip", "body.name", "country"]

    async def test_what_is_none_says_so_and_can_be_mended(self):
        async with choosing() as story:
            await story.add("name")
            await story.shows("begins with body.")
            await story.press("home", *"body.first", "enter")
            assert "body.firstname" in story.shown

    async def test_escape_leads_back_to_the_list(self):
        async with choosing() as story:
            await story.press("a", *"body", "escape")
            assert not story.dialog.answers
            await story.press("j", "space")
            assert story.shown == ["time", "body.name"]

    async def test_one_can_be_removed_but_no_field(self):
        async with choosing() as story:
            await story.press("x")
            assert story.shown == ["time", "ip", "body.name"]
            await story.press("j", "j", "x")
            assert story.shown == ["time", "ip"]
            assert "body.name" not in story.text

    async def test_the_last_column_is_not_removed(self):
        async with choosing((ChosenColumn("body.name"),)) as story:
            await story.press("x")
            assert story.shown == ["body.name"]

    async def test_hostile_ones_are_shown_and_never_obeyed(self):
        hostile = ["body" + format_path((f"a{payload}z",)) for payload in PAYLOADS]
        async with choosing(tuple(map(ChosenColumn, hostile)), paths=hostile, size=(80, 60)) as story:
            assert r'body."a\u001b[31mz"' in story.text
            await story.press("a")
            await story.type("click")
            await story.shows("[@click=app.quit]")
            await story.press("ctrl+u")
            await story.type("body")
            await story.until(lambda: "body." in story.line("path"), "the first path")
            await story.press("right", "enter")
            assert len(story.shown) == len(hostile)


class TestLooks:
    @pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)], ids=["60x20", "80x24", "120x40"])
    async def test_the_list(self, snapshot: SnapshotAssertion, tmp_path: Path, size: Size):
        async with choosing(size=size) as story:
            await story.press("j", "j")
            await story.shows("esc done")
            assert_same_picture(story.dialog, snapshot, tmp_path)

    @pytest.mark.parametrize("size", [(60, 20), (80, 24)], ids=["60x20", "80x24"])
    async def test_adding_a_path(self, snapshot: SnapshotAssertion, tmp_path: Path, size: Size):
        async with choosing(size=size) as story:
            await story.press("a")
            await story.type("bod")
            await story.until(lambda: "body.name" in story.line("path"), "the rest of the path")
            await story.shows("esc back")
            assert_same_picture(story.dialog, snapshot, tmp_path)
