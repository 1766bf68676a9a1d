"""Rows are found by reading streams newest first: in order, each once, within a budget, and with honest counts."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.session.scene import NOW, Log, ask, first_page, frozen, give, numbers, opened, read, record, shown
from tui.domain.errors import QueryTooSlow, Unavailable
from tui.domain.matching import Matcher
from tui.domain.page import Page, PageRequest
from tui.domain.plan import FrozenQuery, Plan
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.session.exploration import BUDGET, NOTHING, Exploration, Pause, RowState


def failing(*numbers: int, of: int) -> list[AuditRecord]:
    """A log of so many records, of which those with these numbers failed."""
    return [record(n, response_status_code=500 if n in numbers else 200) for n in range(of)]


def every(step: int, *, of: int) -> list[AuditRecord]:
    return failing(*range(0, of, step), of=of)


def at(second: int, name: str, **fields: object) -> AuditRecord:
    """A record called `name`, so many seconds before now."""
    return record(0, second, **{"request_id": name, **fields})


def unlimited(text: str = "") -> Exploration:
    return opened(text, Exploration(budget=None))


class TestAScan:
    def test_matches_are_rows_as_they_are_found(self):
        exploration = opened("is:failed")
        log = Log(failing(3, 150, of=1_000))
        [request] = exploration.next_requests()
        change = give(exploration, request, log.page(request))
        assert change.fresh
        assert shown(exploration) == ["r3"]
        second, third = exploration.next_requests()
        change = give(exploration, second, log.page(second))
        assert (change.first, change.last, change.count, change.fresh) == (1, 1, True, False)
        assert shown(exploration) == ["r3", "r150"]
        assert not give(exploration, third, log.page(third)).count
        assert exploration.row_count == exploration.loaded == 2

    def test_the_records_looked_at_are_counted_beside_those_there_are(self):
        exploration = opened("is:failed")
        log = Log(failing(3, of=250))
        [request] = exploration.next_requests()
        give(exploration, request, log.page(request))
        assert exploration.scanning
        assert not exploration.merged
        assert (exploration.scanned, exploration.total, exploration.at_most) == (100, 250, 250)
        assert (exploration.extent_known, exploration.finished) == (False, False)
        read(exploration, log)
        assert (exploration.scanned, exploration.total) == (250, 250)
        assert (exploration.extent_known, exploration.finished) == (True, True)
        assert exploration.paused is None

    def test_whoever_reads_to_the_end_may_let_go_of_what_was_seen(self):
        exploration, log = unlimited("is:failed"), Log(failing(3, 150, 240, of=250))
        [request] = exploration.next_requests()
        give(exploration, request, log.page(request))
        exploration.let_go(exploration.row_count)
        read(exploration, log)
        assert exploration.row_count == exploration.loaded == 3
        assert [exploration.record(0), *shown(exploration)] == [None, "r150", "r240"]

    def test_two_pages_fly_together_and_none_beyond_the_end(self):
        exploration = opened("is:failed")
        log = Log(failing(of=250))
        first = exploration.next_requests()
        assert numbers(first) == [0]
        give(exploration, first[0], log.page(first[0]))
        assert numbers(exploration.next_requests()) == [1, 2]

    def test_an_answer_that_comes_before_its_turn_is_held_back(self):
        exploration = opened("is:failed")
        log = Log(failing(150, 250, of=400))
        [request] = exploration.next_requests()
        give(exploration, request, log.page(request))
        second, third = exploration.next_requests()
        give(exploration, third, log.page(third))
        assert exploration.scanned == 100
        assert shown(exploration) == []
        assert exploration.next_requests() == []
        give(exploration, second, log.page(second))
        assert exploration.scanned == 300
        assert shown(exploration) == ["r150", "r250"]

    def test_a_row_knows_the_request_it_came_by(self):
        exploration = opened("is:failed method:DELETE")
        log = Log(streams=[[r.model_copy(update={"method": "DELETE"}) for r in failing(1, 222, of=300)]])
        read(exploration, log)
        request = exploration.request_for(1)
        assert request is not None
        assert (request.number, request.parameters) == (2, (("method", "DELETE"),))
        assert record(222, response_status_code=500, method="DELETE") in log.page(request).records
        assert exploration.request_for(2) is None

    def test_a_record_is_found_again_by_all_that_tells_it_apart(self):
        exploration = opened("is:failed")
        twice = [at(1, "r", uri="/a", response_status_code=500), at(1, "r", uri="/b", response_status_code=500)]
        read(exploration, Log(twice))
        assert [exploration.row_of(one) for one in twice] == [0, 1]
        assert exploration.row_of(at(1, "r", uri="/c")) is None

    def test_a_row_that_was_not_found_yet_is_pending(self):
        exploration = opened("is:failed")
        read(exploration, Log(failing(of=10)))
        assert exploration.record(0) is None
        assert exploration.state(0) is RowState.PENDING


class TestStreams:
    def test_are_merged_by_time(self):
        exploration = opened("status:403,404")
        log = Log([record(n, response_status_code=(403, 404, 200)[n % 3]) for n in range(900)])
        exploration.go_on(everything=True)
        read(exploration, log)
        exploration.go_on(everything=True)
        read(exploration, log)
        assert shown(exploration) == [f"r{n}" for n in range(900) if n % 3 < 2]
        assert exploration.merged
        assert not exploration.scanning
        assert exploration.total == exploration.scanned == 600

    def test_what_happened_at_once_stands_in_their_order(self):
        exploration = opened("status:403,404")
        log = Log(
            streams=[
                [at(2, "a1", response_status_code=403), at(3, "a2", response_status_code=403)],
                [at(1, "b1", response_status_code=404), at(2, "b2", response_status_code=404),
                 at(3, "b3", response_status_code=404)],
            ]
        )  # fmt: skip
        read(exploration, log)
        assert shown(exploration) == ["b1", "a1", "b2", "a2", "b3"]

    def test_a_record_whose_time_cannot_be_read_stays_behind_the_one_before_it(self):
        exploration = opened("status:403,404")
        odd = at(0, "odd", response_status_code=403).model_copy(update={"timestamp": "noon"})
        log = Log(
            streams=[
                [at(5, "a1", response_status_code=403), odd, at(9, "a2", response_status_code=403)],
                [odd.model_copy(update={"request_id": "first", "response_status_code": 404}),
                 at(4, "b1", response_status_code=404), at(6, "b2", response_status_code=404)],
            ]
        )  # fmt: skip
        read(exploration, log)
        assert shown(exploration) == ["first", "b1", "a1", "odd", "b2", "a2"]

    def test_that_overlap_give_what_they_share_once(self):
        created = [record(n, method="POST", action="create" if n % 2 else "") for n in range(60)]
        others = [record(n, method="PUT", action="create") for n in range(60, 80)]
        exploration = opened("op:create")
        read(exploration, Log([*created, *others]))
        assert shown(exploration) == [f"r{n}" for n in range(80)]
        assert exploration.scanning
        assert exploration.total is None
        assert exploration.at_most == exploration.scanned == 60 + 50

    def test_what_one_of_them_holds_twice_stays_twice(self):
        twin = record(5, method="POST", action="create")
        exploration = opened("op:create")
        read(exploration, Log([twin, twin, record(6, method="POST")]))
        assert shown(exploration) == ["r5", "r5", "r6"]

    def test_records_that_differ_in_anything_at_all_are_not_the_same(self):
        exploration = opened("res:prompts,configs")
        read(exploration, Log([record(1, resource_type="prompts"), record(1, resource_type="configs")]))
        assert shown(exploration) == ["r1", "r1"]

    def test_those_read_back_the_least_are_read_next(self):
        exploration = opened("status:403,404,409 country:none")
        paces = (1, 50, 2)
        streams = [[record(n, pace * n, response_status_code=500, country="DE") for n in range(500)] for pace in paces]
        log = Log(streams=streams)
        while exploration.asked:
            for request in exploration.next_requests():
                give(exploration, request, log.page(request))
        exploration.give_up()
        assert [(r.branch, r.number) for r in exploration.next_requests()] == [(0, 1), (2, 1)]

    def test_one_with_much_that_waits_is_not_read_on(self):
        exploration = opened("status:403,404")
        recent = [record(n, response_status_code=403) for n in range(1_000)]
        older = [record(n, 2_000 + n, response_status_code=404) for n in range(1_000)]
        log = Log(streams=[recent, older])
        for request in exploration.next_requests():
            give(exploration, request, log.page(request))
        assert exploration.row_count == 100
        exploration.go_on(everything=True)
        assert [(r.branch, r.number) for r in exploration.next_requests()] == [(0, 1)]

    def test_what_runs_ahead_of_a_page_that_is_long_in_coming_is_bounded(self):
        exploration = unlimited("status:403,404")
        streams = [[record(n, response_status_code=status) for n in range(5_000)] for status in (403, 404)]
        log = Log(streams=streams)
        for request in exploration.next_requests():
            give(exploration, request, log.page(request))
        slow = 0
        while requests := exploration.next_requests():
            for request in requests:
                if request.branch == 0:
                    slow += 1
                else:
                    give(exploration, request, log.page(request))
        assert slow == 1
        assert len(log.asked) < 6

    def test_that_turn_out_empty_leave_one_that_is_addressed(self):
        exploration = opened("status:403,404,409")
        log = Log([record(n, response_status_code=404) for n in range(5_000)])
        read(exploration, log)
        assert exploration.row_count == exploration.total == 5_000
        assert not exploration.merged
        assert log.asked == [(0, 0), (1, 0), (2, 0), (1, 1)]
        exploration.look(4_970, 4_999, at=1)
        [request] = exploration.next_requests()
        assert (request.branch, request.number) == (1, 49)
        assert request.parameters == (("response_status_code", "404"),)

    def test_that_are_all_empty_are_an_answer(self):
        exploration = opened("status:403,404")
        read(exploration, Log())
        assert exploration.finished
        assert exploration.row_count == exploration.total == 0

    def test_a_filter_that_is_not_honoured_is_told_and_doubles_nothing(self):
        everything = [record(n, response_status_code=(403, 404, 200)[n % 3]) for n in range(90)]
        exploration = opened("status:403,404")
        read(exploration, Log(streams=[everything, everything]))
        assert shown(exploration) == [f"r{n}" for n in range(90) if n % 3 < 2]
        assert exploration.scanning
        assert not exploration.merged
        assert [notice[:41] for notice in exploration.notices] == ["The API did not honour status:403,404: ea"]


class TestWaiting:
    def test_a_scan_waits_after_its_budget_and_goes_on_when_told_to(self):
        exploration = opened("is:failed")
        log = Log(failing(of=10_000))
        read(exploration, log)
        assert exploration.scanned == BUDGET
        assert exploration.paused is Pause.BUDGET
        exploration.look(0, 29, at=9)
        assert exploration.next_requests() == []
        exploration.go_on()
        read(exploration, log)
        assert exploration.scanned == 2 * BUDGET
        assert exploration.paused is Pause.BUDGET

    def test_it_waits_once_there_is_more_than_the_reader_can_see(self):
        exploration = opened("is:failed", height=20)
        read(exploration, Log(every(2, of=10_000)))
        assert exploration.paused is Pause.SCREEN
        assert 60 <= exploration.row_count <= 60 + 2 * 50

    def test_and_goes_on_by_itself_as_the_reader_scrolls(self):
        exploration = opened("is:failed", height=20)
        log = Log(every(2, of=10_000))
        for first in range(0, 4_000, 20):
            exploration.look(first, first + 19, at=first)
            read(exploration, log)
            assert exploration.paused is Pause.SCREEN
            assert exploration.row_count >= first + 60
        assert exploration.scanned > 3 * BUDGET

    def test_told_to_go_on_it_goes_past_a_full_screen(self):
        exploration = opened("is:failed", height=20)
        log = Log(every(2, of=10_000))
        read(exploration, log)
        scanned = exploration.scanned
        exploration.go_on()
        read(exploration, log)
        assert exploration.scanned == scanned + BUDGET
        assert exploration.paused is Pause.SCREEN

    def test_a_row_wanted_beyond_those_found_keeps_it_going(self):
        exploration = opened("is:failed", height=20)
        log = Log(every(2, of=10_000))
        read(exploration, log)
        exploration.want(500)
        read(exploration, log)
        assert exploration.record(500) is not None
        exploration.want(None)
        assert exploration.paused is Pause.SCREEN

    def test_told_to_read_everything_it_does(self):
        exploration = opened("is:failed")
        log = Log(every(2, of=10_000))
        read(exploration, log)
        exploration.go_on(everything=True)
        read(exploration, log)
        assert exploration.finished
        assert exploration.row_count == 5_000

    def test_where_nobody_looks_on_it_never_waits(self):
        exploration = unlimited("is:failed")
        read(exploration, Log(every(2, of=10_000)))
        assert exploration.finished
        assert exploration.row_count == 5_000

    def test_where_nobody_looks_on_what_the_api_does_alone_is_read_to_the_end_too(self):
        exploration = unlimited("status:500")
        read(exploration, Log(every(2, of=10_000)))
        assert exploration.finished
        assert not exploration.scanning
        assert exploration.total == exploration.row_count == 5_000

    def test_more_matches_than_may_be_kept_end_it_and_it_says_so(self):
        exploration = opened("is:failed", Exploration(budget=None, kept_matches=300))
        read(exploration, Log(every(2, of=10_000)))
        assert exploration.paused is Pause.HELD
        assert 300 <= exploration.row_count <= 400
        assert not exploration.finished
        assert "the most that are kept" in exploration.notices[0]
        exploration.go_on(everything=True)
        assert exploration.next_requests() == []

    def test_stopped_it_keeps_what_is_there_and_loses_nothing_by_it(self):
        exploration = opened("is:failed")
        log = Log(every(100, of=1_000))
        [request] = exploration.next_requests()
        give(exploration, request, log.page(request))
        cancelled = exploration.next_requests()
        exploration.give_up()
        assert not exploration.loading
        assert shown(exploration) == ["r0"]
        exploration.go_on()
        assert numbers(exploration.next_requests()) == numbers(cancelled) == [1, 2]
        for late in cancelled:
            give(exploration, late, log.page(late))
            give(exploration, late, log.page(late))
        read(exploration, log)
        assert shown(exploration) == [f"r{n}" for n in range(0, 1_000, 100)]

    def test_stopped_it_no_longer_reads_everything(self):
        exploration = opened("is:failed")
        log = Log(failing(of=10_000))
        exploration.go_on(everything=True)
        [request] = exploration.next_requests()
        give(exploration, request, log.page(request))
        exploration.go_on(everything=True)
        exploration.give_up()
        read(exploration, log)
        assert exploration.paused is Pause.BUDGET
        assert exploration.scanned == 100 + BUDGET


class TestFailures:
    def test_a_scan_stands_still_at_a_page_that_failed_and_takes_it_up_again(self):
        exploration = opened("is:failed")
        log = Log(every(50, of=600))
        [request] = exploration.next_requests()
        give(exploration, request, log.page(request))
        second, third = exploration.next_requests()
        assert exploration.fail(second, Unavailable("The API is down.", status=503)).count is False
        give(exploration, third, log.page(third))
        assert exploration.next_requests() == []
        assert str(exploration.problem) == "The API is down."
        assert shown(exploration) == ["r0", "r50"]
        exploration.retry()
        assert numbers(exploration.next_requests()) == [1]
        exploration.give_up()
        read(exploration, log)
        assert shown(exploration) == [f"r{n}" for n in range(0, 600, 50)]

    def test_no_stream_runs_on_while_another_lacks_a_page(self):
        exploration = unlimited("status:403,404")
        log = Log([record(n, response_status_code=403 + n % 2) for n in range(2_000)])
        for request in exploration.next_requests():
            give(exploration, request, log.page(request))
        failed, other = exploration.next_requests()
        exploration.fail(failed, Unavailable("x", status=503))
        give(exploration, other, log.page(other))
        assert exploration.next_requests() == []

    def test_an_expression_that_takes_too_long_is_a_problem_like_another(self):
        exploration = opened("is:failed")
        [request] = exploration.next_requests()
        assert exploration.fail(request, QueryTooSlow("The expression /x/ takes too long.")) == NOTHING
        assert isinstance(exploration.problem, QueryTooSlow)


class TestAnApiThatIsNotAsItShouldBe:
    @pytest.mark.parametrize("size", [1, 7, 50, 99])
    def test_smaller_pages_are_walked_in_their_own_steps(self, size: int):
        exploration = unlimited("is:failed")
        log = Log(every(3, of=150), sizes=[size])
        read(exploration, log)
        assert shown(exploration) == [f"r{n}" for n in range(0, 150, 3)]
        assert exploration.notices == []

    @pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 250])
    def test_without_a_total_a_short_or_empty_page_is_the_end(self, count: int):
        exploration = unlimited("is:failed")
        read(exploration, Log(every(1, of=count), counts=False))
        assert exploration.finished
        assert exploration.row_count == exploration.scanned == exploration.total == count
        assert exploration.notices == []

    def test_a_total_that_counts_only_the_page_is_found_out(self):
        exploration = unlimited("is:failed")
        records = every(1, of=250)
        while requests := exploration.next_requests():
            for request in requests:
                rows = records[request.number * 100 : request.number * 100 + 100]
                give(exploration, request, Page(tuple(rows), len(rows)))
        assert exploration.row_count == 250
        assert "less than what it gives" in exploration.notices[0]

    def test_a_total_that_is_too_high_is_told(self):
        exploration = unlimited("is:failed")
        records = every(1, of=250)
        while requests := exploration.next_requests():
            for request in requests:
                give(exploration, request, Page(tuple(records[request.number * 100 :][:100]), 1_000))
        assert exploration.finished
        assert exploration.row_count == 250
        assert exploration.notices == ["750 of 1,000 records were not delivered by the API."]

    def test_rows_that_a_page_leaves_out_are_told_at_the_end(self):
        exploration = unlimited("is:failed")
        records = every(1, of=300)
        while requests := exploration.next_requests():
            for request in requests:
                rows = records[request.number * 100 :][: 97 if request.number == 1 else 100]
                give(exploration, request, Page(tuple(rows), 300))
        assert exploration.row_count == 297
        assert exploration.notices == ["3 of 300 records were not delivered by the API."]

    def test_a_log_that_moves_while_it_is_read_repeats_no_row_and_is_read_to_its_end(self):
        exploration = unlimited("is:failed")
        log = Log(every(1, of=300))
        [request] = exploration.next_requests()
        give(exploration, request, log.page(request))
        log.records = [*(record(1_000 + n, n, response_status_code=500) for n in range(3)), *log.records]
        read(exploration, log)
        assert shown(exploration) == [f"r{n}" for n in range(300)]
        assert exploration.notices[0].startswith("The total moved from 300 to 303")
        assert exploration.notices[1].startswith("3 records stand on page 1 and again on page 2: the log moved")

    def test_a_page_that_repeats_for_ever_ends_the_stream(self):
        exploration = unlimited("is:failed")
        rows = tuple(every(1, of=100))
        while requests := exploration.next_requests():
            for request in requests:
                give(exploration, request, Page(rows, 100_000))
        assert exploration.finished
        assert exploration.row_count == exploration.scanned == 100
        assert exploration.notices == ["The API repeats page 1 for ever: the rows end there."]


@st.composite
def streams(draw: st.DrawFn) -> list[list[AuditRecord]]:
    """One to four streams, newest first, that share some of their records; some of these have no time."""
    count = draw(st.integers(1, 4))
    members = st.sets(st.integers(0, count - 1), min_size=1)
    drawn = draw(st.lists(st.tuples(st.integers(0, 12), st.sampled_from((200, 500)), members), max_size=40))
    drawn.sort(key=lambda one: one[0])
    timeless = draw(st.sets(st.integers(0, 40), max_size=4))
    found: list[list[AuditRecord]] = [[] for _ in range(count)]
    for number, (age, status, branches) in enumerate(drawn):
        one = record(number, age, response_status_code=status)
        if number in timeless:
            one = one.model_copy(update={"timestamp": "?"})
        for branch in branches:
            found[branch].append(one)
    return found


def merged(of: list[list[AuditRecord]]) -> list[AuditRecord]:
    """The union of streams, sorted in the plainest way."""
    placed = []
    for branch, stream in enumerate(of):
        time = NOW + timedelta(days=1)
        for position, one in enumerate(stream):
            time = one.time or time
            placed.append((-time.timestamp(), branch, position, one))
    placed.sort(key=lambda place: place[:3])
    return list(dict.fromkeys(one for *_, one in placed))


def overlapping(branches: int) -> FrozenQuery:
    """A query that is read in so many streams, and finished here."""
    query = parse_query("is:failed", now=NOW).query
    plan = Plan(tuple((("uri", str(n)),) for n in range(branches)), local=query.terms, disjoint=branches == 1)
    return FrozenQuery(query, frozen().window, NOW, plan)


@given(streams(), st.lists(st.integers(1, 9), min_size=4, max_size=4), st.booleans(), st.integers(0, 10**9).map(Random))
def test_whatever_the_order_of_answers_every_match_is_there_once_and_in_its_place(
    of: list[list[AuditRecord]], sizes: list[int], patient: bool, chance: Random
):
    """With cancellations, failures and other queries in between."""
    query = overlapping(len(of))
    matcher = Matcher(query.query.terms, Surroundings())
    exploration = Exploration(budget=5 if patient else None)
    exploration.open(query, matcher)
    log = Log(streams=of, sizes=sizes)
    pending: list[PageRequest] = []
    while exploration.asked or not exploration.finished:
        pending += exploration.next_requests()
        assert len(pending) <= 2
        if not pending:
            exploration.go_on()
            exploration.retry()
            continue
        request = pending.pop(chance.randrange(len(pending)))
        match chance.randrange(8):
            case 0:
                exploration.fail(request, Unavailable("x", status=503))
            case 1:
                exploration.give_up()
                pending.clear()
                give(exploration, request, log.page(request))
            case 2 if exploration.asked is None:
                held = exploration.hold()
                ask(exploration, "status:200")
                first_page(exploration, 3)
                exploration.restore(held)
                pending.clear()
            case _:
                give(exploration, request, log.page(request))
    assert [one for _, one in exploration.loaded_rows()] == [one for one in merged(of) if one.failed]
    assert exploration.scanned == sum(map(len, of)) == exploration.at_most
    assert exploration.notices == []
