"""What the tables of an archive leave out never fits: a query has the same answer from them as record by record.

For a longer run: pytest --figures=large tests/archive/test_narrowing.py
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.archive.records import NOON, records
from tests.domain.queries import terms
from tests.domain.test_matching import AROUND
from tests.proof import figure
from tui.archive.coverage import Span, milliseconds
from tui.archive.narrowing import narrow
from tui.archive.store import Store
from tui.domain.matching import Matcher
from tui.domain.query import Term
from tui.domain.record import AuditRecord

ALL = Span(milliseconds(NOON) - 10**9, milliseconds(NOON) + 10**9)
EXAMPLES = figure(ci=100, large=5_000)
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def filled(folder: Path, held: list[AuditRecord]) -> Store:
    """An archive of these records alone."""
    file = folder / "archive.db"
    for part in folder.glob("archive.db*"):
        part.unlink()
    store = Store.open(file)
    with store.writing():
        store.add(held)
    return store


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=SLOW)
@given(st.lists(records(), max_size=12), st.lists(terms(texts=st.text(max_size=6)), min_size=1, max_size=3))
def test_a_query_has_the_same_answer_as_record_by_record(tmp_path: Path, held: list[AuditRecord], asked: list[Term]):
    store = filled(tmp_path, held)
    try:
        fits = Matcher(asked, AROUND)
        everything = [record for _, record in store.select(ALL, narrow((), (), store, AROUND), limit=1000)]
        narrowing = narrow((), asked, store, AROUND)
        found = [record for _, record in store.select(ALL, narrowing, limit=1000)]
        assert [record for record in found if fits(record)] == [record for record in everything if fits(record)]
        assert store.count(ALL, narrowing) == len(found)
    finally:
        store.close()
