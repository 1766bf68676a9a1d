"""The query bar: at rest the query and what it is asked of, while it is edited an input with help under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.highlighter import Highlighter
from rich.style import Style
from rich.text import Text
from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Click, Paste
from textual.geometry import Region
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input

from tui.app.spelling import is_plain
from tui.app.widgets.dropdown import Dropdown
from tui.app.widgets.line import Line, Part
from tui.app.widgets.query_help import Choice, Help, help_at
from tui.app.widgets.query_tones import TONES, Piece, toned
from tui.app.widgets.safe_input import SafeInput
from tui.domain import pasting
from tui.domain.clean import UNLIMITED, clean
from tui.domain.completion import NOTHING_KNOWN, Known
from tui.domain.query import AuditQuery, Term
from tui.domain.query_parser import Parsed


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as a query, and which of its terms the API does, and which are done here."""

    parsed: Parsed
    sent: frozenset[Term] = frozenset()
    local: frozenset[Term] = frozenset()


class QueryLine(Line):
    """A line that has the tones of a query too."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{tone}" for tone in TONES}


class _Painter(Highlighter):
    """Gives a text the tones that its pieces have."""

    def __init__(self, pieces: Callable[[str], Iterable[Piece]], style: Callable[[str], Style]) -> None:
        self._pieces = pieces
        self._style = style

    def highlight(self, text: Text) -> None:
        for start, end, tone in self._pieces(text.plain):
            text.stylize(self._style(tone), start, end)


class QueryInput(SafeInput):
    """Leaves to its holder what is pasted, and the key to the right at the end of the text."""

    def __init__(self, highlighter: Highlighter, pasted: Callable[[str], object]) -> None:
        super().__init__(highlighter=highlighter, compact=True, select_on_focus=False)
        self._pasted = pasted

    def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()  # or Textual's own handler would be called after this one
        self._pasted(event.text)

    def action_paste(self) -> None:
        self._pasted(self.app.clipboard)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        cursor = cell_len(self.value[: self.cursor_position])
        self.scroll_to_region(Region(cursor, 0, 2, 1), force=True, animate=False)

    def action_cursor_right(self, select: bool = False) -> None:
        if self.cursor_at_end and self.selection.is_empty and not select:
            raise SkipAction
        super().action_cursor_right(select)


class HistoryWalk:
    """Older and newer queries one by one, and after the newest the text that was left for them."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """`entries` are the older ones, newest last."""
        self._entries = tuple(entries)
        self._at = len(self._entries)
        self._left = ""

    def step(self, step: int, text: str) -> str | None:
        """The text `step` entries on from `text`, None where there is none."""
        at = self._at + step
        if not 0 <= at <= len(self._entries):
            return None
        if self._at == len(self._entries):
            self._left = text
        self._at = at
        return self._entries[at] if at < len(self._entries) else self._left

    @property
    def place(self) -> str:
        """Which of how many is shown, "" where none is."""
        back = len(self._entries) - self._at
        return f"{back}/{len(self._entries)} older" if back else ""


class QueryBar(Horizontal):
    """Shows a query and lets it be typed anew; asks for changes by messages and keeps none itself.

    `read` says what any text means.  It is called for every key, and must not raise.
    """

    PANE = "Query"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Ask", id="query.submit", tooltip="Ask what is written"),
        Binding("tab,right", "take", "Complete", id="query.take", tooltip="Take the marked completion or correction"),
        Binding(
            "up", "step(-1)", "Older", id="query.up", tooltip="The row above; where nothing was typed, an older query"
        ),
        Binding("down", "step(1)", "Newer", show=False, id="query.down", tooltip="The row below, or a newer query"),
        Binding("escape,ctrl+c", "cancel", "Cancel", id="query.cancel", tooltip="Leave the query as it was"),
    ]

    rest = query_one("#query-rest", QueryLine)
    prompt = query_one("#query-prompt", Line)
    box = query_one(QueryInput)
    verdict = query_one("#query-verdict", Line)
    dropdown = query_one(Dropdown)

    @dataclass
    class Submitted(Message):
        """The reader wants this query; there is nothing to complain of in it."""

        text: str

    class Opened(Message):
        """The reader clicked into the query, to type it anew."""

    class Cancelled(Message):
        """The reader thought better of it."""

    def __init__(self, read: Callable[[str], Reading], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.editing = False
        self._read = read
        self._shown = self._reading = Reading(Parsed("", AuditQuery()))
        self._right: tuple[Part, ...] = ()
        self._known = NOTHING_KNOWN
        self._history: tuple[str, ...] = ()
        self._walk = HistoryWalk()
        self._draft = ""
        self._put = ""
        self._help = Help()
        self._helped_at = ("", 0)
        self._marked: int | None = None

    def compose(self) -> ComposeResult:
        yield QueryLine(id="query-rest")
        yield Line(id="query-prompt")
        yield QueryInput(_Painter(self._pieces, self._style), self.paste)
        yield Line(id="query-verdict")
        yield Dropdown()

    def on_mount(self) -> None:
        self.prompt.show([Part("/", "key")])
        self._open(editing=False)
        # The cursor moves, and the text under it, without a message.
        self.watch(self.box, "selection", self._moved, init=False)
        self.watch(self.box, "scroll_x", self._scrolled, init=False)

    def show(self, reading: Reading, right: Sequence[Part]) -> None:
        """Draw this query, and on the right these parts; what is being typed stays."""
        text = clean(reading.parsed.text, UNLIMITED)
        self._shown = reading if text == reading.parsed.text else self._read(text)
        self._right = tuple(right)
        self._draw_rest()

    def show_end(self, right: Sequence[Part]) -> None:
        """Draw other parts on the right."""
        if tuple(right) != self._right:
            self._right = tuple(right)
            self._draw_rest()

    def know(self, known: Known, history: Sequence[str]) -> None:
        """Complete from what is known, and walk these queries, the newest last."""
        self._known, self._history = known, tuple(history)
        if self.editing:
            self._reading = self._read(self.box.value)
            self._suggest()

    # At rest

    def _draw_rest(self) -> None:
        text = self._shown.parsed.text
        room = max(0, self.size.width - self._right_width - 2)
        cut = "..." if is_plain(self) else "…"
        shown = text if cell_len(text) <= room else set_cell_size(text, max(0, room - len(cut))).rstrip()
        pieces = toned(self._shown.parsed, self._shown.sent, self._shown.parsed.diagnostics)
        parts = [Part(shown[start:end], tone) for start, end, tone in pieces]
        if not text:
            parts = [Part("every record", "muted")]
        self.rest.show([Part(" "), *parts, Part(cut if shown != text else "", "muted")], self._right)

    @property
    def _right_width(self) -> int:
        return sum(cell_len(part.text) for part in self._right)

    def on_resize(self) -> None:
        self._draw_rest()
        self._scrolled()

    def _scrolled(self) -> None:
        if self.editing:
            self._draw_help()

    def on_click(self, event: Click) -> None:
        """Begin to edit where the text was clicked; the parts on the right have clicks of their own."""
        if not self.editing and event.x < self.size.width - self._right_width:
            self.post_message(self.Opened())
            self.edit(len(set_cell_size(self._shown.parsed.text, event.x - 1).rstrip()))

    # Editing

    def edit(self, cursor: int | None = None) -> None:
        """Let the query be typed anew, from its end on or from `cursor`."""
        if not self.editing:
            text = self._shown.parsed.text
            older = (*self._history, self._draft)
            self._walk = HistoryWalk(entry for entry in dict.fromkeys(older) if entry not in ("", text))
            self._open(editing=True)
            self._fill(f"{text} " if text else "")
            if cursor is not None:
                self.box.cursor_position = cursor
        self.screen.set_focus(self.box)

    def _open(self, *, editing: bool) -> None:
        """Change between rest and editing, at once: the next key may be on its way already."""
        self.editing = editing
        self.rest.display = not editing
        for part in (self.prompt, self.box, self.verdict):
            part.display = editing
        if not editing:
            self.dropdown.display = False

    def _fill(self, text: str) -> None:
        """Put in a text that the reader did not type."""
        self.box.value = text
        self._put = self.box.value
        self.box.cursor_position = len(self._put)
        self._suggest()

    def action_submit(self) -> None:
        """Ask for what is written; or say what is wrong with it."""
        reading = self._reading_of(self.box.value)
        if reading.parsed.diagnostics:
            self.app.bell()
            self._suggest(insisting=True)
            return
        self._draft = ""
        self._open(editing=False)
        self.post_message(self.Submitted(self.box.value.strip()))

    def action_cancel(self) -> None:
        self._leave()
        self.post_message(self.Cancelled())

    def _leave(self) -> None:
        """Go back to rest; what was typed can be had again as the newest of the older queries."""
        typed = self.box.value.strip()
        if typed and typed not in (self._shown.parsed.text, *self._history):
            self._draft = typed
        self._open(editing=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        return self.editing

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_submit()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._moved()

    def _moved(self) -> None:
        if self.editing and (self.box.value, self.box.cursor_position) != self._helped_at:
            self._suggest()

    @on(Input.Blurred)
    def _blurred(self, event: Input.Blurred) -> None:
        event.stop()
        # Whoever looks at another window means to come back; and the bar may have been opened again by now.
        if self.editing and self.app.app_focus and self.screen.focused is not self.box:
            self._leave()

    def paste(self, text: str) -> None:
        """Put in what was pasted, in place of what is selected; lists become one OR."""
        start, end = sorted(self.box.selection)
        taken = pasting.paste(self.box.value, start, end, text)
        if taken.problem:
            self._help, self._marked = Help(end, problem=taken.problem), None
            self._draw_help()
        else:
            self.box.replace(taken.insert, start, end)

    # Help

    @property
    def _is_fresh(self) -> bool:
        """Whether the reader has typed nothing since a text was put in."""
        return self.box.value == self._put

    def _suggest(self, *, insisting: bool = False) -> None:
        """Work out what there is to say where the cursor is."""
        text, cursor = self._helped_at = self.box.value, self.box.cursor_position
        parsed = self._reading_of(text).parsed
        self._help = help_at(parsed, cursor, self._known, fresh=self._is_fresh, insisting=insisting)
        self._marked = self._help.marked
        self._draw_help()

    def _draw_help(self) -> None:
        column = self.box.region.x + cell_len(self.box.value[: self._help.start]) - self.box.scroll_offset.x - 1
        rows = [choice.candidate for choice in self._help.choices]
        self.dropdown.show(self._help.problem, rows, self._marked, column)
        parts = [Part(f" {self._walk.place}", "muted"), *self._verdict(self._reading_of(self.box.value))]
        self.verdict.show([], parts)
        self.verdict.styles.width = sum(cell_len(part.text) for part in parts)
        self.box.refresh()

    def _verdict(self, reading: Reading) -> list[Part]:
        """Whether the text can be asked, and whether records must be scanned for it."""
        if reading.parsed.diagnostics:
            return [Part(" not yet a query" if is_plain(self) else " ✗ ", "bad" if self._help.wrong else "muted")]
        good = " good" if is_plain(self) else " ✓ "
        return [Part(" scan" if reading.local else "", "muted"), Part(good, "good")]

    def action_step(self, step: int) -> None:
        """Mark another choice; where none is marked and nothing was typed, or there is none, put in another query."""
        choices = len(self._help.choices)
        if self._marked is None and (self._is_fresh or not choices):
            other = self._walk.step(step, self.box.value)
            if other is not None:
                self._fill(other)
            if other is not None or step < 0:
                return
        if choices:
            places = (None, *range(choices))
            self._marked = places[(places.index(self._marked) + step) % len(places)]
            self._draw_help()

    def action_take(self) -> None:
        """Put in the marked choice, or mark the first; the key goes on to others where nothing is under way."""
        if self._marked is not None:
            self._take(self._help.choices[self._marked])
        elif self._help.choices:
            self.action_step(1)
        elif self._is_fresh:
            raise SkipAction

    @on(Dropdown.Taken)
    def _clicked(self, event: Dropdown.Taken) -> None:
        event.stop()
        self._take(self._help.choices[event.row])

    def _take(self, choice: Choice) -> None:
        """Put in what was chosen; the cursor goes behind it, or stays on its place in the text behind that."""
        start, end, candidate = choice
        behind = max(0, self.box.cursor_position - end)
        self.box.replace(candidate.insert, start, end)
        self.box.cursor_position += behind

    # What is read

    def _reading_of(self, text: str) -> Reading:
        if self._reading.parsed.text != text:
            self._reading = self._read(text)
        return self._reading

    def _pieces(self, text: str) -> list[Piece]:
        reading = self._reading_of(text)
        return toned(reading.parsed, reading.sent, self._help.wrong)

    def _style(self, tone: str) -> Style:
        return self.rest.get_component_rich_style(f"line--{tone}")
