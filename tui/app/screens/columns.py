"""The dialog that chooses the table's columns: which, in which order, how wide, and paths as columns of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.app.screens.pick import ListKeys
from tui.app.widgets.row_line import fit
from tui.app.widgets.safe_input import SafeInput
from tui.domain.clean import clean, has_unsafe
from tui.domain.columns import USUAL_COLUMNS, TableColumn, column_for
from tui.domain.fields import EVERY_COLUMN
from tui.state.layout import ChosenColumn

_WIDTHS = range(2, 201)
_NAME_WIDTH = 24
_LABEL_WIDTH = 16
_SUGGESTED = 8
_LIST_FOOT = "space show · K J move · + - width · = automatic\na add a path · x remove · 0 usual · esc done"
_PATH_FOOT = "enter add it · → complete · esc back"


@dataclass(slots=True)
class _Entry:
    """A column on the list."""

    column: TableColumn
    width: int | None = None
    shown: bool = False

    @property
    def is_path(self) -> bool:
        return bool(self.column.path)


class ColumnsScreen(ModalScreen[tuple[ChosenColumn, ...] | None]):
    """Ends with the columns that are shown from now on, or None where nothing was changed."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "show", "Show or hide", id="columns.show"),
        Binding("K,less_than_sign", "move(-1)", "Move up", id="columns.up"),
        Binding("J,greater_than_sign", "move(1)", "Move down", id="columns.down"),
        Binding("plus", "widen(1)", "Wider", id="columns.wider"),
        Binding("minus", "widen(-1)", "Narrower", id="columns.narrower"),
        Binding("equals_sign", "fit", "Automatic width", id="columns.fit"),
        Binding("a", "add", "Add a path", id="columns.add"),
        Binding("x", "remove", "Remove a path", id="columns.remove"),
        Binding("0", "usual", "The usual columns", id="columns.usual"),
        Binding("escape", "leave", "Done", id="columns.leave"),
    ]

    listed = query_one(OptionList)
    box = query_one(Input)
    verdict = query_one("#verdict", Static)
    foot = query_one("#foot", Static)

    def __init__(
        self, chosen: Sequence[ChosenColumn] | None, *, widths: Mapping[str, int], paths: Sequence[str]
    ) -> None:
        """`chosen` are the present columns, None the usual ones; `widths` is how wide columns stand on the screen, and
        `paths` what can be found in the records that are here."""
        super().__init__()
        self._before = _usual() if chosen is None else tuple(chosen)
        self._widths = widths
        self._paths = [path for path in paths if column_for(path) is not None and not has_unsafe(path)]
        self._entries = _entries(self._before)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content.styled("Columns", "bold"))
            yield ListKeys(compact=True)
            with Horizontal(classes="field"):
                yield Static(Content("path "))
                yield SafeInput(
                    compact=True,
                    placeholder="body.name, header.user-agent, query.limit",
                    suggester=SuggestFromList(self._paths, case_sensitive=False),
                )
            yield Static(id="verdict")
            yield Static(id="foot")

    def on_mount(self) -> None:
        self._list(0)
        self._turn_to_list()

    # The list

    @property
    def _entry(self) -> _Entry:
        return self._entries[self.listed.highlighted or 0]

    @on(OptionList.OptionSelected)
    def action_show(self) -> None:
        entry = self._entry
        if self._is_last(entry):
            self.app.bell()
        else:
            entry.shown = not entry.shown
            self._draw()

    def action_move(self, step: int) -> None:
        here = self.listed.highlighted or 0
        there = here + step
        if 0 <= there < len(self._entries):
            self._entries.insert(there, self._entries.pop(here))
            self._draw()
            self.listed.highlighted = there

    def action_widen(self, step: int) -> None:
        entry = self._entry
        now = entry.width or self._widths.get(entry.column.name, entry.column.looks.width)
        entry.width = min(max(now + step, _WIDTHS[0]), _WIDTHS[-1])
        self._draw()

    def action_fit(self) -> None:
        self._entry.width = None
        self._draw()

    def action_remove(self) -> None:
        entry = self._entry
        if not entry.is_path or self._is_last(entry):
            self.app.bell()
            return
        here = self._entries.index(entry)
        del self._entries[here]
        self._list(min(here, len(self._entries) - 1))

    def action_usual(self) -> None:
        paths = [_Entry(entry.column) for entry in self._entries if entry.is_path]
        self._entries = [*_entries(_usual()), *paths]
        self._list(0)

    def _is_last(self, entry: _Entry) -> bool:
        """Whether without this column nothing would be shown."""
        return entry.shown and sum(other.shown for other in self._entries) == 1

    def _list(self, highlighted: int) -> None:
        """List the entries anew."""
        self.listed.clear_options()
        self.listed.add_options([Option(_line(entry)) for entry in self._entries])
        self.listed.highlighted = highlighted

    def _draw(self) -> None:
        for place, entry in enumerate(self._entries):
            self.listed.replace_option_prompt_at_index(place, _line(entry))

    # A path

    def action_add(self) -> None:
        self.add_class("adding")
        self.box.value = ""
        self.box.focus()
        self.foot.update(Content.styled(_PATH_FOOT, "$muted"))
        self._suggest()

    @on(Input.Changed)
    def _suggest(self) -> None:
        typed = self.box.value.strip().casefold()
        likely = [path for path in self._paths if typed in path.casefold()][:_SUGGESTED]
        self.verdict.update(Content.styled(" · ".join(likely), "$muted"))

    @on(Input.Submitted)
    def _take_path(self) -> None:
        column = column_for(self.box.value)
        if column is None:
            text = "a path begins with body., header. or query.; a field has its name in a query"
            self.verdict.update(Content.styled(text, "$error"))
            self.app.bell()
            return
        place = next((n for n, entry in enumerate(self._entries) if entry.column.name == column.name), None)
        if place is None:
            place = (self.listed.highlighted or 0) + 1
            self._entries.insert(place, _Entry(column))
        self._entries[place].shown = True
        self._list(place)
        self._turn_to_list()

    def _turn_to_list(self) -> None:
        self.remove_class("adding")
        self.listed.focus()
        self.foot.update(Content.styled(_LIST_FOOT, "$muted"))

    def action_leave(self) -> None:
        """From the path back to the list; from there, back to the table."""
        if self.has_class("adding"):
            self._turn_to_list()
            return
        chosen = tuple(ChosenColumn(entry.column.name, entry.width) for entry in self._entries if entry.shown)
        self.dismiss(chosen if chosen != self._before else None)


def _usual() -> tuple[ChosenColumn, ...]:
    return tuple(ChosenColumn(column.name) for column in USUAL_COLUMNS)


def _entries(chosen: Sequence[ChosenColumn]) -> list[_Entry]:
    """The chosen columns, and behind them what else there is."""
    entries: dict[str, _Entry] = {}
    for one in (*chosen, *(ChosenColumn(field.name) for field in EVERY_COLUMN)):
        column = column_for(one.name)
        if column is not None:
            entries.setdefault(column.name, _Entry(column, one.width, shown=one in chosen))
    return list(entries.values())


def _line(entry: _Entry) -> Content:
    name = fit(clean(entry.column.name), _NAME_WIDTH)
    label = fit(entry.column.field.label, _LABEL_WIDTH)
    width = str(entry.width or "auto") if entry.shown else ""
    return Content.assemble(
        "✓ " if entry.shown else "  ",
        (f"{name} ", "" if entry.shown else "$muted"),
        (label, "$muted"),
        (width.rjust(5), "" if entry.width else "$muted"),
    )
