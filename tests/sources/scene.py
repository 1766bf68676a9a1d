"""A window, a key, and a client in front of a scripted server: what the tests of the API client share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from tests.sources.hostile import Hostile, Reply, serving
from tui.domain.page import PageRequest
from tui.domain.record import AuditRecord
from tui.domain.secret import Secret
from tui.domain.time_range import Window
from tui.sources.portkey import PortkeySource
from tui.sources.transport import DEFAULT_LIMITS, Limits, Transport

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(hours=24), NOW)
FIRST_PAGE = PageRequest(WINDOW, NOW)
KEY = Secret("pk-a-test-key-and-no-other")
RECORD: dict[str, object] = {
    "timestamp": "2026-11-20T11:59:00.000Z",
    "method": "PUT",
    "uri": "/v2/prompts/x",
    "request_id": "r-1",
}


def unredacted(record: AuditRecord) -> AuditRecord:
    return record


@asynccontextmanager
async def source_at(
    *replies: Reply, redact: Callable[[AuditRecord], AuditRecord] = unredacted, limits: Limits = DEFAULT_LIMITS
) -> AsyncIterator[tuple[PortkeySource, Hostile]]:
    async with serving(*replies) as server:
        source = PortkeySource(Transport(server.base_url, KEY, clock=lambda: NOW, limits=limits), redact=redact)
        try:
            yield source, server
        finally:
            await source.aclose()
