"""What stands over everything while the terminal has too little room for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.geometry import Size

LEAST_WIDTH, LEAST_HEIGHT = 40, 12
"""Columns and lines below which the panes have no room to say anything."""


def is_too_small(size: Size) -> bool:
    return size.width < LEAST_WIDTH or size.height < LEAST_HEIGHT


class TooSmallScreen(Screen[None]):
    """Says how much room is needed; what it covers is as it was, once there is that much."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,Q", "app.leave", "Quit", id="too_small.leave")]

    text = query_one(Static)

    def compose(self) -> ComposeResult:
        yield Static()

    def on_resize(self) -> None:
        width, height = self.app.size
        self.text.update(
            Content.assemble(
                (f"{width}x{height} is too small\n", "bold"), f"Needed: {LEAST_WIDTH}x{LEAST_HEIGHT}\n",
                ("q", "bold $primary"), " quit",
            )
        )  # fmt: skip

    def on_screen_resume(self) -> None:
        """Go, if there is room: another screen may have lain over this one when it came."""
        if not is_too_small(self.app.size):
            self.dismiss()
