"""A coordinator walks alongside people in one patch, eligible or not, and links them to neighbours and groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.units import Contacts, People, PerYear, PoundsPerYear, Share, Weeks
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

NEVER = -(10**6)
TURNS = 7  # a coordinator meets everybody in the patch within so many weeks, each person in the same week of the round


@dataclass(frozen=True, kw_only=True)
class LocalAreaCoordination(Addition):
    """One coordinator to a patch; introductions in place of referrals; about a year alongside each person.

    Money buys coordinators for the poorest patches first. Posts take months to fill, and standing in the patch takes a
    year or two; then people come by introduction, eligible or not, and company comes nearer to what the patch can offer.
    It fails when a coordinator leaves: most of the standing, and of the company held together, goes at once, and a
    successor begins again. It fails where there is nothing to link to: without places to meet nothing comes of it. And
    it finds need that nobody knew of, so more people ask for support before anybody asks for less.
    """

    cost: PoundsPerYear
    patch: People
    caseload: People
    introductions: PerYear
    lead: Weeks
    growing: Weeks
    fading: Weeks
    turnover: PerYear
    trust_kept: Share
    stays: Weeks
    drop_out: PerYear
    case_finding: PerYear
    company: Contacts
    connecting: Weeks
    recently: Weeks
    posts_run_on: Weeks

    title: ClassVar[str] = "Local Area Coordination"
    counts: ClassVar = "caseload"
    by_neighbourhood: ClassVar[bool] = True
    effects: ClassVar[frozenset[str]] = frozenset({"company", "stage", "reason", "asked", "long_term"})
    sceptic: ClassVar[str] = (
        "The returns quoted are forecasts that count what people say a better life is worth to them, or rest on coordinators "
        "judging what would have happened without them. No study with a like comparison was located. Most of those they "
        "walk with had no service, so there is little to spend less on, and they find others who need one.")

    def makes_room(self, town: Town) -> None:
        """Money buys coordinators, the poorest patches first; trust takes months and leaves with the coordinator."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        wanted = self._patches(town, rows, money)
        in_post = self._posts(town, rows, wanted)
        p.built[rows] = wanted * self.caseload
        p.budget[rows] = wanted * self.cost / 52
        p.room[rows] = schemes.whole(in_post * p.built[rows] * p.ramp[rows])
        if p.room[rows].any():
            self._introductions(town, rows)

    def _patches(self, town: Town, rows: Array, money: float) -> Array:
        """Coordinators (whole-time) for each patch: the most deprived are served first, until the money is used.

        A patch begins with at least half of what it needs, and goes on while anything is left for it.
        """
        p, places = town.providers, town.neighbourhoods
        full = places.people[p.neighbourhood[rows]].astype(np.float64) / self.patch
        order = np.lexsort((rows, places.fifth[p.neighbourhood[rows]]))
        before = np.cumsum(full[order]) - full[order]
        wanted = np.zeros(len(rows))
        wanted[order] = np.clip(money * 52 / self.cost - before, 0.0, full[order])
        return np.where((wanted >= full / 2) | (p.opened[rows] != NEVER), wanted, 0.0)

    def _posts(self, town: Town, rows: Array, wanted: Array) -> Array:
        """Who is in post (mask): posts are filled after the lead time; whoever leaves takes most of the trust along."""
        p, week = town.providers, town.week
        p.opened[rows[wanted <= 0]] = NEVER
        filled_in = week + int(np.ceil(self.lead))
        p.opened[rows[(wanted > 0) & (p.opened[rows] == NEVER)]] = filled_in
        working = (wanted > 0) & (week >= p.opened[rows])
        leaves = town.draws.happens("local_area_coordination: coordinator leaves", self.turnover.weekly * working, rows)
        p.opened[rows[leaves]] = filled_in
        p.ramp[rows[leaves]] *= self.trust_kept
        self._loosen(town, rows[leaves])
        in_post = np.asarray(working & ~leaves)
        p.ramp[rows] = np.where(in_post, schemes.nearer(p.ramp[rows], 1.0, self.growing),
                                schemes.nearer(p.ramp[rows], 0.0, self.fading))
        return in_post

    def _loosen(self, town: Town, left: Array) -> None:
        """Where a coordinator has left, what they held together loosens at once."""
        if not len(left):
            return
        mine = town.placements.of(town.service(self.name))
        people = town.placements.person[mine[np.isin(town.placements.provider[mine], left)]]
        town.residents.company[people] *= self.trust_kept
        town.events.note("coordinator leaves", people, service=self.name)

    def _introductions(self, town: Town, rows: Array) -> None:
        """Whom the coordinator comes to know: lonely, alone with need, or sent away after asking. No queue, no test."""
        p, r, me = town.providers, town.residents, town.service(self.name)
        pace = self.introductions / 52 * p.room[rows].astype(np.float64) / self.caseload
        free = np.minimum(schemes.whole_this_week(pace, town.week), np.floor(p.room[rows] - p.used[rows]))
        if not (free > 0).any():
            return
        met = np.arange(town.week % TURNS, len(r), TURNS)
        here = slice(town.week % TURNS, None, TURNS)
        asked = (r.asked[here] > town.week - self.recently) & (r.stage[here] == 0) & (r.funder[here] == 0)
        reasons = r.lonely[here].astype(np.int8) + (r.alone[here] & (r.need[here] > 0)) + asked
        known = (r.supports[here] & np.uint32(1 << me)) != 0
        met = met[(reasons > 0) & r.present[here] & (r.setting[here] <= max(schemes.AT_HOME)) & ~known]
        patch_of = np.full(len(town.neighbourhoods), -1)
        patch_of[p.neighbourhood[rows]] = np.arange(len(rows))
        patch = patch_of[r.neighbourhood[met]]
        met, patch = met[patch >= 0], patch[patch >= 0]
        luck = town.draws.uniforms("local_area_coordination: is introduced", met)
        score = reasons[(met - town.week % TURNS) // TURNS] + luck
        order = np.lexsort((-score, patch))
        first = np.searchsorted(patch[order], patch[order], side="left")
        chosen = order[np.arange(len(order)) - first < free[patch[order]]]
        town.begin(me, met[chosen], rows[patch[chosen]], funder=0, until=town.week + int(self.stays),
                   cause="introduction")
        np.add.at(p.used, rows[patch[chosen]], 1)

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        return PoundsPerYear(self.cost / self.caseload)

    def helps(self, users: Users, town: Town) -> None:
        """Company comes nearer to what the patch can offer; need that nobody knew of comes to light."""
        offers = np.minimum(schemes.places_over_usual(town), 1.0)[users.neighbourhood]
        in_post = town.providers.room[users.providers] > 0
        to_come = np.maximum(self.company * offers - users.company, 0.0) * in_post
        users.company += schemes.nearer(0.0, to_come, self.connecting)
        found = town.draws.happens("local_area_coordination: need comes to light", self.case_finding.weekly, users.rows)
        found &= in_post & (users.funder == 0) & ((users.need > 0) | (users.band > 0))
        schemes.asks(town, users.rows[found], "planned")

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Coordinators and their share of a manager, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """After about a year alongside; or people stop coming; or they move to a home where others care for them."""
        stops = town.draws.happens("local_area_coordination: stops coming", self.drop_out.weekly, users.rows)
        done = town.placements.until[users.placements] <= town.week
        away = users.setting > max(schemes.AT_HOME)
        unpaid = town.providers.budget[users.providers] <= 0
        return {"moves on": away, "scheme ends": unpaid, "goals met": done, "stops coming": stops}
