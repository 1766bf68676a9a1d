"""Records as rows of cells, made when a row is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.app.widgets.record_table import Cell, Tone
from tui.domain.clean import clean
from tui.domain.fields import ACTOR, ADDRESS, COLUMNS, COUNTRY, OPERATION, REQUEST_ID, RESOURCE, STATUS, TARGET, TIME
from tui.domain.names import NameKind, Names
from tui.formats.times import TimeStyle, format_age, format_time
from tui.session import Exploration, RowState

if TYPE_CHECKING:
    from tui.domain.fields import Field
    from tui.domain.record import AuditRecord

_SHORT_ID = 8
_UUID_LENGTH = 36


class RecordRows:
    """The rows of an exploration as the table draws them: names for ids, and times in the style chosen, ages being
    those at the moment the query was frozen."""

    def __init__(self, exploration: Exploration) -> None:
        self._exploration = exploration
        self.names = Names()
        self.style = TimeStyle.UTC
        self._makers: dict[Field, Callable[[AuditRecord], Cell]] = {
            TIME: self._time,
            STATUS: _status,
            OPERATION: _operation,
            ACTOR: self._actor,
            RESOURCE: lambda record: _plain(record.resource_type),
            TARGET: lambda record: _plain(short_id(record.target), Tone.MUTED),
            ADDRESS: lambda record: _plain(record.address),
            COUNTRY: lambda record: _plain(record.country, Tone.MUTED),
            REQUEST_ID: lambda record: _plain(record.request_id, Tone.MUTED),
        }

    def cells(self, index: int) -> Sequence[Cell] | None:
        """The cells of a row, or None while its page is on the way."""
        record = self._exploration.record(index)
        if record is not None:
            return [self._makers[field](record) for field in COLUMNS]
        state = self._exploration.state(index)
        if state is RowState.PENDING:
            return None
        text = "not loaded" if state is RowState.FAILED else "not delivered"
        return [Cell(text, Tone.MUTED), *(Cell("") for _ in COLUMNS[1:])]

    def value(self, index: int, field: Field) -> str:
        """The full text of a field in a row, "" while it isn't here."""
        record = self._exploration.record(index)
        return "" if record is None else field.value(record)

    def _time(self, record: AuditRecord) -> Cell:
        if record.time is None:
            return _plain(record.timestamp, Tone.WARN)
        if self.style is TimeStyle.AGE:
            frozen = self._exploration.frozen
            return Cell(format_age(record.time, frozen.frozen_at)) if frozen else Cell("")
        return Cell(format_time(record.time, self.style.zone))

    def _actor(self, record: AuditRecord) -> Cell:
        if not record.user_id:
            return Cell("–", Tone.MUTED)
        name = self.names.actor(record.user_id)
        if record.user_type == "api_key" or self.names.name(NameKind.API_KEY, record.user_id):
            return _plain(f"[{name or short_id(record.user_id)}]")
        return _plain(name) if name else _plain(short_id(record.user_id), Tone.MUTED)


def short_id(text: str) -> str:
    """A uuid by its beginning; anything else whole."""
    return text[:_SHORT_ID] if len(text) == _UUID_LENGTH and text.count("-") == 4 else text


def _plain(text: str, tone: Tone = Tone.PLAIN) -> Cell:
    return Cell(clean(text), tone)


def _status(record: AuditRecord) -> Cell:
    if record.failed:
        return Cell(f"{record.status} ✗", Tone.BAD)
    return _plain(str(record.response_status_code), Tone.PLAIN)


def _operation(record: AuditRecord) -> Cell:
    operation = record.operation
    if operation.name == "delete":
        return Cell("delete", Tone.WARN)
    return _plain(operation.name, Tone.DERIVED if operation.derived else Tone.PLAIN)
