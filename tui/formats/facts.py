"""A record's fields, one a line, with names for ids and times in two zones."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from tui.domain.clean import clean
from tui.domain.fields import ADDRESS, FIELDS, OPERATION, STATUS, TARGET, TIME, Field, Kind
from tui.formats.document import Document, Entry, Listing, Role, Span
from tui.formats.times import format_time, zone_name

if TYPE_CHECKING:
    from tui.domain.names import Names
    from tui.domain.record import AuditRecord

_WIDTH = max(len(field.label) for field in FIELDS) + 2
_JSON_LIMIT = 200


def facts(record: AuditRecord, names: Names, zone: tzinfo | None) -> Document:
    """All fields of the table, then those the API sent beyond it, then which names were refused."""
    entries = [_entry(field.label, field.value(record), _about(field, record, names, zone), field) for field in FIELDS]
    entries += [_entry(name, str(value), "", None) for name, value in (record.model_extra or {}).items()]
    entries += [
        Entry((Span(f"(names of {kind.replace('_', ' ')}s are not to be had: {reason})", Role.NOTE),))
        for kind, reason in names.refused.items()
    ]
    return Listing(entries)


def headline(record: AuditRecord, zone: tzinfo | None) -> str:
    """A record in one line, safe to draw: when, how it ended, what was done, to what kind of thing, and which."""
    moment = format_time(record.time, zone) if record.time else record.timestamp
    parts = (moment, STATUS.value(record), record.operation.name, record.resource_type, record.target)
    return "  ".join(clean(part, 60) for part in parts if part)


def _entry(label: str, value: str, about: str, field: Field | None) -> Entry:
    name = clean(label, 40)
    shown = clean(value, _JSON_LIMIT) if field is None or field.kind is Kind.JSON else value
    spans = [Span(name.ljust(_WIDTH), Role.KEY)]
    spans.append(Span(shown, Role.PLAIN) if value else Span("—", Role.NOTE))
    if about:
        spans.append(Span(f"  {about}", Role.NOTE))
    return Entry(tuple(spans), field.name if field else label, value)


def _about(field: Field, record: AuditRecord, names: Names, zone: tzinfo | None) -> str:
    """What is known of a value beyond the value."""
    value = field.value(record)
    if field is TIME:
        return _times(record, zone)
    if (field is OPERATION and record.operation.derived) or (field is TARGET and value):
        return "(derived)"
    if field is ADDRESS and value != record.client_ip:
        return f"(sent as {clean(record.client_ip)})"
    found = (names.name(kind, value) for kind in field.names)
    return clean(next(filter(None, found), ""))


def _times(record: AuditRecord, zone: tzinfo | None) -> str:
    moment = record.time
    if moment is None:
        return "(not a time)" if record.timestamp else ""
    shown = [f"{format_time(moment, at)} {zone_name(at, moment)}" for at in (UTC, zone)]
    return " · ".join(dict.fromkeys(shown))
