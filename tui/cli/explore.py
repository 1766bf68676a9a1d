"""The explorer's command: reads what the run is told, refuses what can't work, and opens the screen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime

import click

from tui.cli import wiring
from tui.domain.errors import TimeTextError
from tui.domain.fields import BY_NAME
from tui.domain.query import AuditQuery
from tui.domain.time_range import TimeRange
from tui.domain.time_text import parse_moment
from tui.settings import Flags, Settings, SettingsError, config_file, load, terminal_problem

USAGE = 2


def explore(flags: Flags, filters: Mapping[str, str], *, demo: bool) -> int:
    """Run the explorer; gives the exit code."""
    if problem := terminal_problem(os.environ):
        return _refuse(problem)
    try:
        said = Flags(since=flags.since, until=flags.until) if demo else flags
        settings = load(said, os.environ, config_file(os.environ))
        query = make_query(settings, filters, datetime.now(UTC))
        return wiring.explore_demo(query) if demo else wiring.explore_portkey(settings, query)
    except (SettingsError, TimeTextError) as error:
        return _refuse(str(error))


def _refuse(problem: str) -> int:
    click.echo(f"portkey-audit: {problem}", err=True)
    return USAGE


def make_query(settings: Settings, filters: Mapping[str, str], now: datetime) -> AuditQuery:
    """The first query of a run.  Raises `TimeTextError` and `SettingsError`."""
    since = parse_moment(settings.since, now=now)
    until = parse_moment(settings.until, now=now) if settings.until else None
    if since is None:
        raise TimeTextError("--since can't be now: the range would be empty")
    time_range = TimeRange(since, until)
    time_range.resolve(now)
    query = AuditQuery(time_range)
    for name, value in {**filters, "organisation": settings.organisation_id}.items():
        field = BY_NAME[name]
        if value and (problem := field.problem(value)):
            raise SettingsError(f"{field.flag}: {problem}")
        query = query.with_(name, value)
    return query
