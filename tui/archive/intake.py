"""Records out of bytes that somebody kept: our own lines, the API's answers, arrays, single records, also compressed.

What they are is told by what they hold, never by a name.  Every record is redacted: what others kept may hold secrets.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from tui.archive.inflating import Inflating
from tui.archive.json_stream import FIELDS, JsonStream, Misfit
from tui.domain.clean import clean
from tui.domain.fields import FIELDS as FIELD_TABLE
from tui.domain.masking import PLAIN, Masks
from tui.domain.names import Named, NameKind
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact, redact_text
from tui.formats.record_json import read_back

LOT = 1_000
"""Records that are handed on together, unless they are of one time."""
_MOST_OF_ONE_TIME = 10_000
_MOST_CHARACTERS = 4_000_000
"""Of bodies and headers in a lot, unless one record has more."""
_MOST_NAMES = 200_000
_MOST_TOLD = 3
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NAMED = tuple(field for field in FIELD_TABLE if field.names)


class Intake:
    """Records as they are read, and what was met that is none.

    `names` is who ids stand for, where what was read tells.
    """

    def __init__(self, chunks: Iterable[bytes], masks: Masks = PLAIN) -> None:
        """`chunks` are bytes as they are kept, none of them empty; `masks` stand where secrets are."""
        self._masks = masks
        self.records = 0
        self.names: dict[NameKind, dict[str, Named]] = {}
        self._bytes = Inflating(iter(chunks))
        self._stream = JsonStream(_text(iter(self._bytes)))

    def lots(self) -> Iterator[list[AuditRecord]]:
        """The records in their order, some at a time.

        No lot is from two pages or arrays, and where records of one time follow each other they are in one lot: so
        those that look the same in it are several, and in different lots may be the same ones.
        """
        lot = _Lot()
        for value in self._stream.objects():
            record = None if value is None else self._record(value)
            if value is not None and record is None:
                continue
            if lot.records and (record is None or not lot.has_room_for(record)):
                yield lot.records
                lot = _Lot()
            if record is not None:
                self.records += 1
                lot.add(record)
        if lot.records:
            yield lot.records

    @property
    def misfits(self) -> int:
        """How many things were met that are no records."""
        return self._stream.misfits

    @property
    def remembered(self) -> tuple[Misfit, ...]:
        """The first few of them."""
        return tuple(self._stream.remembered)

    def remarks(self, name: str) -> list[str]:
        """What should be known of what was read, in sentences; `name` is what it is called."""
        told = [f"{clean(name)}: {self._bytes.remark}."] if self._bytes.remark else []
        if self.misfits:
            where = "; ".join(map(_told, self.remembered[:_MOST_TOLD]))
            more = f"; and {self.misfits - _MOST_TOLD:,} more" if self.misfits > _MOST_TOLD else ""
            what = "1 entry is no record" if self.misfits == 1 else f"{self.misfits:,} entries are no records"
            told.append(f"{clean(name)}: {what}: {where}{more}.")
        return told

    def _record(self, value: dict[str, Any]) -> AuditRecord | None:
        """The record that an object is; None where it is none, and then it is refused."""
        sent, names = read_back(value)
        if FIELDS.isdisjoint(sent):
            self._stream.refuse("it has none of a record's fields")
            return None
        try:
            record = redact(AuditRecord.model_validate(sent), self._masks)
        except RecursionError:
            self._stream.refuse("nested too deeply")
            return None
        if names:
            self._learn(record, names)
        return record

    def _learn(self, record: AuditRecord, names: Any) -> None:
        """Remember the names of a line, as those of the ids in its record."""
        for field in _NAMED:
            kind = field.names[-1] if record.user_type.strip().lower() == NameKind.API_KEY else field.names[0]
            identifier, name = field.value(record), names.get(field.attribute)
            if isinstance(name, str) and name:
                known = self.names.setdefault(kind, {})
                if identifier not in known and len(known) < _MOST_NAMES:
                    known[identifier] = Named(redact_text(name))


class _Lot:
    """Records that are handed on together."""

    def __init__(self) -> None:
        self.records: list[AuditRecord] = []
        self._size = 0

    def add(self, record: AuditRecord) -> None:
        self.records.append(record)
        self._size += len(record.request_body) + len(record.request_headers)

    def has_room_for(self, record: AuditRecord) -> bool:
        most = _MOST_OF_ONE_TIME if record.timestamp == self.records[-1].timestamp else LOT
        return len(self.records) < most and self._size < _MOST_CHARACTERS


def _told(misfit: Misfit) -> str:
    column = f", column {misfit.column:,}" if misfit.column > 1 else ""
    return f"line {misfit.line:,}{column}: {clean(misfit.why)}"


def _text(chunks: Iterator[bytes]) -> Iterator[str]:
    """Bytes as text: UTF-8, or what begins as UTF-16 does.  What is neither is replaced, as in the API's answers."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) > 1:
            break
    decoder = codecs.getincrementaldecoder("utf-16" if head.startswith(_WIDE) else "utf-8")("replace")
    for chunk in chain((head,), chunks):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
