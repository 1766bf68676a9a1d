"""The table looks tomorrow as the reader left it today."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.state.disks import BROKEN, fill
from tui.state.layout import ChosenColumn, LayoutBook

COLUMNS = st.builds(ChosenColumn, st.text(min_size=1, max_size=20), st.none() | st.integers(1, 500))
CHOICE = (ChosenColumn("time", None), ChosenColumn("ip", 15), ChosenColumn("body.name", 30))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "columns.json"


class TestChoosing:
    def test_nobody_chose_yet(self, path: Path) -> None:
        assert LayoutBook(path).columns is None
        assert LayoutBook(None).columns is None

    def test_a_choice_holds_at_once_and_at_the_next_start(self, path: Path) -> None:
        book = LayoutBook(path)
        book.save(CHOICE)
        assert book.columns == CHOICE
        assert LayoutBook(path).columns == CHOICE
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @given(columns=st.lists(COLUMNS, max_size=6))
    def test_whatever_the_columns_are_called(self, columns: list[ChosenColumn]) -> None:
        with TemporaryDirectory() as folder:
            LayoutBook(Path(folder) / "columns.json").save(columns)
            assert LayoutBook(Path(folder) / "columns.json").columns == tuple(columns)

    def test_the_file_is_plain_json(self, path: Path) -> None:
        LayoutBook(path).save([ChosenColumn("body.naïve", 9)])
        assert path.read_bytes().isascii()
        assert json.loads(path.read_bytes()) == {"version": 1, "columns": [{"name": "body.naïve", "width": 9}]}

    @pytest.mark.parametrize(("name", "width"), [("", None), ("ip", 0), ("ip", -3)])
    def test_no_column_is_without_name_or_room(self, name: str, width: int | None) -> None:
        with pytest.raises(ValueError, match="a column has a name"):
            ChosenColumn(name, width)


class TestTrouble:
    MORE_BROKEN = (
        b'{"version":1,"columns":[{"name":"ip","width":0}]}',
        b'{"version":1,"columns":[{"name":"ip","width":"15"}]}',
        b'{"version":1,"columns":["ip"]}',
        b'{"version":1,"columns":null}',
    )

    @pytest.mark.parametrize("broken", [*BROKEN, *MORE_BROKEN], ids=range(len(BROKEN) + len(MORE_BROKEN)))
    def test_a_broken_file_counts_as_none_chosen(self, path: Path, broken: bytes) -> None:
        path.parent.mkdir()
        path.write_bytes(broken)
        book = LayoutBook(path)
        assert book.columns is None
        assert "The chosen columns of before can't be read" in book.problem
        book.save(CHOICE)
        assert LayoutBook(path).columns == CHOICE

    def test_where_nothing_can_be_written_the_choice_lasts_for_the_run(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(monkeypatch)
        book = LayoutBook(path)
        book.save(CHOICE)
        assert book.columns == CHOICE
        assert "No space left" in book.problem
