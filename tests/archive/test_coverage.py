"""What is whole and what is missing, against a model that looks at each millisecond by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.archive.coverage import UNSETTLED, Coverage, Grade, Span, Stretch, instant_at, milliseconds, settled
from tui.domain.time_range import Window

MOST = 24
"""Milliseconds that the model knows."""

Model = dict[int, Grade]
"""How surely each whole millisecond is whole."""
Step = Stretch | Span
"""A stretch that is added, or a span that is taken out."""

SPANS = st.tuples(st.integers(0, MOST), st.integers(0, MOST)).filter(lambda ends: ends[0] != ends[1]).map(
    lambda ends: Span(min(ends), max(ends))
)  # fmt: skip
STRETCHES = st.builds(Stretch, SPANS, st.sampled_from(Grade))
STEPS = st.lists(st.one_of(STRETCHES, STRETCHES, SPANS), max_size=12)

READ, DOUBTED, PROVED = Grade.READ, Grade.DOUBTED, Grade.PROVED


def coverage_after(steps: list[Step]) -> Coverage:
    covered = Coverage()
    for step in steps:
        covered = covered.with_(step) if isinstance(step, Stretch) else covered.without(step)
    return covered


def model_after(steps: list[Step]) -> Model:
    model: Model = {}
    for step in steps:
        if isinstance(step, Stretch):
            model |= {at: max(step.grade, model.get(at, step.grade)) for at in range(*step.span)}
        else:
            model = {at: grade for at, grade in model.items() if at not in range(*step)}
    return model


def model_of(covered: Coverage) -> Model:
    return {at: grade for span, grade in covered.stretches for at in range(*span)}


def points(spans: list[Span] | tuple[Span, ...]) -> list[int]:
    return [at for span in spans for at in range(*span)]


@given(STEPS)
def test_every_millisecond_is_as_sure_as_the_surest_that_was_said_of_it(steps: list[Step]):
    assert model_of(coverage_after(steps)) == model_after(steps)


@given(STEPS)
def test_stretches_are_in_order_apart_and_as_long_as_can_be(steps: list[Step]):
    covered = coverage_after(steps)
    assert all(span.start < span.end for span, _ in covered.stretches)
    for older, newer in pairwise(covered.stretches):
        assert older.span.end <= newer.span.start
        assert older.span.end < newer.span.start or older.grade is not newer.grade


@given(st.lists(STRETCHES, max_size=8), st.randoms(use_true_random=False))
def test_their_order_does_not_matter(stretches: list[Stretch], chance: Random):
    covered = Coverage.of(stretches)
    chance.shuffle(stretches)
    assert Coverage.of(stretches) == covered


@given(STEPS, SPANS)
def test_gaps_are_what_no_stretch_has(steps: list[Step], span: Span):
    covered, model = coverage_after(steps), model_after(steps)
    gaps = covered.gaps(span)
    assert points(gaps) == [at for at in range(*span) if at not in model]
    assert all(older.end < newer.start for older, newer in pairwise(gaps))
    assert covered.is_whole(span) is (not gaps)


@given(STEPS, SPANS)
def test_within_is_what_lies_in_it(steps: list[Step], span: Span):
    covered, model = coverage_after(steps), model_after(steps)
    assert model_of(covered.within(span)) == {at: grade for at, grade in model.items() if at in range(*span)}


@given(STEPS)
def test_spans_and_length_are_of_whatever_grade(steps: list[Step]):
    covered, model = coverage_after(steps), model_after(steps)
    assert points(covered.spans) == sorted(model)
    assert all(older.end < newer.start for older, newer in pairwise(covered.spans))
    assert covered.length == timedelta(milliseconds=len(model))


@given(SPANS, SPANS)
def test_common_is_what_both_have(one: Span, other: Span):
    both = one.common(other)
    assert both == other.common(one)
    assert ([] if both is None else list(range(*both))) == sorted(set(range(*one)) & set(range(*other)))


def test_a_surer_grade_stands_against_one_that_is_said_later():
    covered = Coverage.of([Stretch(Span(5, 10), PROVED), Stretch(Span(0, 20), READ)])
    assert covered.stretches == (
        Stretch(Span(0, 5), READ), Stretch(Span(5, 10), PROVED), Stretch(Span(10, 20), READ),
    )  # fmt: skip
    assert covered.with_(Stretch(Span(0, 20), DOUBTED)).stretches[1] == Stretch(Span(5, 10), PROVED)


def test_neighbours_of_one_grade_are_one_and_of_two_are_two():
    alike = Coverage.of([Stretch(Span(0, 5), READ), Stretch(Span(5, 9), READ)])
    assert alike.stretches == (Stretch(Span(0, 9), READ),)
    apart = Coverage.of([Stretch(Span(0, 5), READ), Stretch(Span(5, 9), PROVED)])
    assert len(apart.stretches) == 2
    assert apart.spans == (Span(0, 9),)


def test_spans_that_only_touch_have_nothing_in_common():
    assert Span(0, 5).common(Span(5, 9)) is None
    assert Coverage.of([Stretch(Span(0, 5), READ)]).gaps(Span(5, 9)) == [Span(5, 9)]


INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are bare


@given(INSTANTS, INSTANTS)
def test_a_window_s_span_asks_for_the_milliseconds_that_its_ends_lie_in(one: datetime, other: datetime):
    window = Window(min(one, other), max(one, other))
    span = Span.of(window)
    assert span.start < span.end
    for asked, wanted in ((span.window.start, window.start), (span.window.end, window.end)):
        assert timedelta() <= wanted - asked < timedelta(milliseconds=1)
    assert Span.of(span.window) == span
    assert span.window.length + timedelta(milliseconds=1) == span.length


@given(INSTANTS)
def test_an_instant_lies_in_its_millisecond_also_before_1970(instant: datetime):
    millisecond = milliseconds(instant)
    assert instant_at(millisecond) <= instant < instant_at(millisecond + 1)
    assert milliseconds(instant_at(millisecond)) == millisecond


NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SETTLED = milliseconds(NOW - UNSETTLED)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(SETTLED - 9, SETTLED - 1), Span(SETTLED - 9, SETTLED - 1)),
        (Span(SETTLED - 9, SETTLED), Span(SETTLED - 9, SETTLED)),
        (Span(SETTLED - 9, SETTLED + 1), Span(SETTLED - 9, SETTLED)),
        (Span(SETTLED - 1, SETTLED + 10**6), Span(SETTLED - 1, SETTLED)),
        (Span(SETTLED, SETTLED + 1), None),
        (Span(SETTLED + 5, SETTLED + 9), None),
    ],
)
def test_what_is_younger_than_three_minutes_is_not_settled(span: Span, expected: Span | None):
    assert settled(span, NOW) == expected
