"""A record as the parts of one line: when, how it ended, what was done, by whom, to what."""

from __future__ import annotations

from datetime import UTC
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from tui.domain.clean import clean
from tui.domain.names import NameKind
from tui.formats.times import format_time

if TYPE_CHECKING:
    from tui.domain.names import Names
    from tui.domain.record import AuditRecord

_URI_END = 40
"""Characters of a uri that stand for a target where there is none."""
_NONE = "-"


class Tone(Enum):
    """What a part is, for its colour; each says it in words or by a sign too."""

    PLAIN = auto()
    BAD = auto()
    WARN = auto()
    MUTED = auto()


class Part(NamedTuple):
    """A text that is safe to show, never empty."""

    text: str
    tone: Tone = Tone.PLAIN


class RecordLine(NamedTuple):
    """The parts of a line, in their order."""

    time: Part
    status: Part
    operation: Part
    actor: Part
    target: Part


def record_line(record: AuditRecord, names: Names, *, failed: str = "✗") -> RecordLine:
    """The line of a record, its time in UTC; `failed` is the sign behind the status of what failed."""
    return RecordLine(
        time=Part(f"{format_time(record.time, UTC)}Z") if record.time else _part(record.timestamp, Tone.WARN),
        status=_status(record, failed),
        operation=_operation(record),
        actor=_actor(record, names),
        target=_part(record.target or _uri_end(record)),
    )


def _status(record: AuditRecord, failed: str) -> Part:
    status = str(record.response_status_code)
    return Part(f"{status} {failed}", Tone.BAD) if record.failed else _part(status)


def _operation(record: AuditRecord) -> Part:
    operation = record.operation
    if operation.name == "delete":
        return Part("delete", Tone.WARN)
    return _part(operation.name, Tone.MUTED if operation.derived else Tone.PLAIN)


def _actor(record: AuditRecord, names: Names) -> Part:
    """Who did it by name, or else by the id that queries find; keys stand in brackets, as in the table."""
    shown = names.actor(record.user_id) or record.user_id
    is_key = record.user_type == "api_key" or names.name(NameKind.API_KEY, record.user_id)
    return _part(f"[{shown}]" if shown and is_key else shown)


def _uri_end(record: AuditRecord) -> str:
    path = record.uri.partition("?")[0]
    return path if len(path) <= _URI_END else f"…{path[1 - _URI_END :]}"


def _part(text: str, tone: Tone = Tone.PLAIN) -> Part:
    return Part(clean(text), tone) if text.strip() else Part(_NONE, Tone.MUTED)
