"""The dialog that chooses a range of time: presets, or from and to."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import ClassVar

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

from tui.app.screens.pick import ListKeys
from tui.app.widgets.safe_input import SafeInput
from tui.domain.errors import TimeTextError
from tui.domain.time_range import PRESETS, TimeRange, Window, format_moment
from tui.domain.time_text import parse_moment
from tui.formats.times import format_time, zone_name


class TimeRangeScreen(ModalScreen[TimeRange | None]):
    """Ends with the range that was chosen, or None when the reader thought better of it.

    Times without an offset are meant in `zone`, which is the one on the screen; `now` is the server's clock.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", id="time.cancel")]

    presets = query_one(OptionList)
    since = query_one("#since", Input)
    until = query_one("#until", Input)
    verdict = query_one("#verdict", Static)

    def __init__(self, time_range: TimeRange, *, now: datetime, zone: tzinfo | None) -> None:
        super().__init__()
        self._range = time_range
        self._now = now
        self._zone = zone
        self._zone_name = zone_name(zone, now)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content.styled(f"Time range ({self._zone_name})", "bold"))
            yield ListKeys(*(Option(Content(str(preset))) for preset in PRESETS), compact=True)
            with Horizontal(classes="field"):
                yield Static(Content("from "))
                yield SafeInput(
                    self._format(self._range.since),
                    id="since",
                    compact=True,
                    select_on_focus=False,
                    placeholder="2026-11-20 14:00:05",
                )
            with Horizontal(classes="field"):
                yield Static(Content("to   "))
                until = "now" if self._range.until is None else self._format(self._range.until)
                yield SafeInput(until, id="until", compact=True, select_on_focus=False, placeholder="now")
            yield Static(id="verdict")
            yield Static(Content.styled("enter take it · type a time, or tab to from and to · esc cancel", "dim"))

    def on_mount(self) -> None:
        self.presets.highlighted = PRESETS.index(self._range) if self._range in PRESETS else None
        self._judge()

    def on_key(self, event: Key) -> None:
        """A digit or a minus begins to type when the range begins."""
        if self.presets.has_focus and event.character and event.character in "0123456789-":
            event.stop()
            self.since.focus()
            self.since.value = event.character
            self.since.cursor_position = 1

    def _format(self, moment: object) -> str:
        if isinstance(moment, datetime):
            return format_time(moment, self._zone)
        return format_moment(moment)  # type: ignore[arg-type]

    def _read(self) -> tuple[TimeRange, Window]:
        since = parse_moment(self.since.value, now=self._now, zone=self._zone)
        if since is None:
            raise TimeTextError("the range can't begin now")
        time_range = TimeRange(since, parse_moment(self.until.value or "now", now=self._now, zone=self._zone))
        return time_range, time_range.resolve(self._now)

    @on(Input.Changed)
    def _judge(self) -> None:
        try:
            _, window = self._read()
        except TimeTextError as error:
            self.verdict.update(Content.styled(str(error), "$error"))
        else:
            start, end = format_time(window.start, self._zone), format_time(window.end, self._zone)
            self.verdict.update(Content.styled(f"{start} – {end} {self._zone_name}", "$foreground 60%"))

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        if self.presets.has_focus:
            self.since.value = self._format(PRESETS[event.option_index].since)
            self.until.value = "now"

    @on(OptionList.OptionSelected)
    def _preset(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(PRESETS[event.option_index])

    @on(Input.Submitted)
    def _custom(self) -> None:
        try:
            time_range, _ = self._read()
        except TimeTextError:
            self.app.bell()
        else:
            self.dismiss(time_range)
