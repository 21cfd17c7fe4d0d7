"""The shipped engine: the same subset of the week as objects and columns live, and the whole week with every service."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from benchmarks.given import PROCESSES
from simulation.evidence.register import Beliefs, central
from simulation.model import CareSystem
from simulation.places import Place, load
from simulation.plan import Plan
from simulation.rules import WEEKS
from simulation.week.coming import grow_older

# Figures that count people or pounds of the whole place, by unit: what a larger place has more of.
GROWS = ("people", "households", "homes", "beds", "posts", "requests", "episodes", "visits", "stays", "bed days",
         "patients", "pounds a year")


def place_times(times: int = 1, name: str = "doncaster") -> Place:
    """A place with so many times its people, and so many times every figure that counts people or pounds a year."""
    place = load(name)
    if times == 1:
        return place
    figures = {k: replace(f, value=f.value * times) if f.unit.startswith(GROWS) else f for k, f in place.figures.items()}
    return replace(place, people=place.people * times, figures=figures)


def founded(one_in: int, *, times: int = 1, burn_in: int = 26, seed: int = 1, beliefs: Beliefs | None = None) -> CareSystem:
    """A town at the start of its plan, after so many weeks of burn-in, with ten years laid out before it."""
    system = CareSystem(place_times(times), beliefs or central(), Plan(), seed=seed, one_in=one_in, events="counts",
                        burn_in=burn_in)
    return system.burn_in()


class Subset:
    """A town in which only the subset of processes acts: people age, die, need help, fall, feel alone, are in hospital."""

    def __init__(self, system: CareSystem):
        self.town = system.town
        self.processes = [p for p in system.processes if p.name in PROCESSES]

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind of thing has happened since the plan began."""
        told: dict[str, int] = {}
        for (kind, _, _), weeks in self.town.events.counts.items():
            told[kind] = told.get(kind, 0) + int(sum(cells[:, 0].sum() for w, cells in weeks.items() if w >= 0))
        return told

    def step(self) -> None:
        """One week of the subset."""
        town = self.town
        town.draws.begin(town.week)
        town.events.week = town.money.week = town.week
        grow_older(town.residents.present, town.residents.age, 1.0 / WEEKS)
        for process in self.processes:
            if town.week % process.every == 0:
                process.run(town)
        town.week += 1


def shares(system: CareSystem, weeks: int = WEEKS) -> dict[str, float]:
    """The share of a week's seconds that each process takes, and the recorder; over whole years, so that all act."""
    town = system.town
    spent = dict.fromkeys([*(p.name for p in system.processes), "recorder"], 0.0)
    for _ in range(weeks):
        town.draws.begin(town.week)
        town.events.week = town.money.week = town.week
        for process in system.processes:
            if town.week % process.every == 0:
                began = perf_counter()
                process.run(town)
                spent[process.name] += perf_counter() - began
        began = perf_counter()
        system.recorder.week(town)
        spent["recorder"] += perf_counter() - began
        town.week += 1
    whole = sum(spent.values())
    return {name: seconds / whole for name, seconds in spent.items()}


def present(system: CareSystem) -> int:
    """How many people live in the town now."""
    return int(np.count_nonzero(system.town.residents.present))
