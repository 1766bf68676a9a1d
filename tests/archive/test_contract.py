"""One question, one answer: whichever source is asked, a query has the same records in the same order, and as many."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.archive.scene import HISTORY, LATER, NOW, read_all, request_for, stand_in, wired
from tui.archive.archive import Archive
from tui.archive.offline import HeldSource
from tui.archive.opening import opened
from tui.domain.masking import without_fingerprints
from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.time_range import Window
from tui.exporting.reading import Inquiry, Reading
from tui.sources.base import AuditSource

SOURCES = ("api", "archive before the api", "archive filled before", "archive alone", "a file")
EVER = Window(NOW - timedelta(days=3), NOW - timedelta(hours=1))
RANGE = "since:2026-11-17T12:00Z until:2026-11-20T11:00Z"
QUERIES = (
    "",
    "method:POST",
    "status:200",
    "status:4xx",
    "-status:200",
    "status:403,404",
    "status:200,201,202,204,403,404,500",
    "action:create op:create",
    "op:delete",
    "is:failed is:machine",
    "is:destructive -is:failed",
    "res:prompts,configs",
    "-res:prompts",
    "country:DE",
    "country:none",
    "ip:203.0.113.0/24",
    "ip:198.51.100.4..203.0.113.9",
    "uri:~prompts",
    "uri:~/rotate",
    "uri:*/api-keys/*",
    "prompts",
    "\"user-agent\"",
    "Mozilla",
    "mozilla -prompts",
    "/pro.pts/",
    "0d4",
    "body.name:*prod*",
    "body.name:~prod",
    "has:body.name",
    "header.user-agent:~curl",
    "(res:prompts OR status:403) method:PUT",
    "nothing-has-this-word",
)  # fmt: skip


@pytest.fixture
async def source(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AuditSource]:
    async with AsyncExitStack() as stack:
        if request.param == "a file":
            kept = tmp_path / "kept.json"
            kept.write_text(json.dumps({"records": HISTORY.select(EVER.start, EVER.end).page(0, len(HISTORY))}))
            archive = Archive.open_for_reading(stack.enter_context(opened(str(kept), lambda _: None)).archive)
            stack.callback(archive.close)
            yield HeldSource(archive, whole=True)
            return
        server = stack.enter_context(stand_in())
        at = await stack.enter_async_context(wired(server, tmp_path / "a.db"))
        if request.param == "api":
            yield at.api
            return
        if request.param != "archive before the api":
            await read_all(at.source, request_for(EVER))
            await at.keeper.settle()
        yield HeldSource(at.archive) if request.param == "archive alone" else at.source


async def answer(source: AuditSource, text: str) -> tuple[list[AuditRecord], Reading]:
    query = parse_query(f"{text} {RANGE}", now=NOW).query
    inquiry = Inquiry(source, query, Names(), Matcher(query.terms, Surroundings()), lambda: LATER)
    reading = Reading(inquiry, inquiry.freeze(LATER))
    records = [as_anywhere(record) async for some in reading.matches() for record in some]
    return records, reading


def as_anywhere(record: AuditRecord) -> AuditRecord:
    """A record without the fingerprints of its secrets, which a file's archive has of its own."""
    return AuditRecord.model_validate_json(without_fingerprints(record.model_dump_json()))


def expected(text: str) -> list[AuditRecord]:
    """What the history itself has for a query, newest first."""
    query = parse_query(f"{text} {RANGE}", now=NOW).query
    fits = Matcher(query.terms, Surroundings())
    within = HISTORY.select(EVER.start, EVER.end).page(0, len(HISTORY))
    return [record for record in (redact(AuditRecord.model_validate(sent)) for sent in within) if fits(record)]


@pytest.mark.parametrize("source", SOURCES, indirect=True)
async def test_the_same_query_has_the_same_answer(source: AuditSource):
    found = {text: await answer(source, text) for text in QUERIES}
    for text, (records, reading) in found.items():
        assert records == expected(text), text
        assert reading.matched == len(records)
        assert reading.proved, (text, reading.remarks)
