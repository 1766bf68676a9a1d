"""Whether what is copied can be pasted: the one proof that the reader's own clipboard is reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui.cli.doctor.finding import Finding, fail, ok, skip
from tui.clipboard.choosing import Choice, Route
from tui.clipboard.copying import Clipboard

_WHAT = "a test word"
_PROMPT = "Paste it here, and press Enter: "
_CURE = "In the explorer X shows ids as plain text, to be selected with the mouse."


def check_paste(
    clipboard: Clipboard, choice: Choice, word: str, *, write_terminal: Callable[[str], None], ask: Callable[[str], str]
) -> Finding:
    """Copy `word` by the route of `choice`, have it pasted, and compare.

    `ask` shows a text and gives the line that is then entered, which is never shown: it may be anything that the reader
    had copied before.
    """
    if choice.route in (Route.OFF, Route.FILE):
        return skip("paste", "copies don't go to a clipboard here")
    told = asyncio.run(clipboard.copy(word, _WHAT, write_terminal))
    pasted = ask(f"{told.message}.\n{_PROMPT}").strip()
    if pasted == word:
        return ok("paste", "what was copied came back")
    found = "something else came back, so the copy did not arrive" if pasted else "nothing was pasted"
    return fail("paste", f"{found} ({choice.route.value})", told.advice or _CURE)
