"""What the README promises holds: its commands open views that hold what they are told to hold."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui.cli import explore as explore_module
from tui.cli import main as main_module
from tui.cli.explore import make_query
from tui.demo.history import History
from tui.demo.incidents import INCIDENTS
from tui.domain.fields import FILTERS, Kind
from tui.domain.query import AuditQuery
from tui.settings import Flags, Settings

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
STARTS = re.findall(r"^\| .* \| `(portkey-audit --demo [^`]+)` \|$", README, re.MULTILINE)


def query_of(command: str, monkeypatch: pytest.MonkeyPatch) -> AuditQuery:
    """The query a command line opens the explorer with, read by the command line itself."""
    asked: list[AuditQuery] = []

    def capture(flags: Flags, filters: dict[str, str], *, demo: bool) -> int:
        assert demo
        asked.append(make_query(Settings(since=flags.since or Settings().since, until=flags.until), filters, NOW))
        return 0

    monkeypatch.setattr(explore_module, "explore", capture)
    main_module.cli.main(shlex.split(command)[1:], prog_name="portkey-audit", standalone_mode=False)
    [query] = asked
    return query


def test_there_is_a_start_for_every_planted_incident():
    assert len(STARTS) == len(INCIDENTS) == 5


@pytest.mark.parametrize(("command", "incident"), zip(STARTS, INCIDENTS, strict=True))
def test_a_start_shows_the_trail_of_its_incident(
    command: str, incident: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = query_of(command, monkeypatch)
    window = query.time_range.resolve(NOW)
    history = History(now=NOW)
    where = {clause.field: clause.value for clause in query.clauses}
    attributes = {field.name: field.attribute for field in FILTERS if field.kind is not Kind.JSON}
    shown = history.select(
        window.start, window.end, where={attributes[name]: value.__eq__ for name, value in where.items()}
    )
    assert 0 < shown.total < 1_000
    clues = incident.clues  # type: ignore[attr-defined]
    rows = shown.page(0, shown.total)
    assert any(all(str(row[name]) == value for name, value in clues.items() if name not in ("uri",)) for row in rows)


def test_every_key_of_the_readme_is_bound():
    from tests.app.exploring import bound_keys

    table = README.split("## Keys")[1].split("## ")[0]
    told = {key for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for key in re.findall(r"`([^`]+)`", cell)}
    known = bound_keys() | set("yvpjmcql")
    spoken = {key for key in told if " " not in key and key not in ("1", "5")}
    assert spoken <= known, spoken - known


def test_every_picture_is_there():
    for picture in re.findall(r"\]\((screenshots/[^)]+)\)", README):
        assert (Path(__file__).parents[1] / picture).is_file()
