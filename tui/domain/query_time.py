"""The range of time that the terms `since:`, `until:` and `created:` of a query set together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from tui.domain.errors import TimeTextError
from tui.domain.time_range import Moment, TimeRange, format_moment
from tui.domain.time_text import parse_moment, parse_range


class TimeTerms:
    """Takes the terms one after the other.  `usual` is the range where there are none."""

    def __init__(self, usual: TimeRange, now: datetime, zone: tzinfo | None) -> None:
        self._range = usual
        self._now = now
        self._zone = zone
        self._given: list[str] = []

    def can_take(self, word: str, written: str) -> bool:
        """Whether `written` is a time for this term, and it can stand beside those that were taken."""
        if self.problem_with(word):
            return False
        try:
            self._read(word, written)
        except TimeTextError:
            return False
        return True

    def problem_with(self, word: str) -> str:
        """Why a term can't stand beside those that were taken, "" where it can."""
        if word in self._given:
            return f"{word}: is given twice; leave out one of them"
        if self._given and "created" in (word, *self._given):
            return "created: sets both ends of the range, so since: and until: can't stand beside it"
        return ""

    def take(self, word: str, written: str) -> None:
        """Raises `TimeTextError` where it is no time."""
        self._given.append(word)
        self._range = self._read(word, written)

    def time_range(self) -> tuple[TimeRange, str]:
        """What was taken, and what is wrong with it as a whole, "" where nothing is.  Where it is an end alone, the
        range is as long as usual."""
        found = self._range
        if not self._given:
            return found, ""
        try:
            if self._given == ["until"] and isinstance(found.since, timedelta):
                found = replace(found, since=self._before(found.until, found.since))
            found.resolve(self._now)
        except (TimeTextError, OverflowError) as error:
            return found, str(error)
        return found, ""

    def _read(self, word: str, written: str) -> TimeRange:
        if word == "created":
            return parse_range(written, now=self._now, zone=self._zone)
        moment = parse_moment(written, now=self._now, zone=self._zone)
        if word == "until":
            return replace(self._range, until=moment)
        if moment is None:
            raise TimeTextError("a range can't begin now; since:15m is the last 15 minutes")
        return replace(self._range, since=moment)

    def _before(self, end: Moment | None, length: timedelta) -> Moment:
        """The moment that lies so long before an end."""
        if end is None:
            return length
        moment = end - length if isinstance(end, datetime) else end + length
        # It must be one that can be written, as everything in a query.
        parse_moment(format_moment(moment), now=self._now)
        return moment
