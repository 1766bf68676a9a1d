"""The ways to look at a record, and the value behind a path that one of them showed."""

from __future__ import annotations

from datetime import UTC, tzinfo
from enum import Enum
from typing import TYPE_CHECKING

from tui.domain.names import Names
from tui.formats.body import open_json, open_record
from tui.formats.document import Opening, whole
from tui.formats.facts import facts
from tui.formats.pairs import open_pairs

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord


class View(Enum):
    """A way to look at a record, in the order of the tabs."""

    BODY = "Body"
    HEADERS = "Headers"
    QUERY = "Query"
    FACTS = "Facts"
    RAW = "Raw"


def open_view(view: View, record: AuditRecord, names: Names, zone: tzinfo | None) -> Opening:
    """The record as the view shows it; a zone of None is the machine's own."""
    match view:
        case View.BODY:
            return open_json(record.request_body, "body")
        case View.HEADERS:
            return open_pairs(record.request_headers, "headers")
        case View.QUERY:
            return open_pairs(record.query_params, "query")
        case View.FACTS:
            return iter([facts(record, names, zone)])
        case View.RAW:
            return open_record(record)


def value_at(record: AuditRecord, path: str) -> str | None:
    """The value of a record at a path that a view gave, None where the record has none there."""
    if not path:
        return None
    for view in View:
        document = whole(open_view(view, record, Names(), UTC))
        line = 0
        while line < len(document):
            here = document.path(line)
            if here == path:
                return document.value(line)
            # What a path doesn't begin with it isn't in.
            line = line + 1 if path.startswith(here) else document.last(line) + 1
    return None
