"""Following a query: what is asked, what comes of it, and that each record comes once; told by plain calls."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.session.growing_log import GrowingLog, Watch, at, entry, steadily
from tests.session.scene import NOW, frozen
from tui.domain.errors import Garbled, RateLimited, Unavailable, Unreachable
from tui.domain.page import SETTLE
from tui.domain.record import AuditRecord
from tui.session import follow
from tui.session.follow import DEEPER_PAGES, LATE, MOST_AT_ONCE, OVERLAP, REACH, Follower

DOWN = Unreachable("x")


def once(*records: AuditRecord) -> Counter[AuditRecord]:
    return Counter(records)


class TestLooks:
    def test_the_first_asks_for_everything_from_the_beginning_to_the_servers_present(self):
        watch = Watch(GrowingLog(), since=at(-600))
        watch.look()
        [request] = watch.requests
        assert (request.window.start, request.window.end) == (at(-600), NOW)
        assert (request.number, request.frozen_at) == (0, NOW)

    def test_each_later_one_asks_from_two_minutes_below_the_mark(self):
        watch = Watch(GrowingLog(), since=at(-600))
        watch.look()
        mark = watch.follower.mark
        watch.look()
        assert mark == NOW - SETTLE
        assert watch.requests[-1].window.start == mark - OVERLAP == NOW - REACH
        assert watch.requests[-1].window.end == watch.server_now

    def test_but_never_for_what_was_before_the_beginning(self):
        log = GrowingLog()
        log.add(entry(-1))
        watch = Watch(log)
        watch.keep_up(400)
        assert min(request.window.start for request in watch.requests) == NOW
        assert watch.names() == []

    def test_a_record_is_given_as_soon_as_it_is_seen_and_not_again(self):
        log = GrowingLog()
        log.add(entry(3))
        watch = Watch(log)
        watch.look()
        watch.look()
        assert watch.names() == []
        watch.look()
        assert watch.names() == ["3"]
        watch.keep_up(600)
        assert watch.names() == ["3"]
        assert watch.follower.looked_at == watch.follower.found == 1

    def test_only_what_fits_is_given_and_everything_is_counted(self):
        log = GrowingLog()
        log.add(entry(1, method="PUT"), entry(2, method="DELETE", response_status_code=500), entry(3, method="DELETE"))
        watch = Watch(log, "is:failed")
        watch.keep_up(10)
        assert watch.names() == ["2"]
        assert (watch.follower.looked_at, watch.follower.found) == (3, 1)

    def test_what_the_api_knows_is_asked_of_it(self):
        log = GrowingLog()
        log.add(entry(1, method="PUT"), entry(2, method="DELETE"))
        watch = Watch(log, "method:DELETE is:failed")
        watch.keep_up(10)
        assert {request.parameters for request in watch.requests} == {(("method", "DELETE"),)}
        assert watch.follower.looked_at == 1

    def test_a_query_of_several_streams_is_followed_as_what_they_have_in_common(self):
        watch = Watch(GrowingLog(), "method:DELETE status:403,404")
        watch.look()
        assert watch.requests[0].parameters == (("method", "DELETE"),)

    def test_a_record_whose_time_cannot_be_read_is_given_once_too(self):
        log = GrowingLog()
        log.add(entry(0, "odd", timestamp="yesterday"), time=at(5))
        watch = Watch(log)
        watch.keep_up(600)
        assert watch.names() == ["odd"]
        assert watch.follower.late == 0


class TestWhatWasThere:
    def test_it_is_early_until_the_present_has_been_reached(self):
        log = GrowingLog()
        steadily(log, range(-150, 0), rate=2)
        log.add(entry(1, "new"))
        watch = Watch(log, since=at(-150))
        before = watch.follower.caught_up
        watch.look()
        assert (before, watch.follower.caught_up) == (False, True)
        assert len(watch.arrivals) == 300
        assert all(early for _, early, _ in watch.arrivals)
        assert watch.follower.found == 0
        [new] = watch.look()
        assert (new.early, new.late) == (False, False)
        assert watch.follower.found == 1

    def test_from_now_on_nothing_was_there(self):
        log = GrowingLog()
        log.add(entry(-1), entry(1))
        watch = Watch(log, since=timedelta())
        watch.keep_up(10)
        assert watch.names() == ["1"]
        assert not watch.arrivals[0].early


class TestIdentity:
    def test_a_request_id_may_repeat(self):
        log = GrowingLog()
        log.add(entry(1, "a", uri="/v2/prompts/x"), entry(1, "a", uri="/v2/prompts/x/makeDefault"))
        log.add(entry(1, "a", uri="/v2/prompts/x", response_status_code=500), entry(2, "a", uri="/v2/prompts/x"))
        watch = Watch(log)
        watch.keep_up(600)
        assert watch.names() == ["a"] * 4
        assert len(watch.given) == 4

    def test_two_that_look_alike_are_two(self):
        log = GrowingLog()
        log.add(entry(1), entry(1))
        watch = Watch(log)
        watch.keep_up(600)
        assert watch.names() == ["1", "1"]

    @pytest.mark.parametrize("seed", range(5))
    def test_those_alike_but_for_what_tells_them_apart_are_each_given_whatever_their_order(self, seed: int):
        log = GrowingLog(shuffle=Random(seed))  # noqa: S311 - it shuffles pretend records
        for place in range(5):
            log.add(entry(1, client_ip=f"203.0.113.{place}"), late=30 * place)
        watch = Watch(log)
        watch.keep_up(600)
        assert sorted(record.client_ip for record in watch.given) == [f"203.0.113.{place}" for place in range(5)]

    def test_and_one_more_that_comes_later_is_one_more(self):
        log = GrowingLog()
        log.add(entry(1), entry(1))
        log.add(entry(1), late=100)
        watch = Watch(log)
        watch.keep_up(90)
        assert watch.names() == ["1", "1"]
        watch.keep_up(600)
        assert watch.names() == ["1", "1", "1"]
        assert watch.follower.late == 1


class TestLateOnes:
    @pytest.mark.parametrize("late", [6, 30, 59, 61, 119, 121, 170])
    def test_up_to_three_minutes_they_are_seen_and_counted_as_late(self, late: int):
        log = GrowingLog()
        steadily(log, range(300), rate=3)
        log.add(entry(20.5, "late"), late=late)
        watch = Watch(log)
        watch.keep_up(320)
        assert watch.given == log.visible(watch.server_now)
        assert [arrival.record.request_id for arrival in watch.arrivals if arrival.late] == ["rlate"]
        assert watch.follower.late == 1

    def test_a_few_seconds_are_not_late(self):
        log = GrowingLog()
        steadily(log, range(60))
        log.add(entry(20.5, "hardly"), late=LATE.total_seconds() - 1)
        watch = Watch(log)
        watch.keep_up(60)
        assert "hardly" in watch.names()
        assert watch.follower.late == 0

    def test_before_the_present_was_reached_nothing_counts_as_late(self):
        log = GrowingLog()
        log.add(entry(-100), late=99)
        watch = Watch(log, since=at(-200))
        watch.look()
        assert watch.names() == ["-100"]
        assert watch.follower.late == 0

    def test_they_make_the_next_look_come_sooner(self):
        log = GrowingLog()
        log.add(entry(10), late=100)
        watch = Watch(log)
        while not watch.look():
            pass
        assert watch.follower.rest(watch.now) == 1.0


class TestTheMark:
    def test_it_moves_only_over_settled_time(self):
        log = GrowingLog()
        steadily(log, range(300), rate=4)
        watch = Watch(log, since=at(-600))
        marks = []

        def check() -> None:
            marks.append(watch.follower.mark)
            assert watch.follower.mark <= watch.server_now - SETTLE

        watch.keep_up(300, meanwhile=check)
        assert marks == sorted(marks)
        assert marks[-1] > watch.server_now - 2 * SETTLE

    def test_nor_before_everything_above_it_has_been_read(self):
        log = GrowingLog()
        steadily(log, range(-600, 0))
        watch = Watch(log, since=at(-600))
        for _ in range(5):
            watch.ask()
            assert watch.follower.mark == at(-600)
        watch.look()
        assert watch.follower.mark == NOW - SETTLE

    def test_a_failure_on_the_way_leaves_it_where_it_is(self):
        log = GrowingLog()
        steadily(log, range(-600, 0))
        watch = Watch(log, since=at(-600))
        for _ in range(5):
            watch.ask()
            watch.ask(DOWN)
            assert watch.follower.mark == at(-600)

    def test_frontier_and_lag_tell_how_far_it_has_been_read_once(self):
        log = GrowingLog()
        watch = Watch(log, since=at(-600))
        assert watch.follower.lag(watch.now) == 600
        watch.look()
        assert (watch.follower.frontier, watch.follower.lag(watch.now)) == (NOW, 0)
        watch.look()
        assert watch.follower.lag(watch.now) == 2, "so old was the news before this look"
        watch.go_away(60)
        assert watch.follower.lag(watch.now) == 60


PAGINGS: list[dict[str, Any]] = [
    {},
    {"counts": "nothing"},
    {"counts": "page"},
    {"size": 20},
    {"size": 7},
    {"end_inclusive": False},
    {"start_inclusive": False},
    {"end_inclusive": False, "start_inclusive": False, "counts": "nothing"},
]
"""Ways in which the API may cut what it gives into pages."""


class TestCappedPages:
    def test_the_next_window_ends_where_the_page_did(self):
        log = GrowingLog()
        steadily(log, range(-250, 0))
        watch = Watch(log, since=at(-600))
        watch.look()
        ends = [request.window.end for request in watch.requests]
        assert ends[:2] == [NOW, at(-100) + timedelta(milliseconds=999)]
        assert {request.window.start for request in watch.requests} == {at(-600)}
        assert {request.number for request in watch.requests} == {0}
        assert watch.given == log.visible(NOW)

    @pytest.mark.parametrize("paging", PAGINGS, ids=str)
    def test_ties_across_the_edge_of_a_page_come_once_each(self, paging: dict[str, Any]):
        log = GrowingLog(**paging)
        steadily(log, range(-40, 0), rate=9)
        watch = Watch(log, since=at(-40.5))
        watch.look()
        assert watch.given == log.visible(NOW)

    @pytest.mark.parametrize("seed", range(5))
    def test_also_where_they_come_in_another_order_each_time(self, seed: int):
        log = GrowingLog(shuffle=Random(seed))  # noqa: S311 - it shuffles records
        steadily(log, range(-40, 0), rate=33)
        watch = Watch(log, since=at(-60))
        watch.look()
        assert watch.given == log.visible(NOW)

    def test_twins_that_the_edge_would_part_are_two(self):
        log = GrowingLog()
        steadily(log, range(-99, 0))
        log.add(entry(-100, "twin"), entry(-100, "twin"))
        watch = Watch(log, since=at(-600))
        watch.look()
        assert watch.names().count("twin") == 2

    @pytest.mark.parametrize("paging", PAGINGS, ids=str)
    @pytest.mark.parametrize("beside", [0, 1, 60])
    def test_a_second_may_hold_more_than_a_page(self, paging: dict[str, Any], beside: int):
        log = GrowingLog(**paging)
        steadily(log, [-9], rate=beside)
        steadily(log, [-10], rate=350)
        steadily(log, [-11], rate=beside)
        watch = Watch(log, since=at(-60))
        watch.look()
        assert watch.given == log.visible(NOW)

    def test_an_api_that_gives_one_page_for_ever_is_asked_no_more_than_it_takes(self):
        log = GrowingLog(repeats=True)
        steadily(log, range(-60, 0), rate=3)
        steadily(log, [-30], rate=200)
        watch = Watch(log, since=at(-60))
        watch.look()
        given, there = watch.given, log.visible(NOW)
        assert not given - there
        lost = {record.time for record in there - given}
        assert lost == {at(-30)}, "what is behind the page that comes for ever can't be had, and everything else can"
        assert len(watch.requests) < 20

    @pytest.mark.parametrize("repeats", [True, False])
    @pytest.mark.parametrize("counts", ["window", "page", "nothing"])
    def test_one_that_heeds_no_window_does_not_hold_it_for_ever(self, counts: Any, repeats: bool):
        log = GrowingLog(heedless=True, counts=counts, repeats=repeats)
        steadily(log, range(-500, 0))
        watch = Watch(log, since=at(-60))
        watch.look()
        watch.look()
        assert len(watch.requests) < 60
        assert set(watch.given.values()) == {1}

    def test_pages_of_times_that_cannot_be_read_are_gone_through_by_number(self):
        log = GrowingLog()
        for number in range(250):
            log.add(entry(0, number, timestamp="?"), time=at(-number))
        watch = Watch(log, since=at(-300))
        watch.look()
        assert [request.number for request in watch.requests] == [0, 1, 2]
        assert watch.given == log.visible(NOW)

    def test_while_pages_are_left_it_does_not_pause(self):
        log = GrowingLog()
        steadily(log, range(-450, 0))
        watch = Watch(log, since=at(-500))
        for _ in range(4):
            watch.ask()
            assert watch.follower.rest(watch.now) == 0
        watch.ask()
        assert watch.follower.rest(watch.now) > 0


class TestABusyLog:
    def test_a_look_reads_what_is_new_and_a_few_pages_of_what_is_not(self):
        log = GrowingLog()
        steadily(log, range(-300, 60), rate=20)
        watch = Watch(log, since=at(-300))
        watch.look()
        before = len(watch.requests)
        watch.look()
        new = [request for request in watch.requests[before:] if request.window.end > at(-11)]
        assert len(new) <= 4
        assert len(watch.requests) - before <= len(new) + 2 * DEEPER_PAGES

    @pytest.mark.parametrize("rate", [2, 30])
    def test_the_mark_keeps_up_however_much_comes_in(self, rate: int, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(follow, "PAGE_SIZE", 10)
        log = GrowingLog(size=10)
        steadily(log, range(400), rate=rate)
        log.add(entry(300.5, "late"), late=80)
        watch = Watch(log, took=0.01)
        behind, known = [], []

        def check() -> None:
            behind.append(watch.server_now - watch.follower.mark)
            known.append(len(watch.follower._known))

        watch.keep_up(400, meanwhile=check)
        watch.keep_up(900)
        assert max(behind) < 4 * SETTLE
        assert max(known) < (4 * SETTLE + OVERLAP + SETTLE).total_seconds() * rate
        assert watch.given == log.visible(watch.server_now)


class TestGaps:
    def test_what_came_while_nobody_looked_is_read_in_stretches_the_oldest_first(self):
        log = GrowingLog()
        steadily(log, range(4 * 3_600))
        watch = Watch(log)
        watch.look()
        watch.go_away(4 * 3_600)
        known: list[int] = []
        frontiers: list[timedelta] = []
        while watch.follower.frontier < at(4 * 3_600):
            watch.ask()
            known.append(len(watch.follower._known))
            frontiers.append(watch.follower.frontier - NOW)
        assert watch.given == log.visible(watch.server_now)
        assert len(set(frontiers)) >= 8
        assert frontiers == sorted(frontiers)
        assert max(known) <= 2 * MOST_AT_ONCE
        assert len(watch.requests) < 2 * 144 + 50
        assert watch.follower.late == 0

    @pytest.mark.parametrize("counts", ["nothing", "page"])
    def test_also_where_nobody_tells_how_much_it_is(self, counts: Any):
        log = GrowingLog(counts=counts)
        steadily(log, range(4 * 3_600))
        watch = Watch(log)
        watch.look()
        watch.go_away(4 * 3_600)
        known = []
        while watch.follower.frontier < at(4 * 3_600):
            watch.ask()
            known.append(len(watch.follower._known))
        assert watch.given == log.visible(watch.server_now)
        assert max(known) <= 2 * MOST_AT_ONCE
        assert len(watch.requests) < 6 * 144

    def test_of_a_busy_log_each_stretch_is_read_to_its_end_before_the_next(self):
        log = GrowingLog()
        steadily(log, range(1_800), rate=20)
        watch = Watch(log)
        watch.look()
        watch.go_away(1_800)
        known = []
        while watch.follower.frontier < at(1_800):
            watch.ask()
            known.append(len(watch.follower._known))
        assert watch.given == log.visible(watch.server_now)
        assert max(known) <= 20 * (REACH + timedelta(seconds=70)).total_seconds()
        assert watch.follower.mark > at(1_800) - REACH

    def test_at_the_beginning_it_is_no_different(self):
        log = GrowingLog()
        steadily(log, range(-9_000, 0))
        watch = Watch(log, since=timedelta(seconds=9_000))
        watch.look()
        assert watch.given == log.visible(NOW)
        assert all(early for _, early, _ in watch.arrivals)
        first = [record.time for record, _, _ in watch.arrivals[:100] if record.time]
        assert max(first) < at(-7_000)

    def test_nothing_of_it_is_late_and_the_lag_tells_how_far_it_is(self):
        log = GrowingLog()
        steadily(log, range(7_200))
        watch = Watch(log)
        watch.look()
        watch.go_away(7_200)
        assert watch.follower.lag(watch.now) == 7_200
        while watch.follower.frontier < at(3_000):
            watch.ask()
        assert 0 < watch.follower.lag(watch.now) <= 7_200
        watch.look()
        watch.look()
        assert watch.follower.lag(watch.now) < 5
        assert watch.follower.late == 0

    def test_an_outage_of_hours_is_a_gap_like_another(self):
        log = GrowingLog()
        steadily(log, range(7_200))
        watch = Watch(log)
        watch.look()
        while watch.server_now < at(7_200):
            watch.go_away(watch.follower.rest(watch.now))
            watch.ask(DOWN)
        watch.keep_up(30)
        assert watch.given == log.visible(watch.server_now)

    def test_what_comes_late_meanwhile_is_not_lost(self):
        log = GrowingLog()
        steadily(log, range(3_600), rate=2)
        for second in range(3_400, 3_590, 10):
            log.add(entry(second + 0.5, f"late-{second}"), late=150)
        watch = Watch(log)
        watch.look()
        watch.go_away(3_590)
        watch.keep_up(400)
        assert watch.given == log.visible(watch.server_now)


class TestClocks:
    @pytest.mark.parametrize("ahead", [3_600.4, 7.0, -7.0, -3_600.4])
    @pytest.mark.parametrize("since", [timedelta(), timedelta(minutes=10)], ids=str)
    def test_a_relative_beginning_is_told_by_the_servers_clock(self, ahead: float, since: timedelta):
        log = GrowingLog()
        steadily(log, range(-900, 30))
        watch = Watch(log, since=since, ahead=ahead)
        watch.keep_up(30)
        assert watch.follower.skew == pytest.approx(ahead, abs=1)
        expected = log.visible(watch.server_now, since=NOW - since)
        assert abs(len(watch.arrivals) - expected.total()) <= 2
        assert not watch.given - log.visible(watch.server_now)
        assert sum(early for _, early, _ in watch.arrivals) == pytest.approx(since.total_seconds(), abs=2)

    @pytest.mark.parametrize("ahead", [3_600.4, -3_600.4])
    def test_an_absolute_one_is_left_as_it_is(self, ahead: float):
        log = GrowingLog()
        steadily(log, range(-900, 30))
        watch = Watch(log, since=at(-600), ahead=ahead)
        watch.keep_up(35)
        assert watch.given == log.visible(watch.server_now, since=at(-600))
        assert sum(early for _, early, _ in watch.arrivals) == pytest.approx(600, abs=2)

    @pytest.mark.parametrize("ahead", [3_600.0, -3_600.0])
    def test_one_that_is_known_already_costs_no_request(self, ahead: float):
        log = GrowingLog()
        log.add(entry(-50))
        watch = Watch(log, since=timedelta(seconds=60), skew=ahead, ahead=ahead)
        watch.look()
        assert len(watch.requests) == 1
        assert watch.requests[0].window.end == NOW
        assert watch.names() == ["-50"]

    @pytest.mark.parametrize("ahead", [0.9, -0.9, 1.9])
    def test_a_second_or_two_is_none(self, ahead: float):
        log = GrowingLog()
        steadily(log, range(60))
        watch = Watch(log, ahead=ahead)
        watch.keep_up(70)
        assert watch.follower.skew == 0
        assert watch.given == log.visible(watch.server_now)

    def test_without_a_date_our_own_clock_holds(self):
        log = GrowingLog(dated=False)
        steadily(log, range(60))
        watch = Watch(log, since=timedelta(seconds=10))
        watch.keep_up(62)
        assert watch.follower.skew == 0
        assert watch.given == log.visible(watch.server_now)

    def test_without_a_date_what_is_known_of_it_holds(self):
        log = GrowingLog(dated=False)
        steadily(log, range(60))
        watch = Watch(log, since=timedelta(seconds=10), skew=3_600, ahead=3_600)
        watch.keep_up(62)
        assert watch.given == log.visible(watch.server_now)

    def test_where_ours_is_set_forward_nothing_is_passed_over(self):
        log = GrowingLog()
        steadily(log, range(300))
        watch = Watch(log)
        watch.keep_up(100)
        watch.now += timedelta(hours=1)
        watch._ahead -= timedelta(hours=1)
        watch.keep_up(205)
        assert watch.follower.mark <= watch.server_now - SETTLE
        assert watch.given == log.visible(watch.server_now)

    def test_where_ours_is_set_back_it_is_looked_at_once_and_nothing_is_passed_over(self):
        log = GrowingLog()
        steadily(log, range(300))
        watch = Watch(log)
        watch.keep_up(100)
        watch.now -= timedelta(hours=1)
        watch._ahead += timedelta(hours=1)
        assert watch.follower.rest(watch.now) == 0
        watch.keep_up(205)
        assert watch.given == log.visible(watch.server_now)

    def test_an_answer_that_took_its_time_only_makes_it_careful(self):
        log = GrowingLog()
        steadily(log, range(300))
        log.add(entry(110.5, "late"), late=150)
        watch = Watch(log)
        watch.keep_up(100)
        watch._took = timedelta(seconds=25)
        watch.look()
        watch._took = timedelta()
        watch.keep_up(205)
        assert watch.given == log.visible(watch.server_now)


class TestFailures:
    def test_a_look_goes_on_where_it_stopped(self):
        log = GrowingLog()
        steadily(log, range(-450, 0))
        watch = Watch(log, since=at(-500))
        watch.ask()
        watch.ask()
        watch.ask(Garbled("x"))
        watch.go_away(watch.follower.rest(watch.now))
        watch.ask()
        third, again = watch.requests[2:]
        assert (again.window, again.number) == (third.window, third.number)
        watch.look()
        assert watch.given == log.visible(NOW)
        assert len(watch.requests) == 6

    def test_also_among_what_lies_deeper(self):
        log = GrowingLog()
        steadily(log, range(-300, 60), rate=20)
        watch = Watch(log, since=at(-300))
        watch.look()
        watch.go_away(2)
        while watch.requests[-1].window.end > at(-20):
            watch.ask()
        watch.ask(DOWN)
        watch.ask()
        assert watch.requests[-1].window == watch.requests[-2].window

    def test_the_pause_is_the_longer_the_more_fail_in_a_row_and_then_as_usual(self):
        watch = Watch(GrowingLog())
        pauses = []
        for _ in range(6):
            watch.ask(DOWN)
            pauses.append(watch.follower.rest(watch.now))
            watch.go_away(pauses[-1])
        assert pauses == [2, 4, 8, 10, 10, 10]
        assert watch.follower.failures == 6
        watch.ask()
        assert (watch.follower.failures, watch.follower.problem) == (0, None)
        assert watch.follower.rest(watch.now) == 2

    @pytest.mark.parametrize(
        "error", [RateLimited("x", retry_after=45.0), Unavailable("x", status=503, retry_after=45.0)], ids=str
    )
    def test_what_the_server_asks_for_is_waited(self, error: RateLimited | Unavailable):
        watch = Watch(GrowingLog())
        watch.ask(error)
        assert watch.follower.rest(watch.now) == 45
        assert watch.follower.problem is error

    def test_what_came_meanwhile_is_read_then(self):
        log = GrowingLog()
        steadily(log, range(100))
        watch = Watch(log)
        watch.keep_up(10)
        for _ in range(9):
            watch.ask(DOWN)
            watch.go_away(watch.follower.rest(watch.now))
        watch.look()
        assert watch.given == log.visible(watch.server_now)


class TestPauses:
    def test_it_is_looked_sooner_after_a_hit_and_ever_less_often_while_nothing_comes(self):
        log = GrowingLog()
        log.add(entry(3))
        watch = Watch(log)
        pauses = []
        for _ in range(9):
            watch.look()
            pauses.append(watch.follower.rest(watch.now))
        assert pauses[:4] == [2, 3, 1, 2]
        assert pauses[-1] == 10

    def test_what_does_not_fit_is_no_hit(self):
        log = GrowingLog()
        log.add(entry(3))
        watch = Watch(log, "is:failed")
        watch.keep_up(60)
        assert watch.follower.rest(watch.now) == 10

    def test_the_usual_one_can_be_chosen(self):
        watch = Watch(GrowingLog(), pace=0.5)
        watch.look()
        assert watch.follower.rest(watch.now) == 0.5


class TestMemory:
    def test_what_can_not_come_again_is_forgotten(self):
        log = GrowingLog()
        steadily(log, range(2_000))
        watch = Watch(log)
        known = []
        watch.keep_up(2_000, meanwhile=lambda: known.append(len(watch.follower._known)))
        assert max(known) < (REACH + SETTLE).total_seconds()
        assert set(watch.given.values()) == {1}


class TestTheEnd:
    def test_it_is_finished_when_nothing_can_come_late_any_more(self):
        log = GrowingLog()
        steadily(log, range(100))
        log.add(entry(30.5, "late"), late=55)
        watch = Watch(log, until=at(30.9))
        while not watch.follower.finished:
            assert watch.server_now < at(200)
            watch.look()
        assert watch.server_now >= at(30) + SETTLE
        assert watch.given == log.visible(watch.server_now) - log.visible(watch.server_now, since=at(31))
        assert max(request.window.end for request in watch.requests) == at(30.9)
        assert watch.follower.lag(watch.now) <= 10

    def test_where_that_is_long_past_one_look_is_enough(self):
        log = GrowingLog()
        steadily(log, range(-500, -400))
        watch = Watch(log, since=at(-480), until=at(-450))
        watch.look()
        assert watch.follower.finished
        assert watch.follower.caught_up
        assert len(watch.arrivals) == 31

    def test_a_range_that_ends_before_it_begins_is_finished_at_once(self):
        assert Follower(frozen().plan, since=at(0), until=at(-1), now=NOW).finished

    def test_without_one_it_never_is(self):
        watch = Watch(GrowingLog())
        watch.keep_up(500)
        assert not watch.follower.finished
