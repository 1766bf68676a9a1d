"""A record as a page to read outside of the explorer: its facts, then body, headers and query laid out."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from tui.formats.document import whole
from tui.formats.views import View, open_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.domain.names import Names
    from tui.domain.record import AuditRecord

_PARTS = (View.FACTS, View.BODY, View.HEADERS, View.QUERY)
_INDENT = "  "


def record_page(record: AuditRecord, names: Names, zone: tzinfo | None) -> str:
    """Lines in which nothing can act on a terminal, the last one ended too; a zone of None is the machine's own."""
    return "\n".join(line for view in _PARTS for line in _part(view, record, names, zone))


def _part(view: View, record: AuditRecord, names: Names, zone: tzinfo | None) -> Iterator[str]:
    document = whole(open_view(view, record, names, zone))
    yield view.value.upper()
    yield from ((_INDENT + document.text(line)).rstrip() for line in range(len(document)))
    yield ""
