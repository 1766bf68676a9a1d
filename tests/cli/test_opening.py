"""Records that were kept in a file are asked as an API is, and nothing is left of them when the answer is there."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.scene import PROGRAM, asked_by, run
from tests.demo.asking import NOW
from tui.cli.asking import Asked, read_question
from tui.cli.manners import Refused
from tui.cli.opening import GivenFile
from tui.domain.names import Named, NameKind, Names
from tui.domain.record import AuditRecord
from tui.domain.time_range import LAST_DAY, TimeRange
from tui.formats.record_json import json_line
from tui.settings import Settings
from tui.state.views import ViewShelf

PEOPLE = Names({NameKind.USER: {"u-1": Named("Ana Ortiz")}})


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders for the time being are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def kept(tmp_path: Path, everything: list[AuditRecord]) -> Path:
    """All records of the small history, as an export writes them, packed."""
    file = tmp_path / "kept.jsonl.gz"
    file.write_bytes(gzip.compress(written(everything)))
    return file


def written(records: Sequence[AuditRecord]) -> bytes:
    return "".join(f"{json_line(record, PEOPLE)}\n" for record in records).encode()


def piped(data: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    """The program, these bytes piped into it."""
    return subprocess.run([*PROGRAM, *words], input=data, capture_output=True, check=False, timeout=60)


class TestAFile:
    def test_is_counted_with_no_key_and_no_range(self, kept: Path, everything: list[AuditRecord]):
        done = run("count", "--file", str(kept))
        assert (done.stdout, done.stderr, done.returncode) == (f"{len(everything)}\n", "", 0)

    def test_is_asked_as_an_api_is(self, kept: Path, everything: list[AuditRecord]):
        failed = sum(record.failed for record in everything)
        assert run("count", "is:failed", f"--file={kept}").stdout == f"{failed}\n"

    def test_all_in_it_is_the_range_where_none_is_set(self, kept: Path, everything: list[AuditRecord]):
        told = json.loads(run("count", "--json", "--by", "method", "--file", str(kept)).stdout)
        oldest, newest = everything[-1].time, everything[0].time
        assert oldest is not None
        assert newest is not None
        assert told["window"] == {
            "start": oldest.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "end": newest.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        assert told["query"] == f"since:{told['window']['start']} until:{told['window']['end']}"
        assert (told["count"], told["exact"]) == (len(everything), True)

    def test_export_gives_back_what_it_was_given(self, kept: Path):
        assert run("export", "--file", str(kept)).stdout.encode() == gzip.decompress(kept.read_bytes())

    def test_show_finds_a_request_however_old(self, kept: Path, everything: list[AuditRecord]):
        oldest = everything[-1]
        done = run("show", oldest.request_id, "--json", "--file", str(kept))
        assert [record["uri"] for record in json.loads(done.stdout)["records"]] == [oldest.uri]

    def test_its_names_are_known(self, tmp_path: Path):
        file = tmp_path / "kept.jsonl"
        file.write_bytes(written([AuditRecord(timestamp="2026-11-20T12:00:00Z", user_id="u-1")]))
        assert run("count", "--file", str(file), "actor:ana").stdout == "1\n"
        assert run("count", "--file", str(file), "--by", "actor").stdout == "Ana Ortiz (u-1)\t1\n"

    def test_its_secrets_are_in_it_alone(self, tmp_path: Path):
        file = tmp_path / "kept.jsonl"
        file.write_text('{"request_id": "r", "request_body": "{\\"password\\": \\"hunter2\\"}"}')
        assert "hunter2" not in run("export", "--file", str(file)).stdout
        done = run("export", "--include-secrets", "--yes", "--file", str(file))
        assert (done.returncode, done.stdout) == (1, "")
        assert "There are no secrets in kept.jsonl: they were left out. Look into the file itself." in done.stderr

    def test_what_is_no_record_in_it_is_told_and_costs_nothing(self, tmp_path: Path):
        file = tmp_path / "kept.jsonl"
        file.write_bytes(b'{"method": "PUT"}\n{"method": "P\n\x1b[31m{"method": "PUT"}\n')
        done = run("count", "--file", str(file))
        assert (done.stdout, done.returncode) == ("2\n", 0)
        assert done.stderr == (
            "portkey-audit: kept.jsonl: 2 entries are no records: line 2: not JSON; line 3: not an object.\n"
        )

    def test_an_empty_one_holds_nothing(self, tmp_path: Path):
        (tmp_path / "empty").touch()
        assert run("count", "--file", str(tmp_path / "empty")).stdout == "0\n"


class TestPipedIn:
    def test_it_is_read_to_its_end(self, kept: Path, everything: list[AuditRecord]):
        for data in (kept.read_bytes(), gzip.decompress(kept.read_bytes())):
            done = piped(data, "count", "--file", "-")
            assert (done.stdout, done.stderr) == (f"{len(everything)}\n".encode(), b"")

    def test_a_shells_own_pipe_may_be_named(self, kept: Path, everything: list[AuditRecord]):
        line = f'{" ".join(PROGRAM)} count --file <(zcat "{kept}")'
        done = subprocess.run(["/bin/bash", "-c", line], capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout == f"{len(everything)}\n"

    def test_nothing_is_an_empty_file(self):
        assert piped(b"", "count", "--file", "-").stdout == b"0\n"

    def test_closed_it_is_no_file(self):
        done = subprocess.run(
            ["/bin/sh", "-c", f"{' '.join(PROGRAM)} count --file - <&-"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert done.stderr.startswith("portkey-audit: Standard input is closed. Pipe records in, as in: zcat ")


class TestMistakes:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--file", "kept.jsonl"], "There is no file kept.jsonl. Did you mean kept.jsonl.gz?"),
            (["--file", "."], ". is a folder. Name a file in it, or pipe them in: cat ./* | portkey-audit --file -"),
            (["--file", "/dev/zero"], "/dev/zero is neither a file nor a pipe."),
            (["--file", "kept.jsonl.gz", "--demo"], "--file and --demo can't be had together"),
            (["--file", "kept.jsonl.gz", "--offline"], "--file and --offline can't be had together"),
            (["--file", "kept.jsonl.gz", "--profile", "prod"], "--file and --profile can't be had together"),
            (["--file", "kept.jsonl.gz", "--base-url", "https://x/v1"], "--file and --base-url can't be had together"),
            (["--file", "kept.jsonl.gz", "--api-key-file", "key"], "--file and --api-key-file can't be had together"),
            (["--file", "kept.jsonl.gz", "statsu:4"], "there is no field statsu: did you mean status?"),
        ],
    )
    def test_each_ends_with_2_and_says_what_and_why(
        self, words: list[str], told: str, kept: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.chdir(kept.parent)
        done = run("count", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_mistake_in_the_query_is_told_before_the_file_is_read(self, tmp_path: Path):
        done = run("count", "--file", str(tmp_path / "not there"), "statsu:4")
        assert "there is no field statsu" in done.stderr

    def test_explain_and_a_file_have_nothing_to_tell_each_other(self, kept: Path):
        done = run("explain", "--file", str(kept))
        assert (done.returncode, done.stdout) == (2, "")
        assert "leave --file out" in done.stderr

    def test_what_comes_in_can_not_be_followed_in_a_file(self, kept: Path):
        assert "No such option '--file'" in run("tail", "--file", str(kept)).stderr


class TestTheCommandLine:
    def test_the_explorer_takes_a_file(self):
        asked = asked_by("portkey-audit is:failed --file kept.jsonl")
        assert asked.words == ("is:failed",)
        assert asked.file is not None
        assert (asked.file.path, asked.file.is_stdin) == ("kept.jsonl", False)

    def test_or_what_is_piped_in(self):
        asked = asked_by("portkey-audit --file -")
        assert asked.file is not None
        assert (asked.file.is_stdin, asked.file.absolute_path) == (True, "")


OLDEST, NEWEST = datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2026, 11, 10, 12, tzinfo=UTC)


class TestTheRange:
    """What nobody says of when is said by the file."""

    def asked(self, file: Path, *words: str, **flags: str) -> TimeRange:
        given = GivenFile(str(file))
        try:
            asked = Asked(words, file=given, **flags)  # type: ignore[arg-type]
            return read_question(asked, Settings(), NOW, ViewShelf(None)).query.time_range
        finally:
            given.close()

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        file = tmp_path / "kept.jsonl"
        file.write_bytes(written([AuditRecord(timestamp=at.isoformat()) for at in (NEWEST, OLDEST)]))
        return file

    @pytest.mark.parametrize(
        ("words", "since", "until"),
        [
            ("", OLDEST, NEWEST),
            ("is:failed", OLDEST, NEWEST),
            ("since:2026-11-05", datetime(2026, 11, 5, tzinfo=UTC), NEWEST),
            ("until:2026-11-05T00:00Z", OLDEST, datetime(2026, 11, 5, tzinfo=UTC)),
            ("since:15d", timedelta(days=15), NEWEST),
            ("since:2d", timedelta(days=2), None),
            ("until:2026-10-05T00:00Z", datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)),
        ],
    )
    def test_an_end_that_is_set_stays_and_the_other_is_the_files(
        self, file: Path, words: str, since: datetime, until: datetime
    ):
        assert self.asked(file, words) == TimeRange(since, until)

    def test_flags_set_it_too(self, file: Path):
        assert self.asked(file, since="2026-11-05") == TimeRange(datetime(2026, 11, 5, tzinfo=UTC), NEWEST)

    def test_without_a_record_it_is_as_usual(self, file: Path):
        file.write_text("")
        assert self.asked(file) == LAST_DAY

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path):
        with pytest.raises(Refused, match="There is no file"):
            self.asked(tmp_path / "nowhere")


class TestTheEnd:
    def test_nothing_is_left(self, kept: Path, scratch: Path, own_home: Path):
        run("count", "--by", "actor", "--file", str(kept))
        assert list(scratch.iterdir()) == []
        assert list(own_home.rglob("*")) == []

    @pytest.mark.parametrize(
        ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=lambda it: str(it)
    )
    def test_also_where_it_is_ended_while_it_reads(self, kept: Path, scratch: Path, number: signal.Signals, code: int):
        data = gzip.decompress(kept.read_bytes())
        with subprocess.Popen(
            [*PROGRAM, "count", "--file", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            process.stdin.write(data)
            process.stdin.flush()
            wait_for(lambda: list(scratch.iterdir()), "the folder for the time being")
            process.send_signal(number)
            said, complaints = process.communicate(timeout=60)
        assert (process.returncode, said) == (code, b"")
        assert b"Traceback" not in complaints
        assert list(scratch.iterdir()) == []

    def test_ctrl_c_says_how_far_it_was(self, kept: Path):
        with subprocess.Popen(
            [*PROGRAM, "count", "--file", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            process.stdin.write(b"{")
            process.stdin.flush()
            wait_for(lambda: waits(process.pid), "that it waits for more")
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=60)
        assert complaints == b"portkey-audit: interrupted: opening standard input \xc2\xb7 0 records\n"


def waits(process: int) -> bool:
    """Whether a process has taken all that its standard input had, and waits for more."""
    return "pipe_read" in Path(f"/proc/{process}/wchan").read_text()


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)


class TestProgress:
    def test_what_takes_long_tells_how_far_it_is_and_clears_that_away(self, kept: Path):
        near, far = pty.openpty()
        with subprocess.Popen(
            [*PROGRAM, "count", "--file", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=far
        ) as process:
            assert process.stdin is not None
            process.stdin.write(gzip.decompress(kept.read_bytes()) + b"junk")
            process.stdin.flush()
            shown = b""
            while b"opening standard input" not in shown:
                assert select.select([near], [], [], 60)[0], f"never came, after {shown!r}"
                shown += os.read(near, 65536)
            said, _ = process.communicate(timeout=60)
        os.close(far)
        with suppress(OSError):  # the other end is closed
            while more := os.read(near, 65536):
                shown += more
        os.close(near)
        assert said == b"1200\n"
        progress, _, rest = shown.decode().partition("\rportkey-audit: ")
        assert re.match(r"\ropening standard input · \d[\d,]* records", progress)
        assert progress.endswith("  ")
        assert "\n" not in progress
        assert rest == "standard input: 1 entry is no record: line 1,201: not an object.\r\n"

    def test_where_there_is_no_terminal_nothing_is_told(self, kept: Path):
        assert run("count", "--file", str(kept)).stderr == ""
