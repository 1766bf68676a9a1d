"""A record as rows of the archive's tables, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from tui.domain.fields import (
    ACTION,
    ACTOR,
    ACTOR_TYPE,
    ADDRESS,
    COUNTRY,
    METHOD,
    OPERATION,
    ORGANISATION,
    RESOURCE,
    STATUS,
    WORKSPACE,
)  # fmt: skip
from tui.domain.record import AuditRecord

PLACES = 1 << 20
"""Records that one millisecond has room for."""
SENT = tuple(AuditRecord.model_fields)
"""The columns that hold what the API sent, under its own names."""
COLUMNS = (*SENT, "unknown")
"""What of a record is written and read back, in this order."""
TALLIED = (
    METHOD, STATUS, OPERATION, ACTION, ACTOR, ACTOR_TYPE, WORKSPACE, RESOURCE, ADDRESS, COUNTRY, ORGANISATION,
)  # fmt: skip
"""The fields whose values are numbered, and counted hour by hour: addresses as they were sent."""
FACETS = tuple(field.name for field in TALLIED)
"""The columns with the numbers of a record's values."""
COLUMN_OF = {name: f"facets.{name}" for name in FACETS}
"""Which column has the number of such a field's value."""
_FIRST_MILLISECOND, _LAST_MILLISECOND = -(1 << 42), (1 << 42) - 1
"""From 1830 to 2109: what claims to have happened beyond that stands at the end."""

Row = tuple[Any, ...]
_read_sent = attrgetter(*SENT)
_read_facets = attrgetter(*(field.attribute or "operation.name" for field in TALLIED))


def first_row(millisecond: int) -> int:
    """The least number that a row of this millisecond, or of a later one, can have."""
    return max(_FIRST_MILLISECOND, min(_LAST_MILLISECOND, millisecond)) * PLACES


def millisecond_of(row: int) -> int:
    return row // PLACES


def row_of(record: AuditRecord) -> Row:
    """What is written of a record, in the order of `COLUMNS`."""
    unknown = json.dumps(record.model_extra, ensure_ascii=True) if record.model_extra else None
    return (*map(to_sql, _read_sent(record)), unknown)


def facets_of(record: AuditRecord) -> tuple[str, ...]:
    """A record's values of the tallied fields, in the order of `FACETS`."""
    return tuple(map(str, _read_facets(record)))


def record_of(row: Sequence[Any]) -> AuditRecord:
    """The record that a row in the order of `COLUMNS` was written of."""
    sent = dict(zip(SENT, map(from_sql, row), strict=False))
    return AuditRecord.model_validate(sent if row[-1] is None else sent | json.loads(row[-1]))


def to_sql(value: Any) -> Any:
    """A value as SQLite can hold it: half a surrogate pair, which UTF-8 doesn't have, makes a text bytes."""
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "surrogatepass")
    return value


def from_sql(value: Any) -> Any:
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def marks(values: Iterable[Any]) -> str:
    """Question marks for so many values, between commas."""
    return ", ".join("?" for _ in values)
