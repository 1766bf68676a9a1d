"""Ids of requests and of what they acted upon: how they are told from their beginnings."""

from __future__ import annotations

import re

SHORTEST_BEGINNING = 6
"""Characters from which on the beginning of an id stands for it."""

_WHOLE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE)


def is_whole(text: str) -> bool:
    """Whether a text is surely an id in full, a uuid: anything else may be the beginning of a longer one."""
    return _WHOLE.fullmatch(text) is not None
