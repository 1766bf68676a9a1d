"""The list of commands, found by their names."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.widgets import Input


class Palette(CommandPalette):
    """Textual's own, without a cursor that blinks: over a slow line nothing is sent while nobody types."""

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
