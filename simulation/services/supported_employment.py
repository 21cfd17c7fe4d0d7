"""A job coach finds somebody a paid job that fits, stands by while it is learnt, and comes back when it goes wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import BAND, GROUP, SETTING
from simulation.evidence.units import Contacts, Days, People, PerYear, Points, PoundsPerYear, Share, Weeks, Years
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

LEARNING, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")
MOST_OF_THE_DAY, CARE_HOME = BAND.index("most of the day"), SETTING.index("residential")
MONTH = 4
FOR_GOOD = 10**6


@dataclass(frozen=True, kw_only=True)
class SupportedEmployment(Addition):
    """Job coaches with some eighteen people each; jobs are real, paid, and mostly of few hours.

    Money buys coaches, who take months to know employers. They work with people with a learning disability or lasting
    mental ill health who want to work and do not fear for their benefits. Some find a job, the fewer the more of the
    jobs that employers here would give are taken; part of them would have found one anyway, and are not counted. A job
    brings days worth having, company and say. It takes a part of a coach's time for as long as it lasts, so a coach who
    does well has little time for new people. It fails for want of employers; when jobs are lost; when the coach goes
    and the job with them. Wages, tax and benefits are left out: most jobs stay below the hours at which benefits change.
    """

    cost: PoundsPerYear
    caseload: People
    lead: Weeks
    in_work: Share
    working_age: Years
    eligible: Share
    fear_for_benefits: Share
    finds: PerYear
    found_anyway: Share
    could_employ: Share
    gives_up: Weeks
    drop_out: PerYear
    loses: PerYear
    lost_with_coach: Share
    days: Days
    company: Contacts
    control: Points
    posts_run_on: Weeks

    title: ClassVar[str] = "supported employment"
    counts: ClassVar = "caseload"
    effects: ClassVar[frozenset[str]] = frozenset({"works", "days", "company", "control"})
    sceptic: ClassVar[str] = (
        "The low published cost of a job counts jobs that people had already; over all services it was three times as much. "
        "In trials the people without a coach found work half as often, so half of the jobs would have come anyway. Under a "
        "third of the jobs are for sixteen hours or more, so little is saved on day services or benefits.")

    def uses(self, people: Array, hours: Array, town: Town) -> Array:
        """Whoever looks for work takes a whole place; whoever has it, a part of one."""
        return np.where(town.residents.works[people], float(self.in_work), 1.0)

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        """A year of somebody who looks for work."""
        return PoundsPerYear(self.cost / self.caseload)

    def makes_room(self, town: Town) -> None:
        """Money buys coaches; each takes months to know employers, and then has so many people at a time."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        grown = schemes.grow(town, rows, p.budget[rows] * 52 / self.cost * self.caseload, self.lead)
        p.room[rows] = schemes.whole(grown)
        if town.week % MONTH == 0 and (p.room[rows] - p.used[rows] >= 1).any():
            self._take_on(town, rows)

    def _take_on(self, town: Town, rows: Array) -> None:
        """Adults of working age in these groups who want a job, by lot, as far as coaches have time."""
        r = town.residents
        people = np.flatnonzero(r.present & ((r.group == LEARNING) | (r.group == MENTAL)) & (r.age < self.working_age)
                                & (r.band > 0) & (r.band <= MOST_OF_THE_DAY) & ~r.works & (r.hospital == 0)
                                & (r.setting < CARE_HOME))
        people = schemes.has_not(self, town, people)
        wants = town.draws.traits("supported_employment: wants a job", people) < self.eligible
        fears = town.draws.traits("supported_employment: fears for benefits", people) < self.fear_for_benefits
        people = people[wants & ~fears]
        people = people[np.argsort(town.draws.uniforms("supported_employment: is taken on", people))]
        schemes.take_on(self, town, rows, people, funder=0, until=town.week + int(np.ceil(self.gives_up)), cause="taken on")

    def helps(self, users: Users, town: Town) -> None:
        """Jobs are found and lost; a job brings days worth having, people to work with, and say over one's life."""
        pl, had = town.placements, users.works.copy()
        coached = town.providers.budget[users.providers] > 0
        most = self.could_employ * float(town.neighbourhoods.people.sum())
        employers = max(1.0 - np.count_nonzero(had) / most, 0.0) if most > 0 else 0.0
        rate = self.finds * (1.0 - self.found_anyway) * employers
        found = ~had & coached & town.draws.happens("supported_employment: finds a job", PerYear(rate).weekly, users.rows)
        chance = np.where(coached, self.loses.weekly, self.lost_with_coach)
        lost = had & town.draws.happens("supported_employment: loses the job", chance, users.rows)
        users.works = works = (had | found) & ~lost
        pl.until[users.placements[found]] = FOR_GOOD
        pl.until[users.placements[lost]] = town.week + int(np.ceil(self.gives_up))
        town.events.note("begins a job", users.rows[found], service=self.name)
        town.events.note("loses a job", users.rows[lost], service=self.name)
        there = works & (users.hospital == 0)
        users.days = np.maximum(users.days, self.days * there)
        users.company = np.maximum(users.company, self.company * there)
        users.control += self.control * works

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """The coaches, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """No job in good time; people stop coming; they retire or move to a care home; the coaches go."""
        stops = town.draws.happens("supported_employment: stops coming", self.drop_out.weekly, users.rows)
        away = (users.age >= self.working_age) | (users.setting >= CARE_HOME)
        return {"moves on": away, "scheme ends": town.providers.budget[users.providers] <= 0,
                "planned end": town.placements.until[users.placements] <= town.week, "stops coming": stops & ~users.works}
