"""A canary for a key: whatever goes wrong, and however the key was given, no piece of it is found anywhere."""

from __future__ import annotations

import base64
import json
import os
import secrets
import string
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli.scene import run
from tests.proof import Counted, figure

pytestmark = pytest.mark.proof("T12")

PIECE = 12
"""Characters of the key that are no chance any more."""
LETTERS = string.ascii_letters + string.digits
WAYS = ("environment", "file", "command")
EVERY_WAY = figure(ci=False, large=True)


def new_key() -> str:
    return "pk-" + "".join(secrets.choice(LETTERS) for _ in range(40))


def disguises(key: str) -> Iterator[bytes]:
    """Pieces of the key as they may have got somewhere: to the letter, backwards, in hexadecimal digits, in base64."""
    for text in (key, key[::-1]):
        yield from (text[at : at + PIECE].encode() for at in range(3, len(text) - PIECE + 1))
    yield key.encode().hex()[8:40].encode()
    for shift in range(3):
        yield base64.b64encode(b"x" * shift + key.encode())[8:28]


class Answer(NamedTuple):
    """What a server says to a request with a key."""

    status: int
    body: Callable[[str], bytes]
    headers: Callable[[str], dict[str, str]] = lambda _: {}
    length: int | None = None
    """What it says the length of the body is, None for what it is."""


class Answering(NamedTuple):
    """A server that says the same to everybody: its address, and the keys that it was given."""

    base_url: str
    keys: set[str]


@contextmanager
def answering(answer: Answer) -> Iterator[Answering]:
    keys: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            key = self.headers.get("x-portkey-api-key", "")
            keys.add(key)
            body = answer.body(key)
            self.send_response_only(answer.status, f"because of {key}")
            for name, value in answer.headers(key).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if answer.length is None else answer.length))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Nothing: the test's own output is looked through."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Answering(f"http://127.0.0.1:{server.server_port}/v1", keys)
        finally:
            server.shutdown()
            thread.join()


def in_json(value: Callable[[str], Any]) -> Callable[[str], bytes]:
    return lambda key: json.dumps(value(key)).encode()


def row(**fields: Any) -> dict[str, Any]:
    return {"timestamp": "2026-11-20T12:00:00.000Z", "request_id": "r-1", "method": "GET", **fields}


REFUSAL = in_json(lambda key: {"message": f"the key {key} is not good", "error": {"code": "AB01", "message": key}})
PAGE = in_json(lambda _: {"records": [], "total": 0})

ANSWERS = {
    **{str(status): Answer(status, REFUSAL) for status in (400, 401, 402, 403, 404, 405, 409, 422, 500, 503)},
    **{
        str(status): Answer(status, lambda _: b"", lambda key: {"Location": f"http://127.0.0.1:9/{key}?key={key}"})
        for status in (301, 302, 307, 308)
    },
    "html": Answer(403, lambda key: f"<html><title>{key}</title><h1>No {key}</h1>".encode()),
    "html for records": Answer(200, lambda key: f"<html><title>{key}</title>".encode()),
    "no json": Answer(200, lambda key: f"{key} is what you sent".encode()),
    "cut json": Answer(200, lambda key: f'{{"records":[{{"request_id":"{key}'.encode()),
    "cut body": Answer(200, lambda key: f'{{"records":["{key}"'.encode(), length=5_000),
    "a list": Answer(200, in_json(lambda key: [key])),
    "a total that is the key": Answer(200, in_json(lambda key: {"records": [], "total": key})),
    "rows that are the key": Answer(200, in_json(lambda key: {"records": [key, [key], {key: key}], "total": 3})),
    "the key in a record": Answer(
        200,
        in_json(
            lambda key: {
                "records": [row(uri=f"/v1/{key}", request_body=json.dumps({"note": key}), country=key, action=key)],
                "total": 1,
            }
        ),
    ),
    "the key packed in a record": Answer(
        200,
        in_json(lambda key: {"records": [row(request_body=json.dumps(json.dumps({"x": [key]})))], "total": 1}),
    ),
    "a date that is the key": Answer(200, PAGE, lambda key: {"Date": key}),
    "a wait that is the key": Answer(503, PAGE, lambda key: {"Retry-After": key}),
    "a coding that is the key": Answer(200, PAGE, lambda key: {"Content-Encoding": key}),
    "headers that are the key": Answer(500, PAGE, lambda key: {key: key, "Server": key, "Set-Cookie": f"k={key}"}),
}
WORDS: dict[str, tuple[str, ...]] = {
    "count": ("count",),
    "show": ("show", "r-1"),
    "export": ("export", "-o", "out.jsonl"),
    "report": ("export", "-f", "md", "-o", "out.md"),
    "tail": ("tail", "--since=1h", "--until-count=1", "--for=1s"),
    "sync": ("archive", "sync", "--since=1h"),
    "doctor": ("doctor", "--json"),
}
PASSES = ("500", "503", "cut", "html for", "no json", "a list", "a wait", "a coding", "headers")
"""Beginnings of what is tried again: commands that never give up are kept from it."""


NOWHERE = "http://127.0.0.1:9/v1"
"""Nobody listens there."""


class Wrong(NamedTuple):
    """How a key, or the place that it is for, can be wrong: what is asked, and the environment beside the way."""

    words: tuple[str, ...]
    environment: Callable[[str, Path], dict[str, str]] = lambda _key, _home: {}
    written: Callable[[str], bytes] = str.encode
    """What stands in the file, or comes from the command, instead of the key."""
    mode: int = 0o600
    base_url: str = NOWHERE


WRONGS = {
    "two lines": Wrong(("count",), written=lambda key: f"{key}\nand {key}".encode()),
    "a character that is none of a key's": Wrong(("count",), written=lambda key: f"{key[:20]}é{key[20:]}".encode()),
    "bytes that are no text": Wrong(("doctor",), written=lambda key: key.encode() + b"\xff\xfe"),
    "a blank within": Wrong(("export",), written=lambda key: f"{key[:20]} {key[20:]}".encode()),
    "open to others": Wrong(("count",), mode=0o644),
    "nobody there": Wrong(("count",)),
    "not encrypted": Wrong(("count",), base_url="http://example.invalid/v1"),
    "no such host": Wrong(("doctor",), base_url="https://example.invalid/v1"),
    "a proxy with the key": Wrong(
        ("count",),
        lambda key, _: {"HTTPS_PROXY": f"http://user:{key}@127.0.0.1:9"},
        base_url="https://example.invalid/v1",
    ),
    "an archive that is none": Wrong(("archive", "status"), lambda _, home: {"XDG_DATA_HOME": str(home / "key")}),
    "a full disk": Wrong(("export", "--demo", "-o", "/dev/full")),
    "a folder that is not there": Wrong(("export", "--demo", "-o", "nowhere/out.jsonl")),
}


class Given(NamedTuple):
    """Where the key was put on purpose, and how the program is told of it."""

    words: tuple[str, ...]
    environment: dict[str, str]
    files: tuple[Path, ...]


def give(way: str, text: bytes, home: Path, base_url: str, mode: int = 0o600) -> Given:
    """Hand something over as the key for an address."""
    if way == "environment" and b"\x00" not in text:
        return Given((), {"PORTKEY_API_KEY": os.fsdecode(text), "PORTKEY_BASE_URL": base_url}, ())
    key = home / "key"
    key.write_bytes(text)
    key.chmod(mode)
    if way != "command":
        return Given((f"--api-key-file={key}", f"--base-url={base_url}"), {}, (key,))
    tell = f"import sys; sys.stdout.buffer.write(open({str(key)!r}, 'rb').read())"
    config = home / "config" / "portkey-audit" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    command = json.dumps([sys.executable, "-c", tell])
    config.write_text(f'[profiles.canary]\nbase_url = "{base_url}"\napi_key_command = {command}\n')
    return Given(("--profile=canary",), {}, (key,))


def found(key: str, output: str, home: Path, put: tuple[Path, ...]) -> list[str]:
    """Where a piece of the key is that nobody put there."""
    looked = {"what was written": output.encode("utf-8", "surrogateescape")}
    looked |= {str(file): file.read_bytes() for file in home.rglob("*") if file.is_file() and file not in put}
    return [place for place, data in looked.items() if any(piece in data for piece in disguises(key))]


def try_it(words: tuple[str, ...], given: Given, key: str, home: Path, **environment: str) -> list[str]:
    """Where the key is found after a command that goes wrong."""
    done = run(*words, *given.words, server=None, **{**given.environment, **environment})
    assert "Traceback" not in done.stderr, done.stderr
    return found(key, done.stdout + done.stderr, home, given.files)


def ways_of(number: int) -> tuple[str, ...]:
    return WAYS if EVERY_WAY else (WAYS[number % len(WAYS)],)


@pytest.fixture
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(own_home)
    monkeypatch.setenv("TMPDIR", str(own_home))
    return own_home


@pytest.mark.parametrize("name", ANSWERS)
def test_a_server_that_says_it_back(name: str, home: Path, counted: Counted):
    number = list(ANSWERS).index(name)
    commands = [one for one in WORDS if not name.startswith(PASSES) or one not in ("tail", "sync")]
    words = WORDS[commands[number % len(commands)]]
    for way in ways_of(number):
        key = new_key()
        with answering(ANSWERS[name]) as server:
            leaks = try_it(words, give(way, key.encode(), home, server.base_url), key, home)
        assert server.keys == {key}
        counted(errors=1, leaks=len(leaks))
        assert leaks == [], (name, way)


@pytest.mark.parametrize("name", WRONGS)
def test_whatever_else_is_wrong(name: str, home: Path, counted: Counted):
    wrong = WRONGS[name]
    only = "file" if wrong.mode != 0o600 or "archive" in name else ""
    for way in (only,) if only else ways_of(list(WRONGS).index(name)):
        key = new_key()
        given = give(way, wrong.written(key), home, wrong.base_url, wrong.mode)
        leaks = try_it(wrong.words, given, key, home, **wrong.environment(key, home))
        counted(errors=1, leaks=len(leaks))
        assert leaks == [], (name, way)


@pytest.mark.parametrize(
    "line", ["api_key = {0!r}", "[profiles.a]\napi_key = {0!r}", "key = {0!r} nonsense", "{0} = 1"]
)
def test_a_key_that_somebody_wrote_into_the_configuration(line: str, home: Path, counted: Counted):
    key = new_key()
    config = home / "config" / "portkey-audit" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(line.format(key))
    leaks = try_it(("count", "--demo"), Given((), {}, (config,)), key, home)
    counted(errors=1, leaks=len(leaks))
    assert leaks == []


def test_a_canary_is_found_where_it_is(home: Path):
    """What the others say is worth something: a key that was put anywhere, in any disguise, is found."""
    key = new_key()
    for disguise in (key, key[5:30], key[::-1], key.encode().hex(), base64.b64encode(f"k={key}".encode()).decode()):
        assert found(key, f"it is {disguise}.", home, (home / "trace",)) == ["what was written"]
        (home / "trace").write_text(disguise)
        assert found(key, "", home, ()) == [str(home / "trace")]
        assert found(key, "", home, (home / "trace",)) == []
