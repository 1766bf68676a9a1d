"""Nothing is sent while nobody does anything: no cursor blinks, whatever text is being typed in."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.app.exploring import asking, exploring
from tui.demo.server import DemoServer


@pytest.mark.parametrize(
    "keys",
    [("slash",), ("colon",), ("t", "slash"), ("f", "down", "down", "enter"), ("enter", "slash"), ("v", "slash")],
    ids=["bar", "palette", "time", "panel", "find", "values"],
)
async def test_a_cursor_stands_still(server: DemoServer, keys: tuple[str, ...]):
    async with exploring(server, query=asking("since:7d")) as story:
        await story.settled()
        for key in keys:
            await story.press(key)
        await story.until(lambda: isinstance(story.app.focused, Input), "a box to type in")
        typed_in = story.app.focused
        assert isinstance(typed_in, Input)
        await story.until(lambda: not typed_in.cursor_blink, "a cursor that stands still")
