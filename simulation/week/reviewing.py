"""Support is looked at again: hours follow need, savings run out, homes come to count, and some people move on."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation import door as the_door
from simulation import means as the_means
from simulation.draws import Draws
from simulation.evidence.lists import NEED, REASON, SETTING, STAGE
from simulation.evidence.units import PerYear, Share, Weeks
from simulation.process import changes
from simulation.rules import WEEKS
from simulation.world.columns import Array, distinct
from simulation.world.ledger import Events
from simulation.world.providers import Commissioner
from simulation.world.town import CARE_HOME, COUNCIL, SELF, Town

HOMES = tuple(SETTING[code] for code in CARE_HOME)
WAITING, PLANNED = STAGE.index("waiting for assessment"), REASON.index("planned")
PERSONAL = NEED.index("one or two personal tasks")
MONTH = 4


@changes("residents.savings", "residents.deferred", "residents.disregard", "residents.contribution", "residents.house",
         "residents.owns_home", "residents.funder", "residents.last_assessed", "residents.stage", "residents.reason",
         "residents.asked", "residents.long_term", "residents.wants_service", "placements.funder", "placements.price",
         "placements.contribution", "placements.hours", "providers.used")
def reviewing(residents: Any, placements: Any, draws: Draws, events: Events, town: Town, commissioner: Commissioner, *,
              review_wait: Weeks, first_review: Weeks, hours_taken_back: Share, older_returns: PerYear) -> None:
    """Weekly for those who pay for a care home, monthly for charges, and whenever a review is due for hours at home."""
    lasting = np.array([s.long_term and not s.keeps_funder for s in town.services])
    a_home = np.array([s.home in HOMES for s in town.services])
    mine = np.flatnonzero(placements.active & lasting[placements.service])
    home, funder = a_home[placements.service[mine]], placements.funder[mine]
    _residents_pay(mine[home & (funder == SELF)], town)
    _homes_come_to_count(mine[home & (funder == COUNCIL)], town)
    if town.week % MONTH == 0:
        _own_care_at_home(mine[~home & (funder == SELF)], town)
        residents.contribution[residents.funder != COUNCIL] = 0
        _charge(mine, town)
        _recover(town)
    wait = review_wait / max(commissioner.assessment_share * (1.0 + town.plan.lever("assessments")), 1.0 / 100)
    due = _due(mine[~home], town, first_review)
    _review(due[draws.happens("reviewing: is done", 1.0 - np.exp(-1.0 / wait), placements.person[due])], town,
            hours_taken_back)
    _moves_on(placements.person[mine[home]], draws, events, town, older_returns)


# Capital ---------------------------------------------------------------------------------------------------------
def _residents_pay(mine: Array, town: Town) -> None:
    """People who pay for their care home spend income, then savings, then the home, or borrow on it."""
    r, pl, means = town.residents, town.placements, town.means
    people = pl.person[mine]
    out = np.maximum(pl.price[mine] - means.own_money(r.income[people], r.need[people]), 0.0)
    house = the_means.house_counted(people, town)
    short = ~means.pays_own_way(r.savings[people])
    borrows = short & (house > 0) & (town.draws.traits("reviewing: defers the payment", people) < means.defers)
    sells = short & (house > 0) & ~borrows
    r.savings[people[sells]] += house[sells]
    r.house[people[sells]], r.owns_home[people[sells]] = 0, False
    town.events.note("sells home", people[sells], amount=house[sells])
    can_borrow = means.can_still_borrow(house, r.deferred[people])
    borrows &= can_borrow
    house = np.where(sells | ~can_borrow, 0.0, house)
    r.deferred[people] += np.where(borrows, out, 0.0) + r.deferred[people] * means.weekly_interest()
    r.savings[people] = np.maximum(r.savings[people] - np.where(borrows, 0.0, out), 0.0)
    for k in distinct(pl.service[mine[borrows]]):
        now = borrows & (pl.service[mine] == k)
        names, which = town.services[k].line(people[now], town)
        for j, line in enumerate(names):
            town.money.each("council", "people", line, "loan", people[now][which == j], out[now][which == j])
    _to_council(mine[~means.pays_own_way(r.savings[people], house)], "care home", town)


def _homes_come_to_count(mine: Array, town: Town) -> None:
    """After the first weeks, or when nobody is protected there any longer, a home counts and its owner pays."""
    r, pl, means = town.residents, town.placements, town.means
    people = pl.person[mine]
    r.disregard[people] = np.maximum(r.disregard[people] - 1, 0)
    lent = r.deferred[people]
    capital = r.savings[people] + np.where(means.can_still_borrow(r.house[people], lent),
                                           the_means.house_counted(people, town), 0.0)
    pays = (r.disregard[people] == 0) & means.pays_own_way(capital)
    rows, people = mine[pays], people[pays]
    pl.funder[rows] = r.funder[people] = SELF
    pl.contribution[rows] = r.contribution[people] = 0
    for k in distinct(pl.service[rows]):
        now = rows[pl.service[rows] == k]
        pl.price[now] = town.services[k].own_price(pl.person[now], pl.hours[now], town)
    town.events.note("pays own way", people, cause="home counts")


def _own_care_at_home(mine: Array, town: Town) -> None:
    """People who pay for care at home draw on savings for what income leaves short; then the council takes over."""
    r, pl, means = town.residents, town.placements, town.means
    people = pl.person[mine]
    older = r.age[people] >= town.door.older_from
    out = np.maximum(pl.price[mine] - means.spare_at_home(r.income[people], r.need[people], older), 0.0)
    r.savings[people] = np.maximum(r.savings[people] - out * MONTH, 0.0)
    _to_council(mine[~means.pays_own_way(r.savings[people]) & (r.need[people] >= PERSONAL)], "at home", town)


def _to_council(mine: Array, where: str, town: Town) -> None:
    """Their money has run out: the council pays from now on, at its own price; people stay where they are."""
    if not len(mine):
        return
    r, pl = town.residents, town.placements
    people = pl.person[mine]
    pl.funder[mine] = r.funder[people] = COUNCIL
    for k in distinct(pl.service[mine]):
        now = mine[pl.service[mine] == k]
        s = town.services[k]
        pl.price[now] = s.price(pl.person[now], pl.hours[now], town)
        if s.home in HOMES:
            town.events.note("council admission", pl.person[now], cause="money ran out", service=s.name)
    town.events.note("money ran out", people, cause=where)
    _charge(mine, town)


def _charge(mine: Array, town: Town) -> None:
    """What the council charges each person it supports, by the means test as things are now."""
    r, pl = town.residents, town.placements
    ours = mine[pl.funder[mine] == COUNCIL]
    people = pl.person[ours]
    a_home = np.array([s.home in HOMES for s in town.services])[pl.service[ours]]
    pl.contribution[ours] = r.contribution[people] = the_means.charge(people, a_home, pl.price[ours], town)


def _recover(town: Town) -> None:
    """A deferred payment is paid back from the estate when its owner has died."""
    r = town.residents
    died = np.flatnonzero((r.deferred > 0) & ~r.present)
    town.money.each("people", "council", "deferred_payments", "repayment", died, r.deferred[died])
    town.events.note("loan repaid", died, amount=r.deferred[died])
    r.deferred[died] = 0


# Hours -----------------------------------------------------------------------------------------------------------
def _due(mine: Array, town: Town, first_review: Weeks) -> Array:
    """Whose support at home is to be looked at: after some weeks, then yearly, and when need has risen since."""
    r, pl = town.residents, town.placements
    people = pl.person[mine]
    since = town.week - r.last_assessed[people]
    first = (r.last_assessed[people] <= pl.since[mine]) & (since >= first_review)
    worse = (r.worsened[people] < since) & (since >= first_review)
    return np.asarray(mine[(since >= WEEKS) | first | worse])


def _review(mine: Array, town: Town, hours_taken_back: Share) -> None:
    """Hours follow need: up as far as the provider has room, down only in part; the price follows the hours."""
    r, pl, p = town.residents, town.placements, town.providers
    r.last_assessed[pl.person[mine]] = town.week
    mine = mine[pl.hours[mine] > 0]
    people = pl.person[mine]
    before = pl.hours[mine].astype(np.float64)
    change = the_door.agreed_hours(people, town) - before
    by_hours = np.array([s.counts == "hours" for s in town.services])[pl.service[mine]] & (pl.provider[mine] >= 0)
    more = np.where(by_hours, np.maximum(change, 0.0), 0.0)
    asked = np.bincount(pl.provider[mine[by_hours]], weights=more[by_hours], minlength=len(p))
    free = np.maximum(p.room.astype(np.float64) - p.used, 0.0)
    share = np.minimum(1.0, free / np.maximum(asked, np.finfo(np.float32).eps))
    change = np.where(change < 0, change * hours_taken_back,
                      change * np.where(by_hours, share[pl.provider[mine]], 1.0))
    pl.hours[mine] = before + change
    p.used[:] += np.bincount(pl.provider[mine[by_hours]], weights=change[by_hours], minlength=len(p))
    for k in distinct(pl.service[mine]):
        now, s = mine[pl.service[mine] == k], town.services[k]
        who, hours = pl.person[now], pl.hours[now].astype(np.float64)
        pl.price[now] = np.where(pl.funder[now] == SELF, s.own_price(who, hours, town), s.price(who, hours, town))
    town.events.note("reviewed", people, amount=change)
    _charge(mine, town)


def _moves_on(people: Array, draws: Draws, events: Events, town: Town, older: PerYear) -> None:
    """Some residents want a home of their own again; they ask, and go when there is one. Nobody is moved by a plan."""
    r = town.residents
    rate = np.where(the_door.is_older(people, town), np.where(r.need[people] <= PERSONAL, older.weekly, 0.0),
                    town.door.working_age_moves_on.weekly * town.memory.get(the_door.MOVES_ON, 1.0))
    rate = np.where((r.stage[people] == 0) & (r.hospital[people] == 0), rate, 0.0)
    rows = people[draws.happens("reviewing: wants to move on", rate, people)]
    r.stage[rows], r.reason[rows], r.asked[rows] = WAITING, PLANNED, town.week
    r.long_term[rows], r.wants_service[rows] = True, -1
    events.note("asks", rows, cause="wants to move on")
