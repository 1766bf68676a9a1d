"""Where the API does the whole query, any row is one request away; what is wrong with its pages is noticed and told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.session.scene import Log, first_page, give, numbers, opened, page_of, read, record, shown
from tui.domain.errors import Unavailable
from tui.domain.page import PAGE_SIZE, Page
from tui.session.exploration import BURST_SECONDS, Exploration, Pause, RowState


class TestWhatIsFetched:
    def test_the_pages_in_view_and_one_ahead_in_the_direction_of_travel(self):
        exploration = opened()
        first_page(exploration, 10_000)
        assert numbers(exploration.next_requests()) == [1]

    def test_going_up_the_one_ahead_lies_above(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.look(5_030, 5_060, at=1)
        exploration.look(5_010, 5_040, at=2)
        assert numbers(exploration.next_requests()) == [50, 49]

    def test_at_most_two_are_in_flight_and_those_in_view_go_first(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.look(4_990, 5_020, at=1)
        assert numbers(exploration.next_requests()) == [49, 50]
        assert exploration.next_requests() == []

    def test_the_end_of_a_million_rows_is_one_request(self):
        exploration = opened()
        first_page(exploration, 1_000_000)
        exploration.look(999_960, 999_999, at=1)
        assert exploration.rest(at=1) == 0
        assert numbers(exploration.next_requests()) == [9_999]

    def test_a_row_that_is_wanted_beside_the_view(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.want(777)
        assert numbers(exploration.next_requests()) == [7, 1]
        exploration.give_up()
        exploration.want(1_234)
        exploration.look(1_200, 1_229, at=1)
        assert numbers(exploration.next_requests()) == [12, 13]
        exploration.give_up()
        exploration.want(None)
        exploration.look(0, 29, at=2)
        assert numbers(exploration.next_requests()) == []

    def test_no_page_is_fetched_twice(self):
        exploration = opened()
        first_page(exploration, 150)
        [request] = exploration.next_requests()
        give(exploration, request, page_of(request, 150))
        assert exploration.finished
        exploration.look(100, 129, at=1)
        exploration.look(0, 29, at=2)
        assert exploration.next_requests() == []

    def test_a_burst_of_page_downs_is_passed_over_until_the_view_rests(self):
        exploration = opened()
        first_page(exploration, 10_000)
        for step in range(1, 200):
            exploration.look(step * 40, step * 40 + 39, at=step * 0.03)
        last = 199 * 0.03
        assert exploration.rest(at=last) > 0
        assert exploration.rest(at=last + BURST_SECONDS) == 0

    def test_a_held_arrow_key_never_waits(self):
        exploration = opened()
        first_page(exploration, 10_000)
        for step in range(1, 90):
            exploration.look(step, step + 29, at=step * 0.03)
            assert exploration.rest(at=step * 0.03) == 0

    def test_a_single_page_down_does_not_wait(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.look(40, 69, at=10)
        assert exploration.rest(at=10) == 0

    def test_nothing_waits_to_be_told_to_go_on(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.go_on(everything=True)
        assert exploration.paused is None
        assert numbers(exploration.next_requests()) == [1]

    def test_memory_is_bounded_and_what_was_let_go_is_asked_for_again(self):
        exploration = opened(exploration=Exploration(kept_pages=3))
        for step in range(6):
            exploration.look(step * 100, step * 100 + 29, at=step)
            for request in exploration.next_requests():
                give(exploration, request, page_of(request, 10_000))
        assert exploration.record(0) is None
        assert len(list(exploration.loaded_rows())) == 300
        exploration.look(0, 29, at=9)
        assert 0 in numbers(exploration.next_requests())

    def test_a_failed_page_holds_up_no_other(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.look(450, 520, at=1)
        failed, _ = exploration.next_requests()
        exploration.fail(failed, Unavailable("x", status=503))
        assert numbers(exploration.next_requests()) == [6]

    def test_the_request_that_a_row_came_by(self):
        exploration = opened("status:500")
        [request] = exploration.next_requests()
        give(exploration, request, Page(tuple(record(n, response_status_code=500) for n in range(50)), 180))
        later = exploration.request_for(120)
        assert later is not None
        assert (later.number, later.size, later.parameters) == (2, 50, (("response_status_code", "500"),))


class TestWhereTheRowsEnd:
    def test_without_a_total_there_is_always_a_page_to_go_on_to(self):
        exploration = opened()
        first_page(exploration, None, log_size=250)
        assert exploration.row_count == 200
        assert not exploration.extent_known

    def test_a_short_page_is_the_end(self):
        exploration = opened()
        first_page(exploration, None, log_size=130)
        exploration.look(100, 129, at=1)
        [request] = exploration.next_requests()
        give(exploration, request, page_of(request, None, log_size=130))
        assert exploration.row_count == 130
        assert exploration.extent_known

    def test_a_total_that_counts_only_the_page_is_found_out(self):
        exploration = opened()
        first_page(exploration, 100, log_size=250)
        [probe] = exploration.next_requests()
        assert probe.number == 1
        give(exploration, probe, page_of(probe, 100, log_size=250))
        assert exploration.row_count > 200
        assert "less than what it gives" in exploration.notices[0]

    def test_a_total_of_exactly_one_page_is_confirmed(self):
        exploration = opened()
        first_page(exploration, 100)
        [probe] = exploration.next_requests()
        give(exploration, probe, Page((), 0))
        assert exploration.row_count == 100
        assert exploration.next_requests() == []
        assert exploration.notices == []

    def test_a_server_of_smaller_pages_is_walked_in_its_own_steps(self):
        exploration = opened()
        [request] = exploration.next_requests()
        give(exploration, request, Page(tuple(record(n) for n in range(50)), 180))
        exploration.look(120, 149, at=1)
        requests = exploration.next_requests()
        assert [(r.number, r.size) for r in requests] == [(2, 50), (3, 50)]
        assert exploration.record(49) is not None

    def test_a_page_that_repeats_for_ever_ends_the_rows(self):
        exploration = opened()
        rows = tuple(record(n) for n in range(100))
        for _ in range(2):
            [request] = exploration.next_requests()
            give(exploration, request, Page(rows, None))
        assert exploration.row_count == 100
        assert exploration.next_requests() == []
        assert exploration.notices == ["The API repeats page 1 for ever: the rows end there."]


class TestWhatIsTold:
    def test_records_that_stand_on_two_pages(self):
        exploration = opened()
        first_page(exploration, 1_000)
        [request] = exploration.next_requests()
        give(exploration, request, Page(tuple(record(n) for n in range(97, 197)), 1_000))
        [notice] = exploration.notices
        assert notice.startswith("3 records stand on page 1 and again on page 2: the log moved while reading")

    def test_a_total_that_moves(self):
        exploration = opened()
        first_page(exploration, 1_000)
        [request] = exploration.next_requests()
        give(exploration, request, page_of(request, 1_004))
        assert "moved from 1,000 to 1,004" in exploration.notices[0]
        assert exploration.row_count == 1_000

    def test_rows_that_were_not_delivered(self):
        exploration = opened()
        first_page(exploration, 1_000)
        [request] = exploration.next_requests()
        give(exploration, request, Page(tuple(record(n) for n in range(100, 197)), 1_000))
        assert exploration.notices == ["Rows 198–200 were not delivered by the API."]
        assert exploration.state(199) is RowState.MISSING


class TestAFilterThatIsNotHonoured:
    LOG = tuple(record(n, country="FR" if n % 10 == 3 else "DE", response_status_code=200) for n in range(450))
    NOTICE = "The API did not honour country:DE: each record is checked here, and only those that fit are shown."

    def test_is_told_and_what_does_not_fit_is_never_shown(self):
        exploration = opened("country:DE status:200")
        log = Log(streams=[self.LOG])
        [request] = exploration.next_requests()
        assert give(exploration, request, log.page(request)).fresh
        assert exploration.scanning
        assert exploration.row_count == exploration.loaded == 90
        assert exploration.notices == [self.NOTICE]
        exploration.go_on(everything=True)
        read(exploration, log)
        assert shown(exploration) == [f"r{n}" for n in range(450) if n % 10 != 3]
        assert exploration.finished
        assert exploration.notices == [self.NOTICE]

    def test_once_it_shows_on_a_later_page_the_rows_are_read_through_from_what_is_here(self):
        honoured = [record(n, country="DE") for n in range(1_000)]
        exploration = opened("country:DE")
        log = Log(streams=[honoured])
        read(exploration, log)
        assert log.asked == [(0, 0), (0, 1)]
        assert not exploration.scanning
        honoured[333] = record(333, country="FR")
        exploration.look(320, 349, at=1)
        third, fourth = exploration.next_requests()
        change = give(exploration, third, log.page(third))
        assert change.fresh
        assert change.count
        assert exploration.row_count == 200
        give(exploration, fourth, log.page(fourth))
        exploration.go_on(everything=True)
        log.asked.clear()
        read(exploration, log)
        assert shown(exploration) == [f"r{n}" for n in range(1_000) if n != 333]
        assert log.asked == [(0, 2), *((0, number) for number in range(5, 10))]

    def test_however_many_rows_were_there_the_reader_need_not_tell_it_to_go_on(self):
        exploration = opened("country:DE")
        log = Log(streams=[[record(n, country="FR" if n == 2_550 else "DE") for n in range(5_000)]])
        for first in range(0, 2_600, 100):
            exploration.look(first, first + 99, at=first)
            read(exploration, log)
        assert exploration.scanning
        assert exploration.paused is Pause.SCREEN

    def test_pages_that_failed_far_away_do_not_hold_that_up(self):
        exploration = opened("country:DE")
        log = Log(streams=[[*(record(n, country="DE") for n in range(9_999)), record(9_999, country="FR")]])
        read(exploration, log)
        exploration.look(9_850, 9_910, at=1)
        failed, last = exploration.next_requests()
        exploration.fail(failed, Unavailable("x", status=503))
        give(exploration, last, log.page(last))
        assert exploration.scanning
        exploration.look(0, 29, at=2)
        exploration.go_on()
        assert numbers(exploration.next_requests()) == [2, 3]


@given(
    st.integers(0, 2_000),
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(1, 60), st.floats(0.0, 1.0)), max_size=20),
)
def test_whatever_is_looked_at_is_there_once_everything_asked_for_has_come(
    total: int, looks: list[tuple[int, int, float]]
):
    exploration = opened()
    at = 0.0
    asked: list[int] = []
    for first, height, pause in [(0, 30, 0.0), *looks]:
        at += pause
        first = min(first, max(0, exploration.row_count - height))
        exploration.look(first, first + height - 1, at)
        while requests := exploration.next_requests():
            asked += numbers(requests)
            for request in requests:
                give(exploration, request, page_of(request, total))
        assert all(exploration.record(row) is not None for row in range(first, min(first + height, total)))
    assert len(asked) == len(set(asked)) <= total // PAGE_SIZE + 2
    assert exploration.row_count == total
    assert exploration.notices == []
