"""The side panel: a control for every filter of the API, drawn as a list, with one input that moves to where it is
needed."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import set_cell_size
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

from tui.app.messages import FilterChanged, FiltersCleared, TimeRangeWanted
from tui.app.widgets.row_line import fit
from tui.app.widgets.safe_input import SafeInput
from tui.domain.clean import clean
from tui.domain.fields import FILTERS, ORGANISATION, TIME, Field
from tui.domain.names import Names
from tui.domain.query import AuditQuery

_TYPING_SECONDS = 0.3
_LABEL_WIDTH = 12
_HEADING_LINES = 2


class FilterPanel(Widget, can_focus=True):
    """Shows a query's range and filters; asks for changes by messages and keeps none itself."""

    PANE = "Filters"
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "filter-panel--heading", "filter-panel--label", "filter-panel--value", "filter-panel--any",
        "filter-panel--cursor", "filter-panel--mark", "filter-panel--problem",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="filters.down", tooltip="Next filter"),
        Binding("k,up", "move(-1)", "Up", show=False, id="filters.up", tooltip="Previous filter"),
        Binding("enter,space", "edit", "Edit", id="filters.edit", tooltip="Type a value, or take the next choice"),
        Binding("l,right", "choose(1)", "Next choice", show=False, id="filters.next", tooltip="Take the next choice"),
        Binding("h,left", "choose(-1)", "Last choice", show=False, id="filters.back", tooltip="Take the choice before"),
        Binding("x,delete", "lift", "Lift", id="filters.lift", tooltip="Lift this filter"),
        Binding("0", "lift_all", "Lift all", id="filters.lift_all", tooltip="Lift every filter"),
        Binding("escape", "finish", "Done", show=False, id="filters.finish", tooltip="Take what was typed"),
    ]

    box = query_one(Input)

    def __init__(self, *, with_organisation: bool, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        shown = (field for field in FILTERS if with_organisation or field is not ORGANISATION)
        self.fields: tuple[Field, ...] = (TIME, *shown)
        self._cursor = 0
        self._query = AuditQuery()
        self._names = Names()
        self._problems: dict[str, str] = {}
        self._edited: Field | None = None
        self._before = ""
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        yield SafeInput(compact=True)

    def show(self, query: AuditQuery, names: Names) -> None:
        """Draw this query."""
        if (query, names) != (self._query, self._names):
            self._query, self._names = query, names
            self.refresh()

    def show_problem(self, field: str, problem: str) -> None:
        """Say below the list what is wrong with what was typed; "" takes it back."""
        if self._problems.get(field, "") != problem:
            self._problems = {field: problem} if problem else {}
            self.refresh()

    @property
    def current(self) -> Field:
        return self.fields[self._cursor]

    @property
    def editing(self) -> bool:
        return self._edited is not None

    # Drawing

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = y - _HEADING_LINES
        if y == 0:
            count = len(self._query.clauses)
            return self._line(f" Filters{f' · {count} on' if count else ''}", "heading", width)
        if 0 <= row < len(self.fields):
            return self._field_line(self.fields[row], width, here=row == self._cursor and self.has_focus)
        lines = self._problem_lines(width - 1)
        line = row - len(self.fields) - 1
        if 0 <= line < len(lines):
            return self._line(f" {lines[line]}", "problem", width)
        return Strip.blank(width, self.rich_style)

    def _problem_lines(self, width: int) -> list[str]:
        problem = next(iter(self._problems.values()), "")
        return [line.plain for line in Content(clean(problem)).wrap(max(1, width))] if problem else []

    def _line(self, text: str, part: str, width: int) -> Strip:
        style = self.get_component_rich_style(f"filter-panel--{part}")
        return Strip([Segment(set_cell_size(text, width), style)], width)

    def _field_line(self, field: Field, width: int, *, here: bool) -> Strip:
        value = self._value_text(field)
        text = set_cell_size(clean(value or "any"), max(0, width - _LABEL_WIDTH))
        part = "cursor" if here else "value" if value else "any"
        mark = "▌" if here else "•" if self._query.value(field.name) else " "
        return Strip(
            [
                Segment(mark, self.get_component_rich_style("filter-panel--mark")),
                Segment(
                    fit(field.label, _LABEL_WIDTH - 2) + " ",
                    self.get_component_rich_style("filter-panel--label"),
                ),
                Segment(text, self.get_component_rich_style(f"filter-panel--{part}")),
            ],
            width,
        )

    def _value_text(self, field: Field) -> str:
        if field is TIME:
            return f"{self._query.time_range} ▾"
        value = self._query.value(field.name)
        for kind in field.names:
            value = self._names.name(kind, value) or value
        return value

    # Keys

    def action_move(self, step: int) -> None:
        self._cursor = max(0, min(len(self.fields) - 1, self._cursor + step))
        self.refresh()

    def action_edit(self) -> None:
        if self.current is TIME:
            self.post_message(TimeRangeWanted())
        elif self.current.choices:
            self.action_choose(1)
        else:
            self._open_box()

    def action_choose(self, step: int) -> None:
        """Step through "any" and the known values."""
        choices = ("", *self.current.choices)
        if len(choices) > 1:
            value = self._query.value(self.current.name)
            at = choices.index(value) if value in choices else 0
            self.post_message(FilterChanged(self.current.name, choices[(at + step) % len(choices)]))

    def action_lift(self) -> None:
        if self.current is not TIME:
            self.show_problem(self.current.name, "")
            self.post_message(FilterChanged(self.current.name, ""))

    def action_lift_all(self) -> None:
        self.post_message(FiltersCleared())

    def action_finish(self) -> None:
        self._close_box()
        self.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """While typing, keys belong to the input; while not, Escape belongs to the screen."""
        return self.editing == (action == "finish")

    # The input

    def _open_box(self) -> None:
        self._edited = self.current
        # An id is edited as the name it goes by; it is selected, so that typing replaces it.
        self._before = self._value_text(self.current)
        with self.prevent(Input.Changed):
            self.box.value = self._before
        self.box.placeholder = f"e.g. {self.current.example}"
        self.box.styles.offset = (_LABEL_WIDTH, self._cursor + _HEADING_LINES)
        self.box.styles.width = max(4, self.size.width - _LABEL_WIDTH)
        self.box.add_class("-open")
        self.box.focus()
        self.refresh()

    def _close_box(self) -> None:
        """End editing, and ask for what was typed, unless it is what was there or can't be meant."""
        if self._edited is None:
            return
        field, self._edited = self._edited, None
        self._stop_typing()
        self.box.remove_class("-open")
        value = self.box.value.strip()
        if value != self._before and not self._judge(field, value):
            self.post_message(FilterChanged(field.name, value))
        self.refresh()

    def _judge(self, field: Field, value: str) -> str:
        """Show, and give, what is wrong with a value."""
        problem = field.problem(value) if value else ""
        self.show_problem(field.name, problem)
        return problem

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Ask once typing rests; a name that is only begun may be somebody else's, so it waits for its end."""
        event.stop()
        self._stop_typing()
        field, value = self._edited, event.value.strip()
        if field is None:
            return
        self.show_problem(field.name, "")
        if not field.names and not (value and field.problem(value)):
            message = FilterChanged(field.name, value, settled=False)
            self._typing = self.set_timer(_TYPING_SECONDS, lambda: self.post_message(message) and None)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._edited is not None and not self._judge(self._edited, event.value.strip()):
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

    def on_click(self, event: Click) -> None:
        row = event.y - _HEADING_LINES
        if event.widget is self and 0 <= row < len(self.fields):
            self._cursor = row
            self.refresh()
            self.action_edit()
