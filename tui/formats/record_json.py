"""A record as a line of JSON that loses nothing, for programs.

The API's own fields stand at the top level under the API's own names, unknown ones too; strings such as bodies are the
text that was sent, their secrets redacted.  Under `_meta` stands what we know beside them:

- `version`: of what stands in `_meta`, 1; names are only ever added to it within a version.
- `late`: true where a record came in after the time it tells of had been read; it isn't there where that isn't so.
- `names`: who or what ids stand for, by the field that has the id: `{"user_id": "Ana Ortiz"}`; only those known.
- `sent`: what the API itself sends as `_meta`, should it ever.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.domain.fields import FIELDS

if TYPE_CHECKING:
    from tui.domain.names import Names
    from tui.domain.record import AuditRecord

VERSION = 1
"""Of what stands in `_meta`."""
META = "_meta"


def json_line(record: AuditRecord, names: Names, *, late: bool = False) -> str:
    """The record on one line, in ASCII."""
    sent = record.as_api()
    meta: dict[str, Any] = {"version": VERSION}
    if late:
        meta["late"] = True
    if known := _names(record, names):
        meta["names"] = known
    if META in sent:
        meta["sent"] = sent[META]
    return ascii_json(sent | {META: meta})


def ascii_json(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON in which nothing can act on a terminal: whatever isn't plain ASCII is an escape."""
    return json.dumps(value, indent=indent, ensure_ascii=True, allow_nan=False).replace("\x7f", "\\u007f")


def _names(record: AuditRecord, names: Names) -> dict[str, str]:
    found = ((field.attribute, field.value(record), kind) for field in FIELDS for kind in field.names)
    return {attribute: name for attribute, identifier, kind in found if (name := names.name(kind, identifier))}
