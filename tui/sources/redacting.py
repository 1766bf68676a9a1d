"""Pages of a source that may hold secrets, without these."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.redaction import redact
from tui.sources.base import unheard

if TYPE_CHECKING:
    from tui.domain.page import Page, PageRequest
    from tui.sources.base import AuditSource, WaitListener


class RedactingSource:
    """The pages of another source, redacted."""

    def __init__(self, inner: AuditSource) -> None:
        self._inner = inner

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        page = await self._inner.fetch(request, on_wait)
        return replace(page, records=tuple(map(redact, page.records)))

    async def aclose(self) -> None:
        await self._inner.aclose()
