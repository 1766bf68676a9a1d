"""In a real terminal: pastes that are text, screens drawn anew, colours as many as asked for, and too little room."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import PROGRAM, RECORD, Driven
from tests.installed.test_places import colours
from tests.installed.tools import installed

pytestmark = pytest.mark.terminal

PASTE, END_OF_PASTE = "\x1b[200~", "\x1b[201~"
HOSTILE = {
    "escapes": "a\x1b[31mq\x1bQ\x1b[A\x1b" + "q" * 40,
    "the end mark": f"a{END_OF_PASTE}qQm=-\r",
    "the end mark twice": f"a{END_OF_PASTE}q{PASTE}m{END_OF_PASTE}Q\r",
    "control characters": "q\r\x03\x04\x1a\x0cm\x07Q",
}
"""Each would quit, mark or narrow if any of it came as keys."""

_A_MOMENT_SECONDS = 1.0
"""Well over the quiet that ends a paste."""

drivers = pytest.mark.parametrize("driver", ["diff", "stock"])


@drivers
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
class TestPastes:
    def test_onto_the_table_they_are_put_in_the_bar(self, start: Start, driver: str, text: str):
        explorer = start("--demo", "--driver", driver)
        explorer.shows(RECORD)
        explorer.press(f"{PASTE}{text}{END_OF_PASTE}", until="esc Cancel")
        leave_bar(explorer)
        assert_untouched(explorer)

    def test_into_the_bar_they_are_text(self, start: Start, driver: str, text: str):
        explorer = start("--demo", "--driver", driver)
        explorer.shows(RECORD)
        explorer.press("/", until="esc Cancel")
        explorer.type("country:")
        explorer.press(f"{PASTE}{text}{END_OF_PASTE}", until=re.compile(r"country:\S"))
        assert "esc Cancel" in explorer.screen
        leave_bar(explorer)
        assert_untouched(explorer)


def leave_bar(explorer: Driven) -> None:
    """Press escape as a person does: what comes right behind a paste, sooner than anybody presses, is part of it."""
    explorer.rest(_A_MOMENT_SECONDS)
    explorer.press("escape", until="enter Open")


def gist(screen: str) -> tuple[str, list[str], str]:
    """The bar, the rows and the keys; names come in by and by, and with them the count of what was fetched."""
    lines = screen.splitlines()
    return lines[0], RECORD.findall(screen), lines[-1]


def assert_untouched(explorer: Driven) -> None:
    """It runs, with the query and the marks that it had, and ends like any other."""
    assert explorer.screen.splitlines()[0].startswith(" since:24h ")
    assert "marked" not in explorer.screen
    explorer.press("q")
    assert explorer.ends() == 0
    assert explorer.terminal_faults() == []


@drivers
class TestDrawnAnew:
    def test_by_a_key_whatever_the_terminal_shows(self, start: Start, driver: str):
        explorer = start("--demo", "--driver", driver)
        explorer.shows(RECORD)
        before = gist(explorer.screen)
        explorer.wipe()
        assert not RECORD.search(explorer.screen)
        explorer.press("ctrl+l", until=lambda screen: gist(screen) == before)

    def test_when_it_comes_back_from_the_shell(self, drive: Callable[..., Driven], driver: str):
        shell = drive([installed("bash", package="bash"), "--norc", "--noprofile", "-i"], PS1="ready> ")
        shell.shows("ready>")
        shell.type(f"{PROGRAM} --demo --driver {driver}")
        shell.press("enter", until=RECORD)
        before = gist(shell.screen)
        shell.press("ctrl+z", until=re.compile(r"Stopped.*ready>", re.DOTALL))
        shell.type("fg")
        shell.press("enter", until=lambda screen: gist(screen) == before)
        shell.press("q", until=re.compile(r"ready>\s*\Z"))
        shell.type("exit")
        shell.press("enter")
        assert shell.ends() == 0


class TestColours:
    @pytest.mark.parametrize(
        ("arguments", "environ"),
        [(("--color", "none"), {}), ((), {"NO_COLOR": "1"}), (("--color", "none", "--theme", "linen"), {})],
        ids=["flag", "NO_COLOR", "with a theme"],
    )
    def test_none_are_sent(self, start: Start, arguments: tuple[str, ...], environ: dict[str, str]):
        explorer = start("--demo", *arguments, **environ)
        explorer.shows(RECORD)
        explorer.press("enter", until="Facts")
        assert colours(explorer.written) == set()

    @pytest.mark.parametrize(
        ("system", "only"), [("16", r"(?!.*;)"), ("256", r"[34]8;5;"), ("truecolor", r"[34]8;2;")]
    )  # fmt: skip
    @pytest.mark.parametrize("theme", ["harbour", "linen"])
    def test_as_many_as_are_asked_for(self, start: Start, system: str, only: str, theme: str):
        explorer = start("--demo", "--color", system, "--theme", theme, NO_COLOR="1", COLORTERM="truecolor")
        explorer.shows(RECORD)
        sent = colours(explorer.written)
        assert sent != set()
        assert [colour for colour in sent if not re.match(only, colour)] == []


class TestSizes:
    def test_too_small_and_back(self, start: Start):
        explorer = start("--demo", size=(80, 24))
        explorer.shows(RECORD)
        explorer.press("j", "j")
        before = gist(explorer.screen)
        explorer.resize(39, 11)
        explorer.shows("39x11 is too small")
        explorer.resize(80, 24)
        explorer.shows(lambda screen: gist(screen) == before)
        explorer.resize(30, 5)
        explorer.shows("Needed: 40x12")
        explorer.press("q")
        assert explorer.ends() == 0
        assert explorer.terminal_faults() == []

    @pytest.mark.parametrize("columns", ["7", "0", "-1", "many", "100000"])
    def test_the_terminal_knows_its_size_better_than_a_variable(self, drive: Callable[..., Driven], columns: str):
        explorer = drive(["env", f"COLUMNS={columns}", f"LINES={columns}", PROGRAM, "--demo"], size=(80, 24))
        explorer.shows(RECORD)
        assert explorer.screen.splitlines()[-1].rstrip().endswith("? Keys")
