"""Paired runs for the tests of directions: one town founded and burnt in once, forked for every plan, same people, same luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from scenarios.plan import load as load_scenario
from simulation.evidence.register import Beliefs, central
from simulation.model import CareSystem, State, from_state
from simulation.places import known
from simulation.places import load as load_place
from simulation.plan import Plan
from simulation.shift import reference_lines
from simulation.world.town import Town

ONE_IN, SEED = 1, 1
HEADLINE = "ten_percent_to_community"


@lru_cache(maxsize=3)
def burnt_in(one_in: int = ONE_IN, seed: int = SEED) -> State:
    """A part of Doncaster at the first week of the plan, with central values."""
    system = CareSystem(load_place("doncaster"), central(), Plan(years=10), seed=seed, one_in=one_in, events="counts").burn_in()
    state = system.state()
    system.close()
    return state


class Ran:
    """A finished run: its town, and each measure by year, for the whole place (a sample is multiplied up)."""

    def __init__(self, system: CareSystem):
        self.town: Town = system.town
        self.spent = reference_lines(system.town)
        self._years: dict[tuple[str, str], dict[int, float]] = {}
        for year, measure, _, group, value in system.recorder.yearly(system.town, -2):  # two years of burn-in with it
            self._years.setdefault((measure, group), {})[year] = value
        self.weekly = {name: np.asarray(series) for name, series in system.recorder.weekly(system.town).items()}
        system.close()

    def __call__(self, measure: str, year: int, group: str = "all") -> float:
        """The value of a measure in one year of the plan (the first is year 1, the last of the burn-in 0)."""
        return self._years.get((measure, group), {}).get(year - 1, 0.0)

    def by_year(self, measure: str, group: str = "all", years: range = range(1, 11)) -> np.ndarray:
        """A measure year by year."""
        return np.array([self._years[measure, group][year - 1] for year in years])

    def over(self, measure: str, first: int, last: int, group: str = "all") -> float:
        """The mean of a measure over these years."""
        return float(np.mean([self(measure, year, group) for year in range(first, last + 1)]))


def run(plan: Plan, *, against: Ran | None = None, beliefs: Beliefs | None = None, one_in: int = ONE_IN, seed: int = SEED,
        before: Callable[[Town], None] | None = None, events: str = "counts") -> Ran:
    """Fork the burnt-in town and run a plan to its end. `before` changes the town in its first week: a do-twin."""
    plan = replace(plan, reference=against.spent if against else None)
    system = from_state(burnt_in(one_in, seed), plan, beliefs=beliefs, events=events)  # type: ignore[arg-type]
    if before:
        before(system.town)
    return Ran(system.run())


@lru_cache(maxsize=1)
def as_now() -> Ran:
    """Present policy goes on for ten years."""
    return run(Plan(years=10))


@lru_cache(maxsize=1)
def headline() -> Ran:
    """The headline plan, ten years, beside it."""
    return run(from_library(HEADLINE), against=as_now())


def from_library(name: str, **changed: object) -> Plan:
    """A plan of the library, with some of it changed."""
    return replace(load_scenario(name, places=known()).plan, **changed)  # type: ignore[arg-type]


def believing(**values: float) -> Beliefs:
    """Central beliefs with some numbers changed: `working__pay_attracts=0.2`."""
    beliefs = central()
    told: Mapping[str, float] = {name.replace("__", "."): value for name, value in values.items()}
    missing = told.keys() - beliefs.values.keys()
    assert not missing, f"no such numbers: {missing}"
    return type(beliefs)(beliefs.register, {**beliefs.values, **told})
