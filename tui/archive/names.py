"""Names that an archive remembers: where the directory keeps them, and who is named where nobody can be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from tui.domain.errors import ArchiveTrouble
from tui.domain.names import Names

if TYPE_CHECKING:
    from tui.archive.archive import Archive
    from tui.domain.names import Named, NameKind


class ArchivedNames:
    """The memory of a directory, in an archive; what can't be read or written is done without."""

    def __init__(self, archive: Archive, clock: Callable[[], datetime]) -> None:
        self._archive = archive
        self._clock = clock

    async def read(self) -> Mapping[NameKind, Mapping[str, Named]]:
        """Every name that was ever learnt."""
        with suppress(ArchiveTrouble):
            return await self._archive.read(lambda store: store.names())
        return {}

    async def write(self, known: Mapping[NameKind, Mapping[str, Named]]) -> None:
        """Remember these beside the others."""
        seen = self._clock()
        if self._archive.writable:
            with suppress(ArchiveTrouble):
                await self._archive.write(lambda store: store.learn_names(known, seen))


class HeldDirectory:
    """The names that an archive remembers, and no others."""

    def __init__(self, memory: ArchivedNames) -> None:
        self._memory = memory

    async def names(self) -> AsyncIterator[Names]:
        yield Names(await self._memory.read())
