"""A file of records is opened from wherever it comes, told of what is wrong with it, and leaves nothing behind."""

from __future__ import annotations

import gzip
import os
import pty
import socket
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.archive.kept_files import LAYOUTS
from tests.archive.records import NOON, entry
from tui.archive import opening
from tui.archive.coverage import Span, milliseconds
from tui.archive.narrowing import EVERYTHING
from tui.archive.opening import Opened, Opening, opened
from tui.archive.record_file import RecordFile
from tui.archive.store import Store
from tui.domain.errors import ArchiveTrouble, NotOpened
from tui.domain.names import Named, NameKind, Names
from tui.domain.record import AuditRecord
from tui.formats.record_json import json_line

RECORDS = [entry(-n, request_id=f"r-{n}", uri="/v2/prompts") for n in range(2_500)]
"""Newest first, a second apart."""


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders for the time being are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def standard_input(tmp_path: Path) -> Iterator[Callable[[bytes], None]]:
    """Has standard input be a pipe with these bytes in it, which is then closed."""
    kept = os.dup(0)
    fed: list[threading.Thread] = []

    def feed(data: bytes) -> None:
        reading, writing = os.pipe()
        os.dup2(reading, 0)
        os.close(reading)

        def write() -> None:
            with os.fdopen(writing, "wb") as stream:
                stream.write(data)

        fed.append(threading.Thread(target=write))
        fed[-1].start()

    yield feed
    os.dup2(kept, 0)
    os.close(kept)
    for thread in fed:
        thread.join()


def unheard(_: Opening) -> None:
    """For whoever doesn't care how far it has come."""


def held(one: Opened) -> list[AuditRecord]:
    """The records of an opened file, newest first."""
    store = Store.open_for_reading(one.archive)
    try:
        return [] if one.span is None else [record for _, record in store.select(one.span, EVERYTHING, limit=10_000)]
    finally:
        store.close()


def kept(folder: Path, data: bytes, name: str = "kept.jsonl") -> str:
    file = folder / name
    file.write_bytes(data)
    return str(file)


class TestOpening:
    @pytest.mark.parametrize("layout", ["our lines", "pages, a line each", "an indented array"])
    def test_its_records_are_in_an_archive_newest_first(self, layout: str, tmp_path: Path) -> None:
        path = kept(tmp_path, gzip.compress(LAYOUTS[layout](RECORDS).encode()))
        with opened(path, unheard) as one:
            assert held(one) == RECORDS
            assert (one.name, one.records, one.remarks) == ("kept.jsonl", 2_500, ())
            assert one.span == Span(milliseconds(NOON) - 2_499_000, milliseconds(NOON) + 1)

    def test_whatever_order_the_file_has(self, tmp_path: Path) -> None:
        for order in (RECORDS[::-1], RECORDS[1_000:] + RECORDS[:1_000]):
            with opened(kept(tmp_path, LAYOUTS["lines"](order).encode()), unheard) as one:
                assert held(one) == RECORDS

    def test_records_of_one_moment_stay_as_they_stand_in_it(self, tmp_path: Path) -> None:
        tied = [entry(0, request_id=f"t-{n}") for n in range(15)]
        for layout in ("lines", "pages, a line each"):
            with opened(kept(tmp_path, LAYOUTS[layout](tied).encode()), unheard) as one:
                assert held(one) == tied

    def test_those_that_look_the_same_in_a_list_are_several_and_those_of_two_pages_are_one(
        self, tmp_path: Path
    ) -> None:
        twice = [entry(0, request_id="r"), entry(0, request_id="r")]
        with opened(kept(tmp_path, LAYOUTS["lines"](twice).encode()), unheard) as one:
            assert (one.records, one.remarks) == (2, ())
        pages = LAYOUTS["pages, a line each"](RECORDS[:2]) + "\n" + LAYOUTS["pages, a line each"](RECORDS[1:3])
        with opened(kept(tmp_path, pages.encode()), unheard) as one:
            assert held(one) == RECORDS[:3]
            assert one.remarks == ("kept.jsonl: 1 record stands in it more than once, and is shown once.",)

    def test_its_names_are_known(self, tmp_path: Path) -> None:
        line = json_line(entry(user_id="u-1"), Names({NameKind.USER: {"u-1": Named("Ana Ortiz")}}))
        with opened(kept(tmp_path, line.encode()), unheard) as one:
            store = Store.open_for_reading(one.archive)
            assert store.names() == {NameKind.USER: {"u-1": Named("Ana Ortiz")}}
            store.close()

    def test_an_empty_one_has_no_records(self, tmp_path: Path) -> None:
        with opened(kept(tmp_path, b""), unheard) as one:
            assert (held(one), one.records, one.span, one.remarks) == ([], 0, None, ())

    def test_what_is_no_record_is_told(self, tmp_path: Path) -> None:
        with opened(kept(tmp_path, b'{"method": "PUT"}\n{"method": "PU\n{"method": "POST"}\n'), unheard) as one:
            assert one.records == 2
            assert one.remarks == ("kept.jsonl: 1 entry is no record: line 2: not JSON.",)

    def test_how_far_it_has_come_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(opening, "_AT_ONCE", 1_000)
        path = kept(tmp_path, LAYOUTS["our lines"](RECORDS).encode() + b"junk\n")
        told: list[Opening] = []
        with opened(path, told.append):
            assert [one.records for one in told] == [0, 1_000, 2_000, 2_500]
            assert told[1].size == told[-1].bytes_read == Path(path).stat().st_size
            assert str(told[-1]) == "opening kept.jsonl · 100 % · 2,500 records · 1 that is none"


class TestStandardInput:
    def test_it_is_read_to_its_end(self, standard_input: Callable[[bytes], None]) -> None:
        standard_input(gzip.compress(LAYOUTS["our lines"](RECORDS).encode()))
        told: list[Opening] = []
        with opened("-", told.append) as one:
            assert held(one) == RECORDS
            assert one.name == "standard input"
        assert str(told[-1]) == "opening standard input · 2,500 records"
        os.fstat(0)  # it is still open

    def test_a_terminal_is_none_that_anything_is_piped_into(self, standard_input: Callable[[bytes], None]) -> None:
        standard_input(b"")
        near, far = pty.openpty()
        os.dup2(far, 0)
        with pytest.raises(NotOpened, match="standard input is the terminal") as trouble, opened("-", unheard):
            pass
        assert trouble.value.cure.endswith("| portkey-audit --file -")
        os.close(near)
        os.close(far)


class TestPipes:
    def test_one_is_read_as_long_as_it_is_written_to(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)

        def write() -> None:
            with pipe.open("wb") as stream:
                for record in RECORDS[:10]:
                    stream.write(LAYOUTS["our lines"]([record]).encode())
                    stream.flush()

        writer = threading.Thread(target=write)
        # Opened for both at once it is not waited for.
        held_open = os.open(pipe, os.O_RDWR)
        writer.start()
        file = RecordFile.open(str(pipe))
        chunks = file.chunks()
        first = next(chunks)
        os.close(held_open)
        assert b"".join([first, *chunks]) == LAYOUTS["our lines"](RECORDS[:10]).encode()
        writer.join()
        file.close()

    def test_one_that_nobody_writes_to_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(NotOpened, match="Nothing writes to the pipe"), opened(str(tmp_path / "pipe"), unheard):
            pass


class TestWhatCanNotBeOpened:
    @pytest.fixture(autouse=True)
    def there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("folder").mkdir()
        Path("audit.jsonl").touch()

    @pytest.mark.parametrize(
        ("path", "cause", "cure"),
        [
            ("audit.json", "There is no file audit.json.", "Did you mean audit.jsonl?"),
            ("nowhere/else", "There is no file nowhere/else.", ""),
            ("audit.jsonl/x", "There is no file audit.jsonl/x.", ""),
            ("a\0b", "There is no file a\\u0000b.", ""),
            ("\x1b[2J", "There is no file \\u001b[2J.", ""),
            ("~nobody-at-all/x", "There is no file ~nobody-at-all/x.", ""),
            ("x" * 300, f"{'x' * 300} can't be opened: File name too long.", ""),
            (
                "folder",
                "folder is a folder.",
                "Name a file in it, or pipe them in: cat folder/* | portkey-audit --file -",
            ),
            (
                "/dev/null",
                "/dev/null is neither a file nor a pipe.",
                "Pipe records in, as in: zcat audit.jsonl.gz | portkey-audit --file -",
            ),
        ],
    )
    def test_it_is_said_why_and_what_helps(self, path: str, cause: str, cure: str) -> None:
        with pytest.raises(NotOpened) as trouble, opened(path, unheard):
            pass
        assert (trouble.value.cause, trouble.value.cure) == (cause, cure)

    def test_a_file_that_may_not_be_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
        with pytest.raises(NotOpened, match="may not be read") as trouble:
            RecordFile.open("audit.jsonl")
        assert trouble.value.cure == "Where it is yours: chmod u+r audit.jsonl"

    def test_a_socket(self, tmp_path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("here")
            with pytest.raises(NotOpened), opened("here", unheard):
                pass

    @pytest.mark.parametrize(
        ("data", "unpacker"), [(b"BZh9", "bzcat"), (b"\xfd7zXZ\0", "xzcat"), (b"\x28\xb5\x2f\xfd", "zstdcat")]
    )
    def test_what_others_packed_is_told_how_to_unpack(self, tmp_path: Path, data: bytes, unpacker: str) -> None:
        path = kept(tmp_path, data + bytes(20))
        with pytest.raises(NotOpened, match="packed by another than gzip") as trouble, opened(path, unheard):
            pass
        assert f"{unpacker} {tmp_path}/kept.jsonl | portkey-audit --file -" in trouble.value.cure

    def test_a_disk_that_fails_in_the_middle_costs_what_is_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = kept(tmp_path, LAYOUTS["lines"](RECORDS).encode())
        read, reads = os.read, iter(range(3))

        def fail(descriptor: int, count: int) -> bytes:
            if next(reads) == 2:
                raise OSError(5, "Input/output error")
            return read(descriptor, count)

        monkeypatch.setattr(os, "read", fail)
        with opened(path, unheard) as one:
            assert 0 < one.records < 2_500
            assert one.remarks[0] == "kept.jsonl: it can't be read to its end: Input/output error."


class TestNothingIsLeft:
    def test_the_folder_is_the_readers_alone_and_goes_with_the_body(self, tmp_path: Path, scratch: Path) -> None:
        with opened(kept(tmp_path, LAYOUTS["lines"](RECORDS[:3]).encode()), unheard) as one:
            assert one.archive.is_relative_to(scratch)
            assert stat.S_IMODE(one.archive.parent.stat().st_mode) == 0o700
            assert {stat.S_IMODE(file.stat().st_mode) for file in one.archive.parent.iterdir()} == {0o600}
        assert list(scratch.iterdir()) == []

    @pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ArchiveTrouble("x")])
    def test_also_where_it_is_broken_off(self, tmp_path: Path, scratch: Path, error: type[BaseException]) -> None:
        def break_off(_: Opening) -> None:
            raise error

        path = kept(tmp_path, LAYOUTS["lines"](RECORDS).encode())
        with pytest.raises(BaseException), opened(path, break_off):  # noqa: B017, PT011 - whichever it is
            pass
        assert list(scratch.iterdir()) == []

    def test_where_no_folder_can_be_made_that_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        path = kept(tmp_path, b"")
        with pytest.raises(ArchiveTrouble, match="No folder can be made") as trouble, opened(path, unheard):
            pass
        assert "TMPDIR" in trouble.value.cure
