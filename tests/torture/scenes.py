"""What is done while calls fail: scenes as a user has them, what has to be so after each, and what it comes to."""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
import io
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, TypeVar
from unittest.mock import patch

from tests.archive.scene import read_all, request_for
from tests.cli.scene import every_record
from tests.demo.asking import NOW
from tests.torture.faults import AWAIT, FILE, NETWORK, SQLITE
from tui.archive.coverage import Span, milliseconds
from tui.archive.narrowing import EVERYTHING
from tui.archive.place import archive_file
from tui.archive.store import Store
from tui.cli.connections import Keeping, open_connection, utc_now
from tui.cli.main import cli
from tui.clipboard.copying import Clipboard
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.errors import QueryError, SourceError
from tui.domain.names import Names
from tui.domain.record import AuditRecord
from tui.domain.secret import Secret
from tui.domain.time_range import Window
from tui.exporting.destination import MANIFEST
from tui.formats.record_json import json_line
from tui.settings import Flags, SettingsError, load
from tui.state.history import QueryHistory, parse_queries
from tui.state.last_look import KeptLook, LookBook, parse_looks
from tui.state.layout import ChosenColumn, LayoutBook, parse_columns
from tui.state.marks import MarkBook, parse_marks
from tui.state.state_file import BROKEN
from tui.state.views import ViewShelf

HISTORY = History(records=300, days=3, now=NOW)
EVERYTHING_THERE = every_record(HISTORY)
"""Newest first."""
SINCE = "--since=2026-11-17T00:00:00Z"
SETTLED = NOW - timedelta(seconds=180)
INTERRUPTED = 130
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended, what it gave, and what it said beside that."""

    code: int
    out: str = ""
    told: str = ""


class Scene:
    """Something that a user has done, in a folder of its own."""

    codes: ClassVar[dict[str, set[int]]] = {
        FILE: {0, 1, 2}, SQLITE: {0, 1, 3}, NETWORK: {0, 3}, AWAIT: {0, INTERRUPTED},
    }  # fmt: skip
    """The exit codes that there may be, by the layer that failed."""

    def __init__(self, root: Path, server: DemoServer) -> None:
        self.root = root
        self.server = server

    def prepare(self) -> None:
        """Have there what is there before."""

    def run(self) -> Ending:
        """Do it.  Raises nothing."""
        raise NotImplementedError

    def check(self) -> None:
        """What is there is sound, however it went."""

    def check_whole(self, ending: Ending) -> None:
        """It has come to all that it should."""
        raise NotImplementedError

    def check_told(self, ending: Ending) -> None:
        """What it ended by stands where the user sees it, in a sentence."""
        if ending.code not in (0, INTERRUPTED):
            assert ending.told.strip()
            assert "Traceback" not in ending.told

    @property
    def archive(self) -> Path:
        return archive_file(self.root / "home" / "data" / "portkey-audit", self.server.base_url, "")

    @contextmanager
    def environment(self) -> Iterator[None]:
        """That of the program: its home, its key, a clock that goes on as it waits, and no chance."""
        skipped = timedelta()

        async def sleep(seconds: float, result: object = None) -> object:
            nonlocal skipped
            skipped += timedelta(seconds=seconds)
            await real_sleep(0)
            return result

        home, real_sleep = self.root / "home", asyncio.sleep
        kinds = {f"XDG_{kind.upper()}_HOME": str(home / kind) for kind in ("config", "data", "state", "cache")}
        address = {"PORTKEY_BASE_URL": self.server.base_url, "PORTKEY_API_KEY": self.server.key}
        with (
            patch.dict(os.environ, {"HOME": str(home), **kinds, **address}),
            patch.object(asyncio, "sleep", sleep),
            patch("tui.cli.wiring.utc_now", lambda: utc_now() + skipped),
            patch.object(random, "random", lambda: 0.0),
        ):
            yield

    def command(self, *words: str) -> Ending:
        """A command of the program, run here; its streams are files, as a shell makes them."""
        code = 0
        with (self.root.parent / "out").open("w+") as out, (self.root.parent / "told").open("w+") as told:
            with redirect_stdout(out), redirect_stderr(told), self.environment():
                try:
                    cli.main(words, prog_name="portkey-audit")
                except SystemExit as ended:
                    code = ended.code if isinstance(ended.code, int) else 1
                sys.stdout.flush()
            for stream in (out, told):
                stream.seek(0)
            return Ending(code, out.read(), told.read())

    def check_archive(self) -> None:
        """It is sound, and of what it calls whole it has all there is, and nothing else."""
        if not self.archive.exists():
            return
        with closing(Store.open(self.archive)) as store:
            assert store.damage() == []
            for span in store.coverage().spans:
                there = [one.request_id for one in EVERYTHING_THERE if one.time and _is_in(one.time, span)]
                held = [record.request_id for _, record in store.select(span, EVERYTHING, limit=9_999)]
                assert held == there, f"not what is called whole: {span.window}"
            (rows,) = store._connection.execute("SELECT count(*) FROM records").fetchone()
            (tallied,) = store._connection.execute(
                "SELECT coalesce(sum(count), 0) FROM tallies WHERE code = 0"
            ).fetchone()
            assert rows == tallied
            assert store._connection.execute("SELECT count(*) FROM facets").fetchone() == (rows,)


def _is_in(instant: datetime, span: Span) -> bool:
    return span.start <= milliseconds(instant) < span.end


def _ids(text: str) -> list[str]:
    """The request ids of lines of records."""
    return [json.loads(line)["request_id"] for line in text.splitlines()]


THERE = sorted(record.request_id for record in EVERYTHING_THERE)


class Explore(Scene):
    """The explorer's connection: a query is read through the archive, and once more from it."""

    codes: ClassVar[dict[str, set[int]]] = {**Scene.codes, FILE: {0}, SQLITE: {0}}
    """Without the archive all goes on."""
    WINDOW = Window(NOW - timedelta(days=3), SETTLED - timedelta(seconds=1))

    def run(self) -> Ending:
        told: list[str] = []

        async def read() -> str:
            key = Secret(self.server.key)
            connection = open_connection(
                self.server.base_url, key, clock=lambda: NOW, sleep=asyncio.sleep, keeping=Keeping(self.archive)
            )
            told.extend(connection.remarks)
            found = []
            try:
                for number in range(2):
                    request = request_for(self.WINDOW, frozen_at=NOW + timedelta(minutes=number))
                    records, _, pages = await read_all(connection.source, request)
                    told.extend(note for page in pages for note in page.notes)
                    found.append([record.request_id for record in records])
            finally:
                await connection.aclose()
            return json.dumps(found)

        with self.environment():
            try:
                return Ending(0, asyncio.run(read()), "\n".join(told))
            except SourceError as error:
                return Ending(3 if error.transient else 1, told=f"{error.cause} {error.cure}")
            except KeyboardInterrupt:
                return Ending(INTERRUPTED)

    def check(self) -> None:
        self.check_archive()

    def check_whole(self, ending: Ending) -> None:
        settled = [r.request_id for r in EVERYTHING_THERE if r.time and self.WINDOW.start <= r.time <= self.WINDOW.end]
        for found in json.loads(ending.out):
            assert sorted(found) == sorted(settled)


class Follow(Scene):
    """`tail` follows a range to its end, with no archive but what it keeps on the way."""

    def run(self) -> Ending:
        return self.command("tail", SINCE, "--until=2026-11-20T14:05:09Z", "-f", "jsonl")

    def check(self) -> None:
        self.check_archive()

    def check_whole(self, ending: Ending) -> None:
        assert sorted(_ids(ending.out)) == THERE


class Sync(Scene):
    """All records are copied into the archive."""

    def run(self) -> Ending:
        return self.command("archive", "sync", SINCE, "--json")

    def check(self) -> None:
        self.check_archive()

    def check_whole(self, ending: Ending) -> None:
        told = json.loads(ending.out)
        assert told["complete"] is True
        assert told["records"]["held"] == len(EVERYTHING_THERE)


class Verify(Scene):
    """What is held is counted against the API."""

    def prepare(self) -> None:
        assert self.command("archive", "sync", SINCE).code == 0

    def run(self) -> Ending:
        return self.command("archive", "verify", "--json")

    def check(self) -> None:
        self.check_archive()
        with closing(Store.open(self.archive)) as store:
            assert store.coverage().is_whole(Span(milliseconds(NOW - timedelta(days=3)), milliseconds(SETTLED)))

    def check_whole(self, ending: Ending) -> None:
        told = json.loads(ending.out)
        assert told["differs"] == told["uncounted"] == []
        assert told["verified"] == sum(1 for one in EVERYTHING_THERE if one.time and one.time < SETTLED)


class Prune(Scene):
    """Older records are let go of, and their room is given back."""

    BEFORE = NOW - timedelta(days=1)

    def prepare(self) -> None:
        assert self.command("archive", "sync", SINCE).code == 0

    def run(self) -> Ending:
        return self.command("archive", "prune", f"--before={self.BEFORE:%Y-%m-%dT%H:%M:%SZ}", "--yes")

    def check(self) -> None:
        self.check_archive()
        younger = [one for one in EVERYTHING_THERE if one.time and one.time >= self.BEFORE]
        assert len(self._held()) >= len(younger)

    def check_whole(self, ending: Ending) -> None:
        assert ending.out.startswith("removed ")
        assert all(one.time and one.time >= self.BEFORE for one in self._held())

    def _held(self) -> list[AuditRecord]:
        with closing(Store.open(self.archive)) as store:
            extent = store.extent()
            return [record for _, record in store.select(extent, EVERYTHING, limit=9_999)] if extent else []


class Export(Scene):
    """Records are written to a file, and what it is to another beside it."""

    name = "x.jsonl"
    old = False
    """Whether there is an export already, which is replaced."""

    @property
    def file(self) -> Path:
        return self.root / "out" / self.name

    def prepare(self) -> None:
        if self.old:
            self.file.write_text(_OLD)
            self._manifest.write_text(_OLD)

    def run(self) -> Ending:
        force = ["--force"] if self.old or os.access(self.file, os.F_OK) else []
        return self.command("export", SINCE, f"--output={self.file}", *force)

    def check(self) -> None:
        self.check_archive()
        files = [file for file in (self.file, self._manifest) if file.exists() and file.read_text() != _OLD]
        if self.file in files:
            self.check_records(self.file.read_text())
        if self._manifest in files:
            told = json.loads(self._manifest.read_text())["file"]
            assert told["sha256"] == hashlib.sha256(self.file.read_bytes()).hexdigest()
        if not self.old:
            assert len(files) in (0, 2)

    def check_whole(self, ending: Ending) -> None:
        self.check_records(self.file.read_text())
        assert json.loads(self._manifest.read_text())["file"]["name"] == self.file.name

    def check_records(self, text: str) -> None:
        assert sorted(_ids(text)) == THERE

    @property
    def _manifest(self) -> Path:
        return self.file.parent / (self.file.name + MANIFEST)


_OLD = "of before"


class Replace(Export):
    """As an export, in place of one that is there."""

    old = True


class ExportCsv(Export):
    """As an export, as a table."""

    name = "x.csv"

    def check_records(self, text: str) -> None:
        rows = list(csv.DictReader(io.StringIO(text)))
        assert sorted(row["request_id"] for row in rows) == THERE


class ExportMarkdown(Export):
    """As an export, as a report, which is put together in a file without a name before."""

    name = "x.md"

    def check_records(self, text: str) -> None:
        assert all(one in text.replace("\\", "") for one in THERE)


class OpenGzip(Scene):
    """A packed file of records is opened, and counted."""

    @property
    def file(self) -> Path:
        return self.root / "out" / "x.jsonl.gz"

    def prepare(self) -> None:
        lines = "".join(f"{json_line(record, Names())}\n" for record in EVERYTHING_THERE)
        self.file.write_bytes(gzip.compress(lines.encode()))

    def run(self) -> Ending:
        return self.command("count", f"--file={self.file}")

    def check(self) -> None:
        assert [file.name for file in self.file.parent.iterdir()] == [self.file.name]

    def check_whole(self, ending: Ending) -> None:
        assert ending.out == f"{len(EVERYTHING_THERE)}\n"


class ShowOffline(Scene):
    """What is held of a request is looked up in the archive alone."""

    WANTED = EVERYTHING_THERE[100].request_id

    def prepare(self) -> None:
        assert self.command("archive", "sync", SINCE).code == 0

    def run(self) -> Ending:
        return self.command("show", self.WANTED, "--offline", "--json", SINCE, "--until=2026-11-20T14:00:00Z")

    def check(self) -> None:
        self.check_archive()

    def check_whole(self, ending: Ending) -> None:
        assert self.WANTED in {record["request_id"] for record in json.loads(ending.out)["records"]}


class Status(ShowOffline):
    """How things stand with the archive is told."""

    def run(self) -> Ending:
        return self.command("archive", "status", "--json")

    def check_whole(self, ending: Ending) -> None:
        assert json.loads(ending.out)["records"] == len(EVERYTHING_THERE)


_LOOK = KeptLook(NOW, "is:failed", NOW)
_COLUMNS = (ChosenColumn("time"), ChosenColumn("ip", 20))
_MARK = EVERYTHING_THERE[0].identity
_EARLIER = EVERYTHING_THERE[1].identity


class Remember(Scene):
    """A run reads what was kept of the last one, and keeps a mark, a query, columns, a look and a view."""

    codes: ClassVar[dict[str, set[int]]] = {FILE: {0, 1}}

    @property
    def _state(self) -> Path:
        return self.root / "home" / "state" / "portkey-audit"

    @property
    def _config(self) -> Path:
        return self.root / "home" / "config" / "portkey-audit"

    def prepare(self) -> None:
        MarkBook(self._state / "marks.json").toggle(_EARLIER)
        QueryHistory(self._state / "queries").add("earlier")
        ViewShelf(self._config).save("earlier", "is:ok")

    def run(self) -> Ending:
        told = []
        with self.environment():
            marks, queries = MarkBook(self._state / "marks.json"), QueryHistory(self._state / "queries")
            layout, looks = LayoutBook(self._state / "columns.json"), LookBook(self._state / "looks.json")
            # What was in the way of reading is told at the start, and of writing at each change.
            told += [marks.problem, queries.problem, layout.problem]
            if _MARK not in marks.marked:
                marks.toggle(_MARK)
            queries.add("is:failed")
            layout.save(_COLUMNS)
            told.append(looks.keep(_LOOK))
            looks.end(_LOOK)
            try:
                ViewShelf(self._config).save("new", "is:failed")
            except QueryError as error:
                told.append(str(error))
            told += [marks.problem, queries.problem, layout.problem]
        return Ending(1 if any(told) else 0, told="\n".join(filter(None, told)))

    def check(self) -> None:
        marks = self._kept(self._state / "marks.json", parse_marks)
        assert set(marks) <= {_MARK, _EARLIER}
        queries = self._kept(self._state / "queries", parse_queries)
        assert set(queries) <= {"earlier", "is:failed"}
        assert self._kept(self._state / "columns.json", parse_columns) in ((), _COLUMNS)
        for look in self._kept(self._state / "looks.json", parse_looks):
            assert look.is_like(_LOOK)
        # What was there before is there, in its place or put aside.
        assert _EARLIER in {*marks, *self._kept(self._state / f"marks.json{BROKEN}", parse_marks)}
        assert "earlier" in {*queries, *self._kept(self._state / f"queries{BROKEN}", parse_queries)}
        assert ViewShelf(self._config).find("earlier")

    def check_whole(self, ending: Ending) -> None:
        assert _MARK in MarkBook(self._state / "marks.json").marked
        assert "is:failed" in QueryHistory(self._state / "queries").entries
        assert LayoutBook(self._state / "columns.json").columns == _COLUMNS
        assert LookBook(self._state / "looks.json").earlier[-1].is_like(_LOOK)
        assert ViewShelf(self._config).find("new")

    def _kept(self, file: Path, parse: Callable[[bytes], tuple[T, ...]]) -> tuple[T, ...]:
        return parse(file.read_bytes()) if file.exists() else ()


class Prepare(Scene):
    """A run reads its settings and its key, and writes what is copied to a file."""

    codes: ClassVar[dict[str, set[int]]] = {FILE: {0, 1, 2}, AWAIT: {0, INTERRUPTED}}

    @property
    def _copied(self) -> Path:
        return self.root / "home" / "state" / "portkey-audit" / "copied.txt"

    @property
    def _config(self) -> Path:
        return self.root / "home" / "config" / "portkey-audit" / "config.toml"

    def prepare(self) -> None:
        key = self.root / "home" / "key"
        key.write_text("pk-0123456789abcdef")
        key.chmod(0o600)
        self._config.parent.mkdir(parents=True)
        self._config.write_text(f'since = "4h"\ndefault_profile = "a"\n[profiles.a]\napi_key_file = "{key}"\n')

    def run(self) -> Ending:
        with self.environment():
            try:
                settings = load(Flags(), {}, self._config)
                assert settings.key is not None
                settings.key.read()
                assert settings.since == "4h"
            except SettingsError as error:
                return Ending(2, told=str(error))
            clipboard = Clipboard(wanted="file", file=self._copied)
            try:
                told = asyncio.run(clipboard.copy("an-id\n", "1 request id", lambda _: None))
            except KeyboardInterrupt:
                return Ending(INTERRUPTED)
            return Ending(0 if told.message.startswith("Wrote ") else 1, told=told.message)

    def check(self) -> None:
        if self._copied.exists():
            assert self._copied.read_text() == "an-id\n"

    def check_whole(self, ending: Ending) -> None:
        assert self._copied.read_text() == "an-id\n"


SCENES: tuple[type[Scene], ...] = (
    Explore, Follow, Sync, Verify, Prune, Export, Replace, ExportCsv, ExportMarkdown, OpenGzip, ShowOffline, Status,
    Remember, Prepare,
)  # fmt: skip
