"""Days out of the house with other people and something to do, and hours to oneself for whoever cares at home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import GROUP, NEED
from simulation.evidence.units import Contacts, Days, Hours, PerYear, PoundsPerDay, PoundsPerWeek, Share, Weeks, Years
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

LEARNING, ROUND_THE_CLOCK = GROUP.index("learning disability"), NEED.index("round the clock")
MONTH = 4


@dataclass(frozen=True, kw_only=True)
class DayOpportunities(Addition):
    """A day centre or day service: about two days a week, staff, a building, a bus.

    Money pays places; a place is a share of the building and the bus, which are paid for in full, and of staff, who
    come with the people there. Places are offered first to people whose carers are most strained, then to those who are
    lonely: adults with a learning disability, and older people with dementia or with need whom somebody cares for. They
    gain days worth having and company; their carers gain a break. It fails when some leave and the building still costs
    what it cost; and when money is cut, because fixed costs are paid first, so that a fifth less money is far more than
    a fifth fewer places until the building can be given up.
    """

    cost: PoundsPerDay
    days: Days
    fixed: Share
    lease: Weeks
    lead: Weeks
    older_age: Years
    eligible: Share
    drop_out: PerYear
    respite: Hours
    company: Contacts
    worth_having: Share
    posts_run_on: Weeks

    title: ClassVar[str] = "day opportunities"
    counts: ClassVar = "caseload"
    effects: ClassVar[frozenset[str]] = frozenset({"days", "company", "break_hours"})
    sceptic: ClassVar[str] = (
        "Four in five places replace nothing that anybody pays for. When people leave, the cost for each of the others rises, "
        "because buildings and buses are not sold by the day. Trials of breaks for carers are few and mixed, and no controlled "
        "measure of what a day centre does for those who go was located.")

    def _week(self) -> float:
        """Pounds a week for one person's place."""
        return float(self.cost * self.days)

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        return PoundsPerWeek(self._week() * prices["care_index"])

    def makes_room(self, town: Town) -> None:
        """Money pays buildings first and staff for those who come with what is left; places fill over months."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        row, week = rows[:1], self._week() * town.prices["care_index"]
        there, goal = float(p.built[row[0]]), money / week
        size = goal if goal >= there else float(schemes.nearer(there, goal, self.lease))
        size = 0.0 if goal <= 0 and size < 1 else size
        grown = float(schemes.grow(town, row, np.array([size]), self.lead)[0])
        staffed = max(money - self.fixed * size * week, 0.0) / ((1.0 - self.fixed) * week)
        p.room[row] = np.floor(min(grown, staffed) + schemes.TINY)
        p.budget[row] = min(money, week * (self.fixed * size + (1.0 - self.fixed) * float(p.used[row[0]])))
        if town.week % MONTH == 0 and p.room[row[0]] - p.used[row[0]] >= 1:
            self._invite(town, row)

    def _invite(self, town: Town, rows: Array) -> None:
        """Those whose carers are most strained first, then the lonely, then by lot."""
        r = town.residents
        disability = (r.group == LEARNING) & (r.band > 0)
        cared_for = (r.age >= self.older_age) & (r.carer >= 0) & (r.dementia | (r.need > 1)) & (r.need < ROUND_THE_CLOCK)
        people = np.flatnonzero(r.present & (disability | cared_for) & (r.setting <= max(schemes.AT_HOME)) & (r.hospital == 0))
        people = schemes.has_not(self, town, people)
        people = people[town.draws.traits("day_opportunities: would go", people) < self.eligible]
        strain = np.where(r.carer[people] >= 0, r.strain[r.carer[people]], 0.0)
        luck = town.draws.uniforms("day_opportunities: is offered a place", people)
        order = np.lexsort((luck, ~r.lonely[people], -strain))
        schemes.take_on(self, town, rows, people[order], funder=0, cause="offered a place")

    def helps(self, users: Users, town: Town) -> None:
        """Days worth having and company; meanwhile whoever cares for them at home has the day to themselves."""
        there = users.hospital == 0
        users.days = np.maximum(users.days, self.days * self.worth_having * there)
        users.company = np.maximum(users.company, self.company * there)
        carers = users.carer[there]
        carers = carers[carers >= 0]
        np.add.at(users.table.break_hours, carers, self.respite * self.days)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """The building whether or not anybody comes, and staff for those who do."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """Places are cut; the scheme ends; people stop going, or move to where others care for them."""
        p = town.providers
        over = np.maximum(p.used[users.providers] - p.room[users.providers], 0.0) / np.maximum(p.used[users.providers], 1.0)
        cut = town.draws.happens("day_opportunities: loses the place", over, users.rows)
        stops = town.draws.happens("day_opportunities: stops going", self.drop_out.weekly, users.rows)
        return {"moves on": users.setting > max(schemes.AT_HOME), "scheme ends": (p.built[users.providers] <= 0) | cut,
                "stops coming": stops}
