"""A view that rings calls the reader wherever the program runs; its command gets the records, and no secret."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.scene import addressing
from tests.installed.driving import PROGRAM, Driven
from tests.installed.multiplexers import Screen, Tmux
from tests.installed.sequences import calls, strangers
from tui.app.calling import SAVE_TITLE, TITLE_BACK
from tui.demo.server import DemoServer
from tui.settings import folder
from tui.state.view_text import toml_value
from tui.state.views import FILE_NAME

pytestmark = pytest.mark.terminal

Drive = Callable[..., Driven]
BELL = "\a"
TITLE = "(1) changes - portkey-audit"
NOTIFICATION = re.compile(r"portkey-audit: changes: [1-5]\d\d .+")


@pytest.fixture
def watched(own_home: Path) -> Callable[..., None]:
    """Saves a view named `changes` that rings for everything, in some ways and by a command."""

    def save(*ways: str, command: tuple[str, ...] = ()) -> None:
        file = folder("config", os.environ) / FILE_NAME
        file.parent.mkdir(parents=True, mode=0o700)
        rings = f"ring = {toml_value(list(ways))}\nring_command = {toml_value(list(command))}\n"
        file.write_text(f"version = 1\n[[view]]\nname = 'changes'\nquery = '-id:none'\n{rings}")

    return save


def follow(explorer: Driven) -> None:
    """Follow, and have caught up with the present."""
    explorer.shows("of 200")
    explorer.press("F", until="lag ")


def called(explorer: Driven, count: int) -> list[str]:
    """Wait for so many calls; what they say."""
    explorer.press(until=lambda _: len(calls(explorer.written)) >= count)
    return calls(explorer.written)


def quits(explorer: Driven) -> None:
    """End the program; whatever it wrote has to be on the list."""
    explorer.press("Q")
    assert explorer.ends() == 0
    assert strangers(explorer.written, ringing=True) == []


class TestOnATerminal:
    def test_a_bell_the_title_and_a_notification_arrive_and_a_key_takes_the_title_back(
        self, drive: Drive, server: DemoServer, watched: Callable[..., None]
    ):
        watched("bell", "title", "notify")
        explorer = drive([PROGRAM, "--since=2d"], **addressing(server))
        follow(explorer)
        assert calls(explorer.written) == []
        server.arrive(1)
        bell, saved, title, notification = called(explorer, 4)
        assert (bell, saved, title) == (BELL, "", TITLE)
        assert NOTIFICATION.fullmatch(notification)
        assert SAVE_TITLE.encode() in explorer.written
        explorer.press("j", until=lambda _: TITLE_BACK.encode() in explorer.written)
        quits(explorer)

    def test_the_title_is_taken_back_by_a_signal_that_ends_it(
        self, drive: Drive, server: DemoServer, watched: Callable[..., None]
    ):
        watched("title")
        explorer = drive([PROGRAM, "--since=2d"], **addressing(server))
        follow(explorer)
        server.arrive(1)
        assert called(explorer, 2) == ["", TITLE]
        explorer.signal(15)
        assert explorer.ends() == 128 + 15
        assert calls(explorer.written) == ["", TITLE, ""]
        assert explorer.written.count(TITLE_BACK.encode()) == 1
        assert explorer.terminal_faults() == []
        assert strangers(explorer.written, ringing=True) == []

    def test_nothing_is_called_where_no_view_rings(self, drive: Drive, server: DemoServer):
        explorer = drive([PROGRAM, "--since=2d"], **addressing(server))
        follow(explorer)
        server.arrive(1)
        explorer.shows("+1 new")
        quits(explorer)
        assert strangers(explorer.written) == []


class TestItsCommand:
    def test_gets_each_record_on_a_line_of_json_whose_secrets_are_hidden(
        self, drive: Drive, server: DemoServer, watched: Callable[..., None], tmp_path: Path
    ):
        kept = tmp_path / "kept"
        keep = f"import sys; open({str(kept)!r}, 'ab').write(sys.stdin.buffer.read()); print('noise')"
        watched(command=(sys.executable, "-c", keep))
        explorer = drive([PROGRAM, "--since=2d"], **addressing(server))
        follow(explorer)
        server.arrive(3)
        explorer.press(until=lambda _: kept.exists() and kept.read_bytes().count(b"\n") == 3)
        records = [json.loads(line) for line in kept.read_text().splitlines()]
        assert len({json.dumps(record) for record in records}) == 3
        assert [record["timestamp"] for record in records] == sorted(record["timestamp"] for record in records)
        assert all(record["_meta"] for record in records)
        assert server.key not in kept.read_text()
        quits(explorer)
        assert calls(explorer.written) == []


class TestInTmux:
    """A bell passes it, and a notification where it lets those pass; the title is that of its own pane."""

    def test_the_bell_arrives_and_the_pane_has_the_title(
        self, drive: Drive, tmux: Callable[..., Tmux], server: DemoServer, watched: Callable[..., None]
    ):
        watched("bell", "title", "notify")
        multiplexer = tmux()
        explorer = drive(multiplexer.around([PROGRAM, "--since=2d"]), **addressing(server))
        follow(explorer)
        before = pane_title(multiplexer)
        server.arrive(1)
        explorer.press(until=lambda _: pane_title(multiplexer) == TITLE)
        explorer.press(until=lambda _: BELL.encode() in without_sequences(explorer.written))
        assert b"portkey-audit: changes" not in explorer.written
        explorer.press("j", until=lambda _: pane_title(multiplexer) == before)

    def test_a_notification_arrives_where_it_may_pass(
        self, drive: Drive, tmux: Callable[..., Tmux], server: DemoServer, watched: Callable[..., None]
    ):
        watched("notify")
        explorer = drive(tmux(passthrough="on").around([PROGRAM, "--since=2d"]), **addressing(server))
        follow(explorer)
        server.arrive(1)
        explorer.press(until=lambda _: notifications(explorer.written) != [])
        [notification] = notifications(explorer.written)
        assert NOTIFICATION.fullmatch(notification)


class TestInScreen:
    def test_a_notification_arrives(
        self, drive: Drive, screen: Screen, server: DemoServer, watched: Callable[..., None]
    ):
        watched("notify")
        explorer = drive(screen.around([PROGRAM, "--since=2d"]), **addressing(server))
        follow(explorer)
        server.arrive(1)
        explorer.press(until=lambda _: notifications(explorer.written) != [])
        [notification] = notifications(explorer.written)
        assert NOTIFICATION.fullmatch(notification)


def pane_title(multiplexer: Tmux) -> str:
    return multiplexer.told("display-message", "-p", "#{pane_title}").strip()


def notifications(written: bytes) -> list[str]:
    """Those that came out of a multiplexer, which sends sequences of its own besides."""
    return [text.decode() for text in re.findall(rb"\x1b\]9;([^\x07\x1b]*)\x07", written)]


def without_sequences(written: bytes) -> bytes:
    """What is left where the operating system commands are gone, each of which a BEL ends."""
    return re.sub(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", b"", written)
