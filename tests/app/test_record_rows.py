"""Records as rows: what their cells say in every column, in what order they stand, and what is lit up in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.session.scene import Log, opened, read, record
from tui.app.record_rows import RecordRows, short_id
from tui.app.widgets.row_line import Cell, Tone
from tui.domain.clean import has_unsafe
from tui.domain.columns import USUAL_COLUMNS
from tui.domain.errors import Unreachable
from tui.domain.fields import EVERY_COLUMN
from tui.domain.names import Named, NameKind, Names
from tui.domain.query_values import How, Value
from tui.domain.record import AuditRecord
from tui.formats.times import TimeStyle
from tui.session.exploration import Exploration
from tui.state.layout import ChosenColumn

ANA, BEN, KEY = "11111111-aaaa-4aaa-8aaa-000000000001", "22222222-aaaa-4aaa-8aaa-000000000002", "key-3"
PAYMENTS = "33333333-aaaa-4aaa-8aaa-000000000003"
NAMES = Names(
    {
        NameKind.USER: {ANA: Named("Ana Ortiz"), BEN: Named("ben")},
        NameKind.API_KEY: {KEY: Named("ci key")},
        NameKind.WORKSPACE: {PAYMENTS: Named("Payments")},
    }
)


def explored(records: Sequence[AuditRecord], *, counts: bool = True) -> Exploration:
    """An exploration of these records that has what it wanted of them."""
    exploration = opened()
    read(exploration, Log(records, counts=counts))
    return exploration


def rows_of(
    *records: AuditRecord, columns: Sequence[str] = (), marked: Sequence[str] = (), in_words: bool = False
) -> RecordRows:
    return RecordRows(
        explored(records),
        [ChosenColumn(name) for name in columns] or None,
        marked=lambda record: record.request_id in marked,
        in_words=in_words,
    )


def made(fields: Mapping[str, object], number: int = 0) -> AuditRecord:
    """Record `number` with these fields."""
    return AuditRecord.model_validate({**record(number).as_api(), **fields})


def cell(name: str, fields: Mapping[str, object]) -> Cell:
    """The cell of a column for a record with these fields."""
    rows = rows_of(made(fields), columns=[name])
    rows.names = NAMES
    [only] = rows.cells(0) or []
    return only


def column_of(rows: RecordRows, place: int = 0) -> list[str]:
    """What a column says, from the first row to the last."""
    return [(rows.cells(index) or [])[place].text for index in range(rows.count)]


def sorted_texts(name: str, field: str, values: Sequence[object], *, descending: bool = False) -> list[str]:
    """What a column says once rows with these values are sorted by it."""
    rows = rows_of(*(made({field: value}, n) for n, value in enumerate(values)), columns=[name])
    rows.names = NAMES
    rows.sort(name, descending=descending)
    return column_of(rows)


class TestCells:
    @pytest.mark.parametrize(
        ("name", "fields", "expected"),
        [
            ("time", {"timestamp": "2026-11-20T14:00:05Z"}, Cell("2026-11-20 14:00:05")),
            ("time", {"timestamp": "soon"}, Cell("soon", Tone.WARN)),
            ("method", {"method": "PUT"}, Cell("PUT")),
            ("status", {"response_status_code": 200}, Cell("200")),
            ("status", {"response_status_code": 403}, Cell("403 ✗", Tone.BAD)),
            ("op", {"action": "create"}, Cell("create")),
            ("op", {"action": "Delete"}, Cell("delete", Tone.WARN)),
            ("op", {"method": "PUT"}, Cell("update", Tone.DERIVED)),
            ("actor", {"user_id": ANA, "user_type": "user"}, Cell("Ana Ortiz")),
            ("actor", {"user_id": KEY, "user_type": "api_key"}, Cell("[ci key]")),
            ("actor", {"user_id": "somebody"}, Cell("somebody", Tone.MUTED)),
            ("actor", {}, Cell("–", Tone.MUTED)),
            ("type", {"user_type": "api_key"}, Cell("api_key", Tone.MUTED)),
            ("ws", {"workspace_id": PAYMENTS}, Cell("Payments")),
            ("ws", {"workspace_id": ANA}, Cell("11111111", Tone.MUTED)),
            ("ws", {}, Cell("–", Tone.MUTED)),
            ("res", {"resource_type": "prompts"}, Cell("prompts")),
            ("action", {"method": "PUT"}, Cell("")),
            ("action", {"action": "create"}, Cell("create")),
            ("target", {"uri": f"/v2/prompts/{ANA}"}, Cell("11111111", Tone.MUTED)),
            ("uri", {"uri": "/v2/prompts"}, Cell("/v2/prompts")),
            ("id", {"request_id": "r-1"}, Cell("r-1", Tone.MUTED)),
            ("ip", {"client_ip": "::ffff:203.0.113.9"}, Cell("203.0.113.9")),
            ("country", {"country": "DE"}, Cell("DE", Tone.MUTED)),
            ("org", {"organisation_id": BEN}, Cell("22222222", Tone.MUTED)),
            ("body.name", {"request_body": '{"name": "prod-eu"}'}, Cell("prod-eu")),
            ("query.limit", {"query_params": '{"limit": ["1", "2"]}'}, Cell("1, 2")),
            ("header.user-agent", {"request_headers": '{"User-Agent": "curl"}'}, Cell("curl")),
            ("body.name", {"request_body": "no json"}, Cell("")),
        ],
    )
    def test_each_column_says_it_in_its_way(self, name: str, fields: dict[str, object], expected: Cell):
        assert cell(name, fields) == expected

    @pytest.mark.parametrize(
        ("name", "fields", "said"),
        [("status", {"response_status_code": 403}, "403 failed"), ("actor", {}, "none"), ("ws", {}, "none")],
    )
    def test_signs_can_be_said_in_words(self, name: str, fields: dict[str, object], said: str):
        rows = rows_of(made(fields), columns=[name], in_words=True)
        assert [cell.text for cell in rows.cells(0) or []] == [said]
        assert rows.columns[0].looks.width >= len(said)

    def test_ages_are_those_when_the_query_was_frozen(self):
        rows = rows_of(record(0, age=timedelta(hours=2, minutes=5).total_seconds()), columns=["time"])
        rows.style = TimeStyle.AGE
        assert column_of(rows) == ["2h 5m ago"]

    @given(st.text(max_size=400))
    def test_whatever_a_record_says_its_cells_are_clean_and_short(self, text: str):
        fields = dict.fromkeys(AuditRecord.model_fields, text) | {"request_body": json.dumps({"a": text})}
        names = [*(field.name for field in EVERY_COLUMN), "body.a", "header.a"]
        rows = rows_of(made(fields), columns=names)
        cells = rows.cells(0) or []
        assert len(cells) == len(names)
        assert all(not has_unsafe(cell.text) and len(cell.text) <= 202 for cell in cells)

    def test_short_ids_are_of_uuids_only(self):
        assert short_id(ANA) == "11111111"
        assert short_id("a-slug-of-another-kind") == "a-slug-of-another-kind"


class TestColumns:
    def test_without_a_choice_they_are_the_usual_ones(self):
        assert rows_of().columns == USUAL_COLUMNS

    def test_what_can_be_no_column_is_passed_over(self):
        assert [column.name for column in rows_of(columns=["nonsense", "ip", "body"]).columns] == ["ip"]

    def test_what_is_there_twice_is_shown_once(self):
        assert [column.name for column in rows_of(columns=["ip", "client_ip", "time", "ip"]).columns] == ["ip", "time"]

    def test_where_none_can_be_they_are_the_usual_ones(self):
        assert rows_of(columns=["nonsense"]).columns == USUAL_COLUMNS

    def test_others_may_be_shown_later(self):
        rows = rows_of(record(0, client_ip="10.0.0.1", country="DE"), columns=["ip"])
        rows.show([ChosenColumn("country"), ChosenColumn("ip", 30)])
        assert [cell.text for cell in rows.cells(0) or []] == ["DE", "10.0.0.1"]
        assert rows.columns[1].looks.width == 30


class TestRowsThatAreNotHere:
    def test_they_have_no_cells_while_they_are_on_the_way(self):
        rows = RecordRows(opened(), marked=lambda _: True)
        assert rows.count == 0
        full = RecordRows(explored([record(n) for n in range(300)]), marked=lambda _: False)
        assert full.count == 300
        assert full.cells(250) is None
        assert full.record(250) is None
        assert full.value(250, full.columns[0]) == ""

    def test_they_say_so_where_they_could_not_be_had(self):
        exploration = opened()
        read(exploration, Log([record(n) for n in range(300)]))
        exploration.look(250, 280, at=9)
        [request, *_] = exploration.next_requests()
        exploration.fail(request, Unreachable("no way there", "try again"))
        rows = RecordRows(exploration, marked=lambda _: True)
        first, *others = rows.cells(request.number * 100) or []
        assert first == Cell("not loaded", Tone.MUTED)
        assert {cell.text for cell in others} == {""}
        assert not rows.marked(request.number * 100)

    def test_there_are_none_before_the_first_and_after_the_last(self):
        rows = rows_of(record(0))
        assert rows.record(-1) is None
        assert rows.record(1) is None


class TestMarks:
    def test_a_row_is_marked_where_its_record_is(self):
        rows = rows_of(record(0), record(1), marked=["r1"])
        assert [rows.marked(0), rows.marked(1)] == [False, True]

    def test_they_go_with_their_records(self):
        rows = rows_of(record(0, country="b"), record(1, country="a"), columns=["country"], marked=["r1"])
        rows.sort("country")
        assert [rows.marked(0), rows.marked(1)] == [True, False]


class TestTheOrder:
    def test_numbers_stand_by_their_size(self):
        values = [200, 101, "", 1000, "abc"]
        assert sorted_texts("status", "response_status_code", values) == ["101", "200", "1000", "abc", ""]

    def test_times_by_when_they_were(self):
        times = ["2026-11-20T10:00:00+05:00", "2026-11-20T09:00:00Z", "soon", "2026-11-20T04:00:00Z"]
        texts = sorted_texts("time", "timestamp", times)
        assert [text[-8:] for text in texts] == ["04:00:00", "05:00:00", "09:00:00", "soon"]

    def test_addresses_by_what_they_are_made_of(self):
        addresses = ["203.0.113.9", "", "9.0.0.1", "2001:db8::1", "10.0.0.1"]
        assert sorted_texts("ip", "client_ip", addresses) == ["9.0.0.1", "10.0.0.1", "203.0.113.9", "2001:db8::1", ""]

    def test_people_and_workspaces_by_the_names_that_are_shown(self):
        people = [KEY, BEN, "alf", ANA, ""]
        assert sorted_texts("actor", "user_id", people) == ["alf", "Ana Ortiz", "ben", "[ci key]", "–"]
        assert sorted_texts("ws", "workspace_id", [PAYMENTS, ANA]) == ["11111111", "Payments"]

    def test_what_stands_at_a_path_by_numbers_and_then_by_text(self):
        bodies = [json.dumps({"n": n}) for n in (10, "b", 9, "A")]
        assert sorted_texts("body.n", "request_body", [*bodies, "{}"]) == ["9", "10", "A", "b", ""]

    def test_the_other_way_round_blank_ones_stay_last(self):
        assert sorted_texts("country", "country", ["b", "", "c", "a"], descending=True) == ["c", "b", "a", ""]

    @pytest.mark.parametrize("descending", [False, True])
    def test_rows_that_sort_alike_stay_as_they_came(self, descending: bool):
        rows = rows_of(*(record(n, country="DE" if n % 2 else "FR") for n in range(6)), columns=["country", "id"])
        rows.sort("country", descending=descending)
        odd, even = ["r1", "r3", "r5"], ["r0", "r2", "r4"]
        assert column_of(rows, 1) == ([*even, *odd] if descending else [*odd, *even])

    @given(st.lists(st.text(max_size=5)), st.booleans())
    def test_every_loaded_row_has_one_place(self, texts: list[str], descending: bool):
        rows = rows_of(*(record(n, country=text) for n, text in enumerate(texts)), columns=["country"])
        rows.sort("country", descending=descending)
        assert sorted(rows.row(index) for index in range(rows.count)) == list(range(len(texts)))
        for index in range(rows.count):
            found = rows.record(index)
            assert found is not None
            assert rows.index_of(found) == index

    def test_all_rows_come_back_as_they_came(self):
        rows = rows_of(record(0, country="b"), record(1, country="a"), columns=["country"])
        rows.sort("country")
        assert column_of(rows) == ["a", "b"]
        rows.unsort()
        assert column_of(rows) == ["b", "a"]
        assert rows.sort_label == ""

    def test_a_column_that_is_not_shown_is_none_to_sort_by(self):
        with pytest.raises(KeyError):
            rows_of(record(0), columns=["ip"]).sort("country")

    def test_a_record_that_is_not_among_the_rows_has_no_place(self):
        rows = rows_of(record(0), columns=["ip"])
        assert rows.index_of(record(7)) is None
        rows.sort("ip")
        assert rows.index_of(record(7)) is None


class TestSortedWhileLoading:
    RECORDS = tuple(record(n, country=f"{(n * 7) % 300:03}") for n in range(300))

    def test_only_what_is_loaded_has_rows_and_that_is_told(self):
        exploration = explored(self.RECORDS)
        rows = RecordRows(exploration, [ChosenColumn("country")], marked=lambda _: False)
        rows.sort("country")
        assert rows.count == exploration.loaded == 200
        assert rows.sort_label == "sorted by cc · 200 of 300 loaded"

    def test_rows_that_come_find_their_places_and_the_cursor_s_record_is_found_again(self):
        exploration = explored(self.RECORDS)
        rows = RecordRows(exploration, [ChosenColumn("country")], marked=lambda _: False)
        rows.sort("country", descending=True)
        held = rows.record(5)
        assert held is not None
        exploration.look(250, 280, at=9)
        read(exploration, Log(self.RECORDS))
        rows.refresh_order()
        assert column_of(rows) == sorted((one.country for one in self.RECORDS), reverse=True)
        assert rows.record(rows.index_of(held) or 0) == held
        assert rows.sort_label == "sorted by cc ↓ · all 300"

    def test_a_name_that_comes_moves_its_rows(self):
        rows = rows_of(record(0, user_id=BEN), record(1, user_id=ANA), columns=["actor"])
        rows.sort("actor")
        assert column_of(rows) == ["11111111", "22222222"]
        rows.names = Names({NameKind.USER: {ANA: Named("Zoe"), BEN: Named("Ben")}})
        rows.refresh_order()
        assert column_of(rows) == ["Ben", "Zoe"]

    def test_another_query_s_rows_are_sorted_too(self):
        exploration = explored(self.RECORDS)
        rows = RecordRows(exploration, [ChosenColumn("country")], marked=lambda _: False)
        rows.sort("country")
        opened("status:200", exploration)
        read(exploration, Log([record(n, country=c, response_status_code=200) for n, c in enumerate("cab")]))
        rows.refresh_order()
        assert column_of(rows) == ["a", "b", "c"]

    def test_where_nobody_knows_how_many_there_are_it_counts_what_is_here(self):
        rows = RecordRows(explored(self.RECORDS, counts=False), [ChosenColumn("ip")], marked=lambda _: False)
        rows.sort("ip")
        assert rows.sort_label == f"sorted by ip · {rows.count} so far"


class TestHits:
    def test_the_texts_of_the_query_are_lit_in_every_cell_that_shows_them(self):
        rows = rows_of(record(0, uri="/prod/x", country="x"), columns=["uri", "country", "id"])
        rows.hits([Value("prod", How.CONTAINS), Value("^x$", How.REGEX)])
        assert [cell.hits for cell in rows.cells(0) or []] == [((1, 5),), ((0, 1),), ()]

    def test_what_a_cell_shows_is_looked_through_and_not_what_the_record_holds(self):
        rows = rows_of(record(0, user_id=ANA), columns=["actor"])
        rows.names = NAMES
        rows.hits([Value("ortiz", How.CONTAINS), Value("11111", How.CONTAINS)])
        assert [cell.hits for cell in rows.cells(0) or []] == [((4, 9),)]

    def test_without_texts_nothing_is(self):
        rows = rows_of(record(0, country="x"), columns=["country"])
        rows.hits([Value("x", How.CONTAINS)])
        rows.hits([])
        assert [cell.hits for cell in rows.cells(0) or []] == [()]
