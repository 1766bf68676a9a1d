"""Records as rows of a CSV table that a spreadsheet can open: nothing in it is a formula, or a line of its own.

As RFC 4180 has it, in UTF-8 without a mark at its beginning: lines end in CR LF, every cell stands in quotes, and the
first row names the columns.  These names stay what they are, and only ever become more; read columns by them, and not
by their places:

- the API's sixteen fields under the API's own names, as they were sent, their secrets redacted;
- `op` and `target`: the operation and what it acted upon, as queries find them;
- `user_id_name` and `workspace_id_name`: who or what these ids stand for, "" where nobody knows;
- `more`: what the API sent beyond these fields, as one JSON object, "" where there is nothing.

A row is a line: what a terminal could obey, and what would end the line, stands as the escape that JSON has for it.
Where a spreadsheet would take a text for a formula, an apostrophe stands before it: at the beginning of a cell, and
behind a semicolon, which begins a cell where those are what separates them.  Whoever needs every character as it was
sent exports JSON lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.domain.fields import FIELDS
from tui.formats.document import safe_text
from tui.formats.record_json import ascii_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.domain.names import Names
    from tui.domain.record import AuditRecord

_SENT = tuple(field for field in FIELDS if field.attribute)
_DERIVED = tuple(field for field in FIELDS if not field.attribute)
_NAMED = tuple(field for field in FIELDS if field.names)
_BEGINS = r"""[\s"]*[=+\-@＝＋－＠]"""  # noqa: RUF001 - full-width signs count too
_FORMULA = re.compile(_BEGINS)
_FORMULA_BEHIND = re.compile(f";(?={_BEGINS})")


def csv_header() -> str:
    """The row that names the columns."""
    named = (f"{field.attribute}_name" for field in _NAMED)
    return _row([*(field.attribute for field in _SENT), *(field.name for field in _DERIVED), *named, "more"])


def csv_row(record: AuditRecord, names: Names) -> str:
    """The row of a record."""
    sent = (str(getattr(record, field.attribute)) for field in _SENT)
    derived = (field.value(record) for field in _DERIVED)
    known = (
        next(filter(None, (names.name(kind, field.value(record)) for kind in field.names)), "") for field in _NAMED
    )
    more = ascii_json(record.model_extra) if record.model_extra else ""
    return _row([*sent, *derived, *known, more])


def _row(cells: Iterable[str]) -> str:
    return ",".join('"' + _cell(text).replace('"', '""') + '"' for text in cells) + "\r\n"


def _cell(text: str) -> str:
    shown = safe_text(text)
    if ";" in shown:
        shown = _FORMULA_BEHIND.sub(";'", shown)
    return f"'{shown}" if _FORMULA.match(shown) else shown
