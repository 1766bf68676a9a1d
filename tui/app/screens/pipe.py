"""The dialog that asks for a command to pipe a record to."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.app.handing_on import CommandError, command_of
from tui.app.screens.foot import Foot, FootKey
from tui.app.widgets.safe_input import SafeInput

_ABOUT = (
    "It has this terminal until it ends, and reads the record, redacted, as a line of JSON. "
    "No shell runs it: for pipes and redirections write sh -c '…'."
)


class PipeScreen(ModalScreen[tuple[str, ...] | None]):
    """Ends with the words of a command whose program is there, or None when the reader thought better of it.

    `headline` names the record in a line that is safe to draw; `last` is the command that stands ready.
    """

    PANE = "Pipe"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="pipe.cancel", tooltip="Run nothing"),
    ]

    command = query_one(Input)
    verdict = query_one("#verdict", Static)
    foot = query_one(Foot)

    def __init__(self, headline: str, *, last: Sequence[str], environ: Mapping[str, str]) -> None:
        super().__init__()
        self._headline = headline
        self._last = last
        self._environ = environ

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content.styled("Pipe the record to a command", "bold"))
            yield Static(Content.styled(self._headline, "$muted"), id="piped")
            with Horizontal(classes="field"):
                yield Static(Content.styled("|", "bold $primary"))
                yield SafeInput(
                    shlex.join(self._last), compact=True, select_on_focus=False, placeholder="jq .request_body"
                )
            yield Static(id="verdict")
            yield Foot()

    def on_mount(self) -> None:
        self.foot.show_keys([FootKey("enter", "run", "run"), FootKey("esc", "cancel", "dismiss(None)")])
        self._explain()

    @on(Input.Changed)
    def _explain(self) -> None:
        self.verdict.update(Content.styled(_ABOUT, "$muted"))

    @on(Input.Submitted)
    def action_run(self) -> None:
        try:
            command = command_of(self.command.value, self._environ)
        except CommandError as error:
            self.verdict.update(Content.styled(str(error), "$error"))
        else:
            self.dismiss(command)
