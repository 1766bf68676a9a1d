"""The explorer's command: reads what the run is told, refuses what can't work, and opens the screen."""

from __future__ import annotations

import os
import sys

from tui.cli import wiring
from tui.cli.asking import Asked, read_question
from tui.cli.keyboard import has_keyboard, take_keyboard
from tui.cli.manners import Refused
from tui.settings import terminal_problem


def explore(asked: Asked) -> int:
    """Run the explorer; gives the exit code.  Raises `Refused` and `SettingsError`."""
    piped = asked.file is not None and asked.file.is_stdin
    if problem := terminal_problem(os.environ, has_keyboard=has_keyboard() if piped else sys.stdin.isatty()):
        raise Refused([problem])
    settings = wiring.settings_for(asked)
    query = read_question(asked, settings, wiring.utc_now(), wiring.saved_views()).query
    if piped and not take_keyboard():
        raise Refused(["the terminal that keys are read from is gone"])
    return wiring.run_explorer(settings, query, demo=asked.demo, offline=asked.offline, file=asked.file)
