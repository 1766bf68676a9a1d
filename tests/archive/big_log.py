"""Tens of thousands of small records in place of the stand-in's own history: quick to make, quick to find."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tui.demo.history import EVERYTHING, Selection

_OPERATIONS = (("POST", "create", "prompts"), ("PUT", "update", "configs"), ("DELETE", "delete", "api-keys"))
_AT_ONCE = (*[1] * 40, *[2] * 8, *[3] * 8, *[40] * 3, 120)
"""How many records a moment has: mostly one, now and then more than a page."""


class BigLog:
    """Records over the `hours` before `now`, some of them in bursts within a second; a pure function of its
    arguments."""

    users: tuple[dict[str, Any], ...] = (
        {"id": "u0", "first_name": "Ana", "last_name": "Ortiz", "email": "a@x.example"},
    )
    workspaces: tuple[dict[str, Any], ...] = ()
    api_keys: tuple[dict[str, Any], ...] = ()

    def __init__(self, now: datetime, *, records: int, hours: float = 6.0, seed: int = 7) -> None:
        chance = Random(seed)  # noqa: S311 - it makes pretend records
        self._now = now.replace(microsecond=0)
        length = int(hours * 3_600)
        self._ages: list[int] = []
        while len(self._ages) < records:
            age = chance.randrange(length)
            self._ages += [age] * min(chance.choice(_AT_ONCE), records - len(self._ages))
        self._ages.sort()

    def __len__(self) -> int:
        return len(self._ages)

    def select(
        self,
        start: datetime,
        end: datetime,
        *,
        start_inclusive: bool = True,
        end_inclusive: bool = True,
        where: Mapping[str, Callable[[str], bool]] = EVERYTHING,
        request_id: str = "",
    ) -> Selection:
        """Records of a stretch of time; nothing else can be asked for."""
        assert not where
        assert not request_id
        youngest, oldest = (self._now - end).total_seconds(), (self._now - start).total_seconds()
        low = (bisect_left if end_inclusive else bisect_right)(self._ages, youngest)
        high = (bisect_right if start_inclusive else bisect_left)(self._ages, oldest)
        return Selection(range(low, max(low, high)), self._record)

    def fresh(self, sequence: int, at: datetime) -> dict[str, Any]:
        return _record(at, f"fresh-{sequence}", sequence)

    def _record(self, number: int) -> dict[str, Any]:
        return _record(self._now - timedelta(seconds=self._ages[number]), f"{number:06}", number)


def _record(at: datetime, name: str, number: int) -> dict[str, Any]:
    method, action, resource = _OPERATIONS[number % len(_OPERATIONS)]
    return {
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "method": method,
        "uri": f"/v2/{resource}/{number % 50}",
        "request_id": f"0d40bc2f-{name}",
        "request_body": f'{{"name": "prod-{number % 97}"}}',
        "query_params": "{}",
        "request_headers": "{}",
        "user_id": f"u{number % 20}",
        "user_type": "user",
        "organisation_id": "org-1",
        "workspace_id": f"ws-{number % 4}",
        "response_status_code": 403 if number % 11 == 0 else 200,
        "resource_type": resource,
        "action": action,
        "client_ip": f"203.0.113.{number % 200}",
        "country": "DE",
    }
