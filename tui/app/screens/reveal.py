"""Shows one redacted value after a question, and forgets it when closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.domain.clean import clean
from tui.domain.errors import SourceError

if TYPE_CHECKING:
    from tui.domain.page import PageRequest
    from tui.domain.record import AuditRecord

Reveal = Callable[["PageRequest", "AuditRecord", str], Awaitable[str | None]]
"""Fetches a page unredacted and gives the value at a path of one of its records, None where it isn't there any more."""


class RevealScreen(ModalScreen[None]):
    """Redacted values are not kept anywhere: a revealed one is fetched again, drawn here, and never copied."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "reveal", "Reveal", id="reveal.yes"),
        Binding("escape,n,q", "dismiss(None)", "Close", id="reveal.close"),
    ]

    text = query_one("#revealed", Static)

    def __init__(self, path: str, record: AuditRecord, request: PageRequest, reveal: Reveal) -> None:
        super().__init__()
        self._path = path
        self._record = record
        self._request = request
        self._reveal = reveal

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content.assemble(("Reveal ", "bold"), (clean(self._path), "bold $accent")))
            yield Static(
                Content.assemble(
                    "\nThe value is fetched again and shown on this screen only.\n\n",
                    ("y", "bold $primary"), " reveal   ", ("esc", "bold $primary"), " leave it hidden",
                ),
                id="revealed",
            )  # fmt: skip

    @work(exclusive=True, group="reveal")
    async def action_reveal(self) -> None:
        self.text.update(Content.styled("\nFetching …", "dim"))
        try:
            value = await self._reveal(self._request, self._record, self._path)
        except SourceError as error:
            self.text.update(Content.assemble("\n", (error.cause, "$error"), f" {error.cure}"))
            return
        if value is None:
            self.text.update(Content("\nThe record is not there any more, or it no longer holds this value."))
            return
        shown = clean(value, 4096, multiline=True)
        self.text.update(Content.assemble("\n", (shown, "bold"), ("\n\nesc hides it", "dim")))
