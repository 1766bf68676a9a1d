"""An archive in use beside an API: what it takes to keep what comes, and to answer from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.archive.archive import Archive
from tui.archive.fingerprints import keyed_masks_of
from tui.archive.keeping import Keeper, KeepingSource
from tui.archive.names import ArchivedNames
from tui.archive.offline import HeldSource
from tui.archive.source import ArchivedSource
from tui.domain.redaction import redact
from tui.sources.redacting import RedactingSource

if TYPE_CHECKING:
    from tui.archive.store import Store
    from tui.domain.masking import Masks
    from tui.domain.record import AuditRecord
    from tui.domain.secret import Secret
    from tui.sources.base import AuditSource

_LAST_SECONDS = 5.0
"""How long leaving may wait for what is still to be written; what isn't then is fetched again another time."""
SECRETS = "secrets"
"""The fact that tells whether any may have been kept as they came."""
KEPT = "kept"


def has_secrets(store: Store) -> bool:
    """Whether records were ever kept as they came."""
    return store.fact(SECRETS) == KEPT


@dataclass(frozen=True, slots=True)
class KeptRecords:
    """An open archive, and who keeps records in it.

    `secrets`: they are kept as they come.  `any_secrets`: some that are there may have been.
    """

    archive: Archive
    keeper: Keeper
    names: ArchivedNames
    masks: Masks
    secrets: bool
    any_secrets: bool

    @classmethod
    def open(cls, file: Path, key: Secret, clock: Callable[[], datetime], *, secrets: bool) -> KeptRecords:
        """Blocks.  Raises `ArchiveTrouble`."""
        archive = Archive.open(file)
        try:
            if secrets:
                archive.at_once(lambda store: store.note(SECRETS, KEPT))
            any_secrets = archive.at_once(has_secrets)
            masks = archive.at_once(keyed_masks_of)
            return cls(archive, Keeper(archive, key), ArchivedNames(archive, clock), masks, secrets, any_secrets)
        except BaseException:
            archive.close()
            raise

    def keeping(self, inner: AuditSource) -> AuditSource:
        """The pages of a source, each of which is kept."""
        return KeepingSource(inner, self.keeper)

    def before(self, inner: AuditSource) -> ArchivedSource:
        """The pages of a source, as far as they aren't held."""
        return ArchivedSource(inner, self.archive, self.keeper)

    def redacting(self, inner: AuditSource) -> AuditSource:
        """The pages of a source that goes through the archive, without the secrets that this may have."""
        return RedactingSource(inner, self.redact) if self.any_secrets else inner

    def redact(self, record: AuditRecord) -> AuditRecord:
        """The record without its secrets, the masks of which tell the same one wherever it stands."""
        return redact(record, self.masks)

    @property
    def held(self) -> AuditSource:
        """What is held, without the API."""
        return self.redacting(HeldSource(self.archive))

    async def aclose(self) -> None:
        """Let what has come be written, and give the file back."""
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.keeper.aclose(), _LAST_SECONDS)
        finally:
            await self.archive.aclose()
