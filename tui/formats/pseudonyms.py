"""Pseudonyms: what stands for an id, a mail address, a network address or a name, drawn by a key and always the same.

- A uuid becomes a uuid, and 32 hexadecimal digits the digits of one: the same digits are the same id in either form.
  Any other number of hexadecimal digits becomes as many.
- Any other id becomes a slug, or where it is a number one of 15 digits.
- A mail address becomes one at `example.com`, which is nobody's.
- An IPv6 address becomes one of 2001:db8::/32, which is set aside for documentation.  An IPv4 address becomes one of
  the three networks set aside for it; once these are used up one of 198.18.0.0/15 or 240.0.0.0/4, where nobody is.
- A name becomes `Person`, `Workspace` or `Key` with some digits behind it.
"""

from __future__ import annotations

from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from uuid import UUID

from tui.domain.names import NameKind

MOST_DIGITS = 128
"""Hexadecimal digits of the longest id that becomes as many."""

_UUID_DIGITS = 32
_POOLS = tuple(map(IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "240.0.0.0/4")))
_DOCUMENTATION = IPv6Network("2001:db8::/32")
_FREE_BITS = _DOCUMENTATION.max_prefixlen - _DOCUMENTATION.prefixlen
_TITLES = {NameKind.USER: "Person", NameKind.WORKSPACE: "Workspace", NameKind.API_KEY: "Key"}
_LEAST_NUMBER, _NUMBERS = 10**14, 9 * 10**14
"""Numbers of 15 digits: none is too long for a program that takes all numbers for floating ones."""


class Pseudonyms:
    """One key's pseudonyms.  IPv4 addresses, which are few, are remembered; all else is worked out."""

    def __init__(self, key: bytes) -> None:
        """`key` has up to 64 bytes."""
        self._key = key
        self._addresses: dict[IPv4Address, IPv4Address] = {}

    def hexadecimal(self, text: str) -> str:
        """For a uuid, or up to `MOST_DIGITS` hexadecimal digits; these may be of either case."""
        digits = text.replace("-", "").lower()
        if len(digits) != _UUID_DIGITS:
            return self._draw("digits", digits, MOST_DIGITS // 2).hex()[: len(digits)]
        drawn = UUID(bytes=self._draw("uuid", digits, _UUID_DIGITS // 2), version=4)
        return str(drawn) if "-" in text else drawn.hex

    def identifier(self, text: str) -> str:
        """For an id of any other shape."""
        if text.isascii() and text.isdigit():
            return str(_LEAST_NUMBER + int.from_bytes(self._draw("number", text, 8), "big") % _NUMBERS)
        digits = self._draw("id", text, 7).hex()
        return f"id-{digits[:8]}-{digits[8:]}"

    def mail(self, text: str) -> str:
        return f"u-{self._draw('mail', text.lower(), 6).hex()}@example.com"

    def ipv4(self, address: IPv4Address) -> IPv4Address:
        """As long as there are any left, which is for 268 millions of them, each gets one of its own."""
        known = self._addresses.get(address)
        if known is None:
            known = self._addresses[address] = _numbered(len(self._addresses))
        return known

    def ipv6(self, address: IPv6Address) -> IPv6Address:
        """For one that doesn't stand for an IPv4 address."""
        drawn = int.from_bytes(self._draw("ipv6", str(address), _FREE_BITS // 8), "big")
        return _DOCUMENTATION[drawn]

    def name(self, kind: NameKind, text: str) -> str:
        """For a name, in whatever case it is written."""
        return f"{_TITLES[kind]} {self._draw('name', text.casefold(), 6).hex()}"

    def _draw(self, kind: str, text: str, size: int) -> bytes:
        data = f"{kind}:{text}".encode("utf-8", "surrogatepass")
        return blake2b(data, key=self._key, digest_size=size).digest()


def _numbered(number: int) -> IPv4Address:
    for pool in _POOLS:
        usable = pool.num_addresses - 2
        if number < usable:
            return pool[number + 1]
        number -= usable
    return _POOLS[-1][number % usable + 1]
