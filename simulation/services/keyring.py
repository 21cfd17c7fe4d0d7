"""Nine to twenty people with tenancies near one another help each other, with a volunteer who lives among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import BAND, GROUP, NEED, SETTING
from simulation.evidence.units import Contacts, Hours, LogOdds, People, PerYear, Points, PoundsPerWeek, PoundsPerYear, Ratio, Share, Weeks
from simulation.service import UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

LEARNING, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")
VISITS, DAILY, HEAVY = BAND.index("visits"), BAND.index("daily"), NEED.index("three or more")
OWN_HOME, FAMILY = SETTING.index("own home"), SETTING.index("with family")
MONTH = 4
VOLUNTEER = "keyring: week of the volunteer of network "  # by number of the network


@dataclass(frozen=True, kw_only=True)
class Keyring(Service):
    """A network: members in ordinary tenancies within a walk of one another, and a volunteer who lives there rent free.

    Money pays networks: a third of a manager each, the volunteer's flat, and support hours. One begins in a
    neighbourhood where enough people with a learning disability or lasting mental ill health could join, and fills only
    as tenancies near one another are found, over a year and more. Some members come through the council's front door
    in place of other support or a care home, and keep part of their paid hours; others had no support and are
    introduced. They gain help from one another and the volunteer, company, and a life of their own. It fails for want
    of tenancies or of people near enough; when the volunteer leaves, for until another is found nobody joins, help
    falls off and more members leave; and by filling with people who would have cost nobody anything.
    """

    cost: PoundsPerYear
    members: People
    members_least: People
    lead: Weeks
    tenancies: PerYear
    introductions: PerYear
    volunteer_hours: Hours
    volunteer_leaves: PerYear
    volunteer_found: Weeks
    eligible: Share
    appeal: LogOdds
    control_pull: LogOdds
    paid_part: Share
    staff_per_unit: Ratio
    leaves: PerYear
    leaves_without_volunteer: Ratio
    mutual_hours: Hours
    company: Contacts
    control: Points
    posts_run_on: Weeks

    title: ClassVar[str] = "KeyRing networks"
    counts: ClassVar = "places"
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "home care"
    effects: ClassVar[frozenset[str]] = frozenset({"hours_other", "company", "control", "setting", "alone"})
    sceptic: ClassVar[str] = (
        "The saving of 22,000 pounds a head was for 26 people chosen in one town; 55 of its 88 members had no dearer support "
        "that anybody stopped paying for. The one comparison of settings adjusted for need found that supported living and "
        "group homes cost the same. More choice came with more trouble from neighbours.")

    def _could(self, people: Array, town: Town) -> Array:
        """Who could live so: a learning disability or lasting mental ill health, with visits or daily support (mask)."""
        r = town.residents
        band, group = r.band[people], r.group[people]
        return np.asarray(((group == LEARNING) | (group == MENTAL)) & (band >= VISITS) & (band <= DAILY) & (r.need[people] < HEAVY))

    def suits(self, people: Array, town: Town) -> Array:
        """Some of those who could, where a network has a tenancy for them."""
        r, p, rows = town.residents, town.providers, schemes.rows_of(self, town)
        if not (p.room[rows] - p.used[rows] >= 1).any():
            return np.full(len(people), UNSUITABLE)
        would = town.draws.traits("keyring: would join", people) < self.eligible
        pull = self.control_pull * (r.wants_control[people] - 0.5)
        return np.where(would & self._could(people, town), self.appeal + pull, UNSUITABLE)

    # Room -----------------------------------------------------------------------------------------------------------
    def makes_room(self, town: Town) -> None:
        """Money pays networks; each begins where enough people could join, and fills as tenancies near by are found."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        paid = int(money * 52 * town.one_in / self.cost + 0.5)
        if town.week % MONTH == 0 and np.count_nonzero(p.built[rows]) < paid:
            rows = self._begin(town, rows)
        going = p.built[rows] > 0
        stops = going & (np.cumsum(going) > paid)
        p.built[rows[stops]], p.ramp[rows[stops]] = 0.0, 0.0
        going &= ~stops
        p.budget[rows] = self.cost / 52 / town.one_in * going
        ready = going & (town.week - p.opened[rows] >= self.lead)
        p.ramp[rows] = np.where(ready, np.minimum(p.ramp[rows] + self.tenancies / 52 / self.members, 1.0), p.ramp[rows])
        here = self._volunteers(town, rows, ready)
        room = schemes.whole(p.built[rows] * p.ramp[rows] * going)
        p.room[rows] = np.where(here, room, np.minimum(room, p.used[rows]))
        if town.week % MONTH == 0:
            self._introduce(town, rows[here], int(np.count_nonzero(here)))

    def _begin(self, town: Town, rows: Array) -> Array:
        """One more network, in the neighbourhood where most people could join and there is none; none without enough."""
        p, r = town.providers, town.residents
        people = np.flatnonzero(r.present & (r.band >= VISITS) & (r.band <= DAILY))
        people = people[self._could(people, town)]
        near = np.bincount(r.neighbourhood[people], minlength=len(town.neighbourhoods)).astype(np.float64)
        near[p.neighbourhood[rows[p.built[rows] > 0]]] = 0.0
        best, size = int(np.argmax(near)), self.members / town.one_in
        if near[best] < self.members_least / town.one_in:
            return rows
        free = rows[p.built[rows] <= 0][:1]
        if not len(free):
            free = schemes.begin_units(self, town, np.array([best]), size)
            rows = np.concatenate([rows, free])
        p.neighbourhood[free], p.built[free], p.ramp[free], p.opened[free] = best, size, 0.0, town.week
        town.memory[f"{VOLUNTEER}{int(p.number[free[0]])}"] = town.week + float(self.lead)
        return rows

    def _volunteers(self, town: Town, rows: Array, ready: Array) -> Array:
        """In which networks a volunteer lives now (mask over rows); some leave, and it takes months to find another."""
        m, numbers = town.memory, town.providers.number[rows].astype(np.int64)
        since = np.array([m.get(f"{VOLUNTEER}{i}", 0.0) for i in numbers])
        here = ready & (since <= town.week)
        leaves = here & town.draws.happens("keyring: volunteer leaves", self.volunteer_leaves.weekly, numbers)
        m.update({f"{VOLUNTEER}{i}": town.week + float(self.volunteer_found) for i in numbers[leaves]})
        return np.asarray(here & ~leaves)

    def _introduce(self, town: Town, rows: Array, networks: int) -> None:
        """People near by who have no paid support are introduced, by friends, landlords and practices."""
        r, m = town.residents, town.memory
        key = "keyring: to be introduced"
        m[key] = min(m.get(key, 0.0) + networks * self.introductions * MONTH / 52 / town.one_in, float(networks))
        if m[key] < 1:
            return
        people = np.flatnonzero(r.present & (r.band >= VISITS) & (r.funder == 0) & (r.stage == 0) & (r.setting == OWN_HOME))
        people = people[np.isin(r.neighbourhood[people], town.providers.neighbourhood[rows])]
        people = schemes.has_not(self, town, people[np.isfinite(self.suits(people, town))])
        people = people[np.argsort(town.draws.uniforms("keyring: is introduced", people))][:int(m[key])]
        m[key] -= len(schemes.take_on(self, town, rows, people, funder=0, price=0.0, cause="introduction"))

    # Terms ----------------------------------------------------------------------------------------------------------
    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """The part of the hours agreed that is still paid for; the network is apart."""
        return np.asarray(hours * self.paid_part * town.prices["home_care_hour"])

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        """The network, by member, where it is full; paid hours are on top."""
        return PoundsPerWeek(self.cost / 52 / self.members)

    # While supported ------------------------------------------------------------------------------------------------
    def gives(self, users: Users, town: Town) -> Array:
        """The paid part of the hours agreed, as far as there is staff."""
        staff = schemes.staffed(town, schemes.rows_of(self, town))
        return np.asarray(town.placements.hours[users.placements] * self.paid_part * staff)

    def _volunteer_here(self, users: Users, town: Town) -> Array:
        numbers, of = np.unique(town.providers.number[users.providers], return_inverse=True)
        since = np.array([town.memory.get(f"{VOLUNTEER}{int(i)}", 0.0) for i in numbers])
        return np.asarray((since <= town.week)[of])

    def helps(self, users: Users, town: Town) -> None:
        """Help from one another and the volunteer, company, and say; whoever lived with family has moved to a tenancy."""
        here = self._volunteer_here(users, town) & (users.hospital == 0)
        hours = self.mutual_hours + self.volunteer_hours / self.members * here
        users.hours_other += np.minimum(hours, users.hours_needed) * (users.hospital == 0)
        users.company = np.maximum(users.company, self.company * here)
        users.control += self.control
        moved = users.setting == FAMILY
        if moved.any():
            users.alone = users.alone | moved
            users.setting = np.where(moved, OWN_HOME, users.setting)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Paid hours; and the networks, from the day the money comes."""
        yield from placement_costs(self, users, town)
        yield from schemes.scheme_costs(self, town, self.name)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """The network ends; need outgrows it; people move, or leave it, more of them while there is no volunteer."""
        rate = self.leaves * np.where(self._volunteer_here(users, town), 1.0, self.leaves_without_volunteer)
        leaves = town.draws.happens("keyring: leaves the network", 1.0 - np.exp(-rate / 52), users.rows)
        own = town.placements.funder[users.placements] == 0
        return {"moves on": users.setting > FAMILY, "network ends": town.providers.built[users.providers] <= 0,
                "need outgrown": (users.band > DAILY) | (users.need >= HEAVY),
                "stops coming": leaves & own, "leaves the network": leaves & ~own}
