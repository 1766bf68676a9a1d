"""However the line or the terminal goes, the installed program goes with it, and what its reader had is there again."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.installed.conftest import Start, serving_ssh
from tests.installed.driving import PROGRAM, RECORD, Driven, programs_at, still_there
from tests.installed.remote import SshServer
from tests.installed.tools import installed
from tests.proof import Counted
from tui.demo.keys import ADMIN_KEY
from tui.state.last_look import FILE_NAMES, KeptLook, parse_looks

pytestmark = [pytest.mark.terminal, pytest.mark.proof("T10")]

GONE_SECONDS = 5.0
_PATIENCE_SECONDS = 60.0
_KEYS_A_TRY = 60
_KEY_SECONDS = 0.02
_REST_SECONDS = 1.0
_REST_PERCENT = 25.0
"""What spins takes all of a processor, and what waits next to nothing."""

FAILURES = "is:failed since:30d"
UPDATES = "op:update since:30d"
REQUEST_ID = re.compile(r"Request id +([0-9a-f-]{36})")
ONLY_IDS = re.compile(r"\s*[0-9a-f-]{36}\s*")
_PROMPT = "here>"
STOPPED = re.compile(rf"Stopped .*\n(?:.*\n)*{_PROMPT}")
_WHILE_A_LINE_IS_EDITED = {"bracketed paste left on", "line settings changed"}

Drive = Callable[..., Driven]


def kept_looks(home: Path) -> list[KeptLook]:
    """What the state files of this home tell of the last looks."""
    files = sorted((home / "state").rglob(FILE_NAMES))
    return [look for file in files for look in parse_looks(file.read_bytes())]


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.02)


def ask(explorer: Driven, query: str) -> None:
    """Write a query into the bar, and wait for its first rows."""
    explorer.shows(RECORD)
    explorer.press("/", "ctrl+u")
    explorer.type(query)
    explorer.press("enter", until=lambda screen: " match " in screen and RECORD.search(screen) is not None)


def in_use(explorer: Driven, home: Path) -> Driven:
    """An explorer whose reader has asked for failures, which was kept."""
    ask(explorer, FAILURES)
    wait_for(lambda: [look for look in kept_looks(home) if look.query == FAILURES], "the query in the state file")
    return explorer


IsOver = Callable[..., None]


@pytest.fixture
def is_over(counted: Counted) -> IsOver:
    """Nothing of a program is left behind in a while but what its reader had."""

    def look(children: list[psutil.Process], home: Path, *, query: str = FAILURES) -> None:
        left = [*still_there(children, within=GONE_SECONDS), *programs_at(home)]
        kept = [look.query for look in kept_looks(home)]
        counted(endings=1, orphans=len(left), looks_lost=int(kept != [query]))
        assert left == []
        assert kept == [query]

    return look


class TestASignal:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda n: n.name)
    def test_leaves_the_terminal_as_it_was(self, start: Start, own_home: Path, number: signal.Signals, is_over: IsOver):
        explorer = in_use(start("--demo"), own_home)
        children = explorer.children()
        explorer.signal(number)
        assert explorer.ends(within=GONE_SECONDS) == 128 + number
        assert explorer.terminal_faults() == []
        is_over(children, own_home)

    def test_that_nothing_can_be_done_about_costs_no_look(self, start: Start, own_home: Path, is_over: IsOver):
        explorer = in_use(start("--demo"), own_home)
        children = explorer.children()
        explorer.signal(signal.SIGKILL)
        assert explorer.ends() == -signal.SIGKILL
        is_over(children, own_home)


class TestATerminalThatIsGone:
    def test_takes_the_program_with_it(self, start: Start, own_home: Path, is_over: IsOver):
        explorer = in_use(start("--demo"), own_home)
        children = explorer.children()
        explorer.hang_up()
        assert explorer.ends(within=GONE_SECONDS) == 128 + signal.SIGHUP
        is_over(children, own_home)

    def test_also_where_hang_ups_were_ignored(self, drive: Drive, own_home: Path, is_over: IsOver):
        explorer = in_use(drive(["sh", "-c", 'trap "" HUP; exec "$0" --demo', PROGRAM]), own_home)
        children = explorer.children()
        explorer.hang_up()
        assert explorer.ends(within=GONE_SECONDS) == 128 + signal.SIGHUP
        is_over(children, own_home)

    def test_also_where_nobody_tells_of_it(self, drive: Drive, own_home: Path, is_over: IsOver):
        # In a session of its own it has no controlling terminal, whose end would be told by a signal.
        explorer = in_use(drive([installed("setsid", package="util-linux"), "-w", PROGRAM, "--demo"]), own_home)
        children = explorer.children()
        explorer.hang_up()
        explorer.ends(within=GONE_SECONDS)
        is_over(children, own_home)


def stall(explorer: Driven) -> None:
    """Read nothing that the program writes any more, and press keys until there is no room for more of it."""
    unread = -1
    while unread < explorer.unread:
        unread = explorer.unread
        for _ in range(_KEYS_A_TRY):
            explorer.send("space")
            time.sleep(_KEY_SECONDS)


def rests(process: psutil.Process) -> bool:
    """Whether a process takes next to no time of a processor."""
    return bool(process.cpu_percent(_REST_SECONDS) < _REST_PERCENT)


class Job(NamedTuple):
    """A shell, and the program that it runs."""

    shell: Driven
    program: psutil.Process


class TestATerminalThatNobodyReads:
    @pytest.fixture(params=["diff", "stock"])
    def driver(self, request: pytest.FixtureRequest) -> str:
        """Textual's own driver waits with all the program; ours lets it go on."""
        return str(request.param)

    @pytest.fixture
    def stalled(self, drive: Drive, own_home: Path, driver: str) -> Driven:
        return self.stall(drive([PROGRAM, "--demo", "--driver", driver]), own_home)

    def stall(self, explorer: Driven, home: Path) -> Driven:
        in_use(explorer, home)
        ask(explorer, UPDATES)
        stall(explorer)
        wait_for(lambda: [look for look in kept_looks(home) if look.query == UPDATES], "the query in the state file")
        return explorer

    def test_costs_nothing(self, stalled: Driven):
        wait_for(lambda: rests(stalled.process), "that it waits")

    def test_goes_on_where_it_was_once_it_is_read_again(self, stalled: Driven):
        stalled.send("/", "ctrl+u", *"status:403 since:30d", "enter")
        stalled.press(
            until=re.compile(r"^ status:403 since:30d .*\n(?:.*\n)*.* of [\d,]+ · [\d,]+ loaded", re.MULTILINE)
        )
        stalled.press("q")
        assert stalled.ends() == 0
        assert stalled.terminal_faults() == []

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda n: n.name)
    def test_is_given_back_by_a_signal_as_it_was(
        self, stalled: Driven, own_home: Path, number: signal.Signals, is_over: IsOver
    ):
        children = stalled.children()
        stalled.signal(number)
        assert stalled.ends(within=GONE_SECONDS, reading=False) == 128 + number
        assert stalled.terminal_faults() == []
        is_over(children, own_home, query=UPDATES)

    def test_takes_the_program_with_it_when_it_goes(self, stalled: Driven, own_home: Path, is_over: IsOver):
        children = stalled.children()
        stalled.hang_up()
        assert stalled.ends(within=GONE_SECONDS) == 128 + signal.SIGHUP
        is_over(children, own_home, query=UPDATES)

    def test_also_where_hang_ups_were_ignored(self, drive: Drive, own_home: Path, driver: str, is_over: IsOver):
        command = ["sh", "-c", 'trap "" HUP; exec "$0" --demo --driver "$1"', PROGRAM, driver]
        stalled = self.stall(drive(command), own_home)
        children = stalled.children()
        stalled.hang_up()
        assert stalled.ends(within=GONE_SECONDS) == 128 + signal.SIGHUP
        is_over(children, own_home, query=UPDATES)

    @pytest.fixture
    def job(self, drive: Drive, own_home: Path, driver: str) -> Job:
        """A shell in such a terminal, and the program that it runs there."""
        shell = drive(["bash", "--norc", "--noprofile", "-i"], PS1=f"{_PROMPT} ", HISTFILE=None)
        shell.shows(_PROMPT)
        shell.type(f"{PROGRAM} --demo --driver {driver}")
        shell.press("enter")
        self.stall(shell, own_home)
        (program,) = (one for one in shell.children() if PROGRAM in one.cmdline()[:2])
        return Job(shell, program)

    def test_asked_to_stop_it_does_when_it_is_read_again(self, job: Job, own_home: Path, is_over: IsOver):
        children = job.shell.children()
        job.program.send_signal(signal.SIGTSTP)
        job.shell.shows(STOPPED)
        job.shell.type("fg")
        job.shell.press("enter", until=RECORD)
        job.program.send_signal(signal.SIGTERM)
        job.shell.shows(_PROMPT)
        is_over(children, own_home, query=UPDATES)


class TestAShellInFront:
    @pytest.fixture
    def running(self, drive: Drive, own_home: Path) -> Driven:
        """A shell that runs the program."""
        shell = drive(["bash", "--norc", "--noprofile", "-i"], PS1=f"{_PROMPT} ", HISTFILE=None)
        shell.shows(_PROMPT)
        shell.type(f"{PROGRAM} --demo")
        shell.press("enter")
        return in_use(shell, own_home)

    @pytest.fixture
    def shell(self, running: Driven) -> Driven:
        """A shell, the program stopped in the background."""
        running.press("ctrl+z", until=STOPPED)
        return running

    def test_brings_it_back_as_it_was(self, shell: Driven):
        shell.type("fg")
        shell.press("enter", until=RECORD)
        assert FAILURES in shell.screen
        shell.press("q", until=_PROMPT)
        assert set(shell.terminal_faults()) <= _WHILE_A_LINE_IS_EDITED

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
    def test_ends_it_by_a_signal_and_keeps_the_terminal(
        self, shell: Driven, own_home: Path, number: signal.Signals, is_over: IsOver
    ):
        children = shell.children()
        shell.type(f"kill -{number.name[3:]} %1")
        shell.press("enter")
        is_over(children, own_home)
        shell.press("enter", until=re.compile(rf"Exit {128 + number} .*\n(?:.*\n)*{_PROMPT}"))

    def test_takes_it_along(self, shell: Driven, own_home: Path, is_over: IsOver):
        children = shell.children()
        shell.hang_up()
        is_over(children, own_home)

    def test_may_have_been_brought_there_from_outside(self, running: Driven, own_home: Path, is_over: IsOver):
        (program,) = (one for one in running.children() if PROGRAM in one.cmdline()[:2])
        program.send_signal(signal.SIGTSTP)
        running.shows(STOPPED)
        running.type("fg")
        running.press("enter", until=RECORD)
        children = running.children()
        program.send_signal(signal.SIGTERM)
        running.shows(_PROMPT)
        is_over(children, own_home)


class TestAPlainPageInFront:
    @pytest.fixture
    def page(self, start: Start, own_home: Path) -> Driven:
        explorer = in_use(start("--demo"), own_home)
        explorer.press("X", until=lambda screen: ONLY_IDS.fullmatch(screen) is not None)
        return explorer

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
    def test_is_left_by_a_signal(self, page: Driven, own_home: Path, number: signal.Signals, is_over: IsOver):
        children = page.children()
        page.signal(number)
        assert page.ends(within=GONE_SECONDS) == 128 + number
        assert page.terminal_faults() == []
        is_over(children, own_home)

    def test_goes_with_its_terminal(self, page: Driven, own_home: Path, is_over: IsOver):
        children = page.children()
        page.hang_up()
        assert page.ends(within=GONE_SECONDS) == 128 + signal.SIGHUP
        is_over(children, own_home)


class TestOverSsh:
    @pytest.fixture
    def explorer(self, over_ssh: Start, own_home: Path) -> Driven:
        return in_use(over_ssh("--demo"), own_home)

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
    def test_it_goes_with_the_client(self, explorer: Driven, own_home: Path, number: signal.Signals, is_over: IsOver):
        far = programs_at(own_home)
        explorer.signal(number)
        is_over(far, own_home)

    def test_it_goes_with_the_window_that_the_client_is_in(self, explorer: Driven, own_home: Path, is_over: IsOver):
        far = programs_at(own_home)
        explorer.hang_up()
        is_over(far, own_home)

    def test_it_goes_with_the_servers_session(self, explorer: Driven, sshd: SshServer, own_home: Path, is_over: IsOver):
        far = programs_at(own_home)
        sshd.kill_sessions()
        is_over(far, own_home)


class TestALineThatIsLost:
    """The near end says nothing any more, not even that it is gone; the server asks for it, and gives up."""

    @pytest.fixture
    def sshd(self, tmp_path: Path) -> Iterator[SshServer]:
        with serving_ssh(tmp_path / "sshd", ClientAliveInterval="2", ClientAliveCountMax="2") as server:
            yield server

    @pytest.fixture
    def lost(self, over_ssh: Start, own_home: Path) -> Iterator[Driven]:
        explorer = in_use(over_ssh("--demo"), own_home)
        explorer.signal(signal.SIGSTOP)
        yield explorer
        explorer.signal(signal.SIGCONT)

    def test_takes_the_program_with_it(self, lost: Driven, sshd: SshServer, own_home: Path, is_over: IsOver):
        far = programs_at(own_home)
        assert far
        assert still_there(sshd.sessions(), within=_PATIENCE_SECONDS) == []
        is_over(far, own_home)

    def test_that_is_back_in_time_goes_on(self, lost: Driven, own_home: Path):
        lost.signal(signal.SIGCONT)
        lost.press("enter", until="Facts")
        assert programs_at(own_home)


class TestComingBack:
    """The first run is cut off; the second one brings its reader back."""

    @pytest.fixture
    def again(self, start: Start, stand_in: str) -> Callable[[], Driven]:
        return lambda: start(PORTKEY_BASE_URL=stand_in, PORTKEY_API_KEY=ADMIN_KEY)

    @pytest.mark.parametrize("cut", ["kill", "hang up"])
    def test_to_the_same_record(self, again: Callable[[], Driven], own_home: Path, cut: str):
        first = in_use(again(), own_home)
        first.press("j", "j", "j", "enter", "4", until=REQUEST_ID)
        (request_id,) = REQUEST_ID.findall(first.screen)
        wait_for(lambda: (record := kept_looks(own_home)[-1].record) and record.request_id == request_id, "the record")
        wait_for(lambda: kept_looks(own_home)[-1].tab == "Facts", "the tab")
        if cut == "kill":
            first.signal(signal.SIGKILL)
        else:
            first.hang_up()
        first.ends()

        second = again()
        second.shows(f"what you had at {kept_looks(own_home)[-1].at:%H:%M}Z: {FAILURES}")
        second.press("[", until=REQUEST_ID)
        assert REQUEST_ID.findall(second.screen) == [request_id]
        assert FAILURES in second.screen

        second.press("q", "q")
        assert second.ends() == 0, second.written[-1500:]
        third = again()
        third.shows(RECORD)
        assert "what you had" not in third.screen

    def test_not_while_the_first_run_is_under_way(self, again: Callable[[], Driven], own_home: Path):
        in_use(again(), own_home)
        second = again()
        second.shows(RECORD)
        assert "what you had" not in second.screen
