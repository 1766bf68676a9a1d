"""Names for ids, asked of Portkey's lists as far as the key may read them, and remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tui.domain.errors import Forbidden, SourceError
from tui.domain.names import Named, NameKind, Names
from tui.sources.answers import value_of
from tui.sources.base import NameMemory
from tui.sources.transport import Transport

_PAGE_SIZE = 100
_MOST_PAGES = 200

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _List:
    """One list of the API: how it is asked for, page by page, and what its entries are called."""

    kind: NameKind
    path: str
    scope: str
    page_name: str
    size_name: str
    ids: Callable[[Entry], tuple[str, ...]]
    name: Callable[[Entry], Named]
    filters: tuple[tuple[str, str], ...] = ()


def _text(entry: Entry, name: str) -> str:
    value = entry.get(name)
    return value.strip() if isinstance(value, str) else ""


def _person(entry: Entry) -> Named:
    mail = _text(entry, "email")
    name = f"{_text(entry, 'first_name')} {_text(entry, 'last_name')}".strip()
    return Named(name or mail, (mail,) if mail else ())


def _thing(entry: Entry) -> Named:
    slug = _text(entry, "slug")
    return Named(_text(entry, "name") or slug, (slug,) if slug else ())


def _id(entry: Entry) -> tuple[str, ...]:
    return (_text(entry, "id"),)


def _id_and_slug(entry: Entry) -> tuple[str, ...]:
    """Records may hold either."""
    return _text(entry, "id"), _text(entry, "slug")


_USERS = _List(
    NameKind.USER, "/admin/users", "organisation_users.list", "currentPage", "pageSize", _id, _person
)  # fmt: skip
_WORKSPACES = _List(
    NameKind.WORKSPACE, "/admin/workspaces", "workspaces.list", "current_page", "page_size", _id_and_slug, _thing
)
_ARCHIVED = _List(
    NameKind.WORKSPACE, "/admin/workspaces", "workspaces.list", "current_page", "page_size", _id_and_slug, _thing,
    (("status", "archived"),),
)  # fmt: skip
_API_KEYS = _List(
    NameKind.API_KEY, "/api-keys", "organisation_service_api_keys.list", "current_page", "page_size", _id, _thing
)
_LISTS = (_USERS, _API_KEYS, _WORKSPACES, _ARCHIVED)


class PortkeyDirectory:
    """Names of people, workspaces and API keys.

    What was ever learnt stays known, so that somebody who was deleted still has a name.
    """

    def __init__(self, transport: Transport, *, memory: NameMemory | None) -> None:
        """`transport` is shared: whoever made it closes it.  Without a memory nothing is remembered."""
        self._transport = transport
        self._refused: dict[NameKind, str] = {}
        self._memory = memory

    async def names(self) -> AsyncIterator[Names]:
        """What is remembered, then what each list adds to it as it arrives; what this key was refused once isn't asked
        for again."""
        known = dict(await self._memory.read()) if self._memory else {}
        failed: dict[NameKind, SourceError] = {}
        yield Names(known, dict(self._refused))
        for wanted in _LISTS:
            if wanted.kind in self._refused or wanted.kind in failed:
                continue
            try:
                found = await self._fetch(wanted)
            except Forbidden:
                self._refused[wanted.kind] = (
                    f"this key may not list them (scope {wanted.scope}), so only names learnt before are shown."
                )
            except SourceError as error:
                failed[wanted.kind] = error
            else:
                known = {**known, wanted.kind: {**known.get(wanted.kind, {}), **found}}
            told = {kind: f"{error.cause} Asking anew may bring them." for kind, error in failed.items()}
            yield Names(known, self._refused | told, failed)
        if self._memory:
            await self._memory.write(known)

    async def reach(self) -> dict[NameKind, str]:
        """What stands against having each kind of names, in a few words, "" for nothing.  One short request a kind."""
        against: dict[NameKind, str] = {}
        for wanted in (_USERS, _API_KEYS, _WORKSPACES):
            try:
                await self._page(wanted, 0, 1)
                against[wanted.kind] = ""
            except Forbidden:
                against[wanted.kind] = f"the key lacks {wanted.scope}"
            except SourceError as error:
                against[wanted.kind] = error.cause.rstrip(".")
        return against

    async def _page(self, wanted: _List, number: int, size: int) -> list[Any] | None:
        """The entries of a page of a list; None where the answer has none.  Raises `SourceError`."""
        paging = ((wanted.size_name, str(size)), (wanted.page_name, str(number)))
        value = value_of(await self._transport.get(wanted.path, (*paging, *wanted.filters)), scope=wanted.scope)
        entries = value.get("data") if isinstance(value, dict) else None
        return entries if isinstance(entries, list) else None

    async def _fetch(self, wanted: _List) -> dict[str, Named]:
        """All of a list, walked until a page isn't full or comes again.  Raises `SourceError`."""
        found: dict[str, Named] = {}
        before: list[Any] = []
        for number in range(_MOST_PAGES):
            entries = await self._page(wanted, number, _PAGE_SIZE)
            if entries is None or entries == before:
                break
            for entry in entries:
                if isinstance(entry, dict) and (named := wanted.name(entry)).name:
                    found.update({identifier: named for identifier in wanted.ids(entry) if identifier})
            if len(entries) < _PAGE_SIZE:
                break
            before = entries
        return found
