"""The query language on a page: its notation, and from the tables its fields and predicates."""

from __future__ import annotations

from tui.app.screens.help import Section
from tui.domain.fields import FIELDS, Field, Kind
from tui.domain.predicates import PREDICATES

_NOTATION = (
    ("a b", "both; the same field twice, or a comma, is either: status:403,404"),
    ("a OR b  a | b", "either; groups in parentheses"),
    ("-a  NOT a", "not"),
    ('"a b"  /a|b/', "a text or a regular expression anywhere in the record"),
    ("field:value", "equal; field:none is blank; a value in quotes is taken as it is"),
    ("f:~part  f:a*b", "containing; with gaps"),
    ("f:/regex/", "fitting a regular expression"),
    ("f:>=500  f:a..b", "in order: numbers, addresses, and texts in body, header and query"),
    ("ip:10.0.0.0/8", "a network;  status:4xx  a hundred;  f:@file  any line of a file"),
    (
        "since: until:",
        "4h · yesterday 14:00 in quotes · mon · 14:05 · 2026-11-20T14:05;  created:14:00..14:30 · 14:05±5m",
    ),
    ("has:body.name", "something stands at that path, be it null"),
)


def language() -> list[Section]:
    """Sections for the help."""
    fields = [(f"{field.name}:", _about(field)) for field in FIELDS if field.kind is not Kind.TIME]
    predicates = [(f"is:{name}", predicate.about) for name, predicate in PREDICATES.items()]
    return [Section("The query", _NOTATION), Section("Fields", fields), Section("Predicates", predicates)]


def _about(field: Field) -> str:
    known = f": {', '.join(field.choices)}" if field.choices else ""
    aliases = f"  ({', '.join(field.aliases)})" if field.aliases else ""
    return f"{field.about}{known}{aliases}"
