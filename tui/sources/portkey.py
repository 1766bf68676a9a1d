"""Portkey's audit log over HTTP, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tui.domain.errors import Garbled, Rejected
from tui.domain.page import Page, PageRequest, Parameters
from tui.domain.record import AuditRecord
from tui.domain.time_range import api_instant
from tui.sources.answers import Answer, refusal, value_of
from tui.sources.base import WaitListener, unheard
from tui.sources.bodies import Oversized
from tui.sources.transport import Transport

Redact = Callable[[AuditRecord], AuditRecord]

INLINE_BYTES = 16_384
"""Bodies up to this size are read at once; reading a bigger one would hold up the screen, so a thread does it."""

_SCOPE = "audit_logs.list"
_ORGANISATION = "organisation_id"
_SMALLER_PAGE = 10
_MOST_ROWS = 10_000
"""A hundred times what is ever asked for.  In the bytes that an answer may have there's room for millions of rows, and
a record takes a thousand times the memory of the two bytes of an empty one."""


class PortkeySource:
    """Audit records as the API gives them, redacted before anybody sees them."""

    def __init__(self, transport: Transport, *, redact: Redact) -> None:
        """`transport` may be shared with whoever asks the same API other things; closing this source closes it."""
        self._transport = transport
        self._redact = redact
        self._organisation_refused = False

    async def fetch(
        self,
        request: PageRequest,
        on_wait: WaitListener = unheard,  # noqa: ARG002 — waiting is `RetryingSource`'s affair
    ) -> Page:
        """The page asked for, in parts where it is too big to come in one.  Raises `SourceError`."""
        try:
            return await self._fetch_whole(request)
        except Oversized:
            parts = await self._fetch_parts(request)
        return replace(
            parts[-1],
            records=tuple(_told_apart(parts)),
            total=next((part.total for part in parts if part.total is not None), None),
            size_bytes=sum(part.size_bytes for part in parts),
        )

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _fetch_whole(self, request: PageRequest) -> Page:
        answer, notes = await self._ask(request)
        if len(answer.body) > INLINE_BYTES:
            records, total = await asyncio.to_thread(_read, answer, self._redact)
        else:
            records, total = _read(answer, self._redact)
        if total == 0 and (records or request.number):
            total = None
        size = len(answer.body)
        return Page(records, total, server_time=answer.server_time, skew=answer.skew, size_bytes=size, notes=notes)

    async def _fetch_parts(self, request: PageRequest) -> list[Page]:
        """The same rows as pages of ten, and where need be of one; a record too big even so becomes a row saying so."""
        if request.size == 1:
            return [Page((_unreadable("This record is bigger than an answer may be.", self._redact),), None)]
        size = _SMALLER_PAGE if request.size > _SMALLER_PAGE and request.size % _SMALLER_PAGE == 0 else 1
        first = request.number * request.size // size
        parts: list[Page] = []
        for number in range(first, first + request.size // size):
            part = replace(request, number=number, size=size)
            try:
                here = [await self._fetch_whole(part)]
            except Oversized:
                here = await self._fetch_parts(part)
            parts += here
            if sum(len(page.records) for page in here) < size:
                break
        return parts

    async def _ask(self, request: PageRequest) -> tuple[Answer, tuple[str, ...]]:
        """The answer, and what the reader should know about how it was had.

        An organisation id is sent where the request names one, unless the API refused it before.
        """
        plain = tuple((name, value) for name, value in request.parameters if name != _ORGANISATION)
        if plain == request.parameters:
            answer = await self._get(request, plain)
            if answer.status == 400:
                raise Rejected(
                    refusal(answer, scope=_SCOPE).cause,
                    "A filter may have a value it can't read; or it wants the organisation named: use --organisation, "
                    "or organisation_id in config.toml.",
                )
            return answer, ()
        if not self._organisation_refused:
            answer = await self._get(request, request.parameters)
            if answer.status != 403:
                return answer, ()
        answer = await self._get(request, plain)
        self._organisation_refused = self._organisation_refused or answer.status == 200
        return answer, (
            "The API refuses the organisation id, so it is asked without: the key's own organisation answers.",
        )

    async def _get(self, request: PageRequest, filters: Parameters) -> Answer:
        return await self._transport.get(
            "/audit-logs",
            (
                ("start_time", api_instant(request.window.start)),
                ("end_time", api_instant(request.window.end)),
                ("current_page", str(request.number)),
                ("page_size", str(request.size)),
                *filters,
            ),
        )


def _read(answer: Answer, redact: Redact) -> tuple[tuple[AuditRecord, ...], int | None]:
    """Records and total of an answer.  Raises `SourceError`."""
    value = value_of(answer, scope=_SCOPE)
    records = value.get("records") if isinstance(value, dict) else None
    if not isinstance(records, list):
        raise Garbled(f"{answer.host} answered with JSON that is not a page of audit records.")
    if len(records) > _MOST_ROWS:
        raise Garbled(f"{answer.host} sent {len(records):,} rows, more than a page can have.")
    return tuple(_record(item, redact) for item in records), _total(value.get("total"))


def _told_apart(parts: Sequence[Page]) -> Iterator[AuditRecord]:
    """The records of a page that came in parts.

    Where records of one time come in another order each time, one may be on two parts, and another on none.  So what
    looks the same on two of them is taken for one: that a record misses can be told and made good, that one is doubled
    in another's place can't.
    """
    before: list[AuditRecord] = []
    for part in parts:
        # Those that are no records look the same, whichever they stand for.
        new = [record for record in part.records if record.time is None or record not in before]
        yield from new
        before += new


def _record(value: Any, redact: Redact) -> AuditRecord:
    """A row for whatever stands among the records."""
    if not isinstance(value, dict):
        return _unreadable(value, redact)
    try:
        return redact(AuditRecord.model_validate(value))
    except RecursionError:
        return _unreadable("This record is nested too deeply to be read.", redact)


def _unreadable(value: Any, redact: Redact) -> AuditRecord:
    return redact(AuditRecord.model_validate({"unreadable": value}))


def _total(value: Any) -> int | None:
    """The number of all records, None where it isn't a number from 0."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
