"""An approved household has somebody to stay for some weeks a year, always the same, so that the family can rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import BAND, NEED
from simulation.evidence.units import (
    By,
    Contacts,
    Days,
    Elasticity,
    Hours,
    People,
    PerYear,
    PoundsPerDay,
    PoundsPerYear,
    Share,
    Shares,
    Weeks,
)
from simulation.service import UNSUITABLE, Addition, Lines, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

YEAR, MONTH = 52, 4
DAYS_A_YEAR = 364
PERSONAL = NEED.index("one or two personal tasks")


@dataclass(frozen=True, kw_only=True)
class SharedLivesBreaks(Addition):
    """Scheme workers find and check households, match each with a few families, and the stays recur all year.

    Money becomes workers and fees a night; households come over months and some leave every year, more of them when
    fees fall behind the cost of care. A family that is used to a household loses its breaks with it. Stays are counted
    as hours of break a week on the mean of the year, not week by week. It fails by few referrals, since somebody must
    think of it and the family must let go, while workers are paid for households that stand ready; by frozen fees; and
    by the few households there are in any place.
    """

    worker: PoundsPerYear
    arrangements_a_worker: People
    arrangements_a_household: People
    willing: Share
    lead: Weeks
    households_leave: PerYear
    leave_with_fees: Elasticity
    night: PoundsPerDay
    nights: Days
    breaks: Hours
    company: Contacts
    thought_of: Annotated[Shares, By("group")]
    drop_out: PerYear
    posts_run_on: Weeks

    title: ClassVar[str] = "Shared Lives short breaks"
    counts: ClassVar = "places"
    effects: ClassVar[frozenset[str]] = frozenset({"break_hours", "company", "hours_other"})
    sceptic: ClassVar[str] = (
        "A break is worth having whether or not it saves money, and nobody has shown that it does: trials of respite "
        "are mixed and none is of this kind. Schemes have had forty years to grow. A family that rests may go on "
        "longer, which moves cost to the family, or may use the break to look for a home.")

    def suits(self, people: Array, town: Town) -> Array:
        """People with a carer at home whom a worker would think of, and whom a household could have to stay."""
        r = town.residents
        need, band = r.need[people], r.band[people]
        fits = ((band > 0) | (need > 0)) & (need <= PERSONAL) & (band < BAND.index("24 hours one to one"))
        fits &= (r.carer[people] >= 0) & (r.setting[people] <= max(schemes.AT_HOME)) & r.present[people]
        fits &= town.draws.traits("shared_lives_breaks: thought of", people) < self.thought_of[r.group[people]]
        return np.where(fits, 0.0, UNSUITABLE)

    def _fee(self, town: Town) -> float:
        """Pounds a week, on the mean of the year, for one person's stays."""
        return float(self.night * self.nights / YEAR * town.prices["care_index"] * town.commissioner.fee_drift)

    def makes_room(self, town: Town) -> None:
        """Money becomes workers and fees; workers find households over months, and fees that lag behind lose some again."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        a_worker = float(self.worker / self.arrangements_a_worker / YEAR)
        could = self.willing * float(town.neighbourhoods.people.sum()) * self.arrangements_a_household
        goal = np.full(len(rows), min(money / (a_worker + self._fee(town)), could) / len(rows))
        p.budget[rows] = goal * a_worker
        grown = schemes.grow(town, rows, goal, self.lead)
        frozen = min(max(town.commissioner.fee_drift, 0.5), 1.0) ** -self.leave_with_fees
        stay = 1.0 - PerYear(self.households_leave * frozen).weekly
        p.ramp[rows] *= stay
        p.room[rows] = schemes.whole(grown * stay)
        if town.week % MONTH == 0 and (p.room[rows] > p.used[rows]).any():
            self._match(town, rows)

    def _match(self, town: Town, rows: Array) -> None:
        """Whoever is thought of is matched while there are households with weeks to give, by lot."""
        r = town.residents
        people = np.flatnonzero(r.carer >= 0)
        people = schemes.has_not(self, town, people[np.isfinite(self.suits(people, town))])
        order = np.argsort(town.draws.uniforms("shared_lives_breaks: is matched", people), kind="stable")
        schemes.take_on(self, town, rows, people[order], price=self._fee(town), cause="match")

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """The nights of a year at the household's fee, by the week."""
        return np.full(len(people), self._fee(town))

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        return PoundsPerYear(self.worker / self.arrangements_a_worker + self.night * self.nights * prices["care_index"])

    def helps(self, users: Users, town: Town) -> None:
        """The carer has hours of their own, the person other company and a like part of the help needed."""
        there = users.hospital == 0
        users.hours_other += users.hours_needed * (self.nights / DAYS_A_YEAR) * there
        users.company = np.maximum(users.company, self.company * there)
        carers = users.carer[there & (users.carer >= 0)]
        np.add.at(town.residents.break_hours, carers, np.float32(self.breaks))

    def line(self, people: Array, town: Town) -> Lines:
        return Lines((schemes.PREVENTION,), np.zeros(len(people), dtype=np.int64))

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Fees for the stays there are; workers from the day the money comes."""
        yield from placement_costs(self, users, town)
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """Nobody cares at home any longer; need outgrows it; the family stops; a household leaves, and its families lose it."""
        rows = schemes.rows_of(self, town)
        lost = max(len(users) - int(town.providers.room[rows].sum()), 0)
        luck = town.draws.uniforms("shared_lives_breaks: household leaves", users.rows)
        leaves = np.argsort(np.argsort(luck, kind="stable"), kind="stable") < lost
        stops = town.draws.happens("shared_lives_breaks: stops coming", self.drop_out.weekly, users.rows)
        unpaid = town.providers.budget[users.providers] <= 0
        return {"moves on": users.setting > max(schemes.AT_HOME), "no longer needed": users.carer < 0,
                "need outgrown": users.need > PERSONAL, "scheme ends": unpaid, "stops coming": stops,
                "household leaves": leaves}
