"""SECURITY.md tells of every part of the proof, and by which command it is had."""

from __future__ import annotations

import re
from pathlib import Path

from tests.proof import PARTS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text()


def test_every_part_of_the_proof_has_its_line():
    told = re.findall(r"^\| (T\d+) \| ([^|]+?) \|", PAGE, re.MULTILINE)
    assert told == list(PARTS.items())


def test_every_part_has_tests():
    marked = {
        part
        for file in (ROOT / "tests").rglob("test_*.py")
        for part in re.findall(r'mark\.proof\("(T\d+)"\)', file.read_text())
    }
    assert marked == set(PARTS)


def test_files_that_it_names_are_there():
    named = re.findall(r"`((?:tests|benchmarks|tui)/[\w./]+)`", PAGE)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
