"""How a saved view rings: a small box in which each way is switched on or off."""

from __future__ import annotations

import shlex
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.screen import ModalScreen

from tui.app.screens.foot import Foot, FootKey
from tui.app.widgets.line import Line, Part
from tui.domain.clean import clean
from tui.state.views import FILE_NAME, SavedView, Way

_WIDEST = len("notification") + 2


class _Choice(NamedTuple):
    key: str
    title: str
    about: str


_CHOICES = {
    Way.BELL: _Choice("b", "bell", "a sound, or a mark on its tab"),
    Way.TITLE: _Choice("t", "title", "until you press a key"),
    Way.NOTIFY: _Choice("n", "notification", "on the desktop (OSC 9)"),
}


class RingScreen(ModalScreen[frozenset[Way] | None]):
    """Ends with the ways that the reader chose, or None when there was a better thought."""

    PANE = "Ringing"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(choice.key, f"switch({way.value!r})", choice.title.title(), id=f"ring.{way}", tooltip=choice.about)
            for way, choice in _CHOICES.items()
        ),
        Binding("enter", "keep", "Keep", id="ring.keep", tooltip="Have the view ring like this"),
        Binding("escape,q", "dismiss(None)", "Cancel", id="ring.cancel", tooltip="Leave it as it was"),
    ]

    foot = query_one(Foot)

    def __init__(self, view: SavedView) -> None:
        super().__init__()
        self._view = view
        self._ways = set(view.ways)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(id="ring-view")
            for way in Way:
                yield Line(id=f"way-{way}")
            yield Line(id="ring-command")
            yield Foot()

    def on_mount(self) -> None:
        when = "for what comes in while you follow (F)"
        self.query_one("#ring-view", Line).show(
            [Part(f"{clean(self._view.name)} rings ", "strong"), Part(when, "muted")]
        )
        told = clean(shlex.join(self._view.command)) or f"none: ring_command in {FILE_NAME}"
        self.query_one("#ring-command", Line).show([Part(f"    {'command':{_WIDEST}}"), Part(told, "muted")])
        self.foot.show_keys([FootKey("enter", "keep", "keep"), FootKey("esc", "cancel", "dismiss(None)")])
        self._show()

    def _show(self) -> None:
        for way, (key, name, about) in _CHOICES.items():
            on = Part("on   ", "strong") if way in self._ways else Part("off  ", "muted")
            parts = [Part(f" {key}  ", "key"), Part(f"{name:{_WIDEST}}"), on, Part(about, "muted")]
            switch = lambda way=way: self.action_switch(way)  # noqa: E731 - one for each line
            self.query_one(f"#way-{way}", Line).show([part._replace(click=switch) for part in parts])

    def action_switch(self, name: str) -> None:
        self._ways ^= {Way(name)}
        self._show()

    def action_keep(self) -> None:
        self.dismiss(frozenset(self._ways))
