"""Keeping what comes: every page that was fetched lands in the archive, and with it what it proves to be whole."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from secrets import token_hex
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
    from tui.domain.secret import Secret
    from tui.sources.base import AuditSource, WaitListener

_MOST_RUNS = 64
ORGANISATION = "organisation"
"""The fact that tells whose records an archive has."""
_SALT = "salt"
_KEYS = "keys"
"""The marks of the keys by which its records came."""


class Keeper:
    """Writes pages to an archive beside whoever fetched them; the first trouble that doesn't pass ends it.

    An archive has one organisation's records: where others come, it is set aside.  A key that it doesn't know may be
    another organisation's, so nothing is answered from it before the first records have come by that key.
    """

    def __init__(self, archive: Archive, key: Secret) -> None:
        """Blocks.  Raises `ArchiveTrouble`."""
        self.trouble: ArchiveTrouble | None = None
        self._archive = archive
        salt = archive.at_once(_salt)
        self._mark = key.mark(salt)
        self._met = False
        """Whether records that came by this key are the archive's organisation's."""
        self._known = archive.at_once(lambda store: self._mark in store.fact(_KEYS).split())
        self._runs: OrderedDict[object, Run] = OrderedDict()
        self._under_way: set[asyncio.Task[None]] = set()
        self._in_turn = asyncio.Lock()
        self._ended = False

    @property
    def trusted(self) -> bool:
        """Whether what the archive has may be shown to whoever has this key."""
        return self._known and self.trouble is None

    def set_aside(self, trouble: ArchiveTrouble) -> None:
        """Leave the archive alone from now on, unless the trouble passes by itself."""
        if not trouble.transient:
            self.trouble = self.trouble or trouble

    def try_again(self) -> None:
        """Use the archive again: what ended it may have been mended."""
        self.trouble = None

    def notes(self) -> tuple[str, ...]:
        """What the reader should know of it."""
        trouble = self.trouble
        return () if trouble is None else (f"{trouble.cause} {trouble.cure} Nothing is kept until then.",)

    def keep(self, request: PageRequest, page: Page) -> None:
        """Have a page written, soon."""
        if self.trouble is not None or self._ended or request.size < PAGE_SIZE:
            return
        run = self._run(request)
        stretches = run.take(request.number, page)
        # What comes by a key that isn't known may be another organisation's: that it has nothing says nothing of this.
        if not page.records and not (stretches and self._known):
            return
        task = asyncio.create_task(self._write(run, request, page.records, stretches))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Wait until everything that came is written."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def aclose(self) -> None:
        """Take nothing more in, and wait until everything that came is written."""
        self._ended = True
        await self.settle()

    def _run(self, request: PageRequest) -> Run:
        key = request.window, request.frozen_at, request.parameters, request.size
        run = self._runs.setdefault(key, Run(request))
        self._runs.move_to_end(key)
        while len(self._runs) > _MOST_RUNS:
            self._runs.popitem(last=False)
        return run

    def write(
        self,
        store: Store,
        records: Sequence[AuditRecord],
        stretches: Sequence[Stretch],
        parameters: Parameters = (),
        *,
        first: bool = True,
    ) -> int:
        """As the function `keep`; and by records of the organisation the archive knows the key from now on."""
        added = keep(store, records, stretches, parameters, first=first)
        self._met = self._met or (bool(records) and check_organisation(store, records))
        if self._met and not self._known and self._mark not in (marks := store.fact(_KEYS).split()):
            store.note(_KEYS, " ".join([*marks, self._mark]))
        return added

    async def _write(
        self, run: Run, request: PageRequest, records: Sequence[AuditRecord], stretches: Sequence[Stretch]
    ) -> None:
        # One after the other, so that what became of the pages before is known: these have their part in what is whole.
        async with self._in_turn:
            proved = () if run.lost else stretches
            first = not request.number
            try:
                await self._archive.write(
                    lambda store: self.write(store, records, proved, request.parameters, first=first)
                )
            except ArchiveTrouble as trouble:
                run.lost = True
                self.set_aside(trouble)
            else:
                self._known = self._known or self._met


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
    added = store.add(records, first=first, ordered=not parameters)
    for span, grade in stretches:
        store.cover(span, grade, parameters)
    return added


def check_organisation(store: Store, records: Sequence[AuditRecord]) -> bool:
    """Take note of whose records an archive has; False where these don't say whose they are, and those do.

    Raises `ArchiveTrouble` where they are another's.
    """
    come = {record.organisation_id for record in records if record.organisation_id}
    held = store.fact(ORGANISATION)
    if not held and len(come) == 1:
        store.note(ORGANISATION, *come)
    elif held and come and held not in come:
        raise ArchiveTrouble(
            "The archive has the records of another organisation, so it is left alone.",
            "Give each organisation a profile of its own, or name it: organisation_id in config.toml.",
        )
    return bool(come) or not held


def _salt(store: Store) -> bytes:
    """What marks are made with here, so that they say nothing elsewhere."""
    if not store.fact(_SALT):
        store.note(_SALT, token_hex(16))
    return bytes.fromhex(store.fact(_SALT))


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
