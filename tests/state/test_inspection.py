"""What is kept can be looked at without being touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.domain.identity import Identity
from tui.state.history import FILE_NAME as QUERIES
from tui.state.history import QueryHistory
from tui.state.inspection import inspect
from tui.state.layout import FILE_NAME as COLUMNS
from tui.state.layout import ChosenColumn, LayoutBook
from tui.state.marks import MarkBook, marks_file


def said(folder: Path) -> dict[str, str]:
    """What stands against each file, by its name."""
    return {kept.file.name: kept.problem for kept in inspect(folder)}


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path):
    assert said(tmp_path / "state") == {}


def test_everything_that_is_kept_is_found_and_can_be_read(tmp_path: Path):
    marks = marks_file(tmp_path, "https://api.portkey.ai/v1")
    MarkBook(marks).toggle(Identity("2026-11-20T14:05:09.000Z", "r1", "PUT", "/v2/prompts", "u1", 200))
    LayoutBook(tmp_path / COLUMNS).save([ChosenColumn("ip")])
    QueryHistory(tmp_path / QUERIES).add("is:failed")
    assert said(tmp_path) == {marks.name: "", COLUMNS: "", QUERIES: ""}


@pytest.mark.parametrize("name", ["marks-0123456789abcdef.json", "looks-0123456789abcdef.json", COLUMNS, QUERIES])
def test_what_can_not_be_read_is_left_where_it_is(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"\xff")
    assert said(tmp_path) == {name: "it holds something else"}
    assert (tmp_path / name).read_bytes() == b"\xff"


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path):
    (tmp_path / QUERIES).mkdir()
    assert said(tmp_path) == {QUERIES: "it is a folder"}


def test_what_an_explorer_put_aside_is_told(tmp_path: Path):
    file = marks_file(tmp_path, "https://api.portkey.ai/v1")
    file.write_bytes(b"[]")
    assert MarkBook(file).marked == frozenset()
    assert said(tmp_path) == {f"{file.name}.broken": "put aside, for it could not be read"}
