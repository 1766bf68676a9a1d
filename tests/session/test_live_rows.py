"""Rows that come in above those of a frozen query, and an exploration that is followed; told by plain calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.session.growing_log import GrowingLog, at, entry, steadily
from tests.session.scene import NOW, ask, frozen, matcher_of
from tui.domain.errors import Unavailable
from tui.domain.page import Page
from tui.domain.record import AuditRecord
from tui.domain.time_range import Window
from tui.session.exploration import NOTHING, Change, Exploration, RowState
from tui.session.follow import REACH, Arrival, Follower
from tui.session.live import Live
from tui.session.live_rows import EDGE, Inserted, Newest


class Following:
    """An exploration of what is in a log, followed from the end of its window on, as a reader and a worker do it."""

    def __init__(
        self, log: GrowingLog, text: str = "", *, border: datetime = NOW - REACH, most: int | None = None
    ) -> None:
        self.log = log
        self.now = NOW
        self.exploration = Exploration()
        if most is not None:
            self.exploration._limits = replace(self.exploration._limits, live=most)
        query = frozen(text)
        self.query = replace(query, window=Window(query.window.start, border))
        self._fits = matcher_of(query)
        self.follower = Follower(query.plan, since=border - EDGE, now=NOW)
        self.live = Live(self.follower, most=self.exploration.most_live)

    def open(self) -> Change:
        """Ask, and look on until there are rows."""
        self.exploration.open(self.query, self._fits, live=self.live)
        self.exploration.look(0, 29, at=0)
        self.fetch()
        return self.collect()

    def fetch(self) -> None:
        """Have all pages fetched that the exploration wants."""
        while requests := self.exploration.next_requests():
            for request in requests:
                page = self.log.page(request, self.now, self.now)
                self.exploration.accept(request, page, [self._fits(record) for record in page.records])

    def collect(self) -> Change:
        """Look once for what came in; what that changed."""
        change = self._look()
        while not self.follower.rest(self.now):
            change = self._look()
        return change

    def _look(self) -> Change:
        page = self.log.page(self.follower.next_request(self.now), self.now, self.now)
        arrivals = self.follower.take(page, [self._fits(record) for record in page.records], self.now)
        return self.exploration.arrive(self.live, arrivals, self.now)

    def later(self, seconds: float) -> Change:
        """Let time pass, and let in what came meanwhile."""
        self.now += timedelta(seconds=seconds)
        self.collect()
        return self.exploration.let_in()

    @property
    def rows(self) -> list[AuditRecord]:
        """The rows that are here, which have to stand in order."""
        rows = list(self.exploration.loaded_rows())
        assert [row for row, _ in rows] == list(range(len(rows)))
        assert all(self.exploration.record(row) == record for row, record in rows)
        return [record for _, record in rows]

    def names(self) -> list[str]:
        return [record.request_id.removeprefix("r") for record in self.rows]


def opened(log: GrowingLog, text: str = "", **options: Any) -> Following:
    following = Following(log, text, **options)
    assert following.open().fresh
    return following


def settled(log: GrowingLog, count: int, *, newest: int = -600) -> None:
    """Put records into a log that were there long before."""
    steadily(log, range(newest - count + 1, newest + 1))


class TestTheBeginning:
    def test_there_are_no_rows_before_what_comes_in_has_been_caught_up_with(self):
        log = GrowingLog()
        settled(log, 3)
        following = Following(log)
        following.exploration.open(following.query, following._fits, live=following.live)
        following.fetch()
        assert not following.exploration.started
        assert following.collect().fresh
        assert following.exploration.row_count == 3

    def test_nor_before_the_first_page_is_here(self):
        log = GrowingLog()
        settled(log, 3)
        steadily(log, range(-100, -90))
        following = Following(log)
        following.exploration.open(following.query, following._fits, live=following.live)
        assert following.collect() == NOTHING
        [request] = following.exploration.next_requests()
        page = log.page(request, NOW, NOW)
        change = following.exploration.accept(request, page, [True] * 3)
        assert change == Change(0, 12, count=True, fresh=True)
        assert following.names() == [f"{-91 - n}-0" for n in range(10)] + ["-600-0", "-601-0", "-602-0"]

    def test_the_rows_of_the_query_before_stay_meanwhile(self):
        log = GrowingLog()
        settled(log, 3)
        following = opened(log)
        other = Following(log, "is:failed")
        following.exploration.open(other.query, other._fits, live=other.live)
        assert following.exploration.row_count == 3
        assert following.exploration.live is other.live

    def test_what_comes_in_for_another_query_is_left_to_that(self):
        log = GrowingLog()
        settled(log, 3)
        following = opened(log)
        other = Live(Follower(frozen().plan, since=NOW, now=NOW), most=10)
        assert following.exploration.arrive(other, [Arrival(entry(1), early=False, late=False)], NOW) == NOTHING
        assert following.exploration.let_in() == NOTHING
        assert len(other) == 1

    def test_nothing_there_is_nothing_and_then_the_first_row(self):
        log = GrowingLog()
        log.add(entry(1))
        following = opened(log)
        assert (following.exploration.row_count, following.exploration.finished) == (0, True)
        following.later(2)
        assert following.names() == ["1"]


class TestComingIn:
    def test_they_come_in_at_the_top(self):
        log = GrowingLog()
        settled(log, 250)
        steadily(log, range(1, 4), rate=2)
        following = opened(log)
        change = following.later(4)
        assert change.count
        assert change.inserted is not None
        assert len(change.inserted) == 6
        assert (change.first, change.last) == (0, 255)
        assert following.exploration.row_count == 256
        assert following.names()[:7] == ["3-1", "3-0", "2-1", "2-0", "1-1", "1-0", "-600-0"]

    def test_late_ones_where_they_belong_in_time(self):
        log = GrowingLog()
        settled(log, 2)
        steadily(log, range(1, 60, 10))
        log.add(entry(25, "late"), late=100)
        following = opened(log)
        following.later(100)
        change = following.later(60)
        assert following.names() == ["51-0", "41-0", "31-0", "late", "21-0", "11-0", "1-0", "-600-0", "-601-0"]
        assert change.inserted is not None
        assert [change.inserted.moved(row) for row in range(8)] == [0, 1, 2, 4, 5, 6, 7, 8]
        assert following.follower.late == 1

    def test_with_nothing_to_let_in_nothing_changes(self):
        following = opened(GrowingLog())
        assert following.later(5) == NOTHING

    def test_held_back_they_wait(self):
        log = GrowingLog()
        settled(log, 2)
        steadily(log, range(1, 4))
        following = opened(log)
        following.live.paused = True
        assert following.later(5) == NOTHING
        assert (len(following.live), following.exploration.row_count) == (3, 2)
        following.live.paused = False
        assert following.exploration.let_in().count
        assert following.names()[:3] == ["3-0", "2-0", "1-0"]

    def test_the_pages_below_are_still_asked_for_and_drawn_where_they_are_now(self):
        log = GrowingLog()
        settled(log, 1_000)
        steadily(log, range(1, 21))
        following = opened(log)
        following.later(30)
        exploration = following.exploration
        exploration.look(520, 549, at=10)
        assert exploration.record(520) is None
        assert exploration.state(520) is RowState.PENDING
        requests = exploration.next_requests()
        assert [request.number for request in requests] == [5, 6]
        page = log.page(requests[0], following.now, following.now)
        change = exploration.accept(requests[0], page, [True] * 100)
        assert (change.first, change.last) == (520, 619)
        assert exploration.record(520) == entry(-1_100, "-1100-0")
        failed = exploration.fail(requests[1], Unavailable("x", status=503))
        assert (failed.first, failed.last) == (620, 719)
        assert exploration.state(620) is RowState.FAILED

    def test_the_view_stays_on_its_rows_and_so_does_what_is_wanted_beside_it(self):
        log = GrowingLog()
        settled(log, 1_000)
        steadily(log, range(1, 201))
        following = opened(log)
        following.exploration.look(520, 549, at=10)
        following.exploration.want(810)
        following.later(205)
        assert [request.number for request in following.exploration.next_requests()] == [5, 8]

    def test_what_is_taken_over_by_a_scan_keeps_what_came_in(self):
        log = GrowingLog()
        settled(log, 300)
        steadily(log, range(1, 4))
        following = opened(log, "method:PUT")
        following.later(5)
        assert following.names() == []
        exploration = following.exploration
        exploration.arrive(following.live, [Arrival(entry(4, method="PUT"), early=False, late=False)], following.now)
        exploration.let_in()
        exploration.look(0, 29, at=10)
        assert following.names() == ["4"]

    def test_one_whose_time_cannot_be_read_has_a_row_and_no_request(self):
        log = GrowingLog()
        settled(log, 2)
        log.add(entry(0, "odd", timestamp="?"), time=at(2))
        following = opened(log)
        following.later(5)
        assert following.names()[0] == "odd"
        assert following.exploration.request_for(0) is None


class TestTheBorder:
    """Between the rows of the frozen query and those that come in nothing is lost or doubled, wherever the API draws
    the line."""

    @pytest.mark.parametrize("end_inclusive", [True, False])
    @pytest.mark.parametrize("start_inclusive", [True, False])
    @pytest.mark.parametrize("rate", [1, 3, 40, 70, 250])
    @pytest.mark.parametrize("border", [-180.0, -180.4])
    @pytest.mark.parametrize("text", ["", "uri:~prompts"])
    def test_every_record_has_one_row(
        self, start_inclusive: bool, end_inclusive: bool, rate: int, border: float, text: str
    ):
        log = GrowingLog(start_inclusive=start_inclusive, end_inclusive=end_inclusive)
        steadily(log, range(-190, -175), rate=rate)
        steadily(log, [-100, -1, 1])
        following = opened(log, text, border=at(border))
        following.later(2)
        exploration = following.exploration
        for row in range(0, 20 * rate, 30):
            exploration.look(row, row + 29, at=row)
            exploration.go_on()
            following.fetch()
        rows = following.rows
        assert len(rows) == len(set(rows)) == 15 * rate + 3
        times = [record.time for record in rows if record.time]
        assert times == sorted(times, reverse=True)
        assert exploration.row_count == 15 * rate + 3

    def test_twins_on_it_are_two(self):
        log = GrowingLog()
        settled(log, 2)
        log.add(entry(-180, "twin"), entry(-180, "twin"), entry(-179, "pair"), entry(-179, "pair"))
        following = opened(log)
        assert following.names()[:4] == ["pair", "pair", "twin", "twin"]

    def test_a_query_of_several_streams_has_one_too(self):
        log = GrowingLog()
        for second in range(-200, -160):
            log.add(entry(second, method=("PUT", "DELETE", "POST")[second % 3], response_status_code=403 + second % 2))
        following = opened(log, "status:403,404")
        following.fetch()
        assert following.names() == [str(second) for second in range(-161, -201, -1)]

    def test_what_was_looked_at_counts_once(self):
        log = GrowingLog()
        settled(log, 10)
        steadily(log, range(-182, 0))
        following = opened(log)
        assert following.exploration.total == following.exploration.row_count == 192
        assert following.exploration.scanned == 192


class TestBounds:
    def crowded(self, *, paused: bool = False) -> Following:
        """Ten rows at most come in above three that were there; thirteen did."""
        log = GrowingLog()
        settled(log, 3)
        steadily(log, range(1, 14))
        log.add(entry(1.5, "late"), late=60)
        log.add(entry(12.5, "tardy"), late=60)
        following = opened(log, most=10)
        following.live.paused = paused
        following.later(8)
        following.later(8)
        following.live.paused = False
        following.exploration.let_in()
        return following

    @pytest.mark.parametrize("paused", [False, True])
    def test_the_oldest_leave_with_those_of_the_query_first(self, paused: bool):
        following = self.crowded(paused=paused)
        assert following.names() == [f"{second}-0" for second in range(13, 3, -1)]
        assert following.exploration.row_count == 10
        [notice] = following.exploration.notices
        assert "10" in notice

    def test_the_number_of_all_is_not_known_then_and_no_more_is_fetched(self):
        exploration = self.crowded().exploration
        assert not exploration.extent_known
        assert (exploration.total, exploration.at_most) == (None, None)
        exploration.look(0, 200, at=50)
        assert exploration.next_requests() == []
        assert exploration.paused is None

    def test_a_page_that_was_under_way_is_dropped(self):
        log = GrowingLog()
        settled(log, 500)
        steadily(log, range(1, 14))
        following = opened(log, most=10)
        following.exploration.look(200, 229, at=10)
        [request, *_] = following.exploration.next_requests()
        following.later(20)
        page = log.page(request, following.now, following.now)
        following.exploration.accept(request, page, [True] * len(page.records))
        assert following.names() == [f"{second}-0" for second in range(13, 3, -1)]

    @pytest.mark.parametrize("paused", [False, True])
    def test_what_comes_late_leaves_no_hole(self, paused: bool):
        following = self.crowded(paused=paused)
        following.later(100)
        assert following.names() == ["13-0", "tardy", *(f"{second}-0" for second in range(12, 4, -1))]

    @pytest.mark.parametrize("paused", [False, True])
    def test_what_left_is_new_to_nobody(self, paused: bool):
        following = self.crowded(paused=paused)
        assert following.live.new_count == 10
        assert all(following.live.is_new(record) for record in following.rows)

    def test_the_rows_that_stay_keep_their_order_in_the_change(self):
        log = GrowingLog()
        settled(log, 3)
        steadily(log, range(1, 9))
        steadily(log, range(21, 26))
        following = opened(log, most=10)
        following.later(10)
        before = following.rows
        change = following.later(20)
        assert change.inserted is not None
        after = following.rows
        for row, record in enumerate(before[:5]):
            assert after[change.inserted.moved(row)] == record
        assert [record.request_id for record in change.inserted.gone] == ["r3-0", "r2-0", "r1-0"]

    def test_a_long_follow_takes_no_more_memory_than_a_short_one(self):
        log = GrowingLog()
        steadily(log, range(3_000))
        following = opened(log, most=100)
        sizes = []
        for _ in range(100):
            following.later(30)
            sizes.append((following.exploration.row_count, len(following.live), following.live.new_count))
        assert set(sizes[-50:]) == {(100, 0, 100)}


class TestWhatIsShown:
    def test_the_window_goes_on_to_where_it_was_looked(self):
        following = opened(GrowingLog())
        shown = following.exploration.shown
        assert shown is not None
        assert (shown.window.start, shown.window.end) == (following.query.window.start, NOW)
        following.later(60)
        shown = following.exploration.shown
        assert shown is not None
        assert shown.window.end == shown.frozen_at == at(60)
        assert following.exploration.frozen == following.query

    def test_of_a_query_that_is_not_followed_it_is_its_own(self):
        exploration = Exploration()
        ask(exploration)
        [request] = exploration.next_requests()
        exploration.accept(request, Page((), 0), [])
        assert exploration.shown == exploration.frozen == frozen()

    def test_a_row_that_came_in_is_asked_for_by_its_id_where_others_came_with_it(self):
        log = GrowingLog()
        settled(log, 5)
        steadily(log, [3], rate=200)
        following = opened(log)
        following.later(5)
        request = following.exploration.request_for(150)
        assert request is not None
        page = log.page(request, following.now, following.now)
        assert page.records == (following.exploration.record(150),)
        assert request.ticket == following.exploration.ticket

    def test_one_without_an_id_by_its_time(self):
        log = GrowingLog()
        log.add(entry(3, request_id=""))
        following = opened(log)
        following.later(5)
        request = following.exploration.request_for(0)
        assert request is not None
        assert request.parameters == ()
        assert request.window == Window(at(2), at(4))

    def test_a_row_below_is_on_the_page_it_always_was_on(self):
        log = GrowingLog()
        settled(log, 150)
        steadily(log, [1, 2])
        following = opened(log)
        following.later(5)
        request = following.exploration.request_for(102)
        assert request is not None
        assert (request.number, request.window) == (1, following.query.window)


class TestStopping:
    def test_what_waits_is_let_in_and_the_rows_stay(self):
        log = GrowingLog()
        settled(log, 2)
        steadily(log, range(1, 4))
        following = opened(log)
        following.live.paused = True
        following.later(5)
        change = following.exploration.stop_following()
        assert change.inserted is not None
        assert following.exploration.live is None
        assert following.names() == ["3-0", "2-0", "1-0", "-600-0", "-601-0"]
        assert following.exploration.shown is not None
        assert following.exploration.shown.window.end == at(5)

    def test_nothing_comes_in_any_more(self):
        log = GrowingLog()
        steadily(log, range(1, 4))
        following = opened(log)
        following.exploration.stop_following()
        assert following.later(5) == NOTHING
        assert following.exploration.row_count == 0

    def test_where_nothing_is_followed_nothing_happens(self):
        assert Exploration().stop_following() == NOTHING

    def test_coming_back_to_rows_that_were_followed_they_are_followed_on(self):
        log = GrowingLog()
        settled(log, 2)
        steadily(log, range(1, 100))
        following = opened(log)
        following.later(5)
        held = following.exploration.hold()
        ask(following.exploration, "is:failed")
        following.fetch()
        elsewhere = following.exploration.live
        following.exploration.restore(held)
        assert (elsewhere, following.exploration.live) == (None, following.live)
        following.later(96)
        assert len(following.rows) == 101


class TestNewest:
    def ages(self, newest: Newest) -> list[str]:
        return [record.request_id.removeprefix("r") for record in newest.records]

    def test_each_has_its_place_above_those_of_its_time(self):
        newest = Newest(NOW)
        assert newest.let_in([entry(3), entry(1)]) == [0, 0]
        assert newest.let_in([entry(4), entry(3, "3b"), entry(2), entry(0)]) == [0, 0, 1, 2]
        assert self.ages(newest) == ["4", "3b", "3", "2", "1", "0"]

    def test_those_of_one_time_that_come_together_keep_their_order(self):
        newest = Newest(NOW)
        newest.let_in([entry(1, "a"), entry(1, "b")])
        newest.let_in([entry(1, "c"), entry(1, "d")])
        assert self.ages(newest) == ["c", "d", "a", "b"]

    def test_one_whose_time_cannot_be_read_is_the_newest_of_its_moment(self):
        newest = Newest(NOW)
        newest.let_in([entry(0, "odd", timestamp="?")])
        newest.let_in([entry(1), entry(0, "odder", timestamp="?")])
        assert self.ages(newest) == ["1", "odder", "odd"]

    def test_the_oldest_leave(self):
        newest = Newest(NOW)
        newest.let_in([entry(second) for second in range(5, 0, -1)])
        assert [record.request_id for record in newest.keep(3)] == ["r2", "r1"]
        assert newest.let_in([entry(2)]) == [3]


@pytest.mark.parametrize(
    ("places", "moved"), [([], [0, 1, 2, 3]), ([0], [1, 2, 3, 4]), ([1, 1, 3], [0, 3, 4, 6]), ([9], [0, 1, 2, 3])]
)
def test_rows_below_those_that_came_in_have_other_numbers(places: Sequence[int], moved: list[int]):
    assert [Inserted(places).moved(row) for row in range(4)] == moved
