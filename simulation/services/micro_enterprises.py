"""Local people set up alone or in pairs to give help at home near where they live: about four people each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import BAND
from simulation.evidence.units import Contacts, Hours, LogOdds, PerYear, Points, PoundsPerHour, PoundsPerYear, Ratio, Share, Weeks
from simulation.service import UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import SELF, Town

GETTING_READY = "micro_enterprises: getting ready"  # enterprises a catalyst works with that do not trade yet
MONTH = 4
DAILY = BAND.index("daily")


@dataclass(frozen=True, kw_only=True)
class MicroEnterprises(Service):
    """A catalyst finds local people who would give help at home as sole traders, and helps them start well.

    Money buys catalysts. Each helps some enterprises start in a year, months after the money; fewer as those who would
    do this kind of work run out, and none while many who have started wait for somebody to help. People pay them with a
    direct payment or their own money, below an agency's price; some with little need hear of one from a neighbour and
    never ask the council. Nobody waits for one: it is an answer where somebody near has hours free, so it reaches
    places where agencies have none. What the person gains is the same face and some
    say. It fails when care workers leave agencies to set up alone, so that fewer hours are gained than are begun; when
    a sole trader is ill or away and nobody stands in; when one stops and the people helped must ask again; and when
    need outgrows what one person can do.
    """

    cost: PoundsPerYear
    starts: PerYear
    could: Share
    lead: Weeks
    stops: PerYear
    hours_each: Hours
    most_hours: Hours
    most_idle: Share
    crowd_out: Share
    away: Share
    eligible: Share
    word_of_mouth: PerYear
    light_hours: Hours
    appeal: LogOdds
    control_pull: LogOdds
    price_ratio: Ratio
    home_care_pay_share: Share
    drop_out: PerYear
    company: Contacts
    control: Points
    continuity: Points
    posts_run_on: Weeks

    title: ClassVar[str] = "community micro-enterprises"
    counts: ClassVar = "hours"
    effects: ClassVar[frozenset[str]] = frozenset({"company", "control", "continuity"})
    sceptic: ClassVar[str] = (
        "One county's thousand enterprises are the far tail: a later programme with two catalysts saw 26 in two years, "
        "and four in five of the people it helped paid for themselves. Part of what is cheaper is pension, travel pay, "
        "sick pay and supervision that nobody pays any more, and part of the hours are an agency's hours under another "
        "name. What is known of outcomes is 27 organisations and 143 interviews.")

    def suits(self, people: Array, town: Town) -> Array:
        """People at home with low or moderate need who would have a sole trader, where one has enough hours free."""
        r, p, rows = town.residents, town.providers, schemes.rows_of(self, town)
        free = float((p.room[rows] - p.used[rows]).max(initial=0.0))
        if free < 1:
            return np.full(len(people), UNSUITABLE)
        would = town.draws.traits("micro_enterprises: would have one", people) < self.eligible
        fits = would & (r.setting[people] <= max(schemes.AT_HOME)) & ((r.need[people] > 0) | (r.band[people] > 0))
        fits &= (r.hours_wanted[people] <= min(float(self.most_hours), free)) & (r.band[people] <= DAILY)
        return np.where(fits, self.appeal + self.control_pull * (r.wants_control[people] - 0.5), UNSUITABLE)

    # Room -----------------------------------------------------------------------------------------------------------
    def makes_room(self, town: Town) -> None:
        """Catalysts help enterprises start, months after the money; each that trades has so many hours a week to give."""
        rows, p, m = schemes.rows_of(self, town), town.providers, town.memory
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any() and not m.get(GETTING_READY)):
            return
        row, catalysts = rows[0], money * 52 / self.cost
        trading = float(p.built[row]) / self.hours_each
        held = m.get(GETTING_READY, 0.0)
        begin = held - float(schemes.nearer(held, 0.0, self.lead))
        coming = catalysts * self.starts / 52 * self._scope(town, trading + held, catalysts)
        m[GETTING_READY] = held - begin + coming if held + coming > schemes.TINY else 0.0
        trading = trading * (1 - self.stops.weekly) + begin
        p.built[row] = p.room[row] = trading * self.hours_each
        p.ramp[row] = min(trading * self.stops / max(catalysts * self.starts, schemes.TINY), 1.0)
        p.budget[row] = money
        schemes.work_for_themselves(self, town, self.crowd_out * float(p.built[row]))
        if town.week % MONTH == 0 and p.room[row] - p.used[row] >= self.light_hours:
            self._heard_of(town, rows)

    def _heard_of(self, town: Town, rows: Array) -> None:
        """People whose needs go partly unmet hear of one this month and pay for a few hours out of their own money."""
        r = town.residents
        people = np.flatnonzero((r.need > 0) & (r.unmet > 0) & (r.stage == 0) & (r.funder == 0) & r.present & (r.hospital == 0))
        people = people[(r.need[people] == 1) | town.means.pays_own_way(r.savings[people])]
        chance = 1.0 - np.exp(-self.word_of_mouth * MONTH / 52)
        people = people[town.draws.happens("micro_enterprises: hears of one", chance, people)]
        people = people[np.isfinite(self.suits(people, town))]
        hours = np.minimum(self.light_hours, r.hours_needed[people])
        schemes.take_on(self, town, rows, people, hours=hours, funder=SELF, cause="word of mouth",
                        price=0.0)  # what comes is priced as it comes

    def _scope(self, town: Town, enterprises: float, catalysts: float) -> float:
        """How far it makes sense to look for more, 0 to 1: fewer are left who would, or many have nobody to help yet."""
        rows, p = schemes.rows_of(self, town), town.providers
        built, used = float(p.built[rows].sum()), float(p.used[rows].sum())
        may_idle = max(self.most_idle * built, catalysts * self.starts * self.lead / 52 * self.hours_each)
        left = 1.0 - enterprises / max(self.could * float(town.neighbourhoods.people.sum()), 1.0)
        return max(left, 0.0) * max(1.0 - max(built - used, 0.0) / max(may_idle, schemes.TINY), 0.0)

    # Terms ----------------------------------------------------------------------------------------------------------
    def _hour(self, town: Town, hour: str) -> float:
        """Pounds an hour: below an agency's, and dearer with it as care work grows dearer."""
        return town.prices[hour] * self.price_ratio * (
            1.0 + self.home_care_pay_share * town.memory.get("price premium", 0.0))

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        return np.asarray(hours * self._hour(town, "home_care_hour"))

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        return np.asarray(hours * self._hour(town, "own_home_care_hour"))

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerHour:
        """An hour's price, and the catalyst's part of it when all that one can keep going are fully used."""
        catalyst = self.cost / 52 / (self.starts / self.stops * self.hours_each)
        return PoundsPerHour(prices["home_care_hour"] * self.price_ratio + catalyst)

    # While supported ------------------------------------------------------------------------------------------------
    def gives(self, users: Users, town: Town) -> Array:
        """The hours agreed, unless the one person who comes is ill or away: nobody stands in."""
        p = town.providers
        here = ~town.draws.happens("micro_enterprises: ill or away", self.away, users.rows)
        carried = np.minimum(p.room[users.providers] / np.maximum(p.used[users.providers], 1.0), 1.0)
        return np.asarray(town.placements.hours[users.placements] * carried * here)

    def helps(self, users: Users, town: Town) -> None:
        """The same face each time, some company and some say; what did not come is not paid for."""
        pl, rows = town.placements, users.placements
        hours = pl.given[rows].astype(np.float64)
        own = pl.funder[rows] == SELF
        pl.price[rows] = np.where(own, self.own_price(users.rows, hours, town), self.price(users.rows, hours, town))
        came = hours > 0
        users.company = np.maximum(users.company, self.company * came)
        users.continuity = np.maximum(users.continuity, self.continuity * came)
        users.control += self.control

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Each person's hours; and the catalysts, from the day the money comes."""
        yield from placement_costs(self, users, town)
        yield from schemes.scheme_costs(self, town, self.name)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """A sole trader stops; need outgrows one person; people get better, or arrange their lives otherwise."""
        stopped = town.draws.happens("micro_enterprises: sole trader stops", self.stops.weekly, users.rows)
        leaves = town.draws.happens("micro_enterprises: stops having one", self.drop_out.weekly, users.rows)
        outgrown = town.placements.hours[users.placements] > self.most_hours
        return {"moves on": users.setting > max(schemes.AT_HOME), "sole trader stops": stopped,
                "need outgrown": outgrown, "no longer needed": (users.need == 0) & (users.band == 0),
                "arranged otherwise": leaves}
