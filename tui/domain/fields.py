"""THE field table: a row a field.

Query language, filter panel, command line flags, API parameters, table columns, the Facts tab and the help are all made
from it: to add a field, add a row here (and to the record, where it is new).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from operator import attrgetter
from typing import TYPE_CHECKING

from tui.domain.names import NameKind

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord


class Kind(Enum):
    """How the values of a field are written and compared."""

    WORD = auto()
    """A word of a small vocabulary: equal when the case is folded."""
    PERSON = auto()
    """An id that a directory may have a name for: equal by id, by alias, or by the beginning of a word of the name."""
    IDENTIFIER = auto()
    """Equal in full, or by a beginning that is long enough."""
    PATH = auto()
    """Equal as it was sent."""
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
    """One field of a record, under the name that queries call it by.

    `value` gives its full text.  `attribute` is the record's own name for it, "" for a derived one.  `parameter` is the
    API's name for filtering by it, "" where the API can't, and `spelling` how the API spells its values.  `aliases` are
    the other names that queries may use; the first is the flag's, where the name itself isn't.  `choices` are known
    values; others may come unless `closed`.
    """

    name: str
    label: str
    value: Callable[[AuditRecord], str]
    attribute: str = ""
    parameter: str = ""
    kind: Kind = Kind.WORD
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    closed: bool = False
    spelling: Callable[[str], str] = str.lower
    names: tuple[NameKind, ...] = ()
    column: Column | None = None
    example: str = ""
    about: str = ""
    flag: str = ""


def _attribute(name: str) -> Callable[[AuditRecord], str]:
    """What reads an attribute that is text."""
    return attrgetter(name)


TIME = Field("time", "Time", _attribute("timestamp"), "timestamp", kind=Kind.TIME, column=Column("time", 19),
             about="when it happened")  # fmt: skip
METHOD = Field("method", "Method", _attribute("method"), "method", "method", choices=("POST", "PUT", "DELETE"),
               closed=True, spelling=str.upper, column=Column("method", 6), flag="--method",
               about="HTTP method")  # fmt: skip
STATUS = Field("status", "Status", lambda record: str(record.response_status_code), "response_status_code",
               "response_status_code", Kind.NUMBER, aliases=("st", "response_status_code"), column=Column("st", 5),
               example="403, 4xx, >=500", flag="--status", about="HTTP status of the answer")  # fmt: skip
OPERATION = Field("op", "Operation", lambda record: record.operation.name, aliases=("operation",),
                  choices=("create", "update", "delete", "publish", "rotate", "export", "manage", "duplicate"),
                  column=Column("op", 8),
                  about="the action, or where it is blank what method and path say")  # fmt: skip
ACTOR = Field("actor", "Actor", _attribute("user_id"), "user_id", "user_id", Kind.PERSON, aliases=("user", "user_id"),
              names=(NameKind.USER, NameKind.API_KEY), column=Column("actor", 12, 2), example="name, mail, id",
              flag="--actor", about="who: a person or an API key")  # fmt: skip
ACTOR_TYPE = Field("type", "Actor type", _attribute("user_type"), "user_type", "user_type",
                   aliases=("actor-type", "user_type"), choices=("user", "api_key"), column=Column("type", 7),
                   flag="--actor-type", about="user or api_key")  # fmt: skip
WORKSPACE = Field("ws", "Workspace", _attribute("workspace_id"), "workspace_id", "workspace_id", Kind.PERSON,
                  aliases=("workspace", "workspace_id"), names=(NameKind.WORKSPACE,), column=Column("workspace", 12, 1),
                  example="name or id", flag="--workspace",
                  about="the workspace acted in; none for the organisation")  # fmt: skip
RESOURCE = Field("res", "Resource", _attribute("resource_type"), "resource_type", "resource_type",
                 aliases=("resource", "resource_type"), column=Column("resource", 12, 1), example="api-keys",
                 flag="--resource", about="kind of thing acted upon")  # fmt: skip
ACTION = Field("action", "Action", _attribute("action"), "action", "action", column=Column("action", 8),
               example="delete", flag="--action", about="the action as the API recorded it")  # fmt: skip
TARGET = Field("target", "Target", lambda record: record.target, kind=Kind.IDENTIFIER, column=Column("target", 8, 3),
               about="id or slug of the thing acted upon")  # fmt: skip
URI = Field("uri", "URI", _attribute("uri"), "uri", "uri", Kind.PATH, spelling=str, column=Column("uri", 24, 4),
            example="~/v2/prompts", flag="--uri", about="path of the request; ~part for any part of it")  # fmt: skip
REQUEST_ID = Field("id", "Request id", _attribute("request_id"), "request_id", "request_id", Kind.IDENTIFIER,
                   aliases=("request-id", "request_id"), column=Column("request id", 36), example="uuid",
                   spelling=str, flag="--request-id", about="id of the request")  # fmt: skip
ADDRESS = Field("ip", "Client IP", lambda record: record.address, "client_ip", "client_ip", Kind.ADDRESS,
                aliases=("client_ip", "address"), column=Column("ip", 15, 1), example="203.0.113.9, 10.0.0.0/8",
                flag="--ip", about="address it came from")  # fmt: skip
COUNTRY = Field("country", "Country", _attribute("country"), "country", "country", aliases=("cc",), spelling=str.upper,
                column=Column("cc", 2), example="DE", flag="--country", about="country of that address")  # fmt: skip
ORGANISATION = Field("org", "Organisation", _attribute("organisation_id"), "organisation_id", "organisation_id",
                     aliases=("organisation", "organisation_id"), column=Column("organisation", 12, 1), example="uuid",
                     spelling=str, flag="--organisation",
                     about="sent only where a profile or this flag sets it")  # fmt: skip
BODY = Field("body", "Request body", _attribute("request_body"), "request_body", kind=Kind.JSON,
             aliases=("request_body",), about="what was sent, by path: body.name, body.scopes")  # fmt: skip
QUERY = Field("query", "Query params", _attribute("query_params"), "query_params", kind=Kind.JSON,
              aliases=("query_params",), about="parameters of the path, by path: query.limit")  # fmt: skip
HEADERS = Field("header", "Request headers", _attribute("request_headers"), "request_headers", kind=Kind.JSON,
                aliases=("headers", "request_headers"),
                about="headers of the request, by path: header.user-agent")  # fmt: skip

FIELDS: tuple[Field, ...] = (
    TIME, METHOD, STATUS, OPERATION, ACTOR, ACTOR_TYPE, WORKSPACE, RESOURCE, ACTION, TARGET, URI, REQUEST_ID, ADDRESS,
    COUNTRY, ORGANISATION, BODY, QUERY, HEADERS,
)  # fmt: skip
"""Every field, in the order that panel, help and Facts show them."""

BY_NAME = {field.name: field for field in FIELDS}
BY_ANY_NAME = {name: field for field in FIELDS for name in (field.name, *field.aliases)}
"""Fields by every name a query may call them by."""
FILTERS = tuple(field for field in FIELDS if field.parameter)
"""The fields that the API filters by."""
COLUMNS = (TIME, STATUS, OPERATION, ACTOR, RESOURCE, TARGET, ADDRESS, COUNTRY, REQUEST_ID)
"""The table's columns as long as nobody chose others."""
EVERY_COLUMN = tuple(field for field in FIELDS if field.column is not None)
"""The fields that can be columns."""
