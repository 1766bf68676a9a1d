"""A report that says what it is of, and in which nothing from a record is markup."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.app.attacks import PAYLOADS
from tests.formats.test_views import record
from tui.domain.clean import has_unsafe
from tui.domain.fields import COLUMNS
from tui.domain.names import Named, NameKind, Names
from tui.domain.time_range import Window
from tui.formats.markdown_report import ReportHead, report_head, report_row

WINDOW = Window(datetime(2026, 11, 19, 14, tzinfo=UTC), datetime(2026, 11, 20, 14, tzinfo=UTC))
NAMES = Names({NameKind.USER: {"8acd": Named("Ana Ortiz")}})
ACTIVE = (
    *("![x](http://t.example/x.png)", "[x](http://t.example)", "<http://t.example>", "<b>x</b>", "<!-- x -->"),
    *("http://t.example", "www.t.example", "ana@t.example", "@ana", "#1", "`x`", "``", "|", "\\|", "\\\\|", "\\`"),
    *("~~x~~", "**x**", "&lt;", "x  \n# y", "| --- |", "$x$", ": x"),
)
TEXTS = (
    st.text()
    | st.sampled_from((*ACTIVE, *PAYLOADS))
    | st.text(st.sampled_from("`|\\ <>[]()!*_#&@:/.ht\n\r\t-"), max_size=30)
)
HARMLESS = {
    *("table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close"),
    *("th_open", "th_close", "td_open", "td_close", "inline", "text", "code_inline", "heading_open", "heading_close"),
    *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "paragraph_open"),
    "paragraph_close",
}


def head(query: str = "is:failed since:24h", notes: tuple[str, ...] = (), count: int = 1_200) -> str:
    return report_head(ReportHead(query, WINDOW, count, "Complete", "Secrets are redacted", notes))


def kinds(markdown: str) -> set[str]:
    """What a reader of Markdown sees in a text."""
    tokens = MarkdownIt("gfm-like").parse(markdown)
    return {token.type for token in tokens} | {inner.type for token in tokens for inner in token.children or ()}


def spans(markdown: str) -> list[str]:
    """What stands in its code spans."""
    tokens = MarkdownIt("gfm-like").parse(markdown)
    return [inner.content for token in tokens for inner in token.children or () if inner.type == "code_inline"]


def test_it_begins_with_how_many_there_are_of_what():
    assert head(notes=("12 of them were late.",)).splitlines()[:8] == [
        "# Audit log: 1,200 records",
        "",
        "- Query: `is:failed since:24h`",
        "- From 2026-11-19T14:00:00Z to 2026-11-20T14:00:00Z, both included",
        "- Complete",
        "- Secrets are redacted",
        "- `12 of them were late.`",
        "",
    ]
    assert head(count=1).startswith("# Audit log: 1 record\n")


def test_a_row_has_the_tables_columns_with_names_for_ids():
    row = report_row(record(), NAMES)
    assert spans(head() + row)[1:] == [
        "2026-07-24T21:04:11Z",
        "200",
        "publish",
        "Ana Ortiz (8acd)",
        "3af846b9-1111-2222-3333-444455556666",
        "203.0.113.9",
    ]
    assert row.count("|") == len(COLUMNS) + 1


@pytest.mark.parametrize("text", [*ACTIVE, *PAYLOADS])
def test_what_wants_to_be_markup_is_text(text: str):
    report = head(text, (text,)) + report_row(record(resource_type=text, request_id=text), NAMES)
    assert kinds(report) <= HARMLESS
    assert not any(has_unsafe(line) for line in report.split("\n"))


@given(TEXTS, TEXTS)
def test_whatever_is_in_a_record_a_row_is_a_row(one: str, other: str):
    row = report_row(record(resource_type=one, request_id=other, user_id=one, country=other, timestamp=other), NAMES)
    report = head(one or "x", (other,) * bool(other.strip())) + row
    assert kinds(report) <= HARMLESS
    assert row.count("\n") == 1
    assert row.count("|") == len(COLUMNS) + 1
    tokens = MarkdownIt("gfm-like").parse(report)
    assert sum(token.type == "td_open" for token in tokens) == len(COLUMNS)
    report.encode()


def test_what_is_cut_says_so():
    assert "chars)" in report_row(record(resource_type="x" * 1_000), NAMES)
