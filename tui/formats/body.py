"""Record text that is JSON or means to be: bodies, query parameters, headers, and the record as a whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tui.formats.document import Opening, TextDocument, note
from tui.formats.json_document import JsonDocument
from tui.formats.json_outline import NotJson, Outline

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord


_READING = note("reading …")


def open_json(text: str, path: str) -> Opening:
    """JSON laid out, with JSON inside of strings laid out in place; anything else as the text it is.

    `path` is what the body, or whatever it is, goes by in paths.
    """
    if not text.strip():
        yield note(f"empty {path}")
        return
    outline = Outline(text.removeprefix("\ufeff"), decode=True)
    document = JsonDocument(outline, path)
    try:
        for _ in outline.read():
            # One long string that may or may not hold JSON has no lines until that is known.
            yield document if len(document) else _READING
    except NotJson as reason:
        yield TextDocument(text, path, f"shown as text, not as JSON: {reason}")
    else:
        yield document


def open_record(record: AuditRecord) -> Opening:
    """The whole record as the API's own object, in ASCII: what it shows is what an export holds."""
    outline = Outline(json.dumps(record.as_api()), decode=False)
    document = JsonDocument(outline, "", ascii_only=True)
    for _ in outline.read():
        yield document
    yield document
