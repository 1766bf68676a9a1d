"""How an archive's file is opened: closed to others from its first byte, brought up to date once, never down."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.archive.batch_nursery import write_batch
from tests.archive.batches import batch_writer, check
from tui.archive import schema
from tui.archive.schema import MIGRATIONS
from tui.archive.store import Store
from tui.domain.errors import ArchiveTrouble

SECOND = "CREATE TABLE marks (row INTEGER PRIMARY KEY);\nINSERT INTO marks SELECT row FROM records;\n"
FAILING = "CREATE TABLE marks (row INTEGER PRIMARY KEY);\nINSERT INTO nowhere VALUES (1);\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "archives" / "a.db"


def made(file: Path, batches: int = 1) -> Path:
    """An archive with a few records, closed."""
    with closing(Store.open(file)) as store:
        for number in range(batches):
            write_batch(store, number)
    return file


def version_of(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()}


class TestItIsClosedToOthers:
    @pytest.fixture(autouse=True, params=[0o022, 0o000])
    def umask(self, request: pytest.FixtureRequest) -> Iterator[None]:
        before = os.umask(request.param)
        yield
        os.umask(before)

    def test_with_all_that_stands_beside_it(self, file: Path):
        with closing(Store.open(file)) as store:
            write_batch(store, 0)
            assert modes(file.parent) == {"a.db": "0o600", "a.db-wal": "0o600", "a.db-shm": "0o600"}
            assert oct(file.parent.stat().st_mode & 0o777) == "0o700"
        assert modes(file.parent) == {"a.db": "0o600"}

    def test_before_there_is_a_byte_in_it(self, file: Path, monkeypatch: pytest.MonkeyPatch):
        seen: list[tuple[int, dict[str, str]]] = []
        connect = schema._connect

        def look_first(path: Path, mode: str) -> sqlite3.Connection:
            seen.append((path.stat().st_size, modes(path.parent)))
            return connect(path, mode)

        monkeypatch.setattr(schema, "_connect", look_first)
        Store.open(file).close()
        assert seen == [(0, {"a.db": "0o600"})]

    def test_also_while_its_first_tables_are_made(self, file: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(schema, "MIGRATIONS", ("CREATE TABLE marks (row);\nFAIL;\n",))
        seen: list[dict[str, str]] = []
        check_version = schema._check_version

        def look_first(connection: sqlite3.Connection, path: Path) -> int:
            seen.append(modes(path.parent))
            return check_version(connection, path)

        monkeypatch.setattr(schema, "_check_version", look_first)
        with pytest.raises(ArchiveTrouble):
            Store.open(file)
        assert len(seen[-1]) == 3
        assert {mode for these in seen for mode in these.values()} == {"0o600"}

    def test_and_so_is_one_that_was_open_to_them(self, file: Path):
        made(file).chmod(0o644)
        file.parent.chmod(0o755)
        Store.open(file).close()
        assert modes(file.parent) == {"a.db": "0o600"}
        assert oct(file.parent.stat().st_mode & 0o777) == "0o700"


class TestAnOlderFile:
    def test_is_brought_up_to_date_once_and_keeps_its_records(self, file: Path, monkeypatch: pytest.MonkeyPatch):
        made(file)
        monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, SECOND))
        for _ in range(2):
            with closing(Store.open(file)) as store:
                (marked,) = store._connection.execute("SELECT count(*) FROM marks").fetchone()
                assert marked == 20
        assert version_of(file) == len(MIGRATIONS) + 1
        assert check(file, [0]) == 1

    def test_stays_what_it_was_where_that_fails(self, file: Path, monkeypatch: pytest.MonkeyPatch):
        made(file)
        with monkeypatch.context() as newer:
            newer.setattr(schema, "MIGRATIONS", (*MIGRATIONS, FAILING))
            with pytest.raises(ArchiveTrouble, match="nowhere"):
                Store.open(file)
        assert version_of(file) == len(MIGRATIONS)
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'marks'").fetchall() == []
        made(file, 2)
        assert check(file, [0, 1]) == 2

    def test_can_be_read_by_a_newer_program_that_may_not_write(self, file: Path, monkeypatch: pytest.MonkeyPatch):
        made(file)
        monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, SECOND))
        assert check(file, [0]) == 1
        assert version_of(file) == len(MIGRATIONS)


class TestANewerFile:
    @pytest.fixture
    def newer(self, file: Path) -> Path:
        made(file)
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        return file

    @pytest.mark.parametrize("opening", [Store.open, Store.open_for_reading])
    def test_is_refused_with_its_cure_and_left_byte_for_byte(self, newer: Path, opening: Callable[[Path], Store]):
        before = newer.read_bytes()
        with pytest.raises(ArchiveTrouble, match="A newer portkey-audit") as caught:
            opening(newer)
        assert caught.value.cure == "Upgrade this one, or move the archive away."
        assert newer.read_bytes() == before


class TestSeveralProcesses:
    def test_may_open_a_new_file_at_once(self, tmp_path: Path):
        with ExitStack() as stack:
            writers = [stack.enter_context(batch_writer()) for _ in range(2)]
            for attempt in range(25):
                file = tmp_path / "archives" / f"{attempt}.db"
                for first, writer in enumerate(writers):
                    writer.begin(file, range(first, first + 1))
                assert [writer.ended() for writer in writers] == [([0], 0), ([1], 0)]
                assert check(file, [0, 1]) == 2

    def test_may_bring_an_old_one_up_to_date_at_once(self, file: Path, monkeypatch: pytest.MonkeyPatch):
        made(file)
        monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, SECOND))
        with closing(schema._connect(file, "rw")) as connection:
            assert schema._check_version(connection, file) == len(MIGRATIONS)
            Store.open(file).close()
            schema._migrate(connection, file)
            assert connection.execute("SELECT count(*) FROM marks").fetchone() == (20,)
