"""Whatever contains a text has its words, as an index is asked for them; and what is a word, a number, too long."""

from __future__ import annotations

import json
import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.archive.records import entry, records
from tui.archive.words import LONG, is_indexed_alike, is_number, may_be_in_number, words_of, words_of_record
from tui.domain.fields import FIELDS, OPERATION, Kind
from tui.domain.json_values import NotJson, decode, leaves
from tui.domain.record import AuditRecord

LONGEST = 64
PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from(("prod", "-", " ", "_", "Straße", "İ", "ŉ", "ΐ", "٣", "3af8", "\x00", "\ud800", "a" * 65, "é")),
)
TEXTS = st.lists(PIECES, max_size=4).map("".join)


@given(TEXTS, TEXTS, TEXTS)
@example("re", "prod", "uction")
@example("a" * 40, "b" * 40, "")
@example("", "ΐ", "ΐ")
def test_what_contains_a_text_has_its_words(before: str, text: str, after: str):
    """The inner ones in full, the first as the end of one, the last as the beginning of one."""
    there, sought = words_of(before + text + after), words_of(text)
    if not sought or LONG in there:
        return
    folded = text.casefold()
    begins, ends = not words_of(folded[0]), not words_of(folded[-1])
    assert set(sought[1:-1]) <= set(there)
    if len(sought) == 1:
        assert any(_fits(word, sought[0], begins=begins, ends=ends) for word in there)
    else:
        assert any(_fits(word, sought[0], begins=begins, ends=True) for word in there)
        assert any(_fits(word, sought[-1], begins=True, ends=ends) for word in there)


def _fits(word: str, part: str, *, begins: bool, ends: bool) -> bool:
    """Whether a part stands in a word: at its beginning, at its end, or anywhere."""
    if begins and ends:
        return word == part
    return word.startswith(part) if begins else word.endswith(part) if ends else part in word


@given(TEXTS)
def test_case_does_not_matter(text: str):
    assert words_of(text) == words_of(text.casefold())


@given(TEXTS)
def test_words_are_their_own_words(text: str):
    words = words_of(text)
    assert words_of(" ".join(words)) == words
    assert all(0 < len(word) <= LONGEST for word in words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("--- ", []),
        ("POST /v2/api-keys/pk_9", ["post", "v2", "api", "keys", "pk", "9"]),
        ("ana@x.example", ["ana", "x", "example"]),
        ("203.0.113.7", ["203", "0", "113", "7"]),
        ("Straße", ["strasse"]),
        ("東京 ٣", ["東京", "٣"]),
        ("a\x00b\nc\u00a0d", ["a", "b", "c", "d"]),
        ("a" * LONGEST, ["a" * LONGEST]),
        (f"b {'a' * (LONGEST + 1)} c", ["b", LONG, "c"]),
    ],
)
def test_a_word_is_a_run_of_letters_and_digits(text: str, expected: list[str]):
    assert words_of(text) == expected


def test_a_word_that_is_too_long_stands_for_whatever_is_in_it():
    packed = words_of_record(entry(request_body=f'{{"file": "{"a" * 5_000}", "name": "prod"}}'))
    assert LONG in packed
    assert {"file", "name", "prod"} <= packed
    assert max(map(len, packed)) <= LONGEST
    assert LONG not in words_of_record(entry(request_body='{"name": "prod"}'))


@given(records())
def test_a_record_has_the_words_of_every_field(record: AuditRecord):
    words = words_of_record(record)
    for text in _texts_of(record):
        assert set(words_of(text)) <= words


def _texts_of(record: AuditRecord) -> list[str]:
    """All that words are looked up for: of JSON as it stands, and as it is shown.  Values that are counted, such as an
    operation that was worked out, are found by their numbers."""
    texts = [field.value(record) for field in FIELDS if field is not OPERATION]
    for field in FIELDS:
        if field.kind is Kind.JSON:
            try:
                texts += leaves(decode(field.value(record)))
            except NotJson:
                continue
    return [*texts, record.client_ip]


@given(st.lists(TEXTS, min_size=1, max_size=3), st.booleans(), st.integers(0, 2))
def test_however_its_json_is_written(texts: list[str], escaped: bool, packed: int):
    body: object = {"texts": texts}
    for _ in range(packed):
        body = {"packed": json.dumps(body, ensure_ascii=escaped)}
    words = words_of_record(entry(request_body=json.dumps(body, ensure_ascii=escaped)))
    for text in leaves(body):
        assert set(words_of(text)) <= words


@pytest.mark.parametrize("word", ["7", "203", "3af846b9", "0", "e3", "00000000000000000000"])
def test_ids_and_counts_are_numbers(word: str):
    assert is_number(word)


@pytest.mark.parametrize("word", ["prod", "v2", "reproduction", "g1", "٣", "é1", "", LONG])
def test_words_that_people_use_are_not(word: str):
    assert not is_number(word)


@given(st.text(st.sampled_from("0123456789abcdefgx"), min_size=1, max_size=8), st.data())
def test_a_part_of_a_number_may_be_in_one(word: str, data: st.DataObject):
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(word)), st.integers(0, len(word)))))
    part = word[start:end]
    if is_number(word) and part:
        assert may_be_in_number(part)
    if part and not may_be_in_number(part):
        assert not is_number(word)


@pytest.mark.parametrize("word", ["prod", "3af8", "straße", "größe", "ελλάς", "жук", "東京"])
def test_words_of_common_letters_are_indexed_as_they_are(word: str):
    assert is_indexed_alike(word)


@pytest.mark.parametrize("word", ["𞤀", "a𐐨", "ꟓ"])
def test_letters_that_an_older_index_may_not_know_are_not_relied_on(word: str):
    assert not is_indexed_alike(word)


def test_what_is_relied_on_the_index_takes_for_one_word():
    """Every letter and digit there is, within a word."""
    letters = {word for number in range(0x110000) for word in words_of(chr(number))}
    words = sorted(f"a{letter}b" for letter in letters if is_indexed_alike(letter))
    index = sqlite3.connect(":memory:")
    index.execute(
        "CREATE VIRTUAL TABLE words USING fts5"
        " (text, content = '', detail = none, columnsize = 0, tokenize = \"unicode61 remove_diacritics 0\")"
    )
    index.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(words))
    for row, word in enumerate(words):
        assert index.execute("SELECT rowid FROM words WHERE words MATCH ?", (f'"{word}"',)).fetchall() == [(row,)]
    index.close()
