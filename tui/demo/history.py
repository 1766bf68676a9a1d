"""The stand-in's seeded audit history: every record is made from its number, when it is asked for."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

Where = Mapping[str, Callable[[str], bool]]
"""Predicates by record attribute; each is given the attribute's value as text."""

NOTHING: Where = MappingProxyType({})
_ORGANISATION = "0a5f3c1e-7d24-4b8e-9c61-52f0d3a7be90"


class Selection:
    """The records of one query, newest first."""

    def __init__(self, numbers: Sequence[int], make: Callable[[int], dict[str, Any]]) -> None:
        self._numbers = numbers
        self._make = make
        self.total = len(numbers)

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """At most `limit` records from `offset` on, counted from the newest."""
        return [self._make(number) for number in self._numbers[offset : offset + limit]]


class History:
    """An organisation's audit history; a pure function of its arguments."""

    def __init__(self, *, records: int = 50_000, days: int = 90, seed: int = 7, now: datetime) -> None:
        self._records = records
        self._seed = seed
        self._now = now.astimezone(UTC).replace(microsecond=0)
        self._step = timedelta(days=days) / records
        names = ("Ada", "Noor", "Jürgen", "Mai")
        self.users: tuple[dict[str, Any], ...] = tuple(
            {"object": "user", "id": self._uuid("user", i), "first_name": name, "last_name": "Example",
             "role": "member",
             "email": f"{i}@example.com", "created_at": "2025-01-25T11:35:07.000Z",
             "last_updated_at": "2025-01-25T11:35:07.000Z"}
            for i, name in enumerate(names)
        )  # fmt: skip
        self.workspaces: tuple[dict[str, Any], ...] = tuple(
            {"id": self._uuid("workspace", i), "slug": f"ws-shared-{i:06x}", "name": f"Workspace {i}", "icon": "",
             "description": "", "is_default": 0, "defaults": None, "usage_limits": None, "rate_limits": None,
             "security_settings": None, "status": "active"}
            for i in range(3)
        )  # fmt: skip
        self.api_keys: tuple[dict[str, Any], ...] = ()

    def __len__(self) -> int:
        return self._records

    def select(self, start: datetime, end: datetime, *, start_inclusive: bool = True, end_inclusive: bool = True,
               where: Where = NOTHING, request_id: str = "") -> Selection:  # fmt: skip
        """The records from `start` to `end` that every predicate of `where` accepts."""
        numbers = [
            number
            for number in range(self._records)
            if start <= self._time(number) <= end
            and (start_inclusive or self._time(number) > start)
            and (end_inclusive or self._time(number) < end)
        ]
        if where or request_id:
            made = {number: self._record(number) for number in numbers}
            numbers = [
                number
                for number, record in made.items()
                if all(accepts(str(record[name])) for name, accepts in where.items())
                and request_id in ("", record["request_id"])
            ]
        return Selection(numbers, self._record)

    def fresh(self, sequence: int, at: datetime) -> dict[str, Any]:
        """A record that arrives at `at`, beyond the history."""
        return self._make(self._records + sequence, at.astimezone(UTC))

    def _time(self, number: int) -> datetime:
        return (self._now - number * self._step).replace(microsecond=0)

    def _record(self, number: int) -> dict[str, Any]:
        return self._make(number, self._time(number))

    def _make(self, number: int, at: datetime) -> dict[str, Any]:
        chance = random.Random(self._seed * 1_000_003 + number)  # noqa: S311 - stage scenery, not a secret
        return {
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "method": "PUT",
            "uri": f"/v2/prompts/{self._uuid('prompt', chance.randrange(50))}",
            "request_id": self._uuid("request", number),
            "request_body": '{"version":7}',
            "query_params": "{}",
            "request_headers": "{}",
            "user_id": chance.choice(self.users)["id"],
            "user_type": "user",
            "organisation_id": _ORGANISATION,
            "workspace_id": chance.choice(self.workspaces)["id"],
            "response_status_code": chance.choice((200, 200, 200, 400, 403)),
            "resource_type": "prompts",
            "action": "update",
            "client_ip": "203.0.113.9",
            "country": "DE",
        }

    def _uuid(self, kind: str, number: int) -> str:
        chance = random.Random(f"{self._seed} {kind} {number}")  # noqa: S311 - stage scenery, not a secret
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))
