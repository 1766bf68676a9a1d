"""The route is the first that reaches the reader's own clipboard, whatever else is installed; and it says why."""

from __future__ import annotations

import pytest

from tui.clipboard.choosing import Choice, Route, choose, native_clipboard, terminal_route
from tui.clipboard.surroundings import Surroundings
from tui.settings import CLIPBOARD_ROUTES

X11 = {"environ": {"TERM": "xterm-256color", "DISPLAY": ":0"}, "displays": {"DISPLAY"}, "tools": {"xclip", "tmux"}}
SSH = {"SSH_CONNECTION": "203.0.113.9 50000 203.0.113.1 22", "SSH_TTY": "/dev/pts/0"}
NEEDS = "tmux needs: set -s set-clipboard on"


def here(*, displays: object = (), tools: object = (), ancestors: object = (), **facts: object) -> Surroundings:
    sets = {"displays": displays, "tools": tools, "ancestors": ancestors}
    return Surroundings(**facts, **{name: frozenset(given) for name, given in sets.items()})  # type: ignore[arg-type, call-overload]


def desk(**environ: str) -> Surroundings:
    """A reader's own machine, with a display, its tools, and what else is set there."""
    return here(**{**X11, "environ": {**X11["environ"], **environ}})  # type: ignore[dict-item]


class TestByItself:
    @pytest.mark.parametrize(
        ("surroundings", "route"),
        [
            (desk(), Route.NATIVE),
            (desk(TMUX="/tmp/tmux-0/default,1,0"), Route.TMUX),
            (desk(TMUX="/tmp/tmux-0/default,1,0", **SSH), Route.TMUX),
            (desk(TMUX="/tmp/tmux-0/default,1,0", STY="7.pts-0", TERM="screen.tmux-256color"), Route.TMUX),
            (desk(STY="7.pts-0"), Route.SCREEN),
            (desk(STY="7.pts-0", **SSH), Route.SCREEN),
            (desk(TERM="screen.xterm-256color", **SSH), Route.SCREEN),
            (desk(SSH_CONNECTION="203.0.113.9 50000 203.0.113.1 22"), Route.OSC52),
            (desk(SSH_TTY="/dev/pts/0"), Route.OSC52),
            (desk(SSH_CLIENT="203.0.113.9 50000 22"), Route.OSC52),
            (here(**X11, ancestors={"bash", "mosh-server"}), Route.OSC52),
            (here(**X11, ancestors={"bash", "su", "sshd"}), Route.OSC52),
            (desk(TERM="tmux-256color", **SSH), Route.OSC52),
            (here(environ={"TERM": "xterm"}), Route.OSC52),
            (here(environ={"TERM": "linux"}), Route.FILE),
            (here(environ={"TERM": "linux", **SSH}), Route.FILE),
            (here(environ={"TERM_PROGRAM": "Apple_Terminal"}, platform="darwin", tools={"pbcopy"}), Route.NATIVE),
            (here(environ={"TERM_PROGRAM": "Apple_Terminal"}, platform="darwin"), Route.FILE),
            (here(environ=SSH, platform="darwin", tools={"pbcopy"}), Route.OSC52),
        ],
        ids=[
            "at a desk", "in tmux at a desk", "in tmux behind ssh", "in screen in tmux", "in screen at a desk",
            "in screen behind ssh", "ssh from a local screen", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "mosh",
            "another user's shell behind ssh", "ssh from a local tmux", "no tool", "a console", "ssh from a console",
            "Apple's Terminal", "Apple's Terminal without its tool", "a Mac behind ssh",
        ],
    )  # fmt: skip
    def test_the_route_fits_where_the_reader_sits(self, surroundings: Surroundings, route: Route):
        assert choose(surroundings).route is route
        assert choose(surroundings, "") == choose(surroundings, "auto")

    @pytest.mark.parametrize(
        ("surroundings", "told"),
        [
            (desk(), "the X11 clipboard is there"),
            (desk(TMUX="x"), "TMUX is set"),
            (desk(STY="7.pts-0"), "GNU screen is in between"),
            (desk(SSH_TTY="/dev/pts/0"), "SSH_TTY is set: only your terminal reaches your own clipboard"),
            (here(**X11, ancestors={"mosh-server"}), "this descends from mosh-server"),
            (here(environ={"TERM": "xterm"}), "no tool reaches a clipboard of this machine"),
            (here(environ={"TERM": "linux"}), "a terminal with TERM=linux has no clipboard"),
        ],
    )
    def test_it_says_why(self, surroundings: Surroundings, told: str):
        assert told in choose(surroundings).why

    @pytest.mark.parametrize("term", ["tmux-256color", "screen-256color", "screen"])
    def test_behind_ssh_the_name_of_the_terminal_tells_of_a_tmux_and_the_hint_of_its_setting(self, term: str):
        assert choose(desk(TERM=term, **SSH)).hint == NEEDS
        assert choose(desk(**SSH)).hint == ""

    def test_a_tmux_that_can_not_be_asked_is_gone_through_as_any_terminal(self):
        choice = choose(here(environ={"TMUX": "x", "TERM": "xterm-256color", **SSH}))
        assert (choice.route, choice.hint) == (Route.OSC52, NEEDS)

    @pytest.mark.parametrize(
        ("display", "package"), [("WAYLAND_DISPLAY", "wl-clipboard"), ("DISPLAY", "xclip")], ids=["Wayland", "X11"]
    )
    def test_a_display_without_a_tool_is_told_of_one(self, display: str, package: str):
        choice = choose(here(environ={"TERM": "xterm"}, displays={display}))
        assert choice.route is Route.OSC52
        assert choice.hint.startswith(package)


class TestAskedFor:
    def test_a_command_goes_before_all(self):
        choice = choose(desk(TMUX="x", **SSH), command=("/opt/bin/to-my-desk", "--now"))
        assert choice == Choice(Route.COMMAND, "the configuration names a command: to-my-desk")

    @pytest.mark.parametrize("surroundings", [desk(), desk(TMUX="x"), desk(**SSH)], ids=["desk", "tmux", "ssh"])
    @pytest.mark.parametrize("wanted", sorted(set(CLIPBOARD_ROUTES) - {"auto"}))
    def test_a_route_by_its_name_is_taken_wherever_this_runs(self, wanted: str, surroundings: Surroundings):
        choice = choose(surroundings, wanted)
        assert choice.route is Route(wanted)
        assert wanted in choice.why

    def test_osc52_goes_through_screen_in_the_way_that_screen_needs(self):
        assert choose(desk(STY="7.pts-0"), "osc52").route is Route.SCREEN

    @pytest.mark.parametrize(
        ("surroundings", "wanted", "hint"),
        [
            (desk(TMUX="x"), "osc52", NEEDS),
            (here(environ={"TERM_PROGRAM": "Apple_Terminal"}), "osc52", "Apple's Terminal takes no copies"),
            (desk(**SSH), "native", "fills the clipboard of this machine, not of yours"),
            (here(displays={"DISPLAY"}), "native", "xclip"),
        ],
        ids=["OSC 52 in tmux", "OSC 52 in Apple's Terminal", "a tool of the far machine", "a tool that is missing"],
    )
    def test_what_stands_against_it_is_a_hint(self, surroundings: Surroundings, wanted: str, hint: str):
        assert hint in choose(surroundings, wanted).hint
        assert choose(desk(), wanted).hint == ""


class TestTheClipboardOfThisMachine:
    @pytest.mark.parametrize(
        ("surroundings", "clipboard"),
        [
            (here(platform="darwin", tools={"pbcopy"}), "the Mac's clipboard"),
            (here(windows_beneath=True, tools={"clip.exe", "xclip"}, displays={"DISPLAY"}), "the Windows clipboard"),
            (here(tools={"wl-copy", "wl-paste", "xclip"}, displays={"DISPLAY", "WAYLAND_DISPLAY"}),
             "the Wayland clipboard"),
            (here(tools={"wl-copy", "wl-paste", "xclip"}, displays={"DISPLAY"}), "the X11 clipboard"),
            (here(tools={"xsel"}, displays={"DISPLAY"}), "the X11 clipboard"),
            (here(tools={"klipper", "qdbus"}, displays={"DISPLAY"}), "the X11 clipboard"),
            (here(tools={"klipper", "wl-copy"}, displays={"DISPLAY", "WAYLAND_DISPLAY"}), ""),
            (here(tools={"xclip", "xsel"}), ""),
            (here(displays={"DISPLAY"}), ""),
        ],
        ids=[
            "a Mac", "Windows beneath Linux", "Wayland before X11", "a dead Wayland", "xsel", "klipper", "half a tool",
            "no display that answers", "no tool",
        ],
    )  # fmt: skip
    def test_is_known_by_its_tool_and_its_display(self, surroundings: Surroundings, clipboard: str):
        assert native_clipboard(surroundings) == clipboard


class TestTheTerminalAlone:
    def test_is_the_way_on_where_another_failed_and_a_file_where_it_has_no_clipboard(self):
        assert terminal_route(desk()).route is Route.OSC52
        assert terminal_route(here(environ={"TERM_PROGRAM": "Apple_Terminal"})).route is Route.FILE
        assert terminal_route(here(environ={"TERM": "linux"})).route is Route.FILE
