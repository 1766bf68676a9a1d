"""A question before something is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.app.screens.foot import Foot, FootKey
from tui.domain.clean import clean

_LONGEST = 400


class ConfirmScreen(ModalScreen[bool]):
    """Ends with whether the reader agrees.

    Enter agrees too, but for where there is `danger`: there it takes the one key that nobody presses by habit.
    """

    PANE = "Question"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("enter", "agree", "Yes", show=False, id="confirm.agree", tooltip="Do it, where nothing can be lost"),
        Binding("escape,n,q", "dismiss(False)", "No", id="confirm.no", tooltip="Leave it"),
    ]

    foot = query_one(Foot)

    def __init__(
        self, title: str, lines: Sequence[str], yes: str = "scan all", no: str = "not now", *, danger: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = tuple(lines)
        self._yes = yes
        self._no = no
        self._danger = danger

    def compose(self) -> ComposeResult:
        text = Content("\n").join(Content(clean(line, _LONGEST)) for line in self._lines)
        with Vertical(classes="box"):
            yield Static(Content.styled(clean(self._title), "bold"))
            yield Static(text, id="question")
            yield Foot()

    def on_mount(self) -> None:
        key, tone = ("y", "bad") if self._danger else ("enter", "key")
        yes = FootKey(key, clean(self._yes), "dismiss(True)", tone)
        self.foot.show_keys([yes, FootKey("esc", clean(self._no), "dismiss(False)")])

    def action_agree(self) -> None:
        if not self._danger:
            self.dismiss(result=True)
