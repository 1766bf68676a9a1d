"""Reading a document: moving, folding, finding, wrapping, and nothing in it that the screen obeys."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.geometry import Region

from tests.app.viewing import Viewing, viewing
from tui.app.widgets.document_lines import WRAP_LIMIT
from tui.app.widgets.document_view import DocumentView
from tui.domain.clean import has_unsafe
from tui.formats.body import open_json

BODY = {"name": "prod", "checks": [{"id": "first"}, {"id": "second"}], "limits": {"day": 5}, "end": None}
#  0 {  1 name  2 checks [  3 {  4 id  5 },  6 {  7 id  8 }  9 ],  10 limits {  11 day  12 },  13 end  14 }


@asynccontextmanager
async def reading(body: object = BODY, *, size: tuple[int, int] = (60, 20)) -> AsyncIterator[Viewing[DocumentView]]:
    """A view of a body: text as it is, anything else as JSON."""
    async with viewing(DocumentView(), size=size) as story:
        story.widget.show(open_json(body if isinstance(body, str) else json.dumps(body), "body"))
        await story.pilot.pause()
        yield story


class TestMoving:
    """One line is the cursor's, marked at its left."""

    async def test_the_first_line_has_the_cursor(self) -> None:
        async with reading() as story:
            assert story.under_cursor == "{"
            assert (story.widget.current_path, story.widget.current_value) == ("body", json.dumps(BODY))

    @pytest.mark.parametrize(
        ("keys", "path"),
        [
            (["j", "down"], "body.checks"),
            (["j", "j", "k"], "body.name"),
            (["j", "j", "up"], "body.name"),
            (["G", "k"], "body.end"),
            (["end", "k", "g", "j"], "body.name"),
            (["end", "home"], "body"),
            (["k"], "body"),
            (["G", "j"], "body"),
        ],
    )
    async def test_keys_move_it(self, keys: list[str], path: str) -> None:
        async with reading() as story:
            await story.press(*keys)
            assert story.widget.current_path == path

    async def test_pages_move_it_through_a_long_document(self) -> None:
        async with reading(list(range(100)), size=(60, 11)) as story:
            await story.press("space", "pagedown")
            assert story.under_cursor == "19,"
            await story.press("b")
            assert story.under_cursor == "9,"
            await story.press("G", "pageup", "pageup", "g")
            assert story.under_cursor == "["

    async def test_a_click_moves_it(self) -> None:
        async with reading() as story:
            await story.pilot.click(story.lines, offset=(8, 1))
            assert story.widget.current_path == "body.name"

    async def test_a_click_below_the_end_does_nothing(self) -> None:
        async with reading([1]) as story:
            await story.pilot.click(story.lines, offset=(8, 10))
            assert story.widget.current_path == "body"

    async def test_a_move_repaints_two_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with reading() as story:
            regions: list[Region] = []
            monkeypatch.setattr(story.lines, "refresh", lambda *painted, **_: regions.extend(painted))
            story.lines.action_move(1)
            assert sorted((region.y, region.height) for region in regions) == [(0, 1), (1, 1)]

    async def test_an_empty_document_takes_every_key(self) -> None:
        async with reading("") as story:
            assert "(empty body)" in story.text
            await story.press("j", "G", "enter", "h", "l", "H", "L", "W", ">", "n", "N", "escape")
            assert (story.widget.current_path, story.widget.current_value) == ("", "")


class TestFolding:
    """What is in brackets folds to one line that tells how much it hides."""

    async def test_enter_folds_and_unfolds(self) -> None:
        async with reading() as story:
            await story.press("j", "j", "enter")
            assert story.under_cursor == '"checks": [ … 2 items ],'
            assert "first" not in story.text
            await story.press("enter")
            assert "first" in story.text

    async def test_left_on_a_leaf_goes_to_what_holds_it_and_then_folds_it(self) -> None:
        async with reading() as story:
            await story.press("j", "j", "j", "j", "h")
            assert story.widget.current_path == "body.checks[0]"
            await story.press("left")
            assert story.under_cursor == "{ … 1 key },"
            await story.press("l")
            assert "first" in story.text

    async def test_enter_on_a_closing_line_folds_what_it_closes(self) -> None:
        async with reading() as story:
            await story.press("G", "enter")
            assert story.under_cursor == "{ … 4 keys }"

    async def test_a_level_folds_at_once_and_all_unfold(self) -> None:
        async with reading() as story:
            await story.press("j", "H")
            assert '"checks": [ … 2 items ],' in story.text
            assert '"limits": { … 1 key },' in story.text
            await story.press("L")
            assert "first" in story.text
            assert '"day": 5' in story.text

    async def test_the_cursor_goes_to_the_fold_it_is_under(self) -> None:
        async with reading() as story:
            await story.press("j", "j", "j", "j", "k", "k", "k", "j", "j", "j", "j")
            story.lines.action_fold_level()
            await story.press("g", "H")
            assert story.under_cursor == "{ … 4 keys }"

    async def test_a_click_on_the_fold_sign_folds(self) -> None:
        async with reading() as story:
            await story.pilot.click(story.lines, offset=(1, 2))
            assert story.under_cursor == '"checks": [ … 2 items ],'
            assert "▸" in story.text


class TestLongValues:
    async def test_enter_shows_more_of_a_cut_value(self) -> None:
        async with reading(["x" * 5000], size=(60, 100)) as story:
            await story.press("W", "j")
            assert '…(+904 chars)"' in story.text.replace("\n  ", "")
            await story.press("enter")
            assert "chars" not in story.text

    async def test_angle_brackets_move_sideways_as_far_as_there_is_text(self) -> None:
        async with reading(["0123456789" * 10]) as story:
            await story.press("j", ">")
            assert story.under_cursor.startswith("67890")
            await story.press(*[">"] * 10)
            assert '9"' in story.text
            await story.press(*["<"] * 10)
            assert story.under_cursor.startswith('"01234')

    async def test_wrapping_shows_all_of_a_line_wide_characters_too(self) -> None:
        async with reading(["中文" * 40 + "end"]) as story:
            await story.press("W", "j")
            wrapped = [line[2:].strip() for line in story.screen[1:5]]
            assert "".join(wrapped).startswith(json.dumps(["中文" * 40 + "end"], ensure_ascii=False)[1:-1])
            await story.press("j")
            assert story.under_cursor == "]"

    async def test_nothing_is_wrapped_beyond_the_limit_and_it_says_so(self) -> None:
        async with reading(["x" * 100] * (WRAP_LIMIT // 100)) as story:
            rows = story.lines.virtual_size.height
            await story.press("W")
            assert story.lines.virtual_size.height == rows
            assert [toast.message for toast in story.app._notifications] == [
                "Lines are wrapped up to 64 kB only; < and > move sideways."
            ]


class TestFinding:
    """A slash opens the find; hits are marked, and walked with n and N."""

    async def test_typing_goes_to_the_first_hit_and_counts_them(self) -> None:
        async with reading() as story:
            await story.press("/", "i", "d")
            assert story.widget.current_path == "body.checks[0].id"
            assert story.screen[-1].endswith("1 of 2")

    async def test_n_and_N_walk_round(self) -> None:  # noqa: N802 - the keys are called that
        async with reading() as story:
            await story.press("/", "i", "d", "enter", "n")
            assert story.widget.current_path == "body.checks[1].id"
            await story.press("n")
            assert story.widget.current_path == "body.checks[0].id"
            await story.press("N")
            assert story.widget.current_path == "body.checks[1].id"

    async def test_hits_are_marked_without_colour_too(self) -> None:
        async with reading() as story:
            await story.press("/", "i", "d", "enter")
            marked = {
                (segment.text, bool(segment.style.reverse), bool(segment.style.underline))
                for strip in story.strips[:-1]
                for segment in strip
                if segment.style and (segment.style.reverse or segment.style.underline)
            }
            assert marked == {("id", True, False), ("id", False, True)}

    async def test_a_hit_in_a_fold_is_unfolded(self) -> None:
        async with reading() as story:
            await story.press("enter")
            assert story.under_cursor == "{ … 4 keys }"
            await story.press("/", *"second")
            assert story.under_cursor == '"id": "second"'

    async def test_a_hit_behind_the_cut_is_shown(self) -> None:
        async with reading(["x" * 9000 + "needle", 1]) as story:
            await story.press("/", *"needle", "enter")
            assert "needle" in story.under_cursor

    async def test_escape_puts_it_away_and_n_brings_it_back(self) -> None:
        async with reading() as story:
            await story.press("/", "i", "d", "escape")
            assert story.widget.current_path == "body.checks[0].id"
            assert not story.widget.find_line.display
            assert story.lines.has_focus
            await story.press("n")
            assert story.screen[-1].endswith("2 of 2")

    async def test_the_same_text_again_goes_on_from_the_cursor(self) -> None:
        async with reading() as story:
            await story.press("/", "i", "d", "escape", "g", "/", "enter")
            assert story.widget.current_path == "body.checks[0].id"

    async def test_nothing_to_look_for_puts_it_away(self) -> None:
        async with reading() as story:
            await story.press("/", "enter", "j")
            assert not story.widget.find_line.display
            assert story.widget.current_path == "body.name"

    async def test_what_is_not_there_is_told_and_the_cursor_stays(self) -> None:
        async with reading() as story:
            await story.press("j", "/", *"zebra")
            assert story.screen[-1].endswith("not found")
            assert story.widget.current_path == "body.name"

    async def test_a_pasted_control_character_is_looked_for_as_it_is_drawn(self) -> None:
        async with reading(["a", "b\x1b[31m"]) as story:
            await story.press("/")
            story.widget.find_input.insert_text_at_cursor("\x1b[31")
            await story.until(lambda: story.widget.current_path == "body[1]", "the hit")
            assert not has_unsafe("".join(story.screen))

    async def test_keys_typed_into_it_do_nothing_else(self) -> None:
        async with reading() as story:
            await story.press("/", "G", "W", "n")
            assert story.widget.find_input.value == "GWn"
            assert story.widget.current_path == "body"

    async def test_it_goes_on_in_the_next_document(self) -> None:
        async with reading() as story:
            await story.press("/", "i", "d", "enter")
            story.widget.show(open_json('{"id": 1, "b": {"id": 2}, "c": "id"}', "body"))
            await story.pilot.pause()
            assert story.screen[-1].endswith("3")
            await story.press("n")
            assert story.screen[-1].endswith("1 of 3")


class TestLargeDocuments:
    """They can be read from the first moment, and become whole by themselves."""

    async def test_the_beginning_is_there_before_the_rest(self) -> None:
        async with reading("{}") as story:
            body = json.dumps([{"id": number} for number in range(20_000)])
            story.widget.show(open_json(body, "body"))
            assert 0 < len(story.lines.document) < 60_002
            await story.press("j", "j")
            assert story.under_cursor == '"id": 0'
            await story.until(lambda: story.lines.virtual_size.height == 60_002, "the whole document")
            await story.press("G")
            assert story.under_cursor == "]"

    async def test_a_body_encoded_twice_says_that_it_is_being_read(self) -> None:
        async with reading("{}") as story:
            story.widget.show(open_json(json.dumps(json.dumps(list(range(20_000)))), "body"))
            await story.until(lambda: "(reading …)" in story.text, "the note")
            await story.until(lambda: "[ (JSON in a string)" in story.text, "the document")
            assert story.lines.virtual_size.height == 20_002

    async def test_folds_made_meanwhile_stay(self) -> None:
        async with reading("{}") as story:
            story.widget.show(open_json(json.dumps([[1, 2], *range(20_000)]), "body"))
            await story.press("j", "enter")
            assert story.under_cursor == "[ … 2 items ],"
            await story.until(lambda: story.lines.virtual_size.height == 20_003, "the whole document")

    async def test_a_find_reaches_what_was_not_laid_out_yet(self) -> None:
        async with reading("{}") as story:
            story.widget.show(open_json(json.dumps([*range(20_000), "needle"]), "body"))
            await story.press("/", *"needle")
            await story.until(lambda: story.widget.current_path == "body[20000]", "the hit")

    async def test_one_that_breaks_off_is_shown_as_text_in_the_end(self) -> None:
        async with reading("{}") as story:
            story.widget.show(open_json(json.dumps(list(range(20_000)))[:-1], "body"))
            await story.until(lambda: "(shown as text" in story.text, "the note")

    async def test_another_document_takes_its_place_for_good(self) -> None:
        async with reading("{}") as story:
            story.widget.show(open_json(json.dumps(list(range(20_000))), "body"))
            story.widget.show(open_json('"other"', "body"))
            await story.until(lambda: not story.app._workers._workers, "the end of all work")
            assert story.screen[0].strip("▌ ") == '"other"'
            assert story.lines.virtual_size.height == 1


HOSTILE = [
    "[/x]",
    "[@click=app.quit]x[/]",
    "[link=https://example.org]x[/link]",
    "\x1b]52;c;aGFja2Vk\x07",
    "\x1b[2J\x1b[31m",
    "\x9b31m",
    "\u202egnp.exe",
    "\x00\x7f\r\b",
    "\ud800",
    "e" + "\u0301" * 50,
    "\U000e0041\u200b\u2028",
]


class TestHostileText:
    """Whatever a log says is shown as written, and nothing is obeyed."""

    @pytest.mark.parametrize(
        "body",
        [
            json.dumps([[text, {text: text}, json.dumps({text: text})] for text in HOSTILE], ensure_ascii=False),
            "(\n" + "\n".join(HOSTILE),
        ],
        ids=["json", "text"],
    )
    async def test_it_is_harmless_wherever_it_stands(self, body: str) -> None:
        async with reading(body, size=(100, 130)) as story:
            assert not has_unsafe("".join(story.screen))
            assert [text for text in HOSTILE if text.isascii() and text.isprintable() and text not in story.text] == []
            styles = [segment.style for strip in story.strips for segment in strip if segment.style]
            assert not any(style.link or "@click" in style.meta for style in styles)
            for row, line in enumerate(story.screen):
                if "@click" in line:
                    await story.pilot.click(story.lines, offset=(line.index("]x[") + 1, row))
            await story.press("/", "x", "enter", "n", "W", "H")
            assert story.app.is_running
            assert not has_unsafe("".join(story.screen))
