"""A question before something is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.app.attacks import PAYLOADS
from tests.app.dialogs import Asking, Size, asking, assert_same_picture, at_both_sizes
from tui.app.screens.confirm import ConfirmScreen

LINES = ["48,211 records, 483 requests, about 2 minutes.", "What is found so far stays; ctrl+c stops."]


def question(*, danger: bool = False) -> ConfirmScreen:
    return ConfirmScreen("Scan all that is left?", LINES, danger=danger)


class TestTheAnswer:
    @pytest.mark.parametrize(
        ("key", "agrees"), [("y", True), ("enter", True), ("escape", False), ("n", False), ("q", False)]
    )
    async def test_is_one_key(self, key: str, agrees: bool):
        async with asking(question()) as dialog:
            await dialog.press(key)
            assert dialog.answers == [agrees]

    async def test_is_not_enter_where_something_would_be_lost(self):
        async with asking(question(danger=True)) as dialog:
            await dialog.press("enter", "space")
            assert dialog.answers == []
            await dialog.press("y")
            assert dialog.answers == [True]

    @pytest.mark.parametrize(("word", "agrees"), [("scan all", True), ("not now", False)])
    async def test_is_a_click_on_its_word(self, word: str, agrees: bool):
        async with asking(question()) as dialog:
            line, column = place_of(dialog, word)
            await dialog.pilot.click(offset=(column, line))
            await dialog.until(lambda: dialog.answers, "an answer")
            assert dialog.answers == [agrees]


class TestTheQuestion:
    async def test_shows_what_it_is_about_and_the_keys(self):
        async with asking(question()) as dialog:
            for text in ("Scan all that is left?", *LINES, "enter scan all", "esc not now"):
                assert text in dialog.text

    async def test_tells_the_key_that_does_what_can_not_be_undone(self):
        async with asking(ConfirmScreen("Delete robots?", [], "delete", "keep it", danger=True)) as dialog:
            assert "y delete" in dialog.text
            assert "enter" not in dialog.text

    async def test_shows_what_others_wrote_without_obeying_it(self):
        hostile = [f"a{payload}z" for payload in PAYLOADS]
        async with asking(ConfirmScreen(hostile[0], hostile), size=(120, 60)) as dialog:
            assert r"a\u001b[31mz" in dialog.text
            assert "a[@click=app.quit]x[/]z" in dialog.text


@at_both_sizes
class TestItsLooks:
    @pytest.mark.parametrize("danger", [False, True], ids=["calm", "danger"])
    async def test_question(self, snapshot: SnapshotAssertion, tmp_path: Path, size: Size, danger: bool):
        async with asking(question(danger=danger), size=size) as dialog:
            assert_same_picture(dialog, snapshot, tmp_path)


def place_of(dialog: Asking[ConfirmScreen], text: str) -> tuple[int, int]:
    """The line and the column where a text stands on the screen."""
    lines = dialog.text.split("\n")
    line = next(number for number, line in enumerate(lines) if text in line)
    return line, lines[line].index(text)
