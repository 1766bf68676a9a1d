"""Whether a record fits a query: what each form of a value means in each kind of field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.queries import queries
from tui.domain.errors import QueryTooSlow
from tui.domain.matching import Matcher
from tui.domain.names import Named, NameKind, Names
from tui.domain.predicates import Surroundings
from tui.domain.query import AuditQuery, Clause, Not, Value
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
UUID = "3af846b9-1f2a-4f0e-9a51-0a2b3c4d5e6f"
NAMES = Names(
    {
        NameKind.USER: {
            "u-1": Named("Alice Okafor", ("alice@acme.example",)),
            "u-2": Named("Al Bo", ("al@acme.example",)),
        },
        NameKind.API_KEY: {"k-1": Named("ci deployer")},
        NameKind.WORKSPACE: {"w-1": Named("Payments", ("ws-pay",)), "ws-pay": Named("Payments", ("ws-pay",))},
    }
)
AROUND = Surroundings(names=NAMES, began=NOW, files={"ips.txt": ("10.0.0.0/8", "203.0.113.9"), "res.txt": ("prompts",)})

SLOW = "([a-z0-9-]|[a-z0-9-][a-z0-9-]){1,14}[~^]"
"""An expression that takes a while on each text, and not too long on any."""

ODD: tuple[dict[str, Any], ...] = (
    {},
    {"timestamp": "yesterday", "response_status_code": "odd", "client_ip": "unknown", "user_type": "?"},
    {"timestamp": "9999-12-31T23:59:59Z", "client_ip": "1.2.3.4, 5.6.7.8"},
    {"request_body": "{half", "query_params": "\x00", "request_headers": "\ud800"},
    {"request_body": '{"name":' + "9" * 5000 + ',"limits":1e999,"scopes":NaN}'},
    {"request_body": "[" * 100_000},
    {"request_body": '{"scopes":' * 500 + "[" * 400 + "1" + "]" * 400 + "}" * 500},
    {"request_body": json.dumps({"name": json.dumps({"name": json.dumps({"name": "\udfff"})})})},
    {"request_headers": "[]", "query_params": '"text"', "request_body": "true"},
    {"brand_new": {"a": 1}},
)  # fmt: skip


def query(text: str) -> AuditQuery:
    parsed = parse_query(text, now=NOW)
    assert parsed.diagnostics == ()
    return parsed.query


def fits(text: str, record: AuditRecord | None = None, /, **fields: Any) -> bool:
    """Whether a record with these fields fits what is written."""
    matcher = Matcher(query(text).terms, AROUND)
    return matcher(record or AuditRecord.model_validate(fields))


def body_fits(text: str, body: Any) -> bool:
    return fits(text, request_body=body if isinstance(body, str) else json.dumps(body))


class TestWords:
    """method, status, res, type, action, country, org: equal when the case is folded."""

    @pytest.mark.parametrize(
        ("text", "field", "held", "expected"),
        [
            ("method:delete", "method", "DELETE", True),
            ("method:DELETE", "method", "delete", True),
            ("method:put", "method", "POST", False),
            ("res:Prompts", "resource_type", "prompts", True),
            ("res:prompt", "resource_type", "prompts", False),
            ("type:USER", "user_type", "user", True),
            ("action:Create", "action", " create ", True),
            ("country:de", "country", "DE", True),
            ("org:O-1", "organisation_id", "o-1", True),
            ("res:prompts,configs", "resource_type", "configs", True),
            ("-res:prompts", "resource_type", "configs", True),
            ("-res:prompts", "resource_type", "prompts", False),
            ("country:none", "country", "", True),
            ("country:none", "country", " ", True),
            ("country:none", "country", "DE", False),
            ("country:DE,none", "country", "", True),
            ('country:"none"', "country", "none", True),
            ("res:~Key", "resource_type", "api-keys", True),
            ("res:API*", "resource_type", "api-keys", True),
            ("res:*key", "resource_type", "api-keys", False),
            ("res:a*-*s", "resource_type", "api-keys", True),
            ("res:/^api|^virtual/", "resource_type", "virtual-keys", True),
            ("res:/KEYS/", "resource_type", "api-keys", False),
            ("res:/keys/", "resource_type", "API-KEYS", True),
            ("res:@res.txt", "resource_type", "prompts", True),
            ("res:@other.txt", "resource_type", "prompts", False),
            ("-res:@other.txt", "resource_type", "prompts", True),
        ],
    )
    def test_a_word(self, text: str, field: str, held: str, expected: bool):
        assert fits(text, **{field: held}) == expected

    def test_an_operation_is_what_was_said_or_worked_out(self):
        assert fits("op:create", action="Create")
        assert fits("op:create", method="POST")
        assert fits("op:rotate", method="PUT", uri="/v2/api-keys/x/rotate")
        assert not fits("op:create", action="update", method="POST")
        assert fits("op:none", method="GET")


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "status", "expected"),
        [
            ("status:403", 403, True),
            ("status:403", "403", True),
            ("status:403", 404, False),
            ("status:4xx", 499, True),
            ("status:4xx", 500, False),
            ("status:>500", 500, False),
            ("status:>=500", 500, True),
            ("status:<300", 299, True),
            ("status:<=300", 301, False),
            ("status:400..499", 400, True),
            ("status:400..499", 499, True),
            ("status:400..499", 500, False),
            ("status:none", "", True),
            ("status:none", 200, False),
            ("status:>=100", "", False),
            ("status:4xx", "4ab", False),
            ('status:"odd"', "odd", True),
            ("status:>=100", "odd", False),
            ("status:40*", 404, True),
            ("status:~0", 404, True),
        ],
    )
    def test_a_status(self, text: str, status: int | str, expected: bool):
        assert fits(text, response_status_code=status) == expected


class TestPeople:
    """actor, ws: the id, the e-mail, or the beginning of any word of the name."""

    @pytest.mark.parametrize(
        ("text", "user", "expected"),
        [
            ("actor:u-1", "u-1", True),
            ("actor:U-1", "u-1", True),
            ("actor:alice", "u-1", True),
            ("actor:OKA", "u-1", True),
            ("actor:alice@acme.example", "u-1", True),
            ("actor:al", "u-1", True),
            ("actor:al", "u-2", True),
            ("actor:al@acme.example", "u-1", False),
            ("actor:deploy", "k-1", True),
            ("actor:alice", "alice", False),
            ("actor:u-9", "u-9", True),
            ("actor:u-", "u-1", False),
            ("actor:none", "", True),
            ("actor:none", "u-1", False),
            ("actor:~oka", "u-1", True),
            ("actor:*@acme.example", "u-2", True),
            ("actor:*@acme.example", "k-1", False),
            ("actor:/^u-/", "u-9", True),
            ("-actor:alice", "u-1", False),
        ],
    )
    def test_an_actor(self, text: str, user: str, expected: bool):
        assert fits(text, user_id=user) == expected

    def test_a_workspace_is_found_by_both_of_its_ids(self):
        assert fits("ws:payments", workspace_id="w-1")
        assert fits("ws:payments", workspace_id="ws-pay")
        assert fits("ws:ws-pay", workspace_id="w-1")
        assert not fits("ws:payments", workspace_id="w-2")


class TestIds:
    """id, target: equal, or a beginning of six characters or more."""

    @pytest.mark.parametrize(
        ("text", "held", "expected"),
        [
            (f"id:{UUID}", UUID, True),
            (f"id:{UUID}", UUID + "-1", False),
            ("id:3af846", UUID, True),
            ("id:3af84", UUID, False),
            ("id:3af84", "3af84", True),
            ("id:3AF846", UUID, False),
            ("id:3AF846", UUID.upper(), True),
            ("id:3af846", UUID.upper(), True),
            ("id:af846b9", UUID, False),
            ("id:~af846b9", UUID, True),
            ("id:none", "", True),
            (f"id:000000,{UUID}", UUID, True),
        ],
    )
    def test_a_request(self, text: str, held: str, expected: bool):
        assert fits(text, request_id=held) == expected

    def test_a_target_is_the_last_id_in_the_path(self):
        assert fits("target:3af846b9", uri=f"/v2/prompts/{UUID}/versions")
        assert fits("target:none", uri="/v2/prompts")


class TestPaths:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("uri:/v2/Prompts/x", True),
            ("uri:/v2/prompts/x", False),
            ("uri:/v2/Prompts", False),
            ("uri:~/prompts/", True),
            ("uri:~/PROMPTS/", False),
            ("uri:/v2/*/x", True),
            ("uri:/v2/prompts*", True),
            ("uri:/v2/PROMPTS*", False),
            ("uri:/^/v2/", True),
            ("uri:none", False),
        ],
    )
    def test_a_uri_is_equal_as_it_was_sent(self, text: str, expected: bool):
        assert fits(text, uri="/v2/Prompts/x") == expected


class TestAddresses:
    @pytest.mark.parametrize(
        ("text", "held", "expected"),
        [
            ("ip:203.0.113.9", "203.0.113.9", True),
            ("ip:203.0.113.9", "::ffff:203.0.113.9", True),
            ("ip:::ffff:203.0.113.9", "203.0.113.9", True),
            ("ip:2001:DB8:0::1", "2001:db8::1", True),
            ("ip:203.0.113.9", "203.0.113.90", False),
            ("ip:203.0.113.0/24", "203.0.113.9", True),
            ("ip:203.0.113.0/24", "::ffff:203.0.113.9", True),
            ("ip:203.0.113.77/24", "203.0.113.9", True),
            ("ip:203.0.113.0/255.255.255.0", "203.0.113.9", True),
            ("ip:::ffff:203.0.113.0/120", "203.0.113.9", True),
            ("ip:203.0.113.0/24", "203.0.114.9", False),
            ("ip:203.0.113.0/24", "2001:db8::1", False),
            ("ip:2001:db8::/32", "2001:db8:1::1", True),
            ("ip:::/0", "203.0.113.9", False),
            ("ip:0.0.0.0/0", "203.0.113.9", True),
            ("ip:10.0.0.0/8,203.0.113.0/24", "203.0.113.9", True),
            ("ip:203.0.113.1..203.0.113.9", "203.0.113.9", True),
            ("ip:203.0.113.1..203.0.113.9", "203.0.113.10", False),
            ("ip:203.0.113.1..::ffff:203.0.113.9", "203.0.113.5", True),
            ("ip:2001:db8::1..2001:db8::f", "2001:db8::a", True),
            ("ip:2001:db8::1..2001:db8::f", "203.0.113.9", False),
            ("ip:203.0.*", "203.0.113.9", True),
            ("ip:~113", "203.0.113.9", True),
            ("ip:none", "", True),
            ("ip:none", "203.0.113.9", False),
            ("ip:0.0.0.0/0", "unknown", False),
            ("ip:0.0.0.0/0", "", False),
            ('ip:"unknown"', "unknown", True),
            ('ip:"10.0.0.0/8"', "10.1.1.1", False),
            ("ip:@ips.txt", "10.1.1.1", True),
            ("ip:@ips.txt", "::ffff:203.0.113.9", True),
            ("ip:@ips.txt", "203.0.113.8", False),
        ],
    )
    def test_an_address(self, text: str, held: str, expected: bool):
        assert fits(text, client_ip=held) == expected


class TestJson:
    """body, header, query: equal to the decoded value at a path; numbers as numbers."""

    @pytest.mark.parametrize(
        ("text", "body", "expected"),
        [
            ("body.name:prod-eu", {"name": "prod-eu"}, True),
            ("body.name:PROD-EU", {"name": "prod-eu"}, False),
            ("body.name:prod-eu", {"name": "PROD-EU"}, True),
            ("body.name:prod", {"name": "prod-eu"}, False),
            ("body.name:~prod", {"name": "prod-eu"}, True),
            ("body.name:prod*", {"name": "prod-eu"}, True),
            ("body.name:/eu$/", {"name": "prod-eu"}, True),
            ("body.Name:x", {"name": "x"}, False),
            ("body.a.b:x", {"a": {"b": "x"}}, True),
            ("body.a.b:x", {"a": {"c": "x"}}, False),
            # Numbers
            ("body.n:7", {"n": 7}, True),
            ("body.n:7", {"n": 7.0}, True),
            ("body.n:7", {"n": "7"}, True),
            ("body.n:7.0", {"n": 7}, True),
            ("body.n:0.1", '{"n":1e-1}', True),
            ("body.n:12345678901234567890", '{"n":12345678901234567890}', True),
            ("body.n:12345678901234567890", '{"n":12345678901234567891}', False),
            ("body.n:>6", {"n": 7}, True),
            ("body.n:>=7.5", {"n": "7"}, False),
            ("body.n:-1..7", {"n": 7}, True),
            ("body.n:>6", {"n": True}, False),
            ("body.n:>6", {"n": None}, False),
            ("body.n:>6", {"n": "many"}, False),
            ("body.n:>6", {"n": [1, 9]}, True),
            ("body.date:>2026-01-01", {"date": "2026-03-01"}, True),
            ("body.date:2026-01-01..2026-02-01", {"date": "2026-03-01"}, False),
            # Truth and nothing
            ("body.on:true", {"on": True}, True),
            ("body.on:1", {"on": True}, False),
            ("body.on:true", {"on": 1}, False),
            ("body.x:null", {"x": None}, True),
            ("body.x:none", {"x": None}, True),
            ("body.x:none", {"x": ""}, True),
            ("body.x:none", {"x": []}, True),
            ("body.x:none", {"x": {}}, True),
            ("body.x:none", {}, True),
            ("body.x:none", "", True),
            ("body.x:none", "not json", True),
            ("body.x:none", {"x": 0}, False),
            ("body.x:none", {"x": False}, False),
            ("body.x:none,7", {"x": 7}, True),
            ("-body.x:none", {"x": 7}, True),
            # Arrays
            ("body.scopes:write", {"scopes": ["read", "write"]}, True),
            ("body.scopes:~writ", {"scopes": ["read", "write"]}, True),
            ("body.scopes:wr*", {"scopes": ["read", "write"]}, True),
            ("body.scopes:/^write$/", {"scopes": ["read", "write"]}, True),
            ("body.scopes.0:write", {"scopes": ["read", "write"]}, False),
            ("body.scopes.1:write", {"scopes": ["read", "write"]}, True),
            ("body.checks.id:pii", {"checks": [{"id": "x"}, {"id": "pii"}]}, True),
            ("body.checks.1.id:pii", {"checks": [{"id": "x"}, {"id": "pii"}]}, True),
            # Objects
            ('body.a:"{\\"b\\":1}"', {"a": {"b": 1}}, True),
            ('body.a:"{\\"b\\":1}"', {"a": {"b": 2}}, False),
            ("body.a:~deep", {"a": {"b": {"c": "so deep"}}}, True),
            ("body.a:~c", {"a": {"b": {"c": "x"}}}, True),
            # JSON in strings
            ("body.a.b:x", {"a": '{"b": "x"}'}, True),
            ("body.a:~x", {"a": '{"b": "x"}'}, True),
            ("body.a:x", json.dumps(json.dumps({"a": "x"})), True),
            # The whole
            ("body:~prod", {"name": "prod-eu"}, True),
            ('body:"not json"', "not json", True),
            ("body:~json", "not json", True),
            ("body:none", "", True),
            ("body:none", "{}", True),
            ("body:none", "x", False),
            ("body.x:7", "not json", False),
        ],
    )
    def test_a_body(self, text: str, body: Any, expected: bool):
        assert body_fits(text, body) == expected

    def test_keys_of_headers_fit_in_any_case_and_others_do_not(self):
        headers = json.dumps({"User-Agent": "curl/8"})
        assert fits("header.user-agent:curl*", request_headers=headers)
        assert fits("header.USER-AGENT:curl/8", request_headers=headers)
        assert fits("has:header.user-agent", request_headers=headers)
        assert not fits("query.user-agent:curl/8", query_params=headers)

    @pytest.mark.parametrize(
        ("text", "body", "expected"),
        [
            ("has:body.a", {"a": 1}, True),
            ("has:body.a", {"a": None}, True),
            ("has:body.a", {"b": 1}, False),
            ("has:body.a.b", {"a": [{"c": 1}, {"b": None}]}, True),
            ("has:body.a.0", {"a": []}, False),
            ("has:body", "{}", True),
            ("has:body", "not json", True),
            ("has:body", "", False),
            ("has:body.a", "not json", False),
            ("has:body.a,body.b", {"b": 1}, True),
            ('has:body."a b"', {"a b": 1}, True),
            ("has:request_body.a", {"a": 1}, True),
        ],
    )
    def test_presence_is_that_anything_stands_there(self, text: str, body: Any, expected: bool):
        assert body_fits(text, body) == expected


class TestFreeText:
    """Contained anywhere in the sixteen fields, those of JSON decoded."""

    @pytest.mark.parametrize("name", AuditRecord.model_fields)
    def test_every_field_is_looked_through(self, name: str):
        assert fits("needle", **{name: "a Needle here"})
        assert fits("/need.e/", **{name: "a Needle here"})
        assert not fits("Needle", **{name: "a needle here"})

    def test_the_address_also_as_it_is_shown(self):
        assert fits("203.0.113.9", client_ip="::ffff:cb00:7109")
        assert fits('"cb00:7109"', client_ip="::ffff:cb00:7109")

    def test_a_status_too(self):
        assert fits("403", response_status_code=403)
        assert fits("/^403$/", response_status_code=403)

    def test_each_field_by_itself(self):
        assert not fits('"ab"', method="a", uri="b")
        assert not fits("/a.b/", method="a", uri="b")
        assert not fits(r'"a\nb"', method="a", uri="b")
        assert fits(r'"a\nb"', uri="a\nb")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("é", True), ("naïve", True), ('"a b"', True), ("7.50", True), ("limits", True), ('"x:"', False)],
    )
    def test_json_is_looked_through_decoded(self, text: str, expected: bool):
        body = r'{"limits":{"n":7.50,"a":"a b"},"b":["\u00e9"],"c":"{\"d\":\"na\\u00efve\"}","x":1}'
        assert body_fits(text, body) == expected

    def test_bodies_that_are_not_json_are_looked_through_as_they_are(self):
        assert body_fits('"{half"', "{half a body")


class TestTogether:
    def test_all_terms_must_hold(self):
        assert fits("op:delete country:DE", action="delete", country="DE")
        assert not fits("op:delete country:DE", action="delete", country="FR")
        assert fits("")

    def test_alternatives_groups_and_their_opposites(self):
        text = "(op:delete OR country:DE method:PUT) -(res:prompts status:200)"
        assert fits(text, action="delete")
        assert fits(text, country="DE", method="PUT")
        assert not fits(text, country="DE", method="POST")
        assert not fits(text, action="delete", resource_type="prompts", response_status_code=200)
        assert fits(text, action="delete", resource_type="prompts", response_status_code=201)

    def test_predicates(self):
        assert fits("is:failed", response_status_code=403)
        assert fits("is:failed,destructive", action="delete")
        assert not fits("is:failed is:destructive", action="delete")
        assert fits("IS:Failed", response_status_code=500)

    def test_the_first_term_that_does_not_hold_is_known(self):
        matcher = Matcher(query("op:delete -res:prompts country:DE").terms, AROUND)
        assert matcher.broken(AuditRecord(action="delete", resource_type="prompts")) == Not(
            Clause("res", (Value("prompts"),))
        )
        assert matcher.broken(AuditRecord(action="delete", country="DE")) is None


class TestTrouble:
    @pytest.mark.parametrize("text", ["/(a|aa)+$/", "body.a:/(a|aa)+$/", "uri:/(a|aa)+$/"])
    def test_an_expression_that_runs_away_is_told_and_not_waited_for(self, text: str):
        endless = "a" * 60 + "!"
        with pytest.raises(QueryTooSlow):
            fits(text, uri=endless, request_body=json.dumps({"a": endless}))

    @pytest.mark.parametrize("text", [f"/{SLOW}/", f"body:/{SLOW}/"])
    def test_one_that_is_slow_on_each_of_many_texts_is_told_too(self, text: str):
        matcher = Matcher(query(text).terms, AROUND)
        record = AuditRecord(request_body=json.dumps(["prod-team"] * 20_000))
        for ask in (matcher, matcher.broken):
            with pytest.raises(QueryTooSlow):
                ask(record)

    def test_each_record_has_the_whole_time_however_many_there_are(self):
        matcher = Matcher(query(f"body:/{SLOW}/").terms, AROUND)
        record = AuditRecord(request_body=json.dumps(["prod-team"] * 20))
        assert not any(map(matcher, [record] * 200))
        assert all(map(matcher.broken, [record] * 200))

    @pytest.mark.parametrize(
        "text", ["secret-token", "body.password:~hunter2", "/hunter2/", "header.authorization:~hunter2"]
    )
    def test_a_secret_is_not_found_by_itself(self, text: str):
        record = AuditRecord(
            request_body='{"password":"hunter2-secret-token"}',
            request_headers='{"Authorization":"Bearer hunter2-secret-token"}',
        )
        assert fits(text, record)
        assert not fits(text, redact(record))

    @settings(max_examples=300, deadline=None)
    @given(queries(), st.sampled_from(ODD))
    def test_no_record_is_too_odd_to_be_asked(self, asked: AuditQuery, fields: dict[str, Any]):
        record = AuditRecord.model_validate(fields)
        matcher = Matcher(asked.terms, AROUND)
        assert matcher(record) == (matcher.broken(record) is None)
