"""Network addresses as the log writes them."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address


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
