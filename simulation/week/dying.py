"""People die, by age and sex as the life table says, sooner with need; partners are left behind.

Deaths a year are a base for age, sex and fifth plus an excess for need and dementia. The excess belongs to the person,
never to the place: whoever has met the test for a care home carries its higher death rate wherever they then live, so
that keeping people at home neither saves nor costs lives by construction. What is added for some is taken off others at
the same level of need, by their shares in the base run.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from simulation.condition import lucky
from simulation.draws import Draws, uniform
from simulation.evidence.lists import GROUP, NEED
from simulation.evidence.units import By, PerYear, PerYears, Ratio, Ratios, Weeks
from simulation.process import B1, F4, F8, I1, I4, I8, Key, changes, kernel, rule
from simulation.rules import weekly
from simulation.world.columns import Table
from simulation.world.ledger import Events
from simulation.world.parting import part
from simulation.world.town import Town

EXCESS_AGES = (40, 55, 65, 70, 77, 82, 87, 100)  # the list "excess age"
LEARNING = GROUP.index("learning disability")
LEVELS = len(NEED)
HIGHEST = LEVELS - 1
OLDER = 65


class Deaths(NamedTuple):
    """All the kernel must know: tables by age and need, and what sets some people apart from others of their level."""

    base: F8  # [fifth, sex, age] a year, without need
    by_need: F8  # [need] excess a year at 87
    dementia: float
    age_factor: F8  # [age]
    sex_factor: F8  # [sex]
    recent: float  # ratio on the highest level's excess, already set against its mean
    later: float
    recent_weeks: float
    entry: float  # added where the test for a care home was met
    offset: F8  # [need] taken off where it was not
    learning: float
    most: float  # no yearly rate is above this


@rule
def excess(by_need: float, by_dementia: float, age_factor: float, sex_factor: float) -> float:
    """Deaths a year beyond those of people without need: nearly the same at every later age, so added."""
    return (by_need + by_dementia) * age_factor * sex_factor


@rule
def since(worsened: float, recent: float, later: float, weeks: float) -> float:
    """Of people who need help round the clock, those who came to it lately die sooner."""
    return recent if worsened < weeks else later


@rule
def test_met(needs_entry: bool, entry: float, offset: float) -> float:
    """Deaths a year added for older people who have met the test for a care home, taken off others at the same level."""
    return entry if needs_entry else -offset


@kernel
def die(rows: I8, age: F4, sex: I1, fifth: I1, need: I1, dementia: B1, worsened: F4, needs_entry: B1, group: I1,
        luck: Key, d: Deaths, died: I4) -> int:
    """Who dies this week of those whose luck could suffice (`rows`): rows in `died`; returns how many."""
    oldest = d.base.shape[2] - 1
    n = 0
    for i in rows:
        year, level = min(int(age[i]), oldest), int(need[i])
        rate = d.base[fifth[i], sex[i], year] * (d.learning if group[i] == LEARNING else 1.0)
        more = d.by_need[level]
        if level == HIGHEST:
            more *= since(np.float64(worsened[i]), d.recent, d.later, d.recent_weeks)
        if year >= OLDER:
            more += test_met(needs_entry[i], d.entry, d.offset[level])
        rate += excess(more, d.dementia if dementia[i] else 0.0, d.age_factor[year], d.sex_factor[sex[i]])
        if uniform(luck, i) < weekly(min(rate, d.most)):
            died[n] = i
            n += 1
    return n


@kernel
def count_needs(present: B1, age: F4, need: I1, worsened: F4, needs_entry: B1, weeks: float, told: F8) -> None:
    """People of 65 and over by need, those of them who have met the test for a care home; the recent at the highest."""
    for i in range(len(present)):
        if present[i] and need[i] > 0 and age[i] >= OLDER:
            told[need[i]] += 1
            told[LEVELS + need[i]] += needs_entry[i]
            if need[i] == HIGHEST and worsened[i] < weeks:
                told[0] += 1


@changes("residents.present", "residents.left", "residents.partner", "residents.alone", "residents.kin",
         "residents.kin_kind", "residents.carer", "residents.second_carer", "residents.cares_for",
         "residents.care_hours", "residents.stage", "residents.hospital", "residents.days_left",
         "residents.wants_service", "residents.setting", "residents.funder", "residents.supports", "placements.active")
def dying(residents: Table, draws: Draws, events: Events, town: Town, *,
          excess_deaths: Annotated[PerYears, By("need")], excess_dementia: PerYear,
          excess_age: Annotated[Ratios, By("excess age")], excess_sex: Annotated[Ratios, By("sex")],
          recent_excess: Ratio, later_excess: Ratio, recent_weeks: Weeks, entry_excess: PerYear,
          learning_disability_deaths: Ratio, most_deaths: PerYear) -> None:
    """Who dies this week, and who is left behind."""
    r, base = residents, town.tables["base_mortality"]
    _learn(r, town, float(recent_weeks), float(recent_excess), float(later_excess))
    mean = town.centre("dying: recent")
    entry = float(entry_excess)
    offset = np.array([0.0, *(entry * _odds(town, level) for level in range(1, LEVELS))])
    age_factor = np.interp(np.arange(base.shape[2]), EXCESS_AGES, excess_age)
    d = Deaths(base, excess_deaths, float(excess_dementia), age_factor, excess_sex, float(recent_excess) / mean,
               float(later_excess) / mean, float(recent_weeks), entry, offset, float(learning_disability_deaths),
               float(most_deaths))
    died = np.empty(len(r), dtype=np.int32)
    luck = draws.key("dying: deaths")
    rows = lucky(r, luck, weekly(most_when_well(d)), weekly(d.most))
    n = die(rows, r.age, r.sex, r.fifth, r.need, r.dementia, r.worsened, r.needs_entry, r.group, luck, d, died)
    events.note("dies", died[:n])
    events.note("bereaved", part(town, died[:n], "death"))


def most_when_well(d: Deaths) -> float:
    """The most deaths a year of anybody under 65 without need: luck above it ends the search."""
    base = float(d.base[:, :, :OLDER].max()) * max(d.learning, 1.0)
    more = excess(float(d.by_need[0]), d.dementia, float(d.age_factor[:OLDER].max()), float(d.sex_factor.max()))
    return float(min(base + max(more, 0.0), d.most))


def _learn(r: Table, town: Town, weeks: float, recent: float, later: float) -> None:
    """In the burn-in: how many at each level have met the test for a care home; how many came lately to the highest."""
    if not town.burning_in or town.week % 4:
        return
    told = np.zeros(2 * LEVELS)
    count_needs(r.present, r.age, r.need, r.worsened, r.needs_entry, weeks, told)
    for level in range(1, LEVELS):
        town.tell(f"dying: met the test, level {level}", told[LEVELS + level], told[level])
    highest = told[HIGHEST]
    town.tell("dying: recent", recent * told[0] + later * (highest - told[0]), highest)


def _odds(town: Town, level: int) -> float:
    """How many have met the test for a care home for each who has not, at this level of need in the base run."""
    share = town.centres.get(f"dying: met the test, level {level}", 0.0)
    return float(share / max(1.0 - share, 1.0 / 100))
