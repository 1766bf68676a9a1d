"""A document and a find in it: the lines, and under them the line that says what is looked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.widgets import Input

from tui.app.widgets.document_lines import TOP, DocumentLines, Place
from tui.app.widgets.line import Line, Part
from tui.app.widgets.safe_input import SafeInput
from tui.formats.document import Opening, note
from tui.formats.find import Find, Hit

_STEPS_AT_ONCE = 2
"""Steps of a document or a find that are taken before anything is drawn: most need no more."""


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
    find_input = query_one("#find-text", SafeInput)
    find_count = query_one("#find-count", Line)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._find: Find | None = None
        self._current: Hit | None = None
        self._jump_from = 0
        self._jumping = False
        self._preparing = False

    def compose(self) -> ComposeResult:
        yield DocumentLines()
        with Horizontal(id="find"):
            yield Line(id="find-prompt")
            yield SafeInput(id="find-text", compact=True)
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
        self._preparing = len(steps) == _STEPS_AT_ONCE
        if self._preparing:
            self._prepare(opening)
        self._current = None
        self._jumping = False
        self._look_anew()

    @work(group="document")
    async def _prepare(self, opening: Opening) -> None:
        """Take in the rest of a document."""
        for document in opening:
            if document is not self.lines.document:
                self.lines.show(document, self.place)
                self._current = None
                self._look_anew()
            elif self.lines.is_outgrown:
                self.lines.grow()
            await asyncio.sleep(0)
        self.lines.grow()
        self._preparing = False
        if self._find is not None:
            self._search(self._find)

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
    def is_branch(self) -> bool:
        """Whether the line under the cursor opens or closes what lines under it are part of."""
        document, line = self.lines.document, self.lines.cursor_line
        return len(document) > 0 and (document.last(line) != line or document.last(document.parent(line)) == line > 0)

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
        if self._find is None:
            self._look_anew()

    def action_close_find(self) -> None:
        self.workers.cancel_group(self, "find")
        self.find_line.display = False
        self._find = None
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
            self._current = None
            self._jumping = True
            self._look_anew()

    @on(Input.Submitted, "#find-text")
    def _text_entered(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            self.action_close_find()
            return
        self.focus()
        if self._current is None or self._current.line != self.lines.cursor_line:
            self.action_next_hit()

    def _walk(self, step: Callable[[Find, int, int], Hit | None]) -> None:
        """To another hit; with the find put away, bring it back first."""
        if not self.find_input.value:
            self.action_find()
            return
        if self._find is None:
            self.find_line.display = True
            self._look_anew()
        if self._find is not None:
            line, here = self.lines.cursor_line, self._current
            self._go_to(step(self._find, line, here.start if here is not None and here.line == line else -1))
            self._draw_find(self._find)

    def _look_anew(self) -> None:
        """Look for what is written in the find line, if that is in sight, from the beginning of the document."""
        self._find = Find(self.lines.document, self.find_input.value) if self.find_line.display else None
        if self._find is not None:
            self._search(self._find)

    def _search(self, find: Find) -> None:
        self.workers.cancel_group(self, "find")
        search = find.search()
        searching = len(list(islice(search, _STEPS_AT_ONCE))) == _STEPS_AT_ONCE
        self._take_hits(find, searching=searching)
        if searching:
            self._search_on(find, search)

    @work(group="find")
    async def _search_on(self, find: Find, search: Iterator[None]) -> None:
        for _ in search:
            self._take_hits(find, searching=True)
            await asyncio.sleep(0)
        self._take_hits(find, searching=False)

    def _take_hits(self, find: Find, *, searching: bool) -> None:
        """Go to the first hit from where the reader began to type, as soon as it is known which that is."""
        searching = searching or self._preparing
        first = find.next(self._jump_from, -1) if self._jumping else None
        if first is not None and (first.line >= self._jump_from or not searching):
            self._jumping = False
            self._go_to(first)
        self._draw_find(find, searching=searching)

    def _go_to(self, hit: Hit | None) -> None:
        self._current = hit
        if hit is not None:
            self.lines.go_to(hit)

    def _draw_find(self, find: Find, *, searching: bool = False) -> None:
        self.lines.show_hits(find, self._current)
        count = f"{len(find.hits):,}" + ("…" if searching else "+" if find.stopped_short else "")
        if not self.find_input.value:
            part = Part("")
        elif self._current is not None:
            part = Part(f" {find.number(self._current):,} of {count} ", "muted")
        elif find.hits or searching:
            part = Part(f" {count} ", "muted")
        else:
            part = Part(" not found ", "warn")
        self.find_count.show([], [part])
