"""What tells one record from another."""

from __future__ import annotations

from typing import NamedTuple


class Identity(NamedTuple):
    """What tells a record from another.  A request id alone may repeat."""

    timestamp: str
    request_id: str
    method: str
    uri: str
    user_id: str
    status: int | str
