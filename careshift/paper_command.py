"""The commands that hand a finished comparison on: `careshift paper` for a board, `careshift track` for the years after."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from careshift.appraise import Folder, Json, Value, found

Template = Annotated[Path | None, typer.Option(help="A Word file of your council, whose styles the paper takes.")]
Actuals = Annotated[Path | None, typer.Argument(help="A CSV file of what was counted since: quarter, sign, value.")]
Empty = Annotated[Path | None, typer.Option("--template", help="Write an empty file of counted values to fill in, and stop.")]


def paper(folder: Folder, template: Template = None, value: Value = "wellby") -> None:
    """Write a short board paper (web page and Word) and the lines for a medium-term financial strategy (Excel)."""
    from careshift import api
    from careshift.report import paper as papers
    from scenarios import keeping

    a, where = api.appraise(folder, value=value), found(folder)
    with keeping.written(where):
        for file in papers.write(a, where, template):
            print(file)
    if not a.enough:
        typer.echo(f"A first look: {a.results.count} pairs of runs. The paper says so first, and books nothing.", err=True)


def track(folder: Folder, actuals: Actuals = None, empty: Empty = None, as_json: Json = False) -> None:
    """The monitoring sheet of a plan: six early signs by quarter; and what was counted since, beside it."""
    from careshift import api
    from scenarios import keeping
    from scenarios.papers import monitoring

    r = api.appraise(folder).results
    if empty is not None:
        with keeping.written(empty.parent):
            keeping.whole_text(empty, _as_csv(monitoring.COLUMNS, monitoring.template(r)))
        print(empty)
        return
    start, actual = monitoring.read_actuals(actuals, r) if actuals else ({}, {})
    held = monitoring.expected(r, start)
    where = found(folder) / "monitoring.csv"
    with keeping.written(where.parent):
        keeping.whole_text(where, _as_csv(monitoring.HELD, monitoring.sheet(held)))
    reads = monitoring.track(r, start, actual)
    if as_json:
        print(json.dumps({"sheet": str(where), "visible_from": monitoring.visible(held), "reads": [_read(x) for x in reads]}))
    else:
        _show(held, reads, where)


def _as_csv(head: Any, rows: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue()


def _read(x: Any) -> dict[str, Any]:
    return {"quarter": x.quarter, "sign": x.sign.name, "value": x.value, "plan": x.expected.plan, "nothing": x.expected.nothing, "says": x.says,
            "quarters_running": x.running, "trigger": x.trigger}


def _show(held: Any, reads: Any, where: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from scenarios.papers import monitoring

    out = Console(highlight=False, markup=False)
    if reads:
        table = Table("quarter", "sign", "counted", "expected, 8 in 10", "doing nothing", "", box=None, pad_edge=False, header_style="bold")
        for x in reads:
            table.add_row(x.quarter, x.sign.title, f"{x.value:,.5g}", *(f"{low:,.4g} to {high:,.4g}" for low, _, high in (x.expected.plan, x.expected.nothing)),
                          ("STOP AND LOOK: " if x.trigger else "") + x.says, style="bold" if x.trigger else None)
        out.print(table)
        called = sorted({x.sign.title for x in reads if x.trigger})
        out.print(f"\nOutside on the side that worries in {monitoring.RUNNING} quarters running: {', '.join(called)}." if called else
                  f"\nNo sign has been outside on the side that worries in {monitoring.RUNNING} quarters running.")
    else:
        table = Table("sign", "end of year 1", "doing nothing", "seen from", box=None, pad_edge=False,
                      header_style="bold")
        seen = monitoring.visible(held)
        for e in (e for e in held if e.quarter == held[monitoring.QUARTERS - 1].quarter):
            table.add_row(f"{e.sign.title} ({e.sign.unit})", *(f"{low:,.4g} to {high:,.4g}" for low, _, high in (e.plan, e.nothing)),
                          seen[e.sign.name] or "never, from this sign alone")
        out.print(table)
    if not reads:
        out.print("\nExpected: 8 in 10 worlds, all brought to one level at the start. Seen from: the quarter from which a sign differs from doing nothing "
                  "for a year, whatever else is not known.")
    out.print(f"\nMonitoring sheet: {where}")
