"""A body is laid out as what it means, or shown as the text it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.clean import has_unsafe
from tui.domain.record import AuditRecord
from tui.formats.body import open_json, open_record
from tui.formats.document import Document, Role, whole

STRINGS = st.text(
    st.one_of(st.characters(codec=None), st.sampled_from('"\\/\x00\x1b\x7f\u202e\u0301\ud800{[‹')), max_size=12
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), STRINGS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(STRINGS, inner, max_size=4),
        st.lists(inner, max_size=2).map(json.dumps),
    ),
    max_leaves=20,
)


def body(text: str) -> Document:
    return whole(open_json(text, "body"))


def drawn(document: Document) -> list[str]:
    return [document.text(line) for line in range(len(document))]


def without_notes(document: Document) -> str:
    lines = (document.spans(line, None) for line in range(len(document)))
    return "\n".join("".join(span.text for span in spans if span.role is not Role.NOTE) for spans in lines)


def pieces(document: Document, line: int) -> list[tuple[str, str]]:
    return [(span.text, span.role.value) for span in document.spans(line)]


def strict_loads(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def opened_up(value: Any) -> Any:
    """The value with every string that holds an object or an array replaced by what it holds."""
    if isinstance(value, list):
        return [opened_up(member) for member in value]
    if isinstance(value, dict):
        return {key: opened_up(member) for key, member in value.items()}
    if isinstance(value, str) and value.lstrip(" \t\n\r").startswith(("{", "[")):
        try:
            return opened_up(strict_loads(value))
        except ValueError:
            return value
    return value


class TestJson:
    """An object or array is drawn one member a line."""

    def test_members_stand_on_lines_of_their_own_in_the_order_sent(self) -> None:
        assert drawn(body('{"name":"prod","scopes":["read",{}],"limit":null}')) == [
            "{",
            '  "name": "prod",',
            '  "scopes": [',
            '    "read",',
            "    {}",
            "  ],",
            '  "limit": null',
            "}",
        ]

    def test_a_line_is_made_of_pieces_that_say_what_they_are(self) -> None:
        document = body('{"a":1.50,"b":true,"c":"x\\ty"}')
        assert pieces(document, 1) == [
            ("  ", "punctuation"), ('"a"', "key"), (": ", "punctuation"), ("1.50", "number"), (",", "punctuation"),
        ]  # fmt: skip
        assert pieces(document, 2)[3] == ("true", "literal")
        assert pieces(document, 3)[3:] == [('"x', "string"), (r"\t", "punctuation"), ('y"', "string")]

    def test_numbers_keep_their_digits(self) -> None:
        digits = "9" * 5000
        assert drawn(body(f"[1.0,1e999,-0,{digits}]"))[1:-1] == ["  1.0,", "  1e999,", "  -0,", f"  {digits}"]

    def test_doubled_keys_stay(self) -> None:
        assert drawn(body('{"a":1,"a":2}'))[1:-1] == ['  "a": 1,', '  "a": 2']

    def test_a_redaction_is_told_from_text(self) -> None:
        document = body('{"key":"Bearer ‹redacted 51›"}')
        assert pieces(document, 1)[3:] == [('"Bearer ', "string"), ("‹redacted 51›", "redacted"), ('"', "string")]

    def test_what_looks_like_an_escape_is_told_from_an_escape(self) -> None:
        document = body(json.dumps({"a": "\x1b", "b": r"\u001b"}))
        assert pieces(document, 1)[3:6] == [('"', "string"), (r"\u001b", "escape"), ('"', "string")]
        assert pieces(document, 2)[3:6] == [('"', "string"), (r"\\", "punctuation"), ('u001b"', "string")]

    @given(VALUES, st.booleans(), st.sampled_from([None, 1]))
    def test_it_means_what_the_body_means_and_holds_nothing_unsafe(
        self, value: Any, ascii_only: bool, indent: int | None
    ) -> None:
        document = body(json.dumps(value, ensure_ascii=ascii_only, indent=indent))
        assert strict_loads(without_notes(document)) == opened_up(value)
        assert not any(has_unsafe(line) for line in drawn(document))

    @given(VALUES)
    def test_a_line_reads_the_same_in_pieces_and_whole(self, value: Any) -> None:
        document = body(json.dumps(value))
        for line in range(len(document)):
            assert "".join(span.text for span in document.spans(line, None)) == document.text(line)

    @given(st.text(st.sampled_from('[]{}",:01e+-. \n\tru\\/b'), min_size=1, max_size=14))
    def test_it_is_json_exactly_when_python_says_so(self, text: str) -> None:
        try:
            strict_loads(text)
        except ValueError:
            is_json = False
        else:
            is_json = True
        assert bool(text.strip()) or not is_json
        notes = [span for span in body(text).spans(0) if span.text.startswith(("(shown as text", "(empty"))]
        assert bool(notes) != is_json


class TestJsonInAString:
    """Portkey packs JSON into strings; it is unpacked where it stands, and marked."""

    def test_an_object_in_a_string_is_laid_out_in_its_place(self) -> None:
        document = body(json.dumps({"config": json.dumps({"retry": [3]}), "next": 1}))
        assert drawn(document) == [
            "{",
            '  "config": { (JSON in a string)',
            '    "retry": [',
            "      3",
            "    ]",
            "  },",
            '  "next": 1',
            "}",
        ]
        assert pieces(document, 1)[-1] == (" (JSON in a string)", "note")

    def test_a_body_that_was_encoded_twice_is_laid_out(self) -> None:
        assert drawn(body(json.dumps(json.dumps({"a": 1})))) == ["{ (JSON in a string)", '  "a": 1', "}"]

    def test_a_string_that_only_begins_like_json_stays_a_string(self) -> None:
        document = body(json.dumps(["[1, [2], ]", "{x}", "[brackets]"]))
        assert drawn(document)[1:-1] == ['  "[1, [2], ]",', '  "{x}",', '  "[brackets]"']

    def test_it_can_be_nested_as_far_as_anybody_nests_it(self) -> None:
        text = json.dumps({"a": json.dumps({"b": json.dumps({"c": 1})})})
        assert body(text).path(3) == "body.a.b.c"

    def test_nesting_without_end_stays_a_string(self) -> None:
        text = "[1]"
        for _ in range(12):
            text = json.dumps([text])
        assert len(body(text)) < 30


class TestPathsAndValues:
    """What is copied is the value as it came, and where it was."""

    DOCUMENT = body(r'{"checks":[{"id":"a\u001b\n"},[1]],"odd key":{"x":1},"":0,"e":{}}')

    @pytest.mark.parametrize(
        ("line", "path", "value"),
        [
            (0, "body", r'{"checks":[{"id":"a\u001b\n"},[1]],"odd key":{"x":1},"":0,"e":{}}'),
            (1, "body.checks", r'[{"id":"a\u001b\n"},[1]]'),
            (3, "body.checks[0].id", "a\x1b\n"),
            (4, "body.checks[0]", r'{"id":"a\u001b\n"}'),
            (6, "body.checks[1][0]", "1"),
            (10, 'body["odd key"].x', "1"),
            (12, 'body[""]', "0"),
            (13, "body.e", "{}"),
        ],
    )
    def test_each_line_knows_its_own(self, line: int, path: str, value: str) -> None:
        assert (self.DOCUMENT.path(line), self.DOCUMENT.value(line)) == (path, value)

    def test_a_closing_line_speaks_for_what_it_closes(self) -> None:
        assert self.DOCUMENT.parent(4) == 2
        assert self.DOCUMENT.last(2) == 4

    def test_a_folded_line_tells_how_much_it_hides(self) -> None:
        def folded(line: int) -> str:
            return "".join(span.text for span in self.DOCUMENT.folded(line))

        assert folded(0) == "{ … 4 keys }"
        assert folded(1) == '  "checks": [ … 2 items ],'
        assert folded(2) == "    { … 1 key },"


class TestLongValues:
    """A value is drawn up to a limit, and says what is missing."""

    @pytest.mark.parametrize("character", ["x", "\n", "é"])
    def test_a_long_string_is_cut_until_more_is_asked_for(self, character: str) -> None:
        document = body(json.dumps([character * 5000]))
        more = [span for span in document.spans(1) if span.role is Role.MORE]
        assert [span.text for span in more] == ["…(+904 chars)"]
        assert not [span for span in document.spans(1, 5000) if span.role is Role.MORE]
        assert document.value(1) == character * 5000

    def test_so_are_long_numbers_keys_and_lines_of_text(self) -> None:
        for text, line in (("1" * 5000, 0), (json.dumps({"k" * 5000: 1}), 1), ("text " * 1000, 1)):
            assert [span.role for span in body(text).spans(line)].count(Role.MORE) == 1


class TestText:
    """What isn't JSON is shown as it is, with the reason above it."""

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("name=prod&scope=write", "a value is expected at line 1, column 1"),
            ('{"a": 1,\n "b" 2}', "a key in quotes and a colon is expected at line 2, column 2"),
            ('{"a": [1, 2', "it ends where a comma or ] is expected"),
            ('{"a": NaN}', "a value is expected at line 1, column 7"),
            ("{} {}", "the end is expected at line 1, column 4"),
            ("[" * 100_000, "nested deeper than 1,000 levels"),
            ('{"a":' * 100_000, "nested deeper than 1,000 levels"),
        ],
        ids=["form", "no colon", "cut", "NaN", "two values", "deep array", "deep object"],
    )
    def test_the_note_says_why_it_is_not_laid_out(self, text: str, reason: str) -> None:
        document = body(text)
        assert document.text(0) == f"(shown as text, not as JSON: {reason})"
        assert "\n".join(document.value(line) for line in range(1, len(document))) == text
        assert (document.path(0), document.value(0)) == ("", "")

    def test_it_stands_in_its_own_lines_and_obeys_nothing(self) -> None:
        assert drawn(body("a\tb\r\n\x1b[31m\n[/x]"))[1:] == ["a   b", r"\u001b[31m", "[/x]"]

    @pytest.mark.parametrize("text", ["", "  \n"])
    def test_an_empty_body_says_so(self, text: str) -> None:
        assert pieces(body(text), 0) == [("(empty body)", "note")]

    @given(st.text(st.characters(codec=None), max_size=40))
    def test_whatever_it_is_nothing_unsafe_is_drawn(self, text: str) -> None:
        document = body("not JSON " + text)
        for line in range(len(document)):
            assert not has_unsafe(document.text(line))
            assert "".join(span.text for span in document.spans(line, None)) == document.text(line)


class TestWholeRecord:
    """Raw is the record as an export holds it."""

    @given(VALUES)
    def test_it_is_the_record_in_ascii_and_nothing_is_lost(self, value: Any) -> None:
        record = AuditRecord.model_validate({"uri": "/v1/é", "request_body": json.dumps(value), "new_field": value})
        document = whole(open_record(record))
        text = "\n".join(drawn(document))
        assert text.isascii()
        assert json.loads(text) == record.as_api()


class TestLargeBodies:
    """A body of some megabytes is laid out in small steps, each of which can be drawn."""

    def test_the_first_step_shows_its_beginning(self) -> None:
        opening = open_json(json.dumps([{"id": number} for number in range(5000)]), "body")
        first = next(opening)
        assert 0 < len(first) < 5000
        assert first.text(2) == '    "id": 0'

    def test_lines_that_were_shown_stay(self) -> None:
        inner = json.dumps([{"id": number} for number in range(1000)])
        lengths: list[int] = []
        shown: list[str] = []
        for document in open_json(json.dumps([inner, inner[:-1] + ",]", 1]), "body"):
            lengths.append(len(document))
            shown = [shown[line] if line < len(shown) else document.text(line) for line in range(len(document))]
        assert lengths == sorted(lengths)
        assert [line.rstrip(",") for line in shown] == [line.rstrip(",") for line in drawn(document)]

    def test_one_that_breaks_off_becomes_text(self) -> None:
        text = json.dumps(list(range(5000)))[:-1]
        document = whole(open_json(text, "body"))
        assert document.value(1) == text
