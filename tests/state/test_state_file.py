"""What is kept for the next run is worth care, and never a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.state.disks import block, fill
from tui.state.state_file import MOST_BYTES, StateFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "things.json"


def as_number(data: bytes) -> int:
    """The parser of these tests."""
    return int(data)


def read(path: Path) -> tuple[int, str]:
    file = StateFile(path, "The things")
    return file.read(as_number, 0), file.problem


class TestKeeping:
    def test_the_next_run_reads_what_this_one_wrote(self, path: Path) -> None:
        StateFile(path, "The things").write(b"7")
        assert read(path) == (7, "")

    def test_nothing_kept_is_no_problem(self, path: Path) -> None:
        assert read(path) == (0, "")
        assert not path.parent.exists()

    def test_without_a_file_nothing_is_kept_and_nothing_said(self) -> None:
        file = StateFile(None, "The things")
        file.write(b"7")
        assert file.read(as_number, 0) == 0
        assert file.problem == ""

    def test_only_news_of_another_run_is_read_again(self, path: Path) -> None:
        file = StateFile(path, "The things")
        file.write(b"7")
        assert file.read(as_number, 0) == 0
        StateFile(path, "The things").write(b"8")
        assert file.read(as_number, 0) == 8
        assert file.read(as_number, 0) == 0


class TestAFileThatMakesNoSense:
    def test_it_is_put_aside_and_told(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"seven")
        value, problem = read(path)
        assert value == 0
        assert "The things of before can't be read" in problem
        assert f"kept as {path}.broken" in problem
        assert not path.exists()
        assert path.with_name("things.json.broken").read_bytes() == b"seven"

    @pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.write_bytes(b"x" * (MOST_BYTES + 1))], ids=range(2))
    def test_so_is_one_that_can_not_be_read(self, path: Path, make: object) -> None:
        path.parent.mkdir()
        assert callable(make)
        make(path)
        assert "is kept as" in read(path)[1]
        assert path.with_name("things.json.broken").exists()

    def test_where_it_can_not_be_put_aside_it_is_not_written_over(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"seven")
        (path.with_name("things.json.broken") / "in the way").mkdir(parents=True)
        file = StateFile(path, "The things")
        assert file.read(as_number, 0) == 0
        file.write(b"8")
        assert path.read_bytes() == b"seven"
        assert "those of this run are not kept" in file.problem

    def test_a_name_that_a_terminal_could_obey_is_shown_harmless(self, tmp_path: Path) -> None:
        path = tmp_path / "\x1b[2J"
        path.write_bytes(b"seven")
        assert "\x1b" not in read(path)[1]


class TestADiskThatRefuses:
    def test_it_is_told_with_its_cause_until_it_is_over(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = StateFile(path, "The things")
        make_room = fill(monkeypatch)
        for _ in range(2):
            file.write(b"7")
            assert file.problem == f"The things last for this run only: can't write {path} (No space left on device)."
        make_room()
        file.write(b"7")
        assert file.problem == ""
        assert path.read_bytes() == b"7"

    def test_what_was_kept_before_stays(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = StateFile(path, "The things")
        file.write(b"7")
        fill(monkeypatch)
        file.write(b"8")
        assert read(path)[0] == 7

    def test_no_folder_can_be_made(self, path: Path) -> None:
        block(path.parent)
        file = StateFile(path, "The things")
        file.read(as_number, 0)
        file.write(b"7")
        assert "those of this run are not kept" in file.problem

    def test_what_would_be_too_big_to_read_again_is_not_written(self, path: Path) -> None:
        file = StateFile(path, "The things")
        file.write(b"7")
        file.write(b"x" * (MOST_BYTES + 1))
        assert "too many to keep" in file.problem
        assert read(path)[0] == 7
