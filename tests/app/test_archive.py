"""What was fetched once is there at the second look, and when the API is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.exploring import Story, asking, exploring
from tui.demo.exchange import Request
from tui.demo.server import DemoServer

pytestmark = pytest.mark.usefixtures("steady_surroundings")

WEEK = asking("since:7d")
PAST = asking("since:5d until:2d")
"""In which no two records that look the same are on either side of a page's end: they would be asked for again."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


async def look_through(story: Story) -> None:
    """Load every row of the query."""
    await story.answered()
    exploration = story.screen._exploration
    for row in range(0, exploration.row_count, 90):
        story.screen.table.show_row(row)
        await story.until(lambda row=row: exploration.record(row) is not None, f"row {row}")  # type: ignore[misc]
        await story.settled()


def asked(server: DemoServer) -> list[Request]:
    """The requests for records."""
    return [request for request in server.requests if request.path.endswith("audit-logs")]


class TestTheSecondLook:
    async def test_asks_nothing_and_says_where_the_rows_are_from(self, server: DemoServer, archive: Path):
        async with exploring(server, query=PAST, archive=archive) as story:
            await look_through(story)
            first = story.records
        server.forget()
        async with exploring(server, query=PAST, archive=archive) as story:
            await look_through(story)
            await story.shows("demo (archive)")
            assert story.records == first
        assert asked(server) == []

    async def test_up_to_now_asks_for_the_rest(self, server: DemoServer, archive: Path):
        async with exploring(server, query=WEEK, archive=archive) as story:
            await look_through(story)
        server.forget()
        async with exploring(server, query=WEEK, archive=archive) as story:
            await story.answered()
            await story.shows("demo + archive")
        (request,) = asked(server)
        assert request.query["start_time"] > "2026-11-22T20:4"

    async def test_finds_words_without_looking_through_everything(self, server: DemoServer, archive: Path):
        async with exploring(server, query=PAST, archive=archive) as story:
            await look_through(story)
            everything = story.screen._exploration.row_count
        async with exploring(server, query=asking("since:5d until:2d rotate"), archive=archive) as story:
            await story.answered()
            await story.until(lambda: story.screen._exploration.finished, "the end")
            assert story.screen._exploration.row_count > 0
            assert story.screen._exploration.scanned < everything / 2

    async def test_counts_the_values_of_a_field_at_once(self, server: DemoServer, archive: Path):
        async with exploring(server, query=PAST, archive=archive) as story:
            await look_through(story)
        server.forget()
        async with exploring(server, query=PAST, archive=archive) as story:
            await story.answered()
            await story.press("v")
            await story.shows("exact, whole window")
        assert asked(server) == []


class TestWithoutTheApi:
    async def test_what_the_archive_has_is_offered_where_the_api_fails(self, server: DemoServer, archive: Path):
        async with exploring(server, query=PAST, archive=archive) as story:
            await look_through(story)
            held = len(story.records)
        server.queue("403")
        async with exploring(server, query=WEEK, archive=archive) as story:
            await story.shows("o what the archive has")
            await story.press("o")
            await story.answered()
            await story.shows("offline: archive of demo")
            assert story.screen._exploration.row_count >= held
            assert any("Not whole in the archive" in told for told in story.screen._exploration.notices)
            await story.press("F")
            await story.until(lambda: "Offline nothing comes in that could be followed." in story.toasts)

    async def test_r_asks_the_api_again(self, server: DemoServer, archive: Path):
        async with exploring(server, query=PAST, archive=archive) as story:
            await story.answered()
            await story.press("o")
            await story.shows("offline: archive of demo")
            await story.answered()
            await story.press("r")
            await story.until(lambda: "offline" not in story.text, "the API")

    async def test_a_run_can_be_offline_from_the_start(self, server: DemoServer, archive: Path):
        async with exploring(server, query=PAST, archive=archive) as story:
            await look_through(story)
            first = story.records
        async with exploring(None, query=PAST, archive=archive, offline=True) as story:
            await look_through(story)
            await story.shows("offline: archive of")
            assert story.records == first
            await story.press("o")
            await story.until(lambda: any("start without --offline" in toast for toast in story.toasts))

    async def test_there_is_nothing_to_offer_without_an_archive(self, server: DemoServer):
        async with exploring(server) as story:
            await story.answered()
            await story.press("o")
            await story.until(lambda: "There is no archive to answer from." in story.toasts)


async def test_an_archive_that_can_not_be_used_is_told_and_done_without(server: DemoServer, archive: Path):
    archive.write_bytes(b"no database " * 1000)  # noqa: ASYNC240 - a test may wait for its own disk
    async with exploring(server, query=PAST, archive=archive, notifications=True) as story:
        await story.answered()
        assert any("is damaged" in toast for toast in story.toasts)
        assert story.records
