"""The input of this program, which shows what may have been pasted or come from the log without obeying it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.app.spelling import without_spelling
from tui.domain.clean import UNLIMITED, clean

if TYPE_CHECKING:
    from textual.filter import LineFilter


class SafeInput(Input, inherit_bindings=False):
    """Takes control characters as the escapes they are drawn as, and no key that terminals keep for themselves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "cursor_left", show=False),
        Binding("right", "cursor_right", show=False),
        Binding("shift+left", "cursor_left(True)", show=False),
        Binding("shift+right", "cursor_right(True)", show=False),
        Binding("ctrl+left", "cursor_left_word", show=False),
        Binding("ctrl+right", "cursor_right_word", show=False),
        Binding("ctrl+shift+left", "cursor_left_word(True)", show=False),
        Binding("ctrl+shift+right", "cursor_right_word(True)", show=False),
        Binding("home", "home", show=False),
        Binding("end,ctrl+e", "end", show=False),
        Binding("shift+home", "home(True)", show=False),
        Binding("shift+end", "end(True)", show=False),
        Binding("backspace", "delete_left", show=False),
        Binding("delete,ctrl+d", "delete_right", show=False),
        Binding("ctrl+u", "delete_left_all", show=False),
        Binding("ctrl+k", "delete_right_all", show=False),
        Binding("ctrl+v", "paste", show=False),
        Binding("enter", "submit", show=False),
    ]

    def on_mount(self) -> None:
        self.cursor_blink = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        return without_spelling(super().get_line_filters())

    def validate_value(self, value: str) -> str:
        return clean(value, UNLIMITED)
