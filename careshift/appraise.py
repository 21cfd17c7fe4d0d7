"""The command `careshift appraise`: a finished comparison in the manner of the Green Book, on one screen, as a page, as a workbook."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from scenarios.appraisal.whole import Appraisal

PIPE = 160  # characters a line where nobody's window sets the width
Folder = Annotated[Path, typer.Argument(help="The folder of a finished comparison: results/NAME, or NAME.")]
Value = Annotated[str, typer.Option(help="How wellbeing is valued, once: wellby, qaly or ascot.")]
Weights = Annotated[bool, typer.Option("--weights", help="Welfare weights: a pound counts for more in a poorer neighbourhood.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")]
Xlsx = Annotated[Path | None, typer.Option(help="Write a workbook with live formulas as well.")]


def appraise(folder: Folder, value: Value = "wellby", weights: Weights = False, as_json: Json = False, xlsx: Xlsx = None) -> None:
    """Appraise a plan that was run: what it costs, when it pays back, who pays, what it is worth and how sure that is."""
    from careshift import api
    from careshift.report import appraisal_page
    from scenarios import keeping

    a = api.appraise(folder, value=value, weights=weights)
    where = found(folder)
    with keeping.written(where):
        page = appraisal_page.write(a, where)
    if xlsx is not None:
        from careshift.report import workbook

        with keeping.written(xlsx.parent):
            workbook.write(a, xlsx)
    if as_json:
        print(json.dumps(as_object(a, page, xlsx), default=str))
    else:
        show(a, page, xlsx)


def found(folder: Path) -> Path:
    """The folder as given, or of that name under results."""
    under = Path("results") / folder
    return under if not folder.exists() and under.exists() else folder


def show(a: Appraisal, page: Path, xlsx: Path | None) -> None:
    """One screen: the answers, the lines, what may not be concluded, where the rest is."""
    from rich.console import Console
    from rich.table import Table

    from scenarios import answers
    from scenarios.appraisal import told

    out = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else PIPE)
    out.print(f"\n{answers.plan_type(a.r)}: {a.r.scenario.heading}", style="bold")
    for flag in a.r.scenario.flags:
        out.print(f"Note: {flag}.")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for p in told.points(a):
        grid.add_row(p.question, p.answer)
    out.print()
    out.print(grid)
    table = Table("", f"worth in {answers.years(a.r)[0]}, {answers.range_name(a.r)}", "mean", "a year", "prices", "effects", box=None, pad_edge=False,
                  header_style="bold")
    for column in table.columns[1:4]:
        column.justify, column.no_wrap = "right", True
    for row in told.lines(a):
        table.add_row(*row, style="bold" if not row[4] else None)
    out.print()
    out.print(table)
    out.print()
    if said := told.first_look(a):
        out.print(f"From {a.r.count} pairs may not be concluded: {'; '.join(said)}.")
    out.print("It recommends nothing. A gain is positive. " + " ".join(told.conventions(a)[:3]))
    out.print(f"\nPage: {page}")
    if xlsx is not None:
        out.print(f"Workbook: {xlsx}")


def as_object(a: Appraisal, page: Path, xlsx: Path | None) -> dict[str, Any]:
    """The appraisal as one JSON object: numbers in pounds, and the headline rows exactly as summary.csv has them."""
    from scenarios import answers
    from scenarios.appraisal import told
    from scenarios.appraisal.numbers import headline, line_numbers

    return {"scenario": a.r.scenario.name, "title": a.r.scenario.heading, "plan_type": answers.plan_type(a.r), "pairs": a.r.count,
            "may_not_conclude": told.first_look(a), "wellbeing": a.way.value, "weights": a.weighted, "points": [p._asdict() for p in told.points(a)],
            "lines": line_numbers(a), "chances": [c._asdict() for c in a.chances],
            "switching": [{k: v if v == v else None for k, v in s._asdict().items()} for s in a.switches],
            "summary": headline(a.r), "conventions": told.conventions(a), "page": str(page), "workbook": str(xlsx) if xlsx else None}
