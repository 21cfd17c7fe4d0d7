"""How readily the council arranges support, and for whom: from its own published counts, England's where it has none.

The rates of the register were fitted to one council. Councils with the same needs and means before them arrange more care
homes or fewer, and support more people at home or fewer. So each kind of support has two scales. One is for the first day:
what the council's own figures count, over what the common rates would found among its own people. The other is for those who
come later: as often as keeps up what was founded, since stock is flow times stay and the stay is left alone. How many people
live in care homes, whoever pays, is not moved: where the council pays for more of them, fewer pay for themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np

from simulation import door
from simulation.evidence.lists import LISTS
from simulation.evidence.units import By, PerYear, PerYears, Ratio, Ratios
from simulation.places import Place
from simulation.world.town import CARE_HOME as SETTINGS
from simulation.world.town import Town

CARE_HOME, AT_HOME, LEARNING, OTHERS, YOUNGER_HOME = KINDS = LISTS["readiness"]
# What counts each kind: the first figure, less the others. All of them have to be the council's own.
COUNTED: dict[str, tuple[str, ...]] = {
    CARE_HOME: ("council_residents_65_plus",),
    AT_HOME: ("long_term_clients_65_plus", "council_residents_65_plus", "council_admissions_65_plus"),
    LEARNING: ("learning_disability_clients",),
    OTHERS: ("long_term_clients_18_64", "learning_disability_clients"),
    YOUNGER_HOME: ("residents_18_64",),
}
HALVINGS = 10
WANTED, ENGLAND, FIRST_DAY = "founding: wanted, ", "founding: England's readiness, ", "founding: readiness, "
KEEPS_UP, MOVES_ON, LEAVES = "founding: asks that keep up, ", "founding: moves on", "founding: leaves otherwise"
LEAST, MOST = "founding: least readiness", "founding: most readiness"


def readiness(town: Town, place: Place, *, founded_over_counted: Annotated[Ratios, By("readiness")],
              england: Annotated[Ratios, By("readiness")], asks_that_keep_up: Annotated[PerYears, By("coming")],
              least: Ratio, most: Ratio, reablement_over_discharged: Ratio,
              younger_leave: PerYear, younger_leave_otherwise: PerYear) -> None:
    """Whom the council's own figures ask to be founded, by kind of support; England's readiness where they are silent."""
    memory = town.memory
    memory[LEAST], memory[MOST] = float(least), float(most)
    for k, kind in enumerate(KINDS):
        memory[ENGLAND + kind] = float(england[k])
        found = counted(kind, place)
        if found is not None:
            memory[WANTED + kind] = found * float(founded_over_counted[k]) / town.one_in
    memory.update({KEEPS_UP + kind: float(rate) for kind, rate in zip(LISTS["coming"], asks_that_keep_up, strict=True)})
    memory[MOVES_ON], memory[LEAVES] = float(younger_leave) - float(younger_leave_otherwise), float(younger_leave_otherwise)
    memory[door.REABLEMENT] = min(place["reablement_episodes"], _discharged_to_reablement(place) * float(reablement_over_discharged))


def _discharged_to_reablement(place: Place) -> float:
    """People of 65 and over a year who leave hospital for reablement: a count that councils make more alike than that of new clients."""
    return place["reablement_share_of_discharges"] * place["emergency_stays_65_plus_per_1000"] * place["people_65_plus"] / 1000


def counted(kind: str, place: Place) -> float | None:
    """How many people the council itself counts, None where any part of it is England's rate."""
    figures = [place.figures[name] for name in COUNTED[kind]]
    if any(f.basis == "england" for f in figures) and kind != YOUNGER_HOME:
        return None
    return max(figures[0].value - sum(f.value for f in figures[1:]), 0.0)


def inputs(place: Place) -> set[str]:
    """The figures of this place that its readiness is founded on: where they are met, that is no test."""
    return {name for kind in KINDS if counted(kind, place) is not None for name in COUNTED[kind]}


def scale(town: Town, kind: str, found: float) -> float:
    """The scale of the first day of one kind: what is wanted over what was `found`, England's where nothing is told."""
    memory = town.memory
    wanted = memory.get(WANTED + kind)
    memory[FIRST_DAY + kind] = within(memory.get(ENGLAND + kind, 1.0) if wanted is None or found <= 0 else wanted / found, town)
    return memory[FIRST_DAY + kind]


def search(town: Town, kind: str, found: Callable[[float], float]) -> float:
    """The same where people compete for what there is: the scale at which as many are `found` as are wanted, by halving."""
    memory = town.memory
    wanted, low, high = memory.get(WANTED + kind), memory.get(LEAST, 1.0), memory.get(MOST, 1.0)
    for _ in range(HALVINGS if wanted is not None else 0):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if found(middle) < wanted else (low, middle)
    memory[FIRST_DAY + kind] = memory.get(ENGLAND + kind, 1.0) if wanted is None else float(np.sqrt(low * high))
    return memory[FIRST_DAY + kind]


def comes(town: Town, kind: str, first_day: float, share: float = 0.0) -> None:
    """How often people come from now on, over the rates of the register: so that what was founded stands; kept for the front door.

    `share`: of those who might have this support, how many have it at the common rates. Where that is many, few are left to come,
    and the odds of having it, not the share, move with the rate of coming.
    """
    scaled = min(share * first_day, (1.0 + share) / 2)
    town.memory[door.READY[kind]] = within(first_day * (1.0 - share) / (1.0 - scaled), town)


def keeps_up(town: Town, kind: str, founded: float, asks: float) -> None:
    """How often people come from now on where few are left to come: as often as keeps up those founded.

    `asks`: requests a year that those left at home would make by the rates of the register.
    """
    usual = town.memory.get(KEEPS_UP + kind)
    if usual is not None and asks > 0:
        town.memory[door.READY[kind]] = within(founded * usual / asks, town)


def younger_homes(town: Town, place: Place) -> None:
    """Working-age people come to care homes as often as the council's own admissions say, and move on so that the stock stands."""
    r, kind = town.residents, YOUNGER_HOME
    rows = np.flatnonzero(r.present & (r.setting < SETTINGS[0]))
    rows = rows[~door.is_older(rows, town)]
    admitted = place["admissions_18_64"] / town.one_in
    if place.figures["admissions_18_64"].basis == "england" or KEEPS_UP + kind not in town.memory:
        return
    keeps_up(town, kind, admitted, float(door.rates(rows, town)[1].sum()))
    living = np.count_nonzero(r.present & (r.setting >= SETTINGS[0]) & (r.age < town.door.older_from))
    usual, otherwise = town.memory[MOVES_ON], town.memory[LEAVES]
    town.memory[door.MOVES_ON] = within(max(admitted / max(living, 1) - otherwise, 0.0) / usual, town)


def within(found: float, town: Town) -> float:
    """A scale between the least and the most that is believed."""
    return float(np.clip(found, town.memory.get(LEAST, found), town.memory.get(MOST, found)))


def told(town: Any) -> list[tuple[str, bool, float]]:
    """Each kind of support, whether the council's own figures tell it, and its scale on the first day."""
    return [(kind, WANTED + kind in town.memory, town.memory[FIRST_DAY + kind]) for kind in KINDS if FIRST_DAY + kind in town.memory]
