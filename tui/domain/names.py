"""Names for the bare ids of the log: people, workspaces and API keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice, takewhile

from tui.domain.errors import SourceError


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


class _Index:
    """Ids by the words for them, so that a file of names can be looked up among thousands of people."""

    def __init__(self, everyone: Iterable[tuple[str, Named]]) -> None:
        self._everyone = list(everyone)
        self._exact: dict[str, dict[str, Named]] = {}
        self._names: list[tuple[str, int]] = []
        """Names from each of their words on, and whose they are, in order: those with one beginning are together."""
        for number, (identifier, named) in enumerate(self._everyone):
            for word in (identifier, *named.aliases):
                self._exact.setdefault(word.casefold(), {})[identifier] = named
            name = named.name.casefold()
            begins = (at for at in range(len(name)) if at == 0 or not name[at - 1].isalnum())
            self._names += ((name[at:], number) for at in begins)
        self._names.sort()

    def find(self, wanted: str) -> dict[str, Named]:
        """Everybody with the id or alias `wanted`, in folded case, else with a word that begins so, as listed."""
        if wanted in self._exact:
            return dict(self._exact[wanted])
        first = bisect_left(self._names, (wanted,))
        found = takewhile(lambda entry: entry[0].startswith(wanted), islice(self._names, first, None))
        return dict(self._everyone[number] for number in sorted({number for _, number in found}))


@dataclass(frozen=True, slots=True)
class Names:
    """What is known of ids, and why look-ups were `refused`.

    `failed` has the errors of those among them that were not for want of a scope: asked anew they may succeed.
    """

    known: Mapping[NameKind, Mapping[str, Named]] = field(default_factory=dict)
    refused: Mapping[NameKind, str] = field(default_factory=dict)
    failed: Mapping[NameKind, SourceError] = field(default_factory=dict)
    _indexes: dict[tuple[NameKind, ...], _Index] = field(default_factory=dict, init=False, repr=False, compare=False)

    def name(self, kind: NameKind, identifier: str) -> str:
        """The name of an id, or "" where nobody knows it."""
        person = self.known.get(kind, {}).get(identifier)
        return person.name if person else ""

    def actor(self, identifier: str) -> str:
        """The name of whoever acts under `identifier`: a person, or else an API key."""
        return self.name(NameKind.USER, identifier) or self.name(NameKind.API_KEY, identifier)

    def words(self, kinds: tuple[NameKind, ...], identifier: str) -> tuple[str, ...]:
        """What an id is known by: its name, then its aliases."""
        known = (self.known.get(kind, {}).get(identifier) for kind in kinds)
        return tuple(word for named in known if named for word in (named.name, *named.aliases))

    def find(self, kinds: tuple[NameKind, ...], text: str) -> dict[str, Named]:
        """Everybody `text` may mean: by id or alias in full, else by the beginning of any word of the name."""
        if kinds not in self._indexes:
            self._indexes[kinds] = _Index(pair for kind in kinds for pair in self.known.get(kind, {}).items())
        wanted = text.strip().casefold()
        return self._indexes[kinds].find(wanted) if wanted else {}

    def ids(self, kinds: tuple[NameKind, ...], text: str) -> tuple[str, ...]:
        """The ids that `text` stands for: of everybody it may mean, or where that is nobody it is an id itself."""
        return tuple(self.find(kinds, text)) or (text,)

    def word_for(self, kinds: tuple[NameKind, ...], identifier: str) -> str:
        """The clearest word that means whoever has this id, and nobody else: an alias, the name, else the id itself."""
        name, *aliases = self.words(kinds, identifier) or ("",)
        found = ((word, self.find(kinds, word)) for word in (*aliases, name))
        return next((word for word, meant in found if identifier in meant and are_one(meant)), identifier)


def are_one(meant: Mapping[str, Named]) -> bool:
    """Whether all of these ids are somebody's who has several, as workspaces have: known under the same alias."""
    return len({person if person.aliases else identifier for identifier, person in meant.items()}) == 1
