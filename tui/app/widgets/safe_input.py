"""The input of this program, which shows what may have been pasted or come from the log without obeying it."""

from __future__ import annotations

from textual.widgets import Input

from tui.domain.clean import UNLIMITED, clean


class SafeInput(Input):
    """Takes control characters as the escapes they are drawn as."""

    def validate_value(self, value: str) -> str:
        return clean(value, UNLIMITED)
