"""What the archive holds, without key and network: the same commands, and what is missing is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.scene import addressing, run
from tui.demo.server import DemoServer
from tui.domain.record import AuditRecord

EVER = "since:30d"
DAY = "since:2026-11-18T00:00Z until:2026-11-19T00:00Z"


def _archive_words(server: DemoServer) -> dict[str, str]:
    return {"PORTKEY_BASE_URL": addressing(server)["PORTKEY_BASE_URL"]}


class TestCount:
    def test_what_was_looked_at_is_counted_without_a_request(self, server: DemoServer):
        asked = run("count", "--by", "method", DAY, server=server)
        server.forget()
        held = run("count", "--by", "method", DAY, "--offline", server=server)
        assert (held.stdout, held.returncode) == (asked.stdout, 0)
        assert held.stderr == ""
        assert server.requests == []

    def test_no_key_is_needed(self, server: DemoServer, monkeypatch: pytest.MonkeyPatch):
        run("count", "--by", "method", DAY, server=server)
        for name, value in _archive_words(server).items():
            monkeypatch.setenv(name, value)
        held = run("count", DAY, "--offline", server=None)
        assert held.returncode == 0
        assert int(held.stdout) > 0

    def test_what_is_missing_is_told_and_the_count_is_not_called_exact(
        self, server: DemoServer, everything: list[AuditRecord]
    ):
        run("count", "--by", "method", DAY, server=server)
        held = run("count", EVER, "--offline", "--json", server=server)
        told = json.loads(held.stdout)
        assert 0 < told["count"] < len(everything)
        assert not told["exact"]
        assert "Not whole in the archive: 2026-11-19T00:00:00.001Z to" in held.stderr
        assert held.returncode == 0

    def test_where_nothing_was_ever_kept_the_cure_is_told(self, server: DemoServer):
        held = run("count", EVER, "--offline", server=server)
        assert held.returncode == 1
        assert held.stderr == (
            "portkey-audit: There is no archive of these records yet. It fills by itself while they are looked at, and "
            "all at once by: portkey-audit archive sync --since 30d\n"
        )

    def test_the_demo_has_no_archive(self):
        done = run("count", "--offline", "--demo", server=None)
        assert done.returncode == 2
        assert "--demo and --offline can't be had together" in done.stderr


def test_an_archive_that_can_not_be_used_costs_no_answer(server: DemoServer, own_home: Path):
    first = run("count", DAY, server=server)
    (file,) = (own_home / "data" / "portkey-audit").glob("*.db")
    for part in file.parent.iterdir():
        part.unlink()
    file.write_bytes(b"this is no database " * 500)
    again = run("count", DAY, server=server)
    assert again.stdout == first.stdout
    assert again.returncode == 0
    assert "is damaged. Move it away, and a new one is made: mv" in again.stderr
