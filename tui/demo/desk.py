"""An actor at work: turns calls of the catalogue into steps, with everything that one sitting holds fixed."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tui.demo.cast import PEOPLE, ROBOTS, WORKSPACES, Actor, Place, Thing, Workspace
from tui.demo.catalogue import Call
from tui.demo.mixing import identify, tag
from tui.demo.step import Step

_SLUG_PREFIXES = {"config": "pc", "guardrail": "pg", "collection": "co"}
_PLAIN_SLUGS = ("virtual_key", "provider", "integration", "secret")
_REFUSALS = ("401", "402", "403", "404", "409", "412", "429", "429", "500", "500")
"""What any call may meet, whatever it is."""


class Beat(NamedTuple):
    """A step, and how many seconds after the one before it in its episode (ignored in the first)."""

    lag: int
    step: Step


class Desk:
    """One sitting of `actor`: from one place, in one workspace, on one thing of each kind."""

    def __init__(self, chance: Random, actor: Actor, *, workspace: Workspace | None = None,
                 place: Place | None = None) -> None:  # fmt: skip
        """Workspace and place are left to chance where they aren't given."""
        reachable = actor.workspaces or WORKSPACES
        self.chance = chance
        self._actor = actor
        self._place = place or chance.choice(actor.places)
        self._workspace = workspace or chance.choices(reachable, [one.share for one in reachable])[0]
        self.things = Things(chance, self._workspace)

    def call(self, what: Call, *, lag: int = 0, status: str = "") -> Beat:
        """`what`, `lag` seconds after the call before; an empty status leaves the outcome to chance."""
        uri = what.path.format_map(self.things)
        return Beat(lag, Step(
            method=what.method, uri=uri, user_id=self._actor.id, user_type=self._actor.type,
            workspace_id="" if what.organisational else self._workspace.id,
            response_status_code=status or self._fate(what), resource_type=what.resource_type,
            # The API leaves the action blank now and then, and nobody knows when.
            action="" if not status and self.chance.random() < 0.04 else what.action,
            client_ip=self._place.address, country=self._place.country, body=what.body, subject=self.things.subject,
            agent=self._actor.agent, credential=self._actor.credential,
        ))  # fmt: skip

    def turn_to_another(self) -> None:
        """The calls from here on act upon other things."""
        self.things = Things(self.chance, self._workspace)

    def _fate(self, what: Call) -> str:
        roll = self.chance.random()
        if roll < 0.965:
            return what.success
        return self.chance.choice(what.failures if roll < 0.987 and what.failures else _REFUSALS)


class Things(dict[str, str]):
    """Ids by kind ("prompt", "config" …), each picked from what the workspace holds when it is first asked for."""

    def __init__(self, chance: Random, workspace: Workspace) -> None:
        super().__init__()
        self._chance = chance
        self.workspace = workspace
        self.subject = chance.choice(workspace.topics)
        """The name of what was picked last."""

    def __missing__(self, kind: str) -> str:
        picked = self._pick(kind)
        self[kind] = picked.id
        self.subject = picked.name
        return picked.id

    def _pick(self, kind: str) -> Thing:
        if kind == "user":
            somebody = self._chance.choice(PEOPLE)
            return Thing(somebody.id, somebody.name)
        if kind == "workspace":
            workspace = self._chance.choice(WORKSPACES)
            return Thing(workspace.slug, workspace.name)
        if kind == "api_key":
            robots = [Thing(robot.id, robot.name) for robot in ROBOTS]
            return self._chance.choice((*self.workspace.keys, *self.workspace.keys, *robots))
        name = self._name()
        scope = (kind, self.workspace.name, name)
        if kind in _SLUG_PREFIXES:
            letters = name.replace("-", "")[:6]
            return Thing(f"{_SLUG_PREFIXES[kind]}-{letters}-{tag(*scope)}", name)
        if kind in _PLAIN_SLUGS:
            return Thing(f"{name}-{tag(*scope)}", name)
        if kind == "version":
            return Thing(identify(*scope, str(self._chance.randrange(40))), self.subject)
        return Thing(identify(*scope), name)

    def _name(self) -> str:
        """A topic of the workspace, the first ones most often, with its variants."""
        topics = self.workspace.topics
        topic = topics[int(len(topics) * self._chance.random() ** 1.6)]
        return self._chance.choice((topic, topic, topic, f"{topic}-short", f"{topic}-{self._chance.randint(2, 5)}"))


def by_the_system(what: Call, things: Things) -> Step:
    """An entry that nobody made: a rotation by policy, a threshold crossed, a token refused."""
    uri = what.path.format_map(things)
    return Step(
        method=what.method, uri=uri, user_id="", user_type="system", workspace_id=things.workspace.id,
        response_status_code=what.success, resource_type=what.resource_type, action=what.action, client_ip="",
        country="", body=what.body, subject=things.subject,
    )  # fmt: skip
