"""A pane of the detail alone on a screen, driven by keys."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

import tui.app
from tui.app.themes import THEMES
from tui.app.widgets.detail_pane import DetailPane
from tui.app.widgets.document_lines import DocumentLines

_PATIENCE_SECONDS = 10.0
_STYLES = Path(tui.app.__file__).parent / "styles"

W = TypeVar("W", bound=Widget)


class Frame(App[None]):
    """Holds one widget and the messages it sent."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        _STYLES / f"{name}.tcss" for name in ("base", "line", "document_lines", "document_view", "detail_pane")
    ]

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.widget = widget
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_detail_pane_closed(self, message: DetailPane.Closed) -> None:
        self.told.append(message)


@dataclass
class Viewing(Generic[W]):
    """A widget in use."""

    app: Frame
    pilot: Pilot[None]
    widget: W

    @property
    def lines(self) -> DocumentLines:
        return self.app.query_one(DocumentLines)

    @property
    def strips(self) -> list[list[Segment]]:
        return [list(strip) for strip in self.app.screen._compositor.render_strips()]

    @property
    def screen(self) -> list[str]:
        """What the terminal shows, line by line."""
        return ["".join(segment.text for segment in strip).rstrip() for strip in self.strips]

    @property
    def text(self) -> str:
        return "\n".join(self.screen)

    @property
    def under_cursor(self) -> str:
        """The line that the cursor mark stands before, without mark and indentation."""
        marked = [line for line in self.screen if line.startswith("▌")]
        assert marked, self.text
        return marked[0][2:].strip()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition; fails after a while with what was waited for, and what the screen shows."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"never came: {what}\n{self.text}"
            await self.pilot.pause()
            await asyncio.sleep(0)


@asynccontextmanager
async def viewing(widget: W, *, size: tuple[int, int] = (60, 20)) -> AsyncIterator[Viewing[W]]:
    app = Frame(widget)
    async with app.run_test(size=size) as pilot:
        widget.focus()
        await pilot.pause()
        yield Viewing(app, pilot, widget)
    assert app._exception is None
