"""The archive before the API: the same pages as without it, and no request for what is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.archive.scene import DAY, LATER, NOW, read_all, request_for, stand_in, wired
from tui.archive.coverage import Grade, Span
from tui.archive.offline import HeldSource
from tui.demo.server import DemoServer
from tui.demo.switches import Switches
from tui.domain.errors import ArchiveTrouble, SourceError
from tui.domain.matching import Matcher
from tui.domain.page import Origin, Page, PageRequest, Parameters
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.time_range import Window

LONG = Window(NOW - timedelta(days=9), NOW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "archives" / "a.db"


def asked(server: DemoServer) -> int:
    return server.request_count


class TestTheSecondLook:
    async def test_costs_nothing_where_a_window_is_whole_and_settled(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as first:
                records, total, _ = await read_all(first.source, request_for(DAY))
            server.forget()
            async with wired(server, file) as second:
                again, total_again, pages = await read_all(second.source, request_for(DAY, frozen_at=LATER))
            assert (again, total_again) == (records, total)
            assert {page.origin for page in pages} == {Origin.ARCHIVE}
            assert asked(server) == 0

    async def test_asks_only_for_what_came_since(self, file: Path):
        since_yesterday = Window(NOW - timedelta(days=3), NOW)
        with stand_in() as server:
            async with wired(server, file) as first:
                await read_all(first.source, request_for(Window(NOW - timedelta(days=3), NOW - timedelta(hours=1))))
            server.forget()
            async with wired(server, file) as second:
                found = await read_all(second.source, request_for(since_yesterday))
                expected = await read_all(second.api, request_for(since_yesterday))
            assert found[:2] == expected[:2]
            starts = {request.query["start_time"] for request in server.requests[: -len(expected[2])]}
            assert len(starts) == 1
            assert starts.pop() > "2026-11-20T10:5"

    async def test_asks_again_for_what_may_still_be_joined_by_others(self, file: Path):
        last_hours = Window(NOW - timedelta(hours=5), NOW)
        with stand_in() as server:
            async with wired(server, file) as first:
                await read_all(first.source, request_for(last_hours))
                await first.keeper.settle()
                covered = await first.archive.read(lambda store: store.coverage())
            assert covered.spans == (Span.of(Window(last_hours.start, NOW - timedelta(seconds=180, milliseconds=1))),)

    async def test_of_a_filtered_query_costs_nothing_either(self, file: Path):
        deletes: Parameters = (("method", "DELETE"),)
        with stand_in() as server:
            async with wired(server, file) as first:
                records, *_ = await read_all(first.source, request_for(DAY, deletes))
            server.forget()
            async with wired(server, file) as second:
                again, *_ = await read_all(second.source, request_for(DAY, deletes, frozen_at=LATER))
                assert asked(server) == 0
                await second.source.fetch(request_for(DAY, frozen_at=LATER))
            assert again == records
            assert asked(server) == 1


CHOICES = [
    Switches(),
    Switches(start_inclusive=False),
    Switches(end_inclusive=False),
    Switches(start_inclusive=False, end_inclusive=False),
    Switches(timestamp_style="ms-z-real"),
    Switches(total_past_end="constant"),
    Switches(total_meaning="page"),
    Switches(envelope="records-only"),
]


class TestWhateverWasReadBefore:
    @pytest.mark.parametrize("switches", CHOICES, ids=repr)
    @pytest.mark.parametrize("seed", range(6))
    async def test_the_answer_is_the_api_s(self, switches: Switches, seed: int, file: Path):
        chance = Random(seed)  # noqa: S311 - it chooses what is read
        with stand_in(switches) as server:
            async with wired(server, file) as at:
                for _ in range(chance.randrange(1, 6)):
                    await at.source.fetch(_any_request(chance))
                await at.keeper.settle()
                for parameters in ((), (("method", "POST"),)):
                    request = request_for(_any_window(chance), parameters, frozen_at=LATER)
                    expected = await read_all(at.api, request)
                    found = await read_all(at.source, request)
                    assert found[:2] == expected[:2]


def _any_window(chance: Random) -> Window:
    start = chance.randrange(1, 9 * 24)
    return Window(NOW - timedelta(hours=start), NOW - timedelta(hours=chance.randrange(start)))


def _any_request(chance: Random) -> PageRequest:
    parameters: Parameters = chance.choice(((), (("method", "POST"),), (("response_status_code", "200"),)))
    return request_for(_any_window(chance), parameters, number=chance.randrange(4))


class TestWhereItCantHelp:
    async def test_the_api_s_error_is_told(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as first:
                await read_all(first.source, request_for(DAY))
            async with wired(server, file) as at:
                server.queue("500")
                with pytest.raises(SourceError):
                    await at.source.fetch(request_for(LONG, frozen_at=LATER))
                assert len((await at.source.fetch(request_for(DAY, frozen_at=LATER))).records) > 0

    async def test_nothing_is_shown_by_a_key_it_does_not_know_before_records_came_by_it(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as first:
                await read_all(first.source, request_for(DAY))
            async with wired(server, file, key="pk-another-key-of-nobody") as stranger:
                with pytest.raises(SourceError):
                    await stranger.source.fetch(request_for(DAY, frozen_at=LATER))

    async def test_another_organisation_s_records_are_not_mixed_in(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as first:
                await read_all(first.source, request_for(DAY))
                await first.keeper.settle()
                await first.archive.write(lambda store: store.note("organisation", "another one"))
            async with wired(server, file) as at:
                await at.source.fetch(request_for(LONG, frozen_at=LATER))
                await at.keeper.settle()
                page = await at.source.fetch(request_for(DAY, frozen_at=LATER))
                assert page.origin is Origin.API
                assert any("another organisation" in note for note in page.notes)


class TestAQueryUnderWay:
    """The pages of a frozen query are counted in one way from its first to its last."""

    FAILED = Matcher(parse_query("-status:200", now=NOW).query.terms, Surroundings())

    def failed(self, frozen_at: datetime = LATER) -> PageRequest:
        return replace(request_for(DAY, frozen_at=frozen_at), wanted=self.FAILED)

    async def test_is_read_from_the_api_where_nothing_was_trusted_when_it_began(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as at:
                expected, total, _ = await read_all(at.api, self.failed())
                first = await at.source.fetch(self.failed())
                await at.keeper.settle()
                assert at.keeper.trusted
                second = await at.source.fetch(replace(self.failed(), number=1))
        assert (first.total, second.total) == (total, total)
        assert [*first.records, *second.records] == expected

    async def test_goes_on_at_the_api_where_its_pages_are_the_same(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as at:
                expected, *_ = await read_all(at.source, request_for(DAY))
                await at.keeper.settle()
                first = await at.source.fetch(request_for(DAY, frozen_at=LATER))
                at.keeper.set_aside(ArchiveTrouble("It broke.", "Mend it."))
                second = await at.source.fetch(request_for(DAY, frozen_at=LATER, number=1))
        assert (first.origin, second.origin) == (Origin.ARCHIVE, Origin.CACHE)
        assert [*first.records, *second.records] == expected[:200]
        assert "It broke. Mend it. Nothing is kept until then." in second.notes

    async def test_ends_with_the_trouble_where_they_have_other_records(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as at:
                await read_all(at.source, request_for(DAY))
                await at.keeper.settle()
                assert (await at.source.fetch(self.failed())).origin is Origin.ARCHIVE
                at.keeper.set_aside(ArchiveTrouble("It broke.", "Mend it."))
                with pytest.raises(ArchiveTrouble, match="It broke") as caught:
                    await at.source.fetch(replace(self.failed(), number=1))
                again = await at.source.fetch(self.failed(LATER + timedelta(seconds=1)))
        assert caught.value.cure == "Mend it. Asked again, the query is read from the API alone."
        assert again.origin is not Origin.ARCHIVE


class TestWhatIsWanted:
    async def test_what_surely_does_not_fit_is_left_out_of_pages_and_totals(self, file: Path):
        query = parse_query("-status:200 prompts", now=NOW).query
        fits = Matcher(query.terms, Surroundings())
        with stand_in() as server:
            async with wired(server, file) as at:
                records, *_ = await read_all(at.source, request_for(DAY))
                await at.keeper.settle()
                request = replace(request_for(DAY, frozen_at=LATER), wanted=fits)
                page = await at.source.fetch(request)
        expected = [record for record in records if fits(record)]
        assert [record for record in page.records if fits(record)] == expected[:100]
        assert page.total is not None
        assert len(expected) <= page.total < len(records) / 2


class TestOffline:
    async def held(self, file: Path, request: PageRequest) -> Page:
        with stand_in() as server:
            async with wired(server, file) as at:
                return await HeldSource(at.archive).fetch(request)

    async def test_what_is_whole_is_given_without_a_word(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as at:
                records, total, _ = await read_all(at.source, request_for(DAY))
        found = await self.held(file, request_for(DAY, frozen_at=LATER))
        assert (list(found.records), found.total) == (records[:100], total)
        assert not found.partial
        assert found.notes == ()

    async def test_what_is_missing_is_told(self, file: Path):
        with stand_in() as server:
            async with wired(server, file) as at:
                await read_all(at.source, request_for(DAY))
        found = await self.held(file, request_for(Window(DAY.start, DAY.end + timedelta(hours=2)), frozen_at=LATER))
        assert found.partial
        assert found.notes == (
            "Not whole in the archive: 2026-11-19T12:00:00.001Z to 2026-11-19T14:00:00Z, 2h together.",
        )

    async def test_nothing_is_told_of_an_empty_archive_but_that_it_is(self, file: Path):
        found = await self.held(file, request_for(DAY))
        assert found.records == ()
        assert found.partial


async def test_everything_that_was_read_is_proved(file: Path):
    with stand_in() as server:
        async with wired(server, file) as at:
            records, *_ = await read_all(at.source, request_for(DAY))
            await at.keeper.settle()
            covered = await at.archive.read(lambda store: store.coverage())
            count = await at.archive.read(lambda store: store.count_all(Span.of(DAY)))
    assert [(stretch.span, stretch.grade) for stretch in covered.stretches] == [(Span.of(DAY), Grade.PROVED)]
    assert count == len(records)


async def test_what_never_added_up_is_told_with_the_answer(file: Path):
    with stand_in() as server:
        async with wired(server, file) as at:
            await read_all(at.source, request_for(DAY))
            await at.keeper.settle()
            await at.archive.write(lambda store: store.uncover(Span.of(DAY)))
            await at.archive.write(lambda store: store.cover(Span.of(DAY), Grade.DOUBTED))
            page = await at.source.fetch(request_for(DAY, frozen_at=LATER))
            held = await HeldSource(at.archive).fetch(request_for(DAY, frozen_at=LATER))
    assert page.origin is Origin.ARCHIVE
    assert page.notes == held.notes == (
        "Never as many records as the API counts: 2026-11-18T12:00:00Z to 2026-11-19T12:00:00Z, 24h together.",
    )  # fmt: skip
    assert page.partial
