"""The API keys that the stand-in knows, none of them a secret."""

from __future__ import annotations

from dataclasses import dataclass

AUDIT_SCOPE = "audit_logs.list"
USERS_SCOPE = "organisation_users.list"
WORKSPACES_SCOPE = "workspaces.list"
API_KEYS_SCOPE = "organisation_service_api_keys.list"
CONFIGS_SCOPE = "configs.list"

LIST_SCOPES = frozenset({USERS_SCOPE, WORKSPACES_SCOPE, API_KEYS_SCOPE, CONFIGS_SCOPE})


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may do."""

    scopes: frozenset[str]
    admin: bool = True
    enterprise: bool = True

    def may(self, scope: str) -> bool:
        """Plan, kind of key and scope are refused alike, so they are asked alike."""
        return self.enterprise and self.admin and scope in self.scopes


ADMIN_KEY = "demo-admin-key-for-pretend-data-only"
AUDIT_ONLY_KEY = "demo-admin-key-that-can-not-look-up-names"
UNSCOPED_KEY = "demo-admin-key-without-the-audit-scope"
WORKSPACE_KEY = "demo-workspace-key"
OTHER_PLAN_KEY = "demo-admin-key-below-the-enterprise-plan"
REVOKED_KEY = "demo-admin-key-that-was-revoked"
"""Refused like any unknown key: it stands in no table."""

KEYS = {
    ADMIN_KEY: Key(LIST_SCOPES | {AUDIT_SCOPE}),
    AUDIT_ONLY_KEY: Key(frozenset({AUDIT_SCOPE})),
    UNSCOPED_KEY: Key(LIST_SCOPES),
    WORKSPACE_KEY: Key(LIST_SCOPES | {AUDIT_SCOPE}, admin=False),
    OTHER_PLAN_KEY: Key(LIST_SCOPES | {AUDIT_SCOPE}, enterprise=False),
}
