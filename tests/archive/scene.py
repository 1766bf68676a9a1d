"""An archive before the stand-in API: what the tests of both share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.archive.archive import Archive
from tui.archive.keeping import Keeper, KeepingSource
from tui.archive.source import ArchivedSource
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.demo.switches import Switches
from tui.domain.page import PAGE_SIZE, Page, PageRequest, Parameters
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.domain.time_range import Window
from tui.sources.base import AuditSource
from tui.sources.cached import CachedSource
from tui.sources.portkey import PortkeySource
from tui.sources.transport import Transport

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
HISTORY = History(records=2_000, days=10, now=NOW)
DAY = Window(NOW - timedelta(days=2), NOW - timedelta(days=1))
"""A window in which nothing comes any more."""


@contextmanager
def stand_in(switches: Switches | None = None, **options: object) -> Iterator[DemoServer]:
    with DemoServer(HISTORY, switches=switches, clock=lambda: NOW, **options) as server:  # type: ignore[arg-type]
        yield server


@dataclass(frozen=True, slots=True)
class Wired:
    """An archive between a reader and the API."""

    api: AuditSource
    source: ArchivedSource
    archive: Archive
    keeper: Keeper


@asynccontextmanager
async def wired(server: DemoServer, file: Path, *, key: str = "") -> AsyncIterator[Wired]:
    secret = Secret(key or server.key)
    api = PortkeySource(Transport(server.base_url, secret, clock=lambda: NOW), redact=redact)
    archive = Archive.open(file)
    keeper = Keeper(archive, secret)
    source = ArchivedSource(CachedSource(KeepingSource(api, keeper)), archive, keeper)
    try:
        yield Wired(api, source, archive, keeper)
    finally:
        await source.aclose()
        await keeper.aclose()
        await archive.aclose()


def request_for(
    window: Window, parameters: Parameters = (), *, number: int = 0, frozen_at: datetime = NOW, size: int = PAGE_SIZE
) -> PageRequest:
    return PageRequest(window, frozen_at, parameters, number, size)


async def read_all(source: AuditSource, request: PageRequest) -> tuple[list[AuditRecord], int | None, list[Page]]:
    """Every record of a query, its total, and the pages they were on."""
    first = await source.fetch(request)
    others = range(1, -(-(first.total or 0) // request.size))
    pages = [first, *[await source.fetch(replace(request, number=number)) for number in others]]
    return [record for page in pages for record in page.records], first.total, pages
