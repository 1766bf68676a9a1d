"""What stories of the explorer have in common: a stand-in to ask, and surroundings in which it always looks alike."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from textual import constants

from tests.app.exploring import Passing, stand_in
from tui.demo.server import DemoServer


@pytest.fixture
def steady_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No animations, all colours, and a machine that stands in UTC."""
    # Textual has read its part of the environment long ago, when it was imported.
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "truecolor")
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    """A small history, served to all stories of a module."""
    with stand_in() as server:
        yield server


@pytest.fixture
def passing() -> Passing:
    """A clock that a story moves on."""
    return Passing()


@pytest.fixture
def growing(passing: Passing) -> Iterator[DemoServer]:
    """A log of a story's own, in which records come in when it says so."""
    with stand_in(clock=lambda: passing.now) as server:
        yield server
