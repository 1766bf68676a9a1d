"""What a file's name says of what is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui.exporting.form import Form, form_of, usual_name


@pytest.mark.parametrize(
    ("name", "form"),
    [
        *(("a.jsonl", Form.JSONL), ("a.ndjson", Form.JSONL), ("A.CSV", Form.CSV), ("x.y.md", Form.MARKDOWN)),
        *(("a.markdown", Form.MARKDOWN), ("a.json", None), ("a.xlsx", None), ("csv", None), (".csv", None)),
    ],
)
def test_an_ending_stands_for_a_form(name: str, form: Form | None):
    assert form_of(Path("/tmp") / name) is form


@pytest.mark.parametrize("form", Form)
def test_a_file_that_nobody_named_says_when_and_what(form: Form):
    name = usual_name(form, datetime(2026, 11, 20, 14, 5, 9, tzinfo=UTC))
    assert name == f"audit-20261120T140509Z.{form.value}"
    assert form_of(Path(name)) is form
