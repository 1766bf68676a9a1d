"""A copy reaches the reader's own clipboard where it can, and what is said of it is what is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tui.clipboard import MOST_BYTES, Clipboard, reachable_from

Tool = Callable[[str], object]
PATIENT = 20.0
"""Seconds that no child here takes."""


def never(_: str) -> None:
    raise AssertionError("the terminal was written to")


@pytest.fixture
def sent() -> list[str]:
    """What was sent to the terminal."""
    return []


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Takes the code of a pyperclip of the test's own, which children find first."""
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return (folder / "pyperclip.py").write_text


class TestTheRoute:
    @pytest.mark.parametrize("display", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}], ids=list)
    def test_a_display_of_this_machine_is_the_readers(self, display: dict[str, str]):
        assert reachable_from(display).native

    @pytest.mark.parametrize("remote", ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"])
    def test_over_ssh_it_never_is_forwarded_display_or_not(self, remote: str):
        assert not reachable_from({"DISPLAY": "localhost:10.0", remote: "203.0.113.9 1 203.0.113.1 22"}).native

    def test_without_a_display_there_is_the_terminal_alone(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("sys.platform", "linux")
        assert not reachable_from({"TERM": "xterm-256color"}).native

    def test_a_mac_needs_no_display(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("sys.platform", "darwin")
        assert reachable_from({}).native
        assert not reachable_from({"SSH_TTY": "/dev/ttys001"}).native

    @pytest.mark.parametrize(
        "environment",
        [{"TMUX": "/tmp/tmux-0/default,1,0"}, {"TERM": "tmux-256color"}, {"TERM": "screen"}],
        ids=["in tmux", "tmux behind ssh", "screen"],
    )
    def test_what_stands_between_is_seen(self, environment: dict[str, str]):
        assert reachable_from(environment).multiplexed
        assert not reachable_from({"TERM": "xterm-256color"}).multiplexed


class TestByTheTerminal:
    async def test_it_is_sent_and_nothing_more_is_claimed(self, sent: list[str]):
        message = await Clipboard().copy("né", "1 request id", sent.append)
        assert sent == ["né"]
        assert message == "Sent 1 request id (3 B) to your terminal (OSC 52, which does not confirm)"

    async def test_the_setting_that_tmux_needs_is_named(self, sent: list[str]):
        message = await Clipboard(multiplexed=True).copy("x", "cell", sent.append)
        assert message.endswith("; in tmux it needs: set -s set-clipboard on")

    @pytest.mark.parametrize(("size", "doubtful"), [(12_000, False), (12_001, True), (MOST_BYTES, True)])
    async def test_a_long_text_may_be_cut_and_that_is_told(self, size: int, doubtful: bool, sent: list[str]):
        message = await Clipboard().copy("x" * size, "JSON", sent.append)
        assert len(sent[0]) == size
        assert ("some connections cut texts this long" in message) == doubtful

    @pytest.mark.parametrize("text", ["x" * (MOST_BYTES + 1), "é" * (MOST_BYTES // 2 + 1)], ids=["ascii", "bytes"])
    async def test_more_than_a_terminal_takes_is_not_sent(self, text: str):
        message = await Clipboard().copy(text, "JSON", never)
        assert message == f"Not copied: JSON ({len(text.encode()):,} B) is more than a terminal takes (74,994 B)"

    async def test_half_a_surrogate_pair_is_sent_as_its_escape(self, sent: list[str]):
        message = await Clipboard().copy("a\ud800z", "value", sent.append)
        assert sent == [r"a\ud800z"]
        assert "(8 B)" in message


class TestByAToolOfThisMachine:
    async def test_its_exit_code_confirms_the_copy(self, tool: Tool, tmp_path: Path):
        kept = tmp_path / "kept"
        tool(f"def copy(text): open({str(kept)!r}, 'w', encoding='utf-8').write(text)")
        text = "né 中 \x1b[31m\n" + "x" * MOST_BYTES
        message = await Clipboard(native=True, patience=PATIENT).copy(text, "JSON", never)
        assert message == f"Copied JSON ({len(text.encode()):,} B) to this machine's clipboard"
        assert kept.read_text(encoding="utf-8") == text

    @pytest.mark.parametrize(
        "code", ["raise ImportError", "def copy(text): raise RuntimeError(text)", "def copy(text): raise SystemExit(3)"]
    )
    async def test_where_it_fails_the_terminal_is_tried_and_ours_stays_clean(
        self, code: str, tool: Tool, sent: list[str], capfd: pytest.CaptureFixture[str]
    ):
        tool("import os; os.write(1, b'noise'); os.write(2, b'noise')\n" + code)
        message = await Clipboard(native=True, patience=PATIENT).copy("x", "cell", sent.append)
        assert sent == ["x"]
        assert message.startswith("Sent cell (1 B) to your terminal")
        assert capfd.readouterr() == ("", "")

    async def test_where_it_hangs_it_is_ended_with_all_it_started(self, tool: Tool, tmp_path: Path, sent: list[str]):
        told = tmp_path / "told"
        tool(
            "import os, subprocess, time\n"
            "def copy(text):\n"
            "    child = subprocess.Popen(['sleep', '600'])\n"
            f"    open({str(told)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
            "    time.sleep(600)\n"
        )
        message = await Clipboard(native=True, patience=2.0).copy("x", "cell", sent.append)
        assert message.startswith("Sent cell (1 B) to your terminal")
        hung = [psutil.Process(int(pid)) for pid in told.read_text().split() if psutil.pid_exists(int(pid))]
        assert [process for process in psutil.wait_procs(hung, timeout=5)[1] if process.status() != "zombie"] == []

    async def test_a_module_in_the_folder_we_were_started_in_is_not_run(
        self, tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        tool("def copy(text): pass")
        (tmp_path / "pyperclip.py").write_text("raise SystemExit(3)")
        monkeypatch.chdir(tmp_path)
        message = await Clipboard(native=True, patience=PATIENT).copy("x", "cell", never)
        assert message.startswith("Copied")
