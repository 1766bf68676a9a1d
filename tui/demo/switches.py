"""The readings of the API that nobody could check, each a switch; the likeliest reading is the default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Literal, get_args, get_type_hints


class SettingError(ValueError):
    """The stand-in can't be set up like that; the message says what can."""


@dataclass(frozen=True, slots=True)
class Switches:
    """How the stand-in reads what the documentation leaves open, and how lively its data are.

    A switch with a closed set of values names its default first.  Durations are in seconds.
    """

    page_base: Literal[0, 1] = 0
    org_param: Literal["reject", "ignore", "must-match", "required"] = "reject"
    total_past_end: Literal["zero", "constant"] = "zero"
    total_meaning: Literal["window", "page"] = "window"
    envelope: Literal["full", "records-only"] = "full"
    object_value: Literal["analytics-graph", "list", "absent"] = "analytics-graph"
    start_inclusive: Literal[True, False] = True
    end_inclusive: Literal[True, False] = True
    timestamp_style: Literal["ms-z", "ms-z-real", "blank", "js-date", "offset"] = "ms-z"
    accept_offset_input: Literal[True, False] = True
    raw_plus: Literal["400", "lenient"] = "400"
    default_page_size: Literal[50, 20, 100] = 50
    page_size_over: Literal["400", "clamp"] = "400"
    page_size_zero: Literal["empty", "default", "400"] = "empty"
    workspace_form: Literal["uuid", "slug", "mixed"] = "uuid"
    workspace_filter_mismatch: Literal["silent-empty", "silent-all"] = "silent-empty"
    filters: Literal["honoured", "ignored"] = "honoured"
    string_filter: Literal["exact", "contains"] = "exact"
    csv_filters: Literal["off", "on"] = "off"
    country: Literal["alpha2", "name", "empty"] = "alpha2"
    error_envelope: Literal["A", "B", "C", "flat"] = "A"
    refused_lists: Literal["none", "users", "workspaces", "api-keys", "all"] = "none"
    tie_order: Literal["stable", "shuffled"] = "stable"

    grow: float = 0.0
    """Records that arrive a second."""
    late: float = 0.0
    """How old a record may be when it becomes visible."""
    drift: int = 0
    """Records that arrive after every page of audit logs, so that the next page is shifted by them."""
    repeated_ids: float = 0.0
    """The share of arriving records that carry the request_id of the one before."""

    latency: float = 0.0
    """What every answer takes."""
    slow_seconds: float = 5.0
    """What the fault `slow` takes before its first byte."""
    drip_seconds: float = 0.01
    """The pause between two bytes of the fault `drip`."""
    retry_after: int = 2
    """The seconds that rate limits ask to wait."""
    redirect_to: str = "http://elsewhere.invalid"
    """The origin that the redirect faults point to."""

    def changed(self, values: Mapping[str, Any]) -> Switches:
        """These switches with `values` set, given as their text or as JSON would give them.  Raises `SettingError`."""
        return replace(self, **{name: _parsed(name, value) for name, value in values.items()})


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping; names may be written with dashes.  Raises `SettingError`."""
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise SettingError(f"a switch is written NAME=VALUE, not {assignment!r}")
        values[name.strip().replace("-", "_")] = value.strip()
    return values


@cache
def choices() -> dict[str, tuple[Any, ...]]:
    """Each switch with the values it may take, default first; none for a switch that takes any number or text."""
    hints = get_type_hints(Switches)
    return {field.name: get_args(hints[field.name]) for field in fields(Switches)}


def nearest(name: str, known: Iterable[str]) -> str:
    """Which known name may have been meant, as the end of a sentence; else all of them."""
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(names)}"


def _parsed(name: str, value: Any) -> Any:
    if name not in choices():
        raise SettingError(f"no switch {name!r}; {nearest(name, choices())}")
    text = str(value)
    if allowed := choices()[name]:
        by_text = {str(choice).casefold(): choice for choice in allowed}
        if text.casefold() not in by_text:
            raise SettingError(f"switch {name} is one of {', '.join(by_text)}, not {text!r}")
        return by_text[text.casefold()]
    kind = type(getattr(Switches(), name))
    if kind is str:
        return _printable(name, text)
    try:
        number = kind(text)
    except ValueError:
        raise SettingError(f"switch {name} is a number, not {text!r}") from None
    if not 0 <= number < 1_000_000:
        raise SettingError(f"switch {name} is a number from 0 to 999,999, not {text!r}")
    return number


def _printable(name: str, text: str) -> str:
    """Text that can stand in a header."""
    if not (text.isascii() and text.isprintable()):
        raise SettingError(f"switch {name} is printable ASCII, not {text!r}")
    return text
