"""The spread of a field's values: what is counted, what the API is asked, and when a count is a fact."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.session.scene import NOW, Log, frozen, record
from tui.domain.errors import Rejected, Unavailable
from tui.domain.matching import Matcher
from tui.domain.names import Named, NameKind, Names
from tui.domain.page import Page, PageRequest
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.query_text import format_term
from tui.domain.record import AuditRecord
from tui.session.exploration import IN_FLIGHT
from tui.session.value_spread import NONE, TOP, Count, ValueSpread, clause_of, seen_paths

NOBODY = Names()


def log_of(**counts: int) -> list[AuditRecord]:
    """Records with these resources, so many of each, those of different ones by turns."""
    by_turns = zip_longest(*([resource] * count for resource, count in counts.items()))
    resources = [resource for turn in by_turns for resource in turn if resource]
    return [record(number, resource_type=resource) for number, resource in enumerate(resources)]


def spread_of(
    records: Sequence[AuditRecord],
    place: str = "res",
    *,
    query: str = "",
    loaded: int | None = None,
    exact: bool = True,
    total: int | None = -1,
) -> ValueSpread:
    """The spread over a log of which the newest `loaded` records are here."""
    spread = ValueSpread(
        tuple(place.split(".")), frozen(query), exact=exact, total=len(records) if total == -1 else total
    )
    spread.add(records[:loaded], None)
    return spread


def answer(spread: ValueSpread, api: Callable[[PageRequest], Page]) -> list[PageRequest]:
    """Fetch until nothing is wanted any more; gives what was asked."""
    asked: list[PageRequest] = []
    while requests := spread.next_requests():
        asked += requests
        for request in requests:
            spread.accept(request, api(request))
    return asked


def counts(spread: ValueSpread) -> dict[str, tuple[int, bool]]:
    return {text: (count.number, count.exact) for text in spread.values() for count in (spread.count(text),)}


def asked_for(requests: Iterable[PageRequest]) -> list[dict[str, str]]:
    return [dict(request.parameters) for request in requests]


class TestWhatIsCounted:
    def test_the_values_of_a_field_the_most_frequent_first(self):
        spread = spread_of(log_of(prompts=2, configs=3, labels=2), exact=False, total=None)
        assert spread.values() == ["configs", "labels", "prompts"]
        assert spread.count("configs") == Count(3, exact=False)

    def test_those_without_a_value_count_as_none(self):
        spread = spread_of(
            [record(1, country="DE"), record(2), record(3, country="  ")], "country", exact=False, total=None
        )
        assert counts(spread) == {NONE: (2, False), "DE": (1, False)}

    def test_the_case_parts_values_only_where_a_query_would_part_them(self):
        records = [record(n, action=text, uri=text) for n, text in enumerate(["Create", "create", "CREATE"])]
        assert counts(spread_of(records, "action")) == {"Create": (3, True)}
        assert len(spread_of(records, "uri").values()) == 3

    def test_one_address_is_one_value_however_it_is_written(self):
        records = [record(1, client_ip="203.0.113.9"), record(2, client_ip="::ffff:203.0.113.9")]
        assert spread_of(records, "ip").values() == ["203.0.113.9"]

    def test_derived_fields_have_a_spread_too(self):
        records = [record(1, method="DELETE"), record(2, action="delete"), record(3, method="PUT")]
        assert counts(spread_of(records, "op")) == {"delete": (2, True), "update": (1, True)}


class TestPaths:
    @pytest.mark.parametrize(
        ("body", "path", "values"),
        [
            ({"name": "prod"}, "name", {"prod"}),
            ({"limits": {"rpm": 5}}, "limits.rpm", {"5"}),
            ({"on": True}, "on", {"true"}),
            ({"scopes": ["read", "write", "read"]}, "scopes", {"read", "write"}),
            ({"users": [{"role": "admin"}, {"role": "member"}]}, "users.role", {"admin", "member"}),
            ({"packed": '{"role": "admin"}'}, "packed.role", {"admin"}),
            ({"name": None}, "name", {NONE}),
            ({"scopes": []}, "scopes", {NONE}),
            ({}, "name", {NONE}),
        ],
    )
    def test_each_value_at_the_path_counts_the_record_once(self, body: object, path: str, values: set[str]):
        spread = spread_of([record(1, request_body=json.dumps(body))], f"body.{path}")
        assert counts(spread) == dict.fromkeys(values, (1, True))

    @pytest.mark.parametrize("body", ["", "no JSON", "[" * 10_000, "7"])
    def test_a_body_that_has_no_paths_counts_as_none(self, body: str):
        assert spread_of([record(1, request_body=body)], "body.name").values() == [NONE]

    def test_headers_fold_the_case_of_their_names(self):
        assert spread_of([record(1, request_headers='{"User-Agent": "curl"}')], "header.user-agent").values() == [
            "curl"
        ]

    def test_the_paths_that_records_have_are_found_the_most_frequent_first(self):
        bodies = ['{"name": "a", "limits": [{"rpm": 1}]}', '{"name": "b"}', "no JSON"]
        records = [record(n, request_body=body, query_params='{"limit": "5"}') for n, body in enumerate(bodies)]
        assert seen_paths(records) == [("body", "name"), ("body", "limits", "rpm"), ("query", "limit")]


class TestCountingByRequest:
    def test_each_value_costs_one_record(self):
        records = log_of(prompts=60, configs=30, labels=10)
        spread = spread_of(records, query="method:PUT", loaded=20)
        [first, second] = spread.next_requests()
        assert (first.size, first.number, dict(first.parameters)) == (
            1, 0, {"method": "PUT", "resource_type": spread.values()[0]},
        )  # fmt: skip
        assert second.parameters != first.parameters

    def test_the_counts_are_facts_of_the_whole_window(self):
        records = log_of(prompts=60, configs=30, labels=10)
        spread = spread_of(records, loaded=30)
        answer(spread, Log(records).page)
        assert counts(spread) == {"prompts": (60, True), "configs": (30, True), "labels": (10, True)}
        assert (spread.unseen, spread.label()) == (0, "exact, whole window")

    def test_at_most_two_are_under_way(self):
        spread = spread_of(log_of(a=50, b=50, c=50), loaded=100)
        assert len(spread.next_requests()) == IN_FLIGHT
        assert spread.next_requests() == []
        assert spread.counting

    def test_a_clause_on_the_field_itself_gives_way_to_each_value(self):
        records = log_of(prompts=60, configs=40)
        spread = spread_of(records, query="res:prompts,configs", loaded=20)
        assert asked_for(answer(spread, Log(records).page))[:2] == [
            {"resource_type": "configs"}, {"resource_type": "prompts"},
        ]  # fmt: skip

    def test_a_query_that_is_read_in_streams_costs_one_of_each(self):
        records = [record(n, resource_type="ab"[n % 2], method=("PUT", "POST")[n % 3 % 2]) for n in range(90)]
        spread = spread_of(records, query="method:PUT,POST", loaded=10)
        methods = [dict(request.parameters)["method"] for request in answer(spread, Log(records).page)]
        assert methods == ["PUT", "POST"] * 3
        assert counts(spread) == {"a": (45, True), "b": (45, True)}

    def test_an_address_is_asked_for_in_both_its_spellings(self):
        records = [record(n, client_ip=("::ffff:" if n % 3 else "") + f"203.0.113.{n % 2}") for n in range(60)]
        spread = spread_of(records, "ip", loaded=10)
        assert asked_for(answer(spread, Log(records).page))[:2] == [
            {"client_ip": "203.0.113.0"}, {"client_ip": "::ffff:203.0.113.0"},
        ]  # fmt: skip
        assert counts(spread) == {"203.0.113.0": (30, True), "203.0.113.1": (30, True)}

    def test_only_the_most_frequent_are_counted_until_more_are_wanted(self):
        records = log_of(**{f"r{n:02}": 40 - n for n in range(40)})
        spread = spread_of(records, loaded=200)
        assert len(answer(spread, Log(records).page)) == TOP
        others = sum(40 - n for n in range(TOP, 40))
        label = f"exact for the top 30; {others} records with other values"
        assert (spread.label(), spread.has_more) == (label, True)
        spread.more()
        assert 0 < len(answer(spread, Log(records).page)) <= 10
        assert not spread.has_more
        assert spread.label() == "exact, whole window"

    def test_it_ends_early_where_the_known_counts_leave_no_room(self):
        records = log_of(**{f"r{n}": 10 for n in range(5)}, big=100)
        spread = spread_of(records, loaded=len(records) - 20)
        asked = answer(spread, Log(records).page)
        assert len(asked) < 6
        assert spread.label() == "exact, whole window"

    @pytest.mark.parametrize(
        ("place", "query", "more"),
        [
            ("op", "", {}),
            ("target", "", {}),
            ("uri", "", {}),
            ("body.name", "", {}),
            ("id", "", {}),
            ("res", "-status:403", {}),
            ("res", "status:4xx", {}),
            ("res", "", {"exact": False}),
            ("res", "", {"total": None}),
            ("res", "", {"loaded": 40}),
        ],
    )
    def test_nothing_is_asked_where_the_answer_would_not_be_a_fact_or_is_known(
        self, place: str, query: str, more: dict[str, object]
    ):
        records = [record(n, resource_type="configs", response_status_code=200) for n in range(40)]
        spread = spread_of(records, place, query=query, **{"loaded": 10, **more})  # type: ignore[arg-type]
        assert spread.next_requests() == []
        assert not spread.counting

    @pytest.mark.parametrize("written", ["Configs", "CONFIGS"])
    def test_a_value_that_the_api_may_spell_otherwise_is_not_asked_for(self, written: str):
        spread = spread_of([record(n, resource_type=written) for n in range(40)], loaded=10)
        assert spread.next_requests() == []

    @pytest.mark.parametrize("written", ["unknown", "203.0.113.9, 10.0.0.1", "2001:DB8:0::1"])
    def test_an_address_that_is_none_or_is_spelt_in_no_usual_way_is_not_asked_for(self, written: str):
        spread = spread_of([record(n, client_ip=written) for n in range(40)], "ip", loaded=10)
        assert spread.next_requests() == []

    def test_another_spelling_that_shows_up_later_makes_a_count_no_fact_any_more(self):
        records = log_of(configs=40)
        spread = spread_of(records, loaded=10, total=60)
        answer(spread, Log(records).page)
        assert spread.count("configs") == (40, True)
        spread.add([record(99, resource_type="Configs")], None)
        assert spread.count("configs") == (11, False)

    def test_an_answer_that_nobody_waits_for_changes_nothing(self):
        records = log_of(a=50, b=50)
        spread = spread_of(records, loaded=20)
        [request, _] = spread.next_requests()
        spread.accept(request, Log(records).page(request))
        spread.accept(request, Page((), 7))
        assert spread.count("a") == (50, True)


class TestTellingWhatItIs:
    def test_of_loaded(self):
        assert spread_of(log_of(a=1_200), exact=False, total=None).label() == "of 1,200 loaded"

    def test_of_loaded_where_it_is_known_how_many_there_are(self):
        assert spread_of(log_of(a=2_000), "op", loaded=1_200).label() == "of 1,200 loaded of 2,000"

    def test_all_loaded_is_the_whole_window_whatever_the_field(self):
        records = [record(n, request_body='{"name": "x"}') for n in range(3)]
        spread = spread_of(records, "body.name", exact=False)
        assert spread.label() == "exact, whole window"
        assert spread.count("x") == (3, True)

    def test_counting(self):
        records = log_of(a=50, b=50, c=50)
        spread = spread_of(records, loaded=100)
        [request, _] = spread.next_requests()
        spread.accept(request, Log(records).page(request))
        assert spread.label() == "counted 1 of 3 values; the others of 100 loaded of 150"

    def test_values_that_were_not_seen_yet(self):
        records = log_of(a=50, b=50)
        spread = spread_of(records, loaded=20, total=101)
        answer(spread, Log(records).page)
        assert spread.unseen == 1
        assert spread.label() == "exact for 2 values; 1 record with other values"

    def test_records_without_a_value_cannot_be_asked_for(self):
        records = [record(n, resource_type="a" if n % 2 else "") for n in range(100)]
        spread = spread_of(records, loaded=40)
        answer(spread, Log(records).page)
        assert counts(spread) == {"a": (50, True), NONE: (20, False)}
        assert (spread.unseen, spread.label()) == (30, "exact for 1 value; 50 records with other values or none")

    def test_more_records_bring_other_values_and_their_counts(self):
        records = [*log_of(a=50, b=50), record(999, resource_type="rare")]
        spread = spread_of(records, loaded=20)
        answer(spread, Log(records).page)
        assert spread.unseen == 1
        spread.add(records[-1:], None)
        answer(spread, Log(records).page)
        assert spread.count("rare") == (1, True)
        assert spread.label() == "exact, whole window"

    def test_a_total_that_is_learnt_later_is_taken_in(self):
        records = log_of(a=5)
        spread = spread_of(records, exact=False, total=None)
        assert spread.label() == "of 5 loaded"
        spread.add([], 5)
        assert spread.label() == "exact, whole window"


class TestAnswersThatDoNotFit:
    RECORDS = log_of(a=50, ab=30, b=20)

    def lied_to(self, lie: Callable[[PageRequest], Page]) -> ValueSpread:
        spread = spread_of(self.RECORDS, loaded=40)
        answer(spread, lie)
        return spread

    @pytest.mark.parametrize(
        ("came", "total"),
        [("other", 50), (None, 50), ("what was asked for", None), ("what was asked for", 1), (None, 0)],
        ids=["another value", "no record", "no total", "fewer than were seen", "none"],
    )
    def test_the_counts_stay_those_of_loaded_records(self, came: str | None, total: int | None):
        def lie(request: PageRequest) -> Page:
            resource = dict(request.parameters)["resource_type"] if came == "what was asked for" else came
            return Page((record(1, resource_type=resource),) if resource else (), total)

        spread = self.lied_to(lie)
        assert not any(exact for _, exact in counts(spread).values())
        assert spread.label() == "of 40 loaded of 100; the API's own counts don't fit them"
        assert not spread.counting

    def test_an_api_that_looks_for_parts_of_values_is_found_out_by_the_sum(self):
        def contains(request: PageRequest) -> Page:
            wanted = dict(request.parameters).get("resource_type", "")
            fitting = sorted((r for r in self.RECORDS if wanted in r.resource_type), key=lambda r: len(r.resource_type))
            return Page(tuple(fitting[:1]), len(fitting))

        assert self.lied_to(contains).label().endswith("don't fit them")

    def test_an_api_that_ignores_the_filter_is_found_out_too(self):
        def ignores(request: PageRequest) -> Page:
            wanted = dict(request.parameters).get("resource_type", "a")
            return Page((record(1, resource_type=wanted),), len(self.RECORDS))

        assert self.lied_to(ignores).label().endswith("don't fit them")


class TestALogThatGoesOn:
    """Late records join a window that ends now, while its values are being counted."""

    RECORDS = log_of(a=50, b=30, c=20)
    LATE = Log([record(500, resource_type="a"), record(501, resource_type="c"), *RECORDS])

    def test_they_make_no_lie_of_the_counts(self):
        spread = spread_of(self.RECORDS, loaded=40)
        answer(spread, self.LATE.page)
        assert counts(spread) == {"a": (51, True), "b": (30, True), "c": (21, True)}
        assert (spread.total, spread.label()) == (102, "exact, whole window")

    def test_no_count_follows_from_others_before_the_total_was_asked_for_anew(self):
        records = [*self.RECORDS[:2], *self.RECORDS[3:], self.RECORDS[2]]
        spread = spread_of(records, loaded=99)
        [a, b] = spread.next_requests()
        spread.accept(a, self.LATE.page(a))
        spread.accept(b, self.LATE.page(b))
        assert spread.unseen == 0
        assert spread.count("c") == (19, False)
        [whole] = spread.next_requests()
        assert (whole.parameters, whole.size) == ((), 1)
        spread.accept(whole, self.LATE.page(whole))
        assert asked_for(answer(spread, self.LATE.page))[0] == {"resource_type": "c"}
        assert spread.count("c") == (21, True)

    def test_the_total_is_asked_for_as_it_is_now(self):
        spread = spread_of(self.RECORDS, loaded=40)
        later = NOW + timedelta(seconds=3)
        [*_, whole] = answer(spread, lambda request: replace(self.LATE.page(request), server_time=later))
        assert whole.frozen_at == later

    def test_a_window_that_ended_long_ago_needs_no_second_total(self):
        spread = spread_of(self.RECORDS, query="until:1h", loaded=40)
        assert {"resource_type"} == {
            name for one in answer(spread, Log(self.RECORDS).page) for name, _ in one.parameters
        }
        assert spread.label() == "exact, whole window"


class TestTrouble:
    def test_a_total_that_could_not_be_asked_for_anew_is_asked_for_when_it_goes_on(self):
        records = log_of(a=50, b=50)
        spread = spread_of(records, loaded=20)
        late = Log([record(500, resource_type="a"), *records])
        for request in spread.next_requests():
            spread.accept(request, late.page(request))
        [whole] = spread.next_requests()
        spread.fail(whole, Unavailable("away", status=503))
        assert (spread.next_requests(), spread.label()) == ([], "of 20 loaded of 100")
        spread.more()
        assert answer(spread, late.page) == [whole]
        assert (spread.total, spread.label()) == (101, "exact, whole window")

    def test_a_value_that_the_api_refuses_stays_of_loaded_and_the_others_are_counted(self):
        records = log_of(a=50, b=50)
        spread = spread_of(records, loaded=20)
        [first, second] = spread.next_requests()
        spread.fail(first, Rejected("no"))
        spread.accept(second, Log(records).page(second))
        assert answer(spread, Log(records).page) == []
        assert counts(spread) == {"b": (50, True), "a": (10, False)}
        assert spread.label() == "exact for 1 value; 50 records with other values"

    def test_anything_else_stops_the_counting_until_it_is_told_to_go_on(self):
        records = log_of(a=50, b=50, c=50)
        spread = spread_of(records, loaded=100)
        [first, second] = spread.next_requests()
        spread.fail(first, Unavailable("away", status=503))
        spread.accept(second, Log(records).page(second))
        assert spread.next_requests() == []
        assert (spread.counting, spread.has_more) == (False, True)
        assert str(spread.problem) == "away"
        spread.more()
        answer(spread, Log(records).page)
        assert spread.label() == "exact, whole window"
        assert spread.limit == TOP


class TestItsClauses:
    NAMES = Names({NameKind.USER: {"u1": Named("Alice Okafor", ("alice@example.com",))}})

    @pytest.mark.parametrize(
        ("place", "text", "written"),
        [
            ("status", "403", "status:403"),
            ("country", NONE, "country:none"),
            ("actor", "u1", "actor:alice@example.com"),
            ("actor", "u2", "actor:u2"),
            ("body.limits.rpm", "5", "body.limits.rpm:5"),
            ("header.user-agent", "curl/8 (x)", 'header.user-agent:"curl/8 (x)"'),
            ("ip", "203.0.113.9", "ip:203.0.113.9"),
        ],
    )
    def test_a_clause_keeps_a_place_to_a_value(self, place: str, text: str, written: str):
        clause = clause_of(tuple(place.split(".")), text, self.NAMES)
        assert format_term(clause) == written
        assert parse_query(written, now=frozen().frozen_at).query.terms == (clause,)


TEXTS = st.sampled_from(["a", "ab", "A", "b", " b", "", " ", "none", "403", "c,d", "203.0.113.9"])
RECORDS = st.lists(st.builds(lambda n, text: record(n, resource_type=text), st.integers(0, 999), TEXTS), max_size=40)


@given(RECORDS, st.integers(0, 40))
def test_what_is_called_exact_is_what_a_plain_count_gives(records: list[AuditRecord], loaded: int):
    spread = spread_of(records, loaded=loaded)
    answer(spread, Log(records).page)
    for text in spread.values():
        number, exact = spread.count(text)
        fits = Matcher((clause_of(spread.place, text, NOBODY),), Surroundings())
        truth = sum(map(fits, records))
        assert number <= truth
        assert not exact or number == truth or _has_unseen_spelling(records, loaded, text)
    if spread.unseen == 0:
        assert all(exact for _, exact in counts(spread).values())
        assert sum(number for number, _ in counts(spread).values()) == len(records)


def _has_unseen_spelling(records: Sequence[AuditRecord], loaded: int, text: str) -> bool:
    """Whether the log spells a value as no loaded record does: those are counted as not seen yet."""
    return any(one.resource_type != text and one.resource_type.strip().casefold() == text.strip().casefold()
               for one in records[loaded:])  # fmt: skip
