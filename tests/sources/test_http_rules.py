"""What no rule of HTTP, gzip or JSON allows a server to send, and what the client makes of it: never a wrong page."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import tracemalloc
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.proof import Counted
from tests.sources.hostile import Act, Hostile, Reply, cut, endless, gzipped, http, page, serving, silence
from tests.sources.scene import FIRST_PAGE, KEY, NOW, RECORD, WINDOW, source_at
from tests.sources.test_portkey_transport import CERTIFICATE, tls, transport_at, transport_to
from tui.cli.connections import Keeping, open_connection, open_offline
from tui.domain.errors import Forbidden, Garbled, Rejected, SourceError, TimedOut, Unauthorized, Unavailable
from tui.domain.page import PageRequest
from tui.domain.record import AuditRecord
from tui.sources.answers import value_of
from tui.sources.connection import Connection
from tui.sources.transport import Limits

pytestmark = pytest.mark.proof("T4")

OK = b"HTTP/1.1 200 OK\r\n"
BODY = json.dumps({"records": [RECORD], "total": 1}).encode()
SHORT = Limits(total=0.3)


def chunked(body: bytes, headers: bytes = b"") -> bytes:
    pieces = (body[at : at + 17] for at in range(0, len(body), 17))
    sent = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return OK + headers + b"Transfer-Encoding: chunked\r\n\r\n" + sent + b"0\r\n\r\n"


def sized(body: bytes, headers: bytes = b"") -> bytes:
    return OK + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


def unsized(body: bytes, headers: bytes = b"") -> bytes:
    """One that ends with the connection."""
    return OK + headers + b"\r\n" + body


PACKED = gzip.compress(BODY, mtime=0)
GZIP = b"Content-Encoding: gzip\r\n"
FRAMES = {
    "sized": sized(BODY),
    "chunked": chunked(BODY),
    "unsized": unsized(BODY),
    "sized gzip": sized(PACKED, GZIP),
    "chunked gzip": chunked(PACKED, GZIP),
    "unsized gzip": unsized(PACKED, GZIP),
}


class TestCutAtEveryByte:
    @pytest.mark.parametrize("whole", FRAMES.values(), ids=FRAMES)
    async def test_no_part_of_an_answer_is_taken_for_one(self, whole: bytes, counted: Counted) -> None:
        cuts = [cut(whole[:length]) for length in range(len(whole))]
        async with source_at(*cuts, cut(whole)) as (source, server):
            for _ in cuts:
                with pytest.raises(SourceError) as caught:
                    await source.fetch(FIRST_PAGE)
                assert caught.value.transient
            (record,) = (await source.fetch(FIRST_PAGE)).records
        assert record.request_id == "r-1"
        assert len(server.requests) == len(whole) + 1
        counted(faults=len(cuts))

    async def test_no_changed_byte_of_a_compressed_one_is_overlooked(self, counted: Counted) -> None:
        changed = [PACKED[:at] + bytes((PACKED[at] ^ 0x10,)) + PACKED[at + 1 :] for at in range(len(PACKED))]
        async with source_at(*(sized(body, GZIP) for body in changed)) as (source, _):
            noticed = 0
            for _ in changed:
                try:
                    got = await source.fetch(FIRST_PAGE)
                except Garbled:
                    noticed += 1
                else:
                    assert [record.as_api() for record in got.records] == [AuditRecord.model_validate(RECORD).as_api()]
        assert noticed > len(PACKED) - 10, (
            "what is left is the time and the system in gzip's head, of which nobody asks"
        )
        counted(faults=len(changed))


class TestMoreThanAnAnswer:
    """What stands behind an answer would be the answer to the next request."""

    PUSHED = page({"request_id": "pushed"})
    OTHER = page({"request_id": "other"})

    @pytest.mark.parametrize("first", [whole for name, whole in FRAMES.items() if "unsized" not in name])
    @pytest.mark.parametrize("more", [PUSHED, b"\r\n" + PUSHED, b"x", b"0\r\n\r\n"], ids=["answer", "line", "x", "end"])
    async def test_it_is_never_taken_for_the_answer_to_the_next_request(self, first: bytes, more: bytes) -> None:
        async with source_at(first + more, self.OTHER) as (source, server):
            told = [(await source.fetch(FIRST_PAGE)).records[0].request_id for _ in range(2)]
        assert told == ["r-1", "other"]
        assert server.accepted == 2

    async def test_nor_behind_a_refusal(self) -> None:
        async with source_at(http(b"no", 500) + self.PUSHED, self.OTHER) as (source, _):
            with pytest.raises(Unavailable):
                await source.fetch(FIRST_PAGE)
            assert (await source.fetch(FIRST_PAGE)).records[0].request_id == "other"

    async def test_nor_what_comes_while_nobody_asks(self) -> None:
        has_read = asyncio.Event()

        async def push(writer: asyncio.StreamWriter) -> None:
            writer.write(sized(BODY))
            await has_read.wait()
            writer.write(self.PUSHED)

        async with source_at(push, self.OTHER) as (source, server):
            await source.fetch(FIRST_PAGE)
            has_read.set()
            await server.wait_until(lambda server: server.in_flight == 0)
            assert (await source.fetch(FIRST_PAGE)).records[0].request_id == "other"


class TestHeads:
    @pytest.mark.parametrize(
        "headers",
        [
            b"".join(b"X-%d: y\r\n" % number for number in range(9_000)),
            b"X-Odd: \x1b]52;c;eA==\x07 \xff\xfe \xe2\x80\xae\r\n",
            b"Content-Length: %d\r\n" % len(BODY),
            b"Content-Type: application/json; charset=utf-16\r\n",
            b"Content-Type: text/html; charset=nonsense\r\n",
            b"Date: \xe2\x80\xaeFri, 99 Nov 99999 99:99:99 GMT\r\nRetry-After: soon\r\n",
        ],
        ids=["9,000", "odd", "length twice", "charset of another", "charset of none", "dates"],
    )
    async def test_what_does_no_harm_is_read(self, headers: bytes) -> None:
        async with source_at(sized(BODY, headers)) as (source, _):
            assert (await source.fetch(FIRST_PAGE)).records[0].request_id == "r-1"

    async def test_so_is_an_answer_that_others_announce(self) -> None:
        announced = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 3
        async with source_at(announced + sized(BODY)) as (source, _):
            assert len((await source.fetch(FIRST_PAGE)).records) == 1

    @pytest.mark.parametrize(
        "reply",
        [
            sized(BODY, b"Content-Length: 3\r\n"),
            unsized(b"", b"Content-Length: -1\r\n"),
            unsized(b"", b"Content-Length: 0x10\r\n"),
            unsized(b"", b"Content-Length: " + b"9" * 5_000 + b"\r\n"),
            unsized(b"", b"Transfer-Encoding: gzip\r\n"),
            unsized(b"", b"A\x00B: c\r\n"),
            endless(unsized(b"", b"Transfer-Encoding: chunked\r\n"), b"f" * 5_000),
            unsized(b"1;" + b"x" * 200_000, b"Transfer-Encoding: chunked\r\n"),
            endless(unsized(b"0\r\n", b"Transfer-Encoding: chunked\r\n"), b"X-More: trailer\r\n"),
            endless(OK, b"X-More: header\r\n"),
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            b"HTTQ/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 99999 OK\r\n\r\n",
            b"\x00" * 9_000 + b"\r\n\r\n",
        ],
        ids=["two lengths", "below nought", "hexadecimal", "5,000 digits", "transfer coding", "NUL", "endless size",
             "endless extension", "endless trailers", "endless headers", "another protocol", "HTTQ", "status", "NULs"],
    )  # fmt: skip
    async def test_what_is_no_http_passes_by_itself(self, reply: Reply) -> None:
        async with source_at(reply, limits=Limits(total=5)) as (source, server):
            with pytest.raises(Garbled) as caught:
                await source.fetch(FIRST_PAGE)
            await server.wait_until(lambda server: server.connections == 0)
        assert caught.value.transient

    async def test_chunks_hold_where_a_length_is_told_too(self) -> None:
        async with source_at(chunked(BODY, b"Content-Length: 5\r\n")) as (source, _):
            assert (await source.fetch(FIRST_PAGE)).records[0].request_id == "r-1"

    @pytest.mark.parametrize("gap", [0, 0.01], ids=["at once", "slowly"])
    async def test_announcements_without_an_answer_are_given_up(self, gap: float) -> None:
        hints = endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", gap)
        async with transport_at(hints, limits=SHORT) as (transport, server):
            with pytest.raises(TimedOut):
                await transport.get("/a")
            await server.wait_until(lambda server: server.connections == 0)

    async def test_so_is_a_whole_answer_that_has_no_length_and_no_end(self) -> None:
        async def stay(writer: asyncio.StreamWriter) -> None:
            writer.write(unsized(BODY))
            await silence(writer)

        async with source_at(stay, limits=SHORT) as (source, _):
            with pytest.raises(TimedOut):
                await source.fetch(FIRST_PAGE)


class TestBombs:
    """What is small on the wire, or small as text, and large in memory."""

    CAP = 1_000_000

    @pytest.mark.parametrize(
        "reply",
        [
            gzipped(b" " * 300_000_000),
            http(gzip.compress(gzip.compress(b" " * 300_000_000)), content_encoding="gzip"),
            http(gzip.compress(gzip.compress(b" " * 300_000_000)), content_encoding="gzip, gzip"),
            endless(unsized(b""), b"x" * 65_536),
            endless(unsized(b"", b"Content-Length: 999999999999\r\n"), b"x" * 65_536),
        ],
        ids=["300 MB", "300 MB within gzip within gzip", "told to be so", "no end", "1 TB"],
    )
    async def test_it_is_never_all_in_memory(self, reply: Reply) -> None:
        async with transport_at(reply, limits=Limits(body_bytes=self.CAP)) as (transport, _):
            tracemalloc.start()
            try:
                with pytest.raises(Garbled):
                    value_of(await transport.get("/a"), scope="s")
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
        assert peak < 4 * self.CAP

    async def test_millions_of_rows_are_no_page(self) -> None:
        async with source_at(http(b'{"records":[' + b"{}," * 2_790_000 + b"{}]}")) as (source, _):
            with pytest.raises(Garbled, match="2,790,001 rows, more than a page can have"):
                await source.fetch(FIRST_PAGE)

    async def test_millions_of_values_in_a_row_are_one(self) -> None:
        async with source_at(http(b'{"records":[{"extra":[' + b"{}," * 2_000_000 + b"{}]}]}")) as (source, _):
            (record,) = (await source.fetch(FIRST_PAGE)).records
        assert len(record.as_api()["extra"]) == 2_000_001


class TestCharacterSets:
    @pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"])
    async def test_json_in_another_coding_than_its_own_is_told_as_none(self, coding: str) -> None:
        body = BODY.decode().encode(coding) if coding != "utf-7" else b"+AHsAfQ-"
        async with source_at(http(body, content_type=f"application/json; charset={coding}")) as (source, _):
            with pytest.raises(Garbled, match="not JSON"):
                await source.fetch(FIRST_PAGE)

    async def test_letters_in_another_one_cost_no_row(self) -> None:
        body = '{"records":[{"action":"löschen"}]}'.encode("latin-1")
        async with source_at(http(body, content_type="application/json; charset=latin-1")) as (source, _):
            assert (await source.fetch(FIRST_PAGE)).records[0].action == "l\N{REPLACEMENT CHARACTER}schen"


@asynccontextmanager
async def connected(*replies: Reply, keeping: Keeping | None = None) -> AsyncIterator[tuple[Connection, Hostile]]:
    """The whole stack of sources, in front of a server, whose waits are over at once."""

    async def at_once(_: float) -> None:
        """Wait for nothing."""

    async with serving(*replies) as server:
        connection = open_connection(server.base_url, KEY, clock=lambda: NOW, sleep=at_once, keeping=keeping)
        try:
            yield connection, server
        finally:
            await connection.aclose()


ODD_VALUES = {
    "2^63": (b"9223372036854775808", 2**63),
    "-2^63-1": (b"-9223372036854775809", -(2**63) - 1),
    "10^300": (b"1" + b"0" * 300, 10**300),
    "10^5000": (b"1" + b"0" * 5_000, "1" + "0" * 5_000),
    "1e999": (b"1e999", "1e999"),
    "-1e999": (b"-1e999", "-1e999"),
    "1e-999": (b"1e-999", 0.0),
    "0.1": (b"0.1", 0.1),
    "half a pair": (b'"a\\ud800z"', "a\\ud800z"),
    "other half": (b'"\\uDFFF"', "\\udfff"),
    "pair": (b'"\\ud83d\\ude00"', "\U0001f600"),
    "NUL": (b'"a\\u0000b"', "a\x00b"),
    "controls": (b'"\\u001b[2J\\u009b\\u202e\\u2028\\ufeff"', "\x1b[2J\x9b\u202e\u2028\ufeff"),
    "noncharacters": (b'"\xef\xbf\xbf\xf4\x8f\xbf\xbf"', "\uffff\U0010ffff"),
    "no UTF-8": (b'"\xc3("', "\N{REPLACEMENT CHARACTER}("),
    "names": (b'{"\\ud800":1,"\\u0000":{"":[]}}', {"\\ud800": 1, "\x00": {"": []}}),
    "twice": (b'{"a":1,"a":2}', {"a": 2}),
    "deep": (b"[" * 200 + b"]" * 200, json.loads("[" * 200 + "]" * 200)),
    "long": (b'"' + b"x" * 1_000_000 + b'"', "x" * 1_000_000),
}


class TestIntoTheArchiveAndBack:
    @pytest.mark.parametrize(("written", "read"), ODD_VALUES.values(), ids=ODD_VALUES)
    @pytest.mark.parametrize("name", ["extra", "request_id", "request_body", "country", "response_status_code"])
    async def test_what_databases_can_t_take_comes_back_to_the_letter(
        self, name: str, written: bytes, read: Any, tmp_path: Path
    ) -> None:
        record = b'{"timestamp":"2026-11-20T11:00:00.000Z","%b":%b}' % (name.encode(), written)
        file = tmp_path / "a.db"
        body = b'{"records":[' + record + b'],"total":1}'
        async with connected(http(body), keeping=Keeping(file)) as (connection, _):
            (fetched,) = (await connection.source.fetch(FIRST_PAGE)).records
        offline = open_offline(file, clock=lambda: NOW)
        try:
            (held,) = (await offline.source.fetch(FIRST_PAGE)).records
        finally:
            await offline.aclose()
        assert held == fetched == AuditRecord.model_validate({"timestamp": "2026-11-20T11:00:00.000Z", name: read})
        assert json.dumps(held.as_api()) == json.dumps(fetched.as_api())


MOST_TURNS = 20
"""Of the event loop: it goes round in microseconds, and waits for nobody in them."""


async def give_up(task: asyncio.Task[Any]) -> None:
    """Cancel it, and see that it ends before anything can come from anywhere."""
    task.cancel()
    for _ in range(MOST_TURNS):
        await asyncio.sleep(0)
    assert task.cancelled()


class TestGivingUp:
    """A request that nobody wants any more is over within some turns of the loop, whatever it waits for."""

    @pytest.mark.parametrize(
        "reply",
        [
            silence,
            endless(OK, b"X-A: b\r\n", 0.01),
            endless(unsized(b""), b" ", 0.01),
            endless(unsized(b"", b"Transfer-Encoding: chunked\r\n"), b"1\r\n \r\n", 0.01),
            endless(unsized(PACKED[:20], GZIP), b"", 0.01),
            endless(b"HTTP/1.1 503 No\r\n\r\n", b" ", 0.01),
        ],
        ids=["silence", "headers", "body", "chunks", "gzip", "refusal"],
    )
    @pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
    async def test_while_the_server_sends_or_does_not(self, reply: Act, secure: bool) -> None:
        async with serving(reply, tls=tls() if secure else None) as server:
            base_url = f"https://127.0.0.1:{server.port}" if secure else server.base_url
            transport = transport_to(base_url, ca_bundle=CERTIFICATE if secure else None)
            task = asyncio.create_task(transport.get("/a"))
            await server.wait_until(lambda server: server.in_flight == 1)
            await give_up(task)
            await server.wait_until(lambda server: server.connections == 0)
            await transport.aclose()

    async def test_while_it_keeps_silent_about_its_certificate(self) -> None:
        came, left = asyncio.Event(), asyncio.Event()

        async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            came.set()
            await reader.read()
            writer.close()
            left.set()

        async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
            transport = transport_to(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            task = asyncio.create_task(transport.get("/a"))
            await came.wait()
            await give_up(task)
            async with asyncio.timeout(10):
                await left.wait()
            await transport.aclose()

    async def test_while_it_waits_for_its_turn(self) -> None:
        async with transport_at(silence, limits=Limits(in_flight=1)) as (transport, server):
            first = asyncio.create_task(transport.get("/a"))
            await server.wait_until(lambda server: server.in_flight == 1)
            second = asyncio.create_task(transport.get("/b"))
            await asyncio.sleep(0)
            await give_up(second)
            await give_up(first)
        assert len(server.requests) == 1

    async def test_while_an_answer_is_read_and_redacted(self) -> None:
        loop = asyncio.get_running_loop()
        begun, may_go_on = asyncio.Event(), threading.Event()

        def redact(record: AuditRecord) -> AuditRecord:
            loop.call_soon_threadsafe(begun.set)
            may_go_on.wait(10)
            return record

        async with source_at(page({"request_body": "x" * 100_000}), redact=redact) as (source, _):
            task = asyncio.create_task(source.fetch(FIRST_PAGE))
            await begun.wait()
            try:
                await give_up(task)
            finally:
                may_go_on.set()


class TestTheWholeStack:
    async def test_has_two_requests_in_flight_and_two_connections_whoever_asks(self) -> None:
        async with connected(silence, silence, http(b"{}")) as (connection, server):
            asking: list[Coroutine[Any, Any, Any]] = [connection.source.fetch(FIRST_PAGE)]
            asking += [connection.live.fetch(FIRST_PAGE), connection.in_clear.fetch(FIRST_PAGE)]
            asking += [connection.source.fetch(PageRequest(WINDOW, NOW, number=number)) for number in range(1, 4)]
            tasks = [asyncio.create_task(asked) for asked in asking]
            tasks.append(asyncio.create_task(anext(aiter(connection.directory.names()))))  # type: ignore[arg-type]
            await server.wait_until(lambda server: server.in_flight == 2)
            somebody_else = transport_to(server.base_url)
            await somebody_else.get("/else")
            await somebody_else.aclose()
            assert [request.path for request in server.requests[2:]] == ["/v1/else"]
            assert server.accepted == 3
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @pytest.mark.parametrize(
        ("reply", "kind", "requests"),
        [
            (http(b"", 503, retry_after="1e9"), Unavailable, 4),
            (cut(b""), SourceError, 4),
            (http(b"{"), Garbled, 4),
            (http(b"", 401, retry_after="1"), Unauthorized, 1),
            (http(b"", 403, retry_after="1"), Forbidden, 1),
            (http(b"", 400), Rejected, 1),
            (http(b"", 302, location="http://127.0.0.1:9/"), Rejected, 1),
        ],
        ids=["503", "cut", "half", "401", "403", "400", "302"],
    )
    @pytest.mark.parametrize("way", ["source", "live", "in_clear"])
    async def test_tries_again_in_one_layer_only_and_only_what_passes(
        self, way: str, reply: Reply, kind: type[SourceError], requests: int
    ) -> None:
        async with connected(reply) as (connection, server):
            with pytest.raises(kind):
                await getattr(connection, way).fetch(FIRST_PAGE)
        assert len(server.requests) == requests

    @pytest.mark.parametrize(
        ("header", "wait"),
        [
            ("86400", 300.0),
            ("7", 7.0),
            ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
            ("Sat, 20 Nov 2027 12:00:00 GMT", 300.0),
        ],
    )
    async def test_waits_as_long_as_the_server_says_and_never_longer_than_five_minutes(
        self, header: str, wait: float
    ) -> None:
        waits: list[float] = []

        async def remember(seconds: float) -> None:
            waits.append(seconds)

        async with serving(http(b"", 429, retry_after=header), page(RECORD)) as server:
            connection = open_connection(server.base_url, KEY, clock=lambda: NOW, sleep=remember)
            assert len((await connection.source.fetch(FIRST_PAGE)).records) == 1
            await connection.aclose()
        assert waits == [wait]
