"""An exploration decides what to fetch and notices what is wrong with what comes; told by plain calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.errors import Unavailable
from tui.domain.page import PAGE_SIZE, Page, PageRequest
from tui.domain.query import AuditQuery
from tui.domain.record import AuditRecord
from tui.domain.time_range import TimeRange
from tui.session import BURST_SECONDS, Change, Exploration, RowState

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)


def record(number: int, **fields: object) -> AuditRecord:
    return AuditRecord.model_validate({"request_id": f"r{number}", "uri": f"/v2/prompts/{number}", **fields})


def page_of(request: PageRequest, total: int | None, *, log_size: int | None = None) -> Page:
    """The page a well-behaved server of `log_size` records answers with."""
    size = log_size if log_size is not None else total or 0
    start = request.number * request.size
    return Page(tuple(record(n) for n in range(start, min(start + request.size, size))), total)


def opened(query: AuditQuery | None = None) -> Exploration:
    exploration = Exploration()
    exploration.open((query or AuditQuery()).freeze(NOW))
    exploration.look(0, 29, at=0)
    return exploration


def first_page(exploration: Exploration, total: int | None, *, log_size: int | None = None) -> Change:
    [request] = exploration.next_requests()
    return exploration.accept(request, page_of(request, total, log_size=log_size))


def numbers(requests: list[PageRequest]) -> list[int]:
    return [request.number for request in requests]


class TestTheFirstPage:
    def test_it_is_the_only_one_asked_for_until_it_is_here(self):
        exploration = opened()
        assert numbers(exploration.next_requests()) == [0]
        assert exploration.next_requests() == []

    def test_its_total_gives_the_table_all_its_rows(self):
        exploration = opened()
        change = first_page(exploration, 48_211)
        assert change.count
        assert exploration.row_count == 48_211
        assert exploration.extent_known
        assert exploration.loaded == 100

    def test_an_empty_answer_is_an_answer(self):
        exploration = opened()
        first_page(exploration, 0)
        assert exploration.started
        assert exploration.row_count == 0
        assert exploration.next_requests() == []


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

    def test_no_page_is_fetched_twice(self):
        exploration = opened()
        first_page(exploration, 150)
        [request] = exploration.next_requests()
        exploration.accept(request, page_of(request, 150))
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

    def test_memory_is_bounded_and_what_was_let_go_is_asked_for_again(self):
        exploration = Exploration(kept_pages=3)
        exploration.open(AuditQuery().freeze(NOW))
        exploration.look(0, 29, at=0)
        for step in range(6):
            exploration.look(step * 100, step * 100 + 29, at=step)
            for request in exploration.next_requests():
                exploration.accept(request, page_of(request, 10_000))
        assert exploration.record(0) is None
        exploration.look(0, 29, at=9)
        assert 0 in numbers(exploration.next_requests())


class TestAnotherQuery:
    def test_a_late_answer_to_the_old_one_changes_nothing(self):
        exploration = opened()
        [late] = exploration.next_requests()
        exploration.open(AuditQuery().with_("status", "500").freeze(NOW))
        assert exploration.accept(late, page_of(late, 10_000)) == Change()
        assert exploration.fail(late, Unavailable("x", status=500)) == Change()
        assert not exploration.started
        assert exploration.problem is None

    def test_the_rows_of_the_old_one_stay_until_the_new_one_answers(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.open(AuditQuery().with_("uri", "/v2/prompts/1").freeze(NOW))
        assert exploration.row_count == 10_000
        assert exploration.record(0) == record(0)
        [request] = exploration.next_requests()
        change = exploration.accept(request, Page((record(1),), 1))
        assert change.fresh
        assert exploration.row_count == 1
        assert exploration.record(0) == record(1)

    def test_and_stay_for_good_where_it_fails(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.open(AuditQuery().with_("status", "500").freeze(NOW))
        [request] = exploration.next_requests()
        exploration.fail(request, Unavailable("The API is down.", status=503))
        assert exploration.problem is not None
        assert exploration.record(0) == record(0)
        assert exploration.next_requests() == []

    def test_a_record_can_be_found_again_among_the_new_rows(self):
        exploration = opened()
        first_page(exploration, 10_000)
        exploration.open(AuditQuery().freeze(NOW))
        [request] = exploration.next_requests()
        exploration.accept(request, Page((record(90_000), record(90_001), *map(record, range(98))), 10_002))
        assert exploration.row_of(record(7)) == 9
        assert exploration.row_of(record(99)) is None


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
        exploration.accept(request, page_of(request, None, log_size=130))
        assert exploration.row_count == 130
        assert exploration.extent_known

    def test_a_total_that_counts_only_the_page_is_found_out(self):
        exploration = opened()
        first_page(exploration, 100, log_size=250)
        [probe] = exploration.next_requests()
        assert probe.number == 1
        exploration.accept(probe, page_of(probe, 100, log_size=250))
        assert exploration.row_count > 200
        assert "less than what it gives" in exploration.notices[0]

    def test_a_total_of_exactly_one_page_is_confirmed(self):
        exploration = opened()
        first_page(exploration, 100)
        [probe] = exploration.next_requests()
        exploration.accept(probe, Page((), 0))
        assert exploration.row_count == 100
        assert exploration.notices == []

    def test_a_server_of_smaller_pages_is_walked_in_its_own_steps(self):
        exploration = opened()
        [request] = exploration.next_requests()
        exploration.accept(request, Page(tuple(record(n) for n in range(50)), 180))
        exploration.look(120, 149, at=1)
        requests = exploration.next_requests()
        assert [(r.number, r.size) for r in requests] == [(2, 50), (3, 50)]
        assert exploration.record(49) is not None

    def test_a_page_that_repeats_for_ever_ends_the_rows(self):
        exploration = opened()
        rows = tuple(record(n) for n in range(100))
        [request] = exploration.next_requests()
        exploration.accept(request, Page(rows, None))
        [request] = exploration.next_requests()
        exploration.accept(request, Page(rows, None))
        assert exploration.row_count == 100
        assert exploration.next_requests() == []


class TestWhatIsTold:
    def test_records_that_stand_on_two_pages(self):
        exploration = opened()
        first_page(exploration, 1_000)
        [request] = exploration.next_requests()
        exploration.accept(request, Page(tuple(record(n) for n in range(97, 197)), 1_000))
        [notice] = exploration.notices
        assert notice.startswith("3 records stand on page 1 and again on page 2: the log moved while reading")

    def test_a_total_that_moves(self):
        exploration = opened()
        first_page(exploration, 1_000)
        [request] = exploration.next_requests()
        exploration.accept(request, page_of(request, 1_004))
        assert "moved from 1,000 to 1,004" in exploration.notices[0]
        assert exploration.row_count == 1_000

    def test_rows_that_were_not_delivered(self):
        exploration = opened()
        first_page(exploration, 1_000)
        [request] = exploration.next_requests()
        exploration.accept(request, Page(tuple(record(n) for n in range(100, 197)), 1_000))
        assert exploration.notices == ["Rows 198–200 were not delivered by the API."]
        assert exploration.state(199) is RowState.MISSING

    def test_a_filter_that_was_not_honoured(self):
        exploration = opened(AuditQuery().with_("country", "DE"))
        [request] = exploration.next_requests()
        exploration.accept(request, Page((record(1, country="DE"), record(2, country="FR")), 2))
        assert exploration.notices == [
            "The API did not honour the filter Country: rows that don't fit it are shown too."
        ]

    def test_what_a_source_has_to_say_is_told_once(self):
        exploration = opened()
        [request] = exploration.next_requests()
        exploration.accept(request, Page((record(1),), 1, notes=("Asked without the organisation id.",) * 2))
        assert exploration.notices == ["Asked without the organisation id."]


class TestTheServersClock:
    def test_a_query_pinned_by_a_clock_far_off_is_pinned_again_once(self):
        exploration = opened()
        [request] = exploration.next_requests()
        ahead = Page((record(1),), 1, server_time=NOW + timedelta(minutes=5), skew=300.0)
        assert exploration.accept(request, ahead).repin
        assert exploration.now(NOW) == NOW + timedelta(minutes=5)
        exploration.open(AuditQuery().freeze(exploration.now(NOW)))
        [request] = exploration.next_requests()
        assert not exploration.accept(request, ahead).repin

    def test_an_absolute_range_has_no_need_of_it(self):
        exploration = opened(AuditQuery(TimeRange(NOW - timedelta(hours=2), NOW - timedelta(hours=1))))
        [request] = exploration.next_requests()
        assert not exploration.accept(request, Page((record(1),), 1, server_time=NOW, skew=300.0)).repin


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
                exploration.accept(request, page_of(request, total))
        assert all(exploration.record(row) is not None for row in range(first, min(first + height, total)))
    assert len(asked) == len(set(asked)) <= total // PAGE_SIZE + 2
    assert exploration.row_count == total
    assert exploration.notices == []
