"""People come of age, move in, grow older, move away; they move in together, part, and live alone or no longer alone.

Who comes is settled at founding. Moving away is told only at ages at which more go than come. Households change once in
four weeks: couples form and part, and people begin to live alone or cease to.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from simulation.draws import Draws, uniform
from simulation.evidence.lists import SETTING, SEX
from simulation.evidence.units import By, PerYear, PerYears, Ratio, Share, Years
from simulation.places import Place
from simulation.process import B1, F4, F8, I1, I4, Key, changes, kernel
from simulation.rules import WEEKS
from simulation.world.columns import Array, Table
from simulation.world.ledger import Events
from simulation.world.parting import part
from simulation.world.town import Town

MONTH = 4  # weeks between changes of households
MAN, WOMAN = SEX.index("man"), SEX.index("woman")
A_HOME = SETTING.index("residential")
COUPLE_AGES = np.array([18, 25, 35, 45, 65, 75, 85])  # where the bands of the list "couple age" begin
OLDEST = 130
MOVERS = {"net_migration_18_29": (18, 30), "net_migration_30_44": (30, 45), "net_migration_45_64": (45, 65),
          "net_migration_65_74": (65, 75), "net_migration_75_plus": (75, OLDEST)}
SEEKS, JOINS, BEGINS_ALONE, PARTS = 1, 2, 3, 4


class Chances(NamedTuple):
    """Chances in four weeks by year of age: of finding a partner, of parting, of beginning or ceasing to live alone."""

    seeks: F8
    parts: F8
    begins_alone: F8
    joins: F8  # [sex, age]


@kernel
def grow_older(present: B1, age: F4, years: float) -> None:
    """A week passes for everybody who is here."""
    for i in range(len(present)):
        if present[i]:
            age[i] = np.float64(age[i]) + years


@kernel
def households_change(present: B1, age: F4, sex: I1, partner: I4, setting: I1, alone: B1, luck: Key, other: Key,
                      c: Chances, rows: I4, what: I1) -> int:
    """Whose household changes this month, and how (`rows`, `what`); returns how many. Nobody in supported homes.

    A person whose partner lives in a care home lives alone meanwhile.
    """
    n = 0
    for i in range(len(present)):
        if not present[i]:
            continue
        with_partner = partner[i] >= 0
        if with_partner:
            alone[i] = setting[i] < A_HOME and setting[partner[i]] >= A_HOME
        if setting[i] > 0:
            continue
        year = min(int(age[i]), OLDEST - 1)
        kind = 0
        if with_partner:
            if sex[i] == WOMAN and setting[partner[i]] == 0 and uniform(luck, i) < c.parts[year]:
                kind = PARTS
        elif alone[i] and uniform(other, i) < c.joins[sex[i], year]:
            kind = JOINS
        elif uniform(luck, i) < c.seeks[year]:
            kind = SEEKS
        elif not alone[i] and uniform(other, i) < c.begins_alone[year]:
            kind = BEGINS_ALONE
        if kind > 0:
            rows[n], what[n] = i, kind
            n += 1
    return n


@changes("residents.present", "residents.left", "residents.age", "residents.alone", "residents.partner",
         "residents.neighbourhood", "residents.kin", "residents.kin_kind", "residents.carer",
         "residents.second_carer", "residents.cares_for", "residents.care_hours", "residents.stage",
         "residents.hospital", "residents.days_left", "residents.wants_service", "residents.setting",
         "residents.funder", "residents.supports", "placements.active")
def coming(residents: Table, draws: Draws, events: Events, town: Town, place: Place, *,
           couples_form: Annotated[PerYears, By("couple age")], couples_part: Annotated[PerYears, By("couple age")],
           begins_alone: Annotated[PerYears, By("couple age")], joins_others: PerYear, joins_others_late: PerYear,
           late: Years, joins_others_men: Ratio, joins_as_couple: Share) -> None:
    """Everybody grows a week older; those due this week arrive; some move away; households change."""
    r = residents
    grow_older(r.present, r.age, 1.0 / WEEKS)
    due = np.searchsorted(r.arrives, np.array([town.week, town.week + 1], dtype=r.arrives.dtype))
    come = np.arange(*due)
    r.present[come] = True
    events.note("comes", come)
    _leave(r, draws, town, place)
    if town.week % MONTH:
        return
    ages = np.arange(OLDEST)
    band = np.maximum(np.searchsorted(COUPLE_AGES, ages, side="right") - 1, 0)
    joins = np.where(ages < late, joins_others, joins_others_late) * np.array([[joins_others_men], [1.0]])
    chances = Chances(monthly(couples_form)[band], monthly(couples_part)[band], monthly(begins_alone)[band],
                      monthly(joins))
    rows, what = np.empty(len(r), dtype=np.int32), np.empty(len(r), dtype=np.int8)
    n = households_change(r.present, r.age, r.sex, r.partner, r.setting, r.alone, draws.key("coming: couples"),
                          draws.key("coming: living alone"), chances, rows, what)
    _households(r, draws, events, rows[:n], what[:n], float(joins_as_couple))


def monthly(rate: Array) -> F8:
    """The chance in four weeks of something that happens so many times a person-year."""
    return np.asarray(1.0 - np.exp(-rate * MONTH / WEEKS))


def _leave(r: Table, draws: Draws, town: Town, place: Place) -> None:
    """Where more go than come, each person of that age may go, and a partner goes along."""
    for name, (youngest, oldest) in MOVERS.items():
        net = place[name]
        if net >= 0:
            continue
        chance = 1.0 - np.exp(net / place.people[:, youngest:oldest].sum() / WEEKS)
        rows = np.flatnonzero(r.present & (r.age >= youngest) & (r.age < oldest) & (r.setting < A_HOME))
        going = rows[draws.happens(f"coming: leaves at {youngest}", chance, rows)]
        both = np.union1d(going, r.partner[going][r.partner[going] >= 0])
        town.events.note("leaves", both)
        part(town, both, "moved away")


def _households(r: Table, draws: Draws, events: Events, rows: Array, what: Array, as_couple: float) -> None:
    joins, she = rows[what == JOINS], rows[what == PARTS]
    r.alone[joins] = False
    events.note("no longer alone", joins)
    r.alone[rows[what == BEGINS_ALONE]] = True
    with_partner = joins[draws.uniforms("coming: joins as a couple", joins) < as_couple]
    _pair(r, np.union1d(rows[what == SEEKS], with_partner), events)
    he = r.partner[she]
    events.note("parts", np.concatenate([she, he]))
    r.partner[she] = r.partner[he] = -1
    r.alone[she] = r.alone[he] = True


def _pair(r: Table, seeking: Array, events: Events) -> None:
    """Men and women who seek a partner this month, paired by rank of age; those left over go on as they are."""
    men, women = seeking[r.sex[seeking] == MAN], seeking[r.sex[seeking] == WOMAN]
    n = min(len(men), len(women))
    he, she = (who[np.argsort(r.age[who], kind="stable")][_spread(len(who), n)] for who in (men, women))
    r.partner[he], r.partner[she] = she, he
    r.alone[he] = r.alone[she] = False
    to_him = r.owns_home[he] | ~r.owns_home[she]  # they live where one of them owns, else at his
    moves, stays = np.where(to_him, she, he), np.where(to_him, he, she)
    r.neighbourhood[moves] = r.neighbourhood[stays]
    events.note("finds a partner", np.concatenate([he, she]))


def _spread(there: int, wanted: int) -> Array:
    """So many places out of so many, evenly."""
    return np.floor((np.arange(wanted) + 0.5) * there / max(wanted, 1)).astype(np.int64)
