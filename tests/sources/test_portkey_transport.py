"""One GET over a real socket: where the key may go, and what a server can't do to us."""

from __future__ import annotations

import asyncio
import gzip
import logging
import random
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sources.hostile import Hostile, Reply, cut, endless, gzipped, http, serving, silence
from tui.domain.errors import Garbled, Rejected, SourceError, TimedOut, Unreachable, Untrusted
from tui.domain.secret import Secret
from tui.sources.answers import Answer, refusal
from tui.sources.bodies import Oversized
from tui.sources.origin import KeyForOrigin
from tui.sources.transport import DEFAULT_LIMITS, Limits, Peer, Transport

pytestmark = pytest.mark.proof("T4")

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = Secret("pk-a-test-key-and-no-other")
CERTIFICATE = Path(__file__).with_name("loopback.pem")
HEAD = b"HTTP/1.1 200 OK\r\n"
SHORT = Limits(total=0.3)


def transport_to(base_url: str, limits: Limits = DEFAULT_LIMITS, ca_bundle: Path | None = None) -> Transport:
    return Transport(base_url, KEY, clock=lambda: NOW, ca_bundle=ca_bundle, limits=limits)


@asynccontextmanager
async def transport_at(*replies: Reply, limits: Limits = DEFAULT_LIMITS) -> AsyncIterator[tuple[Transport, Hostile]]:
    async with serving(*replies) as server:
        transport = transport_to(server.base_url, limits)
        try:
            yield transport, server
        finally:
            await transport.aclose()


async def failure(transport: Transport) -> SourceError:
    """The error that a request ends with."""
    with pytest.raises(SourceError) as caught:
        await transport.get("/audit-logs")
    assert KEY.reveal() not in f"{caught.value.cause} {caught.value.cure}"
    return caught.value


class TestTheKey:
    async def test_it_goes_along_with_every_request_to_its_own_origin(self) -> None:
        async with transport_at(http(b"{}")) as (transport, server):
            await transport.get("/audit-logs")
        assert server.requests[0].headers["x-portkey-api-key"] == KEY.reveal()

    @pytest.mark.parametrize("other", ["http://host/", "https://other/", "https://host:8443/", "https://host.evil/"])
    def test_it_goes_to_no_other_scheme_host_or_port(self, other: str) -> None:
        auth = KeyForOrigin(httpx.URL("https://host/v1"), KEY)
        request = next(auth.auth_flow(httpx.Request("GET", other)))
        assert "x-portkey-api-key" not in request.headers

    def test_the_default_port_is_the_same_origin_when_written_out(self) -> None:
        auth = KeyForOrigin(httpx.URL("https://host/v1"), KEY)
        flow = auth.auth_flow(httpx.Request("GET", "https://host:443/v1/audit-logs"))
        assert next(flow).headers["x-portkey-api-key"] == KEY.reveal()
        flow.close()

    @pytest.mark.parametrize("reply", [http(b"{}"), cut(b"")], ids=["answered", "failed"])
    async def test_a_request_that_is_over_no_longer_holds_it(
        self, reply: Reply, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[httpx.Request] = []
        build = httpx.AsyncClient.build_request

        def remember(*words: Any, **named: Any) -> httpx.Request:
            sent.append(build(*words, **named))
            return sent[-1]

        monkeypatch.setattr(httpx.AsyncClient, "build_request", remember)
        async with transport_at(reply) as (transport, server):
            with suppress(SourceError):
                await transport.get("/a")
        assert server.requests[0].headers["x-portkey-api-key"] == KEY.reveal()
        assert "x-portkey-api-key" not in sent[0].headers

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_a_redirect_is_not_followed_and_its_target_is_named(self, status: int) -> None:
        async with (
            transport_at(http(b"{}")) as (_, elsewhere),
            transport_at(http(status=status, location=f"http://localhost:{elsewhere.port}/x?y")) as (transport, _),
        ):
            error = refusal(await transport.get("/audit-logs"), scope="s")
        assert isinstance(error, Rejected)
        assert f"redirects to localhost ({status})" in error.cause
        assert elsewhere.accepted == 0

    @pytest.mark.parametrize(
        ("location", "named"),
        [("/v2/audit-logs", "another path"), ("http://x\u202e.example/", r"x\u202e.example"), ("http://[", "can't")],
    )  # fmt: skip
    def test_the_target_is_named_whatever_it_is_and_shown_clean(self, location: str, named: str) -> None:
        redirect = Answer("https://host/v1/audit-logs", 302, {"location": location}, b"")
        assert named in refusal(redirect, scope="s").cause

    async def test_a_target_that_is_no_address_does_no_harm(self) -> None:
        async with transport_at(http(status=302, location="http://x\u202e/")) as (transport, server):
            assert isinstance(await failure(transport), Garbled)
        assert len(server.requests) == 1

    async def test_neither_log_of_httpx_tells_of_a_request(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        async with transport_at(http(b"{}")) as (transport, _):
            await transport.get("/audit-logs", (("user_id", "somebody"),))
        assert [record for record in caplog.records if record.name.partition(".")[0] in ("httpx", "httpcore")] == []


class TestTheBaseUrl:
    @pytest.mark.parametrize(
        "base_url",
        ["http://api.portkey.ai/v1", "http://10.0.0.1/v1", "http://127.0.0.1.evil.example/", "http://localhost.evil/",
         "http://127.1/", "http://[::2]/"],
    )  # fmt: skip
    def test_without_encryption_nothing_but_loopback_is_spoken_to(self, base_url: str) -> None:
        with pytest.raises(Untrusted, match="not encrypted"):
            transport_to(base_url)

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.8.7", "[::1]"])
    def test_loopback_needs_no_encryption(self, host: str) -> None:
        assert transport_to(f"http://{host}:8787/v1").base_url == f"http://{host}:8787/v1"

    @pytest.mark.parametrize(
        ("given", "meant"),
        [("https://api.portkey.ai/v1//", "https://api.portkey.ai/v1"), ("https://cp.example", "https://cp.example"),
         (" https://cp.example/albus/v1\n", "https://cp.example/albus/v1"), ("HTTPS://CP.example/", "https://cp.example")],
    )  # fmt: skip
    def test_slashes_at_the_end_go_and_nothing_is_added(self, given: str, meant: str) -> None:
        assert transport_to(given).base_url == meant

    @pytest.mark.parametrize(
        "base_url",
        ["", "api.portkey.ai/v1", "ftp://host/", "https://", "https:///v1", "https://me:pw@host/v1", "https://host/v1?a=b",
         "https://host/#x", "https://host:port/", "https://host:99999/", "https://host:0/", "https://ho st/", "https://[/",
         "file:///etc/passwd", "\x1b]0;x\x07"],
    )  # fmt: skip
    def test_what_is_no_address_is_refused_without_repeating_it(self, base_url: str) -> None:
        with pytest.raises(SourceError, match="not an address") as caught:
            transport_to(base_url)
        assert "pw" not in f"{caught.value.cause} {caught.value.cure}".replace("password", "")


class TestProxies:
    @pytest.fixture(params=["http_proxy", "HTTP_PROXY", "all_proxy"])
    def variable(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    async def test_loopback_is_spoken_to_directly(self, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
        async with serving(http(b"{}")) as proxy:
            monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
            async with transport_at(http(b"{}")) as (transport, server):
                await transport.get("/audit-logs")
        assert (proxy.accepted, server.accepted) == (0, 1)

    async def test_a_proxy_is_asked_for_a_tunnel_and_never_sees_the_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with serving(http(status=407)) as proxy:
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
            transport = transport_to("https://api.portkey.invalid/v1")
            error = await failure(transport)
            await transport.aclose()
        assert isinstance(error, Unreachable)
        assert "proxy" in error.cause
        assert proxy.requests[0].method == "CONNECT"
        assert KEY.reveal() not in str(proxy.requests)

    @pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "gopher://proxy", "http://host:x"])
    def test_one_that_cannot_be_used_is_told_before_anything_is_asked(
        self, proxy: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("all_proxy", proxy)
        with pytest.raises(SourceError, match="proxy that the environment names"):
            transport_to("https://api.portkey.invalid/v1")


def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


class TestCertificates:
    async def test_one_that_nobody_vouches_for_ends_it_before_the_key_is_sent(self) -> None:
        async with serving(http(b"{}"), tls=tls()) as server:
            transport = transport_to(f"https://127.0.0.1:{server.port}")
            error = await failure(transport)
            await transport.aclose()
        assert isinstance(error, Untrusted)
        assert not error.transient
        assert "can't be verified" in error.cause
        assert "ca_bundle" in error.cure
        assert server.requests == []

    async def test_a_bundle_of_ones_own_vouches_for_it(self) -> None:
        async with serving(http(b"{}"), tls=tls()) as server:
            transport = transport_to(f"https://127.0.0.1:{server.port}", ca_bundle=CERTIFICATE)
            got = await transport.get("/audit-logs")
            await transport.aclose()
        assert got.body == b"{}"
        assert transport.peer == Peer("TLSv1.3", "A test on loopback", datetime(2120, 1, 1, tzinfo=UTC), 0.0)

    async def test_without_any_what_the_server_shows_is_its_clock_whatever_it_answers(self) -> None:
        async with transport_at(http(status=401)) as (transport, _):
            assert transport.peer is None
            await transport.get("/audit-logs")
            assert transport.peer == Peer("", "", None, 0.0)

    async def test_one_for_another_name_is_not_enough(self) -> None:
        async with serving(http(b"{}"), tls=tls()) as server:
            transport = transport_to(f"https://localhost:{server.port}", ca_bundle=CERTIFICATE)
            error = await failure(transport)
            await transport.aclose()
        assert isinstance(error, Untrusted)
        assert "localhost" in error.cause
        assert server.requests == []

    async def test_a_server_that_does_not_encrypt_is_told_from_one_that_is_down(self) -> None:
        async def speak_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n")
            writer.close()
            await writer.wait_closed()

        async with await asyncio.start_server(speak_plainly, "127.0.0.1", 0) as server:
            transport = transport_to(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            error = await failure(transport)
            await transport.aclose()
        assert isinstance(error, Untrusted)
        assert "does not speak TLS" in error.cause

    @pytest.mark.parametrize("text", [None, "", "no certificate\n"])
    def test_a_bundle_that_cannot_be_read_is_named(self, text: str | None, tmp_path: Path) -> None:
        bundle = tmp_path / "bundle.pem"
        if text is not None:
            bundle.write_text(text)
        with pytest.raises(Untrusted, match=r"bundle\.pem can't be read"):
            transport_to("https://127.0.0.1", ca_bundle=bundle)


class TestNoAnswer:
    async def test_a_name_that_does_not_exist(self) -> None:
        transport = transport_to("https://api.portkey.invalid/v1")
        error = await failure(transport)
        await transport.aclose()
        assert isinstance(error, Unreachable)
        assert error.cause == "The name api.portkey.invalid can't be found."
        assert error.cure

    @pytest.mark.parametrize("label", ["a" * 64, "a" * 300])
    async def test_a_name_that_cannot_exist(self, label: str) -> None:
        transport = transport_to(f"https://{label}.example/v1")
        error = await failure(transport)
        await transport.aclose()
        assert isinstance(error, Unreachable)

    async def test_a_port_where_nobody_listens(self) -> None:
        async with serving(http()) as server:
            base_url = server.base_url
        transport = transport_to(base_url)
        error = await failure(transport)
        await transport.aclose()
        assert isinstance(error, Unreachable)
        assert "refuses the connection" in error.cause

    @pytest.mark.parametrize(
        "reply",
        [
            silence,
            endless(HEAD, b"X-A: b\r\n", 0.01),
            endless(HEAD + b"Content-Length: 100000\r\n\r\n", b" ", 0.01),
            endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.01),
        ],
        ids=["silence", "dripping headers", "dripping body", "dripping chunks"],
    )
    async def test_an_answer_that_does_not_end_is_given_up(self, reply: Reply) -> None:
        async with transport_at(reply, limits=SHORT) as (transport, server):
            error = await failure(transport)
            await server.wait_until(lambda server: server.connections == 0)
        assert isinstance(error, TimedOut)
        assert error.transient
        assert error.cause == "127.0.0.1 did not finish its answer within 0.3 s."

    async def test_a_server_that_falls_silent_is_given_up_sooner(self) -> None:
        async with transport_at(silence, limits=Limits(read=0.05)) as (transport, _):
            assert (await failure(transport)).cause == "127.0.0.1 fell silent."

    @pytest.mark.parametrize(
        "reply",
        [
            cut(b""),
            cut(b"HTTP/1.1 2"),
            cut(HEAD + b"Content-Length: 10\r\n\r\n{}"),
            cut(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
            http(b"", content_length="1, 2"),
            b"\x16\x03\x01 not HTTP at all\r\n\r\n",
            endless(HEAD, b"X-Long: " + b"x" * 65536 + b"\r\n"),
        ],
        ids=["no byte", "status line", "length", "chunks", "two lengths", "garbage", "headers"],
    )
    async def test_an_answer_that_is_cut_or_is_not_http_passes_by_itself(self, reply: Reply) -> None:
        async with transport_at(reply) as (transport, _):
            error = await failure(transport)
        assert isinstance(error, Garbled | Unreachable)
        assert error.transient


class TestBodies:
    LIMIT = Limits(body_bytes=100_000)

    async def test_one_gzip_coding_is_read(self) -> None:
        async with transport_at(gzipped(b'{"a": 1}' * 1000)) as (transport, server):
            assert (await transport.get("/audit-logs")).body == b'{"a": 1}' * 1000
        assert server.requests[0].headers["accept-encoding"] == "gzip"

    @pytest.mark.parametrize("coding", ["br", "gzip, gzip", "deflate", "x-gzip\u00e9"])
    async def test_no_other_coding_is(self, coding: str) -> None:
        async with transport_at(http(b"{}", content_encoding=coding)) as (transport, _):
            assert "coding that was not asked for" in (await failure(transport)).cause

    @pytest.mark.parametrize(
        ("body", "cause"),
        [
            (gzip.compress(b"{}" * 999)[:-9], "cut"),
            (b"", "cut"),
            (b"no gzip", "decompressed"),
            (b"\x1f\x8b\x07" * 9, "decomp"),
        ],
        ids=["cut", "empty", "another", "damaged"],
    )
    async def test_a_compressed_body_that_is_cut_or_wrong_is_noticed(self, body: bytes, cause: str) -> None:
        async with transport_at(http(body, content_encoding="gzip")) as (transport, _):
            error = await failure(transport)
        assert isinstance(error, Garbled)
        assert cause in error.cause

    async def test_up_to_the_limit_it_is_read(self) -> None:
        body = b"x" * 100_000
        async with transport_at(http(body), gzipped(body), limits=self.LIMIT) as (transport, _):
            assert (await transport.get("/a")).body == (await transport.get("/a")).body == body

    @pytest.mark.parametrize(
        "reply",
        [
            http(b"x" * 100_001),
            gzipped(b"x" * 100_001),
            gzipped(b" " * 300_000_000),
            endless(HEAD + b"\r\n", b"x" * 65536),
            endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 65535 + b"\r\n"),
        ],
        ids=["a byte more", "a byte more in gzip", "300 MB in gzip", "no end", "no end in chunks"],
    )
    async def test_beyond_it_reading_stops(self, reply: Reply) -> None:
        async with transport_at(reply, limits=self.LIMIT) as (transport, server):
            error = await failure(transport)
            await server.wait_until(lambda server: server.connections == 0)
        assert isinstance(error, Oversized)
        assert not error.transient

    async def test_the_body_of_a_refusal_is_read_as_far_as_it_can_be_had(self) -> None:
        long = endless(b"HTTP/1.1 403 No\r\n\r\n", b"not you " * 1000)
        short = cut(b"HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\nnot you")
        odd = http(b"??", 500, content_encoding="gzip")
        async with transport_at(long, short, odd) as (transport, _):
            answers = [await transport.get("/a") for _ in range(3)]
        assert [got.status for got in answers] == [403, 401, 500]
        assert answers[0].body.startswith(b"not you")
        assert len(answers[0].body) < 300_000


class TestConnections:
    async def test_one_is_kept_and_used_again(self) -> None:
        async with transport_at(http(b"{}")) as (transport, server):
            for _ in range(5):
                await transport.get("/a")
        assert server.accepted == 1

    async def test_one_that_the_server_left_is_replaced_at_once(self) -> None:
        async with transport_at(http(b"{}"), cut(b""), http(b"[]")) as (transport, server):
            await transport.get("/a")
            assert (await transport.get("/a")).body == b"[]"
        assert server.accepted == 2

    async def test_a_new_one_that_fails_is_not_tried_again_here(self) -> None:
        async with transport_at(cut(b"")) as (transport, server):
            await failure(transport)
        assert len(server.requests) == 1

    async def test_an_answer_that_has_begun_is_not_asked_for_again_here(self) -> None:
        async with transport_at(http(b"{}"), cut(HEAD + b"Content-Length: 9\r\n\r\n{")) as (transport, server):
            await transport.get("/a")
            await failure(transport)
        assert len(server.requests) == 2

    async def test_two_requests_are_in_flight_and_no_more(self) -> None:
        async with transport_at(silence, silence, http(b"{}")) as (transport, server):
            tasks = [asyncio.create_task(transport.get("/a")) for _ in range(6)]
            await server.wait_until(lambda server: server.in_flight == 2)
            somebody_else = transport_to(server.base_url)
            await somebody_else.get("/b")
            await somebody_else.aclose()
            assert [request.path for request in server.requests] == ["/v1/a", "/v1/a", "/v1/b"]
            for task in tasks[:2]:
                task.cancel()
            await asyncio.gather(*tasks[2:])
            assert len(server.requests) == 7

    async def test_closing_ends_what_is_under_way(self) -> None:
        async with transport_at(silence) as (transport, server):
            task = asyncio.create_task(transport.get("/a"))
            await server.wait_until(lambda server: server.in_flight == 1)
            await transport.aclose()
            await server.wait_until(lambda server: server.connections == 0)
            with pytest.raises(Unreachable):
                await task

    async def test_waiting_for_a_turn_does_not_count_as_waiting_for_the_server(self) -> None:
        async with transport_at(silence, http(b"{}"), limits=Limits(total=0.4, in_flight=1)) as (transport, _):
            got = await asyncio.gather(*(transport.get("/a") for _ in range(2)), return_exceptions=True)
        assert [type(result).__name__ for result in got] == ["TimedOut", "Answer"]

    async def test_fifty_cancelled_at_random_leave_nothing_behind(self) -> None:
        chance = random.Random(7)  # noqa: S311 — it chooses moments, not secrets
        drip = endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")
        kinds: list[Reply] = [silence, drip, http(b"{}"), gzipped(b"{}" * 9000)]
        replies = [chance.choice(kinds) for _ in range(50)]
        async with transport_at(*replies) as (transport, server):
            for _ in range(50):
                task = asyncio.create_task(transport.get("/a"))
                for _ in range(chance.randrange(40)):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            server.replies = [http(b"[]")]
            assert (await transport.get("/a")).body == b"[]"
            await server.wait_until(lambda server: (server.connections, server.in_flight) == (1, 0))


def printed_by(code: str) -> list[str]:
    """The words that a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


class TestStartingUp:
    def test_the_command_line_of_httpx_is_not_loaded_and_what_the_first_request_needs_is(self) -> None:
        told = printed_by("import sys, tui.sources.transport; print(*sys.modules)")
        assert {"rich", "click", "pygments", "pydantic", "httpx._main"}.isdisjoint(told)
        assert "anyio._backends._asyncio" in told

    def test_httpx_still_works_for_those_who_import_it_themselves(self) -> None:
        code = "import tui.sources.transport, httpx; print(httpx.AsyncClient.__name__)"
        assert printed_by(code) == ["AsyncClient"]

    def test_a_refused_answer_costs_no_certificates_on_loopback(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def load(**_: object) -> ssl.SSLContext:
            raise AssertionError("certificates were loaded")

        monkeypatch.setattr(ssl, "create_default_context", load)
        transport_to("http://127.0.0.1:1/v1")
