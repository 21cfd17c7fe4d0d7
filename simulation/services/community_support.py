"""Support for adults of working age where they live: somebody to go out with, a day centre or a job, help at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from simulation import homes, schemes
from simulation.evidence.lists import GROUP
from simulation.evidence.units import By, Contacts, Hours, LogOdds, LogOddses, PerYear, PoundsPerWeek, Share, Weeks, Years
from simulation.service import UNSUITABLE, Service, Users
from simulation.world.columns import Array
from simulation.world.town import Town

LEARNING = GROUP.index("learning disability")


@dataclass(frozen=True, kw_only=True)
class CommunitySupport(Service):
    """Hours by band of support, for people who stay in their own home or with their family.

    Adults of working age, and people with a learning disability at any age, have somebody to go out with, a place to
    spend the day, help at home. Hours follow those who use them and wait for them; money set aside buys more ahead.
    It fails without workers: hours agreed do not come. When parents grow old or die it is not enough, and a home must be
    found in a crisis.
    """

    older_age: Years
    appeal: LogOdds
    band_utility: Annotated[LogOddses, By("band")]
    usual_hours: Hours
    usual_hours_learning_disability: Hours
    paid_part: Share
    spare: Share
    lead: Weeks
    company: Contacts
    ends_learning_disability: PerYear
    ends_working_age: PerYear

    title: ClassVar[str] = "community support"
    counts: ClassVar = "hours"
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "home care"
    effects: ClassVar[frozenset[str]] = frozenset({"company"})
    sceptic: ClassVar[str] = (
        "It is where most working-age money goes already, and nobody has measured what another hour of it does. It is cheap "
        "while parents do the rest, and that is not in the council's books.")

    def suits(self, people: Array, town: Town) -> Array:
        """Working-age adults with a band of support or personal-care needs; with a learning disability at any age."""
        r = town.residents
        band = r.band[people]
        who = (r.group[people] == LEARNING) | ((r.age[people] < self.older_age) & ((band > 0) | (r.need[people] > 0)))
        return np.where(who, self.appeal + self.band_utility[band], UNSUITABLE)

    def makes_room(self, town: Town) -> None:
        """Hours follow those who use them and wait for them; money set aside buys more ahead of demand."""
        rows = schemes.rows_of(self, town)
        if not len(rows):
            return
        mine = town.placements.of(town.service(self.name))
        price = float(town.placements.price[mine].sum())
        hours_a_pound = float(town.placements.hours[mine].sum()) / price if price > 0 else 0.0
        schemes.follow_demand(self, town, rows, float(self.lead), float(self.spare),
                              schemes.money_for(self, town) * hours_a_pound)
        homes.close_down(self, rows, town)

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """Hours at the price that the usual package of the group comes to."""
        disability = town.residents.group[people] == LEARNING
        an_hour = np.where(disability, town.prices["learning_disability_home"] / self.usual_hours_learning_disability,
                           town.prices["community_support"] / self.usual_hours)
        return np.asarray(self.uses(people, hours, town) * an_hour)

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        return PoundsPerWeek(prices["community_support"])

    def uses(self, people: Array, hours: Array, town: Town) -> Array:
        """Hours agreed; where none are said, the usual part of the hours needed."""
        return np.where(hours > 0, hours, self.paid_part * town.residents.hours_needed[people])

    def gives(self, users: Users, town: Town) -> Array:
        """Hours as far as there are workers."""
        agreed = self.uses(users.rows, town.placements.hours[users.placements], town)
        return np.asarray(agreed * schemes.carried(self, town, users.providers))

    def helps(self, users: Users, town: Town) -> None:
        """People to meet, where the day is spent with others."""
        users.company = np.maximum(users.company, self.company * (users.hospital == 0))

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """With a learning disability it lasts; others more often need it for a year or so."""
        rate = np.where(users.group == LEARNING, self.ends_learning_disability.weekly, self.ends_working_age.weekly)
        on = town.draws.happens("community_support: moves on", rate, users.rows)
        moved = users.setting > max(schemes.AT_HOME)
        return {"moves on": on | moved}
