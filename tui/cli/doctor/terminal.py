"""Whether the explorer can draw here, and in what: pure judgements of what `facts` found."""

from __future__ import annotations

from collections.abc import Iterator
from shutil import which

from tui.cli.doctor.facts import MOSH, Facts, Tmux
from tui.cli.doctor.finding import Finding, fail, ok, skip, warn
from tui.clipboard.choosing import Choice, Route, choose, line_to_reader
from tui.clipboard.osc52 import DOUBTFUL_BYTES
from tui.domain.clean import clean
from tui.settings import Surface, color_system, theme_of

SMALLEST = (40, 12)
"""Columns and lines below which nothing can be shown."""
WHOLE = (60, 20)
"""Columns and lines from which everything can be used."""

_COLOUR_WORDS = {"truecolor": "true colour", "256": "256 colours", "16": "16 colours", "none": "none"}
_DRIVER_WORDS = dict.fromkeys(("", "diff"), "diff: what changed is sent") | {
    "stock": "stock: all that is drawn is sent"
}
_TMUX_CLIPBOARD_CURE = "In the outer tmux: set -s set-clipboard on"


def check_terminal(facts: Facts, surface: Surface) -> Iterator[Finding]:
    """Everything that can be said of the terminal without writing to it."""
    yield _terminal(facts)
    yield _encoding(facts)
    yield _size(facts)
    yield _colours(facts, surface)
    yield ok("theme", f"{theme_of(surface, facts.environ)}{', asked for' if surface.theme else ''}")
    yield ok("driver", _DRIVER_WORDS[surface.driver])
    yield _connection(facts)
    yield _multiplexer(facts)
    yield _clipboard(choose(facts.here, surface.clipboard, surface.clipboard_command), surface.clipboard_command)


def _terminal(facts: Facts) -> Finding:
    term = facts.environ.get("TERM", "")
    if not facts.has_terminal:
        stream = "standard error" if facts.reads_terminal else "standard input"
        found = f"{stream} is no terminal, so the explorer could not run here"
        return warn("terminal", found, "It reads keys from standard input and draws on standard error.")
    if term in ("", "dumb"):
        said = f"TERM={term}" if term else "TERM is not set"
        return fail("terminal", f"{said}: the cursor can't be moved", "Try: TERM=xterm-256color portkey-audit")
    return ok("terminal", clean(term))


def _encoding(facts: Facts) -> Finding:
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    said = next((f"{name}={clean(text)}" for name in names if (text := facts.environ.get(name))), "no locale is set")
    found = f"{clean(facts.encoding) or 'none'} ({said})"
    if facts.encoding.lower().replace("-", "") == "utf8":
        return ok("encoding", found)
    judge = fail if facts.has_terminal else warn
    return judge("encoding", f"{found}: frames and names can't be drawn", "Try: LC_ALL=C.UTF-8 portkey-audit")


def _size(facts: Facts) -> Finding:
    if facts.size is None:
        return skip("size", "not known: standard error is no terminal")
    columns, lines = facts.size
    found = f"{columns}x{lines}"
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return fail("size", f"{found}: too small to show anything", _bigger(SMALLEST))
    if columns < WHOLE[0] or lines < WHOLE[1]:
        return warn("size", f"{found}: some of the explorer has no room", _bigger(WHOLE))
    return ok("size", found)


def _bigger(wanted: tuple[int, int]) -> str:
    return f"Make the window {wanted[0]}x{wanted[1]} or bigger, or its font smaller."


def _colours(facts: Facts, surface: Surface) -> Finding:
    colors = color_system(surface.color, facts.environ)
    why = next((name for name in ("NO_COLOR", "COLORTERM", "TERM") if facts.environ.get(name)), "nothing is told")
    return ok("colours", f"{_COLOUR_WORDS[colors]} ({'asked for' if surface.color not in ('', 'auto') else why})")


def _connection(facts: Facts) -> Finding:
    if MOSH in facts.here.ancestors:
        return ok("connection", f"mosh: of what is copied it lets {DOUBTFUL_BYTES:,} B through, and cuts the rest")
    line = line_to_reader(facts.here)
    return ok("connection", f"SSH: {line}" if line else "none: the terminal is on this machine")


def _multiplexer(facts: Facts) -> Finding:
    if facts.environ.get("TMUX"):
        return _tmux(facts.tmux)
    if facts.environ.get("STY"):
        return ok("multiplexer", "screen: copies go through it in pieces")
    term = facts.environ.get("TERM", "")
    if term.startswith(("tmux", "screen")):
        found = f"TERM={clean(term)}, but neither TMUX nor STY is set: tmux or screen runs where you came from"
        return warn("multiplexer", found, "For copies, in that tmux: set -s set-clipboard on")
    return ok("multiplexer", "none")


def _tmux(tmux: Tmux | None) -> Finding:
    if tmux is None:
        return warn("multiplexer", "TMUX is set, but tmux does not answer", "Leave it and attach again; is it on PATH?")
    known = {"set-clipboard": tmux.set_clipboard, "allow-passthrough": tmux.allow_passthrough}
    options = ", ".join(f"{name} {clean(value)}" for name, value in known.items() if value)
    found = f"tmux {clean(tmux.version)}" + (f": {options}" if options else "")
    if not tmux.in_utf8:
        return warn(
            "multiplexer", f"{found}; it takes your terminal for one without UTF-8", "Attach with: tmux -u attach"
        )
    if tmux.by_mosh:
        cure = r"In tmux: set -ga terminal-overrides ',xterm*:Ms=\E]52;c;%p2%s\7'"
        return warn("multiplexer", f"{found}; what tmux copies does not pass through mosh", cure)
    if tmux.takes_copies is False:
        found = f"{found}; it takes your terminal ({clean(tmux.term)}) for one that copies can't reach"
        return warn("multiplexer", found, f"In tmux: set -as terminal-features ',{clean(tmux.term)}:clipboard'")
    if tmux.term.startswith(("tmux", "screen")):
        return warn("multiplexer", f"{found}, inside another tmux or screen", _TMUX_CLIPBOARD_CURE)
    return ok("multiplexer", found)


def _clipboard(choice: Choice, command: tuple[str, ...]) -> Finding:
    found = f"{choice.route.value}: {choice.why}"
    if choice.route is Route.COMMAND and which(command[0]) is None:
        return fail("clipboard", f"{found}, which is not there", "Mend command under [clipboard] in config.toml.")
    return (
        warn("clipboard", found, f"{choice.hint[0].upper()}{choice.hint[1:]}.")
        if choice.hint
        else ok("clipboard", found)
    )
