"""Keeping what comes: every page that was fetched lands in the archive, and with it what it proves to be whole."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.archive.runs import Run
from tui.domain.errors import ArchiveTrouble
from tui.domain.page import PAGE_SIZE
from tui.sources.base import unheard

if TYPE_CHECKING:
    from tui.archive.archive import Archive
    from tui.archive.coverage import Stretch
    from tui.archive.store import Store
    from tui.domain.page import Page, PageRequest, Parameters
    from tui.domain.record import AuditRecord
    from tui.sources.base import AuditSource, WaitListener

_MOST_RUNS = 64
_ORGANISATION = "organisation"


class Keeper:
    """Writes pages to an archive beside whoever fetched them; the first trouble that doesn't pass ends it.

    `trouble` says what ended it.  An archive has one organisation's records: where others come, it is set aside.
    """

    def __init__(self, archive: Archive) -> None:
        self.trouble: ArchiveTrouble | None = None
        self._archive = archive
        self._runs: OrderedDict[object, Run] = OrderedDict()
        self._under_way: set[asyncio.Task[None]] = set()

    def keep(self, request: PageRequest, page: Page) -> None:
        """Have a page written, soon."""
        if self.trouble is not None or request.size < PAGE_SIZE:
            return
        stretches = self._run(request).take(request.number, page)
        if not page.records and not stretches:
            return
        task = asyncio.create_task(self._write(page.records, stretches, request.parameters, first=not request.number))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Wait until everything that came is written."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _run(self, request: PageRequest) -> Run:
        key = request.window, request.frozen_at, request.parameters, request.size
        run = self._runs.setdefault(key, Run(request))
        self._runs.move_to_end(key)
        while len(self._runs) > _MOST_RUNS:
            self._runs.popitem(last=False)
        return run

    async def _write(
        self, records: Sequence[AuditRecord], stretches: Sequence[Stretch], parameters: Parameters, *, first: bool
    ) -> None:
        def work(store: Store) -> None:
            keep(store, records, stretches, parameters, first=first)

        try:
            await self._archive.write(work)
        except ArchiveTrouble as trouble:
            if not trouble.transient:
                self.trouble = self.trouble or trouble


def keep(
    store: Store,
    records: Sequence[AuditRecord],
    stretches: Sequence[Stretch],
    parameters: Parameters = (),
    *,
    first: bool = True,
) -> int:
    """Write records that follow each other, and what they prove; gives how many are new.  To be called within
    `Store.writing`.

    Raises `ArchiveTrouble` where they are another organisation's than those that are there.
    """
    check_organisation(store, records)
    added = store.add(records, first=first)
    for span, grade in stretches:
        store.cover(span, grade, parameters)
    return added


def check_organisation(store: Store, records: Sequence[AuditRecord]) -> None:
    """Take note of whose records an archive has.  Raises `ArchiveTrouble` where these are another's."""
    come = {record.organisation_id for record in records if record.organisation_id}
    if not come:
        return
    held = store.fact(_ORGANISATION)
    if not held and len(come) == 1:
        store.note(_ORGANISATION, *come)
    elif held and held not in come:
        raise ArchiveTrouble(
            "The archive has the records of another organisation, so it is left alone.",
            "Give each organisation a profile of its own, or name it: organisation_id in config.toml.",
        )


class KeepingSource:
    """The pages of another source, each of which is kept."""

    def __init__(self, inner: AuditSource, keeper: Keeper) -> None:
        self._inner = inner
        self._keeper = keeper

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        page = await self._inner.fetch(request, on_wait)
        self._keeper.keep(request, page)
        return page

    async def aclose(self) -> None:
        await self._inner.aclose()
