"""The archive without the API: what is held of a window, and what of it is not."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.archive.coverage import Span
from tui.archive.doubts import told_doubts, told_gaps
from tui.archive.narrowing import Narrowing
from tui.archive.rows import COLUMN_OF
from tui.archive.source import narrowing_of, read_piece
from tui.archive.stitching import Held, Piece
from tui.domain.errors import NotHeld
from tui.domain.page import Origin, Page, PageRequest
from tui.sources.base import unheard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.archive.archive import Archive
    from tui.archive.store import Store
    from tui.sources.base import WaitListener

_MOST_ASKED = 64
_Resume = dict[tuple[Span, int], int]


class HeldSource:
    """Pages of what an archive holds, whole or not; it never asks anybody else.

    `whole`: nothing is missing of anything, as in an archive that a file was read into.
    """

    def __init__(self, archive: Archive, *, whole: bool = False, notes: Sequence[str] = ()) -> None:
        """`notes` are sentences the reader should see of all that is held."""
        self._archive = archive
        self._whole = whole
        self._notes = tuple(notes)
        self._asked: OrderedDict[object, tuple[Held, Narrowing, _Resume, tuple[str, ...]]] = OrderedDict()

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:  # noqa: ARG002 - as others
        """The page asked for.  Raises `ArchiveTrouble`."""
        held, narrowing, resume, doubts = await self._known(request)
        piece = Piece(held, request.number * request.size, request.size)
        records = await self._archive.read(lambda store: read_piece(store, narrowing, held, piece, resume))
        origin = Origin.FILE if self._whole else Origin.ARCHIVE
        return Page(tuple(records), held.count, origin, notes=(*self._notes, *doubts), partial=bool(doubts))

    async def spread(self, request: PageRequest, name: str) -> Counter[str] | None:
        """How many of the records that a request wants have each value of a field; None where it takes reading them.
        Raises `ArchiveTrouble`."""
        held, narrowing, *_ = await self._known(replace(request, parameters=()))
        if name not in COLUMN_OF or not narrowing.exact:
            return None
        return await self._archive.read(lambda store: store.spread(name, held.span, narrowing))

    async def _known(self, request: PageRequest) -> tuple[Held, Narrowing, _Resume, tuple[str, ...]]:
        key = request.window, request.frozen_at, request.parameters, request.wanted
        if key not in self._asked:
            self._asked[key] = await self._archive.read(lambda store: self._look_up(store, request))
        self._asked.move_to_end(key)
        while len(self._asked) > _MOST_ASKED:
            self._asked.popitem(last=False)
        return self._asked[key]

    async def aclose(self) -> None:
        """The archive is whoever's that opened it."""

    def _look_up(self, store: Store, request: PageRequest) -> tuple[Held, Narrowing, _Resume, tuple[str, ...]]:
        span = Span.of(request.window)
        with store.reading():
            narrowing = narrowing_of(store, request)
            covered = store.coverage(request.parameters)
            doubts = () if self._whole else (*told_gaps(span, covered), *told_doubts(span, covered))
            return Held(span, store.count(span, narrowing)), narrowing, {}, doubts


class NothingInClear:
    """Records with their secrets, where these were left out of what is held."""

    def __init__(self, name: str, cure: str = "") -> None:
        """`name` says what holds the records, `cure` what helps whoever wants the secrets."""
        self._name = name
        self._cure = cure

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:  # noqa: ARG002 - as others
        """Raises `NotHeld`."""
        raise NotHeld(f"There are no secrets in {self._name}: they were left out.", self._cure)

    async def aclose(self) -> None:
        """There is nothing to give back."""
