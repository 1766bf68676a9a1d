"""Over a socket, however the API is to be read: all that has settled is held once, and what is called proved is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.demo.asking import NOW
from tui.archive.archive import Archive
from tui.archive.asker import Means
from tui.archive.coverage import Grade, Span, milliseconds
from tui.archive.narrowing import narrow
from tui.archive.sync import Sync
from tui.archive.verification import Verification
from tui.cli.connections import open_connection
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.demo.switches import choices
from tui.domain.errors import Forbidden, Rejected, SourceError
from tui.domain.page import Parameters
from tui.domain.predicates import Surroundings
from tui.domain.secret import Secret
from tui.domain.time_range import TimeRange

pytestmark = pytest.mark.anyio

SINCE = NOW - timedelta(days=2)
RANGE = TimeRange(SINCE)
WHOLE = Span(milliseconds(SINCE), milliseconds(NOW - timedelta(seconds=180)))
UNCOUNTED = {("total_meaning", "page"), ("envelope", "records-only")}
"""Readings in which the API tells of no window how many records it has."""
EVERY = [(name, value) for name, values in choices().items() for value in values]


@pytest.fixture(scope="module")
def history() -> History:
    return History(records=1_200, days=3, now=NOW)


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred records take several windows."""
    for module in ("windows", "walk", "sync"):
        monkeypatch.setattr(f"tui.archive.{module}.USUAL", 150)
    for module in ("windows", "walk"):
        monkeypatch.setattr(f"tui.archive.{module}.MOST", 300)


@pytest.fixture
def server(history: History) -> Iterator[DemoServer]:
    with DemoServer(history, clock=lambda: NOW) as server:
        yield server


async def _at_once(_: float) -> None:
    """No test waits."""


MEANS = Means(lambda: NOW, time.monotonic, _at_once)


async def held_after(server: DemoServer, folder: Path, parameters: Parameters = ()) -> tuple[Counter[str], set[Grade]]:
    """The request ids and paths that are held in the end of a sync and a verification that finds all equal, and how
    sure that is."""
    connection = open_connection(server.base_url, Secret(server.key), clock=lambda: NOW, sleep=_at_once)
    archive = Archive.open(folder / "archive.db")
    try:
        sync = Sync(connection.live, archive, MEANS, parameters=parameters)
        await sync.fill(RANGE, connection.directory)
        rows = await archive.read(lambda store: store.select(WHOLE, narrow((), (), store, Surroundings()), limit=10**6))
        standing = await sync.standing()
        assert standing.gaps == ()
        verification = Verification(connection.live, archive, MEANS, parameters=parameters)
        await verification.run(RANGE)
        assert verification.differences == []
    finally:
        await archive.aclose()
        await connection.aclose()
    return Counter(_called(record.request_id, record.uri) for _, record in rows), {h.grade for h in standing.stretches}


def everything(server: DemoServer) -> Counter[str]:
    """What has settled, as the stand-in itself knows it."""
    there = server._live.select(SINCE, NOW - timedelta(seconds=180), end_inclusive=False)
    return Counter(_called(record["request_id"], record["uri"]) for record in there.page(0, there.total))


def _called(request_id: str, uri: str) -> str:
    return f"{request_id} {uri}"


@pytest.mark.parametrize(("name", "value"), EVERY)
async def test_every_switch(server: DemoServer, tmp_path: Path, name: str, value: object):
    server.set(**{name: value})
    parameters: Parameters = ()
    if (name, value) == ("org_param", "required"):
        parameters = (("organisation_id", server._live.api_keys[0]["organisation_id"]),)
    if (name, value) == ("page_base", 1):
        with pytest.raises(Rejected):
            await held_after(server, tmp_path)
        return
    held, grades = await held_after(server, tmp_path, parameters)
    assert held == everything(server)
    assert grades == {Grade.DOUBTED if (name, value) in UNCOUNTED else Grade.PROVED}


@pytest.mark.parametrize("style", ["ms-z", "ms-z-real", "blank"])
@pytest.mark.parametrize("start", [True, False])
@pytest.mark.parametrize("end", [True, False])
async def test_ends_and_times_together(server: DemoServer, tmp_path: Path, style: str, start: bool, end: bool):
    server.set(timestamp_style=style, start_inclusive=start, end_inclusive=end, tie_order="shuffled", drift=2)
    held, grades = await held_after(server, tmp_path)
    assert held == everything(server)
    assert grades == {Grade.PROVED}


async def test_a_refused_organisation_is_done_without(server: DemoServer, tmp_path: Path):
    held, grades = await held_after(server, tmp_path, (("organisation_id", "any"),))
    assert held == everything(server)
    assert grades == {Grade.PROVED}


@pytest.mark.parametrize(("fault", "error"), [("401", SourceError), ("403", Forbidden), ("redirect-302", Rejected)])
async def test_what_does_not_pass_ends_it(server: DemoServer, tmp_path: Path, fault: str, error: type[SourceError]):
    server.queue(*["gzip"] * 8, fault)
    with pytest.raises(error):
        await held_after(server, tmp_path)
