"""The client against the stand-in API: every fault it has, and every reading of what the documentation leaves open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tui.demo.faults import FAULTS
from tui.demo.history import History
from tui.demo.keys import OTHER_PLAN_KEY, REVOKED_KEY, UNSCOPED_KEY, WORKSPACE_KEY
from tui.demo.server import DemoServer
from tui.demo.switches import Switches
from tui.domain.errors import (
    Forbidden,
    Garbled,
    NotFound,
    RateLimited,
    Rejected,
    SourceError,
    TimedOut,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from tui.domain.page import Page, PageRequest, Waiting
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.domain.time_range import Window
from tui.sources.portkey import PortkeySource
from tui.sources.retrying import RetryingSource, RetryPolicy
from tui.sources.transport import DEFAULT_LIMITS, Limits, Transport

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REQUEST = PageRequest(Window(NOW - timedelta(days=2), NOW), NOW)
HISTORY = History(records=2_000, days=10, now=NOW)
HASTY = Limits(total=0.5, read=0.3)


@contextmanager
def stand_in(switches: Switches | None = None, **options: object) -> Iterator[DemoServer]:
    with DemoServer(HISTORY, switches=switches, clock=lambda: NOW, **options) as server:  # type: ignore[arg-type]
        yield server


def source_to(server: DemoServer, *, key: str = "", limits: Limits = DEFAULT_LIMITS) -> PortkeySource:
    transport = Transport(server.base_url, Secret(key or server.key), clock=lambda: NOW, limits=limits)
    return PortkeySource(transport, redact=redact)


async def fetch(server: DemoServer, request: PageRequest = REQUEST, **options: object) -> Page:
    source = source_to(server, **options)  # type: ignore[arg-type]
    try:
        return await source.fetch(request)
    finally:
        await source.aclose()


class TestPages:
    async def test_all_pages_are_all_records_once_and_newest_first(self) -> None:
        with stand_in() as server:
            source = source_to(server)
            first = await source.fetch(REQUEST)
            assert first.total is not None
            last = (first.total - 1) // 100
            rest = [await source.fetch(PageRequest(REQUEST.window, NOW, number=number + 1)) for number in range(last)]
            beyond = await source.fetch(PageRequest(REQUEST.window, NOW, number=last + 1))
            await source.aclose()
        records = [record for page in (first, *rest) for record in page.records]
        assert len(records) == first.total == len({record.model_dump_json() for record in records})
        times = [record.time for record in records if record.time]
        assert times == sorted(times, reverse=True)
        assert (beyond.records, beyond.total) == ((), None)

    async def test_a_filter_is_honoured_there(self) -> None:
        with stand_in() as server:
            page = await fetch(server, PageRequest(REQUEST.window, NOW, (("method", "DELETE"),)))
        assert page.total
        assert {record.method for record in page.records} == {"DELETE"}

    @pytest.mark.parametrize("style", ["ms-z", "ms-z-real", "blank", "js-date", "offset"])
    async def test_every_form_of_time_is_read(self, style: str) -> None:
        with stand_in(Switches().changed({"timestamp_style": style})) as server:
            page = await fetch(server)
        assert len(page.records) == 100
        assert all(REQUEST.window.start <= record.time <= NOW for record in page.records if record.time)
        assert None not in {record.time for record in page.records}

    @pytest.mark.parametrize(
        ("switch", "total_known"),
        [({"envelope": "records-only"}, False), ({"object_value": "absent"}, True), ({"total_meaning": "page"}, True),
         ({"workspace_form": "slug"}, True), ({"country": "name"}, True), ({"tie_order": "shuffled"}, True)],
    )  # fmt: skip
    async def test_other_readings_of_the_documentation_give_the_same_rows(
        self, switch: Mapping[str, str], total_known: bool
    ) -> None:
        with stand_in(Switches().changed(switch)) as server:
            page = await fetch(server)
        assert len(page.records) == 100
        assert (page.total is not None) is total_known


class TestTheOrganisation:
    NAMED = PageRequest(REQUEST.window, NOW, (("organisation_id", "00000000-0000-4000-8000-000000000000"),))

    async def test_refused_it_is_left_out_and_the_page_says_so(self) -> None:
        with stand_in() as server:
            page = await fetch(server, self.NAMED)
            assert server.request_count == 2
        assert len(page.records) == 100
        assert page.notes

    @pytest.mark.parametrize("envelope", ["A", "B", "C", "flat"])
    async def test_whatever_the_refusal_looks_like(self, envelope: str) -> None:
        with stand_in(Switches().changed({"error_envelope": envelope})) as server:
            assert (await fetch(server, self.NAMED)).notes

    async def test_required_the_error_says_how_to_give_it(self) -> None:
        with stand_in(Switches().changed({"org_param": "required"})) as server:
            source = source_to(server)
            with pytest.raises(Rejected, match="400 AB01") as caught:
                await source.fetch(REQUEST)
            await source.aclose()
        assert "--organisation" in caught.value.cure


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "kind"),
        [
            (REVOKED_KEY, Unauthorized),
            (UNSCOPED_KEY, Forbidden),
            (WORKSPACE_KEY, Forbidden),
            (OTHER_PLAN_KEY, Forbidden),
        ],
    )
    @pytest.mark.parametrize("envelope", ["A", "B", "C", "flat"])
    async def test_a_refused_key_is_told_in_every_envelope(
        self, key: str, kind: type[SourceError], envelope: str
    ) -> None:
        with stand_in(Switches().changed({"error_envelope": envelope})) as server:
            with pytest.raises(kind) as caught:
                await fetch(server, key=key)
            assert server.request_count == 1
        assert key not in caught.value.cause + caught.value.cure
        assert "“" in caught.value.cause


HARMLESS = {"row-text", "no-total", "total-text", "huge-number", "chunked", "gzip"}
EXPECTED: Mapping[str, type[SourceError]] = {
    "401": Unauthorized, "402": Rejected, "403": Forbidden, "403-html": Forbidden, "429": RateLimited,
    "429-seconds": RateLimited, "429-date": RateLimited, "500": Unavailable, "500-html": Unavailable,
    "502-html": Unavailable, "503-html": Unavailable, "503-seconds": Unavailable, "html": NotFound,
    "redirect-301": Rejected, "redirect-302": Rejected, "redirect-307": Rejected, "list": Garbled, "null": Garbled,
    "no-rows": Garbled, "rows-object": Garbled, "nan": Garbled, "deep": Garbled, "slow": TimedOut, "hold": TimedOut,
    "drip": TimedOut, "cut": Garbled, "cut-chunked": Garbled, "cut-close": Garbled, "close": Garbled,
    "reset": Unreachable, "garbage": Garbled, "cut-gzip": Garbled, "empty": Garbled, "not-utf8": Garbled,
    "two-lengths": Garbled, "endless-headers": Garbled,
}  # fmt: skip


@pytest.mark.proof("T4")
class TestFaults:
    def test_each_of_them_is_met_here(self) -> None:
        assert HARMLESS | set(EXPECTED) | {"gzip-bomb"} == set(FAULTS)

    @pytest.mark.parametrize("fault", sorted(HARMLESS))
    async def test_what_does_no_harm_gives_the_rows(self, fault: str) -> None:
        with stand_in() as server:
            server.queue(fault)
            assert len((await fetch(server)).records) >= 100

    @pytest.mark.parametrize(("fault", "kind"), EXPECTED.items())
    async def test_what_does_is_told_with_its_cause(self, fault: str, kind: type[SourceError]) -> None:
        with stand_in() as server:
            server.queue(fault)
            with pytest.raises(kind) as caught:
                await fetch(server, limits=HASTY if kind is TimedOut else DEFAULT_LIMITS)
            assert server.request_count == 1
        assert caught.value.cause.endswith(".")
        assert "elsewhere.invalid" in caught.value.cause or not fault.startswith("redirect")

    async def test_a_body_that_swells_is_asked_for_again_in_smaller_pages(self) -> None:
        with stand_in() as server:
            server.queue("gzip-bomb")
            whole = await fetch(server)
            assert [request.query["page_size"] for request in server.requests] == ["100", *["10"] * 10]
            assert whole.records == (await fetch(server)).records

    @pytest.mark.parametrize("fault", ["429-seconds", "429-date", "503-seconds"])
    async def test_the_wish_of_the_server_is_waited_for_in_sight(self, fault: str) -> None:
        told: list[Waiting | None] = []

        async def sleep(_: float) -> None:
            await asyncio.sleep(0)

        with stand_in() as server:
            server.queue(fault)
            source = RetryingSource(source_to(server), clock=lambda: 0.0, sleep=sleep, random=lambda: 0.0)
            page = await source.fetch(REQUEST, told.append)
            await source.aclose()
        assert len(page.records) == 100
        assert told == [Waiting(2.0, fault[:3]), None]

    async def test_through_a_storm_of_them_every_record_arrives_once(self) -> None:
        lasting = {"slow", "hold", "drip", "gzip-bomb"}
        faults = [name for name, kind in EXPECTED.items() if kind.transient and name not in lasting]
        chance = Random(7)  # noqa: S311 — it chooses faults, not secrets

        async def sleep(_: float) -> None:
            await asyncio.sleep(0)

        with stand_in() as server:
            expected = [await fetch(server, PageRequest(REQUEST.window, NOW, number=number)) for number in range(3)]
            server.queue(*(chance.choice(faults) for _ in range(60)))
            policy = RetryPolicy(attempts=100, budget=100)
            source = RetryingSource(source_to(server), policy, clock=lambda: 0.0, sleep=sleep, random=lambda: 0.0)
            pages = await asyncio.gather(
                *(source.fetch(PageRequest(REQUEST.window, NOW, number=number)) for number in range(3))
            )
            await source.aclose()
        assert [page.records for page in pages] == [page.records for page in expected]
