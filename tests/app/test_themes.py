"""The themes: legible, told apart by eyes that see no red or no green, and clear where there are no colours at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import combinations
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension
from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet
from rich.style import Style
from syrupy.assertion import SnapshotAssertion
from textual.notifications import SeverityLevel
from textual.theme import Theme

from tests.app.exploring import Story, asking, exploring
from tests.app.pictures import comes_to_rest, picture
from tui import settings
from tui.app.themes import THEMES
from tui.demo.server import DemoServer

pytestmark = pytest.mark.usefixtures("steady_surroundings")

COLOURED = [theme for theme in THEMES if not theme.ansi]
SEVERITIES: tuple[SeverityLevel, ...] = ("information", "warning", "error")
LEAST_CONTRAST = 4.5
"""What the Web Content Accessibility Guidelines ask of text, level AA."""
LEAST_DISTANCE = 20.0
"""Between two colours in CIELAB; 2 can just be noticed side by side, 20 apart they have other names."""

PLUGINS = asking("res:plugins since:7d")
"""Their bodies hold secrets."""
MIXED = asking("status:403 -country:none since:7d")
"""The API does the first, and the second is done here."""

WALK: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "plugins"),
    (("m",), "1 marked"),
    (("enter",), "redacted"),
    (("4",), "Request id"),
    (("slash", "a"), "of 50"),
    (("escape", "escape", "f"), "Filters · 1 on"),
    (("down", "down", "enter", "x", "enter"), "100 to 599"),
    (("escape", "3", "slash", "ctrl+u", *"colour:x"), "no field"),
    (("ctrl+u", *"actor:ma"), "Maya"),
    (("escape", "v"), "exact"),
    (("escape", "p"), "esc cancel"),
    (("escape", "y"), "Markdown"),
    (("escape", "t"), "last 90d"),
    (("escape", "C"), "add a path"),
    (("escape", "apostrophe"), "Saved views"),
    (("escape", "question_mark"), "esc closes"),
    (("escape", "colon", *"redr"), "Redraw"),
)
"""Keys, and what the screen shows once they are pressed: every pane and dialog once."""


async def walk(story: Story) -> AsyncIterator[str]:
    """Go through the explorer; gives the keys that led to each screen, when it has come to rest."""
    for keys, shown in WALK:
        await story.press(*keys)
        await comes_to_rest(story, shown)
        yield " ".join(keys)


def segments(story: Story) -> Iterator[tuple[str, Style]]:
    """All texts on the screen with their styles."""
    for strip in story.app.screen._compositor.render_strips():
        for text, style, _ in strip:
            yield text, style or Style.null()


def styles_of(story: Story, text: str) -> list[Style]:
    """The styles of all places where this very text stands between blanks."""
    return [style for shown, style in segments(story) if text in shown.split()]


def reversed_texts(story: Story) -> list[str]:
    """The words on the screen that stand in reverse, as what the cursor is on does."""
    return [text.strip() for text, style in segments(story) if style.reverse and any(map(str.isalnum, text))]


# Colours as numbers


def linear(channel: float) -> float:
    """Light of an sRGB channel, both from 0 to 1."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def light(color: ColorTriplet) -> tuple[float, float, float]:
    red, green, blue = (linear(channel / 255) for channel in color)
    return red, green, blue


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """How many times brighter one is than the other, as WCAG 2 counts it: from 1 to 21."""
    dark, bright = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


# Machado, Oliveira and Fernandes (2009), of full severity, on light.
VISION = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}


def seen(color: ColorTriplet, vision: str) -> tuple[float, float, float]:
    """A colour in CIELAB (D65) as such eyes see it."""
    r, g, b = (
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, light(color), strict=True))))
        for row in VISION[vision]
    )
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: ColorTriplet, other: ColorTriplet, vision: str) -> float:
    pairs = zip(seen(one, vision), seen(other, vision), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def triplet(color: str | None) -> ColorTriplet:
    assert color
    return Color.parse(color).get_truecolor()


def drawn(style: Style, system: ColorSystem) -> tuple[ColorTriplet, ColorTriplet]:
    """Ink and ground of a style on a terminal that shows so many colours."""
    assert style.color is not None
    assert style.bgcolor is not None
    ink, ground = (color.downgrade(system).get_truecolor() for color in (style.color, style.bgcolor))
    return (ground, ink) if style.reverse else (ink, ground)


def faint(story: Story, system: ColorSystem) -> set[str]:
    """Texts with too little contrast to their ground; lines, bars and marks are no texts."""
    told = set()
    for text, style in segments(story):
        if any(char.isalnum() for char in text) and (ratio := contrast(*drawn(style, system))) < LEAST_CONTRAST:
            told.add(f"{ratio:.2f} {text.strip()!r} {style}")
    return told


class TestTheNames:
    def test_settings_and_app_know_the_same_ones(self):
        assert tuple(theme.name for theme in THEMES) == settings.THEMES

    async def test_the_palette_changes_them_at_once(self, server: DemoServer):
        async with exploring(server) as story:
            await story.settled()
            await story.press("colon", *"theme: dusk")
            await story.shows("Theme: dusk")
            await story.press("enter")
            await story.until(lambda: story.app.theme == "dusk", "the other theme")


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
class TestColours:
    async def test_every_text_can_be_read_in_truecolor_and_in_256_colours(self, server: DemoServer, theme: Theme):
        told = {}
        async with exploring(server, query=PLUGINS) as story:
            story.app.theme = theme.name
            async for where in walk(story):
                for system in (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT):
                    if texts := faint(story, system):
                        told[where, system.name] = texts
        assert told == {}


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", ["dusk", "linen"])
def test_states_are_told_apart_by_any_eyes(name: str, vision: str):
    theme = next(theme for theme in THEMES if theme.name == name)
    states = {state: triplet(getattr(theme, state)) for state in ("primary", "success", "warning", "error")}
    close = {
        (one, other): distance(states[one], states[other], vision)
        for one, other in combinations(states, 2)
        if distance(states[one], states[other], vision) < LEAST_DISTANCE
    }
    assert close == {}


class TestWithoutColours:
    """Status is told by words, glyphs and attributes."""

    async def test_mono_sends_none_whatever_is_opened(self, server: DemoServer):
        async with exploring(server, query=PLUGINS) as story:
            story.app.theme = "mono"
            async for where in walk(story):
                coloured = {
                    (text, str(style))
                    for text, style in segments(story)
                    if any(color is not None and not color.is_default for color in (style.color, style.bgcolor))
                }
                assert coloured == set(), where

    async def test_failed_rows_marks_and_the_cursor(self, mono: Story):
        await mono.press("m", "j")
        await comes_to_rest(mono, "1 marked")
        assert "◆" in mono.text
        assert "▌" in mono.text
        assert all(style.bold for style in styles_of(mono, "✗"))
        (under_cursor,) = reversed_texts(mono)
        assert under_cursor.startswith("2026-11-22")

    async def test_what_is_sent_and_what_is_done_here(self, mono: Story):
        (sent,), (local,) = styles_of(mono, "403")[:1], styles_of(mono, "none")[:1]
        assert (bool(sent.bold), bool(sent.underline)) == (True, False)
        assert (bool(local.bold), bool(local.underline)) == (False, True)

    async def test_which_pane_has_the_focus(self, mono: Story):
        await mono.press("f")
        await mono.until(lambda: mono.screen.panel.has_focus_within, "the panel")
        await comes_to_rest(mono, "0 Lift all")
        assert reversed_texts(mono) == ["last 7d ▾"]
        (left_behind,) = [text for text, style in segments(mono) if style.underline and text.strip().startswith("2026")]
        assert left_behind in mono.text

    async def test_deletions_and_redacted_values(self, server: DemoServer):
        async with exploring(server, query=asking("method:DELETE since:7d")) as story:
            story.app.theme = "mono"
            await comes_to_rest(story, " delete")
            assert all(style.bold for style in styles_of(story, "delete"))
        async with exploring(server, query=PLUGINS) as story:
            story.app.theme = "mono"
            await comes_to_rest(story, " plugins")
            await story.press("enter")
            await comes_to_rest(story, "‹redacted")

    async def test_messages_begin_with_a_sign_of_their_weight(self, mono: Story):
        for severity in SEVERITIES:
            mono.app.notify("done", severity=severity)
        await mono.until(lambda: mono.toasts == ["done", "! done", "✗ done"], "all three")


@pytest.fixture
async def mono(server: DemoServer) -> AsyncIterator[Story]:
    """An explorer without colours, at rest on a query of both kinds of clauses."""
    async with exploring(server, query=MIXED) as story:
        story.app.theme = "mono"
        await comes_to_rest(story, "403 ✗")
        yield story


class TestPictures:
    """Of a screen where much is told by looks: failures, both kinds of clauses, a mark, a detail and the panel."""

    @pytest.mark.parametrize(
        ("name", "size"),
        [("mono", (80, 24)), ("mono", (120, 40)), ("ansi", (120, 40)), ("dusk", (120, 40)), ("linen", (120, 40))],
        ids=["mono-80x24", "mono-120x40", "ansi-120x40", "dusk-120x40", "linen-120x40"],
    )
    async def test_an_investigation(
        self, server: DemoServer, snapshot: SnapshotAssertion, tmp_path: Path, name: str, size: tuple[int, int]
    ):
        async with exploring(server, size=size, query=MIXED) as story:
            story.app.theme = name
            await comes_to_rest(story, "403 ✗")
            await story.press("j", "m")
            if size == (120, 40):
                await story.press("enter")
                await comes_to_rest(story, "[1 Body]")
            await comes_to_rest(story, "1 marked")
            drawn, text = picture(story), story.text
        if snapshot.use_extension(SVGImageExtension) != drawn:
            place = tmp_path / "drawn.svg"
            place.write_text(drawn, encoding="utf-8")
            pytest.fail(f"{name} looks otherwise than on its picture, see {place}:\n{text}", pytrace=False)
