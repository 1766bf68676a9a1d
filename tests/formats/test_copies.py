"""What is copied can be pasted: into a shell, a program, an issue, and nothing in it acts there by itself."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.fields import FIELDS, FILTERS
from tui.domain.names import Named, NameKind, Names
from tui.domain.query import AuditQuery, FrozenQuery
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.domain.time_range import TimeRange
from tui.domain.time_text import parse_moment
from tui.formats.copies import command_line, curl_command, markdown_table, record_json
from tui.sources.portkey import PortkeySource
from tui.sources.transport import Transport

NOW = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
BASE_URL = "https://api.portkey.ai/v1"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
NASTY = st.text(st.sampled_from("ab'\"\\$`!*? \t\n;|&<>(){}[]#~%-=é中"), max_size=20)
ANYBODY = Names()


def frozen(**clauses: str) -> FrozenQuery:
    query = AuditQuery(TimeRange(timedelta(hours=4)))
    for name, value in clauses.items():
        query = query.with_(name.replace("_", "-"), value)
    return query.freeze(NOW)


def words_in_a_shell(command: str) -> list[str]:
    """What a real shell makes of a command's arguments."""
    program, _, arguments = command.partition(" ")
    assert program in ("curl", "portkey-audit")
    script = 'PORTKEY_API_KEY="the key"; printf "%s\\0" ' + arguments
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True, timeout=20)
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:-1]


class TestJson:
    """The record as the API's object."""

    def test_it_reads_back_as_the_record(self) -> None:
        record = AuditRecord.model_validate(
            {"method": "PUT", "request_body": '{"a":"é"}', "response_status_code": 200, "new": [1.5]}
        )
        assert AuditRecord.model_validate(json.loads(record_json(record))) == record

    @given(st.text(st.characters(codec=None), max_size=40))
    def test_it_is_plain_ascii_whatever_the_record_says(self, text: str) -> None:
        copied = record_json(AuditRecord.model_validate({"uri": text, "odd": {text: text}}))
        assert re.fullmatch(r"[ -~\n]*", copied)
        assert json.loads(copied)["odd"] == {text: text}


class TestMarkdown:
    """The record as a table, for an issue or a chat."""

    def test_each_field_that_says_something_has_a_line(self) -> None:
        table = markdown_table(AuditRecord(method="PUT", response_status_code=200, country=""), ANYBODY)
        assert table == (
            "| field | value |\n| --- | --- |\n| Method | PUT |\n| Status | 200 |\n| Operation | update |\n"
        )

    def test_an_id_stands_with_its_name(self) -> None:
        names = Names({NameKind.USER: {"u-1": Named("Ana *Ortiz*")}})
        assert "| Actor | u-1 (Ana \\*Ortiz\\*) |" in markdown_table(AuditRecord(user_id="u-1"), names)

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("a|b", r"a\|b"),
            ("a\\|b", r"a\\\|b"),
            ("`rm`", r"\`rm\`"),
            ("**bold** _it_ ~gone~", r"\*\*bold\*\* \_it\_ \~gone\~"),
            ("![x](http://t.example/p.png)", r"\!\[x\](http\://t.example/p.png)"),
            ("https://t.example", r"https\://t.example"),
            ("WWW.t.example", r"WWW\.t.example"),
            ("<img src=x>&lt;", r"\<img src=x\>\&lt;"),
            ("# head", r"\# head"),
            ("two\nlines", r"two\\nlines"),
            ("\x1b[31m\u202e", r"\\u001b\[31m\\u202e"),
        ],
    )
    def test_nothing_in_a_value_is_markup(self, text: str, shown: str) -> None:
        assert f"| Request id | {shown} |" in markdown_table(AuditRecord(request_id=text), ANYBODY)

    @given(TEXTS | NASTY)
    def test_no_value_leaves_its_cell(self, text: str) -> None:
        table = markdown_table(AuditRecord(uri=text, request_body=text), ANYBODY)
        for line in table.splitlines():
            assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3
        assert len(table.splitlines()) <= len(FIELDS) + 2


class TestCurl:
    """Our request, for a terminal that has the key in its environment."""

    def test_the_key_is_read_from_the_environment(self) -> None:
        command = curl_command(BASE_URL, frozen(method="PUT"))
        assert words_in_a_shell(command)[:3] == ["-sS", "-H", "x-portkey-api-key: the key"]

    async def test_it_asks_what_the_explorer_asks(self) -> None:
        with DemoServer(History(records=100, days=2, now=NOW), clock=lambda: NOW) as server:
            query = frozen(uri="/v2/prompts & more?", status="200")
            transport = Transport(server.base_url, Secret(server.key), clock=lambda: NOW)
            source = PortkeySource(transport, redact=redact)
            await source.fetch(query.page(0, ticket=0, size=100))
            await source.aclose()
            asked = urlsplit(words_in_a_shell(curl_command(server.base_url, query))[-1])
            assert f"{asked.path}?{asked.query}" == server.requests[0].target

    @settings(max_examples=40)
    @given(NASTY.filter(str.strip))
    def test_any_filter_comes_through_a_shell_whole(self, value: str) -> None:
        url = words_in_a_shell(curl_command(BASE_URL, frozen(uri=value)))[-1]
        assert dict(parse_qsl(urlsplit(url).query))["uri"] == value.strip()

    def test_half_a_character_does_not_stop_it(self) -> None:
        assert "uri=%3F" in curl_command(BASE_URL, frozen(uri="\ud800"))


class TestCommandLine:
    """The command that opens this very view again."""

    def test_relative_times_become_those_they_meant(self) -> None:
        assert command_line(frozen(status="500", method="DELETE")) == (
            "portkey-audit --method=DELETE --status=500 "
            "--since=2026-11-20T08:00:00.250Z --until=2026-11-20T12:00:00.250Z"
        )

    def test_a_view_of_the_demo_opens_the_demo(self) -> None:
        assert command_line(frozen(), source=("--demo",)).startswith("portkey-audit --demo ")

    @given(st.dictionaries(st.sampled_from([field.name for field in FILTERS]), TEXTS | NASTY, max_size=4))
    def test_its_words_say_the_query(self, values: dict[str, str]) -> None:
        view = frozen(**{name.replace("-", "_"): value for name, value in values.items()})
        program, *flags = shlex.split(command_line(view))
        options = dict(flag.removeprefix("--").split("=", 1) for flag in flags)
        since, until = options.pop("since"), options.pop("until")
        assert program == "portkey-audit"
        assert options == {clause.field: clause.value for clause in view.query.clauses}
        assert parse_moment(since, now=NOW) == view.window.start
        assert parse_moment(until, now=NOW) == view.window.end

    @settings(max_examples=40)
    @given(NASTY.filter(str.strip))
    def test_any_value_comes_through_a_shell_whole(self, value: str) -> None:
        assert words_in_a_shell(command_line(frozen(actor=value)))[0] == f"--actor={value.strip()}"
