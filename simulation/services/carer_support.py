"""Somebody asks carers how they are: a sitter gives them hours of their own, and sessions teach how to bear it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.units import Contacts, Hours, PerYear, Points, Pounds, PoundsPerHour, PoundsPerYear, Share, Weeks
from simulation.service import UNSUITABLE, Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

YEAR, MONTH = 52, 4


@dataclass(frozen=True, kw_only=True)
class CarerSupport(Addition):
    """Support workers find carers, assess what they need, and arrange breaks for a year; the people it helps are carers.

    Money pays support workers, sitters' hours and, for carers of people with dementia who want them, eight coping
    sessions. Workers reach so many carers a year; sitters come from the one pool of care workers. Breaks drain strain
    only in the weeks they come. What the sessions teach takes strain away by itself, and fades evenly over years.
    It fails by reaching few, mostly people known already; by want of sitters; and because assessing carers finds needs
    of the people they care for. The sitter takes the carer's place and gives no more hours of help than the carer did.
    """

    worker: PoundsPerYear
    reaches: PerYear
    one_off: Pounds
    sitting_hour: PoundsPerHour
    breaks: Hours
    stays: Weeks
    lead: Weeks
    least_hours: Hours
    takes_it_up: Share
    wants_sessions: Share
    coping: Points
    coping_lasts: Weeks
    strain_settles: Weeks
    company: Contacts
    case_finding: PerYear
    drop_out: PerYear
    posts_run_on: Weeks

    title: ClassVar[str] = "carer support and breaks"
    counts: ClassVar = "caseload"  # in hours of sitting a week
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "home care"
    effects: ClassVar[frozenset[str]] = frozenset({"break_hours", "strain", "company", "stage", "reason", "asked", "long_term"})
    sceptic: ClassVar[str] = (
        "One good trial of coping sessions found less depression for two years and more, at no cost on balance, and no "
        "effect on moving to a care home. Trials of breaks are mixed. Schemes save the council money only by keeping "
        "families caring, so their hours and strain belong beside the budget.")

    def suits(self, people: Array, town: Town) -> Array:
        """People who give many hours of care a week and would take it up when asked."""
        r = town.residents
        fits = (r.care_hours[people] >= self.least_hours) & (r.cares_for[people] >= 0) & r.present[people]
        fits &= town.draws.traits("carer_support: takes it up", people) < self.takes_it_up
        return np.where(fits, 0.0, UNSUITABLE)

    def _year(self, care_index: float) -> float:
        """Pounds for one carer for a year: being found and assessed, sessions or a payment of the same worth, a sitter."""
        return float(self.worker / self.reaches + self.one_off + self.breaks * self.sitting_hour * care_index * YEAR)

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        return PoundsPerYear(self._year(prices["care_index"]))

    def uses(self, people: Array, hours: Array, town: Town) -> Array:
        """Hours of sitting; who had sessions and has no sitter any longer takes none."""
        return np.asarray(hours, dtype=np.float64)

    def makes_room(self, town: Town) -> None:
        """Money becomes support workers and hours of sitting; workers reach some carers a year; sitters must be found."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        carers = p.budget[rows] * YEAR / self._year(town.prices["care_index"])
        p.room[rows] = schemes.grow(town, rows, carers * self.breaks, self.lead) * schemes.carried(self, town, rows)
        reached = int(schemes.whole_this_week(np.array([carers.sum() / YEAR]), town.week)[0])
        if reached > 0 and (p.room[rows] >= p.used[rows] + self.breaks).any():
            self._reach(town, rows, reached)

    def _reach(self, town: Town, rows: Array, reached: int) -> None:
        """Carers whom the workers come to know this week, by lot; of those who want sessions it is told by a later end."""
        r = town.residents
        carers = np.flatnonzero(r.care_hours >= self.least_hours)
        carers = schemes.has_not(self, town, carers[np.isfinite(self.suits(carers, town))])
        carers = carers[np.argsort(town.draws.uniforms("carer_support: is reached", carers), kind="stable")][:reached]
        wants = r.dementia[r.cares_for[carers]] & (town.draws.traits("carer_support: wants sessions", carers) < self.wants_sessions)
        for some, weeks in ((carers[wants], self.coping_lasts), (carers[~wants], self.stays)):
            schemes.take_on(self, town, rows, some, hours=float(self.breaks), funder=0, until=town.week + int(weeks), cause="reached")

    def gives(self, users: Users, town: Town) -> Array:
        """Nothing for the carers' own needs: a sitter is with the person they care for, in their place."""
        return np.zeros(len(users))

    def helps(self, users: Users, town: Town) -> None:
        """Hours of their own, what sessions taught, and company; needs of the person cared for come to light while a worker
        and a sitter come, and not by sessions, which are about the carer.
        """
        pl, rows, r = town.placements, users.placements, town.residents
        gone = (town.week - pl.since[rows]).astype(np.float64)
        over = gone >= self.stays
        pl.hours[rows[over]] = 0.0
        learnt = (pl.until[rows] - pl.since[rows]) > self.stays
        left = self.coping * np.maximum(1.0 - gone / max(self.coping_lasts, 1.0), 0.0)
        users.break_hours += pl.hours[rows] * schemes.carried(self, town, users.providers)
        a_week = (1.0 - np.exp(-MONTH / max(self.strain_settles, 1.0))) / MONTH  # so much of what it comes to in time
        users.strain = np.maximum(users.strain - np.where(learnt, left, 0.0) * a_week, 0.0)
        sits = pl.hours[rows] > 0
        users.company = np.maximum(users.company, self.company * sits)
        found = town.draws.happens("carer_support: need comes to light", self.case_finding.weekly, users.rows)
        people = users.cares_for[found & sits & (users.cares_for >= 0)]
        people = np.unique(people[(r.funder[people] == 0) & ((r.need[people] > 0) | (r.band[people] > 0))])
        schemes.asks(town, people, "planned")

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Support workers, sessions and sitters, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """They care no longer; the weeks are up; they stop coming. Without money breaks end; what was learnt does not."""
        pl, rows = town.placements, users.placements
        learnt, sits = (pl.until[rows] - pl.since[rows]) > self.stays, pl.hours[rows] > 0
        stops = sits & town.draws.happens("carer_support: stops coming", self.drop_out.weekly, users.rows)
        unpaid = town.providers.budget[users.providers] <= 0
        pl.hours[rows[learnt & (stops | unpaid)]] = 0.0
        return {"no longer needed": users.cares_for < 0, "planned end": pl.until[rows] <= town.week,
                "scheme ends": unpaid & ~learnt, "stops coming": stops & ~learnt}
