"""Pseudonyms: the same for the same, another for another, and of the shape that they stand for."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.identifiers import is_whole
from tui.domain.names import NameKind
from tui.domain.record import AuditRecord
from tui.formats.pseudonyms import Pseudonyms

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
DOCUMENTATION = [IPv4Network(f"{network}.0/24") for network in ("192.0.2", "198.51.100", "203.0.113")]
KINDS: dict[str, tuple[st.SearchStrategy[str], Callable[[Pseudonyms, str], str]]] = {
    "uuid": (st.uuids().map(str), Pseudonyms.hexadecimal),
    "digits": (st.text("0123456789abcdef", min_size=16, max_size=64), Pseudonyms.hexadecimal),
    "id": (st.text("abcXYZ019-_", min_size=1), Pseudonyms.identifier),
    "number": (st.integers(0).map(str), Pseudonyms.identifier),
    "mail": (st.emails().map(str.lower), Pseudonyms.mail),
    "IPv4": (
        st.ip_addresses(v=4).map(str),
        lambda pseudonyms, text: str(pseudonyms.ipv4(IPv4Address(text))),
    ),
    "IPv6": (
        st.ip_addresses(v=6).map(str),
        lambda pseudonyms, text: str(pseudonyms.ipv6(IPv6Address(text))),
    ),
    "name": (
        st.text(min_size=1).map(str.casefold),
        lambda pseudonyms, text: pseudonyms.name(NameKind.USER, text),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_the_same_is_the_same_and_another_is_another(kind: str, data: st.DataObject):
    texts, draw = KINDS[kind]
    found = data.draw(st.lists(texts, min_size=1, max_size=20, unique=True))
    pseudonyms = Pseudonyms(KEY)
    drawn = [draw(pseudonyms, text) for text in found]
    assert [draw(pseudonyms, text) for text in found] == drawn
    assert len(set(drawn)) == len(found)
    assert set(drawn).isdisjoint(found) or kind == "IPv4"  # which may be one that another one has


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "IPv4"])
@given(st.data())
def test_with_another_key_it_is_another(kind: str, data: st.DataObject):
    texts, draw = KINDS[kind]
    text = data.draw(texts)
    assert draw(Pseudonyms(KEY), text) != draw(Pseudonyms(OTHER_KEY), text)


class TestShapes:
    @given(st.uuids())
    def test_a_uuid_is_one_in_either_form_and_case(self, identifier: UUID):
        pseudonyms = Pseudonyms(KEY)
        drawn = pseudonyms.hexadecimal(str(identifier))
        assert is_whole(drawn)
        assert pseudonyms.hexadecimal(str(identifier).upper()) == drawn
        assert pseudonyms.hexadecimal(identifier.hex) == drawn.replace("-", "")

    @given(st.text("0123456789abcdef", min_size=16, max_size=128))
    def test_digits_stay_as_many(self, digits: str):
        drawn = Pseudonyms(KEY).hexadecimal(digits)
        assert len(drawn) == len(digits)
        int(drawn, 16)

    @given(st.text("abc-", min_size=1))
    def test_an_id_is_a_slug_that_is_found_in_a_path(self, identifier: str):
        drawn = Pseudonyms(KEY).identifier(identifier)
        assert AuditRecord(uri=f"/v2/configs/{drawn}").target == drawn

    @given(st.integers(0))
    def test_a_number_is_one_that_every_program_reads_to_the_digit(self, number: int):
        drawn = Pseudonyms(KEY).identifier(str(number))
        assert len(drawn) == 15
        assert int(float(drawn)) == int(drawn)

    def test_addresses_are_those_that_nobody_has_however_many(self):
        pseudonyms = Pseudonyms(KEY)
        drawn = [pseudonyms.ipv4(IPv4Address(number)) for number in range(140_000)]
        assert len(set(drawn)) == 140_000
        assert all(any(address in network for network in DOCUMENTATION) for address in drawn[:762])
        assert not any(address.is_global for address in drawn)
        assert pseudonyms.ipv6(IPv6Address("2a00::1")) in IPv6Network("2001:db8::/32")

    def test_names_say_of_what_kind_they_are(self):
        pseudonyms = Pseudonyms(KEY)
        drawn = [pseudonyms.name(kind, "Ana") for kind in NameKind]
        assert [name.split()[0] for name in drawn] == ["Person", "Workspace", "Key"]
