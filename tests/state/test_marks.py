"""Marks stay on their records, in the order of marking, until the reader takes them off."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.state.disks import BROKEN, fill
from tui.domain.identity import Identity
from tui.state.marks import MOST_MARKS, MarkBook, marks_file

BASE_URL = "https://api.portkey.ai/v1"
TEXTS = st.text(max_size=20)
IDENTITIES = st.builds(Identity, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0, 999) | TEXTS)


def record(number: int) -> Identity:
    return Identity(f"2026-11-20T12:00:{number:02}Z", f"req-{number}", "PUT", "/v1/api-keys/k", "u-1", 200)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return marks_file(tmp_path / "state", BASE_URL)


class TestMarking:
    def test_a_record_is_marked_and_unmarked_again(self) -> None:
        book = MarkBook(None)
        assert book.toggle(record(1))
        assert book.marked == {record(1)}
        assert not book.toggle(record(1))
        assert book.marked == frozenset()

    def test_they_are_kept_in_the_order_of_marking(self) -> None:
        book = MarkBook(None)
        for number in (3, 1, 2, 1, 1):
            book.toggle(record(number))
        assert book.ordered == (record(3), record(2), record(1))
        assert len(book) == 3

    def test_all_are_taken_off_at_once(self, path: Path) -> None:
        book = MarkBook(path)
        book.toggle(record(1))
        book.toggle(record(2))
        book.clear()
        assert len(book) == 0
        assert MarkBook(path).ordered == ()

    def test_records_that_share_a_request_id_are_marked_apart(self) -> None:
        book = MarkBook(None)
        book.toggle(record(1))
        assert record(1)._replace(status=500) not in book.marked


class TestAcrossRestarts:
    def test_each_change_is_there_at_the_next_start(self, path: Path) -> None:
        book = MarkBook(path)
        for number in (2, 1, 3, 1):
            book.toggle(record(number))
            assert MarkBook(path).ordered == book.ordered
        assert MarkBook(path).problem == ""

    @given(identities=st.lists(IDENTITIES, max_size=10))
    def test_whatever_a_record_says(self, identities: list[Identity]) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "marks.json"
            book = MarkBook(path)
            for identity in identities:
                book.toggle(identity)
            again = MarkBook(path)
        assert again.ordered == book.ordered
        assert [type(mark.status) for mark in again.ordered] == [type(mark.status) for mark in book.ordered]

    def test_the_file_is_plain_json_for_its_owner_alone(self, path: Path) -> None:
        MarkBook(path).toggle(record(1)._replace(uri="/v1/é\x1b[2J\u202e"))
        data = path.read_bytes()
        assert data.isascii()
        assert b"\x1b" not in data
        assert json.loads(data)["version"] == 1
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_each_api_has_marks_of_its_own(self, tmp_path: Path) -> None:
        MarkBook(marks_file(tmp_path, BASE_URL)).toggle(record(1))
        assert len(MarkBook(marks_file(tmp_path, "https://stage.example.com/v1"))) == 0
        assert len(MarkBook(marks_file(tmp_path, f"{BASE_URL}/"))) == 1

    def test_the_name_of_the_file_does_not_tell_the_address(self, path: Path) -> None:
        assert "portkey.ai" not in path.name


class TestTwoRuns:
    def test_neither_forgets_what_the_other_marked(self, path: Path) -> None:
        one, other = MarkBook(path), MarkBook(path)
        one.toggle(record(1))
        other.toggle(record(2))
        one.toggle(record(3))
        assert one.ordered == MarkBook(path).ordered == (record(1), record(2), record(3))

    def test_what_the_other_unmarked_does_not_come_back(self, path: Path) -> None:
        MarkBook(path).toggle(record(1))
        one, other = MarkBook(path), MarkBook(path)
        one.toggle(record(1))
        other.toggle(record(2))
        assert other.ordered == (record(2),)

    def test_a_toggle_does_what_the_reader_of_this_run_sees(self, path: Path) -> None:
        one, other = MarkBook(path), MarkBook(path)
        assert one.toggle(record(1))
        assert other.toggle(record(1))
        assert MarkBook(path).ordered == (record(1),)
        assert not one.toggle(record(1))
        assert not other.toggle(record(1))
        assert MarkBook(path).ordered == ()

    def test_clearing_leaves_what_this_run_never_showed(self, path: Path) -> None:
        one, other = MarkBook(path), MarkBook(path)
        one.toggle(record(1))
        other.toggle(record(2))
        one.clear()
        assert one.ordered == MarkBook(path).ordered == (record(2),)

    def test_what_the_disk_refused_joins_what_the_other_marked(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, other = MarkBook(path), MarkBook(path)
        make_room = fill(monkeypatch)
        one.toggle(record(1))
        make_room()
        other.toggle(record(2))
        one.toggle(record(3))
        assert one.ordered == MarkBook(path).ordered == (record(2), record(1), record(3))
        assert one.problem == ""

    def test_where_the_file_broke_meanwhile_marking_goes_on_and_that_is_told_once(self, path: Path) -> None:
        book = MarkBook(path)
        book.toggle(record(1))
        path.write_bytes(b"broken")
        book.toggle(record(2))
        assert book.ordered == MarkBook(path).ordered == (record(1), record(2))
        assert f"{path.name}.broken" in book.problem
        book.toggle(record(3))
        assert book.problem == ""


class TestTrouble:
    MORE_BROKEN = (
        b'{"version":1,"marks":[["t","r"]]}',
        b'{"version":1,"marks":[["t","r","m","u","a",[]]]}',
        b'{"version":1,"marks":[["t","r","m","u",5,200]]}',
        b'{"version":"1","marks":[]}',
    )

    @pytest.mark.parametrize("broken", [*BROKEN, *MORE_BROKEN], ids=range(len(BROKEN) + len(MORE_BROKEN)))
    def test_a_broken_file_is_kept_aside(self, path: Path, broken: bytes) -> None:
        path.parent.mkdir()
        path.write_bytes(broken)
        book = MarkBook(path)
        assert len(book) == 0
        assert f"{path.name}.broken" in book.problem
        assert path.with_name(f"{path.name}.broken").read_bytes() == broken
        book.toggle(record(1))
        assert MarkBook(path).ordered == (record(1),)

    def test_marks_written_twice_are_one(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text(json.dumps({"version": 1, "marks": [record(1), record(2), record(1)]}))
        assert MarkBook(path).ordered == (record(1), record(2))

    def test_where_nothing_can_be_written_marking_goes_on(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(monkeypatch)
        book = MarkBook(path)
        assert book.toggle(record(1))
        assert book.toggle(record(2))
        assert len(book) == 2
        assert "The marks last for this run only" in book.problem

    def test_of_too_many_the_oldest_go_and_that_is_told(self, path: Path) -> None:
        path.parent.mkdir()
        full = [record(number) for number in range(MOST_MARKS)]
        path.write_text(json.dumps({"version": 1, "marks": full}))
        book = MarkBook(path)
        assert (len(book), book.problem) == (MOST_MARKS, "")
        book.toggle(record(MOST_MARKS))
        assert book.ordered == (*full[1:], record(MOST_MARKS))
        assert book.problem == "Only the newest 10,000 marks are kept; older ones went."
        book.toggle(record(MOST_MARKS))
        assert book.problem == ""
