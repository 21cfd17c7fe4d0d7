"""The town as a plain Mesa model of objects, `agents.do` twice a week: first who dies, then everything else.

Two passes, since a death changes how somebody else lives. What is left out of the week here is left out of the columns
and of the kernels beside it too.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, Literal

import mesa

from benchmarks.given import EVERY, Given, bounds, season
from benchmarks.person import BANDS, Person
from simulation import rules
from simulation.draws import Draws, _uniform_plain
from simulation.evidence.lists import GROUP
from simulation.week import hospital, needing
from simulation.world.town import Town

PURPOSES = {  # the engine's names for each kind of luck, so that the same person meets the same luck
    "death": "dying: deaths", "move": "needing: moves", "where": "needing: where to",
    "ups": "needing: ups and downs", "fall": "falling: falls", "hurt": "falling: serious", "asks": "falling: asks",
    "ae": "hospital: comes to A&E", "admitted": "hospital: is admitted", "length": "hospital: length of stay",
    "day": "hospital: day of coming", "support": "hospital: needs new support",
    "arranging": "hospital: takes arranging", "home_first": "hospital: home first",
    "days": "hospital: days of arranging", "going": "hospital: day of going", "without": "hospital: goes without",
}
PURPOSES |= {short: f"needing: bands of {GROUP[group]}" for group, short in BANDS.items()}
COLUMNS = ("age", "sex", "fifth", "need", "dementia", "worsened", "frailty", "acute", "limiting", "group", "band",
           "recovering", "bed_days", "falls", "needs_entry", "alone", "company", "loneliness", "lonely", "outlook",
           "unmet", "spread", "hours_needed", "setting", "funder", "supports", "stage", "reason", "asked", "long_term",
           "hospital", "days_left", "delayed_days", "stay_days", "discharged", "arrives", "left", "care_hours")


class ObjectTown(mesa.Model):
    """The town of objects. `luck` is addressed, so that lives equal the engine's, or Mesa's own stream, which is quicker."""

    def __init__(self, town: Town, g: Given, luck: Literal["addressed", "stream"] = "stream"):
        super().__init__(rng=town.draws.seed)
        self.week, self.counts = town.week, Counter()
        self._draws, self._keys = Draws(town.draws.seed, town.draws.replication), {}
        stream = self.random.random
        self.luck = self._addressed if luck == "addressed" else lambda purpose, row: stream()
        self._learn(g)
        self.people = _people(self, town)

    def _addressed(self, purpose: str, row: int) -> float:
        return _uniform_plain(self._keys[purpose], row)

    def trait(self, purpose: str, row: int) -> float:
        """Something that stays with a person for life."""
        return _uniform_plain(self._draws.trait(purpose), row)

    def note(self, kind: str) -> None:
        """Something happened to somebody."""
        self.counts[kind] += 1

    def step(self) -> None:
        """One week for everybody."""
        self.month, self.quarter = self.week % EVERY["loneliness"] == 0, self.week % needing.QUARTER == 0
        self.round = self.week % needing.ROUNDS
        self._draws.begin(self.week)
        self._keys = {short: int(self._draws.key(purpose)) for short, purpose in PURPOSES.items()}
        busy = season(self.given.hospital, self.week) / rules.WEEKS
        self.ae_now, self.stays_now = [x * busy for x in self.care.ae], [x * busy for x in self.care.stays]
        self.agents.do("grow_older_or_die")
        self.agents.do("step")
        self.week += 1

    def _learn(self, g: Given) -> None:
        """What is believed, as plain numbers and lists."""
        self.given, b, f = g, g.hospital.believed, g.falling
        self.rates, self.deaths, self.falls, self.pulls, self.care = map(
            _lists, (g.rates, g.deaths, g.falls, g.pulls, g.hospital))
        self.condition = _lists(g.condition)._replace(band_shares=tuple(s.tolist() for s in g.condition.band_shares))
        self.bound_dying, self.bound_dying_well, self.bound_moves, self.bound_well, self.bound_falls = bounds(g)
        self.oldest = len(self.deaths.base[0][0]) - 1
        self.serious, self.asks_after_fall = float(f["serious"]), float(f["asks_after_fall"])
        self.stay_edges, self.length = hospital.STAY_EDGES.tolist(), b["length"].tolist()
        self.delayed, self.new_support = b["delayed"].tolist(), b["new_support"].tolist()
        self.shape, self.arranging = float(b["length_shape"]), float(b["arranging"])
        self.same_day, self.fall_overnight = float(b["same_day"]), float(b["fall_overnight"])
        self.delayed_working_age, self.delayed_resident = float(b["delayed_working_age"]), float(b["delayed_resident"])
        self.new_working_age, self.home_first = float(b["new_support_working_age"]), float(b["home_first"])
        self.gives_up = 1.0 - math.exp(-1.0 / b["patience"])


def _lists(told: Any) -> Any:
    """The same tables as lists: one number is looked up at a time."""
    return told._replace(**{k: v.tolist() for k, v in told._asdict().items() if hasattr(v, "tolist")})


def _people(model: ObjectTown, town: Town) -> dict[int, Person]:
    """Everybody who lives here now, with references to partners, family, carers and friends."""
    r = town.residents
    rows = [int(i) for i in r.present.nonzero()[0]]
    columns = {name: r.arrays[name].tolist() for name in COLUMNS}
    people = {i: Person(model, i, {name: c[i] for name, c in columns.items()}) for i in rows}
    links = {name: r.arrays[name].tolist() for name in ("partner", "carer", "second_carer", "cares_for")}
    kin, friends, strength = r.kin.tolist(), r.friends.tolist(), r.tie_strength.tolist()
    gone = {j: _gone(int(r.left[j])) for i in rows if (j := friends[i][-1]) >= 0 and j not in people}
    for i, person in people.items():
        for name, link in links.items():
            setattr(person, name, people.get(link[i]))
        person.kin = [people[j] for j in kin[i] if j in people]
        person.friends = [(people.get(j), s)
                          for j, s in zip(friends[i][:-1], strength[i][:-1], strict=True) if j >= 0]
        last = friends[i][-1]
        person.last_partner = people.get(last) or gone.get(last)
    return people


def _gone(left: int) -> Any:
    """Somebody who has died or left, of whom only that is still known."""
    person = object.__new__(Person)
    person.present, person.left = False, left
    return person
