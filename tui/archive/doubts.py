"""What is to be said of a range of time that an archive answers for and can't vouch for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.archive.coverage import Coverage, Grade, Span
from tui.domain.time_range import format_duration, format_instant

if TYPE_CHECKING:
    from tui.archive.coverage import Stretch

_MOST_TOLD = 3


def told_gaps(span: Span, covered: Coverage) -> tuple[str, ...]:
    """Which parts of a span are not known to be whole, the newest first."""
    missing = covered.gaps(span)
    if not missing:
        return ()
    if missing == [span]:
        return ("Nothing of this range is known to be whole in the archive: what is here is what was looked at.",)
    return (f"Not whole in the archive: {_listed(missing)}.",)


def told_doubts(span: Span, covered: Coverage) -> tuple[str, ...]:
    """Which parts of a span were read in full and never were what the API counts."""
    doubted = [stretch.span for stretch in covered.within(span).stretches if _is_doubted(stretch)]
    return (f"Never as many records as the API counts: {_listed(doubted)}.",) if doubted else ()


def _is_doubted(stretch: Stretch) -> bool:
    return stretch.grade is Grade.DOUBTED


def _listed(spans: Sequence[Span]) -> str:
    newest = list(reversed(spans))
    told = [f"{format_instant(one.window.start)} to {format_instant(one.window.end)}" for one in newest[:_MOST_TOLD]]
    more = f" and {len(newest) - _MOST_TOLD:,} more" if len(newest) > _MOST_TOLD else ""
    length = sum((one.length for one in spans), timedelta())
    return f"{', '.join(told)}{more}, {format_duration(length)} together"
