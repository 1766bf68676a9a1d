"""The lines around the panes say how things stand, in every state there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.content import Content

from tui.app.summary import State, bar_end, blank_text, facts, problem_text, scan_estimate, status_line
from tui.app.widgets.line import Part
from tui.domain.errors import Forbidden, KeyMissing, RateLimited
from tui.domain.matching import Matcher
from tui.domain.names import Named, NameKind, Names
from tui.domain.page import Origin, Page
from tui.domain.plan import freeze
from tui.domain.predicates import Surroundings
from tui.domain.query import AuditQuery, Clause, Value
from tui.domain.record import AuditRecord
from tui.domain.time_range import TimeRange
from tui.formats.times import TimeStyle
from tui.session.exploration import Exploration

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
FILTERED = AuditQuery(terms=(Clause("status", (Value("403"),)), Clause("uri", (Value("/v1/\x1b[31m"),))))
SCAN = AuditQuery(terms=(Clause("is", (Value("failed"),)),))
REFUSED = Forbidden("This key may not do that (403).", "Ask for the scope audit_logs.list.")


def records(count: int) -> tuple[AuditRecord, ...]:
    return tuple(AuditRecord(request_id=str(number)) for number in range(count))


def explored(
    query: AuditQuery | None = None, *pages: int, total: int | None = None, at: datetime = NOW, **page: Any
) -> Exploration:
    """An exploration that was given pages of so many records each."""
    exploration = Exploration()
    asked = query or AuditQuery()
    exploration.open(freeze(asked, at, Names()), Matcher(asked.terms, Surroundings()))
    for number, count in enumerate(pages):
        exploration.look(number * 100, number * 100 + 30, 0.0)
        request = next(request for request in exploration.next_requests() if request.number == number)
        rows = tuple(
            record.model_copy(update={"request_id": f"{number}-{n}"}) for n, record in enumerate(records(count))
        )
        exploration.accept(request, Page(rows, total, **page), [n % 10 == 0 or not asked.terms for n in range(count)])
        exploration.give_up()
    return exploration


def state(exploration: Exploration | None = None, **changed: Any) -> State:
    calm = State(
        query=AuditQuery(),
        names=Names(),
        exploration=exploration or explored(),
        style=TimeStyle.UTC,
        place="api.portkey.ai",
        label="",
        colour="",
        view=range(30),
        connecting=False,
        stopped=False,
        waiting=None,
        problem=None,
    )
    return replace(calm, **changed)


def said(parts: list[Part]) -> str:
    return "".join(part.text for part in parts).strip()


def status(of: State) -> str:
    return said(status_line(of)[0])


def activity(of: State) -> str:
    return said(status_line(of)[1])


def plain(content: Content | None) -> str:
    return "" if content is None else content.plain


class TestTheEndOfTheBar:
    def test_the_range_and_the_zone(self):
        assert said(bar_end(state(explored(FILTERED, 0, total=0), query=FILTERED))) == "last 24h │ UTC"

    def test_a_profile_wears_its_colour_and_is_cut(self):
        chip = bar_end(state(label="production \x1b " + "x" * 40, colour="red"))[-2]
        assert chip.tone == "chip-red"
        assert "\x1b" not in chip.text
        assert len(chip.text) <= 26

    def test_ages_are_told_as_such(self):
        assert said(bar_end(state(style=TimeStyle.AGE))).endswith("ages")


class TestTheStatusLine:
    def test_before_the_first_answer_only_the_place(self):
        assert status(state()) == "api.portkey.ai"

    def test_rows_in_view_of_all_and_how_many_are_loaded(self):
        text = status(state(explored(None, 100, 100, total=1_234), view=range(90, 120)))
        assert text.startswith("91–120 of 1,234 · 200 loaded · 21 Nov 20:48:03–22 Nov 20:48:03Z")

    def test_a_view_beyond_the_last_row_ends_with_it(self):
        assert status(state(explored(None, 7, total=7))).startswith("1–7 of 7 · 7 loaded")

    def test_an_unknown_extent_is_not_given_as_a_total(self):
        assert status(state(explored(None, 100))).startswith("1–30 of 100 or more · ")

    def test_no_records(self):
        assert status(state(explored(None, 0, total=0))).startswith("no records · 21 Nov 20:48:03")

    def test_a_window_up_to_now_may_still_fill_and_one_of_the_past_may_not(self):
        past = AuditQuery(TimeRange(NOW - timedelta(hours=2), NOW - timedelta(hours=1)))
        assert "last 60 s may still fill" in status(state(explored(None, 1, total=1)))
        assert "may still fill" not in status(state(explored(past, 1, total=1)))

    def test_what_came_from_the_cache_is_said(self):
        assert "api.portkey.ai (cache)" in status(state(explored(None, 1, total=1, origin=Origin.CACHE)))

    @pytest.mark.parametrize(("skew", "told"), [(5.0, ""), (61.0, "61 s ahead"), (-61.0, "61 s behind")])
    def test_a_server_clock_that_is_off(self, skew: float, told: str):
        past = AuditQuery(TimeRange(NOW - timedelta(hours=2), NOW - timedelta(hours=1)))
        text = status(state(explored(past, 1, total=1, server_time=NOW, skew=skew)))
        assert text.partition("server clock ")[2] == told

    def test_what_is_under_way(self):
        assert activity(state(explored(None, 1, total=1))) == ""
        assert activity(state(connecting=True)) == "connecting …"
        assert activity(state(waiting=(3, "429\x1b"))) == r"retrying in 3 s (429\u001b)"
        assert activity(state(stopped=True, waiting=(3, "429"))) == "stopped: r goes on"


class TestAScan:
    def test_what_was_looked_at_of_how_many_and_what_was_found(self):
        text = status(state(explored(SCAN, 100, 100, total=9_321), query=SCAN))
        assert text.startswith("scanned 200 of 9,321 · 20 match · 21 Nov 20:48:03–")

    def test_at_its_end_it_says_so(self):
        assert status(state(explored(SCAN, 40, total=40), query=SCAN)).startswith("scanned all 40 · 4 match")

    def test_a_scan_of_everything_says_first_what_it_takes(self):
        [left, how] = scan_estimate(state(explored(SCAN, 100, total=9_321), query=SCAN))
        assert left == "9,221 records are left: about 93 requests, two at a time."
        assert "ctrl+c stops" in how

    def test_and_where_nobody_knows_how_many_there_are_that(self):
        [unknown, _] = scan_estimate(state(explored(SCAN, 100), query=SCAN))
        assert unknown == "The API doesn't tell how many records there are."


class TestWhatElseStandsThere:
    def test_how_the_query_came_about_and_how_many_are_marked(self):
        text = status(state(explored(None, 7, total=7), note="lifted status:403 · [ goes back", marks=1_204))
        assert " · lifted status:403 · [ goes back · 1,204 marked · " in text

    def test_an_order_of_the_readers_own_takes_the_place_of_what_is_in_view(self):
        text = status(state(explored(None, 100, total=1_234), order="sorted by ip · 100 of 1,234 loaded"))
        assert text.startswith("sorted by ip · 100 of 1,234 loaded · 21 Nov")

    def test_a_window_within_a_day_names_the_day_once_and_one_over_new_year_the_years(self):
        hour = AuditQuery(TimeRange(NOW - timedelta(hours=2), NOW - timedelta(hours=1)))
        assert "22 Nov 18:48:03–19:48:03Z" in status(state(explored(hour, 1, total=1)))
        year = AuditQuery(TimeRange(NOW - timedelta(days=365)))
        assert "22 Nov 2025 20:48:03–22 Nov 2026 20:48:03Z" in status(state(explored(year, 1, total=1)))

    def test_names_that_are_looked_up_first(self):
        assert activity(state(naming=True)) == "looking up names …"


class TestProblems:
    def test_none(self):
        assert problem_text(state(explored(None, 1, total=1))) is None

    @pytest.mark.parametrize("rows", [0, 1])
    def test_cause_and_cure_are_told_with_rows_and_without(self, rows: int):
        troubled = state(explored(None, rows, total=rows), problem=REFUSED)
        told = plain(problem_text(troubled)) + plain(blank_text(troubled))
        assert told.count(REFUSED.cause) == told.count(REFUSED.cure) == 1
        assert "r try again" in " ".join(told.split())

    def test_the_newest_notice_and_how_many_more(self):
        noted = explored(None, 1, total=1, notes=("The first.", "The [last]."))
        assert plain(problem_text(state(noted))) == "! The [last].  (+1 more: ?)"

    def test_a_problem_comes_before_notices(self):
        noted = explored(None, 1, total=1, notes=("The first.",))
        assert "The first." not in plain(problem_text(state(noted, problem=RateLimited("Too many.", "Wait."))))


class TestInPlaceOfRows:
    def test_nothing_where_there_are_rows(self):
        assert blank_text(state(explored(None, 1, total=1))) is None

    def test_the_first_question_is_under_way(self):
        assert plain(blank_text(state())).startswith("Asking for the newest records")

    def test_without_a_key_how_to_give_one(self):
        text = plain(blank_text(state(problem=KeyMissing("There is no key for https://x/v1."))))
        for way in ("There is no key for https://x/v1.", "export PORTKEY_API_KEY", "--api-key-file", "--demo"):
            assert way in text

    def test_nothing_matches_what_was_asked_and_what_to_drop(self):
        text = plain(blank_text(state(explored(FILTERED, 0, total=0), query=FILTERED)))
        assert "2026-11-21 20:48:03 – 2026-11-22 20:48:03 UTC" in text
        assert "drop status:403" in text
        assert r'drop uri:"/v1/\u001b[31m"' in text

    def test_how_else_a_path_can_be_looked_for(self):
        query = AuditQuery(terms=(Clause("uri", (Value("/v2/prompts"),)),))
        text = plain(blank_text(state(explored(query, 0, total=0), query=query)))
        assert "The API was asked for that very path; uri:~/v2/prompts looks for it as a part, here." in text


class TestFacts:
    def test_place_notices_refusals_and_names_known(self):
        names = Names({NameKind.USER: {"1": Named("Ada")}}, {NameKind.WORKSPACE: "this key may not list them."})
        told = facts(state(explored(None, 1, total=1, notes=("A note.",)), names=names))
        assert [fact for _, fact in told] == [
            "Records come from api.portkey.ai.",
            "A note.",
            "Names of workspaces: this key may not list them.",
            "Names known: 1 people, 0 workspaces, 0 API keys.",
        ]


class TestNames:
    PEOPLE = Names({NameKind.USER: {"u1": Named("Ada Love\u202e", ("ada@x.example",))}})

    def test_a_stranger_is_named_where_nothing_was_found(self):
        query = AuditQuery(terms=(Clause("actor", (Value("tyrone"),)),))
        shown = blank_text(state(explored(query, 0, total=0), query=query, names=self.PEOPLE))
        assert shown is not None
        assert "Nothing known is called 'tyrone': it was asked for as an id." in shown.plain

    def test_and_that_names_are_missing_is_said_with_it(self):
        query = AuditQuery(terms=(Clause("actor", (Value("tyrone"),)),))
        names = Names(refused={NameKind.USER: "no scope"})
        shown = blank_text(state(explored(query, 0, total=0), query=query, names=names))
        assert shown is not None
        assert "not all names could be had" in shown.plain
