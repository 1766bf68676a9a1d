"""What was asked before can be asked again."""

from __future__ import annotations

import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.state.disks import fill
from tui.state.history import MOST_QUERIES, QueryHistory

TYPED = st.text(st.characters(codec=None), max_size=30)
"""Any text at all, lone surrogates included."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "queries"


class TestRemembering:
    def test_the_newest_is_last(self) -> None:
        history = QueryHistory(None)
        for query in ("is:failed", "op:delete", "ip:10.0.0.1"):
            history.add(query)
        assert history.entries == ("is:failed", "op:delete", "ip:10.0.0.1")

    def test_a_repeated_one_moves_to_the_end(self) -> None:
        history = QueryHistory(None)
        for query in ("is:failed", "op:delete", " is:failed "):
            history.add(query)
        assert history.entries == ("op:delete", "is:failed")

    @pytest.mark.parametrize("blank", ["", "  ", "\t", "\n"])
    def test_a_blank_one_is_not_remembered(self, blank: str, path: Path) -> None:
        history = QueryHistory(path)
        history.add(blank)
        assert history.entries == ()
        assert not path.exists()

    def test_only_the_last_five_hundred_are(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text("".join(f"status:{number}\n" for number in range(MOST_QUERIES + 5)))
        history = QueryHistory(path)
        assert len(history.entries) == MOST_QUERIES
        history.add("status:new")
        assert (history.entries[0], history.entries[-1]) == ("status:6", "status:new")
        assert len(history.entries) == MOST_QUERIES


class TestAcrossRestarts:
    def test_the_file_is_text_of_a_query_a_line(self, path: Path) -> None:
        history = QueryHistory(path)
        history.add("is:failed")
        history.add('actor:"Zoë"')
        assert path.read_text("utf-8") == 'is:failed\nactor:"Zoë"\n'
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @given(typed=st.lists(TYPED, max_size=10))
    def test_whatever_was_typed(self, typed: list[str]) -> None:
        with TemporaryDirectory() as folder:
            history = QueryHistory(Path(folder) / "queries")
            for text in typed:
                history.add(text)
            again = QueryHistory(Path(folder) / "queries")
        assert again.entries == history.entries
        assert len(set(again.entries)) == len(again.entries)
        assert not any("\n" in entry for entry in again.entries)

    def test_blank_lines_and_repeats_of_another_writer_do_not_count(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"is:failed\r\n\n  op:delete\nis:failed")
        assert QueryHistory(path).entries == ("op:delete", "is:failed")


class TestTwoRuns:
    def test_neither_forgets_what_the_other_asked(self, path: Path) -> None:
        one, other = QueryHistory(path), QueryHistory(path)
        one.add("is:failed")
        other.add("op:delete")
        one.add("ip:10.0.0.1")
        assert one.entries == QueryHistory(path).entries == ("is:failed", "op:delete", "ip:10.0.0.1")

    def test_what_both_asked_stands_where_it_was_last_asked(self, path: Path) -> None:
        one, other = QueryHistory(path), QueryHistory(path)
        one.add("is:failed")
        one.add("op:delete")
        other.add("is:failed")
        assert other.entries == ("op:delete", "is:failed")


class TestTrouble:
    def test_a_file_that_is_no_text_is_kept_aside(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"\xff\xfe\x00")
        history = QueryHistory(path)
        assert history.entries == ()
        assert "queries.broken" in history.problem

    def test_where_nothing_can_be_written_it_lasts_for_the_run(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(monkeypatch)
        history = QueryHistory(path)
        history.add("is:failed")
        assert history.entries == ("is:failed",)
        assert "No space left" in history.problem
