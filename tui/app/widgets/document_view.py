"""A document and a find in it: the lines, and under them the line that says what is looked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.widgets import Input

from tui.app.widgets.document_lines import TOP, DocumentLines, Place
from tui.app.widgets.line import Line, Part
from tui.domain.clean import UNLIMITED, clean
from tui.formats.document import Opening, note
from tui.formats.find import Find

_STEPS_AT_ONCE = 2
"""Steps of a document or a find that are taken before anything is drawn: most need no more."""


class FindInput(Input):
    """Takes control characters as the escapes they are drawn as, so that pasted ones can be found."""

    def validate_value(self, value: str) -> str:
        return clean(value, UNLIMITED)


class DocumentView(Vertical):
    """Shows a document while it is still being laid out, and looks for text in it, neither keeping keys waiting."""

    PANE = "Find"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("/", "find", "Find", id="detail.find", tooltip="Find text in this tab"),
        Binding("n", "next_hit", "Next", show=False, id="detail.next_hit", tooltip="To the next hit"),
        Binding("N", "previous_hit", "Previous", show=False, id="detail.previous_hit", tooltip="To the hit before"),
        Binding("escape", "close_find", "Close find", show=False, id="detail.close_find",
                tooltip="Put the find away; n brings it back"),
    ]  # fmt: skip

    lines = query_one(DocumentLines)
    find_line = query_one("#find", Horizontal)
    find_input = query_one("#find-text", FindInput)
    find_count = query_one("#find-count", Line)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._find: Find | None = None
        self._found: int | None = None
        self._jump_from = 0
        self._jumping = False

    def compose(self) -> ComposeResult:
        yield DocumentLines()
        with Horizontal(id="find"):
            yield Line(id="find-prompt")
            yield FindInput(id="find-text", compact=True)
            yield Line(id="find-count")

    def on_mount(self) -> None:
        self.find_line.display = False
        self.query_one("#find-prompt", Line).show([Part("/", "key")])

    # The document

    def show(self, opening: Opening, place: Place = TOP) -> None:
        """Draw what `opening` gives from now on, at `place` as far as the document goes."""
        self.workers.cancel_group(self, "document")
        steps = list(islice(opening, _STEPS_AT_ONCE))
        self.lines.show(steps[-1] if steps else note(""), place)
        if len(steps) == _STEPS_AT_ONCE:
            self.run_worker(self._prepare(opening), group="document")
        if self.find_line.display:
            self._look_for(self.find_input.value, jump=False)

    async def _prepare(self, opening: Opening) -> None:
        """Take in the rest of a document."""
        for document in opening:
            if document is not self.lines.document:
                self.lines.show(document, self.place)
                self._find = None
            elif self.lines.is_outgrown:
                self.lines.grow()
            await asyncio.sleep(0)
        self.lines.grow()
        if self.find_line.display:
            self._look_for(self.find_input.value, jump=self._jumping)

    def focus(self, scroll_visible: bool = True) -> DocumentView:
        self.lines.focus(scroll_visible)
        return self

    @property
    def place(self) -> Place:
        return self.lines.place

    @property
    def current_path(self) -> str:
        """Where the value under the cursor is found, "" where there is none."""
        document = self.lines.document
        return document.path(self.lines.cursor_line) if len(document) else ""

    @property
    def current_value(self) -> str:
        """The value under the cursor, as text to copy."""
        document = self.lines.document
        return document.value(self.lines.cursor_line) if len(document) else ""

    @property
    def is_redacted(self) -> bool:
        """Whether a secret is hidden in the value under the cursor."""
        return self.lines.has_redaction

    # The find

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        # Escape that has nothing to put away is for whoever holds this view.
        return action != "close_find" or self.find_line.display

    def action_find(self) -> None:
        self.find_line.display = True
        self._jump_from = self.lines.cursor_line
        self.find_input.focus()

    def action_close_find(self) -> None:
        self.find_line.display = False
        self.workers.cancel_group(self, "find")
        self._find = self._found = None
        self.lines.show_hits(None, None)
        self.focus()

    def action_next_hit(self) -> None:
        self._walk(Find.next)

    def action_previous_hit(self) -> None:
        self._walk(Find.previous)

    @on(Input.Changed, "#find-text")
    def _text_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.find_line.display:
            self._look_for(event.value, jump=True)

    @on(Input.Submitted, "#find-text")
    def _text_entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus()

    def _walk(self, step: Callable[[Find, int, int], int | None]) -> None:
        """To another hit; with the find put away, bring it back first."""
        if not self.find_input.value:
            self.action_find()
            return
        if self._find is None:
            self.find_line.display = True
            self._look_for(self.find_input.value, jump=False)
        find, line = self._find, self.lines.cursor_line
        if find is None:
            return
        current = find.hits[self._found] if self._found is not None else None
        at = (line, current.start) if current is not None and current.line == line else (line, -1)
        self._found = step(find, *at)
        self._draw_find(find)

    def _look_for(self, text: str, *, jump: bool) -> None:
        """Begin a find; with `jump`, go to its first hit from where the cursor was when the reader began to type."""
        self.workers.cancel_group(self, "find")
        self._jumping = jump
        self._found = None
        self._find = Find(self.lines.document, text)
        self._search(self._find)

    def _search(self, find: Find) -> None:
        search = find.search()
        searching = len(list(islice(search, _STEPS_AT_ONCE))) == _STEPS_AT_ONCE
        self._take_hits(find, searching=searching)
        if searching:
            self.run_worker(self._search_on(find, search), group="find")

    async def _search_on(self, find: Find, search: Iterator[None]) -> None:
        for _ in search:
            self._take_hits(find, searching=True)
            await asyncio.sleep(0)
        self._take_hits(find, searching=False)

    def _take_hits(self, find: Find, *, searching: bool) -> None:
        """Go to the first hit as soon as it is known which that is, and tell how many there are."""
        first = find.next(self._jump_from, -1) if self._jumping else None
        if first is not None and (find.hits[first].line >= self._jump_from or not searching):
            self._found, self._jumping = first, False
        self._draw_find(find, searching=searching)

    def _draw_find(self, find: Find, *, searching: bool = False) -> None:
        hits = find.hits
        self.lines.show_hits(find, None if self._found is None else hits[self._found])
        more = "…" if searching else "+" if find.stopped_short else ""
        if hits:
            place = "" if self._found is None else f"{self._found + 1:,} of "
            text, tone = f"{place}{len(hits):,}{more}", "muted"
        else:
            text = "" if not self.find_input.value else "looking …" if searching else "not found"
            tone = "warn"
        self.find_count.show([], [Part(f" {text} ", tone)])
