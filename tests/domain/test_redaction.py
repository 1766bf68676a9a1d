"""Secrets that the log holds are hidden before anybody sees them; all else can still be read."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.redaction_corpus import (
    IN_TEXT,
    LOOK_ALIKES,
    PLAIN,
    READABLE_DOCUMENTS,
    SECRET_NAMES,
    SECRET_TEXTS,
    TOKENS,
)
from tests.domain.redaction_figures import measure, still_seen
from tests.proof import Counted, seeds
from tui.domain import secret_shapes
from tui.domain.masking import REDACTED
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact, redact_text

WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
SECRETS = st.sampled_from([{name: PLAIN} for name in SECRET_NAMES] + [{"note": token} for token in TOKENS])
PACKED = "packed"


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, str]:
    """JSON text with a secret somewhere in it, perhaps in JSON within a string; and the secret."""
    secret = draw(SECRETS)
    document: Any = secret
    for _ in range(draw(st.integers(0, 5))):
        how = draw(st.sampled_from(["object", "list", PACKED]))
        if how == "object":
            document = draw(st.dictionaries(WORDS, DOCUMENTS, max_size=2)) | {draw(WORDS): document}
        elif how == "list":
            document = [*draw(st.lists(DOCUMENTS, max_size=2)), document, *draw(st.lists(DOCUMENTS, max_size=2))]
        else:
            document = {draw(WORDS): json.dumps(document, ensure_ascii=draw(st.booleans()))}
    indent = draw(st.sampled_from([None, 2]))
    return json.dumps(document, indent=indent, ensure_ascii=draw(st.booleans())), next(iter(secret.values()))


class TestTheCorpus:
    """No secret is missed, and nothing else is hidden."""

    def test_it_is_large_enough_to_mean_something(self) -> None:
        assert len({*TOKENS, *SECRET_NAMES, *IN_TEXT}) > 100
        assert len({*LOOK_ALIKES, *READABLE_DOCUMENTS}) > 100

    @pytest.mark.parametrize(("text", "secret"), SECRET_TEXTS)
    def test_a_secret_is_hidden(self, text: str, secret: str) -> None:
        shown = redact_text(text)
        assert REDACTED.search(shown)
        assert not [line for line in secret.splitlines() if line and line in shown]

    @pytest.mark.parametrize("text", LOOK_ALIKES)
    def test_what_only_looks_like_one_stays_readable(self, text: str) -> None:
        assert redact_text(text) == text
        for written in (text, f"see:\n{text}"):
            packed = json.dumps({"note": written})
            assert redact_text(packed) == packed

    @pytest.mark.parametrize("text", READABLE_DOCUMENTS)
    def test_the_changes_a_responder_reads_stay_readable(self, text: str) -> None:
        assert redact_text(text) == text
        assert redact_text(json.dumps({"packed": text})) == json.dumps({"packed": text})


class TestFigures:
    """What is asked of redaction: 99 of 100 secrets hidden, and at most 2 of 100 look-alikes with them."""

    @pytest.mark.proof("T12")
    def test_of_the_corpus_it_was_written_with(self, counted: Counted) -> None:
        missed = [text for text, secret in SECRET_TEXTS if secret in redact_text(text)]
        harmless = [*LOOK_ALIKES, *READABLE_DOCUMENTS]
        alarms = [text for text in harmless if redact_text(text) != text]
        counted(secrets=len(SECRET_TEXTS), missed=len(missed), look_alikes=len(harmless), false_alarms=len(alarms))
        assert not missed
        assert not alarms

    @pytest.mark.proof("T12")
    def test_of_the_corpus_held_out_from_it(self, counted: Counted) -> None:
        for seed in seeds("redaction", ci=3, large=40):
            figures = measure([seed])
            counted(
                secrets=len(figures.sought),
                missed=len(figures.missed),
                look_alikes=len(figures.harmless),
                false_alarms=len(figures.alarms),
            )
            assert len({secret.secret for secret in figures.sought}) > 300
            assert len({alike.text for alike in figures.harmless}) > 300
            assert figures.recall >= 0.99, (seed, figures.missed)
            assert figures.alarm_rate <= 0.02, (seed, figures.alarms)

    def test_a_secret_of_which_a_part_is_left_is_missed(self) -> None:
        assert still_seen("x ‹redacted 9› 0123456789ab", "abc-0123456789ab")
        assert still_seen("hunter2", "hunter2")
        assert not still_seen("‹redacted 7›", "hunter2")


class TestWaysToWriteIt:
    """A secret's name and its value are found however they are written together."""

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ('{"name":"API_KEY","value":"abc"}', '{"name":"API_KEY","value":"‹redacted 3›"}'),
            ('{"value":"abc","name":"region"}', '{"value":"abc","name":"region"}'),
            ('[{"name":"API_KEY"},{"value":"abc"}]', '[{"name":"API_KEY"},{"value":"abc"}]'),
            ("url=https://a.example/?token=abc&n=1", "url=https://a.example/?token=‹redacted 3›&n=1"),
            ("to=https%3A%2F%2Fa%3Ftoken%3Dabc%26n%3D1", "to=https%3A%2F%2Fa%3Ftoken%3D‹redacted 3›%26n%3D1"),
            ("to=pg%3A%2F%2Fapp%3Aabc%40db%2Fmain", "to=pg%3A%2F%2Fapp%3A‹redacted 3›%40db%2Fmain"),
            ("x=%7B%22api_key%22%3A%20%22abc%22%7D", "x=%7B%22api_key%22%3A%20%22‹redacted 3›%22%7D"),
            (
                "x=https%253A%252F%252Fa%253Ftoken%253Dabc%2526n",
                "x=https%253A%252F%252Fa%253Ftoken%253D‹redacted 3›%2526n",
            ),
            ("[db]\npassword = abc\nhost = x", "[db]\npassword = ‹redacted 3›\nhost = x"),
            ('password = os.environ["PASSWORD"]', 'password = os.environ["PASSWORD"]'),
            ("login --api-key abc --region eu", "login --api-key ‹redacted 3› --region eu"),
            ("login --api-key $API_KEY", "login --api-key $API_KEY"),
            ("<a><password>abc</password></a>", "<a><password>‹redacted 3›</password></a>"),
            ("curl -u ana:abc https://a.example", "curl -u ana:‹redacted 3› https://a.example"),
            ("docker run -u 1000:1000 image", "docker run -u 1000:1000 image"),
        ],
    )
    def test_it_is_found_and_all_else_stays(self, text: str, shown: str) -> None:
        assert redact_text(text) == shown
        packed = json.dumps({"a": json.dumps({"b": text})}, ensure_ascii=False)
        assert redact_text(packed) == json.dumps(
            {"a": json.dumps({"b": shown}, ensure_ascii="‹" not in shown)}, ensure_ascii=False
        )

    @pytest.mark.parametrize(
        "name", ["PGPASSWORD", "dbpassword", "DB_PASS", "JSESSIONID", "keystore_p12", "seedPhrase"]
    )
    def test_a_name_tells_by_its_ending(self, name: str) -> None:
        assert redact_text(f'{{"{name}":"abc"}}') == f'{{"{name}":"‹redacted 3›"}}'

    @pytest.mark.parametrize(
        "name", ["cached_tokens", "maxOutputTokens", "nextPageToken", "public_key", "cache_key", "secret_arn", "keyId"]
    )
    def test_a_name_is_harmless_by_its_last_words(self, name: str) -> None:
        assert redact_text(f'{{"{name}":"abc"}}') == f'{{"{name}":"abc"}}'


class TestWhatIsShown:
    """In place of a secret stands how long it was."""

    def test_nothing_but_its_length_is_told(self) -> None:
        assert redact_text('{"api_key":"0123456789"}') == '{"api_key":"‹redacted 10›"}'

    def test_the_rest_of_the_document_stays_to_the_letter(self) -> None:
        text = '{ "n": 1.10e2, "big": 12345678901234567890123,\n "key" : "abc", "dup":1, "dup":2, "é": "\\u00e9" }'
        assert redact_text(text) == text.replace('"abc"', '"‹redacted 3›"')

    def test_a_document_within_a_string_is_redacted_in_its_string(self) -> None:
        packed = json.dumps({"config": json.dumps({"token": "abc", "n": 1.50})})
        assert json.loads(json.loads(redact_text(packed))["config"]) == {"token": "‹redacted 3›", "n": 1.5}

    def test_all_text_under_credentials_is_hidden_and_no_number_or_switch_is(self) -> None:
        text = '{"credentials":{"host":"db","port":5432,"tls":true,"ca":null,"hosts":["a",{"b":"c"}],"auth_type":"x"}}'
        assert json.loads(redact_text(text))["credentials"] == {
            "host": "‹redacted 2›",
            "port": 5432,
            "tls": True,
            "ca": None,
            "hosts": ["‹redacted 1›", {"b": "‹redacted 1›"}],
            "auth_type": "‹redacted 1›",
        }

    def test_after_credentials_the_document_goes_on_readable(self) -> None:
        text = '[{"credentials":{"a":"b"},"name":"prod"},{"key":["x"],"names":["y"]}]'
        assert json.loads(redact_text(text)) == [
            {"credentials": {"a": "‹redacted 1›"}, "name": "prod"},
            {"key": ["‹redacted 1›"], "names": ["y"]},
        ]

    def test_a_value_with_more_to_see_than_the_gateway_leaves_is_no_mask_of_the_gateway(self) -> None:
        assert redact_text('{"password":"pass*****word"}') == '{"password":"pass*****word"}'
        assert redact_text('{"password":"passw*****ord"}') == '{"password":"‹redacted 13›"}'
        assert redact_text('{"password":"ab***cd"}') == '{"password":"‹redacted 7›"}'


class TestRecords:
    """A record is redacted in every field, and stays itself where there is nothing to hide."""

    def test_a_record_without_secrets_is_the_same_object(self) -> None:
        record = AuditRecord.model_validate(
            {"uri": "/v2/prompts", "request_body": '{"version":7}', "more": [1, 2.5, None]}
        )
        assert redact(record) is record

    def test_body_query_and_headers_are_redacted(self) -> None:
        record = AuditRecord(
            request_body='{"key":"abc"}',
            query_params="page=1&token=abc",
            request_headers='{"x-portkey-api-key":"abc","accept":"*/*"}',
        )
        shown = redact(record)
        assert shown.request_body == '{"key":"‹redacted 3›"}'
        assert shown.query_params == "page=1&token=‹redacted 3›"
        assert shown.request_headers == '{"x-portkey-api-key":"‹redacted 3›","accept":"*/*"}'

    def test_secrets_in_the_uri_are_hidden_and_its_path_stays(self) -> None:
        record = AuditRecord(uri="/v2/prompts/8acd1f30-e595-11f0-84d4-0242ac120002?api_key=abc&limit=5")
        shown = redact(record)
        assert shown.uri == "/v2/prompts/8acd1f30-e595-11f0-84d4-0242ac120002?api_key=‹redacted 3›&limit=5"
        assert shown.target == record.target

    def test_unknown_fields_are_redacted_and_survive(self) -> None:
        record = AuditRecord.model_validate({"method": "PUT", "api_token": "abc", "more": {"secret": "abc", "n": 1.5}})
        shown = redact(record).as_api()
        assert shown["api_token"] == "‹redacted 3›"
        assert shown["more"] == {"secret": "‹redacted 3›", "n": 1.5}
        assert shown["method"] == "PUT"

    @pytest.mark.parametrize("field", sorted(AuditRecord.model_fields))
    def test_a_token_is_hidden_wherever_it_turns_up(self, field: str) -> None:
        shown = redact(AuditRecord.model_validate({field: TOKENS[0]}))
        assert shown.as_api()[field] == f"‹redacted {len(TOKENS[0])}›"

    def test_what_was_worked_out_before_is_not_carried_over(self) -> None:
        record = AuditRecord(uri="/x?token=8acd1f30-e595-11f0-84d4-0242ac120002", timestamp="2026-07-24T21:04:11Z")
        assert record.time is not None
        assert redact(record).time == record.time


class TestQuickLooks:
    """Most texts are seen to hold no secret by a quick look, which must never miss one."""

    @pytest.mark.parametrize("name", ["serviceAccountJson", "service-account-json", "Service Account JSON"])
    def test_a_name_is_found_however_its_words_are_joined(self, name: str) -> None:
        assert redact_text(json.dumps({name: "abc"})) == json.dumps({name: "‹redacted 3›"}, ensure_ascii=False)

    def test_no_anchor_of_a_shape_begins_another(self) -> None:
        anchors = sorted(secret_shapes._SHAPE_OF)
        assert not [(a, b) for a, b in pairwise(anchors) if b.startswith(a)]

    @given(
        planted() | st.tuples(st.sampled_from([*(text for text, _ in SECRET_TEXTS), *LOOK_ALIKES]), st.none()),
        st.data(),
    )
    def test_it_says_what_a_long_look_says(self, plant: tuple[str, str | None], data: st.DataObject) -> None:
        text = plant[0]
        for _ in range(data.draw(st.integers(0, 2))):
            at = data.draw(st.integers(0, len(text)))
            text = text[:at] + data.draw(st.sampled_from([*'"\\{}[],:=\n', "\\/", "\\u006b"])) + text[at:]
        quick = redact_text(text)
        with patch.multiple("tui.domain.redaction", _may_hide=lambda _: True, _is_readable=lambda _: False):
            assert redact_text(text) == quick


class TestHostileBodies:
    """No text, however made, stops redaction."""

    @pytest.mark.parametrize(
        "body",
        [
            "[" * 100_000,
            '{"a":' * 100_000,
            '"' * 99_999,
            '"\\' * 50_000,
            '"' + "\\" * 99_999,
            "sk-" * 30_000,
            "://a:" * 20_000,
            "key=" * 20_000,
            '{"key' * 20_000,
            "-----BEGIN PRIVATE KEY-----" * 4_000,
            "password: '" * 9_000,
            "eyJ" * 30_000 + ".",
            '{"key":"\ud800","token":"\\ud800"}',
        ],
        ids=range(13),
    )
    def test_it_ends_and_says_the_same_again(self, body: str) -> None:
        once = redact_text(body)
        assert redact_text(once) == once

    def test_a_secret_is_found_however_deep(self) -> None:
        body = '{"a":' * 20_000 + '{"password":"hunter2"}' + "}" * 20_000
        assert redact_text(body) == body.replace("hunter2", "‹redacted 7›")

    def test_a_body_of_megabytes_is_redacted_in_place(self) -> None:
        messages = [{"role": "user", "content": f'line {n}\n"quoted"'} for n in range(40_000)]
        body = json.dumps({"messages": messages, "api_key": "abc", "note": "end"})
        assert redact_text(body) == body.replace('"abc"', '"‹redacted 3›"')


class TestProperties:
    """For any document."""

    @given(planted())
    def test_a_planted_secret_never_survives(self, plant: tuple[str, str]) -> None:
        text, secret = plant
        shown = redact_text(text)
        assert not [line for line in secret.splitlines() if line and line in shown]

    @given(planted())
    def test_a_document_stays_a_document(self, plant: tuple[str, str]) -> None:
        json.loads(redact_text(plant[0]))

    @given(planted(), WORDS, DOCUMENTS)
    def test_redacting_again_changes_nothing(self, plant: tuple[str, str], uri: str, extra: Any) -> None:
        record = AuditRecord.model_validate({"request_body": plant[0], "uri": uri, "more": extra, "other": plant[0]})
        once = redact(record)
        assert redact(once) is once

    @given(st.text(st.characters(codec=None), max_size=60))
    def test_any_text_can_be_redacted_and_redacting_it_again_changes_nothing(self, text: str) -> None:
        once = redact_text(text)
        assert redact_text(once) == once
