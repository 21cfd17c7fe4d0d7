"""A nursing home: a care home with a nurse at hand round the clock, whose work the NHS pays for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation.evidence.lists import NEED
from simulation.evidence.units import LogOdds, PoundsPerWeek
from simulation.homes import CareHome
from simulation.service import UNSUITABLE, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import NHS, Town

NURSED = NEED.index("round the clock")
FNC_LINE = "funded_nursing_care"


@dataclass(frozen=True, kw_only=True)
class Nursing(CareHome):
    """Nursing homes. The NHS pays the nurse's part for everybody who lives there, whoever pays the rest.

    For people who need help round the clock, and those whose whole care the NHS pays for. Places follow what is built
    and staffed.
    It fails as other homes do, by empty places and closing at short notice; then people who cannot go anywhere else
    wait in hospital.
    """

    title: ClassVar[str] = "nursing home"
    home: ClassVar[str] = "nursing"
    sceptic: ClassVar[str] = (
        "For most who live here there is nothing to shift to: at this level of need care at home takes more hours than a place "
        "costs, and families give the rest. Whoever plans to close places should say where these people would go.")

    leaning: LogOdds

    def suits(self, people: Array, town: Town) -> Array:
        """Fits people who need help round the clock, and people whose care the NHS pays for."""
        r = town.residents
        nursed = (r.need[people] == NURSED) | (r.funder[people] == NHS)
        return np.where(nursed & self.suits_a_home(people, town), float(self.leaning), UNSUITABLE)

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        return self.fees(people, town, "older_nursing", "working_age_residential")

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        return self.fees(people, town, "own_nursing", "working_age_residential")

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        return PoundsPerWeek(prices["older_nursing"])

    def income_of(self, placements: Array, town: Town) -> Array:
        """The fee, and the NHS's part on top where the NHS does not pay for everything."""
        fee = super().income_of(placements, town)
        return np.where(town.placements.funder[placements] == NHS, fee, fee + town.prices["fnc_week"])

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        yield from super().costs(users, town)
        rows = users.rows[town.placements.funder[users.placements] != NHS]
        if len(rows):
            pence = np.full(len(rows), round(town.prices["fnc_week"] * 100), dtype=np.int64)
            yield Payment("nhs", self.name, FNC_LINE, "support", rows, pence)
