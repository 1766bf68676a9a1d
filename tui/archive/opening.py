"""A file of records as an archive that lasts as long as it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tui.archive.coverage import Span
from tui.archive.fingerprints import keyed_masks_of
from tui.archive.intake import LOT, Intake
from tui.archive.record_file import RecordFile
from tui.archive.store import Store
from tui.domain.errors import ArchiveTrouble
from tui.domain.record import AuditRecord

_PREFIX = "portkey-audit-"
_ARCHIVE = "opened.db"
_AT_ONCE = 5 * LOT
_ELSEWHERE = "TMPDIR can name another folder; it takes some three times the size of what is opened."


class Opening(NamedTuple):
    """How far a file has been read: `size` in bytes is 0 where it isn't known, and the others count."""

    name: str
    bytes_read: int
    size: int
    records: int
    misfits: int

    def __str__(self) -> str:
        parts = [f"opening {self.name}"]
        if self.size:
            parts.append(f"{min(100, 100 * self.bytes_read // self.size)} %")
        parts.append(f"{self.records:,} records")
        if self.misfits:
            parts.append("1 that is none" if self.misfits == 1 else f"{self.misfits:,} that are none")
        return " · ".join(parts)


class Opened(NamedTuple):
    """A file that has been read: the archive that has its records, from the oldest to the newest of which `span`
    reaches (None where it has none), and sentences that its reader should see."""

    archive: Path
    name: str
    records: int
    span: Span | None
    remarks: tuple[str, ...]


@contextmanager
def opened(path: str, watch: Callable[[Opening], None]) -> Iterator[Opened]:
    """The records of a file, or of standard input for "-", in an archive that goes when the body ends, however.

    `watch` is told time and again how far it has come.  Blocks.  Raises `NotOpened` where the file can't be opened
    and `ArchiveTrouble` where there is no room for its records.
    """
    file = RecordFile.open(path)
    try:
        with _scratch_folder() as folder:
            yield _take_in(file, folder / _ARCHIVE, watch)
    finally:
        file.close()


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder that nobody else may look into, gone after the body with all that is in it."""
    try:
        folder = TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
    except OSError as error:
        raise ArchiveTrouble(f"No folder can be made for what is opened: {error.strerror}.", _ELSEWHERE) from None
    try:
        yield Path(folder.name)
    finally:
        with suppress(OSError):  # what is told by then is right all the same
            folder.cleanup()


def _take_in(file: RecordFile, archive: Path, watch: Callable[[Opening], None]) -> Opened:
    watch(Opening(file.name, file.bytes_read, file.size, records=0, misfits=0))
    try:
        store = Store.open(archive)
        try:
            with store.writing():
                intake = Intake(file.chunks(), keyed_masks_of(store))
            kept = 0
            for lots in _batches(intake.lots()):
                with store.writing():
                    kept += sum(store.add(lot, first=False) for lot in lots)
                watch(Opening(file.name, file.bytes_read, file.size, intake.records, intake.misfits))
            with store.writing():
                store.learn_names(intake.names, datetime.now(UTC))
            span = store.extent()
        finally:
            store.close()
    except ArchiveTrouble as trouble:
        raise ArchiveTrouble(trouble.cause, _ELSEWHERE) from None
    remarks = [f"{file.name}: {file.remark}."] if file.remark else []
    remarks += intake.remarks(file.name)
    again = intake.records - kept
    if again == 1:
        remarks.append(f"{file.name}: 1 record stands in it more than once, and is shown once.")
    elif again:
        remarks.append(f"{file.name}: {again:,} records stand in it more than once, and are shown once.")
    return Opened(archive, file.name, kept, span, tuple(remarks))


def _batches(lots: Iterator[list[AuditRecord]]) -> Iterator[list[list[AuditRecord]]]:
    """Lots that are written at once: small ones, such as pages, together."""
    batch: list[list[AuditRecord]] = []
    for lot in lots:
        batch.append(lot)
        if sum(map(len, batch)) >= _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
