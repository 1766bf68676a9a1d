"""Stored values in the form that the switches say the API shows, and filters that compare with that form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from tui.demo.mixing import checksum
from tui.demo.switches import Switches

Shower = Callable[[str], str]

_CLOSED_FIELDS = frozenset({"method", "user_type", "response_status_code"})
"""Fields that are enumerations or numbers, and so never compared by parts."""

_COUNTRIES = {
    "AU": "Australia", "BR": "Brazil", "CA": "Canada", "CN": "China", "DE": "Germany", "ES": "Spain", "FR": "France",
    "GB": "United Kingdom", "IE": "Ireland", "IN": "India", "IT": "Italy", "JP": "Japan", "KR": "South Korea",
    "NG": "Nigeria", "NL": "Netherlands", "PL": "Poland", "PT": "Portugal", "RO": "Romania", "RU": "Russia",
    "SE": "Sweden", "SG": "Singapore", "UA": "Ukraine", "US": "United States", "VN": "Vietnam", "ZA": "South Africa",
}  # fmt: skip


def showers(switches: Switches, workspaces: Iterable[Mapping[str, Any]]) -> dict[str, Shower]:
    """For each field that isn't shown as it is stored, the function from the stored text to the shown one."""
    shown: dict[str, Shower] = {}
    if switches.timestamp_style != "ms-z":
        shown["timestamp"] = _TIMESTAMPS[switches.timestamp_style]
    if switches.country != "alpha2":
        shown["country"] = _country_name if switches.country == "name" else _nothing
    if switches.workspace_form != "uuid":
        slugs = {workspace["id"]: workspace["slug"] for workspace in workspaces}
        if switches.workspace_form == "mixed":
            slugs = {identifier: slug for identifier, slug in slugs.items() if checksum(identifier) % 2}
        shown["workspace_id"] = lambda identifier: slugs.get(identifier, identifier)
    return shown


def shown_record(record: dict[str, Any], shown: Mapping[str, Shower]) -> dict[str, Any]:
    """The record as it is sent."""
    return {**record, **{field: show(record[field]) for field, show in shown.items()}} if shown else record


def predicates(
    filters: Mapping[str, str], switches: Switches, shown: Mapping[str, Shower]
) -> dict[str, Callable[[str], bool]]:
    """For each filter a test of the stored text, which is compared as it is shown."""
    return {
        field: _predicate(
            tuple(text.split(",")) if switches.csv_filters == "on" else (text,),
            shown.get(field),
            contains=switches.string_filter == "contains" and field not in _CLOSED_FIELDS,
        )
        for field, text in filters.items()
    }


def _predicate(wanted: tuple[str, ...], show: Shower | None, *, contains: bool) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        held = show(value) if show else value
        return any(part in held for part in wanted) if contains else held in wanted

    return fits


def _nothing(_: str) -> str:
    return ""


def _country_name(code: str) -> str:
    return _COUNTRIES.get(code, code)


def _real_milliseconds(timestamp: str) -> str:
    """Records of one second share their milliseconds, so that the order stays what it is."""
    return f"{timestamp[:19]}.{checksum(timestamp) % 1000:03}Z"


def _blank(timestamp: str) -> str:
    return timestamp[:19].replace("T", " ")


def _javascript_date(timestamp: str) -> str:
    return f"{datetime.fromisoformat(timestamp):%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)"


def _with_offset(timestamp: str) -> str:
    zone = timezone(timedelta(hours=5, minutes=30))
    return datetime.fromisoformat(timestamp).astimezone(zone).isoformat(timespec="milliseconds")


def _if_it_is_a_time(show: Shower) -> Shower:
    """What an attacker wrote in its place is shown as it is."""

    def shown(timestamp: str) -> str:
        try:
            return show(timestamp)
        except (ValueError, OverflowError):
            return timestamp

    return shown


_TIMESTAMPS: dict[str, Shower] = {
    "ms-z-real": _real_milliseconds,
    "blank": _blank,
    "js-date": _if_it_is_a_time(_javascript_date),
    "offset": _if_it_is_a_time(_with_offset),
}
