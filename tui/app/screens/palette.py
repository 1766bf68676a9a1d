"""The list of commands, found by their names."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.command import CommandInput, CommandList, CommandPalette, SearchIcon
from textual.containers import Horizontal, Vertical
from textual.widgets import LoadingIndicator

from tui.app.widgets.safe_input import SafeInput


class PaletteInput(CommandInput, SafeInput):
    """Where a name is typed: what is pasted there may come from the log."""


class Palette(CommandPalette):
    """Textual's own, with the input of this program."""

    def compose(self) -> ComposeResult:
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield SearchIcon()
                yield PaletteInput(placeholder="Search for commands", select_on_focus=False)
            with Vertical(id="--results"):
                yield CommandList()
                yield LoadingIndicator()
