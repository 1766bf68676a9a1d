"""Whose pages are kept, who may be shown what is kept, and what becomes of it when keeping fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.archive.records import NOON, entry
from tui.archive.archive import Archive
from tui.archive.coverage import Coverage, Grade, Span, Stretch
from tui.archive.keeping import ORGANISATION, Keeper, KeepingSource, check_organisation, keep
from tui.archive.names import ArchivedNames, HeldDirectory
from tui.archive.narrowing import EVERYTHING
from tui.archive.store import Store
from tui.domain.errors import ArchiveTrouble, Unreachable
from tui.domain.names import Named, NameKind
from tui.domain.page import PAGE_SIZE, Page, PageRequest
from tui.domain.record import AuditRecord
from tui.domain.secret import Secret
from tui.domain.time_range import Window
from tui.sources.base import WaitListener, unheard

KEY = Secret("pk-of-ana-and-of-nobody-else")
OTHER_KEY = Secret("pk-of-somebody-quite-different")
WINDOW = Window(NOON - timedelta(minutes=5), NOON)
EARLIER = Window(NOON - timedelta(hours=5), NOON - timedelta(hours=4))
LATER = NOON + timedelta(hours=1)
ALL = Span.of(Window(NOON - timedelta(days=1), NOON + timedelta(days=1)))
FULL = ArchiveTrouble("The disk is full.", "Make room.")
LOCKED = ArchiveTrouble("It is locked.", passing=True)


def log_of(count: int, organisation: str = "org-1") -> list[AuditRecord]:
    return [entry(-number, request_id=f"r-{number}", organisation_id=organisation) for number in range(count)]


def page_of(records: Sequence[AuditRecord], total: int | None = None) -> Page:
    return Page(tuple(records), len(records) if total is None else total)


def request_for(number: int = 0, size: int = PAGE_SIZE) -> PageRequest:
    return PageRequest(WINDOW, LATER, number=number, size=size)


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    opened = Archive.open(tmp_path / "archives" / "a.db")
    yield opened
    await opened.aclose()


async def records_in(archive: Archive) -> list[AuditRecord]:
    return [record for _, record in await archive.read(lambda store: store.select(ALL, EVERYTHING, limit=10_000))]


async def covered_in(archive: Archive) -> Coverage:
    return await archive.read(lambda store: store.coverage())


async def fact(archive: Archive, name: str) -> str:
    return await archive.read(lambda store: store.fact(name))


def fail_writing(monkeypatch: pytest.MonkeyPatch, trouble: ArchiveTrouble) -> list[int]:
    """Have every write of an archive fail from now on; gives a list with an entry for each that was tried."""
    tried: list[int] = []

    async def fail(*_: Any) -> None:
        tried.append(1)
        raise trouble

    monkeypatch.setattr(Archive, "write", fail)
    return tried


class TestWhatIsKept:
    async def test_a_page_with_what_it_proves(self, archive: Archive):
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of(log_of(5)))
        await keeper.settle()
        assert await records_in(archive) == log_of(5)
        assert (await covered_in(archive)).stretches == (Stretch(Span.of(WINDOW), Grade.PROVED),)

    async def test_that_there_is_nothing(self, archive: Archive):
        keeper = Keeper(archive, KEY)
        keeper.keep(replace(request_for(), window=EARLIER), page_of(log_of(1)))
        await keeper.settle()
        keeper.keep(request_for(), page_of([]))
        await keeper.settle()
        assert (await covered_in(archive)).is_whole(Span.of(WINDOW))

    async def test_pages_of_one_query_prove_together(self, archive: Archive):
        keeper, log = Keeper(archive, KEY), log_of(250)
        for number in (2, 0, 1):
            keeper.keep(request_for(number), page_of(log[number * PAGE_SIZE :][:PAGE_SIZE], 250))
        await keeper.settle()
        assert await records_in(archive) == log
        assert (await covered_in(archive)).stretches == (Stretch(Span.of(WINDOW), Grade.PROVED),)

    async def test_small_pages_are_not_which_are_looked_at_for_their_total(self, archive: Archive):
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(size=1), page_of(log_of(1), 900))
        await keeper.settle()
        assert await records_in(archive) == []

    async def test_what_proves_nothing_is_kept_as_well(self, archive: Archive):
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of(log_of(5), 900))
        await keeper.settle()
        assert await records_in(archive) == log_of(5)
        assert (await covered_in(archive)).stretches == ()

    async def test_a_keeper_that_is_closed_takes_nothing_more_and_has_written_the_rest(self, archive: Archive):
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of(log_of(2)))
        await keeper.aclose()
        keeper.keep(request_for(), page_of(log_of(9)))
        await keeper.settle()
        assert await records_in(archive) == log_of(2)


class Api:
    """A source of one page, or of an error."""

    def __init__(self, answer: Page | Exception) -> None:
        self.answer = answer
        self.closed = False

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def aclose(self) -> None:
        self.closed = True


class TestTheSource:
    async def test_gives_the_page_as_it_came_and_keeps_it(self, archive: Archive):
        api, keeper = Api(page_of(log_of(3))), Keeper(archive, KEY)
        source = KeepingSource(api, keeper)
        assert await source.fetch(request_for()) is api.answer
        await source.aclose()
        await keeper.settle()
        assert api.closed
        assert await records_in(archive) == log_of(3)

    async def test_passes_errors_on(self, archive: Archive):
        source = KeepingSource(Api(Unreachable("down")), Keeper(archive, KEY))
        with pytest.raises(Unreachable):
            await source.fetch(request_for())
        assert await records_in(archive) == []

    async def test_gives_pages_whether_or_not_they_can_be_kept(self, archive: Archive, monkeypatch: pytest.MonkeyPatch):
        keeper = Keeper(archive, KEY)
        fail_writing(monkeypatch, FULL)
        source = KeepingSource(Api(page_of(log_of(3))), keeper)
        assert (await source.fetch(request_for())).records == tuple(log_of(3))
        await keeper.settle()
        assert (await source.fetch(request_for())).records == tuple(log_of(3))


class TestTheOrganisation:
    async def test_of_the_first_records_is_the_archive_s(self, archive: Archive):
        await archive.write(lambda store: keep(store, log_of(2), ()))
        assert await fact(archive, ORGANISATION) == "org-1"

    async def test_another_one_s_are_not_mixed_in(self, archive: Archive):
        await archive.write(lambda store: keep(store, log_of(2), ()))
        proved = [Stretch(Span.of(WINDOW), Grade.PROVED)]
        with pytest.raises(ArchiveTrouble, match="another organisation") as trouble:
            await archive.write(lambda store: keep(store, log_of(9, "org-2"), proved))
        assert "profile of its own" in trouble.value.cure
        assert await records_in(archive) == log_of(2)
        assert (await covered_in(archive)).stretches == ()
        assert await fact(archive, ORGANISATION) == "org-1"

    async def test_its_own_among_records_of_several_are_its_own(self, archive: Archive):
        await archive.write(lambda store: keep(store, log_of(2), ()))
        await archive.write(lambda store: keep(store, [*log_of(2), *log_of(2, "org-2")], ()))
        assert await fact(archive, ORGANISATION) == "org-1"

    async def test_records_that_name_none_or_several_say_nothing_of_it(self, archive: Archive):
        for records in ([], log_of(2, ""), [*log_of(1, "org-1"), *log_of(1, "org-2")]):
            await archive.write(lambda store, records=records: check_organisation(store, records))  # type: ignore[misc]
        assert await fact(archive, ORGANISATION) == ""

    async def test_whoever_brings_another_one_s_is_told_and_shown_nothing(self, archive: Archive):
        first = Keeper(archive, KEY)
        first.keep(request_for(), page_of(log_of(2)))
        await first.settle()
        stranger = Keeper(archive, OTHER_KEY)
        stranger.keep(request_for(), page_of(log_of(2, "org-2")))
        await stranger.settle()
        assert not stranger.trusted
        assert len(stranger.notes()) == 1
        assert "another organisation" in stranger.notes()[0]
        assert not Keeper(archive, OTHER_KEY).trusted
        assert first.trusted


class TestTheKey:
    async def test_is_trusted_once_records_came_by_it(self, archive: Archive):
        assert not Keeper(archive, KEY).trusted
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of(log_of(1)))
        await keeper.settle()
        assert keeper.trusted
        assert Keeper(archive, KEY).trusted
        assert not Keeper(archive, OTHER_KEY).trusted

    async def test_is_not_by_records_that_do_not_say_whose_they_are(self, archive: Archive):
        first = Keeper(archive, KEY)
        first.keep(request_for(), page_of(log_of(2)))
        await first.settle()
        stranger = Keeper(archive, OTHER_KEY)
        stranger.keep(request_for(), page_of(log_of(2, "")))
        await stranger.settle()
        assert not stranger.trusted
        stranger.keep(request_for(1), page_of(log_of(2), total=2))
        await stranger.settle()
        assert stranger.trusted

    async def test_that_is_not_known_can_not_say_that_nothing_happened(self, archive: Archive):
        stranger = Keeper(archive, KEY)
        stranger.keep(request_for(), page_of([], total=0))
        await stranger.settle()
        assert (await archive.read(lambda store: store.coverage())).spans == ()

    async def test_is_where_nobody_ever_says_whose_records_are(self, archive: Archive):
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of(log_of(2, "")))
        await keeper.settle()
        assert keeper.trusted

    async def test_is_not_because_nothing_came_by_it(self, archive: Archive):
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of([]))
        await keeper.settle()
        assert not keeper.trusted
        assert not Keeper(archive, KEY).trusted

    async def test_may_be_one_of_several(self, archive: Archive):
        for key in (KEY, OTHER_KEY, KEY):
            keeper = Keeper(archive, key)
            keeper.keep(request_for(), page_of(log_of(1)))
            await keeper.settle()
        assert Keeper(archive, KEY).trusted
        assert Keeper(archive, OTHER_KEY).trusted
        assert len((await fact(archive, "keys")).split()) == 2

    async def test_itself_stands_nowhere(self, tmp_path: Path):
        archive = Archive.open(tmp_path / "archives" / "a.db")
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of(log_of(30)))
        await keeper.aclose()
        in_use = [file.read_bytes() for file in archive.file.parent.iterdir()]
        await archive.aclose()
        closed = [file.read_bytes() for file in archive.file.parent.iterdir()]
        for data in (*in_use, *closed):
            assert KEY.reveal().encode() not in data
            assert KEY.reveal().encode("utf-16-le") not in data

    async def test_has_another_mark_in_each_archive(self, archive: Archive, tmp_path: Path):
        other = Archive.open(tmp_path / "other" / "b.db")
        for each in (archive, other):
            keeper = Keeper(each, KEY)
            keeper.keep(request_for(), page_of(log_of(1)))
            await keeper.settle()
        assert await fact(archive, "keys") != await fact(other, "keys")
        await other.aclose()


class TestTrouble:
    @pytest.fixture
    async def keeper(self, archive: Archive) -> Keeper:
        """One that is trusted."""
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of(log_of(1)))
        await keeper.settle()
        return keeper

    async def test_that_does_not_pass_ends_it_and_is_told_once(self, keeper: Keeper, monkeypatch: pytest.MonkeyPatch):
        tried = fail_writing(monkeypatch, FULL)
        for number in range(3):
            keeper.keep(request_for(number), page_of(log_of(100), 900))
        await keeper.settle()
        keeper.keep(request_for(3), page_of(log_of(100), 900))
        await keeper.settle()
        assert len(tried) == 3
        assert keeper.trouble is FULL
        assert not keeper.trusted
        assert keeper.notes() == ("The disk is full. Make room. Nothing is kept until then.",)

    async def test_is_over_for_whoever_tries_again_once_it_is_mended(
        self, archive: Archive, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
    ):
        with monkeypatch.context() as full:
            fail_writing(full, FULL)
            keeper.keep(request_for(), page_of(log_of(3)))
            await keeper.settle()
        keeper.try_again()
        assert keeper.trusted
        keeper.keep(replace(request_for(), frozen_at=NOON + timedelta(hours=2)), page_of(log_of(3)))
        await keeper.settle()
        assert await records_in(archive) == log_of(3)

    async def test_that_passes_does_not(self, archive: Archive, keeper: Keeper, monkeypatch: pytest.MonkeyPatch):
        with monkeypatch.context() as locked:
            fail_writing(locked, LOCKED)
            keeper.keep(request_for(), page_of(log_of(2)))
            await keeper.settle()
        assert keeper.trusted
        assert keeper.notes() == ()
        keeper.keep(request_for(), page_of(log_of(3)))
        await keeper.settle()
        assert await records_in(archive) == log_of(3)

    async def test_the_first_is_the_one_that_is_told(self, keeper: Keeper):
        for trouble in (LOCKED, FULL, ArchiveTrouble("It is damaged.")):
            keeper.set_aside(trouble)
        assert keeper.trouble is FULL

    async def test_no_key_is_known_by_records_that_could_not_be_written(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ):
        keeper = Keeper(archive, KEY)
        with monkeypatch.context() as locked:
            fail_writing(locked, LOCKED)
            keeper.keep(request_for(), page_of(log_of(2)))
            await keeper.settle()
        assert not keeper.trusted

    async def test_to_settle_waits_for_all_that_came_meanwhile(self, archive: Archive):
        keeper = Keeper(archive, KEY)
        keeper.keep(request_for(), page_of(log_of(100), 200))
        settling = asyncio.create_task(keeper.settle())
        await asyncio.sleep(0)
        keeper.keep(request_for(1), page_of(log_of(200)[100:], 200))
        await settling
        assert await records_in(archive) == log_of(200)


ANA, BO = Named("Ana Ortiz", ("ana@x.example",)), Named("Bo \ud800 Ek")


def stopped() -> datetime:
    """A clock that stands."""
    return NOON


class TestNames:
    async def test_are_remembered_beside_the_others(self, archive: Archive):
        memory = ArchivedNames(archive, stopped)
        assert await memory.read() == {}
        await memory.write({NameKind.USER: {"u-1": ANA}})
        await memory.write({NameKind.USER: {"u-2": BO}, NameKind.WORKSPACE: {"u-1": Named("Lab")}})
        assert await memory.read() == {
            NameKind.USER: {"u-1": ANA, "u-2": BO},
            NameKind.WORKSPACE: {"u-1": Named("Lab")},
        }

    async def test_are_brought_up_to_date(self, archive: Archive):
        memory = ArchivedNames(archive, stopped)
        for named in (ANA, BO):
            await memory.write({NameKind.USER: {"u-1": named}})
        assert await memory.read() == {NameKind.USER: {"u-1": BO}}

    async def test_are_known_where_nobody_can_be_asked(self, archive: Archive):
        memory = ArchivedNames(archive, stopped)
        await memory.write({NameKind.USER: {"u-1": ANA}})
        reader = Archive.open_for_reading(archive.file)
        [names] = [names async for names in HeldDirectory(ArchivedNames(reader, stopped)).names()]
        assert names.actor("u-1") == "Ana Ortiz"
        await reader.aclose()

    async def test_are_not_written_to_what_is_open_for_reading(self, archive: Archive):
        reader = Archive.open_for_reading(archive.file)
        await ArchivedNames(reader, stopped).write({NameKind.USER: {"u-1": ANA}})
        await reader.aclose()
        assert await ArchivedNames(archive, stopped).read() == {}

    async def test_are_done_without_where_the_archive_fails(self, archive: Archive, monkeypatch: pytest.MonkeyPatch):
        def fail(*_: Any) -> None:
            raise FULL

        monkeypatch.setattr(Store, "learn_names", fail)
        monkeypatch.setattr(Store, "names", fail)
        memory = ArchivedNames(archive, stopped)
        await memory.write({NameKind.USER: {"u-1": ANA}})
        assert await memory.read() == {}

    async def test_of_kinds_that_a_later_version_knows_are_left_out(self, archive: Archive):
        later: Any = {"robot": {"b-1": Named("Bot")}, NameKind.USER: {"u-1": ANA}}
        await archive.write(lambda store: store.learn_names(later, NOON))
        assert await ArchivedNames(archive, stopped).read() == {NameKind.USER: {"u-1": ANA}}
