"""How readily the council arranges support, and for whom: from its own published counts, England's rate where it has none.

The rates of the register were fitted to one council. Councils with the same needs and means before them arrange more care
homes or fewer, and support more people at home or fewer. So each kind of support has a scale for the first day: whom the
published figures count, over whom the common rates would found among the people here. Those who come later have scales
too, such that what was founded stands: stock is flow times stay, and the stay is left alone. How many older people live in
care homes, whoever pays, is not moved: where the council pays for more of them, fewer pay for themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np

from simulation import door
from simulation.evidence.lists import LISTS
from simulation.evidence.units import By, PerYear, PerYears, Ratio, Ratios
from simulation.places import Place
from simulation.places import england as rates
from simulation.world.town import CARE_HOME as SETTINGS
from simulation.world.town import Town

CARE_HOME, AT_HOME, LEARNING, OTHERS, YOUNGER_HOME = KINDS = LISTS["readiness"]
# What counts each kind: the first figure, less the others.
COUNTED: dict[str, tuple[str, ...]] = {
    CARE_HOME: ("council_residents_65_plus",),
    AT_HOME: ("long_term_clients_65_plus", "council_residents_65_plus", "council_admissions_65_plus"),
    LEARNING: ("learning_disability_clients",),
    OTHERS: ("long_term_clients_18_64", "learning_disability_clients"),
    YOUNGER_HOME: ("residents_18_64",),
}
INPUTS = ("council_residents_65_plus", "long_term_clients_65_plus", "learning_disability_clients", "long_term_clients_18_64",
          "residents_18_64", "admissions_18_64")  # figures this founding aims at: where they are met, that is no test
WANTED, FIRST_DAY, KEEPS_UP = "founding: wanted, ", "founding: readiness, ", "founding: asks that keep up, "
LEAST, MOST = "founding: least readiness", "founding: most readiness"
LEAVES, OTHERWISE = "founding: leave a care home at 18-64", "founding: of these, die or turn 65"
HALVINGS = 10


def readiness(town: Town, place: Place, *, founded_over_counted: Annotated[Ratios, By("readiness")],
              asks_that_keep_up: Annotated[PerYears, By("home kept up")], least: Ratio, most: Ratio, reablement_over_discharged: Ratio,
              younger_leave: PerYear, younger_leave_otherwise: PerYear) -> None:
    """Whom the figures of the place ask to be founded, by kind of support, and how large a team reablement is."""
    memory = town.memory
    memory[LEAST], memory[MOST] = float(least), float(most)
    for kind, ratio in zip(KINDS, founded_over_counted, strict=True):
        if kind != CARE_HOME or not of_england(kind, place):  # England's rate does not know who pays where people have more or less
            memory[WANTED + kind] = counted(kind, place) * float(ratio) / town.one_in
    memory.update({KEEPS_UP + kind: float(rate) for kind, rate in zip(LISTS["home kept up"], asks_that_keep_up, strict=True)})
    memory[LEAVES], memory[OTHERWISE] = float(younger_leave), float(younger_leave_otherwise)
    memory[door.REABLEMENT] = min(place["reablement_episodes"], _discharged_to_reablement(place) * float(reablement_over_discharged))


def _discharged_to_reablement(place: Place) -> float:
    """People of 65 and over a year who leave hospital for reablement: a count that councils make more alike than that of new clients."""
    return place["reablement_share_of_discharges"] * place["emergency_stays_65_plus_per_1000"] * place["people_65_plus"] / 1000


def counted(kind: str, place: Place) -> float:
    """How many people the figures of the place count. From a whole that is England's rate, England's parts are taken off and not its own."""
    first, *others = COUNTED[kind]
    told = {name: place[name] for name in others}
    if others and place.figures[first].basis == "england":
        theirs = rates.taken(list(others), place.figures, place.people, place.life_table, place.neighbourhoods)
        told = {name: figure.value for name, figure in theirs.items()}
    return float(max(place[first] - sum(told.values()), 0.0))


def of_england(kind: str, place: Place) -> list[str]:
    """Which of the figures behind this kind are England's rate on the people here, and none of the council's own."""
    return [name for name in COUNTED[kind] if place.figures[name].basis == "england"]


# The first day ------------------------------------------------------------------------------------------------------
def scale(town: Town, kind: str, found: float) -> float:
    """The scale of the first day: what is wanted over what the common rates `found`; 1 where nothing is wanted."""
    wanted = town.memory.get(WANTED + kind)
    town.memory[FIRST_DAY + kind] = 1.0 if wanted is None or found <= 0 else within(wanted / found, town)
    return town.memory[FIRST_DAY + kind]


def search(town: Town, kind: str, found: Callable[[float], float]) -> float:
    """The same where people stand in for one another: the scale at which as many are `found` as are wanted, by halving; 1 where nothing is."""
    memory = town.memory
    memory[FIRST_DAY + kind], wanted = 1.0, memory.get(WANTED + kind)
    if wanted is not None:
        low, high = memory[LEAST], memory[MOST]
        for _ in range(HALVINGS):
            middle = float(np.sqrt(low * high))
            low, high = (middle, high) if found(middle) < wanted else (low, middle)
        memory[FIRST_DAY + kind] = float(np.sqrt(low * high))
    return memory[FIRST_DAY + kind]


def within(found: float, town: Town) -> float:
    """A scale between the least and the most that is believed."""
    return float(np.clip(found, town.memory.get(LEAST, found), town.memory.get(MOST, found)))


# Those who come later -----------------------------------------------------------------------------------------------
def comes(town: Town, kind: str, first_day: float, share: float = 0.0) -> None:
    """How often people come from now on, over the rates of the register, so that what was founded stands: kept for the front door.

    `share`: of those who might have this support, how many have it at the common rates. Where that is many, few are left to come,
    and the odds of having it, not the share, move with the rate of coming.
    """
    scaled = min(share * first_day, (1.0 + share) / 2)
    town.memory[door.READY[kind]] = within(first_day * (1.0 - share) / (1.0 - scaled), town)


def keeps_up(town: Town, kind: str, founded: float, asks: float) -> None:
    """The same where it can be counted who is left to come: as often as keeps up those founded.

    `asks`: requests a year that those left at home would make by the rates of the register.
    """
    usual = town.memory.get(KEEPS_UP + kind)
    if usual is not None and asks > 0:
        town.memory[door.READY[kind]] = within(founded * usual / asks, town)


def younger_homes(town: Town, place: Place) -> None:
    """Working-age people come to care homes as often as the published admissions say, and move on so that the stock stands."""
    r, memory = town.residents, town.memory
    if LEAVES not in memory:
        return
    rows = np.flatnonzero(r.present & (r.setting < SETTINGS[0]))
    rows = rows[~door.is_older(rows, town)]
    admitted = place["admissions_18_64"] / town.one_in
    keeps_up(town, YOUNGER_HOME, admitted, float(door.rates(rows, town)[1].sum()))
    living = float(np.count_nonzero(r.present & (r.setting >= SETTINGS[0]) & (r.age < town.door.older_from)))
    move_on = max(admitted / max(living, 1.0) - memory[OTHERWISE], 0.0)
    memory[door.MOVES_ON] = within(move_on / (memory[LEAVES] - memory[OTHERWISE]), town)
