"""The five ways to look at one record."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tui.domain.fields import FIELDS
from tui.domain.names import Named, NameKind, Names
from tui.domain.record import AuditRecord
from tui.formats.document import Document, Role, whole
from tui.formats.facts import facts, headline
from tui.formats.pairs import open_pairs
from tui.formats.views import View, open_view, value_at

BERLIN = ZoneInfo("Europe/Berlin")


def record(**fields: Any) -> AuditRecord:
    return AuditRecord.model_validate(
        {
            "timestamp": "2026-07-24T21:04:11.000Z",
            "method": "PUT",
            "uri": "/v2/prompts/3af846b9-1111-2222-3333-444455556666/makeDefault",
            "user_id": "8acd",
            "client_ip": "::ffff:203.0.113.9",
            "response_status_code": 200,
            "request_body": '{"scopes":["read"],"config":"{\\"retry\\":3}"}',
            "request_headers": '{"user-agent":"curl","x-trace":"1"}',
            "query_params": "",
            **fields,
        }
    )


def lines(document: Document) -> list[str]:
    return [document.text(line) for line in range(len(document))]


def pairs(text: str) -> Document:
    return whole(open_pairs(text, "headers"))


class TestPairs:
    """Headers and query parameters."""

    def test_they_are_aligned_in_the_order_sent(self) -> None:
        document = pairs('{"user-agent":"curl/8","host":"h","retries":1.50,"dry":true,"host":"again"}')
        assert lines(document) == [
            "user-agent  curl/8",
            "host        h",
            "retries     1.50",
            "dry         true",
            "host        again",
        ]
        assert [span.role for span in document.spans(0)] == [Role.KEY, Role.PLAIN, Role.STRING]
        assert (document.path(0), document.value(0)) == ("headers.user-agent", "curl/8")

    def test_hostile_names_and_values_are_shown_as_escapes(self) -> None:
        assert lines(pairs(r'{"a\u001b":"[/x]\u202e\n"}')) == [r"a\u001b  [/x]\u202e\n"]

    def test_an_endless_name_does_not_push_the_others_away(self) -> None:
        assert lines(pairs('{"%s":"1","b":"2"}' % ("n" * 300)))[1] == "b" + " " * 33 + "2"

    @pytest.mark.parametrize("text", ['{"a":{"b":1}}', '["a"]', '"a"', "{}", "7"])
    def test_any_other_json_is_laid_out_as_a_body_is(self, text: str) -> None:
        assert lines(pairs(text))[0].startswith(text[0])

    @pytest.mark.parametrize("text", ["a=1&b=2", '{"a":NaN}', "[" * 100_000, '{"a":'])
    def test_what_is_no_json_is_text(self, text: str) -> None:
        assert pairs(text).text(0).startswith("(shown as text")

    def test_none_are_told(self) -> None:
        assert lines(pairs("")) == ["(empty headers)"]


class TestFacts:
    """Every field, one a line."""

    def test_they_hold_all_fields_in_the_order_of_the_field_table(self) -> None:
        document = facts(record(), Names(), UTC)
        assert [document.path(line) for line in range(len(document))] == [field.name for field in FIELDS]
        assert all(lines(document)[i].startswith(field.label) for i, field in enumerate(FIELDS))

    def test_time_is_told_in_utc_and_in_the_readers_zone(self) -> None:
        assert lines(facts(record(), Names(), BERLIN))[0].endswith(
            "2026-07-24T21:04:11.000Z  2026-07-24 21:04:11 UTC · 2026-07-24 23:04:11 CEST +02:00"
        )
        assert lines(facts(record(), Names(), UTC))[0].endswith("Z  2026-07-24 21:04:11 UTC")
        assert lines(facts(record(timestamp="soon"), Names(), UTC))[0].endswith("soon  (not a time)")

    def test_ids_come_with_the_names_they_have(self) -> None:
        names = Names({NameKind.USER: {"8acd": Named("Ana [/x] \x1b")}})
        assert r"8acd  Ana [/x] \u001b" in lines(facts(record(), names, UTC))[4]

    def test_names_that_were_refused_are_told_of(self) -> None:
        names = Names(refused={NameKind.API_KEY: "the key may not list them"})
        assert lines(facts(record(), names, UTC))[-1] == (
            "(names of api keys are not to be had: the key may not list them)"
        )

    def test_what_was_worked_out_is_marked(self) -> None:
        shown = "\n".join(lines(facts(record(), Names(), UTC)))
        assert "publish  (derived)" in shown
        assert "444455556666  (derived)" in shown
        assert "203.0.113.9  (sent as ::ffff:203.0.113.9)" in shown
        assert "update\n" in "\n".join(lines(facts(record(action="update"), Names(), UTC)))

    def test_fields_the_api_added_stand_below(self) -> None:
        assert lines(facts(record(new_field="\u202e"), Names(), UTC))[-1].split() == ["new_field", r"\u202e"]

    def test_bodies_are_cut_there_and_copied_whole(self) -> None:
        text = '"' + "x" * 900 + '"'
        document = facts(record(request_body=text), Names(), UTC)
        line = [field.name for field in FIELDS].index("body")
        assert len(document.text(line)) < 250
        assert document.value(line) == text


class TestHeadline:
    def test_it_names_time_status_operation_and_target(self) -> None:
        assert headline(record(resource_type="prompts"), BERLIN) == (
            "2026-07-24 23:04:11  200  publish  prompts  3af846b9-1111-2222-3333-444455556666"
        )

    def test_it_leaves_out_what_there_is_not_and_escapes_what_is_odd(self) -> None:
        empty = {"timestamp": "\x1b", "uri": "", "method": "", "response_status_code": ""}
        assert headline(record(**empty), UTC) == r"\u001b"


class TestLookingUp:
    """A path that was shown leads back to its value, in this record or another."""

    @pytest.mark.parametrize("view", View)
    def test_every_path_that_a_view_shows_leads_to_its_value(self, view: View) -> None:
        document = whole(open_view(view, record(), Names(), UTC))
        shown = {document.path(line): document.value(line) for line in range(len(document)) if document.path(line)}
        assert {path: value_at(record(), path) for path in shown} == shown

    @pytest.mark.parametrize("path", ["", "body.nothing", "body.scopes[7]", "nowhere"])
    def test_a_path_that_leads_nowhere_has_no_value(self, path: str) -> None:
        assert value_at(record(), path) is None
