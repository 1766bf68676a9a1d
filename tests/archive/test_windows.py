"""Gaps are handed out as windows, the newest first, and nothing of them is left out or handed out twice."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tui.archive.coverage import Span
from tui.archive.store import HOUR
from tui.archive.verification import cut_by_hours
from tui.archive.windows import MOST, SECOND, USUAL, Windows, aligned, halves, inner, joined, newest_part

DAY = 24 * HOUR
STARTS = 1_795_000_000_000

SPANS = st.builds(
    lambda start, length: Span(STARTS + start, STARTS + start + length), st.integers(0, DAY), st.integers(1, DAY)
)


def all_of(windows: Windows) -> list[Span]:
    return list(iter(windows.next, None))


@given(st.lists(SPANS, max_size=6), st.one_of(st.none(), st.integers(0, 100_000)))
def test_windows_are_the_gaps_to_the_second_the_newest_first(gaps: list[Span], expected: int | None):
    windows = all_of(Windows(gaps, expected))
    assert windows == sorted(windows, reverse=True)
    assert all(newer.start >= older.end for newer, older in pairwise(windows))
    assert joined(windows) == joined(map(aligned, gaps))
    assert all(span == aligned(span) for span in windows)


@given(SPANS, st.data())
def test_what_is_given_back_comes_again(gap: Span, data: st.DataObject):
    windows, had = Windows([gap], 50_000), list[Span]()
    while (span := windows.next()) is not None:
        count = data.draw(st.integers(0, 20_000))
        windows.learn(span, count)
        if count > MOST and (part := newest_part(span, count)) != span:
            windows.give_back(Span(span.start, part.start))
            span = part
        had.append(span)
        if len(had) == 20:
            break
    left = all_of(windows)
    together = sorted([*had, *left])
    assert all(older.end == newer.start for older, newer in pairwise(together))
    assert joined(together) == [aligned(gap)]


def test_windows_have_about_the_usual_number_of_records():
    windows = Windows([Span(STARTS, STARTS + DAY)], 24 * USUAL)
    assert windows.next() == Span(STARTS + 23 * HOUR, STARTS + DAY)


def test_after_a_dense_window_the_next_is_shorter_and_after_a_sparse_one_longer():
    for count, shortest, longest in ((10 * USUAL, HOUR // 10, HOUR // 5), (10, 3 * HOUR, 4 * HOUR)):
        windows = Windows([Span(STARTS, STARTS + DAY)], 24 * USUAL)
        first = windows.next()
        assert first is not None
        windows.learn(first, count)
        second = windows.next()
        assert second is not None
        assert shortest <= second.end - second.start <= longest


def test_a_second_is_the_least():
    assert halves(Span(STARTS, STARTS + SECOND)) is None
    assert newest_part(Span(STARTS, STARTS + SECOND), 10 * MOST) == Span(STARTS, STARTS + SECOND)


@given(SPANS)
def test_halves_are_the_whole(span: Span):
    whole = aligned(span)
    parts = halves(whole)
    assert parts is None or (parts[0].start, parts[0].end, parts[1].end) == (whole.start, parts[1].start, whole.end)


@given(SPANS)
def test_inner_seconds_lie_within_and_nothing_longer_does(span: Span):
    part = inner(span)
    if part is None:
        assert span.end - span.start < 2 * SECOND
    else:
        assert aligned(part) == part
        assert span.start <= part.start < span.start + SECOND
        assert span.end - SECOND < part.end <= span.end


HOURS = st.dictionaries(st.integers(STARTS // HOUR - 1, (STARTS + 2 * DAY) // HOUR), st.integers(1, 3_000))


@given(SPANS, HOURS)
def test_stretches_to_be_counted_end_where_hours_do(span: Span, hours: dict[int, int]):
    pieces = cut_by_hours(span, hours, most=2_000)
    assert (pieces[0].start, pieces[-1].end) == (span.start, span.end)
    assert all(older.end == newer.start for older, newer in pairwise(pieces))
    assert all(piece.start % HOUR == 0 for piece in pieces[1:])
    for piece in pieces:
        inside = [number for hour, number in hours.items() if piece.start <= hour * HOUR < piece.end]
        assert sum(inside) <= 2_000 or len(inside) == 1
