"""Records as large as an answer can have: drawn in parts, and nothing is lost in a copy, an export or an archive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.app.attacks import AttackHistory
from tests.app.exploring import NOW, exploring
from tests.cli.scene import run
from tests.proof import Counted
from tui.demo.server import DemoServer
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.formats.record_json import read_back

pytestmark = pytest.mark.proof("T14")

NEEDLE = "needle-at-the-end"
SHORT_FIELDS = ("uri", "user_id", "action", "country", "client_ip")


def nested(levels: int) -> str:
    return '{"a":' * levels + f'"{NEEDLE}"' + "}" * levels


def keys(count: int) -> str:
    return json.dumps({**{f"key-{number}": number for number in range(count)}, "last": NEEDLE})


LARGE: dict[str, dict[str, str]] = {
    "a body of 5 MB": {"request_body": json.dumps({"rows": ["x" * 90] * 52_000, "last": NEEDLE})},
    "a line of 1 MB": {"request_body": "x" * 1_000_000 + NEEDLE},
    "a string of 1 MB": {"request_body": json.dumps({"a": "x" * 1_000_000 + NEEDLE})},
    "100,000 marks": {"request_body": json.dumps({"a": "e" + "\u0301" * 100_000 + NEEDLE})},
    "900 levels": {"request_body": nested(900)},
    "20,000 levels": {"request_body": nested(20_000)},
    "100,000 keys": {"request_body": keys(100_000)},
    "10,000 headers": {"request_headers": keys(10_000)},
    "a megabyte in every field": dict.fromkeys(SHORT_FIELDS, "y" * 1_000_000 + NEEDLE),
}


def large(**fields: str) -> dict[str, Any]:
    moment = f"{NOW:%Y-%m-%dT%H:%M:%S}.000Z"
    return {
        "timestamp": moment,
        "request_id": "large",
        "method": "POST",
        "uri": "/v1/prompts",
        "user_id": "u-1",
        "organisation_id": "acme",
        "response_status_code": 200,
        **fields,
    }


def serving(name: str) -> DemoServer:
    return DemoServer(AttackHistory([large(**LARGE[name])]), clock=lambda: NOW)


@pytest.mark.parametrize("name", LARGE)
async def test_it_is_drawn_in_every_tab(name: str, counted: Counted):
    with serving(name) as server:
        async with exploring(server, size=(120, 40)) as story:
            await story.answered()
            await story.press("enter")
            for tab in ("1", "2", "3", "4", "5"):
                await story.press(tab)
                await story.settled()
                assert story.app.is_running
            if "request_body" in LARGE[name]:
                await story.press("1", "end")
                await story.settled()
            await story.press("escape")
            await story.until(lambda: not story.screen.in_detail, "the table")
    counted(records=1)


@pytest.mark.parametrize("name", LARGE)
def test_nothing_of_it_is_lost(name: str):
    """Neither on its way out of the API, nor out of an archive."""
    record = redact(AuditRecord.model_validate(large(**LARGE[name])))
    query = f"since:{NOW.year - 1}-01-01"
    with serving(name) as server:
        lines = run("export", query, "-o", "-", server=server)
        held = run("export", query, "-o", "-", "--offline", server=server)
        shown = run("show", "large", f"--since={NOW.year - 1}-01-01", server=server)
    for done in (lines, held):
        (line,) = done.stdout.splitlines()
        assert line.isascii()
        assert AuditRecord.model_validate(read_back(json.loads(line))[0]) == record
    assert "FACTS" in shown.stdout
    assert shown.returncode in (0, 3)
    assert "Traceback" not in lines.stderr + held.stderr + shown.stderr
