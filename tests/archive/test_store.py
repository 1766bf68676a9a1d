"""What is kept comes back: every record to the letter, in the API's order, and counted as often as it is there.

For a longer run: pytest --figures=large tests/archive/test_store.py
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.archive.records import NOON, entry
from tests.proof import figure
from tui.archive.coverage import Coverage, Grade, Span, Stretch, instant_at, milliseconds
from tui.archive.narrowing import EVERYTHING, narrow
from tui.archive.store import HOUR, Store
from tui.domain.errors import ArchiveTrouble
from tui.domain.fields import BY_NAME
from tui.domain.identity import Identity
from tui.domain.page import Parameters
from tui.domain.predicates import Surroundings
from tui.domain.record import AuditRecord

START = milliseconds(NOON)
EXAMPLES = figure(ci=15, large=300)
ALWAYS = Span(-(1 << 42), (1 << 42))
AROUND = Surroundings()
TALLIED = ("method", "status", "op", "action", "actor", "type", "ws", "res", "ip", "country")
"""Fields whose values are counted."""


class _Undone(Exception):
    """Rolls back what is written."""


@contextmanager
def undone(store: Store) -> Iterator[None]:
    """What is written in the body is gone after it: for what is tried many times, as to make an archive takes long."""
    with suppress(_Undone), store.writing():
        yield
        raise _Undone


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One that stays empty."""
    opened = Store.open(tmp_path_factory.mktemp("shared") / "a.db")
    yield opened
    assert held(opened) == []
    assert opened.damage() == []
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "archives" / "a.db")
    yield opened
    opened.close()


def keep(store: Store, *records: AuditRecord, first: bool = True, ordered: bool = True) -> int:
    with store.writing():
        return store.add(records, first=first, ordered=ordered)


def fail_to_keep(store: Store, *batches: Sequence[AuditRecord]) -> None:
    """Write all of these and what is said of them, and have it go wrong in the end."""

    def write() -> None:
        with store.writing():
            for records in batches:
                store.add(records)
            store.cover(ALWAYS, Grade.PROVED)
            store.note("organisation", "o")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()


def held(store: Store, span: Span = ALWAYS) -> list[AuditRecord]:
    return [record for _, record in store.select(span, EVERYTHING, limit=100_000)]


def named(second: float, name: str, **fields: object) -> AuditRecord:
    return entry(second, request_id=name, **fields)


def names(records: Iterable[AuditRecord]) -> str:
    return "".join(record.request_id for record in records)


LOGS = st.lists(st.integers(0, 4), max_size=16).map(
    lambda seconds: [
        named(second / 1_000, chr(ord("a") + number)) for number, second in enumerate(sorted(seconds, reverse=True))
    ]
)
"""Newest first, within five milliseconds: most of them have a moment in common with others."""


@st.composite
def pages_over(draw: st.DrawFn, log: Sequence[AuditRecord]) -> list[tuple[int, int]]:
    """Where pages begin and end that follow each other or overlap, all of them together the log, in any order."""
    size = draw(st.integers(1, 6))
    pages, at = [(0, size)], 0
    while at + size < len(log):
        at += draw(st.integers(1, size))
        pages.append((at, at + size))
    again = draw(st.lists(st.sampled_from(pages), max_size=3))
    return draw(st.permutations([*pages, *again]))


class TestTheOrder:
    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_is_the_log_s_where_pages_come_one_after_the_other(self, shared: Store, data: st.DataObject):
        log = data.draw(LOGS)
        pages = sorted(data.draw(pages_over(log)))
        with undone(shared):
            added = [shared.add(log[start:end], first=start == 0) for start, end in pages]
            assert held(shared) == log
            assert sum(added) == len(log)

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_is_the_log_s_once_all_of_it_came_in_whatever_order(self, shared: Store, data: st.DataObject):
        log = data.draw(LOGS)
        pages = data.draw(pages_over(log))
        with undone(shared):
            for start, end in pages:
                shared.add(log[start:end], first=start == 0)
            assert Counter(held(shared)) == Counter(log)
            shared.add(log)
            assert held(shared) == log

    @settings(max_examples=40, deadline=None)
    @given(LOGS, st.randoms(use_true_random=False))
    def test_is_not_changed_by_records_that_have_others_between_them(
        self, shared: Store, log: list[AuditRecord], chance: Random
    ):
        with undone(shared):
            shared.add(log)
            some = sorted(chance.sample(range(len(log)), len(log) // 2), key=lambda at: (log[at].timestamp, at))
            shared.add([log[at] for at in reversed(some)], ordered=False)
            assert held(shared) == log

    def test_of_one_moment_goes_on_from_page_to_page(self, store: Store):
        log = [named(0, name) for name in "abcdefg"]
        keep(store, *log[:3])
        keep(store, *log[3:], first=False)
        assert names(held(store)) == "abcdefg"

    def test_has_late_records_where_they_belong(self, store: Store):
        keep(store, named(1, "a"), named(0, "b"), named(0, "d"), named(-1, "e"))
        assert keep(store, named(1, "a"), named(0, "b"), named(0, "c"), named(0, "d"), named(-1, "e")) == 1
        assert keep(store, named(0.5, "x")) == 1
        assert names(held(store)) == "axbcde"

    def test_makes_room_where_there_is_none_left(self, store: Store):
        last = [named(0, "last")]
        keep(store, named(0, "first"), *last)
        for number in range(60):
            last.insert(0, named(0, f"<{number}>"))
            assert keep(store, named(0, "first"), *last) == 1
        assert held(store) == [named(0, "first"), *last]
        assert store.count_all(ALWAYS) == 62
        assert store.damage() == []

    def test_has_thousands_of_one_moment_as_they_came(self, store: Store):
        log = [named(0, f"{number}") for number in range(3_000)]
        for start in range(0, 3_000, 1_000):
            keep(store, *log[start : start + 1_000], first=not start)
        assert held(store) == log

    def test_is_told_apart_by_single_milliseconds_and_not_below(self, store: Store):
        keep(store, named(0.002, "a"), named(0.001, "b"), named(0, "c"))
        assert names(held(store, Span(START + 1, START + 2))) == "b"

    def test_can_be_gone_through_a_page_at_a_time(self, store: Store):
        log = [named(-number // 3, f"{number} ") for number in range(20)]
        keep(store, *log)
        gone: list[AuditRecord] = []
        below = None
        while page := store.select(ALWAYS, EVERYTHING, limit=7, below=below):
            gone += [record for _, record in page]
            below = page[-1][0]
        assert gone == log
        assert [record for _, record in store.select(ALWAYS, EVERYTHING, limit=7, offset=7)] == log[7:14]


class TestOneRecordAndSeveral:
    def test_what_comes_again_is_there_once(self, store: Store):
        assert keep(store, named(1, "a"), named(0, "b")) == 2
        assert keep(store, named(1, "a"), named(0, "b")) == 0
        assert names(held(store)) == "ab"

    def test_those_that_look_the_same_stay_several(self, store: Store):
        same = [named(0, "a"), named(0, "a"), named(0, "a")]
        assert keep(store, *same[:2]) == 2
        assert keep(store, *same) == 1
        assert keep(store, *same[:1]) == 0
        assert held(store) == same

    def test_what_it_says_is_brought_up_to_date(self, store: Store):
        old, new = (named(0, "a", request_body=body, country=body) for body in ("old", "new"))
        keep(store, old, named(0, "b"))
        assert keep(store, new) == 0
        assert held(store) == [new, named(0, "b")]
        assert store.tally("country", ALWAYS) == {"new": 1, "": 1}
        assert store.damage() == []


class TestToTheLetter:
    @pytest.mark.parametrize(
        "text",
        [
            *("", "\ud800", "a\udfffz", "\x00", "nul\x00in it", "\U0010ffff", "٣", "\r\n\u2028", "'"),
            *("x" * 2**20, "é" * 2**20),
        ],
        ids=lambda text: ascii(text[:8]),
    )  # fmt: skip
    def test_odd_texts_come_back(self, store: Store, text: str):
        sent = named(0, text, **dict.fromkeys(("request_body", "user_id", "uri", "country", "client_ip"), text))
        keep(store, sent, named(-1, "other"))
        assert held(store) == [sent, named(-1, "other")]
        assert held(store)[0].as_api() == sent.as_api()
        assert keep(store, sent) == 0
        assert store.tally("actor", ALWAYS) == Counter([text, ""])
        assert store.damage() == []

    @settings(max_examples=60, deadline=None)
    @given(
        st.fixed_dictionaries(
            {},
            optional={
                name: st.text(st.characters(), max_size=8)
                for name in ("request_id", "method", "uri", "user_id", "request_body", "client_ip", "action")
            },
        ),
        st.dictionaries(
            st.text(min_size=1, max_size=6),
            st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=5), st.lists(st.text(max_size=3))),
            max_size=2,
        ),
    )
    def test_every_field_does_and_every_unknown_one(
        self, shared: Store, fields: dict[str, str], unknown: dict[str, object]
    ):
        sent = AuditRecord.model_validate({**unknown, **fields, "timestamp": "2026-11-22T12:00:00Z"})
        with undone(shared):
            shared.add([sent])
            [found] = held(shared)
            assert found == sent
            assert found.as_api() == sent.as_api()
            assert found.identity == sent.identity
            assert found.operation == sent.operation

    @pytest.mark.parametrize("status", [200, 7, "odd", "", "0200"])
    def test_a_status_stays_a_number_or_a_text(self, store: Store, status: int | str):
        keep(store, named(0, "a", response_status_code=status))
        assert held(store)[0].response_status_code == named(0, "a", response_status_code=status).response_status_code

    @pytest.mark.parametrize("name", ["self", "row", "records", "model_config", "__class__", "time"])
    def test_an_unknown_field_may_be_called_anything(self, store: Store, name: str):
        sent = AuditRecord.model_validate({"timestamp": "2026-11-22T12:00:00Z", name: {"a": [1]}})
        keep(store, sent)
        assert held(store)[0].as_api() == sent.as_api()


class TestOddTimes:
    def unreadable(self, name: str) -> AuditRecord:
        return AuditRecord.model_validate({"timestamp": "yesterday", "request_id": name})

    def test_one_that_can_not_be_read_stands_beside_its_neighbour(self, store: Store):
        log = [named(2, "a"), self.unreadable("b"), named(1, "c"), self.unreadable("d"), self.unreadable("e")]
        keep(store, *log)
        assert held(store) == log
        assert names(held(store, Span(START + 2_000, START + 2_001))) == "ab"
        assert keep(store, *log) == 0

    def test_before_the_first_that_can_it_stands_with_that(self, store: Store):
        keep(store, self.unreadable("a"), named(1, "b"))
        assert names(held(store, Span(START + 1_000, START + 1_001))) == "ab"

    def test_where_none_can_they_are_of_1970(self, store: Store):
        keep(store, self.unreadable("a"), self.unreadable("b"))
        assert names(held(store, Span(0, 1))) == "ab"

    def test_those_beyond_all_use_are_kept_at_the_ends(self, store: Store):
        last, first = (
            AuditRecord.model_validate({"timestamp": timestamp, "request_id": timestamp[:1]})
            for timestamp in ("2109-01-01T00:00:00Z", "0001-01-01T00:00:00Z")
        )
        keep(store, first)
        keep(store, last)
        keep(store, named(0, "a"))
        assert names(held(store)) == "2a0"
        assert store.count_all(ALWAYS) == 3

    def test_the_extent_is_from_the_oldest_to_the_newest(self, store: Store):
        assert store.extent() is None
        keep(store, named(5, "a"), named(-5, "b"))
        assert store.extent() == Span(START - 5_000, START + 5_001)


class TestWriting:
    def test_two_adds_of_which_the_second_fails_leave_nothing(self, store: Store):
        keep(store, named(9, "a", country="DE"))
        fail_to_keep(store, [named(0, "b", country="FR", request_body="unheard")], [named(-1, "c", country="FR")])
        assert names(held(store)) == "a"
        assert store.tally("country", ALWAYS) == {"DE": 1}
        assert store.count_all(ALWAYS) == 1
        assert store.coverage() == Coverage()
        assert store.fact("organisation") == ""
        assert store.words_with("unheard", at_end=False, most=9) == []
        assert keep(store, named(0, "b", country="FR", request_body="unheard")) == 1
        assert store.tally("country", ALWAYS) == {"DE": 1, "FR": 1}
        assert store.words_with("unheard", at_end=False, most=9) == ["unheard"]

    def test_another_connection_sees_it_once_it_is_written(self, store: Store):
        other = Store.open_for_reading(store.file)
        with store.writing():
            store.add([named(0, "a", country="DE")])
            assert held(other) == []
        assert names(held(other)) == "a"
        assert other.tally("country", ALWAYS) == {"DE": 1}
        other.close()

    def test_two_that_write_in_turns_know_each_other_s_values(self, store: Store):
        other = Store.open(store.file)
        keep(store, named(0, "a", country="DE"))
        keep(other, named(1, "b", country="FR"), named(1, "c", country="DE"))
        keep(store, named(2, "d", country="FR"), named(2, "e", country="IT"))
        for each in (store, other):
            assert each.tally("country", ALWAYS) == {"DE": 2, "FR": 2, "IT": 1}
        other.close()

    def test_what_is_open_for_reading_can_not_be_written(self, store: Store):
        reader = Store.open_for_reading(store.file)
        with pytest.raises(ArchiveTrouble, match="written to"):
            keep(reader, named(0, "a"))
        reader.close()


class TestPruning:
    def test_what_is_older_goes_with_what_is_said_of_it(self, store: Store):
        keep(store, *(named(-number, f"{number}", country="DE") for number in range(10)))
        with store.writing():
            store.cover(Span(START - 9_000, START + 1), Grade.PROVED)
            store.cover(Span(START - 9_000, START - 6_000), Grade.READ, (("method", "POST"),))
            assert store.prune(NOON - timedelta(seconds=5)) == 4
        assert names(held(store)) == "012345"
        assert store.coverage().stretches == (Stretch(Span(START - 5_000, START + 1), Grade.PROVED),)
        assert store.coverage((("method", "POST"),)) == store.coverage()
        assert store.tally("country", ALWAYS) == {"DE": 6}
        assert store.damage() == []

    def test_so_many_at_a_time_the_oldest_first(self, store: Store):
        keep(store, *(named(-number, f"{number}") for number in range(10)))
        counts: list[int] = []
        while not counts or counts[-1]:
            with store.writing():
                counts.append(store.prune(NOON - timedelta(seconds=2), most=3))
            assert names(held(store)) == "0123456789"[: 10 - sum(counts)]
        assert counts == [3, 3, 1, 0]

    def test_what_went_is_not_found_any_more_and_may_come_again(self, store: Store):
        record = named(0, "a", request_body='{"name": "prod"}')
        keep(store, record)
        with store.writing():
            store.prune(NOON + timedelta(seconds=1))
        assert held(store) == []
        assert store.extent() is None
        assert keep(store, record) == 1
        assert held(store) == [record]
        store.tidy()
        assert held(store) == [record]


def _time(record: AuditRecord) -> str:
    return record.timestamp


VALUES = st.sampled_from(("", "one", "two", "prod"))
FACTS = st.builds(
    lambda minute, name, method, country, address: named(
        minute * 600, name, method=method, country=country, client_ip=address, request_body=f"{name} {country}"
    ),
    st.integers(-9, 18), st.sampled_from("abcdef"), VALUES, VALUES,
    st.sampled_from(("203.0.113.7", "::ffff:203.0.113.7", "")),
)  # fmt: skip
"""Records of a few hours, in which few things happen."""
MOMENTS = st.integers(START - 2 * HOUR, START + 4 * HOUR)
SPANS = st.one_of(
    st.just(ALWAYS),
    st.tuples(MOMENTS, MOMENTS).filter(lambda ends: ends[0] != ends[1]).map(lambda ends: Span(min(ends), max(ends))),
)
SCOPES: tuple[Parameters, ...] = ((), (("method", "one"),), (("method", "one"), ("country", "two")))


class KeptAndRecounted(RuleBasedStateMachine):
    """An archive beside a list of records and a coverage for each scope, which are gone through one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.store = Store.open(Path(self.folder.name) / "a.db")
        self.records: dict[Identity, AuditRecord] = {}
        self.covered = {scope: Coverage() for scope in SCOPES}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def inside(self, span: Span) -> list[AuditRecord]:
        return [record for record in self.records.values() if _at(record) in range(*span)]

    @rule(records=st.lists(FACTS, max_size=6), ordered=st.booleans(), first=st.booleans())
    def add(self, records: list[AuditRecord], ordered: bool, first: bool) -> None:
        come = {record.identity: record for record in sorted(records, key=_time, reverse=True)}
        assert keep(self.store, *come.values(), ordered=ordered, first=first) == len(come.keys() - self.records.keys())
        self.records |= come

    @rule(records=st.lists(FACTS, min_size=1, max_size=3))
    def fail_to_add(self, records: list[AuditRecord]) -> None:
        fail_to_keep(self.store, records[:1], records[1:])

    @rule(before=MOMENTS, most=st.sampled_from((2, 1_000)))
    def prune(self, before: int, most: int) -> None:
        old = sorted(filter(lambda record: _at(record) < before, self.records.values()), key=_time)
        with self.store.writing():
            assert self.store.prune(instant_at(before), most=most) == len(old[:most])
        # Which of one moment go first is for the order of rows to say.
        left = {record.identity for record in held(self.store)}
        assert len(left) == len(self.records) - len(old[:most])
        self.records = {identity: record for identity, record in self.records.items() if identity in left}
        assert most == 2 or not any(_at(record) < before for record in self.records.values())
        for scope, covered in self.covered.items():
            self.covered[scope] = covered.without(Span(-(1 << 50), before))

    @rule(span=SPANS, grade=st.sampled_from(Grade), scope=st.sampled_from(SCOPES))
    def cover(self, span: Span, grade: Grade, scope: Parameters) -> None:
        with self.store.writing():
            self.store.cover(span, grade, scope)
        self.covered[scope] = self.covered[scope].with_(Stretch(span, grade))

    @rule(span=SPANS)
    def uncover(self, span: Span) -> None:
        with self.store.writing():
            self.store.uncover(span)
        self.covered = {scope: covered.without(span) for scope, covered in self.covered.items()}

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = Store.open(self.store.file)

    @precondition(lambda self: self.records)
    @rule(span=SPANS)
    def select(self, span: Span) -> None:
        found = held(self.store, span)
        assert Counter(found) == Counter(self.inside(span))
        assert [_at(record) for record in found] == sorted(map(_at, found), reverse=True)

    @precondition(lambda self: self.records)
    @rule(span=SPANS, name=st.sampled_from(TALLIED))
    def tally(self, span: Span, name: str) -> None:
        expected = Counter(BY_NAME[name].value(record) for record in self.inside(span))
        assert +self.store.tally(name, span) == expected
        assert +self.store.spread(name, span, EVERYTHING) == expected

    @precondition(lambda self: self.records)
    @rule(span=SPANS, method=VALUES, name=st.sampled_from(TALLIED))
    def count_some(self, span: Span, method: str, name: str) -> None:
        fitting = [record for record in self.inside(span) if record.method == method]
        narrowing = narrow((("method", method),), (), self.store, AROUND)
        assert self.store.count(span, narrowing) == len(fitting)
        found = [record for _, record in self.store.select(span, narrowing, limit=1_000)]
        assert Counter(found) == Counter(fitting)
        expected = Counter(BY_NAME[name].value(record) for record in fitting)
        assert +self.store.spread(name, span, narrowing) == expected

    @precondition(lambda self: self.records)
    @rule(span=SPANS)
    def hours(self, span: Span) -> None:
        whole = Span(span.start // HOUR * HOUR, -(-span.end // HOUR) * HOUR)
        assert self.store.hours(span) == Counter(_at(record) // HOUR for record in self.inside(whole))
        assert self.store.count_all(span) == len(self.inside(span))

    @invariant()
    def all_is_as_it_was_said(self) -> None:
        assert Counter(held(self.store)) == Counter(self.records.values())
        assert self.store.count_all(ALWAYS) == len(self.records)
        for scope, covered in self.covered.items():
            assert self.store.coverage(scope) == Coverage.of((*self.covered[()].stretches, *covered.stretches))
        assert self.store.damage() == []


def _at(record: AuditRecord) -> int:
    assert record.time is not None
    return milliseconds(record.time)


TestKeptAndRecounted = KeptAndRecounted.TestCase
TestKeptAndRecounted.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
