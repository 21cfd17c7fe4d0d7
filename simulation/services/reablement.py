"""Up to six weeks of help to do things for oneself again, at the moment of need and free of charge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import door, schemes
from simulation.evidence.lists import HOSPITAL, REASON
from simulation.evidence.units import Hours, LogOdds, Ratio, Share, Weeks, Years
from simulation.service import UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

DISCHARGE, READY = REASON.index("discharge"), HOSPITAL.index("ready to leave")


@dataclass(frozen=True, kw_only=True)
class Reablement(Service):
    """A team of trained workers: quicker recovery for some; silts up when nobody can take over."""

    episode: Weeks
    hours: Hours
    recovery: Ratio
    lead: Weeks
    eligible: Share
    eligible_with_dementia: Share
    older_age: Years
    appeal: LogOdds
    posts_run_on: Weeks

    title: ClassVar[str] = "Reablement"
    counts: ClassVar = "caseload"
    long_term: ClassVar[bool] = False
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    role: ClassVar[str] = "reablement"
    effects: ClassVar[frozenset[str]] = frozenset({"recovering", "stage", "reason", "asked", "long_term"})

    def suits(self, people: Array, town: Town) -> Array:
        """Older people with personal-care needs who live at home and could gain: not all, and fewer with dementia."""
        r = town.residents
        could = np.where(r.dementia[people], self.eligible_with_dementia, self.eligible)
        fits = (r.age[people] >= self.older_age) & (r.need[people] > 0) & (r.setting[people] <= max(schemes.AT_HOME))
        fits &= (r.band[people] == 0) & (r.funder[people] == 0)
        gains = town.draws.traits("reablement: could gain", people) < could
        return np.where(fits & gains, float(self.appeal), UNSUITABLE)

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
        self._from_hospital(town, rows)

    def _from_hospital(self, town: Town, rows: Array) -> None:
        """The team takes people straight from hospital: first those who wait there for support, then by lot."""
        r, p = town.residents, town.providers
        places = np.repeat(rows, np.maximum(np.floor(p.room[rows] - p.used[rows]), 0).astype(np.int64))
        if not len(places):
            return
        asked = (r.stage > 0) & (r.reason == DISCHARGE) & r.long_term
        people = np.flatnonzero(((r.hospital == READY) & asked) | ((r.discharged == town.week - 1) & (r.hospital == 0)))
        people = people[r.present[people] & ((r.stage[people] == 0) | asked[people])]
        people = people[np.isfinite(self.suits(people, town)) & ~self._here(people, town)]
        order = np.lexsort((town.draws.uniforms("reablement: is taken on", people), ~asked[people],
                            r.hospital[people] != READY))
        people = people[order][:len(places)]
        places = places[:len(people)]
        town.begin(town.service(self.name), people, places, hours=float(self.hours), price=self._week(town),
                   cause="discharge")
        door.close(people, town)
        np.add.at(p.used, places, 1)

    def _here(self, people: Array, town: Town) -> Array:
        return np.asarray((town.residents.supports[people] & np.uint32(1 << town.service(self.name))) != 0)

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """The week's part of an episode."""
        return np.full(len(people), self._week(town))

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        """Free by law for up to six weeks, whatever a person owns."""
        return np.zeros(len(people))

    def gives(self, users: Users, town: Town) -> Array:
        """Contact hours agreed, or the usual number, as far as there are workers."""
        agreed = town.placements.hours[users.placements]
        return np.where(agreed > 0, agreed, float(self.hours)) * schemes.carried(self, town, users.providers)

    def _due(self, users: Users, town: Town) -> Array:
        planned = town.placements.since[users.placements] + int(np.ceil(self.episode))
        return np.asarray(np.minimum(planned, town.placements.until[users.placements]))

    def helps(self, users: Users, town: Town) -> None:
        """Recovery is quicker while the team is there; whoever still needs help at the end asks for it in time."""
        there = (users.hospital == 0) & (town.providers.staffing[users.providers] > 0)
        users.recovering = np.maximum(users.recovering, self.recovery * there)
        due = self._due(users, town)
        asking = (due <= town.week) & (users.need > 1) & (users.funder == 0) & (users.asked < due)
        schemes.asks(town, users.rows[asking], "support ended")

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Each person's week; and what the team costs beyond that while it grows or stands ready."""
        yield from placement_costs(self, users, town)
        rows, p = schemes.rows_of(self, town), town.providers
        beyond = max(float(p.budget[rows].sum()) - float(town.placements.price[users.placements].sum()), 0.0)
        if beyond > 0:
            not_grown = float(p.budget[rows] @ (1 - p.ramp[rows]))
            yield from schemes.lump(self.name, self.name, "start_up", min(not_grown, beyond))
            yield from schemes.lump(self.name, self.name, "standing_empty", max(beyond - not_grown, 0.0))

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """At the planned end: able again, or handed over, or told no; people who wait for a package stay on."""
        due = self._due(users, town) <= town.week
        able, taken_over, waits = users.need < 2, users.funder > 0, users.stage > 0
        moved = users.setting > max(schemes.AT_HOME)
        return {"moves on": moved, "goals met": due & able, "handed over": due & ~able & taken_over,
                "planned end": due & ~able & ~taken_over & ~waits}
