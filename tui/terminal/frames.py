"""Frames as a program paints them, turned into what a terminal has to be sent to show them."""

from __future__ import annotations

import re

from tui.terminal.cells import Screen
from tui.terminal.cursor import move
from tui.terminal.difference import cleared, difference
from tui.terminal.painting import Written, paint, read_painting
from tui.terminal.strokes import Abilities, Pen

_SYNCHRONIZED = ("\x1b[?2026h", "\x1b[?2026l")
_HARMLESS = re.compile(
    r"(?:\x07|\x1b\[[?<>=][\d;]*\$?[a-z]|\x1b\[2[23];\d+t"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP(?:[^\x1b]|\x1b(?!\\))*\x1b\\)*"
)
"""Bells, modes, queries, titles that are saved and given back, operating system commands and device control strings:
they leave what is shown alone."""


class Frames:
    """Knows what the terminal shows and what it is to show.

    What its methods give has to be sent to the terminal, in that order; "" is nothing to send.
    """

    def __init__(self) -> None:
        self.abilities = Abilities()
        self._paintings: list[list[Written]] = []
        self._painted = Screen(0, ())
        self._shown = Screen(0, ())
        self._is_shown_known = False
        self._is_unsent = False
        self._pen = Pen()
        self._cursor = (0, 0)
        self._is_synchronized = False

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of what was painted last."""
        return self._painted.width, self._painted.height

    def forget(self) -> None:
        """Nobody knows any more what the terminal shows: the next frame is sent whole."""
        self._is_shown_known = False

    def write(self, output: str) -> str:
        """Take what a program writes; paintings are kept until the frame is complete, all else is passed on."""
        if output in _SYNCHRONIZED:
            self._is_synchronized = True
            return ""
        painting = read_painting(output)
        if painting is not None:
            self._paintings.append(painting)
            return ""
        if self._paintings:
            self.complete(*self.size)
        before = self.changes() if self._is_unsent else ""
        if _HARMLESS.fullmatch(output) is None:
            self.forget()
        return before + output

    def complete(self, width: int, height: int) -> None:
        """The frame is complete, and its screen of this size."""
        if self._paintings and (width, height) != self.size:
            self._painted = self._painted.resized(width, height)
            self.forget()
        for painting in self._paintings:
            self._cursor = paint(self._painted, painting)
            self._is_unsent = True
        self._paintings.clear()

    def changes(self) -> str:
        """What makes the terminal show the frame that was completed last."""
        self._is_unsent = False
        if not self._painted.height:
            return ""
        output = ""
        if not self._is_shown_known:
            self._is_shown_known = True
            output, self._shown, self._pen = cleared(self._painted, self.abilities)
        changes, self._pen = difference(self._shown, self._painted, self._pen, self.abilities)
        self._shown = self._painted.copy()
        output += changes
        if self._pen.position != self._cursor:
            output += move(self._pen.position, self._cursor)
            self._pen = self._pen._replace(position=self._cursor)
        return output.join(_SYNCHRONIZED) if output and self._is_synchronized else output
