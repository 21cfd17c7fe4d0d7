"""An approved household takes somebody into its home and its life: company and support by day and night."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import BAND, GROUP
from simulation.evidence.units import (
    By,
    Contacts,
    Elasticity,
    Hours,
    LogOdds,
    LogOddses,
    People,
    PerYear,
    Points,
    PoundsPerWeek,
    PoundsPerYear,
    Ratios,
    Share,
    Shares,
    Weeks,
)
from simulation.service import UNSUITABLE, Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

STAGES = ("in checks", "before panel", "waiting for a match")  # households on their way, by provider row, in memory


@dataclass(frozen=True, kw_only=True)
class SharedLives(Service):
    """Scheme workers find and check households over months; a household that leaves takes a home along.

    Money buys scheme workers. Enquiries become approved households after months of checks and a panel, then wait for
    somebody who fits: mostly people with a learning disability, a few with mental ill health, few older people. Each
    match is a home, company and help by day and night, at a fee by band of support; benefits pay the rent.
    It fails when too few people are referred (households wait and drop off), when fees are frozen (they leave sooner),
    when a household gives up and the person loses home and support in one, and when a match breaks down.
    """

    cost: PoundsPerYear
    carers_a_worker: People
    approvals_a_worker: PerYear
    most_approvals: PerYear
    willing: Share
    most_empty: Share
    checks: Weeks
    matching: Weeks
    carers_leave: PerYear
    leave_unsupported: PerYear
    leave_with_fees: Elasticity
    notice: Weeks
    breakdown: PerYear
    eligible: Annotated[Shares, By("group")]
    band_utility: Annotated[LogOddses, By("band")]
    appeal: LogOdds
    company_pull: LogOdds
    fee_by_band: Annotated[Ratios, By("band")]
    rent: PoundsPerWeek
    hours: Hours
    company: Contacts
    control: Points
    continuity: Points
    posts_run_on: Weeks

    title: ClassVar[str] = "Shared Lives"
    counts: ClassVar = "places"
    home: ClassVar[str] = "shared lives"
    effects: ClassVar[frozenset[str]] = frozenset({"hours_other", "company", "control", "continuity"})
    sceptic: ClassVar[str] = (
        "Savings of 26,000 pounds a head are for a learning disability and not adjusted for need; for an older person the "
        "scheme's own case shows a tenth of that. After forty years it serves one in a hundred of those councils support. "
        "Why would money change what referrals, spare rooms and families have not?")

    def suits(self, people: Array, town: Town) -> Array:
        """Few: those whom a worker would think of and a household could support; company draws some of them."""
        r = town.residents
        band, need = r.band[people], r.need[people]
        thought_of = town.draws.traits("shared_lives: thought of", people) < self.eligible[r.group[people]]
        fits = thought_of & ((band > 0) | ((need > 0) & (need <= 2))) & (band < BAND.index("24 hours one to one"))
        pull = self.company_pull * (r.wants_company[people] - 0.5)
        return np.where(fits, self.appeal + self.band_utility[band] + pull, UNSUITABLE)

    # Capacity -----------------------------------------------------------------------------------------------------
    def makes_room(self, town: Town) -> None:
        """Workers bring households through checks and panel, support those approved, and lose some every year."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on) / max(len(rows), 1)
        for row in rows:
            founded = town.memory.setdefault(f"shared_lives.founded.{row}", float(p.built[row]))
            if money <= 0 and founded <= 0 and p.built[row] <= 0:
                continue
            scope = self._scope(town, int(row), len(rows))
            workers = self._workers(town, int(row), money, founded, scope)
            self._approve(town, int(row), workers, scope)
            self._lose(town, int(row), workers)
            p.room[row] = np.floor(p.built[row] + schemes.TINY)

    def _scope(self, town: Town, row: int, schemes_here: int) -> float:
        """How much sense it makes to look for households, 0 to 1: fewer are left to find, or many wait for a match."""
        p = town.providers
        built, empty = float(p.built[row]), max(float(p.built[row]) - float(p.used[row]), 0.0)
        on_the_way = sum(town.memory.get(f"shared_lives.{stage}.{row}", 0.0) for stage in STAGES)
        could = self.willing * float(town.neighbourhoods.people.sum()) / schemes_here
        may_wait = max(self.most_empty * built, self.most_approvals * self.matching / 52)
        return max(1.0 - (built + on_the_way) / max(could, 1.0), 0.0) * max(1.0 - empty / may_wait, 0.0)

    def _workers(self, town: Town, row: int, money: float, founded: float, scope: float) -> float:
        """Workers of present policy stay as they are; money for more is spent only as far as they can be of use."""
        p = town.providers
        present = founded * (1 / self.carers_a_worker + self.carers_leave / self.approvals_a_worker)
        useful = p.built[row] / self.carers_a_worker + scope * self.most_approvals / self.approvals_a_worker
        more = min(money * 52 / self.cost, max(useful - present, 0.0))
        p.budget[row] = more * self.cost / 52
        return float(present + more)

    def _approve(self, town: Town, row: int, workers: float, scope: float) -> None:
        """Enquiries become households in checks, then before the panel, then approved and waiting for a match."""
        p, memory = town.providers, town.memory
        keys = [f"shared_lives.{stage}.{row}" for stage in STAGES]
        spare = max(workers - p.built[row] / self.carers_a_worker, 0.0)
        coming = float(min(spare * self.approvals_a_worker, self.most_approvals) * scope / 52)
        for key, weeks in zip(keys, (self.checks / 2, self.checks / 2, float(self.matching)), strict=True):
            held = memory.get(key, 0.0)
            out = held - float(schemes.nearer(held, 0.0, weeks))
            memory[key] = held - out + coming
            coming = out
        p.built[row] += coming
        p.ramp[row] = p.built[row] / max(float(p.built[row]) + sum(memory[key] for key in keys), 1.0)

    def _lose(self, town: Town, row: int, workers: float) -> None:
        """Households leave: more of them when fees fall behind costs, or when too few workers support them."""
        p, place = town.providers, town.placements
        supported = min(workers * self.carers_a_worker / p.built[row], 1.0) if p.built[row] > 0 else 1.0
        frozen = min(max(town.commissioner.fee_drift, 0.5), 1.0) ** -self.leave_with_fees
        rate = (self.carers_leave * supported + self.leave_unsupported * (1 - supported)) * frozen
        chance = PerYear(rate).weekly
        mine = place.of(town.service(self.name))
        mine = mine[(place.provider[mine] == row) & (place.until[mine] > town.week + self.notice)]
        people = place.person[mine]
        told = town.draws.happens(f"shared_lives: household leaves {row}", chance, people)
        place.until[mine[told]] = town.week + int(self.notice)
        town.events.note("told of an ending", people[told], cause="household leaves", service=self.name)
        schemes.asks(town, people[told], "support ended")
        empty = max(float(p.built[row]) - float(p.used[row]), 0.0)
        p.built[row] = max(float(p.built[row]) - empty * chance - np.count_nonzero(told), 0.0)

    # Terms ----------------------------------------------------------------------------------------------------------
    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """The household's fee by band of support; rent is apart, and so is the scheme."""
        return np.asarray(town.prices["shared_lives_week"] * self.fee_by_band[town.residents.band[people]])

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerWeek:
        return PoundsPerWeek(prices["shared_lives_week"] + self.cost / self.carers_a_worker / 52)

    def lead_time(self) -> Weeks:
        return Weeks(self.checks + self.matching)

    # While supported ------------------------------------------------------------------------------------------------
    def helps(self, users: Users, town: Town) -> None:
        """Help by day and night from the household, company of a shared life, say over the day, the same faces."""
        there = users.hospital == 0
        users.hours_other += np.minimum(self.hours, users.hours_needed) * there
        users.company = np.maximum(users.company, self.company * there)
        users.control += self.control
        users.continuity = np.maximum(users.continuity, self.continuity)

    def afterwards(self, people: Array, town: Town) -> None:
        """The household's company stays with the household."""
        schemes.loses_company(town, people, self.company)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Fees; rent from housing benefit; and the workers that money was given for."""
        yield from placement_costs(self, users, town)
        if len(users):
            rent = np.full(len(users), round(self.rent * 100), dtype=np.int64)
            yield Payment("dwp", self.name, "rent", "benefit", users.rows, rent)
        yield from schemes.scheme_costs(self, town, self.name)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """The household leaves and takes the home along; the match breaks down; needs outgrow a family home."""
        nursing = (users.group == GROUP.index("older frailty")) & (users.need > 2)
        broken = town.draws.happens("shared_lives: match breaks down", self.breakdown.weekly, users.rows)
        gone = town.placements.until[users.placements] <= town.week
        return {"household leaves": gone, "need outgrown": nursing, "match breaks down": broken}
