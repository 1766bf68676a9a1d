"""`portkey-audit show`, as a program of its own: a request by its id, to read and for programs."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.app.attacks import PAYLOADS, AttackHistory, attack
from tests.app.exploring import NOW as THEN
from tests.cli.scene import run, running, wait_for_looks
from tui.demo.server import DemoServer
from tui.domain.clean import has_unsafe
from tui.domain.names import Names
from tui.domain.record import AuditRecord
from tui.formats.record_json import json_line


@pytest.fixture
def failed(everything: list[AuditRecord]) -> AuditRecord:
    """A record that can be told from all others by its request's id."""
    return next(record for record in everything if record.failed and record.request_body)


@pytest.fixture
def hostile() -> Iterator[DemoServer]:
    records = [attack(payload, number) for number, payload in enumerate(PAYLOADS)]
    for record in records:
        record["request_id"] = "req-1"
    with DemoServer(AttackHistory(records), clock=lambda: THEN) as server:
        yield server


def asked_for(server: DemoServer) -> list[str]:
    """The id in each request for records."""
    found = (request.target for request in server.requests if request.path.endswith("/audit-logs"))
    queries = (parse_qs(urlsplit(target).query) for target in found)
    return [query["request_id"][0] for query in queries]


class TestPages:
    def test_all_that_is_known_is_laid_out(self, server: DemoServer, failed: AuditRecord):
        done = run("show", failed.request_id, server=server)
        lines = done.stdout.splitlines()
        assert (done.stderr, done.returncode) == ("", 0)
        assert lines[0] == "FACTS"
        assert any(line.split() == ["Request", "id", failed.request_id] for line in lines)
        assert {"BODY", "HEADERS", "QUERY"} < set(lines)
        assert '    "' in done.stdout

    def test_the_api_is_asked_for_that_request_alone(self, server: DemoServer, failed: AuditRecord):
        run("show", failed.request_id, server=server)
        assert {*asked_for(server)} == {failed.request_id}

    def test_also_where_the_id_is_no_uuid(self, server: DemoServer):
        done = run("show", "req-1,*", server=server)
        assert {*asked_for(server)} == {"req-1,*"}
        assert done.returncode == 1

    def test_ids_stand_with_their_names(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("count", "--by", "actor", "since:30d", "--json", server=server)
        named = next(value for value in json.loads(done.stdout)["by"]["values"] if "name" in value)
        record = next(record for record in everything if record.user_id == named["value"])
        assert f"{named['value']}  {named['name']}" in run("show", record.request_id, server=server).stdout

    def test_the_demo_needs_no_key(self):
        done = run("show", "--demo", "00000000-0000-0000-0000-000000000000")
        assert (done.stdout, done.returncode) == ("", 1)

    def test_several_come_newest_first_and_nothing_in_them_acts_on_a_terminal(self, hostile: DemoServer):
        done = run("show", "req-1", server=hostile)
        lines = done.stdout.split("\n")
        assert lines.count("FACTS") == len(PAYLOADS)
        assert not any(has_unsafe(line) for line in lines)
        assert "hush" not in done.stdout
        assert "‹redacted" in done.stdout


class TestJson:
    def test_it_is_one_object(self, server: DemoServer, failed: AuditRecord):
        done = run("show", "--json", failed.request_id, "--since", "30d", "--until", "2026-11-20T14:00Z", server=server)
        told = json.loads(done.stdout)
        [record] = told.pop("records")
        names = record["_meta"].pop("names")
        assert record == json.loads(json_line(failed, Names()))
        assert set(names) <= {"user_id", "workspace_id"}
        assert told == {
            "version": 1,
            "request_id": failed.request_id,
            "window": {"start": told["window"]["start"], "end": "2026-11-20T14:00:00Z"},
            "exact": True,
        }
        assert (done.stderr, done.returncode) == ("", 0)
        assert done.stdout.isascii()

    def test_where_there_is_nothing_it_has_none(self, server: DemoServer):
        done = run("show", "--json", "none", server=server)
        assert json.loads(done.stdout)["records"] == []
        assert done.returncode == 1


class TestNothing:
    def test_that_there_is_none_says_what_was_asked(self, server: DemoServer):
        done = run("show", "no\x1b[2J-such", "--since", "2d", server=server)
        assert (done.stdout, done.returncode) == ("", 1)
        assert re.fullmatch(
            r"portkey-audit: there is no record of a request no\\u001b\[2J-such"
            r" from 2026-11-18T14:05:09[.\d]*Z to 2026-11-20T14:05:09[.\d]*Z; .+\n",
            done.stderr,
        )

    def test_a_range_that_it_is_not_in_has_none(self, server: DemoServer, everything: list[AuditRecord]):
        oldest = everything[-1].request_id
        assert run("show", oldest, "--since", "1h", server=server).returncode == 1
        assert run("show", oldest, server=server).returncode == 0

    def test_the_beginning_of_an_id_is_not_the_id(self, server: DemoServer, failed: AuditRecord):
        server.set(string_filter="contains")
        done = run("show", failed.request_id[:13], server=server)
        assert (done.stdout, done.returncode) == ("", 1)
        assert "finds those that begin with it" in done.stderr

    def test_where_the_api_leaves_the_filter_undone_the_record_is_found(self, server: DemoServer, failed: AuditRecord):
        server.set(filters="ignored")
        done = run("show", failed.request_id, server=server)
        assert done.stdout.count("FACTS") == 1
        assert "did not honour id:" in done.stderr
        assert done.returncode == 0


class TestTrouble:
    @pytest.mark.parametrize("words", [[], [""], [" "], ["one", "two"]])
    def test_one_id_is_wanted(self, words: list[str]):
        done = run("show", *words, PORTKEY_API_KEY="pk-0123456789")
        assert (done.stdout, done.returncode) == ("", 2)

    def test_without_a_key_it_ends_with_4(self):
        assert run("show", "req-1").returncode == 4

    @pytest.mark.parametrize(("fault", "code"), [("401", 4), ("402", 1)])
    def test_a_refusal_ends_it_with_cause_and_cure(self, server: DemoServer, fault: str, code: int):
        server.queue(fault, path="/audit-logs")
        done = run("show", "req-1", server=server)
        assert (done.stdout, done.returncode) == ("", code)
        assert done.stderr.startswith("portkey-audit: 127.0.0.1 ")

    def test_ctrl_c_ends_it_with_130(self, server: DemoServer):
        server.queue("hold", path="/audit-logs")
        with running("show", "req-1", server=server) as process:
            wait_for_looks(server, 1)
            process.send_signal(signal.SIGINT)
            said, complaints = process.communicate(timeout=60)
        assert (process.returncode, said) == (130, "")
        assert complaints == "portkey-audit: interrupted: scanned 0 · 0 match\n"
