"""Records shown without who is in them: nobody can be found, and who is the same still is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.attacks import PAYLOADS
from tests.session.scene import NOW
from tui.domain.names import Named, NameKind, Names
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.formats.anonymity import LEFT_OUT, Anonymiser, anonymous_query, without_clauses

ANA, KEY, ROOM = "8acd0000-e595-11f0-84d4-4ee151005f96", "k-deploy-7", "ws-payments-3af846"
MAIL, ADDRESS, ADDRESS_6 = "ana.ortiz@acme.example", "9.8.7.6", "2a00:1450::8a"
NAMES = Names(
    {
        NameKind.USER: {ANA: Named("Ana Ortiz", (MAIL,)), "u-2": Named("bo@acme.example", ("bo@acme.example",))},
        NameKind.API_KEY: {KEY: Named("ci deploy")},
        NameKind.WORKSPACE: {ROOM: Named("Payments", ("pay-room",))},
    }
)
SECRETS = (ANA, KEY, ROOM, MAIL, ADDRESS, ADDRESS_6, "Ana Ortiz", "ci deploy", "Payments", "pay-room", "u-2")
"""What must not be found in anything that is anonymous."""


@pytest.fixture
def anonymiser() -> Anonymiser:
    return Anonymiser(b"k" * 32, NAMES)


def has(text: str, secret: str) -> bool:
    return secret.casefold() in text.casefold()


class TestTexts:
    """What can be found in any text."""

    @pytest.mark.parametrize(
        "form",
        ["{}", "by {}.", "({})", '"{}"', "'{}'", "x={}&y=1", "/v2/users/{}/role", "a,{},b", "{}\n{}", "<{}>", "[{}]:4"],
    )
    @pytest.mark.parametrize("secret", [ANA, ANA.upper(), KEY, MAIL, ADDRESS, ADDRESS_6, "Ana Ortiz", "pay-room"])
    def test_it_is_found_wherever_it_stands(self, anonymiser: Anonymiser, form: str, secret: str):
        shown = anonymiser.text(form.replace("{}", secret))
        assert not has(shown, secret)
        before, *_, after = form.split("{}")
        assert shown.startswith(before)
        assert shown.endswith(after)

    @pytest.mark.parametrize(
        "written",
        [
            lambda text: json.dumps({text: [text]}),
            lambda text: json.dumps({"packed": json.dumps({"deeper": json.dumps([f"to {text}"])})}),
            lambda text: '{"a":"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"}',
            lambda text: '{"cut":"' + "".join(f"\\u{ord(character):04x}" for character in text),
            lambda text: f"/find?q={quote(text)}&n=1",
            lambda text: "/find?q=" + "".join(f"%{byte:02X}" for byte in text.encode()),
            lambda text: quote(quote(text)),
            lambda text: f"{{'python': '{text}'}}",
        ],
    )
    @pytest.mark.parametrize("secret", [ANA, KEY, MAIL, ADDRESS, ADDRESS_6, "Ana Ortiz"])
    def test_and_however_it_is_written(self, anonymiser: Anonymiser, written: Callable[[str], str], secret: str):
        shown = anonymiser.text(written(secret))
        plain = anonymiser.text(secret)
        assert shown != written(secret)
        assert not has(shown, secret)
        assert plain in shown.replace("\\", "") or quote(plain, safe="@:") in shown or quote(quote(plain)) in shown

    def test_a_person_is_found_in_any_case_and_with_any_gap(self, anonymiser: Anonymiser):
        [shown] = {anonymiser.text(text) for text in ("Ana Ortiz", "ANA ORTIZ", "ana.ortiz", "ana_ortiz", "Ana+Ortiz")}
        assert re.fullmatch(r"Person [0-9a-f]{12}", shown)
        assert anonymiser.text("Anatole Ortiz") == "Anatole Ortiz"
        assert anonymiser.text('{"Ana":"Ortiz"}') == '{"Ana":"Ortiz"}'

    def test_names_of_keys_and_workspaces_are_found_as_they_are_written(self, anonymiser: Anonymiser):
        assert anonymiser.text('{"payments":3}') == '{"payments":3}'
        assert not has(anonymiser.text('{"name":"Payments"}'), "payments")

    def test_a_mail_address_is_one_whatever_its_case(self, anonymiser: Anonymiser):
        assert anonymiser.text(MAIL.upper()) == anonymiser.text(MAIL)
        assert anonymiser.text("o'brien@acme.example") != "o'brien@acme.example"

    def test_an_address_is_one_however_it_is_written(self, anonymiser: Anonymiser):
        shown = anonymiser.text(ADDRESS)
        assert anonymiser.text(f"::ffff:{ADDRESS}") == f"::ffff:{shown}"
        assert anonymiser.text("2a00:1450:0:0::8a") == anonymiser.text(ADDRESS_6)
        assert anonymiser.text(f"from {ADDRESS}:443, {ADDRESS}/24") == f"from {shown}:443, {shown}/24"

    @pytest.mark.parametrize(
        "text",
        [
            *(
                "",
                "2026-11-20T14:05:09.000Z",
                "12:30:45",
                "1.2.3",
                "v1.2.3.4.5",
                "999.1.1.1",
                "::",
                "a:b",
                "std::vector",
            ),
            *("gpt-4o-mini", '{"version":20261120}', "‹redacted 51›", "Be*****ac1", "1234567890123456", "100% sure"),
        ],
    )
    def test_what_is_nobodys_stays(self, anonymiser: Anonymiser, text: str):
        assert anonymiser.text(text) == text

    @given(st.text() | st.sampled_from(PAYLOADS))
    def test_any_text_can_be_read(self, text: str):
        Anonymiser(b"k" * 32, NAMES).text(text)

    @given(st.recursive(st.text(max_size=8) | st.sampled_from(SECRETS), lambda t: st.lists(t, max_size=3)))
    def test_json_stays_json(self, value: Any):
        for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
            json.loads(Anonymiser(b"k" * 32, NAMES).text(text))


def records() -> st.SearchStrategy[AuditRecord]:
    """Records that speak of the same few people, in every field and form."""
    secret = st.sampled_from(SECRETS)
    prose = st.lists(secret | st.sampled_from(["update", "{", "7", "\n", "x"]), max_size=5).map(" ".join)
    body = prose | st.dictionaries(st.sampled_from(["name", "email", *SECRETS]), prose, max_size=3).map(json.dumps)
    return st.builds(
        AuditRecord,
        user_id=st.sampled_from([ANA, KEY, "u-2", "", "12345678"]),
        workspace_id=st.sampled_from([ROOM, ""]),
        organisation_id=st.sampled_from(["acme-corp", "02dc0000-e595-11f0-84d4-4ee151005f96"]),
        request_id=st.uuids().map(str) | st.sampled_from(["req/1", "9.8.7.6", ""]),
        uri=st.lists(secret.map(quote) | st.just("v2"), max_size=4).map(lambda parts: "/" + "/".join(parts)),
        client_ip=st.sampled_from([ADDRESS, ADDRESS_6, f"::ffff:{ADDRESS}", "", "somewhere"]),
        request_body=body,
        request_headers=body,
        query_params=body,
        action=st.sampled_from(["update", "Ana Ortiz"]),
        note=body,
    )


class TestRecords:
    @given(st.lists(records(), max_size=4))
    def test_nobody_can_be_found(self, found: list[AuditRecord]):
        anonymiser = Anonymiser(b"k" * 32, NAMES)
        for record in found:
            shown = json.dumps(anonymiser.record(record).as_api(), ensure_ascii=False).replace("\\", "")
            own = (record.user_id, record.request_id, record.organisation_id, record.client_ip)
            for secret in (*SECRETS, *filter(None, own)):
                assert not has(shown, secret)
                assert not has(shown, quote(secret))

    @given(st.lists(records(), min_size=2, max_size=5))
    def test_who_is_the_same_still_is(self, found: list[AuditRecord]):
        anonymiser = Anonymiser(b"k" * 32, NAMES)
        shown = list(map(anonymiser.record, found))
        for name in ("user_id", "workspace_id", "organisation_id", "request_id", "address", "request_body"):
            before, after = ([getattr(record, name) for record in records] for records in (found, shown))
            assert [a == b for a in before for b in before] == [a == b for a in after for b in after]

    def test_times_statuses_and_words_stay(self, anonymiser: Anonymiser):
        record = AuditRecord(
            timestamp="2026-11-20T14:05:09.000Z", response_status_code=403, method="PUT", country="DE", user_type="user"
        )
        assert anonymiser.record(record) == record

    def test_an_id_stands_for_the_same_in_its_field_and_elsewhere(self, anonymiser: Anonymiser):
        target = "3af846b9-1111-2222-3333-444455556666"
        record = AuditRecord(
            user_id=ANA,
            workspace_id="acme-corp",
            uri=f"/v2/prompts/{target}",
            client_ip=ADDRESS,
            request_body=json.dumps({"by": ANA, "in": "the acme-corp room", "prompt": target, "from": f"{ADDRESS}:80"}),
        )
        shown = anonymiser.record(record)
        body = json.loads(shown.request_body)
        assert body == {
            "by": shown.user_id,
            "in": f"the {shown.workspace_id} room",
            "prompt": shown.target,
            "from": f"{shown.client_ip}:80",
        }
        assert ip_address(shown.client_ip).version == 4

    def test_what_an_earlier_record_showed_is_found_in_later_ones(self, anonymiser: Anonymiser):
        first = anonymiser.record(AuditRecord(organisation_id="acme-corp"))
        later = anonymiser.record(AuditRecord(request_body="in acme-corp"))
        assert later.request_body == f"in {first.organisation_id}"

    def test_a_request_of_another_is_not_looked_for(self, anonymiser: Anonymiser):
        anonymiser.record(AuditRecord(request_id="update"))
        assert anonymiser.record(AuditRecord(request_body="update")).request_body == "update"

    def test_what_is_redacted_stays_so(self, anonymiser: Anonymiser):
        record = redact(AuditRecord(request_body='{"password":"hush-hush-1","email":"ana@acme.example"}'))
        shown = json.loads(anonymiser.record(record).request_body)
        assert shown["password"] == "‹redacted 11›"
        assert shown["email"].endswith("@example.com")

    def test_fields_that_nobody_knows_are_read_too(self, anonymiser: Anonymiser):
        record = AuditRecord.model_validate({"more": {"to": [MAIL, 12, None, True, 0.5], ANA: 12_345_678}})
        shown = anonymiser.record(record).as_api()["more"]
        assert shown == {"to": [anonymiser.text(MAIL), 12, None, True, 0.5], anonymiser.text(ANA): 12_345_678}

    def test_what_is_too_deep_to_be_read_is_left_out(self, anonymiser: Anonymiser):
        deep = json.loads("[" * 900 + f'"{MAIL}"' + "]" * 900)
        shown = anonymiser.record(AuditRecord.model_validate({"more": deep}))
        assert shown.as_api()["more"] == LEFT_OUT


class TestNames:
    def test_they_are_known_under_the_pseudonyms_of_their_ids(self, anonymiser: Anonymiser):
        shown = anonymiser.record(AuditRecord(user_id=ANA, workspace_id=ROOM))
        assert anonymiser.names.name(NameKind.USER, shown.user_id) == anonymiser.text("Ana Ortiz")
        assert anonymiser.names.name(NameKind.WORKSPACE, shown.workspace_id) == anonymiser.text("Payments")
        assert not any(has(repr(anonymiser.names), secret) for secret in SECRETS)

    def test_who_is_known_by_a_mail_address_alone_has_one_still(self, anonymiser: Anonymiser):
        known = anonymiser.names.known[NameKind.USER]
        assert any(named.name.endswith("@example.com") for named in known.values())

    def test_short_and_common_words_are_not_looked_for(self):
        names = Names({NameKind.WORKSPACE: {"1": Named("2024"), "w-2": Named("true"), "w-3": Named("A")}})
        text = '{"A":true,"year":2024,"x":1}'
        assert Anonymiser(b"k" * 32, names).text(text) == text


class TestQueries:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("is:failed method:PUT status:4xx", "is:failed method:PUT status:4xx since:24h"),
            ("actor:ana is:failed", f"{LEFT_OUT} is:failed since:24h"),
            ("-ip:10.0.0.0/8 ana", f"{LEFT_OUT} {LEFT_OUT} since:24h"),
            ("(method:PUT OR body.name:ana) res:prompts", f"{LEFT_OUT} res:prompts since:24h"),
        ],
    )
    def test_terms_that_could_name_somebody_are_left_out(self, text: str, shown: str):
        assert anonymous_query(parse_query(text, now=NOW).query) == shown

    def test_also_where_a_sentence_speaks_of_them(self):
        query = parse_query("actor:ana method:PUT", now=NOW).query
        told = "The API did not honour actor:ana: each record is checked here."
        assert without_clauses(told, query) == f"The API did not honour {LEFT_OUT}: each record is checked here."
        assert without_clauses("It did not honour method:PUT.", query) == "It did not honour method:PUT."
