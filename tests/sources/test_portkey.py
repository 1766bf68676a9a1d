"""How pages of audit records are asked for, and what a client must tolerate in the answers."""

from __future__ import annotations

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.hostile import DATE, Hostile, Reply, answer, endless, http, page, serving
from tests.sources.scene import FIRST_PAGE, KEY, NOW, RECORD, WINDOW, source_at, unredacted
from tui.domain.errors import Forbidden, Garbled, NotFound, Rejected
from tui.domain.page import PageRequest
from tui.domain.record import AuditRecord
from tui.domain.time_range import Window
from tui.sources.portkey import INLINE_BYTES, PortkeySource
from tui.sources.transport import Limits, Transport

INDIA = timezone(timedelta(hours=5, minutes=30))


class TestAskingForAPage:
    async def test_times_are_utc_with_milliseconds_and_pages_count_from_zero(self) -> None:
        async with source_at(page(RECORD)) as (source, server):
            await source.fetch(FIRST_PAGE)
        assert server.requests[0].path == "/v1/audit-logs"
        assert server.requests[0].parameters == {
            "start_time": "2026-11-19T12:00:00.000Z",
            "end_time": "2026-11-20T12:00:00.000Z",
            "current_page": "0",
            "page_size": "100",
        }

    async def test_a_window_in_another_zone_is_the_same_window(self) -> None:
        window = Window(WINDOW.start.astimezone(INDIA), WINDOW.end.astimezone(INDIA))
        async with source_at(page()) as (source, server):
            await source.fetch(PageRequest(window, NOW))
        assert server.requests[0].parameters["start_time"] == "2026-11-19T12:00:00.000Z"

    async def test_filters_number_and_size_go_as_they_are(self) -> None:
        request = PageRequest(WINDOW, NOW, (("method", "PUT"), ("response_status_code", "403")), 7, 10)
        async with source_at(page()) as (source, server):
            await source.fetch(request)
        sent = server.requests[0].parameters
        assert (sent["method"], sent["response_status_code"]) == ("PUT", "403")
        assert (sent["current_page"], sent["page_size"]) == ("7", "10")

    @pytest.mark.parametrize(
        "value", ["a b", "a+b", "a&page_size=1", "%2F", "100%", "ü/é", "#x", "a=b", "\x00\r\n", "?"]
    )
    async def test_every_value_arrives_as_it_was_given(self, value: str) -> None:
        async with source_at(page()) as (source, server):
            await source.fetch(PageRequest(WINDOW, NOW, (("uri", value),)))
        assert server.requests[0].parameters["uri"] == value
        assert "+" not in server.requests[0].target

    async def test_half_a_surrogate_pair_from_the_command_line_does_no_harm(self) -> None:
        async with source_at(page()) as (source, server):
            await source.fetch(PageRequest(WINDOW, NOW, (("uri", "\udcff"),)))
        assert server.requests[0].parameters["uri"] == "?"

    async def test_filters_too_long_for_an_address_are_refused_without_asking(self) -> None:
        async with source_at(page()) as (source, server):
            with pytest.raises(Rejected, match="too long"):
                await source.fetch(PageRequest(WINDOW, NOW, (("uri", "x" * 70_000),)))
        assert server.requests == []

    async def test_it_says_who_asks(self) -> None:
        async with source_at(page()) as (source, server):
            await source.fetch(FIRST_PAGE)
        assert server.requests[0].headers["user-agent"].startswith("portkey-audit/")


class TestTheOrganisationId:
    REQUEST = PageRequest(WINDOW, NOW, (("method", "PUT"), ("organisation_id", "org-1")))
    REFUSED = answer({"success": False, "data": {"message": "Not you", "errorCode": "AB03"}}, 403)

    async def test_it_is_left_out_unless_the_request_names_one(self) -> None:
        async with source_at(page()) as (source, server):
            await source.fetch(FIRST_PAGE)
        assert "organisation_id" not in server.requests[0].parameters

    async def test_it_is_sent_when_the_request_names_one(self) -> None:
        async with source_at(page(RECORD)) as (source, server):
            got = await source.fetch(self.REQUEST)
        assert server.requests[0].parameters["organisation_id"] == "org-1"
        assert got.notes == ()

    async def test_where_it_is_refused_it_is_left_out_at_once_and_from_then_on_and_the_page_says_so(self) -> None:
        async with source_at(self.REFUSED, page(RECORD)) as (source, server):
            first = await source.fetch(self.REQUEST)
            second = await source.fetch(self.REQUEST)
        assert ["organisation_id" in request.parameters for request in server.requests] == [True, False, False]
        assert all(request.parameters["method"] == "PUT" for request in server.requests)
        assert first.notes == second.notes
        assert "organisation id" in first.notes[0]

    async def test_where_the_key_is_refused_anyway_that_is_the_error_and_nothing_is_concluded(self) -> None:
        async with source_at(self.REFUSED, self.REFUSED, page(RECORD)) as (source, server):
            with pytest.raises(Forbidden):
                await source.fetch(self.REQUEST)
            await source.fetch(self.REQUEST)
        assert ["organisation_id" in request.parameters for request in server.requests] == [True, False, True]

    async def test_where_it_may_be_missed_the_cure_says_how_to_give_it(self) -> None:
        refused = answer({"success": False, "data": {"message": "Invalid request", "errorCode": "AB01"}}, 400)
        async with source_at(refused) as (source, _):
            with pytest.raises(Rejected, match="400 AB01: “Invalid request”") as caught:
                await source.fetch(FIRST_PAGE)
        assert "--organisation" in caught.value.cure
        assert "organisation_id in config.toml" in caught.value.cure


class TestTotals:
    @pytest.mark.parametrize(
        ("told", "understood"),
        [
            (48211, 48211),
            ("48211", 48211),
            (-1, None),
            (True, None),
            (None, None),
            ("many", None),
            (1.5, None),
            ([], None),
            ("٣", None),
            ("9" * 5000, None),
            (0, None),
        ],
    )
    async def test_only_a_number_from_one_says_how_many_there_are(self, told: Any, understood: int | None) -> None:
        async with source_at(page(RECORD, total=told)) as (source, _):
            assert (await source.fetch(FIRST_PAGE)).total == understood

    async def test_a_missing_total_is_not_known(self) -> None:
        async with source_at(answer({"records": [RECORD]})) as (source, _):
            assert (await source.fetch(FIRST_PAGE)).total is None

    async def test_nothing_at_all_is_nothing(self) -> None:
        async with source_at(page()) as (source, _):
            got = await source.fetch(FIRST_PAGE)
        assert (got.records, got.total) == ((), 0)

    async def test_nought_past_the_last_page_says_nothing(self) -> None:
        async with source_at(page()) as (source, _):
            assert (await source.fetch(PageRequest(WINDOW, NOW, number=9))).total is None


class TestClocks:
    async def test_the_server_s_clock_and_how_far_it_is_ahead_come_with_the_page(self) -> None:
        async with serving(page(RECORD)) as server:
            transport = Transport(server.base_url, KEY, clock=lambda: NOW - timedelta(seconds=42))
            got = await PortkeySource(transport, redact=unredacted).fetch(FIRST_PAGE)
            await transport.aclose()
        assert got.server_time == NOW
        assert got.skew == 42.0

    @pytest.mark.parametrize("date", [b"yesterday", b"", b"Fri, 99 Nov 2026 12:00:00 GMT"])
    async def test_a_date_that_cannot_be_read_is_no_date(self, date: bytes) -> None:
        async with source_at(page(RECORD).replace(DATE.encode(), date)) as (source, _):
            got = await source.fetch(FIRST_PAGE)
        assert (got.server_time, got.skew) == (None, 0.0)


class TestRows:
    async def test_unknown_fields_survive_and_null_absent_and_empty_are_alike(self) -> None:
        async with source_at(page({"country": None, "action": "", "new_field": {"a": [1]}})) as (source, _):
            (record,) = (await source.fetch(FIRST_PAGE)).records
        assert record.country == record.action == record.uri == ""
        assert record.as_api()["new_field"] == {"a": [1]}

    @pytest.mark.parametrize("value", ["a row", None, 7, [1, 2], True])
    async def test_what_is_not_a_record_is_still_a_row(self, value: Any) -> None:
        async with source_at(page(RECORD, value)) as (source, _):
            records = (await source.fetch(FIRST_PAGE)).records
        assert len(records) == 2
        assert records[1].as_api()["unreadable"] == value

    @pytest.mark.parametrize("timestamp", ["", "not a time", 17, None, "2026-99-99T00:00:00Z"])
    async def test_a_bad_time_keeps_its_row(self, timestamp: Any) -> None:
        async with source_at(page({**RECORD, "timestamp": timestamp})) as (source, _):
            assert (await source.fetch(FIRST_PAGE)).records[0].request_id == "r-1"

    @pytest.mark.parametrize("size", [1, 100])
    async def test_nobody_sees_a_record_before_it_is_redacted(self, size: int) -> None:
        body = {**RECORD, "request_body": "hush" * INLINE_BYTES if size == 100 else "hush"}

        def redact(record: AuditRecord) -> AuditRecord:
            return record.model_copy(update={"request_body": "‹redacted›"})

        async with source_at(page(*[body] * size, "hush"), redact=redact) as (source, _):
            records = (await source.fetch(FIRST_PAGE)).records
        assert len(records) == size + 1
        assert {record.request_body for record in records} == {"‹redacted›"}

    async def test_a_record_nested_too_deeply_for_the_redaction_is_a_row_that_says_so(self) -> None:
        def redact(record: AuditRecord) -> AuditRecord:
            if record.request_id:
                raise RecursionError
            return record

        async with source_at(page(RECORD, {}), redact=redact) as (source, _):
            records = (await source.fetch(FIRST_PAGE)).records
        assert "nested too deeply" in records[0].as_api()["unreadable"]

    async def test_more_rows_than_asked_for_are_all_kept(self) -> None:
        async with source_at(page(*[RECORD] * 30)) as (source, _):
            assert len((await source.fetch(PageRequest(WINDOW, NOW, size=10))).records) == 30

    async def test_the_size_of_the_body_is_told(self) -> None:
        async with source_at(http(b'{"records":[]}')) as (source, _):
            assert (await source.fetch(FIRST_PAGE)).size_bytes == 14


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELD_NAMES = st.sampled_from(
    [*AuditRecord.model_fields, "identity", "time", "model_config", "self", "_x", "__class__"]
)


class TestAnyJsonAtAll:
    @settings(max_examples=150, deadline=None)
    @given(records=st.lists(JSON_VALUES | st.dictionaries(FIELD_NAMES, JSON_VALUES), max_size=4), total=JSON_VALUES)
    def test_every_value_among_the_records_becomes_a_row_that_can_be_used(self, records: list[Any], total: Any) -> None:
        async def fetch() -> None:
            async with source_at(page(*records, total=total)) as (source, _):
                got = await source.fetch(FIRST_PAGE)
            assert len(got.records) == len(records)
            for record in got.records:
                json.dumps(record.as_api(), ensure_ascii=False).encode()
                assert record.identity == record.identity
                assert record.time is None or record.time.tzinfo is UTC
                assert isinstance(record.operation.name, str)
                assert record.failed in (True, False)

        asyncio.run(fetch())


class TestJsonThatIsNoneOrNoPage:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b"{}",
            b'"text"',
            b'{"records": null}',
            b'{"records": {"0": {}}}',
            b'{"records": [{}',
            b"{]",
            b'{"records": [], "total": NaN}',
            b'{"records": [{"uri": Infinity}]}',
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b'{"records": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
            b"\x00\x00",
            b"\xff\xfe{\x00}\x00",
            b"\x1f\x8b\x08",
        ],
        ids=lambda body: repr(body[:24]),
    )
    async def test_it_is_told_as_garbled_and_never_as_an_empty_page(self, body: bytes) -> None:
        async with source_at(http(body)) as (source, _):
            with pytest.raises(Garbled) as caught:
                await source.fetch(FIRST_PAGE)
        assert caught.value.cause.startswith("127.0.0.1 answered")

    async def test_a_web_page_instead_of_data_points_at_the_base_url(self) -> None:
        async with source_at(http(b"\n<!DOCTYPE html><title>Sign in</title>")) as (source, _):
            with pytest.raises(NotFound, match="web page instead of data") as caught:
                await source.fetch(FIRST_PAGE)
        assert not caught.value.transient
        assert "base URL" in caught.value.cure

    async def test_no_record_data_gets_into_the_error(self) -> None:
        async with source_at(http(b'{"records":[{"request_body":"sk-live-secret"')) as (source, _):
            with pytest.raises(Garbled) as caught:
                await source.fetch(FIRST_PAGE)
        assert "sk-live" not in str(caught.value) + caught.value.cure


class TestJsonThatIsOddButGood:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            (b'"\\ud800"', "\\ud800"),
            (b'"a\\uDFFFz"', "a\\udfffz"),
            (b'"\\ud83d\\ude00"', "😀"),
            (b'"a\\u0000b"', "a\x00b"),
            (b'"\xff"', "\N{REPLACEMENT CHARACTER}"),
            (b"1" * 5000, "1" * 5000),
            (b"1e999", "1e999"),
            (b"9223372036854775808", 9223372036854775808),
            (b'["\\ud800",{"\\ud801":1}]', ["\\ud800", {"\\ud801": 1}]),
        ],
        ids=lambda value: repr(value)[:24],
    )
    async def test_what_nothing_else_could_take_stays_as_it_was_written(self, written: bytes, read: Any) -> None:
        async with source_at(http(b'{"records": [{"extra": ' + written + b"}]}")) as (source, _):
            (record,) = (await source.fetch(FIRST_PAGE)).records
        assert record.as_api()["extra"] == read
        json.dumps(record.as_api(), ensure_ascii=False).encode()

    async def test_a_byte_order_mark_is_skipped(self) -> None:
        async with source_at(http(b'\xef\xbb\xbf{"records": [{}]}')) as (source, _):
            assert len((await source.fetch(FIRST_PAGE)).records) == 1

    async def test_of_a_repeated_name_the_last_holds(self) -> None:
        async with source_at(http(b'{"records": [{"uri": "/a", "uri": "/b"}]}')) as (source, _):
            assert (await source.fetch(FIRST_PAGE)).records[0].uri == "/b"


def rows(first: int, count: int) -> bytes:
    return page(*({"request_id": f"r-{number}"} for number in range(first, first + count)), total=137)


class TestPagesTooBigToComeInOne:
    TOO_BIG = staticmethod(endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 4096))

    def source(self, *replies: Reply) -> AbstractAsyncContextManager[tuple[PortkeySource, Hostile]]:
        return source_at(*replies, limits=Limits(body_bytes=8192))

    async def test_the_same_rows_are_asked_for_in_tens(self) -> None:
        parts: list[Reply] = [rows(300 + start, 10) for start in range(0, 100, 10)]
        async with self.source(self.TOO_BIG, *parts) as (source, server):
            got = await source.fetch(PageRequest(WINDOW, NOW, number=3))
        assert [record.request_id for record in got.records] == [f"r-{number}" for number in range(300, 400)]
        assert got.total == 137
        asked = [(int(r.parameters["current_page"]), int(r.parameters["page_size"])) for r in server.requests]
        assert asked == [(3, 100), *((number, 10) for number in range(30, 40))]

    async def test_and_then_one_by_one_until_the_big_one_is_a_row_that_says_so(self) -> None:
        ones: list[Reply] = [rows(0, 1), rows(1, 1), self.TOO_BIG, rows(3, 1), page(total=0)]
        async with self.source(self.TOO_BIG, self.TOO_BIG, *ones) as (source, server):
            got = await source.fetch(FIRST_PAGE)
        assert [record.request_id for record in got.records] == ["r-0", "r-1", "", "r-3"]
        assert "bigger than" in got.records[2].as_api()["unreadable"]
        assert got.total == 137
        assert [request.parameters["page_size"] for request in server.requests] == ["100", "10", *["1"] * 5]

    async def test_a_short_part_is_the_end(self) -> None:
        async with self.source(self.TOO_BIG, rows(0, 10), rows(10, 4)) as (source, server):
            assert len((await source.fetch(FIRST_PAGE)).records) == 14
        assert len(server.requests) == 3

    async def test_a_page_of_a_size_that_tens_do_not_divide_is_asked_for_one_by_one(self) -> None:
        async with self.source(self.TOO_BIG, *(rows(number, 1) for number in range(25))) as (source, server):
            got = await source.fetch(PageRequest(WINDOW, NOW, number=2, size=25))
        assert len(got.records) == 25
        assert [int(r.parameters["current_page"]) for r in server.requests[1:]] == list(range(50, 75))

    async def test_what_stands_on_two_parts_comes_once_and_twins_on_one_come_both(self) -> None:
        """Records of one time may come in another order each time: a doubled one stands in the place of another."""

        def part(*names: str) -> bytes:
            return page(*({"request_id": name, "timestamp": "2026-11-20T11:00:00.000Z"} for name in names), total=137)

        parts: list[Reply] = [part("twin", "twin", *"abcdefgh"), part("h", "a", "i"), part("never asked for")]
        async with self.source(self.TOO_BIG, *parts) as (source, _):
            got = await source.fetch(FIRST_PAGE)
        assert [record.request_id for record in got.records] == ["twin", "twin", *"abcdefgh", "i"]
