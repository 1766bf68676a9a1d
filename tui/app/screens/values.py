"""The values of one field with how often they come, to narrow the query by, or to see what is normal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.app.commands import shown_key
from tui.app.screens.pick import Pick, PickScreen
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.line import Line, Part
from tui.app.widgets.safe_input import SafeInput
from tui.app.widgets.value_list import ValueLine, ValueList
from tui.domain.clean import clean
from tui.domain.errors import SourceError
from tui.domain.fields import BY_NAME, STATUS
from tui.domain.query_scanner import format_path
from tui.session.value_spread import NONE, PLACES, FieldPlace, ValueSpread, clause_of, seen_paths

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import WorkType

    from tui.domain.names import Names
    from tui.domain.page import Page, PageRequest
    from tui.domain.plan import FrozenQuery
    from tui.domain.query import Term
    from tui.domain.record import AuditRecord

_RECORDS_AT_ONCE = 500
"""Records that are counted between two looks at the keys."""
_RECORDS_FOR_PATHS = 500
"""The newest records, whose paths are offered."""
_USUAL_PLACE = (STATUS.name,)
_REST_SECONDS = 0.5
"""How long no records must come until what they brought is sorted."""
_FRAME_HEIGHT = 9
"""Lines around the list of values."""
_LEAST_HEIGHT = 18


class ValueAct(NamedTuple):
    """The reader wants to keep to what fits `term`, or to leave it out."""

    keep: bool
    term: Term


@dataclass(frozen=True, slots=True)
class Sample:
    """The loaded records of a query, and the ways to know more of it.

    `exact` says that the API does all of the query, and `total` how many records fit it, None while nobody knows.
    `fetch` asks the API and raises `SourceError`; `wants_more` has more records loaded, which `ValuesScreen.take` is
    then given.  `count` tells at once how many records have each value of a field, by its name, or None.
    """

    frozen: FrozenQuery
    exact: bool
    total: int | None
    records: Iterable[AuditRecord]
    names: Names
    fetch: Callable[[PageRequest], Awaitable[Page]]
    wants_more: Callable[[], object]
    count: Callable[[str], Awaitable[Mapping[str, int] | None]] | None = None


class ValuesScreen(ModalScreen[ValueAct | None]):
    """Ends with what to do about a value, or None when the reader has seen enough."""

    ALLOW_SELECT = False
    AUTO_FOCUS = "ValueList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("equals_sign,enter", "act(True)", "keep", id="spread.keep", tooltip="Keep only records with it"),
        Binding("minus", "act(False)", "exclude", id="spread.exclude", tooltip="Leave records with it out"),
        Binding("slash", "narrow", "narrow", id="spread.narrow", tooltip="Show only values that hold a text"),
        Binding("tab", "choose_field", "field", id="spread.field", tooltip="Choose another field or path"),
        Binding("greater_than_sign", "step_field(1)", "next field", show=False, id="spread.next",
                tooltip="The values of the next field"),
        Binding("less_than_sign", "step_field(-1)", "field before", show=False, id="spread.previous",
                tooltip="The values of the field before"),
        Binding("m", "count_more", "count more", id="spread.more", tooltip="Count the next values too, or try again"),
        Binding("a", "scan_on", "scan on", id="spread.scan", tooltip="Load more records, to find values not seen yet"),
        Binding("s", "sort", "sort", show=False, id="spread.sort", tooltip="Sort by what is counted so far"),
        Binding("escape,q", "back", "close", id="spread.close", tooltip="Show all values again; else close"),
    ]  # fmt: skip

    box = query_one(".box", Vertical)
    values = query_one(ValueList)
    heading = query_one("#values-heading", Line)
    about = query_one("#values-label", Line)
    trouble = query_one("#values-trouble", Static)
    narrowing = query_one("#values-narrowing", Horizontal)
    narrow_text = query_one("#values-narrow", SafeInput)
    keys = query_one(KeyLine)

    def __init__(self, place: FieldPlace, sample: Sample) -> None:
        """`place` is looked at first, if it has values that a query can name."""
        super().__init__()
        self._sample = sample
        self._total = sample.total
        self._records = list(sample.records)
        self._places = list(PLACES)
        if len(place) > 1:
            self._places.insert(0, place)
        elif place not in PLACES:
            place = _USUAL_PLACE
        self._paths_known = False
        self._spreads: dict[FieldPlace, ValueSpread] = {}
        self._spread = self._spread_of(place)
        self._order: list[str] = []
        self._rest: Timer | None = None
        self._has_lines = False
        self._mixed = False
        self._longest = 1.0

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(id="values-heading")
            yield Line(id="values-label")
            yield ValueList()
            yield Static(id="values-trouble")
            with Horizontal(id="values-narrowing"):
                yield Line(id="values-prompt")
                yield SafeInput(id="values-narrow", compact=True)
            yield KeyLine(id="values-keys")

    def on_mount(self) -> None:
        self._has_lines = True
        self.query_one("#values-prompt", Line).show([Part("/ ", "key")])
        self.narrowing.display = False
        self._look_at(self._spread.place)

    def take(self, records: Iterable[AuditRecord], total: int | None) -> None:
        """Count more records of the query, none of which was given before; `total` as in `Sample`."""
        self._records += records
        self._total = total
        if not self._is_open:
            return
        self._feed()
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST_SECONDS, self.action_sort)

    # Counting

    @property
    def _is_open(self) -> bool:
        """Whether there are lines to draw on: records and answers may come before, and after."""
        return self._has_lines and self in self.app.screen_stack

    def _spread_of(self, place: FieldPlace) -> ValueSpread:
        if place not in self._spreads:
            sample = self._sample
            self._spreads[place] = ValueSpread(place, sample.frozen, exact=sample.exact, total=self._total)
        return self._spreads[place]

    def _look_at(self, place: FieldPlace) -> None:
        self._spread = self._spread_of(place)
        self._order = []
        self._feed()
        self.action_sort()
        if self._sample.count is not None and len(place) == 1:
            self._know(self._spread, self._sample.count)

    @work(group="know", exclusive=True)
    async def _know(self, spread: ValueSpread, count: Callable[[str], Awaitable[Mapping[str, int] | None]]) -> None:
        """Count all records at once, where that can be had."""
        try:
            counts = await count(spread.place[0])
        except SourceError:
            return  # they are counted one by one, and tell their own trouble
        if counts is not None:
            spread.know(counts)
        if counts is not None and spread is self._spread and self._is_open:
            self.action_sort()

    def _feed(self) -> None:
        """Count the records that are here; many of them in steps, between which keys are answered."""
        self._count_some()
        self._draw()
        if self._spread.loaded < len(self._records):
            self._feed_on()
        else:
            self._ask()

    @work(group="feed", exclusive=True)
    async def _feed_on(self) -> None:
        while self._spread.loaded < len(self._records):
            await asyncio.sleep(0)
            if not self._is_open:
                return
            self._count_some()
            self.about.show([Part(self._spread.label(), "muted")])
        self.action_sort()
        self._ask()

    def _count_some(self) -> None:
        counted = self._spread.loaded
        self._spread.add(self._records[counted : counted + _RECORDS_AT_ONCE], self._total)

    def _ask(self) -> None:
        spread = self._spread
        for request in spread.next_requests():
            # Not a coroutine, which would never be awaited where the worker is cancelled before it began.
            fetch: WorkType[None] = partial(self._fetch, spread, request)
            self.run_worker(fetch, group="counts")

    async def _fetch(self, spread: ValueSpread, request: PageRequest) -> None:
        try:
            page = await self._sample.fetch(request)
        except SourceError as error:
            spread.fail(request, error)
        else:
            spread.accept(request, page)
        if spread is self._spread and self._is_open:
            self._ask()
            if spread.counting:
                self._draw()
            else:
                self.action_sort()

    # Drawing

    def action_sort(self) -> None:
        """Put the most frequent values first; the cursor stays on its value."""
        if not self._is_open:
            return
        here = self._here
        self._order = self._narrowed(self._spread.values())
        self._draw(cursor=self._order.index(here) if here in self._order else 0)

    def _draw(self, cursor: int | None = None) -> None:
        """Draw what is known now; values that came since stand at the end until all are sorted."""
        spread = self._spread
        values, known = spread.values(), set(self._order)
        self._order += [text for text in self._narrowed(values) if text not in known]
        self._mixed = spread.is_mixed
        # Values come by their numbers: the greatest share is that of the first, or of the first that isn't counted yet.
        self._longest = max(map(self._share, values[: spread.limit + 1]), default=0) or 1.0
        self.values.show(len(self._order), self._line, self.values.cursor if cursor is None else cursor)
        self.box.styles.height = max(_LEAST_HEIGHT, len(values) + _FRAME_HEIGHT)
        count = f"{len(values):,} {'value' if len(values) == 1 else 'values'}"
        shown = f"{len(self._order):,} of {count}" if self.narrow_text.value else count
        self.heading.show([Part(self._title(spread.place), "strong")], [Part(shown, "muted")])
        self.about.show([Part(spread.label(), "good" if spread.is_whole else "muted")])
        self._draw_trouble(spread.problem)
        self._draw_keys()

    def _draw_trouble(self, problem: SourceError | None) -> None:
        self.trouble.display = problem is not None
        if problem is not None:
            self.trouble.update(Content.assemble(("✗ ", "bold $error"), (problem.cause, "$error"), f" {problem.cure} ",
                                                 ("m", "bold $primary"), (" try again", "dim")))  # fmt: skip

    def _draw_keys(self) -> None:
        spread = self._spread
        useless = set()
        if spread.problem is not None or not spread.has_more:
            useless.add("spread.more")
        if spread.is_whole:
            useless.add("spread.scan")
        own = [binding for binding in self.BINDINGS if isinstance(binding, Binding) and binding.show]
        keys = [([shown_key(binding.key.partition(",")[0])], binding, self) for binding in own]
        self.keys.show_keys([key for key in keys[:-1] if key[1].id not in useless], keys[-1:])

    def _line(self, number: int) -> ValueLine:
        text = self._order[number]
        count, exact = self._spread.count(text)
        share = self._share(text)
        about_right = self._mixed and not exact
        name = self._known_as(text)
        return ValueLine(
            clean(name or text) or "none",
            clean(text) if name else "",
            f"{'≥' if about_right else ''}{count:,}",
            f"{'~' if about_right else ''}{_percent(share)}",
            share / self._longest,
            sure=not about_right,
            is_none=text == NONE,
        )

    def _share(self, text: str) -> float:
        """Of all records where the count is exact, else of those that were loaded."""
        count, exact = self._spread.count(text)
        base = self._spread.total if exact else self._spread.loaded
        return count / base if base else 0.0

    def _known_as(self, text: str) -> str:
        """The name of whoever has an id, "" where nobody known does."""
        kinds = BY_NAME[self._spread.place[0]].names
        return next(filter(None, (self._sample.names.name(kind, text) for kind in kinds)), "")

    @staticmethod
    def _title(place: FieldPlace) -> str:
        return clean(place[0] + format_path(place[1:]), 80) if len(place) > 1 else BY_NAME[place[0]].label

    # Keys

    @property
    def _here(self) -> str | None:
        """The value under the cursor."""
        return self._order[self.values.cursor] if self._order else None

    def action_act(self, keep: bool) -> None:
        if (here := self._here) is not None:
            self.dismiss(ValueAct(keep, clause_of(self._spread.place, here, self._sample.names)))

    def action_count_more(self) -> None:
        if self._spread.has_more:
            self._spread.more()
            self._ask()
            self._draw()

    @on(ValueList.Moved)
    def _moved(self, event: ValueList.Moved) -> None:
        """Going on to values that were not counted has them counted."""
        if event.line >= self._spread.limit and self._spread.problem is None and not self._spread.counting:
            self.action_count_more()

    def action_scan_on(self) -> None:
        if not self._spread.is_whole:
            self._sample.wants_more()

    def action_back(self) -> None:
        if self.narrowing.display:
            self.narrow_text.value = ""
            self._close_narrowing()
        else:
            self.dismiss(None)

    # Narrowing

    def _narrowed(self, texts: list[str]) -> list[str]:
        wanted = self.narrow_text.value.casefold()
        if not wanted:
            return texts
        return [text for text in texts if wanted in clean(f"{text or 'none'} {self._known_as(text)}").casefold()]

    def action_narrow(self) -> None:
        self.narrowing.display = True
        self.narrow_text.focus()

    def _close_narrowing(self) -> None:
        self.narrowing.display = bool(self.narrow_text.value)
        self.values.focus()

    @on(Input.Changed, "#values-narrow")
    def _narrow_typed(self) -> None:
        self.action_sort()

    @on(Input.Submitted, "#values-narrow")
    def _narrow_taken(self) -> None:
        self._close_narrowing()

    # Other fields

    def action_step_field(self, step: int) -> None:
        places = self._all_places()
        self._turn_to(places[(places.index(self._spread.place) + step) % len(places)])

    def action_choose_field(self) -> None:
        places = self._all_places()
        picks = [Pick(str(number), self._title(place), BY_NAME[place[0]].about) for number, place in enumerate(places)]
        self.app.push_screen(PickScreen("Values of", picks), self._field_picked)

    def _field_picked(self, number: str | None) -> None:
        if number:
            self._turn_to(self._all_places()[int(number)])

    def _turn_to(self, place: FieldPlace) -> None:
        self.narrow_text.value = ""
        self._close_narrowing()
        self._look_at(place)

    def _all_places(self) -> list[FieldPlace]:
        """The fields, and the paths that are seen in the newest records."""
        if not self._paths_known:
            self._paths_known = True
            found = seen_paths(self._records[:_RECORDS_FOR_PATHS])
            self._places += [place for place in found if place not in self._places]
        return self._places


def _percent(share: float) -> str:
    return "<0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"
