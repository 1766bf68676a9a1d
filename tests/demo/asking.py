"""Ways to ask the stand-in: in-process and over a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from random import Random
from typing import Any
from urllib.parse import urlencode

from tui.demo.exchange import Request, Response
from tui.demo.handler import Api, Records, answer
from tui.demo.keys import ADMIN_KEY
from tui.demo.server import DemoServer
from tui.demo.switches import Switches

NOW = datetime(2026, 11, 20, 14, 5, 9, tzinfo=UTC)
EVER = {"start_time": "2026-08-01T00:00:00Z", "end_time": "2026-11-20T14:05:09.000Z"}


class Asker:
    """Asks the pure handler."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def __call__(
        self,
        path: str = "/v1/audit-logs",
        query: Mapping[str, Any] | str = EVER,
        *,
        key: str | None = ADMIN_KEY,
        agent: str | None = "tests/1",
        method: str = "GET",
        prefix: str = "/v1",
        **switches: Any,
    ) -> Response:
        """The answer, with switches turned by name; a header that is None isn't sent."""
        encoded = query if isinstance(query, str) else urlencode(query)
        headers = {"x-portkey-api-key": key, "user-agent": agent}
        given = {name: value for name, value in headers.items() if value is not None}
        request = Request(method, f"{path}?{encoded}", given, NOW)
        return answer(request, Api(self.records, Switches().changed(switches), prefix, Random(1)))  # noqa: S311 - it shuffles pretend records

    def everything(self, size: int = 100, **switches: Any) -> list[dict[str, Any]]:
        """Every record there is, page by page."""
        records: list[dict[str, Any]] = []
        while True:
            query = {**EVER, "current_page": len(records) // size, "page_size": size}
            page = body_of(self(query=query, **switches))["records"]
            if not page:
                return records
            records += page


def body_of(response: Response) -> Any:
    """The JSON of an answer that must be a good one."""
    assert response.status == 200, response
    return json.loads(response.body)


def refusal_of(response: Response) -> tuple[int, str]:
    """The status and Portkey's code of a refusal in the control plane's envelope."""
    return response.status, json.loads(response.body)["data"]["errorCode"]


class Client:
    """One connection to a server, kept alive."""

    def __init__(self, server: DemoServer) -> None:
        self.server = server
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=10)

    def close(self) -> None:
        self.connection.close()

    def get(self, path: str = "/v1/audit-logs", **query: Any) -> HTTPResponse:
        """The answer, its body not yet read."""
        headers = {"x-portkey-api-key": self.server.key, "user-agent": "tests/1"}
        self.connection.request("GET", f"{path}?{urlencode({**EVER, **query})}", headers=headers)
        return self.connection.getresponse()

    def json(self, path: str = "/v1/audit-logs", **query: Any) -> Any:
        return json.loads(self.get(path, **query).read())

    def control(self, orders: Any = None, **headers: str) -> tuple[int, Any]:
        """Ask the control route, or order what `orders` says: text as it is, anything else as JSON."""
        text = orders if isinstance(orders, str) or orders is None else json.dumps(orders)
        self.connection.request("GET" if text is None else "POST", "/_control", text, headers)
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())
