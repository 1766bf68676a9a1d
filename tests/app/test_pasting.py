"""What is pasted where nothing takes text is put in the bar, and not asked before the reader says so."""

from __future__ import annotations

from textual.events import Paste

from tests.app.exploring import Story, asking, exploring
from tui.demo.server import DemoServer


async def paste(story: Story, text: str) -> None:
    story.app.post_message(Paste(text))
    await story.pilot.pause()


class TestOntoTheTable:
    async def test_a_list_of_addresses_waits_in_the_bar_for_enter(self, server: DemoServer):
        async with exploring(server, query=asking("since:7d")) as story:
            await story.settled()
            await paste(story, "192.0.2.45\n203.0.113.10\n")
            await story.until(lambda: story.screen.bar.editing, "the bar")
            assert story.screen.bar.box.value == "since:7d ip:192.0.2.45,203.0.113.10"
            assert story.query == "since:7d"
            await story.press("enter")
            await story.answered()
            assert story.query == "ip:192.0.2.45,203.0.113.10 since:7d"

    async def test_hostile_text_does_nothing_by_itself(self, server: DemoServer):
        async with exploring(server, query=asking("since:7d")) as story:
            await story.settled()
            await paste(story, "q\x1b[31mQ\r\x07 m= \x1b]52;c;eA==\x07")
            await story.until(lambda: story.screen.bar.editing, "the bar")
            assert story.query == "since:7d"
            assert "\x1b" not in story.screen.bar.box.value
            await story.press("escape")
            await story.shows("of 3,000")
            assert "marked" not in story.text


class TestOntoADialog:
    async def test_nothing_happens_where_nothing_takes_text(self, server: DemoServer):
        async with exploring(server, query=asking("since:7d")) as story:
            await story.settled()
            await story.press("y")
            await story.shows("Markdown")
            await paste(story, "q")
            await story.shows("Markdown")
            await story.press("escape")
            await story.until(lambda: story.app.screen is story.screen, "the explorer")
            assert not story.screen.bar.editing
