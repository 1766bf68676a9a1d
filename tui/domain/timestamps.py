"""Times as Portkey writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_JS_DATE = re.compile(r"\w{3} (\w{3} \d{1,2} \d{4} \d{2}:\d{2}:\d{2}) GMT([+-]\d{4})")
_FRACTION = re.compile(r"(?<=:\d\d)[.,](\d+)")


def parse_timestamp(text: str) -> datetime | None:
    """Read every form of time that Portkey is known to send, as UTC; None for anything else.

    ISO 8601 with `Z`, an offset or neither (then UTC), with a blank for the `T`, any number of fraction digits, the
    text of a JavaScript Date, and Unix time in seconds or milliseconds.
    """
    text = text.strip()
    try:
        if match := _JS_DATE.match(text):
            return datetime.strptime(f"{match[1]} {match[2]}", "%b %d %Y %H:%M:%S %z").astimezone(UTC)
        if text.isascii() and text.replace(".", "", 1).isdigit() and len(text) >= 10:
            number = float(text)
            return datetime.fromtimestamp(number / 1000 if number >= 1e11 else number, UTC)
        text = _FRACTION.sub(lambda fraction: "." + fraction[1][:6].ljust(6, "0"), text)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
