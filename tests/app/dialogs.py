"""A dialog alone on a screen, driven by keys, and what it ended with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, ClassVar, Generic, TypeVar

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual import constants
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

import tui.app
from tui.app.app import ExitGuard
from tui.app.themes import THEMES

_PATIENCE_SECONDS = 10.0
_STYLES = Path(tui.app.__file__).parent / "styles"

S = TypeVar("S", bound=ModalScreen[Any])

Size = tuple[int, int]
"""Columns and lines of a terminal."""

at_both_sizes = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


class Host(App[None]):
    """Stands below a dialog, in the program's colours and behind its exit guard."""

    CSS_PATH: ClassVar[list[str | PurePath]] = sorted(_STYLES.glob("*.tcss"))

    def __init__(self) -> None:
        super().__init__()
        self.guard = ExitGuard()
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name

    def compose(self) -> ComposeResult:
        yield Static()

    def get_line_filters(self) -> list[Any]:
        return [*super().get_line_filters(), self.guard]


@dataclass
class Asking(Generic[S]):
    """A dialog in use; `answers` has what it ended with, once it has."""

    app: Host
    pilot: Pilot[None]
    screen: S
    answers: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the terminal shows, line by line."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.text, text)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition; fails after a while with what was waited for, and what the screen shows."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"never came: {what}\n{self.text}"
            await self.pilot.pause()
            await asyncio.sleep(0)


@asynccontextmanager
async def asking(screen: S, *, size: Size = (80, 24)) -> AsyncIterator[Asking[S]]:
    app = Host()
    with pytest.MonkeyPatch.context() as steady:
        steady.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
        steady.setattr(constants, "COLOR_SYSTEM", "truecolor")
        async with app.run_test(size=size) as pilot:
            dialog = Asking(app, pilot, screen)
            app.push_screen(screen, dialog.answers.append)
            await pilot.pause()
            yield dialog
    assert app._exception is None
    assert app.guard.hits == 0, "data reached a widget without being cleaned"


def assert_same_picture(dialog: Asking[Any], snapshot: SnapshotAssertion, place: Path) -> None:
    """Fail where the screen isn't what the committed picture of the test shows; draw it in the folder `place` then."""
    assert dialog.app._exception is None
    drawn = dialog.app.export_screenshot(title="portkey-audit", simplify=True)
    if snapshot.use_extension(SVGImageExtension) != drawn:
        picture = place / "drawn.svg"
        picture.write_text(drawn, encoding="utf-8")
        pytest.fail(f"The dialog looks otherwise than on its picture, see {picture}:\n{dialog.text}", pytrace=False)
