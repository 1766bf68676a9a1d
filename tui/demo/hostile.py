"""Attackers in the stand-in's history: among its ordinary records stand some whose texts they wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from random import Random
from typing import Any

from tui.demo.hostile_texts import BODIES, SECRET_NAMES, TEXTS, TIMES
from tui.demo.mixing import checksum, mix
from tui.demo.step import Step

_SHARE = 0.6
"""How many of the steps and of the records are attacked: between those there are some that can be read."""
_FIELDS = (
    "method", "uri", "user_type", "organisation_id", "response_status_code", "resource_type", "action", "client_ip",
    "country", "subject", "agent", "credential",
)  # fmt: skip
"""What an attack of a step may change: all of it can be filtered by, or is written into bodies and headers."""
_PER_FIELD = 0.3
_IDENTIFIERS = ("id", "user_id", "workspace_id")
_NAMES = ("name", "first_name", "last_name", "email", "slug", "description")


class Attackers:
    """What they write, decided by a seed alone; an id that they changed is changed alike wherever it stands."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def steps(self, steps: Iterable[Step]) -> tuple[Step, ...]:
        return tuple(self._step(step, self._chance(number)) for number, step in enumerate(steps))

    def listed(self, items: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
        """A list of those that acted, or of where, with the names that they gave themselves."""
        return tuple(self._item(item, self._chance(checksum(item["id"]))) for item in items)

    def record(self, record: dict[str, Any], number: int) -> dict[str, Any]:
        """What no step decides of a record: its time, request id, body, query and headers, and a field of their own."""
        chance = self._chance(number, 1)
        if chance.random() > _SHARE:
            return record
        spoilt = dict(record)
        if chance.random() < 0.03:
            spoilt["timestamp"] = chance.choice(TIMES)
        if chance.random() < _PER_FIELD:
            # The id still leads to the record.
            spoilt["request_id"] = record["request_id"] + chance.choice(TEXTS)
        for name in ("request_body", "query_params", "request_headers"):
            if chance.random() < _PER_FIELD:
                spoilt[name] = _document(chance)
        if chance.random() < 0.02:
            spoilt["request_body"] = chance.choice(BODIES)
        if chance.random() < 0.05:
            spoilt[chance.choice(TEXTS)] = chance.choice(TEXTS)
        return spoilt

    def _step(self, step: Step, chance: Random) -> Step:
        user, workspace = self._identifier(step.user_id), self._identifier(step.workspace_id)
        step = step._replace(user_id=user, workspace_id=workspace)
        if chance.random() > _SHARE:
            return step
        attacked = [name for name in _FIELDS if chance.random() < _PER_FIELD]
        woven: dict[str, Any] = {name: _woven(chance, getattr(step, name)) for name in attacked}
        return step._replace(**woven)

    def _item(self, item: dict[str, Any], chance: Random) -> dict[str, Any]:
        known = {name: self._identifier(item[name]) for name in _IDENTIFIERS if item.get(name)}
        if chance.random() > _SHARE:
            return {**item, **known}
        named = {name: _woven(chance, item[name]) for name in _NAMES if name in item and chance.random() < 0.7}
        return {**item, **named, **known}

    def _identifier(self, text: str) -> str:
        chance = self._chance(checksum(text), 2)
        return text + chance.choice(TEXTS) if text and chance.random() < _PER_FIELD else text

    def _chance(self, *parts: int) -> Random:
        return Random(mix(self._seed, *parts))  # noqa: S311 - it makes up pretend attacks


def _woven(chance: Random, text: str) -> str:
    """A text with an attack before, in or behind it; now and then the attack alone."""
    attack = chance.choice(TEXTS)
    if chance.random() < 0.1:
        return attack
    at = chance.choice((0, len(text) // 2, len(text)))
    return text[:at] + attack + text[at:]


def _document(chance: Random) -> str:
    """JSON whose names and values are attacks, some of them where secrets stand; sometimes an attack alone."""
    if chance.random() < 0.15:
        return chance.choice(TEXTS)
    held: dict[str, Any] = {f"note{chance.choice(TEXTS)}": chance.choice(TEXTS) for _ in range(chance.randint(1, 5))}
    held[chance.choice(TEXTS)] = [chance.choice(TEXTS), {chance.choice(TEXTS): chance.choice(TEXTS)}]
    held[chance.choice(SECRET_NAMES)] = held["password"] = f"hush{chance.choice(TEXTS)}"
    held["inside"] = json.dumps({chance.choice(TEXTS): chance.choice(TEXTS)})
    return json.dumps(held, ensure_ascii=chance.random() < 0.5)
