"""An older householder and somebody who needs a room live together; ten hours a week of help come with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.units import (
    Contacts,
    Hours,
    LogOdds,
    People,
    PerYear,
    PoundsPerWeek,
    PoundsPerYear,
    Ratio,
    Share,
    Weeks,
    Years,
)
from simulation.service import UNSUITABLE, Addition, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import SELF, Town

OWN_HOME = schemes.AT_HOME[0]
MONTH = 4  # householders are matched once in so many weeks


@dataclass(frozen=True, kw_only=True)
class Homeshare(Addition):
    """A sharer has a room and gives ten hours a week of help and company in the evenings; no personal care.

    Money buys matching workers, each of whom can keep a few matches going. Householders are what lacks: older people who
    live alone in a home they own, need a little help at most, and would share it. They pay a fee themselves.
    It fails by too few householders, fewest away from dear cities, while the workers are paid. And the match ends just
    when need rises beyond a little help: the sharer goes, and help and company go on the same day.
    """

    cost: PoundsPerYear
    matches_a_worker: People
    lead: Weeks
    older_age: Years
    willing: Share
    outside_london: Ratio
    come_forward: PerYear
    match_ends: PerYear
    householder_fee: PoundsPerWeek
    hours: Hours
    company: Contacts
    appeal: LogOdds
    posts_run_on: Weeks

    title: ClassVar[str] = "Homeshare"
    counts: ClassVar = "places"
    effects: ClassVar[frozenset[str]] = frozenset({"hours_other", "company"})
    sceptic: ClassVar[str] = (
        "Two million pounds bought eight small services. At five or six matches a worker the subsidy is worth more than ten "
        "hours of housework, which councils were not paying for anyway. What is told of loneliness are stories.")

    def suits(self, people: Array, town: Town) -> Array:
        """Older people who live alone in a home they own, need at most a little help, and would share it."""
        r = town.residents
        fits = (r.age[people] >= self.older_age) & r.alone[people] & r.owns_home[people] & (r.need[people] <= 1)
        fits &= (r.setting[people] == OWN_HOME) & r.present[people] & (r.hospital[people] == 0)
        would = town.draws.traits("homeshare: would share a home", people) < self.willing * self.outside_london
        return np.where(fits & would, float(self.appeal), UNSUITABLE)

    def makes_room(self, town: Town) -> None:
        """Money buys matching workers; each can look after a few matches; householders come forward by themselves."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        grown = schemes.grow(town, rows, p.budget[rows] * 52 / self.cost * self.matches_a_worker, self.lead)
        p.room[rows] = schemes.whole(grown)
        if town.week % MONTH == 0:
            self._match(town, rows)

    def _match(self, town: Town, rows: Array) -> None:
        """Householders who came forward this month are matched while workers have time: sharers are not what lacks."""
        p, r = town.providers, town.residents
        free = p.room[rows] - p.used[rows]
        if not (free >= 1).any():
            return
        likely = np.flatnonzero(r.alone & r.owns_home & (r.need <= 1) & (r.age >= self.older_age))
        chance = 1.0 - np.exp(-self.come_forward * MONTH / 52)
        coming = likely[town.draws.happens("homeshare: comes forward", chance, likely)]
        known = (r.supports[coming] & np.uint32(1 << town.service(self.name))) != 0
        coming = coming[~known & np.isfinite(self.suits(coming, town))]
        places = np.repeat(rows, np.maximum(np.floor(free), 0).astype(np.int64))[:len(coming)]
        coming = coming[:len(places)]
        town.begin(town.service(self.name), coming, places, funder=SELF, price=float(self.householder_fee),
                   cause="match")
        np.add.at(p.used, places, 1)

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        """The householder's fee to the scheme."""
        return np.full(len(people), float(self.householder_fee))

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        return PoundsPerYear(self.cost / self.matches_a_worker)

    def helps(self, users: Users, town: Town) -> None:
        """The sharer's hours, up to the need there is, and somebody at home most evenings."""
        there = users.hospital == 0
        users.hours_other += np.minimum(self.hours, users.hours_needed) * there
        users.company = np.maximum(users.company, self.company * there)

    def afterwards(self, people: Array, town: Town) -> None:
        """The sharer's company goes with the sharer."""
        schemes.loses_company(town, people, self.company)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Householders' fees, and the matching workers."""
        yield from placement_costs(self, users, town)
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """Need rises beyond a little help; the person moves or no longer lives alone; the match runs its course."""
        over = town.draws.happens("homeshare: match ends", self.match_ends.weekly, users.rows)
        unpaid = town.providers.budget[users.providers] <= 0
        moved = (users.setting != OWN_HOME) | ~users.alone
        return {"need outgrown": users.need > 1, "moves on": moved, "scheme ends": unpaid, "match ends": over}
