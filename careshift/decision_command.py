"""`careshift sensitivity` and `careshift voi`: which numbers a plan's effect hangs on, and what knowing them better is worth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careshift.calibrate_command import OneIn, Parameters, Seed, lines

if TYPE_CHECKING:
    from calibration.effect import Sample

QUICK = 40
Scenario = Annotated[str, typer.Argument(help="A scenario file, or the name of one in the library (careshift scenarios).")]
Place = Annotated[str | None, typer.Option(help="Another place than the file's (careshift places).")]
Budget = Annotated[int, typer.Option(help="Worlds; each is lived through with the plan and without it.")]
Quick = Annotated[bool, typer.Option("--quick", help=f"A first look: {QUICK} worlds.")]
Years = Annotated[int, typer.Option(min=1, max=30, help="Years of the plan that are run.")]
Store = Annotated[Path | None, typer.Option(help="Where finished worlds are kept [calibrations/SCENARIO.worlds.jsonl].")]
Worth = Annotated[float, typer.Option("--worth", min=0, help="Pounds that one ASCOT-year is held to be worth.")]


def sensitivity(scenario: Scenario, place: Place = None, one_in: OneIn = 10, budget: Budget = 200, quick: Quick = False, years: Years = 2,
                parameters: Parameters = "", store: Store = None, seed: Seed = 1) -> None:
    """Say which numbers of the register a plan's effect hangs on; an index that is too unsure is not printed."""
    from calibration.sensitivity import sensitivity as found

    sample = worlds(scenario, place, one_in, QUICK if quick else budget, years, parameters, store, seed)
    for figure, y in sample.effects.items():
        told = found(sample.space, sample.z, y, figure)
        print(f"\n{figure}: mean {y.mean():,.0f}; the numbers explain {told.explained:.0%} of how it varies between worlds, chance the rest")
        lines(("Number", "Sobol, total", "Sobol, first", "Shapley", "PAWN"),
              [(name, *(told.of(name, method).told for method in ("total", "first", "Shapley", "PAWN")))
               for name in sorted(sample.space.names, key=lambda name: -told.of(name, "total").value)])
    print("\nSobol's and Shapley's are shares of the variance the numbers cause (Shapley's add up to all of it), PAWN's the distance between "
          "distributions, all on an emulator. "
          "Where an index's 90% interval is wider than 0.1 it is not printed: run more worlds.")


def voi(scenario: Scenario, worth: Worth, place: Place = None, one_in: OneIn = 10, budget: Budget = 200, quick: Quick = False, years: Years = 2,
        parameters: Parameters = "", store: Store = None, seed: Seed = 1) -> None:
    """Say what knowing a number would be worth to whoever chooses between a plan and doing nothing."""
    import numpy as np

    from calibration.value import evppi

    sample = worlds(scenario, place, one_in, QUICK if quick else budget, years, parameters, store, seed)
    gained = worth * sample.effects["ASCOT-years"] - sample.effects["net cost"]
    benefit = np.column_stack([np.zeros(len(gained)), gained])
    every = evppi(benefit, sample.values, "all of them")
    print(f"Net benefit of the plan at £{worth:,.0f} an ASCOT-year: £{gained.mean():,.0f} over {years} years "
          f"(standard error £{gained.std(ddof=1) / len(gained) ** 0.5:,.0f}); "
          f"better than doing nothing in {np.mean(gained > 0):.0%} of worlds, chance included.")
    rows = sorted((evppi(benefit, column, name) for name, column in zip(sample.space.names, sample.values.T)), key=lambda one: -one.value)
    lines(("What would be known", "worth, £", "standard error, £"), [(one.name, f"{one.value:,.0f}", f"{one.error:,.0f}") for one in (every, *rows)])
    print("Knowing is worth nothing where no answer would change the choice. No research can foresee chance, so its part is left out. "
          "Values within two standard errors of nought say nothing.")


def worlds(scenario: str, place: str | None, one_in: int, budget: int, years: int, parameters: str, store: Path | None, seed: int) -> Sample:
    """The worlds of a command, run or taken from the store. Raises BadInput for names that are not known."""
    from calibration import care
    from calibration.effect import Effect, sampled
    from calibration.runs import FileStore
    from careshift import api
    from scenarios import keeping
    from scenarios import plan as files
    from simulation.places import load

    asked = files.load(scenario, places=api.places())
    if place is not None:
        load(place)  # says what is wrong with the name
        asked = replace(asked, place=place)
    store = store or Path("calibrations") / f"{asked.name}.worlds.jsonl"
    with keeping.written(store.parent):
        store.parent.mkdir(parents=True, exist_ok=True)
    chosen = care.entries([name.strip() for name in parameters.split(",") if name.strip()] if parameters else care.DEFAULT)
    sample = sampled(Effect(asked, tuple(api.places()), one_in, years), care.priors(chosen), budget, seed, FileStore(store))
    print(f"{asked.heading}: {len(sample.z)} worlds ({sample.made} run now), one in {one_in}, {min(years, asked.years)} years; worlds are kept in {store}")
    return sample
