"""The keys of every pane on one page, and what is worth knowing about this run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.app.commands import Command

_KEYS_WIDTH = 16


class HelpScreen(ModalScreen[None]):
    """Shows commands pane by pane, the reader's own pane first, and below them `facts`, whole cleaned sentences."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", "Close", id="help.close"),
        Binding("j", "scroll('down')", "Down", show=False, id="help.down"),
        Binding("k", "scroll('up')", "Up", show=False, id="help.up"),
    ]

    def __init__(self, commands: Sequence[Command], first: str, facts: Sequence[str]) -> None:
        super().__init__()
        self._commands = sorted(commands, key=lambda command: command.pane != first)
        self._facts = tuple(facts)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box"):
            yield Static(Content.assemble(("Keys", "bold"), ("   esc closes · j k scroll", "dim")))
            yield Static(self._page())

    def _page(self) -> Content:
        lines: list[tuple[str, str] | str] = []
        pane = ""
        for command in self._commands:
            if command.pane != pane:
                pane = command.pane
                lines.append((f"\n{pane}\n", "bold $primary"))
            lines.append((f"  {' '.join(command.keys):<{_KEYS_WIDTH}}", "$accent"))
            lines.append(f"{command.help or command.title}\n")
        if self._facts:
            lines.append(("\nAbout this run\n", "bold $primary"))
            lines.extend(f"  {fact}\n" for fact in self._facts)
        return Content.assemble(*lines)

    def action_scroll(self, where: str) -> None:
        box = self.query_one(VerticalScroll)
        box.scroll_relative(y=1 if where == "down" else -1, animate=False)
