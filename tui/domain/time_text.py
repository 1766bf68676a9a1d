"""Moments and ranges of time in the words of a person, read and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import SequenceMatcher, get_close_matches

from tui.domain.clean import clean
from tui.domain.errors import TimeTextError
from tui.domain.time_range import Moment, TimeRange, instant_of

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = ("today", "yesterday", *_WEEKDAYS, *(name[:3] for name in _WEEKDAYS))
_WORDS = ("now", *_DAYS)
_MOMENT_FORMS = ("15m", "1h30m", "14:05", "yesterday 14:00", "mon", "2026-11-20", "2026-11-20T14:05:09Z", "1767225600")
_RANGE_FORMS = (*_MOMENT_FORMS, "14:00..14:30", "14:05±5m")

_FLAGS = re.IGNORECASE | re.ASCII
_COUNT = re.compile(r"(\d{1,12})\s*([smhdw])", _FLAGS)
_LENGTH = re.compile(rf"(?:{_COUNT.pattern}\s*)+", _FLAGS)
_AGO = re.compile(rf"(?:-\s*|last\s+)?{_LENGTH.pattern}(?:(?<=\s)ago)?", _FLAGS)
_UNIX = re.compile(r"(\d{10})(\d{3})?", _FLAGS)
_CALENDAR = re.compile(
    rf"""(?:(?P<day>\d{{4}}-\d\d-\d\d|{"|".join(_DAYS)})(?:\Z|\s+|T(?=\d)))?
        (?:(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{{1,9}}))?)?
        \s*(?P<offset>Z|[+-]\d\d(?::?[0-5]\d)?)?)?""",
    _FLAGS | re.VERBOSE,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=50 * 366)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)
"""The grain of the API's times, and of every instant that is read: a closed stretch ends one before the next begins."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What a text names: a day, a minute, a second or a millisecond, from the first to the last one in it."""

    start: datetime
    last: datetime
    zone: tzinfo | None
    """The zone it was written in."""


def parse_moment(text: str, *, now: datetime, zone: tzinfo | None = UTC) -> Moment | None:
    """Read a time as a person writes it; None is "now".

    Forms: `now`; how long ago: `15m`, `-2h`, `3d ago`, `last 24h`, `1h30m` (units s m h d w); a day: `2026-11-20`,
    `today`, `yesterday`, `mon` or `monday` (the last such day, be it today), which is its first instant; a day and a
    clock time, a blank or a T between: `mon 9:30`, `2026-11-20T14:05:09.250+01:00`; a clock time alone, of today; Unix
    time in seconds or milliseconds.  What is finer than a millisecond is dropped.

    A time without an offset is meant in `zone`, None being the machine's own.  `now` decides what "today" is.  Of a
    local time that happens twice the first is meant; one that doesn't exist is moved as far forward as the clock was.
    Raises `TimeTextError`, which says what can't be read and what forms there are.
    """
    reading = _read(text.strip(), now, zone, _MOMENT_FORMS)
    return reading.start if isinstance(reading, _Stretch) else reading


def parse_range(text: str, *, now: datetime, zone: tzinfo | None = UTC, around: datetime | None = None) -> TimeRange:
    """Read a range of time as a person writes it, its moments as in `parse_moment`.

    Forms: `a..b`; `a..`, up to now; `a±5m` or `a+-5m`, which no longer moves even where `a` does; `±5m`, the same
    around the instant `around`; a moment alone: all of the day, minute or second that it names, or from so long ago up
    to now.  In `a..b`, a bare clock time at the end follows `a`, on the same day or on the next, and is in the zone of
    `a`; a day at the end lies in the range as a whole.

    Whether a range ends before it begins is for its `resolve` to say.  Raises `TimeTextError`.
    """
    try:
        return _read_range(text.strip(), now, zone, around)
    except OverflowError:
        raise _impossible(text) from None


def _read_range(text: str, now: datetime, zone: tzinfo | None, around: datetime | None) -> TimeRange:
    before, dots, after = text.partition("..")
    if dots:
        return _between(before.strip(), after.strip(), now, zone)
    centre, sign, width = text.replace("+-", "±").rpartition("±")
    if sign:
        return _around(centre.strip(), width.strip(), now, zone, around)
    reading = _read(text, now, zone, _RANGE_FORMS)
    if isinstance(reading, _Stretch):
        return TimeRange(reading.start, reading.last)
    return TimeRange(_beginning(reading))


def _between(before: str, after: str, now: datetime, zone: tzinfo | None) -> TimeRange:
    if not before:
        raise TimeTextError("a range needs a beginning; write it before the two dots, as in 7d..yesterday")
    first = _read(before, now, zone, _MOMENT_FORMS)
    if not isinstance(first, _Stretch):
        since = _beginning(first)
        return TimeRange(since, _end(after, instant_of(since, now), zone, now, zone))
    return TimeRange(first.start, _end(after, first.start, first.zone, now, zone))


def _beginning(moment: timedelta | None) -> timedelta:
    if moment is None:
        raise TimeTextError("a range can't begin now; 15m is the last 15 minutes, and 0s.. what comes from now on")
    return moment


def _end(text: str, since: datetime, written_in: tzinfo | None, now: datetime, zone: tzinfo | None) -> Moment | None:
    """The end of a range that begins at `since`; a bare clock time follows it, and is meant in the zone of that."""
    if not text:
        return None
    match = _CALENDAR.fullmatch(text)
    if match and match["day"] is None:
        end = _named(match, since, written_in)
        if end.start < since:
            end = _named(match, since.astimezone(end.zone).date() + _DAY, written_in)
        return end.start
    last = _read(text, now, zone, _MOMENT_FORMS)
    if isinstance(last, _Stretch):
        return last.last if match and match["hour"] is None else last.start
    return last


def _around(centre: str, width: str, now: datetime, zone: tzinfo | None, around: datetime | None) -> TimeRange:
    if not _LENGTH.fullmatch(width):
        raise TimeTextError(f"can't read the width '±{clean(width, 40)}'; write ±30s, ±5m or ±1h30m")
    if centre:
        moment = parse_moment(centre, now=now, zone=zone)
        around = now if moment is None else instant_of(moment, now)
    elif around is None:
        raise TimeTextError(f"±{clean(width, 40)} needs a time to be around; write it before, as in 14:05±5m")
    middle = around.astimezone(UTC)
    middle -= timedelta(microseconds=middle.microsecond % 1000)
    length = _length(width)
    return TimeRange(_checked(middle - length, f"{centre}±{width}"), middle + length)


def _read(text: str, now: datetime, zone: tzinfo | None, forms: tuple[str, ...]) -> _Stretch | timedelta | None:
    """The one place where the forms of a moment are told apart."""
    if text.lower() == "now":
        return None
    if _AGO.fullmatch(text):
        return _length(text)
    if match := _UNIX.fullmatch(text):
        start = _EPOCH + timedelta(seconds=int(match[1]), milliseconds=int(match[2] or 0))
        return _Stretch(start, start + (timedelta() if match[2] else _SECOND - _MILLISECOND), zone)
    match = _CALENDAR.fullmatch(text)
    if match and text:
        return _named(match, now, zone)
    raise _unreadable(text, forms)


def _named(match: re.Match[str], now: datetime | date, zone: tzinfo | None) -> _Stretch:
    """The stretch that a match of `_CALENDAR` names; `now` says which day is today, or is that day."""
    try:
        zone = time.fromisoformat(f"00:00{match['offset'].upper()}").tzinfo if match["offset"] else zone
        today = now.astimezone(zone).date() if isinstance(now, datetime) else now
        stretch = _day(match["day"], today, zone) if match["hour"] is None else _clock(match, today, zone)
    except (ValueError, OverflowError):
        raise _impossible(match[0]) from None
    _checked(stretch.start, match[0])
    return stretch


def _day(text: str, today: date, zone: tzinfo | None) -> _Stretch:
    day = _date(text, today)
    return _Stretch(_instant(day, time(), zone), _instant(day + _DAY, time(), zone) - _MILLISECOND, zone)


def _clock(match: re.Match[str], today: date, zone: tzinfo | None) -> _Stretch:
    second, fraction = match["second"], match["fraction"]
    milliseconds = int(f"{fraction or ''}000"[:3])
    clock = time(int(match["hour"]), int(match["minute"]), int(second or 0), milliseconds * 1000)
    start = _instant(_date(match["day"] or "today", today), clock, zone)
    length = _MINUTE if second is None else _SECOND if fraction is None else _MILLISECOND
    return _Stretch(start, start + (length - _MILLISECOND), zone)


def _date(text: str, today: date) -> date:
    word = text.lower()
    if word in ("today", "yesterday"):
        return today if word == "today" else today - _DAY
    for weekday, name in enumerate(_WEEKDAYS):
        if word in (name, name[:3]):
            return today - timedelta((today.weekday() - weekday) % 7)
    return date.fromisoformat(text)


def _instant(day: date, clock: time, zone: tzinfo | None) -> datetime:
    """The first instant with this local time; a time that the clock left out is moved as far forward as the clock was.

    Both hold because `fold` is 0: the offset is the one from before the clock was changed.  `astimezone` would take the
    one from after it where `zone` is None.
    """
    second = datetime.combine(day, clock.replace(microsecond=0), zone).timestamp()
    return _EPOCH + timedelta(seconds=second, microseconds=clock.microsecond)


def _length(text: str) -> timedelta:
    seconds = sum(int(count) * _UNITS[unit.lower()] for count, unit in _COUNT.findall(text))
    if seconds > _LONGEST.total_seconds():
        raise TimeTextError(f"{clean(text, 40)} is more than fifty years")
    return timedelta(seconds=seconds)


def _checked(instant: datetime, text: str) -> datetime:
    if instant < _EPOCH:
        raise TimeTextError(f"{clean(text, 40)} is before 1970")
    return instant


def _impossible(text: str) -> TimeTextError:
    return TimeTextError(f"there is no such time as '{clean(text, 40)}'")


def _unreadable(text: str, forms: tuple[str, ...]) -> TimeTextError:
    """Says what may have been meant, and the forms there are: those of the most similar shape first."""
    head = text[:40].lower()
    words = re.findall("[a-z]+", head)
    near = [word for typed in words if typed not in _WORDS for word in get_close_matches(typed, _WORDS, 1)]
    advice = f": did you mean {near[0]}? Write" if near else "; write"
    shape = _shape(head)
    nearest = sorted(forms, key=lambda form: SequenceMatcher(None, _shape(form), shape).ratio(), reverse=True)
    return TimeTextError(f"can't read the time '{clean(text, 40)}'{advice} {', '.join(nearest)}")


def _shape(text: str) -> str:
    return re.sub("[a-zA-Z]", "a", re.sub("[0-9]", "0", text))
