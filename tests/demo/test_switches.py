from __future__ import annotations

from contextlib import suppress
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.demo.switches import SettingError, Switches, choices, parse_assignments


class TestDefaults:
    def test_the_first_value_of_every_closed_switch_is_its_default(self) -> None:
        for name, values in choices().items():
            if values:
                assert getattr(Switches(), name) == values[0], name

    def test_every_switch_is_known_by_its_name(self) -> None:
        assert list(choices()) == [field.name for field in fields(Switches)]


class TestTurning:
    def test_each_value_of_each_switch_can_be_given_as_text(self) -> None:
        for name, values in choices().items():
            for value in values:
                assert getattr(Switches().changed({name: str(value).lower()}), name) == value

    def test_values_may_come_as_json_gives_them(self) -> None:
        turned = Switches().changed({"end_inclusive": False, "page_base": 1, "grow": 2.5, "drift": 3})
        assert (turned.end_inclusive, turned.page_base, turned.grow, turned.drift) == (False, 1, 2.5, 3)

    def test_what_is_not_turned_stays(self) -> None:
        assert Switches(csv_filters="on").changed({"page_base": 1}).csv_filters == "on"

    def test_a_wrong_name_is_told_with_the_nearest(self) -> None:
        with pytest.raises(SettingError, match="did you mean 'page_base'"):
            Switches().changed({"pagebase": 1})

    def test_a_name_like_no_other_is_told_with_all(self) -> None:
        with pytest.raises(SettingError, match="there are page_base, org_param, "):
            Switches().changed({"xyzzy": 1})

    def test_a_wrong_value_is_told_with_the_right_ones(self) -> None:
        with pytest.raises(SettingError, match="envelope is one of full, records-only, not 'empty'"):
            Switches().changed({"envelope": "empty"})

    @pytest.mark.parametrize("value", ["many", "-1", "nan", "inf", "1e9", ""])
    def test_amounts_are_numbers_from_zero(self, value: str) -> None:
        with pytest.raises(SettingError, match="grow is a number"):
            Switches().changed({"grow": value})

    def test_text_that_could_break_a_header_is_refused(self) -> None:
        assert Switches().changed({"redirect_to": "http://127.0.0.1:9"}).redirect_to == "http://127.0.0.1:9"
        with pytest.raises(SettingError, match="redirect_to is printable ASCII"):
            Switches().changed({"redirect_to": "http://a\r\nX: y"})

    @given(st.text(), st.text())
    def test_no_text_raises_anything_else(self, name: str, value: str) -> None:
        with suppress(SettingError):
            Switches().changed(parse_assignments([f"{name}={value}"]))


class TestAssignments:
    def test_dashes_and_blanks_are_forgiven(self) -> None:
        assert parse_assignments(["page-base = 1", "country=name"]) == {"page_base": "1", "country": "name"}

    def test_a_name_alone_is_an_error(self) -> None:
        with pytest.raises(SettingError, match="NAME=VALUE, not 'page_base'"):
            parse_assignments(["page_base"])
