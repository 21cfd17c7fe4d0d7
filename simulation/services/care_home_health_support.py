"""Regular rounds by a practice and nurses in care homes, so that fewer residents go to hospital in an emergency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.units import PoundsPerWeek, Ratio, Weeks
from simulation.service import Addition, Users
from simulation.world.ledger import Payment
from simulation.world.town import Town

RATIO = "care home emergency ratio"  # what hospital multiplies residents' emergency admissions by


@dataclass(frozen=True, kw_only=True)
class CareHomeHealthSupport(Addition):
    """Covers residents as its money grows into teams; a direct ratio, since matched studies measured one.

    A practice and nurses look in on every resident regularly; homes are taken on one after another. Emergency stays of
    covered residents fall by what matched studies found; nothing else here rests on a measured outcome.
    It fails by covering few: until homes are taken on, money goes to teams and nobody goes to hospital less. There are
    only so many residents, and money beyond them does nothing.
    """

    cost: PoundsPerWeek
    lead: Weeks
    emergency: Ratio
    posts_run_on: Weeks

    title: ClassVar[str] = "health support in care homes"
    counts: ClassVar = "places"
    sceptic: ClassVar[str] = (
        "It has better evidence than most community models, from two matched studies of places that volunteered. In the "
        "programme they were part of, bed days did not fall. Beds it frees are filled the same day, so it is care, not cash.")

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        return self.cost

    def makes_room(self, town: Town) -> None:
        """Money becomes residents covered, homes taken on one after another."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            town.memory.setdefault(RATIO, 1.0)
            return
        residents = float(np.count_nonzero(town.in_care_home()))
        part = 1.0 / len(rows)
        goal = min(money / self.cost, residents) * part
        grown = schemes.grow(town, rows, np.full(len(rows), goal), self.lead)
        p.budget[rows] = goal * self.cost
        p.room[rows] = grown
        p.used[rows] = np.minimum(grown, residents * part)
        covered = float(p.used[rows].sum()) / residents if residents > 0 else 0.0
        town.memory[RATIO] = 1.0 - covered * (1.0 - self.emergency)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """The teams, for as many residents as there are: money beyond that is not spent."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)
