"""What of a query the API is asked, and what is left to be done here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.queries import queries
from tui.domain.errors import TimeTextError
from tui.domain.matching import Matcher
from tui.domain.names import Named, NameKind, Names
from tui.domain.page import PageRequest, Parameters
from tui.domain.plan import MOST_BRANCHES, MOST_VALUES, Plan, freeze, plan_query, unnamed
from tui.domain.predicates import Surroundings
from tui.domain.query import AuditQuery
from tui.domain.query_parser import parse_query
from tui.domain.query_text import format_term
from tui.domain.record import AuditRecord
from tui.domain.time_range import TimeRange, Window

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
UUID, OTHER = "0d40bc2f-0000-4000-8000-000000000001", "0d40bc2f-0000-4000-8000-000000000002"
PAYMENTS = Named("Payments", ("ws-pay",))
NAMES = Names(
    {
        NameKind.USER: {
            "user-1": Named("Alice Okafor", ("alice@x.example",)),
            "user-2": Named("Al Bo", ("al@x.example",)),
            "user-3": Named("Ana Ortiz"),
        },
        NameKind.API_KEY: {"key-1": Named("ci"), "key-2": Named("ci")},
        NameKind.WORKSPACE: {"ws-1": PAYMENTS, "ws-pay": PAYMENTS},
    }
)


def query(text: str) -> AuditQuery:
    parsed = parse_query(text, now=NOW)
    assert parsed.diagnostics == ()
    return parsed.query


def plan(text: str, names: Names = NAMES) -> Plan:
    return plan_query(query(text), names)


def streams(text: str, names: Names = NAMES) -> list[str]:
    """What each stream of pages is asked for."""
    return ["&".join(f"{name}={value}" for name, value in branch) for branch in plan(text, names).branches]


def parts(text: str) -> dict[str, list[str]]:
    """Which terms are done where."""
    made = plan(text)
    where = {"sent": made.sent, "narrowed": made.narrowed, "local": made.local}
    return {name: [format_term(term) for term in terms] for name, terms in where.items() if terms}


class TestOneValue:
    """One positive exact value of a field that must hold is sent as the API's parameter, in the API's spelling."""

    @pytest.mark.parametrize(
        ("text", "asked"),
        [
            ("method:delete", "method=DELETE"),
            (f"id:{UUID}", f"request_id={UUID}"),
            ("actor:user-1", "user_id=user-1"),
            ("type:API_KEY", "user_type=api_key"),
            ("ws:ws-9", "workspace_id=ws-9"),
            ("status:403", "response_status_code=403"),
            ("res:Prompts", "resource_type=prompts"),
            ("ip:2001:DB8:0::1", "client_ip=2001:db8::1"),
            ("country:de", "country=DE"),
            ("uri:/v2/Prompts", "uri=/v2/Prompts"),
            ("org:O-1", "organisation_id=O-1"),
        ],
    )
    def test_is_sent_and_that_is_all_there_is_to_do(self, text: str, asked: str):
        assert streams(text) == [asked]
        assert plan(text).exact
        assert plan(text).sent == query(text).terms

    def test_an_action_is_asked_for_in_both_the_ways_that_the_log_has_it(self):
        assert streams("action:CREATE") == ["action=create", "action=Create"]
        assert plan("action:CREATE").exact

    def test_several_fields_are_sent_together_in_the_order_of_the_field_table(self):
        assert streams("country:DE status:403 method:PUT") == ["method=PUT&response_status_code=403&country=DE"]
        assert plan("country:DE status:403 method:PUT").exact

    def test_nothing_asked_is_everything(self):
        assert plan("") == Plan()
        assert plan("").exact

    def test_an_address_of_four_numbers_is_asked_for_in_both_ways_it_may_be_written(self):
        assert streams("ip:203.0.113.9") == ["client_ip=203.0.113.9", "client_ip=::ffff:203.0.113.9"]
        assert streams("ip:::ffff:203.0.113.9") == streams("ip:203.0.113.9")
        assert plan("ip:203.0.113.9").exact


class TestSeveralValues:
    """Two to five exact values of one field are a stream each."""

    def test_make_a_stream_each(self):
        assert streams("status:401,403 method:PUT") == [
            "method=PUT&response_status_code=401",
            "method=PUT&response_status_code=403",
        ]
        assert plan("status:401,403 method:PUT").exact

    def test_of_two_fields_with_several_the_one_with_fewer_is_asked_for(self):
        assert parts("status:401,403,404 country:DE,US") == {"sent": ["country:DE,US"], "local": ["status:401,403,404"]}
        assert len(streams("status:401,403,404 country:DE,US")) == 2

    def test_more_than_there_may_be_streams_are_looked_for_here(self):
        assert len(streams("status:400,401,403,404,409")) == MOST_VALUES
        assert parts("status:400,401,403,404,409,500") == {"local": ["status:400,401,403,404,409,500"]}
        six = ",".join(f"10.0.0.{number}" for number in range(6))
        assert parts(f"ip:{six}") == {"local": [f"ip:{six}"]}

    def test_a_value_that_may_be_held_in_two_spellings_counts_once(self):
        five = ",".join(f"10.0.0.{number}" for number in range(5))
        assert len(streams(f"ip:{five}")) == MOST_BRANCHES
        assert plan(f"ip:{five}").exact

    def test_paths_may_give_a_record_twice_for_nobody_knows_how_the_api_compares_them(self):
        assert streams("uri:/a,/b") == ["uri=/a", "uri=/b"]
        assert not plan("uri:/a,/b").disjoint
        assert not plan("uri:/a,/b").exact


class TestNames:
    def test_a_name_is_sent_as_the_id_it_means(self):
        assert streams("actor:alice") == streams("actor:alice@x.example") == ["user_id=user-1"]
        assert plan("actor:alice").exact

    def test_a_workspace_is_asked_for_by_both_of_its_ids(self):
        assert streams("ws:payments") == ["workspace_id=ws-1", "workspace_id=ws-pay"]
        assert plan("ws:payments").exact

    def test_a_beginning_means_all_whom_it_fits(self):
        assert streams("actor:al") == ["user_id=user-1", "user_id=user-2"]

    def test_a_word_that_nobody_is_known_by_is_an_id(self):
        assert streams("actor:u-9", Names()) == ["user_id=u-9"]
        assert streams("actor:U-9", Names()) == ["user_id=U-9", "user_id=u-9"]


class TestOperations:
    """A blank action is worked out from the method, so both are asked for, and that gives more than fits."""

    def test_are_narrowed_by_action_and_by_method(self):
        assert streams("op:create") == ["action=create", "action=Create", "method=POST"]
        assert streams("op:Delete country:DE") == [
            "action=delete&country=DE", "action=Delete&country=DE", "method=DELETE&country=DE",
        ]  # fmt: skip
        assert parts("op:create country:DE") == {"sent": ["country:DE"], "narrowed": ["op:create"]}
        assert not plan("op:create").exact
        assert not plan("op:create").disjoint

    def test_two_of_them_take_six_streams(self):
        assert streams("op:create,delete") == [
            "action=create", "action=Create", "method=POST", "action=delete", "action=Delete", "method=DELETE",
        ]  # fmt: skip

    @pytest.mark.parametrize("text", ["op:update", "op:rotate", "op:create,update", 'op:"anything"'])
    def test_those_that_no_one_method_gives_are_worked_out_here(self, text: str):
        assert parts(text) == {"local": [text.replace('"', "")]}

    @pytest.mark.parametrize("text", ["op:create method:POST", "op:create method:DELETE", "op:delete action:update"])
    def test_are_not_narrowed_further_where_method_or_action_is_sent(self, text: str):
        operation, other = text.split()
        assert parts(text) == {"sent": [other], "local": [operation]}
        assert streams(text) == streams(other)

    def test_another_field_with_several_values_is_asked_for_before_them(self):
        assert parts("op:create status:401,403") == {"sent": ["status:401,403"], "local": ["op:create"]}


class TestHere:
    """Everything else is done here."""

    @pytest.mark.parametrize(
        "term",
        [
            "-op:delete", "-status:403", "status:4xx", "status:>=500", "status:400..499", "status:none",
            "status:403,none", "status:403,5xx", "country:none", "res:api*", "res:~key", "res:/key/", "res:@file",
            "ip:10.0.0.0/8", "ip:10.0.0.1..10.0.0.9", "uri:~/v2", "uri:/v2/*", "body.name:x", "header.user-agent:x",
            "query.a:x", "word",
            '"two words"', "/word/", "is:failed", "has:body.a", "id:0d40bc2f", "target:0d40bc2f", "actor:~al",
            "(status:403 OR country:DE)", "-(status:403 country:DE)", "(status:403 country:DE OR word)",
        ],
    )  # fmt: skip
    def test_what_the_api_can_not_be_asked(self, term: str):
        assert parts(f"{term} method:PUT") == {"sent": ["method:PUT"], "local": [term]}
        assert streams(f"{term} method:PUT") == ["method=PUT"]
        assert not plan(term).exact

    @pytest.mark.parametrize(
        "term", ['status:"odd"', 'method:"GET"', "type:system", 'ip:"unknown"', 'country:"Germany"']
    )
    def test_what_the_api_would_refuse_or_may_hold_in_another_spelling(self, term: str):
        assert parts(term) == {"local": [term]}

    def test_a_group_that_is_not_needed_hides_nothing(self):
        assert streams("(status:403 (country:DE))") == ["response_status_code=403&country=DE"]

    def test_nothing_under_an_or_is_sent_not_even_what_all_sides_ask_for(self):
        assert streams("status:403 word OR status:403 other") == [""]


ONE_OF = st.sampled_from
RECORDS = st.builds(
    AuditRecord,
    method=ONE_OF(("POST", "PUT", "DELETE", "")),
    response_status_code=ONE_OF((200, 201, 403, 404, 500, "")),
    user_id=ONE_OF(("user-1", "user-2", "user-3", "nobody", "key-1", "")),
    user_type=ONE_OF(("user", "api_key", "system", "")),
    workspace_id=ONE_OF(("ws-1", "ws-2", "ws-pay", "")),
    resource_type=ONE_OF(("prompts", "configs", "api-keys", "admin", "")),
    action=ONE_OF(("", "create", "update", "delete", "rotate")),
    uri=ONE_OF(("", "/v2/prompts", "/v2/api-keys/3af846b9-0000-4000-8000-000000000001/rotate", "/v1/admin/users")),
    request_id=ONE_OF((UUID, "0d40bc2f", "x")),
    client_ip=ONE_OF(("203.0.113.7", "::ffff:203.0.113.7", "203.0.113.9", "2001:db8::1", "unknown", "")),
    country=ONE_OF(("DE", "US", "XX", "Germany", "")),
    request_body=ONE_OF(("", "{}", '{"name":"prod-eu"}', '{"limits":{"credit":7}}', "not json")),
)


def api_gives(parameters: Parameters, record: AuditRecord) -> bool:
    """Whether an API that compares to the letter gives a record."""
    return all(str(getattr(record, name)) == value for name, value in parameters)


class TestSoundness:
    """Whatever is asked, the streams hold every record that fits; those of an exact plan no other, and none twice."""

    @settings(max_examples=300, deadline=None)
    @given(queries(), st.lists(RECORDS, min_size=1, max_size=8), ONE_OF((NAMES, Names())))
    def test_of_any_plan(self, asked: AuditQuery, records: list[AuditRecord], names: Names):
        made = plan_query(asked, names)
        around = Surroundings(names=names, files={"ips.txt": ("203.0.113.0/24", "2001:db8::1")})
        matcher = Matcher(asked.terms, around)
        for record in records:
            times = sum(api_gives(branch, record) for branch in made.branches)
            assert times or not matcher(record)
            assert times <= 1 or not made.disjoint
            assert matcher(record) or not (made.exact and times)

    @settings(max_examples=300, deadline=None)
    @given(queries())
    def test_of_its_form(self, asked: AuditQuery):
        made = plan_query(asked, NAMES)
        assert 1 <= len(made.branches) <= MOST_BRANCHES
        assert len(set(made.branches)) == len(made.branches)
        for branch in made.branches:
            assert len({name for name, _ in branch}) == len(branch)
            assert all(value.strip() for _, value in branch)
        assert sorted(map(repr, (*made.sent, *made.narrowed, *made.local))) == sorted(map(repr, asked.terms))


class TestUnnamed:
    def unclear(self, text: str, names: Names = NAMES) -> dict[str, list[str]]:
        return {found.word: sorted(found.meant) for found in unnamed(query(text), names)}

    def test_are_words_that_mean_nobody_or_several(self):
        assert self.unclear("actor:al,bob,alice -ws:nowhere") == {"al": ["user-1", "user-2"], "bob": [], "nowhere": []}

    def test_two_keys_of_one_name_are_several(self):
        assert self.unclear("actor:ci") == {"ci": ["key-1", "key-2"]}

    @pytest.mark.parametrize(
        "text",
        ["actor:alice", "actor:user-1", "ws:payments", f"actor:{UUID}", "actor:opaque-subject-of-a-token", "actor:~al",
         "actor:none", "res:al", "body.actor:al", "al", "is:failed"],
    )  # fmt: skip
    def test_is_nobody_whose_word_is_clear_or_no_word_for_somebody(self, text: str):
        assert self.unclear(text) == {}

    def test_are_found_however_deep(self):
        found = unnamed(query("-(actor:bob OR op:delete)"), NAMES)
        assert [(each.clause.field, each.word) for each in found] == [("actor", "bob")]


class TestFreezing:
    def test_the_window_no_longer_moves(self):
        frozen = freeze(query("status:401,403 since:1h"), NOW, NAMES)
        window = Window(NOW - timedelta(hours=1), NOW)
        assert (frozen.window, frozen.frozen_at) == (window, NOW)
        assert frozen.page(3, ticket=7, branch=1, size=50) == PageRequest(
            window, NOW, (("response_status_code", "403"),), 3, 50
        )
        assert (frozen.page(3, ticket=7, branch=1).ticket, frozen.page(3, ticket=7, branch=1).branch) == (7, 1)

    def test_a_range_that_ends_before_it_begins_can_not_be_frozen(self):
        backwards = AuditQuery(TimeRange(timedelta(hours=1), timedelta(hours=2)))
        with pytest.raises(TimeTextError):
            freeze(backwards, NOW, NAMES)
