"""Founded in balance: in a town whose ages never change, people's needs, homes and ties by age stay as they were founded.

People go on growing older, dying and coming of age, but as many reach each age as die or leave it: the ages are those of the
life table, and nobody moves. What then drifts is a fault of the founding, not ageing. With Doncaster's real ages the same
rates by age drift as little, and the numbers grow because the people grow older.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from simulation.evidence.lists import NEED
from simulation.evidence.register import central
from simulation.model import CareSystem
from simulation.places import Place, load
from simulation.plan import Plan
from simulation.world.columns import Table
from simulation.world.residents import Resident
from simulation.world.town import CARE_HOME

ONE_IN, YEARS, WEEKS = 2, 5, 52
ADULT = 18
AGES = {"65-74": (65, 75), "75-84": (75, 85), "85+": (85, 120)}
TWO, THREE = NEED.index("one or two personal tasks"), NEED.index("three or more")
RATES: dict[str, Callable[[Table[Resident]], np.ndarray]] = {
    "any need": lambda r: r.need > 0,
    "needs personal care": lambda r: r.need >= TWO,
    "needs much care": lambda r: r.need >= THREE,
    "dementia": lambda r: r.dementia,
    "in a care home": lambda r: np.isin(r.setting, CARE_HOME),
    "lives alone": lambda r: r.alone,
}
MOST = {"any need": 0.04, "needs personal care": 0.05, "needs much care": 0.08, "dementia": 0.08, "in a care home": 0.15,
        "lives alone": 0.06}  # drift in five years that is allowed, beside what chance does to a sample of this size
CHANCE = 2.5  # standard errors


def unchanging(place: Place) -> Place:
    """The same council and the same number of adults, at the ages at which the life table keeps a town for ever."""
    deaths = place.life_table[:, :place.people.shape[1]] * place["deaths_smr"]
    alive = np.exp(-np.concatenate([np.zeros((2, 1)), np.cumsum(deaths, axis=1)], axis=1))
    people = (alive[:, :-1] + alive[:, 1:]) / 2
    people[:, -1] = people[:, -1] / (1 - np.exp(-deaths[:, -1]))
    people[:, :ADULT] = people[:, [ADULT]]  # the children who come of age are as many as those of 18
    people *= place.people[:, ADULT:].sum(axis=1, keepdims=True) / people[:, ADULT:].sum(axis=1, keepdims=True)
    still = {name: replace(f, value=0.0) for name, f in place.figures.items() if name.startswith("net_migration") and "share" not in name}
    older = float(people[:, 65:].sum())
    return replace(place, people=people, hash=place.hash + "unchanging", figures={
        **place.figures, **still, "people_65_plus": replace(place.figures["people_65_plus"], value=older)})


def rates(system: CareSystem) -> dict[tuple[str, str], tuple[float, float]]:
    """Share and number of people by rate and age band, now."""
    r, out = system.town.residents, {}
    for band, (youngest, oldest) in AGES.items():
        here = r.present & (r.age >= youngest) & (r.age < oldest)
        for name, of in RATES.items():
            out[name, band] = float((of(r) & here).sum() / here.sum()), float(here.sum())
    return out


@pytest.fixture(scope="module")
def lived() -> tuple[dict[tuple[str, str], tuple[float, float]], ...]:
    system = CareSystem(unchanging(load("doncaster")), central(), Plan(years=YEARS - 2), seed=1, one_in=ONE_IN, events="counts")
    told = [rates(system)]
    for _ in range(YEARS):
        system.run(WEEKS)
        told.append(rates(system))
    system.close()
    return tuple(told)


@pytest.mark.slow
def test_the_ages_of_the_town_stay_as_they_are(lived: tuple[dict[tuple[str, str], tuple[float, float]], ...]) -> None:
    for band in AGES:
        first, last = lived[0]["any need", band][1], lived[-1]["any need", band][1]
        assert abs(last / first - 1) < 0.04 + CHANCE / np.sqrt(first), band


@pytest.mark.slow
@pytest.mark.parametrize("name", RATES)
def test_rates_by_age_drift_little_in_five_years(lived: tuple[dict[tuple[str, str], tuple[float, float]], ...], name: str) -> None:
    for band in AGES:
        (before, people), (after, _) = lived[0][name, band], lived[-1][name, band]
        chance = CHANCE * np.sqrt(2 * (1 - before) / (before * people))
        assert abs(after / before - 1) < MOST[name] + chance, (name, band, before, after)
