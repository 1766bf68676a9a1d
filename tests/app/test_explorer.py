"""The explorer in use, told key by key, against the stand-in over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from textual.widgets import OptionList

from tests.app.exploring import NOW, Story, asking, exploring, stand_in
from tui.app.commands import commands_of
from tui.app.screens.help import HelpScreen
from tui.demo.keys import AUDIT_ONLY_KEY, REVOKED_KEY, UNSCOPED_KEY
from tui.demo.server import DemoServer
from tui.domain.errors import KeyMissing

WEEK = asking("since:7d")


@pytest.fixture
def server() -> DemoServer:
    return stand_in()


@pytest.fixture
async def story(server: DemoServer) -> AsyncIterator[Story]:
    """An explorer over a week of three thousand records, its first page loaded."""
    with server:
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            yield story


def asked_pages(server: DemoServer) -> list[dict[str, str]]:
    """The parameters of every request for audit logs, in order."""
    asked = [request for request in server.requests if request.path.endswith("/audit-logs")]
    return [
        {name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()} for request in asked
    ]


def help_page(story: Story) -> str:
    """All that the help says, scrolled away or not, as if its lines were not wrapped."""
    screen = story.app.screen
    return " ".join(str(screen.page.render()).split()) if isinstance(screen, HelpScreen) else ""


def picked_name(story: Story) -> str:
    """The line under the cursor of the list that is open."""
    picks = story.app.screen.query_one(OptionList)
    return str(picks.get_option_at_index(picks.highlighted or 0).prompt)


async def choose_filter(story: Story, label: str) -> None:
    """Go to the panel and put its cursor on a filter."""
    await story.press("2")
    while story.screen.panel.current.label != label:
        await story.press("j")


class TestTheFirstScreen:
    async def test_records_stand_there_newest_first_and_the_table_has_the_focus(self, story: Story):
        assert story.screen.table.has_focus
        times = [line.split("2026-")[1][:14] for line in story.text.splitlines() if " 2026-" in line]
        assert len(times) > 20
        assert times == sorted(times, reverse=True)

    async def test_the_status_line_says_how_many_how_far_and_from_where(self, story: Story, server: DemoServer):
        total = story.screen._exploration.total
        assert total is not None
        assert f"1–36 of {total:,} · 200 loaded · 15 Nov 20:48:03–22 Nov 20:48:03Z" in story.text
        assert "demo" in story.screen.status.text

    async def test_names_take_the_place_of_ids(self, story: Story):
        known = {f"{user['first_name']} {user['last_name']}" for user in story_users()}
        await story.until(lambda: any(name in story.text for name in known), "somebody's name")

    async def test_without_leave_to_look_up_names_the_ids_stay_and_it_is_told_once(self, server: DemoServer):
        with server:
            async with exploring(server, query=WEEK, key=AUDIT_ONLY_KEY) as story:
                await story.settled()
                await story.until(lambda: len(story.screen._investigation.names.refused) == 3, "three refusals")
                await story.press("question_mark")
                await story.until(lambda: "Names of people: this key may not list them" in help_page(story))
        lookups = [request.path for request in server.requests if not request.path.endswith("/audit-logs")]
        assert len(lookups) == len(set(lookups))


def story_users() -> tuple[dict[str, str], ...]:
    from tui.demo.history import History

    return History(records=1_000, days=7, seed=7, now=NOW).users


class TestWalking:
    async def test_the_oldest_record_is_one_request_away(self, story: Story, server: DemoServer):
        before = len(asked_pages(server))
        await story.press("G")
        await story.settled()
        total = story.screen._exploration.row_count
        assert story.screen.table.cursor_row == total - 1
        assert story.screen._exploration.record(total - 1) is not None
        pages = [int(page["current_page"]) for page in asked_pages(server)[before:]]
        assert pages[0] == (total - 1) // 100
        assert len(pages) <= 2

    async def test_a_fast_scroll_fetches_only_where_it_rests(self):
        at = [0.0]
        with stand_in(20_000) as server:
            async with exploring(server, query=WEEK, ticks=lambda: at[0]) as story:
                await story.settled()
                await story.press(*["pagedown"] * 280)
                assert story.screen.table.cursor_row > 9_000
                at[0] += 1
                await story.until(lambda: story.screen._exploration.record(story.screen.table.cursor_row))
                await story.settled()
            assert len(asked_pages(server)) < 8

    async def test_going_back_up_asks_for_nothing(self, story: Story, server: DemoServer):
        for key in ("pagedown", "pagedown", "pagedown", "pagedown"):
            await story.press(key)
            await story.settled()
        before = len(asked_pages(server))
        await story.press("g")
        await story.settled()
        assert len(asked_pages(server)) == before

    async def test_rows_on_their_way_are_drawn_as_dots_and_fill_in_place(self, story: Story, server: DemoServer):
        server.queue("hold")
        await story.press("G")
        await story.shows("·····")
        cursor = story.screen.table.cursor_row
        server.release()
        await story.settled()
        await story.until(lambda: "·····" not in story.text, "the rows")
        assert story.screen.table.cursor_row == cursor


class TestFiltering:
    async def test_a_status_typed_into_the_panel(self, story: Story, server: DemoServer):
        await choose_filter(story, "Status")
        await story.press("enter", "4", "0", "3", "enter")
        await story.shows("status:403 since:7d")
        await story.settled()
        assert asked_pages(server)[-1]["response_status_code"] == "403"
        assert "403 ✗" in story.text
        assert " 200 " not in story.text

    async def test_half_a_number_is_never_sent(self, story: Story, server: DemoServer):
        before = len(asked_pages(server))
        await choose_filter(story, "Status")
        await story.press("enter", "4", "0", "enter")
        await story.shows("Status is a number from")
        assert len(asked_pages(server)) == before
        assert "status:" not in story.text

    async def test_typing_is_asked_for_once_it_rests(self, story: Story, server: DemoServer):
        before = len(asked_pages(server))
        await choose_filter(story, "URI")
        await story.press("enter")
        await story.type("/v2/prompts")

        def asked() -> list[str | None]:
            return [page.get("uri") for page in asked_pages(server)[before:]]

        await story.until(lambda: asked()[-1:] == ["/v2/prompts"], "a request while the input is open")
        await story.settled()
        assert len(set(asked())) < len("/v2/prompts")

    async def test_a_choice_is_taken_at_once(self, story: Story, server: DemoServer):
        await choose_filter(story, "Method")
        await story.press("l", "l", "l")
        await story.shows("method:DELETE")
        await story.settled()
        assert asked_pages(server)[-1]["method"] == "DELETE"

    async def test_a_person_is_found_by_the_beginning_of_a_name(self, story: Story, server: DemoServer):
        await story.until(lambda: story.screen._investigation.names.known, "names")
        await choose_filter(story, "Actor")
        await story.press("enter")
        await story.type("femke")
        await story.press("enter")
        await story.settled()
        femke = next(user["id"] for user in story_users() if user["first_name"] == "Femke")
        assert asked_pages(server)[-1]["user_id"] == femke
        await story.shows("Femke de Vr")

    async def test_where_a_name_fits_several_one_is_picked(self, story: Story, server: DemoServer):
        await story.until(lambda: len(story.screen._investigation.names.known) == 3, "names")
        await choose_filter(story, "Actor")
        await story.press("enter")
        await story.type("ma")
        await story.press("enter")
        await story.shows("are called ma")
        await story.shows("maya.lindqvist@example.com")
        while "Maya" not in picked_name(story):
            await story.press("j")
        await story.press("enter")
        await story.shows("actor:maya.lindqvist@example.com")
        await story.settled()
        maya = next(user["id"] for user in story_users() if user["first_name"] == "Maya")
        assert asked_pages(server)[-1]["user_id"] == maya

    async def test_a_name_given_at_the_start_is_looked_up_once_names_are_known(self, server: DemoServer):
        with server:
            async with exploring(server, query=asking("actor:Tyrone since:7d")) as story:
                await story.shows("actor:Tyrone")
                await story.settled()
                assert "Tyrone" in story.text.split("Country")[1] or story.screen._exploration.row_count

    async def test_a_name_that_nobody_has_is_not_passed_off_as_an_answer(self, server: DemoServer):
        with server:
            async with exploring(server, query=asking("actor:zzzz since:7d")) as story:
                await story.shows("Nothing known is called 'zzzz': it was asked for as an id.")

    async def test_an_address_that_is_none_is_not_asked_for(self, story: Story, server: DemoServer):
        before = len(asked_pages(server))
        await choose_filter(story, "Client IP")
        await story.press("enter")
        await story.type("999.1.1.1")
        await story.press("enter")
        await story.shows("Client IP is an address")
        assert story.screen.panel.editing
        assert len(asked_pages(server)) == before

    async def test_one_filter_is_lifted_and_then_all(self, server: DemoServer):
        with server:
            query = asking("method:DELETE status:200 since:7d")
            async with exploring(server, query=query) as story:
                await story.settled()
                await choose_filter(story, "Method")
                await story.press("x")
                await story.until(lambda: " status:200 since:7d" in story.text)
                await story.press("0")
                await story.until(lambda: story.text.startswith(" since:7d"))

    async def test_a_late_answer_to_the_old_query_is_dropped(self, story: Story, server: DemoServer):
        server.queue("hold")
        await story.press("r")
        await choose_filter(story, "Method")
        await story.press("l")
        await story.shows("method:POST")
        server.release()
        await story.settled()
        records = [story.screen._exploration.record(row) for row in range(20)]
        assert {record.method for record in records if record} == {"POST"}

    async def test_nothing_found_says_what_to_drop(self, server: DemoServer):
        with server:
            async with exploring(server, query=asking("country:AQ since:7d")) as story:
                await story.shows("No record matches.")
                assert "drop country:AQ" in story.text
                assert "no records" in story.screen.status.text

    async def test_escape_never_loses_a_filter(self, story: Story):
        await choose_filter(story, "Country")
        await story.press("enter", "D", "E", "escape")
        await story.shows("country:DE")
        await story.press("escape", "escape", "escape")
        assert "country:DE" in story.text
        assert story.screen.table.has_focus


class TestTime:
    async def test_a_time_is_typed_without_further_ado(self, story: Story):
        await story.press("t", "2", "h", "enter")
        await story.shows("since:2h")

    async def test_a_preset(self, story: Story, server: DemoServer):
        await story.press("t")
        await story.shows("Time range (UTC)")
        await story.press("up", "enter")
        await story.shows("last 24h")
        await story.settled()
        assert asked_pages(server)[-1]["start_time"].startswith("2026-11-21T20:48:03")

    async def test_a_range_to_the_second(self, story: Story, server: DemoServer):
        await story.press("t", "tab")
        story.app.screen.query_one("#since").value = "2026-11-20 14:00:05"  # type: ignore[attr-defined]
        story.app.screen.query_one("#until").value = "2026-11-20 15:00:00"  # type: ignore[attr-defined]
        await story.press("enter")
        await story.shows("since:2026-11-20T14:00:05Z until:2026-11-20T15:00:00Z")
        await story.settled()
        page = asked_pages(server)[-1]
        assert page["start_time"].startswith("2026-11-20T14:00:05")
        assert page["end_time"].startswith("2026-11-20T15:00:00")

    async def test_an_impossible_range_is_not_taken(self, story: Story):
        await story.press("t", "tab")
        story.app.screen.query_one("#since").value = "yesteryear"  # type: ignore[attr-defined]
        await story.press("enter")
        await story.shows("can't read the time")
        await story.press("escape")
        assert "since:7d" in story.text

    async def test_the_same_times_in_utc_local_and_as_ages(self, story: Story):
        await story.press("T", "T")
        await story.shows("ago")
        await story.press("T")
        await story.until(lambda: " ago" not in story.text)

    async def test_a_server_whose_clock_is_ahead_pins_the_query_by_its_own(self, server: DemoServer):
        with server:
            async with exploring(server, query=WEEK, local=NOW - timedelta(minutes=10)) as story:
                await story.shows("22 Nov 20:48:03Z")
                await story.shows("server clock 600 s ahead")


class TestTheDetail:
    async def test_it_opens_steps_and_closes(self, story: Story):
        await story.press("enter")
        await story.shows("[1 Body]")
        await story.press("4")
        await story.shows("Request id")
        first = story.screen._record()
        assert first is not None
        await story.shows(first.request_id)
        await story.press("full_stop")
        second = story.screen._record()
        assert second is not None
        assert second is not first
        await story.shows(second.request_id)
        await story.press("comma")
        await story.shows(first.request_id)
        await story.press("escape")
        await story.until(lambda: "[4 Facts]" not in story.text)
        assert story.screen.table.has_focus

    @pytest.mark.parametrize("size", [(120, 40), (80, 24), (200, 50)])
    async def test_it_has_a_place_at_every_size(self, server: DemoServer, size: tuple[int, int]):
        with server:
            async with exploring(server, query=WEEK, size=size) as story:
                await story.settled()
                await story.press("enter", "5")
                await story.shows('"timestamp"')

    async def test_a_redacted_value_is_fetched_again_to_be_seen(self, server: DemoServer):
        with stand_in() as server:
            async with exploring(server, query=asking("res:plugins since:7d")) as story:
                await story.settled()
                await story.press("enter")
                await story.shows("redacted")
                while not story.screen.detail.is_redacted:
                    await story.press("j")
                await story.press("R")
                await story.shows("Reveal")
                hidden = story.screen.detail.current_value
                await story.press("y")
                await story.until(lambda: "esc hides it" in story.text)
                assert hidden not in story.app.screen.query_one("#revealed").render().plain  # type: ignore[union-attr]
                await story.press("escape")
                await story.shows("redacted")


class TestCopying:
    async def test_the_request_id_is_sent_and_nothing_more_is_claimed(self, story: Story):
        record = story.screen._record()
        assert record is not None
        await story.press("c")
        await story.until(lambda: story.toasts)
        assert story.toasts[-1].startswith("Sent 1 request id (36 B) to your terminal (OSC 52, which does not confirm)")
        assert story.app.clipboard == record.request_id

    @pytest.mark.parametrize(
        ("keys", "held"),
        [
            ("yy", "2026-11"),
            ("yj", '"request_id"'),
            ("ym", "| "),
            ("yc", "curl"),
            ("yq", "since:7d"),
            ("yl", "portkey-audit --demo"),
        ],
    )
    async def test_the_menu(self, story: Story, keys: str, held: str):
        await story.press(*keys)
        await story.until(lambda: story.toasts)
        assert held in story.app.clipboard

    async def test_value_and_path_under_the_cursor_of_the_detail(self, story: Story):
        await story.press("enter", "5", "j")
        await story.press("y", "p")
        await story.until(lambda: story.toasts)
        assert story.app.clipboard == story.screen.detail.current_path

    async def test_a_choice_thought_better_of(self, story: Story):
        await story.press("y", "escape")
        assert story.toasts == []


class TestTrouble:
    async def test_no_key(self):
        async with exploring(None, problem=KeyMissing("There is no key for https://api.portkey.ai/v1.")) as story:
            await story.shows("No API key yet")
            assert "portkey-audit --demo" in story.text
            assert "export PORTKEY_API_KEY" in story.text

    @pytest.mark.parametrize(
        ("key", "told"), [(REVOKED_KEY, ("key",)), (UNSCOPED_KEY, ("audit_logs.list", "Admin", "Enterprise"))]
    )
    async def test_a_key_that_is_refused(self, server: DemoServer, key: str, told: tuple[str, ...]):
        with server:
            async with exploring(server, query=WEEK, key=key) as story:
                await story.until(lambda: story.screen._exploration.problem)
                for words in told:
                    await story.shows(words)

    @pytest.mark.parametrize("fault", ["401", "402", "403", "500", "html", "redirect-302", "garbage", "deep"])
    async def test_what_is_there_stays_and_r_tries_again(self, server: DemoServer, fault: str):
        async def at_once(_: float) -> None:
            await asyncio.sleep(0)

        with server:
            async with exploring(server, query=WEEK, sleep=at_once) as story:
                await story.settled()
                server.set_faults({fault: 1.0})
                await story.press("G")
                await story.until(lambda: story.screen._exploration.problem, "the problem")
                await story.shows("not loaded")
                await story.shows("✗ ")
                assert story.screen._exploration.record(0) is not None
                server.set_faults({})
                await story.press("r")
                await story.until(lambda: "not loaded" not in story.text, "the rows")
                await story.until(lambda: not story.screen.problem_line.display, "the problem to go")

    @pytest.mark.parametrize(("key", "code"), [(REVOKED_KEY, 4), (UNSCOPED_KEY, 4)])
    async def test_the_exit_code_says_what_stood_in_the_way(self, server: DemoServer, key: str, code: int):
        with server:
            async with exploring(server, query=WEEK, key=key) as story:
                await story.shows("No records could be had")
                await story.press("q")
                await story.until(lambda: story.app._exit)
                assert story.app.return_code == code

    async def test_a_wait_is_seen_and_can_be_ended(self, story: Story, server: DemoServer):
        server.queue("429-seconds")
        await story.press("G")
        await story.shows("retrying in")
        await story.press("ctrl+c")
        await story.shows("stopped: r goes on")
        await story.press("r")
        await story.settled()
        await story.until(lambda: story.screen._exploration.record(story.screen.table.cursor_row))


class TestKeys:
    async def test_everything_that_can_be_done_stands_in_the_help(self, story: Story):
        await story.press("enter")
        commands = commands_of(story.screen)
        await story.press("question_mark")
        await story.until(lambda: "About this run" in help_page(story))
        page = help_page(story)
        for command in commands:
            assert command.help in page, command.id
            assert not command.keys or command.keys[0] in page

    async def test_every_command_has_an_id_of_its_own_a_name_and_a_sentence(self, story: Story):
        commands = commands_of(story.screen)
        assert len({command.id for command in commands}) == len(commands) > 40
        assert all(command.title and command.help for command in commands)

    async def test_nothing_is_bound_that_terminals_and_multiplexers_take(self, story: Story):
        taken = {f"ctrl+{key}" for key in "basqhijmwtn"} | {"f10", "f11", "tilde"}
        bound = {key for command in commands_of(story.screen) for key in command.keys}
        assert not bound & taken
        assert not any(key.startswith("alt+") for key in bound)

    async def test_the_palette_finds_a_command_by_name(self, story: Story):
        await story.press("colon")
        await story.type("zoom")
        await story.until(lambda: "Zoom" in story.text)
        await story.press("escape")

    async def test_q_goes_back_before_it_leaves(self, story: Story):
        await story.press("enter")
        await story.shows("[1 Body]")
        await story.press("q")
        assert story.app.is_running
        await story.press("q")
        await story.until(lambda: story.app._exit)
        assert story.app.return_code == 0

    async def test_a_maximised_detail_is_first_made_small_again(self, story: Story):
        await story.press("enter")
        await story.shows("[1 Body]")
        await story.press("z")
        await story.until(lambda: "  time  " not in story.text, "the detail alone")
        await story.press("escape")
        await story.until(lambda: "  time  " in story.text and "[1 Body]" in story.text, "both panes")
        await story.press("escape")
        await story.until(lambda: "[1 Body]" not in story.text, "the table alone")

    async def test_f_goes_to_the_filters_and_from_there_puts_them_away(self, story: Story):
        await story.press("f")
        assert story.screen.panel.has_focus
        await story.press("f")
        await story.until(lambda: "Filters" not in story.text.splitlines()[1], "the filters to go")
        assert story.screen.table.has_focus
        await story.press("f")
        await story.until(lambda: "Filters" in story.text.splitlines()[1], "the filters")

    async def test_tab_walks_the_panes(self, story: Story):
        await story.press("tab")
        assert story.screen.panel.has_focus or story.screen.detail.has_focus_within
        await story.press("tab")
        assert story.screen.table.has_focus
