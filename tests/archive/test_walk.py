"""When a window that was read is proved to be whole, whatever order its records come in."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.archive.records import NOON, entry
from tui.archive.coverage import Span, milliseconds
from tui.archive.walk import Walk
from tui.domain.page import Page
from tui.domain.record import AuditRecord

START = milliseconds(NOON)
MINUTE = Span(START, START + 60_000)


def named(second: float, name: str, **fields: object) -> AuditRecord:
    return entry(second, request_id=name, **fields)


def walked(*pages: list[AuditRecord], total: int | None, span: Span = MINUTE, walk: Walk | None = None) -> Walk:
    """A window once its pages were read."""
    walk = walk or Walk(span)
    walk.begin()
    for records in pages:
        assert not walk.is_over
        walk.take(Page(tuple(records), total))
    return walk


ONE, TWO, THREE = named(30, "one"), named(20, "two"), named(10, "three")


def test_as_many_as_the_api_counts_are_all():
    walk = walked([ONE, TWO], [THREE], total=3)
    assert walk.is_over
    assert walk.is_proved
    assert walk.records() == [ONE, TWO, THREE]


def test_fewer_are_not():
    walk = walked([ONE, TWO], [], total=3)
    assert walk.is_over
    assert not walk.is_proved


def test_one_that_comes_on_two_pages_is_one():
    assert not walked([ONE, TWO], [TWO], total=3).is_proved


def test_two_that_look_the_same_on_one_page_are_two():
    walk = walked([ONE, TWO, TWO], total=3)
    assert walk.is_proved
    assert Counter(walk.records()) == {ONE: 1, TWO: 2}


def test_two_with_one_identity_that_say_different_things_are_two():
    other = named(20, "two", request_body='{"name": "other"}')
    assert walked([ONE, TWO], [other], total=3).is_proved


def test_a_total_that_moves_proves_nothing():
    walk = Walk(MINUTE)
    walk.begin()
    walk.take(Page((ONE, TWO), 4))
    walk.take(Page((THREE,), 3))
    assert not walk.is_proved


def test_where_nobody_counts_it_is_read_until_nothing_new_comes():
    walk = walked([ONE, TWO], [THREE], [], total=None)
    assert walk.is_over
    assert not walk.is_proved
    assert walk.records() == [ONE, TWO, THREE]


def test_pages_may_be_smaller_than_asked_for():
    assert walked([ONE], [TWO], [THREE], total=3).is_proved


def test_that_there_is_nothing_has_to_be_said_twice():
    walk = walked([], total=0)
    assert walk.is_over
    assert not walk.is_proved
    assert walked([], total=0, walk=walk).is_proved


def test_several_readings_together_have_all():
    walk = walked([ONE, TWO], [TWO], total=3)
    assert walked([TWO, THREE], [THREE], total=3, walk=walk).is_proved
    assert walk.records() == [ONE, TWO, THREE]


def test_each_reading_has_its_pages_end_elsewhere():
    walk = Walk(MINUTE)
    sizes = set()
    for _ in range(4):
        walk.begin()
        sizes.add(walk.request(NOON).size)
    assert len(sizes) == 4
    assert max(sizes) == 100


def test_readings_that_bring_nothing_new_are_counted():
    walk = walked([ONE, TWO], [TWO], total=3)
    for number in (1, 2):
        assert walked([ONE, TWO], [TWO], total=3, walk=walk).fruitless == number
    assert walked([ONE, TWO], [THREE], total=3, walk=walk).fruitless == 0


def test_a_record_that_says_something_else_by_now_is_not_two():
    walk = walked([ONE, TWO], [TWO], total=3)
    other = named(20, "two", request_body="later masked")
    assert walked([ONE, other], [THREE], total=3, walk=walk).is_proved
    assert walk.records() == [ONE, other, THREE]


def test_what_lies_beyond_the_ends_counts_and_is_no_part_of_it():
    before, after = named(-1, "before"), named(60, "after")
    walk = walked([after, ONE, before], total=3)
    assert walk.is_proved
    assert walk.records() == [ONE]
    assert walk.asked == Span(START - 1_000, START + 61_000)


def test_a_part_knows_what_was_seen_of_it():
    walk = walked([ONE, TWO], [TWO], total=3)
    part = walk.part(Span(START + 15_000, START + 25_000))
    assert part.records() == [TWO]
    assert walked([TWO], total=1, walk=part).is_proved


def test_of_two_records_of_one_time_the_first_stays_the_first():
    first, second = named(20, "b"), named(20, "a")
    assert walked([first, second], total=2).records() == [first, second]


def test_a_record_without_a_time_is_of_the_time_beside_it():
    odd = AuditRecord.model_validate({"timestamp": "yesterday", "request_id": "odd"})
    walk = walked([ONE, odd], [THREE], total=3)
    assert walk.is_proved
    assert walk.records() == [ONE, odd, THREE]
    assert odd not in walk.part(Span(START, START + 30_000)).records()


def test_a_record_of_quite_another_time_is_kept_and_proves_nothing():
    stray = named(-500, "stray")
    walk = walked([ONE, stray], total=2)
    assert not walk.is_proved
    assert not walk.is_odd
    assert walk.records() == [ONE, stray]


def test_where_nothing_comes_that_was_asked_for_that_is_odd():
    walk = Walk(MINUTE)
    walk.begin()
    walk.take(Page(tuple(named(-500 - number, f"{number}") for number in range(20)), 20))
    assert walk.is_odd


@pytest.mark.parametrize(("total", "expected"), [(100, None), (2_500, None), (5_000, Span(START + 48_000, MINUTE.end))])
def test_a_window_with_too_many_is_cut(total: int, expected: Span | None):
    walk = Walk(MINUTE)
    walk.begin()
    walk.take(Page((ONE, TWO), total))
    assert walk.fitting_part == expected


def test_so_is_one_whose_records_are_too_big():
    walk = Walk(MINUTE)
    walk.begin()
    walk.take(Page((ONE, TWO), 2_000, size_bytes=200_000))
    assert walk.fitting_part is not None
    assert walk.fitting_part.end - walk.fitting_part.start < 10_000


def test_where_nobody_counts_it_is_cut_where_it_was_read_to():
    walk = Walk(MINUTE)
    walk.begin()
    number = 0
    while walk.fitting_part is None:
        walk.take(Page(tuple(named(59 - number / 100, f"{number + each}") for each in range(100)), None))
        number += 100
    assert walk.fitting_part == Span(START + 35_000, MINUTE.end)
    part = walk.part(walk.fitting_part)
    assert part.count == 2_500
