"""What every source of records can do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.domain.names import Named, NameKind, Names
    from tui.domain.page import Page, PageRequest, Waiting

WaitListener = Callable[["Waiting | None"], None]
"""Told when a fetch begins to wait before another attempt, and with None when it goes on."""


def unheard(_: Waiting | None) -> None:
    """The listener of whoever doesn't care."""


class AuditSource(Protocol):
    """Pages of audit records."""

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        """The page asked for.  Raises `SourceError`.  May be cancelled at any point."""
        ...

    async def aclose(self) -> None:
        """Give back connections; no fetch may follow."""
        ...


class NameDirectory(Protocol):
    """Names for ids, as far as they can be had."""

    def names(self) -> AsyncIterator[Names]:
        """First what is remembered, then fuller and fresher versions as they arrive.  Never raises `SourceError`:
        a refused look-up stands in `Names.refused`."""
        ...


class NameMemory(Protocol):
    """Where names are remembered from one run to the next.  It never fails: what can't be kept is forgotten."""

    async def read(self) -> Mapping[NameKind, Mapping[str, Named]]:
        """Every name that was ever learnt."""
        ...

    async def write(self, known: Mapping[NameKind, Mapping[str, Named]]) -> None:
        """Remember these beside the others."""
        ...
