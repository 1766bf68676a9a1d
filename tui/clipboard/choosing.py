"""Which route a copy takes: the first that reaches the reader's own clipboard from where the program runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from tui.clipboard.surroundings import Surroundings

_REMOTE = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
_REMOTE_SERVERS = ("mosh-server", "sshd", "sshd-session")
_WITHOUT_CLIPBOARD = ("dumb", "linux")


class Route(Enum):
    """A way to the reader's clipboard; all but `command` and `screen` can be asked for by their values."""

    COMMAND = "command"
    NATIVE = "native"
    TMUX = "tmux"
    SCREEN = "screen"
    OSC52 = "osc52"
    FILE = "file"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Choice:
    """The route taken, why it is this one, and what may have to be done for it to work ("" for nothing)."""

    route: Route
    why: str
    hint: str = ""


def choose(here: Surroundings, wanted: str = "auto", command: tuple[str, ...] = ()) -> Choice:
    """The route for copies made `here`; `wanted` is the name of a route, or "" or "auto" for the one that fits.

    A `command` that is configured goes before all others.
    """
    if command:
        return Choice(Route.COMMAND, f"the configuration names a command: {Path(command[0]).name}")
    if wanted not in {"", "auto"}:
        return _asked_for(here, Route(wanted))
    if here.environ.get("TMUX") and "tmux" in here.tools:
        return Choice(Route.TMUX, "TMUX is set: tmux takes copies, and sends them on to your terminal")
    by_terminal = terminal_route(here)
    if by_terminal.route is Route.SCREEN:
        return by_terminal
    if line := line_to_reader(here):
        return replace(by_terminal, why=f"{line}: only your terminal reaches your own clipboard; {by_terminal.why}")
    if clipboard := native_clipboard(here):
        return Choice(Route.NATIVE, f"this machine is your own, and {clipboard} is there")
    return replace(
        by_terminal,
        why=f"no tool reaches a clipboard of this machine; {by_terminal.why}",
        hint=by_terminal.hint or _missing_tool(here),
    )


def terminal_route(here: Surroundings) -> Choice:
    """The way that needs the terminal alone; a file, where that has no clipboard."""
    term = here.environ.get("TERM", "")
    if term in _WITHOUT_CLIPBOARD:
        return Choice(Route.FILE, f"a terminal with TERM={term} has no clipboard")
    if here.environ.get("TERM_PROGRAM") == "Apple_Terminal" and not here.environ.get("TMUX"):
        return Choice(Route.FILE, "Apple's Terminal takes no copies from programs (OSC 52)")
    # Only GNU screen names a terminal like that; behind ssh the name is all that tells of it.
    if (here.environ.get("STY") or term.startswith("screen.")) and not here.environ.get("TMUX"):
        return Choice(Route.SCREEN, "GNU screen is in between, which lets OSC 52 through in pieces")
    why = "it is asked by OSC 52, which it does not confirm"
    if here.environ.get("TMUX") or term.startswith(("tmux", "screen")):
        return Choice(Route.OSC52, f"{why}, and tmux is in between", "tmux needs: set -s set-clipboard on")
    return Choice(Route.OSC52, why)


def native_clipboard(here: Surroundings) -> str:
    """What pyperclip copies to, "" where it finds no way; in the order in which it looks."""
    if here.windows_beneath:
        return "the Windows clipboard" if "clip.exe" in here.tools else ""
    if here.platform == "darwin":
        return "the Mac's clipboard" if "pbcopy" in here.tools else ""
    if "WAYLAND_DISPLAY" in here.displays and here.tools >= {"wl-copy", "wl-paste"}:
        return "the Wayland clipboard"
    if "DISPLAY" in here.displays and (here.tools & {"xclip", "xsel"} or here.tools >= {"klipper", "qdbus"}):
        return "the X11 clipboard"
    return ""


def _asked_for(here: Surroundings, route: Route) -> Choice:
    """A route that the reader names, with what is to be known about it here."""
    why = f"it is asked for by name: {route.value}"
    if route is Route.OSC52:
        by_terminal = terminal_route(here)
        if by_terminal.route is Route.FILE:
            return Choice(route, why, by_terminal.why)
        return replace(by_terminal, why=why)
    if route is Route.NATIVE:
        if line := line_to_reader(here):
            return Choice(route, why, f"{line}: a native tool fills the clipboard of this machine, not of yours")
        return Choice(route, why, "" if native_clipboard(here) else _missing_tool(here))
    return Choice(route, why)


def line_to_reader(here: Surroundings) -> str:
    """What tells that the reader sits at another machine, "" where nothing does."""
    found = [f"{name} is set" for name in _REMOTE if here.environ.get(name)]
    found += [f"this descends from {name}" for name in _REMOTE_SERVERS if name in here.ancestors]
    return found[0] if found else ""


def _missing_tool(here: Surroundings) -> str:
    """What would give this machine a way to its own clipboard, where it has one."""
    tools = {"WAYLAND_DISPLAY": "wl-clipboard", "DISPLAY": "xclip"}
    missing = [tool for display, tool in tools.items() if display in here.displays]
    return f"{missing[0]} would confirm copies" if missing else ""
