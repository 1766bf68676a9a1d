"""A copy reaches the terminal's clipboard byte for byte wherever something can carry it, and the message says by what.

Where nothing carries it, as behind a tmux that keeps clipboard writes to itself, the message doesn't say that it was
copied.  The ids are those that the reader marked in a run before.
"""

from __future__ import annotations

import base64
import os
import re
import signal
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import PROGRAM, Driven, programs_at, still_there
from tests.installed.multiplexers import Mosh, Screen, Tmux
from tests.installed.remote import SshServer
from tests.installed.sequences import clipboard_writes
from tests.installed.tools import installed
from tui.clipboard.choosing import line_to_reader
from tui.clipboard.surroundings import look_around
from tui.domain.identity import Identity
from tui.settings import DEFAULT_BASE_URL, folder
from tui.state import marks

pytestmark = [pytest.mark.terminal, pytest.mark.proof("T11")]

Drive = Callable[..., Driven]
SENT = re.compile(r"Sent 3 request ids of marked records \(110 B\)")
COPIED = re.compile(r"Copied 3 request ids of marked records \(110 B\) to")
UNCONFIRMED = "OSC 52"
WITHOUT_KEY = 4


def mark(count: int) -> list[str]:
    """Leave marks on records as an earlier run would have; their request ids."""
    ids = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(1, count + 1)]
    told = marks._tell(tuple(Identity("2026-11-22T20:00:00Z", one, "GET", "/v1/prompts", "u", 200) for one in ids))
    file = marks.marks_file(folder("state", os.environ), DEFAULT_BASE_URL)
    file.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    file.write_bytes(told)
    return ids


@pytest.fixture
def ids(own_home: Path) -> list[str]:
    """Three request ids that `c` copies."""
    return mark(3)


@pytest.fixture
def nested_in_tmux(tmux: Callable[..., Tmux]) -> Callable[..., list[str]]:
    """The command that runs one in a tmux with these settings, as if it were not itself in a tmux."""

    def around(command: list[str], **settings: str) -> list[str]:
        return tmux(**settings).around(["env", "-u", "TMUX", *command])

    return around


def is_drawn(screen: str) -> bool:
    """Whether the explorer shows all that it shows without a key, its last lines too."""
    whole = "No API key yet" in screen and screen.rstrip().endswith("? Keys") and "\n api.portkey.ai" in screen
    return whole and "mosh:" not in screen  # which says so above it where the line is slow


def copy(explorer: Driven, told: str | re.Pattern[str]) -> None:
    """Copy the marked ids, and wait for the message."""
    explorer.shows(is_drawn)
    explorer.press("c", until=told)


def arrived(explorer: Driven) -> list[str]:
    """What the terminal was asked to put on its clipboard."""
    return [base64.b64decode(sent, validate=True).decode() for sent in clipboard_writes(explorer.written)]


def receives(explorer: Driven, text: str) -> None:
    """Wait until the terminal's clipboard has the text; nothing else was ever sent there."""
    explorer.press(until=lambda _: bool(clipboard_writes(explorer.written)))
    assert arrived(explorer) == [text]


def receives_nothing(explorer: Driven) -> None:
    """Let the program end, so that whatever is on its way comes; the terminal's clipboard stays as it was."""
    explorer.press("Q")
    explorer.ends()
    assert arrived(explorer) == []


class TestOverSsh:
    def test_the_terminal_gets_them_and_is_not_said_to_have_taken_them(self, over_ssh: Start, ids: list[str]):
        explorer = over_ssh()
        copy(explorer, SENT)
        assert UNCONFIRMED in explorer.screen
        receives(explorer, "\n".join(ids))

    def test_a_display_of_the_far_machine_is_left_alone(
        self, sshd: SshServer, drive: Drive, display: str, ids: list[str]
    ):
        explorer = drive(sshd.around(["env", f"DISPLAY={display}", PROGRAM]))
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))
        assert on_clipboard(display) == ""

    def test_also_where_another_user_s_shell_knows_nothing_of_the_login(
        self, sshd: SshServer, drive: Drive, display: str, ids: list[str]
    ):
        forgotten = [word for name in ("CONNECTION", "CLIENT", "TTY") for word in ("-u", f"SSH_{name}")]
        explorer = drive(sshd.around(["env", *forgotten, f"DISPLAY={display}", PROGRAM]))
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))
        assert on_clipboard(display) == ""


class TestInTmux:
    @pytest.mark.parametrize("clipboard", ["external", "on", "off"])
    def test_its_buffer_and_the_terminal_get_them_whatever_its_settings(
        self, clipboard: str, tmux: Callable[..., Tmux], drive: Drive, ids: list[str]
    ):
        server = tmux(clipboard=clipboard)
        explorer = drive(server.around([PROGRAM]))
        copy(explorer, COPIED)
        assert "tmux's buffer" in explorer.screen
        receives(explorer, "\n".join(ids))
        assert server.told("show-buffer") == "\n".join(ids)

    def test_over_ssh_too(self, sshd: SshServer, tmux: Callable[..., Tmux], drive: Drive, ids: list[str]):
        explorer = drive(sshd.around(tmux().around([PROGRAM])))
        copy(explorer, COPIED)
        receives(explorer, "\n".join(ids))

    def test_osc_52_as_it_comes_is_lost_and_the_message_names_the_setting(self, inside_tmux: Start, ids: list[str]):
        explorer = inside_tmux("--clipboard", "osc52")
        copy(explorer, SENT)
        assert UNCONFIRMED in explorer.screen
        assert "set -s set-clipboard on" in explorer.screen
        receives_nothing(explorer)

    def test_osc_52_arrives_where_it_is_let_through(self, inside_tmux: Start, ids: list[str]):
        explorer = inside_tmux("--clipboard", "osc52", clipboard="on")
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))


class TestBehindATmux:
    def test_that_the_login_does_not_tell_of_they_are_lost_and_the_message_names_its_setting(
        self, sshd: SshServer, tmux: Callable[..., Tmux], drive: Drive, ids: list[str]
    ):
        explorer = drive(tmux().around(sshd.around([PROGRAM])))
        copy(explorer, SENT)
        assert UNCONFIRMED in explorer.screen
        assert "set -s set-clipboard on" in explorer.screen
        receives_nothing(explorer)

    def test_that_lets_them_through_they_arrive(
        self, sshd: SshServer, tmux: Callable[..., Tmux], drive: Drive, ids: list[str]
    ):
        explorer = drive(tmux(clipboard="on").around(sshd.around([PROGRAM])))
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))

    def test_another_tmux_has_them_and_only_that_is_claimed(
        self, nested_in_tmux: Callable[..., list[str]], tmux: Callable[..., Tmux], drive: Drive, ids: list[str]
    ):
        inner = tmux()
        explorer = drive(nested_in_tmux(inner.around([PROGRAM])))
        copy(explorer, COPIED)
        assert "Nothing pasted? X" in " ".join(explorer.screen.split())
        assert inner.told("show-buffer") == "\n".join(ids)
        receives_nothing(explorer)

    def test_another_tmux_sends_them_on_where_the_outer_one_lets_them_through(
        self, nested_in_tmux: Callable[..., list[str]], tmux: Callable[..., Tmux], drive: Drive, ids: list[str]
    ):
        explorer = drive(nested_in_tmux(tmux().around([PROGRAM]), clipboard="on"))
        copy(explorer, COPIED)
        receives(explorer, "\n".join(ids))


class TestInScreen:
    def test_the_terminal_gets_them_through_it(self, inside_screen: Start, ids: list[str]):
        explorer = inside_screen()
        copy(explorer, SENT)
        assert "through screen" in explorer.screen
        receives(explorer, "\n".join(ids))

    def test_what_is_sent_to_it_is_on_the_list_of_what_may_be(self, start: Start, ids: list[str]):
        explorer = start(STY="7.story", TERM="screen-256color")
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))

    def test_a_long_text_too_and_nothing_of_it_is_drawn(self, inside_screen: Start, own_home: Path):
        ids = mark(300)
        explorer = inside_screen()
        copy(explorer, "Sent 300 request ids")
        receives(explorer, "\n".join(ids))
        assert max(map(len, re.findall(r"[A-Za-z0-9+/]+", explorer.screen))) < 40

    def test_over_ssh_too(self, sshd: SshServer, screen: Screen, drive: Drive, ids: list[str]):
        explorer = drive(sshd.around(screen.around([PROGRAM])))
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))

    def test_one_on_the_near_side_of_a_login_is_known_by_the_name_of_the_terminal(
        self, sshd: SshServer, sockets: Path, drive: Drive, ids: list[str]
    ):
        near = Screen(sockets, terminal="screen.xterm-256color")
        explorer = drive(near.around(sshd.around([PROGRAM])))
        copy(explorer, SENT)
        assert "through screen" in explorer.screen
        receives(explorer, "\n".join(ids))
        near.end()


class TestOverMosh:
    def test_the_terminal_gets_them(self, over_mosh: Start, ids: list[str]):
        explorer = over_mosh()
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))

    def test_where_nothing_but_its_server_tells_of_it(
        self, sshd: SshServer, drive: Drive, display: str, ids: list[str]
    ):
        forgotten = [word for name in ("CONNECTION", "CLIENT", "TTY") for word in ("-u", f"SSH_{name}")]
        explorer = drive(Mosh(sshd).around(["env", *forgotten, f"DISPLAY={display}", PROGRAM]))
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))
        assert on_clipboard(display) == ""

    def test_a_text_that_it_cuts_was_told_to_be_in_danger(self, over_mosh: Start, own_home: Path):
        text = "\n".join(mark(400))
        explorer = over_mosh()
        copy(explorer, "some connections cut texts this long")
        explorer.press(until=lambda _: bool(clipboard_writes(explorer.written)))
        (cut,) = clipboard_writes(explorer.written)
        whole = base64.b64encode(text.encode())
        assert whole.startswith(cut)
        assert len(cut) < len(whole)


class TestATextThatNoTerminalTakes:
    def test_is_in_a_file_of_the_readers_own_whose_path_is_shown(self, over_ssh: Start, own_home: Path):
        text = "\n".join(mark(2_100))
        explorer = over_ssh()
        copy(explorer, "Wrote 2,100 request ids of marked records (77,699 B)")
        file = folder("state", os.environ) / "copied.txt"
        assert "~/state/portkey-audit/copied.txt" in explorer.screen
        assert file.read_text() == text
        assert file.stat().st_mode & 0o777 == 0o600
        receives_nothing(explorer)


class TestRoutesByName:
    def test_a_command_of_the_configuration_gets_them(self, start: Start, ids: list[str], tmp_path: Path):
        config = folder("config", os.environ) / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(f'[clipboard]\ncommand = ["tee", "{tmp_path}/kept"]\n')
        explorer = start()
        copy(explorer, "with tee")
        assert (tmp_path / "kept").read_text() == "\n".join(ids)
        receives_nothing(explorer)

    def test_off_sends_nothing_and_names_what_shows_them(self, start: Start, ids: list[str]):
        explorer = start("--clipboard", "off")
        copy(explorer, "Copying is off (--clipboard off)")
        receives_nothing(explorer)

    def test_a_file_by_name(self, start: Start, ids: list[str]):
        explorer = start("--clipboard", "file")
        copy(explorer, "Wrote 3 request ids of marked records (110 B) to")
        assert (folder("state", os.environ) / "copied.txt").read_text() == "\n".join(ids)
        receives_nothing(explorer)


@contextmanager
def x_server(*options: str) -> Iterator[str]:
    """An X display that nobody looks at, with an empty clipboard."""
    installed("xclip", package="xclip")
    program = installed("Xvfb", package="xvfb")
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-nolisten", "tcp", "-screen", "0", "320x200x24", *options]
    server = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture
def display() -> Iterator[str]:
    with x_server() as name:
        yield name


@pytest.fixture
def refusing_display(tmp_path: Path) -> Iterator[str]:
    """An X display for those alone who know a secret, which the program doesn't."""
    any_host, any_display, kind, secret = b"", b"", b"MIT-MAGIC-COOKIE-1", bytes(range(16))
    counted = b"".join(struct.pack(">H", len(part)) + part for part in (any_host, any_display, kind, secret))
    (tmp_path / "secrets").write_bytes(b"\xff\xff" + counted)
    with x_server("-auth", str(tmp_path / "secrets")) as name:
        yield name


@pytest.fixture
def mute_display() -> Iterator[str]:
    """An X display that takes connections, and never says a word."""
    installed("xclip", package="xclip")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1] - 6000}"


def on_clipboard(display: str) -> str:
    """What somebody who pastes on that display gets, "" where nothing was copied."""
    command = [installed("xclip", package="xclip"), "-selection", "clipboard", "-out", "-display", display]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout


@pytest.fixture
def at_a_desk(drive: Drive) -> Start:
    """The program on the reader's own machine, with a display."""
    if line := line_to_reader(look_around({})):
        pytest.skip(f"these tests run over a login, so that no display here is the reader's: {line}")

    def run(*arguments: str, **env: str | None) -> Driven:
        return drive([PROGRAM, *arguments], **env)

    return run


class TestAtADesk:
    def test_the_display_s_clipboard_has_them(self, at_a_desk: Start, display: str, ids: list[str]):
        explorer = at_a_desk(DISPLAY=display)
        copy(explorer, COPIED)
        assert "the X11 clipboard" in explorer.screen
        assert on_clipboard(display) == "\n".join(ids)
        receives_nothing(explorer)

    def test_a_display_that_is_dead_is_not_believed(self, at_a_desk: Start, ids: list[str]):
        explorer = at_a_desk(DISPLAY=":4077")
        copy(explorer, SENT)
        assert "open display" not in explorer.screen
        receives(explorer, "\n".join(ids))

    def test_a_display_that_lets_nobody_in_is_not_believed(
        self, at_a_desk: Start, refusing_display: str, ids: list[str]
    ):
        explorer = at_a_desk(DISPLAY=refusing_display)
        copy(explorer, SENT)
        assert "the X11 clipboard did not take it" in explorer.screen
        assert "open display" not in explorer.screen
        receives(explorer, "\n".join(ids))

    def test_a_display_that_is_mute_is_not_waited_for_and_leaves_no_process(
        self, at_a_desk: Start, mute_display: str, own_home: Path, ids: list[str]
    ):
        explorer = at_a_desk(DISPLAY=mute_display)
        copy(explorer, SENT)
        receives(explorer, "\n".join(ids))
        assert [one for one in programs_at(own_home) if one.name() == "xclip"] == []


def stands_alone(ids: list[str]) -> Callable[[str], bool]:
    """Whether a screen shows these, one a line from the first on, and nothing else."""
    return lambda screen: [line.rstrip() for line in screen.rstrip().splitlines()] == ids


def page_of(screen: str) -> list[str]:
    """What a screen shows between its first line and the last ones."""
    return [line.rstrip() for line in screen.rstrip().splitlines()[1:-2]]


class TestPlainText:
    @pytest.mark.parametrize("place", ["start", "over_ssh", "inside_tmux", "inside_screen", "over_mosh"])
    def test_is_the_ids_alone_and_enter_comes_back_to_the_explorer_as_it_was(
        self, place: str, request: pytest.FixtureRequest, ids: list[str]
    ):
        run: Start = request.getfixturevalue(place)
        explorer = run(size=(80, 24))
        explorer.shows(is_drawn)
        before = page_of(explorer.screen)
        explorer.press("X", until=stands_alone(ids))
        assert explorer.cursor is not None
        explorer.press("enter", until=is_drawn)
        assert page_of(explorer.screen) == before
        explorer.press("q")
        explorer.ends()
        assert explorer.terminal_faults() == []

    def test_lets_the_terminal_select_by_mouse(self, start: Start, ids: list[str]):
        explorer = start()
        explorer.shows(is_drawn)
        explorer.press("X", until=stands_alone(ids))
        assert not {"mouse left on", "bracketed paste left on"} & set(explorer.terminal_faults())

    def test_longer_than_the_screen_is_in_what_the_terminal_scrolls_back_to(self, start: Start, own_home: Path):
        ids = mark(100)
        explorer = start(size=(80, 24))
        explorer.shows(is_drawn)
        explorer.press("X", until=ids[-1])
        assert explorer.written.endswith(("\x1b[H" + "\r\n".join(ids) + "\r\n").encode())
        assert explorer.written.rfind(b"\x1b[?1049l") > explorer.written.rfind(b"\x1b[?1049h")

    @pytest.mark.parametrize("key", ["ctrl+c", "ctrl+d"])
    def test_is_left_by_keys_that_end_other_programs(self, start: Start, key: str, ids: list[str]):
        explorer = start()
        explorer.shows(is_drawn)
        for _ in range(2):
            explorer.press("X", until=stands_alone(ids))
            explorer.press(key, until=is_drawn)
        explorer.press("q")
        assert explorer.ends() == WITHOUT_KEY
        assert explorer.terminal_faults() == []

    def test_ctrl_c_in_haste_ends_nothing(self, start: Start, ids: list[str]):
        explorer = start()
        explorer.shows(is_drawn)
        explorer.type("X\x03\x03\x03")
        explorer.press("enter", until=is_drawn)
        explorer.press("Q")
        assert explorer.ends() == WITHOUT_KEY

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_a_request_to_end_ends_it_and_leaves_the_terminal_as_it_was(
        self, start: Start, number: signal.Signals, ids: list[str]
    ):
        explorer = start()
        explorer.shows(is_drawn)
        explorer.press("X", until=stands_alone(ids))
        explorer.signal(number)
        assert explorer.ends() == 128 + number
        assert explorer.terminal_faults() == []

    def test_a_closed_terminal_ends_it_too(self, start: Start, own_home: Path, ids: list[str]):
        explorer = start()
        explorer.shows(is_drawn)
        explorer.press("X", until=stands_alone(ids))
        running = programs_at(own_home)
        explorer.hang_up()
        explorer.ends(within=5)
        assert still_there(running, within=5) == []
