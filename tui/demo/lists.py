"""The lists that give names to ids; each has its own names for paging, and a total that stays constant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tui.demo.exchange import Request, Response, json_response
from tui.demo.mixing import checksum
from tui.demo.refusals import invalid

_DEFAULT_SIZE = 50
_MOST = 100

Item = Mapping[str, Any]


def users(request: Request, everyone: Iterable[Item]) -> Response:
    """The one list with camelCase paging."""
    kept = [user for user in everyone if _fits(user, request.query, "role", "email")]
    return _paged(kept, request.query, "pageSize", "currentPage")


def workspaces(request: Request, everything: Iterable[Item]) -> Response:
    """Active workspaces only, unless the archived ones are asked for."""
    query = request.query
    status = query.get("status", "active")
    kept = [
        workspace
        for workspace in everything
        if workspace.get("status", "active") == status
        and query.get("name", "").casefold() in workspace["name"].casefold()
        and query.get("exact_name", workspace["name"]) == workspace["name"]
    ]
    return _paged(kept, query, "page_size", "current_page")


def api_keys(request: Request, everything: Iterable[Item]) -> Response:
    """`ids` takes a comma list."""
    ids = request.query.get("ids", "")
    wanted = set(ids.split(",")) if ids else None
    kept = [
        key
        for key in everything
        if _fits(key, request.query, "workspace_id") and (wanted is None or key["id"] in wanted)
    ]
    return _paged(kept, request.query, "page_size", "current_page")


def configs(everywhere: Iterable[Item]) -> Response:
    """Never paged: whatever page is asked for, all come."""
    data = [
        {
            "object": "config",
            "id": f"{checksum(workspace['id']):08x}-{number:04x}-4000-8000-{number:012x}",
            "name": f"{workspace['name']} route {number}",
            "slug": f"pc-route-{checksum(workspace['id'] + str(number)) & 0xFFFFFF:06x}",
            "workspace_id": workspace["id"],
            "status": "active",
        }
        for workspace in everywhere
        for number in range(1, 13)
    ]
    return json_response({"total": len(data), "object": "list", "data": data})


def _fits(item: Item, query: Mapping[str, str], *names: str) -> bool:
    return all(not query.get(name) or item.get(name) == query[name] for name in names)


def _paged(items: list[Item], query: Mapping[str, str], size_name: str, page_name: str) -> Response:
    size = min(_whole_number(query, size_name, _DEFAULT_SIZE), _MOST)
    offset = _whole_number(query, page_name, 0) * size
    return json_response({"total": len(items), "object": "list", "data": items[offset : offset + size]})


def _whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise invalid(name)
    return int(text)
