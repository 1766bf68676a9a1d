"""The driver as Textual uses it: what it sends, what it keeps while the line is busy, and what it hears."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
from textual.app import App
from textual.drivers import linux_driver
from textual.events import Key, Resize
from textual.geometry import Size

from tui.terminal.driver import FrameDiffDriver

pytestmark = pytest.mark.anyio


class Line:
    """In the place of Textual's writer: what was sent, and whether more waits to be."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.waiting = 0
        self.wrote = asyncio.Event()
        self._queue = self

    def write(self, output: str) -> None:
        self.sent.append(output)
        self.wrote.set()

    def qsize(self) -> int:
        return self.waiting


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def driver(line: Line, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FrameDiffDriver]:
    """A driver of an app of 20 columns and 3 rows, that draws already."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    app: App[None] = App()
    app._size = Size(20, 3)
    made = FrameDiffDriver(app)
    monkeypatch.setattr(made, "_writer_thread", line)
    monkeypatch.setattr(made, "_is_drawing", True)
    yield made
    for number, handler in handlers.items():
        signal.signal(number, handler)


def show(driver: FrameDiffDriver, text: str) -> None:
    driver.write(f"\x1b[1;1H{text:10}")
    driver.flush()


class TestFrames:
    async def test_are_sent_when_they_are_complete(self, driver: FrameDiffDriver, line: Line):
        driver.write("\x1b[1;1Hfirst")
        assert line.sent == []
        driver.flush()
        assert len(line.sent) == 1
        assert "first" in line.sent[0]

    async def test_that_change_nothing_send_nothing(self, driver: FrameDiffDriver, line: Line):
        show(driver, "first")
        show(driver, "first")
        assert len(line.sent) == 1

    async def test_are_sent_whole_on_request(self, driver: FrameDiffDriver, line: Line):
        show(driver, "first")
        driver.redraw()
        assert line.sent[1] == line.sent[0]

    async def test_are_no_longer_sent_once_the_terminal_is_given_back(
        self, driver: FrameDiffDriver, line: Line, monkeypatch: pytest.MonkeyPatch
    ):
        show(driver, "first")
        monkeypatch.setattr(driver, "_is_drawing", False)
        show(driver, "second")
        driver.redraw()
        assert len(line.sent) == 1


class TestASlowLine:
    async def test_is_sent_the_last_frame_only_when_it_is_free_again(self, driver: FrameDiffDriver, line: Line):
        show(driver, "first")
        line.waiting = 1
        show(driver, "second")
        show(driver, "third")
        assert len(line.sent) == 1
        line.waiting = 0
        line.wrote.clear()
        await line.wrote.wait()
        assert "third" in line.sent[1]
        assert "second" not in line.sent[1]

    async def test_is_told_in_order_what_is_no_frame(self, driver: FrameDiffDriver, line: Line):
        show(driver, "first")
        line.waiting = 1
        show(driver, "second")
        driver.write("\x07")
        assert "second" in line.sent[1]
        assert line.sent[1].endswith("\x07")


class TestAChangeOfSize:
    async def test_to_the_same_size_draws_anew(self, driver: FrameDiffDriver, line: Line):
        show(driver, "first")
        line.wrote.clear()
        driver.process_message(Resize(Size(20, 3), Size(20, 3)))
        await line.wrote.wait()
        assert line.sent[1] == line.sent[0]

    async def test_to_another_waits_for_the_frame_of_that_size(self, driver: FrameDiffDriver, line: Line):
        show(driver, "first")
        driver.process_message(Resize(Size(30, 5), Size(30, 5)))
        await asyncio.sleep(0)
        assert len(line.sent) == 1
        driver._app._size = Size(30, 5)
        show(driver, "first")
        assert "first" in line.sent[1]


class TestWhatTheTerminalSays:
    @pytest.mark.parametrize(
        ("report", "understood"),
        [("\x1b[?69;2$y", True), ("\x1b[?69;1$y", True), ("\x1b[?69;0$y", False), ("\x1b[?69;4$y", False)],
    )  # fmt: skip
    async def test_of_side_margins_is_heard_and_is_no_key(
        self, driver: FrameDiffDriver, report: str, understood: bool, monkeypatch: pytest.MonkeyPatch
    ):
        heard: list[Any] = []

        def read_input(_: object) -> None:
            parser = linux_driver.XTermParser()  # type: ignore[attr-defined]
            heard.extend(parser.feed(f"a{report}b"))

        monkeypatch.setattr(linux_driver.LinuxDriver, "run_input_thread", read_input)
        driver.run_input_thread()
        assert [event.key for event in heard if isinstance(event, Key)] == ["a", "b"]
        assert len(heard) == 2
        assert driver._frames.abilities.side_margins == understood
