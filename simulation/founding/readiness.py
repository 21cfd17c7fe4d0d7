"""How readily the council arranges support, and for whom: from its own published counts, England's where it has none.

The rates of the register were fitted to one council. Councils with the same needs and means before them arrange more care
homes or fewer, and support more people at home or fewer. So each kind of support has two scales. One is for the first day:
what the council's own figures count, over what the common rates would found among its own people. The other is for those who
come later: as often as keeps up what was founded, since stock is flow times stay and the stay is left alone. How many people
live in care homes, whoever pays, is not moved: where the council pays for more of them, fewer pay for themselves.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from simulation import door
from simulation.evidence.lists import LISTS
from simulation.evidence.units import By, Ratio, Ratios
from simulation.places import Place
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
WANTED, ENGLAND, FIRST_DAY = "founding: wanted, ", "founding: England's readiness, ", "founding: readiness, "
LEAST, MOST = "founding: least readiness", "founding: most readiness"


def readiness(town: Town, place: Place, *, founded_over_counted: Annotated[Ratios, By("readiness")],
              england: Annotated[Ratios, By("readiness")], least: Ratio, most: Ratio, reablement_over_discharged: Ratio) -> None:
    """Whom the council's own figures ask to be founded, by kind of support; England's readiness where they are silent."""
    memory = town.memory
    memory[LEAST], memory[MOST] = float(least), float(most)
    for k, kind in enumerate(KINDS):
        memory[ENGLAND + kind] = float(england[k])
        found = counted(kind, place)
        if found is not None:
            memory[WANTED + kind] = found * float(founded_over_counted[k]) / town.one_in
    memory[door.REABLEMENT] = min(place["reablement_episodes"], _discharged_to_reablement(place) * float(reablement_over_discharged))


def _discharged_to_reablement(place: Place) -> float:
    """People of 65 and over a year who leave hospital for reablement: a count that councils make more alike than that of new clients."""
    return place["reablement_share_of_discharges"] * place["emergency_stays_65_plus_per_1000"] * place["people_65_plus"] / 1000


def counted(kind: str, place: Place) -> float | None:
    """How many people the council itself counts, None where any part of it is England's rate."""
    figures = [place.figures[name] for name in COUNTED[kind]]
    if any(f.basis == "england" for f in figures):
        return None
    return max(figures[0].value - sum(f.value for f in figures[1:]), 0.0)


def inputs(place: Place) -> set[str]:
    """The figures of this place that its readiness is founded on: where they are met, that is no test."""
    return {name for kind in KINDS if counted(kind, place) is not None for name in COUNTED[kind]}


def scale(town: Town, kind: str, common: float, unmoved: float = 0.0) -> float:
    """The scale of the first day of one kind: what is wanted over what the common rates give.

    `common`: people whom the common rates would found and the scale moves. `unmoved`: those it does not.
    """
    memory = town.memory
    wanted = memory.get(WANTED + kind)
    found = memory.get(ENGLAND + kind, 1.0) if wanted is None or common <= 0 else (wanted - unmoved) / common
    memory[FIRST_DAY + kind] = within(found, town)
    return memory[FIRST_DAY + kind]


def comes(town: Town, kind: str, first_day: float, share: float = 0.0) -> None:
    """How often people come from now on, over the rates of the register: so that what was founded stands; kept for the front door.

    `share`: of those who might have this support, how many have it at the common rates. Where that is many, few are left to come,
    and the odds of having it, not the share, move with the rate of coming.
    """
    scaled = min(share * first_day, (1.0 + share) / 2)
    town.memory[door.READY[kind]] = within(first_day * (1.0 - share) / (1.0 - scaled), town)


def within(found: float, town: Town) -> float:
    """A scale between the least and the most that is believed."""
    return float(np.clip(found, town.memory.get(LEAST, found), town.memory.get(MOST, found)))


def told(town: Any) -> list[tuple[str, bool, float]]:
    """Each kind of support, whether the council's own figures tell it, and its scale on the first day."""
    return [(kind, WANTED + kind in town.memory, town.memory[FIRST_DAY + kind]) for kind in KINDS if FIRST_DAY + kind in town.memory]
