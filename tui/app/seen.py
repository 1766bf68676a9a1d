"""What loaded records hold, for completing a query: values of a field or at a path, and the paths there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from tui.domain.fields import BY_NAME, FIELDS, Kind
from tui.domain.query_scanner import QUALIFIER, format_path, read_path
from tui.session.value_spread import seen_paths, texts_at

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord

_RECORDS = 500
"""The newest records, which are looked at; enough to be of help, few enough to be counted between two keys."""


class Seen:
    """Values and paths with how many of the newest loaded records have them; counted once, when first asked for."""

    def __init__(self, records: Iterable[AuditRecord] = ()) -> None:
        self._records = list(islice(records, _RECORDS))
        self._counted: dict[str, list[tuple[str, int]]] = {}

    def __call__(self, name: str) -> list[tuple[str, int]]:
        """For a field or a path its values, for a field of JSON alone its paths; the most frequent first."""
        if name not in self._counted:
            self._counted[name] = self._count(name)
        return self._counted[name]

    @property
    def paths(self) -> list[str]:
        """Every path there is, as a query writes it: `body.name`."""
        names = [field.name for field in FIELDS if field.kind is Kind.JSON]
        return [f"{name}.{path}" for name in names for path, _ in self(name)]

    def _count(self, name: str) -> list[tuple[str, int]]:
        match = QUALIFIER.fullmatch(f"{name}:")
        field = BY_NAME.get(match[1]) if match else None
        if match is None or field is None:
            return []
        path = read_path(match[2])
        counts: Counter[str] = Counter()
        for record in self._records:
            if field.kind is not Kind.JSON:
                counts[field.value(record)] += 1
            elif path:
                counts.update(texts_at(record, field, path))
            else:
                counts.update({format_path(place[1:])[1:] for place in seen_paths((record,)) if place[0] == field.name})
        return counts.most_common()
