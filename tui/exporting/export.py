"""An export: all that fits a query, from the first request to the last byte."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from tui.domain.matching import Matcher
from tui.domain.query_text import format_query
from tui.domain.redaction import redact
from tui.exporting.destination import Spool
from tui.exporting.form import Form
from tui.exporting.manifest import manifest
from tui.exporting.reading import Reading
from tui.formats.anonymity import Anonymiser, anonymous_query, without_clauses
from tui.formats.csv_table import csv_header, csv_row
from tui.formats.markdown_report import ReportHead, report_head, report_row
from tui.formats.record_json import json_line

if TYPE_CHECKING:
    from tui.domain.errors import SourceError
    from tui.domain.names import Names
    from tui.domain.plan import FrozenQuery
    from tui.domain.query import Term
    from tui.domain.record import AuditRecord
    from tui.exporting.destination import Destination, Written
    from tui.exporting.reading import Inquiry
    from tui.sources.base import AuditSource

_T = TypeVar("_T")

_LINES: dict[Form, Callable[[AuditRecord, Names], str]] = {
    Form.JSONL: lambda record, names: json_line(record, names) + "\n",
    Form.CSV: csv_row,
    Form.MARKDOWN: report_row,
}


class Completeness(StrEnum):
    """How sure it is that all records are there."""

    PROVED = "proved"
    UNPROVED = "unproved"
    """Nothing proves it, and nothing speaks against it."""
    INCOMPLETE = "incomplete"
    """Some may well be missing."""


_SENTENCES = {
    Completeness.PROVED: "Complete: as many as the API counts, and none of them twice",
    Completeness.UNPROVED: "Not proved to be complete",
    Completeness.INCOMPLETE: "Incomplete: some may be missing",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of an export; `skew` is how far the server's clock was ahead of ours, in seconds, None if unknown.

    `total` is how many records the API says there are to look at, None where it doesn't.
    """

    form: Form
    frozen: FrozenQuery
    query: str
    """As it may be told: without what could name somebody where the export is anonymised."""
    count: int
    scanned: int
    total: int | None
    completeness: Completeness
    remarks: tuple[str, ...]
    problem: SourceError | None
    redacted: bool
    anonymised: bool
    skew: float | None


class Export:
    """An export on its way.  `reading` tells how far it has come.

    Whoever cancels `run` has nothing left of it in its place.
    """

    def __init__(
        self,
        inquiry: Inquiry,
        destination: Destination,
        form: Form,
        *,
        in_clear: AuditSource | None = None,
        redact: Callable[[AuditRecord], AuditRecord] = redact,
        anonymise: bool = False,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """`in_clear` is where the same records are to be had with their secrets, for a reader who wants these, and
        `redact` gives what the query looks at then; `anonymise` gives pseudonyms to people, ids and addresses, by a key
        that `random` draws and nobody keeps.

        Raises `TimeTextError`, and ValueError where both are wanted.
        """
        if in_clear is not None and anonymise:
            raise ValueError("what is anonymous has no secrets")
        self._inquiry = inquiry if in_clear is None else _in_clear(inquiry, in_clear, redact)
        self._destination = destination
        self._form = form
        self._redacted = in_clear is None
        self._anonymiser = Anonymiser(random(32), inquiry.names) if anonymise else None
        self.reading = Reading(self._inquiry, self._inquiry.freeze(inquiry.clock()))

    async def run(self) -> Exported:
        """Write it.  Raises `SourceError` where no record could be had at all, and `Unwritable`."""
        began = self._inquiry.clock()
        try:
            await _in_thread(self._destination.open)
            if self._form is Form.MARKDOWN:
                await self._write_report()
            else:
                await self._write_lines(self._destination.write)
            exported, ended = self._exported(), self._inquiry.clock()

            def described(written: Written) -> str:
                return manifest(exported, written, began, ended)

            await _in_thread(self._destination.seal, described)
            # Nothing can be cancelled from here on.
            self._destination.place()
            return exported
        finally:
            self._destination.discard()

    async def _write_lines(self, write: Callable[[str], None]) -> None:
        """Write the records, and where it is a table what stands above them."""
        above = csv_header() if self._form is Form.CSV else ""
        async with aclosing(self.reading.matches()) as batches:
            async for records in batches:
                if records:
                    await _in_thread(self._write_batch, write, above, records)
                    above = ""
        if (problem := self.reading.problem) is not None and not self.reading.scanned:
            raise problem
        if above:
            await _in_thread(write, above)

    def _write_batch(self, write: Callable[[str], None], above: str, records: Iterable[AuditRecord]) -> None:
        anonymiser = self._anonymiser
        names = self._inquiry.names if anonymiser is None else anonymiser.names
        shown = records if anonymiser is None else map(anonymiser.record, records)
        write(above + "".join(_LINES[self._form](record, names) for record in shown))

    async def _write_report(self) -> None:
        """Write the records, and above them how many they are, which is known only then."""
        spool = Spool()
        try:
            await self._write_lines(spool.write)
            await _in_thread(self._destination.write, report_head(self._report_head()))
            for piece in spool.pieces():
                await _in_thread(self._destination.write, piece)
        finally:
            spool.close()

    # What is told of it

    def _exported(self) -> Exported:
        reading = self.reading
        return Exported(
            form=self._form,
            frozen=reading.frozen,
            query=self._told_query(),
            count=reading.matched,
            scanned=reading.scanned,
            total=reading.counted,
            completeness=self._completeness(),
            remarks=tuple(self._remarks()),
            problem=reading.problem,
            redacted=self._redacted,
            anonymised=self._anonymiser is not None,
            skew=None if reading.skew is None else round(reading.skew, 3),
        )

    def _report_head(self) -> ReportHead:
        privacy = "Secrets are redacted" if self._redacted else "Secrets are in clear: keep it to yourself"
        if self._anonymiser is not None:
            privacy += "; people, ids and addresses are pseudonyms"
        return ReportHead(
            query=self._told_query(),
            window=self.reading.frozen.window,
            count=self.reading.matched,
            complete=_SENTENCES[self._completeness()],
            privacy=privacy,
            notes=tuple(self._remarks()),
        )

    def _told_query(self) -> str:
        query = self._inquiry.query
        return format_query(query) if self._anonymiser is None else anonymous_query(query)

    def _completeness(self) -> Completeness:
        if self.reading.incomplete:
            return Completeness.INCOMPLETE
        return Completeness.PROVED if self.reading.proved else Completeness.UNPROVED

    def _remarks(self) -> Iterator[str]:
        anonymiser = self._anonymiser
        if anonymiser is None:
            yield from self.reading.remarks
            return
        for remark in self.reading.remarks:
            yield anonymiser.text(without_clauses(remark, self._inquiry.query))
        for kind, reason in self._inquiry.names.refused.items():
            yield f"Names of {kind.replace('_', ' ')}s could not be had, so texts may still have them: {reason}"


class _RedactedMatcher(Matcher):
    """Looks at records as they are when redacted: nobody is to find a secret by asking for it."""

    def __init__(self, inner: Matcher, redact: Callable[[AuditRecord], AuditRecord]) -> None:
        self._inner = inner
        self._redact = redact

    def __call__(self, record: AuditRecord) -> bool:
        return self._inner(self._redact(record))

    def broken(self, record: AuditRecord) -> Term | None:
        return self._inner.broken(self._redact(record))


def _in_clear(inquiry: Inquiry, source: AuditSource, redact: Callable[[AuditRecord], AuditRecord]) -> Inquiry:
    return replace(inquiry, source=source, matcher=_RedactedMatcher(inquiry.matcher, redact))


async def _in_thread(work: Callable[..., _T], *given: object) -> _T:
    """What `work` gives, done in a thread; a cancellation waits for its end, so that nobody writes any more then."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *given))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        if not working.cancelled():
            working.exception()  # taken note of, or asyncio prints it
        raise
