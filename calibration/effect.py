"""What a plan does, as a simulator: one world with some numbers held at other values, lived through with the plan and without it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from calibration.design import Space, sobol
from calibration.runs import Runs
from scenarios import design, runs
from scenarios.experiment import decides
from scenarios.parameters import changed
from scenarios.plan import Scenario
from simulation.errors import BadInput, Problem
from simulation.evidence.register import load as load_register

FIGURES = {"net cost": ("council_net", "Council, net, pounds over all years"),
           "ASCOT-years": ("ascot_years", "Years of life weighted by quality, all years"),
           "bed days": ("bed_days", "Days in a hospital bed, all years")}


@dataclass(frozen=True)
class Effect:
    """The plan less doing nothing in the same world with the same luck, summed over its years."""

    scenario: Scenario
    places: tuple[str, ...]
    one_in: int = 10
    years: int = 2

    @cached_property
    def runs(self) -> tuple[design.Run, design.Run]:
        """Doing nothing, and the plan. Raises BadInput where the plan changes nothing."""
        found = design.runs_for(self.scenario, places=self.places, rivals=False, variants=False, all_rules=False)
        if len(found) != 2:
            raise BadInput(Problem("", 0, self.scenario.name, "this plan changes nothing, so no number can move its effect",
                                   "name another (careshift scenarios)"))
        base, plan = (replace(run, plan=replace(run.plan, years=min(self.years, run.plan.years))) for run in found)
        return base, plan

    @cached_property
    def version(self) -> str:
        """Names all that decides an effect but parameters and luck: code, evidence, place, plan, years, sample."""
        from simulation.places import load

        told = [runs.code_hash(), load_register().hash, load(self.scenario.place).hash, self.one_in, *(decides(run.plan) for run in self.runs)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:20]

    def __call__(self, parameters: Mapping[str, float], seed: int) -> dict[str, float]:
        """The differences by name, in FIGURES' units: more is more cost, more life, more days."""
        from simulation.evidence.register import central
        from simulation.model import CareSystem
        from simulation.places import load

        beliefs = changed(central(), dict(parameters))
        base, plan = self.runs
        system = CareSystem(load(self.scenario.place), beliefs, base.plan, seed=seed, one_in=self.one_in, events="counts").burn_in()
        state = system.state()
        system.close()
        without, _, spent = runs.forked(state, base, beliefs, None)
        told, _, _ = runs.forked(state, plan, beliefs, spent)
        return {name: _all_years(told, measure) - _all_years(without, measure) for name, (measure, _) in FIGURES.items()}


def _all_years(values: Mapping[tuple[int, str, str, str], float], measure: str) -> float:
    return float(sum(value for (year, what, unit, group), value in values.items() if what == measure and year >= 0 and group == "all"))


@dataclass(frozen=True)
class Sample:
    """Worlds spread over what is not known, and what the plan did in each."""

    space: Space
    z: np.ndarray
    effects: Mapping[str, np.ndarray]
    made: int

    @property
    def values(self) -> np.ndarray:
        """Parameter values, a row a world."""
        return self.space.values(self.z)


def sampled(simulator: Any, priors: Mapping[str, Any], worlds: int, seed: int, store: MutableMapping[str, Any]) -> Sample:
    """Run the plan and doing nothing in so many worlds (scrambled Sobol over the priors); what is in the store is not run again."""
    space = Space(priors)
    if worlds < max(20, 3 * space.size):
        raise BadInput(Problem("", 0, "--budget", f"{worlds} worlds are too few for {space.size} numbers", f"give {max(20, 3 * space.size)} or more"))
    z = sobol(worlds, space.size, np.random.SeedSequence(entropy=seed, spawn_key=(13,)))
    done = Runs(simulator, space.names, worlds, seed, store, None, tuple(FIGURES))
    done.run(space.values(z), "effect")
    effects = {name: done.column(name) for name in FIGURES}
    whole = np.all([np.isfinite(y) for y in effects.values()], axis=0)
    return Sample(space, z[whole], {name: y[whole] for name, y in effects.items()}, done.made)
