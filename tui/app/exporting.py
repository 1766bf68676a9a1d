"""What a reader has exported: the order for it, and what is told of what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.clean import UNLIMITED, clean
from tui.exporting.export import Completeness

if TYPE_CHECKING:
    from tui.exporting.export import Exported
    from tui.exporting.form import Form


_SURE = {
    Completeness.PROVED: "complete: as many as the API counts",
    Completeness.UNPROVED: "not proved to be complete",
    Completeness.INCOMPLETE: "incomplete",
}


@dataclass(frozen=True, slots=True)
class Order:
    """A file to write all of a query to.  `replace`: in the place of one that is there."""

    file: Path
    form: Form
    anonymise: bool = False
    replace: bool = False


def file_of(text: str) -> Path:
    """The file that a reader means."""
    file = Path(text.strip())
    try:
        return file.expanduser()
    except RuntimeError:  # nobody has that home: it is the name of a file
        return file


def as_typed(file: Path, home: str) -> str:
    """The whole path in as few characters as a shell understands, safe to show."""
    whole = Path.cwd() / file
    shown = f"~/{whole.relative_to(home)}" if home and whole.is_relative_to(home) else str(whole)
    return clean(shown, UNLIMITED)


def told(exported: Exported, place: str) -> tuple[str, bool]:
    """What came of an export to a place, in a few lines, and whether that is as it should be."""
    records = "1 record" if exported.count == 1 else f"{exported.count:,} records"
    sure = _SURE[exported.completeness]
    why = _why(exported)
    message = f"Exported {records}, {sure}.\n{place}" + (f"\n{why}" if why else "")
    return message, exported.completeness is not Completeness.INCOMPLETE


def _why(exported: Exported) -> str:
    if exported.problem is not None:
        return f"{exported.problem.cause} {exported.problem.cure}".rstrip()
    return " ".join(exported.remarks)
