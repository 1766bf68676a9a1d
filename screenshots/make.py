"""Draw the pictures of the README from the demo: `python -m screenshots.make` writes an SVG and a PNG of each, or of
those that are named.

History, clock and sizes stand still, so the same program draws the same bytes.  The PNGs need the font DejaVu Sans Mono
(in Debian: fonts-dejavu-core).
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

os.environ |= {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_COLOR_SYSTEM": "truecolor"}
os.environ.pop("NO_COLOR", None)  # Textual reads these when it is imported

import resvg_py

from tests.app.exploring import NOW, Passing, asking, exploring
from tests.app.test_following import come_in
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.errors import KeyMissing
from tui.domain.query import AuditQuery

HERE = Path(__file__).resolve().parent
FONT = "DejaVu Sans Mono"
FONT_FOLDERS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/TTF", "/Library/Fonts")
_DAYS = 90
_KINDS_OF_NAMES = 3
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """What is on a picture: a query, and the keys that lead there in a terminal of `size` (columns, lines)."""

    name: str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (120, 36)
    query: AuditQuery = field(default_factory=AuditQuery)
    has_key: bool = True
    theme: str = "harbour"
    coming_in: int = 0
    """Records that come in while the query is followed, after the keys."""
    is_hostile: bool = False
    """Whether attackers wrote the log."""
    read_before: AuditQuery | None = None
    """What another run read to its end, and kept in the archive that this one has."""


CONFIGS = asking("res:configs method:PUT since:7d")
REFUSED = asking("status:403 since:24h")
TWO_DAYS = asking("since:2d")
WORDS = asking('"credit_limit" -status:200 since:2d')
LEAKED = asking("AIRS_API_KEY since:7d")
SCAN = asking("is:failed -country:none (res:prompts OR res:api-keys) since:7d")

PICTURES = (
    Picture("first"),
    Picture("failures", query=REFUSED),
    Picture("body", ("enter",), query=CONFIGS),
    Picture("facts", ("enter", "4"), query=REFUSED),
    Picture("help", ("question_mark",)),
    Picture("narrow", size=(80, 24)),
    Picture("mono", ("m", "j", "j"), (80, 24), REFUSED, theme="mono"),
    Picture("linen", ("enter", "4"), query=REFUSED, theme="linen"),
    Picture("no-key", has_key=False),
    Picture("wide", ("enter", "4"), (200, 50), REFUSED),
    Picture("scan", query=SCAN),
    Picture("bar", ("slash", *"actor:ma"), query=REFUSED),
    Picture("values", ("l", "l", "l", "v"), query=REFUSED),
    Picture("pivot", ("p",), query=REFUSED),
    Picture("views", ("apostrophe",)),
    Picture("live", ("F",), coming_in=8),
    Picture("archive", ("enter",), query=WORDS, read_before=TWO_DAYS),
    Picture("export", ("w",), query=REFUSED),
    Picture("hostile", ("j", "enter", "4"), is_hostile=True),
    Picture("secret", ("enter", "j", "j", "j", "j", "p"), query=LEAKED),
)


async def read(query: AuditQuery, server: DemoServer, archive: Path) -> None:
    """Read a query to its end, as a reader would who scrolls through it."""
    async with exploring(server, query=query, archive=archive) as story:
        await story.answered()
        exploration = story.screen._exploration
        for row in range(0, exploration.row_count, 90):
            story.screen.table.show_row(row)
            await story.settled()


async def draw(picture: Picture, server: DemoServer, passing: Passing, scratch: Path) -> str:
    """The picture as SVG, its letters left to whoever shows it: it loads no font from anywhere."""
    problem = KeyMissing("There is no key for https://api.portkey.ai/v1.")
    where = server if picture.has_key else None
    archive = None
    if picture.read_before is not None:
        archive = scratch / f"{picture.name}.db"
        await read(picture.read_before, server, archive)
    async with exploring(
        where, size=picture.size, query=picture.query, problem=problem, passing=passing, archive=archive
    ) as story:
        if picture.has_key:
            await story.settled()
            await story.until(lambda: len(story.screen._investigation.names.known) == _KINDS_OF_NAMES, "every name")
        else:
            await story.shows("No API key yet")
        story.app.theme = picture.theme
        await story.press(*picture.keys)
        if picture.coming_in:
            server.set(late=90)
            await come_in(story, server, passing, picture.coming_in)
        await story.pilot.pause()
        svg = story.app.export_screenshot(title=f"portkey-audit {picture.name}")
    return _FONT_FACE.sub("", svg).replace("Fira Code", FONT)


def photograph(svg: str, fonts: Path) -> bytes:
    """The same as PNG."""
    return bytes(
        resvg_py.svg_to_bytes(svg_string=svg, font_family=FONT, font_dirs=[str(fonts)], skip_system_fonts=True)
    )


async def make_all(fonts: Path, names: list[str], scratch: Path) -> None:
    passing = Passing()

    def serving(*, hostile: bool) -> DemoServer:
        history = History(records=50_000, days=_DAYS, seed=7, now=NOW, hostile=hostile)
        return DemoServer(history, clock=lambda: passing.now)

    with serving(hostile=False) as usual, serving(hostile=True) as hostile:
        for picture in (picture for picture in PICTURES if picture.name in names or not names):
            svg = await draw(picture, hostile if picture.is_hostile else usual, passing, scratch)
            (HERE / f"{picture.name}.svg").write_text(svg)
            (HERE / f"{picture.name}.png").write_bytes(photograph(svg, fonts))
            print(f"{picture.name}.svg and .png")


def main() -> str:
    """What is missing for the pictures, "" where nothing is."""
    fonts = next((folder for folder in map(Path, FONT_FOLDERS) if (folder / "DejaVuSansMono.ttf").is_file()), None)
    if fonts is None:
        return f"The font {FONT} is in none of: {', '.join(FONT_FOLDERS)}"
    with tempfile.TemporaryDirectory() as cache:
        os.environ["HOME"] = os.environ["XDG_CACHE_HOME"] = cache
        os.chdir(cache)  # the dialog of exports tells where it would write
        asyncio.run(make_all(fonts, sys.argv[1:], Path(cache)))
    return ""


if __name__ == "__main__":
    sys.exit(main() or 0)
