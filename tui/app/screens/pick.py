"""A list to pick one from, where what was typed fits several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.app.spelling import is_plain
from tui.domain.clean import clean


class Pick(NamedTuple):
    """Something to pick: what it stands for, its name, and a word to tell it from its namesakes."""

    value: str
    name: str
    about: str = ""


class ListKeys(OptionList):
    """An option list that also goes by the letters of the rest of the program; in plain mode it marks where it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False, id="list.down"),
        Binding("k", "cursor_up", show=False, id="list.up"),
        Binding("g", "first", show=False, id="list.first"),
        Binding("G", "last", show=False, id="list.last"),
    ]

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        here = self.highlighted is not None and y == self._index_to_line[self.highlighted] - self.scroll_offset.y
        return Strip.join([Strip([Segment(">")]), strip.crop(1)]) if here and is_plain(self) else strip


class PickScreen(ModalScreen[str]):
    """Ends with the value that was picked, or "" when the reader thought better of it."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss('')", "Cancel", id="pick.cancel")]

    def __init__(self, title: str, picks: Sequence[Pick]) -> None:
        super().__init__()
        self._title = title
        self._picks = tuple(picks)

    def compose(self) -> ComposeResult:
        width = max(len(clean(pick.name, 40)) for pick in self._picks)
        with Vertical(classes="box"):
            yield Static(Content.styled(clean(self._title), "bold"))
            yield ListKeys(
                *(
                    Option(Content.assemble(clean(pick.name, 40).ljust(width + 2), (clean(pick.about, 40), "$muted")))
                    for pick in self._picks
                ),
                compact=True,
            )
            yield Static(Content.styled("enter take it · esc cancel", "$muted"))

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._picks[event.option_index].value)
