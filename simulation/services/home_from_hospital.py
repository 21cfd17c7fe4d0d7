"""Somebody from the neighbourhood settles people at home after a stay in hospital, for a few hours a week for some weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import HOSPITAL, NEED
from simulation.evidence.units import Contacts, Days, Hours, People, PerYear, Pounds, PoundsPerYear, Share, Weeks, Years
from simulation.service import UNSUITABLE, Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

READY, SOME = HOSPITAL.index("ready to leave"), NEED.index("some help")
WAITS = "home_from_hospital: waits for somebody to settle in"
YEAR = 52


@dataclass(frozen=True, kw_only=True)
class HomeFromHospital(Addition):
    """A coordinator and volunteers bring older people with little need home: heating on, shopping in, a friendly face.

    Money pays coordinators within months. Each carries a few people at a time; a part of the visits they and paid
    workers make themselves, the rest is for volunteers, and without volunteers it is not made. Where nothing but
    somebody to settle in is what leaving waits for, people leave sooner. It fails by want of volunteers; by finding
    needs that turn into requests; and by the hospital, whose freed places are used for others the same week. Nothing
    lowers readmissions here but the help, the company and the days out of bed themselves.
    """

    cost: PoundsPerYear
    carries: People
    lead: Weeks
    stays: Weeks
    paid_part: Share
    older_age: Years
    waits_for_it: Share
    leaves_within: Days
    hours: Hours
    company: Contacts
    case_finding: PerYear
    drop_out: PerYear
    posts_run_on: Weeks

    title: ClassVar[str] = "home from hospital"
    counts: ClassVar = "caseload"
    pools: ClassVar[frozenset[str]] = frozenset({"volunteers"})
    effects: ClassVar[frozenset[str]] = frozenset({"hours_other", "company", "days_left", "stage", "reason", "asked", "long_term"})
    sceptic: ClassVar[str] = (
        "Matched studies of a large charity's scheme and of seven volunteer projects found no fall in emergency "
        "admissions, if anything a rise. The claim of half the readmissions compares people who accept help with "
        "everybody. A hospital day saved is a place for the next patient, not money.")

    def suits(self, people: Array, town: Town) -> Array:
        """Older people who live alone with little or no need of help, and have no lasting support."""
        r = town.residents
        fits = (r.age[people] >= self.older_age) & r.alone[people] & (r.need[people] <= SOME) & (r.band[people] == 0)
        fits &= (r.setting[people] <= max(schemes.AT_HOME)) & (r.funder[people] == 0) & r.present[people]
        return np.where(fits, 0.0, UNSUITABLE)

    def makes_room(self, town: Town) -> None:
        """Money buys coordinators; each carries some people at a time, as far as volunteers make their part of the visits."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        people = schemes.grow(town, rows, p.budget[rows] * YEAR / self.cost * self.carries, self.lead)
        theirs = float(people.sum()) * self.hours * (1 - self.paid_part)
        given = schemes.ask_volunteers(self, town, theirs, float(people.sum()) / self.carries)
        p.room[rows] = schemes.whole(people * (self.paid_part + (1 - self.paid_part) * given))
        if (p.room[rows] > p.used[rows]).any():
            self._brings_home(town, rows)

    def _brings_home(self, town: Town, rows: Array) -> None:
        """First who waits in hospital for nobody but this; then people who came home last week, by lot."""
        r = town.residents
        ready = np.flatnonzero((r.hospital == READY) & (r.days_left > self.leaves_within) & (r.stage == 0))
        ready = ready[town.draws.happens(WAITS, float(self.waits_for_it), ready)]
        home = np.flatnonzero((r.discharged == town.week - 1) & (r.hospital == 0))
        people = np.concatenate([ready, home])
        people = schemes.has_not(self, town, people[np.isfinite(self.suits(people, town))])
        luck = town.draws.uniforms("home_from_hospital: is brought home", people)
        people = people[np.lexsort((luck, r.hospital[people] == 0))]
        taken = schemes.take_on(self, town, rows, people, until=town.week + int(np.ceil(self.stays)), cause="leaving hospital")
        waited = taken[r.hospital[taken] == READY]
        r.days_left[waited] = np.minimum(r.days_left[waited], self.leaves_within)

    def costs_a_person(self, prices: Mapping[str, float]) -> Pounds:
        """Pounds for the weeks of one person."""
        return Pounds(self.cost / (self.carries * YEAR / self.stays))

    def helps(self, users: Users, town: Town) -> None:
        """A few hours of help and a visit; who sees somebody at home sees what is lacking."""
        there = users.hospital == 0
        users.hours_other += np.minimum(self.hours, users.hours_needed) * there
        users.company = np.maximum(users.company, self.company * there)
        found = town.draws.happens("home_from_hospital: need comes to light", self.case_finding.weekly, users.rows)
        found &= there & (users.funder == 0) & ((users.need > 0) | (users.band > 0))
        schemes.asks(town, users.rows[found], "planned")

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Coordinators, paid workers and volunteers' expenses, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """After some weeks it is done; some want no more visits; some need more than visits, and somebody else comes."""
        stops = town.draws.happens("home_from_hospital: wants no more visits", self.drop_out.weekly, users.rows)
        done = town.placements.until[users.placements] <= town.week
        away = (users.setting > max(schemes.AT_HOME)) | (users.funder > 0)
        unpaid = town.providers.budget[users.providers] <= 0
        return {"moves on": away, "scheme ends": unpaid, "planned end": done, "stops coming": stops}
