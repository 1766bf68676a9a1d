"""A query read to its end without a screen, and what is known of its being all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cli.scene import inquiring
from tests.demo.asking import NOW
from tests.exporting.scene import InMemory
from tests.session.scene import Log, record
from tui.demo.server import DemoServer
from tui.domain.errors import QueryTooSlow, Unauthorized, Unavailable
from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.exporting.reading import Inquiry, Reading

pytestmark = pytest.mark.anyio


async def read(server: DemoServer, text: str) -> tuple[Reading, list[AuditRecord]]:
    """A reading at its end, and what it found."""
    async with inquiring(server, text) as inquiry:
        reading = Reading(inquiry, inquiry.freeze(inquiry.clock()))
        return reading, [record async for records in reading.matches() for record in records]


async def _exhaust(reading: Reading) -> None:
    async for _ in reading.matches():
        pass


class TestReading:
    async def test_everything_comes_once_and_newest_first(self, server: DemoServer, everything: list[AuditRecord]):
        reading, found = await read(server, "since:30d")
        assert found == everything
        assert (reading.matched, reading.scanned, reading.total) == (1_200, 1_200, 1_200)
        assert reading.proved
        assert not reading.incomplete
        assert reading.remarks == []

    async def test_only_what_fits(self, server: DemoServer, everything: list[AuditRecord]):
        reading, found = await read(server, "is:failed since:30d")
        assert found == [record for record in everything if record.failed]
        assert (reading.matched, reading.scanned) == (len(found), 1_200)
        assert reading.proved

    async def test_streams_are_merged(self, server: DemoServer, everything: list[AuditRecord]):
        _, found = await read(server, "op:create,delete since:30d")
        assert found == [record for record in everything if record.operation.name in ("create", "delete")]

    async def test_at_most_two_pages_are_asked_for_at_a_time(self, server: DemoServer):
        server.queue(*["hold"] * 12)
        async with inquiring(server, "is:failed since:30d") as inquiry:
            reading = Reading(inquiry, inquiry.freeze(inquiry.clock()))
            reader = asyncio.create_task(_exhaust(reading))
            for count in (1, 3, 5):
                await asyncio.to_thread(server.wait_for_requests, count)
                assert server.request_count == count
                server.release()
            reader.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reader
            server.release()

    async def test_a_wrong_clock_of_ours_is_found_out_before_anything_is_found(self, server: DemoServer):
        async with inquiring(server, "since:30d", local=NOW - timedelta(days=9)) as inquiry:
            reading = Reading(inquiry, inquiry.freeze(inquiry.clock()))
            found = [record async for records in reading.matches() for record in records]
        assert len(found) == 1_200
        assert reading.frozen.window.end == NOW


class TestTrouble:
    async def test_what_passes_by_itself_is_tried_again(self, server: DemoServer):
        server.queue("429", "chunked", "500", "chunked", "cut", "reset")
        reading, found = await read(server, "is:failed since:30d")
        assert reading.proved
        assert found

    async def test_what_does_not_ends_it_with_what_was_found(self, server: DemoServer):
        server.queue("chunked", "chunked", "401", "401")
        reading, found = await read(server, "since:30d")
        assert isinstance(reading.problem, Unauthorized)
        assert 0 < len(found) == reading.scanned < 1_200
        assert reading.incomplete
        assert not reading.proved

    async def test_of_two_pages_that_fail_one_is_told(self, server: DemoServer):
        server.queue("chunked", *["500"] * 8)
        reading, found = await read(server, "since:30d")
        assert isinstance(reading.problem, Unavailable)
        assert len(found) == 100

    async def test_a_term_that_takes_too_long_ends_it(self, server: DemoServer):
        reading, _ = await read(server, "/(.*a){30}!/ since:30d")
        assert isinstance(reading.problem, QueryTooSlow)


class TestProof:
    """A number that looks right is not proof."""

    async def test_an_api_that_does_not_count(self, server: DemoServer):
        server.set(envelope="records-only")
        reading, found = await read(server, "is:failed since:30d")
        assert found
        assert not reading.proved
        assert not reading.incomplete
        assert "doesn't say how many" in reading.remarks[-1]

    async def test_one_that_counts_the_page(self, server: DemoServer):
        server.set(total_meaning="page")
        reading, found = await read(server, "since:30d")
        assert len(found) == 1_200
        assert not reading.proved
        assert not reading.incomplete

    async def test_two_records_of_one_request_are_two_also_on_either_side_of_a_page_break(self):
        records = [record(min(number, 99), request_body=f"{number}") for number in range(150)]
        query = parse_query("", now=NOW).query
        matcher = Matcher(query.terms, Surroundings())
        inquiry = Inquiry(InMemory(Log(records)), query, Names(), matcher, lambda: NOW)
        reading = Reading(inquiry, inquiry.freeze(NOW))
        await _exhaust(reading)
        assert reading.matched == 150
        assert reading.proved

    async def test_one_that_gives_more_while_it_is_read(self, server: DemoServer):
        server.set(drift=3, late=86_400)
        reading, _ = await read(server, "since:30d until:1m")
        assert not reading.proved
        assert reading.remarks

    async def test_one_that_leaves_a_filter_undone(self, server: DemoServer, everything: list[AuditRecord]):
        server.set(filters="ignored")
        reading, found = await read(server, "method:PUT since:30d")
        assert found == [record for record in everything if record.method == "PUT"]
        assert reading.proved
        assert "did not honour method:PUT" in reading.remarks[0]
