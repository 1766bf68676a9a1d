"""Where the reader was is there at the next start, however the run before ended."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.state.disks import BROKEN, block, fill
from tui.domain.identity import Identity
from tui.state.last_look import MOST_LOOKS, KeptLook, LookBook, looks_file, parse_looks

BASE_URL = "https://api.portkey.ai/v1"
THEN = datetime(2026, 11, 22, 3, 12, 7, tzinfo=UTC)
RECORD = Identity("2026-11-22T03:01:00Z", "req-1", "PUT", "/v1/api-keys/k", "u-1", 403)
LOOK = KeptLook(THEN, "is:failed since:4h", THEN - timedelta(minutes=9), RECORD, 212, "ip", 200, "detail", "Headers")

TEXTS = st.text(max_size=20)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=60_000)).map(lambda past: datetime(2000, 1, 1, tzinfo=UTC) + past)
ROWS = st.integers(0, 2**31 - 1)
RECORDS = st.none() | st.builds(Identity, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0, 999) | TEXTS)
LOOKS = st.builds(KeptLook, INSTANTS, TEXTS, INSTANTS, RECORDS, ROWS, TEXTS, ROWS, TEXTS, TEXTS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(THEN.isoformat()),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*KeptLook.__dataclass_fields__]) | TEXTS, inner),
    max_leaves=20,
)

RUN = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from tui.state.last_look import KeptLook, LookBook
now = datetime.now(UTC)
LookBook(Path(sys.argv[1])).keep(KeptLook(now, "status:403 since:24h", now))
print("kept", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return looks_file(tmp_path / "state", BASE_URL)


def kept(path: Path, look: KeptLook = LOOK) -> None:
    """A run that kept a look and was cut off."""
    book = LookBook(path)
    assert book.keep(look) == ""
    book.close()


class TestAcrossRestarts:
    def test_a_look_that_was_kept_is_there(self, path: Path):
        kept(path)
        assert LookBook(path).earlier == (LOOK,)

    @given(look=LOOKS)
    def test_whatever_is_in_it(self, look: KeptLook):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "looks.json"
            kept(path, look)
            assert LookBook(path).earlier == (look,)

    def test_the_last_one_of_a_run_is_the_one_that_stays(self, path: Path):
        book = LookBook(path)
        for row in range(5):
            book.keep(replace(LOOK, row=row))
        assert LookBook(path).earlier == (replace(LOOK, row=4),)

    def test_those_of_the_runs_before_stay_too_one_for_each_query(self, path: Path):
        queries = ["a", "b", "a", "c"]
        for row, query in enumerate(queries):
            kept(path, replace(LOOK, query=query, row=row))
        assert [(look.query, look.row) for look in LookBook(path).earlier] == [("b", 1), ("a", 2), ("c", 3)]

    def test_the_oldest_go(self, path: Path):
        for number in range(MOST_LOOKS + 2):
            kept(path, replace(LOOK, query=str(number)))
        assert [look.query for look in LookBook(path).earlier] == [str(number) for number in range(2, MOST_LOOKS + 2)]

    def test_without_a_file_nothing_is_kept(self):
        book = LookBook(None)
        assert not book.keeps
        assert book.keep(LOOK) == ""
        assert not book.cut_off

    def test_the_file_is_plain_json_for_its_owner_alone(self, path: Path):
        kept(path, replace(LOOK, query="body:\x1b[2J\u202e"))
        data = path.read_bytes()
        assert data.isascii()
        assert b"\x1b" not in data
        assert json.loads(data)["version"] == 1
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    def test_each_api_has_looks_of_its_own(self, tmp_path: Path):
        kept(looks_file(tmp_path, BASE_URL))
        assert LookBook(looks_file(tmp_path, "https://stage.example.com/v1")).earlier == ()
        assert LookBook(looks_file(tmp_path, f"{BASE_URL}/")).earlier == (LOOK,)

    def test_the_name_of_the_file_does_not_tell_the_address(self, path: Path):
        assert "portkey.ai" not in path.name


class TestHowTheRunBeforeEnded:
    def test_one_that_nobody_ended_was_cut_off(self, path: Path):
        kept(path)
        assert LookBook(path).cut_off

    def test_one_that_its_reader_ended_was_not(self, path: Path):
        book = LookBook(path)
        book.keep(replace(LOOK, row=1))
        book.end(LOOK)
        again = LookBook(path)
        assert not again.cut_off
        assert again.earlier == (LOOK,)

    def test_what_is_kept_after_the_end_changes_nothing(self, path: Path):
        book = LookBook(path)
        book.end(LOOK)
        book.keep(replace(LOOK, row=1))
        assert LookBook(path).earlier == (LOOK,)

    def test_a_reader_who_looks_at_nothing_and_goes_has_seen_the_offer(self, path: Path):
        kept(path)
        LookBook(path).end(None)
        again = LookBook(path)
        assert not again.cut_off
        assert again.earlier == (LOOK,)

    def test_where_nothing_was_ever_looked_at_there_is_no_file(self, path: Path):
        LookBook(path).end(None)
        assert not path.exists()

    def test_one_that_is_under_way_was_not_cut_off_until_it_is_killed(self, path: Path):
        with subprocess.Popen(
            [sys.executable, "-c", RUN, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == "kept\n"
            assert [look.query for look in LookBook(path).earlier] == ["status:403 since:24h"]
            assert not LookBook(path).cut_off
            run.send_signal(signal.SIGKILL)
            run.wait()
            assert LookBook(path).cut_off


class TestTwoRuns:
    def test_the_last_to_write_is_kept(self, path: Path):
        one, other = LookBook(path), LookBook(path)
        one.keep(replace(LOOK, query="one"))
        other.keep(replace(LOOK, query="other"))
        one.keep(replace(LOOK, query="one again"))
        assert LookBook(path).earlier[-1].query == "one again"

    def test_that_one_ended_does_not_hide_that_the_other_goes_on(self, path: Path):
        one, other = LookBook(path), LookBook(path)
        one.keep(LOOK)
        other.keep(LOOK)
        one.close()
        assert not LookBook(path).cut_off
        other.close()
        assert LookBook(path).cut_off


class TestTrouble:
    @pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
    def test_a_broken_file_is_no_look_and_kept_aside(self, path: Path, broken: bytes):
        path.parent.mkdir()
        path.write_bytes(broken)
        book = LookBook(path)
        assert (book.earlier, book.cut_off) == ((), False)
        assert path.with_name(f"{path.name}.broken").read_bytes() == broken
        book.keep(LOOK)
        assert LookBook(path).earlier == (LOOK,)

    @given(told=JSON)
    def test_whatever_else_stands_in_it_is_no_look(self, told: object):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "looks.json"
            path.write_text(json.dumps({"version": 1, "ended": False, "looks": [told]}))
            assert LookBook(path).earlier == ()

    @given(data=st.data())
    def test_where_bytes_of_it_were_lost_or_changed_it_is_read_or_not_and_never_fails(self, data: st.DataObject):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "looks.json"
            kept(path)
            whole = path.read_bytes()
            place = data.draw(st.integers(0, len(whole)))
            path.write_bytes(whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + 3 :])
            assert len(LookBook(path).earlier) <= 1

    def test_what_a_later_version_adds_is_passed_over(self, path: Path):
        kept(path)
        told = json.loads(path.read_bytes())
        told["follows"] = True
        told["looks"][0]["mark"] = "2026-11-22T03:12:00Z"
        path.write_text(json.dumps(told))
        assert LookBook(path).earlier == (LOOK,)

    def test_where_nothing_can_be_written_that_is_told_once(self, path: Path, monkeypatch: pytest.MonkeyPatch):
        make_room = fill(monkeypatch)
        book = LookBook(path)
        assert "can't write" in book.keep(LOOK)
        assert book.keep(LOOK) == ""
        make_room()
        assert book.keep(LOOK) == ""
        assert LookBook(path).earlier == (LOOK,)

    def test_where_there_is_no_folder_either(self, path: Path):
        block(path.parent)
        book = LookBook(path)
        assert "are not kept" in book.keep(LOOK)
        book.end(LOOK)

    def test_a_link_in_the_place_of_the_lock_is_not_followed(self, path: Path, tmp_path: Path):
        path.parent.mkdir()
        path.with_suffix(".lock").symlink_to(tmp_path / "elsewhere")
        kept(path)
        assert not (tmp_path / "elsewhere").exists()
        assert LookBook(path).cut_off

    def test_who_inspects_what_is_kept_reads_the_looks(self, path: Path):
        kept(path)
        assert parse_looks(path.read_bytes()) == (LOOK,)
        with pytest.raises(ValueError, match="not looks"):
            parse_looks(b'{"version":9,"ended":true}')
