"""The command `careshift evaluate`: whether a programme's evaluation would see what the plan does, before anybody pays for it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careshift.appraise import Json
from careshift.attribute_command import OneIn, Place, Results, Scenario, Workers

if TYPE_CHECKING:
    from scenarios.evaluating_runs import Evaluation

Pioneers = Annotated[int, typer.Option(help="Councils that begin the plan, in all waves together.")]
Waiting = Annotated[int, typer.Option(help="Councils beside them that do not begin.")]
Waves = Annotated[int, typer.Option(max=6, help="Waves, a year apart.")]
Before = Annotated[int, typer.Option(max=6, help="Years seen before the first wave.")]
Follow = Annotated[int, typer.Option(max=12, help="Years seen after each wave's beginning.")]
Lucks = Annotated[int, typer.Option(min=1, max=1000, help="Councils that are run, each with luck of its own.")]
CSV = "evaluation.csv"


def evaluate(scenario: Scenario, place: Place = None, pioneers: Pioneers = 12, waiting: Waiting = 12, waves: Waves = 3, before: Before = 2,
             follow: Follow = 4, lucks: Lucks = 8, one_in: OneIn = 1, workers: Workers = 0, results: Results = None,
             seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the file's.")] = None, as_json: Json = False) -> None:
    """Try the evaluation of a plan inside the model: bias, power, sample, the year it would be seen, stop and go gates."""
    from rich.console import Console

    from careshift import api, telling
    from careshift.report import evaluate_page
    from scenarios import evaluating_runs as made
    from scenarios import keeping, runs
    from scenarios import plan as files
    from scenarios.evaluating import Programme
    from simulation.errors import Problem, RunStopped
    from simulation.places import load

    programme = Programme(pioneers, waiting, waves, before, follow)
    asked = files.load(scenario, places=api.places())
    if place is not None:
        load(place)  # says what is wrong with the name
        asked = replace(asked, place=place)
    settings = made.Settings(lucks, one_in, asked.seed if seed is None else seed, workers)
    folder = Path(results or Path("results") / asked.name)
    made.jobs(asked, programme, settings, api.places())  # what cannot be evaluated is told before anything is compiled
    keeping.writable(folder)
    try:
        with keeping.held(folder), telling.progress(Console(stderr=True), asked, as_json) as (tell, compiling):
            compiling()
            runs.warm(asked.place)
            found = made.evaluate(asked, programme, settings, folder / made.FOLDER, api.places(), tell)
    except KeyboardInterrupt:
        raise RunStopped(Problem("", 0, "", "stopped by you; what is finished is kept", "the same command goes on where this one stopped")) from None
    with keeping.written(folder):
        table = keeping.whole_text(folder / CSV, as_csv(found))
        page = evaluate_page.write(folder / "evaluation.html", found)
    if as_json:
        print(json.dumps({"scenario": asked.name, "one_in": one_in, "page": str(page), **evaluate_page.told(found)}))
        return
    print(f"\n{asked.heading}: {programme.pioneers} pioneers in {programme.waves} {'wave' if programme.waves == 1 else 'waves'}, "
          f"{programme.waiting} waiting; {lucks} councils were run, "
          f"{'everybody' if one_in == 1 else f'one adult in {one_in} (money from a sample is no result)'}, {programme.years} years")
    for line in evaluate_page.sentences(found):
        print(f"  {line}")
    for title, why in found.skipped:
        print(f"  {title}: {why}")
    print(f"  every figure: {table}\n  the page: {page}")


def as_csv(found: Evaluation) -> str:
    """Every design, way of choosing and year, as a table."""
    from scenarios.evaluating_runs import rows

    out, told = io.StringIO(), rows(found)
    writer = csv.DictWriter(out, list(told[0]) if told else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()} for row in told)
    return out.getvalue()
