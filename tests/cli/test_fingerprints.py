"""The same secret is known again by its fingerprint, wherever it turns up and wherever records come from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.scene import run
from tests.demo.asking import NOW
from tui.demo.server import DemoServer

MASK = re.compile(r"‹redacted \d+ · (#[0-9a-f]{4})›")
KEY = "sk-" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY"
OTHER = "sk-" + "zY8xW6vU4tS2rQ0pO9nM7lK5jI3hG1fE"


def entry(number: int, address: str, **more: Any) -> dict[str, Any]:
    moment = (NOW - timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "timestamp": moment,
        "method": "POST",
        "uri": "/v1/integrations",
        "request_id": f"r-{number}",
        "organisation_id": "acme",
        "user_id": "u-1",
        "response_status_code": 200,
        "client_ip": address,
        **{name: value if isinstance(value, str) else json.dumps(value) for name, value in more.items()},
    }


RECORDS = [
    entry(1, "203.0.113.1", request_body={"name": "one", "key": KEY}),
    entry(2, "203.0.113.2", request_headers={"x-provider-authorization": f"Bearer {KEY}"}),
    entry(3, "203.0.113.1", request_body={"name": "another", "key": OTHER}),
    entry(4, "203.0.113.3", request_body={"packed": json.dumps({"note": f"we use {KEY} here"})}),
    entry(5, "203.0.113.4", request_body={"name": "none"}),
]
"""One key from three addresses, another one, and none."""


class Selected:
    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.total = len(records)
        self._records = records

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        return self._records[offset : offset + limit]


class Leaky:
    """A log that masked nothing."""

    users: tuple[dict[str, Any], ...] = ()
    api_keys: tuple[dict[str, Any], ...] = ()
    workspaces: tuple[dict[str, Any], ...] = ()

    def select(self, start: datetime, end: datetime, **_: Any) -> Selected:
        return Selected([one for one in RECORDS if start <= datetime.fromisoformat(one["timestamp"]) < end])

    def fresh(self, sequence: int, at: datetime) -> dict[str, Any]:
        raise NotImplementedError("nothing is added to it")


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(Leaky(), clock=lambda: NOW) as server:
        yield server


EVER = "--since=20d"


def fingerprints(output: str) -> list[str]:
    """Of each record that has any, in the order of the lines."""
    return [
        mark for line in output.splitlines() for mark in MASK.findall(json.dumps(json.loads(line), ensure_ascii=False))
    ]


@pytest.fixture
def synced(server: DemoServer) -> DemoServer:
    assert run("archive", "sync", EVER, server=server).returncode == 0
    return server


def test_it_is_the_same_from_the_api_the_archive_and_offline_and_finds_them_all(server: DemoServer):
    fresh = run("export", EVER, "-o", "-", server=server).stdout
    assert KEY not in fresh
    one, two, other, four = fingerprints(fresh)
    assert one == two == four != other
    assert run("archive", "sync", EVER, server=server).returncode == 0
    for given in ([], ["--offline"]):
        assert fingerprints(run("export", EVER, *given, "-o", "-", server=server).stdout) == [one, two, other, four]
        counted = run("count", EVER, *given, "--by=ip", f"{one}›", server=server)
        assert sorted(re.findall(r"203\.0\.113\.\d", counted.stdout)) == [f"203.0.113.{n}" for n in (1, 2, 3)]


def test_another_archive_has_another(synced: DemoServer, own_home: Path):
    here = fingerprints(run("export", EVER, "-o", "-", server=synced).stdout)
    there = fingerprints(
        run("export", EVER, "-o", "-", server=synced, XDG_DATA_HOME=str(own_home / "elsewhere")).stdout
    )
    assert here != there
    assert [here.index(mark) for mark in here] == [there.index(mark) for mark in there] == [0, 0, 2, 0]


def test_without_an_archive_it_lasts_as_long_as_the_run(server: DemoServer, own_home: Path):
    key = own_home / "key"
    key.touch(mode=0o600)
    key.write_text(server.key)
    config = own_home / "config" / "portkey-audit" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[profiles.none]\nbase_url = "{server.base_url}"\napi_key_file = "{key}"\n'
        '[profiles.none.archive]\nrecords = "none"\n'
    )
    marks = fingerprints(run("export", EVER, "--profile=none", "-o", "-").stdout)
    assert [marks.index(mark) for mark in marks] == [0, 0, 2, 0]


def test_what_is_opened_has_its_own_and_keeps_those_that_are_in_it(synced: DemoServer, tmp_path: Path):
    kept = tmp_path / "kept.jsonl"
    run("export", EVER, "-o", str(kept), server=synced)
    marks = fingerprints(kept.read_text())
    assert fingerprints(run("export", "--file", str(kept), "-o", "-").stdout) == marks
    kept.write_text("\n".join(map(json.dumps, RECORDS)))
    assert fingerprints(run("export", "--file", str(kept), "-o", "-").stdout) != marks
