"""A sync is killed at any moment, hundreds of times: the file stays sound, nothing that was told to be written is lost,
and what was begun is finished by the next ones.

For a longer run: pytest --figures=large tests/archive/test_sync_kills.py
"""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.archive.big_log import BigLog
from tests.proof import figure
from tui.archive.coverage import Grade, Span, milliseconds
from tui.archive.place import archive_file
from tui.archive.standing import look_over
from tui.archive.store import Store
from tui.demo.server import DemoServer

pytestmark = pytest.mark.proof("T6")

KILLS = figure(ci=300, large=1_000)
RECORDS = 2_500
NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
SINCE = NOW - timedelta(hours=7)
SETTLED = Span(milliseconds(SINCE), milliseconds(NOW - timedelta(seconds=180)))
MOST_REQUESTS = 45
LONGEST_SECONDS = 0.02
"""How long after a request the blow may come: a window is written beside the requests for the next."""


class Nursery:
    """Where syncs are begun, one at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._child = 0

    def begin(self) -> None:
        assert self._process.stdin
        self._process.stdin.write(b"\n")
        self._child = self._answer()

    @property
    def has_ended(self) -> bool:
        assert self._process.stdout
        return bool(select.select([self._process.stdout.fileno()], [], [], 0)[0])

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        return self._answer()

    def _answer(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())


@contextmanager
def nursery(told: Path, server: DemoServer) -> Iterator[Nursery]:
    words = [sys.executable, "-m", "tests.archive.sync_nursery", str(told), "archive", "sync"]
    environment = {**os.environ, "PORTKEY_BASE_URL": server.base_url, "PORTKEY_API_KEY": server.key}
    pipe = subprocess.PIPE
    since = f"--since={SINCE.isoformat()}"
    # Without buffers, so that what can be read is seen from outside.
    with subprocess.Popen([*words, since], stdin=pipe, stdout=pipe, bufsize=0, env=environment) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


class Truth:
    """What the log has."""

    def __init__(self, log: BigLog) -> None:
        records = log.select(SINCE, NOW)
        self._times = sorted(
            milliseconds(datetime.fromisoformat(record["timestamp"])) for record in records.page(0, records.total)
        )

    def count(self, span: Span) -> int:
        return bisect_left(self._times, span.end) - bisect_left(self._times, span.start)


def is_made(file: Path) -> bool:
    """Whether there is a file with tables in it."""
    if not file.exists():
        return False
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return bool(connection.execute("PRAGMA user_version").fetchone()[0])


def is_whole(file: Path) -> bool:
    """Whether nothing is left to be fetched."""
    if not is_made(file):
        return False
    store = Store.open_for_reading(file)
    try:
        return store.coverage().is_whole(SETTLED)
    finally:
        store.close()


def check(file: Path, told: list[Span], truth: Truth) -> None:
    """The file is sound, what it calls whole is, and that is all that was told and maybe more."""
    if not is_made(file):
        assert told == []
        return
    store = Store.open_for_reading(file)
    try:
        coverage = store.coverage()
        assert all(coverage.is_whole(span) for span in told)
        assert all(store.count_all(span) == truth.count(span) for span in coverage.spans)
        (rows,) = store._connection.execute("SELECT count(*) FROM records").fetchone()
        assert rows == look_over(store).records
    finally:
        store.close()


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(BigLog(NOW, records=RECORDS), clock=lambda: NOW) as server:
        yield server


def spans_in(told: Path) -> list[Span]:
    lines = told.read_text().splitlines() if told.exists() else []
    return [Span(*map(int, line.split())) for line in lines]


def test_whenever_it_is_killed_nothing_is_lost(server: DemoServer, tmp_path: Path, own_home: Path):
    chance = Random(7)  # noqa: S311 - it chooses moments
    truth, told = Truth(BigLog(NOW, records=RECORDS)), tmp_path / "told"
    file = archive_file(own_home / "data" / "portkey-audit", server.base_url, "")
    killed = within = 0
    with nursery(told, server) as syncs:
        while killed < KILLS:
            server.forget()
            syncs.begin()
            least = chance.choice((0, chance.randint(1, MOST_REQUESTS)))
            while server.request_count < least and not syncs.has_ended:
                time.sleep(0.001)
            time.sleep(chance.random() * LONGEST_SECONDS)
            syncs.kill()
            code = syncs.ended()
            assert code in (0, -signal.SIGKILL)
            killed += code != 0
            check(file, spans_in(told), truth)
            within += len(spans_in(told)) > 0
            if is_whole(file):
                for part in (told, *file.parent.glob(f"{file.name}*")):
                    part.unlink()
        syncs.begin()
        assert syncs.ended() == 0
    assert within > KILLS // 3
    store = Store.open_for_reading(file)
    standing = look_over(store, SETTLED)
    store.close()
    assert standing.gaps == ()
    assert {held.grade for held in standing.stretches} == {Grade.PROVED}
    assert standing.records == truth.count(SETTLED)
