"""Wherever the program runs it shows records, or refuses in one line and tells the cure; never garbage."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import PROGRAM, RECORD, Driven, programs_at, still_there
from tests.installed.multiplexers import Mosh, Screen, Tmux
from tests.installed.remote import SshServer
from tests.installed.tools import installed, missing

pytestmark = [pytest.mark.terminal, pytest.mark.proof("T15")]

Around = Callable[[Sequence[str]], list[str]]
"""Makes of a command the one that runs it in a place."""

REFUSED = 2
ESCAPED = re.compile(r"\\[uUx][0-9a-f]{2}")
"""What Python writes in place of a character that an encoding hasn't got."""

COLOUR = re.compile(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|(?<!\d)(?:3|4|9|10)[0-7](?!\d)")


def looks_through_records(explorer: Driven) -> None:
    """It shows records and takes keys; quitting it leaves the terminal as it was."""
    explorer.shows(RECORD)
    assert not ESCAPED.search(explorer.screen)
    explorer.press("enter", until="Facts")
    explorer.press("q", until=lambda screen: "Facts" not in screen)
    explorer.press("q")
    assert explorer.ends() == 0
    assert explorer.terminal_faults() == []


def refuses(explorer: Driven, cure: str) -> None:
    """One line that tells the cure, nothing drawn."""
    assert explorer.ends() == REFUSED
    assert explorer.written.startswith(b"portkey-audit: ")
    assert explorer.written.count(b"\n") == 1
    assert cure in explorer.written.decode()


def colours(written: bytes) -> set[str]:
    """What was sent to choose a colour, such as "31", "48;5;24" or "38;2;200;200;200"."""
    return {
        colour for sequence in re.findall(rb"\x1b\[([0-9;]*)m", written) for colour in COLOUR.findall(sequence.decode())
    }


@pytest.fixture
def generated(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Generates a locale of a character set, and gives the variables that choose it."""

    def generate(charset: str) -> dict[str, str]:
        name = f"en_US.{charset}"
        done = subprocess.run(
            [installed("localedef", package="locales"), "-i", "en_US", "-f", charset, str(tmp_path / name)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            missing(f"localedef can't make {name}: apt-get install locales ({done.stderr.strip()})")
        return {"LC_ALL": name, "LOCPATH": str(tmp_path)}

    return generate


class TestLocales:
    @pytest.mark.parametrize("name", ["C", "POSIX", "C.UTF-8", "en_XX.UTF-8"])
    def test_records_in_those_of_every_machine_and_in_one_that_is_not_there(self, start: Start, name: str):
        looks_through_records(start("--demo", LC_ALL=name))

    @pytest.mark.parametrize("variables", [{"LANG": "C"}, {"LC_CTYPE": "UTF-8"}, {}], ids=["LANG", "LC_CTYPE", "none"])
    def test_records_by_whichever_variable_it_is_chosen(self, start: Start, variables: dict[str, str]):
        looks_through_records(start("--demo", **{"LC_ALL": None, "LANG": None, **variables}))

    def test_records_in_a_language(self, start: Start, generated: Callable[[str], dict[str, str]]):
        looks_through_records(start("--demo", **generated("UTF-8")))

    def test_records_where_python_leaves_the_locale_c_by_itself(self, start: Start):
        looks_through_records(start("--demo", LC_ALL=None, LANG="C", PYTHONUTF8="0"))

    def test_refused_where_the_frame_has_no_characters(self, start: Start, generated: Callable[[str], dict[str, str]]):
        refuses(start("--demo", **generated("ISO-8859-1")), cure="LC_ALL=C.UTF-8 portkey-audit")

    def test_refused_where_python_is_kept_in_ascii(self, start: Start):
        refuses(start("--demo", LC_ALL="C", PYTHONUTF8="0"), cure="LC_ALL=C.UTF-8 portkey-audit")


class TestTerminals:
    @pytest.mark.parametrize("term", ["xterm-256color", "tmux-256color", "screen-256color", "xterm-kitty"])
    def test_no_more_than_256_colours(self, start: Start, term: str):
        explorer = start("--demo", TERM=term, COLORTERM=None)
        looks_through_records(explorer)
        assert [colour for colour in colours(explorer.written) if "8;2;" in colour] == []

    @pytest.mark.parametrize("term", ["screen", "linux", "vt100", "xterm"])
    def test_no_more_than_16_colours(self, start: Start, term: str):
        explorer = start("--demo", TERM=term, COLORTERM=None)
        looks_through_records(explorer)
        assert [colour for colour in colours(explorer.written) if ";" in colour] == []

    def test_true_colour_where_the_terminal_announces_it(self, start: Start):
        explorer = start("--demo", TERM="xterm-256color", COLORTERM="truecolor")
        looks_through_records(explorer)
        assert [colour for colour in colours(explorer.written) if "8;2;" in colour] != []

    @pytest.mark.parametrize("term", ["dumb", None], ids=["dumb", "unset"])
    def test_refused_where_the_cursor_can_not_be_moved(self, start: Start, term: str | None):
        refuses(start("--demo", TERM=term), cure="TERM=xterm-256color portkey-audit")

    def test_no_true_colour_over_ssh_which_does_not_tell_of_it(self, over_ssh: Start):
        explorer = over_ssh("--demo", COLORTERM="truecolor")
        looks_through_records(explorer)
        assert [colour for colour in colours(explorer.written) if "8;2;" in colour] == []


class TestWithoutColour:
    def test_nothing_has_a_hue(self, start: Start):
        explorer = start("--demo", NO_COLOR="1")
        looks_through_records(explorer)
        assert [colour for colour in colours(explorer.written) if not grey(colour)] == []


def grey(colour: str) -> bool:
    """Whether it is true colour without a hue, or black or white."""
    kind, *parts = colour.split(";")
    return len(set(parts[1:])) == 1 if parts else kind[-1] in "07"


@pytest.fixture(params=["ssh", "tmux", "screen", "mosh", "tmux over ssh", "tmux over mosh"])
def around(request: pytest.FixtureRequest) -> Around:
    """A place that is not the terminal itself, or one in another."""
    ways = [way_into(name, request) for name in request.param.split(" over ")]
    return lambda command: reduce(lambda inner, way: way(inner), ways, list(command))


def way_into(name: str, request: pytest.FixtureRequest) -> Around:
    if name == "tmux":
        tmux: Callable[[], Tmux] = request.getfixturevalue("tmux")
        return tmux().around
    if name == "screen":
        screen: Screen = request.getfixturevalue("screen")
        return screen.around
    sshd: SshServer = request.getfixturevalue("sshd")
    return sshd.around if name == "ssh" else Mosh(sshd).around


class TestFromAShell:
    def test_records_are_shown_and_the_shell_comes_back(
        self, around: Around, drive: Callable[..., Driven], own_home: Path
    ):
        shell = drive(around(["env", "PS1=ready> ", "sh"]))
        shell.shows("ready>")
        shell.type(f"{PROGRAM} --demo")
        shell.press("enter", until=RECORD)
        running = programs_at(own_home)
        assert running
        shell.press("enter", until="Facts")
        shell.press("q", until=lambda screen: "Facts" not in screen)
        shell.press("q", until=re.compile(r"ready>\s*\Z"))
        assert still_there(running, within=5) == []
        shell.type("exit")
        shell.press("enter")
        assert shell.ends() == 0
        assert shell.terminal_faults() == []
