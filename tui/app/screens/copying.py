"""What a reader takes along: copies of ids, values, records and queries, and plain text to select."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from tui.app.bare_terminal import bare_terminal, show_alone
from tui.app.copying import COPY_CHOICES, copied_text
from tui.app.screens.menu import MenuScreen
from tui.app.screens.walking import WalkingScreen
from tui.domain.clean import UNLIMITED, clean

if TYPE_CHECKING:
    from tui.app.context import Context

_KEYBOARD = 0
_SECONDS_TO_READ_ADVICE = 12.0


@dataclass(frozen=True, slots=True)
class _Copy:
    """A text that was copied, what it is, and the request ids that would have been copied in its place."""

    text: str
    what: str
    ids: tuple[str, ...]


class CopyingScreen(WalkingScreen):
    """Hands text to the reader's own clipboard, and says what became of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_id", "Copy id", id="explorer.copy_id",
                tooltip="Copy the request id; with marks, those of all marked records"),
        Binding("y", "copy", "Copy…", id="explorer.copy", tooltip="Copy a cell, a value, JSON, Markdown, curl …"),
        Binding("X", "plain_text", "Plain text", show=False, id="explorer.plain_text",
                tooltip="What was copied here, else the ids, as text to select; enter comes back"),
    ]  # fmt: skip

    def __init__(self, given: Context) -> None:
        super().__init__(given)
        self._copied: _Copy | None = None
        self._advised = False

    def action_copy_id(self) -> None:
        """The request id here; of all marked records, where any are."""
        ids = self._request_ids()
        if not ids:
            self.notify("There is no request id here to copy.", severity="warning")
            return
        what = "1 request id" if len(ids) == 1 else f"{len(ids):,} request ids"
        self._copy("\n".join(ids), f"{what} of marked records" if self._given.memory.marks.ordered else what)

    def _request_ids(self) -> tuple[str, ...]:
        """Those of all marked records, where any are, else the one under the cursor."""
        marked = [mark.request_id for mark in self._given.memory.marks.ordered]
        record = self._record()
        here = record.request_id if record is not None else None
        return tuple(found for found in marked if found) or ((here,) if here else ())

    def action_copy(self) -> None:
        """Offer what there is to copy of what stands here now."""

        def copied(key: str) -> tuple[str, str]:
            return copied_text(
                key,
                record=record,
                cell=cell,
                pane=pane,
                frozen=frozen,
                names=self._investigation.names,
                base_url=self._given.base_url,
                source=self._given.source_words,
            )

        record, frozen = self._record(), self._exploration.frozen
        cell = self._column().read(record) if record is not None else ""
        pane = self.detail if self.in_detail else None

        def take(key: str | None) -> None:
            if key:
                self._copy(*copied(key))

        self.app.push_screen(MenuScreen("Copy", COPY_CHOICES), take)

    def action_copy_again(self) -> None:
        if self._copied is not None:
            self._copy(self._copied.text, self._copied.what)
        else:
            self.notify("Nothing has been copied yet: c copies the request id, y offers more.")

    def _copy(self, text: str, what: str) -> None:
        if text:
            self._copied = _Copy(text, what, self._request_ids())
            self._hand_over(self._copied)
        else:
            self.notify(f"There is no {what} here to copy.", severity="warning")

    @work(group="copy", exclusive=True)
    async def _hand_over(self, copy: _Copy) -> None:
        """To the clipboard; what is known of that is told, and at first what helps where it did not arrive."""
        self.app._clipboard = copy.text  # noqa: SLF001 - what ctrl+v pastes: Textual sets it only as it writes OSC 52
        told = await self._given.clipboard.copy(copy.text, copy.what, self._write_terminal)
        advice = "" if self._advised else told.advice
        self._advised = self._advised or bool(advice)
        self.app.clear_notifications()
        if advice:
            self.notify(f"{told.message}. {advice}", timeout=_SECONDS_TO_READ_ADVICE)
        else:
            self.notify(told.message)

    def _write_terminal(self, sequence: str) -> None:
        if self.app._driver is not None:  # noqa: SLF001 - the only way to send a sequence in order with what is drawn
            self.app._driver.write(sequence)  # noqa: SLF001 - the same

    def action_plain_text(self) -> None:
        """Show what was copied on the bare terminal; where the reader has moved on since then, the request ids."""
        ids = self._request_ids()
        copied = self._copied is not None and self._copied.ids == ids
        text = self._copied.text if self._copied is not None and copied else "\n".join(ids)
        if not text:
            self.notify("There is no request id here to show.", severity="warning")
            return
        try:
            with bare_terminal(self.app):
                show_alone(clean(text, UNLIMITED, multiline=True), keyboard=_KEYBOARD, screen=sys.stderr)
        except SuspendNotSupported:
            self.notify("There is no terminal here that could show plain text.", severity="warning")
