"""Programs that the reader hands a record to: found, run in our place on the terminal, and how they ended."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

from tui.app.bare_terminal import ASK_TO_END
from tui.domain.clean import clean

if TYPE_CHECKING:
    from types import FrameType

_USUAL_PAGER = "less"
_LONGEST_NAME = 60


class CommandError(ValueError):
    """A command can't be run as it was written; the message says why in sentences that are safe to show."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program ended: its exit code, -n where signal n ended it.

    `read_all` is whether it took all that it was given, and `asked` whether the two of us were asked to end.
    """

    code: int
    read_all: bool = True
    asked: bool = False

    def told(self, name: str) -> str:
        """`jq ended with exit code 5`, without a full stop."""
        how = f"ended with exit code {self.code}" if self.code >= 0 else f"was ended by {_signal_name(-self.code)}"
        return f"{name} {how}" if self.read_all else f"{name} {how} before it had read all of the record"


def command_of(text: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The words of a command whose program is there.  Raises `CommandError`.

    They are told apart as a shell does, and nothing else is done that a shell would do.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise CommandError(f"This can't be told apart in words: {str(error).lower()}.") from None
    if not words or not words[0]:
        raise CommandError("Which command? Write its name and what it takes, as jq .request_body")
    if shutil.which(words[0], path=environ.get("PATH", os.defpath)) is None:
        raise CommandError(_why_not(words[0]))
    return tuple(words)


def pager_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The pager that the reader's environment names, with its arguments.  Raises `CommandError`."""
    chosen = environ.get("PAGER", "").strip()
    try:
        return command_of(chosen or _USUAL_PAGER, environ)
    except CommandError as error:
        said = f"PAGER is {clean(chosen, _LONGEST_NAME)}" if chosen else "PAGER is not set"
        raise CommandError(f"{said}. {error} Set PAGER to a program that shows text, as less or more.") from None


def pager_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a pager finds around it: less is not to run other programs, nor to write files."""
    return {**environ, "LESSSECURE": "1"}


def name_of(command: Sequence[str]) -> str:
    """What a command is called in a sentence."""
    return clean(Path(command[0]).name, _LONGEST_NAME)


def run_here(
    command: Sequence[str], text: bytes, *, environ: Mapping[str, str], keyboard: int, screen: TextIO
) -> Ending:
    """Run a program on the bare terminal with `text` on its standard input, until it ends.

    Keys that make signals make them for the program.  What it changed about the terminal's lines is changed back.
    Raises OSError where it can't be started.
    """
    with (
        _line_settings_kept(keyboard),
        subprocess.Popen(  # noqa: S603 - the reader wrote the command; no shell is involved
            command, stdin=subprocess.PIPE, stdout=screen.fileno(), stderr=screen.fileno(), env=environ
        ) as program,
        _asked_with_us(program) as asked,
    ):
        read_all = program.stdin is None or _feed(program.stdin, text)
        code = program.wait()
    return Ending(code, read_all, bool(asked))


def _feed(pipe: IO[bytes], text: bytes) -> bool:
    """Whether all of the text was taken; a program may end before, or close its standard input."""
    try:
        pipe.write(text)
        pipe.flush()
    except BrokenPipeError:
        return False
    finally:
        with suppress(BrokenPipeError):
            pipe.close()
    return True


@contextmanager
def _asked_with_us(program: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Have whoever asks us to end ask the program too: we can't before it has, and alone it would keep the terminal.

    Gives the numbers of the signals that came.
    """
    came: list[int] = []
    others = {number: signal.getsignal(number) for number in ASK_TO_END}

    def pass_on(number: int, frame: FrameType | None) -> None:
        came.append(number)
        program.send_signal(number)
        other = others[signal.Signals(number)]
        if callable(other):
            other(number, frame)

    for number in others:
        signal.signal(number, pass_on)
    try:
        yield came
    finally:
        for number, other in others.items():
            signal.signal(number, other)


@contextmanager
def _line_settings_kept(keyboard: int) -> Iterator[None]:
    """A program may die without giving the terminal back as it was."""
    before = None
    with suppress(termios.error):
        before = termios.tcgetattr(keyboard)
    try:
        yield
    finally:
        if before is not None:
            with suppress(termios.error):
                # What was typed for the program is not meant for us.
                termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)


def _why_not(program: str) -> str:
    name = clean(program, _LONGEST_NAME)
    if os.sep not in program:
        return f"There is no program {name} on the PATH."
    if not Path(program).exists():
        return f"There is no file {name}."
    return f"{name} is a folder." if Path(program).is_dir() else f"{name} is not executable; chmod +x makes it so."


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
