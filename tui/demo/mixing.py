"""Chance that falls alike on every machine: mixed numbers, ids made from names, request ids made from numbers."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from zlib import crc32

_WORD = (1 << 64) - 1
_HALF = 61
_HALF_MASK = (1 << _HALF) - 1
_ROUNDS = 4
_UUID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{12})")


def mix(*parts: int) -> int:
    """A number of 64 bits in which every bit of every part has a say (SplitMix64's finaliser, chained)."""
    state = 0
    for part in parts:
        state = (state + part + 0x9E3779B97F4A7C15) & _WORD
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _WORD
        state ^= state >> 31
    return state


def checksum(text: str) -> int:
    """A number for a text, half a surrogate pair in it or not."""
    return crc32(text.encode("utf-8", "surrogatepass"))


def identify(*names: str) -> str:
    """The uuid that goes by these names, in every history."""
    digits = _digest(names)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def identify_by_clock(*names: str) -> str:
    """As `identify`, in the look of a version 1 uuid: the middle is the same for all that were made in one season."""
    digits = _digest(names)
    return f"{digits[:8]}-e595-11f0-84d4-{digits[20:32]}"


def tag(*names: str) -> str:
    """The six hexadecimal digits that a slug ends in."""
    return _digest(names)[:6]


def mask(*names: str) -> str:
    """A secret as Portkey shows one: two letters, five stars, three letters."""
    digits = _digest(names)
    return f"{digits[:2]}*****{digits[-3:]}"


class RequestIds:
    """Request ids made from record numbers by a keyed bijection, so that an id leads back to its record.

    A number below 2**61 is one half of a 122-bit block, zero the other; a Feistel network stirs them into the free bits
    of a version 4 uuid.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def of(self, number: int) -> str:
        left, right = number, 0
        for turn in range(_ROUNDS):
            left, right = right, left ^ self._stir(turn, right)
        bits = left << _HALF | right
        high, low = bits >> 62, bits & ((1 << 62) - 1)
        return (
            f"{high >> 28:08x}-{high >> 12 & 0xFFFF:04x}-4{high & 0xFFF:03x}"
            f"-{0x8000 | low >> 48:04x}-{low & 0xFFFFFFFFFFFF:012x}"
        )

    def number(self, request_id: str) -> int | None:
        """The number that `request_id` was made from, None where it was made from none."""
        match = _UUID.fullmatch(request_id)
        if match is None:
            return None
        high = int(match[1] + match[2] + match[3], 16)
        low = int(match[4] + match[5], 16) & ((1 << 62) - 1)
        bits = high << 62 | low
        left, right = bits >> _HALF, bits & _HALF_MASK
        for turn in reversed(range(_ROUNDS)):
            left, right = right ^ self._stir(turn, left), left
        return left if right == 0 else None

    def _stir(self, turn: int, half: int) -> int:
        return mix(self._seed, turn, half) & _HALF_MASK


@lru_cache(8_192)
def _digest(names: tuple[str, ...]) -> str:
    return hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
