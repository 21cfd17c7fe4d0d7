"""The command `careshift attribute`: which part of a plan does what, so that the parts add up to the whole in every world."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careshift.appraise import PIPE, Json

if TYPE_CHECKING:
    from scenarios.attributing import Shared

Scenario = Annotated[str, typer.Argument(help="A scenario file, or the name of one in the library (careshift scenarios).")]
Place = Annotated[str | None, typer.Option(help="Another place than the file's (careshift places).")]
Replications = Annotated[int | None, typer.Option(min=1, max=10_000, help="Worlds [the file's]; each is run with every subset of the plan's parts.")]
OneIn = Annotated[int, typer.Option("--one-in", min=1, max=200, help="Sample: every k-th person, homes of true size.")]
Workers = Annotated[int, typer.Option(min=0, max=512, help="Processes side by side; 0 takes one a core.")]
Results = Annotated[Path | None, typer.Option("--results", help="Folder of the comparison beside which it is kept [results/<name>].")]
Apart = Annotated[bool, typer.Option("--transition-apart", help="Transition money as a part of its own, not with the services it builds.")]


def attribute(scenario: Scenario, place: Place = None, replications: Replications = None, one_in: OneIn = 1, workers: Workers = 0, results: Results = None,
              seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the file's.")] = None,
              central: Annotated[bool, typer.Option(help="Central values of the evidence instead of drawn worlds.")] = False,
              apart: Apart = False, as_json: Json = False) -> None:
    """Say which part of a plan does what, by running it with only some of its parts; the shares add up to the whole."""
    from careshift import api, telling
    from scenarios import plan as files
    from simulation.errors import Problem, RunStopped

    asked = files.load(scenario, places=api.places())
    from rich.console import Console

    try:
        with telling.progress(Console(stderr=True), asked, as_json) as (tell, _):
            shared, file = api.attribute(asked, place=place, replications=replications, one_in=one_in, workers=workers, folder=results, seed=seed,
                                         worlds="central" if central else "drawn", transition_apart=apart, progress=tell)
    except KeyboardInterrupt:
        raise RunStopped(Problem("", 0, "", "stopped by you; what is finished is kept", "the same command goes on where this one stopped")) from None
    if as_json:
        print(json.dumps(as_object(shared, file)))
    else:
        show(shared, file, asked.heading)


def show(shared: Shared, file: Path, heading: str) -> None:
    """One table for each figure: what each part adds, what it does alone, and what all come to."""
    from rich.console import Console
    from rich.table import Table

    from scenarios.appraisal import told_parts

    out = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else PIPE)
    out.print(f"\n{heading}", style="bold")
    out.print(told_parts.first_words(shared))
    for figure in shared.found:
        table = Table(*told_parts.HEAD, title=told_parts.titled(figure), title_justify="left", title_style="bold", box=None, pad_edge=False,
                      header_style="bold")
        for row in told_parts.rows(shared, figure):
            table.add_row(*row)
        out.print()
        out.print(table)
        out.print(told_parts.between(shared, figure))
    out.print(f"\nKept: {file}. `careshift appraise` shows it beside the appraisal of the same plan.")


def as_object(shared: Shared, file: Path) -> dict[str, Any]:
    """Means over worlds, standard errors, what each part does alone, and every pair's interaction."""
    figures = {name: {"whole": float(x.whole.mean()), "interaction": float(x.interaction.mean()),
                      "parts": [{"part": part, "share": float(s), "error": float(e) if e == e else None, "alone": float(one)}
                                for part, s, e, one in zip(shared.parts, x.shares.mean(axis=0), x.errors, x.alone.mean(axis=0))],
                      "pairs": [p._asdict() for p in x.pairs]} for name, x in shared.found.items()}
    return {"about": shared.about, "titles": dict(zip(shared.parts, shared.titles)), "figures": figures, "file": str(file)}
