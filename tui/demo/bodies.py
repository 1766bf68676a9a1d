"""Request bodies as the Admin API's callers send them, made up anew for every record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

from tui.demo.cast import ORGANISATION, PEOPLE, WORKSPACES
from tui.demo.mixing import identify, mask, tag
from tui.demo.step import Step

_MODELS = ("gpt-5-mini", "gpt-4.1", "claude-sonnet-4-5", "claude-haiku-4-5", "gemini-2.5-flash", "mistral-medium-3.1")
_PROVIDERS = ("openai", "anthropic", "azure-openai", "bedrock", "vertex-ai", "mistral-ai")
_NOTES = (
    "shorter answers", "fix the tone in complaints", "undo the last one", "ask for the parcel number first", "",
    "try the small model", "as agreed with legal", "no more emoji 🙏", "Übersetzung nachgezogen", "typo",
)  # fmt: skip
_RULES = (
    "Answer in the language of the customer.",
    "Never promise a delivery time; give the window the carrier gave.",
    "If the parcel number is missing, ask for it before anything else.",
    "Say sorry once, and mean it.",
    "Hand over to a person when the customer mentions a lawyer, a doctor, or the press.",
    "Amounts are in euro with two decimals; dates are written 24 July 2026.",
    "Do not repeat card numbers, even in part.",
    "Wenn der Empfänger nicht zu Hause war, biete eine neue Zustellung an.",
    "荷物番号がない場合は、まず番号を尋ねてください。",
    "Return JSON with the keys intent, urgency (1-5) and summary, and nothing else.",
)
_SCOPES = (
    "completions.write", "logs.view", "logs.list", "configs.read", "configs.update", "prompts.read", "prompts.publish",
    "virtual_keys.list", "analytics.view", "workspaces.list", "guardrails.read", "policies.list",
)  # fmt: skip
_CHECKS = ("default.detectPII", "default.regexMatch", "default.jwt", "portkey.moderateContent", "portkey.language")


def nothing(chance: Random, _step: Step) -> Any:
    """Most bodies of DELETE are an empty object, some are not there at all."""
    return "" if chance.random() < 0.25 else {}


def prompt(chance: Random, step: Step) -> Any:
    """A new state of a prompt; once in a while one that somebody pasted a whole handbook into."""
    rules = chance.sample(_RULES, chance.randint(2, 6))
    if chance.random() < 0.001:
        rules *= chance.randint(200, 2_000)
    messages = [
        {
            "role": "system",
            "content": f"You are the {step.subject} assistant of Meridian Parcel.\n\n" + "\n".join(rules),
        },
        {"role": "user", "content": "{{message}}\n\nParcel: {{parcel}}"},
    ]
    return {
        "name": step.subject,
        "string": json.dumps(messages, ensure_ascii=False),
        "parameters": {"temperature": chance.randint(0, 10) / 10, "max_tokens": chance.choice((256, 512, 1024, 4096))},
        "model": chance.choice(_MODELS),
        "virtual_key": f"{chance.choice(_PROVIDERS)}-{tag(step.workspace_id)}",
        "version_description": chance.choice(_NOTES),
    }


def new_prompt(chance: Random, step: Step) -> Any:
    return {**prompt(chance, step), "collection_id": identify("collection", step.workspace_id)}


def version(chance: Random, _step: Step) -> Any:
    return {"version": chance.randint(2, 60)}


def prompt_label(chance: Random, _step: Step) -> Any:
    return {"label_id": identify("label", chance.choice(("production", "staging", "canary")))}


def partial(chance: Random, step: Step) -> Any:
    return {"name": step.subject, "string": "\n".join(chance.sample(_RULES, 2)), "workspace_id": step.workspace_id}


def named(chance: Random, step: Step) -> Any:
    return {"name": f"{step.subject} {chance.choice(('v2', 'pilot', 'Übergabe', 'neu', '2026', 'ベータ'))}",
            "workspace_id": step.workspace_id}  # fmt: skip


def label(chance: Random, _step: Step) -> Any:
    return {
        "name": chance.choice(("production", "staging", "canary")),
        "color_code": f"#{chance.randrange(1 << 24):06x}",
    }


def config(chance: Random, step: Step) -> Any:
    targets = [
        {"virtual_key": f"{provider}-{tag(step.workspace_id)}", "weight": weight, "override_params": {"model": model}}
        for provider, model, weight in zip(
            chance.sample(_PROVIDERS, 2), chance.sample(_MODELS, 2), (0.8, 0.2), strict=True
        )
    ]
    routing = {
        "strategy": {"mode": chance.choice(("loadbalance", "fallback"))},
        "targets": targets,
        "retry": {"attempts": chance.randint(1, 5), "on_status_codes": [429, 502, 503]},
        "cache": {"mode": chance.choice(("simple", "semantic")), "max_age": 3600},
    }
    return {"name": step.subject, "config": routing, "status": "active"}


def guardrail(chance: Random, step: Step) -> Any:
    checks = [
        {"id": mask(check), "parameters": {"categories": ["EMAIL", "PHONE", "IBAN"], "redact": chance.random() < 0.5}}
        for check in chance.sample(_CHECKS, chance.randint(1, 3))
    ]
    return {"name": step.subject, "checks": checks, "actions": {"deny": True, "async": False, "on_fail": {"score": -1}}}


def virtual_key(chance: Random, step: Step) -> Any:
    provider = chance.choice(_PROVIDERS)
    secret = mask(provider, str(chance.random()))
    return {"name": f"{provider} {step.subject}", "provider": provider, "key": secret, "note": chance.choice(_NOTES),
            "usage_limits": limits(chance, step)["usage_limits"], "workspace_id": step.workspace_id}  # fmt: skip


def limits(chance: Random, _step: Step) -> Any:
    credit = chance.choice((50, 200, 500, 2_000))
    return {
        "usage_limits": {"type": "cost", "credit_limit": credit, "alert_threshold": credit * 4 // 5,
                         "periodic_reset": "monthly"},
        "rate_limits": [{"type": "requests", "unit": "rpm", "value": chance.choice((60, 300, 1_200))}],
    }  # fmt: skip


def integration(chance: Random, step: Step) -> Any:
    provider = chance.choice(_PROVIDERS)
    return {"name": f"{provider} ({step.subject})", "ai_provider_id": provider, "key": mask(provider, step.subject),
            "configurations": {"region": chance.choice(("eu-west-1", "eu-central-1", "us-east-2"))},
            "create_default_provider": True}  # fmt: skip


def models(chance: Random, _step: Step) -> Any:
    return {
        "models": [{"slug": model, "enabled": chance.random() < 0.8} for model in _MODELS],
        "allow_all_models": False,
    }


def workspace_access(chance: Random, _step: Step) -> Any:
    reached = chance.sample(WORKSPACES, 2)
    return {"workspaces": [{"id": workspace.slug, "enabled": True} for workspace in reached],
            "global_workspace_access": None, "override_existing_workspace_access": False}  # fmt: skip


def plugin(_chance: Random, _step: Step) -> Any:
    """The API records third-party credentials in full here; this one is plainly not real."""
    return {"organisation_id": ORGANISATION, "integration_id": identify("integration", "prisma-airs"),
            "credentials": {"AIRS_API_KEY": "FAKE-demo-secret-never-issued-0123456789abcdef"}}  # fmt: skip


def api_key(chance: Random, step: Step) -> Any:
    return {"name": f"{step.subject}-{chance.choice(('web', 'batch', 'eval', 'ci', 'notebook'))}",
            "scopes": sorted(chance.sample(_SCOPES, chance.randint(2, 6))), "workspace_id": step.workspace_id,
            "alert_emails": [chance.choice(PEOPLE).mail], **limits(chance, step)}  # fmt: skip


def organisation_key(chance: Random, step: Step) -> Any:
    return {"name": step.subject, "scopes": sorted(chance.sample(_SCOPES, 4)),
            "rotation_policy": {"rotation_period": "monthly", "key_transition_period_ms": 1_800_000}}  # fmt: skip


def key_update(chance: Random, step: Step) -> Any:
    return {"name": step.subject, "scopes": sorted(chance.sample(_SCOPES, 3)), **limits(chance, step)}


def rotation(chance: Random, _step: Step) -> Any:
    return {"key_transition_period_ms": chance.choice((0, 1_800_000, 86_400_000))}


def rotation_done(chance: Random, step: Step) -> Any:
    """What the system writes of a rotation, by hand or by policy."""
    return {"api_key_id": step.uri.split("/")[-2:][0],
            "rotation_mode": "auto" if step.user_type == "system" else "manual",
            "old_key_masked": mask(step.uri), "transition_expires_at": _moment(chance)}  # fmt: skip


def threshold_crossed(chance: Random, step: Step) -> Any:
    limit = chance.choice((200, 500, 2_000))
    return {"policy_id": step.uri.rsplit("/", 1)[-1], "entity": step.subject, "type": "cost", "alert_threshold": 80,
            "credit_limit": limit, "current_usage": round(limit * chance.uniform(0.8, 0.99), 2)}  # fmt: skip


def bad_token(chance: Random, _step: Step) -> Any:
    return {"jwtToken": f"ey*****{tag(str(chance.random()))[:3]}",
            "error": "Error Verifying JWT token: Signing Key Not Found"}  # fmt: skip


def workspace(chance: Random, step: Step) -> Any:
    return {"name": step.subject, "description": "Owned by the team; ask before you add people",
            "defaults": {"metadata": {"cost_centre": str(chance.randint(4_100, 4_900))}},
            "users": [{"id": chance.choice(PEOPLE).id, "role": "manager"}], **limits(chance, step)}  # fmt: skip


def members(chance: Random, _step: Step) -> Any:
    return {
        "users": [{"id": somebody.id, "role": "member"} for somebody in chance.sample(PEOPLE, chance.randint(1, 3))]
    }


def role(chance: Random, _step: Step) -> Any:
    return {"role": chance.choice(("member", "manager", "admin"))}


def invitation(chance: Random, _step: Step) -> Any:
    return {"email": f"new.colleague{chance.randint(1, 99)}@example.org", "role": "member",
            "workspaces": [{"id": chance.choice(WORKSPACES).slug, "role": "member"}],
            "workspace_api_key_details": {"scopes": ["completions.write", "prompts.read"]}}  # fmt: skip


def default_guardrails(_chance: Random, _step: Step) -> Any:
    return {"input_guardrails": [f"pg-pii-{tag('pii')}"], "output_guardrails": []}


def exclusions(chance: Random, _step: Step) -> Any:
    return {"organisation_id": ORGANISATION, "override_existing": False,
            "workspaces": [{"workspace_id": chance.choice(WORKSPACES).id, "excluded": True}]}  # fmt: skip


def usage_policy(_chance: Random, step: Step) -> Any:
    return {"name": f"{step.subject} monthly", "conditions": [{"key": "workspace_id", "value": step.workspace_id}],
            "group_by": [{"key": "api_key"}], "type": "cost", "credit_limit": 500, "alert_threshold": 400,
            "periodic_reset": "monthly"}  # fmt: skip


def rate_policy(chance: Random, step: Step) -> Any:
    return {"conditions": [{"key": "workspace_id", "value": step.workspace_id}],
            "group_by": [{"key": "metadata._user"}], "type": "requests", "unit": chance.choice(("rpm", "rph", "rpd")),
            "value": 600}  # fmt: skip


def tool_integration(_chance: Random, step: Step) -> Any:
    return {"name": f"{step.subject} tools", "url": "https://mcp.example.com/sse", "auth_type": "oauth_auto",
            "transport": "sse", "configurations": {"timeout_ms": 30_000}}  # fmt: skip


def tool_server(_chance: Random, step: Step) -> Any:
    return {"name": f"{step.subject} tools", "mcp_integration_id": identify("mcp_integration", step.subject),
            "workspace_id": step.workspace_id}  # fmt: skip


def capabilities(chance: Random, _step: Step) -> Any:
    return {"capabilities": [{"name": name, "type": "tool", "enabled": chance.random() < 0.7}
                             for name in ("track_parcel", "open_claim", "refund", "find_depot")]}  # fmt: skip


def secret_reference(chance: Random, step: Step) -> Any:
    return {"name": f"{step.subject} vault", "manager_type": chance.choice(("aws_sm", "azure_kv", "hashicorp_vault")),
            "auth_config": {"masked_role": mask("role", step.subject)}, "tags": {"team": step.subject},
            "secret_path": f"portkey/{step.subject}/openai", "allowed_workspaces": [step.workspace_id]}  # fmt: skip


def export(chance: Random, step: Step) -> Any:
    return {"workspace_id": step.workspace_id, "description": "for the warehouse",
            "filters": {"time_of_generation_min": _moment(chance), "time_of_generation_max": _moment(chance)},
            "requested_data": ["id", "trace_id", "created_at", "request", "response", "cost"]}  # fmt: skip


def directory_group(_chance: Random, step: Step) -> Any:
    return {"workspace_id": step.workspace_id, "role": "member", "scim_group_name": f"portkey-{step.subject.lower()}"}


def settings(chance: Random, _step: Step) -> Any:
    return {"settings": {"session_timeout_minutes": chance.choice((60, 480))},
            "export_settings": {"deniedFields": ["request", "response"]}}  # fmt: skip


def cut_short(chance: Random, step: Step) -> Any:
    """A body that broke off on its way: text that looks like JSON and isn't."""
    whole = json.dumps(prompt(chance, step), ensure_ascii=False)
    return whole[: chance.randint(20, len(whole) - 1)]


def form(chance: Random, step: Step) -> Any:
    return f"name={step.subject}&enabled=on&attempt={chance.randint(1, 9)}"


def _moment(chance: Random) -> str:
    return datetime.fromtimestamp(1_780_000_000 + chance.randrange(10_000_000), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
