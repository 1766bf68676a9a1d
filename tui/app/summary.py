"""What the lines around the panes say: pure functions from how things stand to words."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from tui.app.widgets.line import Part
from tui.domain.clean import clean
from tui.domain.errors import KeyMissing, SourceError
from tui.domain.fields import BY_NAME
from tui.domain.names import NameKind, Names
from tui.domain.page import Origin
from tui.domain.query import AuditQuery
from tui.domain.query_text import format_query
from tui.formats.times import TimeStyle, format_clock, format_time, zone_name
from tui.session import SETTLE, SKEW_SECONDS, Exploration

_SEPARATOR = Part(" · ", "muted")
_BAR = Part(" │ ", "muted")
_KIND_WORDS = {NameKind.USER: "people", NameKind.WORKSPACE: "workspaces", NameKind.API_KEY: "API keys"}


@dataclass(frozen=True, slots=True)
class State:
    """How things stand.  `waiting` is the seconds left before another attempt, and why it is needed."""

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


def top_line(state: State) -> tuple[list[Part], list[Part]]:
    """The query as text, and on the right its range, the profile and the zone."""
    frozen = state.exploration.frozen
    zone = (
        "ages" if state.style is TimeStyle.AGE else zone_name(state.style.zone, frozen.frozen_at) if frozen else "UTC"
    )
    right = [Part(f" {state.query.time_range}", "strong"), _BAR, Part(zone, "plain")]
    if state.label:
        right += [_BAR, Part(f" {clean(state.label, 24)} ", f"chip-{state.colour}" if state.colour else "chip")]
    text = format_query(_named(state.query, state.names))
    left = [Part(" "), Part(clean(text), "strong" if state.query.clauses else "plain")]
    return left, [*right, Part(" ")]


def _named(query: AuditQuery, names: Names) -> AuditQuery:
    """The query with names where it has ids, for reading."""
    for clause in query.clauses:
        known = (names.name(kind, clause.value) for kind in BY_NAME[clause.field].names)
        query = query.with_(clause.field, next(filter(None, known), clause.value))
    return query


def status_line(state: State) -> tuple[list[Part], list[Part]]:
    """Which rows of how many, what was loaded, up to which second and from where; on the right what is under way."""
    return [Part(" "), *_join(_standing(state)), Part(" ")], [*_activity(state), Part(" ")]


def _standing(state: State) -> list[Part]:
    exploration = state.exploration
    frozen = exploration.frozen
    if frozen is None:
        return [Part(state.place, "muted")]
    count = exploration.row_count
    total = f"{count:,}" if exploration.extent_known else f"{exploration.loaded:,} or more"
    parts: list[Part] = []
    before = "the last answer: " if exploration.asked is not None else ""
    if count:
        last = min(state.view.stop, count)
        parts.append(Part(f"{before}{min(state.view.start + 1, last):,}–{last:,} of {total}", "strong"))
        parts.append(Part(f"{exploration.loaded:,} loaded", "plain"))
    else:
        parts.append(Part(f"{before}no records", "strong"))
    parts.append(Part(f"until {format_clock(frozen.window.end, state.style.zone)}", "plain"))
    cached = Origin.CACHE in exploration.origins
    both = cached and len(exploration.origins) > 1
    parts.append(Part(f"{state.place}{' + cache' if both else ' (cache)' if cached else ''}", "muted"))
    if abs(exploration.skew) > SKEW_SECONDS:
        ahead = "ahead" if exploration.skew > 0 else "behind"
        parts.append(Part(f"server clock {abs(exploration.skew):.0f} s {ahead}", "warn"))
    if frozen.window.end > frozen.frozen_at - SETTLE:
        parts.append(Part("last 60 s may still fill", "muted"))
    return parts


def _activity(state: State) -> list[Part]:
    if state.stopped:
        return [Part("stopped: r goes on", "warn")]
    if state.waiting:
        return [Part(f"retrying in {state.waiting[0]} s ({clean(state.waiting[1], 40)})", "warn")]
    if state.connecting:
        return [Part("connecting …", "muted")]
    if state.exploration.loading:
        return [Part("asking …" if state.exploration.asked is not None else "loading …", "accent")]
    return []


def _join(parts: list[Part]) -> list[Part]:
    return [piece for part in parts for piece in (_SEPARATOR, part)][1:]


def problem_text(state: State) -> Content | None:
    """The present problem with its cure, else the newest notice."""
    if state.problem is not None and not _stands_in_the_middle(state):
        return Content.assemble(
            ("✗ ", "bold $error"), (state.problem.cause, "$error"), f" {state.problem.cure} ", ("r", "bold $primary"),
            (" try again", "dim"),
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
        return _no_records(state.problem) if _stands_in_the_middle(state) else None
    if exploration.frozen is None or (exploration.asked is not None and not exploration.row_count):
        return Content.styled("Asking for the newest records …", "$foreground 55%") if not state.stopped else None
    if exploration.row_count:
        return None
    window = exploration.frozen.window
    start, end = format_time(window.start, state.style.zone), format_time(window.end, state.style.zone)
    text: list[str | tuple[str, str]] = [
        ("No record matches.\n", "bold"),
        (f"Asked for {start} – {end} {zone_name(state.style.zone, window.end)}.\n\n", "$foreground 70%"),
    ]
    for clause in exploration.frozen.query.clauses:
        text += ["  drop ", (f"{BY_NAME[clause.field].label} {clean(clause.value, 60)}", "$accent"),
                 ("   x on it in the panel, or 0 for all\n", "$foreground 55%")]  # fmt: skip
    text += [f"  {line}\n" for line in _strangers(state)]
    text += [("\n  t", "bold $primary"), " choose a longer time   ", ("r", "bold $primary"), " ask again up to now"]
    return Content.assemble(*text)


def _strangers(state: State) -> list[str]:
    """Which filters for people or workspaces name nobody who is known, so that they were sent as ids."""
    told = []
    for clause in state.query.clauses:
        kinds = BY_NAME[clause.field].names
        if kinds and not any(state.names.name(kind, clause.value) for kind in kinds):
            missing = " (not all names could be had: see ?)" if state.names.refused else ""
            told.append(f"Nobody known is called {clean(clause.value, 40)!r}{missing}: it was sent as an id.")
    return told


def _stands_in_the_middle(state: State) -> bool:
    """Whether the problem is told in place of the rows, because there are none."""
    return state.problem is not None and not state.exploration.row_count


def _no_records(problem: SourceError) -> Content:
    return Content.assemble(
        ("No records could be had\n\n", "bold"), (f"✗ {problem.cause}\n", "$error"), f"{problem.cure}\n\n",
        ("r", "bold $primary"), " try again   ", ("?", "bold $primary"), " keys   ", ("q", "bold $primary"), " quit",
    )  # fmt: skip


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


def facts(state: State, names: Names) -> list[str]:
    """What the help page tells about this run."""
    told = [f"Records come from {state.place}."]
    told += state.exploration.notices
    told += [f"Names of {_KIND_WORDS[kind]}: {why}" for kind, why in names.refused.items()]
    known = [f"{len(names.known.get(kind, {})):,} {word}" for kind, word in _KIND_WORDS.items()]
    return [*told, f"Names known: {', '.join(known)}."]
