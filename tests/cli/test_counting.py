"""Counts against a plain look at every record, over a socket."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings

from tests.cli.scene import inquiring
from tests.demo.asking import NOW
from tests.domain.queries import VOCABULARY, Vocabulary, queries
from tui.cli.buckets import Buckets, parse_length
from tui.cli.counting import Counted, count
from tui.demo.server import DemoServer
from tui.domain.columns import column_for
from tui.domain.query import AuditQuery
from tui.domain.query_text import format_query
from tui.domain.record import AuditRecord
from tui.domain.time_range import TimeRange, Window
from tui.session.value_spread import FieldPlace

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


async def counted(
    server: DemoServer, text: str, *, by: FieldPlace | None = None, per: timedelta | None = None, local: datetime = NOW
) -> Counted:
    async with inquiring(server, text, local=local) as inquiry:
        return await count(inquiry, by=by, per=per)


def vocabulary_of(records: list[AuditRecord]) -> Vocabulary:
    """Values that records have, by the place where they stand."""
    columns = [column for name in (*VOCABULARY, "body.model") if (column := column_for(name)) is not None]
    found = {column.name: Counter(column.read(record) for record in records) for column in columns}
    seen = {name: tuple(text for text, _ in counts.most_common(6) if text) for name, counts in found.items()}
    return {**{name: texts for name, texts in seen.items() if texts}, "text": VOCABULARY["text"]}


def days_of(records: list[AuditRecord]) -> Counter[datetime]:
    """How many records each day has."""
    return Counter(record.time.replace(hour=0, minute=0, second=0) for record in records if record.time)


def days(found: Counted) -> dict[datetime, int]:
    """What was counted of each day that has any."""
    starts = Buckets(DAY, found.frozen.window).starts()
    return {start: found.buckets[number] for number, start in enumerate(starts) if found.buckets[number]}


class TestByTotals:
    """What the API does by itself takes a request."""

    async def test_one_request_has_the_count(self, server: DemoServer, everything: list[AuditRecord]):
        found = await counted(server, "method:PUT since:30d")
        assert found.count == sum(record.method == "PUT" for record in everything) > 100
        assert found.exact
        assert server.request_count == 1

    async def test_values_that_exclude_each_other_take_one_each(
        self, server: DemoServer, everything: list[AuditRecord]
    ):
        found = await counted(server, "method:PUT,DELETE since:30d")
        assert found.count == sum(record.method in ("PUT", "DELETE") for record in everything)
        assert server.request_count == 2

    async def test_none_is_a_count_too(self, server: DemoServer):
        found = await counted(server, "status:599 since:30d")
        assert (found.count, found.exact) == (0, True)

    async def test_that_no_uri_fits_is_not_proved(self, server: DemoServer):
        found = await counted(server, "uri:/v2/nowhere since:30d")
        assert (found.count, found.exact, found.incomplete) == (0, False, False)
        assert "uri:~" in found.remarks[0]

    @pytest.mark.parametrize(
        "switches",
        [{"filters": "ignored"}, {"total_meaning": "page"}, {"envelope": "records-only"}],
    )
    async def test_where_a_total_cannot_be_trusted_every_record_is_looked_at(
        self, server: DemoServer, everything: list[AuditRecord], switches: dict[str, str]
    ):
        server.set(**switches)
        found = await counted(server, "method:PUT since:30d")
        assert found.count == sum(record.method == "PUT" for record in everything)
        assert server.request_count > 2

    async def test_a_wrong_clock_of_ours_does_not_move_the_window(self, server: DemoServer):
        found = await counted(server, "method:PUT since:30d", local=NOW + timedelta(days=40))
        assert found.frozen.window.end == NOW
        assert found.count > 0
        assert server.request_count == 2


class TestByRecords:
    async def test_what_the_api_cannot_do_is_counted_here(self, server: DemoServer, everything: list[AuditRecord]):
        found = await counted(server, "is:failed -type:api_key since:30d")
        assert found.count == sum(record.failed and record.user_type != "api_key" for record in everything)
        assert found.exact
        assert server.request_count == 12

    def test_any_query_counts_what_a_plain_filter_lets_through(self, server: DemoServer, everything: list[AuditRecord]):
        async def compare(query: AuditQuery) -> None:
            async with inquiring(server, format_query(query)) as inquiry:
                found = await count(inquiry)
                window = found.frozen.window
                fitting = [
                    record for record in everything
                    if record.time and window.start <= record.time <= window.end and inquiry.matcher(record)
                ]  # fmt: skip
            assert found.count == len(fitting)
            assert found.exact or "uri" in format_query(query)

        @settings(max_examples=30, deadline=None)
        @given(queries(vocabulary_of(everything)).filter(lambda query: "@" not in format_query(query)))
        def check(query: AuditQuery) -> None:
            asyncio.run(compare(query.with_range(TimeRange(timedelta(days=30)))))

        check()


class TestByValue:
    async def test_each_value_is_counted_most_first(self, server: DemoServer, everything: list[AuditRecord]):
        found = await counted(server, "since:30d", by=("res",))
        assert dict(found.values) == Counter(record.resource_type for record in everything)
        assert [number for _, number in found.values] == sorted((n for _, n in found.values), reverse=True)
        assert found.count == sum(number for _, number in found.values)
        assert found.exact

    async def test_blanks_are_a_value(self, server: DemoServer, everything: list[AuditRecord]):
        found = await counted(server, "since:30d", by=("ws",))
        assert dict(found.values)[""] == sum(not record.workspace_id for record in everything) > 0

    async def test_at_a_path_an_array_stands_for_its_items(self, server: DemoServer):
        found = await counted(server, "res:api-keys op:create since:30d", by=("body", "scopes"))
        scopes = dict(found.values)
        assert len(scopes) > 1
        assert sum(scopes.values()) > found.count


class TestOverTime:
    async def test_a_request_counts_a_day(self, server: DemoServer, everything: list[AuditRecord]):
        found = await counted(server, "since:8d", per=DAY)
        window = found.frozen.window
        recent = [record for record in everything if record.time and record.time >= window.start]
        assert days(found) == days_of(recent)
        assert found.count == len(recent)

    async def test_few_requests_instead_of_many_pages(self, server: DemoServer):
        found = await counted(server, "since:30d", per=10 * DAY)
        assert found.exact
        assert sum(found.buckets.values()) == found.count == 1_200
        assert server.request_count == 1 + len(Buckets(10 * DAY, found.frozen.window)) < 12

    async def test_what_must_be_looked_at_is_counted_as_it_is_read(
        self, server: DemoServer, everything: list[AuditRecord]
    ):
        found = await counted(server, "is:failed since:30d", per=DAY)
        assert days(found) == days_of([record for record in everything if record.failed])

    @pytest.mark.parametrize("switches", [{"start_inclusive": "false"}, {"end_inclusive": "false"}])
    async def test_ends_that_the_api_leaves_out_do_not_cost_a_record(
        self, server: DemoServer, everything: list[AuditRecord], switches: dict[str, str]
    ):
        server.set(**switches)
        found = await counted(server, "since:29d until:1d", per=10 * DAY)
        assert sum(found.buckets.values()) == found.count

    @pytest.mark.parametrize("style", ["blank", "js-date", "offset"])
    async def test_times_in_any_form_find_their_day(
        self, server: DemoServer, everything: list[AuditRecord], style: str
    ):
        server.set(timestamp_style=style)
        assert days(await counted(server, "is:failed since:30d", per=DAY)) == days_of(
            [record for record in everything if record.failed]
        )


class TestBuckets:
    WINDOW = Window(datetime(2026, 11, 20, 10, 20, tzinfo=UTC), datetime(2026, 11, 20, 13, 0, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("length", "starts"),
        [
            ("1h", ["20T10:00", "20T11:00", "20T12:00", "20T13:00"]),
            ("90m", ["20T09:00", "20T10:30", "20T12:00"]),
            ("1d", ["20T00:00"]),
            ("1w", ["16T00:00"]),
        ],
    )
    def test_they_begin_where_people_begin_them(self, length: str, starts: list[str]):
        buckets = Buckets(parse_length(length), self.WINDOW)
        assert [f"{start:%dT%H:%M}" for start in buckets.starts()] == starts
        assert len(buckets) == len(starts)

    def test_their_windows_are_those_of_the_window_and_do_not_touch(self):
        windows = list(Buckets(parse_length("1h"), self.WINDOW).windows())
        assert windows[0].start == self.WINDOW.start
        assert windows[-1].end == self.WINDOW.end
        for one, other in pairwise(windows):
            assert other.start - one.end == timedelta(milliseconds=1)

    def test_a_record_lies_in_one_or_in_none(self):
        buckets = Buckets(parse_length("1h"), self.WINDOW)
        assert buckets.number_of(AuditRecord(timestamp="2026-11-20T12:59:59.999Z")) == 2
        assert buckets.number_of(AuditRecord(timestamp="2026-11-20T14:00:00Z")) is None
        assert buckets.number_of(AuditRecord(timestamp="some day")) is None

    @pytest.mark.parametrize("text", ["", "now", "0s", "hour", "2026-11-20", "-"])
    def test_what_is_no_length_is_refused(self, text: str):
        with pytest.raises(ValueError, match="15m, 1h, 1d"):
            parse_length(text)
