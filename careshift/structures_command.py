"""The command `careshift structures`: how far an answer hangs on choices of structure, all of them run together."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from careshift.appraise import Json
from careshift.attribute_command import OneIn, Place, Results, Scenario, Workers

Worlds = Annotated[int, typer.Option(min=1, max=1000, help="Worlds; in each, every combination of choices is run.")]
Years = Annotated[int | None, typer.Option(min=1, max=30, help="Years of the plan that are run [the file's].")]


def structures(scenario: Scenario, place: Place = None, worlds: Worlds = 4, one_in: OneIn = 1, years: Years = None, results: Results = None,
               workers: Workers = 0, seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the file's.")] = None,
               central: Annotated[bool, typer.Option(help="Central values of the evidence instead of drawn worlds.")] = False, as_json: Json = False) -> None:
    """Run a plan under every combination of five choices of structure: 32 answers to one question, as a strip of dots."""
    from careshift import api
    from careshift.report import structures_page
    from scenarios import keeping, runs
    from scenarios import plan as files
    from scenarios import structures as made
    from simulation.errors import BadInput, Problem, RunStopped
    from simulation.places import load

    asked = files.load(scenario, places=api.places())
    if asked.plan.changes_nothing:
        raise BadInput(Problem("", 0, asked.name, "changes nothing, so every choice gives nought", "give a plan"))
    if place is not None:
        load(place)  # says what is wrong with the name
        asked = replace(asked, place=place)
    if years is not None:
        asked = replace(asked, years=min(years, asked.years))
    settings = made.Settings(worlds, one_in, asked.seed if seed is None else seed, "central" if central else "drawn")
    folder = Path(results or Path("results") / asked.name)
    keeping.writable(folder)
    try:
        with keeping.held(folder):
            runs.warm(asked.place)
            rows = made.run(asked, settings, folder / made.CSV, lambda line: typer.echo(line, err=True),
                            side_by_side=runs.worker_count(workers, settings.worlds))
    except KeyboardInterrupt:
        raise RunStopped(Problem("", 0, "", "stopped by you; what is finished is kept", "the same command goes on where this one stopped")) from None
    with keeping.written(folder):
        page = structures_page.write(folder / "structures.html", asked, settings, rows)
    told = structures_page.told(rows)
    if as_json:
        print(json.dumps({"scenario": asked.name, "worlds": worlds, "one_in": one_in, "years": asked.years, "page": str(page), **told}))
        return
    print(f"\n{asked.heading}: {len(rows)} runs, {settings.worlds} {'world' if settings.worlds == 1 else 'worlds'}, "
          f"{'everybody' if one_in == 1 else f'one adult in {one_in} (money from a sample is no result)'}, {asked.years} years")
    for line in structures_page.sentences(rows):
        print(f"  {line}")
    print(f"  every figure: {folder / made.CSV}\n  the strip of dots: {page}")
