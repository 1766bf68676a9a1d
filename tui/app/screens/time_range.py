"""The dialog that chooses a range of time: presets, or a text that names one."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
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

from tui.app.screens.foot import Foot, FootKey
from tui.app.screens.pick import ListKeys
from tui.app.widgets.safe_input import SafeInput
from tui.domain.errors import TimeTextError
from tui.domain.time_range import PRESETS, Moment, TimeRange, Window, format_moment
from tui.domain.time_text import parse_moment, parse_range
from tui.formats.times import zone_name

_BEGINS_A_TIME = "0123456789-+±tymwfsln"
"""What a time begins with, in figures and in words; none of it is a key of the list."""
_RANGE_SIGNS = ("..", "±", "+-")
_CLOCK_TIME = timedelta(minutes=1)
"""A clock time names less than this: a minute, a second or a millisecond, each up to its last one."""
_MUTED = "$muted"
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


class TimeRangeScreen(ModalScreen[TimeRange | None]):
    """Ends with the range that was chosen, or None when the reader thought better of it.

    Times without an offset are meant in `zone`, which is the one on the screen; `now` is the server's clock, and
    `around` the time of the record that the reader looks at, if any.
    """

    PANE = "Time range"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="time.cancel", tooltip="Keep the range there is"),
    ]

    presets = query_one(OptionList)
    since = query_one("#since", Input)
    until = query_one("#until", Input)
    verdict = query_one("#verdict", Static)
    foot = query_one(Foot)

    def __init__(
        self, time_range: TimeRange, *, now: datetime, zone: tzinfo | None, around: datetime | None = None
    ) -> None:
        super().__init__()
        self._range = time_range
        self._now = now
        self._zone = zone
        self._around = around

    def compose(self) -> ComposeResult:
        since, until = self._range.since, self._range.until
        with Vertical(classes="box"):
            yield Static(Content.styled(f"Time range ({zone_name(self._zone, self._now)})", "bold"))
            yield ListKeys(*(Option(Content(str(preset))) for preset in PRESETS), compact=True)
            with Horizontal(classes="field"):
                yield Static(Content("from"))
                yield SafeInput(self._format(since), id="since", compact=True, select_on_focus=False)
            with Horizontal(classes="field"):
                yield Static(Content("to"))
                yield SafeInput(
                    "" if until is None else self._format(until),
                    id="until",
                    compact=True,
                    select_on_focus=False,
                    placeholder="now",
                )
            yield Static(id="verdict")
            yield Foot()

    def on_mount(self) -> None:
        self.foot.show_keys(
            [
                FootKey("enter", "take it", "take"),
                FootKey("/", "type", "type"),
                FootKey("tab", "from, to", "app.focus_next"),
                FootKey("esc", "cancel", "dismiss(None)"),
            ]
        )
        self._mark(self._range)
        self._judge()

    def on_key(self, event: Key) -> None:
        """What a time begins with begins to type one, and so does a slash."""
        if self.presets.has_focus and event.character and event.character in _BEGINS_A_TIME + "/":
            event.stop()
            self.action_type(event.character.strip("/"))

    def action_type(self, text: str = "") -> None:
        self.since.value, self.until.value = text, ""
        self.since.cursor_position = len(text)
        self.since.focus()

    def _format(self, moment: Moment) -> str:
        """The text that reads back as the same moment: with its offset where the clock shows that time twice."""
        if isinstance(moment, timedelta):
            return format_moment(moment)
        local = moment.astimezone(self._zone)
        precision = "milliseconds" if local.microsecond else "seconds"
        text = local.replace(tzinfo=None).isoformat(" ", precision)
        once = parse_moment(text, now=self._now, zone=self._zone) == moment
        return text if once else f"{text}{local:%z}"

    def _read(self) -> tuple[TimeRange, Window]:
        """The range that the fields name.

        The first can name a whole one; but a clock time alone is where it begins, as the word before it says.
        """
        since, until = self.since.value.strip(), self.until.value.strip()
        time_range = self._parse(f"{since}..{until}" if until else since)
        window = time_range.resolve(self._now)
        plain = not any(sign in since for sign in _RANGE_SIGNS)
        if not until and plain and not time_range.is_relative and window.length < _CLOCK_TIME:
            time_range = TimeRange(time_range.since)
            window = time_range.resolve(self._now)
        return time_range, window

    def _parse(self, text: str) -> TimeRange:
        return parse_range(text, now=self._now, zone=self._zone, around=self._around)

    @on(Input.Changed)
    def _judge(self) -> None:
        """Say what the fields mean, below them and in the list."""
        self.until.placeholder = "now"
        if not self.since.value.strip():
            self._say("When does it begin? Write a time, or a range of time.", _MUTED)
            return
        try:
            time_range, window = self._read()
        except TimeTextError as error:
            self._say(str(error), "$error")
            self.presets.highlighted = None
            return
        if time_range.until is not None:
            self.until.placeholder = self._format(time_range.until)
        self._say(_format_window(window, self._zone, self._now), "$foreground")
        if not self.presets.has_focus:
            self._mark(time_range)

    def _say(self, text: str, tone: str) -> None:
        """Draw this, and below it, where there is room, what can be written."""
        forms = f"4h · yesterday 14:00 · 14:00..14:30 · {'±5m' if self._around else '14:05±5m'}"
        self.verdict.update(Content.assemble((text, tone), "\n\n", (forms, _MUTED)))

    def _mark(self, time_range: TimeRange) -> None:
        self.presets.highlighted = PRESETS.index(time_range) if time_range in PRESETS else None

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        if self.presets.has_focus and event.option_index == self.presets.highlighted:
            self.since.value = self._format(PRESETS[event.option_index].since)
            self.until.value = ""

    @on(OptionList.OptionSelected)
    def _preset(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(PRESETS[event.option_index])

    @on(Input.Submitted)
    def action_take(self) -> None:
        try:
            time_range, _ = self._read()
        except TimeTextError:
            self.app.bell()
        else:
            self.dismiss(time_range)


def _format_window(window: Window, zone: tzinfo | None, now: datetime) -> str:
    """`20 Nov 14:00:00 – 14:30:00 UTC · 30 m`, with the years where one isn't the present one."""
    start, end, today = (instant.astimezone(zone) for instant in (window.start, window.end, now))
    day = "{0.day} {0:%b}" if start.year == end.year == today.year else "{0.day} {0:%b %Y}"
    first, last = f"{day.format(start)} {start:%H:%M:%S}", f"{end:%H:%M:%S}"
    if start.date() != end.date():
        last = f"{day.format(end)} {last}"
    zone_first, zone_last = zone_name(zone, window.start), zone_name(zone, window.end)
    if zone_first != zone_last:
        first = f"{first} {zone_first}"
    return f"{first} – {last} {zone_last} · {_format_length(window.length)}"


def _format_length(length: timedelta) -> str:
    """`1 d 2 h`, to the second; a stretch that ends with its last millisecond lasts until the next one begins."""
    left = round(length.total_seconds())
    parts: list[str] = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "under 1 s"
