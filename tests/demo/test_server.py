"""The stand-in on its port: connections, the control route, and what tests learn from it."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest

from tests.demo.asking import NOW, Client
from tui.demo.history import History
from tui.demo.keys import ADMIN_KEY
from tui.demo.server import DemoServer
from tui.demo.switches import SettingError


def converse(server: DemoServer, sent: bytes) -> bytes:
    """Everything that comes back for these bytes until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


class TestConnections:
    def test_it_listens_on_loopback_only_at_the_address_it_tells(self, server: DemoServer) -> None:
        assert server.base_url == f"http://127.0.0.1:{server.port}/v1"

    def test_a_connection_serves_many_requests(self, client: Client) -> None:
        client.get().read()
        first = client.connection.sock
        client.get().read()
        assert client.connection.sock is first is not None

    def test_requests_may_be_sent_before_the_answer_is_read(self, server: DemoServer) -> None:
        request = b"GET /_control HTTP/1.1\r\nHost: x\r\n%s\r\n"
        answers = converse(server, request % b"" + request % b"Connection: close\r\n")
        assert answers.count(b"HTTP/1.1 200 OK") == 2

    def test_it_closes_when_asked_to(self, server: DemoServer) -> None:
        assert converse(server, b"GET /x HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 403")
        assert converse(server, b"GET /x HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 403")

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"\x16\x03\x01 hello\r\n\r\n", b"400"),
            (b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", b"400"),
            (b"GET / HTTP/2.0\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
            (b"POST /_control HTTP/1.1\r\nContent-Length: ten\r\n\r\n", b"400"),
            (b"POST /_control HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413"),
            (b"POST /_control HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
            (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
        ],
    )
    def test_what_is_not_a_request_is_refused_and_the_connection_closed(
        self, server: DemoServer, sent: bytes, status: bytes
    ) -> None:
        assert converse(server, sent).startswith(b"HTTP/1.1 " + status)

    def test_a_client_that_leaves_in_the_middle_is_no_news(self, server: DemoServer, client: Client) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"POST /_control HTTP/1.1\r\nContent-Length: 10\r\n\r\n{")
        assert client.json()["records"]

    def test_a_taken_port_is_an_error(self, server: DemoServer, history: History) -> None:
        with pytest.raises(OSError, match=r"\d"):
            DemoServer(history, clock=lambda: NOW).start(server.port)


class TestStopping:
    def test_ends_every_thread_and_connection_whatever_is_under_way(self, history: History) -> None:
        before = threading.active_count()
        server = DemoServer(history, clock=lambda: NOW).start()
        server.set(slow_seconds=3_600, drip_seconds=3_600)
        with ExitStack() as clients:
            idle = clients.enter_context(closing(Client(server)))
            idle.get().read()
            for number, fault in enumerate(("hold", "slow", "drip"), start=2):
                server.queue(fault)
                waiting = clients.enter_context(closing(Client(server)))
                waiting.connection.request("GET", "/v1/audit-logs")
                server.wait_for_requests(number)
            server.stop()
        assert threading.active_count() == before

    def test_frees_the_port(self, history: History) -> None:
        with DemoServer(history, clock=lambda: NOW) as server:
            port = server.port
        again = DemoServer(history, clock=lambda: NOW).start(port)
        assert again.port == port
        again.stop()


class TestWhatWasAsked:
    def test_is_told_with_path_query_headers_and_time(self, server: DemoServer, client: Client) -> None:
        client.get(page_size=1, uri="/v2/a b+c").read()
        request = server.requests[-1]
        assert request.path == "/v1/audit-logs"
        assert request.query["uri"] == "/v2/a b+c"
        assert request.headers["x-portkey-api-key"] == ADMIN_KEY
        assert request.at == NOW

    def test_can_be_waited_for(self, server: DemoServer, client: Client) -> None:
        threading.Thread(target=lambda: client.get().read()).start()
        assert len(server.wait_for_requests(1)) == 1
        with pytest.raises(TimeoutError, match="1 requests instead of 2"):
            server.wait_for_requests(2, within=0.001)

    def test_can_be_forgotten(self, server: DemoServer, client: Client) -> None:
        client.get().read()
        server.forget()
        assert (server.requests, server.request_count) == ([], 0)


class TestDrift:
    def test_records_arrive_between_two_pages_and_shift_the_second(self, server: DemoServer, client: Client) -> None:
        server.set(drift=3)
        first = client.json(page_size=10, current_page=0)
        second = client.json(page_size=10, current_page=1)
        assert second["records"][:3] == first["records"][7:]
        assert second["total"] == first["total"] + 3

    def test_growth_follows_the_clock(self, server: DemoServer, client: Client, history: History) -> None:
        server.set(grow=2)
        server.advance(30)
        end = (NOW + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
        assert client.json(end_time=end)["total"] == len(history) + 60

    def test_records_can_be_made_to_arrive(self, server: DemoServer, client: Client, history: History) -> None:
        server.arrive(2)
        assert client.json()["total"] == len(history) + 2


class TestTies:
    def fetched(self, client: Client) -> list[str]:
        return [
            record["request_id"]
            for page in (0, 1)
            for record in client.json(page_size=30, current_page=page)["records"]
        ]

    def test_keep_their_order_unless_switched_off(self, server: DemoServer, client: Client) -> None:
        server.arrive(60)
        assert self.fetched(client) == self.fetched(client)
        server.set(tie_order="shuffled")
        assert self.fetched(client) != self.fetched(client)

    def test_when_shuffled_may_stand_on_two_pages(self, server: DemoServer, client: Client) -> None:
        server.arrive(60)
        server.set(tie_order="shuffled")
        assert len(set(self.fetched(client))) < 60


class TestQueueing:
    def test_each_fault_meets_one_request_to_its_path(self, server: DemoServer, client: Client) -> None:
        server.queue("500", "429")
        server.queue("403", path="/admin/users")
        statuses = []
        for path in ("/v1/api-keys", "/v1/audit-logs", "/v1/admin/users", "/v1/audit-logs", "/v1/audit-logs"):
            response = client.get(path)
            response.read()
            statuses.append(response.status)
        assert statuses == [200, 500, 403, 429, 200]
        assert server.queued == {}


class TestTurningSwitches:
    def test_counts_from_the_next_request(self, server: DemoServer, client: Client) -> None:
        server.set(envelope="records-only", default_page_size=20)
        assert list(client.json()) == ["records"]
        assert server.switches.default_page_size == 20

    def test_a_wrong_one_leaves_all_as_they_were(self, server: DemoServer) -> None:
        with pytest.raises(SettingError):
            server.set(envelope="records-only", page_base=7)
        assert server.switches.envelope == "full"


class TestTheControlRoute:
    def test_tells_the_state_without_any_key(self, server: DemoServer, client: Client) -> None:
        client.get(page_size=1).read()
        server.queue("drip")
        status, state = client.control()
        assert status == 200
        assert state["switches"]["page_base"] == 0
        assert state["next"] == {"/audit-logs": ["drip"]}
        assert state["now"] == "2026-11-20T14:05:09+00:00"
        assert state["count"] == 1
        assert state["requests"][0]["query"]["page_size"] == "1"
        assert ADMIN_KEY not in json.dumps(state)

    def test_does_all_that_can_be_done_from_inside(self, server: DemoServer, client: Client) -> None:
        client.get().read()
        status, state = client.control(
            {
                "switches": {"grow": 1, "end_inclusive": False},
                "faults": {"429": 0.5},
                "next": ["500-html", "drip"],
                "path": "/admin/users",
                "advance": 60,
                "arrive": 2,
                "release": True,
                "forget": True,
            }
        )
        assert status == 200
        assert server.switches.grow == 1.0
        assert server.switches.end_inclusive is False
        assert server.faults == {"429": 0.5}
        assert server.queued == {"/admin/users": ["500-html", "drip"]}
        assert server.now() == NOW + timedelta(seconds=60)
        assert state["count"] == 0

    @pytest.mark.parametrize(
        ("orders", "told"),
        [
            ("not json", "Expecting value"),
            ("[" * 100_000, "nested too deep"),
            ([], "dict"),
            ({"switch": {}}, "did you mean 'switches'?"),
            ({"switches": {"page_size_ovr": 1}}, "did you mean 'page_size_over'?"),
            ({"faults": {"gzp": 1}}, "did you mean 'gzip'?"),
            ({"next": "drip"}, "list"),
            ({"next": [1]}, "str"),
            ({"advance": "soon"}, "float"),
            ({"advance": 1e300}, "advance"),
            ({"arrive": -1}, "arrive"),
        ],
    )
    def test_says_what_is_wrong_with_an_order(self, client: Client, orders: object, told: str) -> None:
        status, answer = client.control(orders)
        assert status == 400
        assert told in answer["error"]

    def test_is_not_for_web_pages(self, server: DemoServer, client: Client) -> None:
        status, _ = client.control({"next": ["500"]}, Origin="https://somewhere.example")
        assert (status, server.queued) == (403, {})

    def test_is_not_counted_and_meets_no_fault(self, server: DemoServer, client: Client) -> None:
        server.set_faults({"reset": 1.0})
        assert client.control()[0] == 200
        assert server.request_count == 0
