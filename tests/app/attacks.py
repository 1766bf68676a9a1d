"""A history whose every text was written by an attacker, for a stand-in to serve."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.app.exploring import NOW
from tui.demo.hostile_texts import PAYLOADS as PAYLOADS


def attack(payload: str, number: int) -> dict[str, Any]:
    """A record with the payload in every field, its body and headers JSON of which every key and value holds it.

    Only the time is one, so that records have an order; every third record has not even that.
    """
    text = f"a{payload}z"
    held = json.dumps({text: text, "list": [text, {text: text}], "password": f"hush {text}"})
    moment = (NOW - timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "timestamp": text if number % 3 == 2 else moment,
        "method": text,
        "uri": f"/v1/{text}/prompts",
        "request_id": f"{number} {text}",
        "request_body": held if number % 2 else text,
        "query_params": held if number % 2 else text,
        "request_headers": held if number % 2 else text,
        "user_id": text,
        "user_type": ("api_key", "user", text)[number % 3],
        "organisation_id": text,
        "workspace_id": text,
        "response_status_code": text,
        "resource_type": text,
        "action": text,
        "client_ip": text,
        "country": text,
        text: text,
    }


class AttackSelection:
    """All records of an attack, however they were asked for."""

    def __init__(self, records: Sequence[dict[str, Any]]) -> None:
        self._records = records
        self.total = len(records)

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        return list(self._records[offset : offset + limit])


class AttackHistory:
    """Records, and the names of all who acted in them, as an attacker likes them."""

    def __init__(self, records: Sequence[dict[str, Any]]) -> None:
        self._records = tuple(records)
        actors = list(dict.fromkeys(str(record["user_id"]) for record in records))
        self.users = tuple(
            {"id": actor, "first_name": f"Eve {actor}", "last_name": actor, "email": f"{actor}@evil.example"}
            for actor in actors[::2]
        )
        self.api_keys = tuple({"id": actor, "name": f"key {actor}", "slug": actor} for actor in actors[1::2])
        self.workspaces = tuple({"id": actor, "name": f"room {actor}", "slug": actor} for actor in actors)

    def select(
        self,
        start: datetime,
        end: datetime,
        *,
        start_inclusive: bool = True,
        end_inclusive: bool = True,
        where: Mapping[str, Callable[[str], bool]] | None = None,
        request_id: str = "",
    ) -> AttackSelection:
        return AttackSelection(self._records)

    def fresh(self, sequence: int, at: datetime) -> dict[str, Any]:
        return attack("\x1b[31m", sequence)
