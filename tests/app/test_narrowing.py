"""What the eye caught becomes a query."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui.app.narrowing import exclude, keep, lifted, pivots, said_clearly, term_at, term_of
from tui.domain.names import Named, NameKind, Names
from tui.domain.query import AuditQuery, Clause, Value
from tui.domain.query_parser import parse_query
from tui.domain.query_text import format_query, format_term
from tui.domain.record import AuditRecord

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
ANA, KEY = "8acd4e5e-0000-4000-8000-000000000001", "8acd4e5e-0000-4000-8000-00000000000b"
NAMES = Names(
    {
        NameKind.USER: {ANA: Named("Ana Ortiz", ("ana@acme.example",))},
        NameKind.API_KEY: {KEY: Named("ci deployer")},
    }
)
RECORD = AuditRecord(
    timestamp="2026-11-22T20:00:00.250Z", method="DELETE", uri=f"/v2/api-keys/{KEY}", user_id=ANA, user_type="user",
    resource_type="api-keys", client_ip="::ffff:203.0.113.9", workspace_id="",
)  # fmt: skip


def query(text: str) -> AuditQuery:
    parsed = parse_query(text, now=NOW)
    assert not parsed.diagnostics
    return parsed.query


def text_of(asked: AuditQuery) -> str:
    return format_query(asked)


class TestTheTermForAValue:
    @pytest.mark.parametrize(
        ("place", "value", "term"),
        [
            ("status", "403", "status:403"),
            ("ip", "203.0.113.9", "ip:203.0.113.9"),
            ("country", "", "country:none"),
            ("actor", ANA, "actor:ana@acme.example"),
            ("actor", KEY, 'actor:"ci deployer"'),
            ("actor", "nobody-known", "actor:nobody-known"),
            ("body.name", "prod eu", 'body.name:"prod eu"'),
            ("body.checks[0].id", "pii", "body.checks.id:pii"),
            ('body["odd name"].max', "7", 'body."odd name".max:7'),
            ("body.flags[2]", "none", 'body.flags:"none"'),
            ("headers.user-agent", "curl/8.5", "header.user-agent:curl/8.5"),
            ("body.name", "[prod] key", 'body.name:"[prod] key"'),
            ("response_status_code", "403", "status:403"),
            ("uri", "/v2/prompts/", 'uri:"/v2/prompts/"'),
            ("body.note", "a\nb", r'body.note:"a\nb"'),
        ],
    )
    def test_it_is_written_as_a_reader_would_write_it(self, place: str, value: str, term: str):
        found = term_of(place, value, NAMES)
        assert found is not None
        assert format_term(found) == term

    @pytest.mark.parametrize("place", ["time", "", "request_body", "no_such_field", "status.x"])
    def test_a_place_that_a_query_has_no_name_for_gives_none(self, place: str):
        assert term_of(place, "403", NAMES) is None


def test_of_an_object_or_a_list_it_is_that_there_is_one():
    found = term_at("body.limits[0].max")
    assert found is not None
    assert format_term(found) == "has:body.limits.max"
    assert term_at("status") is None
    assert term_at("body") is None


class TestKeepingAndExcluding:
    def test_keeping_a_value_takes_the_place_of_what_was_asked_of_that_field(self):
        narrowed = keep(query("status:4xx res:prompts since:24h"), Clause("status", (Value("403"),)))
        assert text_of(narrowed) == "status:403 res:prompts since:24h"

    def test_keeping_a_value_at_a_path_leaves_other_paths(self):
        narrowed = keep(query("body.a:1 body.b:2"), Clause("body", (Value("3"),), ("a",)))
        assert text_of(narrowed) == "body.a:3 body.b:2 since:24h"

    def test_excluding_adds_up(self):
        narrowed = exclude(exclude(query("since:24h"), Clause("ip", (Value("10.0.0.1"),))), Clause("op", (Value("x"),)))
        assert text_of(narrowed) == "-ip:10.0.0.1 -op:x since:24h"

    def test_excluding_the_one_value_that_is_kept_lifts_that_clause(self):
        assert text_of(exclude(query("op:x"), Clause("op", (Value("x"),)))) == "-op:x since:24h"


class TestPivots:
    def test_each_looks_at_one_thing_around_the_record_over_the_same_range(self):
        found = {pivot.key: text_of(pivot.query) for pivot in pivots(query("status:403 since:7d"), RECORD, NAMES)}
        assert found == {
            "a": "actor:ana@acme.example since:7d",
            "i": "ip:203.0.113.9 since:7d",
            "r": f"target:{KEY} since:7d",
            "k": f'(actor:"ci deployer" OR target:{KEY}) since:7d',
            "t": "since:2026-11-22T19:55:00.250Z until:2026-11-22T20:05:00.250Z",
        }

    def test_a_secret_is_looked_for_wherever_it_stands(self):
        leaky = RECORD.model_copy(
            update={"request_headers": '{"x":"‹redacted 40 · #9f2c›","y":"‹redacted 9 · #01ab›"}'}
        )
        asked = query("status:403")
        assert "s" not in {pivot.key for pivot in pivots(asked, leaky, NAMES)}
        for value in ("‹redacted 40 · #9f2c›", '{"x":"‹redacted 40 · #9f2c›"}'):
            (found,) = [pivot for pivot in pivots(asked, leaky, NAMES, value=value) if pivot.key == "s"]
            assert text_of(found.query) == "#9f2c› since:24h"
            assert parse_query(text_of(found.query), now=NOW).query.terms == found.query.terms

    def test_the_only_secret_of_a_record_is_meant_wherever_the_cursor_is(self):
        leaky = RECORD.model_copy(
            update={"request_body": '{"key":"‹redacted 40 · #9f2c›"}', "uri": "/a?key=‹redacted 9›"}
        )
        assert "s" in {pivot.key for pivot in pivots(query(""), leaky, NAMES)}

    def test_the_query_left_behind_is_told(self):
        before = query("status:403 res:prompts ip:203.0.113.9")
        assert lifted(before, query("ip:203.0.113.9")) == "status:403 res:prompts"


def test_a_clearer_word_is_put_wherever_its_clause_stands():
    asked = query("-actor:ana res:prompts (actor:ana,bob OR op:delete)")
    for clause in (Clause("actor", (Value("ana"),)), Clause("actor", (Value("ana"), Value("bob")))):
        asked = said_clearly(asked, clause, "ana", "ana@acme.example")
    assert text_of(asked) == ("-actor:ana@acme.example res:prompts (actor:ana@acme.example,bob OR op:delete) since:24h")
