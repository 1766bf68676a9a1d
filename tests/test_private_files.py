"""Files of the reader's own are written whole or not at all, and nobody else reads or plants them."""

from __future__ import annotations

import errno
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.private_files import Draft, read_plain, read_private, write_private

pytestmark = pytest.mark.proof("T16")

needs_permissions = pytest.mark.skipif(os.getuid() == 0, reason="nothing is read-only to root")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "one" / "two" / "portkey-audit"


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "kept.json"


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """The system refuses to let any file grow larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def no_links(_: Path, __: Path) -> None:
    """As a disk refuses that gives a file one name only."""
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


class TestWriting:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.binary(max_size=200))
    def test_what_was_written_is_read(self, file: Path, data: bytes) -> None:
        write_private(file, data)
        assert read_private(file, 200) == data

    @pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
    def test_file_and_new_folders_are_closed_to_others_whatever_the_umask(
        self, tmp_path: Path, file: Path, mask: int
    ) -> None:
        with umask(mask):
            write_private(file, b"secret")
        assert mode(file) == 0o600
        assert [mode(level) for level in (tmp_path / "one", tmp_path / "one" / "two", file.parent)] == [0o700] * 3

    def test_folders_that_were_there_stay_as_they_are(self, tmp_path: Path, file: Path) -> None:
        (tmp_path / "one").mkdir(mode=0o755)
        (tmp_path / "one").chmod(0o755)
        write_private(file, b"")
        assert mode(tmp_path / "one") == 0o755

    def test_but_the_one_that_holds_the_file_is_closed(self, folder: Path, file: Path) -> None:
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        write_private(file, b"")
        assert mode(folder) == 0o700

    def test_a_file_that_others_could_read_is_closed(self, file: Path) -> None:
        write_private(file, b"old")
        file.chmod(0o644)
        write_private(file, b"new")
        assert mode(file) == 0o600

    def test_nothing_is_left_beside_it(self, folder: Path, file: Path) -> None:
        write_private(file, b"first")
        write_private(file, b"second")
        assert list(folder.iterdir()) == [file]

    def test_where_there_is_no_room_the_file_is_what_it_was(self, folder: Path, file: Path) -> None:
        write_private(file, b"before")
        with no_room_beyond(100), pytest.raises(OSError, match="too large"):
            write_private(file, b"x" * 1_000)
        assert file.read_bytes() == b"before"
        assert list(folder.iterdir()) == [file]


class TestWhatMayStandInTheWay:
    def test_a_link_in_the_files_place_is_replaced_and_not_followed(self, tmp_path: Path, file: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_text("untouched")
        file.parent.mkdir(parents=True)
        file.symlink_to(victim)
        write_private(file, b"mine")
        assert victim.read_text() == "untouched"
        assert not file.is_symlink()
        assert file.read_bytes() == b"mine"

    def test_so_is_one_that_leads_nowhere(self, tmp_path: Path, file: Path) -> None:
        file.parent.mkdir(parents=True)
        file.symlink_to(tmp_path / "nowhere")
        write_private(file, b"mine")
        assert file.read_bytes() == b"mine"
        assert not (tmp_path / "nowhere").exists()

    @pytest.mark.parametrize("open_to", [0o777, 0o770, 0o707, 0o1777])
    def test_a_folder_that_others_may_write_to_is_not_used(self, folder: Path, file: Path, open_to: int) -> None:
        folder.mkdir(parents=True)
        folder.chmod(open_to)
        with pytest.raises(PermissionError, match="others may write to its folder"):
            write_private(file, b"")
        assert list(folder.iterdir()) == []
        assert mode(folder) == open_to

    def test_nor_is_somebody_elses(self, folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir(parents=True, mode=0o700)
        monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
        with pytest.raises(PermissionError, match="its folder belongs to somebody else"):
            write_private(file, b"")
        assert list(folder.iterdir()) == []

    def test_ones_own_link_to_a_folder_of_ones_own_is_followed(self, tmp_path: Path, file: Path) -> None:
        real = tmp_path / "dotfiles"
        real.mkdir(mode=0o700)
        file.parent.parent.mkdir(parents=True)
        file.parent.symlink_to(real)
        write_private(file, b"mine")
        assert (real / file.name).read_bytes() == b"mine"

    def test_a_link_to_a_folder_that_others_may_write_to_is_not(self, tmp_path: Path, file: Path) -> None:
        real = tmp_path / "shared"
        real.mkdir()
        real.chmod(0o777)
        file.parent.parent.mkdir(parents=True)
        file.parent.symlink_to(real)
        with pytest.raises(PermissionError):
            write_private(file, b"mine")

    @needs_permissions
    def test_a_folder_that_is_read_only_stays_so(self, folder: Path, file: Path) -> None:
        folder.mkdir(parents=True)
        folder.chmod(0o500)
        with pytest.raises(PermissionError):
            write_private(file, b"")
        assert mode(folder) == 0o500

    def test_a_file_where_the_folder_should_be(self, folder: Path, file: Path) -> None:
        folder.parent.mkdir(parents=True)
        folder.write_text("not a folder")
        with pytest.raises(NotADirectoryError):
            write_private(file, b"")
        assert folder.read_text() == "not a folder"

    def test_a_folder_where_the_file_should_be(self, folder: Path, file: Path) -> None:
        file.mkdir(parents=True)
        with pytest.raises(IsADirectoryError):
            write_private(file, b"")
        assert list(folder.iterdir()) == [file]


class TestDrafts:
    """What is written piece by piece stands nowhere before it is whole."""

    @pytest.fixture(autouse=True)
    def a_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        folder.chmod(0o755)

    def written(self, file: Path) -> Draft:
        draft = Draft(file)
        draft.write(b"one, ")
        draft.write(b"two")
        return draft

    @pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
    def test_it_is_closed_to_others_from_its_first_byte(self, folder: Path, file: Path, mask: int) -> None:
        with umask(mask):
            draft = self.written(file)
            [scratch] = folder.iterdir()
            assert mode(scratch) == 0o600
            draft.place(replace=False)
            draft.discard()
        assert file.read_bytes() == b"one, two"
        assert mode(file) == 0o600
        assert list(folder.iterdir()) == [file]

    def test_its_folder_stays_as_it_is(self, folder: Path, file: Path) -> None:
        draft = self.written(file)
        draft.place(replace=False)
        draft.discard()
        assert mode(folder) == 0o755

    def test_what_is_discarded_leaves_nothing(self, folder: Path, file: Path) -> None:
        self.written(file).discard()
        assert list(folder.iterdir()) == []

    @pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
    def test_nothing_is_replaced_unless_it_may_be(
        self, folder: Path, file: Path, links: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not links:
            monkeypatch.setattr(Path, "hardlink_to", no_links)
        file.write_bytes(b"before")
        draft = self.written(file)
        with pytest.raises(FileExistsError):
            draft.place(replace=False)
        assert file.read_bytes() == b"before"
        draft.place(replace=True)
        draft.discard()
        assert file.read_bytes() == b"one, two"
        assert list(folder.iterdir()) == [file]

    def test_a_disk_that_gives_a_file_one_name_only_will_do(
        self, folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
        draft = self.written(file)
        draft.place(replace=False)
        draft.discard()
        assert file.read_bytes() == b"one, two"
        assert list(folder.iterdir()) == [file]

    @pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
    def test_a_link_is_neither_followed_nor_replaced(
        self, tmp_path: Path, file: Path, links: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not links:
            monkeypatch.setattr(Path, "hardlink_to", no_links)
        file.symlink_to(tmp_path / "nowhere")
        draft = self.written(file)
        with pytest.raises(FileExistsError):
            draft.place(replace=False)
        draft.discard()
        assert file.is_symlink()
        assert not (tmp_path / "nowhere").exists()

    def test_where_there_is_no_room_nothing_is_left(self, folder: Path, file: Path) -> None:
        draft = Draft(file)
        with no_room_beyond(100), pytest.raises(OSError, match="too large"):
            draft.write(b"x" * 100_000)
        draft.discard()
        assert list(folder.iterdir()) == []

    def test_no_file_stays_open(self, file: Path) -> None:
        before = psutil.Process().num_fds()
        for _ in range(5):
            draft = self.written(file)
            draft.place(replace=True)
            draft.discard()
            self.written(file).discard()
        assert psutil.Process().num_fds() == before


class TestReading:
    @pytest.fixture(autouse=True)
    def a_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, mode=0o700)

    def test_as_much_as_the_limit_and_no_byte_more(self, file: Path) -> None:
        file.write_bytes(b"x" * 2_048)
        assert len(read_private(file, 2_048)) == 2_048
        with pytest.raises(OSError, match="too big: 2 kB of 1") as refused:
            read_private(file, 2_047)
        assert refused.value.errno == errno.EFBIG

    @pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux has such files")
    def test_a_file_that_does_not_tell_its_size_is_not_read_for_ever(self) -> None:
        with pytest.raises(OSError, match="too big"):
            read_plain(Path("/proc/self/status"), 10)

    def test_a_pipe_is_refused_and_not_waited_for(self, file: Path) -> None:
        os.mkfifo(file)
        with pytest.raises(OSError, match="not a plain file"):
            read_private(file, 10)

    def test_so_is_a_device(self) -> None:
        with pytest.raises(OSError, match="not a plain file"):
            read_plain(Path("/dev/zero"), 10)

    def test_so_is_a_folder(self, folder: Path) -> None:
        with pytest.raises(IsADirectoryError):
            read_private(folder, 10)

    def test_somebody_elses_is_refused_unless_anybodys_will_do(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file.write_bytes(b"theirs")
        monkeypatch.setattr(os, "getuid", lambda: file.stat().st_uid + 1)
        with pytest.raises(PermissionError, match="somebody else"):
            read_private(file, 10)
        assert read_plain(file, 10) == b"theirs"

    def test_what_is_not_there_is_told_as_such(self, file: Path) -> None:
        with pytest.raises(FileNotFoundError):
            read_private(file, 10)

    def test_no_file_stays_open(self, file: Path, folder: Path) -> None:
        file.write_bytes(b"x" * 20)
        before = psutil.Process().num_fds()
        for path, limit in [(file, 20), (file, 10), (folder, 10)] * 5:
            try:
                read_private(path, limit)
            except OSError:
                continue
        assert psutil.Process().num_fds() == before
