"""Places that the installed program runs in: a terminal, a login over SSH, tmux, screen, mosh, and one in another."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.installed.driving import PROGRAM, Driven, end_all_at
from tests.installed.multiplexers import Mosh, Screen, Tmux
from tests.installed.remote import SshServer
from tests.installed.sequences import strangers
from tui.demo.history import History
from tui.demo.server import DemoServer

Start = Callable[..., Driven]
"""Takes the program's arguments, `size` in columns and rows, and variables of the environment by name."""


@pytest.fixture
def drive(own_home: Path) -> Iterator[Callable[..., Driven]]:
    """Runs commands in terminals, and ends them and whatever they started."""
    with ExitStack() as stack:
        stack.callback(end_all_at, own_home)

        def run(command: Sequence[str], *, size: tuple[int, int] = (120, 40), **env: str | None) -> Driven:
            return stack.enter_context(Driven(command, size=size, env=env))

        yield run


@pytest.fixture
def start(drive: Callable[..., Driven]) -> Iterator[Start]:
    """The program in a terminal; whatever it writes has to be on the list.

    SSH_TTY is what a login over SSH sets: the clipboard is then the terminal's, whatever display this machine has.
    """
    started: list[Driven] = []

    def run(*arguments: str, size: tuple[int, int] = (120, 40), **env: str | None) -> Driven:
        started.append(drive([PROGRAM, *arguments], size=size, **{"SSH_TTY": "/dev/pts/0", **env}))
        return started[-1]

    yield run
    assert [stranger for one in started for stranger in strangers(one.written)] == []


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A folder with a path that is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="audit-", dir="/tmp") as folder:
        yield Path(folder)


def serving_ssh(folder: Path, **settings: str) -> SshServer:
    """A server that logs in to the test's own home; `settings` are sshd's own."""
    names = ("HOME", *(name for name in os.environ if name.startswith("XDG_")))
    return SshServer(folder, {name: os.environ[name] for name in names} | {"TZ": "UTC"}, settings)


@pytest.fixture
def sshd(own_home: Path, tmp_path: Path) -> Iterator[SshServer]:
    with serving_ssh(tmp_path / "sshd") as server:
        yield server


@pytest.fixture
def over_ssh(sshd: SshServer, drive: Callable[..., Driven]) -> Start:
    """The program at the far end of a connection; variables are those of the near end."""

    def run(*arguments: str, size: tuple[int, int] = (120, 40), **env: str | None) -> Driven:
        return drive(sshd.around([PROGRAM, *arguments]), size=size, **env)

    return run


@pytest.fixture
def tmux(sockets: Path) -> Iterator[Callable[..., Tmux]]:
    """Makes servers of tmux with settings of their own."""
    with ExitStack() as stack:
        made: list[Tmux] = []

        def make(**settings: str) -> Tmux:
            folder = sockets / str(len(made))
            folder.mkdir()
            made.append(Tmux(folder, **settings))
            stack.callback(made[-1].end)
            return made[-1]

        yield make


@pytest.fixture
def inside_tmux(tmux: Callable[..., Tmux], drive: Callable[..., Driven]) -> Start:
    """The program in tmux; `clipboard`, `passthrough` and `terminal` are settings of `Tmux`."""

    def run(
        *arguments: str,
        size: tuple[int, int] = (120, 40),
        clipboard: str = "external",
        passthrough: str = "off",
        terminal: str = "tmux-256color",
        **env: str | None,
    ) -> Driven:
        server = tmux(clipboard=clipboard, passthrough=passthrough, terminal=terminal)
        return drive(server.around([PROGRAM, *arguments]), size=size, **env)

    return run


@pytest.fixture
def screen(sockets: Path) -> Iterator[Screen]:
    multiplexer = Screen(sockets)
    yield multiplexer
    multiplexer.end()


@pytest.fixture
def inside_screen(screen: Screen, drive: Callable[..., Driven]) -> Start:
    """The program in GNU screen."""

    def run(*arguments: str, size: tuple[int, int] = (120, 40), **env: str | None) -> Driven:
        return drive(screen.around([PROGRAM, *arguments]), size=size, **env)

    return run


@pytest.fixture
def over_mosh(sshd: SshServer, drive: Callable[..., Driven]) -> Start:
    """The program at the far end of mosh."""
    mosh = Mosh(sshd)

    def run(*arguments: str, size: tuple[int, int] = (120, 40), **env: str | None) -> Driven:
        return drive(mosh.around([PROGRAM, *arguments]), size=size, **env)

    return run


@pytest.fixture
def stand_in() -> Iterator[str]:
    """The base URL of a stand-in served by a process of its own."""
    server = subprocess.Popen([PROGRAM, "demo-server", "--records", "1000"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    yield server.stdout.readline().strip()
    server.send_signal(signal.SIGINT)
    server.communicate()


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """A stand-in whose clock goes on, with nothing in it that is younger than an hour."""
    history = History(records=200, days=1, now=datetime.now(UTC) - timedelta(hours=1))
    with DemoServer(history, clock=lambda: datetime.now(UTC)) as server:
        yield server
