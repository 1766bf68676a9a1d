"""A list of suspects in a file is read as it lies about: with comments, commas and blank lines, or refused in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.test_private_files import needs_permissions
from tui.domain.errors import QueryError
from tui.state.value_file import MOST_BYTES, MOST_VALUES, read_values

VALUES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20).filter(
    lambda value: not value.startswith("#") and not value.endswith(",") and value.strip("\ufeff") == value
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "suspects.txt"


def refusal(path: str) -> str:
    with pytest.raises(QueryError) as refused:
        read_values(path)
    return str(refused.value)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("10.0.0.1\n10.0.0.2\n", ("10.0.0.1", "10.0.0.2")),
            ("10.0.0.1\r\n10.0.0.2", ("10.0.0.1", "10.0.0.2")),
            ("  10.0.0.1\t\n\n   \n10.0.0.2", ("10.0.0.1", "10.0.0.2")),
            ("# seen on Monday\n10.0.0.1\n  # and again\n10.0.0.2", ("10.0.0.1", "10.0.0.2")),
            ("10.0.0.1,\n10.0.0.2 ,\n,\n", ("10.0.0.1", "10.0.0.2")),
            ("b\na\nb,\na", ("b", "a")),
            ("Team #1\nAna Ortiz", ("Team #1", "Ana Ortiz")),
            ("\ufeff10.0.0.1", ("10.0.0.1",)),
            ("\ufeff# note\n10.0.0.1", ("10.0.0.1",)),
            ("Zoë", ("Zoë",)),
        ],
        ids=range(10),
    )
    def test_one_value_a_line_each_once_in_their_order(self, path: Path, text: str, values: tuple[str, ...]) -> None:
        path.write_bytes(text.encode())
        assert read_values(str(path)) == values

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(values=st.lists(VALUES, min_size=1, max_size=20, unique=True))
    def test_values_written_one_a_line_are_read_as_they_are(self, path: Path, values: list[str]) -> None:
        path.write_text("\n".join(values), "utf-8")
        assert read_values(str(path)) == tuple(values)

    def test_a_tilde_is_the_home_folder(self, own_home: Path) -> None:
        (own_home / "ips.txt").write_text("10.0.0.1")
        assert read_values("~/ips.txt") == ("10.0.0.1",)

    def test_as_many_as_there_may_be(self, path: Path) -> None:
        path.write_text("\n".join(map(str, range(MOST_VALUES))))
        assert len(read_values(str(path))) == MOST_VALUES

    def test_as_big_as_it_may_be(self, path: Path) -> None:
        path.write_text("10.0.0.1\n".ljust(MOST_BYTES))
        assert read_values(str(path)) == ("10.0.0.1",)


class TestRefusing:
    def test_each_refusal_names_the_file_and_the_cause(self, path: Path) -> None:
        assert refusal(str(path)) == f"@{path}: there is no such file"
        assert refusal(str(path.parent)) == f"@{path.parent}: can't be read: it is a folder"

    @pytest.mark.parametrize(
        ("data", "cause"),
        [
            (b"x" * (MOST_BYTES + 1), "it is too big: 257 kB of 256"),
            (b"\n".join(b"%d" % number for number in range(MOST_VALUES + 1)), "it holds 10,001 values, and 10,000 are"),
            ("10.0.0.1".encode("utf-16"), "it is not text in UTF-8"),
            (b"10.0.0.1\0", "it is not text"),
            (b"", "it holds no value"),
            (b"# only\n\n , \n", "it holds no value"),
        ],
        ids=range(6),
    )
    def test_what_is_in_it_is_looked_at_first(self, path: Path, data: bytes, cause: str) -> None:
        path.write_bytes(data)
        assert f"@{path}: " in refusal(str(path))
        assert cause in refusal(str(path))

    @needs_permissions
    def test_a_file_that_may_not_be_read(self, path: Path) -> None:
        path.write_text("10.0.0.1")
        path.chmod(0)
        assert "can't be read: Permission denied" in refusal(str(path))

    def test_a_pipe_is_not_waited_for(self, path: Path) -> None:
        os.mkfifo(path)
        assert "can't be read: it is not a plain file" in refusal(str(path))

    @pytest.mark.parametrize("name", ["\0", "\ud800", "~nobody-of-that-name/x", "x" * 5_000])
    def test_a_path_that_can_not_be_one(self, name: str) -> None:
        assert refusal(name).startswith("@")

    def test_a_path_that_a_terminal_could_obey_is_shown_harmless(self) -> None:
        assert refusal("\x1b[2J") == r"@\u001b[2J: there is no such file"
