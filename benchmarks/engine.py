"""The shipped engine: the same subset of the week as objects and columns live, and the whole week with every service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import thread_time

import numpy as np

from benchmarks.given import PROCESSES
from scenarios.dose import scenario_of
from simulation.evidence.register import central
from simulation.model import BURN_IN, CareSystem
from simulation.places import Place, load
from simulation.plan import Plan
from simulation.rules import WEEKS
from simulation.services import found as kinds
from simulation.week.coming import grow_older

# The services of the first walk through the house that a plan may pay for; what is there in any case runs beside them.
FIRST = ("shared_lives", "local_area_coordination", "homeshare", "reablement", "direct_payments", "home_care",
         "care_home_health_support")
SETTLED = 104  # weeks of a plan after which most of what its money buys is there

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


def found(one_in: int, *, times: int = 1, burn_in: int = BURN_IN, seed: int = 1) -> CareSystem:
    """A town just founded, with its burn-in and ten years laid out before it.

    Leaving hospital does not wait for home care in it: there is no home care in the subset that the forms share.
    """
    held = central()
    beliefs = replace(held, values={**held.values, "hospital.home_care_part": 0.0})
    return CareSystem(place_times(times), beliefs, Plan(), seed=seed, one_in=one_in, events="counts", burn_in=burn_in)


def founded(one_in: int, *, times: int = 1, burn_in: int = 26, seed: int = 1) -> CareSystem:
    """A town at the start of its plan, after so many weeks of burn-in."""
    return found(one_in, times=times, burn_in=burn_in, seed=seed).burn_in()


def funded(one_in: int, names: Sequence[str] | None = None, *, burn_in: int = 26, weeks: int = SETTLED, seed: int = 1) -> CareSystem:
    """A town in which these services (or all) have the money of their own questions, after so many weeks of the plan.

    Services that are neither named nor there in any case (bought person by person) are not founded at all.
    """
    asked = {n: s for n in kinds() if (names is None or n in names) and (s := scenario_of(n))}
    there = [n for n in kinds() if n in asked or scenario_of(n) is None]
    plan = Plan(years=10, invest={n: s.plan.invest[n] for n, s in asked.items()})
    return CareSystem(load("doncaster"), central(), plan, seed=seed, one_in=one_in, events="counts", burn_in=burn_in,
                      only=there).run(burn_in + weeks)


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
                began = thread_time()
                process.run(town)
                spent[process.name] += thread_time() - began
        began = thread_time()
        system.recorder.week(town)
        spent["recorder"] += thread_time() - began
        town.week += 1
    whole = sum(spent.values())
    return {name: seconds / whole for name, seconds in spent.items()}


def present(system: CareSystem) -> int:
    """How many people live in the town now."""
    return int(np.count_nonzero(system.town.residents.present))
