"""A home of one's own with support that comes with it: a tenancy, neighbours, staff by day or round the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from simulation import homes, schemes
from simulation.evidence.lists import GROUP
from simulation.evidence.units import (
    By,
    Contacts,
    LogOdds,
    LogOddses,
    PerYear,
    Points,
    Pounds,
    PoundsPerWeek,
    Ratios,
    Share,
    Weeks,
)
from simulation.service import UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

LEARNING, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")


@dataclass(frozen=True, kw_only=True)
class SupportedLiving(Service):
    """Grows only as fast as tenancies can be found; the price follows the band of support, with a long tail.

    People with a learning disability or lasting mental ill health live in a home of their own, with staff by day or
    round the clock. Money opens places where tenancies and workers are found; benefits pay the rent. Say over one's life
    and neighbours come with it.
    It fails by slowness: places wait for tenancies and stand empty at first. It moves rent to another purse. Tenancies
    break down, and for a few people with much support it is dearer than a home.
    """

    lead: Weeks
    spare: Share
    start_up: Pounds
    core: Share
    price_by_band: Annotated[Ratios, By("band")]
    rent: PoundsPerWeek
    appeal: LogOdds
    band_utility: Annotated[LogOddses, By("band")]
    control_pull: LogOdds
    company: Contacts
    control: Points
    ends_learning_disability: PerYear
    leaves_others: PerYear
    breakdown: PerYear

    title: ClassVar[str] = "supported living"
    counts: ClassVar = "places"
    home: ClassVar[str] = "supported living"
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "supported living"
    effects: ClassVar[frozenset[str]] = frozenset({"company", "control"})
    sceptic: ClassVar[str] = (
        "The one comparison of settings in this country that took need into account found no difference in cost. Rent moves "
        "to housing benefit and looks like a saving. The people first chosen to move are those it suits best.")

    def suits(self, people: Array, town: Town) -> Array:
        """People with a learning disability or long-term mental ill health, by band of support."""
        r = town.residents
        band, group = r.band[people], r.group[people]
        fits = (band > 0) & ((group == LEARNING) | (group == MENTAL))
        pull = self.control_pull * (r.wants_control[people] - 0.5)
        return np.where(fits, self.appeal + self.band_utility[band] + pull, UNSUITABLE)

    def makes_room(self, town: Town) -> None:
        """Places follow those who live there and wait; money set aside opens more. Both wait for tenancies."""
        rows, p = schemes.rows_of(self, town), town.providers
        if not len(rows):
            return
        funded = schemes.money_for(self, town) / town.prices["supported_living"]
        before = p.built[rows].astype(np.float64)
        schemes.follow_demand(self, town, rows, float(self.lead), float(self.spare), funded)
        p.room[rows] = schemes.whole(p.room[rows])
        opened = np.maximum(p.built[rows] - before, 0.0) if funded > 0 else np.zeros(len(rows))
        p.budget[rows] = opened * self.start_up
        homes.close_down(self, rows, town)

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """The place's price for the band of support and the person's own spread; rent is apart."""
        r = town.residents
        return np.asarray(town.prices["supported_living"] * self.price_by_band[r.band[people]] * r.spread[people])

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        return PoundsPerWeek(prices["supported_living"])

    def gives(self, users: Users, town: Town) -> Array:
        """What the band needs, as far as there is staff: support is there when it is wanted."""
        return np.asarray(users.hours_needed * schemes.carried(self, town, users.providers))

    def helps(self, users: Users, town: Town) -> None:
        """Neighbours and staff for company, a front door of one's own for control."""
        users.company = np.maximum(users.company, self.company * (users.hospital == 0))
        users.control += self.control

    def afterwards(self, people: Array, town: Town) -> None:
        """Neighbours and staff stay behind."""
        schemes.loses_company(town, people, self.company)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Prices; rent from housing benefit; and, where money opened places, setting up and standing empty."""
        yield from placement_costs(self, users, town)
        if len(users):
            rent = np.full(len(users), round(self.rent * 100), dtype=np.int64)
            yield Payment("dwp", self.name, "rent", "benefit", users.rows, rent)
        money = schemes.money_for(self, town)
        if money > 0:
            rows, p = schemes.rows_of(self, town), town.providers
            empty = max(float(p.built[rows].sum() - p.used[rows].sum()), 0.0)
            empty = min(empty, money / town.prices["supported_living"])
            yield from schemes.lump(self.name, self.name, "start_up", min(float(p.budget[rows].sum()), money))
            yield from schemes.lump(self.name, self.name, "standing_empty",
                                    empty * self.core * town.prices["supported_living"])

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """Most stay for very long; some move on to live without it; a tenancy can break down."""
        rate = np.where(users.group == LEARNING, self.ends_learning_disability.weekly, self.leaves_others.weekly)
        on = town.draws.happens("supported_living: moves on", rate, users.rows)
        broken = town.draws.happens("supported_living: tenancy breaks down", self.breakdown.weekly, users.rows)
        return {"moves on": on, "tenancy breaks down": broken}
