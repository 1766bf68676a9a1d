"""A plan in words says all of it, in lines that fit and can't act on a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.queries import queries
from tui.domain.clean import UNLIMITED, clean
from tui.domain.names import Named, NameKind, Names
from tui.domain.plan import freeze
from tui.domain.query import AuditQuery
from tui.domain.query_parser import parse_query
from tui.domain.query_text import format_query, format_term
from tui.formats.explanation import WIDTH, explain, explanation_object

NOW = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
NOBODY = Names()
PEOPLE = Names({NameKind.USER: {"u-1": Named("Alice Okafor"), "u-2": Named("Bob Lee"), "u-3": Named("Bob Ray")}})


def told(text: str, names: Names = NOBODY) -> str:
    """The explanation of a query, each heading and its lines joined."""
    return "\n".join(explain(freeze(parse_query(text, now=NOW).query, NOW, names), names))


def why(text: str, names: Names = NOBODY) -> str:
    """Why the one term of a query is not left to the API."""
    [local] = explanation_object(freeze(parse_query(text, now=NOW).query, NOW, names), names)["local"]
    return str(local["why"])


class TestWhole:
    def test_a_query_that_the_api_answers(self):
        assert told("status:403 method:PUT since:1h").splitlines() == [
            "query   status:403 method:PUT since:1h",
            "window  2026-11-20T11:00:00.250Z to 2026-11-20T12:00:00.250Z (UTC), 1h",
            "answer  exact: the API does all of it, so its total is the number of records",
            "",
            "The API is asked, page by page, for",
            "  start_time=2026-11-20T11:00:00.250Z end_time=2026-11-20T12:00:00.250Z",
            "  method=PUT response_status_code=403",
            "",
            "Sent whole, and checked again on each record:",
            "  status:403",
            "  method:PUT",
        ]

    def test_one_that_is_read_in_streams_and_finished_here(self):
        lines = told("op:delete -type:api_key").splitlines()
        assert "answer  scan: what the API gives is looked through here, newest first" in lines
        assert lines[6] == "in 3 streams, merged by time:"
        assert lines[7:10] == ["  1. action=delete", "  2. action=Delete", "  3. method=DELETE"]
        assert "Narrowed down by the API, and finished here:" in lines
        assert "  -type:api_key — the API can't exclude" in lines

    def test_every_record(self):
        assert "  and every record in it" in told("").splitlines()


class TestWhy:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("-status:403", "can't exclude"),
            ("status:403 OR method:PUT", "under an OR"),
            ("failed", "can't look for text"),
            ("is:failed", "worked out from each record"),
            ("has:body.name", "worked out from each record"),
            ("target:3af846b9", "worked out from each record"),
            ("body.name:x", "can't look into bodies"),
            ("status:4xx", "a range"),
            ("status:>=400", "a range"),
            ("status:400..499", "a range"),
            ("ip:203.0.113.0/24", "a range"),
            ("ip:@suspects.txt", "a file"),
            ("uri:~/v2/prompts", "a part of a value"),
            ("uri:/v2/*", "no wildcards"),
            ("uri:/prompts$/", "no regular expressions"),
            ("country:none", "blank"),
            ("id:0d40bc2f", "the beginning of an id"),
            ("res:a,b,c,d,e,f", "more than 5 values"),
            ("type:system", "nothing but user, api_key"),
            ('uri:"/v2/*"', "may not take such a value"),
        ],
    )
    def test_each_term_has_its_reason(self, text: str, reason: str):
        assert reason in why(text)

    def test_a_second_field_with_several_values(self):
        assert "one field at most" in why("status:401,403,429 method:PUT,POST")

    def test_a_name_that_means_too_many(self):
        crowd = Names({NameKind.USER: {f"u-{number}": Named(f"Al {number}") for number in range(6)}})
        assert "means more than 5" in why("actor:al", crowd)


class TestNames:
    def test_without_a_connection_they_are_not_looked_up_and_it_says_so(self):
        assert "  actor:alice — looked up when the query is asked, not here" in told("actor:alice").splitlines()

    def test_until_a_word_has_its_id_the_answer_depends_on_that(self):
        lines = told("actor:Al ws:sandbox method:PUT").splitlines()
        assert "answer  exact, once it is known whom Al means and what sandbox means" in lines
        assert "  method=PUT user_id=<the id of Al> workspace_id=<the id of sandbox>" in sorted(lines)
        assert "  actor:Al — once it is known whom Al means" in lines
        assert "  method:PUT" in lines

    def test_a_word_that_means_somebody_or_is_an_id_leaves_no_doubt(self):
        for text in ("actor:alice", "actor:0d40bc2f-2d3b-4a55-9a3c-0a8f2d9f2b11"):
            assert "answer  exact: " in told(text, PEOPLE)

    def test_known_ones_are_told_with_their_ids(self):
        lines = told("actor:alice,bob,zoe", PEOPLE).splitlines()
        assert "  actor:alice — it is Alice Okafor (u-1)" in lines
        assert "  actor:bob — it may be any of Bob Lee (u-2), Bob Ray (u-3)" in lines
        assert "  actor:zoe — nobody is known by it" in lines


class TestEveryQuery:
    @given(queries(texts=st.text(max_size=30)), st.sampled_from([NOBODY, PEOPLE]))
    def test_its_lines_fit_and_are_safe(self, query: AuditQuery, names: Names):
        for line in explain(freeze(query, NOW, names), names):
            assert len(line) <= WIDTH
            assert clean(line, UNLIMITED) == line

    @given(queries())
    def test_each_term_is_sent_narrowed_or_local_and_the_streams_are_those_of_the_plan(self, query: AuditQuery):
        frozen = freeze(query, NOW, NOBODY)
        told = json.loads(json.dumps(explanation_object(frozen, NOBODY)))
        terms = [*told["sent"], *(step["term"] for step in (*told["narrowed"], *told["local"]))]
        assert sorted(terms) == sorted(map(format_term, query.terms))
        assert all(step["why"] for step in (*told["narrowed"], *told["local"]))
        assert told["exact"] is (frozen.plan.exact and not told["unresolved"])
        if not told["unresolved"]:
            assert [[tuple(pair) for pair in stream[2:]] for stream in told["streams"]] == list(
                map(list, frozen.plan.branches)
            )
        assert (told["version"], told["query"]) == (1, format_query(query))
