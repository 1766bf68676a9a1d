"""How much of the held-out corpus redaction hides, by kind: `.venv/bin/python -m tests.domain.redaction_figures`."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from tests.domain.held_out_look_alikes import LookAlike, look_alikes
from tests.domain.held_out_secrets import Secret, secrets
from tui.domain.redaction import redact_text

_RUN = re.compile(r"[A-Za-z0-9]{10,}")
_HEADING_OF = {"by name": "known by the name before it", "in context": "known by the text around it"}


class Figures(NamedTuple):
    sought: list[Secret]
    missed: list[Secret]
    harmless: list[LookAlike]
    alarms: list[LookAlike]

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / len(self.sought)

    @property
    def alarm_rate(self) -> float:
        return len(self.alarms) / len(self.harmless)


def measure(seeds: Iterable[int]) -> Figures:
    """The figures over the corpora of all seeds, each text counted once."""
    seeds = list(seeds)
    sought = list({found.text: found for seed in seeds for found in secrets(seed)}.values())
    harmless = list({found.text: found for seed in seeds for found in look_alikes(seed)}.values())
    return Figures(
        sought,
        [secret for secret in sought if still_seen(redact_text(secret.text), secret.secret)],
        harmless,
        [alike for alike in harmless if redact_text(alike.text) != alike.text],
    )


def still_seen(shown: str, secret: str) -> bool:
    """Whether any part of a secret is left that is long enough to mean something."""
    return secret in shown or any(run in shown for run in _RUN.findall(secret))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.domain.redaction_figures", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--texts", action="store_true", help="write the texts of misses and false alarms, too")
    asked = parser.parse_args()
    figures = measure(range(asked.seed, asked.seed + asked.seeds))
    sys.stdout.write("\n".join(_told(figures, with_texts=asked.texts)) + "\n")


def _told(figures: Figures, *, with_texts: bool) -> list[str]:
    sought = Counter(_heading(secret.kind) for secret in figures.sought)
    missed = Counter(_heading(secret.kind) for secret in figures.missed)
    return [
        f"{'':30} {'secrets':>8} {'hidden':>8} {'missed':>8} {'recall':>8}",
        *(_row(name, count, missed[name]) for name, count in sought.items()),
        _row("all", len(figures.sought), len(figures.missed)),
        "",
        f"{len(figures.harmless):,} look-alikes, {len(figures.alarms):,} false alarms: {figures.alarm_rate:.2%}",
        *_of_kinds("Missed", figures.missed, with_texts=with_texts),
        *_of_kinds("False alarms", figures.alarms, with_texts=with_texts),
    ]


def _row(name: str, sought: int, missed: int) -> str:
    return f"{name:30} {sought:8,} {sought - missed:8,} {missed:8,} {1 - missed / sought:8.2%}"


def _heading(kind: str) -> str:
    return _HEADING_OF.get(kind.partition(":")[0], "known by its shape")


def _of_kinds(title: str, found: list[Secret] | list[LookAlike], *, with_texts: bool) -> list[str]:
    kinds = Counter((sample.kind, sample.place) for sample in found)
    texts = [repr(sample.text) for sample in found] if with_texts else []
    return ["", f"{title}:", *(f"  {count:4} {kind}; {place}" for (kind, place), count in kinds.most_common()), *texts]


if __name__ == "__main__":
    main()
