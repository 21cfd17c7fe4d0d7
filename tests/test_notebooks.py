"""The notebooks run from their first cell to their last, begin with a question, and use the front door alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "notebooks"))
import again

BOOKS = again.notebooks()
ALLOWED = {"careshift", "pandas", "matplotlib", "numpy"} | set(sys.stdlib_module_names)
LARGEST = 400_000  # bytes
MACHINE = re.compile(r"(?<![\w.:/<])/[A-Za-z_]+/[\w.-]|\b[A-Z]:\\|site-packages|localhost|(?:\d{1,3}\.){3}\d")  # a folder from the root, an address


def _book(file: Path) -> Any:
    return nbformat.read(file, as_version=4)


def test_there_are_five_in_order() -> None:
    assert [f.name[:2] for f in BOOKS] == ["01", "02", "03", "04", "05"]


@pytest.mark.parametrize("file", BOOKS, ids=lambda f: f.stem)
def test_it_begins_with_a_question_and_ends_with_what_to_try_next(file: Path) -> None:
    cells = _book(file).cells
    assert cells[0].cell_type == cells[-1].cell_type == "markdown"
    assert re.search(r"\*\*[^*]+\?\*\*", cells[0].source), "a question somebody would ask, in bold"
    assert "**Try next**" in cells[-1].source


@pytest.mark.parametrize("file", BOOKS, ids=lambda f: f.stem)
def test_it_uses_the_front_door_alone(file: Path) -> None:
    code = "\n".join(c.source for c in _book(file).cells if c.cell_type == "code")
    named = {(n.module or "") if isinstance(n, ast.ImportFrom) else a.name for n in ast.walk(ast.parse(code))
             if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
    assert "careshift" in named
    assert {n.split(".")[0] for n in named} <= ALLOWED
    assert not any(n.startswith("careshift.") for n in named), "import careshift, and no more"


@pytest.mark.parametrize("file", BOOKS, ids=lambda f: f.stem)
def test_what_is_kept_is_small_whole_and_tells_nothing_of_a_machine(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text) < LARGEST
    outputs = [o for c in _book(file).cells if c.cell_type == "code" for o in c.outputs]
    assert any("image/png" in o.get("data", {}) for o in outputs), "opens with pictures"
    assert not any(o.output_type == "error" or o.get("name") == "stderr" for o in outputs)
    told = [str(o.get("text", "")) + str({k: v for k, v in o.get("data", {}).items() if k != "image/png"}) for o in outputs]
    assert not MACHINE.search(" ".join([*told, *(c.source for c in _book(file).cells), str(_book(file).metadata)]))


def test_a_folder_of_a_machine_is_told_from_other_slashes() -> None:
    assert all(MACHINE.search(x) for x in (f"kept in {Path(__file__).resolve()}", "C:\\Users\\me", "http://localhost:8888", "at 10.0.0.1:80"))
    assert not any(MACHINE.search(x) for x in ("results/ten/summary.csv", "<td>5</td><tr>", "18-64 / 65+", "and/or", "2024/25", "0.1.0"))


def test_printed_lines_are_one_output_however_they_came() -> None:
    def said(text: str, name: str = "stdout") -> Any:
        return nbformat.v4.new_output("stream", name=name, text=text)

    shown = nbformat.v4.new_output("display_data", data={"text/plain": "a picture"})
    parted = [said("one\n"), said("two\n"), shown, said("three\n"), said("four\n")]
    assert again.together(parted) == [said("one\ntwo\n"), shown, said("three\nfour\n")]
    assert again.together([said("a"), said("b", "stderr")]) == [said("a"), said("b", "stderr")]


def test_a_quick_run_has_fewer_worlds_and_nothing_else() -> None:
    text = "\n".join(c.source for f in BOOKS for c in _book(f).cells if c.cell_type == "code")
    assert all(many.search(text) for many, _ in again.FEWER), "each of these stands in a notebook"
    fewer = again.fewer(text)
    assert len(fewer.splitlines()) == len(text.splitlines()) and 0 < sum(a != b for a, b in zip(text.splitlines(), fewer.splitlines())) < 8


@pytest.mark.slow
@pytest.mark.parametrize("file", BOOKS, ids=lambda f: f.stem)
def test_it_runs_from_the_first_cell_to_the_last(file: Path, tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, again.__file__, "--quick", "--into", str(tmp_path), file.name], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    ran, kept = _book(tmp_path / file.name), _book(file)
    for now, then in zip(ran.cells, kept.cells, strict=True):
        assert now.source == again.fewer(then.source)
        if now.cell_type == "code":
            assert [o.output_type for o in now.outputs] == [o.output_type for o in then.outputs], "shows what the kept one shows"
