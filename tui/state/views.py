"""Queries that the reader gave a name, in a file that is as good to edit by hand and to keep in git."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tui.domain.clean import clean
from tui.domain.errors import QueryError
from tui.private_files import read_private, write_private
from tui.state.view_text import MOST_BYTES, Value, ViewTable, ViewText, new_table, new_text

FILE_NAME = "views.toml"
_LONGEST_NAME = 40
_WAYS, _COMMAND, _MUTED = "ring", "ring_command", "muted"
"""Keys of a view in the file."""


class Way(StrEnum):
    """A way in which a terminal calls whoever looks elsewhere."""

    BELL = "bell"
    TITLE = "title"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True)
class SavedView:
    """A query under a name, which `@name` opens.

    Followed records that fit it may ring: in `ways`, and by a `command`, program and arguments.
    """

    name: str
    query: str
    ways: tuple[Way, ...] = ()
    command: tuple[str, ...] = ()
    muted: bool = False

    @property
    def rings(self) -> bool:
        """Whether it is a watch rule, muted or not."""
        return bool(self.ways or self.command)


STARTER_VIEWS = (
    SavedView("failures", "is:failed since:24h"),
    SavedView("deletions", "op:delete since:7d"),
    SavedView("key-changes", "res:api-keys,virtual-keys since:7d"),
    SavedView("guardrail-changes", "res:guardrails since:7d"),
    SavedView("limits-lifted", "has:body.usage_limits body.usage_limits:none since:7d"),
    SavedView("robots", "is:machine since:24h"),
    SavedView("off-hours", "is:offhours since:7d"),
    SavedView("destructive", "is:destructive since:7d"),
    SavedView("auth-errors", "status:401,403 since:24h"),
)
"""What is there before the reader saves, moves or deletes a view."""


class ViewShelf:
    """The saved views in the reader's order.

    Each change reads the file anew, so that an editor or another run may change it too, and writes it at once.  Names
    are one where they differ in case only.  Everything here raises `QueryError` where the file can't be read or is no
    file of views, and leaves that file alone; a change also where the name won't do or the file can't be written.
    """

    def __init__(self, folder: Path | None) -> None:
        """`folder` is that of the configuration; without one the views last for this run."""
        self._file = folder / FILE_NAME if folder is not None else None
        self._text = new_text(tuple(new_table(view.name, view.query) for view in STARTER_VIEWS))
        """What stands in the file as long as there is none."""
        self._where = clean(str(self._file)) if self._file else "the views"
        self.silent = False
        """Whether nothing rings for the rest of this run."""

    def views(self) -> tuple[SavedView, ...]:
        return tuple(map(_view, self._read().tables))

    def find(self, name: str) -> SavedView | None:
        tables = self._read().tables
        place = _place(tables, name)
        return None if place is None else _view(tables[place])

    def save(self, name: str, query: str) -> None:
        """Put the query under the name: behind the others, or in place of the query that had it."""
        _check(name)
        text = self._read()
        place = _place(text.tables, name)
        try:
            tables = list(text.tables)
            if place is None:
                tables.append(new_table(name, query))
            else:
                tables[place] = tables[place].with_value("query", query)
        except ValueError as error:
            raise QueryError(f"can't save the query: {error}") from None
        self._write(text, tables)

    def rename(self, old: str, new: str) -> None:
        _check(new)
        text = self._read()
        place = _known_place(text.tables, old)
        if _place(text.tables, new) not in (None, place):
            raise QueryError(f"there is a view '{clean(new)}' already")
        self._put(text, place, "name", new)

    def ring(self, name: str, ways: Collection[Way]) -> None:
        """Have the view ring in these ways, beside the command that it may have."""
        text = self._read()
        self._put(text, _known_place(text.tables, name), _WAYS, [way.value for way in Way if way in ways])

    def mute(self, name: str, *, muted: bool) -> None:
        """Have the view ring no longer, or again as it did."""
        text = self._read()
        self._put(text, _known_place(text.tables, name), _MUTED, muted)

    def delete(self, name: str) -> None:
        text = self._read()
        tables = list(text.tables)
        del tables[_known_place(tables, name)]
        self._write(text, tables)

    def move(self, name: str, step: int) -> None:
        """Move the view `step` places down the list, up where that is negative, and no further than its end."""
        text = self._read()
        tables = list(text.tables)
        place = _known_place(tables, name)
        table = tables.pop(place)
        tables.insert(max(0, place + step), table)
        self._write(text, tables)

    def _read(self) -> ViewText:
        if self._file is None:
            return ViewText.parse(self._text)
        try:
            text = ViewText.parse(read_private(self._file, MOST_BYTES).decode("utf-8-sig"))
            _check_names(text.tables)
            for table in text.tables:
                _check_rings(table.says)
        except FileNotFoundError:
            return ViewText.parse(self._text)
        except OSError as error:
            raise QueryError(f"can't read {self._where}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise QueryError(f"can't read {self._where}: it is not text in UTF-8") from None
        except ValueError as error:
            raise QueryError(f"can't read {self._where}: {clean(str(error))}") from None
        return text

    def _put(self, text: ViewText, place: int, key: str, value: Value) -> None:
        tables = list(text.tables)
        tables[place] = tables[place].with_value(key, value)
        self._write(text, tables)

    def _write(self, text: ViewText, tables: Sequence[ViewTable]) -> None:
        try:
            changed = text.with_tables(tuple(tables))
        except ValueError as error:
            raise QueryError(f"can't change {self._where}: {error}") from None
        if self._file is None:
            self._text = changed
            return
        try:
            write_private(self._file, changed.encode())
        except OSError as error:
            raise QueryError(f"can't write {self._where}: {error.strerror}") from None


def _view(table: ViewTable) -> SavedView:
    says = table.says
    return SavedView(
        says["name"],
        says["query"],
        tuple(way for way in Way if way in says.get(_WAYS, ())),
        tuple(says.get(_COMMAND, ())),
        says.get(_MUTED, False),
    )


def _place(tables: Sequence[ViewTable], name: str) -> int | None:
    """Where the view of that name stands, or None."""
    names = (table.says["name"].casefold() for table in tables)
    return next((place for place, other in enumerate(names) if other == name.casefold()), None)


def _known_place(tables: Sequence[ViewTable], name: str) -> int:
    place = _place(tables, name)
    if place is None:
        raise QueryError(f"there is no view '{clean(name)}'")
    return place


def _check_names(tables: Sequence[ViewTable]) -> None:
    seen: set[str] = set()
    for name in (table.says["name"] for table in tables):
        _check(name)
        if name.casefold() in seen:
            raise QueryError(f"two views are named '{name}'")
        seen.add(name.casefold())


def _check_rings(says: Mapping[str, Any]) -> None:
    """Raises ValueError where what a view says of its ringing can't be meant."""
    ways, command = says.get(_WAYS, []), says.get(_COMMAND, [])
    problem = ""
    if not _are_texts(ways) or not set(ways) <= set(Way):
        problem = f"{_WAYS} is a list of {', '.join(Way)}"
    elif not _are_texts(command) or (command and not command[0]) or any("\0" in word for word in command):
        problem = f"{_COMMAND} is a list of texts, a program and its arguments"
    elif not isinstance(says.get(_MUTED, False), bool):
        problem = f"{_MUTED} is true or false"
    if problem:
        raise ValueError(f"of view '{says['name']}', {problem}")


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _check(name: str) -> None:
    fits = 1 <= len(name) <= _LONGEST_NAME and name == name.strip() == clean(name) and not name.startswith("@")
    if not fits:
        raise QueryError(
            f"'{clean(name, _LONGEST_NAME)}' can't be a view's name: 1 to {_LONGEST_NAME} visible characters, "
            "with no @ in front and no blank at either end"
        )
