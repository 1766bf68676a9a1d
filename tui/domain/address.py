"""Network addresses as the log writes them."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_REMEMBERED = 4_096
"""Addresses whose spelling is known: the same few come all the time, and reading one takes longer than a look-up."""


@lru_cache(_REMEMBERED)
def normalise_address(text: str) -> str:
    """One spelling for one address; what isn't an address comes back stripped."""
    text = text.strip()
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def is_address(text: str) -> bool:
    """Whether this is an IPv4 or IPv6 address."""
    try:
        ip_address(text.strip())
    except ValueError:
        return False
    return True
