"""A care home is a place to live, a workplace and a business: it opens places, keeps them filled, and closes if it must.

The shared base of residential and nursing homes. Each home is one row of providers. Spot places cost the council
nothing from the week they fall empty; the empty room stands with the owner, is partly taken by people from elsewhere,
and tells in the margin, from which the chance of closing follows. Nobody is moved to make a plan work: people move
only when their home closes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from simulation.evidence.lists import BAND, NEED, REASON, STAGE
from simulation.evidence.units import Elasticity, Factor, PerYear, Points, Share, Weeks
from simulation.rules import WEEKS
from simulation.service import Service, Users, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import COUNCIL, Town

FAR = 10**6
OLDER = 65
PERSONAL, HEAVY = NEED.index("one or two personal tasks"), NEED.index("three or more")
MOST_OF_THE_DAY = BAND.index("most of the day")
WAITING, ENDED = STAGE.index("waiting for assessment"), REASON.index("support ended")
LINES = ("older_residential_and_nursing", "working_age_residential")


@dataclass(frozen=True, kw_only=True)
class CareHome(Service):
    """What residential and nursing homes share: whom they suit, rooms, money, and how they close."""

    counts: ClassVar[Literal["places", "hours", "caseload"]] = "places"
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    effects: ClassVar[frozenset[str]] = frozenset({"company", "control", "continuity"})
    role: ClassVar[str] = "care home"

    home_break_even: Share  # occupancy at which income meets cost
    home_fixed: Share  # share of the cost at break-even that stays when a place is empty
    home_pay_share: Share
    home_cover: Share  # share of the staff wanted that agency staff and overtime can stand in for
    home_exit: PerYear  # at no margin
    home_exit_margin: Share  # fall in margin that makes closing e times as likely
    home_margin_weeks: Weeks
    home_notice_least: Weeks
    home_notice_most: Weeks
    home_abrupt: Share
    home_outside_stay: PerYear
    home_outside_pull: Elasticity
    home_block_weeks: Weeks
    home_builds_above: Share
    home_builds: PerYear
    home_company: Factor
    home_control: Points
    home_continuity: Points

    # Whom it suits ------------------------------------------------------------------------------------------------
    def suits_a_home(self, people: Array, town: Town) -> Array:
        """Who could live in a care home: mask. Older people by need; people of working age by need or support band."""
        r = town.residents
        need, older = r.need[people], r.age[people] >= OLDER
        frail = (need >= HEAVY) | ((need == PERSONAL) & (r.dementia[people] | r.alone[people]))
        younger = (need >= PERSONAL) | (r.band[people] >= MOST_OF_THE_DAY)
        return np.where(older, frail | (r.band[people] >= MOST_OF_THE_DAY), younger)

    # Money -------------------------------------------------------------------------------------------------------
    def pay_factor(self, town: Town) -> float:
        """What dearer care work adds to the price of a place: 1 + pay's share x pay above the going rate."""
        return 1.0 + self.home_pay_share * town.memory.get("price premium", 0.0)

    def fees(self, people: Array, town: Town, older: str, younger: str) -> Array:
        """Pounds a week by age band, from the prices in force."""
        p = town.prices
        prices = np.where(town.residents.age[people] >= OLDER, p[older], p[younger])
        return np.asarray(prices * self.pay_factor(town))

    def line(self, people: Array, town: Town) -> Array:
        return np.where(town.residents.age[people] >= OLDER, *LINES)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        yield from placement_costs(self, users, town)
        yield from self.empty_block_places(town)

    def empty_block_places(self, town: Town) -> Iterable[Payment]:
        """Places bought in block cost the council until the contract runs out, in use or not."""
        void = town.memory.get(f"{self.name}: empty block places", 0.0)
        if void > 0:
            fee = town.memory.get(f"{self.name}: mean fee", 0.0)
            pence = np.array([round(void * fee * 100)], dtype=np.int64)
            yield Payment("council", self.name, LINES[0], "standing_empty", np.empty(0, dtype=np.int32), pence)

    # Room ----------------------------------------------------------------------------------------------------------
    def makes_room(self, town: Town) -> None:
        """Each home counts its residents, its money and its staff, takes in people from elsewhere, or closes."""
        p = town.providers
        homes = np.flatnonzero((p.service == town.service(self.name)) & p.open)
        if not len(homes):
            return
        mine = town.placements.of(town.service(self.name))
        self._reprice(mine, town)
        residents = _by_home(mine, homes, town)
        p.used[homes] = residents
        self._keep_books(homes, mine, residents, town)
        self._contract(homes, mine, town)
        self._decide(homes, town)
        self._build(homes, town)
        p.room[homes] = self._room(homes, town)
        close_down(self, homes, town)

    def _room(self, homes: Array, town: Town) -> Array:
        """Places for people of the place: what is built and staffed, less what people from elsewhere use."""
        p = town.providers
        staffed = p.built[homes] * np.minimum(1.0, self.carried(p.staffing[homes]))
        room = np.maximum(staffed - self.from_elsewhere(homes, town), 0.0)
        return np.where(p.closes[homes] < FAR, np.minimum(room, p.used[homes]), room)

    def carried(self, staffing: Array) -> Array:
        """Share of the places wanted that the staff can carry, with agency staff and overtime."""
        return np.asarray(staffing / (1.0 - self.home_cover))

    def from_elsewhere(self, homes: Array, town: Town) -> Array:
        """People whom other councils or the NHS have placed in each home: counted, not simulated."""
        return np.array([town.memory.get(f"home {h}: from elsewhere", 0.0) for h in homes])

    def _reprice(self, mine: Array, town: Town) -> None:
        """Dearer care work is paid for at once, for everybody who lives in a home."""
        key, now = f"{self.name}: pay in the price", self.pay_factor(town)
        before = town.memory.get(key, 1.0)
        if now != before:
            town.placements.price[mine] *= now / before
        town.memory[key] = now

    def _keep_books(self, homes: Array, mine: Array, residents: Array, town: Town) -> None:
        """Income and cost of each home this week; margin, smoothed; people from elsewhere come as places stand empty."""
        p, m = town.providers, town.memory
        income = _by_home(mine, homes, town, self.income_of(mine, town))
        for i, h in enumerate(homes):
            place_cost = m.get(f"home {h}: cost of a place", 0.0)
            if place_cost <= 0:
                continue
            elsewhere = m.get(f"home {h}: from elsewhere", 0.0)
            k = place_cost * town.prices.get("care_index", 1.0) * self.pay_factor(town)
            cost = k * (self.home_fixed * self.home_break_even * p.built[h]
                        + (1.0 - self.home_fixed) * (residents[i] + elsewhere))
            mean_fee = m[f"home {h}: fee from elsewhere"] * town.prices.get("care_index", 1.0) * self.pay_factor(town)
            margin = (income[i] + elsewhere * mean_fee) / max(cost, 1.0) - 1.0
            p.margin[h] += (margin - p.margin[h]) / max(self.home_margin_weeks, 1.0)
            m[f"home {h}: from elsewhere"] = self._elsewhere(h, float(residents[i]), elsewhere, town)

    def _elsewhere(self, home: int, residents: float, now: float, town: Town) -> float:
        """Next week's people from elsewhere: those here leave at a steady rate, more come where more stands empty."""
        p, m = town.providers, town.memory
        usual, usual_empty = m[f"home {home}: usual from elsewhere"], m[f"home {home}: usually empty"]
        empty = max(float(p.built[home]) - residents - now, 0.0)
        leave = self.home_outside_stay.weekly
        if p.closes[home] < FAR:
            return now * (1.0 - leave)
        come = leave * usual * (empty / max(usual_empty, 1.0)) ** self.home_outside_pull
        return min(now * (1.0 - leave) + come, max(float(p.built[home]) - residents, 0.0))

    def income_of(self, placements: Array, town: Town) -> Array:
        """Pounds a week that each placement brings the home."""
        return town.placements.price[placements].astype(np.float64)

    def _contract(self, homes: Array, mine: Array, town: Town) -> None:
        """Block contracts follow the places the council uses, down only as they run to notice."""
        p, pl, m = town.providers, town.placements, town.memory
        ours = mine[(pl.funder[mine] == COUNCIL) & (town.residents.age[pl.person[mine]] >= OLDER)]
        used = float(np.bincount(pl.provider[ours], weights=p.block[pl.provider[ours]]).sum()) if len(ours) else 0.0
        bought = m.get(f"{self.name}: block places", used)
        bought = used if used > bought else bought + (used - bought) / max(self.home_block_weeks, 1.0)
        m[f"{self.name}: block places"] = bought
        m[f"{self.name}: empty block places"] = bought - used
        m[f"{self.name}: mean fee"] = float(pl.price[ours].mean()) if len(ours) else 0.0

    def _decide(self, homes: Array, town: Town) -> None:
        """Owners give up where the margin has been poor for long; most with notice, some from one week to the next."""
        p = town.providers
        going = homes[p.closes[homes] == FAR]
        costed = going[[town.memory.get(f"home {h}: cost of a place", 0.0) > 0 for h in going]] if len(going) else going
        rate = self.home_exit * np.exp(-p.margin[costed].astype(np.float64) / self.home_exit_margin)
        closing = costed[town.draws.happens(f"{self.name}: decides to close", 1.0 - np.exp(-rate / WEEKS), costed)]
        give_notice(self, closing, town, self.home_notice_least, self.home_notice_most, self.home_abrupt)

    def _build(self, homes: Array, town: Town) -> None:
        """Where homes are full on the whole, owners add places."""
        p = town.providers
        going = homes[p.closes[homes] == FAR]
        key = f"{self.name}: usual occupancy"
        built = float(p.built[going].sum())
        if built <= 0:
            return
        full = float((p.used[going] + self.from_elsewhere(going, town)).sum()) / built
        usual = town.memory.get(key, full)
        usual += (full - usual) / max(self.home_margin_weeks, 1.0)
        town.memory[key] = usual
        if usual > self.home_builds_above:
            p.built[going] *= 1.0 + self.home_builds.weekly

    # While living there --------------------------------------------------------------------------------------------
    def helps(self, users: Users, town: Town) -> None:
        """Help is at hand day and night, as far as there is staff; company and known faces come with it."""
        if not len(users):
            return
        carried = np.minimum(1.0, self.carried(town.providers.staffing[users.providers]))
        there = users.hospital == 0
        town.placements.given[users.placements] = np.where(there, users.hours_needed * carried, 0.0)
        users.company = np.maximum(users.company, self.home_company)
        users.control = users.control + self.home_control * carried
        users.continuity = np.maximum(users.continuity, self.home_continuity * carried)


# Closing, for homes and agencies alike --------------------------------------------------------------------------------
def give_notice(service: Service, closing: Array, town: Town, least: float, most: float, abrupt: float) -> None:
    """These providers will close: in the weeks of notice owed, or at once."""
    if not len(closing):
        return
    wait = least + (most - least) * town.draws.uniforms(f"{service.name}: notice", closing)
    at_once = town.draws.happens(f"{service.name}: without notice", abrupt, closing)
    town.providers.closes[closing] = town.week + np.where(at_once, 0, np.ceil(wait)).astype(np.int32)


def close_down(service: Service, rows: Array, town: Town) -> None:
    """In closing providers people move on, spread over the notice; on the last day all must. Nobody new comes in."""
    p, pl = town.providers, town.placements
    closing = rows[p.closes[rows] < FAR]
    for h in closing:
        left = int(p.closes[h]) - town.week
        there = np.flatnonzero(pl.active & (pl.provider == h))
        if left > 0:
            moving = there[town.draws.happens(f"{service.name}: moves from provider {h}", 1.0 / (left + 1.0), pl.person[there])]
        else:
            moving = there
        move_on(service, int(h), moving, town)
        if left <= 0:
            p.open[h], p.room[h], p.used[h], p.built[h] = False, 0.0, 0.0, 0.0
            for key in [k for k in town.memory if k.startswith(f"home {h}:")]:
                del town.memory[key]


def move_on(service: Service, leaving: int, moving: Array, town: Town) -> None:
    """People move to another provider of the same kind with room; on the last day those without one ask again, in crisis."""
    p, pl, r = town.providers, town.placements, town.residents
    others = np.flatnonzero((p.service == p.service[leaving]) & p.open & (p.closes == FAR)
                            & (p.working_age == p.working_age[leaving]))
    free = (p.room[others] - p.used[others]).astype(np.float64)
    takes = service.uses(pl.person[moving], pl.hours[moving], town)
    moved = []
    for row, size in zip(moving, takes, strict=True):
        best = int(np.argmax(free)) if len(free) else -1
        if best < 0 or free[best] < size:
            continue
        free[best] -= size
        pl.provider[row] = others[best]
        p.used[others[best]] += size
        p.used[leaving] -= size
        moved.append(row)
    there = np.array(moved, dtype=np.int64)
    town.events.note("moves", pl.person[there], cause="closing", service=service.name)
    if p.closes[leaving] > town.week:
        return
    stranded = np.setdiff1d(moving, there)
    people = pl.person[stranded]
    town.end(stranded, "closing")
    r.stage[people], r.reason[people], r.asked[people], r.long_term[people] = WAITING, ENDED, town.week, True
    town.events.note("asks", people, cause="closing", service=service.name)


def _by_home(placements: Array, homes: Array, town: Town, weights: Array | None = None) -> Array:
    """Residents of each home, or the sum of some weight over them."""
    at = town.placements.provider[placements]
    counts = np.bincount(at[at >= 0], weights=None if weights is None else weights[at >= 0], minlength=len(town.providers))
    return counts[homes].astype(np.float64)
