"""What commands have in common: options, how the words of a query are told from those, and how they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import update_wrapper
from typing import Any

import click

from tui.cli.asking import Asked, Demo
from tui.cli.manners import INTERRUPTED, USAGE, Refused, tell, tell_error
from tui.cli.opening import GivenFile
from tui.domain.clean import clean
from tui.domain.errors import SourceError, TimeTextError
from tui.domain.fields import FILTERS, Field
from tui.settings import CLIPBOARD_ROUTES, COLOR_SYSTEMS, DRIVERS, THEMES, Flags, SettingsError, Surface


def _about(field: Field) -> str:
    shown = ", ".join(field.choices) if field.closed else field.example
    return f"{field.about} ({shown})" if shown else field.about


_PLACE = (
    click.option("--profile", metavar="NAME", default="", help="a profile of config.toml"),
    click.option("--base-url", metavar="URL", default="", help="the API's address, with its /v1; needs --api-key-file"),
    click.option("--api-key-file", metavar="FILE", default="", help="a file (mode 600) that holds the key"),
    click.option("--demo", is_flag=True, help="a made-up history: no key, no network"),
    click.option("--hostile", is_flag=True, help="with --demo: one in which attackers wrote the texts"),
)
_KEPT = (
    click.option("--offline", is_flag=True, help="what the archive holds: no key, no network"),
    click.option(
        "--file", metavar="FILE", default="", help="records kept in a file, or piped in by -: no key, no network"
    ),
)
_FILTERS = tuple(
    click.option(field.flag, field.name, metavar="VALUE", multiple=True, help=_about(field)) for field in FILTERS
)
_COLOR = click.option("--color", type=click.Choice(COLOR_SYSTEMS), help="how many the terminal has  [auto]")
_SURFACE = (
    click.option("--theme", type=click.Choice(THEMES), help="the explorer's colours  [one that fits the terminal]"),
    _COLOR,
    click.option("--plain", is_flag=True, help="no boxes, one pane at a time: for screen readers"),
    click.option("--clipboard", type=click.Choice(CLIPBOARD_ROUTES), help="the way that copies take  [auto]"),
    click.option("--driver", type=click.Choice(DRIVERS), help="send what changed, or all that is drawn  [diff]"),
)


def asking(run: Callable[..., int]) -> Callable[..., None]:
    """A command that takes a QUERY: `run` gets an `Asked` and the command's own options, and gives the exit code."""
    return _with_options(_command(run), *_range("24h", "now"), *_FILTERS, *_PLACE, *_KEPT)


def following(run: Callable[..., int]) -> Callable[..., None]:
    """A command that follows a QUERY, and writes in colours; `run` as for `asking`."""
    return _with_options(_command(run), *_range("10m", "never"), *_FILTERS, *_PLACE, _COLOR)


def looking_up(run: Callable[..., int]) -> Callable[..., None]:
    """A command that takes no QUERY, and is told of a range of time and where the records are; `run` as for
    `asking`."""
    return _with_options(_command(run), *_range("90d", "now"), *_PLACE, *_KEPT)


def copying(since: str) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """Decorates a command that takes no QUERY, and is told of a range of time, which begins at `since` where nothing is
    said of it, and of an API; `run` as for `asking`."""
    return lambda run: _with_options(_command(run), *_range(since, "now"), *_PLACE)


def examining(run: Callable[..., int]) -> Callable[..., None]:
    """A command that takes no QUERY, and is told where the records are; `run` as for `asking`."""
    return _with_options(_command(run), *_PLACE)


def drawing(command: Callable[..., None]) -> Callable[..., None]:
    """A command that `asking` or `examining` made, told also how the explorer is to use the terminal."""
    return _with_options(command, *_SURFACE)


def _range(since: str, until: str) -> tuple[Callable[..., Any], ...]:
    """The options for a range of time, and what their help says of one that isn't given."""
    begins = f"from: 15m, 4h, 7d, or a date and time in UTC  [{since}]"
    return (
        click.option("--since", metavar="TIME", default="", help=begins),
        click.option("--until", metavar="TIME", default="", help=f"to: the same  [{until}]"),
    )


def _with_options(command: Callable[..., None], *options: Callable[..., Any]) -> Callable[..., None]:
    for option in reversed(options):
        command = option(command)
    return command


def _command(run: Callable[..., int]) -> Callable[..., None]:
    def command(**said: Any) -> None:
        context = click.get_current_context()
        if context.invoked_subcommand is not None:
            return

        def taken(*names: str) -> dict[str, Any]:
            return {name: value for name in names if (value := said.pop(name, None))}

        demo = _demo(**taken("demo", "hostile"))
        file = GivenFile(path) if (path := said.pop("file", "")) else None
        asked = Asked(
            words=tuple(context.args),
            filters={name: ",".join(texts) for name, texts in taken(*(field.name for field in FILTERS)).items()},
            flags=Flags(**taken("profile", "base_url", "api_key_file")),
            surface=Surface(**taken("theme", "color", "plain", "clipboard", "driver")),
            file=file,
            demo=demo,
            **taken("since", "until", "offline"),
        )
        with nullcontext() if file is None else closing(file):
            code = _ending(lambda: run(asked, **said))
        context.exit(code)

    return update_wrapper(command, run)


def _demo(*, demo: bool = False, hostile: bool = False) -> Demo | None:
    """Which demo is asked, if any."""
    if hostile and not demo:
        raise click.UsageError("--hostile is a kind of demo: write --demo --hostile")
    return (Demo.HOSTILE if hostile else Demo.USUAL) if demo else None


def _ending(run: Callable[[], int]) -> int:
    """The exit code of a command; what went wrong is told."""
    try:
        return run()
    except Refused as refused:
        tell(*refused.lines)
        return USAGE
    except SettingsError as error:
        tell(clean(str(error), 1_000))
        return USAGE
    except TimeTextError as error:
        # The server's clock is so far from ours that the range ends before it begins.
        tell(str(error))
        return USAGE
    except SourceError as error:
        return tell_error(error)
    except KeyboardInterrupt:
        return INTERRUPTED


@contextmanager
def _terms_told_from_options(words: Sequence[str]) -> Iterator[None]:
    """Say of a word such as `-type:api_key` how it can stand on a command line."""
    given = list(words)
    try:
        yield
    except click.NoSuchOption as error:
        term = next((word for word in given if word.startswith(error.option_name)), "")
        if error.option_name.startswith("--") or not term:
            raise
        told = f'a term that begins with "-" stands behind --, or write NOT {clean(term[1:])}'
        raise click.UsageError(told, error.ctx) from None


class QueryCommand(click.Command):
    """A command whose words are a query."""

    allow_extra_args = True

    def collect_usage_pieces(self, context: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(context), "[QUERY]..."]

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        with _terms_told_from_options(args):
            return super().parse_args(context, args)


class Trunk(click.Group):
    """A command whose words are a query unless the first of them names another command: then all options, wherever they
    stand, are that command's."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        with _terms_told_from_options(args):
            _, words, _ = self.make_parser(context).parse_args(list(args))
            before = args[: len(args) - len(words)]
            if words and words[0] in self.commands and before[-1:] != ["--"]:
                return super().parse_args(context, [words[0], *before, *words[1:]])
            context.allow_interspersed_args = True
            # As a command without others does: what is left are words, and none of them the name of a command.
            return click.Command.parse_args(self, context, args)
