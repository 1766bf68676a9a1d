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
from collections.abc import Mapping
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


def read_back(told: dict[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """What the API sent of a record, out of an object that `json_line` wrote, and the names that stand there, by field.

    What was written elsewhere is taken for what the API sent.
    """
    meta = told.get(META)
    if not isinstance(meta, dict) or type(meta.get("version")) is not int:
        return told, {}
    sent = {name: value for name, value in told.items() if name != META}
    if "sent" in meta:
        sent[META] = meta["sent"]
    names = meta.get("names")
    return sent, names if isinstance(names, dict) else {}


def ascii_json(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON in which nothing can act on a terminal: whatever isn't plain ASCII is an escape."""
    return json.dumps(value, indent=indent, ensure_ascii=True, allow_nan=False).replace("\x7f", "\\u007f")


def _names(record: AuditRecord, names: Names) -> dict[str, str]:
    found = ((field.attribute, field.value(record), kind) for field in FIELDS for kind in field.names)
    return {attribute: name for attribute, identifier, kind in found if (name := names.name(kind, identifier))}
