"""The Textual application: keys in their order, room, the exit guard, and a crash report that gives nothing away."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import AppFocus, Event, Key, MouseDown
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input

from tui.app.commands import commands_of
from tui.app.screens.explorer import ExplorerScreen
from tui.app.screens.too_small import TooSmallScreen, is_too_small
from tui.app.themes import LOOKS, THEMES
from tui.domain.clean import UNSAFE, has_unsafe

if TYPE_CHECKING:
    from textual.color import Color
    from textual.driver import Driver
    from textual.notifications import SeverityLevel
    from textual.widget import Widget

    from tui.app.context import Context

_PATIENCE_SECONDS = 0.5
"""How long a key may take before the next one is looked at."""
_SIGNS: Mapping[SeverityLevel, str] = {"information": "", "warning": "! ", "error": "✗ "}
STYLES = Path(__file__).parent / "styles"


class ExitGuard(LineFilter):
    """The last door before the terminal: whatever unsafe character comes this far is replaced, and counted.

    A hit is a mistake of ours: data reached a widget without `clean`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hits = 0

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        if not any(map(self._is_unsafe, segments)):
            return segments
        self.hits += 1
        return [self._safe(segment) if self._is_unsafe(segment) else segment for segment in segments]

    @staticmethod
    def _is_unsafe(segment: Segment) -> bool:
        linked = segment.style is not None and segment.style.link is not None
        return not segment.control and (linked or has_unsafe(segment.text))

    @staticmethod
    def _safe(segment: Segment) -> Segment:
        style = segment.style.update_link(None) if segment.style is not None else None
        return Segment(UNSAFE.sub("\ufffd", segment.text), style)


class ExplorerApp(App[int], inherit_bindings=False):
    """Runs the explorer screen on what `context` gives it."""

    TITLE = "portkey-audit"
    CSS_PATH: ClassVar[list[str | PurePath]] = sorted(STYLES.glob("*.tcss"))
    PANE = "Program"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (160, "-wide")]  # noqa: RUF012 - Textual declares it an instance's
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="app.suspend", tooltip="Back to the shell"),
        Binding("ctrl+l", "redraw", "Redraw", show=False, id="app.redraw", tooltip="Draw the whole screen anew"),
    ]

    def __init__(self, given: Context, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class)
        self.guard = ExitGuard()
        self.given = given
        self.crash = ""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = given.theme

    def on_mount(self) -> None:
        # Back from the shell the terminal is blank, and Textual believes that it still shows the last frame.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())

    def action_redraw(self) -> None:
        """Send the whole screen anew, whatever the terminal is believed to show."""
        redraw = getattr(self._driver, "redraw", None)
        if redraw is not None:
            redraw()
        self.refresh(layout=True)

    def action_command_palette(self) -> None:
        from tui.app.screens.palette import Palette

        self.push_screen(Palette())

    # Where there is too little room

    def _check_resize(self) -> None:
        """Cover everything while the terminal is too small for it."""
        if self._resize_event is not None and self._screen_stack:
            self._cover()
        super()._check_resize()

    def _cover(self) -> None:
        small, covered = is_too_small(self.size), isinstance(self.screen, TooSmallScreen)
        if small and not covered:
            self.push_screen(TooSmallScreen())
        elif covered and not small:
            self.pop_screen()

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """What is covered keeps its layout, and with it what was in view, for when there is room again."""
        return [] if isinstance(self.screen, TooSmallScreen) else super()._background_screens

    async def action_leave(self) -> None:
        """End the run as the explorer would, whatever lies over it."""
        await self.run_action("quit", self.screen_stack[0])

    async def on_event(self, event: Event) -> None:
        """Take keys in the order they were pressed, however quickly they come.

        Textual looks for a binding when a key has come back from the widget that has the focus.  Over a slow line
        several keys arrive at once: the later ones would by then be with a widget that was to lose the focus.
        """
        explorer = self.screen_stack[0] if self._screen_stack else None
        if isinstance(event, Key | MouseDown | AppFocus) and isinstance(explorer, ExplorerScreen):
            explorer.attended()
        key = event if isinstance(event, Key) and not event.is_forwarded else None
        if key is not None and await self._is_bound(key):
            return
        await super().on_event(event)
        if key is not None and isinstance(self.focused, Input):
            await self._let_take(self.focused)

    async def _is_bound(self, key: Key) -> bool:
        """Do what a key is bound to, if that is anything, and it is no letter for what has the focus."""
        typed = self.focused is not None and self.focused.check_consume_key(key.key, key.character)
        return self.screen.is_mounted and not typed and await self._check_bindings(key.key)

    @staticmethod
    async def _let_take(widget: Widget) -> None:
        """Wait until a widget has taken the keys that it was given."""
        taken = asyncio.Event()
        widget.call_later(taken.set)
        with suppress(TimeoutError):
            await asyncio.wait_for(taken.wait(), _PATIENCE_SECONDS)

    def get_default_screen(self) -> Screen[Any]:
        return ExplorerScreen(self.given)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self.guard]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for command in commands_of(screen):
            where = f"{' '.join(command.keys)} · {command.pane}" if command.keys else command.pane
            yield SystemCommand(f"{command.title}: {command.help}", where, command.run)
        for theme in THEMES:
            yield SystemCommand(f"Theme: {theme.name}", LOOKS[theme.name], lambda name=theme.name: self._wear(name))

    def _wear(self, theme: str) -> None:
        self.theme = theme

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - a message is never markup, whoever asks
    ) -> None:
        super().notify(f"{_SIGNS[severity]}{message}", title=title, severity=severity, timeout=timeout, markup=False)

    def _fatal_error(self) -> None:
        """End with the error's kind and place: its message and the locals may hold a key or an attacker's text."""
        kind, _, trace = sys.exc_info()
        places = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"  {Path(code.co_filename).name}:{trace.tb_lineno} in {code.co_name}")
            trace = trace.tb_next
        name = kind.__name__ if kind else "an unknown error"
        self.crash = "\n".join([f"portkey-audit stopped on an error of its own: {name}", *places[-8:]])
        self._exit_renderables.append(Text(self.crash))
        self._close_messages_no_wait()
