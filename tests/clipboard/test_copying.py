"""A copy reaches the reader's own clipboard where it can, and what is said of it is what is known."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.clipboard.copying import Clipboard, Told
from tui.clipboard.osc52 import MOST_BYTES, pieces_for_screen, sequence
from tui.clipboard.surroundings import Surroundings

PATIENT = 20.0
"""Seconds that no program here takes."""
IDS = "a1\nb2\nc3"
ADVICE = "Nothing pasted? X shows it as plain text."
Tool = Callable[[str, str], None]


class Reader:
    """Who copies, with the sequences that reach the terminal."""

    def __init__(self, **clipboard: object) -> None:
        self.clipboard = Clipboard(patience=PATIENT, **clipboard)  # type: ignore[arg-type]
        self.sent: list[str] = []

    async def copy(self, text: str = IDS, what: str = "3 request ids") -> Told:
        return await self.clipboard.copy(text, what, self.sent.append)

    @property
    def received(self) -> list[bytes]:
        """What a terminal puts on its clipboard, if it does."""
        return [base64.b64decode(found) for found in re.findall(r"\x1b\]52;c;([^\x07]*)\x07", "".join(self.sent))]


def seeing(*, tools: object = (), displays: object = (), **environ: str) -> Callable[[], Surroundings]:
    facts = Surroundings(environ={**os.environ, **environ}, tools=frozenset(tools), displays=frozenset(displays))  # type: ignore[call-overload]
    return lambda: facts


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder whose programs are found first; no tool of this machine's own takes part."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def tool(programs: Path) -> Tool:
    """Puts a shell script on the PATH."""

    def write(name: str, script: str) -> None:
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)

    return write


class TestByTheTerminal:
    async def test_it_is_sent_and_nothing_more_is_claimed(self):
        reader = Reader()
        told = await reader.copy()
        assert told.message == "Sent 3 request ids (8 B) to your terminal (OSC 52, which does not confirm)"
        assert told.advice == ADVICE
        assert reader.sent == [sequence(IDS.encode())]

    async def test_the_setting_that_an_unseen_tmux_needs_is_named(self):
        told = await Reader(look=seeing(TERM="tmux-256color", SSH_TTY="/dev/pts/0")).copy()
        assert told.advice == f"{ADVICE} Tmux needs: set -s set-clipboard on."

    async def test_screen_gets_it_in_pieces(self):
        reader = Reader(look=seeing(STY="7.pts-0", TERM="screen"))
        told = await reader.copy()
        assert told.message == (
            "Sent 3 request ids (8 B) through screen to your terminal (OSC 52, which does not confirm)"
        )
        assert reader.sent == [pieces_for_screen(IDS.encode())]

    @pytest.mark.parametrize(("size", "doubtful"), [(12_000, False), (12_001, True), (MOST_BYTES, True)])
    async def test_a_long_text_may_be_cut_and_that_is_told(self, size: int, doubtful: bool):
        reader = Reader()
        told = await reader.copy("x" * size, "JSON")
        assert reader.received == [b"x" * size]
        assert ("some connections cut texts this long" in told.message) == doubtful

    @pytest.mark.parametrize("text", ["x" * (MOST_BYTES + 1), "é" * (MOST_BYTES // 2 + 1)], ids=["ascii", "bytes"])
    async def test_more_than_a_terminal_takes_goes_to_a_file(self, text: str, tmp_path: Path):
        reader = Reader(file=tmp_path / "copied.txt")
        told = await reader.copy(text, "JSON")
        assert reader.sent == []
        assert told.message == (
            f"Wrote JSON ({len(text.encode()):,} B) to {tmp_path}/copied.txt: "
            "a terminal takes no more than 74,994 B at once"
        )
        assert (tmp_path / "copied.txt").read_text("utf-8") == text

    async def test_half_a_surrogate_pair_is_sent_as_its_escape(self):
        reader = Reader()
        told = await reader.copy("a\ud800z", "value")
        assert reader.received == [rb"a\ud800z"]
        assert "(8 B)" in told.message


class TestByTmux:
    LOOK = staticmethod(seeing(tools={"tmux"}, TMUX="/tmp/tmux-0/default,1,0", TERM="tmux-256color"))

    async def test_its_exit_code_confirms_that_its_buffer_has_it(self, tool: Tool, tmp_path: Path):
        tool("tmux", f'echo "$@" >{tmp_path}/asked; cat >{tmp_path}/buffer')
        reader = Reader(look=self.LOOK)
        told = await reader.copy()
        assert told == Told("Copied 3 request ids (8 B) to tmux's buffer, which it sends on to your terminal", ADVICE)
        assert (tmp_path / "asked").read_text() == "load-buffer -w -\n"
        assert (tmp_path / "buffer").read_text() == IDS
        assert reader.sent == []

    async def test_one_that_is_too_old_to_send_it_on_keeps_it_and_the_terminal_is_asked_too(
        self, tool: Tool, tmp_path: Path
    ):
        tool("tmux", f'[ "$2" = -w ] && exit 1; cat >{tmp_path}/buffer')
        reader = Reader(look=self.LOOK)
        told = await reader.copy()
        assert told.message == (
            "Copied 3 request ids (8 B) to tmux's buffer. "
            "Sent 3 request ids (8 B) to your terminal (OSC 52, which does not confirm)"
        )
        assert told.advice == f"{ADVICE} Tmux needs: set -s set-clipboard on."
        assert (tmp_path / "buffer").read_text() == IDS
        assert reader.received == [IDS.encode()]

    async def test_where_it_fails_the_terminal_is_asked_and_that_is_told(self, tool: Tool):
        tool("tmux", "exit 1")
        reader = Reader(look=self.LOOK)
        told = await reader.copy()
        assert told.message == (
            "Sent 3 request ids (8 B) to your terminal (OSC 52, which does not confirm); tmux ended with exit code 1"
        )
        assert reader.received == [IDS.encode()]

    async def test_where_it_was_asked_for_nothing_else_is_done(self, tool: Tool):
        tool("tmux", "exit 1")
        reader = Reader(look=self.LOOK, wanted="tmux")
        told = await reader.copy()
        assert told.message == "Not copied: tmux ended with exit code 1. X shows 3 request ids (8 B) as plain text."
        assert reader.sent == []

    async def test_a_long_text_may_be_cut_behind_it_and_that_is_told(self, tool: Tool):
        tool("tmux", "cat >/dev/null")
        told = await Reader(look=self.LOOK).copy("x" * 12_001, "JSON")
        assert told.message.endswith("sends on to your terminal; some connections cut texts this long")

    async def test_more_than_a_terminal_takes_stays_in_its_buffer(self, tool: Tool, tmp_path: Path):
        tool("tmux", f'echo "$@" >{tmp_path}/asked; cat >{tmp_path}/buffer')
        told = await Reader(look=self.LOOK).copy("x" * (MOST_BYTES + 1), "JSON")
        assert told.message == (
            "Copied JSON (74,995 B) to tmux's buffer; your terminal takes no more than 74,994 B at once"
        )
        assert (tmp_path / "asked").read_text() == "load-buffer -\n"
        assert (tmp_path / "buffer").stat().st_size == MOST_BYTES + 1


class TestByAToolOfThisMachine:
    @pytest.fixture
    def look(self, programs: Path) -> Callable[[], Surroundings]:
        """A desk, its programs those of the test."""
        return seeing(tools={"xclip"}, displays={"DISPLAY"}, DISPLAY=":0", PATH=f"{programs}:/usr/bin:/bin")

    async def test_its_exit_code_confirms_the_copy(self, look: object, tool: Tool, tmp_path: Path):
        tool("xclip", f"cat >{tmp_path}/kept")
        reader = Reader(look=look)
        text = "né 中 \x1b[31m\n" + "x" * MOST_BYTES
        told = await reader.copy(text, "JSON")
        assert told == Told(f"Copied JSON ({len(text.encode()):,} B) to the X11 clipboard")
        assert (tmp_path / "kept").read_text("utf-8") == text
        assert reader.sent == []

    @pytest.mark.parametrize(
        "script", ["cat; echo noise >&2; exit 1", "exit 1", "kill -9 $$"], ids=["no display", "at once", "killed"]
    )
    async def test_where_it_fails_the_terminal_is_asked_and_ours_stays_clean(
        self, script: str, look: object, tool: Tool, capfd: pytest.CaptureFixture[str]
    ):
        tool("xclip", script)
        reader = Reader(look=look)
        told = await reader.copy()
        assert reader.received == [IDS.encode()]
        assert told.message == (
            "Sent 3 request ids (8 B) to your terminal (OSC 52, which does not confirm); "
            "the X11 clipboard did not take it"
        )
        assert capfd.readouterr() == ("", "")

    async def test_where_it_was_asked_for_nothing_else_is_done(self, look: object, tool: Tool):
        tool("xclip", "exit 1")
        reader = Reader(look=look, wanted="native")
        told = await reader.copy()
        assert told.message.startswith("Not copied: the X11 clipboard did not take it.")
        assert reader.sent == []

    async def test_where_there_is_none_that_is_told(self):
        told = await Reader(wanted="native").copy()
        assert told.message == (
            "Not copied: no tool reaches a clipboard of this machine. X shows 3 request ids (8 B) as plain text."
        )

    async def test_a_display_that_is_dead_is_not_tried_before_one_that_answers(
        self, programs: Path, tool: Tool, tmp_path: Path
    ):
        tool("wl-copy", "exit 1")
        tool("wl-paste", "exit 1")
        tool("xclip", f"cat >{tmp_path}/kept")
        look = seeing(
            tools={"wl-copy", "wl-paste", "xclip"}, displays={"DISPLAY"}, DISPLAY=":0", WAYLAND_DISPLAY="wayland-0",
            PATH=f"{programs}:/usr/bin:/bin",
        )  # fmt: skip
        told = await Reader(look=look).copy()
        assert told.message == "Copied 3 request ids (8 B) to the X11 clipboard"
        assert (tmp_path / "kept").read_text() == IDS

    async def test_a_module_in_the_folder_we_were_started_in_is_not_run(
        self, look: object, tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        tool("xclip", "cat >/dev/null")
        (tmp_path / "pyperclip.py").write_text("raise SystemExit(3)")
        monkeypatch.chdir(tmp_path)
        assert (await Reader(look=look).copy()).message.startswith("Copied")


class TestByACommand:
    async def test_it_gets_the_text_and_its_exit_code_confirms_the_copy(self, tmp_path: Path):
        code = f"import sys; open({str(tmp_path / 'kept')!r}, 'wb').write(sys.stdin.buffer.read())"
        reader = Reader(command=(sys.executable, "-c", code))
        told = await reader.copy()
        assert told == Told(f"Copied 3 request ids (8 B) with {Path(sys.executable).name}")
        assert (tmp_path / "kept").read_text() == IDS
        assert reader.sent == []

    async def test_where_it_fails_nothing_else_is_done(self):
        reader = Reader(command=("false",))
        told = await reader.copy()
        assert told.message == "Not copied: false ended with exit code 1. X shows 3 request ids (8 B) as plain text."
        assert reader.sent == []


class TestByAFile:
    async def test_it_is_the_readers_alone_and_the_message_shows_where(self, tmp_path: Path):
        file = tmp_path / "state" / "copied.txt"
        reader = Reader(wanted="file", file=file)
        assert await reader.copy() == Told(f"Wrote 3 request ids (8 B) to {file}")
        assert file.read_text() == IDS
        assert file.stat().st_mode & 0o777 == 0o600
        assert reader.sent == []

    async def test_a_path_below_the_home_folder_is_short(self, tmp_path: Path):
        told = await Reader(wanted="file", file=tmp_path / "state/copied.txt", look=seeing(HOME=str(tmp_path))).copy()
        assert told.message == "Wrote 3 request ids (8 B) to ~/state/copied.txt"

    async def test_the_last_copy_takes_the_place_of_the_one_before(self, tmp_path: Path):
        reader = Reader(wanted="file", file=tmp_path / "copied.txt")
        await reader.copy()
        await reader.copy("d4", "1 request id")
        assert (tmp_path / "copied.txt").read_text() == "d4"

    async def test_why_it_is_one_is_told_where_it_was_not_asked_for(self, tmp_path: Path):
        told = await Reader(look=seeing(TERM="linux"), file=tmp_path / "copied.txt").copy()
        assert told.message.endswith("; a terminal with TERM=linux has no clipboard")

    async def test_one_that_can_not_be_written_is_told(self, tmp_path: Path):
        (tmp_path / "state").write_text("no folder")
        told = await Reader(wanted="file", file=tmp_path / "state" / "copied.txt").copy()
        assert told.message == (
            f"Not copied: {tmp_path}/state/copied.txt can't be written (its folder is a file). "
            "X shows 3 request ids (8 B) as plain text."
        )

    async def test_without_a_place_for_one_nothing_is_claimed(self):
        told = await Reader().copy("x" * (MOST_BYTES + 1), "JSON")
        assert told.message.startswith("Not copied: a terminal takes no more than 74,994 B at once.")


async def test_where_copying_is_off_it_says_so_and_what_shows_the_text():
    reader = Reader(wanted="off")
    assert await reader.copy() == Told("Copying is off (--clipboard off). X shows 3 request ids as plain text.")
    assert reader.sent == []
