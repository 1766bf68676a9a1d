"""Whoever can write to the log can't write to the terminal, act in the explorer, or read its secrets from a crash."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import Color

from tests.app.attacks import PAYLOADS, AttackHistory, attack
from tests.app.exploring import NOW, Story, exploring, stand_in
from tui.app.app import ExitGuard
from tui.app.copying import COPY_CHOICES
from tui.demo.server import DemoServer
from tui.domain.clean import clean
from tui.domain.errors import Forbidden
from tui.domain.query import AuditQuery, Clause, Value
from tui.domain.time_range import TimeRange

pytestmark = pytest.mark.proof("T3")

TABS = ("1", "2", "3", "4", "5")
ATTACKS = tuple(attack(payload, number) for number, payload in enumerate(PAYLOADS))
LONG_LINES = ("a" * 1_000_000, "\x1b[31m" * 200_000, "漢" * 400_000, "e" + "\u0301" * 500_000)
UNSAFE = ("\x1b[31m", "\x9b", "\x07", "\u202e", "\u200b", "\U000e0041", "\ud800", "\n")
BACKGROUND = Color.parse("black")


def serving(*records: dict[str, object]) -> DemoServer:
    return DemoServer(AttackHistory(records), clock=lambda: NOW)


@pytest.fixture
async def story() -> AsyncIterator[Story]:
    """An explorer over a history of attacks; `exploring` proves in the end that nothing reached the exit guard."""
    with serving(*ATTACKS) as server:
        async with exploring(server, size=(240, 50)) as story:
            await story.settled()
            await story.until(lambda: len(story.screen._investigation.names.known) == 3, "everybody's name")
            yield story


def unspaced(text: str) -> str:
    """Text without blanks, one of which stands behind each wide character on the screen."""
    return "".join(text.split())


class TestAttackedScreens:
    async def test_every_row_shows_what_was_written_and_obeys_none_of_it(self, story: Story):
        for payload in PAYLOADS:
            assert clean(f"a{payload}z")[:12] in story.text

    async def test_every_tab_of_every_record(self):
        records = [attack("".join(PAYLOADS[start : start + 5]), start) for start in range(0, len(PAYLOADS), 5)]
        with serving(*records) as server:
            async with exploring(server) as story:
                await story.settled()
                await story.press("enter")
                for record in records:
                    number = record["request_id"].split()[0]
                    for tab in TABS:
                        await story.press(tab)
                        if tab == "4":
                            await story.shows(f"Request id       {number} ")
                    await story.press("full_stop")

    async def test_facts_show_it_literally(self, story: Story):
        await story.press("enter", "4")
        for number, payload in enumerate(PAYLOADS):
            await story.shows(f"{number} a")
            if payload in ("\t", "\n", "\r\n"):
                await story.press("full_stop")
                continue  # a document lays these out as the blanks and lines they are
            written = clean(f"{number} a{payload}z", 4_000)
            await story.until(lambda w=written: unspaced(w)[:16] in unspaced(story.text), written)  # type: ignore[misc]
            await story.press("full_stop")

    async def test_help_palette_menu_and_times_over_it(self, story: Story):
        for opened, shown in (("question_mark", "About this run"), ("colon", "Find a command"), ("y", "Markdown"),
                              ("t", "Time range")):  # fmt: skip
            await story.press(opened)
            if opened != "question_mark":
                await story.shows(shown)
            await story.press("escape")

    @pytest.mark.parametrize("payload", ["\ud800", "\x1b[31m"], ids=ascii)
    async def test_every_copy_of_a_record(self, payload: str):
        with serving(attack(payload, 1)) as server:
            async with exploring(server) as story:
                await story.settled()
                await story.press("enter", "j")
                for choice in COPY_CHOICES[1:]:
                    await story.press("y", choice.key)
                    told = f"Sent {choice.title} ("
                    await story.until(lambda told=told: [t.startswith(told) for t in story.toasts] == [True], told)  # type: ignore[misc]

    async def test_a_dialog_about_a_value_whose_path_was_made_to_harm(self):
        with serving(attack("\x1b]52;c;cm0gLXJm\x07", 1)) as server:
            async with exploring(server) as story:
                await story.settled()
                await story.press("enter")
                await story.shows("redacted")
                while not story.screen.detail.is_redacted:
                    await story.press("j")
                await story.press("R")
                await story.shows("Reveal")
                await story.press("y")
                await story.shows(r"hush a\u001b]52;c;cm0gLXJm\u0007z")


class TestClicksOnData:
    async def test_markup_that_would_quit_is_text(self):
        records = [attack("[@click=app.quit]x[/]", number) for number in range(8)]
        with serving(*records) as server:
            async with exploring(server) as story:
                await story.settled()
                await story.press("enter", "4")
                await story.shows("a[@click=app.quit]x[/]z")
                lines = story.text.splitlines()
                hits = [(line.index("@click") + 12, row) for row, line in enumerate(lines) if "@click" in line]
                assert len(hits) > 12
                for column, row in hits:
                    await story.pilot.click(offset=(column, row))
                assert story.app.is_running
                assert not story.app._exit


class TestLongLines:
    @pytest.mark.parametrize("line", LONG_LINES, ids=["plain", "escapes", "wide", "marks"])
    async def test_a_megabyte_in_one_line_is_drawn(self, line: str):
        record = {**attack("", 1), "request_body": line, "request_headers": line[: len(line) // 2]}
        with serving(record) as server:
            async with exploring(server) as story:
                await story.settled()
                await story.press("enter")
                for tab in TABS:
                    await story.press(tab)
                await story.press("1")
                await story.shows(clean(line[:20], 4_000)[:20].rstrip("\u0301"))


class TestWordsOfOthers:
    """Toasts, problems and first screens hold words of servers and of the command line."""

    MARKUP = "[@click=app.quit]x[/] [/y] [bold"

    async def test_a_toast_is_never_markup_whoever_asks(self):
        with stand_in(1) as server:
            async with exploring(server) as story:
                story.app.notify(self.MARKUP, markup=True)
                await story.until(lambda: story.toasts)
                assert [(toast.message, toast.markup) for toast in story.app._notifications] == [(self.MARKUP, False)]

    async def test_a_problem_is_shown_as_it_was_told(self):
        async with exploring(None, problem=Forbidden(self.MARKUP, f"Ask {self.MARKUP}")) as story:
            await story.shows(f"✗ {self.MARKUP}")
            await story.shows(f"Ask {self.MARKUP}")

    @pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
    async def test_a_filter_from_the_command_line(self, payload: str):
        query = AuditQuery(
            TimeRange(timedelta(hours=1)), (Clause("res", (Value(f"a{payload}z"),)), Clause("uri", (Value(payload),)))
        )
        with stand_in(1) as server:
            async with exploring(server, query=query) as story:
                await story.settled()
                await story.shows("drop")
                await story.press("question_mark")


class TestTheExitGuard:
    """The last door: nothing should come this far, so all it does is shown here."""

    @pytest.mark.parametrize("payload", UNSAFE, ids=ascii)
    def test_an_unsafe_character_is_replaced_and_counted(self, payload: str):
        guard = ExitGuard()
        style = Style(bold=True)
        (segment,) = guard.apply([Segment(f"a{payload}z", style)], BACKGROUND)
        assert segment.text == "a\ufffd" + payload[1:] + "z"
        assert segment.style == style
        assert guard.hits == 1

    def test_a_link_is_dropped_and_its_looks_are_kept(self):
        guard = ExitGuard()
        (segment,) = guard.apply([Segment("x", Style(bold=True, link="http://evil.example"))], BACKGROUND)
        assert segment.style is not None
        assert (segment.style.link, segment.style.bold) == (None, True)
        assert guard.hits == 1

    def test_what_is_clean_in_a_line_with_a_hit_stays_the_same_object(self):
        before, after = Segment("before"), Segment("after")
        line = ExitGuard().apply([before, Segment("\x1b"), after], BACKGROUND)
        assert line[0] is before
        assert line[2] is after

    def test_control_segments_are_our_own(self):
        guard = ExitGuard()
        control = Segment("\x1b[2J", None, [(ControlType.CLEAR,)])
        assert guard.apply([control], BACKGROUND) == [control]
        assert guard.hits == 0

    def test_a_clean_line_comes_back_as_it_is(self):
        guard = ExitGuard()
        line = [Segment("né プロンプト [x] \\u001b"), Segment("", None)]
        assert guard.apply(line, BACKGROUND) is line
        assert guard.hits == 0

    async def test_it_stands_at_the_explorers_exit(self):
        with stand_in(1) as server:
            async with exploring(server) as story:
                assert story.app.get_line_filters()[-1] is story.app.guard


KEY = "pk-live-0123456789abcdef"
CRASHING = f"""
import asyncio, sys
from datetime import UTC, datetime
from tui.app.app import ExplorerApp
from tui.app.context import Context
from tui.app.screens.explorer import ExplorerScreen
from tui.clipboard.copying import Clipboard
from tui.domain.errors import KeyMissing
from tui.domain.query import AuditQuery, Clause, Value

async def connect():
    raise KeyMissing("none")

def crash(self):
    headers = {{"x-portkey-api-key": "{KEY}"}}
    raise RuntimeError("\\x1b]0;owned\\x07 {KEY} [/x]")

async def crash_later(self):
    crash(self)

async def press(pilot):
    await pilot.press("c")
    await pilot.pause()

ExplorerScreen.action_copy_id = crash if sys.argv[1] == "action" else lambda self: self.run_worker(crash_later(self))
now = datetime(2026, 11, 22, tzinfo=UTC)
url = "https://api.portkey.ai"
app = ExplorerApp(Context(connect, lambda: now, lambda: 0.0, Clipboard(), AuditQuery(), "demo", url, tuple))
app.run(headless=True, auto_pilot=press)
sys.exit(app.return_code)
"""


class TestACrash:
    @pytest.mark.parametrize("where", ["action", "worker"])
    def test_its_report_names_kind_and_place_and_gives_nothing_away(self, where: str):
        done = subprocess.run([sys.executable, "-c", CRASHING, where], capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "portkey-audit stopped on an error of its own: RuntimeError" in done.stderr
        assert "in crash" in done.stderr
        assert KEY not in said
        assert "owned" not in said
        assert "\x1b]" not in said
        assert "headers" not in said
