"""The dialog that asks where all of a query is to be written, and as what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.app.exporting import Order, as_typed, file_of
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.foot import Foot, FootKey
from tui.app.screens.pick import ListKeys
from tui.app.widgets.line import Line, Part
from tui.app.widgets.safe_input import SafeInput
from tui.exporting.destination import AlreadyThere, ExportFile, Unwritable
from tui.exporting.form import Form, form_of, usual_name

_FORMS = {
    Form.JSONL: "every record whole, one a line",
    Form.CSV: "a table for spreadsheets",
    Form.MARKDOWN: "a report to read",
}
_WIDEST = max(map(len, _FORMS)) + 2
_NAMES_TO_COME = "The names that are to be hidden are still on their way: enter tries again."


class _FormList(ListKeys):
    """A click chooses a form, and exports nothing yet."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.export", show=False, id="list.export")]

    def action_select(self) -> None:
        """What a click would do beside."""


class ExportScreen(ModalScreen[Order | None]):
    """Ends with what the reader ordered, which can be written as far as that is known, or None.

    `subject` says in a line that is safe to draw what is exported.  `now` is in the file's name that is offered, and
    `home` the reader's home folder.  `names_known` tells whether an anonymous export knows all names by now.
    """

    PANE = "Export"
    ALLOW_SELECT = False
    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "export", "Export", id="export.export", tooltip="Write the file"),
        Binding("a", "anonymise", "Anonymise", id="export.anonymise",
                tooltip="Replace people, ids and addresses by pseudonyms, or no longer"),
        Binding("slash", "name", "Name", id="export.name", tooltip="Write another name for the file"),
        Binding("escape,q", "back", "Cancel", id="export.cancel", tooltip="From the name back to the list; then leave"),
    ]  # fmt: skip

    forms = query_one(OptionList)
    switch = query_one("#anonymise", Line)
    name_field = query_one(Input)
    verdict = query_one("#verdict", Static)
    foot = query_one(Foot)

    def __init__(self, subject: str, *, now: datetime, home: str, names_known: Callable[[], bool]) -> None:
        super().__init__()
        self._subject = subject
        self._now = now
        self._home = home
        self._names_known = names_known
        self._anonymise = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content.styled("Export all that the query finds", "bold"))
            yield Static(Content.styled(self._subject, "$muted"), id="subject")
            yield _FormList(
                *(Option(Content.assemble(form.ljust(_WIDEST), (about, "$muted"))) for form, about in _FORMS.items()),
                compact=True,
            )
            yield Line(id="anonymise")
            with Horizontal(classes="field"):
                yield Static(Content("file"))
                yield SafeInput(usual_name(Form.JSONL, self._now), compact=True, select_on_focus=False)
            yield Static(id="verdict")
            yield Foot()

    def on_mount(self) -> None:
        self.forms.highlighted = 0
        self._show_switch()

    # What is chosen

    @property
    def _form(self) -> Form:
        return list(_FORMS)[self.forms.highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _name_by_form(self) -> None:
        """Have the name end as the form does, unless it ends as none does."""
        file = file_of(self.name_field.value)
        if form_of(file) not in (None, self._form):
            self.name_field.value = f"{self.name_field.value.strip().removesuffix(file.suffix)}.{self._form}"
            self.name_field.cursor_position = len(self.name_field.value)

    @on(Input.Changed)
    def _form_by_name(self) -> None:
        form = form_of(file_of(self.name_field.value))
        if form is not None:
            self.forms.highlighted = list(_FORMS).index(form)
        self._explain()

    def action_anonymise(self) -> None:
        self._anonymise = not self._anonymise
        self._show_switch()
        self._explain()

    def _show_switch(self) -> None:
        on_or_off = Part("on   ", "strong") if self._anonymise else Part("off  ", "muted")
        parts = [
            Part("a ", "key"),
            Part("anonymise  "),
            on_or_off,
            Part("people, ids and addresses", "muted"),
        ]
        self.switch.show([part._replace(click=self.action_anonymise) for part in parts])

    def _explain(self) -> None:
        """Say what will be written, and where."""
        if self.name_field.value.strip():
            place = as_typed(file_of(self.name_field.value), self._home)
            self._say(f"{place}, for you alone, and a manifest beside it. Secrets stay redacted.", "$muted")
        else:
            self._say("What is the file to be called?", "$muted")

    def _say(self, text: str, tone: str) -> None:
        self.verdict.update(Content.styled(text, tone))

    # The name

    def action_name(self) -> None:
        self.name_field.focus()

    def on_descendant_focus(self) -> None:
        """Tell the keys of the part that has the focus now."""
        if self.name_field.has_focus:
            keys = [FootKey("enter", "export", "export"), FootKey("esc", "back", "back")]
        else:
            keys = [
                FootKey("enter", "export", "export"),
                FootKey("a", "anonymise", "anonymise"),
                FootKey("/", "name", "name"),
                FootKey("esc", "cancel", "back"),
            ]
        self.foot.show_keys(keys)

    def action_back(self) -> None:
        if self.name_field.has_focus:
            self.forms.focus()
        else:
            self.dismiss(None)

    # The end

    @on(Input.Submitted)
    def action_export(self) -> None:
        """End with the order, if it can be carried out; where something would be lost, ask first."""
        if not self.name_field.value.strip():
            self._explain()
            self.action_name()
            return
        if self._anonymise and not self._names_known():
            self._say(_NAMES_TO_COME, "$warning")
            return
        order = Order(file_of(self.name_field.value), self._form, self._anonymise)
        try:
            ExportFile(order.file).check()
        except AlreadyThere as error:
            self._ask_to_replace(order, error.cause)
        except Unwritable as error:
            self._say(f"{error.cause} {error.cure}", "$error")
        else:
            self.dismiss(order)

    def _ask_to_replace(self, order: Order, why: str) -> None:
        def decide(agreed: bool | None) -> None:
            if agreed:
                self.dismiss(replace(order, replace=True))

        self.app.push_screen(ConfirmScreen("Replace the file?", [why], "replace", "keep it", danger=True), decide)
