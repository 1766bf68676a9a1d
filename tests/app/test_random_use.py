"""Whatever keys are pressed, whatever is typed, pasted and clicked, at whatever size: the explorer stands, says how
things are, and leads back to the table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from random import Random
from string import ascii_letters, digits, punctuation
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.events import Key, MouseScrollDown, MouseScrollUp, Paste
from textual.keys import _character_to_key
from textual.screen import Screen

import tui.app
from tests.app.attacks import PAYLOADS, AttackHistory, attack
from tests.app.exploring import Passing, Story, exploring, stand_in
from tests.proof import Counted, figure, seeds
from tui.app.screens.explorer import ExplorerScreen
from tui.app.screens.too_small import TooSmallScreen, is_too_small
from tui.app.summary import status_line
from tui.demo.server import DemoServer
from tui.domain.clean import has_unsafe

pytestmark = pytest.mark.proof("T13")

STEPS = figure(ci=30, large=50)
PRINTABLE = ascii_letters + digits + punctuation + " "
KEYS = (
    *map(_character_to_key, PRINTABLE),
    "enter", "escape", "tab", "shift+tab", "backspace", "delete", "insert",
    "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "f1", "f5",
    "shift+left", "shift+right", "shift+home", "shift+end", "ctrl+left", "ctrl+right", "ctrl+shift+left",
    "ctrl+shift+right", "ctrl+a", "ctrl+c", "ctrl+d", "ctrl+e", "ctrl+k", "ctrl+l", "ctrl+u", "ctrl+v", "ctrl+z",
)  # fmt: skip
"""Every key that anything is bound to, and some others."""
SIZES = ((120, 40), (120, 40), (200, 50), (80, 24), (60, 20), (100, 29), (40, 12), (39, 12), (10, 3), (1, 1))
TEXTS = (
    "status:403", "is:failed", "since:1h", "since:7d", "-res:prompts", "ip:192.0.2.0/24", "body.name:*", "actor:",
    "(a or b", "res:(", "uri:~[", '"', "\\", "res:api-keys or status:404", "created:2026-11-22", "nonsense:1", "m=q",
    "sh -c true", "/etc/x", "1h", "12:00", "name",
)  # fmt: skip
FAULTS = ("500", "429", "cut", "reset", "garbage", "401", "403", "null", "nan", "close")
MOST_ESCAPES = 12
"""As many lead to the table from wherever a reader can be: out of dialogs, a search, a zoom, the detail, the panel."""
OPENERS = (*"ywpvtCsfR", "apostrophe", "question_mark", "colon", "vertical_line", "slash")
"""Keys that open something; often pressed, so that use doesn't stay on the table."""


class User:
    """Somebody who does things at random, and looks after each whether all is well."""

    def __init__(self, story: Story, server: DemoServer, passing: Passing, chance: Random) -> None:
        self.done: list[str] = []
        self.steps = 0
        self._story = story
        self._server = server
        self._passing = passing
        self._chance = chance
        self._acts: tuple[tuple[int, Callable[[], object]], ...] = (
            (40, self.press_a_key),
            (14, self.open_something),
            (8, self.type_a_text),
            (6, self.ask),
            (5, self.paste),
            (12, self.click),
            (5, self.turn_the_wheel),
            (6, self.resize),
            (6, self.wait),
            (4, self.meet_a_fault),
            (4, self.go_back_to_the_table),
        )

    @property
    def left(self) -> bool:
        """Whether the program has been left: by a click, or by a command of the palette."""
        return self._story.app._exit

    async def do_something(self) -> None:
        weights = [weight for weight, _ in self._acts]
        [act] = self._chance.choices([act for _, act in self._acts], weights)
        await act()  # type: ignore[misc]
        self.steps += 1

    # What a user does

    async def press_a_key(self) -> None:
        await self._press(self._chance.choice(KEYS))

    async def open_something(self) -> None:
        await self._press(self._chance.choice(OPENERS))

    async def type_a_text(self) -> None:
        await self._press(*_typed(self._chance.choice((*TEXTS, *PAYLOADS))))

    async def ask(self) -> None:
        await self._press("slash", "ctrl+u", *_typed(self._chance.choice(TEXTS)), "enter")

    async def paste(self) -> None:
        text = self._chance.choice(("", "\n", "q")).join(self._chance.choices((*TEXTS, *PAYLOADS), k=3))
        self.done.append(f"paste {text!a}")
        self._story.app.post_message(Paste(text))

    async def click(self) -> None:
        place = self._place()
        times = self._chance.choice((1, 1, 1, 2))
        self.done.append(f"click {place} x{times}")
        await self._story.pilot.click(offset=place, times=times)

    async def turn_the_wheel(self) -> None:
        place, turn = self._place(), self._chance.choice((MouseScrollDown, MouseScrollUp))
        self.done.append(f"{turn.__name__} {place}")
        await self._story.pilot._post_mouse_events([turn], offset=place)

    async def resize(self) -> None:
        size = self._chance.choice(SIZES)
        self.done.append(f"resize {size}")
        await self._story.pilot.resize_terminal(*size)

    async def wait(self) -> None:
        seconds = self._chance.choice((0.2, 1.0, 3.0, 30.0, 600.0))
        self.done.append(f"wait {seconds}")
        self._passing.later(seconds)

    async def meet_a_fault(self) -> None:
        fault = self._chance.choice(FAULTS)
        self.done.append(f"fault {fault}")
        self._server.queue(fault)

    async def go_back_to_the_table(self) -> None:
        """By escape alone."""
        if is_too_small(self._story.app.size):
            self.done.append("resize (120, 40)")
            await self._story.pilot.resize_terminal(120, 40)
        for _ in range(MOST_ESCAPES):
            if self.is_at_the_table:
                return
            await self._press("escape")
            await self._story.pilot.pause()
        assert self.is_at_the_table, f"escape doesn't lead back\n{self._story.text}"

    async def leave(self) -> None:
        """By `q`, from the table."""
        await self.go_back_to_the_table()
        self.done.append("q")
        await self._story.press("q")
        await self._story.until(lambda: self.left, "the end")

    # What must be so

    async def look(self) -> None:
        """Wait until everything has been drawn, and look whether it's well."""
        story = self._story
        await story.pilot.pause()
        app = story.app
        assert app._exception is None
        assert not app.crash
        if self.left:
            return
        assert app.is_running
        assert app.guard.hits == 0, "data came as far as the guard"
        assert not has_unsafe(story.text.replace("\n", ""))
        assert isinstance(app.screen, TooSmallScreen) is is_too_small(app.size)
        self._look_at_the_focus()
        if app.screen is story.screen:
            await self._look_at_the_lines()

    def _look_at_the_focus(self) -> None:
        """Keys reach something that can be seen."""
        screen = self._story.app.screen
        focused = screen.focused
        if focused is not None:
            assert focused.is_mounted
            assert focused.display, f"{focused!r} has the focus and isn't shown"
            assert all(node.display for node in focused.ancestors)
        assert focused is not None or screen is not self._story.screen, "nothing has the focus"

    async def _look_at_the_lines(self) -> None:
        """What the lines say is how it is: telling them anew changes nothing."""
        screen = self._story.screen
        said = screen.keys.text
        screen.on_descendant_focus()
        assert screen.keys.text == said != ""
        await self._story.until(self._status_is_true, "a status line that is true")

    def _status_is_true(self) -> bool:
        """Whether the line says how it is; of another attempt within a second it says nothing."""
        screen = self._story.screen
        state = screen._state()
        if state.live is not None and state.live.retry is not None:
            return True
        left, right = status_line(state)
        return screen.status.text == "".join(part.text for part in (*left, *right))

    @property
    def is_at_the_table(self) -> bool:
        app = self._story.app
        if not isinstance(app.screen, ExplorerScreen) or app.screen._zoomed or app.screen.detail_open:
            return False
        return app.focused is app.screen.table

    # How it is done

    async def _press(self, *keys: str) -> None:
        """Press keys, but none that leave the program from where it stands."""
        for key in keys:
            if key in ("q", "Q") and self._leaves(self._story.app.screen):
                continue
            self.done.append(key)
            self._story.app.post_message(Key(key, _character_of(key)))
        await self._story.pilot.pause()

    def _leaves(self, screen: Screen[Any]) -> bool:
        """Whether `q` means the end there."""
        typing = screen.focused is not None and screen.focused.check_consume_key("q", "q")
        return not typing and isinstance(screen, ExplorerScreen | TooSmallScreen)

    def _place(self) -> tuple[int, int]:
        width, height = self._story.app.size
        return self._chance.randrange(width), self._chance.randrange(height)


def _typed(text: str) -> list[str]:
    """The keys of a text that a keyboard has."""
    return [_character_to_key(one) for one in text if one.isascii() and one.isprintable()]


def _character_of(key: str) -> str | None:
    return next((one for one in PRINTABLE if _character_to_key(one) == key), None)


def hostile_server(passing: Passing) -> DemoServer:
    records = [attack(payload, number) for number, payload in enumerate(PAYLOADS * 6)]
    return DemoServer(AttackHistory(records), clock=lambda: passing.now)


async def use(seed: int, folder: Path) -> User:
    """Use the explorer at random, on hostile records or a usual log, in boxes or plain, with an archive or without."""
    chance, passing = Random(seed), Passing()  # noqa: S311 - it chooses what is done
    server = hostile_server(passing) if seed % 2 else stand_in(400, clock=lambda: passing.now)
    archive = folder / f"{seed}.db" if seed % 3 == 0 else None
    with server:
        server.set(grow=0.5)
        async with exploring(server, passing=passing, archive=archive, plain=seed % 5 == 4) as story:
            user = User(story, server, passing, chance)
            await story.until(lambda: story.screen._exploration.started, "the first rows")
            try:
                for _ in range(STEPS):
                    await user.do_something()
                    await user.look()
                    if user.left:
                        return user
                await user.leave()
            except BaseException as error:
                error.add_note(f"seed {seed}, {user.steps} steps: {' '.join(user.done)}")
                raise
    return user


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where exports of a name that was typed go."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("steady_surroundings")
@pytest.mark.parametrize("seed", seeds("use of the screen", ci=20, large=1_000))
async def test_the_screen_bears_whatever_is_done(seed: int, folder: Path, counted: Counted):
    before = asyncio.all_tasks()
    user = await use(seed, folder)
    assert asyncio.all_tasks() == before, "something still runs"
    counted(sequences=1, steps=user.steps)


def bindings() -> Iterator[Binding]:
    """All there are of ours."""
    for module in walk_packages(tui.app.__path__, "tui.app."):
        for node in vars(import_module(module.name)).values():
            if isinstance(node, type) and issubclass(node, DOMNode) and node.__module__ == module.name:
                yield from (binding for binding in vars(node).get("BINDINGS", ()) if isinstance(binding, Binding))


def _key_of(written: str) -> str:
    return _character_to_key(written) if len(written) == 1 else written


def test_every_key_that_is_bound_may_be_pressed():
    bound = {_key_of(key) for binding in bindings() for key in binding.key.split(",")}
    assert len(bound) > 60
    assert bound - set(KEYS) == set()


@pytest.mark.usefixtures("steady_surroundings")
class TestWhatWasFound:
    """By use at random, and mended."""

    async def test_a_pane_that_a_smaller_terminal_hides_hands_the_focus_on(self):
        with stand_in(40) as server:
            async with exploring(server) as story:
                await story.settled()
                await story.pilot.click(offset=(5, 8))
                assert story.screen.panel.has_focus_within
                await story.pilot.resize_terminal(40, 12)
                await story.until(lambda: story.screen.table.has_focus, "the table's focus")

    async def test_what_is_pasted_into_the_palette_is_shown_as_escapes(self):
        with stand_in(40) as server:
            async with exploring(server) as story:
                await story.settled()
                await story.press("colon")
                await story.shows("Find a command")
                story.app.post_message(Paste("\ufe0f\x1b[31m\u202e"))
                await story.shows(r"\ufe0f\u001b[31m\u202e")
                assert story.app.guard.hits == 0

    @pytest.mark.parametrize("size", [(1, 1), (2, 1), (10, 3)])
    async def test_a_terminal_of_one_cell_is_drawn_once(self, size: tuple[int, int]):
        """A scroll bar there came and went, and had the screen laid out anew for it, without an end."""
        with stand_in(40) as server:
            async with exploring(server) as story:
                await story.settled()
                await story.pilot.resize_terminal(*size)
                await story.until(lambda: isinstance(story.app.screen, TooSmallScreen), "the notice")
                assert story.app.screen.max_scroll_y > 0
                assert not story.app.screen.show_vertical_scrollbar
