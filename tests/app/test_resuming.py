"""A reader whose run was cut off is taken back to where she was, by the key that goes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.exploring import NOW, Story, asking, exploring, stand_in
from tests.app.test_explorer import asked_pages
from tests.state.disks import fill
from tui.app.context import Memory
from tui.demo.server import DemoServer
from tui.domain.query import AuditQuery
from tui.state.last_look import KeptLook, LookBook

WEEK = asking("since:7d")
_LATER = timedelta(minutes=50)


@pytest.fixture
def server() -> DemoServer:
    return stand_in()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "looks.json"


def last_kept(path: Path) -> KeptLook | None:
    """What a run that began now would find."""
    earlier = LookBook(path).earlier
    return earlier[-1] if earlier else None


def written(path: Path) -> str:
    return path.read_text()


@asynccontextmanager
async def a_run(
    server: DemoServer, path: Path, *, query: AuditQuery = WEEK, later: bool = False, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Story]:
    """An explorer that keeps its looks; nobody ends it unless the story does."""
    if later:
        server.advance(_LATER.total_seconds())
    memory, local = Memory(looks=LookBook(path)), NOW + _LATER if later else NOW
    async with exploring(server, query=query, memory=memory, local=local, size=size) as story:
        await story.settled()
        await story.until(lambda: story.screen._investigation.names_known, "names")
        yield story


async def moves_about(story: Story) -> None:
    """Narrows, goes down some pages, and to another column."""
    await story.ask("status:200 since:7d")
    for _ in range(4):
        await story.press("space")
        await story.settled()
    await story.press("j", "j", "l", "l")
    await story.settled()


async def is_kept(story: Story, path: Path) -> KeptLook:
    """Waits until the present look is in the file; gives that."""

    def same() -> bool:
        kept, present = last_kept(path), story.screen._present_look()
        return kept is not None and present is not None and kept.is_like(present)

    await story.until(same, "the present look in the file")
    kept = last_kept(path)
    assert kept is not None
    return kept


async def is_told(story: Story, message: str) -> None:
    await story.until(lambda: message in story.toasts, message)


async def palette_resumes(story: Story) -> None:
    await story.press(":")
    await story.type("resume")
    await story.shows("Resume: Where the run before this one was")
    await story.press("enter")


class TestKeeping:
    async def test_query_window_record_and_place_are_kept_as_they_change(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                kept = await is_kept(story, path)
                record = story.screen._record()
                assert record is not None
                assert kept.query == "status:200 since:7d"
                assert kept.frozen_at == NOW
                assert (kept.record, kept.row) == (record.identity, story.screen.table.cursor_row)
                assert (kept.column, kept.pane, kept.tab) == ("op", "table", "")
                await story.press("enter", "2")
                kept = await is_kept(story, path)
                assert (kept.pane, kept.tab) == ("detail", "Headers")

    async def test_a_query_is_kept_before_it_is_answered(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                server.queue("hold")
                await story.press("slash", "ctrl+u")
                await story.type("status:403 since:7d")
                await story.press("enter")
                await story.until(
                    lambda: (kept := last_kept(path)) and kept.query == "status:403 since:7d", "the query"
                )
                assert story.screen._exploration.asked is not None
                server.release()

    async def test_a_run_in_which_nothing_was_done_leaves_what_the_one_before_left(
        self, server: DemoServer, path: Path
    ):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                kept = await is_kept(story, path)
            async with a_run(server, path, query=asking("since:4h")):
                pass
            assert last_kept(path) == kept
            assert LookBook(path).cut_off

    async def test_neither_bodies_nor_headers_stand_in_the_file(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await story.ask("method:PUT since:7d")
                await story.press("j", "enter")
                await is_kept(story, path)
                record = story.screen._record()
                assert record is not None
        text = written(path)
        assert len(record.request_body) > 2
        assert record.request_body not in text
        assert record.request_headers not in text

    async def test_that_it_can_not_be_kept_is_told_once(
        self, server: DemoServer, path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        fill(monkeypatch)
        with server:
            async with a_run(server, path) as story:
                await story.press("j")
                await story.until(lambda: any("can't write" in toast for toast in story.toasts), "the trouble")
                seen = len(story.toasts)
                await story.ask("status:403 since:7d")
                await story.press("j")
                await story.until(lambda: story.screen._kept and story.screen._kept.row == 1, "another attempt")
                assert len(story.toasts) == seen


class TestTheOffer:
    async def test_the_next_run_says_what_the_key_brings_back(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                await is_kept(story, path)
            async with a_run(server, path, later=True) as story:
                await is_told(story, "[ resumes what you had at 20:48Z: status:200 since:7d")
                assert story.screen.table.has_focus

    @pytest.mark.parametrize("key", ["q", "Q"])
    async def test_who_quit_by_herself_is_offered_nothing_and_the_key_works_all_the_same(
        self, server: DemoServer, path: Path, key: str
    ):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                await story.press(key)
            async with a_run(server, path, later=True) as story:
                assert story.toasts == []
                await story.press("[")
                await story.until(lambda: story.query == "status:200 since:7d", "the query of the run before")

    async def test_a_run_that_goes_on_beside_this_one_is_not_offered(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as first:
                await moves_about(first)
                await is_kept(first, path)
                async with a_run(server, path) as second:
                    assert second.toasts == []

    async def test_an_attackers_query_is_shown_and_not_obeyed(self, server: DemoServer, path: Path):
        book = LookBook(path)
        book.keep(KeptLook(NOW, '"[red]\x1b[2J" since:7d', NOW))
        book.close()
        with server:
            async with a_run(server, path) as story:
                await is_told(story, r'[ resumes what you had at 20:48Z: "[red]\u001b[2J" since:7d')

    async def test_what_can_not_be_read_any_more_is_not_offered(self, server: DemoServer, path: Path):
        book = LookBook(path)
        book.keep(KeptLook(NOW, "nofield:x since:7d", NOW))
        book.close()
        with server:
            async with a_run(server, path) as story:
                assert story.toasts == []
                await story.press("[")
                await is_told(story, "This is the first query.")


class TestResuming:
    @pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)], ids=["120x40", "80x24", "60x20"])
    async def test_query_window_record_column_and_detail_are_as_they_were(
        self, server: DemoServer, path: Path, size: tuple[int, int]
    ):
        with server:
            async with a_run(server, path, size=size) as story:
                await moves_about(story)
                place = story.screen._place()
                window = story.screen._exploration.frozen.window  # type: ignore[union-attr]
                await story.press("enter", "2")
                kept = await is_kept(story, path)
            async with a_run(server, path, query=asking("since:4h"), later=True, size=size) as story:
                await story.press("[")
                await story.answered()
                await story.until(lambda: story.screen._returning is None, "the cursor on its record")
                record = story.screen._record()
                assert record is not None
                assert record.identity == kept.record
                assert story.query == "status:200 since:7d"
                assert story.screen._exploration.frozen.window == window  # type: ignore[union-attr]
                assert story.screen._place()[:2] == place[:2]
                assert story.screen.in_detail
                await story.until(lambda: story.screen.detail.chosen.value == "Headers", "the tab that was in front")

    async def test_the_row_stands_where_it_stood_on_the_screen(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                place = story.screen._place()
                await is_kept(story, path)
            async with a_run(server, path, later=True) as story:
                await story.press("[")
                await story.answered()
                await story.until(lambda: story.screen._returning is None, "the cursor on its record")
                await story.settled()
                assert story.screen._place() == place

    async def test_it_is_said_that_the_window_is_that_of_then_and_r_asks_up_to_now(
        self, server: DemoServer, path: Path
    ):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                await is_kept(story, path)
            async with a_run(server, path, later=True) as story:
                await story.press("[")
                await is_told(story, "What you had at 20:48Z, as it was then; r asks up to now.")
                await story.answered()
                await story.shows("22 Nov 20:48:03Z")
                await story.press("r")
                await story.answered()
                frozen = story.screen._exploration.frozen
                assert frozen is not None
                assert frozen.window.end > NOW

    async def test_the_keys_go_on_to_the_first_query_and_back_again(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                await is_kept(story, path)
            async with a_run(server, path, later=True) as story:
                await story.press("[")
                await story.answered()
                await story.press("]")
                await story.until(lambda: story.query == "since:7d", "the first query of this run")
                await story.press("[")
                await story.until(lambda: story.query == "status:200 since:7d", "the look of the run before")
                await story.press("[")
                await is_told(story, "This is the first query.")

    async def test_the_same_query_on_the_command_line_still_brings_the_place_back(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                kept = await is_kept(story, path)
            async with a_run(server, path, query=asking("status:200 since:7d")) as story:
                await story.press("[")
                await story.until(
                    lambda: (record := story.screen._record()) and record.identity == kept.record, "the record"
                )

    async def test_the_place_in_a_scan_is_found_where_it_scans_on(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await story.ask("-op:update since:7d")
                for _ in range(6):
                    await story.press("space")
                    await story.settled()
                kept = await is_kept(story, path)
                assert kept.row > 100
            async with a_run(server, path, later=True) as story:
                await story.press("[")
                await story.until(
                    lambda: (record := story.screen._record()) and record.identity == kept.record, "the record"
                )

    async def test_a_record_that_others_came_before_is_found_a_little_further_on(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                kept = await is_kept(story, path)
            book = LookBook(path)
            moved = KeptLook(kept.at, kept.query, kept.frozen_at, kept.record, kept.row - 3, kept.column, kept.top - 3)
            book.keep(moved)
            book.close()
            async with a_run(server, path, later=True) as story:
                await story.press("[")
                await story.until(lambda: story.screen.table.cursor_row == kept.row, "the record's row")

    async def test_where_the_record_is_gone_the_cursor_stands_in_its_place_and_that_is_said(
        self, server: DemoServer, path: Path
    ):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                kept = await is_kept(story, path)
            assert kept.record is not None
            book = LookBook(path)
            book.keep(KeptLook(kept.at, kept.query, kept.frozen_at, kept.record._replace(request_id="gone"), kept.row))
            book.close()
            async with a_run(server, path, later=True) as story:
                await story.press("[")
                await is_told(story, "The record you were on is not among these rows; the cursor stands in its place.")
                assert story.screen.table.cursor_row == kept.row

    async def test_names_are_learnt_before_a_query_that_holds_some_is_asked(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                people = story.screen._investigation.names.known
                word = next(named.name.split()[0] for kind in people.values() for named in kind.values())
                await story.ask(f"actor:{word.lower()} since:7d")
                await story.until(lambda: story.query.startswith("actor:"), "the query")
                await story.press("j")
                kept = await is_kept(story, path)
            async with exploring(server, query=WEEK, memory=Memory(looks=LookBook(path))) as story:
                await story.settled()
                await story.press("[")
                await story.until(
                    lambda: (record := story.screen._record()) and record.identity == kept.record, "the record"
                )

    async def test_the_palette_resumes_whatever_was_asked_since(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                await is_kept(story, path)
            async with a_run(server, path, later=True) as story:
                await story.ask("status:403 since:7d")
                await palette_resumes(story)
                await story.until(lambda: story.query == "status:200 since:7d", "the query of the run before")
                await story.answered()
                await story.press("[")
                await story.until(lambda: story.query == "status:403 since:7d", "the query it was asked from")

    async def test_the_palette_says_where_there_is_nothing_to_resume(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await palette_resumes(story)
                await is_told(story, "No run before this one left anything.")

    async def test_two_lines_that_dropped_one_after_the_other_cost_neither_look(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await moves_about(story)
                await is_kept(story, path)
            async with a_run(server, path, query=asking("since:4h")) as story:
                await story.press("j")
                await is_kept(story, path)
            async with a_run(server, path, query=asking("since:2h")) as story:
                await story.press("[")
                await story.until(lambda: story.query == "since:4h", "the look of the second run")
                await story.answered()
                await story.press("[")
                await story.until(lambda: story.query == "status:200 since:7d", "the look of the first run")

    async def test_what_is_resumed_is_asked_once(self, server: DemoServer, path: Path):
        with server:
            async with a_run(server, path) as story:
                await story.ask("status:200 since:7d")
                await story.press("j")
                await is_kept(story, path)
            async with a_run(server, path, later=True) as story:
                before = len(asked_pages(server))
                await story.press("[")
                await story.answered()
                await story.until(lambda: story.screen.table.cursor_row == 1, "the record's row")
                await story.settled()
                assert len(asked_pages(server)) - before <= 2
