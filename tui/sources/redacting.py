"""Pages of a source that may hold secrets, without these."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.sources.base import unheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.domain.page import Page, PageRequest
    from tui.domain.record import AuditRecord
    from tui.sources.base import AuditSource, WaitListener


class RedactingSource:
    """The pages of another source, redacted."""

    def __init__(self, inner: AuditSource, redact: Callable[[AuditRecord], AuditRecord]) -> None:
        self._inner = inner
        self._redact = redact

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        page = await self._inner.fetch(request, on_wait)
        return replace(page, records=tuple(map(self._redact, page.records)))

    async def aclose(self) -> None:
        await self._inner.aclose()
