"""Completion offers what can stand in the place of what was begun, and nothing that nobody began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.clean import UNLIMITED, clean
from tui.domain.completion import MOST_CANDIDATES, NOTHING_KNOWN, Candidate, Completion, Known, complete
from tui.domain.fields import BY_ANY_NAME, FIELDS, Kind
from tui.domain.names import Named, NameKind, Names
from tui.domain.predicates import PREDICATES
from tui.domain.query import Clause, How, Value
from tui.domain.query_parser import parse_query

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
ALICE = "0d40bc2f-9c7a-4d5e-8f10-000000000001"
BOB = "0d40bc2f-9c7a-4d5e-8f10-000000000002"
NAMES = Names(
    {
        NameKind.USER: {
            ALICE: Named("Alice Okafor", ("alice@example.com",)),
            BOB: Named("Bob van der Berg"),
            "u-3": Named("Bob van der Berg"),
        },
        NameKind.API_KEY: {"k-1": Named("nightly-sync", ("nightly",))},
        NameKind.WORKSPACE: {"w-1": Named("Payments EU", ("payments-eu",))},
    }
)
SEEN = {
    "status": [("200", 312), ("403", 37), ("404", 2), ("odd", 1)],
    "method": [("delete", 9), ("PATCH", 1)],
    "actor": [(BOB, 20), ("unknown-1", 3), (ALICE, 1)],
    "res": [("api-keys", 12), ("guard rails", 2), ("", 4)],
    "uri": [("/v2/prompts/", 5), ("/v1/api-keys,all", 1)],
    "ip": [("203.0.113.9", 40), ("not an address", 1)],
    "country": [("DE", 4), ("\x1b[31m", 1)],
    "body": [("name", 30), ("scopes", 12), ('limits."a b"', 2), ("not.a path", 1)],
    "body.name": [("prod-eu", 3), ("true", 1)],
    "header": [("user-agent", 9)],
}


def seen(place: str) -> Sequence[tuple[str, int]]:
    return SEEN.get(place, ())


KNOWN = Known(NAMES, seen)


def at_cursor(text: str) -> Completion:
    """What is offered where a bar stands in `text`."""
    cursor = text.index("|")
    return complete(text.replace("|", ""), cursor, KNOWN)


def offered(text: str) -> list[str]:
    """What would be put in where a bar stands in `text`, the likeliest first."""
    return [candidate.insert for candidate in at_cursor(text).candidates]


def shown(text: str) -> list[tuple[str, str]]:
    return [(candidate.label, candidate.about) for candidate in at_cursor(text).candidates]


def taken(text: str, number: int = 0) -> str:
    """The text once a candidate was taken."""
    completion = at_cursor(text)
    before, after = text.replace("|", "")[: completion.start], text.replace("|", "")[completion.end :]
    return before + completion.candidates[number].insert + after


class TestTheBeginningOfATerm:
    def test_an_empty_place_offers_everything_that_a_term_can_begin_with(self):
        fields = [field for field in FIELDS if field.kind is not Kind.TIME]
        nothing = complete("", 0, Known(NAMES, seen))
        assert len(nothing.candidates) == MOST_CANDIDATES
        assert {"is:", "since:", "status:", "ip:"} <= {candidate.insert for candidate in nothing.candidates}
        for field in fields:
            assert any(insert.rstrip(":.") == field.name for insert in offered(f"{field.name[0]}|"))

    def test_a_word_is_taken_for_the_beginning_of_a_field_or_of_another_name_of_it(self):
        assert offered("sta|") == ["status:"]
        assert offered("-us|") == ["actor:", "type:"]
        assert offered("CLI|") == ["ip:"]
        assert offered("a|") == ["actor:", "action:", "ip:", "type:"]
        assert offered("he|") == ["header."]

    def test_with_the_sentence_that_the_field_table_has_for_it(self):
        assert shown("co|") == [("country:", BY_ANY_NAME["country"].about)]

    @pytest.mark.parametrize(
        "text", ["rate|", "ntry|", '"sta|', '"sta|"', "/sta|/", "sta |x", "|status:403", "OR|", "~st|"]
    )
    def test_other_text_is_left_alone(self, text: str):
        assert offered(text) == []

    @pytest.mark.parametrize(
        ("text", "then"),
        [
            ("op:delete sta| -ws:x", "op:delete status: -ws:x"),
            ("op:delete (-sta|) x", "op:delete (-status:) x"),
            ("a OR st|uff", "a OR status:"),
            ("-|", "-is:"),
            ("(|", "(is:"),
            ("x |", "x is:"),
        ],
    )
    def test_in_the_middle_behind_a_minus_and_in_groups(self, text: str, then: str):
        assert taken(text) == then

    def test_a_range_of_time_is_offered_once_and_not_where_it_can_not_hold(self):
        assert offered("sin|") == ["since:"]
        for text in ("-sin|", "NOT sin|", "(sin|", "(a (b) sin|)", "since:24h sin|"):
            assert offered(text) == []
        for text in ("created:24h sin|", "until:2h creat|", "(since:|", "since:2h since:|"):
            assert offered(text) == []
        assert offered("(a) sin|") == ["since:"]
        assert taken("cr|since:24h") == "created:24h"


class TestTheFieldOfAClause:
    def test_its_name_is_exchanged_and_what_stands_behind_it_stays(self):
        assert taken("sta|us:403") == "status:403"
        assert taken("st|status:403") == "status:403"

    def test_it_is_found_by_any_part_of_its_name(self):
        assert "country" in offered("try|:DE")

    def test_only_what_has_parts_can_stand_before_a_path(self):
        assert offered("b|.name:x") == ["body"]
        assert {BY_ANY_NAME[name].kind for name in offered("e|.name:x")} == {Kind.JSON}


class TestPaths:
    def test_those_that_were_seen_with_their_counts(self):
        assert shown("body.|") == [("name:", "×30"), ("scopes:", "×12"), ('limits."a b":', "×2")]
        assert taken("body.sc|") == "body.scopes:"
        assert taken("headers.a|") == "headers.user-agent:"

    def test_in_a_clause(self):
        assert taken("body.na|xx:prod") == "body.name:prod"

    def test_as_what_a_record_has(self):
        assert offered("has:|")[:3] == ["body", "query", "header"]
        assert offered("has:sc|") == ["body.scopes"]
        assert offered("has:body.n|") == ["body.name"]

    def test_no_other_field_has_any(self):
        assert offered("status.x|") == []
        assert offered("status.x:|") == []


class TestValues:
    def test_those_that_were_seen_with_their_counts_then_groups_of_them(self):
        assert shown("status:4|") == [("403", "×37"), ("404", "×2"), ("4xx", "400 to 499"), (">=400", "400 and above")]

    def test_what_only_a_quote_can_mean_was_seen_all_the_same(self):
        assert offered("ip:|") == ["203.0.113.9", '"not an address"']

    def test_none_where_there_is_no_such_field(self):
        assert offered("time:|") == offered("nothing:|") == []

    def test_choices_follow_unless_they_were_seen_in_any_case(self):
        assert offered("method:|") == ["delete", '"PATCH"', "POST", "PUT"]
        assert offered("op:du|") == ["duplicate"]

    def test_a_blank_is_offered_as_none_and_text_that_reads_otherwise_in_quotes(self):
        assert offered("res:|") == ["api-keys", '"guard rails"', "none"]
        assert offered("uri:|") == ['"/v2/prompts/"', '"/v1/api-keys,all"']

    def test_what_a_terminal_could_obey_is_shown_and_put_in_as_an_escape(self):
        assert [(c.insert, c.label) for c in at_cursor("country:|").candidates] == [
            ("DE", "DE"),
            (r'"\u001b[31m"', r"\u001b[31m"),
        ]

    def test_what_begins_so_comes_before_what_holds_it_somewhere(self):
        known = Known(Names(), lambda _: [("my-api", 9), ("api-keys", 1)])
        assert [c.insert for c in complete("res:api", 7, known).candidates] == ["api-keys", "my-api"]

    def test_behind_a_comma_those_that_are_not_there_yet(self):
        assert offered("status:403,|") == ["200", "404", '"odd"', "4xx", "5xx", ">=400"]
        assert taken("status:403,40| op:delete") == "status:403,404 op:delete"
        assert taken("-status:4|,403") == "-status:404,403"

    def test_the_whole_value_is_exchanged(self):
        assert taken("status:4|99 x") == "status:403 x"
        assert taken('res:"gu|" x') == 'res:"guard rails" x'

    def test_half_a_quote_does_not_swallow_what_stands_behind_it(self):
        assert taken('res:"gua|r op:delete') == 'res:"guard rails" op:delete'

    def test_at_a_path(self):
        assert shown("body.name:|") == [("prod-eu", "×3"), ("true", "×1")]

    def test_none_for_what_stands_there_already(self):
        assert offered("method:PUT|") == []

    def test_not_more_than_anybody_reads(self):
        known = Known(Names(), lambda _: [(f"v{number}", 1) for number in range(500)])
        assert len(complete("res:", 4, known).candidates) == MOST_CANDIDATES


class TestPredicatesAndTimes:
    def test_predicates_with_their_sentences(self):
        assert shown("is:|") == [(word, predicate.about) for word, predicate in PREDICATES.items()]
        assert taken("-is:des|") == "-is:destructive"

    def test_times_behind_the_words_that_take_them(self):
        assert offered("since:|")[:5] == ["15m", "1h", "4h", "24h", "7d"]
        assert offered("until:yes|") == offered("created:YES|") == ["yesterday"]
        assert taken('since:"1|') == "since:15m"


class TestPeople:
    def test_whoever_was_seen_then_the_others_under_their_names(self):
        assert shown("actor:|") == [
            ("Bob van der Berg", f"{BOB}  ×20"),
            ("unknown-1", "×3"),
            ("Alice Okafor", "alice@example.com  ×1"),
            ("Bob van der Berg", "u-3"),
            ("nightly-sync", "nightly"),
        ]

    def test_namesakes_are_told_by_their_ids(self):
        assert offered("actor:bob|") == [BOB, "u-3"]

    def test_they_are_found_by_any_word_of_their_name_by_mail_and_by_id(self):
        for typed in ("al", "OKA", "alice@", "0d40bc2f-9c7a-4d5e-8f10-000000000001"):
            assert offered(f"actor:{typed}|")[0] == "alice@example.com"
        assert offered("actor:0d4|") == []
        assert offered("ws:eu|") == ["payments-eu"]
        assert offered("actor:sync|") == ["nightly"]

    def test_in_the_clearest_word_for_them_in_quotes_where_it_needs_them(self):
        known = Known(Names({NameKind.USER: {"u-1": Named("Carol Bell")}}), seen)
        assert complete("actor:ca", 8, known).candidates == (Candidate('"Carol Bell"', "Carol Bell", "u-1"),)

    def test_a_name_made_to_harm_is_shown_as_text(self):
        known = Known(Names({NameKind.USER: {"u-1": Named("\x1b]0;x\x07", ("\u202e",))}}), lambda _: ())
        candidate = complete("actor:", 6, known).candidates[0]
        assert (candidate.label, candidate.about) == (r"\u001b]0;x\u0007", r"\u202e")
        assert clean(candidate.insert, UNLIMITED) == candidate.insert


PIECES = st.sampled_from(
    [
        "status:", "sta", "actor:", "al", "has:", "is:", "body.", "body.na", "body.name:", 'limits."a b"', "since:",
        "until:", "created:", "24h", "4", "403", ",", ",,", '"', '"x"', "(", ")", "-", " - ", "NOT ", "OR", " OR ", " ",
        "  ", "/", "/a/", "~", "@", "..", ">=", "*", "none", ":", ".", "\\", "//", "ti", "time:", "nothing:", "res:",
        "uri:", "method:", "ws:", "header", "\u0130", "漢", "\ud800",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=9).map("".join)
TEXTS_OF_OTHERS = st.text(max_size=12)


@st.composite
def known_things(draw: st.DrawFn) -> Known:
    """Names and values as anybody may have written them."""
    people = draw(
        st.dictionaries(TEXTS_OF_OTHERS, st.builds(Named, TEXTS_OF_OTHERS, st.tuples(TEXTS_OF_OTHERS)), max_size=3)
    )
    values = draw(st.lists(st.tuples(TEXTS_OF_OTHERS, st.integers(1, 9_999)), max_size=4))
    return Known(Names(dict.fromkeys(NameKind, people)), lambda place: [*SEEN.get(place, ()), *values])


UNFINISHED = ("needs a value", "needs a time", "right behind this")
CLOCK = "before it begins"
"""Whether a range of time is one depends on the clock."""


def problems_in(text: str, start: int, end: int) -> list[str]:
    """What is wrong with the text between two places, beside that it isn't finished."""
    found = [d.message for d in parse_query(text, now=NOW).diagnostics if d.start < end and d.end > start]
    return [message for message in found if not any(words in message for words in (*UNFINISHED, CLOCK))]


class TestWhateverWasTyped:
    @given(TEXTS, st.data())
    def test_a_candidate_can_be_read_where_it_is_put_in(self, text: str, data: st.DataObject):
        cursor = data.draw(st.integers(0, len(text)))
        completion = complete(text, cursor, data.draw(known_things()))
        assert 0 <= completion.start <= cursor <= completion.end <= len(text)
        for candidate in completion.candidates:
            applied = text[: completion.start] + candidate.insert + text[completion.end :]
            assert problems_in(applied, completion.start, completion.start + len(candidate.insert)) == [], applied

    @given(TEXTS, st.data())
    def test_what_is_shown_and_put_in_is_clean(self, text: str, data: st.DataObject):
        completion = complete(text, data.draw(st.integers(0, len(text))), data.draw(known_things()))
        for candidate in completion.candidates:
            assert all(clean(words, UNLIMITED) == words for words in candidate)

    @given(TEXTS_OF_OTHERS.filter(bool))
    def test_a_value_that_was_seen_is_meant_literally(self, value: str):
        completion = complete("target:", 7, Known(Names(), lambda _: [(value, 1)]))
        for candidate in completion.candidates:
            clauses = parse_query(f"target:{candidate.insert}", now=NOW).query.terms
            assert clauses == (Clause("target", (Value(value, How.EXACT),)),)

    def test_nothing_needs_to_be_known(self):
        assert complete("actor:al", 8, NOTHING_KNOWN).candidates == ()
