"""What went wrong in the last two days: planted incidents, each with its story and the filter that finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from random import Random
from typing import Any

from tui.demo import catalogue as calls
from tui.demo.cast import (
    BREAK_GLASS,
    CARE,
    CARE_DEPLOYER,
    JANITOR,
    MARKETING,
    ROTATOR,
    ROUTES,
    ROUTES_DEPLOYER,
    Place,
    person,
    robot,
)
from tui.demo.desk import Beat, Desk, Things, by_the_system
from tui.demo.mixing import identify, mask, tag
from tui.demo.step import Body, Step

_MINUTE = 60
_HOUR = 3_600
_DAY = 86_400

Happening = tuple[int, Step]
"""When, in Unix seconds, and what."""

_INTRUDER = Place("198.51.100.201", "ZA")
_SHADOW_KEY = robot("support-sync", "provision", "python-requests/2.32.5", (), 0, _INTRUDER, workspaces=(CARE,))
"""The key that the intruder makes; no name list knows it, because it is deleted."""
_SHIELD = f"pg-pii-shield-{tag('pii shield')}"
_BULK_KEY = identify("api key", "Marketing translate-bulk")
_BULK_POLICY = identify("policy", "Marketing monthly")


@dataclass(frozen=True, slots=True)
class Incident:
    """`clues` are values of record attributes that, asked for together, bring up its trail."""

    name: str
    clues: Mapping[str, str]
    happenings: Callable[[int], Iterator[Happening]]

    @property
    def story(self) -> str:
        """What happened, in a few sentences."""
        return cleandoc(self.happenings.__doc__ or "")


def planted_beats(end: int) -> tuple[int, tuple[Beat, ...]]:
    """All that has happened by `end`, in order of time: the second of the first, and each with its lag."""
    happened = sorted(
        (happening for incident in INCIDENTS for happening in incident.happenings(end) if happening[0] <= end),
        key=lambda happening: happening[0],
    )
    begins = happened[0][0]
    seconds = [begins, *(second for second, _ in happened)]
    beats = (Beat(second - before, step) for before, (second, step) in zip(seconds, happened, strict=False))
    return begins, tuple(beats)


def leaked_key(end: int) -> Iterator[Happening]:
    """Shortly after three in the night (UTC) the break-glass admin key, unused for months, was used from a country
    where nobody works.  It tried which scopes it could give away (400, 403) and made itself a key that looks harmless;
    with that one it invited an outsider, changed a guardrail and exported logs.  In the morning Femke de Vries deleted
    both keys.
    """
    at = end - (end - 3 * _HOUR - 29 * _MINUTE) % _DAY - 25 * _MINUTE
    desk = Desk(_chance("leaked key"), BREAK_GLASS, workspace=CARE, place=_INTRUDER)
    for lag, status, scopes in (
        (0, "400", ["*"]),
        (19, "403", ["organisation_users.delete", "audit_logs.list"]),
        (41, "403", ["audit_logs.list"]),
        (95, "200", ["logs.export", "organisation_users.create", "guardrails.delete", "completions.write"]),
    ):
        at += lag
        yield (
            at,
            _with(desk.call(calls.ORGANISATION_KEY, status=status).step, {"name": "support-sync", "scopes": scopes}),
        )
    desk = Desk(_chance("shadow key"), _SHADOW_KEY, workspace=CARE, place=_INTRUDER)
    at += 3 * _MINUTE
    outsider = {"email": "a.person@example.net", "role": "admin", "workspaces": []}
    yield at, _with(desk.call(calls.INVITE, status="200").step, outsider)
    yield at + 40, desk.call(calls.DELETE_GUARDRAIL, status="403").step
    yield at + 75, desk.call(calls.DEPLOY_GUARDRAIL, status="200").step
    for export in range(3):
        desk.turn_to_another()
        yield at + 160 + 70 * export, desk.call(calls.START_EXPORT, status="200").step
        yield at + 163 + 70 * export, desk.call(calls.RUN_EXPORT, status="200").step
    femke = Desk(_chance("femke"), person("femke.devries@example.com"), workspace=CARE)
    for lag, key in ((0, BREAK_GLASS), (50, _SHADOW_KEY)):
        femke.things["api_key"] = key.id
        yield at + 5 * _HOUR + lag, femke.call(calls.DELETE_KEY, status="200").step


def deleted_prompts(end: int) -> Iterator[Happening]:
    """Six hours ago a script that tidies the sandbox was started with the identity of Customer Care's workspace.  It
    deleted four hundred prompts within five minutes, slowed down by nothing but the rate limit (429).  People who
    wanted to save their work got 404 until Łukasz Żółkowski deleted the script's key.
    """
    at = end - 6 * _HOUR
    desk = Desk(_chance("janitor"), JANITOR, workspace=CARE)
    for number in range(400):
        topic = CARE.topics[number % len(CARE.topics)]
        desk.things["prompt"] = identify("prompt", CARE.name, f"{topic}-{number // len(CARE.topics) + 2}")
        if number % 45 == 44:
            yield at, desk.call(calls.TIDY_PROMPT, status="429").step
            at += 5
        yield at, desk.call(calls.TIDY_PROMPT, status="200").step
        at += number % 3 == 0 or number % 5 == 0
    for minute, mail in enumerate(
        ("maya.lindqvist", "juergen.weiss", "tyrone.jackson", "maya.lindqvist", "ana.ibanez")
    ):
        editor = Desk(_chance("editor", mail), person(f"{mail}@example.com"), workspace=CARE)
        yield at + 31 + minute * 97, editor.call(calls.UPDATE_PROMPT, status="404").step
    lukasz = Desk(_chance("lukasz"), person("lukasz.zolkowski@example.com"), workspace=CARE)
    lukasz.things["api_key"] = JANITOR.id
    yield at + 14 * _MINUTE, lukasz.call(calls.DELETE_KEY, status="200").step


def emptied_guardrail(end: int) -> Iterator[Happening]:
    """Two hours ago Marcus Bell saved the guardrail "PII shield" with an empty list of checks.  The organisation's
    defaults demand it, so from then on whoever published in Customer Care was refused with 403: five people and the
    deployer, sixty times in ten minutes.  Then Femke de Vries put the checks back.
    """
    at = end - 2 * _HOUR
    marcus = Desk(_chance("marcus"), person("marcus.bell@example.com"), workspace=CARE)
    marcus.things["guardrail"] = _SHIELD
    emptied = {"name": "PII shield", "checks": [], "actions": {"deny": True, "async": False}}
    yield at, _with(marcus.call(calls.UPDATE_GUARDRAIL, status="200").step, emptied)
    chance = _chance("refused")
    mails = ("maya.lindqvist", "juergen.weiss", "priya.raghunathan", "dolores.whitaker", "tyrone.jackson")
    refused = [CARE_DEPLOYER, *(person(f"{mail}@example.com") for mail in mails)]
    desks = [Desk(chance, actor, workspace=CARE) for actor in refused]
    for number in range(60):
        desk = chance.choice(desks)
        desk.turn_to_another()
        publish = calls.DEPLOY_DEFAULT if desk is desks[0] else calls.PUBLISH_PROMPT
        yield at + 40 + number * 10 + chance.randint(0, 9), desk.call(publish, status="403").step
    femke = Desk(chance, person("femke.devries@example.com"), workspace=CARE)
    femke.things["guardrail"] = _SHIELD
    restored = emptied | {
        "checks": [{"id": mask("default.detectPII"), "parameters": {"categories": ["EMAIL", "IBAN"]}}]
    }
    yield at + 12 * _MINUTE, _with(femke.call(calls.UPDATE_GUARDRAIL, status="200").step, restored)


def lifted_limits(end: int) -> Iterator[Happening]:
    """Twenty hours ago Renée St-Pierre set the usage and rate limits of Marketing's bulk translation key to null, to
    get a campaign done.  Two hours later the budget's threshold was crossed, then again and again, each time sooner,
    until at three and a half times the budget Daan Bakker set the limits anew.
    """
    at = end - 20 * _HOUR
    renee = Desk(_chance("renee"), person("renee.stpierre@example.com"), workspace=MARKETING)
    renee.things["api_key"] = _BULK_KEY
    lifted: dict[str, Any] = {"name": "Marketing translate-bulk", "usage_limits": None, "rate_limits": None}
    yield at, _with(renee.call(calls.UPDATE_KEY, status="200").step, lifted)
    things = Things(_chance("threshold"), MARKETING)
    things["policy"] = _BULK_POLICY
    at += 2 * _HOUR
    for crossing, percent in enumerate((80, 90, 100, 120, 145, 170, 200, 230, 265, 300, 325, 350)):
        spent = {"policy_id": _BULK_POLICY, "entity": _BULK_KEY, "type": "cost", "alert_threshold": 80,
                 "credit_limit": 500, "current_usage": percent * 5.0}  # fmt: skip
        yield at, _with(by_the_system(calls.THRESHOLD_CROSSED, things), spent)
        at += 40 * _MINUTE // (crossing + 1)
    daan = Desk(_chance("daan"), person("daan.bakker@example.com"), workspace=MARKETING)
    daan.things["api_key"] = _BULK_KEY
    limited = lifted | {
        "usage_limits": {"type": "cost", "credit_limit": 500, "alert_threshold": 400, "periodic_reset": "monthly"},
        "rate_limits": [{"type": "requests", "unit": "rpm", "value": 60}],
    }
    yield at, _with(daan.call(calls.UPDATE_KEY, status="200").step, limited)


def broken_deployer(end: int) -> Iterator[Happening]:
    """Nine hours ago the rotation bot rotated the key of Route Planning's pipeline without a time of transition.  Every
    ten minutes the pipeline tried again with the old key and got 401, once 403, for two hours; then Łukasz Żółkowski
    rotated it by hand with a day of transition, and the next deployment went through.
    """
    at = end - 9 * _HOUR
    bot = Desk(_chance("rotator"), ROTATOR, workspace=ROUTES)
    bot.things["api_key"] = ROUTES_DEPLOYER.id
    yield at, _with(bot.call(calls.ROTATE_BY_KEY, status="200").step, {"key_transition_period_ms": 0})
    yield at, by_the_system(calls.KEY_ROTATED, bot.things)._replace(shares_request=True)
    pipeline = Desk(_chance("pipeline"), ROUTES_DEPLOYER, workspace=ROUTES)
    for attempt in range(12):
        for call in range(4):
            pipeline.turn_to_another()
            status = "403" if call == 3 and attempt % 6 == 2 else "401"
            second = at + (attempt + 1) * 10 * _MINUTE + call
            yield second, pipeline.call(calls.DEPLOY_PROMPT, status=status).step
    at += 130 * _MINUTE
    lukasz = Desk(_chance("rotated by hand"), person("lukasz.zolkowski@example.com"), workspace=ROUTES)
    lukasz.things["api_key"] = ROUTES_DEPLOYER.id
    yield at, _with(lukasz.call(calls.ROTATE_KEY, status="200").step, {"key_transition_period_ms": _DAY * 1_000})
    for call in range(6):
        pipeline.turn_to_another()
        yield at + 4 * _MINUTE + call // 2, pipeline.call(calls.DEPLOY_PROMPT, status="200").step
        yield at + 4 * _MINUTE + call // 2, pipeline.call(calls.DEPLOY_DEFAULT, status="200").step


INCIDENTS: tuple[Incident, ...] = (
    Incident("A leaked admin key", {"client_ip": _INTRUDER.address, "country": _INTRUDER.country}, leaked_key),
    Incident("Four hundred prompts deleted", {"user_id": JANITOR.id, "method": "DELETE", "workspace_id": CARE.id},
             deleted_prompts),
    Incident("A guardrail without checks", {"uri": f"/v2/guardrails/{_SHIELD}", "method": "PUT"}, emptied_guardrail),
    Incident("Limits lifted before a cost spike", {"uri": f"/v2/policies/usage-limits/{_BULK_POLICY}"}, lifted_limits),
    Incident("A rotation that broke a deployer", {"user_id": ROUTES_DEPLOYER.id, "response_status_code": "401"},
             broken_deployer),
)  # fmt: skip


def _with(step: Step, body: dict[str, Any]) -> Step:
    """The step, always with this body."""
    return step._replace(body=_always(body))


def _always(body: dict[str, Any]) -> Body:
    return lambda _chance, _step: body


def _chance(*names: str) -> Random:
    """Incidents are the same in every history, whatever its seed."""
    return Random("/".join(names))  # noqa: S311 - scenery, not a secret
