"""A small box of choices, each behind one key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen

from tui.app.commands import shown_key
from tui.app.screens.foot import Foot, FootKey
from tui.app.widgets.line import Line, Part


class Choice(NamedTuple):
    """A key (as Textual names it), what it does, and a word on how."""

    key: str
    title: str
    about: str = ""


class MenuScreen(ModalScreen[str]):
    """Ends with the key that was chosen, or "" when the reader thought better of it."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss('')", "Cancel", id="menu.cancel")]

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(id="menu-title")
            for choice in self._choices:
                yield Line(id=f"choice-{choice.key}")
            yield Foot()

    def on_mount(self) -> None:
        self.query_one("#menu-title", Line).show([Part(self._title, "strong")])
        self.query_one(Foot).show_keys([FootKey("esc", "cancel", "dismiss('')")])
        width = max(len(choice.title) for choice in self._choices) + 2
        for choice in self._choices:
            take = partial(self.app.run_action, f"dismiss({choice.key!r})", self)
            self.query_one(f"#choice-{choice.key}", Line).show(
                [
                    Part(f"{shown_key(choice.key):>2}  ", "key", take),
                    Part(choice.title.ljust(width), "plain", take),
                    Part(choice.about, "muted", take),
                ]
            )

    def on_key(self, event: Key) -> None:
        if event.key in {choice.key for choice in self._choices}:
            event.stop()
            self.dismiss(event.key)
