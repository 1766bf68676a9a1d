"""The source of the app keeps the rules that keep data from becoming markup or control sequences."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui.app
from tui.domain.record import AuditRecord

SOURCES = sorted(Path(tui.app.__file__).parent.rglob("*.py"))
MARKUP = {"escape", "from_markup", "to_content", "visualize"}
"""Ways to markup.  Escaping isn't one to safety: it misses nested brackets."""
OBEYING = {"Markdown", "MarkdownViewer", "RichLog", "Log", "TextArea", "Label", "Button", "Pretty"}
"""Widgets that draw what they are given as it came, or as markup."""
DRAWING = {"Static", "Option", "update"}
"""What takes text for markup where it is a plain string."""
SHOWING = {*DRAWING, "Content", "assemble", "styled", "Cell", "Part", "Segment", "Span", "Strip", "notify", "Text"}
CLEANING = {"clean", "_plain"}
WRITTEN_BY_OTHERS = {*AuditRecord.model_fields, "target", "address", "model_extra"} - {"response_status_code"}


def called(call: ast.Call) -> str:
    """The last word of what is called."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def markup_used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if (node.module or "").endswith("markup") or names & (MARKUP | OBEYING):
                yield f"{node.lineno}: imports {', '.join(names)}"
        if isinstance(node, ast.Call) and called(node) in MARKUP:
            yield f"{node.lineno}: calls {called(node)}"


def strings_drawn(tree: ast.AST) -> Iterator[str]:
    """Strings that a widget gets instead of Content."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in DRAWING and node.args:
            text = node.args[0]
            if isinstance(text, ast.JoinedStr | ast.BinOp | ast.Constant) or (
                isinstance(text, ast.Call) and called(text) in {"str", "repr", "format", "join", "clean"}
            ):
                yield f"{node.lineno}: {ast.unparse(node)}"


def raw_fields_shown(node: ast.AST, *, showing: bool = False) -> Iterator[str]:
    """Texts of a record that are shown without having been cleaned."""
    if isinstance(node, ast.Call):
        if called(node) in CLEANING:
            return
        showing = showing or called(node) in SHOWING
    if showing and isinstance(node, ast.Attribute) and node.attr in WRITTEN_BY_OTHERS:
        holder = ast.unparse(node.value)
        if holder.endswith("record"):
            yield f"{node.lineno}: {holder}.{node.attr}"
    for child in ast.iter_child_nodes(node):
        yield from raw_fields_shown(child, showing=showing)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
class TestTheApp:
    def test_uses_no_markup(self, source: Path):
        assert list(markup_used(ast.parse(source.read_text()))) == []

    def test_gives_no_string_to_what_reads_strings_as_markup(self, source: Path):
        assert list(strings_drawn(ast.parse(source.read_text()))) == []

    def test_shows_no_field_of_a_record_without_cleaning_it(self, source: Path):
        assert list(raw_fields_shown(ast.parse(source.read_text()))) == []


class TestTheseChecks:
    def test_they_look_at_the_whole_app(self):
        assert {"app.py", "explorer.py", "filter_panel.py", "record_rows.py", "summary.py"} <= {s.name for s in SOURCES}

    @pytest.mark.parametrize(
        "line",
        ["from rich.markup import escape", "from textual.widgets import Markdown", "Content.from_markup(text)",
         "markup.escape(text)"],
    )  # fmt: skip
    def test_markup_is_found(self, line: str):
        assert list(markup_used(ast.parse(line))) != []

    @pytest.mark.parametrize(
        "line", ["Static(f'{name}')", "Static('name: ' + name)", "place.update(str(error))", "Option(clean(name))"]
    )
    def test_a_string_for_a_widget_is_found(self, line: str):
        assert list(strings_drawn(ast.parse(line))) != []

    @pytest.mark.parametrize(
        "line",
        ["Cell(record.country)", "Content.assemble((self._record.uri, 'bold'))", "Part(f'by {record.user_id}')",
         "self.notify(short_id(record.target))"],
    )  # fmt: skip
    def test_a_raw_field_is_found(self, line: str):
        assert list(raw_fields_shown(ast.parse(line))) != []

    @pytest.mark.parametrize("line", ["Cell(clean(record.country))", "Cell(f'{record.status}')", "look_up(record.uri)"])
    def test_a_cleaned_one_passes(self, line: str):
        assert list(raw_fields_shown(ast.parse(line))) == []
