"""A council's deal with its people: workers who begin from what people and places can do, and a fund for groups and places to meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import door, schemes
from simulation.evidence.units import Factor, Log, PoundsPerYear, Ratio, Share, Weeks
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

PRACTICE = "asset_based_deal: how far practice has shifted"  # 0 to 1
TRAINING = "asset_based_deal: pounds a week for practice"
SLIGHT = 0.01  # of the whole shift, or of a group: taken as nought, so that it ends


@dataclass(frozen=True, kw_only=True)
class AssetBasedDeal(Addition):
    """Money goes first to workers' training and coaching, and what is left to small grants for groups, by neighbourhood.

    Practice shifts over years: at assessments and reviews workers look at what people, families and places can do, and
    agree on somewhat smaller packages. Grants let groups and places to meet grow over months, and strengthen the
    neighbourhood while they go on; new ties form more easily there. Nobody is a client of it.
    It fails when cuts are called strengths: a little money pays for the training alone, packages shrink, and no group
    comes of it. Families make up the difference as far as they can, and tire. Grants go where people are organised
    already, so the poorest get least unless the money is steered. When the money stops the groups stop, and practice
    goes back as workers leave.
    """

    practice_cost: PoundsPerYear
    lead: Weeks
    smaller: Ratio
    grants: PoundsPerYear
    grant: PoundsPerYear
    growing: Weeks
    places_to_meet: Share
    strength_added: Factor
    favours: Log
    posts_run_on: Weeks

    title: ClassVar[str] = "asset-based deal and community fund"
    counts: ClassVar = "places"
    by_neighbourhood: ClassVar[bool] = True
    sceptic: ClassVar[str] = (
        "The savings told of Wigan were made because its grant was withdrawn, and those who wrote of it say theirs was no "
        "formal evaluation. Smaller packages that families complete are not savings but a charge on daughters. People live "
        "longer there than forecast, but much else in Greater Manchester changed in the same years.")

    def makes_room(self, town: Town) -> None:
        """Money pays for training and coaching first, then for grants: groups grow over months, practice shifts over years."""
        rows, p = schemes.rows_of(self, town), town.providers
        money, shifted = schemes.steady_money(self, town, self.posts_run_on), town.memory.get(PRACTICE, 0.0)
        if not len(rows) or (money <= 0 and shifted <= 0 and not p.built[rows].any()):
            return
        people = town.neighbourhoods.people[p.neighbourhood[rows]].astype(np.float64)
        adults = float(people.sum())
        whole = adults * self.practice_cost / 52
        town.memory[TRAINING] = min(money, whole)
        self._practice(town, town.memory[TRAINING] / whole, shifted)
        self._groups(town, rows, min(money - town.memory[TRAINING], adults * self.grants / 52), people)

    def _practice(self, town: Town, goal: float, shifted: float) -> None:
        """Practice follows training over years, both ways; packages agreed on are smaller as far as it has shifted."""
        now = float(schemes.nearer(shifted, goal, self.lead))
        town.memory[PRACTICE] = now if goal > 0 or now > SLIGHT else 0.0
        town.memory[door.STRENGTHS] = 1.0 - town.memory[PRACTICE] * (1.0 - self.smaller)

    def _groups(self, town: Town, rows: Array, pounds: float, people: Array) -> None:
        """Grants by neighbourhood, more where it is strong; groups grow into them, places to meet and strength with groups."""
        p, here = town.providers, town.neighbourhoods
        where = p.neighbourhood[rows]
        pull = people * np.exp(self.favours * here.strength[where].astype(np.float64))
        p.budget[rows] = pounds * pull / pull.sum()
        before = p.ramp[rows].astype(np.float64) * p.built[rows]
        groups = schemes.grow(town, rows, p.budget[rows].astype(np.float64) * 52 / self.grant, self.growing)
        here.meeting_places[where] += (groups - before) * self.places_to_meet / people * 1000
        here.strength[where] += self.strength_added / 52 * groups * self.grant / (people * self.grants)
        p.room[rows] = p.used[rows] = groups

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        """Pounds a year for each adult of the place."""
        return PoundsPerYear(self.practice_cost + self.grants)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Training, of use as practice shifts; grants, of use as groups grow."""
        training, shifted = town.memory.get(TRAINING, 0.0), town.memory.get(PRACTICE, 0.0)
        yield from schemes.told_apart(self, schemes.PREVENTION, training, 1.0 - shifted, 0.0)
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)
