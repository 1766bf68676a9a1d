"""The lists that give names to ids: users, workspaces and API keys in the shapes of the Admin API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tui.demo.cast import ORGANISATION, PEOPLE, ROBOTS, WORKSPACES, Workspace
from tui.demo.mixing import mask

NameList = tuple[dict[str, Any], ...]


def users(now: int) -> NameList:
    """Everybody of the organisation, as `GET /admin/users` lists them; `now` is in Unix seconds."""
    return tuple(
        {
            "object": "user",
            "id": somebody.id,
            "first_name": somebody.name.partition(" ")[0],
            "last_name": somebody.name.partition(" ")[2],
            "role": somebody.role,
            "email": somebody.mail,
            "created_at": _days_before(now, 400 + 7 * number),
            "last_updated_at": _days_before(now, 3 * number),
        }
        for number, somebody in enumerate(PEOPLE)
    )


def workspaces(now: int) -> NameList:
    """As `GET /admin/workspaces` lists them."""
    return tuple(
        {
            "object": "workspace",
            "id": workspace.id,
            "slug": workspace.slug,
            "name": workspace.name,
            "icon": "",
            "description": workspace.description,
            "is_default": int(number == 0),
            "defaults": {"metadata": {}},
            "usage_limits": None,
            "rate_limits": None,
            "security_settings": None,
            "status": "active",
            "created_at": _days_before(now, 390 - 20 * number),
            "last_updated_at": _days_before(now, 5 * number),
        }
        for number, workspace in enumerate(WORKSPACES)
    )


def api_keys(now: int) -> NameList:
    """As `GET /api-keys` lists them: the robots' keys and those of each workspace's services."""
    robots = [
        _api_key(robot.id, robot.name, robot.credential, robot.workspaces[0] if robot.workspaces else None)
        for robot in ROBOTS
    ]
    services = [
        _api_key(key.id, key.name, mask("credential", key.name), workspace)
        for workspace in WORKSPACES
        for key in workspace.keys
    ]
    return tuple(
        {**key, "created_at": _days_before(now, 300 - 4 * number)} for number, key in enumerate((*robots, *services))
    )


def _api_key(identifier: str, name: str, masked: str, workspace: Workspace | None) -> dict[str, Any]:
    return {
        "object": "api-key",
        "id": identifier,
        "name": name,
        "key": masked,
        "type": "workspace-service" if workspace else "organisation-service",
        "organisation_id": ORGANISATION,
        "workspace_id": workspace.id if workspace else None,
        "user_id": None,
        "status": "active",
        "creation_mode": "api",
    }


def _days_before(now: int, days: int) -> str:
    return (datetime.fromtimestamp(now, UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
