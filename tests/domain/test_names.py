"""Names for ids: whom a word means, and by which word somebody is meant."""

from __future__ import annotations

import pytest

from tui.domain.names import Named, NameKind, Names, are_one

PEOPLE = (NameKind.USER, NameKind.API_KEY)
PLACES = (NameKind.WORKSPACE,)
PAYMENTS = Named("Payments EU-West", ("ws-pay-1a2b3c",))
NAMES = Names(
    {
        NameKind.USER: {
            "u-1": Named("Alice Okafor", ("alice@acme.example",)),
            "u-2": Named("Al O'Brien", ("al@acme.example",)),
            "u-3": Named("Zoë Alvarez"),
            "u-4": Named("zoë alvarez"),
        },
        NameKind.API_KEY: {"k-1": Named("ci_deployer (eu)"), "k-2": Named("ci_deployer (eu)"), "k-3": Named("nightly")},
        NameKind.WORKSPACE: {"w-1": PAYMENTS, "ws-pay-1a2b3c": PAYMENTS, "w-2": Named("Sandbox", ("ws-sand-1a2b3c",))},
    }
)


def found(text: str, kinds: tuple[NameKind, ...] = PEOPLE) -> set[str]:
    return set(NAMES.find(kinds, text))


class TestFinding:
    @pytest.mark.parametrize("text", ["u-1", "U-1", " u-1 ", "alice@acme.example", "Alice@ACME.example"])
    def test_by_id_or_mail_in_full(self, text: str):
        assert found(text) == {"u-1"}

    @pytest.mark.parametrize("text", ["okafor", "Oka", "alice o", "ALICE"])
    def test_by_the_beginning_of_any_word_of_the_name(self, text: str):
        assert found(text) == {"u-1"}

    @pytest.mark.parametrize(("text", "who"), [("brien", {"u-2"}), ("depl", {"k-1", "k-2"}), ("(eu)", {"k-1", "k-2"})])
    def test_words_are_told_apart_by_any_sign(self, text: str, who: set[str]):
        assert found(text) == who

    def test_so_are_several_words_in_the_middle_of_a_name(self):
        assert found("eu-west", PLACES) == {"w-1", "ws-pay-1a2b3c"}

    def test_a_beginning_may_mean_several(self):
        assert found("al") == {"u-1", "u-2", "u-3", "u-4"}

    def test_those_are_told_as_they_are_listed(self):
        assert list(NAMES.find(PEOPLE, "al")) == ["u-1", "u-2", "u-3", "u-4"]

    def test_an_id_or_mail_in_full_goes_before_beginnings(self):
        assert found("al@acme.example") == {"u-2"}

    @pytest.mark.parametrize("text", ["", " ", "fafor", "alice@", "u-", "payments"])
    def test_nothing_else_finds_anybody(self, text: str):
        assert found(text) == set()


class TestIds:
    def test_a_word_stands_for_the_ids_of_all_it_may_mean(self):
        assert NAMES.ids(PLACES, "pay") == ("w-1", "ws-pay-1a2b3c")

    def test_where_it_means_nobody_it_is_an_id_itself(self):
        assert NAMES.ids(PEOPLE, "u-9") == ("u-9",)


class TestTellingApart:
    def test_a_workspace_with_an_id_and_a_slug_is_one(self):
        assert are_one(NAMES.find(PLACES, "payments"))

    def test_two_keys_of_one_name_are_two(self):
        assert not are_one(NAMES.find(PEOPLE, "ci_deployer"))

    def test_nobody_is_not_one(self):
        assert not are_one({})


class TestTheClearestWord:
    @pytest.mark.parametrize(
        ("identifier", "word"),
        [
            ("u-1", "alice@acme.example"),
            ("k-3", "nightly"),
            ("k-1", "k-1"),
            ("u-3", "u-3"),
            ("u-9", "u-9"),
            ("w-1", "ws-pay-1a2b3c"),
            ("ws-pay-1a2b3c", "ws-pay-1a2b3c"),
        ],
    )
    def test_means_just_one(self, identifier: str, word: str):
        kinds = PLACES if identifier.startswith("w") else PEOPLE
        assert NAMES.word_for(kinds, identifier) == word

    def test_or_there_is_none_but_the_id(self):
        assert Names().word_for(PEOPLE, "u-1") == "u-1"
