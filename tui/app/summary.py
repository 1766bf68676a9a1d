"""What the lines around the panes say: pure functions from how things stand to words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from tui.app.widgets.line import Part
from tui.domain.clean import clean
from tui.domain.errors import KeyMissing, SourceError
from tui.domain.fields import URI
from tui.domain.names import NameKind, Names
from tui.domain.page import PAGE_SIZE, SETTLE, SKEW_SECONDS, Origin
from tui.domain.plan import unnamed
from tui.domain.query import AuditQuery, Clause, How, Value
from tui.domain.query_text import format_term
from tui.domain.time_range import Window
from tui.formats.times import TimeStyle, format_time, zone_name
from tui.session.exploration import Exploration

_SEPARATOR = " · "
_BAR = Part(" │ ", "muted")
_KIND_WORDS = {NameKind.USER: "people", NameKind.WORKSPACE: "workspaces", NameKind.API_KEY: "API keys"}


@dataclass(frozen=True, slots=True)
class Following:
    """How it goes with what comes in.

    `lag` is how old, in seconds, the newest may be that is not known yet; `new` how many records nobody has looked at,
    since when; `held` how many of them are kept back; `late` how many came late.  `stopped`: an error ended it;
    `failing`: look after look comes to nothing.  `retry` is the seconds left before another attempt, and why it is
    needed; `show_new` goes to the newest.
    """

    stopped: bool
    failing: bool
    lag: float
    catching_up: bool
    paused: bool
    new: int
    new_since: datetime | None
    held: int
    late: int
    retry: tuple[int, str] | None
    show_new: Callable[[], object]


@dataclass(frozen=True, slots=True)
class State:
    """How things stand.  `waiting` is the seconds left before another attempt, and why it is needed; `order` how rows
    are sorted, "" by time; `note` how the query came about; `cursor` the row to tell of instead of those in view.
    `offline`: only what the archive holds is shown; `held`: it could be, where the API can't be had."""

    query: AuditQuery
    names: Names
    exploration: Exploration
    style: TimeStyle
    place: str
    label: str
    colour: str
    view: range
    connecting: bool
    stopped: bool
    waiting: tuple[int, str] | None
    problem: SourceError | None
    note: str = ""
    order: str = ""
    marks: int = 0
    naming: bool = False
    offline: bool = False
    held: bool = False
    cursor: int | None = None
    live: Following | None = None


def bar_end(state: State) -> list[Part]:
    """What stands right of the query: its range, the profile and the zone."""
    frozen = state.exploration.frozen
    zone = (
        "ages" if state.style is TimeStyle.AGE else zone_name(state.style.zone, frozen.frozen_at) if frozen else "UTC"
    )
    right = [Part(f" {state.query.time_range}", "strong"), _BAR, Part(zone, "plain")]
    if state.live is not None:
        right[1:1] = [Part(" "), _sign_of(state.live)]
    if state.label:
        right += [_BAR, Part(f" {clean(state.label, 24)} ", f"chip-{state.colour}" if state.colour else "chip")]
    return [*right, Part(" ")]


def status_line(state: State) -> tuple[list[Part], list[Part]]:
    """Which rows of how many, what was loaded, for which window and from where; on the right what is under way."""
    return [Part(" "), *_join(_standing(state)), Part(" ")], [Part(" "), *_activity(state), Part(" ")]


def _standing(state: State) -> list[Part]:
    exploration = state.exploration
    frozen = exploration.shown
    if frozen is None:
        return [Part(state.place, "muted")]
    before = "the last answer: " if exploration.asked is not None else ""
    parts = _order(state) if state.order else _scan(state, before) if exploration.scanning else _rows(state, before)
    parts.append(_window(frozen.window, state.style, open_end=state.live is not None))
    if state.live is not None and state.live.late:
        parts.append(Part(f"{state.live.late:,} came late", "plain", spare=3, short=f"{state.live.late:,} late"))
    if state.note:
        parts.append(Part(clean(state.note, 120), "accent", spare=1))
    if state.live is not None and state.live.new_since is not None:
        clock = state.live.new_since.astimezone(state.style.zone)
        parts.append(Part(f"new since {clock.strftime('%H:%M')}", "accent", spare=4))
    if state.marks:
        parts.append(Part(f"{state.marks:,} marked", "accent", spare=3))
    parts.append(_source(state))
    if abs(exploration.skew) > SKEW_SECONDS:
        ahead = "ahead" if exploration.skew > 0 else "behind"
        parts.append(Part(f"server clock {abs(exploration.skew):.0f} s {ahead}", "warn", spare=1))
    unsettled = frozen.window.end > frozen.frozen_at - SETTLE and Origin.FILE not in exploration.origins
    if unsettled and state.live is None:
        parts.append(Part("last 60 s may still fill", "muted", spare=6))
    return parts


def _source(state: State) -> Part:
    """Where the rows came from: `api.portkey.ai + archive`."""
    if state.offline:
        return Part(f"offline: archive of {state.place}", "warn", spare=4, short="offline")
    origins = state.exploration.origins
    beside = [
        word
        for word, meant in (("cache", {Origin.CACHE}), ("archive", {Origin.ARCHIVE, Origin.PARTLY}))
        if origins & meant
    ]
    asked = not origins or origins & {Origin.API, Origin.PARTLY, Origin.FILE}
    told = "".join(f" + {word}" for word in beside) if asked else f" ({' + '.join(beside)})"
    return Part(f"{state.place}{told}", "muted", spare=4)


def _rows(state: State, before: str) -> list[Part]:
    """Rows that the API counts and addresses."""
    exploration, count = state.exploration, state.exploration.row_count
    if not count:
        return [Part(f"{before}no records", "strong")]
    known = exploration.total if exploration.merged else count if exploration.extent_known else None
    total = f"{known:,}" if known is not None else f"{exploration.loaded:,} or more"
    last = min(state.view.stop, count)
    shown = f"{min(state.view.start + 1, last):,}–{last:,}" if state.cursor is None else f"row {state.cursor + 1:,}"
    return [
        Part(f"{before}{shown} of {total}", "strong"),
        Part(f"{exploration.loaded:,} loaded", "plain", spare=5),
    ]


def _scan(state: State, before: str) -> list[Part]:
    """Rows that are found by looking through others."""
    exploration = state.exploration
    if exploration.finished:
        looked = short = f"scanned all {exploration.scanned:,}"
    else:
        looked = f"scanned {exploration.scanned:,} of {_most(exploration)}"
        short = f"{exploration.scanned:,}/{_most(exploration)}"
    matching = Part(f"{exploration.row_count:,} match", "strong")
    return [*_row(state), Part(f"{before}{looked}", "plain", short=short), matching]


def _most(exploration: Exploration) -> str:
    if exploration.total is not None:
        return f"{exploration.total:,}"
    return f"at most {exploration.at_most:,}" if exploration.at_most is not None else "more"


def _order(state: State) -> list[Part]:
    return [*_row(state), Part(clean(state.order, 80), "strong")]


def _row(state: State) -> list[Part]:
    """The row under the cursor, where it is to be told."""
    if state.cursor is None or not state.exploration.row_count:
        return []
    return [Part(f"row {state.cursor + 1:,}", "strong")]


def _window(window: Window, style: TimeStyle, *, open_end: bool) -> Part:
    """The resolved window, as short as it goes: `21 Nov 20:48:03–22 Nov 20:48:03Z`; to the minute where it's tight.
    One that has no end tells none."""
    start, end = (instant.astimezone(style.zone) for instant in (window.start, window.end))
    day = "%-d %b %Y " if start.year != end.year else "%-d %b "
    last_day = "" if start.date() == end.date() else day
    zone = zone_name(style.zone, window.end)
    ending = "Z" if zone == "UTC" else f" {zone}"

    def written(clock: str) -> str:
        if open_end:
            return f"since {start.strftime(day + clock)}{ending}"
        return f"{start.strftime(day + clock)}–{end.strftime(last_day + clock)}{ending}"

    return Part(written("%H:%M:%S"), "plain", spare=2, short=written("%H:%M"))


def _sign_of(live: Following) -> Part:
    if live.stopped:
        return Part("✗ LIVE stopped", "bad")
    if live.paused:
        return Part("‖ PAUSED", "warn")
    return Part("○ LIVE", "warn") if live.failing else Part("● LIVE", "good")


def _following(live: Following) -> list[Part]:
    """How it goes: `● LIVE · lag 3 s · +12 new · retrying in 8 s (429)`."""
    parts = [_sign_of(live)]
    if live.catching_up:
        parts.append(Part("catching up …", "accent"))
    else:
        parts.append(Part(f"lag {_span(live.lag)}", "plain", spare=2))
    if live.held:
        parts.append(Part(f"{live.held:,} held", "accent", live.show_new, spare=1))
    if live.new:
        parts.append(Part(f"+{live.new:,} new", "accent", live.show_new, spare=1))
    if live.retry is not None:
        parts.append(Part(f"retrying in {live.retry[0]} s ({clean(live.retry[1], 40)})", "warn"))
    return _join(parts)


def _span(seconds: float) -> str:
    """A few seconds, or minutes and hours where it is long."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h {whole % 3600 // 60} min"


def _activity(state: State) -> list[Part]:
    if state.stopped:
        return [Part("stopped: r goes on", "warn")]
    if state.live is not None and not state.waiting and (state.exploration.asked is None or state.live.retry):
        return _following(state.live)
    if state.waiting:
        return [Part(f"retrying in {state.waiting[0]} s ({clean(state.waiting[1], 40)})", "warn")]
    if state.connecting:
        return [Part("connecting …", "muted")]
    if state.naming:
        return [Part("looking up names …", "muted")]
    if state.exploration.loading:
        doing = (
            "asking" if state.exploration.asked is not None else "scanning" if state.exploration.scanning else "loading"
        )
        return [Part(f"{doing} …", "accent")]
    if state.exploration.paused is not None and state.exploration.asked is None:
        return [Part("a", "key"), Part(" on ", "plain"), Part("A", "key"), Part(" all", "plain")]
    return []


def scan_estimate(state: State) -> list[str]:
    """What a scan to the end of the range would take, as far as it is known."""
    exploration = state.exploration
    most = exploration.total if exploration.total is not None else exploration.at_most
    if most is None:
        return ["The API doesn't tell how many records there are.", "ctrl+c stops; what was found stays."]
    left = max(0, most - exploration.scanned)
    requests = -(-left // PAGE_SIZE)
    return [
        f"{left:,} records are left: about {requests:,} requests, two at a time.",
        "ctrl+c stops; what was found stays.",
    ]


def _join(parts: list[Part]) -> list[Part]:
    """Parts with what separates each from those before it, which gives way together with it."""
    joined = parts[:1]
    for part in parts[1:]:
        joined += [Part(_SEPARATOR, "muted", spare=part.spare, short=_SEPARATOR if part.short else ""), part]
    return joined


def problem_text(state: State) -> Content | None:
    """The present problem with its cure, else the newest notice."""
    if state.problem is not None and not _stands_in_the_middle(state):
        return Content.assemble(
            ("✗ ", "bold $error"), (state.problem.cause, "$error"), f" {state.problem.cure} ", ("r", "bold $primary"),
            (" try again", "dim"), *_offer(state),
        )  # fmt: skip
    if state.exploration.notices:
        more = len(state.exploration.notices) - 1
        tail = f"  (+{more} more: ?)" if more else ""
        return Content.assemble(("! ", "bold $warning"), state.exploration.notices[-1], (tail, "dim"))
    return None


def blank_text(state: State) -> Content | None:
    """What stands in place of rows when there are none."""
    if isinstance(state.problem, KeyMissing):
        return _no_key(state.problem)
    exploration = state.exploration
    if state.problem is not None:
        return _no_records(state.problem, state) if _stands_in_the_middle(state) else None
    if exploration.frozen is None or (exploration.asked is not None and not exploration.row_count):
        return Content.styled("Asking for the newest records …", "$muted") if not state.stopped else None
    if exploration.row_count:
        return None
    if exploration.scanning and not exploration.finished:
        return _none_yet(exploration)
    window = exploration.frozen.window
    start, end = format_time(window.start, state.style.zone), format_time(window.end, state.style.zone)
    text: list[str | tuple[str, str]] = [
        ("No record matches.\n", "bold"),
        (f"Asked for {start} – {end} {zone_name(state.style.zone, window.end)}.\n\n", "$muted"),
    ]
    query = exploration.frozen.query
    for term in query.terms:
        text += ["  drop ", (clean(format_term(term), 60), "$accent"),
                 ("   x on it in the panel, or \\ for the last\n", "$muted")]  # fmt: skip
    text += [f"  {line}\n" for line in (*_strangers(state), *_path_advice(query))]
    text += [("\n  t", "bold $primary"), " choose a longer time   ", ("[", "bold $primary"), " back   ",
             ("r", "bold $primary"), " ask again up to now"]  # fmt: skip
    return Content.assemble(*text)


def _none_yet(exploration: Exploration) -> Content:
    """That a scan has found nothing so far, and how it goes on."""
    most = exploration.total if exploration.total is not None else exploration.at_most
    left = f"{most - exploration.scanned:,}" if most is not None else "others"
    return Content.assemble(
        (f"None of the {exploration.scanned:,} newest records fits.\n", "bold"),
        (f"Not looked at yet: {left}.\n\n", "$muted"),
        ("  a", "bold $primary"), " scan on   ", ("A", "bold $primary"), " scan all of the range   ",
        ("[", "bold $primary"), " back",
    )  # fmt: skip


def _strangers(state: State) -> list[str]:
    """Which words for people or workspaces mean nobody who is known, so that they were sent as ids."""
    missing = " (not all names could be had: see ?)" if state.names.refused else ""
    return [
        f"Nothing known is called {clean(found.word, 40)!r}{missing}: it was asked for as an id."
        for found in unnamed(state.query, state.names)
        if not found.meant
    ]


def _path_advice(query: AuditQuery) -> list[str]:
    """How to look for a path that the API may compare in another way than is known."""
    clause = query.clause(URI.name)
    exact = clause is not None and all(value.how is How.EXACT for value in clause.values)
    if clause is None or not exact:
        return []
    anywhere = Clause(URI.name, tuple(Value(value.text, How.CONTAINS) for value in clause.values))
    return [f"The API was asked for that very path; {format_term(anywhere)} looks for it as a part, here."]


def _stands_in_the_middle(state: State) -> bool:
    """Whether the problem is told in place of the rows, because there are none."""
    return state.problem is not None and not state.exploration.row_count


def _no_records(problem: SourceError, state: State) -> Content:
    return Content.assemble(
        ("No records could be had\n\n", "bold"), (f"✗ {problem.cause}\n", "$error"), f"{problem.cure}\n\n",
        ("r", "bold $primary"), " try again", *_offer(state), "   ", ("?", "bold $primary"), " keys   ",
        ("q", "bold $primary"), " quit",
    )  # fmt: skip


def _offer(state: State) -> list[tuple[str, str]]:
    """That what is held can be had without the API."""
    if not state.held or state.offline:
        return []
    return [("   o", "bold $primary"), (" what the archive has", "dim")]


def _no_key(problem: SourceError) -> Content:
    return Content.assemble(
        ("No API key yet\n\n", "bold"),
        f"{problem.cause}\n\n",
        ("For this shell\n", "$primary"),
        "  export PORTKEY_API_KEY=…   an Admin key with the scope audit_logs.list\n\n",
        ("To keep it\n", "$primary"),
        "  a profile in config.toml   api_key_command = [\"op\", \"read\", \"…\"]\n",
        "  or a file of your own      portkey-audit --api-key-file ~/.portkey-key\n\n",
        ("Just looking\n", "$primary"),
        "  portkey-audit --demo       a made-up history, no key and no network\n\n",
        ("q", "bold $primary"), " quit   ", ("?", "bold $primary"), " keys",
    )  # fmt: skip


def facts(state: State) -> list[tuple[str, str]]:
    """What the help page tells about this run, in lines without a word in front."""
    names = state.names
    told = [f"Records come from {state.place}."]
    told += state.exploration.notices
    told += [f"Names of {_KIND_WORDS[kind]}: {why}" for kind, why in names.refused.items()]
    known = [f"{len(names.known.get(kind, {})):,} {word}" for kind, word in _KIND_WORDS.items()]
    return [("", fact) for fact in (*told, f"Names known: {', '.join(known)}.")]
