"""Records as a report in Markdown: what was asked, how many there are, and a table of them.

All that comes from records or queries stands in code spans, in which there are no links, images, mentions, HTML or
markup of any other kind; what would end a span, a cell or a line stands in it as the escape that JSON has for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.clean import clean
from tui.domain.fields import COLUMNS, TIME, Field
from tui.domain.time_range import Window, format_instant

if TYPE_CHECKING:
    from tui.domain.names import Names
    from tui.domain.record import AuditRecord

_CELL_LIMIT = 300
_TEXT_LIMIT = 4096
_ESCAPES = str.maketrans({"`": "\\u0060", "|": "\\u007c"})


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What stands above the table: `query` as it is typed, `notes` in sentences; `complete` and `privacy` are ours."""

    query: str
    window: Window
    count: int
    complete: str
    privacy: str
    notes: tuple[str, ...] = ()


def report_head(head: ReportHead) -> str:
    """The report up to the first row of its table."""
    records = "1 record" if head.count == 1 else f"{head.count:,} records"
    lines = [
        f"# Audit log: {records}",
        "",
        f"- Query: {_code(head.query, _TEXT_LIMIT)}",
        f"- From {format_instant(head.window.start)} to {format_instant(head.window.end)}, both included",
        f"- {head.complete}",
        f"- {head.privacy}",
        *(f"- {_code(note, _TEXT_LIMIT)}" for note in head.notes),
        "",
        _row([column.label if column is not TIME else "Time (UTC)" for column in COLUMNS]),
        _row(["---"] * len(COLUMNS)),
    ]
    return "\n".join(lines) + "\n"


def report_row(record: AuditRecord, names: Names) -> str:
    """The row of a record."""
    return _row([_code(_shown(field, record, names), _CELL_LIMIT) for field in COLUMNS]) + "\n"


def _shown(field: Field, record: AuditRecord, names: Names) -> str:
    if field is TIME:
        return format_instant(record.time) if record.time else record.timestamp
    value = field.value(record)
    name = next(filter(None, (names.name(kind, value) for kind in field.names)), "")
    return f"{name} ({value})" if name else value


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str, limit: int) -> str:
    return f"`{clean(text, limit).translate(_ESCAPES)}`" if text.strip() else ""
