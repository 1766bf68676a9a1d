"""Handing text to the reader's clipboard, and saying what is known to have happened to it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui.clipboard.choosing import Choice, Route, choose, native_clipboard, terminal_route
from tui.clipboard.osc52 import DOUBTFUL_BYTES, MOST_BYTES, pieces_for_screen, sequence
from tui.clipboard.surroundings import Surroundings
from tui.domain.clean import UNLIMITED, clean
from tui.feeding import feed
from tui.private_files import write_private

# -P: a file pyperclip.py in the folder where we were started is not ours to run.
_NATIVE_COMMAND = (sys.executable, "-P", "-m", "tui.clipboard.native_copy")
_CUT = "; some connections cut texts this long"
_ADVICE = "Nothing pasted? X shows it as plain text."


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a copy, and what helps where it did not arrive, which a reader is told once."""

    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Clipboard:
    """The reader's clipboard, from where the program runs.

    `look` tells how things stand, at each copy; it may take a second.  `wanted` and `command` are as `choose` has them.
    `file` takes what no clipboard does.  `patience`: seconds that a helper program may take.
    """

    look: Callable[[], Surroundings] = Surroundings
    wanted: str = "auto"
    command: tuple[str, ...] = ()
    file: Path | None = None
    patience: float = 2.0

    async def copy(self, text: str, what: str, write_terminal: Callable[[str], None]) -> Told:
        """Hand over `text`, which is `what` ("1 request id", "JSON"), and tell what is known to have happened.

        `write_terminal` sends a sequence to the terminal.  Half a surrogate pair, which no clipboard takes, is copied
        as the escape that JSON has for it.
        """
        here = await asyncio.to_thread(self.look)
        choice = choose(here, self.wanted, self.command)
        handover = _Handover(self, here, choice, text.encode("utf-8", "backslashreplace"), what, write_terminal)
        return await handover.make()


@dataclass(frozen=True, slots=True)
class _Handover:
    """One text on its way by the route that was chosen for it."""

    clipboard: Clipboard
    here: Surroundings
    choice: Choice
    text: bytes
    what: str
    write_terminal: Callable[[str], None]

    async def make(self) -> Told:
        match self.choice.route:
            case Route.OFF:
                return Told(f"Copying is off (--clipboard off). X shows {self.what} as plain text.")
            case Route.COMMAND:
                return await self._by_command()
            case Route.NATIVE:
                return await self._by_native_tool()
            case Route.TMUX:
                return await self._by_tmux()
            case Route.FILE:
                return await self._by_file("" if self._asked else self.choice.why)
            case _:
                return await self._by_terminal(self.choice)

    @property
    def _subject(self) -> str:
        return f"{self.what} ({len(self.text):,} B)"

    @property
    def _asked(self) -> bool:
        """Whether the reader has named the route."""
        return self.clipboard.wanted not in {"", "auto"}

    async def _by_command(self) -> Told:
        command = self.clipboard.command
        name = clean(Path(command[0]).name)
        problem = await feed(command, self.text, patience=self.clipboard.patience)
        return self._not_copied(f"{name} {problem}") if problem else Told(f"Copied {self._subject} with {name}")

    async def _by_native_tool(self) -> Told:
        clipboard = native_clipboard(self.here)
        if not clipboard:
            return await self._otherwise("no tool reaches a clipboard of this machine")
        # A display that is dead is not to be tried before one that answers.
        dead = {"DISPLAY", "WAYLAND_DISPLAY"} - self.here.displays
        environ = {name: value for name, value in self.here.environ.items() if name not in dead}
        patience = self.clipboard.patience
        if await feed(_NATIVE_COMMAND, self.text, patience=patience, environ=environ):
            return await self._otherwise(f"{clipboard} did not take it")
        return Told(f"Copied {self._subject} to {clipboard}", self.choice.hint)

    async def _by_tmux(self) -> Told:
        load, patience = ("tmux", "load-buffer"), self.clipboard.patience
        copied = f"Copied {self._subject} to tmux's buffer"
        fits = len(self.text) <= MOST_BYTES
        if fits and not await feed([*load, "-w", "-"], self.text, patience=patience):
            cut = _CUT if len(self.text) > DOUBTFUL_BYTES else ""
            return Told(f"{copied}, which it sends on to your terminal{cut}", _ADVICE)
        if problem := await feed([*load, "-"], self.text, patience=patience):
            return await self._otherwise(f"tmux {problem}")
        if not fits:
            return Told(f"{copied}; your terminal takes no more than {MOST_BYTES:,} B at once", _ADVICE)
        # This tmux is too old to send on what it is given; whether it lets a sequence through, nobody can tell.
        sent = await self._by_terminal(terminal_route(self.here))
        return Told(f"{copied}. {sent.message}", sent.advice)

    async def _by_terminal(self, choice: Choice, reason: str = "") -> Told:
        """By OSC 52, which nobody confirms."""
        if choice.route is Route.FILE:
            return await self._by_file(reason or choice.why)
        if len(self.text) > MOST_BYTES:
            return await self._by_file(f"a terminal takes no more than {MOST_BYTES:,} B at once")
        through = choice.route is Route.SCREEN
        self.write_terminal(pieces_for_screen(self.text) if through else sequence(self.text))
        way = "through screen to your terminal" if through else "to your terminal"
        cut = _CUT if len(self.text) > DOUBTFUL_BYTES else ""
        told = f"Sent {self._subject} {way} (OSC 52, which does not confirm){cut}"
        hint = f" {choice.hint[0].upper()}{choice.hint[1:]}." if choice.hint else ""
        return Told(f"{told}; {reason}" if reason else told, f"{_ADVICE}{hint}")

    async def _by_file(self, reason: str) -> Told:
        file = self.clipboard.file
        if file is None:
            return self._not_copied(reason)
        shown = clean(self._as_typed(file), UNLIMITED)
        try:
            await asyncio.to_thread(write_private, file, self.text)
        except OSError as error:
            return self._not_copied(f"{shown} can't be written ({error.strerror})")
        told = f"Wrote {self._subject} to {shown}"
        return Told(f"{told}: {reason}" if reason else told)

    def _as_typed(self, file: Path) -> str:
        """The path in as few characters as a shell understands: it is to fit on one line."""
        home = self.here.environ.get("HOME", "")
        return f"~/{file.relative_to(home)}" if home and file.is_relative_to(home) else str(file)

    async def _otherwise(self, reason: str) -> Told:
        """Go by the terminal, unless the reader has named the route that failed."""
        if self._asked:
            return self._not_copied(reason)
        return await self._by_terminal(terminal_route(self.here), reason)

    def _not_copied(self, reason: str) -> Told:
        return Told(f"Not copied: {reason}. X shows {self._subject} as plain text.")
