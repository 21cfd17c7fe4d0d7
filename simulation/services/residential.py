"""A residential home: a room, meals and help with daily life day and night, without a nurse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation.evidence.units import LogOdds, PoundsPerWeek
from simulation.homes import CareHome
from simulation.service import UNSUITABLE
from simulation.world.columns import Array
from simulation.world.town import Town


@dataclass(frozen=True, kw_only=True)
class Residential(CareHome):
    """Residential homes, for older people and (other homes) for people of working age."""

    title: ClassVar[str] = "residential home"
    home: ClassVar[str] = "residential"

    leaning: LogOdds

    def suits(self, people: Array, town: Town) -> Array:
        """Fits people who need much personal care, or some and live alone or with dementia."""
        return np.where(self.suits_a_home(people, town), float(self.leaning), UNSUITABLE)

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        return self.fees(people, town, "older_residential", "working_age_residential")

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        return self.fees(people, town, "own_residential", "working_age_residential")

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        return PoundsPerWeek(prices["older_residential"])
