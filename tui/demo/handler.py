"""The stand-in API as a pure function from request to response; the order of checks is the API's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Protocol

from tui.demo.exchange import Request, Response, html_response, http_date, json_response
from tui.demo.keys import API_KEYS_SCOPE, AUDIT_SCOPE, CONFIGS_SCOPE, KEYS, USERS_SCOPE, WORKSPACES_SCOPE, Key
from tui.demo.lists import api_keys, configs, users, workspaces
from tui.demo.parameters import AuditParameters, read_parameters
from tui.demo.refusals import (
    Refusal,
    banned_agent_response,
    forbidden,
    invalid,
    not_found,
    refusal_response,
    unauthorised,
)
from tui.demo.rendering import predicates, showers, shown_record
from tui.demo.switches import Switches

AUDIT_LOGS = "/audit-logs"

_TIE_MARGIN = 50
"""How far around a page its ties are shuffled."""


class Selection(Protocol):
    """Records that fit a query, newest first, ties in a stable order."""

    total: int

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]: ...


class Records(Protocol):
    """What the API tells of an organisation, in the API's own shape."""

    users: tuple[dict[str, Any], ...]
    workspaces: tuple[dict[str, Any], ...]
    api_keys: tuple[dict[str, Any], ...]

    def select(
        self,
        start: datetime,
        end: datetime,
        *,
        start_inclusive: bool = True,
        end_inclusive: bool = True,
        where: Mapping[str, Callable[[str], bool]] = ...,
        request_id: str = "",
    ) -> Selection: ...


@dataclass(frozen=True, slots=True)
class Api:
    """What an answer depends on beside the request; `chance` shuffles ties, where that is switched on."""

    records: Records
    switches: Switches
    prefix: str
    chance: Random


def answer(request: Request, api: Api) -> Response:
    """The answer to a request: edge, path, key, permission, parameters, data, in this order."""
    try:
        response = _answer(request, api)
    except Refusal as refusal:
        response = refusal_response(refusal, api.switches.error_envelope)
    return response.with_headers(("Date", http_date(request.at)))


def route_of(path: str, prefix: str) -> str | None:
    """The path below the prefix, or None for a path that isn't under it."""
    return path.removeprefix(prefix) if path.startswith(prefix + "/") else None


@dataclass(frozen=True, slots=True)
class _Route:
    scope: str
    serve: Callable[[Request, Api], Response]
    list_name: str = ""
    """What the switch `refused_lists` calls it."""


def _answer(request: Request, api: Api) -> Response:
    agent = request.headers.get("user-agent", "")
    if not agent or agent.lower().startswith("python-urllib"):
        return banned_agent_response()
    path = route_of(request.path, api.prefix)
    if path is None or request.method != "GET":
        return html_response(404, "Error", "Cannot find what was asked for")
    key = KEYS.get(request.headers.get("x-portkey-api-key", ""))
    if key is None:
        raise unauthorised()
    if path == "/workspaces":
        raise invalid("use /admin/workspaces")
    route = _ROUTES.get(path)
    if route is None:
        raise not_found()
    _check_permission(key, route, api.switches)
    return route.serve(request, api)


def _check_permission(key: Key, route: _Route, switches: Switches) -> None:
    if not key.may(route.scope):
        raise forbidden()
    if route.list_name and switches.refused_lists in (route.list_name, "all"):
        raise forbidden()


def _audit_logs(request: Request, api: Api) -> Response:
    _check_organisation(request.query.get("organisation_id"), api)
    parameters = read_parameters(request.query, api.switches)
    shown = showers(api.switches, api.records.workspaces)
    filters = _filters_in_force(parameters, api, shown)
    selection = api.records.select(
        parameters.start,
        parameters.end,
        start_inclusive=api.switches.start_inclusive,
        end_inclusive=api.switches.end_inclusive,
        request_id=filters.pop("request_id", ""),
        where=predicates(filters, api.switches, shown),
    )
    offset = parameters.page * parameters.page_size
    if api.switches.tie_order == "shuffled":
        rows = _page_with_shuffled_ties(selection, offset, parameters.page_size, api.chance)
    else:
        rows = selection.page(offset, parameters.page_size)
    records = [shown_record(record, shown) for record in rows]
    total = _total(api.switches, selection.total, len(records), past_end=offset > 0 and not records)
    return json_response(_enveloped(records, total, api.switches))


def _check_organisation(identifier: str | None, api: Api) -> None:
    """Sending any organisation id was seen to be refused as if it were a lack of permission."""
    reading = api.switches.org_param
    if reading == "required" and not identifier:
        raise invalid("organisation_id")
    if identifier is None or reading == "ignore":
        return
    own = {key["organisation_id"] for key in api.records.api_keys}
    if reading == "reject" or identifier not in own:
        raise forbidden()


def _filters_in_force(
    parameters: AuditParameters, api: Api, shown: Mapping[str, Callable[[str], str]]
) -> dict[str, str]:
    filters = dict(parameters.filters)
    if api.switches.filters == "ignored":
        return {}
    if api.switches.workspace_filter_mismatch == "silent-all" and "workspace_id" in filters:
        show = shown.get("workspace_id", str)
        if filters["workspace_id"] not in {show(workspace["id"]) for workspace in api.records.workspaces}:
            del filters["workspace_id"]
    return filters


def _total(switches: Switches, matching: int, on_page: int, *, past_end: bool) -> int:
    if switches.total_meaning == "page":
        return on_page
    return 0 if past_end and switches.total_past_end == "zero" else matching


def _enveloped(records: list[dict[str, Any]], total: int, switches: Switches) -> dict[str, Any]:
    if switches.envelope == "records-only":
        return {"records": records}
    named = {} if switches.object_value == "absent" else {"object": switches.object_value}
    return {"records": records, "total": total, **named}


def _page_with_shuffled_ties(selection: Selection, offset: int, limit: int, chance: Random) -> list[dict[str, Any]]:
    """A page as a database gives it that sorts by time alone: what shares a second comes in another order each time,
    also across the page's edges."""
    before = min(offset, _TIE_MARGIN)
    around = selection.page(offset - before, before + limit + _TIE_MARGIN)
    chance.shuffle(around)
    around.sort(key=lambda record: str(record["timestamp"]), reverse=True)
    return around[before : before + limit]


_ROUTES = {
    AUDIT_LOGS: _Route(AUDIT_SCOPE, _audit_logs),
    "/admin/users": _Route(USERS_SCOPE, lambda request, api: users(request, api.records.users), "users"),
    "/admin/workspaces": _Route(
        WORKSPACES_SCOPE, lambda request, api: workspaces(request, api.records.workspaces), "workspaces"
    ),
    "/api-keys": _Route(API_KEYS_SCOPE, lambda request, api: api_keys(request, api.records.api_keys), "api-keys"),
    "/configs": _Route(CONFIGS_SCOPE, lambda _, api: configs(api.records.workspaces)),
}
