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

from tests.cli.scene import asked_by
from tests.domain.queries import queries
from tui.cli.asking import read_question
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.fields import FIELDS
from tui.domain.names import Named, NameKind, Names
from tui.domain.plan import FrozenQuery, Plan, freeze
from tui.domain.query import AuditQuery, Clause, How, Term, Value, walk
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.domain.time_range import TimeRange
from tui.formats.copies import command_line, curl_command, markdown_table, record_json
from tui.settings import Settings
from tui.sources.portkey import PortkeySource
from tui.sources.transport import Transport
from tui.state.views import ViewShelf

NOW = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
BASE_URL = "https://api.portkey.ai/v1"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
NASTY = st.text(st.sampled_from("ab'\"\\$`!*? \t\n;|&<>(){}[]#~%-=é中"), max_size=20)
ANYBODY = Names()


def frozen(text: str = "") -> FrozenQuery:
    """A query of the last four hours."""
    parsed = parse_query(text, now=NOW, time_range=TimeRange(timedelta(hours=4)))
    assert parsed.diagnostics == ()
    return freeze(parsed.query, NOW, ANYBODY)


def of_uri(path: str) -> FrozenQuery:
    """A query for a path, that is sent as it is."""
    query = AuditQuery(terms=(Clause("uri", (Value(path),)),))
    return FrozenQuery(query, query.time_range.resolve(NOW), NOW, Plan(branches=((("uri", path),),)))


def names_a_file(query: AuditQuery) -> bool:
    clauses = (part for part in walk(query.terms) if isinstance(part, Clause))
    return any(value.how is How.FILE for clause in clauses for value in clause.values)


def read_back(command: str) -> tuple[Term, ...]:
    """The terms of the query that the command line reads from a command."""
    return read_question(asked_by(command), Settings(), NOW, ViewShelf(None)).query.terms


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
        command = curl_command(BASE_URL, frozen("method:PUT"))
        assert words_in_a_shell(command)[:3] == ["-sS", "-H", "x-portkey-api-key: the key"]

    async def test_it_asks_what_the_explorer_asks(self) -> None:
        with DemoServer(History(records=100, days=2, now=NOW), clock=lambda: NOW) as server:
            query = frozen('uri:"/v2/prompts & more?" status:200')
            transport = Transport(server.base_url, Secret(server.key), clock=lambda: NOW)
            source = PortkeySource(transport, redact=redact)
            await source.fetch(query.page(0, ticket=0, size=100))
            await source.aclose()
            asked = urlsplit(words_in_a_shell(curl_command(server.base_url, query))[-1])
            assert f"{asked.path}?{asked.query}" == server.requests[0].target

    def test_of_several_streams_it_is_the_first_and_says_so(self) -> None:
        comment, command = curl_command(BASE_URL, frozen("status:401,403,429")).splitlines()
        assert comment == "# the first of the 3 requests that this query takes"
        assert "response_status_code=401" in words_in_a_shell(command)[-1]

    def test_what_the_api_cannot_do_is_not_asked_of_it(self) -> None:
        url = words_in_a_shell(curl_command(BASE_URL, frozen("is:failed -type:api_key method:PUT")))[-1]
        asked = dict(parse_qsl(urlsplit(url).query))
        assert set(asked) == {"start_time", "end_time", "current_page", "page_size", "method"}

    @settings(max_examples=40)
    @given(NASTY.filter(str.strip))
    def test_any_filter_comes_through_a_shell_whole(self, value: str) -> None:
        url = words_in_a_shell(curl_command(BASE_URL, of_uri(value)))[-1]
        assert dict(parse_qsl(urlsplit(url).query))["uri"] == value

    def test_half_a_character_does_not_stop_it(self) -> None:
        assert "uri=%3F" in curl_command(BASE_URL, of_uri("\ud800"))


class TestCommandLine:
    """The command that opens this very view again."""

    def test_the_query_is_one_word_and_relative_times_become_those_they_meant(self) -> None:
        assert command_line(frozen("status:500 method:DELETE")) == (
            "portkey-audit 'status:500 method:DELETE since:2026-11-20T08:00:00.250Z until:2026-11-20T12:00:00.250Z'"
        )

    def test_a_view_of_the_demo_opens_the_demo(self) -> None:
        assert command_line(frozen(), source=("--demo",)).startswith("portkey-audit --demo 'since:")

    @pytest.mark.parametrize("text", ["-type:api_key", "count", '"@failures"', "NOT (status:2xx method:PUT)"])
    def test_what_could_be_taken_for_something_else_is_still_a_query(self, text: str) -> None:
        assert read_back(command_line(frozen(text), source=("--demo",))) == frozen(text).query.terms

    @given(queries(texts=TEXTS | NASTY).filter(lambda query: not names_a_file(query)))
    def test_the_command_line_reads_the_very_query(self, query: AuditQuery) -> None:
        view = freeze(query, NOW, ANYBODY)
        asked = asked_by(command_line(view, source=("--profile=prod",)))
        question = read_question(asked, Settings(), NOW, ViewShelf(None))
        assert asked.flags.profile == "prod"
        assert question.query == query.with_range(TimeRange(view.window.start, view.window.end))

    @settings(max_examples=40)
    @given(NASTY.filter(str.strip))
    def test_any_value_comes_through_a_shell_whole(self, value: str) -> None:
        view = of_uri(value)
        assert read_back(shlex.join(["portkey-audit", *words_in_a_shell(command_line(view))])) == view.query.terms
