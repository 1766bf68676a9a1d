"""The key by which an archive's masks tell the same secret from another: made with it, and never outside of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.masking import Masks, new_key

if TYPE_CHECKING:
    from tui.archive.store import Store

_KEY = "fingerprints"
"""The fact that has it, in hexadecimal digits."""


def masks_of(store: Store) -> Masks:
    """The masks of an archive, without fingerprints where it has no key yet."""
    return Masks(bytes.fromhex(store.fact(_KEY)))


def keyed_masks_of(store: Store) -> Masks:
    """The masks of an archive, that has a key from now on.  To be called within `Store.writing`."""
    if not store.fact(_KEY):
        store.note(_KEY, new_key().hex())
    return masks_of(store)
