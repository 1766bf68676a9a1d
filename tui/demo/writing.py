"""Writes a step down as the record that the API sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

from tui.demo.mixing import mix, tag
from tui.demo.step import Step


def write_record(step: Step, second: int, request_id: str, chance_seed: int) -> dict[str, Any]:
    """All sixteen fields, in the API's order; `chance_seed` decides what the step leaves open."""
    chance = Random(chance_seed)  # noqa: S311 - scenery, not a secret
    return {
        "timestamp": datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "method": step.method,
        "uri": step.uri,
        "request_id": request_id,
        "request_body": _body(chance, step),
        "query_params": step.query,
        "request_headers": _headers(chance, step),
        "user_id": step.user_id,
        "user_type": step.user_type,
        "organisation_id": step.organisation_id,
        "workspace_id": step.workspace_id,
        "response_status_code": _status(step.response_status_code),
        "resource_type": step.resource_type,
        "action": step.action,
        "client_ip": step.client_ip,
        "country": step.country,
    }


def _status(text: str) -> int | str:
    """A number, unless an attacker wrote it."""
    return int(text) if text.isdecimal() else text


def _body(chance: Random, step: Step) -> str:
    body = step.body(chance, step)
    return body if isinstance(body, str) else _json(body)


def _headers(chance: Random, step: Step) -> str:
    """The headers as far as the log kept them: credentials masked, now and then nothing at all."""
    roll = chance.random()
    if roll < 0.03 or not step.agent:
        return "{}" if roll < 0.02 else ""
    headers = {
        "host": "api.portkey.ai",
        "user-agent": step.agent,
        "accept": "application/json, text/plain, */*",
        "accept-encoding": "gzip, br",
        "content-type": "application/json",
        "x-forwarded-proto": "https",
    }
    if step.user_type == "user":
        headers |= {"authorization": f"Be{step.credential[2:]}", "origin": "https://app.portkey.ai"}
    else:
        headers |= {"x-portkey-api-key": step.credential}
    if step.country:
        ray = f"{mix(chance.getrandbits(60)):016x}-{step.country}"
        headers |= {"cf-connecting-ip": step.client_ip, "cf-ipcountry": step.country, "cf-ray": ray}
    else:
        headers |= {"x-real-ip": step.client_ip, "x-request-start": tag(step.client_ip)}
    return _json(headers)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
