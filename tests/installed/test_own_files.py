"""Whatever the program writes in a whole use is for its owner alone, and goes to no place that somebody else chose."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.installed.driving import PROGRAM, RECORD, Driven
from tests.proof import Counted
from tui.demo.server import DemoServer

pytestmark = [pytest.mark.terminal, pytest.mark.proof("T16")]

ROW = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d ")
"""A row of the table, whatever columns it has."""

SOMEBODY_ELSE = 65534
UNTOUCHED = "version = 1\n"
"""What stands in a file that links lead to; it will do for saved views, too."""

MASKS = (0o000, 0o022, 0o077)
EXPORT = "out.jsonl"
KINDS = {
    "archive": r"data/portkey-audit/.*\.db",
    "its log": r"data/portkey-audit/.*\.db-wal",
    "its index of the log": r"data/portkey-audit/.*\.db-shm",
    "marks": r"state/portkey-audit/marks-.*\.json",
    "columns": r"state/portkey-audit/columns\.json",
    "queries": r"state/portkey-audit/queries",
    "last looks": r"state/portkey-audit/looks-.*\.json",
    "what was copied": r"state/portkey-audit/copied\.txt",
    "saved views": r"config/portkey-audit/views\.toml",
    "an export": r"work/audit-.*\.jsonl",
    "its manifest": r"work/audit-.*\.jsonl\.manifest\.json",
    "an export of the command": rf"work/{re.escape(EXPORT)}",
    "the manifest of that": rf"work/{re.escape(EXPORT)}\.manifest\.json",
    "the demo's archive": r"tmp/portkey-audit-.*/demo\.db",
    "the archive of a file": r"tmp/portkey-audit-.*/opened\.db",
}
"""Every file that is to be written, by its place under the home; a use that leaves one out shows nothing."""

FOLDERS = ("data", "state", "config")
BROUGHT = ("work", "tmp")
"""Folders that were there before."""


@dataclass
class Seen:
    """Files and folders under a home, and the modes that each was seen with."""

    home: Path
    modes: dict[str, set[int]] = field(default_factory=dict)

    def look(self) -> None:
        for path in self.home.rglob("*"):
            name = str(path.relative_to(self.home))
            if name not in BROUGHT and not path.is_symlink():
                with suppress(FileNotFoundError):  # on its way to its place
                    self.modes.setdefault(name, set()).add(path.lstat().st_mode)

    def open_to_others(self) -> list[str]:
        wanted = {stat.S_IFREG: 0o600, stat.S_IFDIR: 0o700}
        return [
            f"{name}: {stat.filemode(mode)}"
            for name, modes in self.modes.items()
            for mode in modes
            if stat.S_IMODE(mode) != wanted.get(stat.S_IFMT(mode))
        ]

    def kinds(self) -> set[str]:
        return {kind for kind, place in KINDS.items() if any(re.fullmatch(place, name) for name in self.modes)}


class Use:
    """The program in use from a folder of its reader's, started under an umask."""

    def __init__(self, drive: Callable[..., Driven], server: DemoServer, home: Path, mask: int = 0o022) -> None:
        self._drive = drive
        self._server = server
        self._mask = mask
        self.home = home
        self.seen = Seen(home)
        for name in BROUGHT:
            (home / name).mkdir()

    def begin(self, *words: str) -> Driven:
        shell = ["sh", "-c", f'umask {self._mask:04o}; cd "$HOME/work"; exec "$0" "$@"']
        return self._drive(
            [*shell, PROGRAM, *words],
            SSH_TTY="/dev/pts/0",
            TMPDIR=str(self.home / "tmp"),
            PORTKEY_BASE_URL=self._server.base_url,
            PORTKEY_API_KEY=self._server.key,
        )

    def explores(self) -> None:
        """Marks, columns, a query, a view, a copy and an export."""
        explorer = self.begin("--since", "2d", "--clipboard", "file")
        explorer.shows(RECORD)
        explorer.press("m", "C", until="a add a path")
        explorer.press("a")
        explorer.type("body.name")
        explorer.press("enter", "escape", until=lambda screen: "a add a path" not in screen)
        explorer.press("/", "ctrl+u")
        explorer.type("has:body.name since:2d")
        explorer.press("enter", until=re.compile(r"[1-9]\d* match "))
        explorer.press("'", until="s save")
        explorer.press("s")
        explorer.type("mine")
        explorer.press("enter", until="● mine")
        explorer.press("escape", until=lambda screen: "Saved views" not in screen)
        explorer.press("c", until="copied.txt")
        explorer.press("w", until="Secrets stay redacted")
        explorer.press("enter", until=re.compile("Exported|link"))
        self.seen.look()
        explorer.press("escape", "ctrl+l", "Q")
        assert explorer.ends() == 0
        self.seen.look()

    def runs(self, *words: str) -> int:
        """A command to its end; gives the exit code."""
        code = self.begin(*words).ends()
        self.seen.look()
        return code

    def looks_at(self, *words: str) -> None:
        """Records that are kept only as long as they are looked at."""
        explorer = self.begin(*words)
        explorer.shows(ROW)
        self.seen.look()
        explorer.press("Q")
        assert explorer.ends() == 0
        assert list((self.home / "tmp").iterdir()) == []


@pytest.fixture
def mask() -> int:
    return 0o022


@pytest.fixture
def use(drive: Callable[..., Driven], server: DemoServer, own_home: Path, mask: int) -> Use:
    return Use(drive, server, own_home, mask)


class TestModes:
    @pytest.mark.parametrize("mask", MASKS, ids="{:03o}".format)
    def test_of_every_file_and_folder_under_any_umask(self, use: Use, counted: Counted) -> None:
        use.explores()
        assert use.runs("archive", "sync", "--since", "2d") == 0
        assert use.runs("export", "--since", "2d", "-o", EXPORT) == 0
        use.looks_at("--demo")
        use.looks_at("--file", EXPORT)
        wrong = use.seen.open_to_others()
        counted(files=len(use.seen.modes), open_to_others=len(wrong))
        assert set(KINDS) - use.seen.kinds() == set()
        assert wrong == []


@dataclass
class Trap:
    """A link that stands where the program writes, and what it leads to."""

    link: Path
    target: Path
    leads_nowhere: bool

    @classmethod
    def at(cls, link: Path, target: Path, *, leads_nowhere: bool) -> Trap:
        link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not leads_nowhere:
            target.write_text(UNTOUCHED)
            target.chmod(0o644)
        link.symlink_to(target)
        return cls(link, target, leads_nowhere)

    def was_followed(self) -> bool:
        if self.leads_nowhere:
            return os.path.lexists(self.target)
        return self.target.read_text() != UNTOUCHED or stat.S_IMODE(self.target.stat().st_mode) != 0o644


def names_of(use: Use, *kinds: str) -> list[str]:
    """Where these kinds of files are, as an earlier use left them or had them."""
    return [name for name in use.seen.modes for kind in kinds if re.fullmatch(KINDS[kind], name)]


def start_over(use: Use) -> None:
    """Take away what the program wrote."""
    for name in FOLDERS:
        shutil.rmtree(use.home / name, ignore_errors=True)
    for left in (use.home / "work").iterdir():
        left.unlink()


@pytest.mark.parametrize("leads_nowhere", [False, True], ids=["to a file", "nowhere"])
class TestLinks:
    def plant(self, use: Use, names: list[str], tmp_path: Path, *, leads_nowhere: bool) -> list[Trap]:
        traps = tmp_path / "targets"
        traps.mkdir()
        return [
            Trap.at(use.home / name, traps / str(number), leads_nowhere=leads_nowhere)
            for number, name in enumerate(names)
        ]

    def test_where_the_explorer_keeps_what_its_reader_did_are_replaced(
        self, use: Use, tmp_path: Path, counted: Counted, leads_nowhere: bool
    ) -> None:
        kinds = ("marks", "columns", "queries", "last looks", "what was copied", "saved views")
        use.explores()
        names = names_of(use, *kinds)
        assert len(names) == len(kinds)
        start_over(use)
        traps = self.plant(use, names, tmp_path, leads_nowhere=leads_nowhere)
        use.explores()
        followed = [str(trap.link) for trap in traps if trap.was_followed()]
        counted(links=len(traps), followed=len(followed))
        assert followed == []
        assert [trap.link for trap in traps if trap.link.is_symlink() or not trap.link.is_file()] == []

    @pytest.mark.parametrize("kind", ["archive", "its log", "its index of the log"])
    def test_where_records_are_kept_are_refused_or_replaced(
        self, use: Use, tmp_path: Path, counted: Counted, kind: str, leads_nowhere: bool
    ) -> None:
        assert use.runs("archive", "sync", "--since", "2d") == 0
        [archive] = names_of(use, "archive")
        start_over(use)
        name = archive + {"archive": "", "its log": "-wal", "its index of the log": "-shm"}[kind]
        traps = self.plant(use, [name], tmp_path, leads_nowhere=leads_nowhere)
        command = use.begin("archive", "sync", "--since", "2d")
        refused = command.ends() == 1
        counted(links=1, followed=sum(trap.was_followed() for trap in traps))
        assert not traps[0].was_followed()
        assert traps[0].link.is_symlink() == refused
        assert b"Traceback" not in command.written

    @pytest.mark.parametrize("name", [EXPORT, f"{EXPORT}.manifest.json"])
    @pytest.mark.parametrize("replace", [(), ("--force",)], ids=["", "replacing"])
    def test_where_an_export_was_to_go_are_refused(
        self, use: Use, tmp_path: Path, counted: Counted, name: str, leads_nowhere: bool, replace: tuple[str, ...]
    ) -> None:
        traps = self.plant(use, [f"work/{name}"], tmp_path, leads_nowhere=leads_nowhere)
        command = use.begin("export", "--since", "2d", "-o", EXPORT, *replace)
        assert command.ends() == 1
        assert "is a link to another file" in command.written.decode()
        counted(links=1, followed=sum(trap.was_followed() for trap in traps))
        assert not traps[0].was_followed()
        assert list((use.home / "work").iterdir()) == [traps[0].link]


def is_somebody_elses(folder: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a folder to somebody else: run this test as root")
    os.chown(folder, SOMEBODY_ELSE, SOMEBODY_ELSE)


def is_open_to_all(folder: Path) -> None:
    folder.chmod(0o777)


class TestFolders:
    @pytest.mark.parametrize("make", [is_somebody_elses, is_open_to_all], ids=lambda make: make.__name__)
    def test_that_somebody_else_may_write_to_get_nothing(
        self, use: Use, counted: Counted, make: Callable[[Path], None]
    ) -> None:
        folders = [use.home / name / "portkey-audit" for name in FOLDERS]
        for folder in folders:
            folder.mkdir(parents=True)
            make(folder)
        before = [folder.stat() for folder in folders]
        explorer = use.begin("--since", "2d", "--clipboard", "file")
        explorer.shows(ROW)
        explorer.press("m", until="last for this run only: can't write")
        explorer.press("c", until="copied.txt")
        explorer.press("'", until="s save")
        explorer.press("s")
        explorer.type("mine")
        explorer.press("enter", until="views.toml")
        explorer.signal(signal.SIGTERM)
        assert explorer.ends() == 128 + signal.SIGTERM
        assert use.runs("archive", "sync", "--since", "2d") == 1
        after = [folder.stat() for folder in folders]
        written = [path for folder in folders for path in folder.iterdir()]
        counted(folders=len(folders), written_to=len(written))
        assert written == []
        assert [(one.st_mode, one.st_uid) for one in after] == [(one.st_mode, one.st_uid) for one in before]
