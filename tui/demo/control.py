"""The control route: what a test turns from inside a process, turned over HTTP."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from tui.demo.exchange import Request, Response, json_response
from tui.demo.handler import AUDIT_LOGS
from tui.demo.stand_in import StandIn
from tui.demo.switches import SettingError, nearest

CONTROL_PATH = "/_control"

_ORDERS = ("switches", "faults", "next", "path", "advance", "arrive", "release", "forget")


def control_response(stand_in: StandIn, request: Request) -> Response:
    """GET tells the present state; POST with a JSON object changes it and tells it then.

    The object may hold `switches` and `faults` (by name), `next` (faults, one for each of the next requests) with the
    `path` they are for, `advance` (seconds), `arrive` (a number of records), and `release` and `forget` (true).
    """
    if "origin" in request.headers:
        return json_response({"error": "not for web pages"}, 403)
    if request.method == "POST":
        try:
            _obey(stand_in, json.loads(request.body))
        except RecursionError:
            return json_response({"error": "nested too deep"}, 400)
        except ValueError as error:
            return json_response({"error": str(error)}, 400)
    elif request.method != "GET":
        return json_response({"error": "GET or POST"}, 405)
    return json_response(_state(stand_in))


def _obey(stand_in: StandIn, orders: Any) -> None:
    _expect(orders, dict, "the body")
    for name in orders:
        if name not in _ORDERS:
            raise SettingError(f"no order {name!r}; {nearest(name, _ORDERS)}")
    if "switches" in orders:
        stand_in.set(**_expect(orders["switches"], dict, "switches"))
    if "faults" in orders:
        stand_in.set_faults(_expect(orders["faults"], dict, "faults"))
    if "next" in orders:
        names = [_expect(name, str, "a fault") for name in _expect(orders["next"], list, "next")]
        stand_in.queue(*names, path=_expect(orders.get("path", AUDIT_LOGS), str, "path"))
    if "advance" in orders:
        stand_in.advance(_expect(orders["advance"], (int, float), "advance"))
    if "arrive" in orders:
        stand_in.arrive(_expect(orders["arrive"], int, "arrive"))
    if orders.get("release"):
        stand_in.release()
    if orders.get("forget"):
        stand_in.forget()


def _expect(value: Any, kind: type | tuple[type, ...], what: str) -> Any:
    if not isinstance(value, kind):
        names = " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
        raise SettingError(f"{what} is a JSON value that Python calls {names}")
    return value


def _state(stand_in: StandIn) -> dict[str, Any]:
    """Headers are left out: they hold the key."""
    return {
        "now": stand_in.now().isoformat(),
        "switches": asdict(stand_in.switches),
        "faults": stand_in.faults,
        "next": stand_in.queued,
        "count": stand_in.request_count,
        "requests": [
            {"method": request.method, "path": request.path, "query": request.query, "at": request.at.isoformat()}
            for request in stand_in.requests
        ],
    }
