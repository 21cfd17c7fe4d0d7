"""Small teams that run themselves give care at home in one neighbourhood, with a coach in place of a manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import NEED
from simulation.evidence.units import Contacts, Hours, LogOdds, PerYear, Points, Pounds, PoundsPerHour, Ratio, Share, Weeks
from simulation.service import UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import SELF, Town

SOME, PERSONAL = NEED.index("some help"), NEED.index("one or two personal tasks")
PAID_IN, LOST = "wellbeing_teams: paid in", "wellbeing_teams: lost"
TEAM, COACH = "wellbeing_teams: how grown is team ", "wellbeing_teams: week of the coach of team "  # by number


def _numbers(memory: Mapping[str, float]) -> list[int]:
    """The teams there are, by number."""
    return [int(key[len(TEAM):]) for key in memory if key.startswith(TEAM)]


@dataclass(frozen=True, kw_only=True)
class WellbeingTeams(Service):
    """Neighbourhood teams of about ten care workers share out their own work and know the people they visit well.

    Money buys the setting up of teams (a coach, recruitment for values, software, registration); a team opens months
    later, grows, and from then on lives by the price of its hours. That price carries a low overhead and a higher wage
    with paid time between visits. Its care workers come from the one pool there is; good jobs keep them longer. People
    gain the same faces, company through a connector, and some say. It fails when a coach leaves, for the team shrinks
    until another is found and may give up; and when the council's price falls behind what an hour costs. When a team
    closes, people move to another that has room, or ask again.
    """

    setup: Pounds
    hours_a_team: Hours
    lead: Weeks
    growing: Weeks
    most_idle: Share
    overhead: Share
    overhead_usual: Share
    front_line: Ratio
    price_covers: Ratio
    home_care_pay_share: Share
    better_jobs: Share
    coach_leaves: PerYear
    coach_found: Weeks
    without_coach: Share
    shrinking: Weeks
    closes: PerYear
    closes_without_coach: PerYear
    closes_margin: Share
    eligible: Share
    appeal: LogOdds
    ends_needed: PerYear
    ends_little_need: PerYear
    company: Contacts
    control: Points
    continuity: Points
    posts_run_on: Weeks

    title: ClassVar[str] = "Wellbeing Teams"
    counts: ClassVar = "hours"
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "home care"
    effects: ClassVar[frozenset[str]] = frozenset({"company", "control", "continuity"})
    sceptic: ClassVar[str] = (
        "The low overhead is what the pilots say of themselves. Trials of the Dutch model in England were liked; one could "
        "put a figure on no effect and no cost, another called its success mixed, and Dutch costs are about average once "
        "other care is counted. The same money spent on pay and hours at ordinary agencies might do as much.")

    def suits(self, people: Array, town: Town) -> Array:
        """People at home who need help with daily life and live where a team works, while it has hours enough free."""
        r, p, rows = town.residents, town.providers, schemes.rows_of(self, town)
        free = float((p.room[rows] - p.used[rows]).max(initial=0.0))
        if free < 1:
            return np.full(len(people), UNSUITABLE)
        near = town.draws.traits("wellbeing_teams: lives where they could work", people) < self.eligible
        fits = near & (r.need[people] >= SOME) & (r.setting[people] <= max(schemes.AT_HOME))
        return np.where(fits & (r.hours_wanted[people] <= free), float(self.appeal), UNSUITABLE)

    # Room -----------------------------------------------------------------------------------------------------------
    def makes_room(self, town: Town) -> None:
        """Set-up money becomes teams; each opens after months, grows with its workers, shrinks without a coach, or closes."""
        rows, p, m = schemes.rows_of(self, town), town.providers, town.memory
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any() and not p.room[rows].any()):
            return
        row, each = int(rows[0]), self.hours_a_team / town.one_in
        if p.built[row] > 0 and f"{TEAM}1" not in m:  # one that was there before
            m.update({f"{TEAM}1": float(p.built[row] * p.ramp[row]) / each, f"{COACH}1": 0.0})
        self._set_up(town, row, money, each)
        grown = self._live(town, row, each)
        p.built[row], p.ramp[row] = each * len(grown), grown.mean() if len(grown) else 0.0
        p.room[row] = each * float(grown.sum()) * schemes.staffed(town, rows[:1])
        elsewhere = m.setdefault("wellbeing_teams: jobs elsewhere", float(p.quality[p.open].mean()))
        p.quality[row] = elsewhere + self.better_jobs * (1.0 - elsewhere)

    def _set_up(self, town: Town, row: int, money: float, each: float) -> None:
        """Money is spent as far as more teams make sense; each time it has paid for one, one more begins."""
        p, m = town.providers, town.memory
        idle = max(float(p.room[row] - p.used[row]), 0.0) / (self.most_idle * max(float(p.built[row]), each))
        p.budget[row] = money * max(1.0 - idle, 0.0)
        paid = m.get(PAID_IN, 0.0) + float(p.budget[row])
        begun = int(paid / (self.setup * town.prices["care_index"] / town.one_in))
        m[PAID_IN] = paid - begun * self.setup * town.prices["care_index"] / town.one_in
        for _ in range(begun):
            number = 1 + int(max(_numbers(m), default=0))
            m.update({f"{TEAM}{number}": 0.0, f"{COACH}{number}": float(town.week + self.lead)})
            p.opened[row] = town.week  # care workers are looked for ahead of the first visit

    def _live(self, town: Town, row: int, each: float) -> Array:
        """One week of every team: coaches leave and are found; teams grow or shrink; some close. How grown each is."""
        p, m = town.providers, town.memory
        numbers = np.array(_numbers(m), dtype=np.int64)
        grown, coach = (np.array([m[f"{what}{i}"] for i in numbers]) for what in (TEAM, COACH))
        leaves = town.draws.happens("wellbeing_teams: coach leaves", self.coach_leaves.weekly, numbers)
        coach = np.where(leaves & (coach <= town.week), town.week + self.coach_found, coach)
        coached = coach <= town.week
        goal = np.where(coached, 1.0, np.minimum(grown, self.without_coach))
        grown = np.where(coached, schemes.nearer(grown, goal, self.growing), schemes.nearer(grown, goal, self.shrinking))
        p.margin[row] = self._margin(town)
        rate = (self.closes + self.closes_without_coach * ~coached) * np.exp(-p.margin[row] / self.closes_margin)
        closes = (grown > 0) & town.draws.happens("wellbeing_teams: team closes", 1.0 - np.exp(-rate / 52), numbers)
        for i, number in enumerate(numbers):
            m[f"{TEAM}{number}"], m[f"{COACH}{number}"] = grown[i], coach[i]
            if closes[i]:
                del m[f"{TEAM}{number}"], m[f"{COACH}{number}"]
        used = float(p.used[row])
        m[LOST] = max(used - each * float(grown[~closes].sum()), 0.0) / used if closes.any() and used > 0 else 0.0
        return np.asarray(grown[~closes])

    # Terms ----------------------------------------------------------------------------------------------------------
    def _margin(self, town: Town) -> float:
        """What the council's price brings over what an hour costs, less one."""
        price, pay = (1.0 + self.home_care_pay_share * town.memory.get(f"{of} premium", 0.0) for of in ("price", "pay"))
        return float(self.price_covers * town.commissioner.fee_drift * price / max(pay, 1.0)) - 1.0

    def _over_agency(self, town: Town | None = None) -> float:
        """An hour's price over an agency's: dearer front-line work, less overhead; dearer as care work grows dearer."""
        premium = town.memory.get("price premium", 0.0) if town else 0.0
        hour = self.front_line * (1.0 - self.overhead_usual) / (1.0 - self.overhead) * self.price_covers
        return float(hour * (1.0 + self.home_care_pay_share * premium))

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        return np.asarray(hours * town.prices["home_care_hour"] * self._over_agency(town))

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        return np.asarray(hours * town.prices["own_home_care_hour"] * self._over_agency(town))

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerHour:
        return PoundsPerHour(prices["home_care_hour"] * self._over_agency())

    # While supported ------------------------------------------------------------------------------------------------
    def gives(self, users: Users, town: Town) -> Array:
        """The hours agreed, as far as the teams can."""
        p = town.providers
        carried = np.minimum(p.room[users.providers] / np.maximum(p.used[users.providers], schemes.TINY), 1.0)
        return np.asarray(town.placements.hours[users.placements] * carried)

    def helps(self, users: Users, town: Town) -> None:
        """The same faces, company, some say; what did not come is not paid for."""
        pl, rows = town.placements, users.placements
        hours = pl.given[rows].astype(np.float64)
        own = pl.funder[rows] == SELF
        pl.price[rows] = np.where(own, self.own_price(users.rows, hours, town), self.price(users.rows, hours, town))
        share = np.minimum(hours / np.maximum(pl.hours[rows], 1.0), 1.0)
        users.company = np.maximum(users.company, self.company * share)
        users.continuity = np.maximum(users.continuity, self.continuity * share)
        users.control += self.control * share

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Each person's hours; and the setting up of teams, before anybody is helped."""
        yield from placement_costs(self, users, town)
        rows = schemes.rows_of(self, town)
        yield from schemes.lump(self.name, self.name, "start_up", float(town.providers.budget[rows].sum()))

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """A team closes and no other has room; people get better, arrange their lives otherwise, or move."""
        closed = town.draws.happens("wellbeing_teams: loses the team", town.memory.get(LOST, 0.0), users.rows)
        little = users.need < PERSONAL
        rate = np.where(little, self.ends_little_need.weekly, self.ends_needed.weekly)
        over = town.draws.happens("wellbeing_teams: ends", rate, users.rows)
        return {"moves on": users.setting > max(schemes.AT_HOME), "team closes": closed,
                "no longer needed": over & little, "arranged otherwise": over & ~little}
