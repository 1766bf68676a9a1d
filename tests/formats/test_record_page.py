"""A record as a page to read: all of it, laid out, and nothing in it that a terminal obeys."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.formats.test_views import record
from tui.domain.clean import has_unsafe
from tui.domain.names import Named, NameKind, Names
from tui.formats.record_page import record_page

TEXTS = st.text(st.characters(), max_size=60) | st.text(st.sampled_from('{}[]":,\\\x1b\x9b\u202e\r\n\ud800a1'))


def test_facts_stand_first_and_then_what_was_sent():
    page = record_page(record(request_body='{"config":"{\\"retry\\":3}"}'), Names(), UTC).splitlines()
    assert page[:2] == ["FACTS", "  Time             2026-07-24T21:04:11.000Z  2026-07-24 21:04:11 UTC"]
    assert page[page.index("BODY") :] == [
        "BODY",
        "  {",
        '    "config": { (JSON in a string)',
        '      "retry": 3',
        "    }",
        "  }",
        "",
        "HEADERS",
        "  user-agent  curl",
        "  x-trace     1",
        "",
        "QUERY",
        "  (empty query)",
    ]


def test_ids_have_names_and_times_their_zone():
    names = Names({NameKind.USER: {"8acd": Named("Ana Ortiz")}})
    page = record_page(record(), names, ZoneInfo("Europe/Berlin"))
    assert "8acd  Ana Ortiz" in page
    assert "23:04:11 CEST" in page


@given(TEXTS, TEXTS, TEXTS)
def test_nothing_in_it_acts_on_a_terminal_and_it_can_be_sent_there(body: str, headers: str, uri: str):
    page = record_page(record(request_body=body, request_headers=headers, uri=uri), Names(), UTC)
    assert not any(has_unsafe(line) for line in page.split("\n"))
    assert page.endswith("\n")
    page.encode()
