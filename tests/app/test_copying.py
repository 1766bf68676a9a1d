"""What a reader takes along goes the way that was chosen for it, and each message says no more than is known."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from pathlib import Path

import psutil
import pytest

from tests.app.exploring import Story, asking, exploring, stand_in
from tests.app.terminals import Terminal
from tui.app.screens import copying
from tui.clipboard.copying import Clipboard
from tui.clipboard.osc52 import pieces_for_screen, sequence
from tui.clipboard.surroundings import Surroundings
from tui.demo.server import DemoServer

WEEK = asking("since:7d")
ADVICE = "Nothing pasted? X shows it as plain text."
PATIENT = 20.0


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with stand_in() as server:
        yield server


@pytest.fixture
async def story(server: DemoServer) -> AsyncIterator[Story]:
    async with exploring(server, query=WEEK) as story:
        await story.settled()
        yield story


def sent_by(story: Story) -> list[str]:
    """What the terminal's clipboard is sent from now on."""
    sent: list[str] = []

    def write(data: str) -> None:
        if "\x1b]52;" in data:
            sent.append(data)

    assert story.app._driver is not None
    story.app._driver.write = write  # type: ignore[method-assign]
    return sent


def here(story: Story) -> str:
    """The request id under the cursor."""
    record = story.screen._record()
    assert record is not None
    assert record.request_id
    return record.request_id


async def told(story: Story, part: str) -> str:
    """Wait for a message that holds this, alone on the screen; the whole of it."""
    await story.until(lambda: [part in toast for toast in story.toasts] == [True], part)
    return story.toasts[0]


class TestTheMessage:
    async def test_names_the_route_the_count_and_the_bytes_and_advises_once_in_a_session(self, story: Story):
        sent = sent_by(story)
        await story.press("c")
        claim = "Sent 1 request id (36 B) to your terminal (OSC 52, which does not confirm)"
        assert await told(story, "Sent 1 request id") == f"{claim}. {ADVICE}"
        await story.press("m", "j", "m", "c")
        claim = "Sent 2 request ids of marked records (73 B) to your terminal (OSC 52, which does not confirm)"
        assert await told(story, "Sent 2 request ids") == claim
        ids = [record.request_id for record in story.records[:2]]
        assert sent == [sequence(ids[0].encode()), sequence("\n".join(ids).encode())]

    async def test_of_a_tool_says_copied(self, server: DemoServer):
        clipboard = Clipboard(command=("sh", "-c", "cat >/dev/null"), patience=PATIENT)
        async with exploring(server, query=WEEK, clipboard=clipboard) as story:
            await story.settled()
            sent = sent_by(story)
            await story.press("c")
            assert await told(story, "Copied") == "Copied 1 request id (36 B) with sh"
            assert sent == []

    async def test_of_a_file_shows_its_path(self, server: DemoServer, tmp_path: Path):
        clipboard = Clipboard(wanted="file", file=tmp_path / "copied.txt")
        async with exploring(server, query=WEEK, clipboard=clipboard) as story:
            await story.settled()
            await story.press("c")
            assert await told(story, "Wrote") == f"Wrote 1 request id (36 B) to {tmp_path}/copied.txt"
            assert (tmp_path / "copied.txt").read_text() == here(story)

    async def test_where_copying_is_off_names_what_shows_the_text(self, server: DemoServer):
        async with exploring(server, query=WEEK, clipboard=Clipboard(wanted="off")) as story:
            await story.settled()
            sent = sent_by(story)
            await story.press("c")
            assert await told(story, "Copying is off") == (
                "Copying is off (--clipboard off). X shows 1 request id as plain text."
            )
            assert sent == []


class TestTheRoute:
    async def test_through_screen_is_in_pieces(self, server: DemoServer):
        clipboard = Clipboard(look=lambda: Surroundings(environ={"STY": "7.pts-0"}))
        async with exploring(server, query=WEEK, clipboard=clipboard) as story:
            await story.settled()
            sent = sent_by(story)
            await story.press("y", "j")
            await told(story, "Sent JSON")
            assert sent == [pieces_for_screen(story.app.clipboard.encode())]

    async def test_of_a_later_copy_takes_the_place_of_one_still_under_way(self, server: DemoServer, tmp_path: Path):
        script = f'read -r id; echo "$id" >>{tmp_path}/asked; mkfifo {tmp_path}/nobody && cat {tmp_path}/nobody'
        clipboard = Clipboard(command=("sh", "-c", f"{script}; exit 0"), patience=PATIENT)
        async with exploring(server, query=WEEK, clipboard=clipboard) as story:
            await story.settled()
            first = here(story)
            await story.press("c")
            await story.until((tmp_path / "nobody").exists, "a tool that hangs")
            await story.press("j")
            await story.press("c")
            await told(story, "Copied 1 request id")
            assert (tmp_path / "asked").read_text().split() == [first, here(story)]
            left = [child for child in psutil.Process().children(recursive=True) if "nobody" in child.cmdline()]
            assert left == []


class TestCopyingAgain:
    async def test_takes_what_was_copied_last_wherever_the_reader_is(self, story: Story):
        sent = sent_by(story)
        copied = here(story)
        await story.press("c")
        await told(story, "Sent 1 request id")
        await story.press("j", "j", "colon")
        await story.shows("Find a command")
        await story.type("copy again")
        await story.shows("What was copied last, once more")
        await story.press("enter")
        await story.until(lambda: len(sent) == 2, "the second copy")
        assert sent == [sequence(copied.encode())] * 2

    async def test_says_so_where_nothing_was(self, story: Story):
        await story.screen.run_action("copy_again")
        assert await told(story, "Nothing has been copied yet")


class TestPlainText:
    @pytest.fixture
    def shown(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The texts that a terminal would have shown."""
        texts: list[str] = []
        monkeypatch.setattr(copying, "bare_terminal", lambda _: nullcontext())
        monkeypatch.setattr(copying, "show_alone", lambda text, **_: texts.append(text))
        return texts

    async def test_is_the_request_id_here(self, story: Story, shown: list[str]):
        await story.press("X")
        assert shown == [here(story)]

    async def test_is_those_of_all_marked_records_one_a_line(self, story: Story, shown: list[str]):
        await story.press("m", "j", "m", "X")
        assert shown[0].split("\n") == [record.request_id for record in story.records[:2]]

    async def test_is_what_was_copied_here_until_the_reader_goes_on(self, story: Story, shown: list[str]):
        await story.press("y", "j")
        await told(story, "Sent JSON")
        await story.press("X")
        assert shown[0] == story.app.clipboard
        assert shown[0].startswith("{\n")
        await story.press("j", "X")
        assert shown[1] == here(story)

    async def test_is_there_though_copying_is_off(self, server: DemoServer, shown: list[str]):
        async with exploring(server, query=WEEK, clipboard=Clipboard(wanted="off")) as story:
            await story.settled()
            await story.press("y", "q")
            await told(story, "Copying is off")
            await story.press("X")
            assert shown == ["since:7d"]

    async def test_obeys_nothing_that_a_log_says(self, story: Story, shown: list[str]):
        story.screen._copy("\x1b]0;owned\x07\nrow\r\u202e", "value")
        await told(story, "Sent value")
        await story.press("X")
        assert shown == ["\\u001b]0;owned\\u0007\nrow\\r\\u202e"]

    async def test_can_not_be_had_without_a_terminal(self, story: Story):
        await story.press("X")
        assert await told(story, "There is no terminal here")

    async def test_of_no_record_is_nothing(self, story: Story, shown: list[str]):
        await story.ask("status:418 since:7d")
        await story.press("X")
        assert await told(story, "There is no request id here to show")
        assert shown == []


class TestOnATerminal:
    def test_the_text_stands_alone_from_the_first_line_on(self):
        with Terminal() as terminal:
            terminal.show_alone("first\nsecond", lambda: terminal.press(b"\r"))
            assert terminal.written == b"\r\n" * 24 + b"\x1b[Hfirst\r\nsecond\r\n"

    @pytest.mark.parametrize("key", [b"\r", b"\n", b"\x03", b"\x04", b"q"], ids=ascii)
    def test_a_key_comes_back_and_leaves_the_terminal_as_it_was(self, key: bytes):
        with Terminal() as terminal:
            before = terminal.settings
            terminal.show_alone("first", lambda: terminal.press(key))
            assert terminal.settings == before

    def test_other_keys_are_neither_seen_nor_do_they_come_back(self):
        with Terminal() as terminal:
            terminal.show_alone("first", lambda: terminal.press(b"x \x1b[A\x1a\x1c\r"))
            assert terminal.written.endswith(b"first\r\n")

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_that_asks_to_end_comes_back_once_it_is_handled(self, number: signal.Signals):
        handled: list[int] = []
        others = {one: signal.signal(one, lambda got, _: handled.append(got)) for one in (signal.SIGUSR1, number)}

        def send_both() -> None:
            for one in others:
                os.kill(os.getpid(), one)

        try:
            with Terminal() as terminal:
                terminal.show_alone("first", send_both)
        finally:
            for one, handler in others.items():
                signal.signal(one, handler)
        assert set(handled) == set(others)
        assert signal.set_wakeup_fd(-1) == -1

    def test_a_terminal_that_goes_away_comes_back(self):
        with Terminal() as terminal:
            terminal.show_alone("first", terminal.hang_up)
