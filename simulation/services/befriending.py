"""A volunteer visits somebody lonely every week, as a friend would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.units import Contacts, Hours, LogOdds, People, PerYear, PoundsPerYear, Ratio, Weeks, Years
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

MONTH = 4  # weeks between referrals
WAITS, VISITED = 10**6, 10**6 - 1  # no planned end: of somebody on the list; of somebody who has a befriender


@dataclass(frozen=True, kw_only=True)
class Befriending(Addition):
    """Coordinators find, check and look after volunteers; each visits one person; the others wait on a list.

    Lonely older people are referred while the list is open, and the longest wait is matched first. Money buys
    coordinators; friends come from the one pool of volunteers, and what other schemes ask of them is not there here.
    Visits bring company, more in the first year than later, as trials of befriending found for mood.
    It fails by its queue: money lengthens the list where volunteers are few, and people give up. Strained volunteers
    leave sooner. And a befriender who leaves takes the company along and hurts: for some months the person is lonelier
    than before there ever was one.
    """

    cost: PoundsPerYear
    pairs_a_coordinator: People
    lead: Weeks
    hours: Hours
    older_age: Years
    list_closes: Ratio
    matching: Weeks
    patience: Weeks
    stops: PerYear
    volunteer_leaves: PerYear
    burnout: Ratio
    first_year: Contacts
    later: Contacts
    hurts: LogOdds
    posts_run_on: Weeks

    title: ClassVar[str] = "befriending"
    counts: ClassVar = "caseload"
    effects: ClassVar[frozenset[str]] = frozenset({"company", "loneliness"})
    sceptic: ClassVar[str] = (
        "Trials found a small gain in mood that was smaller after a year; a later review found no significant effect on "
        "loneliness itself. Friends by appointment do not lower what councils or hospitals spend. Volunteering has fallen "
        "for ten years, so the money buys coordinators and a waiting list.")

    def makes_room(self, town: Town) -> None:
        """Money buys coordinators for so many pairs each; there are no more pairs than volunteers, the others wait on the list."""
        rows, p, pl = schemes.rows_of(self, town), town.providers, town.placements
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        carried = schemes.grow(town, rows, p.budget[rows] * 52 / self.cost * self.pairs_a_coordinator, self.lead)
        mine, pairs = pl.of(town.service(self.name)), float(carried.sum())
        asked = min(pairs, len(mine)) * self.hours
        given = schemes.ask_volunteers(self, town, asked, pairs / self.pairs_a_coordinator)
        self._match(town, mine, int(asked * given / self.hours + schemes.TINY))
        p.room[rows] = schemes.whole(carried * (1.0 + self.list_closes))
        if town.week % MONTH == 0 and (p.room[rows] >= p.used[rows] + 1).any():
            self._refer(town, rows)

    def _match(self, town: Town, mine: Array, befrienders: int) -> None:
        """Whoever has waited longest meets a befriender, as far as there are any and checks are done."""
        pl = town.placements
        free = befrienders - int(np.count_nonzero(pl.until[mine] == VISITED))
        ready = mine[(pl.until[mine] != VISITED) & (pl.since[mine] + self.matching <= town.week)]
        met = ready[np.argsort(pl.since[ready], kind="stable")][:max(free, 0)]
        pl.until[met], pl.since[met] = VISITED, town.week
        town.events.note("meets a befriender", pl.person[met], service=self.name)

    def _refer(self, town: Town, rows: Array) -> None:
        """Lonely older people come onto the list by lot, while it is open."""
        r = town.residents
        people = np.flatnonzero(r.lonely & r.present & (r.age >= self.older_age) & (r.setting <= max(schemes.AT_HOME)))
        people = schemes.has_not(self, town, people[r.hospital[people] == 0])
        luck = town.draws.uniforms("befriending: is referred", people)
        schemes.take_on(self, town, rows, people[np.argsort(luck, kind="stable")], funder=0, until=WAITS, cause="referral")

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        return PoundsPerYear(self.cost / self.pairs_a_coordinator)

    def helps(self, users: Users, town: Town) -> None:
        """A friend's company while visited; when the befriender leaves it goes with them, and that hurts."""
        pl, mine = town.placements, users.placements
        visited, there = pl.until[mine] == VISITED, users.hospital == 0
        brings = np.where(town.week - pl.since[mine] < 52, float(self.first_year), float(self.later)) * (visited & there)
        rate = PerYear(schemes.volunteers_leave(town, self.volunteer_leaves, self.burnout))
        loses = visited & town.draws.happens("befriending: befriender leaves", rate.weekly, users.rows)
        users.company = np.where(loses, np.maximum(users.company - brings, 0.0), np.maximum(users.company, brings))
        users.loneliness += self.hurts * loses
        pl.until[mine[loses]], pl.since[mine[loses]] = WAITS, town.week
        town.events.note("befriender leaves", users.rows[loses], service=self.name)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Coordinators and volunteers' expenses, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """People stop, or give up waiting; without money visits end."""
        waits = town.placements.until[users.placements] != VISITED
        gives_up = waits & town.draws.happens("befriending: gives up", 1.0 - np.exp(-1.0 / self.patience), users.rows)
        stops = ~waits & town.draws.happens("befriending: stops", self.stops.weekly, users.rows)
        town.events.note("gives up waiting", users.rows[gives_up], service=self.name)
        return {"scheme ends": town.providers.budget[users.providers] <= 0, "stops coming": gives_up | stops}
