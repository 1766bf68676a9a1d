"""The text of a file of saved views: read as TOML, and changed so that all else in it stays as its writer left it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.domain.clean import UNSAFE

MOST_BYTES = 1024 * 1024
_VERSION = 1
_HEAD = f"version = {_VERSION}"
_TABLE_BEGINS = re.compile(r"\s*\[\[\s*view\s*\]\]")
_STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_VALUE = rf"""(?:{_STRING}|\[(?:{_STRING}|[^]"'#])*+]|true|false)"""
_QUERY_LINE = re.compile(r"^([ \t]*)query[ \t]*=.*$", re.MULTILINE)

Value = str | bool | list[str]
"""What the program writes."""


@dataclass(frozen=True, slots=True)
class ViewTable:
    """One `[[view]]`: what it says, and its lines with the comment right above it."""

    says: Mapping[str, Any]
    lines: str

    def with_value(self, key: str, value: Value) -> ViewTable:
        """The table with one of its values replaced, or with one more, below its query.  Raises ValueError where TOML
        can't hold the value."""
        written = toml_value(value)
        if key in self.says:
            held = re.compile(rf"^([ \t]*{key}[ \t]*=[ \t]*){_VALUE}", re.MULTILINE)
            lines = held.sub(lambda found: found[1] + written, self.lines, count=1)
        else:
            lines = _QUERY_LINE.sub(lambda found: f"{found[0]}\n{found[1]}{key} = {written}", self.lines, count=1)
        return ViewTable({**self.says, key: value}, lines)


@dataclass(frozen=True, slots=True)
class ViewText:
    """A whole file: all that it says, the lines above the first view, and the views in their order."""

    says: Mapping[str, Any]
    head: str
    tables: tuple[ViewTable, ...]

    @classmethod
    def parse(cls, text: str) -> ViewText:
        """Raises ValueError, with line or cause, where the text is no file of views."""
        try:
            says = tomllib.loads(text)
        except RecursionError:
            raise ValueError("it is nested too deep") from None
        if says.get("version") != _VERSION:
            raise ValueError(f"this program reads files whose first line is `{_HEAD}`")
        views = says.get("view", [])
        if not (isinstance(views, list) and all(isinstance(view, dict) for view in views)):
            raise ValueError("each view is a table of its own, [[view]]")
        for number, view in enumerate(views, 1):
            if not all(isinstance(view.get(key), str) for key in ("name", "query")):
                raise ValueError(f"view {number} must have a name and a query, both text")
        head, *parts = _parts(text)
        if len(parts) != len(views):
            # Written in another of TOML's ways, which can be read and not changed.
            head, parts = text, [""] * len(views)
        return cls(says, head, tuple(map(ViewTable, views, parts)))

    def with_tables(self, tables: tuple[ViewTable, ...]) -> str:
        """The text with these views in place of its own.  Raises ValueError where it can't be just that."""
        text = "\n\n".join(part.strip() for part in (self.head, *(table.lines for table in tables))) + "\n"
        wanted = {**self.says, "view": [table.says for table in tables]}
        try:
            said = {"view": [], **tomllib.loads(text)}
        except tomllib.TOMLDecodeError:
            said = {}
        if said != wanted:
            raise ValueError(
                "only by hand can it be changed without loss, unless each view stands under [[view]], "
                "with name and query on a line each"
            )
        if len(text.encode()) > MOST_BYTES:
            raise ValueError(f"it would be larger than {MOST_BYTES // 1024:,} kB")
        return text


def new_table(name: str, query: str) -> ViewTable:
    """Raises ValueError where TOML can't hold one of them."""
    lines = f"[[view]]\nname = {toml_string(name)}\nquery = {toml_string(query)}"
    return ViewTable({"name": name, "query": query}, lines)


def new_text(tables: tuple[ViewTable, ...]) -> str:
    return ViewText({"version": _VERSION}, _HEAD, ()).with_tables(tables)


def toml_value(value: Value) -> str:
    """The value in TOML, on one line.  Raises ValueError as `toml_string` does."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return toml_string(value)
    return f"[{', '.join(map(toml_string, value))}]"


def toml_string(text: str) -> str:
    """The string in TOML, with as few escapes as it takes.  Raises ValueError for half a surrogate pair."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it holds half a character, which no file can keep")
    safe = UNSAFE.search(text) is None
    if safe and "'" not in text and ('"' in text or "\\" in text):
        return f"'{text}'"
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return '"' + UNSAFE.sub(lambda found: f"\\U{ord(found[0]):08X}", escaped) + '"'


def _parts(text: str) -> list[str]:
    """The lines above the first view, and those of each; a comment right above a view is the view's."""
    parts = [""]
    comment = ""
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("#"):
            comment += line
        elif _TABLE_BEGINS.match(line):
            parts.append(comment + line)
            comment = ""
        else:
            parts[-1] += comment + line
            comment = ""
    parts[-1] += comment
    return parts
