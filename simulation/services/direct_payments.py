"""Money in place of a service: a person hires their own assistants, and decides who comes, when, and for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import homes, schemes
from simulation.evidence.lists import GROUP
from simulation.evidence.units import LogOdds, PerYear, Points, PoundsPerHour, PoundsPerYear, Share, Weeks, Years
from simulation.service import UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

STRENGTH = "direct_payments.strength"  # support service money a holder, over what is usual here; grown into
USUAL = "direct_payments: support of a holder"  # pounds a week, learnt in the burn-in
LEARNING = GROUP.index("learning disability")
TWICE = 2  # more money than this, over the usual, finds nothing to do


@dataclass(frozen=True, kw_only=True)
class DirectPayments(Service):
    """Works for those willing and able; a support service (payroll, recruiting, advice) makes more people so.

    People the council would pay for may have the money and hire their own assistants. It brings a say over one's day and
    the same faces, to people of working age most, to older people less, from 75 none was found. Money for the support
    service makes more people willing and able, up to a point.
    It fails where assistants are not to be had: they come from the same care workers as agencies' do. Employing somebody
    is work, with payroll and audit, and some hand it back and ask again.
    """

    willing_older: Share
    willing_working_age: Share
    holders_in_england: Share
    older_age: Years
    no_gain_age: Years
    appeal: LogOdds
    control_pull: LogOdds
    support_cost: PoundsPerYear
    support_gain: LogOdds
    lead: Weeks
    spare: Share
    hands_back: PerYear
    ends_learning_disability: PerYear
    ends_working_age: PerYear
    ends_older: PerYear
    ends_little_need: PerYear
    control_working_age: Points
    control_older: Points
    continuity: Points
    posts_run_on: Weeks

    title: ClassVar[str] = "direct payments"
    counts: ClassVar = "hours"
    council_only: ClassVar[bool] = True
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "personal assistant"
    effects: ClassVar[frozenset[str]] = frozenset({"control", "continuity"})
    sceptic: ClassVar[str] = (
        "Costs came out about the same. The gains are real for younger disabled people and with mental ill health; over 75 "
        "no difference was found, and older holders in the pilots may have felt worse.")

    def _willing(self, people: Array, town: Town) -> Array:
        """Share willing and able at each age, moved to this place's own share of holders and by the support service."""
        share = np.where(town.residents.age[people] < self.older_age, self.willing_working_age, self.willing_older)
        here, there = town.place["direct_payment_share"], float(self.holders_in_england)
        moved = np.log(share / (1 - share)) + np.log(here / (1 - here)) - np.log(there / (1 - there))
        moved += self.support_gain * (town.memory.get(STRENGTH, 1.0) - 1)
        return np.asarray(1.0 / (1.0 + np.exp(-moved)))

    def suits(self, people: Array, town: Town) -> Array:
        """People at home who would manage one, or have somebody who would; more so the more they want control."""
        r = town.residents
        would = town.draws.traits("direct_payments: willing and able", people) < self._willing(people, town)
        fits = would & (r.setting[people] <= max(schemes.AT_HOME)) & ((r.need[people] > 0) | (r.band[people] > 0))
        fits &= ~town.means.pays_own_way(r.savings[people])  # it is the council's money
        return np.where(fits, self.appeal + self.control_pull * (r.wants_control[people] - 0.5), UNSUITABLE)

    def makes_room(self, town: Town) -> None:
        """Assistants are found one by one, in months; the support service grows into its money."""
        rows, p = schemes.rows_of(self, town), town.providers
        if not len(rows):
            return
        schemes.follow_demand(self, town, rows, float(self.lead), float(self.spare))
        holders = float(len(town.placements.of(town.service(self.name))))
        money, index = schemes.steady_money(self, town, self.posts_run_on), town.prices["care_index"]
        town.tell(USUAL, money / index, holders)
        usual = town.centres.get(USUAL, self.support_cost / 52) * index * holders
        spent = min(money, TWICE * usual)
        now, goal = town.memory.get(STRENGTH, 1.0), spent / usual if usual > 0 else 1.0
        town.memory[STRENGTH] = float(schemes.nearer(now, goal, self.lead)) if goal > now else goal
        p.budget[rows] = spent / len(rows)
        p.ramp[rows] = town.memory[STRENGTH] / goal if goal > 0 else 1.0
        homes.close_down(self, rows, town)

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """Hours at the rate the council pays towards an assistant."""
        return np.asarray(hours * town.prices["direct_payment_hour"])

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerHour:
        return PoundsPerHour(prices["direct_payment_hour"])

    def helps(self, users: Users, town: Town) -> None:
        """More say over the day for people of working age, a little at older ages, none found from 75."""
        older = np.where(users.age < self.no_gain_age, self.control_older, 0.0)
        users.control += np.where(users.age < self.older_age, self.control_working_age, older)
        users.continuity = np.maximum(users.continuity, self.continuity)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """The payments, and the support service as far as it was paid for."""
        yield from placement_costs(self, users, town)
        rows, p = schemes.rows_of(self, town), town.providers
        not_grown = 1.0 - float(p.ramp[rows].mean()) if len(rows) else 0.0
        yield from schemes.told_apart(self, self.name, float(p.budget[rows].sum()), not_grown, 0.0)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """Some hand it back: employing people is work. Others need it no longer."""
        back = town.draws.happens("direct_payments: hands it back", self.hands_back.weekly, users.rows)
        older = np.where(users.need < 2, self.ends_little_need.weekly, self.ends_older.weekly)
        rate = np.where(users.age < self.older_age, self.ends_working_age.weekly, older)
        rate = np.where(users.group == LEARNING, self.ends_learning_disability.weekly, rate)
        over = town.draws.happens("direct_payments: no longer needed", rate, users.rows)
        moved = users.setting > max(schemes.AT_HOME)
        return {"moves on": moved | over, "hands it back": back}
