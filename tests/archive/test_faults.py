"""What can befall an archive: it is told with its cure, nothing that was kept is lost, and the API is read without it.

Whole disks and such as can't be written to are made by mount; without the right to it these stories are skipped.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from tests.archive.batch_nursery import ALWAYS, BATCH, batch, span_of, write_batch
from tests.archive.batches import batch_writer, check, locked
from tests.archive.scene import DAY, LATER, NOW, read_all, request_for, stand_in, wired
from tests.archive.small_disk import SmallDisk, small_disk
from tui.archive.archive import Archive
from tui.archive.narrowing import EVERYTHING
from tui.archive.store import Store
from tui.cli.connections import Keeping, open_connection, open_offline
from tui.demo.server import DemoServer
from tui.domain.errors import ArchiveTrouble
from tui.domain.masking import PLAIN
from tui.domain.page import Origin
from tui.domain.record import AuditRecord
from tui.domain.secret import Secret
from tui.sources.base import AuditSource
from tui.sources.connection import Connection

pytestmark = pytest.mark.proof("T7")

SOMEBODY = 12_345
"""The number of a user who isn't this one."""
KILLS = 30
MAKE_ROOM = "Make room, or: portkey-audit archive prune --before 90d"
PAGE = 4_096


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "archives" / "a.db"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with stand_in() as server:
        yield server


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is hardly waited for."""
    monkeypatch.setattr("tui.archive.schema._WAIT_MILLISECONDS", 20)


def made(file: Path, batches: int = 1) -> Path:
    """An archive with a few records, closed."""
    with closing(Store.open(file)) as store:
        for number in range(batches):
            write_batch(store, number)
    return file


def pages_of(file: Path) -> int:
    return file.stat().st_size // PAGE


@asynccontextmanager
async def exploring(server: DemoServer, file: Path) -> AsyncIterator[Connection]:
    """An explorer's way to the API, with an archive before it."""
    keeping = Keeping(file)
    connection = open_connection(server.base_url, Secret(server.key), clock=lambda: NOW, keeping=keeping, masks=PLAIN)
    try:
        yield connection
    finally:
        await connection.aclose()


async def records_of(source: AuditSource) -> list[AuditRecord]:
    return (await read_all(source, request_for(DAY, frozen_at=LATER)))[0]


@pytest.fixture
async def truth(server: DemoServer, tmp_path: Path) -> list[AuditRecord]:
    """What the API has of the day."""
    async with exploring(server, tmp_path / "another" / "a.db") as connection:
        return await records_of(connection.live)


async def is_done_without(server: DemoServer, file: Path, truth: list[AuditRecord], cause: str, cure: str) -> None:
    """The explorer says what the trouble is and what helps, and reads all that it would."""
    async with exploring(server, file) as connection:
        assert await records_of(connection.source) == truth
        (remark,) = connection.remarks
    assert cause in remark
    assert cure in remark


def picture(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """All that stands in a folder, and what is in it."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path.relative_to(folder))] = (status.st_ino, status.st_mode, data)
    return found


def fill_by_writing(store: Store) -> int:
    """Write until it goes no more; gives how many batches are written."""
    with pytest.raises(ArchiveTrouble, match=r"The disk of the archive .* is full") as caught:
        write_on(store)
    assert caught.value.cure == MAKE_ROOM
    return store.count_all(ALWAYS) // BATCH


def write_on(store: Store) -> None:
    """Write batches behind those that are there, without end."""
    for number in count(store.count_all(ALWAYS) // BATCH):
        write_batch(store, number)


# What stands in its place


def a_link(file: Path) -> None:
    made(file.with_name("elsewhere.db"))
    file.symlink_to(file.with_name("elsewhere.db"))


def a_link_to_nothing(file: Path) -> None:
    file.symlink_to(file.with_name("nowhere.db"))


def a_folder(file: Path) -> None:
    file.mkdir()


def a_pipe(file: Path) -> None:
    os.mkfifo(file, 0o600)


def a_text(file: Path) -> None:
    file.touch(0o600)
    file.write_text("These are no records. " * 400)


def a_broken_header(file: Path) -> None:
    made(file)
    with file.open("r+b") as stream:
        stream.write(b"\0" * 100)


def another_programs(file: Path, *, application: int = 0) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.executescript(
            f"PRAGMA application_id = {application}; CREATE TABLE songs (title); PRAGMA user_version = 1"
        )
    file.chmod(0o600)


def another_programs_with_a_number(file: Path) -> None:
    another_programs(file, application=77)


def somebody_elses(file: Path) -> None:
    made(file).chmod(0o666)
    os.chown(file, SOMEBODY, -1)


def in_somebody_elses_folder(file: Path) -> None:
    os.chown(made(file).parent, SOMEBODY, -1)


def in_a_folder_of_many(file: Path) -> None:
    made(file).parent.chmod(0o770)


class InPlace(NamedTuple):
    """Something that can't be used as an archive, and what is told of it."""

    make: Callable[[Path], None]
    cause: str
    cure: str

    def __str__(self) -> str:
        return self.make.__name__


AS_ROOT = {somebody_elses, in_somebody_elses_folder}
IN_PLACE = (
    InPlace(a_link, "A link stands in the place of the archive", "Remove the link."),
    InPlace(a_link_to_nothing, "A link stands in the place of the archive", "Remove the link."),
    InPlace(a_folder, "Is a directory", "Move it away"),
    InPlace(a_pipe, "it is not a plain file", "Move it away"),
    InPlace(a_text, "is damaged", "Move it away, and a new one is made: mv "),
    InPlace(a_broken_header, "is damaged", "Move it away, and a new one is made: mv "),
    InPlace(another_programs, "is another program's database", "Move it away: mv "),
    InPlace(another_programs_with_a_number, "is another program's database", "Move it away: mv "),
    InPlace(somebody_elses, "it belongs to somebody else", "and yours"),
    InPlace(in_somebody_elses_folder, "its folder belongs to somebody else", "and yours"),
    InPlace(in_a_folder_of_many, "others may write to its folder; chmod 700 makes it yours", "and yours"),
)


class TestWhatStandsInItsPlace:
    @pytest.fixture(params=IN_PLACE, ids=str)
    def in_place(self, request: pytest.FixtureRequest, file: Path) -> InPlace:
        what: InPlace = request.param
        if what.make in AS_ROOT and os.getuid() != 0:
            pytest.skip("only root can give a file to somebody else")
        file.parent.mkdir(mode=0o700)
        what.make(file)
        return what

    async def test_is_told_and_left_as_it_is(
        self, in_place: InPlace, file: Path, server: DemoServer, truth: list[AuditRecord]
    ):
        before = picture(file.parent)
        with pytest.raises(ArchiveTrouble) as caught:
            Archive.open(file)
        assert in_place.cause in caught.value.cause
        assert in_place.cure in caught.value.cure
        assert not caught.value.transient
        await is_done_without(server, file, truth, in_place.cause, in_place.cure)
        assert picture(file.parent) == before

    async def test_a_link_to_a_folder_of_ones_own_is_good(self, file: Path, tmp_path: Path):
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        file.parent.symlink_to(tmp_path / "elsewhere")
        made(file)
        assert check(tmp_path / "elsewhere" / file.name, [0]) == 1

    @pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
    async def test_a_link_to_somebody_elses_folder_is_not(
        self, file: Path, tmp_path: Path, server: DemoServer, truth: list[AuditRecord]
    ):
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        os.chown(tmp_path / "elsewhere", SOMEBODY, -1)
        file.parent.symlink_to(tmp_path / "elsewhere")
        await is_done_without(server, file, truth, "its folder belongs to somebody else", "and yours")
        assert list((tmp_path / "elsewhere").iterdir()) == []

    async def test_an_empty_file_is_a_new_archive(self, file: Path):
        file.parent.mkdir(mode=0o700)
        file.touch()  # noqa: ASYNC240 - a test may wait for its own disk
        made(file)
        assert check(file, [0]) == 1


class TestAnotherProcessKeepsItLocked:
    async def test_it_is_told_and_passes(self, file: Path, impatient: None):
        made(file)
        with closing(Store.open(file)) as store:
            with locked(file):
                with pytest.raises(ArchiveTrouble, match=r"Another process keeps the archive .* locked") as caught:
                    write_batch(store, 1)
                assert caught.value.transient
                assert caught.value.cure == "It is tried again; end that one if it hangs."
                assert store.coverage().is_whole(span_of(0))
            write_batch(store, 1)
        assert check(file, [0, 1]) == 2

    async def test_it_can_be_opened_and_read_meanwhile(self, file: Path, impatient: None):
        made(file)
        with locked(file), closing(Store.open(file)) as store:
            assert store.count_all(ALWAYS) == 20

    async def test_whoever_comes_then_does_without_it(
        self, file: Path, server: DemoServer, truth: list[AuditRecord], impatient: None
    ):
        made(file)
        with locked(file):
            await is_done_without(server, file, truth, "keeps the archive", "end that one if it hangs")
        assert check(file, [0]) == 1

    async def test_nothing_of_its_first_page_is_called_whole_by_those_that_come_after(
        self, file: Path, server: DemoServer, truth: list[AuditRecord], impatient: None
    ):
        async with wired(server, file) as first:
            with locked(file):
                await first.source.fetch(request_for(DAY, frozen_at=LATER))
                await first.keeper.settle()
            assert first.keeper.trouble is None
            assert await records_of(first.source) == truth
        async with wired(server, file) as second:
            assert await records_of(second.source) == truth

    async def test_what_is_read_once_more_is_kept(
        self, file: Path, server: DemoServer, truth: list[AuditRecord], impatient: None
    ):
        async with wired(server, file) as first:
            with locked(file):
                assert await records_of(first.source) == truth
                await first.keeper.settle()
        for asked in (True, False):
            server.forget()
            async with wired(server, file) as another:
                assert await records_of(another.source) == truth
            assert (server.request_count > 0) == asked


class TestAFullDisk:
    @pytest.fixture
    def disk(self, file: Path) -> Iterator[SmallDisk]:
        with small_disk(file.parent) as disk:
            yield disk

    def test_costs_nothing_that_was_written_and_goes_on_once_there_is_room(self, file: Path, disk: SmallDisk):
        disk.fill(leave=1_500_000)
        with closing(Store.open(file)) as store:
            failed = fill_by_writing(store)
            assert failed > 5
            with pytest.raises(ArchiveTrouble, match="is full"):
                write_batch(store, failed)
            disk.make_room()
            for number in range(failed, failed + 5):
                write_batch(store, number)
        assert check(file, range(failed + 5)) == failed + 5

    def test_whoever_ends_then_loses_nothing_either(self, file: Path, disk: SmallDisk):
        disk.fill(leave=1_500_000)
        with closing(Store.open(file)) as store:
            failed = fill_by_writing(store)
        disk.make_room()
        assert check(file, range(failed)) == failed

    def test_records_can_be_let_go_of_once_there_is_a_little_room(self, file: Path, disk: SmallDisk):
        disk.fill(leave=1_500_000)
        with closing(Store.open(file)) as store:
            failed = fill_by_writing(store)
        disk.make_room()
        disk.fill(leave=700_000)
        with closing(Store.open(file)) as store:
            with store.writing():
                assert store.prune(batch(2)[-1].time or NOW) == 40
            store.tidy()
        assert check(file, range(2, failed)) == failed - 2

    async def test_is_told_by_whoever_reads_and_goes_on(
        self, file: Path, disk: SmallDisk, server: DemoServer, truth: list[AuditRecord]
    ):
        made(file)
        async with wired(server, file) as reader:
            disk.fill()
            assert await records_of(reader.source) == truth
            await reader.keeper.settle()
            again, _, pages = await read_all(reader.source, request_for(DAY))
            notes = {page.notes for page in pages}
        assert again == truth
        assert notes == {(f"The disk of the archive {file} is full. {MAKE_ROOM} Nothing is kept until then.",)}
        disk.make_room()
        assert check(file, [0]) == 1

    async def test_is_told_where_it_is_from_the_start(
        self, file: Path, disk: SmallDisk, server: DemoServer, truth: list[AuditRecord]
    ):
        disk.fill()
        await is_done_without(server, file, truth, "is full", "Make room")

    async def test_is_told_where_there_is_an_archive_on_it(
        self, file: Path, disk: SmallDisk, server: DemoServer, truth: list[AuditRecord]
    ):
        made(file)
        disk.fill()
        await is_done_without(server, file, truth, "is full", "Make room")
        disk.make_room()
        assert check(file, [0]) == 1

    def test_is_told_where_the_file_may_not_grow(self, file: Path):
        with closing(Store.open(file)) as store:
            write_batch(store, 0)
            store._connection.execute(f"PRAGMA max_page_count = {pages_of(file)}").fetchall()
            failed = fill_by_writing(store)
        assert check(file, range(failed)) == failed


class TestADiskThatCantBeWrittenTo:
    @pytest.fixture
    def disk(self, file: Path) -> Iterator[SmallDisk]:
        with small_disk(file.parent) as disk:
            yield disk

    async def test_is_told_and_the_explorer_does_without(
        self, file: Path, disk: SmallDisk, server: DemoServer, truth: list[AuditRecord]
    ):
        made(file)
        disk.close()
        await is_done_without(server, file, truth, "Read-only file system", "Give yourself the right to write to it.")

    async def test_can_be_read(self, file: Path, disk: SmallDisk, server: DemoServer, truth: list[AuditRecord]):
        async with exploring(server, file) as connection:
            await records_of(connection.source)
        disk.close()
        offline = open_offline(file)
        records, _, pages = await read_all(offline.source, request_for(DAY))
        await offline.aclose()
        assert records == truth
        assert {page.origin for page in pages} == {Origin.ARCHIVE}

    def test_can_be_read_with_what_a_killed_process_left_beside_it(self, file: Path, disk: SmallDisk):
        with batch_writer() as writer:
            writer.begin(file, range(10_000))
            writer.wait_for(5)
            writer.kill()
            wrote, _ = writer.ended()
        disk.close()
        assert check(file, wrote) >= len(wrote)

    def test_becomes_so_while_it_is_open(self, file: Path, disk: SmallDisk):
        made(file)
        store = Store.open_for_reading(file)
        assert store.count_all(ALWAYS) == 20
        store.close()
        disk.close()
        with pytest.raises(ArchiveTrouble, match="Read-only file system"):
            Archive.open(file)
        assert check(file, [0]) == 1

    def test_so_can_a_folder(self, file: Path):
        made(file).chmod(0o400)
        file.parent.chmod(0o500)
        if os.access(file.parent, os.W_OK):
            pytest.skip("root may write to every folder: it is shown by a disk instead")
        assert check(file, [0]) == 1
        with pytest.raises(ArchiveTrouble, match="Permission denied") as caught:
            Archive.open(file)
        file.parent.chmod(0o700)
        assert caught.value.cure == "Give yourself the right to write to it."


class TestADamagedPage:
    def damage(self, file: Path, page: int, data: bytes) -> None:
        with file.open("r+b") as stream:
            stream.seek(page * PAGE)
            stream.write(data)

    async def test_in_the_middle_is_told_and_the_api_is_read(
        self, file: Path, server: DemoServer, truth: list[AuditRecord]
    ):
        async with exploring(server, file) as connection:
            assert await records_of(connection.source) == truth
        for page in range(2, pages_of(file)):
            self.damage(file, page, b"\xff" * PAGE)
        async with exploring(server, file) as connection:
            found, _, pages = await read_all(connection.source, request_for(DAY, frozen_at=LATER))
            told = {*connection.remarks, *(note for page in pages for note in page.notes)}
        assert found == truth
        assert len(told) == 1
        assert f"The archive {file} is damaged. Move it away, and a new one is made: mv " in told.pop()

    @pytest.mark.parametrize("junk", [b"\xff", b"\0", b""], ids=["ones", "zeros", "chance"])
    def test_anywhere_is_a_trouble_and_nothing_else(self, file: Path, junk: bytes):
        sound = made(file, 12).read_bytes()
        chance = Random(5)  # noqa: S311 - it makes rubbish
        told: list[ArchiveTrouble] = []
        for page in range(pages_of(file)):
            file.write_bytes(sound)
            self.damage(file, page, junk * PAGE or chance.randbytes(PAGE))
            told += self.troubles_of(file)
        assert len(told) > pages_of(file) // 2
        assert all(trouble.cure for trouble in told)

    def troubles_of(self, file: Path) -> list[ArchiveTrouble]:
        """What is met by using all of an archive; any other error is passed on."""
        try:
            with closing(Store.open(file)) as store:
                store.coverage()
                store.names()
                store.hours(ALWAYS)
                store.extent()
                store.tally("actor", ALWAYS)
                store.words_with("word", at_end=False, most=5)
                store.select(ALWAYS, EVERYTHING, limit=1_000)
                write_batch(store, 3)
                write_batch(store, 99)
                store.damage()
        except ArchiveTrouble as trouble:
            return [trouble]
        return []


class TestFilesThatGo:
    def test_without_its_last_writes_it_is_what_it_was_before(self, file: Path):
        made(file, 2)
        with batch_writer() as writer:
            writer.begin(file, range(2, 10_000))
            writer.wait_for(5)
            writer.kill()
            writer.ended()
        file.with_name(f"{file.name}-wal").unlink()
        with closing(Store.open(file)) as store:
            write_batch(store, 20_000)
        assert check(file, [0, 1, 20_000]) >= 3

    async def test_one_that_is_removed_while_it_is_open_costs_only_itself(
        self, file: Path, server: DemoServer, truth: list[AuditRecord]
    ):
        async with exploring(server, file) as connection:
            await records_of(connection.source)
        async with exploring(server, file) as connection:
            file.unlink()  # noqa: ASYNC240 - a test may wait for its own disk
            found, _, pages = await read_all(connection.source, request_for(DAY, frozen_at=LATER))
        assert found == truth
        assert any("can't be used: No such file or directory" in note for page in pages for note in page.notes)
        made(file)
        assert check(file, [0]) == 1

    async def test_so_does_its_folder(self, file: Path, server: DemoServer, truth: list[AuditRecord]):
        async with exploring(server, file) as connection:
            await records_of(connection.source)
            for path in file.parent.iterdir():
                path.unlink()
            file.parent.rmdir()
            assert await records_of(connection.source) == truth
        made(file)
        assert check(file, [0]) == 1

    @pytest.mark.parametrize("end", ["", "-wal"])
    def test_nothing_is_told_to_be_kept_in_one_that_is_gone(self, end: str, file: Path):
        made(file)
        with closing(Store.open(file)) as store:
            write_batch(store, 1)
            file.with_name(f"{file.name}{end}").rename(file.with_name("elsewhere"))
            with pytest.raises(ArchiveTrouble, match="it was moved or removed while it was open"):
                write_batch(store, 2)


class TestSeveralProcesses:
    def test_that_write_at_once_lose_nothing(self, file: Path):
        with batch_writer() as one, batch_writer() as other:
            one.begin(file, range(60))
            other.begin(file, range(30, 90))
            assert [one.ended(), other.ended()] == [(list(range(60)), 0), (list(range(30, 90)), 0)]
        assert check(file, range(90)) == 90

    def test_that_are_killed_at_any_moment_lose_nothing_they_told(self, file: Path):
        chance = Random(3)  # noqa: S311 - it chooses moments
        written: list[int] = []
        with batch_writer() as writer:
            for turn in range(KILLS):
                writer.begin(file, range(1_000 * turn, 1_000 * turn + 1_000))
                writer.wait_for(chance.randint(0, 4))
                time.sleep(chance.random() * 0.01)
                writer.kill()
                more, code = writer.ended()
                assert code == -signal.SIGKILL
                written += more
                if file.exists() and written:
                    assert check(file, written[-3:]) >= len(written)
        assert check(file, written) >= len(written) > KILLS
