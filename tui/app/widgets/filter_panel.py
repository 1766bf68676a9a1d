"""The side panel: a control for every filter of the API, drawn as a list, with one input that moves to where it is
needed, and below them a chip for every other term of the query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Blur, Click
from textual.getters import query_one
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui.app.messages import FilterChanged, FiltersCleared, TermRemoved, TermSwitched, TimeRangeWanted
from tui.app.spelling import is_plain
from tui.app.widgets.row_line import fit
from tui.app.widgets.safe_input import SafeInput
from tui.domain.clean import clean
from tui.domain.fields import FILTERS, ORGANISATION, TIME, Field
from tui.domain.names import Names
from tui.domain.query import AuditQuery, How, Term, Value
from tui.domain.query_parser import parse_values
from tui.domain.query_text import format_term, format_values, quote

_TYPING_SECONDS = 0.3
_LABEL_WIDTH = 12
_HEADING_LINES = 2
_ROOMY_WIDTH = 60
"""From here on there is room to explain the filters that are not set."""
_ANY = "any"
_ANY_WIDTH = len(_ANY) + 3
_ON, _OFF = "● ", "○ "
_ON_IN_WORDS, _OFF_IN_WORDS = "on   ", "off  "


class Chip(NamedTuple):
    """A term that no control shows; off, it has no part in the query until it is switched on again."""

    term: Term
    on: bool

    @property
    def label(self) -> str:
        return format_term(self.term)


class _Words(NamedTuple):
    """A line that the cursor passes over."""

    text: str = ""
    part: str = "heading"


class FilterPanel(Widget, can_focus=True):
    """Shows a query's range and terms; asks for changes by messages and keeps none itself."""

    PANE = "Filters"
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"filter-panel--{part}"
        for part in ("heading", "label", "value", "any", "chip", "off", "about", "cursor", "mark", "problem")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="filters.down", tooltip="Next filter"),
        Binding("k,up", "move(-1)", "Up", show=False, id="filters.up", tooltip="Previous filter"),
        Binding("enter,space", "take", "Edit", id="filters.edit",
                tooltip="Type values, or take the next choice; switch a clause below them off, and on again"),
        Binding("l,right", "choose(1)", "Next choice", show=False, id="filters.next", tooltip="Take the next choice"),
        Binding("h,left", "choose(-1)", "Last choice", show=False, id="filters.back", tooltip="Take the choice before"),
        Binding("x,delete", "lift", "Lift", id="filters.lift", tooltip="Lift this filter, or remove this clause"),
        Binding("0", "lift_all", "Lift all", id="filters.lift_all", tooltip="Lift every filter"),
        Binding("escape", "finish", "Done", show=False, id="filters.finish", tooltip="Take what was typed"),
    ]  # fmt: skip

    box = query_one(Input)

    def __init__(self, *, with_organisation: bool, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        shown = (field for field in FILTERS if with_organisation or field is not ORGANISATION)
        self.fields: tuple[Field, ...] = (TIME, *shown)
        self._rows: tuple[Field | Chip, ...] = self.fields
        self._lines: list[int | _Words] = list(range(len(self.fields)))
        self._cursor = 0
        self._top = 0
        self._query = AuditQuery()
        self._names = Names()
        self._problems: dict[str, str] = {}
        self._edited: Field | None = None
        self._before = ""
        self._told = False
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        yield SafeInput(compact=True)

    def show(self, query: AuditQuery, off: Sequence[Term], names: Names) -> None:
        """Draw this query, and the terms that were switched off in it."""
        controlled = [query.clause(field.name) for field in self.fields]
        chips = [Chip(term, on=True) for term in query.terms if term not in controlled]
        chips += [Chip(term, on=False) for term in off]
        rows: tuple[Field | Chip, ...] = (*self.fields, *chips)
        if (query, rows, names) == (self._query, self._rows, self._names):
            return
        here = self.current
        self._query, self._rows, self._names = query, rows, names
        self._cursor = self._row_of(here)
        self._lay_out()

    def show_problem(self, field: str, problem: str) -> None:
        """Say below the controls what is wrong with what was typed; "" takes it back."""
        if self._problems.get(field, "") != problem:
            self._problems = {field: problem} if problem else {}
            self._lay_out()

    @property
    def current(self) -> Field | Chip:
        """What the cursor is on."""
        return self._rows[self._cursor]

    @property
    def editing(self) -> bool:
        return self._edited is not None

    def _row_of(self, here: Field | Chip) -> int:
        """The row that something stands on now, a term whether it is on or off; else the nearest to where it was."""
        if isinstance(here, Chip):
            for row, other in enumerate(self._rows):
                term = other.term if isinstance(other, Chip) else self._query.clause(other.name)
                if term == here.term:
                    return row
        return min(self._cursor, len(self._rows) - 1)

    # Where things are

    def _lay_out(self) -> None:
        """Decide what stands on each line below the heading."""
        controls = len(self.fields)
        self._lines = list(range(controls))
        if problem := next(iter(self._problems.values()), ""):
            wrapped = Content(clean(problem)).wrap(max(1, self.size.width - 1))
            self._lines += [_Words(), *(_Words(f" {line.plain}", "problem") for line in wrapped)]
        if len(self._rows) > controls:
            self._lines += [_Words(), _Words(" Also"), *range(controls, len(self._rows))]
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        """Have the cursor's line in sight, and what is said of the control that is edited there."""
        first = last = self._lines.index(self._cursor)
        if self._problems and self._cursor < len(self.fields):
            last = max(i for i, line in enumerate(self._lines) if isinstance(line, _Words) and line.part == "problem")
        self._show_from(min(max(self._top, last - self._room + 1), first))

    def _show_from(self, top: int) -> None:
        self._top = max(0, min(top, len(self._lines) - self._room))
        if self.editing:
            self._place_box()
        self.refresh()

    @property
    def _room(self) -> int:
        """Lines below the heading."""
        return max(1, self.size.height - _HEADING_LINES)

    def on_resize(self) -> None:
        self._lay_out()

    @property
    def cursor_y(self) -> int:
        return self._lines.index(self._cursor) - self._top + _HEADING_LINES

    # Drawing

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return self._heading(width)
        place = self._top + y - _HEADING_LINES
        line = self._lines[place] if y >= _HEADING_LINES and place < len(self._lines) else _Words()
        if isinstance(line, _Words):
            return self._strip([(line.text, line.part)], width)
        row = self._rows[line]
        here = line == self._cursor and self.has_focus
        return (
            self._chip_line(row, width, here=here) if isinstance(row, Chip) else self._field_line(row, width, here=here)
        )

    def _heading(self, width: int) -> Strip:
        """How many filters are on, and how many lines are out of sight above and below."""
        count, below = len(self._query.terms), len(self._lines) - self._top - self._room
        text = f" Filters{f' · {count} on' if count else ''}"
        hidden = f"{f'↑{self._top} ' if self._top else ''}{f'↓{below} ' if below > 0 else ''}"
        return self._strip([(set_cell_size(text, max(0, width - cell_len(hidden))) + hidden, "heading")], width)

    def _field_line(self, field: Field, width: int, *, here: bool) -> Strip:
        value, room = clean(self._value_text(field)), max(1, width - _LABEL_WIDTH)
        about = "" if value or width < _ROOMY_WIDTH else fit(field.about, room - _ANY_WIDTH)
        return self._strip(
            [
                ("▌" if here else "•" if self._query.clause(field.name) else " ", "mark"),
                (fit(field.label, _LABEL_WIDTH - 2) + " ", "label"),
                (fit(value or _ANY, _ANY_WIDTH if about else room), "cursor" if here else "value" if value else "any"),
                (about, "about"),
            ],
            width,
        )

    def _chip_line(self, chip: Chip, width: int, *, here: bool) -> Strip:
        looks = "chip" if chip.on else "off"
        on, off = (_ON_IN_WORDS, _OFF_IN_WORDS) if is_plain(self) else (_ON, _OFF)
        state = on if chip.on else off
        return self._strip(
            [
                ("▌" if here else " ", "mark"),
                (state, "mark" if chip.on else "off"),
                (fit(clean(chip.label), max(1, width - 1 - len(state))), "cursor" if here else looks),
            ],
            width,
        )

    def _strip(self, pieces: Sequence[tuple[str, str]], width: int) -> Strip:
        """Texts in the looks of their parts, in exactly `width` cells."""
        segments = [
            Segment(text, self.get_component_rich_style(f"filter-panel--{part}")) for text, part in pieces if text
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _value_text(self, field: Field) -> str:
        """What a control is set to, "" for nothing: values as they are written, people and workspaces by name."""
        if field is TIME:
            return f"{self._query.time_range} ▾"
        clause = self._query.clause(field.name)
        if clause is None:
            return ""
        return ",".join(self._known_as(field, value) or format_values(field.name, (value,)) for value in clause.values)

    def _known_as(self, field: Field, value: Value) -> str:
        """The name of the one whom a value means, "" where that is nobody known, or several."""
        if not field.names or value.how is not How.EXACT:
            return ""
        meant = {named.name for named in self._names.find(field.names, value.text).values()}
        return meant.pop() if len(meant) == 1 else ""

    def _written(self, field: Field) -> str:
        """What a control is set to in the notation of its box: ids as the words that mean whoever has them."""
        clause = self._query.clause(field.name)
        if clause is None:
            return ""
        values = (
            replace(value, text=self._names.word_for(field.names, value.text)) if value.how is How.EXACT else value
            for value in clause.values
        )
        return format_values(field.name, tuple(dict.fromkeys(values)))

    # Keys

    def action_move(self, step: int) -> None:
        self._cursor = max(0, min(len(self._rows) - 1, self._cursor + step))
        self._scroll_to_cursor()

    def action_take(self) -> None:
        here = self.current
        if isinstance(here, Chip):
            self.post_message(TermSwitched(here.term, not here.on))
        elif here is TIME:
            self.post_message(TimeRangeWanted())
        elif here.choices:
            self.action_choose(1)
        else:
            self._open_box(here)

    def action_choose(self, step: int) -> None:
        """Step through "any" and the known values, from "any" where a control is set to something else."""
        field = self.current
        if isinstance(field, Chip) or not field.choices:
            return
        steps = [(), *((Value(choice),) for choice in field.choices)]
        clause = self._query.clause(field.name)
        at = steps.index(clause.values) if clause is not None and clause.values in steps else 0
        self.post_message(FilterChanged(field.name, steps[(at + step) % len(steps)]))

    def action_lift(self) -> None:
        here = self.current
        if isinstance(here, Chip):
            self.post_message(TermRemoved(here.term))
        elif here is not TIME:
            self.show_problem(here.name, "")
            self.post_message(FilterChanged(here.name, ()))

    def action_lift_all(self) -> None:
        self._problems = {}
        self._lay_out()
        self.post_message(FiltersCleared())

    def action_finish(self) -> None:
        self._close_box()
        self.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """While typing, keys belong to the input; while not, Escape belongs to the screen."""
        return self.editing == (action == "finish")

    # The input

    def _open_box(self, field: Field) -> None:
        self._edited = field
        # All of it is selected, so that typing replaces it.
        self._before = self._written(field)
        self._told = False
        with self.prevent(Input.Changed):
            self.box.value = self._before
        self.box.placeholder = f"e.g. {field.example}"
        self._place_box()
        self.box.add_class("-open")
        self.box.focus()
        self.refresh()

    def _place_box(self) -> None:
        self.box.styles.offset = (_LABEL_WIDTH, self.cursor_y)
        self.box.styles.width = max(4, self.size.width - _LABEL_WIDTH)

    def _close_box(self) -> None:
        """End editing, and ask for what was typed, unless it is what was there or can't be meant."""
        if self._edited is None:
            return
        field, self._edited = self._edited, None
        self._stop_typing()
        self.box.remove_class("-open")
        values = self._judge(field, self.box.value)
        if values is not None and (self._told or self.box.value.strip() != self._before):
            self.post_message(FilterChanged(field.name, values))
        self.refresh()

    def _judge(self, field: Field, text: str) -> tuple[Value, ...] | None:
        """The values that were typed, None where something is wrong with them, which is shown."""
        values, problem = read_box(field, text)
        self.show_problem(field.name, problem)
        return None if problem else values

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Ask once typing rests; a name that is only begun may be somebody else's, so it waits for its end."""
        event.stop()
        self._stop_typing()
        field = self._edited
        if field is None:
            return
        self.show_problem(field.name, "")
        values, problem = read_box(field, event.value)
        if not field.names and not problem:
            self._typing = self.set_timer(_TYPING_SECONDS, lambda: self._ask_for(field, values))

    def _ask_for(self, field: Field, values: tuple[Value, ...]) -> None:
        """Ask for what is written so far."""
        self._told = True
        self.post_message(FilterChanged(field.name, values, settled=False))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._edited is not None and self._judge(self._edited, event.value) is not None:
            self.action_finish()

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        self._close_box()

    def _on_focus(self) -> None:  # type: ignore[override]
        self.refresh()

    def _on_blur(self, event: Blur) -> None:
        super()._on_blur(event)
        self.refresh()

    # The mouse

    def on_click(self, event: Click) -> None:
        place = self._top + event.y - _HEADING_LINES
        if event.widget is not self or event.y < _HEADING_LINES or place >= len(self._lines):
            return
        line = self._lines[place]
        if isinstance(line, int):
            self._cursor = line
            self._scroll_to_cursor()
            self.action_take()

    def on_mouse_scroll_down(self) -> None:
        self._show_from(self._top + 1)

    def on_mouse_scroll_up(self) -> None:
        self._show_from(self._top - 1)


def read_box(field: Field, text: str) -> tuple[tuple[Value, ...], str]:
    """The values that a box holds, and what is wrong with them, "" where nothing is.

    Unlike in the query bar, a name of several words needs no quotes.
    """
    if not text.strip():
        return (), ""
    if field.names and '"' not in text:
        text = ",".join(_quoted_name(part.strip()) for part in text.split(","))
    values, diagnostics = parse_values(field.name, text.strip())
    return values, diagnostics[0].message if diagnostics else ""


def _quoted_name(text: str) -> str:
    return quote(text) if " " in text and text[0].isalpha() else text
