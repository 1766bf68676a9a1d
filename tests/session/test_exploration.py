"""An exploration asks, takes in what comes, and keeps what is there; told by plain calls."""

from __future__ import annotations

from datetime import timedelta

from tests.session.scene import (
    NOW,
    Log,
    ask,
    first_page,
    frozen,
    give,
    matcher_of,
    numbers,
    opened,
    page_of,
    read,
    record,
    shown,
)
from tui.domain.errors import Unavailable
from tui.domain.page import Origin, Page
from tui.session.exploration import Change, Exploration, RowState


class TestTheFirstPage:
    def test_it_is_the_only_one_asked_for_until_it_is_here(self):
        exploration = opened()
        assert numbers(exploration.next_requests()) == [0]
        assert exploration.next_requests() == []

    def test_its_total_gives_the_table_all_its_rows(self):
        exploration = opened()
        change = first_page(exploration, 48_211)
        assert change == Change(0, 48_210, count=True, fresh=True)
        assert exploration.row_count == exploration.total == 48_211
        assert exploration.extent_known
        assert exploration.loaded == 100

    def test_an_empty_answer_is_an_answer(self):
        exploration = opened()
        first_page(exploration, 0)
        assert exploration.started
        assert exploration.finished
        assert exploration.row_count == 0
        assert exploration.next_requests() == []

    def test_before_it_there_is_nothing(self):
        exploration = Exploration()
        assert exploration.next_requests() == []
        assert not exploration.started
        assert not exploration.finished
        assert not exploration.extent_known
        assert exploration.row_count == 0
        assert exploration.record(0) is None
        assert exploration.request_for(0) is None
        assert exploration.paused is None


class TestAnotherQuery:
    def test_a_late_answer_to_the_old_one_changes_nothing(self):
        exploration = opened()
        [late] = exploration.next_requests()
        ask(exploration, "status:500")
        assert give(exploration, late, page_of(late, 10_000)) == Change()
        assert exploration.fail(late, Unavailable("x", status=500)) == Change()
        assert not exploration.started
        assert exploration.problem is None

    def test_the_rows_of_the_old_one_stay_until_the_new_one_answers(self):
        exploration = opened()
        first_page(exploration, 10_000)
        ask(exploration, "uri:/v2/prompts/1")
        assert exploration.row_count == 10_000
        assert exploration.record(0) == record(0)
        [request] = exploration.next_requests()
        change = give(exploration, request, Page((record(1),), 1))
        assert change.fresh
        assert exploration.row_count == 1
        assert exploration.record(0) == record(1)

    def test_and_where_it_is_read_in_streams_until_each_of_them_has_answered(self):
        exploration = opened()
        first_page(exploration, 10_000)
        ask(exploration, "status:403,404")
        first, second = exploration.next_requests()
        assert give(exploration, second, Page((record(1, response_status_code=404),), 1)) == Change()
        assert exploration.row_count == 10_000
        assert give(exploration, first, Page((record(0, response_status_code=403),), 1)).fresh
        assert shown(exploration) == ["r0", "r1"]

    def test_and_stay_for_good_where_it_fails(self):
        exploration = opened()
        first_page(exploration, 10_000)
        ask(exploration, "status:500")
        [request] = exploration.next_requests()
        exploration.fail(request, Unavailable("The API is down.", status=503))
        assert str(exploration.problem) == "The API is down."
        assert exploration.record(0) == record(0)
        assert exploration.next_requests() == []
        ask(exploration)
        assert exploration.problem is None
        assert numbers(exploration.next_requests()) == [0]

    def test_a_record_can_be_found_again_among_the_new_rows(self):
        exploration = opened()
        first_page(exploration, 10_000)
        ask(exploration)
        [request] = exploration.next_requests()
        give(exploration, request, Page((record(90_000), record(90_001), *map(record, range(98))), 10_002))
        assert exploration.row_of(record(7)) == 9
        assert exploration.row_of(record(99)) is None

    def test_the_worker_checks_by_the_one_that_it_fetches_for(self):
        exploration = opened()
        first_page(exploration, 10_000)
        assert not exploration.matches_here
        query = frozen("is:failed")
        matcher = matcher_of(query)
        exploration.open(query, matcher)
        assert exploration.matcher is matcher
        assert exploration.matches_here


class TestFailures:
    def test_a_failed_page_says_so_in_its_rows_and_keeps_the_others(self):
        exploration = opened()
        first_page(exploration, 1_000)
        [request] = exploration.next_requests()
        change = exploration.fail(request, Unavailable("The API is down.", status=503))
        assert (change.first, change.last) == (100, 199)
        assert exploration.state(150) is RowState.FAILED
        assert exploration.record(50) is not None
        assert str(exploration.problem) == "The API is down."

    def test_it_is_not_asked_for_again_until_the_reader_says_so(self):
        exploration = opened()
        [request] = exploration.next_requests()
        exploration.fail(request, Unavailable("x", status=503))
        assert exploration.next_requests() == []
        exploration.retry()
        assert numbers(exploration.next_requests()) == [0]

    def test_after_a_cancelled_fetch_the_same_page_can_be_asked_for(self):
        exploration = opened()
        exploration.next_requests()
        exploration.give_up()
        assert not exploration.loading
        assert numbers(exploration.next_requests()) == [0]


class TestWhatIsTold:
    def test_what_a_source_has_to_say_is_told_once(self):
        exploration = opened()
        [request] = exploration.next_requests()
        give(exploration, request, Page((record(1),), 1, notes=("Asked without the organisation id.",) * 2))
        assert exploration.notices == ["Asked without the organisation id."]

    def test_what_each_of_several_streams_has_to_say(self):
        exploration = opened("status:403,404")
        for request, origin in zip(exploration.next_requests(), (Origin.API, Origin.CACHE), strict=True):
            give(exploration, request, Page((), 0, origin, notes=(f"From {origin}.",)))
        assert exploration.notices == ["From api.", "From cache."]
        assert exploration.origins == {Origin.API, Origin.CACHE}


class TestTheServersClock:
    def test_a_query_pinned_by_a_clock_far_off_is_pinned_again_once(self):
        exploration = opened()
        [request] = exploration.next_requests()
        ahead = Page((record(1),), 1, server_time=NOW + timedelta(minutes=5), skew=300.0)
        assert give(exploration, request, ahead).repin
        assert exploration.now(NOW) == NOW + timedelta(minutes=5)
        ask(exploration)
        [request] = exploration.next_requests()
        assert not give(exploration, request, ahead).repin

    def test_an_absolute_range_has_no_need_of_it(self):
        exploration = opened("created:2026-11-22T18:00..2026-11-22T19:00")
        [request] = exploration.next_requests()
        assert not give(exploration, request, Page((record(1),), 1, server_time=NOW, skew=300.0)).repin


class TestGoingBack:
    def test_held_rows_are_there_again_at_once_with_all_that_was_told_of_them(self):
        exploration = opened()
        [request] = exploration.next_requests()
        give(exploration, request, Page(tuple(map(record, range(100))), 10_000, notes=("A note.",)))
        held = exploration.hold()
        ask(exploration, "is:failed")
        read(exploration, Log([record(n, response_status_code=500) for n in range(7)]))
        assert exploration.row_count == 7
        exploration.restore(held)
        assert exploration.row_count == 10_000
        assert exploration.record(42) == record(42)
        assert exploration.notices == ["A note."]
        assert exploration.frozen == frozen()

    def test_answers_to_the_query_that_was_left_are_dropped(self):
        exploration = opened()
        first_page(exploration, 10_000)
        held = exploration.hold()
        ask(exploration, "status:500")
        [late] = exploration.next_requests()
        exploration.restore(held)
        assert exploration.asked is None
        assert give(exploration, late, Page((), 0)) == Change()
        assert exploration.row_count == 10_000

    def test_reading_goes_on_from_there(self):
        exploration = opened()
        first_page(exploration, 10_000)
        [late] = exploration.next_requests()
        held = exploration.hold()
        ask(exploration, "status:500")
        first_page(exploration, 0)
        exploration.restore(held)
        [request] = exploration.next_requests()
        assert request.number == late.number == 1
        assert request.ticket != late.ticket
        give(exploration, request, page_of(request, 10_000))
        assert exploration.record(199) == record(199)

    def test_a_scan_too_is_taken_up_where_it_was_left(self):
        log = Log([record(n, response_status_code=500 if n % 3 else 200) for n in range(5_000)])
        exploration = opened("is:failed", Exploration(budget=1_000), height=1_000)
        read(exploration, log)
        held = exploration.hold()
        ask(exploration, "status:200")
        read(exploration, log)
        exploration.restore(held)
        exploration.look(0, 999, at=1)
        assert exploration.scanned == 1_000
        exploration.go_on(everything=True)
        log.asked.clear()
        read(exploration, log)
        assert shown(exploration) == [f"r{n}" for n in range(5_000) if n % 3]
        assert log.asked == [(0, n) for n in range(10, 50)]
