"""Alarms and sensors at home: somebody answers when a person falls or calls, and a family can sleep or go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.units import Hours, PerYear, Points, Pounds, PoundsPerYear, Share, Weeks, Years
from simulation.service import UNSUITABLE, Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

YEAR, MONTH = 52, 4
CALLS = "technology_enabled_care: call-outs"  # answered this week


@dataclass(frozen=True, kw_only=True)
class TechnologyEnabledCare(Addition):
    """Installers fit alarms and sensors, a centre answers day and night, and a responder goes out when it must.

    Money becomes homes with equipment over months; who has fallen lately is asked first. Every bad fall and many a
    worry is answered, people feel safer, and a carer is a little reassured. It fails by what it does not do: two large
    trials found no fewer stays in hospital and no later move to a care home, and none is put in here. More alarms are
    more call-outs, each paid for beside the equipment, and some who are called on turn out to need support. What a
    quicker answer spares a person lying on the floor is counted as answers, not turned into health.
    """

    package: PoundsPerYear
    lead: Weeks
    older_age: Years
    wants_it: Share
    call_outs: PerYear
    call_out: Pounds
    asks_after: Share
    feels_safe: Points
    reassures: Hours
    drop_out: PerYear
    posts_run_on: Weeks

    title: ClassVar[str] = "technology-enabled care"
    counts: ClassVar = "places"
    effects: ClassVar[frozenset[str]] = frozenset({"control", "break_hours", "stage", "reason", "asked", "long_term"})
    sceptic: ClassVar[str] = (
        "The largest trial of telecare found no fewer admissions and a cost of about 297,000 pounds for a year of "
        "healthy life; a trial in dementia found no more time at home. Both arms had ordinary pendants, so cheap alarms "
        "may still be worth their price. Savings must not be bought with sensors on paper.")

    def suits(self, people: Array, town: Town) -> Array:
        """Older people at home who need help, have dementia or have fallen, and would have it in the house."""
        r = town.residents
        fits = (r.age[people] >= self.older_age) & ((r.need[people] > 0) | r.dementia[people] | (r.falls[people] > 0))
        fits &= (r.setting[people] <= max(schemes.AT_HOME)) & r.present[people]
        fits &= town.draws.traits("technology_enabled_care: wants it", people) < self.wants_it
        return np.where(fits, 0.0, UNSUITABLE)

    def makes_room(self, town: Town) -> None:
        """Money becomes homes with equipment and a centre that answers, as installers and buying allow."""
        town.memory.pop(CALLS, None)
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        p.room[rows] = schemes.whole(schemes.grow(town, rows, p.budget[rows] * YEAR / self.package, self.lead))
        if town.week % MONTH == 0 and (p.room[rows] > p.used[rows]).any():
            self._install(town, rows)

    def _install(self, town: Town, rows: Array) -> None:
        """Whoever has fallen lately is asked first, the others by lot."""
        r = town.residents
        people = np.flatnonzero((r.age >= self.older_age) & (r.hospital == 0))
        people = schemes.has_not(self, town, people[np.isfinite(self.suits(people, town))])
        luck = town.draws.uniforms("technology_enabled_care: is asked", people)
        order = np.lexsort((luck, -r.falls[people]))
        schemes.take_on(self, town, rows, people[order], funder=0, cause="installed")

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        """Equipment and the centre, with the call-outs."""
        return PoundsPerYear(self.package + self.call_outs * self.call_out)

    def helps(self, users: Users, town: Town) -> None:
        """A feeling of safety, some rest for the carer; every call is answered, and some calls show what is lacking."""
        home = users.hospital == 0
        users.control += self.feels_safe * home
        carers = users.carer[home & (users.carer >= 0)]
        np.add.at(town.residents.break_hours, carers, np.float32(self.reassures))
        calls = town.draws.happens("technology_enabled_care: calls", self.call_outs.weekly, users.rows)
        calls = home & (calls | town.tables["fell"][users.rows])
        town.memory[CALLS] = float(np.count_nonzero(calls))
        town.events.note("alarm answered", users.rows[calls], service=self.name)
        lacks = town.draws.happens("technology_enabled_care: need comes to light", float(self.asks_after), users.rows)
        lacks &= calls & (users.funder == 0) & (users.need > 0)
        schemes.asks(town, users.rows[lacks], "planned")

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Equipment and the centre, from the day the money comes; and each call-out on top, since calls are not rationed."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)
        yield from schemes.lump(self.name, schemes.PREVENTION, "overhead", town.memory.get(CALLS, 0.0) * self.call_out)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """People move to a home where others answer; some have it taken out; without money it is."""
        stops = town.draws.happens("technology_enabled_care: has it taken out", self.drop_out.weekly, users.rows)
        unpaid = town.providers.budget[users.providers] <= 0
        return {"moves on": users.setting > max(schemes.AT_HOME), "scheme ends": unpaid, "stops coming": stops}
