"""The lists that give names to ids."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.demo.asking import Asker, body_of
from tui.demo.exchange import Request
from tui.demo.history import History
from tui.demo.keys import AUDIT_ONLY_KEY, UNSCOPED_KEY
from tui.demo.lists import configs, workspaces

LISTS = [("/v1/admin/users", "users"), ("/v1/admin/workspaces", "workspaces"), ("/v1/api-keys", "api_keys")]


def asked(query: str = "") -> Request:
    return Request("GET", f"/?{query}", {}, datetime(2026, 11, 20, tzinfo=UTC))


class TestPaging:
    @pytest.mark.parametrize(
        ("path", "name", "size", "page"),
        [
            ("/v1/admin/users", "users", "pageSize", "currentPage"),
            ("/v1/admin/workspaces", "workspaces", "page_size", "current_page"),
            ("/v1/api-keys", "api_keys", "page_size", "current_page"),
        ],
    )
    def test_each_list_has_its_own_names_for_it(
        self, ask: Asker, history: History, path: str, name: str, size: str, page: str
    ) -> None:
        held = [item for item in getattr(history, name) if name != "workspaces" or item["status"] == "active"]
        assert body_of(ask(path, {size: 2, page: 1}))["data"] == held[2:4]

    def test_names_of_another_list_are_ignored(self, ask: Asker, history: History) -> None:
        assert len(body_of(ask("/v1/admin/users", {"page_size": 2}))["data"]) == min(50, len(history.users))
        assert len(body_of(ask("/v1/api-keys", {"pageSize": 2}))["data"]) == min(50, len(history.api_keys))

    @pytest.mark.parametrize(("path", "name"), LISTS)
    def test_the_total_stays_also_past_the_end(self, ask: Asker, path: str, name: str) -> None:
        full = body_of(ask(path, {}))
        past = body_of(ask(path, {"currentPage": 99, "current_page": 99}))
        assert past == {"total": full["total"], "object": "list", "data": []}
        assert full["total"] > 0

    def test_configs_all_come_whatever_page_is_asked_for(self, ask: Asker) -> None:
        body = body_of(ask("/v1/configs", {"page_size": 1, "current_page": 3}))
        assert len(body["data"]) == body["total"] > 50
        assert len({item["slug"] for item in body["data"]}) == body["total"]

    def test_a_page_that_is_no_number_is_an_error(self, ask: Asker) -> None:
        assert ask("/v1/admin/users", {"currentPage": "x"}).status == 400


class TestFilters:
    def test_users_by_mail_and_role(self, ask: Asker, history: History) -> None:
        user = history.users[0]
        assert body_of(ask("/v1/admin/users", {"email": user["email"], "role": user["role"]}))["data"] == [user]

    def test_keys_by_id_and_workspace(self, ask: Asker, history: History) -> None:
        first, second = history.api_keys[:2]
        assert body_of(ask("/v1/api-keys", {"ids": f"{second['id']},{first['id']}"}))["data"] == [first, second]
        workspace = next(key["workspace_id"] for key in history.api_keys if key["workspace_id"])
        found = body_of(ask("/v1/api-keys", {"workspace_id": workspace}))["data"]
        assert found == [key for key in history.api_keys if key["workspace_id"] == workspace][:50]

    def test_workspaces_by_part_of_the_name_or_the_whole(self, ask: Asker, history: History) -> None:
        name = history.workspaces[0]["name"]
        assert body_of(ask("/v1/admin/workspaces", {"exact_name": name}))["data"] == [history.workspaces[0]]
        assert history.workspaces[0] in body_of(ask("/v1/admin/workspaces", {"name": name[1:].upper()}))["data"]
        assert body_of(ask("/v1/admin/workspaces", {"exact_name": name[1:]}))["data"] == []

    def test_archived_workspaces_come_only_when_asked_for(self) -> None:
        both = [{"id": "1", "name": "in use", "status": "active"}, {"id": "2", "name": "old", "status": "archived"}]
        assert body_of(workspaces(asked(), both))["data"] == both[:1]
        assert body_of(workspaces(asked("status=archived"), both))["data"] == both[1:]


class TestRefusal:
    @pytest.mark.parametrize(("path", "name"), LISTS)
    def test_a_key_may_lack_the_scope_of_a_list(self, ask: Asker, path: str, name: str) -> None:
        assert ask(path, {}, key=AUDIT_ONLY_KEY).status == 403
        assert ask(path, {}, key=UNSCOPED_KEY).status == 200

    @pytest.mark.parametrize(("path", "name"), LISTS)
    def test_a_list_may_be_refused_by_a_switch(self, ask: Asker, path: str, name: str) -> None:
        refused = name.replace("_", "-")
        assert ask(path, {}, refused_lists=refused).status == 403
        assert ask(path, {}, refused_lists="all").status == 403
        others = [other for other, _ in LISTS if other != path]
        assert [ask(other, {}, refused_lists=refused).status for other in others] == [200, 200]
        assert ask(refused_lists="all").status == 200

    def test_workspaces_without_admin_is_a_bad_request(self, ask: Asker) -> None:
        response = ask("/v1/workspaces", {})
        assert (response.status, json.loads(response.body)["data"]["errorCode"]) == (400, "AB01")


def test_an_organisation_without_workspaces_has_no_configs() -> None:
    assert body_of(configs(())) == {"total": 0, "object": "list", "data": []}
