"""A part of Doncaster as founding leaves it, and lived on week by week with the processes that move people alone."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

import numpy as np

from simulation.draws import Draws
from simulation.evidence.register import central
from simulation.places import load
from simulation.plan import Plan
from simulation.process import bind
from simulation.world.ledger import Events
from simulation.world.town import Town

FOUNDING = ("people", "needs", "households", "wealth")
PROCESSES = ("coming", "dying", "needing", "falling")


def founded(one_in: int = 40, steps: tuple[str, ...] = FOUNDING, weeks: int = 520, seed: int = 1) -> Town:
    draws = Draws(seed, 0)
    draws.begin(-104)
    town = Town(load("doncaster"), draws, Plan(), burn_in=104, weeks=weeks, one_in=one_in, events=Events("counts"),
                model=None)
    for step in steps:
        module = import_module(f"simulation.founding.{step}")
        bind(getattr(module, step), central(), page=f"founding_{step}").run(town)
    town.tables["fell"] = np.zeros(len(town.residents), dtype=bool)
    return town


def live(town: Town, weeks: int, only: tuple[str, ...] = PROCESSES) -> Town:
    processes = [bind(getattr(import_module(f"simulation.week.{name}"), name), central()) for name in only]
    for _ in range(weeks):
        town.draws.begin(town.week)
        town.events.week = town.week
        for process in processes:
            process.run(town)
        town.week += 1
    return town


@lru_cache(maxsize=1)
def whole_town() -> Town:
    return founded(one_in=1)


@lru_cache(maxsize=1)
def after_six_years() -> tuple[Town, dict[str, float]]:
    """A fifth of the town after six years of coming, dying and needing; with deaths counted against the life table."""
    town = founded(one_in=5)
    r, place, told = town.residents, town.place, {"expected": 0.0, "died": 0.0}
    ratio = death_ratio(town)
    for _ in range(26):
        old = r.present & (r.age >= 65)
        year = np.minimum(r.age[old].astype(int), 110)
        told["expected"] += float((place.life_table[r.sex[old], year] * ratio[r.fifth[old]]).sum() * 12 / 52)
        live(town, 12, ("coming", "dying", "needing"))
        told["died"] += float((old & ~r.present).sum())
    return town, told


def death_ratio(town: Town) -> np.ndarray:
    needs = import_module("simulation.founding.needs")
    return np.asarray(needs._death_ratio(town.residents, town.place, np.array(central().values["shared.fifth_deaths"])))


def expected_states(town: Town, people: np.ndarray) -> np.ndarray:
    """How many of these people the balance puts in each of the ten states, at their exact ages."""
    r, table = town.residents, town.tables["prevalence"]
    year = np.minimum(r.age[people].astype(int), 109)
    part = (r.age[people] - year)[:, None]
    before, after = (table[r.fifth[people], r.sex[people], year + k] for k in (0, 1))
    return np.asarray((before * (1 - part) + after * part).sum(axis=0))


def linked_both_ways(town: Town) -> None:
    r = town.residents
    paired = np.flatnonzero(r.partner >= 0)
    np.testing.assert_array_equal(r.partner[r.partner[paired]], paired)
    assert np.all(r.present[paired])
    for slot in range(3):
        who = np.flatnonzero(r.kin[:, slot] >= 0)
        kin = r.kin[who, slot]
        assert np.all((r.kin[kin] == who[:, None]).any(axis=1))
        assert np.all(r.kin_kind[who, slot] > 0)
        assert np.all(r.present[who] | (r.arrives[who] >= town.week))
