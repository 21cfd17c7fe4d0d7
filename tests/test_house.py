"""The house rules: sizes, no naked numbers, one specialisation a kernel, docstrings, words used of people."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.wording import EVERYWHERE

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("benchmarks", "careshift", "calibration", "scenarios", "simulation")
FILES = [f for room in ROOMS for f in sorted((ROOT / room).rglob("*.py"))]
MODEL = [f for f in FILES if f.is_relative_to(ROOT / "simulation")]

# Arithmetic that is not a claim about the world. 52 weeks, 7 days, percent and pence, and shapes of the tables.
ALLOWED = {0, 1, -1, 2, 0.5, 52, 7, 100, 1000, 365, 12, 3, 4, 8, 9, 10}  # the last six: months, and how many columns or steps
# Files whose job is machinery (bits, hashes, layouts, quantiles), not the world.
MACHINERY = {"draws.py", "rules.py", "columns.py", "ledger.py", "register.py", "reading.py", "process.py", "units.py",
             "errors.py", "lists.py", "residents.py", "providers.py", "town.py", "model.py", "tables.py", "figures.py", "personal.py"}


def _name(f: Path) -> str:
    return f.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_a_file_fits_a_sitting_and_a_function_a_screen(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "a file fits a sitting"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            size = (node.end_lineno or 0) - node.lineno + 1
            assert size <= 65, f"{node.name} has {size} lines"


@pytest.mark.parametrize("file", [f for f in MODEL if f.name not in MACHINERY], ids=_name)
def test_no_number_about_the_world_stands_in_python(file: Path) -> None:
    naked = [(n.lineno, n.value) for n in _numbers(ast.parse(file.read_text(encoding="utf-8")))
             if n.value not in ALLOWED and not 0 < abs(n.value) < 1e-5]
    assert not naked, f"numbers that belong in the evidence register: {naked}"


def _numbers(tree: ast.AST) -> list[ast.Constant]:
    """Number constants outside slices, dtypes, type hints, powers of ten of far futures, and index constants in capitals."""
    skip: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Subscript):
            parts = [node.slice]
        elif isinstance(node, ast.AnnAssign | ast.arg):
            parts = [node.annotation]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            parts = [node.left, node.right]
        elif (isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) and t.id.isupper() for t in node.targets)) or (isinstance(node, ast.Assign) and all(
                isinstance(t, ast.Tuple) and all(isinstance(e, ast.Name) and e.id.isupper() for e in t.elts)
                for t in node.targets)):
            parts = [node.value]
        for part in parts:
            if part is not None:
                skip.update(id(n) for n in ast.walk(part))
    return [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, int | float)
            and not isinstance(n.value, bool) and id(n) not in skip]


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_every_public_thing_says_what_it_is(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a file begins with a sentence about care"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node) or _plain(node), f"{node.name} has no docstring"


def _plain(node: ast.AST) -> bool:
    """A class whose name and one line say all: a unit, a named tuple of few fields."""
    return isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno <= 6


def test_people_are_spoken_of_as_people() -> None:
    shown = [f for f in ROOT.rglob("*") if f.suffix in (".py", ".md", ".yaml", ".html", ".j2", ".csv")
             and not any(p.startswith(".") or p in ("results", "build") for p in f.relative_to(ROOT).parts)
             and f.name not in ("wording.py", "test_scenarios.py", "test_guards.py")]
    found = [(_name(f), m.group()) for f in shown for m in EVERYWHERE.finditer(f.read_text(encoding="utf-8", errors="ignore"))]
    assert not found


def test_the_project_reads_nothing_outside_itself() -> None:
    outside = re.compile(r"\.\./shared|[\"'](/home|/root|/tmp|/work|/usr)/|http://(?!www\.w3\.org)|https://(?!json-schema\.org)|urlopen|requests\.get")
    found = [(_name(f), m.group()) for f in FILES for m in outside.finditer(f.read_text(encoding="utf-8"))]
    assert not found
