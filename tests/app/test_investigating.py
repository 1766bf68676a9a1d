"""The loop of an investigation, told key by key: ask, narrow on what the eye caught, look around it, go back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.events import Key

from tests.app.exploring import Story, asking, exploring, stand_in
from tests.app.test_explorer import asked_pages, choose_filter
from tui.app.context import Memory
from tui.app.screens.values import ValuesScreen
from tui.demo.server import DemoServer
from tui.session.exploration import Pause
from tui.state.marks import MarkBook
from tui.state.views import ViewShelf

WEEK = asking("since:7d")


@pytest.fixture
def server() -> DemoServer:
    return stand_in()


@pytest.fixture
async def story(server: DemoServer) -> AsyncIterator[Story]:
    """An explorer over a week of three thousand records, its first page and the names loaded."""
    with server:
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            await story.until(lambda: story.screen._investigation.names_known, "names")
            yield story


async def to_column(story: Story, name: str) -> None:
    """Put the table's cursor on a column."""
    names = [column.name for column in story.screen._rows.columns]
    steps = names.index(name) - story.screen.table.cursor_column
    await story.press(*(["l"] * steps if steps > 0 else ["h"] * -steps))


class TestNarrowingOnWhatIsSeen:
    async def test_a_value_is_kept_another_dropped_and_the_api_does_what_it_can(self, story: Story, server: DemoServer):
        await to_column(story, "res")
        kept = story.screen._rows.value(0, story.screen._rows.columns[4])
        await story.press("=")
        await story.answered()
        assert story.query == f"res:{kept} since:7d"
        assert asked_pages(server)[-1]["resource_type"] == kept
        await to_column(story, "op")
        dropped = story.screen._rows.value(0, story.screen._rows.columns[2])
        await story.press("-")
        await story.answered()
        assert story.query == f"res:{kept} -op:{dropped} since:7d"
        assert "action" not in asked_pages(server)[-1]
        assert story.records
        assert all(r.resource_type == kept and r.operation.name != dropped for r in story.records)
        await story.shows("scanned ")

    async def test_back_and_forward_restore_query_cursor_and_rows_and_ask_for_nothing(
        self, story: Story, server: DemoServer
    ):
        await story.press("pagedown", "j", "j")
        await to_column(story, "status")
        await story.settled()
        place = story.screen._place()
        await story.press("=")
        await story.answered()
        narrowed = story.query
        await story.press("j")
        await story.settled()
        left = story.screen._place()
        before = len(asked_pages(server))
        await story.press("[")
        await story.until(lambda: story.query == "since:7d", "the query before")
        assert story.screen._place() == place
        await story.press("]")
        await story.until(lambda: story.query == narrowed, "the query that [ came from")
        assert story.screen._place() == left
        await story.settled()
        assert len(asked_pages(server)) == before

    async def test_a_value_of_the_body_is_kept_by_its_path(self, story: Story):
        await story.ask("res:configs op:update since:7d")
        await story.press("enter", "1", "j")
        await story.until(lambda: story.screen.detail.current_path.startswith("body."), "a value of the body")
        await story.press("=")
        await story.until(lambda: " body." in story.query, "a clause for the path")
        await story.answered()
        assert story.records

    async def test_a_clause_is_switched_off_and_on_again_in_the_panel(self, story: Story):
        await story.ask("is:failed -country:none since:7d")
        await story.press("\\")
        await story.until(lambda: story.query == "is:failed since:7d", "one clause less")
        await story.press("f", *["j"] * 30)
        await story.shows("○ -country:none")
        await story.press("enter")
        await story.until(lambda: story.query == "is:failed -country:none since:7d", "the clause again")

    async def test_what_the_panel_shows_and_the_bar_writes_is_one_query(self, story: Story):
        await story.ask("status:403,404 -is:machine since:7d")
        await choose_filter(story, "Status")
        await story.press("enter", "ctrl+u")
        await story.type("4xx")
        await story.press("enter")
        await story.until(lambda: story.query == "status:4xx -is:machine since:7d", "the panel's value in the query")
        await story.shows("status:4xx -is:machine since:7d")

    async def test_nothing_is_filtered_by_where_there_is_no_value(self, story: Story):
        await to_column(story, "time")
        await story.press("=")
        await story.until(lambda: story.toasts)
        assert story.query == "since:7d"


class TestPivots:
    async def test_a_click_does_what_the_key_does(self, story: Story):
        address = story.records[0].address
        await story.press("p")
        await story.shows("esc cancel")
        await story.pilot.click("#choice-i", offset=(8, 0))
        await story.until(lambda: story.query == f"ip:{address} since:7d", "the pivot")

    async def test_other_filters_are_lifted_and_the_status_line_says_which(self, story: Story):
        await story.ask("status:403 since:7d")
        address = story.records[0].address
        await story.press("p", "i")
        await story.until(lambda: story.query == f"ip:{address} since:7d", "the pivot")
        await story.shows("lifted status:403 · [ goes back")
        await story.press("[")
        await story.until(lambda: story.query == "status:403 since:7d", "the query before")

    async def test_the_minutes_around_a_record(self, story: Story):
        await story.ask("status:403 since:7d")
        middle = story.records[0].time
        assert middle is not None
        await story.press("p", "t")
        await story.until(lambda: "until:" in story.query, "the pivot")
        await story.answered()
        assert middle in [record.time for record in story.records]
        assert all(abs(((r.time or middle) - middle).total_seconds()) <= 300 for r in story.records)


class TestValues:
    async def test_the_spread_of_a_column_is_counted_exactly_and_narrows_the_query(
        self, story: Story, server: DemoServer
    ):
        await to_column(story, "status")
        await story.press("v")
        await story.until(lambda: isinstance(story.app.screen, ValuesScreen))
        await story.shows("exact")
        counted = [page for page in asked_pages(server) if page["page_size"] == "1"]
        assert counted
        assert all("response_status_code" in page for page in counted)
        await story.press("a")
        await story.shows("exact, whole window")
        await story.press("=")
        await story.answered()
        assert story.query == "status:200 since:7d"

    async def test_values_of_a_scan_are_called_what_they_are(self, story: Story):
        await story.ask("is:failed -country:none since:7d")
        await to_column(story, "actor")
        await story.press("v")
        await story.shows(" loaded")
        assert "exact" not in story.text


class TestTheBar:
    async def test_what_cannot_be_meant_is_told_and_the_rows_stay(self, story: Story, server: DemoServer):
        before = len(asked_pages(server))
        await story.press("slash", "ctrl+u")
        await story.type("stauts:403")
        await story.press("enter")
        await story.shows("did you mean status?")
        assert story.screen.bar.editing
        assert story.query == "since:7d"
        assert len(asked_pages(server)) == before
        await story.press("escape")
        assert story.screen.table.has_focus

    async def test_a_word_that_fits_several_people_is_asked_about_and_then_written_clearly(self, story: Story):
        await story.press("slash", "ctrl+u")
        await story.type("actor:ma since:7d")
        await story.press("enter")
        await story.shows("are called ma")
        await story.press("enter")
        await story.until(lambda: "@example.com" in story.query, "one person's address")

    async def test_all_of_them_may_be_meant(self, story: Story):
        await story.press("slash", "ctrl+u")
        await story.type("actor:ma since:7d")
        await story.press("enter")
        await story.shows("are called ma")
        await story.press("G", "enter")
        await story.until(lambda: story.query == "actor:ma since:7d", "the word as it is")
        await story.answered()
        assert len({record.user_id for record in story.records}) > 1

    async def test_a_file_that_is_not_there_is_told_and_the_rows_stay(self, story: Story, tmp_path: Path):
        await story.press("slash", "ctrl+u")
        await story.type(f"ip:@{tmp_path}/none.txt")
        await story.press("enter")
        await story.until(lambda: any("there is no such file" in toast for toast in story.toasts), "the cause")
        assert story.query == "since:7d"
        await story.until(lambda: "none.txt" in story.screen.bar.box.value, "the query in the bar, to be mended")

    async def test_a_line_of_a_file_that_is_no_address_is_told(self, story: Story, tmp_path: Path):
        (tmp_path / "ips.txt").write_text("198.51.100.0/24\nnot-an-ip\n")
        await story.press("slash", "ctrl+u")
        await story.type(f"ip:@{tmp_path}/ips.txt")
        await story.press("enter")
        await story.until(lambda: any("not-an-ip is no address" in toast for toast in story.toasts), "the cause")

    async def test_a_name_that_nobody_has_is_told_and_the_rows_stay(self, story: Story):
        rows = story.records
        await story.press("slash", "ctrl+u")
        await story.type("actor:zzzz")
        await story.press("enter")
        await story.until(lambda: any("Nothing known is called 'zzzz'" in toast for toast in story.toasts), "the cause")
        assert story.records == rows
        await story.until(lambda: story.screen.bar.editing, "the query in the bar, to be mended")

    async def test_addresses_from_a_file(self, story: Story, tmp_path: Path):
        (tmp_path / "ips.txt").write_text("# suspects\n198.51.100.0/24\n2001:db8:15:7::1\n")
        await story.ask(f"ip:@{tmp_path}/ips.txt since:7d")
        assert story.records
        assert all(record.address.startswith(("198.51.100.", "2001:db8:15:7:")) for record in story.records)

    async def test_the_last_queries_come_back_with_the_arrow(self, story: Story):
        await story.ask("status:403 since:7d")
        await story.ask("status:404 since:7d")
        await story.press("slash", "up")
        await story.until(lambda: story.screen.bar.box.value.strip() == "status:403 since:7d", "the query before")


class TestKeysThatArriveTogether:
    """As over a slow line, where one packet may hold several: each must be taken before the next is looked at."""

    @staticmethod
    def at_once(story: Story, *keys: str) -> None:
        for key in keys:
            story.app.post_message(Key(key, key if len(key) == 1 else None))

    async def test_what_is_typed_after_the_key_that_opens_the_bar_is_all_there(self, story: Story):
        self.at_once(story, "slash", "ctrl+u", *"status:403", "enter")
        await story.until(lambda: story.query == "status:403 since:7d", "the query")

    async def test_letters_and_the_keys_between_them_keep_their_order(self, story: Story):
        self.at_once(story, "slash", "ctrl+u", *"ab", "left", *"cd", "backspace")
        await story.until(lambda: story.screen.bar.box.value == "acb", "the text")

    async def test_a_key_behind_one_that_opens_a_dialog_is_the_dialogs(self, story: Story):
        self.at_once(story, "y", "q")
        await story.until(lambda: story.toasts, "the copied query")
        assert story.app.is_running
        assert story.app.clipboard == "since:7d"

    async def test_a_dialog_opens_once(self, story: Story):
        self.at_once(story, "t", "t")
        await story.shows("Time range")
        assert len(story.app.screen_stack) == 2


class TestGoingBackBeforeTheAnswer:
    async def test_the_query_that_was_left_is_asked_again(self, story: Story, server: DemoServer):
        server.queue("hold")
        await story.press("slash", "ctrl+u")
        await story.type("status:403 since:7d")
        await story.press("enter")
        await story.until(lambda: story.query == "status:403 since:7d", "the query")
        await story.press("slash", "ctrl+u")
        await story.type("method:DELETE since:7d")
        await story.press("enter")
        await story.until(lambda: story.query == "method:DELETE since:7d", "the query after")
        await story.press("[")
        await story.until(lambda: story.query == "status:403 since:7d", "the query before")
        server.release()
        await story.answered()
        assert story.records
        assert all(record.status == 403 for record in story.records)


class TestScanning:
    async def test_it_waits_after_its_budget_and_goes_on_by_a_key(self):
        with stand_in(20_000) as server:
            async with exploring(server, query=asking("body.name:~zebra since:7d")) as story:
                exploration = story.screen._exploration
                await story.until(lambda: exploration.paused is Pause.BUDGET, "the end of the budget")
                assert 2_000 <= exploration.scanned < 2_300
                await story.shows("a on A all")
                scanned = exploration.scanned
                await story.press("a")
                await story.until(lambda: exploration.paused and exploration.scanned >= scanned + 2_000, "more")

    async def test_the_end_of_the_table_goes_on_too(self):
        with stand_in(20_000) as server:
            async with exploring(server, query=asking("status:5xx since:7d")) as story:
                exploration = story.screen._exploration
                await story.until(lambda: exploration.paused is Pause.BUDGET, "the end of the budget")
                scanned = exploration.scanned
                await story.press("G", "j")
                await story.until(lambda: exploration.scanned > scanned, "a scan that goes on")

    async def test_where_the_api_does_all_of_it_there_is_nothing_to_scan(self, story: Story):
        await story.press("A")
        await story.until(lambda: any("G shows its oldest record" in toast for toast in story.toasts))

    async def test_as_long_as_records_are_not_looked_at_it_does_not_say_that_none_matches(self):
        with stand_in(20_000) as server:
            async with exploring(server, query=asking("body.name:~zebra since:7d")) as story:
                await story.until(lambda: story.screen._exploration.paused, "a pause")
                await story.shows("newest records fits.")
                await story.shows("A scan all of the range")
                assert "No record matches" not in story.text

    async def test_all_is_asked_about_first_and_ctrl_c_keeps_what_is_there(self):
        with stand_in(20_000) as server:
            async with exploring(server, query=asking("is:failed since:7d")) as story:
                exploration = story.screen._exploration
                await story.until(lambda: exploration.paused, "a pause")
                await story.press("A")
                await story.shows("records are left: about")
                server.set_faults({"hold": 1.0})
                await story.press("y")
                await story.until(lambda: exploration.loading, "the scan")
                found = exploration.row_count
                await story.press("ctrl+c")
                await story.shows("stopped: r goes on")
                assert exploration.row_count >= found
                server.set_faults({})
                server.release()

    async def test_keys_answer_while_a_hundred_thousand_records_are_looked_through(self):
        with stand_in(100_000) as server:
            async with exploring(server, query=asking("body.name:~zebra since:7d")) as story:
                exploration = story.screen._exploration
                await story.until(lambda: exploration.paused, "a pause")
                await story.press("A")
                await story.shows("records are left")
                await story.press("y")
                await story.until(lambda: exploration.scanned > 3_000, "the scan")
                await story.press("question_mark")
                await story.shows("esc closes")
                await story.press("escape")
                assert not exploration.finished
                assert exploration.scanned < 100_000


class TestWalking:
    async def test_e_goes_to_the_next_failure_loading_on(self, story: Story):
        table = story.screen.table
        for _ in range(4):
            above = table.cursor_row
            await story.press("e")
            await story.until(lambda above=above: table.cursor_row > above, "a failure further down")  # type: ignore[misc]
            record = story.screen._record()
            assert record is not None
            assert record.failed
        await story.press("E")
        await story.until(lambda: story.screen._record() is not record, "the failure before")
        before = story.screen._record()
        assert before is not None
        assert before.failed

    async def test_a_walk_from_the_oldest_record_ends_there(self, story: Story):
        await story.press("G")
        await story.settled()
        await story.press("e")
        await story.until(lambda: any("No failure further down." in toast for toast in story.toasts), "the end")

    async def test_n_walks_the_records_that_hold_the_free_text(self, story: Story):
        await story.ask("(op:delete OR guardrails) since:7d")
        await story.press("n")
        await story.until(lambda: (r := story.screen._record()) and "guardrails" in r.uri, "a hit")

    async def test_there_is_nothing_to_walk_without_free_text(self, story: Story):
        await story.press("n")
        await story.until(lambda: any("no free text" in toast for toast in story.toasts))


class TestMarks:
    async def test_they_are_counted_walked_shown_alone_copied_and_kept(self, server: DemoServer, tmp_path: Path):
        file = tmp_path / "marks.json"
        with server:
            async with exploring(server, query=WEEK, memory=Memory(marks=MarkBook(file))) as story:
                await story.settled()
                await story.press("m", "j", "j", "j", "m", "g")
                await story.shows("2 marked")
                marked = [story.records[0], story.records[3]]
                await story.press("u")
                await story.until(lambda: story.screen.table.cursor_row == 3, "the next mark")
                await story.press("U")
                await story.until(lambda: story.screen.table.cursor_row == 0, "the mark before")
                await story.press("c")
                await story.until(lambda: story.toasts)
                assert story.app.clipboard.split("\n") == [record.request_id for record in marked]
                await story.press("M")
                await story.answered()
                assert story.query == "is:marked since:7d"
                assert story.records == marked
                await story.press("M")
                await story.until(lambda: story.query == "since:7d", "all records")
            async with exploring(server, query=WEEK, memory=Memory(marks=MarkBook(file))) as story:
                await story.settled()
                await story.shows("2 marked")
                await story.shows("◆")


class TestTheTable:
    async def test_sorting_keeps_the_cursor_on_its_record_and_says_of_what(self, story: Story):
        await to_column(story, "ip")
        await story.press("j", "j", "j")
        record = story.screen._record()
        await story.press("s")
        await story.shows("sorted by ip · 200 of")
        assert story.screen._record() is record
        shown = [story.screen._rows.record(index) for index in range(story.screen._rows.count)]
        assert len(shown) == 200
        await story.press("s")
        await story.shows("sorted by ip ↓")
        await to_column(story, "op")
        await story.press("=")
        await story.answered()
        await story.press("[")
        await story.until(lambda: story.query == "since:7d", "the query before")
        assert story.screen._record() is record
        top = story.screen._rows.cells(story.screen.table.visible_rows.start)
        assert top is not None
        assert top[0].text in story.text.splitlines()[2]
        await story.press("s", "s", "s")
        await story.until(lambda: "sorted by" not in story.text, "the order of time")
        assert story.screen._record() is record

    async def test_sorted_rows_take_in_what_is_loaded_on_at_the_end(self, story: Story):
        await to_column(story, "ip")
        await story.press("s", "G", "j")
        await story.until(lambda: story.screen._rows.count > 1_000, "more rows")
        addresses = [
            record.address for i in range(story.screen._rows.count) if (record := story.screen._rows.record(i))
        ]
        plain = [address for address in addresses if address.startswith("198.51.100.")]
        assert plain == sorted(plain, key=lambda address: int(address.rsplit(".")[-1]))

    async def test_a_path_of_the_body_becomes_a_column_that_narrows(self, story: Story):
        await story.press("C")
        await story.shows("add a path")
        await story.press("a")
        await story.type("body.name")
        await story.press("enter", "escape")
        await story.until(lambda: "body.name" in [c.name for c in story.screen._rows.columns], "the column")
        await story.ask("res:configs op:create since:7d")
        await to_column(story, "body.name")
        await story.press("=")
        await story.until(lambda: "body.name:" in story.query, "a clause for the column")


class TestSavedViews:
    async def test_one_is_opened_and_the_present_query_is_saved_under_a_name(self, server: DemoServer, tmp_path: Path):
        with server:
            async with exploring(server, query=WEEK, memory=Memory(views=ViewShelf(tmp_path))) as story:
                await story.settled()
                await story.press("'")
                await story.shows("failures")
                await story.press("enter")
                await story.until(lambda: story.query == "is:failed since:24h", "the view's query")
                await story.press("'")
                await story.shows("s save")
                await story.press("s")
                await story.type("mine")
                await story.press("enter")
                await story.until(lambda: ViewShelf(tmp_path).find("mine"), "the view on disk")
        assert "is:failed since:24h" in (tmp_path / "views.toml").read_text()


async def test_the_palette_explains_what_becomes_of_the_query(story: Story):
    await story.ask("status:403 -is:machine since:7d")
    await story.press("colon")
    await story.type("explain")
    await story.until(lambda: "Explain" in story.text)
    await story.press("enter")
    await story.shows("response_status_code=403")
    await story.shows("the API can't exclude")


async def test_a_query_that_follows_within_a_minute_keeps_its_window(story: Story, server: DemoServer):
    window = story.screen._exploration.frozen
    await story.ask("status:403 since:7d")
    frozen = story.screen._exploration.frozen
    assert window is not None
    assert frozen is not None
    assert frozen.window == window.window
