"""Queries as the text of the top line."""

from __future__ import annotations

import re

from tui.domain.fields import BY_NAME
from tui.domain.query import AuditQuery
from tui.domain.time_range import format_moment

_BARE = re.compile(r"[^\s\"(),|~*/@<>\\-][^\s\"(),|*\\]*")


def format_query(query: AuditQuery) -> str:
    """The query in the notation of the query bar: its clauses, then its range of time."""
    parts = [f"{BY_NAME[clause.field].name}:{quote(clause.value)}" for clause in query.clauses]
    since, until = query.time_range.since, query.time_range.until
    parts.append(f"since:{format_moment(since)}")
    if until is not None:
        parts.append(f"until:{format_moment(until)}")
    return " ".join(parts)


def quote(value: str) -> str:
    """The value as it must be written: bare where it reads back the same, otherwise in quotes."""
    if _BARE.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
