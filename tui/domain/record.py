"""One line of the audit log, read with patience: no field, however odd, costs a row."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict

from tui.domain.address import normalise_address
from tui.domain.identity import Identity
from tui.domain.masking import without_fingerprints
from tui.domain.timestamps import parse_timestamp

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_SLUG = re.compile(r"[a-z]{2,4}-[a-z0-9][a-z0-9-]*-[0-9a-f]{6}|[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{6}", re.IGNORECASE)
_ACTION_OF_METHOD = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_ACTION_OF_SUFFIX = {
    "rotate": "rotate",
    "makedefault": "publish",
    "duplicate": "duplicate",
    "start": "start",
    "cancel": "cancel",
    "resend": "resend",
    "reset": "reset",
}


def _text(value: Any) -> str:
    """Any JSON value as the text the API documents for it; null and absent are the empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _status(value: Any) -> int | str:
    """A status as a number where it can be read as one, otherwise as the text that came."""
    if isinstance(value, bool) or value is None:
        return _text(value)
    if isinstance(value, int | float) and value == value // 1 and 0 <= value < 1000:
        return int(value)
    text = _text(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else _text(value)


Text = Annotated[str, BeforeValidator(_text)]
Status = Annotated[int | str, BeforeValidator(_status)]


class Operation(NamedTuple):
    """What was done, in one word; `derived` where the API left the action blank and it was worked out."""

    name: str
    derived: bool


class AuditRecord(BaseModel):
    """A record as the API sends it, all sixteen fields as text (the status as a number); unknown fields survive.

    Absent, null and "" are alike.  Bodies, query and headers stay the JSON text they are: decoding is for whoever
    shows them.  Outside `sources` a record is always redacted (`redaction.py`).
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    timestamp: Text = ""
    method: Text = ""
    uri: Text = ""
    request_id: Text = ""
    request_body: Text = ""
    query_params: Text = ""
    request_headers: Text = ""
    user_id: Text = ""
    user_type: Text = ""
    organisation_id: Text = ""
    workspace_id: Text = ""
    response_status_code: Status = ""
    resource_type: Text = ""
    action: Text = ""
    client_ip: Text = ""
    country: Text = ""

    @property
    def identity(self) -> Identity:
        uri = without_fingerprints(self.uri)
        return Identity(self.timestamp, self.request_id, self.method, uri, self.user_id, self.response_status_code)

    @cached_property
    def time(self) -> datetime | None:
        """The timestamp in UTC, or None where it can't be read; the text as sent is in `timestamp`."""
        return parse_timestamp(self.timestamp)

    @property
    def status(self) -> int | None:
        """The HTTP status, or None where there is none."""
        return self.response_status_code if isinstance(self.response_status_code, int) else None

    @property
    def failed(self) -> bool:
        return self.status is not None and self.status >= 400

    @cached_property
    def operation(self) -> Operation:
        """The action, or where that is blank what method and path say it was."""
        if self.action.strip():
            return Operation(self.action.strip().lower(), derived=False)
        suffix = self.uri.partition("?")[0].rstrip("/").rpartition("/")[2].lower()
        name = _ACTION_OF_SUFFIX.get(suffix) or _ACTION_OF_METHOD.get(self.method.upper(), "")
        return Operation(name, derived=True)

    @cached_property
    def target(self) -> str:
        """The last id or slug in the path: what was acted upon.  Empty where something was created."""
        path = self.uri.partition("?")[0]
        for segment in reversed(path.split("/")):
            if _UUID.fullmatch(segment) or _SLUG.fullmatch(segment):
                return segment
        return ""

    @property
    def address(self) -> str:
        """The client's address, an IPv4 address written as IPv6 as plain IPv4."""
        return normalise_address(self.client_ip)

    def as_api(self) -> dict[str, Any]:
        """The record as the API's own object: documented fields in their order, then the unknown ones."""
        return self.model_dump()
