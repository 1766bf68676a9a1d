"""`portkey-audit count`, as a program of its own: what stands on which stream, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.scene import PROGRAM, addressing, run, running
from tui.archive.store import Store
from tui.cli.progress import progress
from tui.demo.server import DemoServer
from tui.domain.record import AuditRecord
from tui.state.marks import MarkBook, marks_file

EVER = "since:30d"


@contextmanager
def terminal() -> Iterator[tuple[int, list[str]]]:
    """A terminal for the program to write on, and what it wrote, once that is closed."""
    ours, its = pty.openpty()
    written: list[str] = []
    try:
        yield its, written
    finally:
        os.close(its)
        seen = b""
        try:
            while part := os.read(ours, 65536):
                seen += part
        except OSError:
            pass  # the other end is closed
        os.close(ours)
        written.append(seen.decode())


class TestPlain:
    def test_the_number_stands_alone_on_stdout(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("count", "is:failed", EVER, server=server)
        assert done.stdout == f"{sum(record.failed for record in everything)}\n"
        assert (done.stderr, done.returncode) == ("", 0)

    def test_flags_and_views_narrow_it(self, server: DemoServer, everything: list[AuditRecord]):
        wanted = sum(record.failed and record.method == "PUT" for record in everything)
        done = run("--method", "PUT", "count", "@failures", "--since", "30d", server=server)
        assert done.stdout == f"{wanted}\n"

    def test_the_demo_needs_no_key(self):
        done = run("count", "--demo", "status:403", "since:2d")
        assert int(done.stdout) > 0
        assert (done.stderr, done.returncode) == ("", 0)


class TestTables:
    def test_values_and_counts_with_a_tab_between(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("count", "--by", "method", EVER, server=server)
        wanted = Counter(record.method or "none" for record in everything).most_common()
        assert done.stdout.splitlines() == [f"{value}\t{number}" for value, number in wanted]

    def test_a_blank_is_called_none(self, server: DemoServer):
        assert "none\t" in run("count", "--by", "workspace", EVER, server=server).stdout

    def test_where_nothing_fits_there_is_no_line(self, server: DemoServer):
        done = run("count", "--by", "method", "status:599", server=server)
        assert (done.stdout, done.returncode) == ("", 0)

    def test_ids_stand_with_their_names(self, server: DemoServer):
        done = run("count", "--by", "actor", EVER, server=server)
        assert re.search(r"^Maya Lindqvist \([0-9a-f-]{36}\)\t\d+$", done.stdout, re.MULTILINE)

    def test_nothing_in_a_value_can_act_on_a_terminal(self, server: DemoServer):
        done = run("count", "--by", "body.name", EVER, server=server)
        assert re.fullmatch(r"(?:[^\x00-\x1f\x7f-\x9f]*\t\d+\n)+", done.stdout)

    def test_stretches_of_time_oldest_first_empty_ones_too(self, server: DemoServer):
        lines = run("count", "--per", "1h", "since:2d", server=server).stdout.splitlines()
        starts = [datetime.fromisoformat(line.split("\t")[0]) for line in lines]
        assert len(lines) == 49
        assert starts == sorted(starts)
        assert starts[-1] == datetime(2026, 11, 20, 14, tzinfo=UTC)
        assert any(line.endswith("\t0") for line in lines)

    def test_on_a_terminal_the_numbers_stand_below_each_other(self, server: DemoServer):
        with terminal() as (its, written):
            subprocess.run(
                [*PROGRAM, "count", "--by", "actor", EVER], stdout=its, check=True,
                env={**os.environ, **addressing(server)},
            )  # fmt: skip
        lines = written[0].splitlines()
        assert "\t" not in written[0]
        assert all(re.search(r" \d[\d,]*$", line) for line in lines)
        assert len({len(line) for line in lines if line.isascii()}) == 1


class TestJson:
    def test_it_says_what_was_counted_and_how_sure_that_is(self, server: DemoServer, everything: list[AuditRecord]):
        told = json.loads(run("count", "--json", "is:failed", EVER, "until:2026-11-20T14:00Z", server=server).stdout)
        assert told == {
            "version": 1,
            "count": sum(record.failed and record.timestamp < "2026-11-20T14" for record in everything),
            "exact": True,
            "query": "is:failed since:30d until:2026-11-20T14:00:00Z",
            "window": {"start": told["window"]["start"], "end": "2026-11-20T14:00:00Z"},
        }
        assert told["window"]["start"].startswith("2026-10-21T14:05:09")

    def test_by_value(self, server: DemoServer):
        told = json.loads(run("count", "--json", "--by", "user", EVER, server=server).stdout)["by"]
        assert told["field"] == "actor"
        named = [value for value in told["values"] if "name" in value]
        assert all(set(value) == {"value", "name", "count"} for value in named)
        assert re.fullmatch(r"[0-9a-f-]{36}", named[0]["value"])

    def test_over_time(self, server: DemoServer):
        told = json.loads(run("count", "--json", "--per", "1d", "since:2d", server=server).stdout)["per"]
        assert told["seconds"] == 86_400
        assert [bucket["start"] for bucket in told["buckets"]] == [f"2026-11-{day}T00:00:00Z" for day in (18, 19, 20)]

    def test_it_is_plain_ascii(self, server: DemoServer):
        assert run("count", "--json", "--by", "actor", EVER, server=server).stdout.isascii()

    def test_what_is_not_proved_says_so(self, server: DemoServer):
        server.set(envelope="records-only")
        done = run("count", "--json", "is:failed", EVER, server=server)
        assert json.loads(done.stdout)["exact"] is False
        assert "doesn't say how many" in done.stderr
        assert done.returncode == 0


class TestMistakes:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["statsu:4"], "there is no field statsu: did you mean status?"),
            (["--by", "statsu"], "--by: there is no field statsu: did you mean status?"),
            (["--by", "body"], "--by: "),
            (["--per", "lunch"], "--per: a length of time is wanted"),
            (["--per", "1s", "since:90d"], "--per: that would be 7,776,001 lines"),
            (["--per", "1h", "--by", "ip"], "--by and --per"),
            (["--profile", "nowhere"], "there is no profile 'nowhere'"),
            (["ip:@/none"], "@/none: there is no such file"),
        ],
    )
    def test_each_ends_with_2_and_says_what_and_where(self, words: list[str], told: str):
        done = run("count", *words, PORTKEY_API_KEY="pk-0123456789")
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_name_that_means_nobody_is_pointed_at(self, server: DemoServer):
        done = run("count", "is:failed", "actor:nobody-at-all", server=server)
        assert done.returncode == 2
        assert done.stderr.splitlines()[1:] == [
            "    is:failed actor:nobody-at-all",
            "                    ^~~~~~~~~~~~~",
            "    nobody is known as nobody-at-all",
        ]

    def test_one_that_means_several_names_them_with_their_ids(self, server: DemoServer):
        done = run("count", "--actor", "a", server=server)
        assert done.returncode == 2
        assert re.search(r"a may be .+ \([0-9a-f-]{36}\), .+: write more of it, or the id", done.stderr)


class TestTrouble:
    def test_without_a_key_it_ends_with_4_and_the_cure(self):
        done = run("count", "is:failed")
        assert (done.returncode, done.stdout) == (4, "")
        assert "PORTKEY_API_KEY" in done.stderr

    @pytest.mark.parametrize(("fault", "code"), [("401", 4), ("403", 4), ("402", 1), ("redirect-302", 1)])
    def test_a_refusal_ends_it_with_cause_and_cure(self, server: DemoServer, fault: str, code: int):
        server.queue(fault)
        done = run("count", "status:403", server=server)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("portkey-audit: 127.0.0.1 ")
        assert done.stderr.count("\n") == 1

    @pytest.mark.parametrize(("fault", "code"), [("429", 3), ("500", 3), ("cut", 3), ("401", 4)])
    def test_names_that_can_not_be_had_now_are_no_fault_of_the_query(self, server: DemoServer, fault: str, code: int):
        server.queue(fault, path="/admin/workspaces")
        done = run("count", "ws:sandbox", server=server)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("portkey-audit: 127.0.0.1 ")
        assert "^" not in done.stderr

    def test_where_the_list_of_names_is_refused_the_word_is_pointed_at(self, server: DemoServer):
        server.queue("402", path="/admin/workspaces")
        done = run("count", "ws:sandbox", server=server)
        assert done.returncode == 2
        assert "nothing is known as sandbox: " in done.stderr

    def test_nobody_there_ends_it_with_3(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        done = run("count", PORTKEY_BASE_URL=f"http://127.0.0.1:{port}/v1", PORTKEY_API_KEY="pk-0123456789")
        assert (done.returncode, done.stdout) == (3, "")
        assert "refuses the connection" in done.stderr

    def test_an_incomplete_answer_says_so_and_ends_with_3(self, server: DemoServer):
        server.queue("chunked", "chunked", *["500"] * 8)
        done = run("count", "is:failed", EVER, server=server)
        assert done.returncode == 3
        assert re.search(r"incomplete: scanned 100 of 1,200 · \d+ match", done.stderr)
        assert "can't answer now" in done.stderr
        assert done.stdout.strip().isdigit()

    def test_ctrl_c_ends_it_with_130_and_one_line(self, server: DemoServer):
        server.queue("chunked", "chunked", *["hold"] * 4)
        with running("count", "is:failed", EVER, server=server) as process:
            server.wait_for_requests(4)
            process.send_signal(signal.SIGINT)
            said, complaints = process.communicate(timeout=60)
        assert (process.returncode, said) == (130, "")
        assert re.fullmatch(r"portkey-audit: interrupted: scanned [\d,]+ of 1,200 · \d+ match\n", complaints)

    def test_a_reader_who_goes_away_ends_it_silently(self, server: DemoServer):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [*PROGRAM, "count", "--by", "actor", EVER], stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
            env={**os.environ, **addressing(server)},
        )  # fmt: skip
        os.close(writing)
        assert done.stderr == ""
        assert done.returncode != 0


class TestProgress:
    def test_a_long_count_tells_how_far_it_is_and_clears_that_away(self, server: DemoServer):
        server.set(latency=0.4)
        with terminal() as (its, written):
            done = subprocess.run(
                [*PROGRAM, "count", "is:failed", EVER], stdout=subprocess.PIPE, stderr=its, text=True, check=True,
                env={**os.environ, **addressing(server)},
            )  # fmt: skip
        [shown] = written
        assert done.stdout.strip().isdigit()
        assert re.search(r"\rscanned [1-9]\d{2,} of 1,200 · \d+ match", shown)
        assert "\n" not in shown
        assert "\x1b" not in shown
        assert shown.endswith("\r")
        assert shown.split("\r")[-2].strip() == ""

    @pytest.mark.anyio
    @pytest.mark.parametrize("is_terminal", [True, False])
    async def test_a_short_one_tells_nothing(self, monkeypatch: pytest.MonkeyPatch, is_terminal: bool):
        stream = StringIO()
        monkeypatch.setattr(stream, "isatty", lambda: is_terminal)
        monkeypatch.setattr(sys, "stderr", stream)
        async with progress(lambda: "scanned 1"):
            pass
        assert stream.getvalue() == ""


def test_marks_of_the_explorer_can_be_asked_for(server: DemoServer, everything: list[AuditRecord], own_home: Path):
    marks = MarkBook(marks_file(own_home / "state" / "portkey-audit", server.base_url))
    for record in everything[3:5]:
        marks.toggle(record.identity)
    assert run("count", "is:marked", EVER, server=server).stdout == "2\n"


def test_names_are_remembered_for_whoever_counts_next(server: DemoServer, own_home: Path):
    run("count", "--by", "actor", EVER, server=server)
    (file,) = (own_home / "data" / "portkey-audit").glob("*.db")
    assert Store.open_for_reading(file).names()
