"""A small box of choices, each behind one key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen

from tui.app.commands import shown_key
from tui.app.widgets.line import Line, Part


class Choice(NamedTuple):
    """A key (as Textual names it), what it does, and a word on how."""

    key: str
    title: str
    about: str = ""


class MenuScreen(ModalScreen[str]):
    """Ends with the key that was chosen, or "" when the reader thought better of it."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss('')", "Cancel", id="menu.cancel")]

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(id="menu-title")
            for _ in self._choices:
                yield Line()
            yield Line(id="menu-foot")

    def on_mount(self) -> None:
        self.query_one("#menu-title", Line).show([Part(self._title, "strong")])
        self.query_one("#menu-foot", Line).show(
            [Part("esc", "key", lambda: self.dismiss("")), Part(" cancel", "muted")]
        )
        width = max(len(choice.title) for choice in self._choices) + 2
        for line, choice in zip(self.query("Line:not(#menu-title):not(#menu-foot)").results(Line), self._choices,
                                strict=True):  # fmt: skip
            line.show(
                [
                    Part(f"{shown_key(choice.key):>2}  ", "key", lambda key=choice.key: self.dismiss(key)),
                    Part(choice.title.ljust(width), "plain", lambda key=choice.key: self.dismiss(key)),
                    Part(choice.about, "muted"),
                ]
            )

    def on_key(self, event: Key) -> None:
        if event.key in {choice.key for choice in self._choices}:
            event.stop()
            self.dismiss(event.key)
