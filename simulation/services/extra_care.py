"""A flat of one's own in a building for older people, with care staff on the site by day and night."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import door, schemes
from simulation.evidence.lists import NEED, SETTING
from simulation.evidence.units import Contacts, Hours, LogOdds, People, PerYear, Points, Pounds, PoundsPerWeek, PoundsPerYear, Ratio, Share, Weeks, Years
from simulation.service import UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import COUNCIL, SELF, Town

OWN_HOME, TENANCY = SETTING.index("own home"), SETTING.index("supported living")
HEAVY = NEED.index("three or more")
MONTH = 4
TO_LET = "extra_care: flats the landlord lets"
HALF = 26  # whoever has outgrown what the site can give asks at most twice a year


@dataclass(frozen=True, kw_only=True)
class ExtraCare(Service):
    """A tenancy of one's own, meals and company in the building, care by the hour from a team who is there anyway.

    Money pays the council's part of building: a scheme of some sixty flats takes years, longer where money is short,
    and the next is begun only when those there are let. The rest of the capital is the landlord's and is noted apart. From the first day the night
    staff are paid for every flat that stands empty. People who need care and live alone choose it where a flat is free;
    a landlord who waits too long lets to people who need no care, and those grow older there. It fails in that way: it
    fills with fit people, and its places are prevention that nobody can count. And needs outgrow what the site can
    give: whoever does asks for more, and often for a care home. (Couples are left out; the model would part them.)
    """

    size: People
    capital: Pounds
    council_part: Share
    sites: PerYear
    lead: Weeks
    let_enough: Share
    core: PoundsPerYear
    landlord_waits: Weeks
    older_age: Years
    eligible: Share
    would_move: Share
    appeal: LogOdds
    company_pull: LogOdds
    visitors: Share
    most_hours: Hours
    hour_on_site: Ratio
    staff_per_unit: Ratio
    rent: PoundsPerWeek
    leaves: PerYear
    company: Contacts
    control: Points
    continuity: Points

    title: ClassVar[str] = "extra care housing"
    counts: ClassVar = "places"
    home: ClassVar[str] = "supported living"
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "home care"
    effects: ClassVar[frozenset[str]] = frozenset({
        "hours_other", "company", "control", "continuity", "funder", "stage", "reason", "asked", "long_term",
        "wants_service", "hours_wanted"})
    sceptic: ClassVar[str] = (
        "In Bradford the cost of care trebled when people moved in, with better lives. A fall of 38 per cent in health costs is "
        "before and after, among fit people, in a study linked to its funder. It costs about what a care home costs for people "
        "who would have gone to one; nobody saves by housing people who would not.")

    def suits(self, people: Array, town: Town) -> Array:
        """Older people who live alone, need some care and would move, where a flat is free; few with dementia."""
        r, p, rows = town.residents, town.providers, schemes.rows_of(self, town)
        if not (p.room[rows] - p.used[rows] >= 1).any():
            return np.full(len(people), UNSUITABLE)
        need = r.need[people]
        would = town.draws.traits("extra_care: would move", people) < self.eligible
        fits = would & (r.age[people] >= self.older_age) & r.alone[people] & (need > 0) & (need <= HEAVY)
        fits &= (r.band[people] == 0) & ~(r.dementia[people] & (need > 1)) & (r.setting[people] != TENANCY)
        return np.where(fits, self.appeal + self.company_pull * (r.wants_company[people] - 0.5), UNSUITABLE)

    # Room -----------------------------------------------------------------------------------------------------------
    def makes_room(self, town: Town) -> None:
        """Money pays the council's part of a building, week by week, for years; then its flats are there all at once."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.money_for(self, town)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        each = self.size * self.capital * self.council_part / max(self.lead, 1.0) / town.one_in
        p.budget[rows] = 0.0
        rows = self._begin(town, rows, money, each)
        building = rows[(p.built[rows] > 0) & (p.ramp[rows] < 1)]
        if len(building):
            pace = min(money / (each * len(building)), 1.0)
            p.budget[building] = pace * each
            p.ramp[building] = np.minimum(p.ramp[building] + pace / max(self.lead, 1.0) + schemes.TINY, 1.0)
        p.room[rows] = schemes.whole(p.built[rows] * (p.ramp[rows] >= 1))
        if town.week % MONTH == 0:
            self._let(town, rows)

    def _begin(self, town: Town, rows: Array, money: float, each: float) -> Array:
        """One more building, where there is money for it, a site, and the flats there are let."""
        p, flats = town.providers, self.size / town.one_in
        there = rows[p.built[rows] > 0]
        let = float(p.used[there].sum()) >= self.let_enough * float(p.room[there].sum()) - schemes.TINY
        site = not len(there) or town.week - int(p.opened[there].max()) >= 52 / self.sites
        under_way = np.count_nonzero(p.ramp[there] < 1)
        if not (let and site and money > 0 and (not under_way or money >= each * (under_way + 0.5))):
            return rows
        free = rows[p.built[rows] <= 0][:1]
        if not len(free):
            where = (int(p.neighbourhood[rows[-1]]) + 1) % len(town.neighbourhoods)
            free = schemes.begin_units(self, town, np.array([where]), flats)
            rows = np.concatenate([rows, free])
        p.built[free], p.ramp[free], p.opened[free] = flats, 0.0, town.week
        return rows

    def _let(self, town: Town, rows: Array) -> None:
        """A landlord cannot leave flats empty: those that stand empty long are let to older people who need no care."""
        p, r, m = town.providers, town.residents, town.memory
        empty = float(np.maximum(p.room[rows] - p.used[rows], 0.0).sum())
        m[TO_LET] = min(m.get(TO_LET, 0.0) + empty * (1.0 - np.exp(-MONTH / self.landlord_waits)), empty)
        if m[TO_LET] < 1:
            return
        people = np.flatnonzero(r.present & r.alone & (r.need == 0) & (r.age >= self.older_age) & (r.setting == OWN_HOME)
                                & (r.stage == 0) & (r.supports == 0) & (r.hospital == 0))
        people = people[town.draws.traits("extra_care: would move while well", people) < self.would_move]
        people = people[np.argsort(town.draws.uniforms("extra_care: is let a flat", people))][:int(m[TO_LET])]
        m[TO_LET] -= len(schemes.take_on(self, town, rows, people, funder=0, price=0.0, cause="let by the landlord"))

    # Terms ----------------------------------------------------------------------------------------------------------
    def _empty_week(self, prices: Mapping[str, float]) -> float:
        """Pounds a week of staff who are there day and night, for one flat."""
        return float(self.core / 52 / self.size * prices["care_index"])

    def _hours(self, people: Array, town: Town) -> Array:
        """Hours a week of care on the site: what family and neighbours do not do, up to what the site can give."""
        needed = town.residents.hours_needed[people].astype(np.float64)
        return np.asarray(np.minimum(needed * (1.0 - self.visitors), self.most_hours))

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """The flat's part of the staff who are there anyway, and the hours of care."""
        return np.asarray(self._empty_week(town.prices)
                          + self._hours(people, town) * town.prices["home_care_hour"] * self.hour_on_site)

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        """A week of somebody with half of the most care the site can give; capital apart."""
        return PoundsPerWeek(self._empty_week(prices) + self.most_hours / 2 * prices["home_care_hour"] * self.hour_on_site)

    # While supported ------------------------------------------------------------------------------------------------
    def gives(self, users: Users, town: Town) -> Array:
        """Care by the hour as far as there is staff; none where none is needed."""
        return np.asarray(self._hours(users.rows, town) * schemes.staffed(town, schemes.rows_of(self, town)))

    def helps(self, users: Users, town: Town) -> None:
        """Neighbours, one's own front door, the same staff; care begins when a tenant comes to need it, and has an end."""
        pl, rows, there = town.placements, users.placements, users.hospital == 0
        users.hours_other += self.visitors * users.hours_needed * there
        users.company = np.maximum(users.company, self.company * there)
        users.control += self.control
        users.continuity = np.maximum(users.continuity, self.continuity)
        new = (pl.funder[rows] == 0) & (users.need > 0)
        if new.any():
            people = users.rows[new]
            own = town.means.pays_own_way(town.residents.savings[people])
            pl.funder[rows[new]] = town.residents.funder[people] = np.where(own, SELF, COUNCIL)
            door.close(people, town)
        pl.price[rows] = np.where(pl.funder[rows] > 0, self.price(users.rows, pl.hours[rows], town), 0.0)
        outgrown = (users.hours_needed * (1.0 - self.visitors) > self.most_hours) & (town.week - users.asked >= HALF)
        schemes.asks(town, users.rows[outgrown], "outgrown")

    def afterwards(self, people: Array, town: Town) -> None:
        """Neighbours stay behind."""
        schemes.loses_company(town, people, self.company)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Care; rents from housing benefit; the council's part of building; night staff for empty flats. Capital apart."""
        yield from placement_costs(self, users, town)
        poor = users.rows[~town.means.pays_own_way(users.savings)] if len(users) else users.rows
        if len(poor):
            yield Payment("dwp", self.name, "rent", "benefit", poor, np.full(len(poor), round(self.rent * 100), dtype=np.int64))
        rows, p = schemes.rows_of(self, town), town.providers
        spent = float(p.budget[rows].sum())
        empty = float(np.maximum(p.room[rows] - p.used[rows], 0.0).sum())
        yield from schemes.lump(self.name, self.name, "start_up", spent)
        yield from schemes.lump(self.name, self.name, "standing_empty", empty * self._empty_week(town.prices))
        for payment in schemes.lump(self.name, "capital_of_landlords", "investment", spent * (1 / self.council_part - 1)):
            yield payment._replace(payer="landlords")

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """Some move away, to family or elsewhere; whoever moves to a care home has chosen so at the front door."""
        return {"moves on": town.draws.happens("extra_care: moves away", self.leaves.weekly, users.rows)}
