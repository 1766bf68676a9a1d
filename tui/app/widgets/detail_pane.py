"""One record in full: tabs for the ways to look at it, its headline, and the document below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message

from tui.app.widgets.document_lines import TOP, Place
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.line import Line, Part
from tui.domain.names import Names
from tui.formats.document import note
from tui.formats.facts import headline
from tui.formats.views import View, open_view

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord

_VIEWS = tuple(View)


class DetailPane(Vertical):
    """Shows the record it is given; tab, find and place stay while the reader steps through records."""

    PANE = "Detail"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"view({number})", view.value, show=False, id=f"detail.view_{number}",
                    tooltip=f"Show the tab {view.value}")
            for number, view in enumerate(_VIEWS, 1)
        ),
        Binding("escape", "close", "Close", id="detail.close", tooltip="Close the detail"),
    ]  # fmt: skip

    @dataclass
    class Closed(Message):
        """The reader is done with the detail."""

    tabs = query_one("#detail-tabs", Line)
    headline = query_one("#detail-headline", Line)
    view = query_one(DocumentView)

    def __init__(self, chosen: View = View.BODY, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """`chosen` is the tab in front at first."""
        super().__init__(id=id)
        self._chosen = chosen
        self._record: AuditRecord | None = None
        self._names = Names()
        self._zone: tzinfo | None = None
        self._places: dict[View, Place] = {}

    def compose(self) -> ComposeResult:
        yield Line(id="detail-tabs")
        yield Line(id="detail-headline")
        yield DocumentView()

    def on_mount(self) -> None:
        self._draw_tabs()
        self._open(TOP)

    def show(self, record: AuditRecord | None, names: Names, zone: tzinfo | None) -> None:
        """Show a record, None for one that isn't loaded; a zone of None is the machine's own."""
        same_record = record is self._record
        if same_record and (names, zone) == (self._names, self._zone):
            return
        self._record, self._names, self._zone = record, names, zone
        self._draw_headline()
        # Only the facts hold names and times.
        if not same_record or self._chosen is View.FACTS:
            self._open(self.view.place)

    @property
    def chosen(self) -> View:
        """The tab in front."""
        return self._chosen

    @property
    def current_path(self) -> str:
        """Where the value under the cursor is found, `body.scopes[0]`; "" where there is none."""
        return self.view.current_path

    @property
    def current_value(self) -> str:
        """The value under the cursor as text to copy, as it came: it may hold anything."""
        return self.view.current_value

    @property
    def is_branch(self) -> bool:
        """Whether the value under the cursor is an object or a list that is laid out in lines of its own."""
        return self.view.is_branch

    @property
    def is_redacted(self) -> bool:
        """Whether a secret is hidden in the value under the cursor."""
        return self.view.is_redacted

    def focus(self, scroll_visible: bool = True) -> DetailPane:
        self.view.focus(scroll_visible)
        return self

    def action_view(self, number: int) -> None:
        self._choose(_VIEWS[number - 1])

    def action_close(self) -> None:
        self.post_message(self.Closed())

    def _choose(self, view: View) -> None:
        if view is not self._chosen:
            self._places[self._chosen] = self.view.place
            self._chosen = view
            self._draw_tabs()
            self._open(self._places.get(view, TOP))
        self.focus()

    def _open(self, place: Place) -> None:
        if self._record is None:
            self.view.show(iter([note("not loaded yet")]), place)
        else:
            self.view.show(open_view(self._chosen, self._record, self._names, self._zone), place)

    def _draw_tabs(self) -> None:
        parts = []
        for number, view in enumerate(_VIEWS, 1):
            chosen = view is self._chosen
            text = f"[{number} {view.value}]" if chosen else f" {number} {view.value} "
            parts.append(Part(text, "accent" if chosen else "muted", partial(self._choose, view)))
        self.tabs.show(parts)

    def _draw_headline(self) -> None:
        record = self._record
        tone = "bad" if record is not None and record.failed else "plain"
        self.headline.show([Part(f" {headline(record, self._zone)}" if record is not None else "", tone)])
