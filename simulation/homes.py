"""A care home is a place to live, a workplace and a business: it keeps its places filled, and closes if it must.

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

from simulation import schemes
from simulation.evidence.lists import BAND, NEED, REASON, STAGE
from simulation.evidence.units import Contacts, Elasticity, PerYear, Points, Share, Weeks
from simulation.rules import WEEKS
from simulation.service import Lines, Service, Users, by_age, placement_costs
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import COUNCIL, Town

FAR = 10**6
OLDER = 65
PERSONAL, HEAVY = NEED.index("one or two personal tasks"), NEED.index("three or more")
MOST_OF_THE_DAY = BAND.index("most of the day")
WAITING, ENDED = STAGE.index("waiting for assessment"), REASON.index("support ended")
LINES = ("older_residential_and_nursing", "working_age_residential")
# What founding told of each home, by row of providers: pounds a week a place costs it and a place let elsewhere brings
# it, people from elsewhere as usual, places usually empty.
COST, FEE, ELSEWHERE, EMPTY = ("homes: cost of a place", "homes: fee from elsewhere", "homes: usually from elsewhere",
                               "homes: usually empty")


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
    home_company: Contacts
    home_control: Points
    home_continuity: Points

    # Whom it suits ------------------------------------------------------------------------------------------------
    def suits_a_home(self, people: Array, town: Town) -> Array:
        """Who could live in a care home: mask. Older people by need; people of working age by need or support band."""
        r = town.residents
        need, older = r.need[people], r.age[people] >= OLDER
        frail = (need >= HEAVY) | ((need == PERSONAL) & (r.dementia[people] | r.alone[people]))
        younger = (need >= PERSONAL) | (r.band[people] >= MOST_OF_THE_DAY)
        return np.asarray(np.where(older, frail | (r.band[people] >= MOST_OF_THE_DAY), younger))

    # Money -------------------------------------------------------------------------------------------------------
    def pay_factor(self, town: Town) -> float:
        """What dearer care work adds to the price of a place: 1 + pay's share x pay above the going rate."""
        return 1.0 + self.home_pay_share * town.memory.get("price premium", 0.0)

    def cost_factor(self, homes: Array, town: Town) -> Array:
        """What care costs each home over the first day: prices, pay that is really paid, and more complex needs."""
        index, m, c = town.prices["care_index"], town.memory, town.commissioner
        paid = index * (1.0 + self.home_pay_share * m.get("pay premium", m.get("price premium", 0.0)))
        before = m.get("homes: fee at working age", town.prices["working_age_residential"])
        more_complex = town.prices["working_age_residential"] / (before * index * c.fee_drift)
        return np.asarray(paid * np.where(town.providers.working_age[homes], more_complex, 1.0))

    def fees(self, people: Array, town: Town, older: str, younger: str) -> Array:
        """Pounds a week by age band, from the prices in force."""
        p = town.prices
        prices = np.where(town.residents.age[people] >= OLDER, p[older], p[younger])
        return np.asarray(prices * self.pay_factor(town))

    def line(self, people: Array, town: Town) -> Lines:
        return by_age(people, town, *LINES)

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
        room = np.maximum(staffed - from_elsewhere(homes, town), 0.0)
        return np.asarray(np.where(p.closes[homes] < FAR, np.minimum(room, p.used[homes]), room))

    def carried(self, staffing: Array) -> Array:
        """Share of the work that the staff can carry, with agency staff and overtime (`staffing` 1 is as usual)."""
        return np.asarray(staffing / (1.0 - self.home_cover))

    def _reprice(self, mine: Array, town: Town) -> None:
        """Dearer care work is paid for at once, for everybody who lives in a home."""
        key, now = f"{self.name}: pay in the price", self.pay_factor(town)
        before = town.memory.get(key, 1.0)
        if now != before:
            town.placements.price[mine] *= now / before
        town.memory[key] = now

    def _keep_books(self, homes: Array, mine: Array, residents: Array, town: Town) -> None:
        """Income and cost of each home this week; its margin, smoothed; people come from elsewhere to empty places."""
        if COST not in town.tables:
            return
        p, made, elsewhere = town.providers, town.tables, from_elsewhere(homes, town)
        fee = made[FEE][homes] * town.prices["care_index"] * self.pay_factor(town)
        income = _by_home(mine, homes, town, self.income_of(mine, town)) + elsewhere * fee
        fixed, each = self.home_fixed * self.home_break_even * p.built[homes], 1.0 - self.home_fixed
        cost = made[COST][homes] * self.cost_factor(homes, town) * (fixed + each * (residents + elsewhere))
        margin = income / np.maximum(cost, 1.0) - 1.0
        p.margin[homes] += (margin - p.margin[homes]) / max(self.home_margin_weeks, 1.0)
        leave, built = self.home_outside_stay.weekly, p.built[homes].astype(np.float64)
        empty = np.maximum(built - residents - elsewhere, 0.0) / made[EMPTY][homes]
        come = np.where(p.closes[homes] == FAR, leave * made[ELSEWHERE][homes] * empty ** self.home_outside_pull, 0.0)
        after = np.minimum(elsewhere * (1.0 - leave) + come, np.maximum(built - residents, 0.0))
        town.memory.update({f"home {h}: from elsewhere": float(n) for h, n in zip(homes, after, strict=True)})

    def income_of(self, placements: Array, town: Town) -> Array:
        """Pounds a week that each placement brings the home."""
        return np.asarray(town.placements.price[placements], dtype=np.float64)

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
        if COST not in town.tables or not len(going):
            return
        rate = self.home_exit * np.exp(-p.margin[going].astype(np.float64) / self.home_exit_margin)
        closing = going[town.draws.happens(f"{self.name}: decides to close", 1.0 - np.exp(-rate / WEEKS), going)]
        give_notice(self, closing, town, self.home_notice_least, self.home_notice_most, self.home_abrupt)

    def _build(self, homes: Array, town: Town) -> None:
        """Where homes are full on the whole, owners add places."""
        p = town.providers
        going = homes[p.closes[homes] == FAR]
        key = f"{self.name}: usual occupancy"
        built = float(p.built[going].sum())
        if built <= 0:
            return
        full = float((p.used[going] + from_elsewhere(going, town)).sum()) / built
        usual = town.memory.get(key, full)
        usual += (full - usual) / max(self.home_margin_weeks, 1.0)
        town.memory[key] = usual
        if usual > self.home_builds_above:
            p.built[going] *= 1.0 + self.home_builds.weekly

    # While living there --------------------------------------------------------------------------------------------
    def gives(self, users: Users, town: Town) -> Array:
        """Help is at hand day and night, as far as there is staff."""
        return np.asarray(users.hours_needed * np.minimum(1.0, self.carried(town.providers.staffing[users.providers])))

    def helps(self, users: Users, town: Town) -> None:
        """Company and known faces come with living there, as far as there is staff."""
        carried = np.minimum(1.0, self.carried(town.providers.staffing[users.providers]))
        users.company = np.maximum(users.company, self.home_company)
        users.control = users.control + self.home_control * carried
        users.continuity = np.maximum(users.continuity, self.home_continuity * carried)

    def afterwards(self, people: Array, town: Town) -> None:
        """The company of a house full of people stays behind in it."""
        schemes.loses_company(town, people, self.home_company)


def from_elsewhere(homes: Array, town: Town) -> Array:
    """People whom other councils or the NHS have placed in each home (rows of providers): counted, not simulated."""
    return np.array([town.memory.get(f"home {h}: from elsewhere", 0.0) for h in homes.tolist()])


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
            chance, purpose = 1.0 / (left + 1.0), f"{service.name}: moves from provider {h}"
            leaves = town.draws.happens(purpose, chance, pl.person[there])
            moving = there[leaves]
        else:
            moving = there
        move_on(service, int(h), moving, town, last_day=left <= 0)
        if left <= 0:
            p.open[h], p.room[h], p.used[h], p.built[h] = False, 0.0, 0.0, 0.0
            town.memory.pop(f"home {h}: from elsewhere", None)


def move_on(service: Service, leaving: int, moving: Array, town: Town, *, last_day: bool,
            cause: str = "closing") -> None:
    """People move to another provider of the same kind with room; on the last day the rest ask again, in crisis."""
    p, pl = town.providers, town.placements
    others = np.flatnonzero((p.service == p.service[leaving]) & p.open & (p.closes == FAR)
                            & (p.working_age == p.working_age[leaving]))
    others = others[others != leaving]
    free = (p.room[others] - p.used[others]).astype(np.float64)
    takes = service.uses(pl.person[moving], pl.hours[moving], town)
    found = np.zeros(len(moving), dtype=bool)
    for i, (row, size) in enumerate(zip(moving, takes, strict=True)):
        best = int(np.argmax(free)) if len(free) else 0
        if not len(free) or free[best] < size:
            continue
        free[best] -= size
        pl.provider[row] = others[best]
        p.used[others[best]] += size
        p.used[leaving] -= size
        found[i] = True
    town.events.note("moves", pl.person[moving[found]], cause=cause, service=service.name)
    if last_day:
        ask_again(pl.person[moving[~found]], moving[~found], town, cause, service.name)


def ask_again(people: Array, placements: Array, town: Town, cause: str, service: str) -> None:
    """Support ends through nobody's wish: these people are at the front door again, in crisis."""
    r = town.residents
    town.end(placements, cause)
    r.stage[people], r.reason[people], r.asked[people], r.long_term[people] = WAITING, ENDED, town.week, True
    town.events.note("asks", people, cause=cause, service=service)


def _by_home(placements: Array, homes: Array, town: Town, weights: Array | None = None) -> Array:
    """Residents of each home, or the sum of some weight over them."""
    at = town.placements.provider[placements]
    each = np.ones(len(at)) if weights is None else weights
    return np.bincount(at[at >= 0], weights=each[at >= 0], minlength=len(town.providers))[homes]
