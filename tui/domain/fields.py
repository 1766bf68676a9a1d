"""THE field table: a row a field.

Filter panel, command line flags, API parameters, table columns, the Facts tab and the help are all made from it: to
add a field, add a row here (and to the record, where it is new).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from tui.domain.address import is_address, normalise_address
from tui.domain.names import NameKind

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord


class Kind(Enum):
    """How the values of a field are written and compared."""

    TEXT = auto()
    PATH = auto()
    NUMBER = auto()
    ADDRESS = auto()
    TIME = auto()
    JSON = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """How a field stands in the table: its title, and its width in cells (the least, where it may grow)."""

    title: str
    width: int
    grows: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record, under the name that queries, columns and flags call it by.

    `value` gives its full text.  `parameter` is the API's name for filtering by it, "" where the API can't.
    `attribute` is the record's own name for it, "" for a derived one.  `choices` are known values; others may come.
    """

    name: str
    label: str
    value: Callable[[AuditRecord], str]
    attribute: str = ""
    parameter: str = ""
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    names: tuple[NameKind, ...] = ()
    column: Column | None = None
    example: str = ""
    about: str = ""

    @property
    def flag(self) -> str:
        """The command line option that filters by it."""
        return "--" + self.name

    def problem(self, value: str) -> str:
        """Why `value` can't be asked for, or "" when it can."""
        if self.kind is Kind.NUMBER and not (value.isascii() and value.isdigit() and 100 <= int(value) <= 599):
            return f"{self.label} is a number from 100 to 599, not {value!r}"
        if self.kind is Kind.ADDRESS and not is_address(value):
            return f"{self.label} is an address such as {self.example}, not {value!r}"
        if self.choices and self.kind is Kind.TEXT and self.parameter == "method":
            known = {choice.casefold() for choice in self.choices}
            if value.casefold() not in known:
                return f"{self.label} is one of {', '.join(self.choices)}, not {value!r}"
        return ""

    def fits(self, record: AuditRecord, value: str) -> bool:
        """Whether the record has this value; how the API compares paths is not documented, so any part will do."""
        held = self.value(record).casefold()
        wanted = value.strip().casefold()
        if self.kind is Kind.PATH:
            return wanted in held
        if self.kind is Kind.ADDRESS:
            return held == normalise_address(wanted)
        return held == wanted


def _attribute(name: str) -> Callable[[AuditRecord], str]:
    return lambda record: str(getattr(record, name))


def _api(
    name: str, label: str, attribute: str, *, kind: Kind = Kind.TEXT, choices: tuple[str, ...] = (),
    names: tuple[NameKind, ...] = (), column: Column | None = None, example: str = "", about: str = "",
) -> Field:  # fmt: skip
    """A field that the API filters by under the record's own name for it."""
    return Field(name, label, _attribute(attribute), attribute, attribute, kind, choices, names, column, example, about)


TIME = Field("time", "Time", _attribute("timestamp"), "timestamp", kind=Kind.TIME, column=Column("time", 19),
             about="when it happened")  # fmt: skip
METHOD = _api("method", "Method", "method", choices=("POST", "PUT", "DELETE"), about="HTTP method")
STATUS = Field("status", "Status", _attribute("response_status_code"), "response_status_code", "response_status_code",
               Kind.NUMBER, column=Column("st", 5), example="403", about="HTTP status of the answer")  # fmt: skip
OPERATION = Field("op", "Operation", lambda record: record.operation.name, column=Column("op", 8),
                  about="the action, or where it is blank what method and path say")  # fmt: skip
ACTOR = _api("actor", "Actor", "user_id", names=(NameKind.USER, NameKind.API_KEY), column=Column("actor", 12, 2),
             example="name, mail, id", about="who: a person or an API key")  # fmt: skip
ACTOR_TYPE = _api("actor-type", "Actor type", "user_type", choices=("user", "api_key"), about="user or api_key")
WORKSPACE = _api("workspace", "Workspace", "workspace_id", names=(NameKind.WORKSPACE,), example="name or id",
                 about="the workspace acted in; blank for the organisation")  # fmt: skip
RESOURCE = _api("resource", "Resource", "resource_type", column=Column("resource", 12, 1), example="api-keys",
                about="kind of thing acted upon")  # fmt: skip
ACTION = _api("action", "Action", "action", example="delete", about="the action as the API recorded it")
TARGET = Field("target", "Target", lambda record: record.target, column=Column("target", 8, 3),
               about="id or slug of the thing acted upon")  # fmt: skip
URI = _api("uri", "URI", "uri", kind=Kind.PATH, example="/v2/prompts", about="path of the request, sent as given")
REQUEST_ID = _api("request-id", "Request id", "request_id", column=Column("request id", 36), example="uuid",
                  about="id of the request")  # fmt: skip
ADDRESS = Field("ip", "Client IP", lambda record: record.address, "client_ip", "client_ip", Kind.ADDRESS,
                column=Column("ip", 15, 1), example="203.0.113.9", about="address it came from")  # fmt: skip
COUNTRY = _api("country", "Country", "country", column=Column("cc", 2), example="DE",
               about="country of that address")  # fmt: skip
ORGANISATION = _api("organisation", "Organisation", "organisation_id", example="uuid",
                    about="sent only where a profile or this flag sets it")  # fmt: skip
BODY = Field("body", "Request body", _attribute("request_body"), "request_body", kind=Kind.JSON)
QUERY = Field("query", "Query params", _attribute("query_params"), "query_params", kind=Kind.JSON)
HEADERS = Field("headers", "Request headers", _attribute("request_headers"), "request_headers", kind=Kind.JSON)

FIELDS: tuple[Field, ...] = (
    TIME, METHOD, STATUS, OPERATION, ACTOR, ACTOR_TYPE, WORKSPACE, RESOURCE, ACTION, TARGET, URI, REQUEST_ID, ADDRESS,
    COUNTRY, ORGANISATION, BODY, QUERY, HEADERS,
)  # fmt: skip
"""Every field, in the order that panel, help and Facts show them."""

BY_NAME = {field.name: field for field in FIELDS}
FILTERS = tuple(field for field in FIELDS if field.parameter)
"""The fields that the API filters by."""
COLUMNS = (TIME, STATUS, OPERATION, ACTOR, RESOURCE, TARGET, ADDRESS, COUNTRY, REQUEST_ID)
"""The table's columns, in their order."""
