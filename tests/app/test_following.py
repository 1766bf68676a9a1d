"""What comes in is shown without a key, and nothing moves under the reader for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.exploring import Passing, Story, asking, exploring
from tui.app.context import Memory
from tui.demo.server import DemoServer
from tui.domain.record import AuditRecord
from tui.session.live import Live
from tui.state.last_look import LookBook

pytestmark = pytest.mark.usefixtures("steady_surroundings")

WEEK = asking("since:7d")


@pytest.fixture
def server(growing: DemoServer) -> DemoServer:
    return growing


@asynccontextmanager
async def following(
    server: DemoServer, passing: Passing, query: str = "since:7d", **more: object
) -> AsyncIterator[Story]:
    async with exploring(server, query=asking(query), passing=passing, **more) as story:  # type: ignore[arg-type]
        await story.answered()
        await follow(story)
        yield story


async def follow(story: Story) -> None:
    await story.press("F")
    await story.until(lambda: story.screen._investigation.following, "following")
    await story.answered()


def live(story: Story) -> Live:
    live = story.screen._exploration.live
    assert live is not None
    return live


async def looks(story: Story, passing: Passing, seconds: float = 10) -> None:
    """Lets time pass, and waits until what came in until then has been looked for."""
    passing.later(seconds)
    present = passing.now
    await story.until(lambda: live(story).follower.frontier >= present, "a look")
    await story.until(lambda: live(story).paused or not len(live(story)) or not story.screen.is_active, "what came")


async def come_in(story: Story, server: DemoServer, passing: Passing, count: int) -> None:
    passing.later(1)
    server.arrive(count)
    await looks(story, passing)


def under_cursor(story: Story) -> AuditRecord:
    record = story.screen._record()
    assert record is not None
    return record


def screen_line(story: Story) -> int:
    """The line of the screen that the cursor stands on."""
    return story.screen.table.cursor_y


class TestAtTheTop:
    async def test_what_comes_in_is_the_first_row(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            before = story.records[0]
            await come_in(story, server, passing, 2)
            assert story.screen.table.cursor_row == 0
            assert story.records[2] == before
            await story.shows("● LIVE")
            await story.shows("+2 new")

    async def test_all_rows_are_there_still(self, server: DemoServer, passing: Passing) -> None:
        async with exploring(server, query=WEEK, passing=passing) as story:
            await story.answered()
            count = story.screen._exploration.row_count
            await follow(story)
            assert story.screen._exploration.row_count == count
            await come_in(story, server, passing, 3)
            assert story.screen._exploration.row_count == count + 3
            assert story.screen._exploration.extent_known

    async def test_an_open_record_stays_where_it_is(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            record = under_cursor(story)
            await story.press("enter")
            await come_in(story, server, passing, 1)
            assert under_cursor(story) == record
            assert story.screen.detail._record == record

    async def test_what_was_there_before_is_not_new(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await looks(story, passing)
            assert live(story).new_count == 0
            assert "new" not in story.text.splitlines()[-2]


class TestElsewhere:
    async def test_cursor_and_view_stay_on_their_record(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await story.press(*"jjjjj")
            record, line = under_cursor(story), screen_line(story)
            await come_in(story, server, passing, 7)
            assert (under_cursor(story), screen_line(story)) == (record, line)
            await story.shows("+7 new")

    async def test_far_down_too(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await story.press("G")
            await story.settled()
            record, line = under_cursor(story), screen_line(story)
            await come_in(story, server, passing, 3)
            assert (under_cursor(story), screen_line(story)) == (record, line)

    async def test_one_key_goes_to_what_came_in(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await story.press(*"jjjj")
            await come_in(story, server, passing, 3)
            await story.press("g")
            await story.until(lambda: story.screen.table.cursor_row == 0)
            assert all(story.screen._rows.new(row) for row in range(3))
            assert not story.screen._rows.new(3)

    async def test_so_does_a_click_on_their_number(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await story.press(*"jjjj")
            await come_in(story, server, passing, 3)
            await story.shows("+3 new")
            line = story.text.splitlines()[-2]
            await story.pilot.click("#status", offset=(line.index("+3 new") + 1, 0))
            await story.until(lambda: story.screen.table.cursor_row == 0)

    async def test_beginning_to_follow_does_not_move_the_reader(self, server: DemoServer, passing: Passing) -> None:
        async with exploring(server, query=WEEK, passing=passing) as story:
            await story.answered()
            for _ in range(5):
                await story.press("space")
                await story.settled()
            record = under_cursor(story)
            await follow(story)
            await story.until(lambda: story.screen._record() == record, "the record of before")

    async def test_nothing_moves_below_a_dialog(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            count = story.screen._exploration.row_count
            await story.press("t")
            await story.until(lambda: not story.screen.is_active, "the dialog")
            await come_in(story, server, passing, 2)
            assert story.screen._exploration.row_count == count
            await story.press("escape")
            await story.until(lambda: story.screen._exploration.row_count == count + 2, "what came in meanwhile")

    async def test_sorted_rows_take_in_what_comes(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await story.press("l", "s", "j", "j")
            record = under_cursor(story)
            count = story.screen._rows.count
            await come_in(story, server, passing, 2)
            assert story.screen._rows.count == count + 2
            assert under_cursor(story) == record


class TestNew:
    async def test_rows_are_new_until_the_reader_goes_on(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await come_in(story, server, passing, 2)
            assert story.screen._rows.new(0)
            await story.shows("new since 20:48")
            await story.press("j")
            await story.until(lambda: live(story).new_count == 0, "nothing new")
            assert not story.screen._rows.new(0)

    async def test_those_out_of_view_stay_new(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await story.press("space")
            await come_in(story, server, passing, 2)
            await story.press("j", "k")
            assert live(story).new_count == 2


class TestPause:
    async def test_it_holds_back_what_comes_in(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            count = story.screen._exploration.row_count
            await story.press("P")
            await come_in(story, server, passing, 4)
            assert story.screen._exploration.row_count == count
            await story.shows("‖ PAUSED")
            await story.shows("4 held")
            await story.press("P")
            await story.until(lambda: story.screen._exploration.row_count == count + 4, "what was held")

    async def test_it_says_so_where_nothing_is_followed(self, server: DemoServer, passing: Passing) -> None:
        async with exploring(server, query=WEEK, passing=passing) as story:
            await story.answered()
            await story.press("P")
            assert story.toasts == ["Nothing is followed that could be held back: F follows."]


class TestLate:
    async def test_a_late_record_stands_where_it_belongs_in_time(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            server.set(late=90)
            await come_in(story, server, passing, 30)
            times = [record.time for record in story.records if record.time is not None]
            assert times == sorted(times, reverse=True)
            assert live(story).follower.late > 0
            await story.shows(f"{live(story).follower.late} came late")


class TestWhatIsFollowed:
    async def test_a_query_that_is_done_here(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing, "-method:DELETE since:7d") as story:
            await come_in(story, server, passing, 20)
            assert story.screen._exploration.scanning
            assert live(story).follower.looked_at > live(story).follower.found
            assert all(record.method != "DELETE" for record in story.records)

    async def test_narrowing_goes_on_following(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await story.press("l", "equals_sign")
            await story.until(lambda: "status:" in story.query, "the narrower query")
            await story.answered()
            before = story.screen._exploration.row_count
            await come_in(story, server, passing, 20)
            assert story.screen._exploration.row_count > before
            assert len({record.status for record in story.records}) == 1

    async def test_going_back_catches_up(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            count = story.screen._exploration.row_count
            await story.ask("is:failed since:7d")
            await come_in(story, server, passing, 5)
            await story.press("left_square_bracket")
            await story.until(lambda: story.query == "since:7d", "the query before")
            await looks(story, passing)
            assert story.screen._exploration.row_count == count + 5

    async def test_a_range_that_has_ended_is_not(self, server: DemoServer, passing: Passing) -> None:
        async with exploring(server, query=asking("since:7d until:1d"), passing=passing) as story:
            await story.answered()
            await story.press("F")
            assert story.toasts == ["✗ The range of time has ended, so nothing can come in: t chooses another."]
            assert not story.screen._investigation.following

    async def test_a_range_that_will_end_is_until_then(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing, "since:1h until:2026-11-22T20:49:00Z") as story:
            await come_in(story, server, passing, 2)
            passing.later(300)
            await story.until(lambda: not story.screen._investigation.following, "the end")
            assert "The range of time has ended: all that came in is here." in story.toasts

    async def test_in_plain_mode_nothing_moves_by_itself(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing, plain=True) as story:
            record, line = under_cursor(story), screen_line(story)
            await come_in(story, server, passing, 2)
            assert (under_cursor(story), screen_line(story)) == (record, line)
            await story.shows("+2 new")

    async def test_it_ends_and_the_rows_stay(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await come_in(story, server, passing, 2)
            records = story.records
            await story.press("F")
            assert story.toasts == ["No longer following; F follows again."]
            assert not story.screen._rows.new(0)
            assert not story.screen._investigation.following
            assert story.records == records
            passing.later(10)
            await story.pilot.pause()
            assert "LIVE" not in story.text

    async def test_what_is_held_is_let_in_at_its_end(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await story.press("P", *"jjj")
            record, count = under_cursor(story), story.screen._exploration.row_count
            await come_in(story, server, passing, 2)
            await story.press("F")
            await story.until(lambda: story.screen.table.row_count == count + 2, "what was held")
            assert under_cursor(story) == record

    async def test_the_values_count_what_came_in(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            await come_in(story, server, passing, 3)
            shown = story.screen._exploration.shown
            assert shown is not None
            assert shown.window.end == passing.now


class TestTrouble:
    async def test_a_look_that_fails_is_told_in_the_status_line_alone(
        self, server: DemoServer, passing: Passing
    ) -> None:
        async with following(server, passing) as story:
            server.queue(*["429-seconds"] * 4)
            passing.later(10)
            await story.shows("s (429)")
            assert not story.toasts

    async def test_what_came_in_meanwhile_is_not_missed(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            count = story.screen._exploration.row_count
            server.set_faults({"500": 1.0})
            server.arrive(3)

            def passes(failures: int) -> bool:
                passing.later(5)
                return live(story).follower.failures >= failures

            await story.until(lambda: passes(5), "failures")
            server.set_faults({})
            server.arrive(2)
            present = passing.now
            await story.until(lambda: passes(0) and live(story).follower.frontier >= present, "a look that succeeds")
            await story.until(lambda: story.screen._exploration.row_count == count + 5, "what came in meanwhile")

    async def test_ten_failures_in_a_row_are_said_once(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            server.set_faults({"500": 1.0})

            def fails() -> bool:
                passing.later(5)
                return live(story).follower.failures >= 12

            await story.until(fails, "twelve failures")
            assert len(story.toasts) == 1
            assert "10 looks in a row have failed" in story.toasts[0]

    async def test_what_will_not_pass_ends_it_with_cause_and_cure(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            count = story.screen._exploration.row_count
            server.queue("401")
            passing.later(10)
            await story.shows("does not accept the API key")
            await story.shows("LIVE stopped")
            server.arrive(2)
            await story.press("r")
            await story.answered()
            await story.until(lambda: story.screen._exploration.row_count == count + 2, "what came in meanwhile")

    async def test_it_is_the_same_above_and_below_whatever_was_asked_meanwhile(
        self, server: DemoServer, passing: Passing
    ) -> None:
        async with following(server, passing) as story:
            server.queue("401")
            passing.later(10)
            await story.until(lambda: story.text.count("✗ LIVE stopped") == 2, "that it ended, in both lines")
            await story.press("l", "equals_sign")
            await story.answered()
            await story.press("left_square_bracket")
            await story.answered()
            await looks(story, passing)
            await story.until(lambda: story.text.count("● LIVE") == 2, "that it goes on, in both lines")

    async def test_a_query_asked_meanwhile_is_answered_when_looks_succeed_again(
        self, server: DemoServer, passing: Passing
    ) -> None:
        async with following(server, passing) as story:
            server.set_faults({"500": 1.0})
            await story.press("l", "equals_sign")

            def has_failed() -> bool:
                passing.later(5)
                return story.screen._exploration.problem is not None and live(story).follower.failures > 1

            await story.until(has_failed, "failures of both")
            await story.until(lambda: story.text.count("○ LIVE") == 2, "that it is live no longer")
            server.set_faults({})

            def is_answered() -> bool:
                passing.later(5)
                return story.screen._exploration.asked is None

            await story.until(is_answered, "an answer")

    async def test_one_key_tries_both_again(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            server.set_faults({"401": 1.0})
            await story.press("l", "equals_sign")
            await story.until(lambda: story.screen._given_up and story.screen._exploration.problem, "two refusals")
            server.set_faults({})
            await story.press("r")
            await story.answered()
            await story.until(lambda: story.text.count("● LIVE") == 2, "following")


class TestTheServersClock:
    async def test_it_is_told_where_it_drifts_away_meanwhile(self, server: DemoServer, passing: Passing) -> None:
        async with following(server, passing) as story:
            server.advance(20)
            passing.later(10)
            await story.shows("server clock 20 s ahead")


class TestAnotherRun:
    async def test_it_follows_on_and_tells_what_is_new(
        self, server: DemoServer, passing: Passing, tmp_path: Path
    ) -> None:
        file = tmp_path / "state" / "looks.json"

        def kept_following() -> bool:
            earlier = LookBook(file).earlier
            return bool(earlier) and earlier[-1].following

        async with following(server, passing, memory=Memory(looks=LookBook(file))) as story:
            await story.until(kept_following, "the look in the file")
        passing.later(timedelta(hours=3).total_seconds())
        server.arrive(4)
        async with exploring(server, query=WEEK, passing=passing, memory=Memory(looks=LookBook(file))) as story:
            await story.answered()
            await story.press("left_square_bracket")
            await story.until(lambda: story.screen._investigation.following, "following again")
            await story.answered()
            assert live(story).new_count == 4
            await story.shows("● LIVE")
