"""People choose among what there is, within what they or the council can pay, with consent; or they wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import door as the_door
from simulation import means as the_means
from simulation.draws import Draws, gumbel_from, uniforms_for
from simulation.evidence.lists import NEED, REASON, SETTING, STAGE
from simulation.evidence.units import Log, Share, Weeks
from simulation.process import B1, F8, I2, changes, kernel
from simulation.world.columns import Array, distinct
from simulation.world.ledger import Events
from simulation.world.providers import Commissioner
from simulation.world.town import CARE_HOME, COUNCIL, NHS, SELF, Town

SUPPORT = STAGE.index("waiting for support")
MUCH, ROUND_THE_CLOCK = NEED.index("three or more"), NEED.index("round the clock")
HOMES = tuple(SETTING[code] for code in CARE_HOME)
NEVER = 10**6
TINY = float(np.finfo(np.float64).tiny)
ROUNDING = float(np.finfo(np.float32).eps)
I8 = NDArray[np.int64]


@dataclass
class Choice:
    """What each of these people (rows) may choose: a column for each service, the last for keeping what there is."""

    rows: Array
    services: list[int]  # index in town.services of each column but the last
    care_home: Array  # which columns are care homes
    worth: Array  # how much each person would like each of them, luck of taste included; -inf where it does not fit

    def best(self, allowed: Array | None = None) -> Array:
        """Each person's first wish (column), -1 where nothing fits."""
        worth = self.worth if allowed is None else np.where(allowed, self.worth, -np.inf)
        first = np.argmax(worth, axis=1)
        return np.where(np.isfinite(worth[np.arange(len(first)), first]), first, -1)


@changes("residents.stage", "residents.reason", "residents.long_term", "residents.wants_service",
         "residents.hours_wanted", "residents.diverted", "residents.needs_entry", "residents.touched",
         "residents.disregard", "residents.contribution", "residents.alone", "residents.entered_home",
         "residents.last_assessed", "residents.funder", "residents.setting", "residents.supports", "residents.company", "placements.hours",
         "placements.price", "placements.contribution", "placements.active", "placements.person",
         "placements.service", "placements.provider", "placements.since", "placements.until", "placements.given",
         "placements.funder", "providers.used")
def choosing(residents: Any, draws: Draws, events: Events, town: Town, commissioner: Commissioner, *, patience: Weeks,
             patience_in_hospital: Weeks, patience_early_help: Weeks, declines_most: Share, declines_least: Share,
             nhs_pays: Share, fittest_first: Log) -> None:
    """Each week everybody found eligible ranks what suits them; seats go to crises first, then to the longest wait.

    What has no room is waited for; after a time people take the next best that has room. The plan's steer adds to
    answers other than a care home for people the council would pay for; whoever declines keeps their first wish.
    """
    rows = np.flatnonzero(residents.present & (residents.stage == SUPPORT))
    residents.touched[rows] |= town.week >= 0
    luck = draws.key("choosing: seats")
    early = rows[~residents.long_term[rows]]
    _early_help(early, town, luck, patience_early_help)
    rows = rows[residents.long_term[rows]]
    if not len(rows):
        return
    choice = _what_suits(rows, town)
    wants = _with_steer(choice, town, commissioner, declines_most, declines_least, fittest_first)
    the_door.settle(rows[wants < 0], town)
    takes, provider = wants.copy(), np.full(len(rows), -1)
    open_ = np.flatnonzero((wants >= 0) & (wants < len(choice.services)))
    moving = _need_a_home(choice, wants, town)
    looks = moving & (town.week - residents.asked[rows] < the_door.weeks_to_find_a_home(rows, town))
    _seat_all(choice, takes, open_[~looks[open_]], provider, town, luck)
    still = open_[provider[open_] < 0]
    patient = np.where(residents.hospital[rows[still]] > 0, patience_in_hospital, patience)
    patient = np.where(moving[still], np.maximum(patient, town.door.finds_a_home_most), patient)
    late = still[town.week - residents.asked[rows[still]] >= patient]
    if len(late):
        takes[late] = _second_best(choice, late, town)
        _seat_all(choice, takes, late[(takes[late] >= 0) & (takes[late] < len(choice.services))], provider, town, luck)
    stays = takes == len(choice.services)
    _stays(rows[stays], town)
    seated = np.flatnonzero(provider >= 0)
    _begin(np.asarray(choice.services)[takes[seated]], rows[seated], provider[seated], town, nhs_pays)
    rest = open_[(provider[open_] < 0) & ~stays[open_]]
    _waits(rows[rest], np.asarray(choice.services)[wants[rest]], town)


# What people would choose ------------------------------------------------------------------------------------------
def _what_suits(rows: Array, town: Town) -> Choice:
    """Worth of every answer: how well it suits, and how often people like these ask for help at home or a care home.

    The two kinds of answer are weighed by their rates of asking. Services of a kind compete within it; more or better
    fitting help at home than in the base run draws older people to it.
    """
    r, door = town.residents, town.door
    own = town.means.pays_own_way(r.savings[rows])
    services, wishes = [], []
    for k, service in enumerate(town.services):
        if not service.long_term or service.keeps_funder:
            continue
        has = (r.supports[rows] >> np.uint32(k)) & np.uint32(1)
        open_to = (has == 0) & (~own | (not service.council_only))
        wish = np.where(open_to, service.suits(rows, town), -np.inf)
        if np.isfinite(wish).any():  # what nobody may choose leaves no trace, in the last digit either
            services.append(k)
            wishes.append(wish)
    care = np.array([town.services[k].home in HOMES for k in services] + [False])
    fits = np.stack([*wishes, np.full(len(rows), -np.inf)], axis=1)
    noise = np.empty_like(fits)
    ids = the_door.one_request(rows, town)
    for j, k in enumerate(services):
        noise[:, j] = gumbel_from(uniforms_for(town.draws.trait(f"choosing: {town.services[k].name}"), ids))
    settled = (r.funder[rows] > 0) & (r.setting[rows] < CARE_HOME[0]) & ~the_door.parents_gone(rows, town)
    fits[:, -1] = np.where(settled, float(door.stays), -np.inf)
    noise[:, -1] = gumbel_from(uniforms_for(town.draws.trait("choosing: stays"), ids))
    home_rate, care_rate = the_door.rates(rows, town)
    home_rate = home_rate * np.exp(np.where(the_door.asked_in_a_crisis(rows, town), float(door.crisis_home), 0.0))
    with np.errstate(divide="ignore"):
        worth_home, worth_care = (np.log(np.maximum(np.exp(fits[:, of]).sum(axis=1), TINY)) for of in (~care, care))
        older = the_door.is_older(rows, town) & ~settled & np.isfinite(fits[:, ~care]).any(axis=1)
        drawn = np.where(older, np.exp(door.wider_choice * worth_home), 1.0)
        town.tell("choosing: help at home", float((home_rate * drawn)[older].sum()), float(home_rate[older].sum()))
        drawn = np.where(older, drawn / town.centre("choosing: help at home"), 1.0)
        at_home, in_home = np.log(home_rate * drawn) - worth_home, np.log(care_rate) - worth_care
    return Choice(rows, services, care, fits + np.where(care, in_home[:, None], at_home[:, None]) + noise)


def _with_steer(choice: Choice, town: Town, commissioner: Commissioner, most: Share, least: Share, fittest: Log) -> Array:
    """First wishes under the council's plan, consent kept: columns of the choice, -1 where nothing fits.

    The plan cannot re-rank anybody's wishes: it makes the council offer other answers first to people it would pay for
    in a care home. Some decline, the fewer the more they want to stay at home. Whether it offers them as people come or to
    those with least need first is a choice of structure.
    """
    r, rows = town.residents, choice.rows
    wish = choice.best()
    wants_home = choice.care_home[wish] & (wish >= 0)
    older = the_door.is_older(rows, town)
    r.needs_entry[rows[wants_home & older]] = True
    if commissioner.steer == 0 and commissioner.steer_working_age == 0:
        return wish
    steer = np.where(older, commissioner.steer, commissioner.steer_working_age) * np.exp(-fittest * (r.need[rows] - MUCH))
    counted = the_means.house_counted(rows, town)
    steer = np.where(town.means.pays_own_way(r.savings[rows], counted), 0.0, steer)
    steered = Choice(rows, choice.services, choice.care_home,
                     choice.worth + np.where(choice.care_home, 0.0, steer[:, None])).best()
    chance = most + (least - most) * r.wants_home[rows]
    accepts = uniforms_for(town.draws.trait("choosing: declines"), rows) >= chance
    turned = wants_home & (steered >= 0) & ~choice.care_home[steered] & accepts
    new = turned & ~r.diverted[rows]
    r.diverted[rows[new]] = True
    r.hours_wanted[rows[new]] = the_door.agreed_hours(rows[new], town)
    town.events.note("diverted", rows[new])
    declined = wants_home & (steered >= 0) & ~choice.care_home[steered] & ~accepts & (r.wants_service[rows] < 0)
    town.events.note("declines", rows[declined])
    return np.where(turned, steered, wish)


def _need_a_home(choice: Choice, wants: Array, town: Town) -> Array:
    """People of working age who need a home of their own found before they can go (mask): it takes long, and they stay.

    Those who want to leave a care home; and those, supported where they live, whom the council would have placed in one
    and who accepted a home with support instead. A crisis does not wait for it.
    """
    r, rows = town.residents, choice.rows
    lodged = np.array([bool(town.services[k].home) for k in choice.services] + [False])
    instead = r.diverted[rows] & (r.funder[rows] > 0) & lodged[wants] & ~the_door.urgent(rows, town)
    leaves = r.setting[rows] >= CARE_HOME[0]
    return np.asarray(~the_door.is_older(rows, town) & (leaves | instead) & (wants >= 0))


# Who gets a place --------------------------------------------------------------------------------------------------
def _seat_all(choice: Choice, takes: Array, who: Array, provider: Array, town: Town, luck: np.uint64) -> None:
    """Give room to those (positions) who would take each service; writes their provider rows."""
    for j in distinct(takes[who]):
        mine = who[takes[who] == j]
        provider[mine] = _seats(choice.services[j], choice.rows[mine], town, luck)


def _second_best(choice: Choice, late: Array, town: Town) -> Array:
    """For those (positions) who have waited long: the best answer that has room now (column), -1 where none has."""
    room = [the_door.free_room(k, town)[1].max(initial=0.0) for k in choice.services]
    part = Choice(choice.rows[late], choice.services, choice.care_home, choice.worth[late])
    return part.best(np.append(np.array(room) >= 1, True))


def _seats(service: int, rows: Array, town: Town, luck: np.uint64) -> Array:
    """A provider for each of these people, -1 where none has room: crises first, then the longest wait, then by lot."""
    r, p = town.residents, town.providers
    providers, free = the_door.free_room(service, town)
    if not free.any():
        return np.full(len(rows), -1)
    takes = town.services[service].uses(rows, r.hours_wanted[rows].astype(np.float64), town)
    apart = bool(p.working_age[providers].any())
    younger = ~the_door.is_older(rows, town)
    order = np.lexsort((uniforms_for(luck, rows), r.asked[rows], ~the_door.urgent(rows, town)))
    before = free.copy()
    seat = _one_by_one(order, np.asarray(takes, dtype=np.float64), younger, r.neighbourhood[rows], free,
                       p.working_age[providers], p.neighbourhood[providers], apart)
    p.used[providers] += (before - free).astype(np.float32)
    return np.where(seat >= 0, providers[seat], -1)


@kernel
def _one_by_one(order: I8, takes: F8, younger: B1, lives: I2, free: F8, for_younger: B1, where: I2, apart: bool) -> I8:
    """In this order, each takes a place near home, else where there is most room; -1 where none fits."""
    seat = np.full(len(order), -1, dtype=np.int64)
    for i in order:
        best = -1
        for j in range(len(free)):
            if free[j] + ROUNDING < takes[i] or (apart and for_younger[j] != younger[i]):
                continue
            near = where[j] == lives[i]
            if best < 0 or (near and where[best] != lives[i]) or (
                    near == (where[best] == lives[i]) and free[j] > free[best]):
                best = j
        if best >= 0:
            seat[i] = best
            free[best] -= takes[i]
    return seat


def _begin(service: Array, rows: Array, provider: Array, town: Town, nhs_pays: Share) -> None:
    """Support begins: who pays, at what price, with what contribution; what people had before ends."""
    if not len(rows):
        return
    r = town.residents
    home = np.array([HOMES.index(s.home) + 1 if s.home in HOMES else 0 for s in town.services])[service]
    lodged = np.array([s.counts != "hours" and bool(s.home) for s in town.services])[service]
    hours = np.where(lodged, 0.0, r.hours_wanted[rows].astype(np.float64))
    funder, disregard = the_means.who_pays(rows, home > 0, town)
    nhs = uniforms_for(town.draws.trait("choosing: the NHS pays"), rows) < nhs_pays
    funder = np.where(nhs & (home == len(HOMES)) & (r.need[rows] == ROUND_THE_CLOCK), NHS, funder)
    price = np.empty(len(rows))
    for k in distinct(service):
        now, s = service == k, town.services[k]
        price[now] = np.where(funder[now] == SELF, s.own_price(rows[now], hours[now], town),
                              s.price(rows[now], hours[now], town))
    charged = np.where(funder == COUNCIL, the_means.charge(rows, home > 0, price, town), 0.0)
    _end_what_was(rows, home > 0, town)
    _note(service, rows, home, funder, disregard, town)
    both = service * len(REASON) + r.reason[rows]
    for code in distinct(both):
        now, (k, reason) = both == code, divmod(code, len(REASON))
        town.begin(k, rows[now], provider[now], hours=hours[now], funder=funder[now], price=price[now],
                   contribution=charged[now], cause=REASON[reason])
    r.contribution[rows] = charged
    r.disregard[rows] = np.where(funder == COUNCIL, disregard, 0)
    r.last_assessed[rows] = town.week
    the_door.close(rows, town)


def _note(service: Array, rows: Array, home: Array, funder: Array, disregard: Array, town: Town) -> None:
    """How long people waited, and who moves to a care home at the council's cost: counted as the council counts."""
    r, events = town.residents, town.events
    for k in distinct(service):
        now, name = service == k, town.services[k].name
        events.note("waited", rows[now], service=name, amount=town.week - r.asked[rows[now]])
        ours = now & (home > 0) & (funder == COUNCIL)
        events.note("council admission", rows[ours & (disregard == 0)], cause="new", service=name)
        events.note("council admission", rows[ours & (disregard > 0)], cause="home not yet counted", service=name)
    r.entered_home[rows[home == 0]] = the_door.NEVER
    moved = rows[home > 0]
    r.entered_home[moved], r.diverted[moved] = town.week, False
    left = r.partner[moved]
    r.alone[left[left >= 0]] = True


def _end_what_was(rows: Array, in_home: Array, town: Town) -> None:
    """Long-term support so far ends when other support begins; in a care home, short-term help ends too."""
    pl = town.placements
    lasting = np.array([s.long_term and not s.keeps_funder for s in town.services])
    short = np.array([not s.long_term and s.statutory for s in town.services])
    had = town.residents.supports[rows] != 0
    if not had.any():
        return
    chosen, to_home = (np.zeros(len(town.residents), dtype=bool) for _ in range(2))
    chosen[rows[had]], to_home[rows[in_home]] = True, True
    mine = np.flatnonzero(pl.active & chosen[pl.person])
    moves = to_home[pl.person[mine]]
    town.end(mine[lasting[pl.service[mine]] | (moves & short[pl.service[mine]])], "changed support")


def _stays(rows: Array, town: Town) -> None:
    """Support goes on where it is; a review is now due, at which its hours will follow need."""
    town.events.note("stays", rows)
    town.residents.last_assessed[rows] = -NEVER
    the_door.close(rows, town)


def _waits(rows: Array, services: Array, town: Town) -> None:
    """No room this week: noted once for each request."""
    r = town.residents
    first = r.wants_service[rows] < 0
    for k in distinct(services[first]):
        town.events.note("waits", rows[first & (services == k)], service=town.services[k].name)
    r.wants_service[rows] = services


def _early_help(rows: Array, town: Town, luck: np.uint64, patience: Weeks) -> None:
    """Short-term help begins where it has room; who has waited too long settles without it."""
    r = town.residents
    for k in np.unique(r.wants_service[rows]):
        mine, service = rows[r.wants_service[rows] == k], town.services[k]
        provider = _seats(int(k), mine, town, luck)
        begins, at = mine[provider >= 0], provider[provider >= 0]
        hours = r.hours_wanted[begins].astype(np.float64)
        town.begin(int(k), begins, at, hours=hours, price=service.price(begins, hours, town),
                   until=service.planned_end(begins, town), cause="a little help")
        the_door.close(begins, town)
        late = mine[(provider < 0) & (town.week - r.asked[mine] >= patience)]
        crisis = the_door.urgent(late, town)
        the_door.settle(late[~crisis], town)
        r.long_term[late[crisis]], r.wants_service[late[crisis]] = True, -1
        r.hours_wanted[late[crisis]] = the_door.agreed_hours(late[crisis], town)
