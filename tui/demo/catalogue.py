"""The Admin API's calls as an audit log shows them: method, path, resource type, action, body, and how they fail."""

from __future__ import annotations

from typing import NamedTuple

from tui.demo import bodies
from tui.demo.step import Body


class Call(NamedTuple):
    """A kind of call.  `path` names what it acts upon in braces; `failures` are the statuses it is refused with.

    Paths begin with `/v2` where a person calls from the web interface, and with `/v1` where a key calls the API.
    """

    method: str
    path: str
    resource_type: str
    action: str
    body: Body
    failures: tuple[str, ...] = ("400",)
    success: str = "200"

    @property
    def organisational(self) -> bool:
        """Whether it reaches beyond a workspace, so that the log names none."""
        return self.path.startswith(_ORGANISATIONAL)


_ORGANISATIONAL = (
    "/v1/admin", "/v1/scim", "/v1/integrations", "/v1/api-keys/organisation", "/v1/workspace-exclusions",
    "/v2/integrations", "/v2/organisation", "/v2/plugins", "/ai_gw",
)  # fmt: skip

CREATE_PROMPT = Call("POST", "/v2/prompts", "prompts", "create", bodies.new_prompt)
UPDATE_PROMPT = Call("PUT", "/v2/prompts/{prompt}", "prompts", "update", bodies.prompt)
PUBLISH_PROMPT = Call("PUT", "/v2/prompts/{prompt}/makeDefault", "prompts", "update", bodies.version)
LABEL_VERSION = Call(
    "PUT", "/v2/prompts/{prompt}/versions/{version}", "prompts", "update", bodies.prompt_label, ("404",)
)
DELETE_PROMPT = Call("DELETE", "/v2/prompts/{prompt}", "prompts", "delete", bodies.nothing, ("403", "404"))
UNSHARE_PROMPT = Call("DELETE", "/v2/prompts/{prompt}/share", "prompts", "", bodies.nothing, ("404",))
CREATE_PARTIAL = Call("POST", "/v2/prompts/partials", "prompts", "create", bodies.partial)
UPDATE_PARTIAL = Call("PUT", "/v2/prompts/partials/{partial}", "prompts", "update", bodies.partial)
PUBLISH_PARTIAL = Call("PUT", "/v2/prompts/partials/{partial}/makeDefault", "prompts", "update", bodies.version)
CREATE_COLLECTION = Call("POST", "/v2/collections", "collections", "create", bodies.named)
DELETE_COLLECTION = Call(
    "DELETE", "/v2/collections/{collection}", "collections", "delete", bodies.nothing, success="204"
)
CREATE_LABEL = Call("POST", "/v2/labels", "labels", "create", bodies.label)
UPDATE_LABEL = Call("PUT", "/v2/labels/{label}", "labels", "update", bodies.label, ("404",))

CREATE_CONFIG = Call("POST", "/v2/configs", "configs", "create", bodies.config)
UPDATE_CONFIG = Call("PUT", "/v2/configs/{config}", "configs", "update", bodies.config)
DELETE_CONFIG = Call("DELETE", "/v2/configs/{config}", "configs", "delete", bodies.nothing, ("409",))
CREATE_GUARDRAIL = Call("POST", "/v2/guardrails", "guardrails", "create", bodies.guardrail)
UPDATE_GUARDRAIL = Call("PUT", "/v2/guardrails/{guardrail}", "guardrails", "update", bodies.guardrail, ("403",))
DELETE_GUARDRAIL = Call("DELETE", "/v2/guardrails/{guardrail}", "guardrails", "delete", bodies.nothing, ("403",))
CREATE_VIRTUAL_KEY = Call("POST", "/v2/virtual-keys", "virtual-keys", "create", bodies.virtual_key)
COPY_VIRTUAL_KEY = Call("POST", "/v2/virtual-keys/{virtual_key}/duplicate", "virtual-keys", "duplicate", bodies.named)
CREATE_INTEGRATION = Call("POST", "/v2/integrations", "integrations", "create", bodies.integration)
CHOOSE_MODELS = Call("PUT", "/v2/integrations/{integration}/models", "integrations", "update", bodies.models)
GRANT_INTEGRATION = Call("PUT", "/v2/integrations/{integration}/workspaces", "integrations", "manage",
                         bodies.workspace_access, ("403",))  # fmt: skip
CREATE_PLUGIN = Call("POST", "/v2/plugins", "plugins", "create", bodies.plugin)
CREATE_TOOLS = Call("POST", "/v2/mcp-integrations", "mcp-integrations", "create", bodies.tool_integration)
CHOOSE_TOOLS = Call("PUT", "/v2/mcp-integrations/{mcp_integration}/capabilities", "mcp-integrations", "update",
                    bodies.capabilities)  # fmt: skip
SERVE_TOOLS = Call("POST", "/v2/mcp-servers", "mcp-servers", "create", bodies.tool_server, ("403",))
CUT_TOOLS = Call(
    "DELETE", "/v2/mcp-servers/{mcp_server}/connections", "mcp-servers", "delete", bodies.nothing, ("403",)
)
CREATE_SECRET = Call("POST", "/v2/secret-references", "secret-references", "create", bodies.secret_reference)
UPDATE_SECRET = Call("PUT", "/v2/secret-references/{secret}", "secret-references", "update", bodies.secret_reference,
                     ("404",))  # fmt: skip
DELETE_SECRET = Call(
    "DELETE", "/v2/secret-references/{secret}", "secret-references", "delete", bodies.nothing, ("404",)
)

CREATE_KEY = Call("POST", "/v2/api-keys/workspace/service", "api-keys", "create", bodies.api_key)
UPDATE_KEY = Call("PUT", "/v2/api-keys/{api_key}", "api-keys", "update", bodies.key_update)
ROTATE_KEY = Call("POST", "/v2/api-keys/{api_key}/rotate", "api-keys", "rotate", bodies.rotation, ("403",))
KEY_ROTATED = Call("POST", "/v2/api-keys/{api_key}/rotate", "api-keys", "rotate", bodies.rotation_done, ())
DELETE_KEY = Call("DELETE", "/v2/api-keys/{api_key}", "api-keys", "delete", bodies.nothing, ("404",))

UPDATE_WORKSPACE = Call("PUT", "/v2/workspaces/{workspace}", "workspaces", "update", bodies.workspace)
INVITE = Call("POST", "/v1/admin/users/invites", "admin", "", bodies.invitation)
RESEND_INVITE = Call("POST", "/v1/admin/users/invites/{invite}/resend", "admin", "", bodies.nothing, ("404",))
ADD_MEMBERS = Call("POST", "/v1/admin/workspaces/{workspace}/users", "admin", "", bodies.members)
CHANGE_MEMBER = Call("PUT", "/v1/admin/workspaces/{workspace}/users/{user}", "admin", "", bodies.role, ("404",))
REMOVE_MEMBER = Call("DELETE", "/v1/admin/workspaces/{workspace}/users/{user}", "admin", "", bodies.nothing, ("404",))
CHANGE_ROLE = Call("PUT", "/v1/admin/users/{user}", "admin", "", bodies.role)
DEFAULT_GUARDRAILS = Call("PUT", "/v1/admin/organisation/defaults", "admin", "", bodies.default_guardrails, ("403",))
CHANGE_SETTINGS = Call("PUT", "/v2/organisation/settings", "organisation", "update", bodies.settings, ("403",))
EXCLUDE_WORKSPACES = Call("PUT", "/v1/workspace-exclusions/input-guardrails", "workspace-exclusions", "update",
                          bodies.exclusions)  # fmt: skip
CREATE_USAGE_POLICY = Call("POST", "/v2/policies/usage-limits", "policies", "create", bodies.usage_policy)
RESET_USAGE = Call("PUT", "/v2/policies/usage-limits/{policy}/entities/{entity}/reset", "policies", "update",
                   bodies.nothing, ("404",))  # fmt: skip
CREATE_RATE_POLICY = Call("POST", "/v2/policies/rate-limits", "policies", "create", bodies.rate_policy)
EXPORT_LOGS = Call("POST", "/v2/logs/exports", "logs", "export", bodies.export)
CANCEL_EXPORT = Call("POST", "/v2/logs/exports/{export}/cancel", "logs", "", bodies.nothing)

DEPLOY_PROMPT = Call("PUT", "/v1/prompts/{prompt}", "prompts", "update", bodies.prompt)
DEPLOY_DEFAULT = Call("PUT", "/v1/prompts/{prompt}/makeDefault", "prompts", "update", bodies.version)
DEPLOY_PARTIAL = Call("PUT", "/v1/prompts/partials/{partial}", "prompts", "update", bodies.partial)
DEPLOY_CONFIG = Call("PUT", "/v1/configs/{config}", "configs", "update", bodies.config)
DEPLOY_GUARDRAIL = Call("PUT", "/v1/guardrails/{guardrail}", "guardrails", "update", bodies.guardrail, ("403",))
SCORE_VERSION = Call(
    "PUT", "/v1/prompts/{prompt}/versions/{version}", "prompts", "update", bodies.prompt_label, ("404",)
)
TIDY_PROMPT = Call("DELETE", "/v1/prompts/{prompt}", "prompts", "delete", bodies.nothing, ("404",))
APPLY_WORKSPACE = Call("POST", "/v1/admin/workspaces", "admin", "", bodies.workspace)
DESTROY_WORKSPACE = Call("DELETE", "/v1/admin/workspaces/{workspace}", "admin", "", bodies.named, ("409",))
APPLY_PROVIDER = Call("POST", "/v1/providers", "providers", "create", bodies.virtual_key)
UPDATE_PROVIDER = Call("PUT", "/v1/providers/{provider}", "providers", "update", bodies.limits)
APPLY_INTEGRATION = Call("PUT", "/v1/integrations/{integration}/models", "integrations", "update", bodies.models)
APPLY_POLICY = Call("POST", "/v1/policies/usage-limits", "policies", "create", bodies.usage_policy)
APPLY_KEY = Call("PUT", "/v1/api-keys/{api_key}", "api-keys", "update", bodies.key_update)
PROVISION_KEY = Call("POST", "/v1/api-keys/workspace/service", "api-keys", "create", bodies.api_key)
ORGANISATION_KEY = Call("POST", "/v1/api-keys/organisation/service", "api-keys", "create", bodies.organisation_key,
                        ("403",))  # fmt: skip
ROTATE_BY_KEY = Call("POST", "/v1/api-keys/{api_key}/rotate", "api-keys", "rotate", bodies.rotation, ("403",))
MAP_GROUP = Call("POST", "/v1/scim/workspaces", "scim", "create", bodies.directory_group)
UNMAP_GROUP = Call("DELETE", "/v1/scim/workspaces/{mapping}", "scim", "delete", bodies.nothing, ("404",))
START_EXPORT = Call("POST", "/v1/logs/exports", "logs", "create", bodies.export)
RUN_EXPORT = Call("POST", "/v1/logs/exports/{export}/start", "logs", "", bodies.nothing)
REMOVE_DEPLOYMENT = Call("DELETE", "/ai_gw/admin/v2/deployments/{deployment}", "admin", "", bodies.nothing)

THRESHOLD_CROSSED = Call("", "/v2/policies/usage-limits/{policy}", "policies", "", bodies.threshold_crossed, ())
TOKEN_REFUSED = Call("POST", "/v1/prompts/{prompt}/completions", "", "", bodies.bad_token, (), "401")
TRY_EXPERIMENT = Call("POST", "/v2/experiments", "experiments", "Create", bodies.form)
RECORD_FEEDBACK = Call("POST", "/v2/playground_sessions/{session}", "playground_sessions", "manage", bodies.cut_short)
