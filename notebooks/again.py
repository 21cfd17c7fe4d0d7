"""Run the notebooks and, with --write, keep what they show: `python notebooks/again.py --write [01]`.

The .ipynb files are the only source. What is kept has no times, no counters of runs and no folder of this machine, so
the same code gives the same file.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import nbformat
from jupyter_client import KernelManager
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
LONGEST = 600  # seconds a cell may take
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebooks() -> list[Path]:
    """Every notebook, in the order in which they are read."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


# What --quick makes fewer: the same cells, with worlds enough to run and too few to read.
FEWER = ((re.compile(r"replications(=|: )\d+"), r"replications\g<1>2"), (re.compile(r"range\(4\) for row"), "range(2) for row"))


def fewer(source: str) -> str:
    """A cell as a quick run has it."""
    for many, few in FEWER:
        source = many.sub(few, source)
    return source


def run(file: Path, quick: bool = False) -> nbformat.NotebookNode:
    """A notebook run from its first cell to its last, in its own folder. Raises CellExecutionError where one fails."""
    book = nbformat.read(file, as_version=4)
    for cell in book.cells if quick else ():
        cell.source = fewer(cell.source)
    kernel = KernelManager(kernel_name="python3", ip="127.0.0.1")  # nobody outside hears it
    try:
        NotebookClient(book, km=kernel, timeout=LONGEST, resources={"metadata": {"path": str(FOLDER)}}, record_timing=False).execute()
    finally:
        if kernel.has_kernel:
            kernel.shutdown_kernel(now=True)
    book.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for k, cell in enumerate(book.cells):
        cell.id, cell.metadata = f"cell-{k + 1}", nbformat.from_dict({})
        if cell.cell_type == "code":  # what a machine's own libraries say on stderr is no part of an answer
            cell.outputs = together([o for o in cell.outputs if o.get("name") != "stderr"])
    return book


def together(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Printed lines that stand one after another as one output: a kernel parts them as its clock has it."""
    out: list[nbformat.NotebookNode] = []
    for now in outputs:
        if out and now.output_type == out[-1].output_type == "stream" and now.name == out[-1].name:
            out[-1].text += now.text
        else:
            out.append(now)
    return out


def main() -> None:
    """The command."""
    read = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    read.add_argument("--write", action="store_true", help="keep what the notebooks show now")
    read.add_argument("--into", type=Path, help="keep them in another folder instead")
    read.add_argument("--quick", action="store_true", help="two worlds for each answer: does every cell run?")
    read.add_argument("which", nargs="*", help="beginnings of names; all, where none is given")
    asked = read.parse_args()
    if asked.quick and asked.write:
        read.error("what is kept is not made in a hurry: leave out --quick or --write")
    for file in notebooks():
        if asked.which and not file.name.startswith(tuple(asked.which)):
            continue
        book = run(file, asked.quick)
        if asked.into or asked.write:
            nbformat.write(book, (asked.into or FOLDER) / file.name)
        print(f"{file.name}: {sum(c.cell_type == 'code' for c in book.cells)} cells ran{', written' if asked.write else ''}")


if __name__ == "__main__":
    sys.exit(main())
