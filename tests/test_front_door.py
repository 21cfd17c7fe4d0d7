"""The public front door: every name of it is documented, and the examples in docs/front_door.md hold."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import careshift

PAGE = Path(__file__).parent.parent / "docs" / "front_door.md"
NAMES = [n for n in careshift.__all__ if not n.startswith("__")]


def test_every_name_is_in_the_table_and_has_words() -> None:
    table = "\n".join(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `"))
    named = set(re.findall(r"`(\w+)", table.replace("`, `", "` `")))
    assert set(NAMES) == named
    for name in NAMES:
        assert (getattr(careshift, name).__doc__ or "").strip(), f"{name} says nothing of itself"


def test_a_name_that_is_not_there_is_told_as_python_does() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'compair'"):
        _ = careshift.compair


def test_the_examples_of_the_page_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE, encoding="utf-8")
    assert found.attempted > 30 and found.failed == 0


def test_the_examples_of_the_package_hold() -> None:
    found = doctest.testmod(careshift)
    assert found.attempted and not found.failed
