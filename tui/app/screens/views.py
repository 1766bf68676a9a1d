"""The saved views: opened, saved, named anew, deleted, put in order, and told to ring."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.app.commands import bindings_of
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.foot import Foot, FootKey
from tui.app.screens.pick import ListKeys
from tui.app.screens.ring import RingScreen
from tui.app.widgets.safe_input import SafeInput
from tui.domain.clean import clean
from tui.domain.errors import QueryError
from tui.domain.query_parser import Role, parse_query
from tui.state.views import SavedView, ViewShelf, Way

_TITLE = "Saved views"
_WIDEST_NAME = 24
_LONGEST = 400
_CALM = (Role.FIELD, Role.SIGN, Role.KEYWORD)
_NEVER = datetime.fromtimestamp(0, UTC)
"""A moment to read queries at that are only drawn."""


class _Asked(Enum):
    """What the field is there for: the word before it, and what Enter does in it."""

    NARROW = ("Narrow to", "open")
    SAVE = ("Save as", "save")
    RENAME = ("Rename to", "rename")


class ViewsScreen(ModalScreen[str | None]):
    """Ends with the query of the view that was opened, or None.

    What goes wrong with the shelf stands below the list, which stays as it is, and so does what was typed.
    """

    PANE = "Saved views"
    ALLOW_SELECT = False
    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="views.open", tooltip="Open the view"),
        Binding("s", "save", "Save", id="views.save", tooltip="Save the present query under a name"),
        Binding("slash", "narrow", "Narrow", id="views.narrow", tooltip="Only views with a text in name or query"),
        Binding("r", "rename", "Rename", id="views.rename", tooltip="Give the view another name"),
        Binding("x", "delete", "Delete", id="views.delete", tooltip="Delete the view (asks)"),
        Binding("b", "ring", "Ring", id="views.ring", tooltip="Choose how the view rings for what comes in"),
        Binding("m", "mute", "Mute", id="views.mute", tooltip="Have the view ring no longer, or again"),
        Binding("M", "hush", "Hush", id="views.hush", tooltip="Have none ring in this run, or all again"),
        Binding("K", "move(-1)", "Up", id="views.up", tooltip="Move the view up the list"),
        Binding("J", "move(1)", "Down", id="views.down", tooltip="Move the view down the list"),
        Binding("escape,q", "back", "Close", id="views.close", tooltip="All views again; then close"),
    ]

    rows = query_one(OptionList)
    title_text = query_one("#views-title", Static)
    field = query_one(Input)
    aside = query_one("#views-aside", Static)
    ringing = query_one("#views-ringing", Static)
    problem = query_one("#views-problem", Static)
    foot = query_one(Foot)

    def __init__(self, shelf: ViewShelf, present: str) -> None:
        """`present` is the text of the query on the screen: what is saved, and marked where it is saved already."""
        super().__init__()
        self._shelf = shelf
        self._present = present
        self._views: tuple[SavedView, ...] = ()
        self._were_read = False
        self._shown: tuple[SavedView, ...] = ()
        self._asked: _Asked | None = None
        self._renamed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            with Horizontal(id="views-head"):
                yield Static(Content.styled(_TITLE, "bold"), id="views-title")
                yield SafeInput(compact=True, select_on_focus=False)
                yield Static(id="views-aside")
            yield ListKeys(compact=True)
            yield Static(id="views-ringing")
            yield Static(id="views-problem")
            yield Foot()

    def on_mount(self) -> None:
        self._read()

    # The list

    def _read(self, name: str = "") -> bool:
        """Show what is on the shelf, with the cursor on the view of that name; False where it can't be read."""
        try:
            self._views = self._shelf.views()
        except QueryError as error:
            self._complain(error)
            return False
        self._were_read = True
        self.rows.styles.height = max(1, len(self._views))
        self._show(name)
        return True

    def _show(self, name: str = "") -> None:
        """Draw the views that the reader has not narrowed away, with the cursor on that name, or where it was."""
        cursor, view = self.rows.highlighted or 0, self._under_cursor
        wanted = name or (view.name if view else "")
        part = self.field.value.strip().casefold() if self._asked is _Asked.NARROW else ""
        self._shown = tuple(view for view in self._views if part in f"{view.name}\n{view.query}".casefold())
        self.rows.set_options(self._options())
        if self._asked is _Asked.NARROW:
            self.aside.update(Content(f"{len(self._shown)} of {len(self._views)}"))
        if self._shown:
            named = (place for place, view in enumerate(self._shown) if view.name.casefold() == wanted.casefold())
            self.rows.highlighted = next(named, min(cursor, len(self._shown) - 1))
        self._tell_ringing()

    def _options(self) -> list[Option]:
        if self._shown:
            width = min(_WIDEST_NAME, max(cell_len(clean(view.name)) for view in self._views))
            return [Option(self._row(view, width)) for view in self._shown]
        if self._views:
            return [Option(Content("No view has that in its name or its query."), disabled=True)]
        if self._were_read:
            return [Option(Content("No view is saved yet; s saves the present query under a name."), disabled=True)]
        return []

    def _row(self, view: SavedView, width: int) -> Content:
        mark = ("● ", "$accent") if view.query.strip() == self._present.strip() else "  "
        name = set_cell_size(clean(view.name), width)
        return Content.assemble(mark, name, "  ", *self._ring_word(view), _drawn(view.query))

    def _ring_word(self, view: SavedView) -> tuple[tuple[str, str], ...]:
        """Whether the view rings, where any does."""
        if not self._any_rings:
            return ()
        mute = view.muted or self._shelf.silent
        word, tone = ("muted", "$muted") if mute else ("rings", "$accent")
        return ((f"{word if view.rings else '':7}", tone),)

    @property
    def _any_rings(self) -> bool:
        return any(view.rings for view in self._views)

    @property
    def _under_cursor(self) -> SavedView | None:
        place = self.rows.highlighted
        return None if place is None else self._shown[place]

    @on(OptionList.OptionSelected)
    def action_open(self) -> None:
        if self._under_cursor is not None:
            self.dismiss(self._under_cursor.query)

    # How views ring

    @on(OptionList.OptionHighlighted)
    def _tell_ringing(self) -> None:
        """Say how the view under the cursor rings, where any view does."""
        view = self._under_cursor
        self.ringing.display = self._any_rings and view is not None
        if view is not None:
            self.ringing.update(Content(_how_it_rings(view, silent=self._shelf.silent)))

    def action_ring(self) -> None:
        view = self._under_cursor
        if view is not None:
            self.app.push_screen(RingScreen(view), partial(self._ring_if, view))

    def _ring_if(self, view: SavedView, ways: frozenset[Way] | None) -> None:
        if ways is not None and ways != set(view.ways):
            self._change(partial(self._shelf.ring, view.name, ways), view.name)

    def action_mute(self) -> None:
        view = self._under_cursor
        if view is not None and not view.rings:
            self._complain(QueryError(f"{view.name} does not ring; b chooses how it is to"))
        elif view is not None:
            self._change(partial(self._shelf.mute, view.name, muted=not view.muted), view.name)

    def action_hush(self) -> None:
        self._shelf.silent = not self._shelf.silent
        self._show()

    # The shelf

    def _change(self, change: Callable[[], None], name: str = "") -> bool:
        """Change the shelf and read it anew; False where it can't be, and then all stays as it is."""
        self.problem.display = False
        try:
            change()
        except QueryError as error:
            self._complain(error)
            return False
        return self._read(name)

    def _complain(self, error: QueryError) -> None:
        self.problem.update(Content.styled(clean(str(error), _LONGEST), "$error"))
        self.problem.display = True

    def action_save(self) -> None:
        self._ask(_Asked.SAVE, aside=_drawn(self._present))

    def _save(self, name: str) -> None:
        try:
            known = self._shelf.find(name)
        except QueryError as error:
            self._complain(error)
            return
        if known is None:
            self._save_if(name, sure=True)
            return
        lines = [f"now   {known.query}", f"then  {self._present}"]
        question = ConfirmScreen(f"Replace {known.name}?", lines, "replace", "keep it", danger=True)
        self.app.push_screen(question, partial(self._save_if, known.name))

    def _save_if(self, name: str, sure: bool | None) -> None:
        if sure and self._change(partial(self._shelf.save, name, self._present), name):
            self._close_field()

    def action_rename(self) -> None:
        view = self._under_cursor
        if view is not None:
            self._renamed = view.name
            self._ask(_Asked.RENAME, view.name, aside=_drawn(view.query))

    def _rename(self, name: str) -> None:
        if self._change(partial(self._shelf.rename, self._renamed, name), name):
            self._close_field()

    def action_delete(self) -> None:
        view = self._under_cursor
        if view is not None:
            question = ConfirmScreen(f"Delete {view.name}?", [view.query], "delete", "keep it", danger=True)
            self.app.push_screen(question, partial(self._delete_if, view.name))

    def _delete_if(self, name: str, sure: bool | None) -> None:
        if sure:
            self._change(partial(self._shelf.delete, name))

    def action_move(self, step: int) -> None:
        """Move the view past the next one that is shown, and so past those between that are narrowed away."""
        view = self._under_cursor
        place = self._shown.index(view) + step if view else -1
        if view and 0 <= place < len(self._shown):
            far = self._views.index(self._shown[place]) - self._views.index(view)
            self._change(partial(self._shelf.move, view.name, far))

    # The field

    def action_narrow(self) -> None:
        self._ask(_Asked.NARROW)

    def _ask(self, asked: _Asked, text: str = "", aside: Content | None = None) -> None:
        """Give the reader a line to write in, with what it is about beside it."""
        self.field.value = text
        self.field.cursor_position = len(text)
        self.aside.update(aside or Content())
        self._turn_to(asked, asked.value[0])
        self.field.focus()

    def _close_field(self) -> None:
        """Go back to the list of all views."""
        self._turn_to(None, _TITLE)
        self.rows.focus()

    def _turn_to(self, asked: _Asked | None, title: str) -> None:
        self._asked = asked
        self.set_class(asked is not None, "asking")
        self.title_text.update(Content.styled(title, "bold"))
        self.problem.display = False
        self._show()

    def on_descendant_focus(self) -> None:
        """Tell the keys of the part that has the focus now."""
        if self._asked is not None and self.field.has_focus:
            keys = [FootKey("enter", self._asked.value[1], "submit"), FootKey("esc", "cancel", "back")]
            if self._asked is _Asked.NARROW:
                keys.insert(1, FootKey("tab", "to the list", "app.focus_next"))
        else:
            own = bindings_of(self)
            keys = [FootKey(names[0], binding.description.lower(), binding.action) for names, binding in own]
        self.foot.show_keys(keys)

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._asked is _Asked.NARROW:
            self._show()

    @on(Input.Submitted)
    def action_submit(self) -> None:
        name = self.field.value.strip()
        match self._asked:
            case _Asked.SAVE:
                self._save(name)
            case _Asked.RENAME:
                self._rename(name)
            case _:
                self.action_open()

    def on_key(self, event: Key) -> None:
        """The arrows move the cursor of the list from the field, too."""
        if self.field.has_focus and event.key in ("up", "down"):
            event.stop()
            move = self.rows.action_cursor_up if event.key == "up" else self.rows.action_cursor_down
            move()

    def action_back(self) -> None:
        """Close the field; else end."""
        if self._asked is None:
            self.dismiss(None)
        else:
            self._close_field()


def _how_it_rings(view: SavedView, *, silent: bool) -> str:
    """`deletions rings by bell, title, notify-send -u critical`."""
    name, by = clean(view.name), clean(", ".join([*view.ways, *([shlex.join(view.command)] if view.command else [])]))
    if not view.rings:
        return f"{name} does not ring"
    if silent:
        return "none rings in this run; M has them ring again"
    return f"{name} is muted; it would ring by {by}" if view.muted else f"{name} rings by {by}"


def _drawn(query: str) -> Content:
    """A query as text, its fields and signs a little calmer than what they stand for."""
    text = clean(query, _LONGEST)
    pieces: list[Content | str | tuple[str, str]] = []
    at = 0
    for start, end, role in parse_query(text, now=_NEVER).tokens:
        pieces += [text[at:start], (text[start:end], "$muted" if role in _CALM else "")]
        at = end
    return Content.assemble(*pieces, text[at:])
