"""A pseudo-terminal for what the explorer does on a bare one."""

from __future__ import annotations

import os
import select
import termios
import threading
from collections.abc import Callable
from typing import Any, Self

from tui.app.bare_terminal import show_alone

_PATIENCE_SECONDS = 10.0


class Terminal:
    """A pseudo-terminal, and somebody at it who presses keys once they are taken one by one."""

    def __init__(self) -> None:
        outside, inside = os.openpty()
        self._outside = os.fdopen(outside, "rb+", buffering=0)
        self.screen = os.fdopen(inside, "w")
        self.keyboard = inside
        termios.tcsetwinsize(inside, (24, 80))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._outside.close()
        self.screen.close()

    def show_alone(self, text: str, act: Callable[[], object]) -> None:
        """Show the text to somebody who does this."""

        def wait_and_act() -> None:
            while self.settings[3] & termios.ICANON:
                pass
            act()

        somebody = threading.Thread(target=wait_and_act)
        somebody.start()
        show_alone(text, keyboard=self.keyboard, screen=self.screen)
        somebody.join()

    def press(self, keys: bytes) -> None:
        self._outside.write(keys)

    def hang_up(self) -> None:
        self._outside.close()

    @property
    def settings(self) -> list[Any]:
        return termios.tcgetattr(self.keyboard)

    def shows(self, text: bytes) -> None:
        """Wait until a text was written; fails after a while."""
        written = b""
        while text not in written:
            assert select.select([self._outside], [], [], _PATIENCE_SECONDS)[0], f"never came: {text!r}"
            written += self._outside.read(4096)

    @property
    def written(self) -> bytes:
        """What was written since this was last looked at."""
        ready = select.select([self._outside], [], [], 0)[0]
        return self._outside.read(4096) if ready else b""
