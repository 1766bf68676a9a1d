"""What goes wrong, as a client on a real socket meets it."""

from __future__ import annotations

import gzip
import json
import socket
from contextlib import closing
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected
from typing import Any

import pytest

from tests.demo.asking import Client
from tui.demo.faults import FAULTS
from tui.demo.server import DemoServer
from tui.demo.switches import SettingError


class TestRefusals:
    @pytest.mark.parametrize(
        ("fault", "status", "code"),
        [("401", 401, "AB05"), ("402", 402, "AB09"), ("403", 403, "AB03"), ("429", 429, "AB06"), ("500", 500, "AB04")],
    )
    def test_are_told_in_the_api_envelope(
        self, server: DemoServer, client: Client, fault: str, status: int, code: str
    ) -> None:
        server.queue(fault)
        response = client.get()
        assert response.status == status
        assert json.loads(response.read())["data"]["errorCode"] == code

    def test_follow_the_switch_for_envelopes(self, server: DemoServer, client: Client) -> None:
        server.set(error_envelope="B")
        server.queue("429")
        assert json.loads(client.get().read())["error"]["code"] == "05"

    @pytest.mark.parametrize(
        ("fault", "status"), [("403-html", 403), ("500-html", 500), ("502-html", 502), ("503-html", 503), ("html", 200)]
    )
    def test_some_come_as_html(self, server: DemoServer, client: Client, fault: str, status: int) -> None:
        server.queue(fault)
        response = client.get()
        assert (response.status, response.getheader("Content-Type")) == (status, "text/html; charset=UTF-8")
        assert response.read().startswith(b"<!DOCTYPE html>")

    @pytest.mark.parametrize(
        ("fault", "status", "retry_after"),
        [
            ("429", 429, None),
            ("429-seconds", 429, "7"),
            ("429-date", 429, "Fri, 20 Nov 2026 14:05:16 GMT"),
            ("503-seconds", 503, "7"),
        ],
    )
    def test_may_say_when_to_come_back(
        self, server: DemoServer, client: Client, fault: str, status: int, retry_after: str | None
    ) -> None:
        server.set(retry_after=7)
        server.queue(fault)
        response = client.get()
        response.read()
        assert (response.status, response.getheader("Retry-After")) == (status, retry_after)
        assert response.getheader("Date") == "Fri, 20 Nov 2026 14:05:09 GMT"

    @pytest.mark.parametrize("status", [301, 302, 307])
    def test_redirects_lead_to_another_origin(self, server: DemoServer, client: Client, status: int) -> None:
        server.set(redirect_to="http://127.0.0.1:9")
        server.queue(f"redirect-{status}")
        response = client.get(page_size=3)
        response.read()
        assert response.status == status
        assert str(response.getheader("Location")).startswith("http://127.0.0.1:9/v1/audit-logs?start_time=")


class TestShapes:
    @pytest.fixture
    def good(self, client: Client) -> dict[str, Any]:
        good: dict[str, Any] = client.json(page_size=2)
        return good

    def spoilt(self, server: DemoServer, client: Client, fault: str) -> Any:
        server.queue(fault)
        return client.json(page_size=2)

    def test_rows_without_an_envelope(self, server: DemoServer, client: Client, good: dict[str, Any]) -> None:
        assert self.spoilt(server, client, "list") == good["records"]

    def test_null(self, server: DemoServer, client: Client) -> None:
        assert self.spoilt(server, client, "null") is None

    def test_no_rows_at_all(self, server: DemoServer, client: Client) -> None:
        assert "records" not in self.spoilt(server, client, "no-rows")

    def test_rows_that_are_not_a_list(self, server: DemoServer, client: Client) -> None:
        assert isinstance(self.spoilt(server, client, "rows-object")["records"], dict)

    def test_rows_that_are_not_objects(self, server: DemoServer, client: Client, good: dict[str, Any]) -> None:
        assert self.spoilt(server, client, "row-text")["records"] == ["a row", None, 7, *good["records"]]

    def test_a_missing_total(self, server: DemoServer, client: Client, good: dict[str, Any]) -> None:
        del good["total"]
        assert self.spoilt(server, client, "no-total") == good

    def test_a_total_that_is_text(self, server: DemoServer, client: Client, good: dict[str, Any]) -> None:
        assert self.spoilt(server, client, "total-text")["total"] == str(good["total"])

    def test_a_number_that_is_none(self, server: DemoServer, client: Client) -> None:
        server.queue("nan")
        assert b'"total": NaN' in client.get().read()

    def test_nesting_too_deep_to_parse(self, server: DemoServer, client: Client) -> None:
        server.queue("deep")
        with pytest.raises(RecursionError):
            client.json()

    def test_lists_of_names_are_spoilt_alike(self, server: DemoServer, client: Client) -> None:
        server.queue("rows-object", path="/admin/users")
        assert isinstance(client.json("/v1/admin/users")["data"], dict)

    def test_a_refusal_keeps_its_shape(self, server: DemoServer, client: Client) -> None:
        server.queue("list")
        response = client.get(method="GET")
        assert (response.status, json.loads(response.read())["success"]) == (400, False)


class TestOnTheWire:
    @pytest.mark.parametrize("fault", ["cut", "cut-chunked"])
    def test_a_cut_body_is_shorter_than_was_told(self, server: DemoServer, client: Client, fault: str) -> None:
        server.queue(fault)
        response = client.get()
        with pytest.raises(IncompleteRead):
            response.read()

    def test_a_body_that_ends_with_the_connection_may_be_cut_unnoticed(
        self, server: DemoServer, client: Client
    ) -> None:
        whole = client.get().read()
        server.queue("cut-close")
        half = client.get().read()
        assert half
        assert whole.startswith(half)
        assert len(half) < len(whole)

    def test_a_connection_may_close_without_an_answer(self, server: DemoServer, client: Client) -> None:
        server.queue("close")
        with pytest.raises(RemoteDisconnected):
            client.get()

    def test_a_connection_may_be_reset(self, server: DemoServer) -> None:
        server.queue("reset")
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"GET /v1/audit-logs HTTP/1.1\r\nHost: x\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                connection.recv(1)

    def test_the_answer_may_not_be_http(self, server: DemoServer, client: Client) -> None:
        server.queue("garbage")
        with pytest.raises(BadStatusLine):
            client.get()

    def test_an_answer_may_come_byte_by_byte(self, server: DemoServer, client: Client) -> None:
        whole = client.json(page_size=1)
        server.set(drip_seconds=0)
        server.queue("drip")
        assert client.json(page_size=1) == whole

    def test_an_answer_may_come_late(self, server: DemoServer, client: Client) -> None:
        whole = client.json(page_size=1)
        server.set(slow_seconds=0.001, latency=0.001)
        server.queue("slow")
        assert client.json(page_size=1) == whole

    def test_an_answer_may_be_held_until_it_is_released(self, server: DemoServer, client: Client) -> None:
        server.queue("hold")
        headers = {"x-portkey-api-key": server.key, "user-agent": "tests/1"}
        client.connection.request("GET", "/v1/admin/users", headers=headers)
        client.connection.getresponse().read()
        client.connection.request("GET", "/v1/audit-logs", headers=headers)
        server.wait_for_requests(2)
        server.release()
        assert client.connection.getresponse().status == 400

    def test_chunks_and_compression_may_be_all_right(self, server: DemoServer, client: Client) -> None:
        whole = client.get().read()
        server.queue("chunked", "gzip")
        assert client.get().read() == whole
        packed = client.get()
        assert packed.getheader("Content-Encoding") == "gzip"
        assert gzip.decompress(packed.read()) == whole

    def test_compression_may_be_cut(self, server: DemoServer, client: Client) -> None:
        server.queue("cut-gzip")
        with pytest.raises(EOFError):
            gzip.decompress(client.get().read())

    def test_compression_may_hide_how_much_it_is(self, server: DemoServer, client: Client) -> None:
        server.queue("gzip-bomb")
        packed = client.get(page_size=1).read()
        assert len(packed) < 1 << 20
        assert len(gzip.decompress(packed)) > 64 << 20


class TestChance:
    def statuses(self, server: DemoServer) -> list[int]:
        statuses = []
        with closing(Client(server)) as client:
            for _ in range(40):
                response = client.get(page_size=0)
                response.read()
                statuses.append(response.status)
        return statuses

    def test_faults_happen_as_often_as_asked_for(self, server: DemoServer) -> None:
        server.set_faults({"429": 1.0})
        assert set(self.statuses(server)) == {429}
        server.set_faults({"429": 0.0})
        assert set(self.statuses(server)) == {200}
        server.set_faults({"429": 0.3, "500": 0.3})
        assert set(self.statuses(server)) == {200, 429, 500}

    def test_the_seed_decides_which(self, server: DemoServer, history: Any) -> None:
        def run(seed: int) -> list[int]:
            with DemoServer(history, clock=server.now, faults={"429": 0.5}, seed=seed) as other:
                return self.statuses(other)

        assert run(1) == run(1) != run(2)

    @pytest.mark.parametrize("share", ["", "x", None, -0.1, 1.1, float("nan"), [1]])
    def test_a_probability_is_from_zero_to_one(self, server: DemoServer, share: Any) -> None:
        with pytest.raises(SettingError, match="fault 429 needs a probability from 0 to 1"):
            server.set_faults({"429": share})


class TestNames:
    def test_an_unknown_fault_is_told_with_the_nearest(self, server: DemoServer) -> None:
        with pytest.raises(SettingError, match="did you mean 'garbage'"):
            server.queue("429", "garbag")
        assert server.queued == {}

    def test_every_fault_says_what_it_is(self) -> None:
        for name, fault in FAULTS.items():
            assert name == name.lower()
            assert fault.about
