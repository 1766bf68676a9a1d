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
