"""One record in full: its tabs, and stepping to the next."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.app.viewing import Viewing, viewing
from tui.app.widgets.detail_pane import DetailPane
from tui.domain.clean import has_unsafe
from tui.domain.names import Named, NameKind, Names
from tui.domain.record import AuditRecord
from tui.formats.views import View


def record(number: int = 1, **fields: Any) -> AuditRecord:
    return AuditRecord.model_validate(
        {
            "timestamp": "2026-11-22T20:47:59Z",
            "method": "PUT",
            "uri": "/v2/prompts",
            "response_status_code": 200,
            "user_id": "8acd",
            "request_body": json.dumps({"number": number, "token": "‹redacted 51›", "list": list(range(30))}),
            "request_headers": '{"user-agent":"curl"}',
            "query_params": '{"page":"2"}',
            **fields,
        }
    )


@asynccontextmanager
async def detail(shown: AuditRecord | None, *, size: tuple[int, int] = (80, 20)) -> AsyncIterator[Viewing[DetailPane]]:
    async with viewing(DetailPane(), size=size) as story:
        story.widget.show(shown, Names(), UTC)
        await story.pilot.pause()
        yield story


class TestTabs:
    """Five ways to look at the record, one key each."""

    @pytest.mark.parametrize(
        ("key", "tab", "text"),
        [
            ("1", "[1 Body]", '"number": 1,'),
            ("2", "[2 Headers]", "user-agent  curl"),
            ("3", "[3 Query]", "page  2"),
            ("4", "[4 Facts]", "Status           200"),
            ("5", "[5 Raw]", '"timestamp": "2026-11-22T20:47:59Z",'),
        ],
    )
    async def test_a_digit_chooses_one_and_it_is_marked_without_colour(self, key: str, tab: str, text: str) -> None:
        async with detail(record()) as story:
            await story.press("3", key)
            assert tab in story.screen[0]
            assert story.screen[0].count("[") == 1
            assert text in story.text

    async def test_a_click_chooses_one_too(self) -> None:
        async with detail(record()) as story:
            await story.pilot.click("#detail-tabs", offset=(story.screen[0].index("4 Facts") + 2, 0))
            await story.until(lambda: story.widget.chosen is View.FACTS, "the tab")
            assert story.lines.has_focus

    async def test_each_remembers_where_its_reader_was(self) -> None:
        async with detail(record()) as story:
            await story.press("j", "j", "4", "j", "1")
            assert story.widget.current_path == "body.token"
            await story.press("4")
            assert story.widget.current_path == "method"

    async def test_digits_are_text_while_a_find_is_typed(self) -> None:
        async with detail(record()) as story:
            await story.press("/", "4")
            assert story.widget.chosen is View.BODY


class TestTheRecord:
    async def test_its_headline_stands_above(self) -> None:
        async with detail(record(resource_type="prompts")) as story:
            assert story.screen[1].strip() == "2026-11-22 20:47:59  200  update  prompts"

    async def test_none_is_told(self) -> None:
        async with detail(None) as story:
            assert "(not loaded yet)" in story.text
            assert (story.widget.current_path, story.widget.current_value) == ("", "")

    async def test_one_that_arrives_takes_the_place_of_none(self) -> None:
        async with detail(None) as story:
            story.widget.show(record(), Names(), UTC)
            await story.pilot.pause()
            assert '"number": 1,' in story.text

    async def test_path_and_value_under_the_cursor_can_be_copied(self) -> None:
        async with detail(record()) as story:
            await story.press("j")
            assert (story.widget.current_path, story.widget.current_value) == ("body.number", "1")
            assert not story.widget.is_redacted
            await story.press("j")
            assert (story.widget.current_path, story.widget.current_value) == ("body.token", "‹redacted 51›")
            assert story.widget.is_redacted

    async def test_names_and_zone_reach_the_facts_when_they_arrive(self) -> None:
        shown = record()
        async with detail(shown) as story:
            await story.press("4", "j", "j")
            names = Names({NameKind.USER: {"8acd": Named("Ana Ortiz")}})
            story.widget.show(shown, names, ZoneInfo("Europe/Berlin"))
            await story.pilot.pause()
            assert "8acd  Ana Ortiz" in story.text
            assert story.screen[1].strip().startswith("2026-11-22 21:47:59")
            assert story.widget.current_path == "status"


class TestSteppingThroughRecords:
    """Tab, find and place stay, so that records can be compared."""

    async def test_the_place_stays(self) -> None:
        async with detail(record(1)) as story:
            await story.press("j", "j", "j", *["j"] * 20)
            path, top = story.widget.current_path, story.lines.scroll_offset.y
            story.widget.show(record(2), Names(), UTC)
            await story.pilot.pause()
            assert top > 0
            assert (story.widget.current_path, story.lines.scroll_offset.y) == (path, top)

    async def test_tab_and_find_stay(self) -> None:
        async with detail(record(1)) as story:
            await story.press("5", "/", *"method", "enter")
            story.widget.show(record(2, method="DELETE"), Names(), UTC)
            await story.pilot.pause()
            assert story.widget.chosen is View.RAW
            assert '"method": "DELETE"' in story.text
            assert story.screen[-1].startswith("/ method")

    async def test_the_same_record_again_disturbs_nothing(self) -> None:
        shown = record()
        async with detail(shown) as story:
            await story.press("j", "j", "j", "enter")
            story.widget.show(shown, Names(), UTC)
            await story.pilot.pause()
            assert story.under_cursor == '"list": [ … 30 items ]'


class TestClosing:
    async def test_escape_puts_the_find_away_first(self) -> None:
        async with detail(record()) as story:
            await story.press("/", "1", "enter", "escape")
            assert story.app.told == []
            await story.press("escape")
            assert [type(message) for message in story.app.told] == [DetailPane.Closed]


class TestHostileRecords:
    async def test_no_field_of_a_record_is_obeyed_in_any_tab(self) -> None:
        evil = "[/x][@click=app.quit]x[/]\x1b]52;c;aGk=\x07\u202e\x00"
        fields = dict.fromkeys(AuditRecord.model_fields, evil + "\ud800")
        async with detail(AuditRecord.model_validate({**fields, evil: evil})) as story:
            for key in "12345":
                await story.press(key)
                assert not has_unsafe("".join(story.screen))
                assert "[/x][@click=app.quit]x[/]" in story.text
                await story.pilot.click("#detail-headline", offset=(12, 0))
            assert story.app.is_running
