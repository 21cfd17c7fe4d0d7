"""People ready to leave hospital go home now, with help for some weeks; what they need in the long run is seen there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import door, schemes
from simulation.evidence.lists import HOSPITAL, NEED, REASON
from simulation.evidence.units import Days, Hours, Pounds, Ratio, Share, Weeks, Years
from simulation.service import NO_END, UNSUITABLE, Addition, Lines, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

READY, DISCHARGE = HOSPITAL.index("ready to leave"), REASON.index("discharge")
PERSONAL, HEAVY = NEED.index("one or two personal tasks"), NEED.index("three or more")
DAYS = 7


@dataclass(frozen=True, kw_only=True)
class DischargeToAssess(Addition):
    """A bridging package from care workers starts on the day; the request made in hospital is dropped and made at home.

    Money becomes people helped at a time, over months, as far as care workers can be hired. After some weeks at home
    whoever had asked and is still short of help asks again, by the rules that hold for everybody who leaves hospital;
    of those who had not asked a few do, because somebody was there. Some people with much need who live alone are
    sent to an interim bed in a home instead. It fails by blocked exits: where nobody takes over, people stay on past
    the planned weeks and nobody new can come. It fails by its beds: days there are idle, and who asks from one asks
    like somebody planning ahead, for whom a care home is the likelier answer. Families carry what the package does not.
    Freed hospital places fill. Interim beds are bought beside the homes of the model, so they take no resident's place.
    """

    episode: Pounds
    stays: Weeks
    assessed_after: Weeks
    hours: Hours
    lead: Weeks
    older_age: Years
    leaves_within: Days
    bed_based: Share
    bed_over_fee: Ratio
    bed_idle: Share
    too_little: Share
    comes_to_light: Share
    posts_run_on: Weeks

    title: ClassVar[str] = "discharge to assess"
    counts: ClassVar = "caseload"
    bridges: ClassVar[bool] = True
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "reablement"
    effects: ClassVar[frozenset[str]] = frozenset({"days_left", "bed_days", "stage", "reason", "asked", "long_term"})
    sceptic: ClassVar[str] = (
        "A day in hospital saved is used by the next patient the same day, so the saving is a price, not cash. The "
        "packages are new spending in the first weeks, and families do what they leave out. Where home care cannot "
        "take over, it is a second waiting list; where beds are used, some people never leave them.")

    def suits(self, people: Array, town: Town) -> Array:
        """Older people in hospital, ready to leave, who need help with personal tasks and have no lasting support."""
        r = town.residents
        fits = (r.hospital[people] == READY) & (r.age[people] >= self.older_age) & (r.need[people] >= PERSONAL)
        fits &= (r.setting[people] <= max(schemes.AT_HOME)) & (r.funder[people] == 0) & (r.band[people] == 0)
        return np.where(fits & r.present[people], 0.0, UNSUITABLE)

    def _week(self, town: Town) -> float:
        """Pounds a week for one person helped at home."""
        return float(self.episode / self.stays * town.prices["care_index"])

    def _bed_week(self, town: Town) -> float:
        return float(self.bed_over_fee * town.prices["older_residential"])

    def uses(self, people: Array, hours: Array, town: Town) -> Array:
        """One of those helped at a time; a bed (no hours) takes as many as it costs."""
        return np.where(np.asarray(hours) > 0, 1.0, self._bed_week(town) / self._week(town))

    def makes_room(self, town: Town) -> None:
        """Money becomes people helped at a time over months; what the team can carry follows the care workers there are."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        grown = schemes.grow(town, rows, p.budget[rows] / self._week(town), self.lead)
        p.room[rows] = schemes.whole(grown * schemes.carried(self, town, rows))
        if (p.room[rows] > p.used[rows]).any():
            self._sends_home(town, rows)

    def _sends_home(self, town: Town, rows: Array) -> None:
        """Who waits in hospital for support, then who waits for arrangements, by lot; most go home, some to a bed."""
        r = town.residents
        people = np.flatnonzero(r.hospital == READY)
        people = people[np.isfinite(self.suits(people, town)) & ~schemes.helped_for_now(town, people)]
        asked = (r.stage[people] > 0) & (r.reason[people] == DISCHARGE) & r.long_term[people]
        able = asked | ((r.stage[people] == 0) & (r.days_left[people] > self.leaves_within))
        luck = town.draws.uniforms("discharge_to_assess: is sent home", people)
        order = np.lexsort((luck, ~asked, ~able))[:int(able.sum())]
        people, asked = people[order], asked[order]
        bed = (r.need[people] >= HEAVY) & r.alone[people]
        bed &= town.draws.traits("discharge_to_assess: to a bed", people) < self.bed_based
        home = np.empty(0, dtype=np.int64)
        for some, until in ((asked & ~bed, NO_END), (~asked & ~bed, town.week + int(np.ceil(self.stays)))):
            home = np.append(home, schemes.take_on(self, town, rows, people[some], hours=float(self.hours),
                                                   price=self._week(town), until=until, cause="home"))
        there = schemes.take_on(self, town, rows, people[bed], price=self._bed_week(town), cause="interim bed")
        gone = np.concatenate([home, there])
        door.close(gone, town)
        r.days_left[gone] = np.minimum(r.days_left[gone], self.leaves_within)
        schemes.asks(town, there, "planned")

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """The week's part of an episode at home; a bed at a home's fee and a little over."""
        return np.where(np.asarray(hours) > 0, self._week(town), self._bed_week(town))

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        """Free for these weeks, whatever a person owns."""
        return np.zeros(len(people))

    def costs_a_person(self, prices: Mapping[str, float]) -> Pounds:
        """Pounds an episode at home."""
        return Pounds(self.episode * prices["care_index"])

    def gives(self, users: Users, town: Town) -> Array:
        """At home the hours of the package, in a bed all that is needed, as far as there are workers."""
        agreed = town.placements.hours[users.placements]
        return np.where(agreed > 0, agreed, users.hours_needed) * schemes.carried(self, town, users.providers)

    def helps(self, users: Users, town: Town) -> None:
        """After some weeks at home whoever is still short of help asks; idle days in a bed cost strength as in hospital."""
        pl = town.placements
        bed = pl.hours[users.placements] == 0
        users.bed_days += DAYS * self.bed_idle * (bed & (users.hospital == 0))
        since = pl.since[users.placements]
        short = users.hours_needed - users.hours_family - users.hours_other
        needs_more = (users.need >= PERSONAL) & (short > self.too_little * users.hours_needed)
        luck = town.draws.traits("discharge_to_assess: comes to light", users.rows)
        needs_more &= (pl.until[users.placements] >= NO_END) | (luck < self.comes_to_light)
        now = ~bed & (town.week - since >= self.assessed_after) & (users.asked < since) & (users.hospital == 0)
        schemes.asks(town, users.rows[now & needs_more & (users.funder == 0)], "discharge")

    def line(self, people: Array, town: Town) -> Lines:
        return Lines((self.name,), np.zeros(len(people), dtype=np.int64))

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Each person's week; and the team beyond that while it grows or stands ready. Empty posts cost nothing."""
        yield from placement_costs(self, users, town)
        rows, p = schemes.rows_of(self, town), town.providers
        if p.budget[rows].any():
            ready = float(p.room[rows].sum()) * self._week(town) - float(town.placements.price[users.placements].sum())
            yield from schemes.lump(self.name, self.name, "start_up", float(p.budget[rows] @ (1 - p.ramp[rows])))
            yield from schemes.lump(self.name, self.name, "standing_empty", max(ready, 0.0))

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """Somebody takes over; or the weeks are up. Who still waits for somebody to take over stays on."""
        due = town.week - town.placements.since[users.placements] >= self.stays
        rest = due & (users.stage == 0)
        taken_over = (users.funder > 0) | schemes.helped_for_now(town, users.rows, beside=self)
        unpaid = town.providers.budget[users.providers] <= 0
        return {"moves on": users.setting > max(schemes.AT_HOME), "handed over": taken_over,
                "the team closes": unpaid, "goals met": rest & (users.need < PERSONAL), "planned end": rest}
