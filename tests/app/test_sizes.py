"""The explorer on terminals of any size: pleasant at 80x24, usable at 60x20, and plain about being too small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion

from tests.app.exploring import Story, asking, exploring
from tests.app.pictures import comes_to_rest, picture
from tui.app.screens.too_small import LEAST_HEIGHT, LEAST_WIDTH
from tui.app.widgets.line import Part, cells_of, fitting
from tui.demo.server import DemoServer

pytestmark = pytest.mark.usefixtures("steady_surroundings")

WEEK = asking("since:7d")
SCAN = asking("is:failed is:machine -country:none since:7d")
"""So few match that the budget ends the scan, which then waits to be let on."""
MIXED = asking("status:403 -country:none since:7d")
"""The API does the first, and the second is done here: a scan that is soon at its end."""

SIZES = [(1, 1), (1, 50), (200, 1), (3, 3), (20, 5), (39, 12), (40, 11), (40, 12), (41, 13), (59, 19), (60, 20),
         (79, 23), (80, 24), (99, 30), (100, 29), (100, 30), (159, 40), (160, 12), (200, 50), (400, 120)]  # fmt: skip
DIALOGS = ["question_mark", "y", "p", "v", "t", "C", "apostrophe", "A", "colon", "slash", "f"]


async def resize(story: Story, width: int, height: int) -> None:
    await story.pilot.resize_terminal(width, height)
    await story.until(lambda: story.app.screen.size == (width, height), f"{width}x{height}")


class TestAnySize:
    async def test_the_explorer_lives_through_it(self, server: DemoServer):
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            await story.press("enter")
            for size in [*SIZES, *reversed(SIZES)]:
                await resize(story, *size)
            await resize(story, 120, 40)
            await story.shows("[1 Body]")

    @pytest.mark.parametrize("key", DIALOGS)
    async def test_so_does_whatever_lies_over_it(self, server: DemoServer, key: str):
        async with exploring(server, query=SCAN) as story:
            await comes_to_rest(story, "a on A all")
            await story.press("l", key)
            for size in ((40, 12), (1, 1), (60, 20), (200, 50), (120, 40)):
                await resize(story, *size)
            await story.press("escape")
            await comes_to_rest(story, "match")


class TestTooSmall:
    async def test_it_says_how_much_it_needs_and_q_quits(self, server: DemoServer):
        async with exploring(server, size=(LEAST_WIDTH - 1, LEAST_HEIGHT), query=WEEK) as story:
            await story.shows("39x12 is too small")
            assert "40x12" in story.text
            await story.press("q")
            await story.until(lambda: not story.app._running, "the end")
        assert story.app.return_code == 0

    async def test_a_start_there_is_a_start_all_the_same(self, server: DemoServer):
        async with exploring(server, size=(20, 5), query=WEEK) as story:
            await story.shows("too small")
            await resize(story, 80, 24)
            await comes_to_rest(story, "200 loaded")

    async def test_all_is_as_it_was_when_there_is_room_again(self, server: DemoServer):
        async with exploring(server, size=(80, 24), query=WEEK) as story:
            await comes_to_rest(story, "200 loaded")
            await story.press("space", "space", "k", "l", "m")
            await comes_to_rest(story, "1 marked")
            before = story.text
            await resize(story, 30, 24)
            await story.shows("too small")
            await resize(story, 10, 2)
            await resize(story, 80, 24)
            await story.until(lambda: story.text == before, "what was there")

    async def test_a_dialog_and_what_was_typed_in_it_too(self, server: DemoServer):
        async with exploring(server, size=(80, 24), query=WEEK) as story:
            await comes_to_rest(story, "200 loaded")
            await story.press("t", "tab", "ctrl+u", *"yesterday 14:00")
            await comes_to_rest(story, "yesterday 14:00 ")
            before = story.text
            await resize(story, 80, 5)
            await story.press("x", "escape", "colon")
            await story.shows("too small")
            await resize(story, 80, 24)
            await story.until(lambda: story.text == before, "what was there")

    async def test_a_larger_terminal_than_before_is_laid_out_as_such(self, server: DemoServer):
        async with exploring(server, size=(80, 24), query=WEEK) as story:
            await comes_to_rest(story, "200 loaded")
            await resize(story, 30, 5)
            await resize(story, 120, 40)
            await comes_to_rest(story, "Filters")
            assert story.screen.has_class("-normal", "-high")


class TestTheStatusLine:
    async def test_it_leaves_out_whole_parts_and_cuts_none(self, server: DemoServer):
        async with exploring(server, query=SCAN) as story:
            await comes_to_rest(story, "a on A all")
            for width in range(LEAST_WIDTH, 140, 9):
                await resize(story, width, 24)
                line = story.text.splitlines()[-2]
                assert "…" not in line, line
                assert re.match(r" (scanned )?2,000( of |/)3,000 · 27 match ", line), line
                assert line.endswith("a on A all"), line

    async def test_the_window_is_told_to_the_minute_before_it_is_left_out(self, server: DemoServer):
        async with exploring(server, size=(80, 24), query=SCAN) as story:
            await comes_to_rest(story, "a on A all")
            assert "· 15 Nov 20:48–22 Nov 20:48Z " in story.text
            await resize(story, 60, 20)
            await story.until(lambda: "15 Nov" not in story.text, "a line without the window")

    async def test_messages_stand_above_it(self, server: DemoServer):
        async with exploring(server, size=(60, 20), query=WEEK, notifications=True) as story:
            await comes_to_rest(story, "of 3,000")
            await story.press("ctrl+c")
            await comes_to_rest(story, "Nothing is being fetched.")
            *rows, message, status, keys = story.text.splitlines()
            assert "Press q to quit." in message
            assert "of 3,000" in status
            assert "Keys" in keys
            assert sum("Nothing" in row for row in rows) == 0


class TestPartsThatGiveWay:
    PARTS = (
        Part("count"),
        Part(" loaded", spare=3),
        Part(" 20:48:03", spare=2, short=" 20:48"),
        Part(" note", spare=1),
    )

    @pytest.mark.parametrize(
        ("room", "said"),
        [
            (26, "count loaded 20:48:03 note"),
            (25, "count 20:48:03 note"),
            (18, "count 20:48 note"),
            (15, "count note"),
            (9, "count"),
            (2, "count"),
        ],
    )
    def test_the_most_spare_go_first(self, room: int, said: str):
        assert "".join(part.text for part in fitting(self.PARTS, room)) == said

    def test_all_that_fits_stays_as_it_is(self):
        assert fitting(self.PARTS, cells_of(self.PARTS)) == self.PARTS


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        ((80, 24), ()),
        ((80, 24), ("enter",)),
        ((80, 24), ("f",)),
        ((80, 24), ("colon", *"theme:")),
        ((60, 20), ()),
        ((60, 20), ("enter",)),
        ((60, 20), ("t",)),
        ((60, 20), ("v",)),
        ((60, 20), ("question_mark",)),
        ((40, 12), ()),
        ((39, 11), ()),
    ],
    ids=lambda one: "x".join(map(str, one)) if one and isinstance(one[0], int) else "".join(one)[:8] or "table",
)
async def test_pictures(
    server: DemoServer, snapshot: SnapshotAssertion, tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...]
):
    async with exploring(server, size=size, query=MIXED) as story:
        await story.until(lambda: story.screen._exploration.finished, "the end of the scan")
        await story.press(*keys)
        await comes_to_rest(story, "")
        drawn, text = picture(story), story.text
    if snapshot.use_extension(SVGImageExtension) != drawn:
        place = tmp_path / "drawn.svg"
        place.write_text(drawn, encoding="utf-8")
        pytest.fail(f"It looks otherwise than on its picture, see {place}:\n{text}", pytrace=False)
