"""Names for the bare ids of the log: people, workspaces and API keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class NameKind(StrEnum):
    """The kinds of id that a directory can name."""

    USER = "user"
    WORKSPACE = "workspace"
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Named:
    """Who or what an id stands for: a name to show, and the other words people know it by (e-mail, slug)."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What is known of ids, and which look-ups were refused (so that it is told once and not asked again)."""

    known: Mapping[NameKind, Mapping[str, Named]] = field(default_factory=dict)
    refused: Mapping[NameKind, str] = field(default_factory=dict)

    def name(self, kind: NameKind, identifier: str) -> str:
        """The name of an id, or "" where nobody knows it."""
        person = self.known.get(kind, {}).get(identifier)
        return person.name if person else ""

    def actor(self, identifier: str) -> str:
        """The name of whoever acts under `identifier`: a person, or else an API key."""
        return self.name(NameKind.USER, identifier) or self.name(NameKind.API_KEY, identifier)

    def find(self, kinds: tuple[NameKind, ...], text: str) -> dict[str, Named]:
        """Everybody `text` may mean: by id or alias in full, else by the beginning of any word of the name."""
        wanted = text.strip().casefold()
        everyone = [(i, person) for kind in kinds for i, person in self.known.get(kind, {}).items()]
        exact = {i: p for i, p in everyone if wanted in (i.casefold(), *(a.casefold() for a in p.aliases))}
        if exact or not wanted:
            return exact
        return {
            i: p
            for i, p in everyone
            if p.name.casefold().startswith(wanted)
            or any(word.startswith(wanted) for word in p.name.casefold().replace("-", " ").split())
        }
