"""A log that is asked in memory, for what no socket is needed."""

from __future__ import annotations

import asyncio

from tests.session.scene import Log
from tui.domain.page import Page, PageRequest
from tui.sources.base import WaitListener, unheard


class InMemory:
    """A log as a source."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        await asyncio.sleep(0)
        return self._log.page(request)

    async def aclose(self) -> None: ...
