"""What pages prove to be whole, in whatever order they come, and what speaks against all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archive.records import NOON, entry
from tui.archive.coverage import UNSETTLED, Coverage, Grade, Span, Stretch, milliseconds
from tui.archive.runs import Run
from tui.domain.page import Page, PageRequest
from tui.domain.record import AuditRecord
from tui.domain.time_range import Window

SIZE = 4
START = milliseconds(NOON)
WINDOW = Window(NOON, NOON + timedelta(seconds=100))
WHOLE = Span.of(WINDOW)
LATER = NOON + timedelta(hours=1)


def second(number: float) -> int:
    """A moment of the window, in milliseconds."""
    return START + int(number * 1_000)


def log_of(seconds: Iterable[float]) -> list[AuditRecord]:
    """Records at these seconds of the window, newest first."""
    return [entry(at, request_id=f"r-{number}") for number, at in enumerate(sorted(seconds, reverse=True))]


TEN = log_of(range(90, -10, -10))
"""At 90, 80 … 0 seconds: two full pages, and one with two records."""


def pages_of(log: Sequence[AuditRecord], size: int = SIZE) -> list[Page]:
    return [Page(tuple(log[at : at + size]), len(log)) for at in range(0, max(1, len(log)), size)]


def new_run(frozen_at: datetime = LATER) -> Run:
    return Run(PageRequest(WINDOW, frozen_at, size=SIZE))


def read(*numbers: int, log: Sequence[AuditRecord] = TEN) -> tuple[Stretch, ...]:
    """What is known once these pages of a log have come, one after the other."""
    run, pages, covered = new_run(), pages_of(log), Coverage()
    for number in numbers:
        for stretch in run.take(number, pages[number]):
            covered = covered.with_(stretch)
    return covered.stretches


def only_read(*spans: tuple[float, float]) -> tuple[Stretch, ...]:
    """Stretches of seconds that pages were read of."""
    return tuple(Stretch(Span(second(start), second(end)), Grade.READ) for start, end in spans)


AFTER = 0.001
"""From the millisecond after a record on."""
END = 100.001


class TestWhatProves:
    def test_the_first_page_goes_from_the_window_s_end_to_its_oldest_record(self):
        assert read(0) == only_read((60 + AFTER, END))

    def test_one_in_the_middle_has_what_lies_between_its_records(self):
        assert read(1) == only_read((20 + AFTER, 50))

    def test_the_last_one_goes_to_the_window_s_start(self):
        assert read(2) == only_read((0, 10))

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_neighbours_have_what_lies_between_them(self, order: tuple[int, ...]):
        assert read(*order) == only_read((20 + AFTER, END))

    def test_pages_that_are_no_neighbours_have_a_gap_between_them(self):
        assert read(0, 2) == only_read((0, 10), (60 + AFTER, END))

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
    def test_all_of_them_prove_the_window(self, order: tuple[int, ...]):
        assert read(*order) == (Stretch(WHOLE, Grade.PROVED),)

    def test_a_page_that_comes_again_is_the_same_page(self):
        assert read(0, 0, 2, 0, 1, 2) == (Stretch(WHOLE, Grade.PROVED),)

    def test_a_single_page_with_all_there_is_proves_it(self):
        assert read(0, log=TEN[:3]) == (Stretch(WHOLE, Grade.PROVED),)

    def test_so_does_an_empty_one_where_the_api_counts_none(self):
        assert read(0, log=[]) == (Stretch(WHOLE, Grade.PROVED),)

    def test_records_that_look_the_same_on_one_page_are_several(self):
        assert read(0, log=[TEN[0], TEN[1], TEN[1]]) == (Stretch(WHOLE, Grade.PROVED),)

    def test_at_the_ends_of_a_page_others_of_the_same_moment_may_follow(self):
        tied = log_of([90, 80, 70, 60, 60, 60, 60, 60, 60, 10])
        assert read(0, log=tied) == only_read((60 + AFTER, END))
        assert read(1, log=tied) == ()
        assert read(0, 1, log=tied) == only_read((60 + AFTER, END))
        assert read(1, 2, log=tied) == only_read((0, 60))


class TestWhatProvesNothing:
    """And takes the word from whatever else comes of that query."""

    def expect_nothing(self, *pages: tuple[int, Page]) -> None:
        *before, last = pages
        run = new_run()
        for number, page in before:
            assert run.take(number, page) != []
        number, page = last
        assert run.take(number, page) == []
        assert not run.sound
        for other, sound in enumerate(pages_of(TEN)):
            assert run.take(other, sound) == []
        assert not run.sound

    def test_a_total_that_moves(self):
        first, second_page, _ = pages_of(TEN)
        self.expect_nothing((0, first), (1, replace(second_page, total=11)))

    def test_a_total_that_goes_missing(self):
        first, second_page, _ = pages_of(TEN)
        self.expect_nothing((0, first), (1, replace(second_page, total=None)))

    def test_no_total(self):
        self.expect_nothing((0, replace(pages_of(TEN)[0], total=None)))

    def test_a_total_as_big_as_a_page_which_may_count_the_page_alone(self):
        self.expect_nothing((0, pages_of(TEN[:SIZE])[0]))

    def test_a_total_below_what_the_page_has(self):
        self.expect_nothing((0, replace(pages_of(TEN)[0], total=3)))

    def test_a_page_that_is_not_full_before_the_last(self):
        self.expect_nothing((0, Page(tuple(TEN[:3]), 10)))

    def test_a_last_page_with_too_few(self):
        self.expect_nothing((2, Page(tuple(TEN[8:9]), 10)))

    def test_an_empty_page_where_there_are_records(self):
        self.expect_nothing((0, Page((), 10)))

    def test_a_page_beyond_the_last(self):
        self.expect_nothing((3, Page((), 10)))

    def test_times_out_of_order(self):
        newest, newer, older, oldest = TEN[:4]
        self.expect_nothing((0, Page((newest, older, newer, oldest), 10)))

    def test_a_time_that_can_not_be_read(self):
        odd = AuditRecord.model_validate({"timestamp": "yesterday", "request_id": "odd"})
        self.expect_nothing((0, Page((*TEN[:3], odd), 10)))

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_a_record_that_comes_again_on_the_next_page(self, order: tuple[int, int]):
        pages = {0: Page(tuple(TEN[:4]), 10), 1: Page(tuple(TEN[3:7]), 10)}
        self.expect_nothing(*((number, pages[number]) for number in order))

    def test_one_that_comes_again_two_pages_on_keeps_the_window_from_being_proved(self):
        run = new_run()
        run.take(0, Page(tuple(TEN[:4]), 10))
        run.take(2, Page((TEN[3], TEN[9]), 10))
        stretches = run.take(1, Page(tuple(TEN[4:8]), 10))
        assert all(stretch.grade is not Grade.PROVED for stretch in stretches)


class TestWhatMayStillMove:
    def test_the_unsettled_end_is_left_out(self):
        run, (page,) = new_run(NOON + timedelta(seconds=50) + UNSETTLED), pages_of(TEN[:3])
        assert run.take(0, page) == [Stretch(Span(WHOLE.start, second(50)), Grade.PROVED)]

    def test_by_the_server_s_clock_where_ours_is_ahead(self):
        run, pages = new_run(), pages_of(TEN)
        for number, told in enumerate((50, 60, 70)):
            stretches = run.take(number, replace(pages[number], server_time=NOON + timedelta(seconds=told) + UNSETTLED))
        assert stretches == [Stretch(Span(WHOLE.start, second(50)), Grade.PROVED)]

    def test_where_all_of_it_is_unsettled_nothing_is_whole(self):
        run, (page,) = new_run(NOON + timedelta(seconds=1)), pages_of(TEN[:3])
        assert run.take(0, page) == []
        assert run.sound

    def test_also_of_what_was_only_read(self):
        run = new_run(NOON + timedelta(seconds=70) + UNSETTLED)
        assert run.take(0, pages_of(TEN)[0]) == [Stretch(Span(second(60 + AFTER), second(70)), Grade.READ)]


@given(st.lists(st.integers(0, 100), max_size=30), st.randoms(use_true_random=False), st.data())
def test_nothing_that_was_not_shown_lies_in_what_is_whole(seconds: list[int], chance: Random, data: st.DataObject):
    log = log_of(seconds)
    pages = list(enumerate(pages_of(log)))
    chance.shuffle(pages)
    seen, run, covered = set[AuditRecord](), new_run(), Coverage()
    for number, page in pages[: data.draw(st.integers(0, len(pages)))]:
        seen.update(page.records)
        covered = Coverage.of((*covered.stretches, *run.take(number, page)))
        shown = [record for record in log if _is_in(record, covered)]
        assert set(shown) <= seen
    assert run.sound or len(log) == SIZE


@given(st.lists(st.integers(0, 100), max_size=30).filter(lambda seconds: len(seconds) != SIZE), st.data())
def test_all_pages_prove_the_window_in_any_order(seconds: list[int], data: st.DataObject):
    pages = data.draw(st.permutations(list(enumerate(pages_of(log_of(seconds))))))
    run = new_run()
    told = [run.take(number, page) for number, page in pages]
    assert told[-1] == [Stretch(WHOLE, Grade.PROVED)]
    assert all(stretch.grade is Grade.READ for stretches in told[:-1] for stretch in stretches)


def _is_in(record: AuditRecord, covered: Coverage) -> bool:
    assert record.time is not None
    at = milliseconds(record.time)
    return any(at in range(*span) for span in covered.spans)
