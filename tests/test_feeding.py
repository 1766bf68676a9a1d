"""A helper program gets a text and nothing of our terminal, and is not waited for longer than was meant."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psutil
import pytest

from tui.feeding import feed

PATIENT = 20.0
"""Seconds that no program here takes."""
TEXT = "né 中 \x1b[31m\n".encode() * 20_000


async def test_it_gets_the_text_byte_for_byte(tmp_path: Path):
    kept = tmp_path / "kept"
    code = f"import sys; open({str(kept)!r}, 'wb').write(sys.stdin.buffer.read())"
    assert await feed([sys.executable, "-c", code], TEXT, patience=PATIENT) == ""
    assert kept.read_bytes() == TEXT


async def test_words_of_the_command_are_no_shell_s(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "$(touch made); made"
    assert await feed(["touch", str(file)], b"", patience=PATIENT) == ""
    assert list(folder.iterdir()) == [file]


async def test_what_it_says_stays_off_our_terminal(capfd: pytest.CaptureFixture[str]):
    assert await feed(["sh", "-c", "echo noise; echo noise >&2; exit 3"], b"", patience=PATIENT)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (["sh", "-c", "exit 3"], "ended with exit code 3"),
        (["sh", "-c", "kill -9 $$"], "ended with exit code -9"),
        (["/nowhere/at/all"], "could not be started (No such file or directory)"),
        ([str(Path(__file__))], "could not be started (Permission denied)"),
    ],
    ids=["failed", "killed", "not there", "no program"],
)
async def test_how_it_ended_is_told(command: list[str], problem: str):
    assert await feed(command, TEXT, patience=PATIENT) == problem


async def test_one_that_reads_nothing_is_as_good_as_its_exit_code():
    assert await feed(["true"], TEXT, patience=PATIENT) == ""


async def test_one_that_hangs_is_ended_with_all_it_started(tmp_path: Path):
    told = tmp_path / "told"
    script = f"sleep 600 & echo $$ $! >{told}; wait"
    assert await feed(["sh", "-c", script], b"", patience=2.0) == "took more than 2 s"
    hung = [psutil.Process(int(pid)) for pid in told.read_text().split() if psutil.pid_exists(int(pid))]
    assert [process for process in psutil.wait_procs(hung, timeout=5)[1] if process.status() != "zombie"] == []


async def test_what_one_leaves_behind_to_serve_the_clipboard_goes_on(tmp_path: Path):
    told = tmp_path / "told"
    assert await feed(["sh", "-c", f"sleep 600 & echo $! >{told}"], b"", patience=PATIENT) == ""
    serving = psutil.Process(int(told.read_text()))
    assert serving.is_running()
    serving.kill()


async def test_one_that_is_given_up_twice_is_gone_all_the_same(tmp_path: Path):
    told = tmp_path / "told"
    feeding = asyncio.create_task(feed(["sh", "-c", f"echo $$ >{told}; exec sleep 600"], b"", patience=PATIENT))
    while not told.exists() or not told.read_text():  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.01)
    process = psutil.Process(int(told.read_text()))
    feeding.cancel()
    await asyncio.sleep(0)
    feeding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await feeding
    assert not process.is_running()
