"""The query of `GET /audit-logs`, read as strictly as the API is taken to read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tui.demo.refusals import invalid
from tui.demo.switches import Switches

MOST_ROWS = 100
"""The largest page_size that the API documents."""

ENUMERATIONS = {"method": ("POST", "PUT", "DELETE"), "user_type": ("user", "api_key")}
FILTERS = (
    "method", "uri", "request_id", "user_id", "user_type", "workspace_id", "response_status_code", "resource_type",
    "action", "client_ip", "country",
)  # fmt: skip

_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?")


@dataclass(frozen=True, slots=True)
class AuditParameters:
    """A valid query: `page` counts from 0, `filters` holds the values as sent."""

    start: datetime
    end: datetime
    page: int
    page_size: int
    filters: Mapping[str, str]


def read_parameters(query: Mapping[str, str], switches: Switches) -> AuditParameters:
    """Unknown parameters are ignored, empty filters lifted.  Raises `Refusal` (400 AB01)."""
    start = _time(query, "start_time", switches)
    end = _time(query, "end_time", switches)
    if start > end:
        raise invalid("start_time is after end_time")
    filters = {name: query[name] for name in FILTERS if query.get(name)}
    _check(filters, csv=switches.csv_filters == "on")
    page = _whole_number(query, "current_page", switches.page_base) - switches.page_base
    if page < 0:
        raise invalid("current_page")
    return AuditParameters(start, end, page, _page_size(query, switches), filters)


def _check(filters: Mapping[str, str], *, csv: bool) -> None:
    for name, text in filters.items():
        values = text.split(",") if csv else [text]
        if name in ENUMERATIONS and not set(values) <= set(ENUMERATIONS[name]):
            raise invalid(name)
        if name == "response_status_code" and not all(re.fullmatch(r"\d{1,9}", value, re.ASCII) for value in values):
            raise invalid(name)


def _time(query: Mapping[str, str], name: str, switches: Switches) -> datetime:
    text = query.get(name, "")
    if switches.raw_plus == "lenient":
        text = text.replace(" ", "+")
    match = _TIME.fullmatch(text)
    if not match or (match["zone"] not in (None, "Z") and not switches.accept_offset_input):
        raise invalid(name)
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid(name) from None


def _whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise invalid(name)
    return int(text)


def _page_size(query: Mapping[str, str], switches: Switches) -> int:
    size = _whole_number(query, "page_size", switches.default_page_size)
    if size > MOST_ROWS and switches.page_size_over == "400":
        raise invalid("page_size")
    if size == 0 and switches.page_size_zero == "400":
        raise invalid("page_size")
    if size == 0 and switches.page_size_zero == "default":
        return switches.default_page_size
    return min(size, MOST_ROWS)
