"""The columns of the table by name: a field of the records, or what stands at a path in one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from tui.domain.clean import clean
from tui.domain.fields import BY_ANY_NAME, COLUMNS, HEADERS, Column, Field, Kind
from tui.domain.json_values import NotJson, as_text, at_path, decode, items
from tui.domain.query_check import as_number
from tui.domain.query_scanner import QUALIFIER, format_path, read_path
from tui.domain.timestamps import parse_timestamp

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord

_PATH_WIDTHS = (12, 24)
_LONGEST_TITLE = 40
_TEXTS_KEPT = 512
_TYPED, _UNTYPED = 0, 1


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column under the name that queries call its values by, such as `ip` or `body.name`: a field, or what stands at
    `path` in one; and its title and width."""

    name: str
    field: Field
    path: tuple[str, ...]
    looks: Column

    def read(self, record: AuditRecord) -> str:
        """The full text of the column, "" where a record has none; several values at a path stand behind commas."""
        text = self.field.value(record)
        return _at_path(text, self.path, fold=self.field is HEADERS) if self.path else text


def column_for(name: str, width: int | None = None) -> TableColumn | None:
    """The column called `name`, also by another name of its field; None where there is none.

    With a `width` in cells it is just so wide, otherwise as wide as the field calls for.
    """
    match = QUALIFIER.fullmatch(f"{name.strip()}:")
    if match is None:
        return None
    field, path = BY_ANY_NAME.get(match[1].lower()), read_path(match[2])
    if field is None or bool(path) is not (field.kind is Kind.JSON):
        return None
    name = field.name + format_path(path)
    looks = field.column or _looks_of_path(clean(name, _LONGEST_TITLE))
    return TableColumn(name, field, path, looks if width is None else Column(looks.title, width))


def _looks_of_path(title: str) -> Column:
    least, most = _PATH_WIDTHS
    return Column(title, min(max(least, len(title)), most), 2)


USUAL_COLUMNS = tuple(column for field in COLUMNS if (column := column_for(field.name)) is not None)
"""The table's columns as long as nobody chose others."""


# Most columns hold the same few texts over and over again.
@lru_cache(_TEXTS_KEPT)
def order_key(kind: Kind, text: str) -> tuple[int, Any] | None:
    """What texts of a kind are sorted by, None for a blank one: numbers, times and addresses as what they are, and
    behind them texts as they are read."""
    if not text.strip():
        return None
    value = _typed(kind, text)
    return (_UNTYPED, text.casefold()) if value is None else (_TYPED, value)


def _typed(kind: Kind, text: str) -> Any:
    if kind in (Kind.NUMBER, Kind.JSON):
        return as_number(text)
    if kind is Kind.TIME:
        return parse_timestamp(text)
    if kind is Kind.ADDRESS:
        try:
            address = ip_address(text)
        except ValueError:
            return None
        return address.version << address.max_prefixlen | int(address)
    return None


# Rows are drawn again and again, and a body may be long.
@lru_cache(_TEXTS_KEPT)
def _at_path(text: str, path: tuple[str, ...], *, fold: bool) -> str:
    try:
        values = at_path(decode(text), path, fold=fold)
        return ", ".join(as_text(item) for value in values for item in items(value))
    except (NotJson, RecursionError):  # what is nested just as deeply as can be read can't be written any more
        return ""
