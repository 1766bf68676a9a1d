"""How things stand with an archive: what is whole and how surely, what is held, what is missing between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.archive.records import NOON, entry
from tui.archive.coverage import Grade, Span, milliseconds
from tui.archive.standing import Held, look_over
from tui.archive.store import Store

START = milliseconds(NOON)


def span(start: int, end: int) -> Span:
    """From so many seconds after noon to so many."""
    return Span(START + start * 1_000, START + end * 1_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "archive.db")
    with store.writing():
        store.add([entry(second, request_id=f"r{second}") for second in range(100, 0, -1)])
        store.cover(span(0, 30), Grade.PROVED)
        store.cover(span(30, 40), Grade.READ)
        store.cover(span(60, 80), Grade.DOUBTED)
    yield store
    store.close()


def test_all_of_it(store: Store):
    standing = look_over(store)
    assert standing.records == 100
    assert standing.extent == Span(START + 1_000, START + 100_001)
    assert standing.stretches == (
        Held(span(0, 30), Grade.PROVED, 29), Held(span(30, 40), Grade.READ, 10), Held(span(60, 80), Grade.DOUBTED, 20)
    )  # fmt: skip
    assert standing.gaps == (span(40, 60),)
    assert (standing.covered, standing.proved) == (timedelta(seconds=60), timedelta(seconds=30))
    assert [held.records for held in standing.doubted] == [10, 20]


def test_a_part_of_it(store: Store):
    standing = look_over(store, span(20, 90))
    assert standing.records == 70
    assert [held.records for held in standing.stretches] == [10, 10, 20]
    assert standing.gaps == (span(40, 60), span(80, 90))


def test_nothing(tmp_path: Path):
    store = Store.open(tmp_path / "other.db")
    standing = look_over(store)
    store.close()
    assert (standing.records, standing.extent, standing.stretches, standing.gaps) == (0, None, (), ())
