"""A few hundred records of every sort, in place of the stand-in's own history."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from tests.domain.queries import VOCABULARY
from tui.demo.history import EVERYTHING, Selection

_BODIES = (
    "", "{}", "not json", '{"name": "prod-eu", "scopes": ["logs.read", "logs.write"]}',
    '{"name": "sandbox", "limits": {"credit": 7}}', '{"name": 7, "limits": {"credit": "100"}, "scopes": true}',
    json.dumps(json.dumps({"name": "Prod", "limits": {"credit": 7.0}})), '{"name": null, "limits": []}',
)  # fmt: skip
_ADDRESSES = (*VOCABULARY["ip"], "::ffff:203.0.113.9", "unknown", "")


class Entry(NamedTuple):
    """A record and when it happened, which its own timestamp may not tell."""

    at: datetime
    record: dict[str, Any]


class SmallLog:
    """Records over the day before `now`, several to a second here and there; a pure function of its arguments."""

    users: tuple[dict[str, Any], ...] = ()
    workspaces: tuple[dict[str, Any], ...] = ()
    api_keys: tuple[dict[str, Any], ...] = ()

    def __init__(self, now: datetime, *, records: int, seed: int = 7) -> None:
        chance = Random(seed)  # noqa: S311 - it makes pretend records
        ages = sorted(chance.randrange(0, 25 * 3_600, 300) for _ in range(records))
        self.entries = [_entry(now - timedelta(seconds=age), number, chance) for number, age in enumerate(ages)]

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
        found = [
            number
            for number, (at, record) in enumerate(self.entries)
            if start <= at <= end
            and request_id in ("", record["request_id"])
            and all(accepts(str(record[name])) for name, accepts in where.items())
        ]
        return Selection(found, lambda number: self.entries[number].record)

    def fresh(self, sequence: int, at: datetime) -> dict[str, Any]:
        """A record like the first, to arrive later."""
        return {**self.entries[0].record, "request_id": f"fresh-{sequence}", "timestamp": at.isoformat()}


def _entry(at: datetime, number: int, chance: Random) -> Entry:
    def word(place: str, *others: str) -> str:
        return chance.choice((*VOCABULARY[place], *others))

    record = {
        "timestamp": "yesterday" if chance.random() < 0.02 else at.isoformat(timespec="milliseconds"),
        "method": word("method"),
        "uri": word("uri", "/v1/admin/workspaces/payments"),
        "request_id": f"0d40bc2f-0000-4000-8000-{number // 2 if chance.random() < 0.1 else number:012}",
        "request_body": chance.choice(_BODIES),
        "query_params": chance.choice(("", '{"limit": "10"}', '{"limit": 100, "page": null}')),
        "request_headers": json.dumps({"User-Agent": word("header.user-agent"), "Cookie": "x"}),
        "user_id": chance.choice(("user-1", "user-2", "user-3", "")),
        "user_type": word("type", ""),
        "organisation_id": "org-1",
        "workspace_id": chance.choice(("ws-1", "ws-2", "")),
        "response_status_code": int(word("status")),
        "resource_type": word("res"),
        "action": word("action", "", ""),
        "client_ip": chance.choice(_ADDRESSES),
        "country": chance.choice(("DE", "US", "")),
    }
    return Entry(at, record)
