"""What the README promises holds: its commands open views that hold what they are told to hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.scene import asked_by
from tui.app.copying import COPY_CHOICES
from tui.cli.asking import read_question
from tui.demo.history import History
from tui.demo.incidents import INCIDENTS, Incident
from tui.domain.matching import Matcher
from tui.domain.names import Named, NameKind, Names
from tui.domain.predicates import Surroundings
from tui.domain.query import AuditQuery
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.settings import Settings
from tui.state.views import ViewShelf

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
STARTS = re.findall(r"^\| .* \| `(portkey-audit --demo [^`]+)` \|$", README, re.MULTILINE)
QUERIES = re.findall(r"^\| `([^`]+ since:\w+)` \| (.+) \|$", README, re.MULTILINE)
EXAMPLES = re.search(r"```\n(op:delete .*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def history() -> History:
    return History(now=NOW)


@pytest.fixture(scope="module")
def names(history: History) -> Names:
    """The names that the demo's lists give."""
    people = {
        user["id"]: Named(f"{user['first_name']} {user['last_name']}", (user["email"],)) for user in history.users
    }
    keys = {key["id"]: Named(key["name"]) for key in history.api_keys}
    places = {place["id"]: Named(place["name"], (place["slug"],)) for place in history.workspaces}
    return Names({NameKind.USER: people, NameKind.API_KEY: keys, NameKind.WORKSPACE: places})


def answer(query: AuditQuery, history: History, names: Names) -> list[AuditRecord]:
    """Every record of the demo that fits a query, newest first."""
    window = query.time_range.resolve(NOW)
    everything = history.select(window.start, window.end)
    records = (redact(AuditRecord.model_validate(row)) for row in everything.page(0, everything.total))
    return list(filter(Matcher(query.terms, Surroundings(names=names)), records))


def test_there_is_a_start_for_every_planted_incident():
    assert len(STARTS) == len(INCIDENTS) == 5


@pytest.mark.parametrize(("command", "incident"), zip(STARTS, INCIDENTS, strict=True))
def test_a_start_shows_the_trail_of_its_incident(command: str, incident: Incident, history: History, names: Names):
    query = read_question(asked_by(command), Settings(), NOW, ViewShelf(None)).query
    rows = answer(query, history, names)
    assert 0 < len(rows) < 1_000
    clues = {name: value for name, value in incident.clues.items() if name != "uri"}
    assert any(all(str(getattr(row, name)) == value for name, value in clues.items()) for row in rows)


def test_the_examples_of_the_language_are_read_without_a_complaint():
    assert EXAMPLES is not None
    lines = EXAMPLES[1].strip().splitlines()
    assert len(lines) > 4
    for line in lines:
        assert not parse_query(line, now=NOW).diagnostics, line


@pytest.mark.parametrize(("query", "told"), QUERIES, ids=[query for query, _ in QUERIES])
def test_a_query_shows_as_many_records_as_are_told(query: str, told: str, history: History, names: Names):
    parsed = parse_query(query, now=NOW)
    assert not parsed.diagnostics
    rows = answer(parsed.query, history, names)
    [count] = re.findall(r"\*(\d+)\*", told)
    assert len(rows) == int(count), [(row.timestamp, row.uri, row.status) for row in rows[:20]]


def test_there_are_queries_for_every_planted_incident(history: History, names: Names):
    found = [answer(parse_query(query, now=NOW).query, history, names) for query, _ in QUERIES]
    for incident in INCIDENTS:
        assert any(
            all(str(getattr(row, name)) == value for name, value in incident.clues.items())
            for rows in found for row in rows
        ), incident.name  # fmt: skip


def test_every_key_of_the_readme_is_bound():
    from tests.app.exploring import bound_keys

    table = README.split("## Keys")[1].split("## ")[0].replace(r"\|", "¦")  # a bar in a cell
    told = {key for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for key in re.findall(r"`([^`]+)`", cell)}
    known = bound_keys() | {choice.key for choice in COPY_CHOICES} | {"a", "i", "r", "w", "k", "t"}
    spoken = {key.replace("¦", "|") for key in told if " " not in key and key not in ("1", "5")}
    assert spoken <= known, spoken - known


def test_every_picture_is_there():
    for picture in re.findall(r"\]\((screenshots/[^)]+)\)", README):
        assert (Path(__file__).parents[1] / picture).is_file()
