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
    """Residential homes, for older people and (other homes) for people of working age.

    Help is at hand day and night, with company, known faces and less say over the day. Places are what is built and
    staffed; most costs stay when a place is empty.
    It fails when too few live there: below break-even owners give up, some from one week to the next, and people must
    move. Where money is shifted away, fixed costs, closures and longer waits in hospital come along. People from other
    councils take places that fall free.
    """

    title: ClassVar[str] = "residential home"
    home: ClassVar[str] = "residential"
    sceptic: ClassVar[str] = (
        "It is not the option without benefit: people there felt more in control than people with home care in pooled surveys. "
        "Half of those who move in live for a year and a half, so each move avoided saves far less than a place costs.")

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
