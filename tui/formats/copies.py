"""What a reader takes along: a record, a request or a view, as text for elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from tui.domain.clean import clean
from tui.domain.fields import BY_NAME, FIELDS
from tui.domain.names import Names
from tui.domain.page import PAGE_SIZE
from tui.domain.time_range import api_instant, format_instant

if TYPE_CHECKING:
    from tui.domain.query import FrozenQuery
    from tui.domain.record import AuditRecord

_MARKDOWN = re.compile(r"([\\`*_\[\]<>&!#|~]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
"""What Markdown gives a meaning to, and what turns a bare address into a link."""
_CELL_LIMIT = 4096


def record_json(record: AuditRecord) -> str:
    """The record as the API's object, indented, in ASCII: nothing in it can act on a terminal."""
    return json.dumps(record.as_api(), indent=2, ensure_ascii=True).replace("\x7f", "\\u007f")


def markdown_table(record: AuditRecord, names: Names) -> str:
    """The record's fields as a table of two columns, in which no text is markup, a link or an image."""
    lines = ["| field | value |", "| --- | --- |"]
    for field in FIELDS:
        value = field.value(record)
        known = next(filter(None, (names.name(kind, value) for kind in field.names)), "")
        if value:
            shown = _inert(value) + (f" ({_inert(known)})" if known else "")
            lines.append(f"| {field.label} | {shown} |")
    return "\n".join(lines) + "\n"


def curl_command(base_url: str, frozen: FrozenQuery) -> str:
    """A shell command that asks for the first page of a query; the key is read from the environment."""
    parameters = [
        ("start_time", api_instant(frozen.window.start)),
        ("end_time", api_instant(frozen.window.end)),
        ("current_page", "0"),
        ("page_size", str(PAGE_SIZE)),
        *frozen.query.parameters,
    ]
    asked = urlencode(parameters, quote_via=quote, errors="replace")
    url = shlex.quote(f"{base_url}/audit-logs?{asked}")
    return f'curl -sS -H "x-portkey-api-key: $PORTKEY_API_KEY" {url}'


def command_line(frozen: FrozenQuery, *, source: Sequence[str] = ()) -> str:
    """A shell command that opens this very view again, over the same window however late it is run.

    `source` are the words that name where the records come from: `--demo`, or a profile.
    """
    words = ["portkey-audit", *source]
    words += [f"{BY_NAME[clause.field].flag}={clause.value}" for clause in frozen.query.clauses]
    words += [f"--since={format_instant(frozen.window.start)}", f"--until={format_instant(frozen.window.end)}"]
    return shlex.join(words)


def _inert(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", clean(text, _CELL_LIMIT))
