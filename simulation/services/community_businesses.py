"""A farm, a nursery that visits a care home, a care company of the village: local businesses that people run together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import BAND, GROUP, SETTING
from simulation.evidence.units import Contacts, Days, Hours, People, PerYear, Pounds, PoundsPerDay, PoundsPerWeek, Ratio, Share, Weeks, Years
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

LEARNING, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")
MOST_OF_THE_DAY, CARE_HOME = BAND.index("most of the day"), SETTING.index("residential")
FARM, NURSERY, CARE = KINDS = (0, 1, 2)  # businesses begin in this order, over and over
MONTH = 4
PAID_IN, SET_UP = "community_businesses: paid in", "community_businesses: setting up"


@dataclass(frozen=True, kw_only=True)
class CommunityBusinesses(Addition):
    """Businesses owned by people of the place that give support beside what they sell. Every number is assumed.

    Money sets one up and then fills the gap between what it costs and what it sells, which closes in part and over
    years. On the farm adults with a learning disability or mental ill health spend a day a week worth having; children
    of the nursery bring company to people in a care home; the care company gives a few hours to older people at home
    whose needs go unmet, where agencies have nobody to send. Half of the work is done by volunteers, from the one pool
    there is, so a place short of volunteers gets less. It fails when the grant falls short: the costs stay, and most
    close within a year; some close all the same. Then the days, the company and the hours end.
    """

    setup: Pounds
    people: People
    cost: PoundsPerDay
    trading: Share
    lead: Weeks
    closes: PerYear
    closes_without_grant: PerYear
    volunteer_part: Share
    volunteer_hours_each: Hours
    coordinators: Ratio
    working_age: Years
    would: Share
    unmet_counts: Share
    drop_out: PerYear
    days: Days
    farm_company: Contacts
    nursery_company: Contacts
    hours: Hours
    posts_run_on: Weeks

    title: ClassVar[str] = "community businesses"
    counts: ClassVar = "caseload"
    pools: ClassVar[frozenset[str]] = frozenset({"volunteers"})
    effects: ClassVar[frozenset[str]] = frozenset({"days", "company", "hours_other"})
    sceptic: ClassVar[str] = (
        "What is written of such businesses describes them; nobody has measured what they change or what they cost in the end. "
        "They are named because they are exceptional, and lean on people and grants that cannot be bought. Value them for lives "
        "and for villages that agencies do not reach, and book no saving.")

    def _running(self, town: Town) -> float:
        """Pounds a week that one business costs, in this town's sample: a day a week, or its worth, for each person."""
        return float(self.people * self.cost * town.prices["care_index"] / town.one_in)

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        """The grant for one person once the business trades as well as it will."""
        return PoundsPerWeek(self.cost * prices["care_index"] * (1.0 - self.trading))

    def makes_room(self, town: Town) -> None:
        """Money sets businesses up one by one and fills the gap in what they earn; they take years, and volunteers."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            town.memory.pop(SET_UP, None)
            return
        rows = self._set_up(town, rows, money)
        going = p.built[rows] > 0
        gap = self._running(town) * (1.0 - self.trading * p.ramp[rows].astype(np.float64)) * going
        paid = min(money / float(gap.sum()), 1.0) if gap.any() else 0.0
        p.budget[rows] = gap * paid
        rate = self.closes + self.closes_without_grant * (1.0 - paid)
        closes = going & town.draws.happens("community_businesses: closes", PerYear(rate).weekly, p.number[rows])
        p.built[rows[closes]] = p.ramp[rows[closes]] = p.budget[rows[closes]] = 0.0
        going &= ~closes
        p.ramp[rows] = np.where(going, schemes.nearer(p.ramp[rows], 1.0, self.lead), 0.0)
        grown = float((going * p.ramp[rows]).sum())
        share = schemes.ask_volunteers(self, town, self.volunteer_hours_each * grown / town.one_in, self.coordinators * grown / town.one_in)
        done = 1.0 - self.volunteer_part * (1.0 - share)
        p.room[rows] = schemes.whole(p.built[rows] * p.ramp[rows] * done)
        if town.week % MONTH == 0:
            self._invite(town, rows[going])

    def _set_up(self, town: Town, rows: Array, money: float) -> Array:
        """One more business begins when its set-up is paid, as long as the money could also carry it."""
        p, m = town.providers, town.memory
        running = self._running(town)
        going = rows[p.built[rows] > 0]
        left = money - float((running * (1.0 - self.trading * p.ramp[going].astype(np.float64))).sum())
        m[SET_UP] = left if left >= running else 0.0
        m[PAID_IN] = m.get(PAID_IN, 0.0) + m[SET_UP]
        if m[PAID_IN] < self.setup / town.one_in or left < running:
            return rows
        m[PAID_IN] -= self.setup / town.one_in
        size = self.people / town.one_in
        free = rows[p.built[rows] <= 0][:1]
        if not len(free):
            free = schemes.begin_units(self, town, np.array([len(rows) % len(town.neighbourhoods)]), size)
            rows = np.concatenate([rows, free])
        p.built[free], p.ramp[free], p.opened[free] = size, 0.0, town.week
        return rows

    def _kind(self, providers: Array, town: Town) -> Array:
        return np.asarray((town.providers.number[providers] - 1) % len(KINDS))

    def _invite(self, town: Town, rows: Array) -> None:
        """Each business takes those it is for: by lot on the farm, the lonely in care homes, those most short of help."""
        p, r = town.providers, town.residents
        for kind in KINDS:
            mine = rows[self._kind(rows, town) == kind]
            if not (p.room[mine] - p.used[mine] >= 1).any():
                continue
            people = schemes.has_not(self, town, np.flatnonzero(r.present & (r.hospital == 0) & self._is_for(kind, town)))
            people = people[town.draws.traits("community_businesses: would come", people) < self.would]
            first = {FARM: np.zeros(len(people)), NURSERY: r.lonely[people], CARE: r.unmet[people]}[kind]
            luck = town.draws.uniforms(f"community_businesses: is invited {kind}", people)
            schemes.take_on(self, town, mine, people[np.lexsort((luck, -first.astype(np.float64)))], funder=0, cause="invited")

    def _is_for(self, kind: int, town: Town) -> Array:
        """Whom a business of this kind is for (mask over everybody)."""
        r = town.residents
        if kind == FARM:
            groups = (r.group == LEARNING) | (r.group == MENTAL)
            return np.asarray(groups & (r.age < self.working_age) & (r.band > 0) & (r.band <= MOST_OF_THE_DAY) & (r.setting < CARE_HOME))
        if kind == NURSERY:
            return np.asarray((r.setting >= CARE_HOME) & (r.age >= self.working_age))
        return np.asarray((r.age >= self.working_age) & (r.need > 0) & (r.unmet > self.unmet_counts) & (r.setting <= max(schemes.AT_HOME)))

    def helps(self, users: Users, town: Town) -> None:
        """Days on the farm, company from the nursery, hours from the care company, as far as hands suffice."""
        kind, there = self._kind(users.providers, town), users.hospital == 0
        on_farm, visited, cared_for = ((kind == k) & there for k in KINDS)
        users.days = np.maximum(users.days, self.days * on_farm)
        users.company = np.maximum(users.company, self.farm_company * on_farm + self.nursery_company * visited)
        users.hours_other += np.minimum(self.hours, users.hours_needed) * cared_for

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Setting up, and the gap between costs and sales. What customers pay is no public money and is left out."""
        yield from schemes.lump(self.name, schemes.PREVENTION, "start_up", town.memory.get(SET_UP, 0.0))
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """The business closes, or has hands for fewer; people stop coming, or move between a home of theirs and a care home."""
        p, at = town.providers, users.providers
        over = np.maximum(p.used[at] - p.room[at], 0.0) / np.maximum(p.used[at], 1.0) * (p.built[at] > 0)
        fewer = town.draws.happens("community_businesses: hands for fewer", over, users.rows)
        stops = town.draws.happens("community_businesses: stops coming", self.drop_out.weekly, users.rows)
        moved = (users.setting >= CARE_HOME) != (self._kind(at, town) == NURSERY)
        return {"moves on": moved, "business closes": p.built[at] <= 0, "stops coming": stops | fewer}
