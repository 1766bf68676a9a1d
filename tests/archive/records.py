"""Records made up of few words, so that queries over them find some and not others: what property tests draw from."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.domain.queries import VOCABULARY
from tui.domain.record import AuditRecord

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)

_WORDS = st.sampled_from(
    (*VOCABULARY["text"], *VOCABULARY["body.name"], "reproduction", "Straße", "übercurl", "3af846b9")
)
_TEXTS = st.one_of(
    _WORDS,
    st.lists(_WORDS, min_size=2, max_size=3).map("/".join),
    st.text(max_size=12),
    st.sampled_from(("a" * 70 + "prod", "\ud800prod", "prod\x00curl", "İstanbul")),
)


def _values_of(place: str) -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(VOCABULARY[place]), st.just(""), _TEXTS)


def _json(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    scalars = st.one_of(_TEXTS, st.integers(0, 9), st.booleans(), st.none())
    values = st.one_of(
        scalars, st.lists(scalars, max_size=2), st.dictionaries(st.sampled_from(names), scalars, max_size=2)
    )
    held = st.dictionaries(st.sampled_from(names), values, max_size=3)
    written = st.one_of(held.map(json.dumps), held.map(lambda value: json.dumps(value, ensure_ascii=False)))
    packed = held.map(lambda value: json.dumps({"name": json.dumps(value)}))
    return st.one_of(written, packed, st.sampled_from(("", "{}", "not json prod")))


def records(seconds: int = 120) -> st.SearchStrategy[AuditRecord]:
    """Records of the two minutes after noon, or of a time that can't be read."""
    times = st.one_of(
        st.integers(0, seconds).map(lambda second: f"{(NOON + timedelta(seconds=second)).isoformat()}"),
        st.sampled_from(("yesterday", "", "2026-11-22T12:00:01.500Z")),
    )
    return st.builds(
        lambda **fields: AuditRecord.model_validate(fields),
        timestamp=times,
        method=_values_of("method"),
        response_status_code=st.one_of(st.sampled_from((200, 201, 403, 404, 500, 7)), st.just("odd"), st.just("")),
        action=_values_of("action"),
        user_id=_values_of("actor"),
        user_type=_values_of("type"),
        workspace_id=_values_of("ws"),
        resource_type=_values_of("res"),
        uri=st.one_of(_values_of("uri"), _values_of("target").map(lambda target: f"/v2/things/{target}")),
        request_id=_values_of("id"),
        client_ip=st.one_of(_values_of("ip"), st.just("::ffff:203.0.113.7")),
        country=_values_of("country"),
        request_body=_json(("name", "limits", "scopes", "credit")),
        query_params=_json(("limit", "page")),
        request_headers=_json(("user-agent", "User-Agent")),
    )


def entry(second: float = 0.0, **fields: Any) -> AuditRecord:
    """A record so many seconds after noon."""
    moment = NOON + timedelta(seconds=second)
    timestamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return AuditRecord.model_validate({"timestamp": timestamp, **fields})
