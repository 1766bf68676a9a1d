"""What every test may lean on: a home of its own, and one kind of event loop."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.proof"]

# How long an example takes says something of the machine and whatever else it does.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

_LEFT_OUT = (
    *("PORTKEY_API_KEY", "PORTKEY_BASE_URL", "NO_COLOR"),
    *("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY"),
)
"""What would tell the program of the key, the terminal and the clipboard of whoever runs the tests."""


def pytest_configure() -> None:
    """A shell's background job ignores ctrl+c, and so would the programs that its tests start and interrupt."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def anyio_backend() -> str:
    """The program runs on asyncio, and so do its tests."""
    return "asyncio"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the home folder or the environment of whoever runs it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in _LEFT_OUT:
        monkeypatch.delenv(name, raising=False)
    return home
