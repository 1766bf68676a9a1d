"""Markup in data is text, wherever data are shown: it is drawn as it was written, and a click on it does what a click
there does on any text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from textual.app import App
from textual.events import Paste
from textual.screen import ModalScreen

from tests.app.attacks import AttackHistory
from tests.app.dialogs import asking
from tests.app.exploring import NOW, Story, exploring
from tests.proof import Counted, figure
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.help import HelpScreen, Section
from tui.app.screens.menu import Choice, MenuScreen
from tui.app.screens.pick import Pick, PickScreen
from tui.app.screens.pipe import PipeScreen
from tui.demo.server import DemoServer
from tui.domain.errors import Forbidden
from tui.domain.query import AuditQuery, Clause, Value
from tui.domain.time_range import TimeRange

pytestmark = [pytest.mark.proof("T3"), pytest.mark.usefixtures("steady_surroundings")]

TAGS = (
    "bold", "red", "$error", "$primary 50%", "on red", "#f00", "rgb(1,2,3)", "not dim", "reverse", "b", "/", "/x",
    "/bold", "/]", "", " ", "=", "link=http://evil.example", "link='http://evil.example'", 'link="', "@click=app.quit",
    "@click=app.quit()", "@click='app.bell'", "@click=screen.quit", "@click=screen.mark", '@click="app.quit"',
    "@enter=app.quit", "@click=app.open_url('x')", "@click=", "@", "a.b", "{x}", "0", "auto on $error", "\\",
)  # fmt: skip
"""What stands between brackets."""
FORMS = (
    "[{}]x[/]", "[{0}]x[/{0}]", "[{}", "{}]", "[[{}]]", "\\[{}]", "[[{}]x[/]]", "[{0}][{0}]x", "[/{}]", "\\\\[{}]x[/]",
)  # fmt: skip
"""How it stands there: closed, left open, nested, escaped."""
ACTIONS = ("app.quit", "app.bell", "screen.quit", "screen.mark", "app.open_url('x'")
"""What the tags would have done; nothing of ours is called so."""
LOOSE = (
    ":smile:", ":warning:", ":x:[/]", "{0}", "{x!r}", "{{}}", "${x}", "%s%n", "'", '"', "\'\'\'[", "**x**", "_x_",
    "# x", "[x](http://evil.example)", "`x`", "~~x~~", "<b>x</b>", "&amp;", "\\",
)  # fmt: skip
"""What other notations take for something."""
WEEK = AuditQuery(TimeRange(timedelta(days=7)))
BATCH = 20
"""Payloads on one screen."""
FIELDS = (
    "method", "user_id", "organisation_id", "workspace_id", "response_status_code", "resource_type", "action",
    "client_ip", "country", "user_type",
)  # fmt: skip

SCROLL_BAR = ("@mouse.down", "@mouse.up")
"""What Textual itself lays under its scroll bars."""
OPENING: tuple[tuple[str, ...], ...] = (
    ("enter", "5"), ("enter", "1", "j", "p"), ("enter", "4", "j", "j", "y"), ("enter", "2", "R"),
    ("enter", "slash", "v"), ("f", "down", "enter"), ("f", *["down"] * 3, "enter"), ("f", *["down"] * 6, "enter"),
    ("colon", "a"), ("t",), ("C",), ("apostrophe",), ("w",), ("vertical_line",), ("y",), ("p",), ("question_mark",),
    ("m", "C", "a"), ("s",),
)  # fmt: skip
"""Keys, one after the other, to each of the other screens."""


def payloads(count: int) -> list[str]:
    """So many of all there are: one after the other, and then two of them together."""
    chance = Random(6614)  # noqa: S311 - it chooses texts
    single = [form.format(tag) for form, tag in product(FORMS, TAGS)]
    chosen = dict.fromkeys((*LOOSE, *chance.sample(single, min(count - len(LOOSE), len(single)))))
    while len(chosen) < count:
        chosen[chance.choice(single)[:19] + chance.choice(single)[:19]] = None
    return list(chosen)


ALL = payloads(figure(ci=200, large=2_000))
BATCHES = [ALL[start : start + BATCH] for start in range(0, len(ALL), BATCH)]


def record(batch: Sequence[str], number: int) -> dict[str, Any]:
    """A record with another payload in each of its fields; over all of a batch each is in every field."""
    at = (NOW - timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    around = json.dumps({f"k{text}": f"v{text}" for text in batch})
    fields = {name: batch[(number + place) % len(batch)] for place, name in enumerate(FIELDS)}
    return {
        "timestamp": at, "uri": f"/v1/{batch[number]}", "request_id": f"{number} {batch[number]}",
        "request_body": around, "query_params": around, "request_headers": around, **fields,
    }  # fmt: skip


def unspaced(text: str) -> str:
    return "".join(text.split())


def missing(shown: str, batch: Sequence[str], *, most: int = 38) -> list[str]:
    """The payloads that a screen doesn't show as they are, as far as they fit."""
    everything = unspaced(shown)
    return [text for text in batch if unspaced(text[:most]) not in everything]


@contextmanager
def spied() -> Iterator[list[str]]:
    """The actions that are run by their text, as markup would run them."""
    run: list[str] = []
    real = App.run_action

    async def spy(self: App[Any], action: Any, *arguments: Any, **named: Any) -> bool:
        if isinstance(action, str):
            run.append(action)
        return await real(self, action, *arguments, **named)

    with patch.object(App, "run_action", spy):
        yield run


def metas(story: Story) -> list[Any]:
    """What is under the cells of the screen beside their looks: actions and links."""
    styles = [segment.style for strip in story.app.screen._compositor.render_strips() for segment in strip]
    found = [key for style in styles if style is not None for key in style.meta if key.startswith("@")]
    found = [key for key in found if key not in SCROLL_BAR]
    return found + [style.link for style in styles if style is not None and style.link]


class TestTheExplorer:
    @pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: ascii(batch[0]))
    async def test_it_is_text_in_every_part(self, batch: list[str], counted: Counted):
        records = [record(batch, number) for number in range(len(batch))]
        places = 0
        with DemoServer(AttackHistory(records), clock=lambda: NOW) as server, spied() as actions:
            async with exploring(server, size=(240, 60), notifications=True, query=WEEK) as story:
                await story.settled()

                async def shows(place: str, *, most: int = 38, of: Sequence[str] = batch) -> None:
                    nonlocal places
                    await story.until(lambda: not missing(story.text, of, most=most), f"{place}: {of}")
                    assert metas(story) == [], place
                    places += 1

                await shows("table and panel", most=6)
                await self._click_everywhere(story, batch)
                await story.press("enter", "z")
                keys = [f"k{text}" for text in batch]
                in_json = [json.dumps(key)[1:-1] for key in keys]
                fields = [text for name, text in records[0].items() if name in FIELDS]
                for tab, of in (("1", in_json), ("2", keys), ("3", keys), ("4", fields)):
                    await story.press("4", tab, "g")
                    await shows(f"tab {tab}", of=of)
                await story.press("escape", "escape", "v")
                await story.shows("exact, whole window")
                await shows("values", most=12)
                await story.press("escape", "slash", "ctrl+u", *"res:")
                await story.until(lambda: len(missing(story.text, batch)) < len(batch) - 1, "a completion")
                await shows("completion", of=())
                await story.press("ctrl+u")
                for text in batch:
                    story.app.post_message(Paste(text))
                    await story.until(lambda t=text: not missing(story.text, [t]), f"in the bar: {text}")  # type: ignore[misc]
                    await shows("bar", of=[text])
                    await story.press("ctrl+u")
                await story.press("escape")
                for start in range(0, len(batch), 10):
                    for text in batch[start : start + 10]:
                        story.app.notify(text, title=text, markup=True, timeout=60)
                    await shows("toasts", of=batch[start : start + 10])
                    story.app.clear_notifications()
                assert story.app.is_running
                assert not story.app._exit
        done = [action for action in actions if action.rstrip("()") in ACTIONS]
        assert done == []
        counted(payloads=len(batch), places=places, actions=len(done))

    @pytest.mark.parametrize("batch", BATCHES[: figure(ci=2, large=100)], ids=lambda batch: ascii(batch[0]))
    async def test_nothing_lies_under_any_cell_of_what_opens_from_it(self, batch: list[str], counted: Counted):
        """Every dialog and list that a key leads to, over a record and a query that are made of markup."""
        records = [record(batch, number) for number in range(len(batch))]
        query = AuditQuery(WEEK.time_range, (Clause("body", tuple(map(Value, batch[:3])), (batch[4], batch[5])),))
        with DemoServer(AttackHistory(records), clock=lambda: NOW) as server, spied() as actions:
            async with exploring(server, size=(160, 48), notifications=True, query=query) as story:
                await story.settled()
                await story.press("backslash")
                await story.settled()
                for keys in OPENING:
                    await story.press(*keys)
                    await story.pilot.pause()
                    assert metas(story) == [], keys
                    await story.pilot.hover(offset=(40, 6))
                    assert metas(story) == [], keys
                    await story.press("escape", "escape", "escape", "escape")
                    await story.until(lambda: story.app.screen is story.screen, f"back from {keys}")
                assert story.app.is_running
                assert not story.app._exit
        assert [action for action in actions if action.rstrip("()") in ACTIONS] == []
        counted(places=len(OPENING))

    @staticmethod
    async def _click_everywhere(story: Story, batch: Sequence[str]) -> None:
        """Click on each line of the table, where markup stands."""
        screen = story.screen
        region = screen.table.region
        for row in (*range(1, len(batch)), 0):
            await story.pilot.click(offset=(region.x + 24 + 7 * row % 30, region.y + 1 + row))
            assert story.app.screen is screen, "a click opened something"
            assert not story.app._exit
            assert screen.table.cursor_row == row


class TestWordsOfOthers:
    @pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: ascii(batch[0]))
    async def test_an_error_a_query_and_a_plain_page(self, batch: list[str], counted: Counted):
        words = " ".join(batch[:5])
        async with exploring(None, problem=Forbidden(words, words), size=(240, 60), notifications=True) as story:
            await story.until(lambda: not missing(story.text, batch[:5]), words)
            assert metas(story) == []
        query = AuditQuery(WEEK.time_range, (Clause("res", tuple(map(Value, batch[:6]))),))
        records = [record(batch, number) for number in range(len(batch))]
        with DemoServer(AttackHistory(records), clock=lambda: NOW) as server:
            async with exploring(server, size=(240, 60), query=query, plain=True) as story:
                await story.settled()
                await story.until(lambda: not missing(story.text, batch[:3], most=6), words)
                assert metas(story) == []
                await story.press("enter")
                await story.until(lambda: len(missing(story.text, batch)) < len(batch) - 3, "a plain page")
                assert metas(story) == []
        counted(places=3)


class TestDialogs:
    @pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: ascii(batch[0]))
    async def test_it_is_text_in_titles_lines_and_choices(self, batch: list[str], counted: Counted):
        first = batch[0]
        keyed = dict(zip("abcdef", batch, strict=False))
        screens: list[tuple[ModalScreen[Any], list[str]]] = [
            (ConfirmScreen(first, batch, yes=first[:20], no=first[:20]), batch),
            (PickScreen(first, [Pick(text, text, text) for text in batch]), batch),
            (MenuScreen(first, [Choice(key, text, text) for key, text in keyed.items()]), list(keyed.values())),
            (HelpScreen(first, [Section(first, [(text, text) for text in batch])]), batch),
            *((PipeScreen(text, last=("x", text), environ={}), [text]) for text in batch),
        ]  # fmt: skip
        async with asking(ConfirmScreen("first of all", ()), size=(160, 60)) as dialog:
            for screen, shown in screens:
                await dialog.app.push_screen(screen)
                for text in shown:
                    await dialog.until(
                        lambda t=text: not missing(dialog.text, [t], most=25),  # type: ignore[misc]
                        f"{type(screen).__name__}: {text}",
                    )
                await dialog.app.pop_screen()
        counted(places=len(screens))
