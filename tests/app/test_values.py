"""The values of a field on their own: what they are told to be, how they keep still, and what is done with one."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import zip_longest
from pathlib import PurePath
from typing import ClassVar

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual import constants
from textual.app import App
from textual.filter import LineFilter
from textual.pilot import Pilot

from tests.session.scene import Log, frozen, record
from tui.app.app import STYLES, ExitGuard
from tui.app.screens import values
from tui.app.screens.values import Sample, ValueAct, ValuesScreen
from tui.app.themes import THEMES
from tui.app.widgets.value_list import ValueLine, ValueList, bar
from tui.domain.errors import SourceError, Unavailable
from tui.domain.names import Named, NameKind, Names
from tui.domain.page import Page, PageRequest
from tui.domain.query_text import format_term
from tui.domain.record import AuditRecord

_PATIENCE_SECONDS = 10.0
NORMAL, NARROW = (120, 40), (80, 24)
PEOPLE = Names({NameKind.USER: {"u-1": Named("Alice Okafor", ("alice@example.com",)), "u-2": Named("Bob Lind")}})
RESOURCES = {
    "prompts": 3_912, "api-keys": 1_604, "configs": 1_220, "virtual-keys": 911, "guardrails": 640, "workspaces": 402,
    "integrations": 266, "admin": 171, "labels": 98, "collections": 61, "policies": 24, "mcp-servers": 9, "scim": 3,
}  # fmt: skip


def log_of(field: str, counts: Mapping[str, int]) -> list[AuditRecord]:
    """Records with so many of each value in a field, those of different ones by turns."""
    by_turns = zip_longest(*([value] * count for value, count in counts.items()))
    values = [value for turn in by_turns for value in turn if value is not None]
    return [record(number).model_copy(update={field: value}) for number, value in enumerate(values)]


class Api:
    """A log that answers when it is let."""

    def __init__(self, records: Sequence[AuditRecord]) -> None:
        self.records = records
        self.asked: list[PageRequest] = []
        self.problem: SourceError | None = None
        self._log = Log(records)
        self._answers = asyncio.Semaphore(0)
        self._open = False

    def let(self, answers: int) -> None:
        """Answer so many requests, be they asked already or not."""
        for _ in range(answers):
            self._answers.release()

    def open(self) -> None:
        """Answer everything from now on."""
        self._open = True
        self.let(len(self.asked))

    async def fetch(self, request: PageRequest) -> Page:
        self.asked.append(request)
        if not self._open:
            await self._answers.acquire()
        if self.problem is not None:
            raise self.problem
        return self._log.page(request)


class Frame(App[None]):
    """Holds the values, and what they ended with."""

    CSS_PATH: ClassVar[list[str | PurePath]] = sorted(STYLES.glob("*.tcss"))

    def __init__(self, screen: ValuesScreen) -> None:
        super().__init__()
        self.guard = ExitGuard()
        self.values = screen
        self.acts: list[ValueAct | None] = []
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name

    def on_mount(self) -> None:
        self.push_screen(self.values, self.acts.append)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self.guard]


class Looking:
    """The values in use."""

    def __init__(self, app: Frame, pilot: Pilot[None], api: Api) -> None:
        self.app = app
        self.pilot = pilot
        self.api = api

    @property
    def screen(self) -> ValuesScreen:
        return self.app.values

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def label(self) -> str:
        return self.screen.about.text

    @property
    def rows(self) -> list[list[str]]:
        """The words of each line in sight of the list, without its bar."""
        region = self.screen.values.content_region
        lines = self.text.split("\n")[region.y : region.bottom]
        words = [line[region.x : region.right].replace("▌", " ", 1).split() for line in lines]
        return [[word for word in row if not set(word) <= set("█▉▊▋▌▍▎▏%")] for row in words if row]

    @property
    def values(self) -> list[str]:
        return [row[0] for row in self.rows]

    @property
    def here(self) -> str:
        """The value under the cursor."""
        return self.values[self.screen.values.cursor - int(self.screen.values.scroll_offset.y)]

    @property
    def act(self) -> tuple[bool, str] | None:
        """What it ended with: whether to keep, and what."""
        [act] = self.app.acts
        return act and (act.keep, format_term(act.term))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.text
            await self.pilot.pause()
            await asyncio.sleep(0)

    async def says(self, text: str) -> None:
        await self.until(lambda: text in self.text)


@asynccontextmanager
async def looking(
    records: Sequence[AuditRecord],
    place: str = "res",
    *,
    loaded: int | None = None,
    exact: bool = True,
    total: int | None = -1,
    names: Names | None = None,
    wants_more: Callable[[], object] = lambda: None,
    size: tuple[int, int] = NORMAL,
) -> AsyncIterator[Looking]:
    """The values at a place in a log, the newest `loaded` records of which are here."""
    api = Api(records)
    sample = Sample(
        frozen=frozen(),
        exact=exact,
        total=len(records) if total == -1 else total,
        records=records[:loaded],
        names=names or Names(),
        fetch=api.fetch,
        wants_more=wants_more,
    )
    app = Frame(ValuesScreen(tuple(place.split(".")), sample))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Looking(app, pilot, api)
    assert app._exception is None
    assert app.guard.hits == 0, "data reached the screen without being cleaned"


class TestWhatIsShown:
    async def test_values_with_count_and_share_the_most_frequent_first(self):
        records = log_of("country", {"DE": 1_500, "US": 450, "": 50})
        async with looking(records, "country") as look:
            assert look.rows == [["DE", "1,500", "75.0"], ["US", "450", "22.5"], ["none", "50", "2.5"]]
            assert "Country" in look.text
            assert "3 values" in look.text
            assert look.label == "exact, whole window"

    async def test_ids_by_name_with_the_id_beside_it(self):
        async with looking(log_of("user_id", {"u-1": 2, "u-9": 1}), "actor", names=PEOPLE) as look:
            assert look.rows == [["Alice", "Okafor", "u-1", "2", "66.7"], ["u-9", "1", "33.3"]]

    async def test_of_loaded_where_nothing_more_is_known(self):
        records = log_of("resource_type", RESOURCES)
        async with looking(records, loaded=1_200, exact=False, total=None) as look:
            assert look.label == "of 1,200 loaded"
            assert look.api.asked == []

    async def test_while_counts_are_on_their_way_the_others_are_no_facts(self):
        async with looking(log_of("country", {"DE": 500, "US": 400}), "country", loaded=400) as look:
            look.api.let(1)
            await look.says("counted 1 of 2 values; the others of 400 loaded of 900")
            assert look.rows == [["DE", "500", "55.6"], ["US", "≥200", "~50.0"]]

    async def test_what_a_log_says_is_never_obeyed(self):
        attacks = {"[/x][@click=app.quit]y": 3, "\x1b]0;x\x07": 2, "a\u202eb\nc": 1}
        names = Names({NameKind.USER: {"[/x][@click=app.quit]y": Named("\x1b[31mEve")}})
        async with looking(log_of("user_id", attacks), "actor", names=names) as look:
            assert [row[0] for row in look.rows] == [r"\u001b[31mEve", r"\u001b]0;x\u0007", r"a\u202eb\nc"]

    async def test_ten_thousand_values_are_made_only_where_they_are_looked_at(self, monkeypatch: pytest.MonkeyPatch):
        records = log_of("resource_type", {f"r{n:05}": 1 for n in range(10_000)})
        made: set[int] = set()
        line = ValuesScreen._line

        def noted(screen: ValuesScreen, number: int) -> ValueLine:
            made.add(number)
            return line(screen, number)

        monkeypatch.setattr(ValuesScreen, "_line", noted)
        async with looking(records) as look:
            await look.says("10,000 values")
            await look.press("G")
            assert look.here == "r09999"
            assert len(made) < 200

    async def test_without_records_there_is_nothing_and_keys_do_nothing(self):
        async with looking([]) as look:
            await look.press("equals_sign", "minus", "enter", "j", "G", "s", "m", "a")
            assert look.rows == []
            assert look.app.acts == []


class TestTheBar:
    @pytest.mark.parametrize(
        ("part", "drawn"), [(0, ""), (1e-9, "▏"), (0.5, "██"), (0.53125, "██▏"), (1, "████"), (7, "████")]
    )
    def test_it_is_as_long_as_the_part_and_never_empty_where_there_is_any(self, part: float, drawn: str):
        assert bar(part, 4) == drawn


class TestActing:
    RECORDS: ClassVar[list[AuditRecord]] = log_of("user_id", {"u-1": 3, "u-2": 2, "": 1})

    @pytest.mark.parametrize(
        ("keys", "act"),
        [
            (["equals_sign"], (True, "actor:alice@example.com")),
            (["enter"], (True, "actor:alice@example.com")),
            (["j", "minus"], (False, 'actor:"Bob Lind"')),
            (["G", "equals_sign"], (True, "actor:none")),
            (["escape"], None),
            (["q"], None),
        ],
    )
    async def test_a_key_ends_with_what_to_do(self, keys: list[str], act: tuple[bool, str] | None):
        async with looking(self.RECORDS, "actor", names=PEOPLE) as look:
            await look.press(*keys)
            assert look.act == act

    async def test_a_value_at_a_path_gives_a_clause_on_the_path(self):
        records = [record(n, request_body=json.dumps({"scopes": ["read", "write"][: n % 2 + 1]})) for n in range(4)]
        async with looking(records, "body.scopes") as look:
            assert look.rows == [["read", "4", "100.0"], ["write", "2", "50.0"]]
            await look.press("j", "minus")
            assert look.act == (False, "body.scopes:write")

    async def test_a_click_chooses_a_value(self):
        async with looking(self.RECORDS, "actor") as look:
            await look.pilot.click(ValueList, offset=(4, 1))
            await look.press("equals_sign")
            assert look.act == (True, "actor:u-2")


class TestKeepingStill:
    RECORDS: ClassVar[list[AuditRecord]] = log_of("country", {"DE": 90, "US": 90, "FR": 90, "IN": 400})

    async def test_the_order_stays_while_counts_arrive_and_is_made_anew_at_the_end(self):
        async with looking(self.RECORDS, "country", loaded=200) as look:
            before = ["DE", "FR", "IN", "US"]
            for answers in range(1, 4):
                assert look.values == before
                look.api.let(1)
                await look.says(f"counted {answers} of 4")
            look.api.open()
            await look.says("exact, whole window")
            assert look.values == ["IN", "DE", "FR", "US"]

    async def test_the_cursor_stays_on_its_value(self):
        async with looking(self.RECORDS, "country", loaded=200) as look:
            await look.press("j")
            assert look.here == "FR"
            look.api.open()
            await look.says("exact, whole window")
            assert look.here == "FR"

    async def test_a_list_that_was_scrolled_away_from_the_cursor_is_not_brought_back(self):
        records = log_of("resource_type", {f"r{n:02}": 90 - n for n in range(30)})
        async with looking(records, loaded=300, size=NARROW) as look:
            look.screen.values.scroll_to(y=9, animate=False)
            look.api.let(1)
            await look.says("counted 1 of 30")
            assert look.screen.values.scroll_offset.y == 9

    async def test_s_sorts_at_once(self):
        async with looking(self.RECORDS, "country", loaded=200) as look:
            look.api.let(3)
            await look.says("counted 3 of 4")
            await look.press("s")
            assert look.values == ["IN", "DE", "FR", "US"]


class TestCountingMore:
    RECORDS: ClassVar[list[AuditRecord]] = log_of("resource_type", {f"r{n:02}": 90 - n for n in range(40)})

    async def test_m_counts_the_next_ones(self):
        async with looking(self.RECORDS, loaded=1_200) as look:
            look.api.open()
            await look.says("exact for the top 30")
            assert len(look.api.asked) == 30
            await look.press("m")
            await look.says("exact, whole window")

    async def test_going_past_the_thirtieth_does_too(self):
        async with looking(self.RECORDS, loaded=1_200) as look:
            look.api.open()
            await look.says("exact for the top 30")
            await look.press(*"j" * 29)
            assert len(look.api.asked) == 30
            await look.press("j")
            await look.says("exact, whole window")

    async def test_trouble_is_told_and_m_tries_again(self):
        async with looking(self.RECORDS, loaded=1_200) as look:
            look.api.problem = Unavailable("The API is away.", "Wait a little.", status=503)
            look.api.open()
            await look.says("✗ The API is away. Wait a little.")
            asked = len(look.api.asked)
            look.api.problem = None
            await look.press("m")
            await look.says("exact for the top 30")
            assert len(look.api.asked) > asked
            assert "away" not in look.text


class TestScanningOn:
    async def test_a_wants_more_records_and_what_they_bring_is_counted(self):
        wanted: list[bool] = []
        records = [*log_of("country", {"DE": 90, "US": 9}), record(999, country="AQ")]
        async with looking(records, "country", loaded=50, wants_more=lambda: wanted.append(True)) as look:
            look.api.open()
            await look.says("exact for 2 values; 1 record with other values")
            await look.press("a")
            assert wanted == [True]
            look.screen.take(records[50:], None)
            await look.says("exact, whole window")
            assert look.rows[-1] == ["AQ", "1", "1.0"]

    async def test_with_all_values_known_there_is_nothing_to_scan_for(self):
        wanted: list[bool] = []
        async with looking(log_of("country", {"DE": 2}), "country", wants_more=lambda: wanted.append(True)) as look:
            await look.press("a")
            assert wanted == []
            assert "scan on" not in look.text

    @pytest.mark.parametrize(("rest", "keys"), [(1_000, ["s"]), (0.1, [])], ids=["on s", "at rest"])
    async def test_what_it_finds_stands_at_the_end_until_nothing_more_comes(
        self, monkeypatch: pytest.MonkeyPatch, rest: float, keys: list[str]
    ):
        monkeypatch.setattr(values, "_REST_SECONDS", rest)
        records = log_of("country", {"DE": 90, "US": 9})
        async with looking(records, "country", loaded=10, exact=False, total=None) as look:
            await look.press("j")
            look.screen.take([record(n, country="FR") for n in range(500, 540)], None)
            assert look.screen._order == ["DE", "US", "FR"]
            await look.press(*keys)
            await look.until(lambda: look.values == ["FR", "DE", "US"])
            assert look.here == "US"


class TestRecordsThatComeEarlyOrLate:
    async def test_before_there_are_lines_they_are_kept_for_them(self):
        sample = Sample(
            frozen(), exact=False, total=None, records=[], names=Names(), fetch=Api([]).fetch, wants_more=dict
        )
        screen = ValuesScreen(("country",), sample)
        screen.take(log_of("country", {"DE": 2}), None)
        app = Frame(screen)
        async with app.run_test(size=NORMAL) as pilot:
            await pilot.pause()
            assert Looking(app, pilot, Api([])).values == ["DE"]

    async def test_after_it_was_closed_they_change_nothing(self):
        async with looking(log_of("country", {"DE": 9}), "country", loaded=3) as look:
            look.screen.action_back()
            look.screen.take(log_of("country", {"DE": 2}), None)
            look.api.open()
            await look.until(lambda: look.app.acts == [None])


class TestNarrowing:
    RECORDS: ClassVar[list[AuditRecord]] = log_of("user_id", {"u-1": 3, "u-2": 2, "x-3": 1})

    async def test_only_values_whose_text_or_name_holds_what_is_typed(self):
        async with looking(self.RECORDS, "actor", names=PEOPLE) as look:
            await look.press("slash", *"LIND")
            assert look.values == ["Bob"]
            assert "1 of 3 values" in look.text
            await look.press("enter", "equals_sign")
            assert look.act == (True, 'actor:"Bob Lind"')

    async def test_escape_shows_all_again_before_it_closes(self):
        async with looking(self.RECORDS, "actor") as look:
            await look.press("slash", "x", "enter", "escape")
            assert look.values == ["u-1", "u-2", "x-3"]
            assert look.app.acts == []
            await look.press("escape")
            assert look.act is None

    async def test_nothing_that_fits_is_an_empty_list(self):
        async with looking(self.RECORDS, "actor") as look:
            await look.press("slash", *"zz", "enter", "equals_sign")
            assert look.rows == []
            assert look.app.acts == []


class TestOtherFields:
    RECORDS: ClassVar[list[AuditRecord]] = [
        record(n, country="DE", method="PUT", request_body='{"name": "x", "scopes": ["read"]}') for n in range(9)
    ]

    async def test_a_step_goes_to_the_next_field_and_back(self):
        async with looking(self.RECORDS, "method") as look:
            await look.press("greater_than_sign")
            assert "Status" in look.text
            await look.press("less_than_sign")
            assert look.rows == [["PUT", "9", "100.0"]]

    async def test_after_the_last_field_come_the_paths_that_were_seen(self):
        async with looking(self.RECORDS, "org") as look:
            await look.press("greater_than_sign")
            assert "body.name" in look.text
            assert look.values == ["x"]

    async def test_one_is_picked_from_a_list(self):
        async with looking(self.RECORDS, "method") as look:
            await look.press("tab")
            await look.says("Values of")
            await look.press("G", "enter")
            await look.says("body.scopes")
            assert look.values == ["read"]

    @pytest.mark.parametrize("place", ["time", "body"])
    async def test_in_place_of_one_that_no_query_can_keep_to_a_value_stands_the_status(self, place: str):
        async with looking(self.RECORDS, place) as look:
            assert look.screen.heading.text.startswith("Status")

    async def test_a_path_that_is_asked_for_stands_first(self):
        async with looking(self.RECORDS, "body.scopes") as look:
            await look.press("greater_than_sign")
            assert look.values == ["PUT"]

    async def test_what_was_counted_is_kept(self):
        records = log_of("country", {"DE": 90, "US": 9})
        async with looking(records, "country", loaded=10) as look:
            look.api.open()
            await look.says("exact, whole window")
            asked = list(look.api.asked)
            await look.press("less_than_sign", "greater_than_sign")
            assert look.label == "exact, whole window"
            assert look.api.asked == asked

    async def test_answers_for_a_field_that_was_left_do_not_disturb_the_next(self):
        records = log_of("country", {"DE": 90, "US": 9})
        async with looking(records, "country", loaded=10) as look:
            await look.press("less_than_sign")
            shown = look.text
            look.api.open()
            await look.until(lambda: not look.screen._spreads[("country",)]._under_way)
            assert look.text == shown


@pytest.fixture
def same_picture(snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> Callable[[Looking], bool]:
    """Whether the committed picture shows what there is to see."""
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "truecolor")
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    committed = snapshot.use_extension(SVGImageExtension)
    return lambda look: committed == look.app.export_screenshot(title="portkey-audit", simplify=True)


@pytest.mark.parametrize("size", [NARROW, NORMAL], ids=["80x24", "120x40"])
class TestItsLooks:
    Same = Callable[[Looking], bool]
    RECORDS: ClassVar[list[AuditRecord]] = log_of("resource_type", RESOURCES)

    async def test_counting(self, same_picture: Same, size: tuple[int, int]):
        async with looking(self.RECORDS, loaded=1_200, size=size) as look:
            look.api.let(4)
            await look.says("counted 4 of 13")
            await look.press("j", "j")
            assert same_picture(look)

    async def test_exact(self, same_picture: Same, size: tuple[int, int]):
        async with looking(self.RECORDS, loaded=1_200, size=size) as look:
            look.api.open()
            await look.says("exact, whole window")
            assert same_picture(look)

    async def test_of_loaded(self, same_picture: Same, size: tuple[int, int]):
        people = {f"u-{n}": 400 // n for n in range(1, 40)}
        names = Names({NameKind.USER: {f"u-{n}": Named(_NAMES[n % len(_NAMES)]) for n in range(1, 40, 2)}})
        async with looking(
            log_of("user_id", people), "actor", names=names, loaded=1_200, exact=False, size=size
        ) as look:
            assert same_picture(look)

    async def test_narrowed(self, same_picture: Same, size: tuple[int, int]):
        async with looking(self.RECORDS, loaded=1_200, size=size) as look:
            look.api.open()
            await look.says("exact, whole window")
            await look.press("slash", *"key")
            assert same_picture(look)

    async def test_trouble(self, same_picture: Same, size: tuple[int, int]):
        async with looking(self.RECORDS, loaded=1_200, size=size) as look:
            look.api.let(3)
            await look.says("counted 3 of 13")
            look.api.problem = Unavailable("The API answers 503.", "It may be back in a minute.", status=503)
            look.api.open()
            await look.says("503")
            await look.until(lambda: not look.screen._spread.counting)
            assert same_picture(look)


_NAMES = ("Ana Ortiz", "Bo Chen", "Chidi Anagonye", "Dana Whitfield-Kowalczyk", "Emeka Obi", "Farah Siddiqui")
