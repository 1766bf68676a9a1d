"""An archive's file is named for the host, and told from others by address and organisation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.archive.place import archive_file

DATA = Path("/data")


def test_the_name_tells_the_host():
    name = archive_file(DATA, "https://api.portkey.ai/v1", "").name
    assert re.fullmatch(r"api\.portkey\.ai-[0-9a-f]{16}\.db", name)


@pytest.mark.parametrize(
    "same", ["https://api.portkey.ai/v1/", "https://API.portkey.ai/v1", " https://api.portkey.ai/v1 "]
)
def test_spellings_of_one_address_have_one_file(same: str):
    assert archive_file(DATA, same, "org") == archive_file(DATA, "https://api.portkey.ai/v1", "org")


def test_another_organisation_or_address_has_another_file():
    places = [("https://a.example/v1", ""), ("https://a.example/v1", "org"), ("https://a.example/v2", ""),
              ("https://a.example:8443/v1", ""), ("https://b.example/v1", "")]  # fmt: skip
    assert len({archive_file(DATA, *place) for place in places}) == len(places)


@given(st.text(), st.text())
def test_whatever_the_address_is_the_file_lies_in_the_folder(host: str, organisation: str):
    try:
        file = archive_file(DATA, f"https://{host}/v1", organisation)
    except ValueError:
        return  # no address at all, which settings refuse
    assert file.parent == DATA
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*\.db", file.name)
