"""Ids get names where the key may look them up, and keep them after whoever bore them is gone."""
# ruff: noqa: ASYNC240 — a test may wait for its own disk

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.hostile import Reply, answer, serving
from tui.demo.history import History
from tui.demo.keys import ADMIN_KEY, AUDIT_ONLY_KEY, REVOKED_KEY
from tui.demo.server import DemoServer
from tui.demo.switches import Switches
from tui.domain.names import Named, NameKind, Names
from tui.domain.secret import Secret
from tui.sources.directory import PortkeyDirectory
from tui.sources.transport import Transport

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HISTORY = History(records=100, days=2, now=NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "caches" / "portkey-audit"


@asynccontextmanager
async def directory_of(base_url: str, folder: Path, key: str = ADMIN_KEY) -> AsyncIterator[PortkeyDirectory]:
    transport = Transport(base_url, Secret(key), clock=lambda: NOW)
    try:
        yield PortkeyDirectory(transport, cache_folder=folder)
    finally:
        await transport.aclose()


async def all_names(base_url: str, folder: Path, key: str = ADMIN_KEY) -> list[Names]:
    async with directory_of(base_url, folder, key) as directory:
        return [names async for names in directory.names()]


async def names_from(folder: Path, *replies: Reply) -> tuple[list[Names], list[str]]:
    """What is learnt from scripted replies, in the order users, API keys, workspaces, archived; and what was asked."""
    async with serving(*replies) as server:
        return await all_names(server.base_url, folder), [request.target for request in server.requests]


def listed(*entries: Any) -> bytes:
    return answer({"object": "list", "total": len(entries), "data": list(entries)})


def people(first: int, count: int) -> bytes:
    return listed(*({"id": f"u-{n}", "first_name": "Person", "last_name": str(n)} for n in range(first, first + count)))


class TestLookingUp:
    """People, workspaces and API keys are listed once."""

    async def test_everybody_gets_their_name(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            names = (await all_names(server.base_url, folder))[-1]
        person, workspace, key = HISTORY.users[0], HISTORY.workspaces[0], HISTORY.api_keys[0]
        assert names.actor(person["id"]) == f"{person['first_name']} {person['last_name']}"
        assert names.actor(key["id"]) == key["name"]
        assert names.name(NameKind.WORKSPACE, workspace["id"]) == workspace["name"]
        assert names.name(NameKind.WORKSPACE, workspace["slug"]) == workspace["name"]
        assert set(names.find((NameKind.USER,), person["email"])) == {person["id"]}
        assert names.refused == {}

    async def test_names_arrive_list_by_list(self, folder: Path) -> None:
        arrived, _ = await names_from(folder, people(0, 1), listed({"id": "k", "name": "CI"}), listed())
        assert [(names.actor("u-0"), names.actor("k")) for names in arrived[:3]] == [
            ("", ""),
            ("Person 0", ""),
            ("Person 0", "CI"),
        ]

    async def test_archived_workspaces_have_names_too(self, folder: Path) -> None:
        archived = listed({"id": "w", "slug": "ws-old-1a2b3c", "name": "Old"})
        arrived, asked = await names_from(folder, listed(), listed(), listed(), archived)
        assert arrived[-1].name(NameKind.WORKSPACE, "ws-old-1a2b3c") == "Old"
        assert asked[-1] == "/v1/admin/workspaces?page_size=100&current_page=0&status=archived"

    async def test_long_lists_are_walked_from_page_nought_until_one_is_short(self, folder: Path) -> None:
        arrived, asked = await names_from(folder, people(0, 100), people(100, 100), people(200, 1), listed())
        assert arrived[-1].actor("u-200") == "Person 200"
        assert asked[:3] == [f"/v1/admin/users?pageSize=100&currentPage={number}" for number in range(3)]

    async def test_a_list_that_ignores_paging_is_not_walked_for_ever(self, folder: Path) -> None:
        arrived, asked = await names_from(folder, people(0, 150), people(0, 150), listed())
        assert arrived[-1].actor("u-149") == "Person 149"
        assert [target for target in asked if "users" in target] == asked[:2]

    async def test_a_person_without_a_name_goes_by_their_mail(self, folder: Path) -> None:
        everyone = listed({"id": "u", "first_name": None, "last_name": " ", "email": "ana@example.com"})
        arrived, _ = await names_from(folder, everyone, listed())
        assert arrived[-1].actor("u") == "ana@example.com"

    @pytest.mark.parametrize(
        "junk",
        [listed(None, 7, "x", {"id": 5, "first_name": 6}, {"first_name": "No id"}), answer([]), answer({"data": "x"})],
        ids=["entries", "list", "data"],
    )
    async def test_what_is_no_name_is_passed_over(self, folder: Path, junk: bytes) -> None:
        arrived, _ = await names_from(folder, junk, listed({"id": "k", "name": "CI"}), listed())
        assert arrived[-1].actor("k") == "CI"
        assert not arrived[-1].known.get(NameKind.USER)


class TestRefusals:
    """What the key may not list stays without names; that is said, and nothing fails."""

    async def test_a_key_without_the_scopes_is_told_which(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            names = (await all_names(server.base_url, folder, AUDIT_ONLY_KEY))[-1]
        assert set(names.refused) == set(NameKind)
        assert names.failed == {}
        assert "organisation_users.list" in names.refused[NameKind.USER]

    async def test_one_refused_list_leaves_the_others(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW, switches=Switches(refused_lists="users")) as server:
            names = (await all_names(server.base_url, folder))[-1]
        assert set(names.refused) == {NameKind.USER}
        assert names.actor(HISTORY.api_keys[0]["id"]) == HISTORY.api_keys[0]["name"]

    async def test_a_refused_list_is_not_asked_for_again(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            async with directory_of(server.base_url, folder, AUDIT_ONLY_KEY) as directory:
                first = [names async for names in directory.names()][-1]
                server.forget()
                again = [names async for names in directory.names()]
            assert server.requests == []
        assert again[0].refused == first.refused

    async def test_another_run_asks_again(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            await all_names(server.base_url, folder, AUDIT_ONLY_KEY)
            names = (await all_names(server.base_url, folder))[-1]
        assert names.refused == {}

    async def test_a_list_that_can_not_be_had_now_is_asked_for_again(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            async with directory_of(server.base_url, folder) as directory:
                server.queue("500", path="/admin/users")
                first = [names async for names in directory.names()][-1]
                second = [names async for names in directory.names()][-1]
        assert set(first.refused) == set(first.failed) == {NameKind.USER}
        assert first.failed[NameKind.USER].transient
        assert (second.refused, second.failed) == ({}, {})

    async def test_a_key_that_is_not_accepted_raises_nothing(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            names = (await all_names(server.base_url, folder, REVOKED_KEY))[-1]
        assert set(names.refused) == set(NameKind)


class TestReaching:
    """Whether names could be had, without fetching them."""

    async def test_each_kind_costs_one_short_request(self, folder: Path) -> None:
        async with serving(people(0, 1)) as server, directory_of(server.base_url, folder) as directory:
            assert await directory.reach() == dict.fromkeys((NameKind.USER, NameKind.API_KEY, NameKind.WORKSPACE), "")
            sizes = {name: value for request in server.requests for name, value in request.parameters.items()}
        assert len(server.requests) == 3
        assert (sizes["pageSize"], sizes["page_size"]) == ("1", "1")

    async def test_what_stands_against_a_kind_does_not_keep_others_from_being_asked(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW, switches=Switches(refused_lists="users")) as server:
            async with directory_of(server.base_url, folder) as directory:
                reached = await directory.reach()
        assert reached == {
            NameKind.USER: "the key lacks organisation_users.list",
            NameKind.API_KEY: "",
            NameKind.WORKSPACE: "",
        }


class TestMemory:
    """Names learnt once are there at the next start, from a file that only its owner can read."""

    async def test_names_are_there_before_the_api_was_asked(self, folder: Path) -> None:
        async with serving(people(0, 1), listed()) as server:
            await all_names(server.base_url, folder)
            before = len(server.requests)
            async with directory_of(server.base_url, folder) as directory:
                remembered = await anext(aiter(directory.names()))
            assert remembered.known[NameKind.USER] == {"u-0": Named("Person 0")}
            assert len(server.requests) == before

    async def test_somebody_deleted_keeps_the_name(self, folder: Path) -> None:
        async with serving(people(0, 2), listed(), listed(), listed(), people(1, 2), listed()) as server:
            await all_names(server.base_url, folder)
            names = (await all_names(server.base_url, folder))[-1]
        assert [names.actor(f"u-{n}") for n in range(3)] == ["Person 0", "Person 1", "Person 2"]

    async def test_a_new_name_replaces_the_old(self, folder: Path) -> None:
        renamed = listed({"id": "u-0", "first_name": "New"})
        async with serving(people(0, 1), listed(), listed(), listed(), renamed, listed()) as server:
            await all_names(server.base_url, folder)
            assert (await all_names(server.base_url, folder))[-1].actor("u-0") == "New"

    async def test_two_apis_do_not_share_their_names(self, folder: Path) -> None:
        await names_from(folder, people(0, 1), listed())
        arrived, _ = await names_from(folder, listed())
        assert arrived[-1].actor("u-0") == ""

    async def test_only_their_owner_can_read_them(self, folder: Path) -> None:
        await names_from(folder, people(0, 1), listed())
        (file,) = folder.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    async def test_neither_key_nor_address_stands_on_disk(self, folder: Path) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            await all_names(server.base_url, folder)
            (file,) = folder.iterdir()
            told = file.name + file.read_text()
            assert server.key not in told
            assert str(server.port) not in told

    @pytest.mark.parametrize(
        "corrupted",
        [
            b"",
            b"\xff\x00",
            b"[]",
            b'{"format":0,"names":{}}',
            b'{"format":1}',
            b'{"format":1,"names":{"user":{"u":5}}}',
            b'{"format":1,"names":{"planet":{}}}',
            b'{"format":1,"names":[]}',
            b"[" * 100_000,
        ],
        ids=range(9),
    )
    async def test_a_file_that_says_something_else_is_begun_anew(self, folder: Path, corrupted: bytes) -> None:
        async with serving(people(0, 1), listed(), listed(), listed(), people(0, 1), listed()) as server:
            await all_names(server.base_url, folder)
            (file,) = folder.iterdir()
            file.write_bytes(corrupted)
            arrived = await all_names(server.base_url, folder)
            assert arrived[0].known == {}
            assert arrived[-1].actor("u-0") == "Person 0"
            assert json.loads(file.read_bytes())["names"]["user"] == {"u-0": ["Person 0", []]}

    async def test_where_nothing_can_be_written_names_are_still_found(self, folder: Path) -> None:
        folder.parent.mkdir()
        folder.write_text("not a folder")
        arrived, _ = await names_from(folder, people(0, 1), listed())
        assert arrived[-1].actor("u-0") == "Person 0"
