"""Processes that write batches of records, begun and killed by the tests, and what has to be there after them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.archive.batch_nursery import ALWAYS, BATCH, batch, number_at, span_of
from tui.archive.coverage import Coverage
from tui.archive.narrowing import EVERYTHING
from tui.archive.store import Store


class BatchWriter:
    """Where processes that write batches are begun, one at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._child = 0
        self._wrote: list[int] = []

    def begin(self, file: Path, numbers: range) -> None:
        """Have batches written by a new process."""
        assert self._process.stdin
        self._process.stdin.write(f"{file} {numbers.start} {numbers.stop}\n".encode())
        self._child, self._wrote = 0, []
        while not self._child:
            word, value = self._answer()
            if word == "began":
                self._child = value
            else:
                self._wrote.append(value)

    def wait_for(self, number: int) -> None:
        """Wait until so many batches are written for good."""
        while len(self._wrote) < number:
            word, value = self._answer()
            assert word == "wrote", f"it ended by {value} after {len(self._wrote)} batches"
            self._wrote.append(value)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)

    def ended(self) -> tuple[list[int], int]:
        """The batches that it wrote for good, and its exit code, once it has ended."""
        while True:
            word, value = self._answer()
            if word == "ended":
                return self._wrote, value
            self._wrote.append(value)

    def _answer(self) -> tuple[str, int]:
        assert self._process.stdout
        word, value = self._process.stdout.readline().split()
        return word.decode(), int(value)


@contextmanager
def batch_writer() -> Iterator[BatchWriter]:
    words = [sys.executable, "-m", "tests.archive.batch_nursery"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, bufsize=0) as process:
        try:
            yield BatchWriter(process)
        finally:
            assert process.stdin
            process.stdin.close()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process writes to the archive, and doesn't come to an end of it."""
    holding = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    words = [sys.executable, "-c", holding, str(file)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == b"held\n"
            yield
        finally:
            process.stdin.close()


def check(file: Path, written: Iterable[int]) -> int:
    """The file is sound, has these batches whole, and of others all or nothing; gives how many it has."""
    with closing(Store.open_for_reading(file)) as store:
        assert store.damage() == []
        covered = store.coverage()
        for number in written:
            assert covered.is_whole(span_of(number))
            assert [record for _, record in store.select(span_of(number), EVERYTHING, limit=99)] == batch(number)
        (rows,) = store._connection.execute("SELECT count(*) FROM records").fetchone()
        extent = store.extent()
        assert rows == (store.count_all(extent) if extent else 0)
        held = store.count_all(ALWAYS)
        assert held == BATCH * sum(covered.is_whole(span_of(number)) for number in _numbers_in(covered))
        return held // BATCH


def _numbers_in(covered: Coverage) -> Iterator[int]:
    """The batches that may be whole."""
    for span in covered.within(ALWAYS).spans:
        yield from range(number_at(span.start), number_at(span.end))
