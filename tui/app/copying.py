"""What the copy menu offers, and the text behind each choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.app.screens.menu import Choice
from tui.domain.query_text import format_query
from tui.formats.copies import command_line, curl_command, markdown_table, record_json

if TYPE_CHECKING:
    from tui.app.widgets.detail_pane import DetailPane
    from tui.domain.names import Names
    from tui.domain.plan import FrozenQuery
    from tui.domain.record import AuditRecord

COPY_CHOICES = (
    Choice("y", "cell", "the value under the table's cursor"),
    Choice("v", "value", "the value under the detail's cursor"),
    Choice("p", "path", "its path, as body.scopes[0]"),
    Choice("j", "JSON", "the whole record"),
    Choice("m", "Markdown", "the record as a table"),
    Choice("c", "curl", "this request, without the key"),
    Choice("q", "query", "the text of the top line"),
    Choice("l", "command line", "reopens this very view"),
)


def copied_text(
    key: str,
    *,
    record: AuditRecord | None,
    cell: str,
    pane: DetailPane | None,
    frozen: FrozenQuery | None,
    names: Names,
    base_url: str,
    source: Sequence[str],
) -> tuple[str, str]:
    """The text a choice stands for, "" where there is none, and what to call it."""
    what = {choice.key: choice.title for choice in COPY_CHOICES}[key]
    text = ""
    if key == "y":
        text = cell
    elif key in "vp" and pane is not None:
        text = pane.current_value if key == "v" else pane.current_path
    elif key == "j" and record is not None:
        text = record_json(record)
    elif key == "m" and record is not None:
        text = markdown_table(record, names)
    elif frozen is not None and key == "c":
        text = curl_command(base_url, frozen)
    elif frozen is not None and key == "q":
        text = format_query(frozen.query)
    elif frozen is not None and key == "l":
        text = command_line(frozen, source=source)
    return text, what
