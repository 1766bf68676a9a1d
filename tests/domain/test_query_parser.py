"""The notation of the query bar: what a text means, and what is told of a text that means nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.odd_queries import PIECES
from tui.domain.clean import UNLIMITED, clean
from tui.domain.fields import BY_ANY_NAME, FIELDS, Field, Kind
from tui.domain.predicates import PREDICATES
from tui.domain.query import (
    BLANK,
    DEEPEST,
    AllOf,
    AnyOf,
    AuditQuery,
    Clause,
    How,
    Not,
    Term,
    Text,
    Value,
)
from tui.domain.query_parser import Diagnostic, Parsed, Role, parse_query, parse_values
from tui.domain.query_text import format_query, format_term
from tui.domain.time_range import LAST_DAY, TimeRange

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
WORDS = (
    *PIECES, *(f"{name}:" for name in BY_ANY_NAME), "is:", "has:", "since:", "until:", "created:", "stats:",
    "body.x:", 'body."a b".c:', "header.Cookie:", "is:failed", "has:body.a", "status:403", "op:delete", "op:delte",
    " ", " ", " ", "OR ", "| ", "- ", "(", ")", "2h", "2h ago", "yesterday 14:00", "14:05..15:00", "/a b/", "/x/",
    "a*b",
)  # fmt: skip
SOUP = st.one_of(
    st.text(st.characters(codec=None), max_size=60), st.lists(st.sampled_from(WORDS), max_size=14).map("".join)
)
"""Any text, and text that nearly means something."""


def parse(text: str, *, zone: ZoneInfo | None = None, usual: TimeRange = LAST_DAY) -> Parsed:
    return parse_query(text, now=NOW, zone=zone or UTC, time_range=usual)


def query(text: str) -> AuditQuery:
    parsed = parse(text)
    assert parsed.diagnostics == ()
    return parsed.query


def terms(text: str) -> tuple[Term, ...]:
    return query(text).terms


def term(text: str) -> Term:
    (only,) = terms(text)
    return only


def told(text: str) -> Diagnostic:
    """The one thing that is wrong with a text."""
    (only,) = parse(text).diagnostics
    return only


def clause(field: str, *texts: str, path: tuple[str, ...] = ()) -> Clause:
    return Clause(field, tuple(map(Value, texts)), path)


def contains(text: str) -> Text:
    return Text(Value(text, How.CONTAINS))


class TestTermsTogether:
    """Blank is AND; the same field twice or a comma is OR; `-` negates; groups and OR work."""

    def test_no_text_is_every_record_of_the_last_day(self):
        assert query("") == query("  \n ") == AuditQuery()

    def test_terms_side_by_side_must_all_hold(self):
        assert terms("op:delete country:DE") == (clause("op", "delete"), clause("country", "DE"))
        assert terms("op:delete AND country:DE") == terms("op:delete country:DE")

    def test_a_comma_is_either(self):
        assert term("actor:alice,bob") == clause("actor", "alice", "bob")

    @pytest.mark.parametrize(
        "text",
        ["op:create op:delete", "op:create OR op:delete", "op:create | op:delete", "(op:create) (op:delete)",
         "op:create AND op:delete", "op:create,delete,create", "op:create op:create op:delete"],
    )  # fmt: skip
    def test_the_same_field_again_is_either(self, text: str):
        assert term(text) == clause("op", "create", "delete")

    def test_so_is_the_same_path_again_and_another_path_is_not(self):
        assert term("body.a:1 body.a:2") == clause("body", "1", "2", path=("a",))
        assert terms("body.a:1 body.b:2") == (clause("body", "1", path=("a",)), clause("body", "2", path=("b",)))

    def test_predicates_describe_a_record_so_two_of_them_must_both_hold(self):
        assert terms("is:failed is:machine") == (clause("is", "failed"), clause("is", "machine"))
        assert term("is:failed,machine") == clause("is", "failed", "machine")

    def test_what_is_excluded_twice_is_excluded_twice(self):
        assert terms("-op:create -op:delete") == (Not(clause("op", "create")), Not(clause("op", "delete")))
        assert term("-op:create,delete") == Not(clause("op", "create", "delete"))

    @pytest.mark.parametrize(
        "text", ["a OR b", "a|b", "a | b", "(a OR b)", "((a)|(b))", "a OR b OR a", "(a OR b) OR a"]
    )
    def test_or_is_either(self, text: str):
        assert term(text) == AnyOf((contains("a"), contains("b")))

    def test_and_binds_closer_than_or(self):
        assert term("a b OR c AND d") == AnyOf(
            (AllOf((contains("a"), contains("b"))), AllOf((contains("c"), contains("d"))))
        )
        assert terms("a (b OR c) d") == (contains("a"), AnyOf((contains("b"), contains("c"))), contains("d"))

    @pytest.mark.parametrize("text", ["-a", "NOT a", "-(a)", "NOT (a)", "--NOT a", "NOT -NOT a"])
    def test_a_minus_is_not(self, text: str):
        assert term(text) == Not(contains("a"))

    def test_two_minuses_are_none(self):
        assert term("--a") == term("NOT NOT a") == contains("a")

    def test_a_group_can_be_excluded(self):
        assert term("-(a b)") == Not(AllOf((contains("a"), contains("b"))))
        assert term("-(a OR b)") == Not(AnyOf((contains("a"), contains("b"))))

    def test_a_group_that_is_not_needed_is_none(self):
        assert terms("(a (b) (c d))") == terms("a b c d")

    def test_a_word_with_a_minus_in_it_is_a_word(self):
        assert term("api-keys") == contains("api-keys")
        assert term("res:-x") == clause("res", "-x")

    def test_groups_may_stand_in_groups_up_to_a_depth(self):
        deep = "(a OR b" * (DEEPEST - 1)
        assert parse(deep + ")" * (DEEPEST - 1)).diagnostics == ()
        assert told("a OR x " + "(b OR c " * DEEPEST + ")" * DEEPEST).message == "groups are nested more than 32 deep"
        assert told("(" * (DEEPEST + 1)).start == DEEPEST


class TestTheExamples:
    """Those by which the notation is introduced."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                "op:delete -type:api_key status:2xx since:-7d",
                AuditQuery(
                    TimeRange(timedelta(days=7)),
                    (
                        clause("op", "delete"),
                        Not(clause("type", "api_key")),
                        Clause("status", (Value("2xx", How.HUNDRED),)),
                    ),
                ),
            ),
            (
                "res:api-keys body.scopes:~write -ws:sandbox",
                AuditQuery(
                    terms=(
                        clause("res", "api-keys"),
                        Clause("body", (Value("write", How.CONTAINS),), ("scopes",)),
                        Not(clause("ws", "sandbox")),
                    ),
                ),
            ),
            (
                "ip:203.0.113.0/24 OR country:none",
                AuditQuery(
                    terms=(AnyOf((Clause("ip", (Value("203.0.113.0/24", How.NETWORK),)), Clause("country", (BLANK,)))),)
                ),
            ),
            (
                'is:failed actor:alice,bob "rate_limits"',
                AuditQuery(terms=(clause("is", "failed"), clause("actor", "alice", "bob"), contains("rate_limits"))),
            ),
            (
                "created:2026-11-20T14:00..14:30 target:3af846b9",
                AuditQuery(
                    TimeRange(datetime(2026, 11, 20, 14, tzinfo=UTC), datetime(2026, 11, 20, 14, 30, tzinfo=UTC)),
                    (clause("target", "3af846b9"),),
                ),
            ),
        ],
    )
    def test_each_means_what_is_said_of_it(self, text: str, expected: AuditQuery):
        assert query(text) == expected


class TestFields:
    @pytest.mark.parametrize("field", [field for field in FIELDS if field.kind is not Kind.TIME], ids=lambda f: f.name)
    def test_each_is_called_by_any_of_its_names_in_any_case(self, field: Field):
        for name in (field.name, *field.aliases):
            found = term(f'{name.upper()}:"x"')
            assert isinstance(found, Clause)
            assert found.field == field.name

    def test_a_path_has_keys_and_numbers_of_items(self):
        assert term("body.usage_limits.credit-limit:7") == clause("body", "7", path=("usage_limits", "credit-limit"))
        assert term("body.scopes.0:x") == clause("body", "x", path=("scopes", "0"))
        assert term('body."a b"."".c:x') == clause("body", "x", path=("a b", "", "c"))
        assert term(r'body."a\"b\u00e9":x') == clause("body", "x", path=('a"bé',))

    @pytest.mark.parametrize("text", ["http://x/y", "https://a", "2001:db8::1", "fe80::1", "14:05"])
    def test_a_url_or_an_address_is_no_field(self, text: str):
        assert term(text) == contains(text)

    def test_but_a_field_may_have_a_value_that_begins_like_one(self):
        assert term("ip:::1") == clause("ip", "::1")
        assert term("uri://x") == clause("uri", "//x")


class TestValues:
    """Every form of a value, and where it is one."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("res:prompts", Value("prompts")),
            ('res:"api keys"', Value("api keys")),
            (r'res:"a \"b\" \\ \n \u00e9 \d"', Value('a "b" \\ \n é \\d')),
            ("res:none", BLANK),
            ("res:NONE", BLANK),
            ('res:""', BLANK),
            ('res:"none"', Value("none")),
            ("res:~key", Value("key", How.CONTAINS)),
            ('res:~"a b"', Value("a b", How.CONTAINS)),
            ("res:api*", Value("api*", How.WILDCARD)),
            ("actor:*@acme.example", Value("*@acme.example", How.WILDCARD)),
            ("actor:a@b*", Value("a@b*", How.WILDCARD)),
            ('res:"api*"', Value("api*")),
            ("res:/^api|x$/", Value("^api|x$", How.REGEX)),
            ("res:@resources.txt", Value("resources.txt", How.FILE)),
            ('res:@"my resources.txt"', Value("my resources.txt", How.FILE)),
            ("status:403", Value("403")),
            ("status:4xx", Value("4xx", How.HUNDRED)),
            ("status:4XX", Value("4xx", How.HUNDRED)),
            ("status:>500", Value("500", How.MORE)),
            ("status:>=500", Value("500", How.LEAST)),
            ("status:<300", Value("300", How.LESS)),
            ("status:<=300", Value("300", How.MOST)),
            ("status:400..499", Value("400", How.RANGE, "499")),
            ("status:400..", Value("400", How.LEAST)),
            ("status:..499", Value("499", How.MOST)),
            ("ip:203.0.113.9", Value("203.0.113.9")),
            ("ip:2001:db8::1", Value("2001:db8::1")),
            ("ip:10.0.0.0/8", Value("10.0.0.0/8", How.NETWORK)),
            ("ip:2001:db8::/32", Value("2001:db8::/32", How.NETWORK)),
            ("ip:10.0.0.1..10.0.0.9", Value("10.0.0.1", How.RANGE, "10.0.0.9")),
            ("uri:/v2/prompts", Value("/v2/prompts")),
            ("uri:/v2/a..b", Value("/v2/a..b")),
            ("uri:/v2/*/versions", Value("/v2/*/versions", How.WILDCARD)),
            ("uri:/^/v2/prompts/", Value("^/v2/prompts", How.REGEX)),
            ('uri:"/v2/prompts/"', Value("/v2/prompts/")),
            ("uri:~/v2/", Value("/v2/", How.CONTAINS)),
            ("body.a:4xx", Value("4xx")),
            ("body.a:-1.5..2", Value("-1.5", How.RANGE, "2")),
            ("body.a:2026-01-01..2026-02-01", Value("2026-01-01", How.RANGE, "2026-02-01")),
            ('body.a:"a b".."c d"', Value("a b", How.RANGE, "c d")),
            ('body.a:a.."c d"', Value("a", How.RANGE, "c d")),
            ("body.a:../etc/passwd", Value("../etc/passwd")),
            ("body.a:and..", Value("and..")),
        ],
    )  # fmt: skip
    def test_is_written_so(self, text: str, value: Value):
        found = term(text)
        assert isinstance(found, Clause)
        assert found.values == (value,)

    def test_several_may_be_of_different_forms(self):
        found = term("status:403,5xx,>=502,none")
        assert isinstance(found, Clause)
        assert found.values == (Value("403"), Value("5xx", How.HUNDRED), Value("502", How.LEAST), BLANK)

    @pytest.mark.parametrize(
        ("text", "source"),
        [(r"/a\/b/", r"a\/b"), ("/a/b/", r"a\/b"), (r"/a\ b/", r"a\ b"), (r"/\d{1,3}/", r"\d{1,3}"),
         (r"/a\,b/", r"a\,b")],
    )  # fmt: skip
    def test_a_regular_expression_ends_at_a_slash_with_a_blank_behind_it(self, text: str, source: str):
        for found in terms(f"{text} res:{text} ({text})"):
            value = found.value if isinstance(found, Text) else found.values[0]  # type: ignore[union-attr]
            assert value == Value(source, How.REGEX)

    def test_in_quotes_any_text_is_meant_as_it_stands_however_odd_it_is_for_the_field(self):
        odd = clause("status", "abc"), clause("ip", "unknown"), clause("method", "GET"), clause("op", "delte")
        assert terms('status:"abc" ip:"unknown" method:"GET" op:"delte"') == odd


class TestFreeText:
    @pytest.mark.parametrize(
        "word", ["rate_limits", "a,b", "a.b", "x@y.example", "~x", "@x", ">x", "a*b", "'x'", "/v2/x", "not"]
    )
    def test_is_any_word(self, word: str):
        assert term(word) == contains(word)

    def test_or_anything_in_quotes(self):
        assert term('"a b OR -c"') == contains("a b OR -c")
        assert term('"OR"') == contains("OR")

    def test_or_a_regular_expression(self):
        assert term("/a|b/") == Text(Value("a|b", How.REGEX))


class TestPredicates:
    @pytest.mark.parametrize("name", PREDICATES)
    def test_each_is_known(self, name: str):
        assert term(f"is:{name}") == term(f"IS:{name}") == clause("is", name)

    @pytest.mark.parametrize(
        "place",
        ["body", "body.usage_limits", "header.Cookie", "headers.cookie", "query.a.0", 'body."a b".c', "body.a/"],
    )
    def test_has_takes_a_path(self, place: str):
        assert term(f"has:{place}") == clause("has", place)
        assert term(f"has:{place},body.x") == clause("has", place, "body.x")


class TestTimes:
    """`since`, `until` and `created` set the range of time of the whole query, wherever they stand."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("since:7d", TimeRange(timedelta(days=7))),
            ("since:-2h", TimeRange(timedelta(hours=2))),
            ("SINCE:2h", TimeRange(timedelta(hours=2))),
            ("since:7d until:1d", TimeRange(timedelta(days=7), timedelta(days=1))),
            ("until:1d since:7d", TimeRange(timedelta(days=7), timedelta(days=1))),
            ("since:7d until:now", TimeRange(timedelta(days=7))),
            ("until:1d", TimeRange(timedelta(days=2), timedelta(days=1))),
            (
                "until:2026-11-20T14:05:00Z",
                TimeRange(datetime(2026, 11, 19, 14, 5, tzinfo=UTC), datetime(2026, 11, 20, 14, 5, tzinfo=UTC)),
            ),
            ("created:4h", TimeRange(timedelta(hours=4))),
            ('since:"2h ago"', TimeRange(timedelta(hours=2))),
            ("since:2h ago", TimeRange(timedelta(hours=2))),
            ("since:yesterday 14:00 until:0s", TimeRange(datetime(2026, 11, 21, 14, tzinfo=UTC), timedelta())),
            ("created:today", TimeRange(
                datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 22, 23, 59, 59, 999_000, tzinfo=UTC)
            )),
        ],
    )  # fmt: skip
    def test_the_range(self, text: str, expected: TimeRange):
        assert query(text) == AuditQuery(expected)

    def test_where_the_text_sets_none_the_usual_one_holds(self):
        usual = TimeRange(timedelta(hours=1))
        assert parse("op:delete", usual=usual).query.time_range == usual
        assert parse("until:1h", usual=usual).query.time_range == TimeRange(timedelta(hours=2), timedelta(hours=1))

    def test_a_time_without_an_offset_is_meant_in_the_readers_zone(self):
        found = parse("since:2026-11-20T14:00", zone=ZoneInfo("Europe/Berlin")).query.time_range
        assert found.since == datetime(2026, 11, 20, 13, tzinfo=UTC)

    def test_a_word_behind_a_time_that_makes_no_time_with_it_is_free_text(self):
        assert query("since:2h agony") == AuditQuery(TimeRange(timedelta(hours=2)), (contains("agony"),))

    def test_they_may_stand_anywhere_outside_of_groups(self):
        expected = query("(a OR b) since:7d")
        assert query("since:7d (a OR b)") == query("a OR b since:7d") == query("since:7d AND (a OR b)") == expected

    @pytest.mark.parametrize(
        ("text", "place", "message"),
        [
            ("since:1h op:delete since:2h", "since:2h", "since: is given twice; leave out one of them"),
            (
                "since:1h created:today",
                "created:today",
                "created: sets both ends of the range, so since: and until: can't stand beside it",
            ),
            ("-since:1h", "since:1h", "since: is for the whole query, so it can't be negated or stand in a group"),
            ("(a since:1h)", "since:1h", "since: is for the whole query, so it can't be negated or stand in a group"),
            ("a since:", "since:", "since: needs a time, such as 4h, yesterday or 2026-11-20T14:05"),
            ("since:now", "now", "a range can't begin now; since:15m is the last 15 minutes"),
            (
                "since:1h until:2h",
                "2h",
                "the range ends (2026-11-22T18:48:03Z) before it begins (2026-11-22T19:48:03Z)",
            ),
            ("a OR since:1h", "OR", "OR needs a term behind it"),
            ("since:1h OR a", "OR", "OR needs a term before it"),
        ],
    )
    def test_what_can_not_be_is_told_where_it_stands(self, text: str, place: str, message: str):
        found = told(text)
        assert (text[found.start : found.end], found.message) == (place, message)

    @pytest.mark.parametrize("nonsense", ["tomorow", "25:00", "2026-13-01", "99", "1x", "60y", "a..b", "2026-02-30"])
    def test_nonsense_is_told_in_its_own_words(self, nonsense: str):
        found = told(f"op:delete since:{nonsense} res:prompts")
        assert found.start == len("op:delete since:")
        assert nonsense.partition("..")[0] in found.message

    def test_an_end_so_early_that_its_beginning_can_not_be_written_is_told(self):
        assert "1970" in told("until:1970-01-01T05:00").message


class TestWhatIsWrong:
    """A diagnostic says what, where, and where there is one the cure."""

    @pytest.mark.parametrize(
        ("text", "place", "message", "fixed"),
        [
            # Fields
            ("acter:alice", "acter", "there is no field acter: did you mean actor?", "actor:alice"),
            ("-Staus:403", "Staus", "there is no field Staus: did you mean status?", "-status:403"),
            ("qqq:1 a", "qqq", "there is no field qqq; to look for the text, put it in quotes", ""),
            (
                "time:1h",
                "time",
                "records can't be asked for their time itself; since:, until: and created: set a range",
                "created:1h",
            ),
            ("status.x:403", ".x", "status: has no path; only body, header and query have one", ""),
            ("is.x:failed", ".x", "is: has no path; only body, header and query have one", ""),
            # Words of a small vocabulary
            ("method:GET", "GET", "Method is one of POST, PUT, DELETE, not 'GET'", ""),
            ("method:PUT,DELET", "DELET", "Method is one of POST, PUT, DELETE, not 'DELET'", "method:PUT,DELETE"),
            ("op:delte", "delte", "did you mean op:delete? Put 'delte' in quotes to insist on it", "op:delete"),
            ("op:Deleted", "Deleted", "did you mean op:delete? Put 'Deleted' in quotes to insist on it", "op:delete"),
            ("country:Germany", "Germany", "Country is a code of two letters such as DE; put a name in quotes", ""),
            ("is:fail", "fail", "there is no is:fail; did you mean is:failed?", "is:failed"),
            (
                "is:xyz",
                "xyz",
                "there is no is:xyz; there are is:failed, is:destructive, is:machine, is:new, is:marked, is:offhours",
                "",
            ),
            ("is:~failed", "~failed", "there is no is:failed; did you mean is:failed?", "is:failed"),
            ("has:ip", "ip", "has: wants a path in body, header or query, as in has:body.usage_limits", ""),
            # Numbers and their ranges
            (
                "status:abc",
                "abc",
                "Status is a number from 100 to 599, or 4xx, >=500, 400..499, not 'abc'",
                "",
            ),
            ("status:99", "99", "Status is a number from 100 to 599, or 4xx, >=500, 400..499, not '99'", ""),
            ("status:>6000", ">6000", "Status is a number from 100 to 599, or 4xx, >=500, 400..499, not '6000'", ""),
            ("status:499..400", "499..400", "nothing lies between 499 and 400", ""),
            ("body.a:7..5", "7..5", "nothing lies between 7 and 5", ""),
            (
                "res:>a",
                ">a",
                "res: has no order, so > can't be asked of it; ~part finds a part, a*b a pattern",
                "",
            ),
            (
                "actor:a..b",
                "a..b",
                "actor: has no order, so .. can't be asked of it; ~part finds a part, a*b a pattern",
                "",
            ),
            # Addresses
            (
                "ip:10.0.0.0/33",
                "10.0.0.0/33",
                "10.0.0.0/33 is no network; one is written 203.0.113.0/24 or 2001:db8::/32",
                "",
            ),
            (
                "ip:300.1.1.1",
                "300.1.1.1",
                "Client IP is an address such as 203.0.113.9, or a network, 203.0.113.0/24, not '300.1.1.1'",
                "",
            ),
            ("ip:10.0.0.9..10.0.0.1", "10.0.0.9..10.0.0.1", "nothing lies between 10.0.0.9 and 10.0.0.1", ""),
            ("ip:10.0.0.1..::1", "10.0.0.1..::1", "nothing lies between 10.0.0.1 and ::1", ""),
            # Regular expressions
            (
                "res:/(/",
                "/(/",
                "this regular expression can't be read: missing ) at position 1",
                "",
            ),
            ("/[/ b", "/[/", "this regular expression can't be read: unterminated character set at position 1", ""),
            (
                "/rate limits/",
                "/rate limits/",
                "between slashes stands a regular expression: blanks and commas in it need a backslash",
                r"/rate\ limits/",
            ),
            ("/((a{99}){99})+/", "/((a{99}){99})+/", "this regular expression repeats or nests too much", ""),
            (f"/{'x' * 1001}/", f"/{'x' * 1001}/", "a regular expression has at most 1,000 characters", ""),
            (
                "uri:*/",
                "*/",
                "a pattern can't end in a slash; put the text in quotes to find the * itself",
                "",
            ),
            # Half-typed text
            ("op:", "op:", "op: needs a value right behind it", ""),
            ("op: delete", "op:", "op: needs a value right behind it", ""),
            ("actor:alice, bob", ",", "a value is missing right behind this", ""),
            ("res:~", "~", "a value is missing right behind this", ""),
            ("res:,prompts", "res:", "res: needs a value right behind it", ""),
            ('"half', '"half', "this quote is never closed", '"half"'),
            ('op:"half way', '"half way', "this quote is never closed", 'op:"half way"'),
            ('a ""', '""', "there is nothing between these quotes", ""),
            ("(a", "(", "this parenthesis is never closed", ""),
            ("a )", ")", "this parenthesis closes nothing", ""),
            ("()", "()", "there is nothing between these parentheses", ""),
            ("a -", "-", "the minus needs a term right behind it, as in -status:403", ""),
            ("a - b", "-", "the minus needs a term right behind it, as in -status:403", ""),
            ("(a -)", "-", "the minus needs a term behind it", ""),
            ("a NOT", "NOT", "NOT needs a term behind it", ""),
            ("OR a", "OR", "OR needs a term before it", ""),
            ("a OR", "OR", "OR needs a term behind it", ""),
            ("a AND", "AND", "AND needs a term behind it", ""),
            ("a OR | b", "|", "| needs a term before it", ""),
            ("a or b", "or", "or joins terms in capitals only; put it in quotes to look for it", "a OR b"),
            ("not (a)", "not", "not joins terms in capitals only; put it in quotes to look for it", "NOT (a)"),
        ],
    )  # fmt: skip
    def test_is_told_where_it_stands_with_its_cure(self, text: str, place: str, message: str, fixed: str):
        found = told(text)
        assert (text[found.start : found.end], found.message) == (place, message)
        assert (text[: found.start] + found.fix + text[found.end :] if found.fix else "") == fixed

    def test_the_rest_of_the_text_holds(self):
        parsed = parse("op:delete acter:x status:abc,403 since:99 country:DE")
        assert list(map(format_term, parsed.query.terms)) == ["op:delete", "status:403", "country:DE"]
        assert [parsed.text[found.start : found.end] for found in parsed.diagnostics] == ["acter", "abc", "99"]

    def test_several_are_told_in_the_order_of_the_text(self):
        assert [found.start for found in parse("until:x (a op: since:y").diagnostics] == [6, 8, 11, 15]

    def test_nothing_in_it_can_be_obeyed_by_a_terminal(self):
        for text in ("\x1b]0;x\x07:1", "status:\x1b[2J", "ip:\u202ex", "since:\x1b", "/\x1b(/", "is:\x9b", "(\x1b"):
            for found in parse(text).diagnostics:
                assert clean(found.message, UNLIMITED) == found.message

    def test_nor_is_it_longer_than_can_be_read(self):
        for text in ("x" * 5000 + ":1", "status:" + "9" * 5000, "op:" + "delete" * 900, "since:" + "x" * 5000):
            for found in parse(text).diagnostics:
                assert len(found.message) < 240


class TestWhereTermsStand:
    """Each term of the query is known by its place, so that it can be drawn as what becomes of it."""

    def places(self, text: str) -> list[tuple[str, str]]:
        parsed = parse(text)
        return [(text[placed.start : placed.end], format_term(placed.term)) for placed in parsed.terms]

    def test_each_is_where_it_was_written(self):
        assert self.places('-op:delete "a b" since:1h is:failed') == [
            ("-op:delete", "-op:delete"), ('"a b"', '"a b"'), ("is:failed", "is:failed")
        ]  # fmt: skip

    def test_those_that_mean_one_are_that_one(self):
        assert self.places("op:create res:x op:delete") == [
            ("op:create", "op:create,delete"), ("res:x", "res:x"), ("op:delete", "op:create,delete")
        ]  # fmt: skip

    def test_an_or_outside_of_groups_makes_one_of_all(self):
        assert self.places("a b OR c since:1h") == [("a b OR c", "(a b OR c)")]
        assert self.places("op:create OR op:delete") == [("op:create OR op:delete", "op:create,delete")]

    def test_a_group_that_is_not_needed_holds_several(self):
        assert self.places("(a op:x) b") == [("(a op:x)", "a"), ("(a op:x)", "op:x"), ("b", "b")]


class TestLooks:
    def test_pieces_have_roles(self):
        text = '-(op:delete,"x" OR a) since:1h'
        assert [(text[token.start : token.end], token.role) for token in parse(text).tokens] == [
            ("-", Role.SIGN), ("(", Role.SIGN), ("op:", Role.FIELD), ("delete", Role.VALUE), (",", Role.SIGN),
            ('"x"', Role.VALUE), ("OR", Role.KEYWORD), ("a", Role.TEXT), (")", Role.SIGN), ("since:", Role.FIELD),
            ("1h", Role.VALUE),
        ]  # fmt: skip


class TestAnyText:
    @settings(max_examples=300, deadline=None)
    @given(SOUP)
    def test_has_a_meaning_that_can_be_written_and_what_is_wrong_lies_in_it(self, text: str):
        parsed = parse(text)
        for found in parsed.diagnostics:
            assert 0 <= found.start < found.end <= len(text)
        ends = [0, *(token.end for token in parsed.tokens)]
        assert all(end <= token.start < token.end for end, token in zip(ends, parsed.tokens, strict=False))
        assert {placed.term for placed in parsed.terms} == set(parsed.query.terms)
        again = parse(format_query(parsed.query))
        assert again.query == parsed.query
        assert parsed.diagnostics or not again.diagnostics

    @settings(max_examples=300, deadline=None)
    @given(SOUP)
    def test_each_cure_cures_what_it_is_for(self, text: str):
        for found in parse(text).diagnostics:
            if found.fix:
                cured = parse(text[: found.start] + found.fix + text[found.end :])
                assert (found.start, found.message) not in {(each.start, each.message) for each in cured.diagnostics}

    @pytest.mark.parametrize(
        "piece", ["(", ")", '"', "-", "a,", "/", "~", "/a)", "/a(", "|", "op:a ", "zz:a ", "-(", "a.", "\\"]
    )
    def test_however_long_and_nested_is_read(self, piece: str):
        assert parse(piece * (10_000 // len(piece))).text


class TestValuesAlone:
    """The boxes of the filter panel and the flags of the command line take what stands behind a colon."""

    def test_values_are_as_in_a_query(self):
        assert parse_values("status", "403,5xx") == ((Value("403"), Value("5xx", How.HUNDRED)), ())
        assert parse_values("actor-type", " user ") == ((Value("user"),), ())

    def test_no_text_is_no_values(self):
        assert parse_values("status", "") == parse_values("status", "  ") == ((), ())

    @pytest.mark.parametrize(
        ("name", "text", "place", "message"),
        [
            ("status", "403 500", "500", "a comma is missing before '500'"),
            ("status", ",403", ",", "a value is missing right behind this"),
            ("method", "PUT,GET", "GET", "Method is one of POST, PUT, DELETE, not 'GET'"),
            ("ip", "(", "(", "a value is missing right behind this"),
        ],
    )
    def test_what_is_wrong_is_told_where_it_stands(self, name: str, text: str, place: str, message: str):
        found = parse_values(name, text)[1][0]
        assert (text[found.start : found.end], found.message) == (place, message)

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from([field.name for field in FIELDS if field.kind is not Kind.TIME]), SOUP)
    def test_any_text_but_blanks_has_values_or_something_wrong(self, name: str, text: str):
        values, diagnostics = parse_values(name, text)
        assert bool(values or diagnostics) == bool(text.strip())
        assert all(0 <= found.start < found.end <= len(text) for found in diagnostics)
