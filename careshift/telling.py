"""What the command says: progress while it runs, the answer in words and a small table, the evidence as a list."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import answers, answers_split
from scenarios.answers_words import number
from scenarios.service_facts import cost, lead, strength
from simulation.errors import BadInput, Problem, did_you_mean

if TYPE_CHECKING:
    from rich.console import Console

    from careshift.api import Comparison


WIDEST = 24  # of a column of numbers, for tables by age are long
PIPE = 200  # characters a line where nobody's window sets the width


@contextmanager
def progress(console: Console, scenario: Any, quiet: bool) -> Iterator[tuple[Callable[..., None], Callable[[], None]]]:
    """A progress bar on stderr, only where somebody is watching; plain lines stay out of pipes."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    watched = sys.stderr.isatty() and not quiet
    if not watched:
        yield (lambda *_: None), (lambda: None)
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                  console=console, transient=True) as bar:
        task = bar.add_task("replications", total=None)

        def compiling() -> None:
            bar.update(task, description="compiling the model (once on this machine, about a minute)")

        def tell(_: Any, done: int, total: int) -> None:
            bar.update(task, description="replications", completed=done, total=total)

        yield tell, compiling


def show(comparison: Comparison, page: Path) -> None:
    """The answer on stdout: a sentence, what kind of run it was, a small table, where the report is."""
    from rich.console import Console
    from rich.table import Table

    out = Console(highlight=False, soft_wrap=True, markup=False, width=None if sys.stdout.isatty() else PIPE)
    r = comparison.results
    out.print(f"\n{answers.plan_type(r)}: {r.scenario.heading}", style="bold")
    for flag in r.scenario.flags:
        out.print(f"Note: {flag}.")
    out.print()
    out.print(answers.sentence(r))
    year = answers.years(r)[-1]
    table = Table(f"{year}, a year", "doing nothing", f"difference, {answers.range_name(r)}", "mean", box=None, pad_edge=False,
                  header_style="bold")
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for row in answers.small_table(r):
        table.add_row(row.title, row.baseline, row.interval, row.difference)
    out.print()
    out.print(table)
    out.print()
    out.print(answers.plan_line(r))
    out.print()
    for line in answers.caveats(r, comparison.about):
        out.print(line)
    for line in _structures(comparison.about):
        out.print(line)
    out.print(f"\nReport: {page}")
    out.print(f"Tables: {comparison.folder / 'summary.csv'}  (what each column and measure means: codebook.csv)")


def _structures(about: Mapping[str, Any]) -> list[str]:
    """What choices of structure do to the answer, in a line for each figure; nothing where they were not run."""
    if not about.get("structures"):
        return []
    from careshift.report import structures_page
    from scenarios import structures

    rows = structures.from_data(about["structures"])
    return ["", f"Under {len(structures.dots(rows))} combinations of choices of structure, plan less doing nothing, means over worlds:",
            *(f"  {line}" for line in structures_page.sentences(rows))]


def as_object(comparison: Comparison, page: Path) -> dict[str, Any]:
    """The answer as one JSON object."""
    r = comparison.results
    return {"scenario": r.scenario.name, "title": r.scenario.heading, "flags": r.scenario.flags,
            "plan_type": answers.plan_type(r), "sentence": answers.sentence(r), "points": [p._asdict() for p in answers.points(r)],
            "headline": [row._asdict() for row in answers.small_table(r)], "numbers": answers.numbers(r),
            "split": answers_split.numbers(r), "caveats": answers.caveats(r, comparison.about), "report": str(page), "folder": str(comparison.folder),
            "run": {k: v for k, v in comparison.about.items() if k not in ("runs", "job_hashes")}}


def evidence(grade: str | None, used_by: str | None, place: str | None, kind: str | None) -> None:
    """Entries of the register (or a place's figures) as a table, and how much rests on assumption."""
    from rich.console import Console
    from rich.table import Table

    out = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else PIPE)
    table = Table("number", "value", "range", "unit", "grade", "what it is, and where it comes from", box=None,
                  pad_edge=False, header_style="bold")
    table.columns[0].no_wrap = True
    table.columns[1].max_width = table.columns[2].max_width = WIDEST
    if place:
        from simulation import places as place_files

        there = place_files.load(place)
        figures = [f for f in there.figures.values() if grade is None or f.grade == grade.upper()]
        for f in figures:
            note = {"england": " [England's rate]", "invented": " [invented]"}.get(f.basis, "")
            table.add_row(f.name, number(f.value), _range(f.low, f.high), f.unit, f.grade, f"{f.says}{note} ({f.source}, {f.year})")
        out.print(table)
        out.print(f"\n{len(figures)} figures; {sum(f.basis == 'england' for f in figures)} are England's rate applied here")
        return
    from careshift import api

    _known("grade", grade and grade.upper(), ("A", "B", "C", "D"))
    _known("kind", kind, ("evidence", "calibrated", "assumption", "rule"))
    if used_by:
        _known("used-by", used_by, {e.page for e in api.evidence()} | {b.name for b in api.week()} | {api.APPRAISAL})
    found = api.evidence(grade=grade, used_by=used_by, kind=kind)
    for e in found:
        doubt = f" Doubt: {e.doubt}" if e.doubt else ""
        verify = " [to be verified]" if e.verify else ""
        table.add_row(e.key, number(e.value), _range(e.low, e.high), e.unit, e.grade, f"{e.says} ({e.source}){verify}.{doubt}")
    out.print(table)
    out.print(f"\n{answers.rests_on(found)}")


def services(listed: list[dict[str, Any]]) -> None:
    """Each service in a few lines: what a person costs, how long it takes, what makes its capacity, what it rests on."""
    from rich.console import Console
    from rich.padding import Padding

    out = Console(highlight=False, markup=False)
    for s in listed:
        out.print(f"{s['name']}: {s['says']}")
        for line in (f"a person costs: {cost(s['cost'], s['cost unit'])}", f"lead time: {lead(s['lead weeks'])}",
                     f"capacity ({s['counts']}): {s['capacity']}", f"evidence: {strength(s['effect grades'])}"):
            out.print(Padding(line, (0, 0, 0, 4)))


def _known(name: str, value: str | None, options: Any) -> None:
    if value is not None and value not in options:
        raise BadInput(Problem("", 0, f"--{name}", f"there is no {value!r}",
                               did_you_mean(value, options) or f"choose from {', '.join(sorted(options))}"))


def _range(low: Any, high: Any) -> str:
    if low is None or high is None or low == high:
        return ""
    return f"{number(low)} to {number(high)}"
