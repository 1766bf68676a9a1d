"""Where an export goes: it is there when it is whole, or not at all, and what was there stays."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_private_files import no_room_beyond, umask
from tui.exporting.destination import AlreadyThere, ExportFile, ExportStream, Spool, Unwritable, Written
from tui.private_files import Draft


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir(mode=0o755)
    return folder


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "a.csv"


def manifest_of(file: Path) -> Path:
    return file.parent / f"{file.name}.manifest.json"


def described(written: Written) -> str:
    return f"{written.name} {written.size} {written.sha256}"


def written(destination: ExportFile, text: str = "a,b\r\n") -> None:
    """Write an export as it is written."""
    try:
        destination.open()
        destination.write(text)
        destination.write("é\n")
        destination.seal(described)
        destination.place()
    finally:
        destination.discard()


class TestFiles:
    @pytest.mark.parametrize("mask", [0o000, 0o022])
    def test_file_and_manifest_are_there_and_closed_to_others(self, folder: Path, file: Path, mask: int):
        with umask(mask):
            written(ExportFile(file))
        data = "a,b\r\né\n".encode()
        assert file.read_bytes() == data
        assert manifest_of(file).read_text() == f"a.csv {len(data)} {sha256(data).hexdigest()}"
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert len(list(folder.iterdir())) == 2

    def test_the_folder_stays_as_it_is(self, folder: Path, file: Path):
        written(ExportFile(file))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755

    def test_nothing_is_to_be_seen_before_it_is_whole(self, file: Path):
        destination = ExportFile(file)
        destination.open()
        destination.write("a")
        destination.seal(described)
        assert not file.exists()
        assert not manifest_of(file).exists()
        destination.discard()
        assert list(file.parent.iterdir()) == []

    @pytest.mark.parametrize("there", ["file", "manifest"])
    def test_what_is_there_stays_unless_it_may_be_replaced(self, file: Path, there: str):
        in_the_way = file if there == "file" else manifest_of(file)
        in_the_way.write_text("before")
        with pytest.raises(AlreadyThere, match="is there already"):
            written(ExportFile(file))
        assert in_the_way.read_text() == "before"
        assert list(file.parent.iterdir()) == [in_the_way]
        written(ExportFile(file, replace=True))
        assert file.read_text().startswith("a,b")
        assert manifest_of(file).read_text().startswith("a.csv")

    @pytest.mark.parametrize("there", ["file", "manifest"])
    def test_also_what_came_while_it_was_written(self, file: Path, there: str):
        destination = ExportFile(file)
        destination.open()
        destination.seal(described)
        in_the_way = file if there == "file" else manifest_of(file)
        in_the_way.write_text("somebody's")
        with pytest.raises(AlreadyThere):
            destination.place()
        destination.discard()
        assert in_the_way.read_text() == "somebody's"
        assert list(file.parent.iterdir()) == [in_the_way]

    @pytest.mark.parametrize("replace", [True, False])
    @pytest.mark.parametrize("there", ["file", "manifest"])
    @pytest.mark.parametrize("leads", ["nowhere", "to a file"])
    def test_a_link_is_neither_followed_nor_replaced(
        self, tmp_path: Path, file: Path, replace: bool, there: str, leads: str
    ):
        victim = tmp_path / "victim"
        if leads == "to a file":
            victim.write_text("untouched")
        in_the_way = file if there == "file" else manifest_of(file)
        in_the_way.symlink_to(victim)
        with pytest.raises(Unwritable, match="is a link to another file"):
            written(ExportFile(file, replace=replace))
        assert list(file.parent.iterdir()) == [in_the_way]
        assert not victim.exists() or victim.read_text() == "untouched"

    @pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
    def test_so_is_whatever_is_no_plain_file(self, file: Path, make: Callable[[Path], None]):
        make(file)
        with pytest.raises(Unwritable, match="is not a plain file"):
            written(ExportFile(file, replace=True))
        assert list(file.parent.iterdir()) == [file]

    @pytest.mark.parametrize("name", ["", ".", "..", "/", "/dev/null"])
    def test_and_what_is_no_name_of_a_file(self, name: str):
        with pytest.raises(Unwritable):
            ExportFile(Path(name), replace=True).check()

    @pytest.mark.parametrize(
        ("name", "told"),
        [("none/a.csv", "There is no folder"), ("taken/a.csv", "taken is not a folder"), ("x" * 250, "is too long")],
    )
    def test_a_name_that_can_not_be_had(self, folder: Path, name: str, told: str):
        (folder / "taken").write_text("a file")
        with pytest.raises(Unwritable, match=told) as refused:
            written(ExportFile(folder / name))
        assert refused.value.cure.endswith(".")
        assert [path.name for path in folder.iterdir()] == ["taken"]

    def test_what_the_name_holds_can_not_act_on_a_terminal(self, folder: Path):
        with pytest.raises(Unwritable) as refused:
            ExportFile(folder / "\x1b[2J" / "a.csv").check()
        assert "\\u001b[2J" in refused.value.cause


class TestFaults:
    """Whatever fails while it is written: it is told with its cure, and nothing is left."""

    @pytest.mark.parametrize(
        ("number", "told"),
        [
            (errno.ENOSPC, "There is no room for all of"),
            (errno.EDQUOT, "There is no room for all of"),
            (errno.EIO, "The disk failed"),
            (errno.EROFS, "may not be written to"),
            (errno.EACCES, "may not be written to"),
            (errno.ESTALE, "can't be written: "),
        ],
    )
    @pytest.mark.parametrize("step", ["__init__", "write", "seal", "place"])
    @pytest.mark.parametrize("which", [1, 2], ids=["file", "manifest"])
    def test_at_each_step(
        self, file: Path, number: int, told: str, step: str, which: int, monkeypatch: pytest.MonkeyPatch
    ):
        real, calls = getattr(Draft, step), [0]
        faulty = which + 1 if step == "write" and which == 2 else which

        def failing(draft: Draft, *given: object, **more: object) -> object:
            calls[0] += 1
            if calls[0] == faulty:
                raise OSError(number, os.strerror(number))
            return real(draft, *given, **more)

        monkeypatch.setattr(Draft, step, failing)
        with pytest.raises(Unwritable, match=told) as refused:
            written(ExportFile(file))
        assert calls[0] == faulty
        assert refused.value.cure
        assert list(file.parent.iterdir()) == []

    def test_where_there_is_no_room(self, file: Path):
        with no_room_beyond(1_000), pytest.raises(Unwritable, match="no room for all of"):
            written(ExportFile(file), "x" * 100_000)
        assert list(file.parent.iterdir()) == []

    def test_what_may_be_replaced_stays_where_its_heir_fails(self, file: Path):
        file.write_text("before")
        with no_room_beyond(1_000), pytest.raises(Unwritable):
            written(ExportFile(file, replace=True), "x" * 100_000)
        assert file.read_text() == "before"


class TestStreams:
    def test_text_is_put_as_it_comes(self):
        put: list[str] = []
        stream = ExportStream(put.append)
        stream.open()
        stream.write("a")
        stream.write("b")
        stream.seal(described)
        stream.place()
        stream.discard()
        assert put == ["a", "b"]

    def test_that_there_is_no_room_is_told(self):
        def put(_: str) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with pytest.raises(Unwritable, match="There is no room for all of the output"):
            ExportStream(put).write("a")

    def test_that_nobody_reads_is_no_fault_of_the_disk(self):
        def put(_: str) -> None:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

        with pytest.raises(BrokenPipeError):
            ExportStream(put).write("a")


class TestSpools:
    @given(st.lists(st.text(st.characters(codec="utf-8"))))
    def test_what_was_written_comes_in_pieces(self, texts: list[str]):
        spool = Spool()
        for text in texts:
            spool.write(text)
        assert "".join(spool.pieces()) == "".join(texts)
        spool.close()

    def test_that_there_is_no_room_is_told(self):
        spool = Spool()
        with no_room_beyond(1_000), pytest.raises(Unwritable, match="folder for temporary files") as refused:
            spool.write("x" * 100_000)
        assert "TMPDIR" in refused.value.cure
        spool.close()
