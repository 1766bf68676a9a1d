"""Ids get names where the key may look them up, and keep them after whoever bore them is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
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


class Remembered:
    """A memory that lasts for a test."""

    def __init__(self) -> None:
        self._known: dict[NameKind, dict[str, Named]] = {}

    async def read(self) -> Mapping[NameKind, Mapping[str, Named]]:
        return self._known

    async def write(self, known: Mapping[NameKind, Mapping[str, Named]]) -> None:
        for kind, named in known.items():
            self._known.setdefault(kind, {}).update(named)


@pytest.fixture
def memory() -> Remembered:
    return Remembered()


@asynccontextmanager
async def directory_of(
    base_url: str, memory: Remembered | None, key: str = ADMIN_KEY
) -> AsyncIterator[PortkeyDirectory]:
    transport = Transport(base_url, Secret(key), clock=lambda: NOW)
    try:
        yield PortkeyDirectory(transport, memory=memory)
    finally:
        await transport.aclose()


async def all_names(base_url: str, memory: Remembered | None, key: str = ADMIN_KEY) -> list[Names]:
    async with directory_of(base_url, memory, key) as directory:
        return [names async for names in directory.names()]


async def names_from(memory: Remembered, *replies: Reply) -> tuple[list[Names], list[str]]:
    """What is learnt from scripted replies, in the order users, API keys, workspaces, archived; and what was asked."""
    async with serving(*replies) as server:
        return await all_names(server.base_url, memory), [request.target for request in server.requests]


def listed(*entries: Any) -> bytes:
    return answer({"object": "list", "total": len(entries), "data": list(entries)})


def people(first: int, count: int) -> bytes:
    return listed(*({"id": f"u-{n}", "first_name": "Person", "last_name": str(n)} for n in range(first, first + count)))


class TestLookingUp:
    """People, workspaces and API keys are listed once."""

    async def test_everybody_gets_their_name(self, memory: Remembered) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            names = (await all_names(server.base_url, memory))[-1]
        person, workspace, key = HISTORY.users[0], HISTORY.workspaces[0], HISTORY.api_keys[0]
        assert names.actor(person["id"]) == f"{person['first_name']} {person['last_name']}"
        assert names.actor(key["id"]) == key["name"]
        assert names.name(NameKind.WORKSPACE, workspace["id"]) == workspace["name"]
        assert names.name(NameKind.WORKSPACE, workspace["slug"]) == workspace["name"]
        assert set(names.find((NameKind.USER,), person["email"])) == {person["id"]}
        assert names.refused == {}

    async def test_names_arrive_list_by_list(self, memory: Remembered) -> None:
        arrived, _ = await names_from(memory, people(0, 1), listed({"id": "k", "name": "CI"}), listed())
        assert [(names.actor("u-0"), names.actor("k")) for names in arrived[:3]] == [
            ("", ""),
            ("Person 0", ""),
            ("Person 0", "CI"),
        ]

    async def test_archived_workspaces_have_names_too(self, memory: Remembered) -> None:
        archived = listed({"id": "w", "slug": "ws-old-1a2b3c", "name": "Old"})
        arrived, asked = await names_from(memory, listed(), listed(), listed(), archived)
        assert arrived[-1].name(NameKind.WORKSPACE, "ws-old-1a2b3c") == "Old"
        assert asked[-1] == "/v1/admin/workspaces?page_size=100&current_page=0&status=archived"

    async def test_long_lists_are_walked_from_page_nought_until_one_is_short(self, memory: Remembered) -> None:
        arrived, asked = await names_from(memory, people(0, 100), people(100, 100), people(200, 1), listed())
        assert arrived[-1].actor("u-200") == "Person 200"
        assert asked[:3] == [f"/v1/admin/users?pageSize=100&currentPage={number}" for number in range(3)]

    async def test_a_list_that_ignores_paging_is_not_walked_for_ever(self, memory: Remembered) -> None:
        arrived, asked = await names_from(memory, people(0, 150), people(0, 150), listed())
        assert arrived[-1].actor("u-149") == "Person 149"
        assert [target for target in asked if "users" in target] == asked[:2]

    async def test_a_person_without_a_name_goes_by_their_mail(self, memory: Remembered) -> None:
        everyone = listed({"id": "u", "first_name": None, "last_name": " ", "email": "ana@example.com"})
        arrived, _ = await names_from(memory, everyone, listed())
        assert arrived[-1].actor("u") == "ana@example.com"

    @pytest.mark.parametrize(
        "junk",
        [listed(None, 7, "x", {"id": 5, "first_name": 6}, {"first_name": "No id"}), answer([]), answer({"data": "x"})],
        ids=["entries", "list", "data"],
    )
    async def test_what_is_no_name_is_passed_over(self, memory: Remembered, junk: bytes) -> None:
        arrived, _ = await names_from(memory, junk, listed({"id": "k", "name": "CI"}), listed())
        assert arrived[-1].actor("k") == "CI"
        assert not arrived[-1].known.get(NameKind.USER)


class TestRefusals:
    """What the key may not list stays without names; that is said, and nothing fails."""

    async def test_a_key_without_the_scopes_is_told_which(self, memory: Remembered) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            names = (await all_names(server.base_url, memory, AUDIT_ONLY_KEY))[-1]
        assert set(names.refused) == set(NameKind)
        assert names.failed == {}
        assert "organisation_users.list" in names.refused[NameKind.USER]

    async def test_one_refused_list_leaves_the_others(self, memory: Remembered) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW, switches=Switches(refused_lists="users")) as server:
            names = (await all_names(server.base_url, memory))[-1]
        assert set(names.refused) == {NameKind.USER}
        assert names.actor(HISTORY.api_keys[0]["id"]) == HISTORY.api_keys[0]["name"]

    async def test_a_refused_list_is_not_asked_for_again(self, memory: Remembered) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            async with directory_of(server.base_url, memory, AUDIT_ONLY_KEY) as directory:
                first = [names async for names in directory.names()][-1]
                server.forget()
                again = [names async for names in directory.names()]
            assert server.requests == []
        assert again[0].refused == first.refused

    async def test_another_run_asks_again(self, memory: Remembered) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            await all_names(server.base_url, memory, AUDIT_ONLY_KEY)
            names = (await all_names(server.base_url, memory))[-1]
        assert names.refused == {}

    async def test_a_list_that_can_not_be_had_now_is_asked_for_again(self, memory: Remembered) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            async with directory_of(server.base_url, memory) as directory:
                server.queue("500", path="/admin/users")
                first = [names async for names in directory.names()][-1]
                second = [names async for names in directory.names()][-1]
        assert set(first.refused) == set(first.failed) == {NameKind.USER}
        assert first.failed[NameKind.USER].transient
        assert (second.refused, second.failed) == ({}, {})

    async def test_a_key_that_is_not_accepted_raises_nothing(self, memory: Remembered) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW) as server:
            names = (await all_names(server.base_url, memory, REVOKED_KEY))[-1]
        assert set(names.refused) == set(NameKind)


class TestReaching:
    """Whether names could be had, without fetching them."""

    async def test_each_kind_costs_one_short_request(self, memory: Remembered) -> None:
        async with serving(people(0, 1)) as server, directory_of(server.base_url, memory) as directory:
            assert await directory.reach() == dict.fromkeys((NameKind.USER, NameKind.API_KEY, NameKind.WORKSPACE), "")
            sizes = {name: value for request in server.requests for name, value in request.parameters.items()}
        assert len(server.requests) == 3
        assert (sizes["pageSize"], sizes["page_size"]) == ("1", "1")

    async def test_what_stands_against_a_kind_does_not_keep_others_from_being_asked(self, memory: Remembered) -> None:
        with DemoServer(HISTORY, clock=lambda: NOW, switches=Switches(refused_lists="users")) as server:
            async with directory_of(server.base_url, memory) as directory:
                reached = await directory.reach()
        assert reached == {
            NameKind.USER: "the key lacks organisation_users.list",
            NameKind.API_KEY: "",
            NameKind.WORKSPACE: "",
        }


class TestMemory:
    """Names learnt once are there at the next start."""

    async def test_names_are_there_before_the_api_was_asked(self, memory: Remembered) -> None:
        async with serving(people(0, 1), listed()) as server:
            await all_names(server.base_url, memory)
            before = len(server.requests)
            async with directory_of(server.base_url, memory) as directory:
                remembered = await anext(aiter(directory.names()))
            assert remembered.known[NameKind.USER] == {"u-0": Named("Person 0")}
            assert len(server.requests) == before

    async def test_somebody_deleted_keeps_the_name(self, memory: Remembered) -> None:
        async with serving(people(0, 2), listed(), listed(), listed(), people(1, 2), listed()) as server:
            await all_names(server.base_url, memory)
            names = (await all_names(server.base_url, memory))[-1]
        assert [names.actor(f"u-{n}") for n in range(3)] == ["Person 0", "Person 1", "Person 2"]

    async def test_a_new_name_replaces_the_old(self, memory: Remembered) -> None:
        renamed = listed({"id": "u-0", "first_name": "New"})
        async with serving(people(0, 1), listed(), listed(), listed(), renamed, listed()) as server:
            await all_names(server.base_url, memory)
            assert (await all_names(server.base_url, memory))[-1].actor("u-0") == "New"

    async def test_without_one_names_are_still_found(self) -> None:
        async with serving(people(0, 1), listed()) as server:
            assert (await all_names(server.base_url, None))[-1].actor("u-0") == "Person 0"
