"""Records that somebody kept come in whole whatever their layout, and what is broken costs nothing but itself."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archive.kept_files import CODINGS, LAYOUTS, in_chunks
from tests.archive.records import entry
from tests.domain.redaction_corpus import PLAIN, TOKENS
from tui.archive import intake, json_stream
from tui.archive.intake import LOT, Intake
from tui.archive.json_stream import Misfit
from tui.domain.names import Named, NameKind, Names
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.formats.record_json import json_line

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ODD = st.sampled_from([{"records": [1]}, {"_meta": {"a": 1}}, {"a": '{"records": ['}])
RECORDS = st.builds(
    lambda known, more, odd: redact(AuditRecord.model_validate(more | odd | known)),
    st.dictionaries(st.sampled_from(list(AuditRecord.model_fields)), TEXTS),
    st.dictionaries(TEXTS.filter(bool), JSON, max_size=2),
    st.just({}) | ODD,
)
SIZES = st.lists(st.integers(1, 60), min_size=1, max_size=3)


def taken(data: bytes, sizes: Sequence[int] = (1 << 16,)) -> tuple[list[AuditRecord], Intake]:
    """The records of some bytes, and what was said of them."""
    source = Intake(in_chunks(data, sizes))
    return [record for lot in source.lots() for record in lot], source


def lines(*values: Any) -> bytes:
    """A line for each: text as it stands, anything else as JSON."""
    return "".join(f"{value if isinstance(value, str) else json.dumps(value)}\n" for value in values).encode()


ONE, TWO, THREE = ({"timestamp": f"2026-11-22T12:00:0{n}.000Z", "request_id": f"r-{n}"} for n in (1, 2, 3))


def ids(records: Sequence[AuditRecord]) -> list[str]:
    return [record.request_id for record in records]


class TestLayouts:
    @pytest.mark.parametrize("coding", CODINGS)
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_every_layout_gives_the_same_records(self, layout: str, coding: str) -> None:
        records = [entry(-n, request_id=f"r-{n}", request_body='{"a": "[{\\n}]"}', more={"é": [n]}) for n in range(5)]
        got, source = taken(CODINGS[coding](LAYOUTS[layout](records)))
        assert got == records
        assert (source.records, source.misfits, source.remarks("kept")) == (5, 0, [])

    @given(st.lists(RECORDS, max_size=4), st.sampled_from(list(LAYOUTS)), st.sampled_from(list(CODINGS)), SIZES)
    def test_any_records_in_any_layout_cut_anywhere(
        self, records: list[AuditRecord], layout: str, coding: str, sizes: list[int]
    ) -> None:
        got, source = taken(CODINGS[coding](LAYOUTS[layout](records)), sizes)
        assert got == records
        assert source.misfits == 0

    def test_files_of_different_layouts_may_be_put_together(self) -> None:
        data = b"".join(
            [
                lines(ONE),
                json.dumps([TWO], indent=2).encode(),
                gzip.decompress(gzip.compress(lines({"records": [THREE]}))),
            ]
        )
        assert ids(taken(data)[0]) == ["r-1", "r-2", "r-3"]

    def test_an_empty_file_has_no_records(self) -> None:
        for data in (b"", b"\n \n", b"\xef\xbb\xbf", b"[]", b'{"records": [], "total": 0}', gzip.compress(b"")):
            records, source = taken(data)
            assert (records, source.misfits, source.remarks("kept")) == ([], 0, [])

    def test_the_order_is_that_of_the_file(self) -> None:
        assert ids(taken(lines(THREE, ONE, TWO))[0]) == ["r-3", "r-1", "r-2"]


class TestOurOwnLines:
    def test_what_we_wrote_beside_a_record_is_not_a_part_of_it(self) -> None:
        record = AuditRecord.model_validate({**ONE, "user_id": "u-1", "_meta": {"theirs": 1}})
        names = Names({NameKind.USER: {"u-1": Named("Ana Ortiz")}})
        records, source = taken(lines(json_line(record, names, late=True)))
        assert records == [record]
        assert source.names == {NameKind.USER: {"u-1": Named("Ana Ortiz")}}

    def test_a_name_is_kept_for_the_kind_of_id_that_it_stands_beside(self) -> None:
        meta = {"version": 1, "names": {"user_id": "ci-deploy", "workspace_id": "Payments", "uri": "x", "method": 7}}
        row = {**ONE, "user_id": "k-1", "user_type": "api_key", "workspace_id": "w-1", "_meta": meta}
        assert taken(lines(row))[1].names == {
            NameKind.API_KEY: {"k-1": Named("ci-deploy")},
            NameKind.WORKSPACE: {"w-1": Named("Payments")},
        }


class TestSecrets:
    @pytest.mark.parametrize("token", TOKENS[:5])
    def test_no_secret_of_a_file_comes_in(self, token: str) -> None:
        row = {**ONE, "request_body": json.dumps({"password": PLAIN, "note": token}), "more": {"api_key": PLAIN}}
        meta = {"version": 1, "names": {"user_id": token}}
        records, source = taken(lines({**row, "user_id": "u", "_meta": meta}))
        for text in (records[0].model_dump_json(), str(source.names)):
            assert PLAIN not in text
            assert token not in text


class TestMisfits:
    """What is broken is counted and told, and everything else is there."""

    @pytest.mark.parametrize(
        ("broken", "why"),
        [
            ("not JSON at all", "not an object"),
            ('{"method": "PUT"', "not JSON"),
            ('{"method": "PU', "not JSON"),
            ('{"method": tru}', "not JSON"),
            ("{'method': 'PUT'}", "not JSON"),
            ('{"method": NaN}', "NaN is not JSON"),
            ('{"method": "PUT",}', "not JSON"),
            ("12", "not an object"),
            ('"PUT"', "not an object"),
            ("null", "not an object"),
            ("}", "not an object"),
            ('{"success": false, "data": {"message": "no"}}', "it has none of a record's fields"),
            ('{"uri":' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
            ('{"records": {}}', "it has none of a record's fields"),
            ("2026-11-22T12:00:00Z,PUT,/v2/prompts,200", "not an object"),
            ('{"uri": "\\x"}', "not JSON"),
        ],
    )
    def test_a_line_that_is_no_record_costs_itself_alone(self, broken: str, why: str) -> None:
        records, source = taken(lines(ONE, broken, TWO))
        assert ids(records) == ["r-1", "r-2"]
        assert (source.misfits, source.remembered) == (1, (Misfit(2, 1, why),))
        assert source.remarks("kept.jsonl") == [f"kept.jsonl: 1 entry is no record: line 2: {why}."]

    def test_the_first_few_are_told_and_the_others_counted(self) -> None:
        records, source = taken(lines(ONE, *["junk"] * 1_234, TWO))
        assert ids(records) == ["r-1", "r-2"]
        [told] = source.remarks("kept")
        assert told.startswith("kept: 1,234 entries are no records: line 2: not an object; line 3: ")
        assert told.endswith("; line 4: not an object; and 1,231 more.")

    @pytest.mark.parametrize(
        "broken", ["7", '"x"', "null", '{"uri": tru}', '{"uri": "a" "b"}', '{"uri": "a"', "{}", "x"]
    )
    @pytest.mark.parametrize("around", ["[%s]", '{"records": [%s], "total": 2}', "[\n  %s\n]\n"])
    def test_neither_does_one_in_an_array_or_a_page(self, around: str, broken: str) -> None:
        inside = ",\n  ".join([json.dumps(ONE), broken, json.dumps(TWO)])
        records, source = taken((around % inside).encode() + lines(THREE))
        assert ids(records) == ["r-1", "r-2", "r-3"]
        assert source.misfits == 1

    def test_its_place_is_told_by_line_and_column(self) -> None:
        _, source = taken(b'[{"method": "PUT"}, 7,\n {"method": "PUT"},\n\n  {"a": 1}]', [5])
        assert source.remembered == (
            Misfit(1, 21, "not an object"),
            Misfit(4, 3, "it has none of a record's fields"),
        )
        assert source.remarks("kept")[0].startswith("kept: 2 entries are no records: line 1, column 21: not an object")

    def test_an_indented_object_that_is_broken_is_one_misfit(self) -> None:
        broken = json.dumps({**TWO, "more": {"a": [1, {"b": 2}]}}, indent=2).replace("r-2", 'r"2')
        records, source = taken(lines(json.dumps(ONE, indent=2), broken, json.dumps(THREE, indent=2)))
        assert ids(records) == ["r-1", "r-3"]
        assert source.misfits == 1

    @pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "lines"])
    def test_a_file_that_is_cut_off_gives_what_came_before(self, layout: str) -> None:
        records = [entry(-n, request_id=f"r-{n}") for n in range(7)]
        data = LAYOUTS[layout](records).encode()
        got, source = taken(data[: data.index(b'"r-4"') + 3])
        assert got[:4] == records[:4] or layout == "a page that begins with something else"
        assert source.misfits >= 1
        assert source.remembered[0].why == "cut off"

    def test_pages_of_which_one_is_cut_off(self) -> None:
        page = json.dumps({"records": [ONE, TWO], "total": 2})
        records, source = taken(lines(page[: page.index("r-2")], page, json.dumps({"records": [THREE]})))
        assert ids(records) == ["r-1", "r-1", "r-2", "r-3"]
        assert source.misfits >= 1

    @pytest.mark.parametrize("rest", ['"total": oops}', "oops}", '"total" 3}', '"tot', '"total": "x', ""])
    def test_a_page_with_a_broken_end_gives_its_records(self, rest: str) -> None:
        records, source = taken(f'{{"records": [{json.dumps(ONE)}], {rest}\n{json.dumps(TWO)}\n'.encode())
        assert "r-1" in ids(records)
        assert source.misfits >= 1

    def test_numbers_that_are_too_long_are_text(self) -> None:
        records, source = taken(lines('{"request_id": "r-1", "more": %s, "half": "\\ud800"}' % ("9" * 5_000)))
        assert records[0].as_api()["more"] == "9" * 5_000
        assert records[0].as_api()["half"] == "\\ud800"
        assert source.misfits == 0

    def test_bytes_that_are_no_text_are_replaced(self) -> None:
        records, _ = taken(b'{"request_id": "r-\xff"}')
        assert ids(records) == ["r-�"]


class TestLimits:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(json_stream, "LONGEST", 2_000)

    @pytest.mark.parametrize("around", ["%s", "[%s]", '{"records": [%s]}'])
    def test_a_record_over_the_limit_is_told_and_left_out(self, around: str) -> None:
        big = json.dumps({**TWO, "request_body": "x" * 5_000})
        inside = ("," if around != "%s" else "\n").join([json.dumps(ONE), big, json.dumps(THREE)])
        for size in (64, 1 << 20):
            records, source = taken((around % inside).encode(), [size])
            assert ids(records) == ["r-1", "r-3"]
            assert [misfit.why for misfit in source.remembered] == ["over 2,000 characters"]

    @given(st.integers(1_900, 2_100), SIZES)
    def test_where_the_limit_is_does_not_depend_on_chunks(self, length: int, sizes: list[int]) -> None:
        row = json.dumps(ONE)
        row = row[:-1] + " " * (length - len(row)) + "}"
        records, source = taken(lines(row, TWO), sizes)
        assert ids(records) == (["r-1", "r-2"] if length <= 2_000 else ["r-2"])
        assert source.misfits == (length > 2_000)


class TestCompressed:
    def test_what_is_cut_off_is_read_as_far_as_it_goes(self) -> None:
        rows = [{**ONE, "request_id": sha256(b"%d" % n).hexdigest()} for n in range(1_000)]
        packed = gzip.compress(lines(*rows))
        records, source = taken(packed[: len(packed) // 2])
        assert ids(records) == [row["request_id"] for row in rows[: len(records)]]
        assert 300 < len(records) < 700
        assert source.remarks("kept.gz")[0] == ("kept.gz: its compressed part is cut off: what came before is here.")

    def test_what_is_damaged_too(self) -> None:
        packed = bytearray(gzip.compress(lines(ONE)) + gzip.compress(lines(TWO, THREE)))
        packed[-6] ^= 0xFF
        records, source = taken(bytes(packed))
        assert ids(records)[:1] == ["r-1"]
        assert source.remarks("kept") == ["kept: its compressed part is damaged: what came before is here."]

    def test_what_follows_it_is_told_to_be_left_out(self) -> None:
        records, source = taken(gzip.compress(lines(ONE)) + b"more")
        assert ids(records) == ["r-1"]
        assert source.remarks("kept") == ["kept: what follows its compressed part is left out."]

    def test_a_bomb_takes_no_more_memory_than_any_file(self) -> None:
        bomb = gzip.compress(bytes(64 << 20)) + gzip.compress(lines(ONE))
        tracemalloc.start()
        _, source = taken(bomb)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 8 << 20
        assert source.misfits == 1
        assert source.remembered == (Misfit(1, 1, "not an object"),)


class TestMemory:
    @pytest.mark.parametrize("layout", ["lines", "an array", "a page", "one after the other"])
    def test_no_more_is_held_than_a_few_records(self, layout: str) -> None:
        begin, between, end = {
            "lines": ("", "\n", ""), "an array": ("[", ",", "]"), "a page": ('{"records": [', ",", '], "total": 1}'),
            "one after the other": ("", "", ""),
        }[layout]  # fmt: skip

        def chunks() -> Iterator[bytes]:
            yield f"{begin}{json.dumps(ONE)}".encode()
            for minute in range(500):
                rows = ({"timestamp": f"2026-11-22T{minute:02}:{n}", "request_body": "x" * 1_000} for n in range(40))
                yield "".join(f"{between}{json.dumps(row)}" for row in rows).encode()
            yield end.encode() or b"\n"

        tracemalloc.start()
        source = Intake(chunks())
        count = sum(len(lot) for lot in source.lots())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == 20_001
        assert source.misfits == 0
        assert peak < 16 << 20


class TestLots:
    def test_a_lot_is_never_of_two_pages(self) -> None:
        pages = [{"records": [ONE, TWO]}, {"records": [TWO, THREE]}, {"records": []}]
        for data in (lines(*pages), lines(pages)):
            assert [ids(lot) for lot in Intake(iter([data])).lots()] == [["r-1", "r-2"], ["r-2", "r-3"]]

    def test_single_records_come_many_at_a_time(self) -> None:
        rows = [{"timestamp": f"2026-11-22T12:00:00.{n // 10:03}Z"} for n in range(2 * LOT + 5)]
        assert [len(lot) for lot in Intake(iter([lines(*rows)])).lots()] == [LOT, LOT, 5]

    def test_records_of_one_time_that_follow_each_other_come_together(self) -> None:
        rows = [*[ONE] * (LOT - 1), *[TWO] * 3, THREE]
        assert [len(lot) for lot in Intake(iter([lines(*rows)])).lots()] == [LOT + 2, 1]

    def test_big_records_come_few_at_a_time(self) -> None:
        rows = [{**ONE, "request_body": "x" * 3_000_000}] * 5
        assert [len(lot) for lot in Intake(iter([lines(*rows)])).lots()] == [2, 2, 1]

    def test_but_not_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(intake, "_MOST_OF_ONE_TIME", 2 * LOT)
        assert [len(lot) for lot in Intake(iter([lines(*[ONE] * (3 * LOT))])).lots()] == [2 * LOT, LOT]


class TestAnything:
    @given(st.binary(max_size=300), SIZES)
    def test_no_bytes_do_any_harm(self, data: bytes, sizes: list[int]) -> None:
        for kept in (data, gzip.compress(data), gzip.compress(data)[:-3], b"\x1f\x8b" + data):
            records, source = taken(kept, sizes)
            assert len(records) == source.records
            source.remarks("kept")

    PIECES = st.sampled_from(
        [*'{}[]",:\n \\', '"records":', '"uri":', '"x":', "[", "{", "]}", "}\n{", "1", "-", "tru", "true", "\\u", "é"]
    )

    @given(st.lists(PIECES, max_size=40).map("".join), SIZES)
    def test_how_it_is_cut_makes_no_difference(self, text: str, sizes: list[int]) -> None:
        whole, at_once = taken(text.encode())
        cut, in_pieces = taken(text.encode(), sizes)
        assert cut == whole
        assert in_pieces.remembered == at_once.remembered
        assert in_pieces.misfits == at_once.misfits

    @given(st.lists(st.sampled_from([ONE, TWO, THREE]), max_size=5), st.data())
    def test_a_broken_line_among_good_ones_takes_none_of_them_along(self, rows: list[Any], data: st.DataObject) -> None:
        junk = data.draw(st.lists(self.PIECES, min_size=1, max_size=10).map("".join))
        junk = re.sub(r"[\n[{]", "", junk)
        records, source = taken(lines(*rows, f"~{junk}", *rows))
        assert ids(records) == [row["request_id"] for row in (*rows, *rows)]
        assert source.misfits >= 1
