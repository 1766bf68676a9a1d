"""`portkey-audit explain`: the plan of a query, without a request."""

from __future__ import annotations

import json

from tests.cli.scene import run
from tui.demo.server import DemoServer


class TestExplaining:
    def test_it_tells_what_is_sent_and_what_is_done_here(self, server: DemoServer):
        done = run("explain", "op:delete", "NOT", "type:api_key", "--status", "2xx", "since:7d", server=server)
        assert done.stdout.startswith("query   op:delete -type:api_key status:2xx since:7d\nwindow  ")
        assert "1. action=delete" in done.stdout
        assert "-type:api_key — the API can't exclude" in done.stdout
        assert (done.stderr, done.returncode) == ("", 0)
        assert server.request_count == 0

    def test_no_key_is_needed_and_names_stay_as_they_are(self):
        assert "actor:alice — looked up when the query is asked, not here" in run("explain", "actor:alice").stdout

    def test_nothing_is_called_exact_that_a_name_decides(self):
        done = run("explain", "actor:al")
        assert "answer  exact, once it is known whom al means\n" in done.stdout
        assert "user_id=<the id of al>\n" in done.stdout
        told = json.loads(run("explain", "--json", "actor:al").stdout)
        assert (told["exact"], told["unresolved"]) == (False, ["al"])

    def test_the_settings_hold(self):
        done = run("explain", PORTKEY_AUDIT_SINCE="7d", PORTKEY_AUDIT_ORGANISATION_ID="o-1")
        assert done.stdout.startswith("query   org:o-1 since:7d\n")
        assert "organisation_id=o-1" in done.stdout

    def test_the_demo_knows_no_organisation_of_ours(self):
        done = run("explain", "--demo", PORTKEY_AUDIT_ORGANISATION_ID="o-1")
        assert done.stdout.startswith("query   since:24h\n")

    def test_what_the_encoding_of_the_output_lacks_is_escaped(self):
        assert "\\u4e2d" in run("explain", "中", PYTHONIOENCODING="latin-1").stdout

    def test_json_is_one_object(self):
        told = json.loads(run("explain", "--json", "status:401,403", "created:2026-11-20", "bad").stdout)
        assert told["version"] == 1
        assert told["query"] == "status:401,403 bad since:2026-11-20T00:00:00Z until:2026-11-20T23:59:59.999Z"
        assert told["window"] == {"start": "2026-11-20T00:00:00Z", "end": "2026-11-20T23:59:59.999Z"}
        times = [["start_time", "2026-11-20T00:00:00.000Z"], ["end_time", "2026-11-20T23:59:59.999Z"]]
        assert told["streams"] == [[*times, ["response_status_code", status]] for status in ("401", "403")]
        assert (told["sent"], told["exact"]) == (["status:401,403"], False)
        assert told["local"] == [{"term": "bad", "why": "the API can't look for text"}]

    def test_what_cannot_be_read_is_pointed_at(self):
        done = run("explain", "method:PUT", "statsu:4")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines()[1:3] == ["    method:PUT statsu:4", "               ^~~~~~"]
