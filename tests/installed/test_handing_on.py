"""A record goes to other programs, which have the reader's terminal meanwhile; then it is the explorer's again."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.attacks import PAYLOADS, AttackHistory, attack
from tests.app.exploring import NOW
from tests.installed.conftest import Start
from tests.installed.driving import PROGRAM, RECORD, Driven, still_there
from tests.installed.multiplexers import Tmux
from tests.installed.tools import installed
from tui.demo.history import History
from tui.demo.server import DemoServer

pytestmark = pytest.mark.terminal

Drive = Callable[..., Driven]
GOES_BACK = "Enter goes back."
ASLEEP = re.compile(r"^asleep\s*$", re.MULTILINE)
"""What a command says that goes on then; its own text, which is shown above, holds that word too."""

PROMPT = "here>"
STOPPED = re.compile(rf"Stopped .*\n(?:.*\n)*{PROMPT}")

A_LOOK_SECONDS = 1.2
"""A pager that is left sooner is believed to have shown all at once."""

PLACES = pytest.mark.parametrize("place", ["start", "over_ssh", "inside_tmux", "inside_screen", "over_mosh"])


@pytest.fixture
def less() -> str:
    return installed("less", package="less")


def is_drawn(screen: str) -> bool:
    """Whether the explorer shows all of itself, and no message over it."""
    return RECORD.search(screen) is not None and screen.rstrip().endswith("? Keys") and "exit code" not in screen


def rows(screen: str) -> list[str]:
    """Times and statuses of the records on the screen; what they hold beside may still be given its name."""
    return RECORD.findall(screen)


def pipe(explorer: Driven, command: str) -> None:
    explorer.shows(RECORD)
    explorer.press("|", until="Pipe the record to a command")
    explorer.press("ctrl+u")
    explorer.type(command)
    explorer.send("enter")


def ends_well(explorer: Driven) -> None:
    explorer.press("Q")
    assert explorer.ends() == 0
    assert explorer.terminal_faults() == []


class TestPiping:
    @PLACES
    def test_shows_what_the_command_wrote_alone_and_enter_comes_back_to_the_explorer_as_it_was(
        self, place: str, request: pytest.FixtureRequest
    ):
        run: Start = request.getfixturevalue(place)
        explorer = run("--demo", "--since", "7d", size=(80, 24))
        explorer.shows(is_drawn)
        before = rows(explorer.screen)
        pipe(explorer, "wc -l")
        explorer.shows(GOES_BACK)
        assert " ".join(explorer.screen.split()) == "| wc -l 1 wc ended with exit code 0. Enter goes back."
        explorer.press("enter", until="wc ended with exit code 0.")
        explorer.shows(lambda screen: is_drawn(screen) and rows(screen) == before)
        ends_well(explorer)

    def test_gives_one_line_of_json_without_a_secret_or_the_key(self, start: Start, server: DemoServer, tmp_path: Path):
        given, key = tmp_path / "given", server.key
        explorer = start(PORTKEY_BASE_URL=server.base_url, PORTKEY_API_KEY=key, NO_COLOR="1", COLUMNS="7")
        pipe(explorer, f"sh -c 'env >{given}.env; cat >{given}'")
        explorer.shows(GOES_BACK)
        assert json.loads(given.read_text())["_meta"]["version"] == 1
        assert given.read_bytes().isascii()
        environ = Path(f"{given}.env").read_text()
        assert f"PORTKEY_BASE_URL={server.base_url}\n" in environ
        assert "NO_COLOR=1\n" in environ
        assert "COLUMNS=" not in environ
        assert "TEXTUAL_COLOR_SYSTEM" not in environ
        assert "PORTKEY_API_KEY" not in environ
        assert key not in environ + given.read_text()

    def test_leaves_ctrl_c_to_the_command(self, start: Start):
        explorer = start("--demo")
        pipe(explorer, "sh -c 'echo asleep; exec sleep 60'")
        explorer.shows(ASLEEP)
        explorer.press("ctrl+c", until="sh was ended by SIGINT. Enter goes back.")
        explorer.press("enter", until="! sh was ended by SIGINT.")
        ends_well(explorer)

    def test_gives_the_command_the_terminal_where_the_output_goes_elsewhere(self, drive: Drive, tmp_path: Path):
        explorer = drive(["sh", "-c", f'exec "$0" --demo >{tmp_path}/out', PROGRAM])
        pipe(explorer, "sh -c 'test -t 1 && echo to a terminal'")
        explorer.shows(GOES_BACK)
        assert "to a terminal\n" in explorer.screen
        explorer.press("enter", until=is_drawn)
        ends_well(explorer)
        assert (tmp_path / "out").read_bytes() == b""

    @pytest.mark.parametrize("mode", [(), ("--plain",)], ids=["usual", "plain"])
    def test_comes_back_to_a_terminal_that_has_another_size_by_now(self, start: Start, mode: tuple[str, ...]):
        explorer = start("--demo", *mode, size=(120, 40))
        pipe(explorer, "sh -c 'echo asleep; read line </dev/tty; stty size </dev/tty'")
        explorer.shows(ASLEEP)
        explorer.resize(80, 24)
        explorer.press("enter", until="24 80")
        explorer.shows(GOES_BACK)
        explorer.press("enter", until="sh ended with exit code 0.")
        explorer.shows(lambda screen: "Keys" in screen and max(map(len, screen.splitlines())) <= 80)
        explorer.press("j")
        ends_well(explorer)

    def test_tells_what_the_command_wrote_where_it_fails_and_goes_on(self, start: Start):
        explorer = start("--demo")
        pipe(explorer, "sh -c 'echo so it is >&2; exit 7'")
        explorer.shows(GOES_BACK)
        assert "so it is\n" in explorer.screen
        # It reads nothing, so that it may end before it was given anything, which is told too.
        explorer.press("enter", until="! sh ended with exit code 7")
        pipe(explorer, "nosuchprogram")
        explorer.shows("There is no program nosuchprogram on the PATH.")
        explorer.press("esc", until=is_drawn)
        ends_well(explorer)

    def test_leaves_the_terminal_as_it_was_after_a_command_that_did_not(self, start: Start):
        explorer = start("--demo")
        pipe(explorer, "sh -c 'stty raw -echo </dev/tty; echo broken; kill -9 $$'")
        explorer.shows("sh was ended by SIGKILL")
        explorer.press("enter", until="! sh was ended by SIGKILL")
        ends_well(explorer)

    def test_keys_pressed_for_the_command_are_not_taken_for_a_way_back(self, start: Start, tmp_path: Path):
        explorer = start("--demo")
        pipe(explorer, f"sh -c 'echo asleep; until test -e {tmp_path}/pressed; do sleep 0.1; done'")
        explorer.shows(ASLEEP)
        explorer.send("enter", "q")
        (tmp_path / "pressed").touch()
        explorer.shows(GOES_BACK)
        explorer.rest(0.3)
        assert GOES_BACK in explorer.screen
        explorer.press("enter", until=is_drawn)
        ends_well(explorer)


class TestAShellInFront:
    def test_stops_both_by_ctrl_z_and_brings_both_back(self, drive: Drive):
        shell = drive(["bash", "--norc", "--noprofile", "-i"], PS1=f"{PROMPT} ", HISTFILE=None)
        shell.shows(PROMPT)
        shell.type(f"{PROGRAM} --demo")
        shell.press("enter", until=RECORD)
        pipe(shell, "sh -c 'echo asleep; read line </dev/tty; echo heard $line'")
        shell.shows(ASLEEP)
        shell.press("ctrl+z", until=STOPPED)
        shell.type("fg")
        shell.press("enter")
        shell.type("this")
        shell.press("enter", until="heard this")
        shell.shows(GOES_BACK)
        shell.press("enter", until=is_drawn)
        shell.press("Q", until=re.compile(rf"{PROMPT}\s*$"))


class TestAnEndFromOutside:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_ends_the_command_too(self, start: Start, number: signal.Signals):
        explorer = start("--demo")
        pipe(explorer, "sh -c 'echo asleep; exec sleep 60'")
        explorer.shows(ASLEEP)
        running = explorer.children()
        assert "sleep" in [one.name() for one in running]
        explorer.signal(number)
        assert explorer.ends() == 128 + number
        assert explorer.terminal_faults() == []
        assert still_there(running, within=5) == []

    def test_ends_a_pager_too(self, drive: Drive, less: str):
        explorer = drive([PROGRAM, "--demo"])
        explorer.shows(RECORD)
        explorer.press("V", until="FACTS")
        running = explorer.children()
        assert "less" in [one.name() for one in running]
        explorer.signal(signal.SIGTERM)
        assert explorer.ends() == 128 + signal.SIGTERM
        assert explorer.terminal_faults() == []
        assert still_there(running, within=5) == []

    def test_a_closed_terminal_does(self, start: Start):
        explorer = start("--demo")
        pipe(explorer, "sh -c 'echo asleep; exec sleep 60'")
        explorer.shows(ASLEEP)
        running = explorer.children()
        explorer.hang_up()
        explorer.ends(within=5)
        assert still_there(running, within=5) == []


class TestThePager:
    @pytest.mark.parametrize("mode", [(), ("--plain",)], ids=["usual", "plain"])
    def test_shows_the_record_and_its_own_key_comes_straight_back(self, drive: Drive, less: str, mode: tuple[str, ...]):
        explorer = drive([PROGRAM, "--demo", "--since", "7d", *mode], size=(80, 24))
        explorer.shows(RECORD if not mode else re.compile(r"row 1 of"))
        before = rows(explorer.screen)
        explorer.press("V", until="FACTS")
        explorer.press("G", until="QUERY")
        explorer.rest(A_LOOK_SECONDS)
        explorer.press("q", until=lambda screen: rows(screen) == before)
        ends_well(explorer)

    def test_works_in_tmux(self, tmux: Callable[..., Tmux], drive: Drive, less: str):
        explorer = drive(tmux().around([PROGRAM, "--demo"]), size=(80, 24))
        explorer.shows(RECORD)
        explorer.press("V", until="FACTS")
        explorer.rest(A_LOOK_SECONDS)
        explorer.press("q", until=is_drawn)
        ends_well(explorer)

    def test_runs_no_other_program_for_the_reader(self, drive: Drive, less: str):
        explorer = drive([PROGRAM, "--demo"], size=(80, 24))
        explorer.shows(RECORD)
        explorer.press("V", until="FACTS")
        explorer.rest(A_LOOK_SECONDS)
        explorer.press("!", until="not available")
        explorer.press("q", until=is_drawn)

    def test_that_has_shown_all_at_once_is_waited_for(self, start: Start):
        explorer = start("--demo", PAGER="cat")
        explorer.shows(RECORD)
        explorer.press("V", until="cat ended with exit code 0. Enter goes back.")
        explorer.press("enter", until=is_drawn)
        ends_well(explorer)

    def test_that_is_not_there_is_told_with_its_cure(self, start: Start):
        explorer = start("--demo", PAGER="nosuchpager -x", size=(160, 40))
        explorer.shows(RECORD)
        explorer.press("V", until="Set PAGER to a program that shows text")
        assert "There is no program nosuchpager on the PATH." in " ".join(explorer.screen.split())
        ends_well(explorer)


class TestWhatALogSays:
    @pytest.fixture
    def attacks(self) -> Iterator[DemoServer]:
        history = AttackHistory([attack(payload, number) for number, payload in enumerate(PAYLOADS)])
        with DemoServer(history, clock=lambda: NOW) as server:
            yield server

    def test_is_obeyed_by_no_terminal_though_it_is_shown_as_it_is(self, start: Start, attacks: DemoServer):
        places = {"PORTKEY_BASE_URL": attacks.base_url, "PORTKEY_API_KEY": attacks.key}
        explorer = start("created:2026-11-20..2026-11-23", PAGER="cat", **places)
        explorer.shows("Eve")
        for _ in range(8):
            explorer.press("V", until=GOES_BACK)
            explorer.press("enter", until="? Keys")
            pipe_hostile(explorer)
            explorer.press("j")
        # That nothing of it reached the terminal as a sequence is what `start` looks at.
        ends_well(explorer)


def pipe_hostile(explorer: Driven) -> None:
    explorer.press("|", until="Pipe the record to a command")
    explorer.press("ctrl+u")
    explorer.type("cat")
    explorer.press("enter", until=GOES_BACK)
    explorer.press("enter", until="? Keys")


class TestAnExport:
    @pytest.fixture
    def server(self) -> Iterator[DemoServer]:
        """A history of many pages."""
        history = History(records=2_000, days=1, now=datetime.now(UTC) - timedelta(hours=1))
        with DemoServer(history, clock=lambda: datetime.now(UTC)) as server:
            yield server

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Where the program is started."""
        folder = tmp_path / "incident"
        folder.mkdir()
        monkeypatch.chdir(folder)
        return folder

    def begin(self, start: Start, server: DemoServer) -> Driven:
        explorer = start("since:2d", PORTKEY_BASE_URL=server.base_url, PORTKEY_API_KEY=server.key, size=(80, 24))
        explorer.shows(RECORD)
        return explorer

    def test_is_in_the_folder_that_the_explorer_was_started_in(self, start: Start, server: DemoServer, folder: Path):
        explorer = self.begin(start, server)
        explorer.press("w", until="Secrets stay redacted")
        explorer.press("enter", until="Exported 2,000 records, complete")
        (file,) = folder.glob("audit-*Z.jsonl")
        assert len(file.read_text().splitlines()) == 2_000
        assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}
        ends_well(explorer)

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_that_is_ended_from_outside_leaves_nothing(
        self, start: Start, server: DemoServer, folder: Path, number: signal.Signals
    ):
        explorer = self.begin(start, server)
        explorer.shows("200 loaded")
        server.set_faults({"hold": 1.0})
        explorer.press("w", until="Secrets stay redacted")
        explorer.press("enter", until="leave nothing of it")
        explorer.shows(lambda _: any(folder.iterdir()))
        explorer.signal(number)
        assert explorer.ends() == 128 + number
        assert list(folder.iterdir()) == []
        assert explorer.terminal_faults() == []
