"""Values of a file that a field can't hold are told, and not passed over."""

from __future__ import annotations

import pytest

from tui.domain.errors import QueryError
from tui.domain.query_check import check_file_values


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("ip", ["203.0.113.9", "2001:db8::1", "::ffff:203.0.113.9", "203.0.113.0/24", "2001:db8::/32"]),
        ("status", ["200", "403"]),
        ("actor", ["Ana Ortiz", "4", "a*"]),
        ("type", ["api-key"]),
        ("ip", []),
    ],
)
def test_what_the_field_may_hold_is_taken_as_it_stands(field: str, values: list[str]):
    check_file_values(field, "values.txt", values)


@pytest.mark.parametrize(
    ("field", "values", "told"),
    [
        ("ip", ["203.0.113.9", "not-an-ip", "nor-this"], "@values.txt: not-an-ip is no address"),
        ("ip", ["203.0.113.0/99"], "@values.txt: 203.0.113.0/99 is no address, and no network"),
        ("ip", ["203.0.113.9 # seen"], "@values.txt: 203.0.113.9 # seen is no address"),
        ("status", ["200", "4xx"], "@values.txt: 4xx is no status"),
    ],
)
def test_the_first_that_it_can_not_hold_is_told_with_its_file(field: str, values: list[str], told: str):
    with pytest.raises(QueryError) as refused:
        check_file_values(field, "values.txt", values)
    assert str(refused.value).startswith(told)


def test_nothing_told_can_act_on_a_terminal():
    with pytest.raises(QueryError) as refused:
        check_file_values("ip", "\x1b.txt", ["\x1b[2J"])
    assert str(refused.value).startswith(r"@\u001b.txt: \u001b[2J is no address")
