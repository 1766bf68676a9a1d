"""An export from its first request to its last byte: all of it or nothing, and what it says of itself."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.app.attacks import AttackHistory, attack
from tests.app.exploring import NOW as THEN
from tests.cli.scene import inquiring
from tests.demo.asking import NOW
from tests.exporting.scene import InMemory
from tests.session.scene import Log, record
from tests.test_private_files import no_room_beyond
from tui import __version__
from tui.cli.asking import Asked, read_question
from tui.cli.connections import open_connection
from tui.cli.inquiring import inquire
from tui.demo.server import DemoServer
from tui.domain.errors import Unauthorized
from tui.domain.matching import Matcher
from tui.domain.names import Named, NameKind, Names
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.domain.secret import Secret
from tui.exporting.destination import ExportFile, ExportStream, Unwritable
from tui.exporting.export import Completeness, Export, Exported
from tui.exporting.form import Form
from tui.exporting.reading import Inquiry
from tui.formats.record_json import json_line
from tui.settings import Settings
from tui.sources.connection import Connection
from tui.state.views import ViewShelf

pytestmark = pytest.mark.anyio

EVER = "since:30d"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


async def exported(server: DemoServer, text: str, form: Form = Form.JSONL, **more: Any) -> tuple[Exported, str]:
    """What came of an export to a stream, and what was written."""
    put: list[str] = []
    async with inquiring(server, text, local=more.pop("local", NOW)) as inquiry:
        names = more.pop("names", inquiry.names)
        export = Export(replace(inquiry, names=names), ExportStream(put.append), form, **more)
        return await export.run(), "".join(put)


async def exported_to(file: Path, server: DemoServer, text: str, form: Form = Form.JSONL, **more: Any) -> Any:
    """What the manifest of an exported file says."""
    async with inquiring(server, text) as inquiry:
        await Export(inquiry, ExportFile(file), form, **more).run()
    return json.loads((file.parent / f"{file.name}.manifest.json").read_text())


def left_in(folder: Path) -> set[str]:
    """The names of all that stands in a folder."""
    return {path.name for path in folder.iterdir()}


class TestForms:
    async def test_json_lines_lose_nothing(self, server: DemoServer, everything: list[AuditRecord]):
        outcome, text = await exported(server, EVER)
        assert text.splitlines() == [json_line(one, Names()) for one in everything]
        assert (outcome.count, outcome.scanned, outcome.total) == (1_200, 1_200, 1_200)
        assert outcome.completeness is Completeness.PROVED

    async def test_only_what_fits_is_written(self, server: DemoServer, everything: list[AuditRecord]):
        outcome, text = await exported(server, f"is:failed {EVER}")
        assert text.count("\n") == outcome.count == sum(one.failed for one in everything)

    async def test_a_table_has_a_header_and_a_row_a_record(self, server: DemoServer, everything: list[AuditRecord]):
        _, text = await exported(server, EVER, Form.CSV)
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        assert [row[header.index("request_id")] for row in rows] == [one.request_id for one in everything]

    async def test_also_where_nothing_fits(self, server: DemoServer):
        outcome, text = await exported(server, "status:599", Form.CSV)
        assert text.startswith('"timestamp","method"')
        assert (text.count("\n"), outcome.count) == (1, 0)

    async def test_a_report_says_above_its_table_how_many_there_are(self, server: DemoServer):
        outcome, text = await exported(server, f"is:failed {EVER}", Form.MARKDOWN)
        lines = text.splitlines()
        assert lines[0] == f"# Audit log: {outcome.count:,} records"
        assert lines[2] == "- Query: `is:failed since:30d`"
        assert "- Complete: as many as the API counts, and none of them twice" in lines
        assert "- Secrets are redacted" in lines
        assert sum(line.startswith("| `2026-") for line in lines) == outcome.count

    @pytest.mark.parametrize("form", Form)
    async def test_ids_stand_with_names(self, server: DemoServer, everything: list[AuditRecord], form: Form):
        who = everything[0].user_id
        names = Names({NameKind.USER: {who: Named("Ana Ortiz")}, NameKind.API_KEY: {who: Named("Ana Ortiz")}})
        _, text = await exported(server, f"actor:{who} {EVER}", form, names=names)
        assert "Ana Ortiz" in text


class TestManifests:
    async def test_it_says_what_the_file_is(self, server: DemoServer, folder: Path):
        file = folder / "a.jsonl"
        told = await exported_to(file, server, f"is:failed {EVER} until:1d")
        data = file.read_bytes()
        assert told == {
            "version": 1,
            "tool": {"name": "portkey-audit", "version": __version__},
            "file": {
                "name": "a.jsonl",
                "format": "jsonl",
                "bytes": len(data),
                "sha256": sha256(data).hexdigest(),
            },
            "query": "is:failed since:30d until:24h",
            "window": {"start": "2026-10-21T14:05:09Z", "end": "2026-11-19T14:05:09Z"},
            "count": data.count(b"\n"),
            "scanned": told["total"],
            "total": told["total"],
            "completeness": "proved",
            "remarks": [],
            "redacted": True,
            "anonymised": False,
            "clock": {"began": "2026-11-20T14:05:09Z", "ended": "2026-11-20T14:05:09Z", "server_ahead": 0.0},
        }

    async def test_it_says_from_when_on_records_may_still_come(self, server: DemoServer, folder: Path):
        told = await exported_to(folder / "a.csv", server, EVER, Form.CSV)
        assert told["window"] == {
            "start": "2026-10-21T14:05:09Z",
            "end": "2026-11-20T14:05:09Z",
            "settled": "2026-11-20T14:04:09Z",
        }

    async def test_and_how_far_the_clocks_are_apart(self, server: DemoServer):
        outcome, text = await exported(server, EVER, local=NOW - timedelta(days=9))
        assert outcome.skew == timedelta(days=9).total_seconds()
        assert outcome.frozen.window.end == NOW
        assert text.count("\n") == 1_200

    async def test_it_says_what_proves_nothing(self, server: DemoServer, folder: Path):
        server.set(envelope="records-only")
        told = await exported_to(folder / "a.csv", server, f"is:failed {EVER}", Form.CSV)
        assert (told["completeness"], told["total"]) == ("unproved", None)
        assert "doesn't say how many" in told["remarks"][0]


class TestTrouble:
    async def test_what_could_be_had_is_written_and_said_to_be_incomplete(self, server: DemoServer, folder: Path):
        server.queue("chunked", "chunked", "401", "401")
        file = folder / "a.md"
        told = await exported_to(file, server, EVER, Form.MARKDOWN)
        assert told["completeness"] == "incomplete"
        assert 0 < told["count"] < 1_200
        assert told["problem"].startswith("127.0.0.1 ")
        assert "- Incomplete: some may be missing" in file.read_text()

    @pytest.mark.parametrize("form", Form)
    async def test_where_nothing_could_be_had_there_is_no_file(self, server: DemoServer, folder: Path, form: Form):
        server.queue("401", "401")
        with pytest.raises(Unauthorized):
            await exported_to(folder / "a", server, EVER, form)
        assert left_in(folder) == set()

    @pytest.mark.parametrize("form", Form)
    async def test_nor_any_beginning_of_one(self, server: DemoServer, form: Form):
        put: list[str] = []
        server.queue("401", "401")
        async with inquiring(server, EVER) as inquiry:
            with pytest.raises(Unauthorized):
                await Export(inquiry, ExportStream(put.append), form).run()
        assert put == []

    async def test_what_can_not_be_written_asks_for_nothing(self, server: DemoServer, folder: Path):
        with pytest.raises(Unwritable):
            await exported_to(folder / "none" / "a.csv", server, EVER)
        assert server.request_count == 0

    @pytest.mark.parametrize("form", Form)
    async def test_where_there_is_no_room_nothing_is_left(self, server: DemoServer, folder: Path, form: Form):
        with no_room_beyond(50_000), pytest.raises(Unwritable):
            await exported_to(folder / "a", server, EVER, form)
        assert left_in(folder) == set()


class TestCancelling:
    async def test_nothing_is_left(self, server: DemoServer, folder: Path):
        server.queue("chunked", "chunked", *["hold"] * 4)
        async with inquiring(server, f"is:failed {EVER}") as inquiry:
            export = Export(inquiry, ExportFile(folder / "a.jsonl"), Form.JSONL)
            running = asyncio.create_task(export.run())
            await asyncio.to_thread(server.wait_for_requests, 4)
            assert len(left_in(folder)) == 1
            assert export.reading.scanned > 0
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert left_in(folder) == set()
        server.release()

    @pytest.mark.parametrize("form", Form)
    async def test_whenever_it_comes_there_is_all_or_nothing(self, folder: Path, form: Form):
        """However many turns of the loop it comes after."""
        names = {"a", "a.manifest.json"}
        outcomes = set()
        for turns in range(400):
            export = Export(small_inquiry(), ExportFile(folder / "a"), form)
            running = asyncio.create_task(export.run())
            for _ in range(turns):
                await asyncio.sleep(0)
            running.cancel()
            done = (await asyncio.gather(running, return_exceptions=True))[0]
            left = left_in(folder)
            assert left == (names if isinstance(done, Exported) else set()), (turns, done)
            outcomes.add(type(done))
            for name in left:
                (folder / name).unlink()
        assert asyncio.CancelledError in outcomes


def small_inquiry() -> Inquiry:
    """All of a log of three pages."""
    query = parse_query("", now=NOW).query
    log = Log([record(number) for number in range(250)])
    return Inquiry(InMemory(log), query, Names(), Matcher(query.terms, Surroundings()), lambda: NOW)


class TestSecrets:
    """They are written only where somebody wants them."""

    @asynccontextmanager
    async def connected(self, server: DemoServer, text: str) -> AsyncIterator[tuple[Connection, Inquiry]]:
        question = read_question(Asked((text,)), Settings(), THEN, ViewShelf(None))
        connection = open_connection(server.base_url, Secret(server.key), clock=lambda: THEN)
        try:
            yield connection, await inquire(connection, question, clock=self.now, marked=frozenset())
        finally:
            await connection.aclose()

    def now(self) -> datetime:
        return THEN

    @pytest.fixture
    def server(self) -> Iterator[DemoServer]:
        """Of every second record the body holds a password."""
        with DemoServer(AttackHistory([attack("x", number) for number in range(250)]), clock=lambda: THEN) as server:
            yield server

    async def test_a_plain_export_has_none(self, server: DemoServer):
        outcome, text = await exported(server, EVER, local=THEN)
        assert outcome.redacted
        assert text.count("\n") == 250
        assert "redacted" in text
        assert "hush" not in text

    async def test_in_clear_it_has_those_and_says_so(self, server: DemoServer):
        put: list[str] = []
        async with self.connected(server, EVER) as (connection, inquiry):
            export = Export(inquiry, ExportStream(put.append), Form.JSONL, in_clear=connection.in_clear)
            outcome = await export.run()
        assert not outcome.redacted
        assert outcome.completeness is Completeness.PROVED
        assert "".join(put).count("hush") == 3 * 125
        assert "redacted" not in "".join(put)

    @pytest.mark.parametrize("form", Form)
    async def test_nobody_finds_one_by_asking_for_it(self, server: DemoServer, form: Form):
        """What is written is in clear; whether it fits is asked of the redacted record."""
        for text, count in (("hush", 0), ("redacted", 125)):
            put: list[str] = []
            async with self.connected(server, f"{text} {EVER}") as (connection, inquiry):
                export = Export(inquiry, ExportStream(put.append), form, in_clear=connection.in_clear)
                assert (await export.run()).count == count
            assert form is Form.MARKDOWN or "".join(put).count("hush") == 3 * count

    async def test_what_is_anonymous_has_no_secrets(self):
        inquiry = small_inquiry()
        with pytest.raises(ValueError, match="no secrets"):
            Export(inquiry, ExportStream(print), Form.CSV, in_clear=inquiry.source, anonymise=True)


class TestAnonymising:
    @pytest.mark.parametrize("form", Form)
    async def test_nobody_is_in_it(self, server: DemoServer, everything: list[AuditRecord], form: Form):
        who = everything[0].user_id
        names = Names({NameKind.USER: {who: Named("Ana Ortiz", ("ana@acme.example",))}})
        outcome, text = await exported(server, f"actor:{who} {EVER}", form, names=names, anonymise=True)
        assert outcome.anonymised
        assert outcome.count > 0
        for one in everything:
            for told in (one.user_id, one.request_id, one.workspace_id, one.organisation_id, one.target):
                assert not told or told not in text
        assert who not in outcome.query
        assert "Ana Ortiz" not in text
        assert "Person " in text

    async def test_who_is_the_same_still_is(self, server: DemoServer, everything: list[AuditRecord]):
        _, text = await exported(server, EVER, anonymise=True)
        shown = [json.loads(line) for line in text.splitlines()]
        assert len(shown) == len(everything)
        for name in ("user_id", "workspace_id", "organisation_id", "request_id", "client_ip"):
            pairs = {(getattr(one, name), other[name]) for one, other in zip(everything, shown, strict=True)}
            assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})

    async def test_another_export_has_other_pseudonyms(self, server: DemoServer):
        one, other = [await exported(server, f"is:failed {EVER}", anonymise=True) for _ in range(2)]
        assert one[1] != other[1]

    async def test_the_same_key_gives_the_same(self, server: DemoServer):
        drawn = [
            await exported(server, f"is:failed {EVER}", anonymise=True, random=lambda size: b"k" * size)
            for _ in range(2)
        ]
        assert drawn[0][1] == drawn[1][1]

    async def test_that_names_could_not_be_had_is_told(self, server: DemoServer):
        names = Names(refused={NameKind.API_KEY: "no scope"})
        outcome, _ = await exported(server, "is:failed", anonymise=True, names=names)
        assert outcome.remarks == ("Names of api keys could not be had, so texts may still have them: no scope",)

    async def test_what_the_api_left_undone_is_told_without_whom(
        self, server: DemoServer, everything: list[AuditRecord]
    ):
        server.set(filters="ignored")
        who = everything[0].user_id
        outcome, _ = await exported(server, f"actor:{who} {EVER}", anonymise=True)
        assert outcome.remarks[0].startswith("The API did not honour ‹left out›: ")
        assert who not in "".join(outcome.remarks)
