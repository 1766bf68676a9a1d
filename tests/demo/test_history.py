"""The stand-in's history: what `select` answers is what reading every record would, at any size."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.demo.history import History

NOW = datetime(2026, 11, 20, 14, 5, 9, 250_000, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
FIELDS = [
    "timestamp", "method", "uri", "request_id", "request_body", "query_params", "request_headers", "user_id",
    "user_type", "organisation_id", "workspace_id", "response_status_code", "resource_type", "action", "client_ip",
    "country",
]  # fmt: skip
FILTERABLE = [
    "method", "uri", "user_id", "user_type", "workspace_id", "response_status_code", "resource_type", "action",
    "client_ip", "country", "organisation_id",
]  # fmt: skip

Record = dict[str, Any]
Predicates = Mapping[str, Callable[[str], bool]]


@cache
def small_history() -> History:
    return History(records=2_000, days=14, seed=7, now=NOW)


@cache
def small_records() -> list[Record]:
    """All of the small history, newest first."""
    return everything(small_history())


def everything(history: History) -> list[Record]:
    return history.select(LONG_AGO, NOW).page(0, len(history))


def moment(record: Record) -> datetime:
    return datetime.fromisoformat(record["timestamp"])


def one_of(values: set[str]) -> Callable[[str], bool]:
    return lambda value: value in values


@st.composite
def predicates(draw: st.DrawFn) -> Predicates:
    """Up to three attributes, each to have one of a few values that occur."""
    attributes = draw(st.lists(st.sampled_from(FILTERABLE), max_size=3, unique=True))
    occurring = {name: sorted({str(record[name]) for record in small_records()}) for name in attributes}
    return {name: one_of(draw(st.sets(st.sampled_from(values), max_size=6))) for name, values in occurring.items()}


moments = st.one_of(
    st.sampled_from(range(2_000)).map(lambda number: moment(small_records()[number])),
    st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 21), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive by contract
)


class TestSelecting:
    @settings(deadline=None)
    @given(predicates(), moments, moments, st.booleans(), st.booleans(), st.integers(0, 2_000))
    def test_gives_what_reading_every_record_would(
        self,
        where: Predicates,
        one: datetime,
        other: datetime,
        start_inclusive: bool,
        end_inclusive: bool,
        offset: int,
    ) -> None:
        start, end = sorted((one, other))
        expected = [
            record
            for record in small_records()
            if start <= moment(record) <= end
            and (start_inclusive or moment(record) != start)
            and (end_inclusive or moment(record) != end)
            and all(accepts(str(record[name])) for name, accepts in where.items())
        ]
        selection = small_history().select(
            start, end, start_inclusive=start_inclusive, end_inclusive=end_inclusive, where=where
        )
        assert selection.total == len(expected)
        assert selection.page(offset, 100) == expected[offset : offset + 100]
        assert selection.page(0, 100) == expected[:100]

    @settings(deadline=None, max_examples=20)
    @given(predicates(), st.integers(1, 300))
    def test_pages_follow_each_other_without_gap_or_overlap(self, where: Predicates, size: int) -> None:
        selection = small_history().select(LONG_AGO, NOW, where=where)
        pages = [selection.page(offset, size) for offset in range(0, selection.total, size)]
        assert [record for page in pages for record in page] == selection.page(0, selection.total)

    def test_past_the_end_there_is_nothing(self) -> None:
        selection = small_history().select(LONG_AGO, NOW)
        assert selection.page(selection.total, 100) == []
        assert len(selection.page(selection.total - 1, 100)) == 1

    def test_a_window_without_records_is_empty(self) -> None:
        selection = small_history().select(NOW + timedelta(days=1), NOW + timedelta(days=2))
        assert (selection.total, selection.page(0, 100)) == (0, [])

    def test_a_predicate_is_asked_for_values_and_not_for_records(self) -> None:
        asked: list[str] = []

        def note(value: str) -> bool:
            asked.append(value)
            return True

        small_history().select(LONG_AGO, NOW, where={"user_id": note})
        assert len(asked) == len(set(asked)) < 100

    def test_an_attribute_that_cannot_be_filtered_by_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            small_history().select(LONG_AGO, NOW, where={"request_body": lambda _: True})


class TestRequestIds:
    def test_lead_back_to_their_records(self) -> None:
        for record in small_records()[::37]:
            found = small_history().select(LONG_AGO, NOW, request_id=record["request_id"]).page(0, 10)
            assert record in found
            assert {each["request_id"] for each in found} == {record["request_id"]}

    def test_are_shared_by_a_rotation_and_its_note_only(self) -> None:
        by_id: dict[str, list[Record]] = {}
        for record in small_records():
            by_id.setdefault(record["request_id"], []).append(record)
        shared = [records for records in by_id.values() if len(records) > 1]
        assert shared
        for records in shared:
            assert len(records) == 2
            assert all(record["uri"].endswith("/rotate") for record in records)
            request_id = records[0]["request_id"]
            assert small_history().select(LONG_AGO, NOW, request_id=request_id).page(0, 10) == records

    def test_respect_time_and_the_other_filters(self) -> None:
        record = small_records()[100]
        later = moment(record) + timedelta(seconds=1)
        history, request_id = small_history(), record["request_id"]
        assert history.select(later, NOW, request_id=request_id).total == 0
        assert history.select(LONG_AGO, NOW, request_id=request_id, where={"method": lambda _: False}).total == 0

    @pytest.mark.parametrize("request_id", ["nonsense", "3f2b8c1e-0000-4000-8000-000000000000", "é" * 36])
    def test_that_were_never_given_find_nothing(self, request_id: str) -> None:
        assert small_history().select(LONG_AGO, NOW, request_id=request_id).total == 0


class TestHistory:
    @pytest.mark.parametrize("records", [0, 1, 250, 1_000, 3_000])
    def test_holds_as_many_records_as_asked_for(self, records: int) -> None:
        history = History(records=records, days=3, now=NOW)
        assert len(history) == history.select(LONG_AGO, NOW).total == len(everything(history)) == records

    def test_is_newest_first_and_within_its_days(self) -> None:
        times = [moment(record) for record in small_records()]
        assert times == sorted(times, reverse=True)
        assert NOW - timedelta(days=14, seconds=1) <= times[-1] <= times[0] <= NOW

    def test_is_the_same_for_the_same_seed_clock_and_size(self) -> None:
        again = History(records=2_000, days=14, seed=7, now=NOW)
        assert json.dumps(everything(again)) == json.dumps(small_records())
        assert (again.users, again.workspaces, again.api_keys) == (
            small_history().users, small_history().workspaces, small_history().api_keys,
        )  # fmt: skip

    def test_is_another_for_another_seed(self) -> None:
        assert everything(History(records=2_000, days=14, seed=8, now=NOW)) != small_records()

    def test_every_record_has_all_fields_in_the_api_order_as_text(self) -> None:
        for record in small_records():
            assert list(record) == FIELDS
            assert isinstance(record["response_status_code"], int)
            assert all(isinstance(value, str) for name, value in record.items() if name != "response_status_code")

    def test_a_million_records_are_reached_at_any_depth(self) -> None:
        history = History(records=1_000_000, now=NOW)
        selection = history.select(LONG_AGO, NOW)
        assert selection.total == 1_000_000
        pages = [selection.page(offset, 100) for offset in (0, 500_000, 999_900)]
        assert [len(page) for page in pages] == [100, 100, 100]
        oldest = moment(pages[-1][-1])
        assert NOW - timedelta(days=90, seconds=1) <= oldest <= NOW - timedelta(days=89)

    def test_many_records_share_a_second(self) -> None:
        times = [record["timestamp"] for record in small_records()]
        assert max(times.count(time) for time in set(times)) >= 3


class TestFreshRecords:
    def test_are_a_function_of_sequence_and_time(self) -> None:
        at = NOW + timedelta(minutes=3)
        assert small_history().fresh(5, at) == History(records=2_000, days=14, seed=7, now=NOW).fresh(5, at)

    def test_have_the_time_they_arrive_at_and_ids_of_their_own(self) -> None:
        fresh = [small_history().fresh(sequence, NOW + timedelta(seconds=sequence)) for sequence in range(200)]
        assert [moment(record) for record in fresh] == [
            NOW.replace(microsecond=0) + timedelta(seconds=sequence) for sequence in range(200)
        ]
        assert all(list(record) == FIELDS for record in fresh)
        assert not {record["request_id"] for record in fresh} & {record["request_id"] for record in small_records()}
