"""Up to six weeks of help to do things for oneself again, at the moment of need and free of charge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import door, schemes
from simulation.draws import uniforms_for
from simulation.evidence.lists import HOSPITAL, REASON
from simulation.evidence.units import Hours, LogOdds, Pounds, Ratio, Share, Weeks, Years
from simulation.service import NO_END, UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

DISCHARGE, READY = REASON.index("discharge"), HOSPITAL.index("ready to leave")


@dataclass(frozen=True, kw_only=True)
class Reablement(Service):
    """A team of trained workers: quicker recovery for some; silts up when nobody can take over.

    Money becomes a team over months, as far as there are workers. It takes older people in a crisis or from a hospital
    bed, free of charge for up to six weeks, and those who could gain recover sooner; many would have recovered anyway.
    Whoever would have needed lasting support without it, and still does at the end, asks for that; so do a few
    of the others, whose needs come to light because somebody was there. It fails when home care has no hours to hand
    over to: people stay on, and the places are not there for the next. Many would have got by without any support, so
    its results look better than what it adds, and each of them costs as much.
    """

    episode: Weeks
    hours: Hours
    recovery: Ratio
    lead: Weeks
    eligible: Share
    eligible_with_dementia: Share
    older_age: Years
    favours_lasting: LogOdds
    comes_to_light: Share
    too_little: Share
    posts_run_on: Weeks

    title: ClassVar[str] = "reablement"
    bridges: ClassVar[bool] = True
    counts: ClassVar = "caseload"
    long_term: ClassVar[bool] = False
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "reablement"
    effects: ClassVar[frozenset[str]] = frozenset({"recovering", "stage", "reason", "asked", "long_term"})
    sceptic: ClassVar[str] = (
        "Help cost sixty per cent less afterwards, and in the first year the team cost nearly all of that. The trials are "
        "few and their certainty very low; perhaps half of the recovery would have come by itself. It is worth having for "
        "those it helps, and a poor promise of cash.")

    def suits(self, people: Array, town: Town) -> Array:
        """Older people with needs at home who could gain: not all, fewer with dementia, rather those whose need will last."""
        r = town.residents
        could = np.where(r.dementia[people], self.eligible_with_dementia, self.eligible)
        fits = (r.age[people] >= self.older_age) & (r.need[people] > 0) & (r.setting[people] <= max(schemes.AT_HOME))
        fits &= (r.band[people] == 0) & (r.funder[people] == 0)
        fits &= (r.supports[people] & np.uint32(1 << town.service(self.name))) == 0  # nobody is in it twice
        gains = town.draws.traits("reablement: could gain", people) < could
        lasting = self.favours_lasting * door.outlasts(people, town)
        return np.where(fits & gains, lasting, UNSUITABLE)

    def _week(self, town: Town) -> float:
        """Pounds a week for one person's place in the team."""
        return town.prices["reablement_episode"] / float(self.episode)

    def makes_room(self, town: Town) -> None:
        """Money becomes a team over months; what it can carry follows the workers there are."""
        rows, p = schemes.rows_of(self, town), town.providers
        if not len(rows):
            return
        built = p.built[rows].astype(np.float64)
        part = built / built.sum() if built.sum() > 0 else np.full(len(rows), 1.0 / len(rows))
        if self.name in town.commissioner.funding or f"{self.name}.money" in town.memory:
            p.budget[rows] = schemes.steady_money(self, town, self.posts_run_on) * part
            grown = schemes.grow(town, rows, p.budget[rows] / self._week(town), self.lead)
        else:  # nothing decided yet: the team stays as it is
            p.budget[rows], grown = 0.0, built
        p.room[rows] = schemes.whole(grown * schemes.carried(self, town, rows))
        users = Users(town, town.service(self.name))
        leaving = np.logical_or.reduce(list(self.ends(users, town).values()))
        p.used[:] -= np.bincount(users.providers[leaving], minlength=len(p))  # somebody else can come at once
        self._from_hospital(town, rows)

    def _from_hospital(self, town: Town, rows: Array) -> None:
        """The team takes people straight from hospital who asked there for support: rather those whose need will last."""
        r, p = town.residents, town.providers
        free = p.room - p.used
        places = np.repeat(rows, np.maximum(np.floor(free[rows]), 0).astype(np.int64))
        if not len(places):
            return
        asked = r.present & (r.stage > 0) & (r.reason == DISCHARGE) & r.long_term & (r.funder == 0)
        people = np.flatnonzero(asked & ((r.hospital == READY) | (r.discharged == town.week - 1)))
        people = people[~schemes.helped_for_now(town, people)]
        worth = self.suits(people, town) + town.draws.gumbel("reablement: is taken on", people)
        people = people[np.argsort(-worth, kind="stable")][:min(len(places), int(np.isfinite(worth).sum()))]
        places = places[:len(people)]
        town.begin(town.service(self.name), people, places, hours=float(self.hours), price=self._week(town),
                   until=self.planned_end(people, town), cause="discharge")
        door.close(people, town)
        np.add.at(p.used, places, 1)

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """The week's part of an episode."""
        return np.full(len(people), self._week(town))

    def costs_a_person(self, prices: Mapping[str, float]) -> Pounds:
        """Pounds an episode."""
        return Pounds(prices["reablement_episode"])

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        """Free by law for up to six weeks, whatever a person owns."""
        return np.zeros(len(people))

    def gives(self, users: Users, town: Town) -> Array:
        """Contact hours agreed, or the usual number, as far as there are workers."""
        agreed = town.placements.hours[users.placements]
        return np.where(agreed > 0, agreed, float(self.hours)) * schemes.carried(self, town, users.providers)

    def planned_end(self, people: Array, town: Town) -> Array:
        """The end of the weeks planned; whose need will last has no end before somebody takes over."""
        lasting = door.urgent(people, town) & door.outlasts(people, town)
        return np.where(lasting, NO_END, town.week + int(np.ceil(self.episode)))

    def _due(self, users: Users, town: Town) -> Array:
        return np.asarray(town.placements.since[users.placements] + int(np.ceil(self.episode)))

    def helps(self, users: Users, town: Town) -> None:
        """Recovery is quicker while the team is there; whoever still needs help at the end asks for it in time."""
        there = (users.hospital == 0) & (town.providers.staffing[users.providers] > 0)
        users.recovering = np.maximum(users.recovering, self.recovery * there)
        schemes.asks(town, users.rows[self._is_to_ask(users, town)], "support ended")

    def _is_to_ask(self, users: Users, town: Town) -> Array:
        """Who asks once their weeks are over: of those still short of help all whose need lasts, and some of the others.

        The others had got by, or would have; what nobody knew of comes to light because somebody came every day.
        """
        due = self._due(users, town)
        short = users.hours_needed - users.hours_family - users.hours_other
        needs_more = (users.need > 1) & (short > self.too_little * users.hours_needed)
        luck = uniforms_for(town.draws.trait("reablement: comes to light"), door.one_request(users.rows, town))
        asks = (town.placements.until[users.placements] >= NO_END) | (luck < self.comes_to_light)
        return np.asarray((due <= town.week) & needs_more & asks & (users.funder == 0) & (users.asked < due))

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Each person's week; and the team beyond that while it grows or stands ready. Empty posts cost nothing."""
        yield from placement_costs(self, users, town)
        rows, p = schemes.rows_of(self, town), town.providers
        if p.budget[rows].any():
            ready = float(p.room[rows].sum()) * self._week(town) - float(town.placements.price[users.placements].sum())
            yield from schemes.lump(self.name, self.name, "start_up", float(p.budget[rows] @ (1 - p.ramp[rows])))
            yield from schemes.lump(self.name, self.name, "standing_empty", max(ready, 0.0))

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """At the planned end: able again, or handed over, or told no; people who wait for a package stay on."""
        due = self._due(users, town) <= town.week
        able, taken_over = users.need < 2, users.funder > 0
        waits = (users.stage > 0) | self._is_to_ask(users, town)
        moved = users.setting > max(schemes.AT_HOME)
        return {"moves on": moved, "handed over": due & taken_over, "goals met": due & able & ~waits,
                "planned end": due & ~able & ~taken_over & ~waits}
