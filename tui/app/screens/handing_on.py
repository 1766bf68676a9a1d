"""Handing a record on: to a command of the reader's, and to the pager."""

from __future__ import annotations

import asyncio
import shlex
import sys
import termios
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from tui.app.bare_terminal import bare_terminal, begin_page, wait_for_reader
from tui.app.handing_on import CommandError, Ending, name_of, pager_environment, pager_of, run_here
from tui.app.screens.copying import CopyingScreen
from tui.domain.clean import clean
from tui.formats.facts import headline
from tui.formats.record_json import json_line
from tui.formats.record_page import record_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui.app.context import Context
    from tui.domain.record import AuditRecord

_KEYBOARD = 0
_LONGEST_COMMAND = 200
_AT_ONCE_SECONDS = 1.0
"""A pager that ends within this has shown all at once, or failed: nobody has read that yet."""


class HandingOnScreen(CopyingScreen):
    """Gives the record under the cursor, redacted, to programs that have the terminal meanwhile; nothing comes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("vertical_line", "pipe", "Pipe", show=False, id="explorer.pipe",
                tooltip="Give the record as JSON to a command (asks which)"),
        Binding("V", "pager", "Pager", show=False, id="explorer.pager", tooltip="Read the record in $PAGER"),
    ]  # fmt: skip

    def __init__(self, given: Context) -> None:
        super().__init__(given)
        self._piped_to: tuple[str, ...] = ()

    def action_pipe(self) -> None:
        from tui.app.screens.pipe import PipeScreen

        record = self._record()
        if record is None:
            self.notify("There is no record here to hand on.", severity="warning")
            return

        def take(command: tuple[str, ...] | None) -> None:
            if command is not None:
                self._piped_to = command
                self._pipe(record, command)

        line = headline(record, self._rows.style.zone)
        self.app.push_screen(PipeScreen(line, last=self._piped_to, environ=self._given.environ), take)

    def action_pager(self) -> None:
        record = self._record()
        if record is None:
            self.notify("There is no record here to read.", severity="warning")
            return
        try:
            pager = pager_of(self._given.environ)
        except CommandError as error:
            self.notify(str(error), severity="error")
        else:
            self._read_in(pager, record)

    @work(group="hand on", exclusive=True)
    async def _pipe(self, record: AuditRecord, command: Sequence[str]) -> None:
        """Run a command, and leave what it wrote on the terminal until the reader comes back."""
        line = await asyncio.to_thread(json_line, record, self._investigation.names)

        def run() -> Ending:
            begin_page(clean(f"| {shlex.join(command)}", _LONGEST_COMMAND), screen=sys.stderr)
            ending = self._run(command, f"{line}\n", self._given.environ)
            self._wait_after(command, ending)
            return ending

        if ending := self._on_bare_terminal(command, run):
            self._tell_ending(command, ending, well=ending.code == 0 and ending.read_all)

    @work(group="hand on", exclusive=True)
    async def _read_in(self, pager: Sequence[str], record: AuditRecord) -> None:
        """Have a pager show the record; it is left by the pager's own key."""
        page = await asyncio.to_thread(record_page, record, self._investigation.names, self._rows.style.zone)

        def run() -> Ending:
            began = self._given.ticks()
            ending = self._run(pager, page, pager_environment(self._given.environ))
            if self._given.ticks() - began < _AT_ONCE_SECONDS:
                self._wait_after(pager, ending)
            return ending

        ending = self._on_bare_terminal(pager, run)
        if ending and ending.code:
            self._tell_ending(pager, ending, well=False)

    def _on_bare_terminal(self, command: Sequence[str], run: Callable[[], Ending]) -> Ending | None:
        """What `run` gives, None where a program can't be run; why is told then."""
        problem = ""
        try:
            with bare_terminal(self.app):
                try:
                    return run()
                except OSError as error:  # in here, as the terminal would not be taken back otherwise
                    problem = f"{name_of(command)} could not be started: {error.strerror}."
        except SuspendNotSupported:
            problem = f"There is no terminal here that {name_of(command)} could have."
        self.notify(problem, severity="error")
        return None

    @staticmethod
    def _run(command: Sequence[str], text: str, environ: Mapping[str, str]) -> Ending:
        return run_here(command, text.encode(), environ=environ, keyboard=_KEYBOARD, screen=sys.stderr)

    @staticmethod
    def _wait_after(command: Sequence[str], ending: Ending) -> None:
        """Tell below what a program wrote how it ended, and let the reader read that."""
        if ending.asked:
            return
        with suppress(OSError, termios.error):
            sys.stderr.write(f"\n{ending.told(name_of(command))}. Enter goes back.\n")
            sys.stderr.flush()
            wait_for_reader(_KEYBOARD)

    def _tell_ending(self, command: Sequence[str], ending: Ending, *, well: bool) -> None:
        self.app.clear_notifications()
        self.notify(f"{ending.told(name_of(command))}.", severity="information" if well else "warning")
