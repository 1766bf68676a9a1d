"""A mask tells how long a secret is, and whether it is the same as another; nothing else."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.redaction_corpus import SECRET_TEXTS, TOKENS
from tui.domain.masking import PLAIN, REDACTED, Masks, new_key, without_fingerprints
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact, redact_text

MASKS = Masks(b"a key of these tests")
OTHERS = Masks(b"another key of them")
TOKEN = TOKENS[0]


class TestAFingerprint:
    def test_stands_beside_the_length(self) -> None:
        assert REDACTED.fullmatch(MASKS.mask("correct horse"))
        assert MASKS.mask("correct horse").startswith("‹redacted 13 · #")
        assert PLAIN.mask("correct horse") == "‹redacted 13›"

    def test_is_the_same_wherever_the_secret_stands(self) -> None:
        shown = redact(
            AuditRecord.model_validate(
                {
                    "request_headers": json.dumps(
                        {"x-portkey-provider-key": TOKEN, "authorization": f"Bearer {TOKEN}"}
                    ),
                    "request_body": json.dumps({"note": f"it was {TOKEN}", "packed": json.dumps({"api_key": TOKEN})}),
                    "query_params": f"token={TOKEN}",
                    "uri": f"/v1/keys?key={TOKEN}",
                }
            ),
            MASKS,
        )
        texts = (shown.request_headers, shown.request_body, shown.query_params, shown.uri)
        masks = [mask for text in texts for mask in REDACTED.findall(text)]
        assert len(masks) == 6
        assert len({mask.partition("#")[2] for mask in masks}) == 1

    def test_differs_with_the_secret_and_with_the_archive(self) -> None:
        fingerprints = {MASKS.mask(f"secret-{number:02}").partition("#")[2] for number in range(20)}
        assert len(fingerprints) == 20
        assert OTHERS.mask(TOKEN) != MASKS.mask(TOKEN)
        assert Masks(new_key()).mask(TOKEN) != Masks(new_key()).mask(TOKEN)

    def test_is_too_short_to_prove_a_guess(self) -> None:
        """Of passwords that somebody may try, several have any one fingerprint."""
        shared = Counter(MASKS.mask(f"{number:08}") for number in range(1_000_000))
        assert 5 < shared[MASKS.mask("00004711")] < 30

    @pytest.mark.parametrize("odd", ["\ud800", "é" * 9, "\x00\x01", " ", "Bearer ", "basic   "])
    def test_any_text_has_one(self, odd: str) -> None:
        assert REDACTED.fullmatch(MASKS.mask(odd))


class TestMaskedAlready:
    @given(st.sampled_from([text for text, _ in SECRET_TEXTS]))
    def test_it_stays_as_it_is_whoever_looks_at_it_again(self, text: str) -> None:
        shown = redact_text(text, MASKS)
        assert redact_text(shown, MASKS) == shown
        assert redact_text(shown, OTHERS) == shown
        assert redact_text(shown) == shown

    @given(st.sampled_from([text for text, _ in SECRET_TEXTS]))
    def test_but_for_the_fingerprints_it_is_the_same_everywhere(self, text: str) -> None:
        assert without_fingerprints(redact_text(text, MASKS)) == redact_text(text)

    def test_a_record_is_the_same_one_in_every_archive(self) -> None:
        record = AuditRecord.model_validate({"uri": f"/v1/keys?key={TOKEN}", "request_id": "r-1"})
        here, there = redact(record, MASKS), redact(record, OTHERS)
        assert here.uri != there.uri
        assert here.identity == there.identity == redact(record).identity
