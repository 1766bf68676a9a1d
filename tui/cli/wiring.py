"""The only place where parts are joined: settings become sources, sources become the explorer.

What is slow to import (Textual, httpx, pydantic) is imported inside functions: commands that don't need it never pay,
and the explorer paints before it opens its connection.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.cli.stand_in import StandIn
from tui.clipboard import reachable_from
from tui.domain.errors import KeyMissing
from tui.settings import DEFAULT_BASE_URL, folder

if TYPE_CHECKING:
    from pathlib import Path

    from tui.app.context import Connection
    from tui.domain.page import PageRequest
    from tui.domain.query import AuditQuery
    from tui.domain.record import AuditRecord
    from tui.domain.secret import Secret
    from tui.settings import Settings


def explore_portkey(settings: Settings, query: AuditQuery) -> int:
    """The explorer on a Portkey organisation; gives the exit code.

    The key is read now, before the screen takes the terminal: its command may have something to ask.  Raises
    `SettingsError`.
    """
    key = settings.key.read() if settings.key else None

    async def connect() -> Connection:
        if key is None:
            raise KeyMissing(f"There is no key for {settings.base_url}.")
        names_folder = folder("cache", os.environ)
        return await asyncio.to_thread(
            open_connection, settings.base_url, key, settings.ca_bundle, names_folder=names_folder
        )

    return _run(
        connect,
        query,
        place=urlsplit(settings.base_url).hostname or settings.base_url,
        base_url=settings.base_url,
        label=settings.label,
        colour=settings.colour,
        source_words=(f"--profile={settings.profile}",) if settings.profile else (),
    )


def explore_demo(query: AuditQuery) -> int:
    """The explorer on a stand-in of its own, which starts beside the screen and ends with it; gives the exit code."""
    stand_in = StandIn.start()

    async def connect() -> Connection:
        base_url, key = await asyncio.to_thread(stand_in.address)
        return await asyncio.to_thread(open_connection, base_url, key)

    try:
        return _run(connect, query, place="demo", base_url=DEFAULT_BASE_URL, label="DEMO", source_words=("--demo",))
    finally:
        stand_in.stop()


def _run(
    connect: Callable[[], Awaitable[Connection]],
    query: AuditQuery,
    *,
    place: str,
    base_url: str,
    label: str,
    colour: str = "",
    source_words: tuple[str, ...],
) -> int:
    """Draw until the reader leaves."""
    with _importing():
        from tui.app.app import ExplorerApp
        from tui.app.context import Context

    gc.freeze()
    app = ExplorerApp(
        Context(
            connect=connect,
            clock=utc_now,
            ticks=time.monotonic,
            clipboard=reachable_from(os.environ),
            query=query,
            place=place,
            base_url=base_url,
            label=label,
            colour=colour,
            source_words=source_words,
        )
    )
    app.run()
    return app.return_code or 0


@contextmanager
def _importing() -> Iterator[None]:
    """Without looking for garbage in what is there to stay, which takes a tenth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_connection(
    base_url: str,
    key: Secret,
    ca_bundle: Path | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    names_folder: Path | None = None,
) -> Connection:
    """The stack of sources for an API: cache over retries over the client.  Slow, for what it imports."""
    # pydantic would read the metadata of every installed package, and run whatever plugin one of them brings.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with _importing():
        from tui.app.context import Connection
        from tui.domain.redaction import redact
        from tui.formats.views import value_at
        from tui.sources.cached import CachedSource
        from tui.sources.directory import PortkeyDirectory
        from tui.sources.portkey import PortkeySource
        from tui.sources.retrying import RetryingSource
        from tui.sources.transport import Transport

        transport = Transport(base_url, key, clock=clock, ca_bundle=ca_bundle)

    def retrying(inner: PortkeySource) -> RetryingSource:
        return RetryingSource(inner, clock=time.monotonic, sleep=sleep, random=random.random)

    cached = CachedSource(retrying(PortkeySource(transport, redact=redact)))
    in_clear = retrying(PortkeySource(transport, redact=lambda record: record))

    async def reveal(request: PageRequest, record: AuditRecord, path: str) -> str | None:
        page = await in_clear.fetch(request)
        found = next((other for other in page.records if redact(other).identity == record.identity), None)
        return None if found is None else value_at(found, path)

    directory = PortkeyDirectory(transport, cache_folder=names_folder)
    return Connection(cached, directory, cached.forget, reveal, transport.aclose)
