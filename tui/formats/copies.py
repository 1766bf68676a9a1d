"""What a reader takes along: a record, a request or a view, as text for elsewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from tui.domain.clean import clean
from tui.domain.fields import FIELDS
from tui.domain.names import Names
from tui.domain.page import PAGE_SIZE
from tui.domain.query_text import format_query
from tui.domain.time_range import TimeRange, api_instant
from tui.formats.record_json import ascii_json

if TYPE_CHECKING:
    from tui.domain.plan import FrozenQuery
    from tui.domain.record import AuditRecord

_MARKDOWN = re.compile(r"([\\`*_\[\]<>&!#|~]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
"""What Markdown gives a meaning to, and what turns a bare address into a link."""
_CELL_LIMIT = 4096


def record_json(record: AuditRecord) -> str:
    """The record as the API's object, indented, in ASCII: nothing in it can act on a terminal."""
    return ascii_json(record.as_api(), indent=2)


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
    """A shell command that asks for the first page of a query; the key is read from the environment.

    Of a query that is read in several streams it is the first one, and a comment says so.
    """
    parameters = [
        ("start_time", api_instant(frozen.window.start)),
        ("end_time", api_instant(frozen.window.end)),
        ("current_page", "0"),
        ("page_size", str(PAGE_SIZE)),
        *frozen.plan.branches[0],
    ]
    asked = urlencode(parameters, quote_via=quote, errors="replace")
    url = shlex.quote(f"{base_url}/audit-logs?{asked}")
    command = f'curl -sS -H "x-portkey-api-key: $PORTKEY_API_KEY" {url}'
    count = len(frozen.plan.branches)
    return command if count == 1 else f"# the first of the {count} requests that this query takes\n{command}"


def command_line(frozen: FrozenQuery, *, source: Sequence[str] = ()) -> str:
    """A shell command that opens this very view again, over the same window however late it is run.

    `source` are the words that name where the records come from: `--demo`, or a profile.
    """
    window = frozen.window
    # The query is one word of the shell, and holds a blank: it can't be the name of a command.
    query = format_query(frozen.query.with_range(TimeRange(window.start, window.end)))
    return shlex.join(["portkey-audit", *source, *(["--"] if query.startswith("-") else []), query])


def _inert(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", clean(text, _CELL_LIMIT))
