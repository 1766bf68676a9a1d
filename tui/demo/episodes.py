"""What people, robots and the system do in one go: calls that follow each other within seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

from tui.demo import catalogue as calls
from tui.demo.cast import WORKSPACES, Actor
from tui.demo.catalogue import Call
from tui.demo.desk import Beat, Desk, Things, by_the_system

Episode = Callable[[Desk], Iterator[Beat]]


def tune_prompt(desk: Desk) -> Iterator[Beat]:
    """Change a prompt, publish it, look at the outcome, change it again: what most of the log is made of."""
    chance = desk.chance
    for _ in range(chance.choice((1, 1, 2, 2, 3, 5))):
        update = desk.call(calls.UPDATE_PROMPT, lag=chance.randint(25, 140))
        yield update
        if update.step.response_status_code == "200":
            yield desk.call(calls.PUBLISH_PROMPT, lag=chance.randint(1, 9))


def start_prompt(desk: Desk) -> Iterator[Beat]:
    yield desk.call(calls.CREATE_PROMPT)
    yield from tune_prompt(desk)


def tune_partial(desk: Desk) -> Iterator[Beat]:
    yield desk.call(desk.chance.choice((calls.CREATE_PARTIAL, calls.UPDATE_PARTIAL)))
    yield desk.call(calls.PUBLISH_PARTIAL, lag=desk.chance.randint(2, 12))


def hand_out_keys(desk: Desk) -> Iterator[Beat]:
    """A burst of keys for a new service: virtual keys first, then the keys that use them."""
    for _ in range(desk.chance.randint(1, 4)):
        yield desk.call(calls.CREATE_VIRTUAL_KEY, lag=desk.chance.randint(4, 20))
        yield desk.call(calls.CREATE_KEY, lag=desk.chance.randint(3, 15))


def rotate_by_hand(desk: Desk) -> Iterator[Beat]:
    """A rotation and the system's note of it, both under one request id."""
    asked = desk.call(calls.ROTATE_KEY)
    yield asked
    if asked.step.response_status_code == "200":
        done = desk.call(calls.KEY_ROTATED, status="200")
        yield Beat(0, done.step._replace(shares_request=True))


def add_integration(desk: Desk) -> Iterator[Beat]:
    yield desk.call(calls.CREATE_INTEGRATION)
    yield desk.call(calls.CHOOSE_MODELS, lag=desk.chance.randint(5, 40))
    yield desk.call(calls.GRANT_INTEGRATION, lag=desk.chance.randint(5, 40))


def welcome(desk: Desk) -> Iterator[Beat]:
    """Somebody new: invited, invited again, put to work."""
    yield desk.call(calls.INVITE)
    yield desk.call(calls.RESEND_INVITE, lag=desk.chance.randint(20, 90))
    yield desk.call(calls.ADD_MEMBERS, lag=desk.chance.randint(5, 30))


def one_of(*choices: Call) -> Episode:
    """A single call, any of these."""

    def single(desk: Desk) -> Iterator[Beat]:
        yield desk.call(desk.chance.choice(choices))

    return single


def deploy(desk: Desk) -> Iterator[Beat]:
    """A pipeline pushes what was merged: many calls within the same few seconds."""
    for _ in range(desk.chance.randint(3, 8)):
        desk.turn_to_another()
        yield desk.call(calls.DEPLOY_PROMPT, lag=desk.chance.choice((0, 0, 1)))
        yield desk.call(calls.DEPLOY_DEFAULT)
    yield desk.call(desk.chance.choice((calls.DEPLOY_CONFIG, calls.DEPLOY_GUARDRAIL, calls.DEPLOY_PARTIAL)), lag=1)


def apply_terraform(desk: Desk) -> Iterator[Beat]:
    applied = (
        calls.APPLY_PROVIDER, calls.UPDATE_PROVIDER, calls.APPLY_INTEGRATION, calls.APPLY_POLICY, calls.APPLY_KEY,
        calls.DEPLOY_CONFIG, calls.DEPLOY_GUARDRAIL, calls.APPLY_WORKSPACE, calls.EXCLUDE_WORKSPACES,
        calls.DEFAULT_GUARDRAILS, calls.DESTROY_WORKSPACE,
    )  # fmt: skip
    for _ in range(desk.chance.randint(6, 22)):
        desk.turn_to_another()
        yield desk.call(desk.chance.choice(applied), lag=desk.chance.choice((0, 0, 0, 1, 2)))


def evaluate(desk: Desk) -> Iterator[Beat]:
    """Scores of the night, written as labels on prompt versions."""
    for _ in range(desk.chance.randint(5, 15)):
        desk.turn_to_another()
        yield desk.call(calls.SCORE_VERSION, lag=desk.chance.randint(0, 3))


def rotate(desk: Desk) -> Iterator[Beat]:
    yield desk.call(calls.ROTATE_BY_KEY)


def synchronise(desk: Desk) -> Iterator[Beat]:
    for _ in range(desk.chance.randint(1, 5)):
        desk.turn_to_another()
        yield desk.call(desk.chance.choice((calls.MAP_GROUP, calls.MAP_GROUP, calls.UNMAP_GROUP)), lag=1)


def provision(desk: Desk) -> Iterator[Beat]:
    yield desk.call(desk.chance.choice((calls.PROVISION_KEY, calls.PROVISION_KEY, calls.ORGANISATION_KEY)))


def export(desk: Desk) -> Iterator[Beat]:
    yield desk.call(calls.START_EXPORT)
    yield desk.call(calls.RUN_EXPORT, lag=desk.chance.randint(1, 3))


def tidy(desk: Desk) -> Iterator[Beat]:
    for _ in range(desk.chance.randint(1, 4)):
        desk.turn_to_another()
        yield desk.call(calls.TIDY_PROMPT, lag=1)


DUTIES: Mapping[str, tuple[tuple[Episode, int], ...]] = {
    "prompts": (
        (tune_prompt, 45), (start_prompt, 5), (tune_partial, 6),
        (one_of(calls.LABEL_VERSION, calls.CREATE_LABEL, calls.UPDATE_LABEL), 20),
        (one_of(calls.CREATE_COLLECTION, calls.DELETE_COLLECTION), 8),
        (one_of(calls.DELETE_PROMPT, calls.UNSHARE_PROMPT), 16),
        (one_of(calls.UPDATE_CONFIG, calls.CREATE_CONFIG), 20),
        (one_of(calls.TRY_EXPERIMENT, calls.RECORD_FEEDBACK), 6), (hand_out_keys, 4),
    ),
    "platform": (
        (tune_prompt, 10), (hand_out_keys, 10), (rotate_by_hand, 6), (add_integration, 5),
        (one_of(calls.UPDATE_CONFIG, calls.UPDATE_CONFIG, calls.CREATE_CONFIG, calls.DELETE_CONFIG), 25),
        (one_of(calls.UPDATE_KEY, calls.DELETE_KEY), 12), (one_of(calls.COPY_VIRTUAL_KEY), 3),
        (one_of(calls.CREATE_TOOLS, calls.CHOOSE_TOOLS, calls.SERVE_TOOLS, calls.CUT_TOOLS), 10),
        (one_of(calls.CREATE_SECRET, calls.UPDATE_SECRET, calls.DELETE_SECRET), 8), (one_of(calls.CREATE_PLUGIN), 1),
        (one_of(calls.REMOVE_DEPLOYMENT), 2),
    ),
    "security": (
        (tune_prompt, 6), (one_of(calls.UPDATE_GUARDRAIL, calls.CREATE_GUARDRAIL, calls.DELETE_GUARDRAIL), 30),
        (one_of(calls.CREATE_USAGE_POLICY, calls.CREATE_RATE_POLICY, calls.RESET_USAGE), 15), (rotate_by_hand, 6),
        (one_of(calls.UPDATE_KEY, calls.DELETE_KEY), 8), (one_of(calls.CHANGE_SETTINGS), 3),
    ),
    "people": (
        (welcome, 10), (one_of(calls.CHANGE_MEMBER, calls.REMOVE_MEMBER, calls.CHANGE_ROLE), 15),
        (one_of(calls.UPDATE_WORKSPACE), 8), (one_of(calls.CHANGE_SETTINGS), 3),
    ),
    "insight": ((tune_prompt, 20), (one_of(calls.EXPORT_LOGS, calls.EXPORT_LOGS, calls.CANCEL_EXPORT), 25)),
    "terraform": ((apply_terraform, 1),),
    "deploy": ((deploy, 1),),
    "evaluate": ((evaluate, 1),),
    "rotate": ((rotate, 1),),
    "synchronise": ((synchronise, 1),),
    "provision": ((provision, 1),),
    "export": ((export, 1),),
    "tidy": ((tidy, 1),),
}  # fmt: skip
"""What those of a duty do, and how often."""


def episode_of(chance: Random, actor: Actor) -> Iterator[Beat]:
    """One thing that `actor` does."""
    habits = DUTIES[actor.duty]
    episode = chance.choices([habit for habit, _ in habits], [weight for _, weight in habits])[0]
    return episode(Desk(chance, actor))


def system_episode(chance: Random) -> Iterator[Beat]:
    """What the system writes down by itself."""
    workspace = chance.choice(WORKSPACES)
    what = chance.choice((calls.KEY_ROTATED, calls.THRESHOLD_CROSSED, calls.TOKEN_REFUSED))
    yield Beat(0, by_the_system(what, Things(chance, workspace)))
